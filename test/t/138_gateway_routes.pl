# What SQL can do, by REST: models, users and roles, loans, tokens, policies,
# gates, service levels, reports.  Each answer is held against the OpenAPI
# document as it comes (Gateway.pm); here it is what they say, to whom.

use strict;
use warnings;

use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('routes');
$node->init;
$node->append_conf('postgresql.conf', "log_statement = none");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_role('scientist', '', '{model:register,usecase:create,sla:record}');
	SELECT gov_create_user(u, u || '@example.com') FROM unnest('{sci,app,ops,aud,boss,plain}'::text[]) AS u;
	SELECT gov_assign_role('sci', 'scientist'), gov_assign_role('app', 'approver'), gov_assign_role('ops', 'operator'),
		gov_assign_role('aud', 'auditor'), gov_assign_role('boss', 'admin');
});
my %token = map { split /=/ } split /\n/, $node->safe_psql('app',
	q{SELECT u || '=' || gov_create_api_token(u, 'test') FROM unnest('{sci,app,ops,aud,boss,plain}'::text[]) AS u});
my $gateway = Gateway->new($node, 'app');
my ($true, $false) = (JSON::PP::true, JSON::PP::false);

my $last;
sub as
{
	my ($user, $status, $method, $path, $body, %headers) = @_;
	$last = $gateway->ask($token{$user} // $user, $method, $path, $body, %headers);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($last->{status}, $status, "$user $method $path: $status") or diag($last->{content});
	return $last->{json};
}

sub refused
{
	my ($code, @request) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $json = as(@request);
	is($json->{code}, $code, "  code $code");
	return $json;
}

sub sql { return $node->safe_psql('app', shift); }

# -- the document ---------------------------------------------------------------------
my $api = as('plain', 200, 'GET', '/openapi.json');
my (%operations, @untyped, @words);
foreach my $path (sort keys %{ $api->{paths} })
{
	foreach my $method (sort keys %{ $api->{paths}{$path} })
	{
		my $operation = $api->{paths}{$path}{$method};
		push @{ $operations{ $operation->{operationId} } }, "$method $path";
		my ($good) = grep { /^2/ } keys %{ $operation->{responses} };
		my $schema = ($operation->{responses}{$good}{content}{'application/json'} // {})->{schema} // {};
		push @untyped, "$method $path"
		  unless $path =~ /^\/(metrics|openapi.json)$/ || $schema->{'$ref'} || $schema->{allOf} || %{ $schema->{properties} // {} };
		my $function = $operation->{'x-sql-function'} // next;
		my $camel = $function =~ s/^gov_//r =~ s/_(\w)/\u$1/gr;
		push @words, [ "$method $path: $operation->{operationId}", $camel ] if $operation->{operationId} ne $camel;
	}
}
@words = map { $_->[0] } grep { !$operations{ $_->[1] } } @words;
is(join(' ', grep { @{ $operations{$_} } > 1 } sort keys %operations), '', 'each operation has a name of its own');
is("@words", '', 'which is its function\'s');
is($operations{approveModel}[0], 'post /models/{model_id}/versions/{version}/approve', 'such as approveModel');
is("@untyped", '', 'each has a typed answer');
my @enums;
sub find_enums
{
	my ($value) = @_;
	push @enums, $value if ref $value eq 'HASH' && ref $value->{enum} eq 'ARRAY';
	find_enums($_) foreach ref $value eq 'HASH' ? values %$value : ref $value eq 'ARRAY' ? @$value : ();
	return;
}
find_enums($api);
ok(@enums > 50, 'closed sets of words are told');
is(scalar(grep { !$_->{type} } @enums), 0, 'with their type');

# rows are told of as the catalogs have them
my %json_type = (text => 'string', name => 'string', inet => 'string', bytea => 'string', xid8 => 'string', uuid => 'string', interval => 'string',
	'timestamp with time zone' => 'number', 'double precision' => 'number', numeric => 'number', integer => 'integer', bigint => 'integer',
	boolean => 'boolean', 'text[]' => 'array');
foreach my $name (sort keys %{ $api->{components}{schemas} })
{
	my $schema = $api->{components}{schemas}{$name};
	my $table = $schema->{'x-sql-table'} // next;
	my %in_table = map { my @c = split /\|/; $c[0] => \@c } split /\n/, sql(qq{
		SELECT a.attname, regexp_replace(format_type(a.atttypid, a.atttypmod), '\\(.*\\)', ''), a.attnotnull,
			(SELECT string_agg(w[1], ',') FROM pg_constraint AS c, regexp_matches(pg_get_constraintdef(c.oid), '''([^'']+)''::text', 'g') AS w
				WHERE c.conrelid = a.attrelid AND c.contype = 'c' AND c.conkey = ARRAY[a.attnum] AND pg_get_constraintdef(c.oid) LIKE 'CHECK ((' || a.attname || ' = ANY (ARRAY[%')
		FROM pg_attribute AS a WHERE a.attrelid = 'governance.$table'::regclass AND a.attnum > 0 AND NOT a.attisdropped});
	my %told = map { $_ => 1 } @{ $schema->{required} };
	is(join(' ', sort keys %told), join(' ', sort keys %in_table), "$name has the columns of $table");
	foreach my $column (sort keys %in_table)
	{
		my (undef, $type, $not_null, $words) = @{ $in_table{$column} };
		my $of = $schema->{properties}{$column} // next;
		my @types = ref $of->{type} ? @{ $of->{type} } : $of->{type} // 'any';
		next if $types[0] eq 'any';
		my $wrong = '';
		$wrong .= ' nullable' if (grep { $_ eq 'null' } @types) != ($not_null eq 't' ? 0 : 1);
		$wrong .= " type $types[0]" if $json_type{$type} && $json_type{$type} ne $types[0];
		$wrong .= ' words ' . join(',', grep { defined } @{ $of->{enum} // [] }) if ($words // '') ne '' && $words ne join(',', grep { defined } @{ $of->{enum} // [] });
		is($wrong, '', "  $column") if $wrong;
	}
}

my $pem = <<'PEM';
-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAzPkVtuOlViuhEdssCaUKAogWFhGOty4t39WT1l6WYJU=
-----END PUBLIC KEY-----
PEM
# -- models ----------------------------------------------------------------------------
as('sci', 201, 'POST', '/models/register', { model_id => 'vc', version => '1' });
is(as('plain', 200, 'GET', '/models/vc')->{model_id}, 'vc', '  the model');
refused('42704', 'plain', 404, 'GET', '/models/none');
my $m = as('sci', 200, 'PATCH', '/models/vc', { description => 'cars', owner => 'sci', tags => [ 'a', 'b' ] });
is_deeply([ @$m{qw(description owner tags)} ], [ 'cars', 'sci', [ 'a', 'b' ] ], '  changed');
is_deeply(as('sci', 200, 'PATCH', '/models/vc', { tags => [] })->{tags}, [], '  emptied, and no more');
is(as('plain', 200, 'GET', '/models/vc')->{description}, 'cars', '  the rest is as it was');
refused('22023', 'sci', 400, 'PATCH', '/models/vc', { descripton => 'x' });
refused('42501', 'plain', 403, 'PATCH', '/models/vc', { description => 'x' });
refused('42704', 'sci', 404, 'PATCH', '/models/none', { description => 'x' });
as('sci', 200, 'PUT', '/models/vc/aliases/candidate', { version => '1' });
is_deeply(as('plain', 200, 'GET', '/models/vc/aliases')->{aliases}, [ { model_id => 'vc', alias => 'candidate', version => '1', is_protected => $false } ], '  aliases');
is(as('boss', 201, 'POST', '/signers', { name => 'ci', kind => 'key', material => $pem })->{kind}, 'key', '  a signer');
is(as('plain', 200, 'GET', '/signers')->{signers}[0]{fingerprint} =~ /^[0-9a-f]{64}$/, 1, '  signers');
refused('42501', 'sci', 403, 'POST', '/signers', { name => 'mine', kind => 'key', material => $pem });
refused('22023', 'sci', 400, 'PUT', '/models/vc/versions/1/signatures', { mediaType => 'x' });
foreach my $bundle ('{"mediaType": "x", "mediaType": "y"}', '{"mediaType": "x", "dsseEnvelope": {"payload": "", "payload": "e30="}}')
{
	my $refusal = as('sci', 400, 'PUT', '/models/vc/versions/1/signatures', $bundle);
	like("$refusal->{code} $refusal->{error} $refusal->{detail}", qr/^22.*twice/, '  a member that stands twice');
}
is_deeply(as('plain', 200, 'GET', '/models/vc/versions/1/signatures')->{signatures}, [], '  no signatures');
is(as('plain', 404, 'GET', '/models/vc/versions/9/signatures')->{code}, '42704', '  of no version');
is(as('boss', 200, 'POST', '/signers/ci/revoke', { reason => 'r' })->{revoked_by}, 'boss', '  revoked');
is(as('plain', 404, 'GET', '/models/none/aliases')->{code}, '42704', '  of no model');
as('app', 200, 'POST', '/models/vc/versions/1/approve');
as('ops', 200, 'POST', '/models/vc/versions/1/deploy', { environment => 'staging' });
is(as('ops', 200, 'POST', '/models/vc/undeploy', { stage => 'staging', reason => 'r' })->{status}, 'undeployed', '  undeployed');
refused('55000', 'ops', 409, 'POST', '/models/vc/undeploy', { environment => 'staging' });
refused('22023', 'ops', 400, 'POST', '/models/vc/undeploy', {});
is(as('aud', 200, 'GET', '/models/vc/versions/1/evidence')->{registration}{version}, '1', '  evidence');
refused('42501', 'plain', 403, 'GET', '/models/vc/versions/1/evidence');
refused('42704', 'aud', 404, 'GET', '/models/vc/versions/9/evidence');

# -- what holds for all models ------------------------------------------------------------
is_deeply([ map { $_->{name} } @{ as('plain', 200, 'GET', '/environments')->{environments} } ], [ 'staging', 'production' ], '  environments, in their order');
is(as('boss', 201, 'POST', '/environments', { name => 'canary', rank => 15 })->{rank}, 15, '  one more');
refused('42501', 'plain', 403, 'POST', '/environments', { name => 'x', rank => 1 });
my $gate = as('boss', 201, 'POST', '/gates', { environment => 'production', metric => 'accuracy', operator => '>=', threshold => 0.9, model_id => 'vc' });
is_deeply([ @$gate{qw(metric operator threshold model_id)} ], [ 'accuracy', '>=', 0.9, 'vc' ], '  a gate');
is(as('plain', 200, 'GET', '/gates?model_id=vc')->{count}, 1, '  gates');
is(as('plain', 200, 'GET', '/gates?environment=staging')->{count}, 0, '  of an environment');
refused('22023', 'boss', 400, 'POST', '/gates', { environment => 'production', metric => 'accuracy', operator => '=>', threshold => 0.9 });
is(as('boss', 200, 'DELETE', "/gates/$gate->{gate_id}")->{dropped}, $true, '  dropped');
refused('42704', 'boss', 404, 'DELETE', "/gates/$gate->{gate_id}");
refused('42501', 'plain', 403, 'DELETE', '/gates/1');
is(as('plain', 200, 'GET', '/transitions')->{count}, sql('SELECT count(*) FROM gov_transitions()'), '  transitions');
my @positions = map { $_->{position} } @{ as('plain', 200, 'GET', '/impact-questions')->{questions} };
is_deeply(\@positions, [ sort { $a <=> $b } @positions ], '  questions, in their order');

# -- users ------------------------------------------------------------------------------
is(as('boss', 200, 'GET', '/users')->{count}, 7, '  users');
is_deeply([ map { $_->{user_id} } @{ as('plain', 200, 'GET', '/users')->{users} } ], ['plain'], '  who may see no other sees oneself');
my (@seen, $path);
for ($path = '/users?limit=2'; $path; ($path) = ($last->{headers}{link} // '') =~ m{^</api/governance(/[^>]*)>; rel="next"$})
{
	push @seen, map { $_->{user_id} } @{ as('boss', 200, 'GET', $path)->{users} };
}
is_deeply(\@seen, [ sort @seen ], '  page by page, in order');
is(scalar @seen, 7, '  all of them');
is(as('boss', 200, 'GET', '/users/plain')->{email}, 'plain@example.com', '  one');
refused('42704', 'plain', 404, 'GET', '/users/boss');
is_deeply(as('boss', 200, 'PATCH', '/users/plain', { email => 'p@example.com', metadata => { x => 1 } })->{metadata}, { x => 1 }, '  changed');
refused('42501', 'plain', 403, 'PATCH', '/users/plain', { email => 'q@example.com' });
is(as('boss', 200, 'POST', '/users/plain/deactivate', { reason => 'left' })->{is_active}, $false, '  deactivated');
is(as('boss', 200, 'GET', '/users?is_active=false')->{users}[0]{user_id}, 'plain', '  found');
refused('28000', 'plain', 401, 'GET', '/models');
is(as('boss', 200, 'POST', '/users/plain/activate', { reason => 'back' })->{is_active}, $true, '  active again');
$token{plain} = sql(q{SELECT gov_create_api_token('plain', 'again')});

# -- roles and permissions --------------------------------------------------------------
my ($scientist) = grep { $_->{role} eq 'scientist' } @{ as('plain', 200, 'GET', '/roles')->{roles} };
is_deeply($scientist->{permissions}, [ 'model:register', 'sla:record', 'usecase:create' ], '  what a role has');
is(as('plain', 200, 'GET', '/permissions')->{count}, sql('SELECT count(*) FROM governance.permission_catalog()'), '  permissions');
is(as('plain', 200, 'GET', '/users/plain/explain/model:deploy')->{granted}, $false, '  explained');
refused('42501', 'plain', 403, 'GET', '/users/boss/explain/model:deploy');
refused('22023', 'boss', 400, 'GET', '/users/boss/explain/model:depoy');
is_deeply(as('boss', 200, 'GET', '/permissions/sla:manage/holders')->{holders}[0]{user_id}, 'boss', '  holders');
refused('42501', 'plain', 403, 'GET', '/permissions/sla:manage/holders');

# -- loans ------------------------------------------------------------------------------
my $until = time + 3600;
my $loan = as('app', 201, 'POST', '/delegations', { role => 'approver', to_user => 'plain', until => $until, reason => 'holiday' });
is_deeply([ @$loan{qw(user_id role delegated_by)} ], [ 'plain', 'approver', 'app' ], '  lent');
refused('42501', 'sci', 403, 'POST', '/delegations', { role => 'approver', to_user => 'ops', until => $until, reason => 'r' });
refused('42501', 'sci', 403, 'DELETE', '/delegations?role=approver&to_user=plain');
refused('42704', 'app', 404, 'DELETE', '/delegations?role=approver&to_user=app');
is(sql(q{SELECT count(*) FROM gov_user_roles('app')}), 1, 'what was assigned is no loan');
is(as('app', 200, 'DELETE', '/delegations?role=approver&to_user=plain')->{ended}, $true, '  ended');
as('app', 201, 'POST', '/delegations', { role => 'approver', to_user => 'plain', expires_at => $until, reason => 'again' });
is(as('app', 200, 'DELETE', '/delegations', { role => 'approver', user_id => 'plain', reason => 'over' })->{ended}, $true, '  by a body, too');
refused('22023', 'app', 400, 'DELETE', '/delegations?role=approver', { role => 'auditor', to_user => 'plain' });
refused('22023', 'app', 400, 'DELETE', '/delegations?role=approver');
refused('42704', 'app', 404, 'DELETE', '/delegations?role=approver&to_user=plain');

# -- tokens ------------------------------------------------------------------------------
my $made = as('plain', 201, 'POST', '/tokens', { name => 'mine', expires_at => $until });
like($made->{token}, qr/^gov_/, '  a token');
is($gateway->ask($made->{token}, 'GET', '/models')->{status}, 200, '  that opens');
my $list = as('plain', 200, 'GET', '/tokens');
is($list->{tokens}[0]{name}, 'mine', '  is listed');
unlike($last->{content}, qr/gov_|hash/, '  but not shown again');
is_deeply([ grep { $_->{user_id} ne 'boss' } @{ as('boss', 200, 'GET', '/tokens')->{tokens} } ], [], '  one\'s own alone');
refused('22023', 'plain', 400, 'POST', '/tokens', { name => 'x' }, 'Idempotency-Key' => 'k');
is(sql(q{SELECT count(*) FROM governance.idempotency_keys WHERE reply LIKE '%gov\_%'}), 0, 'no token is kept with a key');
refused('22023', 'plain', 400, 'POST', '/tokens', { name => 'x', user_id => 'boss' });
my $id = $list->{tokens}[0]{token_id};
refused('42501', 'sci', 403, 'DELETE', "/tokens/$id");
is(as('plain', 200, 'DELETE', "/tokens/$id")->{revoked}, $true, '  revoked');
refused('28000', $made->{token}, 401, 'GET', '/models');

# -- policies -----------------------------------------------------------------------------
my ($staging) = grep { $_->{name} eq 'model.require_staging' } @{ as('plain', 200, 'GET', '/policies')->{policies} };
is_deeply([ @$staging{qw(value default_value)} ], [ $true, $true ], '  a policy');
is(as('boss', 200, 'PUT', '/policies/model.require_staging', { value => $false, reason => 'r' })->{value}, $false, '  set');
is(as('boss', 200, 'PUT', '/policies/model.required_approvals', { value => 2 })->{value}, 2, '  to a number');
refused('22023', 'boss', 400, 'PUT', '/policies/model.required_approvals', { value => 'two' });
refused('22023', 'boss', 400, 'PUT', '/policies/model.required_approvals', { reason => 'none' });
refused('42501', 'plain', 403, 'PUT', '/policies/model.required_approvals', { value => 1 });
is($gateway->ask($token{boss}, 'PUT', '/policies/none', { value => 1 })->{status} =~ /^4/, 1, 'no such policy');

# -- what is a NOTICE in SQL -----------------------------------------------------------------
my $request = as('ops', 200, 'POST', '/approvals/request', { action => 'model_rollback', context => { model_id => 'vc' } });
like($request->{warnings}[0], qr/^action "model_rollback" needs no request at present\.  Its approval policy is off/, 'a warning');
is(as('sci', 200, 'DELETE', '/models/vc/aliases/candidate')->{warnings}, undef, 'none where there is nothing to warn of');
my %key = ('Idempotency-Key' => 'warned');
$request = as('ops', 200, 'POST', '/approvals/request', { action => 'model_rollback', context => { model_id => 'vc' } }, %key);
is_deeply(as('ops', 200, 'POST', '/approvals/request', { action => 'model_rollback', context => { model_id => 'vc' } }, %key), $request, 'it is answered again');

# -- hints ------------------------------------------------------------------------------------
like(refused('42704', 'aud', 404, 'GET', '/models/none/versions')->{hint} // '', qr{^$|^GET /models}, '  no SQL');
like(refused('42501', 'plain', 403, 'POST', '/models/vc/versions/1/approve', {})->{hint}, qr{^See GET /users/plain/explain/model:approve$}, '  a hint names the route');
as('sci', 201, 'POST', '/usecases/create', { usecase_id => 'uc', name => 'n', description => 'd', owner => 'sci' });
like(refused('55000', 'app', 409, 'POST', '/usecases/uc/approve', {})->{hint}, qr{^POST /usecases/uc/submit }, '  with what it is about');

# -- incidents, service levels ------------------------------------------------------------------
$id = as('ops', 201, 'POST', '/incidents/report', { category => 'other', severity => 'info', title => 't', description => 'd', resource => 'vc' })->{incident_id};
as('ops', 200, 'POST', "/incidents/$id/comment", { comments => 'c' });
is_deeply([ map { $_->{kind} } @{ as('plain', 200, 'GET', "/incidents/$id/timeline")->{timeline} } ], [ 'commented', 'reported' ], '  a timeline, newest first');
refused('42704', 'plain', 404, 'GET', '/incidents/999/timeline');
as('boss', 201, 'POST', "/sla/$_/define", {}) foreach 'model/vc', 'model/a', 'system/db';
as('ops', 200, 'POST', '/sla/model/vc/observations', { latency_ms => [ 1, 2, 3 ] });
is_deeply([ map { "$_->{resource_type}/$_->{resource_id}" } @{ as('plain', 200, 'GET', '/sla')->{sla} } ], [ 'model/a', 'model/vc', 'system/db' ], '  service levels');
is(as('plain', 200, 'GET', '/sla?resource_type=system')->{count}, 1, '  of a kind');
@seen = ();
for ($path = '/sla?limit=1'; $path; ($path) = ($last->{headers}{link} // '') =~ m{^</api/governance(/[^>]*)>; rel="next"$})
{
	push @seen, map { $_->{resource_id} } @{ as('plain', 200, 'GET', $path)->{sla} };
}
is("@seen", 'a vc db', '  page by page');
my $since = time - 3600;
my $series = as('plain', 200, 'GET', "/sla/model/vc/series?since=$since&step=3600");
is(eval { my $n = 0; $n += $_->{count} foreach @{ $series->{series} }; $n }, 3, '  a series');
refused('22023', 'plain', 400, 'GET', '/sla/model/vc/series');
refused('22023', 'plain', 400, 'GET', "/sla/model/vc/series?since=$since&step=0");
is(as('boss', 201, 'POST', '/sla/model/vc/maintenance-windows', { starts_at => time + 60, ends_at => time + 120, reason => 'r' })->{reason}, 'r', '  maintenance');
refused('42501', 'plain', 403, 'POST', '/sla/model/vc/maintenance-windows', { starts_at => time + 60, ends_at => time + 120, reason => 'r' });
as('ops', 200, 'POST', '/sla/model/vc/measurements', { response_time_p95 => 90000 });
is(as('plain', 200, 'GET', '/violations')->{violations}[0]{resource_id}, 'vc', '  violations of all');
is(as('plain', 200, 'GET', '/violations?resource_type=system')->{count}, 0, '  of a kind');

# -- reports -----------------------------------------------------------------------------------
my $report = as('aud', 201, 'POST', '/compliance/reports', { period_days => 7, report_type => 'weekly' });
is($report->{report_type}, 'weekly', '  made');
is(as('aud', 200, 'GET', '/compliance/reports')->{reports}[0]{digest}, $report->{digest}, '  listed');
refused('42501', 'plain', 403, 'GET', '/compliance/reports');
is_deeply(as('aud', 200, 'GET', "/compliance/reports/$report->{report_id}"), $report, '  read again');
refused('42501', 'plain', 403, 'GET', "/compliance/reports/$report->{report_id}");
refused('42704', 'aud', 404, 'GET', '/compliance/reports/999');
foreach ([ 'text/markdown', 'text/markdown; charset=utf-8', qr/^#/m ], [ 'text/html', 'text/html; charset=utf-8', qr/<svg/ ],
	[ 'application/oscal+json', 'application/oscal+json', qr/"assessment-results"/ ], [ 'application/json', 'application/json', qr/"report_id"/ ], [ 'image/png, */*;q=0.1', 'application/json', qr/"report_id"/ ])
{
	my ($accept, $type, $content) = @$_;
	as('aud', 200, 'GET', "/compliance/reports/$report->{report_id}", undef, Accept => $accept);
	is($last->{headers}{'content-type'}, $type, "  as $accept");
	like($last->{content}, $content, '  it looks like that');
}
as('aud', 201, 'POST', '/compliance/reports', {}, Accept => 'text/markdown');
like($last->{content}, qr/^#/m, '  made as Markdown');
is(as('aud', 200, 'GET', '/compliance/reports?limit=1')->{count}, 1, '  a page');
is(as('aud', 200, 'GET', ($last->{headers}{link} =~ m{governance(/[^>]*)>})[0])->{reports}[0]{report_id}, $report->{report_id}, '  and the next');
is(as('plain', 200, 'GET', '/compliance/controls?framework=EU%20AI%20Act')->{controls}[0]{id}, 'eu-ai-act-12.1', '  controls');
my $evidence = as('aud', 200, 'GET', '/compliance/controls/eu-ai-act-12.1/evidence')->{evidence};
is_deeply([ sort keys %{ $evidence->[0] } ], [qw(evidence is_exception)], '  evidence');
is(as('aud', 200, 'GET', "/compliance/controls/eu-ai-act-12.2/evidence?report_id=$report->{report_id}")->{count} > 0, 1, '  of a report\'s period');
refused('42704', 'aud', 404, 'GET', '/compliance/controls/none/evidence');
refused('42704', 'aud', 404, 'GET', '/compliance/controls/eu-ai-act-12.1/evidence?report_id=999');
refused('42501', 'plain', 403, 'GET', '/compliance/controls/eu-ai-act-12.1/evidence');

is($gateway->stop, 0, 'it stops');
$node->stop;
done_testing();
