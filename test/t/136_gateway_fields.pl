# What a route does not know, or knows otherwise, is refused: fields of bodies,
# of objects in them, query parameters, limits, tags.  Nothing is done then.

use strict;
use warnings;

use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('fields');
$node->init;
$node->append_conf('postgresql.conf', "log_statement = none");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_role('scientist', '', '{model:register,usecase:create,sla:record,model:deprecate}');
	SELECT gov_create_user(u, u || '@example.com') FROM unnest('{sci,app,ops,aud,boss}'::text[]) AS u;
	SELECT gov_assign_role('sci', 'scientist'), gov_assign_role('app', 'approver'), gov_assign_role('ops', 'operator'),
		gov_assign_role('aud', 'auditor'), gov_assign_role('boss', 'admin');
	SELECT gov_define_sla('model', 'vc');
});
my %token = map { split /=/ } split /\n/, $node->safe_psql('app',
	q{SELECT u || '=' || gov_create_api_token(u, 'test') FROM unnest('{sci,app,ops,aud,boss}'::text[]) AS u});
$token{wrong} = 'gov_' . 'x' x 43;
my $gateway = Gateway->new($node, 'app');

my $last;
sub as
{
	my ($user, $status, $method, $path, $body, %headers) = @_;
	$last = $gateway->ask($token{$user}, $method, $path, $body, %headers);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($last->{status}, $status, "$user $method $path: $status") or diag($last->{content});
	return $last->{json};
}

# refused(user, method, path, body, what the error is, what its detail is)
sub refused
{
	my ($user, $method, $path, $body, $error, $detail) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $json = as($user, 400, $method, $path, $body);
	is($json->{code}, '22023', '  code');
	like($json->{error}, $error, '  says which');
	like($json->{detail} // '', $detail, '  and which there are') if $detail;
	return $json;
}

sub sql { return $node->safe_psql('app', shift); }

# -- one observation and many, of every form ----------------------------------------
my $observe = '/sla/model/vc/observations';
my ($true, $false) = (JSON::PP::true, JSON::PP::false);
my $now = time;
sub counts
{
	return sql(q{SELECT (r ->> 'count') || ' ' || (round((r ->> 'count')::numeric * (r ->> 'error_rate')::numeric / 100))::int
		FROM gov_sla_report('model', 'vc') AS r});
}
my ($n, $failed) = (0, 0);
foreach ([ { latency_ms => 12 }, 1, 0 ],
	[ { latency_ms => 12, success => $false }, 1, 1 ],
	[ { latency_ms => 12, success => $true, observed_at => $now - 60 }, 1, 0 ],
	[ { latency_ms => 12.5, observed_at => $now - 60, success => $false }, 1, 1 ],
	[ { latency_ms => 12, observed_at => undef, success => undef }, 1, 0 ],
	[ { latency_ms => [12], success => [$false] }, 1, 1 ],
	[ { latency_ms => [ 1, 2, 3 ], success => [ $true, $false, undef ] }, 3, 1 ],
	[ { latency_ms => [ 1, 2, 3 ], success => $false, observed_at => $now - 60 }, 3, 3 ],
	[ { latency_ms => [ 1, 2 ], observed_at => [ $now - 60, '2026-01-01T00:00:00Z' =~ s/^.*$/$now/r ] }, 2, 0 ],
	[ { latency_ms => [ 1, 2 ], observed_at => [ $now - 60, undef ] }, 2, 0 ],
	[ { latency_ms => [] , success => [] }, 0, 0 ],
	[ { latency_ms => [] , success => $true }, 0, 0 ],
	[ { observations => [] }, 0, 0 ],
	[ { observations => [ { latency_ms => 1 }, { latency_ms => 2, success => $false }, { latency_ms => 3, success => undef, observed_at => $now } ] }, 3, 1 ],
	[ '{"latency_ms": 12e0, "success": false}', 1, 1 ])
{
	my ($body, $expected, $bad) = @$_;
	my $what = ref $body ? $Gateway::JSON->encode($body) : $body;
	is((as('ops', 200, 'POST', $observe, $body) // {})->{recorded}, $expected, "  $what");
	$n += $expected;
	$failed += $bad;
	is(counts(), "$n $failed", '  counted as it is');
}
refused('ops', 'POST', $observe, { observations => [ { latency_ms => 13, succes => $false } ] },
	qr/^there is no field "succes" in "observations"$/, qr/^There are: latency_ms, success, observed_at\.$/);
is($last->{json}{hint}, 'Is "success" meant?', '  and what is meant');
refused('ops', 'POST', $observe, { latency_ms => 13, succes => $false }, qr/"succes" here$/, qr/latency_ms, success, observed_at, observations/);
refused('ops', 'POST', $observe, { observations => [ { latency_ms => 13 }, { success => $true } ] }, qr/^"observations" number 2 has no "latency_ms"$/);
refused('ops', 'POST', $observe, { observations => [ { latency_ms => 13, success => 'no' } ] }, qr/^"success" of "observations" number 1 is not true or false$/);
refused('ops', 'POST', $observe, "{\"observations\": [{\"latency_ms\": 13}, {\"latency_ms\": 13, $_}]}", qr/^"success" is there twice$/)
  foreach '"success": true, "success": false', '"success": null, "success": true', '"success": true, "success": true';
refused('ops', 'POST', $observe, { observations => [13] }, qr/"observations" is not an array of objects/);
refused('ops', 'POST', $observe, { observations => { latency_ms => 13 } }, qr/"observations" is not an array of objects/);
refused('ops', 'POST', $observe, { observations => [ { latency_ms => 13 } ], latency_ms => 13 }, qr/^"observations" and "latency_ms" are both there$/);
refused('ops', 'POST', $observe, { observations => [ { latency_ms => 13 } ], success => $false }, qr/^"observations" and "success" are both there$/);
refused('ops', 'POST', $observe, { latency_ms => 'fast' }, qr/"latency_ms" is not a number, or an array of such/);
refused('ops', 'POST', $observe, { latency_ms => [ 1, 'fast' ] }, qr/"latency_ms" is not a number, or an array of such/);
refused('ops', 'POST', $observe, { latency_ms => [ 1, [2] ] }, qr/"latency_ms" is not a number/);
refused('ops', 'POST', $observe, { latency_ms => 1, success => 'false' }, qr/"success" is not true or false/);
refused('ops', 'POST', $observe, { latency_ms => 1, success => 0 }, qr/"success" is not true or false/);
refused('ops', 'POST', $observe, { latency_ms => 1, observed_at => 'soon' }, qr/"observed_at"/);
refused('ops', 'POST', $observe, { latency_ms => 1, observed_at => [ $now, $now ] }, qr/"observed_at"/);
refused('ops', 'POST', $observe, { latency_ms => [ 1, 2 ], success => [$true] }, qr/"success"/);
refused('ops', 'POST', $observe, { latency_ms => [ 1, undef ] }, qr/"latency_ms"/);
refused('ops', 'POST', $observe, { latency_ms => -1 }, qr/"latency_ms"/);
refused('ops', 'POST', $observe, { success => $true }, qr/^field "latency_ms" is missing$/);
refused('ops', 'POST', $observe, {}, qr/^field "latency_ms" is missing$/);
is(counts(), "$n $failed", 'nothing of all that was counted');

# -- fields that do not exist ---------------------------------------------------------
as('sci', 201, 'POST', '/models/register', { model_id => 'vc', version => '1' });
as('app', 200, 'POST', '/models/vc/versions/1/approve', { approved_by => 'app', reviewer => 'app', requester_id => undef });
foreach my $slip (qw(enviroment env target_environment Environment))
{
	is(refused('ops', 'POST', '/models/vc/versions/1/deploy', { $slip => 'staging' }, qr/^there is no field "$slip" here$/,
			qr/^There are: environment, deployment_id, notes\.$/)->{hint}, 'Is "environment" meant?', '  meant is environment');
}
refused('ops', 'POST', '/models/vc/versions/1/deploy', { target => 'staging' }, qr/"target"/, qr/environment/);
refused('ops', 'POST', '/models/vc/versions/1/deploy', { stage => 'staging', environment => 'production' }, qr/^"(stage|environment)" and "(stage|environment)" differ$/);
is(sql('SELECT count(*) FROM governance.deployment_history'), 0, 'nothing is deployed');
is(as('ops', 200, 'POST', '/models/vc/versions/1/deploy', { stage => 'staging' })->{status}, 'deployed_staging', '  stage is environment');
as('ops', 200, 'POST', '/models/vc/versions/1/rollback', { stage => 'staging', environment => 'staging', reason => 'r' });
is(as('aud', 404, 'GET', '/models/vc/deployed?stage=staging')->{code}, '42704', '  in a query, too');
as('boss', 201, 'POST', '/users/create', { user_id => 'new', email => 'new@example.com' });
refused('boss', 'POST', '/users/new/roles/analyst/assign', { $_ => $now + 3600 }, qr/^there is no field "$_" here$/, qr/^There are: expires_at, reason\.$/)
  foreach qw(valid_until expiry expires until expires_in);
is(sql(q{SELECT count(*) FROM governance.user_roles WHERE user_id = 'new'}), 0, 'no role is assigned');
refused('boss', 'POST', '/users/new/revoke/analyst', { user => 'new' }, qr/"user"/);
refused('sci', 'POST', '/models/register', { model_id => 'more', version => '1', framework => 'torch' }, qr/"framework"/, qr/hyperparameters/);
refused('sci', 'PUT', '/models/vc/aliases/champion', { version => '1', portected => $true }, qr/"portected"/, qr/^There are: version, protected\.$/);
refused('sci', 'DELETE', '/models/vc/aliases/champion', { reason => 'r' }, qr/"reason"/, qr/^There are none\.$/);
as('sci', 201, 'POST', '/usecases/create', { usecase_id => 'uc', name => 'n', description => 'd', owner => 'sci', input_schema => { type => 'object', x => { y => 1 } } });
refused('sci', 'POST', '/usecases/create', { usecase_id => 'uc2', name => 'n', description => 'd', owner => 'sci', models => ['vc'] }, qr/"models"/, qr/model_ids/);
refused('boss', 'POST', '/usecases/uc/deprecate', { replced_by => 'boss' }, qr/"replced_by"/);
refused('ops', 'POST', '/incidents/report', { category => 'other', severity => 'info', title => 't', description => 'd', resource => 'r', source => 's' }, qr/"source"/);
refused('ops', 'POST', '/approvals/request', { action => 'model_deploy_production', context => { model_id => 'vc', version => '1', model => 'x' } },
	qr/^there is no field "model" in "context"$/, qr/^There are: model_id, version, /);
refused('boss', 'POST', '/sla/model/other/define', { availability => 99 }, qr/"availability"/, qr/availability_target/);
refused('ops', 'POST', '/sla/model/vc/measurements', { metrics => { error_rate => 1 }, total_requests => 5 }, qr/"total_requests"/, qr/metrics, measured_at/);
refused('ops', 'POST', '/sla/model/vc/measurements', { eror_rate => 1 }, qr/"metrics"/);
refused('ops', 'POST', '/models/vc/versions/1/metrics', { metrics => { accuracy => 1 }, accuracy => 1 }, qr/"accuracy"/);

# what is open stays open, and actors may be named
my $odd = { a => { b => [ 1, { c => undef } ] }, 'x y' => 'z' };
is_deeply(as('sci', 201, 'POST', '/models/register', { model_id => 'open', version => '1', metadata => $odd, hyperparameters => $odd, artifacts => [ $odd ],
		created_by => 'sci', anything_by => 'sci' })->{metadata}, $odd, '  metadata of any shape');
is_deeply(as('sci', 200, 'POST', '/models/open/versions/1/metrics', { 'my own' => 1, accuracy => 0.5, recorded_by => 'sci' })->{metrics},
	{ 'my own' => 1, accuracy => 0.5, latency_ms => undef }, '  metrics of any name');
is_deeply(as('sci', 200, 'POST', '/models/open/versions/1/metrics', { metrics => { 'my own' => 2 }, recorded_by => 'sci' })->{metrics}{'my own'}, 2, '  also under metrics');
is(as('sci', 201, 'POST', '/models/register', '{"model_id": "open", "version": "2", "metadata": {"n": 9007199254740993, "m": 18446744073709551615, "d": 0.1234567890123456789012345}}')->{version}, '2', '  numbers');
like($last->{content}, qr/"n": 9007199254740993\b/, '  digit for digit');
like($last->{content}, qr/"m": 18446744073709551615\b.*/, '  all of them');
like($last->{content}, qr/"d": 0.1234567890123456789012345\b/, '  of fractions, too');

# -- twice ----------------------------------------------------------------------------
my $two = '/models/vc/versions/1/deploy';
refused('ops', 'POST', $two, '{"environment": "staging", "environment": "production"}', qr/^"environment" is there twice$/);
refused('ops', 'POST', $two, '{"environment": "staging", "environ\u006dent": "staging"}', qr/^"environment" is there twice$/);
my $measure = '/models/open/versions/1/metrics';
my @many = do { my $name = 'aaaa'; map { $name++ } 1 .. 100_000 };
my $wide = join ',', map { "\"$_\":1" } @many;
my $register = '"model_id": "twice", "version": "1"';
foreach ([ 'sci', 'POST', $measure, '{"metrics": {"accuracy": 0.9, "accuracy": 0.1}}', 'accuracy' ],
	[ 'sci', 'POST', $measure, '{"metrics": {"accuracy": 0.9, "\u0061ccuracy": 0.9}}', 'accuracy' ],
	[ 'sci', 'POST', $measure, '{"accuracy": 0.9, "recall": 1, "accuracy": null}', 'accuracy' ],
	[ 'ops', 'POST', '/sla/model/vc/measurements', '{"metrics": {"error_rate": 9, "error_rate": 1}}', 'error_rate' ],
	[ 'sci', 'POST', '/models/register', "{$register, \"metadata\": {\"\": 1, \"a\": 2, \"\": 1}}", '' ],
	[ 'sci', 'POST', '/models/register', "{$register, \"hyperparameters\": {\"\\u20ac\": 1, \"\xe2\x82\xac\": 1}}", "\xe2\x82\xac" ],
	[ 'sci', 'POST', '/models/register', "{$register, \"artifacts\": [{\"a\": 1}, [{\"a\": 1, \"b\": {}, \"a\": 1}]]}", 'a' ],
	[ 'sci', 'POST', '/models/register', "{$register, \"metadata\": " . '{"a":' x 29 . '{"b": 1, "a": 2, "b": 3}' . '}' x 29 . '}', 'b' ],
	[ 'sci', 'POST', '/models/register', "{$register, \"metadata\": {\"" . 'x' x 1000 . '": 1, "' . 'x' x 1000 . '": 1}}', 'x' x 64 ],
	[ 'sci', 'POST', '/models/register', "{$register, \"metadata\": {$wide,\"$many[-1]\":1}}", $many[-1] ],
	[ 'sci', 'POST', '/models/register', "{$register, \"metadata\": {\"$many[0]\":1,$wide}}", $many[0] ])
{
	my ($user, $method, $path, $body, $name) = @$_;
	refused($user, $method, $path, $body, qr/^"$name" is there twice$/);
}
as('sci', 404, 'GET', '/models/twice/versions/1');
is(sql('SELECT count(*) FROM governance.model_metrics'), 2, '  nothing of all that is kept');
# the same name in two objects is there once in each, and so is one in two cases
as('sci', 201, 'POST', '/models/register', "{$register, \"metadata\": {\"a\": {\"a\": 1, \"A\": 1}, \"b\": [" . join(',', ('{"a":1}') x 50_000) . ']}}');
refused('app', 'POST', '/models/open/versions/1/reject', { reason => 'a', comments => 'b' }, qr/^"\w+" and "\w+" differ$/);
as('app', 200, 'POST', '/models/open/versions/1/reject', { reason => 'a', comments => 'a', comment => 'a' });
refused('aud', 'GET', '/models?limit=1&limit=1', undef, qr/^query parameter "limit" is there twice$/);
refused('aud', 'GET', '/models?limit=1&limit_rows=1', undef, qr/is there twice$/);
refused('aud', 'GET', '/models?owner=&owner=a', undef, qr/^query parameter "owner" is there twice$/);
refused('aud', 'GET', '/models/vc/deployed?environment=staging&stage=production', undef, qr/is there twice$/);
refused('aud', 'GET', '/incidents?status=open&st%61tus=closed', undef, qr/is there twice$/);
refused('aud', 'GET', '/models?enviroment=staging', undef, qr/^there is no query parameter "enviroment" here$/, qr/^There are: search, /);
refused('sci', 'POST', '/models/vc/versions/1/approve?environment=staging', {}, qr/^there is no query parameter/, qr/^There are none\.$/);

# -- limits ----------------------------------------------------------------------------
my @lists = ('/models', '/models/vc/versions', '/models/vc/versions/1/history', '/usecases', '/approvals', '/incidents', '/audit-log', '/sla/model/vc/violations');
foreach my $list (@lists)
{
	refused('aud', 'GET', "$list?limit=$_", undef, qr/^query parameter "limit" is not a whole number from 1 to 10000$/)
	  foreach 0, -1, 10001, '99999999999999999999';
	is(as('aud', 400, 'GET', "$list?limit=$_")->{code}, '22P02', "  limit=$_") foreach 'many', '1.0', '1e2', '%201', '0x1';
	as('aud', 200, 'GET', "$list?limit=$_") foreach 1, 10000, '';
}
foreach my $call (q{gov_models(limit_rows => %s)}, q{gov_model_versions('vc', %s)}, q{gov_model_history('vc', limit_rows => %s)}, q{gov_usecases(limit_rows => %s)},
	q{gov_approval_requests(limit_rows => %s)}, q{gov_incidents(limit_rows => %s)}, q{gov_audit_trail(limit_rows => %s)}, q{gov_sla_violations(limit_rows => %s)})
{
	foreach my $limit (0, -1, 10001)
	{
		my (undef, undef, $err) = $node->psql('app', sprintf("SELECT * FROM $call", $limit), extra_params => [ '-v', 'VERBOSITY=verbose' ]);
		like($err, qr/22023: invalid value for argument "limit_rows"/, sprintf $call, $limit);
	}
}

# -- values that are not of their type ---------------------------------------------------
is(as('aud', 400, 'GET', "/approvals/$_")->{code}, '22P02', "  no UUID: $_") foreach 'no-uuid', '{00000000-0000-0000-0000-000000000000}', '0' x 32, '00000000-0000-0000-0000-00000000000g';
is(as('aud', 400, 'GET', "/incidents/$_")->{code}, '22P02', "  no number: $_") foreach 'one', '1.5', '+1', '0x10', "1%20";
refused('aud', 'GET', "/incidents/$_", undef, qr/^path segment "incident_id" is not a whole number/) foreach '9223372036854775808', '-99999999999999999999';
is(as('aud', 404, 'GET', '/incidents/9223372036854775807')->{code}, '42704', '  the largest number');
is(as('aud', 400, 'GET', '/sla/model/vc/status?hours=soon')->{code}, '22P02', '  hours=soon');
refused('aud', 'GET', '/sla/model/vc/status?hours=99999999999', undef, qr/"hours" is not a whole number from/);
is(as('aud', 400, 'GET', '/sla/model/vc/violations?open_only=perhaps')->{code}, '22P02', '  open_only=perhaps');
as('aud', 200, 'GET', "/sla/model/vc/violations?open_only=$_") foreach 'true', 'False', 1;
refused('boss', 'POST', '/sla/model/vc/define', { window_days => $_ }, qr/"window_days" is not a whole number/) foreach 99999999999, 1.5, '7', -3e9;
refused('boss', 'POST', '/sla/model/vc/define', { response_time_p95 => $_ }, qr/"response_time_p95"/) foreach 'fast', $true, [1], -1;
refused('boss', 'POST', '/approvals/request', { action => 'model_rollback', context => { model_id => 'vc' }, timeout_hours => 0.5 }, qr/"timeout_hours" is not a whole number/);
foreach my $number ('1e309', '-1e400', '1e131072', '1e-400', '1' x 101, '0.' . '1' x 101,
	'0e-16384', '0e-409', '0e99999999999999999999', '-0e-99999999999999999999', '0.' . '0' x 409)
{
	my $json = as('sci', 400, 'POST', '/models/register', qq({"model_id": "n", "version": "1", "metadata": {"x": [$number]}}));
	like($json->{detail}, qr/^A number /, '  number ' . substr $number, 0, 10);
}
as('sci', 201, 'POST', '/models/register', '{"model_id": "numbers", "version": "1", "metadata": {"x": [1e308, -1E+300, 0.0e-5, 1e-300, ' . '1' x 100 . ', 1' . '0' x 200 . ']}}');

# cursors that nobody was given, and numbers at their ends
is(as('aud', 400, 'GET', "/audit-log?cursor=$_")->{code}, '22P02', "  cursor=$_") foreach 'x', '1', '~1', '1~', '1~x', '1e5~1', '9' x 30 . '~1', '1~' . '9' x 30, '-1~1';
is(as('aud', 400, 'GET', "$_->[0]?cursor=$_->[1]")->{code} =~ s/22023/22P02/r, '22P02', "  $_->[0]") foreach [ '/models/vc/versions', 'x' ], [ '/incidents', 'x' ], [ '/approvals', 'x' ];
foreach my $path ('/sla/model/vc/violations?hours=%s', '/sla/model/vc/status?hours=%s', '/compliance/report?period_days=%s', '/audit/proof/1?tree_size=%s', '/audit/consistency?from=%s&to=1',
	'/audit/consistency?from=1&to=%s', '/models/vc/deployed?as_of=%s', '/models/vc/versions?cursor=%s', '/audit-log?since=%s', '/audit-log?until=%s', '/incidents?cursor=%s', '/approvals?cursor=%s')
{
	foreach my $number (0, -1, 2147483647, -2147483648, '9223372036854775807', '-9223372036854775808', '1e308', '-1e308', '99999999999999999999')
	{
		my $reply = $gateway->ask($token{boss}, 'GET', sprintf $path, $number);
		like($reply->{status}, qr/^(200|400|404|409)$/, sprintf($path, $number) . ": $reply->{status}") or diag($reply->{content});
	}
}

# what is no JSON, with where
foreach my $json ('{bad', '{"model_id": "a"} {}', '{"model_id": "a",}', '{"model_id" "a"}', '{"model_id": a}', "{'model_id': 'a'}", '{"model_id": "a"', '{"model_id": "a', '{"a": 01}', '{"a": 1.}',
	'{"a": .5}', '{"a": +1}', '{"a": 1e}', '{"a": NaN}', '{"a": Infinity}', '{"a": "\x"}', '{"a": "\u12"}', '{"a": "\ud800"}', '{"a": "\udc00x"}', '{"a": "\ud800\u0041"}', '{"a": "\u0000"}', "{\"a\": \"\t\"}",
	'{"a": tru}', '{"a": nulll}', '[' x 100_000, '{"a":' x 40 . '1' . '}' x 40, '', "\xef\xbb\xbf{}", '{"a": /* */ 1}', '{"a": 1 "b": 2}', '{,}', '[,]', '{"a":1}}')
{
	next if $json eq '';
	my $reply = as('sci', 400, 'POST', '/models/register', $json);
	is($reply->{code}, '22P02', '  ' . ($json =~ s/[^ -~]/?/gr =~ s/^(.{40}).*$/$1 .../r));
	like($reply->{detail}, qr/, at byte \d+\.$/, '  says where');
}
is(as('sci', 201, 'POST', '/models/register', qq( {"model_id":\t"esc","version" :"1","description":"\\u20ac \\ud83d\\ude00 \\"\\\\\\/\\b\\f\\n\\r\\t \xe2\x82\xac"}\r\n ))->{description},
	"\xe2\x82\xac \xf0\x9f\x98\x80 \"\\/\b\f\n\r\t \xe2\x82\xac", '  every escape');

# -- whose token is wrong learns nothing of all that ---------------------------------------
foreach ([ 'POST', $two, { target => 'x' } ], [ 'POST', '/models/register', '{bad' ], [ 'GET', '/models?limit=0' ], [ 'GET', '/approvals/no-uuid' ], [ 'GET', '/models?x=1' ])
{
	my ($method, $path, $body) = @$_;
	is(as('wrong', 401, $method, $path, $body)->{code}, '28000', '  and no more');
}

# -- tags ----------------------------------------------------------------------------------
as('sci', 200, 'GET', '/models/open/versions/2');
my $tag = $last->{headers}{etag};
my $metrics = '/models/open/versions/2/metrics';
foreach ("W/$tag", "\"x\", W/$tag", substr($tag, 0, -2) . '"', $tag =~ s/"//gr, '"' . $tag . '"', "$tag-gzip" =~ s/"-gzip/-gzip"/r, '', '"', 'W/"*"', '"*"')
{
	as('sci', 412, 'POST', $metrics, { accuracy => 1 }, 'If-Match' => $_);
}
is(sql(q{SELECT count(*) FROM governance.model_metrics WHERE version = '2'}), 0, 'nothing was recorded');
foreach my $list ('%s', '"x", %s', 'W/"y" ,%s', '*')
{
	as('sci', 200, 'POST', $metrics, { accuracy => 1 }, 'If-Match' => sprintf $list, $tag);
	$tag = $last->{headers}{etag};
}
as('sci', 304, 'GET', '/models/open/versions/2', undef, 'If-None-Match' => $_) foreach $tag, "W/$tag", "\"x\", W/$tag", '*';
as('sci', 200, 'GET', '/models/open/versions/2', undef, 'If-None-Match' => $_) foreach '"x"', substr($tag, 0, -2) . '"', '', 'W/"x"';

is($gateway->stop, 0, 'it stops');
$node->stop;
done_testing();
