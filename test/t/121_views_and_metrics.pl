# Every query of docs/QUERIES.md and of every panel of the dashboard runs, each
# view is in the document, and promtool accepts gov_metrics() without a word.
use strict;
use warnings;
use JSON::PP;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('views');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'\n");
$node->start;

# A little of everything, so that the queries find something.
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	SELECT gov_create_user('ada', 'ada@example.com');
	SELECT gov_assign_role('ada', 'operator');
	SELECT gov_set_policy('sod.registrar_may_approve', 'true');
	SELECT gov_set_policy('sod.approver_may_deploy', 'true');
	SELECT gov_set_policy('model.require_staging', 'false');
	SELECT gov_register_model('vehicle_classifier', v, source_commit => 'c0ffee') FROM unnest('{1.0.0,1.1.0,2.0.0}'::text[]) AS v;
	SELECT gov_approve_model('vehicle_classifier', '1.0.0');
	SELECT gov_approve_model('vehicle_classifier', '1.1.0');
	SELECT gov_deploy_model('vehicle_classifier', '1.0.0');
	SELECT gov_deploy_model('vehicle_classifier', '1.1.0');
	SELECT gov_rollback_model('vehicle_classifier', 'slower');
	SELECT gov_request_model_approval('vehicle_classifier', '2.0.0');
	SELECT gov_create_usecase('parking', 'Parking', '', 'ada', '{vehicle_classifier}');
	SELECT gov_submit_usecase('parking');
	SELECT gov_request_approval('model_rollback', '{"model_id": "vehicle_classifier"}');
	SELECT gov_report_incident('safety', 'critical', 'It "braked" \\ hard', 'd', 'vehicle_classifier:1.1.0', aware_at => '2026-01-01 00:00+00');
	SELECT gov_mark_incident_reportable(1, 'eu_ai_act', 'serious_incident');
	SELECT gov_report_incident('performance', 'info', 'slow', '', 'vehicle_classifier');
	SELECT gov_resolve_incident(2, 'restarted');
	SELECT gov_define_sla('model', 'vehicle_classifier');
	SELECT gov_observe('model', 'vehicle_classifier', 900, i % 2 = 0) FROM generate_series(1, 200) AS i;
	SELECT gov_record_measurement('model', 'vehicle_classifier', '{"response_time_p95": 900}', now() - interval '1 day');
	SELECT gov_override_policy('model.require_staging', 'false', 'a test');
	SELECT gov_run_maintenance();
	CREATE ROLE viewer LOGIN;
	SELECT gov_create_user('viewer', NULL, 'viewer');
	CREATE ROLE analyst LOGIN;
	SELECT gov_create_user('analyst', NULL, 'analyst');
	SELECT gov_assign_role('analyst', 'analyst');
	CREATE ROLE watcher LOGIN IN ROLE pg_monitor;
	CREATE ROLE stranger LOGIN;
});

sub as_role
{
	my ($role, $sql) = @_;
	return $node->psql('postgres', $sql, extra_params => [ '-U', $role ]);
}

# The document.
my $text = slurp_file('docs/QUERIES.md');
my @queries = $text =~ /^```sql\n(.*?)^```$/msg;
cmp_ok(scalar @queries, '>=', 15, 'the document has queries');
my $found = 0;
foreach my $query (@queries)
{
	my ($first) = $query =~ /FROM\s+(\S+)/;
	my ($rc, $out, $err) = as_role('analyst', $query);
	is($rc, 0, "runs: $first") or diag("$query\n$err");
	$found++ if $out ne '';
	($rc, $out, $err) = as_role('viewer', $query);
	is($rc, 0, "runs for every active user: $first") or diag("$query\n$err");
}
cmp_ok($found, '>=', @queries - 7, "most of them find something: $found of " . @queries);

my @views = split /\n/, $node->safe_psql('postgres', q{
	SELECT relname FROM pg_class WHERE relnamespace = 'governance'::regnamespace AND relname LIKE 'v\_%' AND relkind = 'v' ORDER BY 1});
cmp_ok(scalar @views, '>=', 14, 'there are views');
foreach my $view (@views)
{
	like($text, qr/FROM governance\.$view\b/, "$view has an example");
	is((as_role('stranger', "SELECT count(*) FROM governance.$view"))[1], '0', "a stranger sees nothing in $view");
}

# The dashboard: Grafana's macros stand for the range that it shows.
my $dashboard = decode_json(slurp_file('docs/grafana/governance.json'));
is($dashboard->{title}, 'Governance', 'the dashboard is valid JSON');
my %place;
foreach my $panel (@{ $dashboard->{panels} })
{
	foreach my $target (@{ $panel->{targets} })
	{
		my $sql = $target->{rawSql};
		$sql =~ s/\$__timeFilter\(([^)]*)\)/$1 BETWEEN now() - interval '1 year' AND now()/g;
		$sql =~ s/\$__timeFrom\(\)/(now() - interval '1 year')/g;
		$sql =~ s/\$__timeTo\(\)/now()/g;
		$sql =~ s{\$\{resource\}}{model/vehicle_classifier}g;
		my ($rc, undef, $err) = as_role('analyst', $sql);
		is($rc, 0, "panel \"$panel->{title}\" runs") or diag("$sql\n$err");
		unlike($sql, qr/\$__/, "panel \"$panel->{title}\" uses macros that are known here");
	}
	my $grid = $panel->{gridPos};
	foreach my $x ($grid->{x} .. $grid->{x} + $grid->{w} - 1)
	{
		foreach my $y ($grid->{y} .. $grid->{y} + $grid->{h} - 1) { $place{"$x,$y"}++; }
	}
}
is(scalar(grep { $_ > 1 } values %place), 0, 'no panel covers another');
my ($latency) = grep { $_->{title} =~ /^Latency against/ } @{ $dashboard->{panels} };
my $points = $latency->{targets}[0]{rawSql} =~ s/\$__timeFrom\(\)/(now() - interval '1 hour')/gr =~ s/\$__timeTo\(\)/now()/gr
  =~ s{\$\{resource\}}{model/vehicle_classifier}gr;
is((as_role('viewer', qq{SELECT max(p95) BETWEEN 890 AND 910, min("p95 target") FROM ($points) AS s}))[1], 't|500', 'latency beside its target');
my ($list) = map { $_->{query} } grep { $_->{name} eq 'resource' } @{ $dashboard->{templating}{list} };
is((as_role('viewer', $list))[1], 'model/vehicle_classifier', 'its choice of service levels');

# Metrics.
my ($rc, $metrics) = as_role('analyst', 'SELECT gov_metrics()');
is($rc, 0, 'audit:read may read metrics');
is((as_role('watcher', 'SELECT length(gov_metrics()) > 0'))[1], 't', 'and pg_monitor, without being a user');
like((as_role('viewer', 'SELECT gov_metrics()'))[2], qr/lacks permission "audit:read"/, 'but not every user');
like((as_role('stranger', 'SELECT gov_metrics()'))[2], qr/is not an active governance user/, 'nor a stranger');

my ($out, $err) = ('', '');
my $input = "$metrics\n";
if (ok(IPC::Run::run([ 'promtool', 'check', 'metrics' ], '<', \$input, '>', \$out, '2>', \$err), 'promtool accepts them'))
{
	is($out . $err, '', '... without a word');
}
else { diag("$out$err"); }
# that it would say something
$input =~ s/_total/_count/g;
IPC::Run::run([ 'promtool', 'check', 'metrics' ], '<', \$input, '>', \$out, '2>', \$err);
isnt($out . $err, '', 'promtool complains where there is reason to');
like($metrics, qr/^governance_incidents_total\{category="safety",severity="critical"\} 1$/m, 'incidents are counted');
like($metrics, qr/^governance_rollbacks_total\{environment="production"\} 1$/m, 'and rollbacks');
like($metrics, qr/^governance_overdue_deadlines\{regime="eu_ai_act"\} 1$/m, 'and overdue deadlines');
like($metrics, qr/^governance_sla_violations_total\{resource_type="model",violation_type="response_time_p95"\} \d+$/m, 'and violations');
like($metrics, qr/^governance_component_up\{component="worker"\} 1$/m, 'and the worker');

like($metrics, qr/^governance_sla_status\{resource_type="model",resource_id="vehicle_classifier",status="violated"\} 1$/m, 'and service levels');

# Alerts: they fire where they should, and on figures that there are.
foreach my $command ([ 'check', 'rules', 'docs/prometheus/governance.rules.yml' ],
	[ 'check', 'config', '--syntax-only', 'docs/prometheus/scrape.yml' ],
	[ 'test', 'rules', 't/governance.rules.test.yml' ])
{
	ok(IPC::Run::run([ 'promtool', @$command ], '>', \$out, '2>&1'), "promtool @$command") or diag($out);
}
# promtool says nothing of a test whose alert no rule has (2.42).
my %alert = map { $_ => 1 } slurp_file('docs/prometheus/governance.rules.yml') =~ /alert: (\w+)/g;
my @tested = slurp_file('t/governance.rules.test.yml') =~ /alertname: (\w+)/g;
is(join(' ', grep { !$alert{$_} } @tested), '', 'each alert that is tested is there');
my %family = map { $_ => 1 } $metrics =~ /^# TYPE (\w+)/mg;
my @asked = slurp_file('docs/prometheus/governance.rules.yml') =~ /^\s+expr: (.*)$/mg;
is(join(' ', grep { !$family{$_} } map { /\b(governance_\w+)/g } @asked), '', 'alerts ask for figures that there are');

# Labels are escaped as the format asks.
is($node->safe_psql('postgres', q{SELECT governance.metric_label('x', E'a"b\\\\c\\nd')}), q{x="a\"b\\\\c\nd"}, 'labels are escaped');

$node->stop;
done_testing();
