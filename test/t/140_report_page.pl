# The report as a page, in a browser: its charts are there, their bars are the
# report's numbers, nothing overflows on a telephone or a desk, and what
# somebody wrote into a title stays text.
use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($browser) =
  grep { -x } map { ("$_/chromium", "$_/chromium-browser") } split /:/, $ENV{PATH};
plan skip_all => 'no Chromium here: test/setup installs it' unless $browser;
plan skip_all => 'a browser needs /proc, which a plain chroot has not' unless -e '/proc/cpuinfo';

my $node = PostgreSQL::Test::Cluster->new('page');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'");
$node->start;
my $inject = q{</td><script>window.owned = 1</script><img src=x onerror="window.owned = 2">};
my $long = 'x' x 90;

$node->safe_psql('postgres', <<"SQL");
CREATE EXTENSION governance;
SELECT gov_set_policy('sod.registrar_may_approve', 'true'), gov_set_policy('sod.approver_may_deploy', 'true'),
    gov_set_policy('sla.max_lateness', '"60 days"');
SELECT gov_register_model('risk', '1.0.0'), gov_register_model('risk', '2.0.0'), gov_register_model('$long', '1.0.0-with.a.long.name');
SELECT gov_approve_model('risk', '1.0.0', E'$inject'), gov_approve_model('risk', '2.0.0'), gov_reject_model('$long', '1.0.0-with.a.long.name', 'no');
SELECT gov_deploy_model('risk', '1.0.0', 'staging'), gov_deploy_model('risk', '1.0.0');
SELECT gov_deploy_model('risk', '2.0.0', 'staging'), gov_deploy_model('risk', '2.0.0');
SELECT gov_rollback_model('risk', '$inject');
SELECT gov_define_sla('model', 'risk', 100, 200), gov_define_sla('usecase', '$long');
SELECT gov_observe_many('model', 'risk', ARRAY[50, 60, 70, 300], NULL,
    (SELECT array_agg(now() - d * interval '1 day') FROM generate_series(1, 4) AS d));
SELECT gov_report_incident('safety', 'critical', '$inject', '', '$long');
SELECT gov_log_event('test', 'try', 'risk', 'denied');

-- some weeks' worth of incidents, as if they had been reported then
ALTER TABLE governance.incidents DISABLE TRIGGER guard;
INSERT INTO governance.incidents (category, severity, title, resource, status, reported_at, resolved_at)
SELECT (ARRAY['safety', 'security', 'performance', 'other'])[1 + i % 4], (ARRAY['critical', 'error', 'warning'])[1 + i % 3],
    'incident ' || i, 'risk', 'closed', now() - i * interval '7 hours', now() - i * interval '6 hours'
FROM generate_series(1, 90) AS i;
ALTER TABLE governance.incidents ENABLE ALWAYS TRIGGER guard;
SELECT gov_audit_seal();
SELECT gov_compliance_report();
SQL
my $report = decode_json($node->safe_psql('postgres',
		'SELECT report FROM governance.compliance_reports'));
my $html =
  $node->safe_psql('postgres', 'SELECT gov_compliance_report_html(1)');

# A copy of the page measures itself, in a frame as wide as the window would
# be, and tells the page around it.
my $measure = <<'JS';
<script>
addEventListener('load', () => {
  const root = document.documentElement, wide = [];
  for (const e of document.querySelectorAll('main *')) {
    if (e.closest('svg') && !e.matches('svg.chart')) continue;
    const r = e.getBoundingClientRect();
    if (r.width > 0 && r.right > root.clientWidth + 0.5 && getComputedStyle(e).position !== 'absolute')
      wide.push(e.tagName + '.' + (e.getAttribute('class') || ''));
  }
  parent.postMessage(JSON.stringify({
    width: root.clientWidth, scroll: root.scrollWidth, wide: wide,
    scripts: document.scripts.length, images: document.images.length, owned: window.owned || 0,
    titles: [...document.querySelectorAll('tr.incident')].map(e => e.textContent),
    results: [...document.querySelectorAll('tr.control .badge')].map(e => e.className),
    charts: [...document.querySelectorAll('svg.chart')].map(c => ({
      id: c.id, width: c.getBoundingClientRect().width, label: c.getAttribute('aria-label'),
      points: c.querySelectorAll('polyline').length,
      bars: [...c.querySelectorAll('rect.bar')].map(b => {
        const r = b.getBoundingClientRect(), o = c.getBoundingClientRect();
        return {series: b.dataset.series, row: b.dataset.row, value: b.dataset.value,
          width: r.width, height: r.height, inside: r.left >= o.left - 1 && r.right <= o.right + 1};
      })}))}), '*');
});
</script>
JS

sub in_browser
{
	my ($width) = @_;
	my $dir = PostgreSQL::Test::Utils::tempdir;
	(my $page = $html) =~ s{</body>}{$measure</body>};
	append_to_file("$dir/page.html", $page);
	append_to_file("$dir/frame.html", <<"HTML");
<!DOCTYPE html><meta charset="utf-8"><pre id="told"></pre>
<script>addEventListener('message', e => { document.getElementById('told').textContent = btoa(unescape(encodeURIComponent(e.data))); });</script>
<iframe src="page.html" style="width: ${width}px; height: 900px; border: 0"></iframe>
HTML
	my ($out, $err) = ('', '');
	my $run = IPC::Run::start(
		[ $browser, '--headless=new', '--no-sandbox', '--disable-gpu',
			'--disable-dev-shm-usage', '--hide-scrollbars', "--user-data-dir=$dir/profile",
			'--virtual-time-budget=20000', '--window-size=1400,1000',
			'--dump-dom', "file://$dir/frame.html" ],
		'<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout(120));
	IPC::Run::finish($run);
	my ($told) = $out =~ m{<pre id="told">([^<]+)</pre>};
	ok($told, "the page opens in a browser, $width pixels wide")
	  or do { diag($err); return; };
	require MIME::Base64;
	return decode_json(MIME::Base64::decode_base64($told));
}

foreach my $width (360, 1280)
{
	my $seen = in_browser($width) or next;
	is($seen->{width}, $width, 'as wide as wanted');
	ok($seen->{scroll} <= $width, "nothing overflows at $width pixels")
	  or diag("$seen->{scroll} pixels: @{ $seen->{wide} }");
	is_deeply($seen->{wide}, [], 'no element reaches beyond the edge');

	# injected
	is($seen->{scripts}, 1, 'no script but the one that measures');
	is("$seen->{images} $seen->{owned}", '0 0', 'what was injected did nothing');
	ok((grep { index($_, $inject) >= 0 } @{ $seen->{titles} }),
		'it is there as text');

	# charts
	my %chart = map { $_->{id} => $_ } @{ $seen->{charts} };
	is_deeply([ sort keys %chart ],
		[ sort qw(chart-controls chart-incidents chart-categories chart-deployments chart-approvals chart-audit),
			map { "chart-sla-$_" } 1 .. @{ $report->{sla}{resources} } ],
		'each chart is there, once');
	is(scalar(@{ $seen->{charts} }), 6 + @{ $report->{sla}{resources} }, 'and no other');
	is((grep { !$_->{label} || $_->{width} < 200 } @{ $seen->{charts} }), 0, 'each has a name and room');
	is((grep { !$_->{inside} } map { @{ $_->{bars} } } @{ $seen->{charts} }), 0, 'no bar leaves its chart');

	# bars: the numbers of the report, drawn to scale
	foreach my $case ([ 'chart-incidents', $report->{incidents}{trend}, 'total', 'critical' ],
		[ 'chart-audit', $report->{audit}{trend}, 'events' ])
	{
		my ($id, $trend, @series) = @$case;
		my ($top) = sort { $b <=> $a } map { $_->{ $series[0] } } @$trend;
		foreach my $series (@series)
		{
			my @bars = grep { $_->{series} eq $series } @{ $chart{$id}{bars} };
			is_deeply([ map { $_->{value} + 0 } @bars ], [ map { $_->{$series} } @$trend ],
				"$id: the bars of \"$series\" are the report's numbers");
			is((grep { abs($_->{height} - 128 * $_->{value} / $top) > 1.5 } @bars), 0, 'and their heights are to scale');
		}
	}
	my %categories = map { $_->{row} => $_ } @{ $chart{'chart-categories'}{bars} };
	is_deeply({ map { $_ => $categories{$_}{value} + 0 } keys %categories }, $report->{incidents}{by_category},
		'incidents by category');
	my ($most) = sort { $b <=> $a } values %{ $report->{incidents}{by_category} };
	is((grep { abs($_->{width} - $chart{'chart-categories'}{width} * $_->{value} / $most) > 2 } values %categories),
		0, 'to scale');
	my %results;
	$results{ $_->{framework} }{ $_->{result} }++ foreach @{ $report->{controls} };
	my @wrong = grep { $_->{value} != ($results{ $_->{row} }{ $_->{series} } // 0) } @{ $chart{'chart-controls'}{bars} };
	is(scalar(@wrong), 0, 'controls by framework');
	is(scalar(@{ $chart{'chart-controls'}{bars} }), 3 * keys %results, 'three bars for each');
	is(scalar(@{ $chart{'chart-deployments'}{bars} }), scalar(@{ $report->{deployments}{history} }), 'a bar for each deployment');
	is(scalar(@{ $seen->{results} }), scalar(@{ $report->{controls} }), 'a verdict for each control');
	ok($chart{'chart-sla-1'}{points} >= 1, 'a line for what was observed');
}

$node->stop;
done_testing();
