# The REST interface of the contract, route by route, with the shapes that are
# promised; what goes wrong, with its status.

use strict;
use warnings;

use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('gateway');
$node->init;
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'governance'
log_statement = none
});
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_role('scientist', '', '{model:register,usecase:create,sla:record,compliance:report}');
	SELECT gov_create_role('service');
	SELECT gov_grant_permission('service', 'actor:impersonate');
	SELECT gov_create_user(u, u || '@example.com') FROM unnest('{sci,app,ops,aud,svc,boss}'::text[]) AS u;
	SELECT gov_assign_role('sci', 'scientist'), gov_assign_role('app', 'approver'),
		gov_assign_role('ops', 'operator'), gov_assign_role('aud', 'auditor'),
		gov_assign_role('svc', 'service'), gov_assign_role('boss', 'admin');
});
my %token = map { split /=/ } split /\n/, $node->safe_psql('app',
	q{SELECT u || '=' || gov_create_api_token(u, 'test') FROM unnest('{sci,app,ops,aud,svc,boss}'::text[]) AS u});

my ($out, $err) = run_command([ $ENV{GATEWAY} // 'governance-gateway', '--check',
	'--db', $node->connstr('app') . ' user=gateway' ]);
like($out, qr/^governance \S+, \d+ routes, \d+ statements: ok$/,
	'each route finds its SQL functions') or diag($err);
unlike($err, qr/does not exist/, 'and none is missing');

my $gateway = Gateway->new($node, 'app');

# as(user, status, method, path, body, headers): the JSON of the reply
my $last;
sub as
{
	my ($user, $status, $method, $path, $body, %headers) = @_;
	$last = $gateway->ask($user ? $token{$user} : undef, $method, $path, $body, %headers);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($last->{status}, $status, ($user // 'nobody') . " $method $path: $status")
	  or diag($last->{content});
	return $last->{json};
}

# refused(...): the same, an error with that SQLSTATE
sub refused
{
	my ($code, @request) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $json = as(@request);
	is($json->{code}, $code, "  code $code");
	is_deeply([ sort keys %$json ], [qw(code detail error hint)], '  in the usual form');
	return $json;
}

sub has_keys
{
	my ($json, $what, @keys) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my @missing = grep { !exists $json->{$_} } @keys;
	is("@missing", '', "  $what has all its keys");
	return;
}

my @version_keys = qw(model_id version created_at created_by description
  source_commit training_data_hash hyperparameters model_path model_size_bytes
  artifacts metadata content_digest status approval_status metrics approved_by
  approved_at deployed_at deployed_by deployment_id deployment_history);

# -- models ----------------------------------------------------------------------
my $v = as('sci', 201, 'POST', '/models/register',
	{ model_id => 'vc', version => '1.0.0', description => "Zo\xc3\xab's \xe2\x82\xac classifier",
		hyperparameters => { depth => 6 }, model_size_bytes => 12345678901,
		registered_by => 'sci' });
has_keys($v, 'a model version', @version_keys);
is($v->{status}, 'registered', '  status');
is($v->{description}, "Zo\xc3\xab's \xe2\x82\xac classifier", '  text that is not ASCII');
is($v->{model_size_bytes}, 12345678901, '  a large number');
is_deeply($v->{metrics}, { accuracy => undef, latency_ms => undef }, '  no metrics yet');
is_deeply([ @$v{qw(approved_by approved_at deployed_at deployment_id)} ],
	[ undef, undef, undef, undef ], '  nobody decided yet');
like($v->{created_at}, qr/^\d{10}\.\d+$/, '  times are numbers');
refused('23505', 'sci', 409, 'POST', '/models/register', { model_id => 'vc', version => '1.0.0' });
refused('42501', 'ops', 403, 'POST', '/models/register', { model_id => 'vc', version => '1.0.1' });
refused('22023', 'sci', 400, 'POST', '/models/register', { model_id => '../etc', version => '1' });
refused('22023', 'sci', 400, 'POST', '/models/register', { model_id => 'x' });
my $list = as('aud', 200, 'GET', '/models');
is($list->{count}, 1, '  one model');
is($list->{models}[0]{model_id}, 'vc', '  by its id');
is(as('aud', 200, 'GET', '/models?search=nothing+like+it')->{count}, 0, '  none');
$list = as('aud', 200, 'GET', '/models/vc/versions');
is_deeply([ sort keys %$list ], [qw(count model_id versions)], '  {model_id, versions, count}');
is($list->{versions}[0]{version}, '1.0.0', '  with its versions');
refused('42704', 'aud', 404, 'GET', '/models/nothing/versions');
is_deeply(as('aud', 200, 'GET', '/models/vc/versions/1.0.0'), $v, '  as it was registered');
like(refused('42704', 'aud', 404, 'GET', '/models/vc/versions/9.9')->{error},
	qr/^model version "vc:9\.9" does not exist$/, '  said in words');

as('sci', 200, 'POST', '/models/vc/versions/1.0.0/request-approval', { comments => 'please' });
refused('42501', 'sci', 403, 'POST', '/models/vc/versions/1.0.0/approve', {});
$v = as('app', 200, 'POST', '/models/vc/versions/1.0.0/approve', { approved_by => 'app', comments => 'ok' });
is($v->{approved_by}, 'app', '  approved by');
like($v->{approved_at}, qr/^\d{10}\.\d+$/, '  approved at');
refused('55000', 'app', 409, 'POST', '/models/vc/versions/1.0.0/approve');
as('boss', 201, 'POST', '/models/register', { model_id => 'own', version => '1' });
refused('MG001', 'boss', 403, 'POST', '/models/own/versions/1/approve', {});
refused('55000', 'ops', 409, 'POST', '/models/vc/versions/1.0.0/deploy', {});
$v = as('ops', 200, 'POST', '/models/vc/versions/1.0.0/deploy', { environment => 'staging' });
is($v->{status}, 'deployed_staging', '  staging');
$v = as('ops', 200, 'POST', '/models/vc/versions/1.0.0/metrics', { accuracy => 0.93, latency_ms => 12, recorded_by => 'ops' });
is_deeply($v->{metrics}, { accuracy => 0.93, latency_ms => 12 }, '  metrics as they are');
$v = as('ops', 200, 'POST', '/models/vc/versions/1.0.0/metrics', { metrics => { accuracy => 0.94 } });
is($v->{metrics}{accuracy}, 0.94, '  the latest value counts');
$v = as('ops', 200, 'POST', '/models/vc/versions/1.0.0/deploy', { deployment_id => 'd-1', notes => 'go' });
is_deeply([ @$v{qw(status deployed_by deployment_id)} ],
	[ 'deployed_production', 'ops', 'd-1' ], '  production');
is(scalar @{ $v->{deployment_history} }, 2, '  both deployments in its history');
my $before = $v->{deployed_at} + 0.001;

as('sci', 201, 'POST', '/models/register', { model_id => 'vc', version => '2.0.0' });
refused('55000', 'ops', 409, 'POST', '/models/vc/versions/2.0.0/rollback', { reason => 'not active' });
as('app', 200, 'POST', '/models/vc/versions/2.0.0/approve');
as('ops', 200, 'POST', '/models/vc/versions/2.0.0/deploy', { environment => 'staging' });
as('ops', 200, 'POST', '/models/vc/versions/2.0.0/deploy');
is(as('aud', 200, 'GET', '/models/vc/deployed')->{version}, '2.0.0', '  what is live');
is(as('aud', 200, 'GET', "/models/vc/deployed?as_of=$before")->{version}, '1.0.0', '  what was live');
refused('42704', 'aud', 404, 'GET', '/models/vc/deployed?as_of=0');
refused('55000', 'ops', 409, 'POST', '/models/vc/versions/1.0.0/rollback', { reason => 'bad' });
$v = as('ops', 200, 'POST', '/models/vc/versions/2.0.0/rollback', { reason => 'bad' });
is_deeply([ @$v{qw(version status approval_status approved_by)} ],
	[ '2.0.0', 'rolled_back', 'requires_changes', undef ], '  rolled back');
is(as('aud', 200, 'GET', '/models/vc/deployed')->{version}, '1.0.0', '  the one before is live again');
$list = as('aud', 200, 'GET', '/models/vc/versions/1.0.0/history');
is($list->{count}, 3, '  deployments of it');
is($list->{history}[0]{status}, 'active', '  newest first');
$list = as('aud', 200, 'GET', '/models/vc/versions/1.0.0/approvals');
is_deeply([ map { $_->{approval_status} } @{ $list->{approvals} } ], [qw(approved pending)], '  votes');
as('sci', 200, 'POST', '/models/vc/versions/2.0.0/request-approval');
as('app', 200, 'POST', '/models/vc/versions/2.0.0/request-changes', { comments => 'more data' });
as('sci', 200, 'POST', '/models/vc/versions/2.0.0/request-approval');
is(as('app', 200, 'POST', '/models/vc/versions/2.0.0/reject', { reason => 'no' })->{approval_status}, 'rejected', '  rejected');
refused('55000', 'boss', 409, 'POST', '/models/vc/versions/2.0.0/deprecate');
is(as('boss', 200, 'POST', '/models/own/versions/1/deprecate', { reason => 'old' })->{status}, 'deprecated', '  deprecated');
is_deeply(as('sci', 200, 'PUT', '/models/vc/aliases/leading', { version => '1.0.0' }),
	{ model_id => 'vc', alias => 'leading', version => '1.0.0', is_protected => JSON::PP::false },
	'  an alias');
is(as('sci', 200, 'DELETE', '/models/vc/aliases/leading')->{dropped}, JSON::PP::true, '  dropped');
is(as('sci', 200, 'DELETE', '/models/vc/aliases/leading')->{dropped}, JSON::PP::false, '  was not there');

# -- use-cases --------------------------------------------------------------------
my $u = as('sci', 201, 'POST', '/usecases/create',
	{ usecase_id => 'loans', name => 'Loans', description => 'd', owner => 'sci',
		model_ids => ['vc'], impact_level => 'low', affected_systems => [ 'a', 'b' ] });
has_keys($u, 'a use-case', qw(usecase_id name description owner model_ids input_schema
	  output_schema impact_level risk_class impact_score affected_systems dependencies status
	  created_at created_by replaced_by metrics approved_by deployed_at));
is_deeply($u->{affected_systems}, [ 'a', 'b' ], '  lists are lists');
is(as('aud', 200, 'GET', '/usecases')->{usecases}[0]{usecase_id}, 'loans', '  listed');
is(as('aud', 200, 'GET', '/usecases?status=deployed')->{count}, 0, '  by status');
refused('22023', 'aud', 400, 'GET', '/usecases?status=wrong');
as('sci', 200, 'POST', '/usecases/loans/submit');
is(as('app', 200, 'POST', '/usecases/loans/approve', { approved_by => 'app' })->{approved_by}, 'app', '  approved');
is(as('ops', 200, 'GET', '/usecases/loans/admit')->{admitted}, JSON::PP::false, '  not admitted yet');
$u = as('ops', 200, 'POST', '/usecases/loans/deploy', { environment => 'production' });
is($u->{status}, 'deployed', '  deployed');
like($u->{deployed_at}, qr/^\d{10}\.\d+$/, '  at');
is_deeply(as('ops', 200, 'GET', '/usecases/loans/admit'),
	{ admitted => JSON::PP::true, reason => $last->{json}{reason}, models => { vc => '1.0.0' } }, '  admitted');
is(as('ops', 200, 'POST', '/usecases/loans/metrics', { total_queries => 10 })->{metrics}{total_queries}, 10, '  metrics');
is(as('aud', 200, 'GET', '/usecases/loans/deployments')->{deployments}[0]{environment}, 'production', '  deployments');
is(as('boss', 200, 'POST', '/usecases/loans/deprecate', { reason => 'r' })->{status}, 'deprecated', '  deprecated');
is(as('boss', 200, 'POST', '/usecases/loans/archive')->{status}, 'archived', '  archived');
refused('42704', 'aud', 404, 'GET', '/usecases/nothing');
refused('42704', 'aud', 404, 'GET', '/usecases/nothing/admit');
as('sci', 201, 'POST', '/usecases/create', { usecase_id => 'spam', name => 'S', description => 'd', owner => 'sci' });
as('sci', 200, 'POST', '/usecases/spam/submit');
is(as('app', 200, 'POST', '/usecases/spam/reject', { reason => 'why' })->{status}, 'draft', '  rejected');
my $answers = $node->safe_psql('app', q{SELECT jsonb_object_agg(question_id,
	CASE answer_type WHEN 'choice' THEN options -> 0 -> 'answer' ELSE 'false' END) FROM governance.impact_questions});
like(as('sci', 200, 'POST', '/usecases/spam/assess', $answers)->{risk_class}, qr/^(minimal|limited)$/, '  assessed');

# -- users, roles, permissions ------------------------------------------------------
is_deeply(as('boss', 201, 'POST', '/users/create', { user_id => 'new', email => 'new@example.com', created_by => 'boss' }),
	{ user_id => 'new', created => JSON::PP::true }, '  {user_id, created}');
refused('23505', 'boss', 409, 'POST', '/users/create', { user_id => 'new', email => 'new@example.com' });
is_deeply(as('boss', 200, 'POST', '/users/new/roles/analyst/assign', { assigned_by => 'boss' }),
	{ user_id => 'new', role => 'analyst', assigned => JSON::PP::true }, '  {user_id, role, assigned}');
refused('42704', 'boss', 404, 'GET', '/users/nobody/roles');
$list = as('boss', 200, 'GET', '/users/new/roles');
is_deeply($list->{roles}, ['analyst'], '  {user_id, roles}');
is_deeply(as('sci', 200, 'GET', '/users/new/permissions/audit:read'),
	{ user_id => 'new', permission => 'audit:read', granted => JSON::PP::true }, '  {user_id, permission, granted}');
is(as('sci', 200, 'GET', '/users/new/permissions/MODEL_DEPLOY')->{granted}, JSON::PP::false, '  not granted');
is(as('sci', 200, 'GET', '/users/unknown/permissions/audit%3Aread')->{granted}, JSON::PP::false, '  unknown user: not granted');
refused('22023', 'sci', 400, 'GET', '/users/new/permissions/audit:raed');
is_deeply(as('boss', 200, 'POST', '/users/new/revoke/analyst', { revoked_by => 'boss' }),
	{ user_id => 'new', role => 'analyst', revoked => JSON::PP::true }, '  {user_id, role, revoked}');
is(as('boss', 200, 'POST', '/users/new/revoke/analyst')->{revoked}, JSON::PP::false, '  was not held');
refused('42704', 'boss', 404, 'POST', '/users/unknown/roles/analyst/assign');
refused('MG001', 'boss', 403, 'POST', '/users/app/roles/operator/assign');

# -- who acts ------------------------------------------------------------------------
refused('42501', 'app', 403, 'POST', '/models/vc/versions/1.0.0/metrics', { accuracy => 1, recorded_by => 'ops' });
as('svc', 200, 'POST', '/models/vc/versions/1.0.0/metrics', { accuracy => 0.5, recorded_by => 'ops' });
is($node->safe_psql('app', q{SELECT recorded_by FROM governance.model_metrics ORDER BY recorded_at DESC LIMIT 1}),
	'ops', 'a service acts for whom the body names');
is($node->safe_psql('app', q{SELECT actor || ' ' || resource FROM governance.audit_events WHERE event_type = 'user.impersonate'}),
	'svc user/ops', 'and the trail names the service');
refused('22023', 'svc', 400, 'POST', '/models/vc/versions/1.0.0/approve', { approved_by => 'a', recorded_by => 'b' });
refused('42704', 'svc', 404, 'POST', '/models/vc/versions/1.0.0/approve', { approved_by => 'nobody' });
refused('28000', undef, 401, 'GET', '/models');
like($last->{headers}{'www-authenticate'}, qr/^Bearer/, '  says how');
$token{wrong} = 'gov_' . 'x' x 43;
refused('28000', 'wrong', 401, 'GET', '/models');
$token{form} = 'a.b.c';
refused('28000', 'form', 401, 'GET', '/models');
$token{revoked} = $node->safe_psql('app', q{SELECT gov_create_api_token('aud', 'gone')});
$node->safe_psql('app', q{SELECT gov_revoke_api_token(max(token_id)) FROM governance.api_tokens});
refused('28000', 'revoked', 401, 'GET', '/models');

# -- approval requests ---------------------------------------------------------------
my $r = as('ops', 200, 'POST', '/approvals/request',
	{ action => 'model_deploy_production', context => { model_id => 'vc', version => '1.0.0' },
		comments => 'c', requester_id => 'ops' });
is($r->{status}, 'pending', '  pending');
is($r->{requester_id}, 'ops', '  of whom');
my $id = $r->{request_id};
is(as('aud', 200, 'GET', '/approvals?status=pending')->{approvals}[0]{request_id}, $id, '  listed');
$r = as('app', 200, 'POST', "/approvals/$id/approve", { comments => 'fine', approver_id => 'app' });
is($r->{approvals}[0]{approver}, 'app', '  with its votes');
is(as('aud', 200, 'GET', "/approvals/$id")->{status}, 'approved', '  approved');
refused('55000', 'app', 409, 'POST', "/approvals/$id/reject", { reason => 'late' });
is(as('ops', 200, 'POST', "/approvals/$id/withdraw")->{status}, 'withdrawn', '  withdrawn');
refused('22P02', 'aud', 400, 'GET', '/approvals/no-uuid');
refused('42704', 'aud', 404, 'GET', '/approvals/00000000-0000-0000-0000-000000000000');

# -- incidents -----------------------------------------------------------------------
my $incident = as('ops', 201, 'POST', '/incidents/report',
	{ category => 'performance', severity => 'critical', title => 't', description => 'd',
		resource => 'vc:1.0.0', affected_count => 3, reported_by => 'ops' });
is_deeply([ sort keys %$incident ], [qw(incident_id reported)], '  {incident_id, reported}');
$id = $incident->{incident_id};
refused('22023', 'ops', 400, 'POST', '/incidents/report',
	{ category => 'nonsense', severity => 'error', title => 't', description => 'd', resource => 'r' });
is(as('aud', 200, 'GET', '/incidents?severity=critical&resource=vc:1.0.0')->{incidents}[0]{incident_id}, $id, '  listed');
is(as('aud', 200, 'GET', '/incidents?status=closed')->{count}, 0, '  by status');
is(as('aud', 200, 'GET', "/incidents/$id")->{title}, 't', '  one');
is(as('ops', 200, 'POST', "/incidents/$id/acknowledge", { acknowledged_by => 'ops' })->{status}, 'acknowledged', '  acknowledged');
as('ops', 200, 'POST', "/incidents/$id/comment", { comments => 'looking' });
is(as('ops', 200, 'POST', "/incidents/$id/resolve", { resolution => 'fixed', root_cause => 'x' })->{status}, 'resolved', '  resolved');
is(as('ops', 200, 'POST', "/incidents/$id/reopen", { reason => 'again' })->{status}, 'reopened', '  reopened');
as('ops', 200, 'POST', "/incidents/$id/resolve", { resolution => 'fixed' });
is(as('ops', 200, 'POST', "/incidents/$id/close")->{status}, 'closed', '  closed');
refused('42704', 'aud', 404, 'GET', '/incidents/999999');
refused('22P02', 'aud', 400, 'GET', '/incidents/one');

# -- service levels ------------------------------------------------------------------
is_deeply(as('boss', 201, 'POST', '/sla/model/vc/define',
		{ response_time_p95 => 200, response_time_p99 => 400, availability_target => 99.5, error_rate_target => 0.5 })->{target},
	{ response_time_p95_ms => 200, response_time_p99_ms => 400, availability_percent => 99.5, error_rate_percent => 0.5 },
	'  {resource_id, resource_type, target}');
is_deeply([ @{ $last->{json} }{qw(resource_type resource_id)} ], [ 'model', 'vc' ], '  of what');
is_deeply(as('boss', 201, 'POST', '/sla/model/vc/define', { availability_percent => undef, error_rate_target => undef })->{target},
	{ response_time_p95_ms => 500, response_time_p99_ms => 1000, availability_percent => undef, error_rate_percent => undef },
	'  null is no target, what is left out has its default');
is(as('aud', 200, 'GET', '/sla/model/vc/status')->{target}{availability_target}, undef, '  which the status says');
as('boss', 201, 'POST', '/sla/model/vc/define', { response_time_p95_ms => 200, response_time_p99_ms => 400 });
is(as('ops', 200, 'POST', '/sla/model/vc/observations', { latency_ms => 20 })->{recorded}, 1, '  one observation');
is(as('ops', 200, 'POST', '/sla/model/vc/observations', { latency_ms => [ 10, 20, 30 ], success => [ JSON::PP::true, JSON::PP::false, JSON::PP::true ] })->{recorded}, 3, '  arrays');
is(as('ops', 200, 'POST', '/sla/model/vc/observations', { observations => [ { latency_ms => 5 }, { latency_ms => 6, success => JSON::PP::true, observed_at => time() - 60 } ] })->{recorded}, 2, '  objects');
is(as('ops', 200, 'POST', '/sla/model/vc/observations', { observations => [] })->{recorded}, 0, '  none');
is(as('ops', 200, 'POST', '/sla/model/vc/observations', { latency_ms => [], observed_at => time() })->{recorded}, 0, '  none at all');
refused('22023', 'ops', 400, 'POST', '/sla/model/vc/observations', { latency_ms => [ 1, 2, 3 ], success => [ JSON::PP::true ] });
refused('22023', 'ops', 400, 'POST', '/sla/model/vc/observations', { latency_ms => [ 1, 2 ], observed_at => [ time() ] });
as('ops', 200, 'POST', '/sla/model/vc/measurements', { response_time_p95 => 900, availability_percent => 99.9, recorded_by => 'ops' });
my $status = as('aud', 200, 'GET', '/sla/model/vc/status?hours=24');
has_keys($status, 'the status', qw(resource_id resource_type status period_hours));
is($status->{period_hours}, 24, '  period');
like($status->{status}, qr/^(compliant|at_risk|violated|unknown)$/, '  in a word');
is(as('aud', 200, 'GET', '/sla/model/nothing/status')->{status}, 'unknown', '  unknown');
refused('42704', 'ops', 404, 'POST', '/sla/model/nothing/observations', { latency_ms => 1 });
$list = as('aud', 200, 'GET', '/sla/model/vc/violations?hours=24');
has_keys($list, 'a list', qw(violations count));
$id = $list->{violations}[0]{violation_id};
ok($id, '  the summary missed its target');
refused('42704', 'ops', 404, 'POST', "/sla/model/other/violations/$id/acknowledge", {});
refused('42501', 'aud', 403, 'POST', "/sla/model/other/violations/$id/acknowledge", {});
is(as('ops', 200, 'POST', "/sla/model/vc/violations/$id/acknowledge", { notes => 'seen' })->{acknowledged_by}, 'ops', '  acknowledged');

# -- reports and the trail -----------------------------------------------------------
my $report = as('aud', 200, 'GET', '/compliance/report?period_days=7');
has_keys($report, 'the report', qw(report_id report_type generated_at period summary unresolved_incidents
	  sla deployments approvals access controls audit));
is($report->{period}{days}, 7, '  of the period');
as('aud', 200, 'GET', '/compliance/report', undef, Accept => 'text/markdown');
like($last->{headers}{'content-type'}, qr{^text/markdown}, '  as Markdown');
like($last->{content}, qr/^#/m, '  with headings');
as('aud', 200, 'GET', '/compliance/report', undef, Accept => 'text/html,application/json;q=0.5');
like($last->{headers}{'content-type'}, qr{^text/html}, '  as HTML');
like($last->{content}, qr/<svg/, '  with charts');
$list = as('aud', 200, 'GET', '/audit-log?user_id=ops&limit=3');
is_deeply([ sort keys %$list ], [qw(count entries)], '  {entries, count}');
is($list->{count}, 3, '  as many as asked for');
refused('42501', 'sci', 403, 'GET', '/audit-log');
is(as('aud', 200, 'GET', '/audit-log?resource=model_version/vc:1.0.0')->{entries}[-1]{event_type},
	'model_version.register', '  of a resource');
$node->safe_psql('app', 'SELECT gov_audit_seal()');
like(as('aud', 200, 'GET', '/audit/checkpoint')->{checkpoint}, qr/^\S+\n\d+\n\S+\n/, '  a checkpoint');
my $event = $node->safe_psql('app', 'SELECT min(event_id) FROM governance.audit_events');
has_keys(as('aud', 200, 'GET', "/audit/proof/$event"), 'a proof', qw(leaf_index leaf_hash tree_size root path));
refused('55000', 'aud', 409, 'GET', "/audit/proof/$event/file");	# no key here: see 073_governance_verify
refused('42501', 'sci', 403, 'GET', "/audit/proof/$event/file");
refused('42704', 'aud', 404, 'GET', '/audit/proof/9000000000000000000/file');
as('aud', 200, 'GET', '/audit/consistency?from=1&to=2');
refused('22023', 'aud', 400, 'GET', '/audit/consistency?from=0&to=2');

# -- the service itself --------------------------------------------------------------
my $health = as(undef, 200, 'GET', '/health');
has_keys($health, 'health', qw(status components));
is($gateway->ask(undef, 'GET', '/api/../health')->{status}, 404, 'no way around by ..');
is(HTTP::Tiny->new->get("http://127.0.0.1:$gateway->{port}/health")->{status}, 200, 'health without the base path');
as(undef, 200, 'GET', '/openapi.json');
is($last->{json}{openapi}, '3.1.0', '  OpenAPI 3.1');
is(scalar(grep { $_->{'x-sql-function'} } map { values %$_ } values %{ $last->{json}{paths} }), 112, '  functions of routes');
as('aud', 200, 'GET', '/metrics');
like($last->{content}, qr/^governance_gateway_requests_total\{status="200"\} \d+$/m, '  metrics of the gateway');
refused('28000', undef, 401, 'GET', '/metrics');

# -- pages ---------------------------------------------------------------------------
as('sci', 201, 'POST', '/models/register', { model_id => "page-$_", version => '1' }) foreach 1 .. 5;
# denied attempts become events a little later: now
$node->safe_psql('app', 'SELECT gov_run_maintenance()');
foreach my $page ([ '/models?search=page&limit=2', 'models', 'model_id' ],
	[ '/audit-log?user_id=sci&limit=7', 'entries', 'event_id' ])
{
	my ($path, $name, $key) = @$page;
	my (@seen, $pages);
	while ($path)
	{
		$list = as('aud', 200, 'GET', $path);
		push @seen, map { $_->{$key} } @{ $list->{$name} };
		($path) = ($last->{headers}{link} // '') =~ m{^</api/governance(/[^>]*)>; rel="next"$};
		last if ++$pages > 50;
	}
	my %once = map { $_ => 1 } @seen;
	is(scalar keys %once, scalar @seen, "no $key twice, in $pages pages");
	is(scalar @seen, $name eq 'models' ? 5
		: $node->safe_psql('app', q{SELECT count(*) FROM governance.audit_events WHERE actor = 'sci'}),
		'and none missed');
}
as('sci', 201, 'POST', '/models/register', { model_id => 'paged', version => "$_" }) foreach 1 .. 3;
is(as('sci', 200, 'GET', '/models/paged/versions?limit=2')->{count}, 2, 'two versions');
my ($next) = $last->{headers}{link} =~ m{governance(/[^>]*)>};
is(as('sci', 200, 'GET', $next)->{versions}[0]{version}, '1', 'then the last');
refused('22023', 'aud', 400, 'GET', '/models?limit=0');
refused('22P02', 'aud', 400, 'GET', '/models?limit=many');
refused('22023', 'aud', 400, 'GET', '/models?enviroment=staging');

# -- what changed meanwhile -------------------------------------------------------------
as('sci', 200, 'GET', '/models/paged/versions/1');
my $tag = $last->{headers}{etag};
like($tag, qr/^"[0-9a-f]{32}"$/, 'an ETag');
as('sci', 304, 'GET', '/models/paged/versions/1', undef, 'If-None-Match' => $tag);
as('app', 412, 'POST', '/models/paged/versions/1/approve', {}, 'If-Match' => '"0123"');
is(as('sci', 200, 'GET', '/models/paged/versions/1')->{approval_status}, 'pending', 'nothing was done');
as('app', 200, 'POST', '/models/paged/versions/1/approve', {}, 'If-Match' => $tag);
isnt($last->{headers}{etag}, $tag, 'another tag then');
as('sci', 412, 'POST', '/models/paged/versions/1/metrics', { accuracy => 1 }, 'If-Match' => $tag);
as('sci', 200, 'POST', '/models/paged/versions/1/metrics', { accuracy => 1 }, 'If-Match' => '*');

# -- once and no more ----------------------------------------------------------------
my %key = ('Idempotency-Key' => 'k-1');
my $first = as('sci', 201, 'POST', '/models/register', { model_id => 'once', version => '1' }, %key);
is_deeply(as('sci', 201, 'POST', '/models/register', { model_id => 'once', version => '1' }, %key), $first, 'the same answer');
is($last->{headers}{'idempotency-replayed'}, 'true', '  said to be');
is($node->safe_psql('app', q{SELECT count(*) FROM governance.audit_events WHERE resource = 'model_version/once:1'}), 1, 'one event');
refused('key_reused', 'sci', 422, 'POST', '/models/register', { model_id => 'once', version => '2' }, %key);
as('boss', 201, 'POST', '/models/register', { model_id => 'once', version => '3' }, %key);
refused('42501', 'ops', 403, 'POST', '/models/register', { model_id => 'once', version => '4' }, %key);
as('sci', 400, 'POST', '/models/register', { model_id => 'x', version => '1' }, 'Idempotency-Key' => 'k' x 300);

# -- what cannot be understood ---------------------------------------------------------
as('sci', 400, 'POST', '/models/register', '{bad');
as('sci', 400, 'POST', '/models/register', '{"model_id": "a"} {}');
as('sci', 400, 'POST', '/models/register', '{"a":' x 40 . '1' . '}' x 40);
as('sci', 400, 'POST', '/models/register', '[' x 100_000);
as('sci', 400, 'POST', '/models/register', qq({"model_id": "a\xff\xfe", "version": "1"}));
as('sci', 400, 'POST', '/models/register', qq({"model_id": "a\0b", "version": "1"}));
as('sci', 400, 'POST', '/models/register', '{"model_id": "a\u0000b", "version": "1"}');
as('sci', 400, 'POST', '/models/register', '{"model_id": "a", "version": "1", "description": "\u0000"}');
refused('22023', 'sci', 400, 'POST', '/models/register', '[]');
refused('22023', 'sci', 400, 'POST', '/models/register', { model_id => [1], version => '1' });
refused('22023', 'sci', 400, 'POST', '/models/vc/versions/1.0.0/approve', { version => '2.0.0' });

as('sci', 415, 'POST', '/models/register', 'model_id=a', 'Content-Type' => 'application/x-www-form-urlencoded');
as('sci', 413, 'POST', '/models/register', '{"description": "' . 'x' x 3_000_000 . '"}');
like($gateway->raw("POST /api/governance/models/register HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3000000\r\n\r\n"),
	qr{^HTTP/1.1 413 }, 'who asks first is told before sending it');
as('sci', 400, 'GET', '/models/vc%2Fversions/versions');
as('sci', 400, 'GET', '/models/a%00b/versions');
as('sci', 400, 'GET', '/models/a%ffb/versions');
as('sci', 400, 'GET', '/models/a%zzb/versions');
as('sci', 400, 'GET', q{/models/x'%3B%20DROP%20TABLE%20governance.models%3B--/versions});
as('sci', 200, 'GET', q{/models?search=%25'%3B%20SELECT%20pg_sleep(10)--});
as('sci', 404, 'GET', '/nothing');
as('sci', 404, 'GET', '/models/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p');
as('sci', 405, 'DELETE', '/models/vc/versions');
is($last->{headers}{allow}, 'GET, HEAD, OPTIONS', '  allowed instead');
as('sci', 204, 'OPTIONS', '/models');
ok(!exists $last->{headers}{'access-control-allow-origin'}, 'no other origin may ask');
is($gateway->ask($token{aud}, 'HEAD', '/models')->{content} // '', '', 'HEAD has no body');

# -- it leaves no token behind ----------------------------------------------------------
is($gateway->stop, 0, 'it stops');
my $logs = slurp_file($gateway->{log}) . slurp_file($gateway->{access}) . slurp_file($node->logfile);
unlike($logs, qr/\Q$_\E/, 'a token is in no log') foreach values %token;
my @lines = split /\n/, slurp_file($gateway->{access});
my ($line) = grep { $_->{status} == 403 && ($_->{user} // '') eq 'sci' } map { $Gateway::JSON->decode($_) } @lines;
has_keys($line, 'an access line', qw(time request_id remote method path route user status code bytes ms));

$node->stop;
done_testing();
