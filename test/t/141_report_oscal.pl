# OSCAL: what the published schemas require is there, the same report gives the
# same documents; and a report of a past period, made
# again by another session much later, has the same digest.
use strict;
use warnings;

use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('oscal');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'\ngovernance.seal_interval = '100ms'");
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION governance;
SELECT gov_set_policy('sod.registrar_may_approve', 'true');
SELECT gov_register_model('risk', '1.0.0');
SELECT gov_approve_model('risk', '1.0.0');
SELECT gov_report_incident('safety', 'critical', E'Two\nlines', '', 'risk');
SELECT gov_report_incident('security', 'error', 'Leak', '', 'risk');
UPDATE governance.controls SET applies_from = NULL, effective_from = NULL; -- the same on any day
SELECT gov_mark_incident_reportable(2, 'gdpr', 'personal_data_breach');
SELECT gov_define_sla('model', 'risk');
SELECT gov_observe('model', 'risk', 20);
-- what readers take for white space, at the ends, alone, and in between
SELECT gov_add_control('odd-1', U&'\00a0house\feffrules ', U&'\feffTwo\000alines\2028and\0085a third\00a0', 'SELECT ''x''::text, true',
	source => U&'\3000a\000d\000ab\001f'),
	gov_add_control('odd-2', U&'\00a0', U&'\2029\feff', U&'SELECT ''\2028''::text, true', source => U&'\202f', criterion => U&'\000a'),
	gov_add_control('1-odd', 'plain', 'passes', 'SELECT ''x''::text, false');
SELECT gov_report_incident('other', 'error', U&'\feff\00a0', U&'\2028', U&'\2028a:\000ab\00a0');
SQL
sub ask { my ($sql) = @_; return $node->safe_psql('postgres', $sql); }

ask(q{SET TimeZone = 'America/St_Johns'; SELECT gov_compliance_report()});
my $text = ask('SELECT gov_compliance_report_oscal(1)');
is(ask(q{SET TimeZone = 'Asia/Kathmandu'; SET DateStyle = 'German'; SELECT gov_compliance_report_oscal(1)}),
	$text, 'the same document in every session');
my $results = decode_json($text)->{'assessment-results'};

# as in oscal_assessment-results_schema.json, 1.2.1
my $uuid = qr/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
my $time = qr/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/;
my $token = qr/^[\p{L}_][\p{L}\p{N}.\-_]*$/;
# what ECMAScript, Python or Java take for white space, or for the end of a line
my $blank = qr/[\x00-\x20\x7f-\xa0\x{1680}\x{180e}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]/;
my $string = qr/\A(?:(?!$blank).|(?<!\A) (?!\z| ))+\z/;
my $words = qr/\S/;
my %shape = (
	'plan-of-action-and-milestones' => { uuid => $uuid, metadata => 'metadata', 'system-id' => 'system-id', observations => ['observation'],
		findings => ['finding'], risks => ['risk'], 'poam-items' => ['item'] },
	'system-id' => { 'identifier-type' => qr/^http/, id => $string },
	item => { uuid => $uuid, title => $string, description => $words, 'related-findings' => ['related'], 'related-risks' => ['at-risk'],
		props => ['prop'] },
	related => { 'finding-uuid' => $uuid }, 'at-risk' => { 'risk-uuid' => $uuid },
	'assessment-results' => { uuid => $uuid, metadata => 'metadata', 'import-ap' => 'import-ap', results => ['result'] },
	metadata => { title => $string, 'last-modified' => $time, version => $string, 'oscal-version' => qr/^1\.2\.1$/ },
	'import-ap' => { href => qr/^#/ },
	result => { uuid => $uuid, title => $string, description => $words, start => $time, 'reviewed-controls' => 'reviewed',
		observations => ['observation'], findings => ['finding'], risks => ['risk'] },
	reviewed => { 'control-selections' => ['selection'] },
	selection => { 'include-controls' => ['selected'] },
	selected => { 'control-id' => $token },
	observation => { uuid => $uuid, title => $string, description => $words, collected => $time, props => ['prop'], 'relevant-evidence' => ['relevant'] },
	relevant => { description => $words },
	finding => { uuid => $uuid, title => $string, description => $words, target => 'target' },
	target => { title => $string, type => qr/^(?:statement|objective)-id$/, 'target-id' => $token, status => 'status' },
	status => { state => qr/^(?:not-)?satisfied$/, reason => qr/^(?:pass|fail|other)$/ },
	risk => { uuid => $uuid, title => $string, description => $words, statement => $words, status => $token },
	prop => { name => $token, value => $string, ns => qr/^\w+:/ },);

sub misses
{
	my ($what, $at, $path) = @_;
	my @misses;
	foreach my $key (sort keys %{ $shape{$what} })
	{
		my ($want, $is) = ($shape{$what}{$key}, $at->{$key});
		if (!defined $is) { push @misses, "$path/$key is missing"; }
		elsif (ref $want eq 'Regexp') { push @misses, "$path/$key is \"$is\"" if ref $is || $is !~ $want; }
		elsif (ref $want eq 'ARRAY')
		{
			push @misses, "$path/$key is empty" unless ref $is eq 'ARRAY' && @$is;
			push @misses, map { misses($want->[0], $is->[$_], "$path/$key/$_") } 0 .. $#$is;
		}
		else { push @misses, misses($want, $is, "$path/$key"); }
	}
	return @misses;
}
is_deeply([ misses('assessment-results', $results, '') ], [], 'every required field is there, in its form');

my $result = $results->{results}[0];
my $controls = ask('SELECT count(*) FROM governance.controls');
is(scalar(@{ $result->{observations} }), $controls, 'an observation for each control');
is(scalar(@{ $result->{findings} }), $controls, 'a finding for each');
is(scalar(@{ $result->{risks} }), 3, 'a risk for each unresolved incident');
my %seen;
$seen{ $_->{uuid} }++ foreach $results, $result, @{ $result->{observations} }, @{ $result->{findings} }, @{ $result->{risks} };
is((grep { $_ > 1 } values %seen), 0, 'no UUID twice');
my %observed = map { $_->{uuid} => 1 } @{ $result->{observations} };
is((grep { !$observed{ $_->{'related-observations'}[0]{'observation-uuid'} } } @{ $result->{findings} }), 0,
	'each finding points to its observation');
ok(!(grep { $_->{target}{status}{state} eq 'satisfied' && $_->{target}{status}{reason} ne 'pass' } @{ $result->{findings} }),
	'nothing is satisfied that did not pass');

my %odd = map { $_->{target}{'target-id'} => $_ } @{ $result->{findings} };
is_deeply([ map { $odd{$_}{title} } qw(odd-1 odd-2 _1-odd) ], [ 'Two lines and a third', 'odd-2', 'passes' ], 'white space of every kind is a space');
is($result->{risks}[2]{title}, 'Incident 3:', 'a title of nothing else is nothing');

# the plan: what failed, by the same UUIDs
my $poam_text = ask('SELECT gov_compliance_report_poam(1)');
is(ask(q{SET TimeZone = 'Asia/Kathmandu'; SET DateStyle = 'German'; SELECT gov_compliance_report_poam(1)}), $poam_text, 'the same plan in every session');
my $poam = decode_json($poam_text)->{'plan-of-action-and-milestones'};
is_deeply([ misses('plan-of-action-and-milestones', $poam, '') ], [], 'every required field of the plan is there, in its form');
my @failed = map { $_->{uuid} } grep { $_->{target}{status}{reason} eq 'fail' } @{ $result->{findings} };
cmp_ok(scalar @failed, '>', 1, 'controls failed');
is_deeply([ map { $_->{uuid} } @{ $poam->{findings} } ], \@failed, 'the findings are those that failed');
is_deeply([ map { $_->{'related-findings'}[0]{'finding-uuid'} } @{ $poam->{'poam-items'} } ], \@failed, 'an item for each');
is_deeply([ map { $_->{'related-risks'}[0]{'risk-uuid'} } @{ $poam->{'poam-items'} } ], [ map { $_->{uuid} } @{ $poam->{risks} } ], 'with its risk');
undef %seen;
$seen{ $_->{uuid} }++ foreach $results, $result, $poam, map { @$_ } @{$poam}{qw(poam-items risks findings)};
is((grep { $_ > 1 } values %seen), 0, 'no UUID is of two things');
ask("SELECT gov_drop_control(id) FROM unnest('{odd-1,odd-2}'::text[]) AS id");
ask("SELECT gov_compliance_report(framework => 'plain')");
is(ask('SELECT gov_compliance_report_poam(2) IS NULL'), 't', 'where nothing failed there is no plan');
ask('SELECT gov_compliance_report()');

# -------------------------------------------------------------------------
# the same period again
# -------------------------------------------------------------------------
my $until = ask(q{SELECT to_char(period_end AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US+00') FROM governance.compliance_reports ORDER BY report_id DESC LIMIT 1});
$node->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'});
ask(<<'SQL');
SELECT gov_resolve_incident(1, 'done', 'a cause');
SELECT gov_resolve_incident(2, 'done');
SELECT gov_reopen_incident(2, 'not done');
SELECT gov_record_notification(2, 'gdpr', 'initial');
SELECT gov_report_incident('safety', 'critical', 'Later', '', 'risk');
SELECT gov_deploy_model('risk', '1.0.0', 'staging') WHERE gov_set_policy('sod.approver_may_deploy', 'true') IS NOT NULL;
SELECT gov_create_user('later', 'later@example.com');
SELECT gov_assign_role('later', 'analyst');
SELECT gov_set_policy('audit.retention_days', '30');
SELECT gov_define_sla('model', 'risk', 1, 2), gov_define_sla('model', 'later');
SQL
ask("SET TimeZone = 'Asia/Kathmandu'; SET DateStyle = 'German'; SET extra_float_digits = 0; SET IntervalStyle = 'iso_8601'; SELECT gov_compliance_report(30, until => '$until')");
is(ask('SELECT count(DISTINCT digest) FROM governance.compliance_reports WHERE report_id IN (3, 4)'), '1',
	'made again in another session, after changes, it has the same digest')
  or diag(ask(q{SELECT string_agg(k, ' ') FROM governance.compliance_reports AS a, governance.compliance_reports AS b, jsonb_object_keys(a.report) AS k
	WHERE a.report_id = 3 AND b.report_id = 4 AND a.report -> k IS DISTINCT FROM b.report -> k})
	. ask(q{SELECT string_agg(x ->> 'id', ' ') FROM governance.compliance_reports AS a, governance.compliance_reports AS b,
	jsonb_array_elements(a.report -> 'controls') AS x, jsonb_array_elements(b.report -> 'controls') AS y
	WHERE a.report_id = 3 AND b.report_id = 4 AND x ->> 'id' = y ->> 'id' AND x <> y}));
ask('SELECT gov_compliance_report()');
is(ask('SELECT count(DISTINCT digest) FROM governance.compliance_reports WHERE report_id > 2'), '2', 'a report of now has another');
is(ask('SELECT string_agg(DISTINCT gov_compliance_report_oscal(report_id) #>> $${assessment-results,uuid}$$, $$,$$) = min(gov_compliance_report_oscal(report_id) #>> $${assessment-results,uuid}$$)
	FROM generate_series(3, 4) AS report_id'), 't', 'and the one made again has the same UUIDs');

# -------------------------------------------------------------------------
# others write at length
# -------------------------------------------------------------------------
ask(<<'SQL');
ALTER TABLE governance.deployment_history DISABLE TRIGGER guard;
INSERT INTO governance.deployment_history (model_id, deployment_no, version, deployment_id, environment, deployed_at, deployed_by, status, ended_at, ended_by, reason)
SELECT 'risk', 1000 + i, '1.0.0', 'long-' || i, 'staging', now() - interval '2 hours', 'x', 'undeployed', now() - interval '1 hour', 'x', repeat(i || ' ', 50000)
FROM generate_series(1, 500) AS i;
ALTER TABLE governance.deployment_history ENABLE ALWAYS TRIGGER guard;
SELECT gov_add_control('long', 'long', 'writes at length', 'SELECT repeat(i || '' '', 5000), true FROM generate_series(1, 500) AS i');
SQL
is(ask(q{SELECT pg_column_size(r) < 8000000, r #>> '{deployments,history_total}' >= '500',
	(SELECT max(length(d ->> 'reason')) FROM jsonb_array_elements(r #> '{deployments,history}') AS d),
	(SELECT max(length(f)) FROM jsonb_array_elements(r -> 'controls') AS c, jsonb_array_elements_text(c -> 'findings') AS f)
	FROM gov_compliance_report() AS r}), 't|t|2006|1006', 'a report has not all of what is long');

$node->stop;
done_testing();
