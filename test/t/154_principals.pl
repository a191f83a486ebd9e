# Two pairs of eyes, with real logins, tokens and the gateway: what one person
# does by several ways is one person's, and a team behind one gateway, all of
# whose tokens one admin made, is a team.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256);
use Gateway;
use MIME::Base64 qw(encode_base64url);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('principals');
my $keys = $PostgreSQL::Test::Utils::tmp_check . '/keys.json';
my $json = JSON::PP->new->canonical;
my $secret = 'a secret of at least 32 bytes, say';
append_to_file($keys, $json->encode({ keys => [ { kty => 'oct', kid => 'one', alg => 'HS256', k => encode_base64url($secret) } ] }));
chmod 0600, $keys;
$node->init;
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'governance'
governance.jwks_file = '$keys'
governance.jwt_audience = 'principals'
});
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', q{
	CREATE EXTENSION governance;
	UPDATE governance.controls SET applies_from = NULL, effective_from = NULL; -- the same on any day
	CREATE ROLE gateway LOGIN;
	CREATE ROLE rita LOGIN; CREATE ROLE amir LOGIN; CREATE ROLE bea LOGIN; CREATE ROLE olga LOGIN;
	CREATE ROLE boss LOGIN; CREATE ROLE pool LOGIN;
	SELECT gov_create_role('registrar', permissions => '{model:register,usecase:create,sla:record,incident:report}');
	SELECT gov_create_role('service');
	SELECT gov_grant_permission('service', 'actor:impersonate');
	SELECT gov_create_user(u, u || '@example.com', u::name) FROM unnest('{rita,amir,bea,olga,boss,pool}'::text[]) AS u;
	SELECT gov_create_user('svc', NULL);
	SELECT gov_assign_role('rita', 'registrar'), gov_assign_role('amir', 'approver'), gov_assign_role('bea', 'approver'),
		gov_assign_role('olga', 'operator'), gov_assign_role('boss', 'admin'),
		gov_assign_role('pool', 'service'), gov_assign_role('svc', 'service');
	SELECT gov_set_policy('model.required_approvals', '2'), gov_set_policy('usecase.required_approvals.medium', '2'),
		gov_set_approval_policy('model_deploy_production', required_count => 2);
});

# sql(login, statements): the output, or the SQLSTATE
sub sql
{
	my ($login, $sql) = @_;
	my ($status, $out, $err) = $node->psql('app', $sql, extra_params => [ '-U', $login, '-v', 'VERBOSITY=sqlstate' ], on_error_stop => 1);
	return $status == 0 ? $out : $err =~ /ERROR:  (\w{5})/ ? $1 : $err;
}

# one admin makes every token
my %token = map { $_ => sql('boss', "SELECT gov_create_api_token('$_', 'for the team')") } qw(rita amir bea olga boss);
$token{svc} = sql('postgres', q{SELECT gov_create_api_token('svc', 'for the service')});

sub jwt
{
	my ($user) = @_;
	my $text = join '.', map { encode_base64url($json->encode($_)) }
	  { alg => 'HS256', kid => 'one' }, { sub => $user, aud => 'principals', exp => time + 3600 };
	return "$text." . encode_base64url(hmac_sha256($text, $secret));
}

my $gateway = Gateway->new($node, 'app');
my $last;
sub as
{
	my ($user, $status, $method, $path, $body) = @_;
	$last = $gateway->ask($token{$user} // $user, $method, $path, $body);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($last->{status}, $status, (length $user < 20 ? $user : 'a signed token') . " $method $path: $status") or diag($last->{content});
	return $last->{json};
}

# --- the demonstration, all of it by way of one gateway -----------------------------------

sub demonstration
{
	my ($m, $how) = @_;
	note("the demonstration: $how");
	as('rita', 201, 'POST', '/models/register', { model_id => $m, version => '1.0.0' });
	as('rita', 200, 'POST', "/models/$m/versions/1.0.0/request-approval", {});
	as('amir', 200, 'POST', "/models/$m/versions/1.0.0/approve", { comments => 'read it' });
	is(as('bea', 200, 'POST', "/models/$m/versions/1.0.0/approve")->{status}, 'approved', '  by two');
	as('olga', 200, 'POST', "/models/$m/versions/1.0.0/deploy", { environment => 'staging' });
	as('rita', 200, 'POST', "/models/$m/versions/1.0.0/metrics", { accuracy => 0.95 });
	my $request = as('olga', 200, 'POST', '/approvals/request', { action => 'model_deploy_production', context => { model_id => $m, version => '1.0.0' } })->{request_id};
	as('amir', 200, 'POST', "/approvals/$request/approve", {});
	is(as('bea', 200, 'POST', "/approvals/$request/approve", {})->{status}, 'approved', '  a request, by two');
	is(as('olga', 200, 'POST', "/models/$m/versions/1.0.0/deploy", { notes => 'first' })->{status}, 'deployed_production', '  live');
	as('rita', 201, 'POST', '/usecases/create', { usecase_id => $m, name => 'what for', description => '', owner => 'rita', model_ids => [$m] });
	as('rita', 200, 'POST', "/usecases/$m/submit", {});
	as('amir', 200, 'POST', "/usecases/$m/approve", {});
	is(as('bea', 200, 'POST', "/usecases/$m/approve", {})->{status}, 'approved', '  a use-case, by two');
	as('olga', 200, 'POST', "/usecases/$m/deploy", {});
	as('olga', 200, 'POST', "/models/$m/versions/1.0.0/rollback", { reason => 'worse than before' });
	return;
}
demonstration('plain', 'the gateway is nobody');
sql('postgres', q{SELECT gov_create_user('gateway', NULL, 'gateway')});
demonstration('mapped', 'the gateway is a user without rights, for webhooks');
sql('postgres', q{SELECT gov_assign_role('gateway', 'service')});
demonstration('pooled', 'the gateway may act for others');
sql('postgres', q{SELECT gov_revoke_role('gateway', 'service')});
is(sql('postgres', q{SELECT string_agg(DISTINCT c ->> 'result', ',') FROM unnest('{eu-ai-act-14.1,nist-ai-rmf-manage-1.1,soc2-cc8.1}'::text[]) AS id, gov_check_control(id) AS c}),
	'pass', 'and the controls find people');

# --- one person by a token and by a login ------------------------------------------------

sql('postgres', q{GRANT amir TO rita; GRANT rita TO bea; GRANT pool TO rita;
	SELECT gov_set_policy('model.required_approvals', '1'), gov_set_policy('usecase.required_approvals.medium', '1')});
my $no = 0;
# register as rita by one way, approve as amir by another
sub one
{
	my ($what, $register, $approve) = @_;
	my $model = 'one' . ++$no;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($register->($model), 'done', "$what: registered");
	is($approve->($model), 'MG001', '  and not approved');
	return;
}
sub rest
{
	my ($token, $method, $path, $body) = @_;
	my $reply = $gateway->ask($token, $method, $path, $body);
	return $reply->{status} =~ /^2/ ? 'done' : $reply->{json}{code};
}
sub registers { my ($token, %more) = @_; return sub { rest($token, 'POST', '/models/register', { model_id => $_[0], version => '1', %more }) }; }
sub approves { my ($token, %more) = @_; return sub { rest($token, 'POST', "/models/$_[0]/versions/1/approve", \%more) }; }
sub by { my ($login, $before, $call) = @_; return sub { my $sql = "$before SELECT 'done' FROM " . $call =~ s/%s/$_[0]/r; return sql($login, $sql) =~ s/.*\n//sr; }; }
my $register = q{gov_register_model('%s', '1')};
my $approve = q{gov_approve_model('%s', '1')};

one('a token of the admin, then SET ROLE', registers($token{rita}), by('rita', 'SET ROLE amir;', $approve));
one('a signed token, then SET ROLE', registers(jwt('rita')), by('rita', 'SET ROLE amir;', $approve));
one('a pool, then SET ROLE', by('pool', q{BEGIN; SELECT gov_set_actor('rita');}, "$register; COMMIT"), by('rita', 'SET ROLE amir;', $approve));
one('a service, then SET ROLE', registers($token{svc}, registered_by => 'rita'), by('rita', 'SET ROLE amir;', $approve));
one('a session, then a pool at the same login', by('rita', '', $register), by('rita', q{SET ROLE pool; BEGIN; SELECT gov_set_actor('amir');}, "$approve; COMMIT"));
one('a session, then a signed token at the same login', by('rita', '', $register), by('rita', 'BEGIN; SELECT gov_begin_as(\'' . jwt('amir') . '\');', "$approve; COMMIT"));
one('a token at the own login, then SET ROLE', by('rita', "BEGIN; SELECT gov_begin_as('$token{rita}');", "$register; COMMIT"), by('rita', 'SET ROLE amir;', $approve));
one('SET ROLE first, a token then', by('rita', "SET ROLE amir; BEGIN; SELECT gov_begin_as('$token{rita}');", "$register; COMMIT"), by('rita', 'SET ROLE amir;', $approve));
# the other way round: the approver's login registers as the registrar
one('SET ROLE, then a token', by('bea', 'SET ROLE rita;', $register), approves($token{bea}));
one('SET ROLE, then a signed token', by('bea', 'SET ROLE rita;', $register), approves(jwt('bea')));
one('SET ROLE, then a service', by('bea', 'SET ROLE rita;', $register), approves($token{svc}, approved_by => 'bea'));
# tokens that one makes for the other
my $laundered = sql('rita', q{SET ROLE amir; SELECT gov_create_api_token('amir', 'made by the way')});
one('a token made in the role that was set', by('rita', '', $register), approves($laundered));
one('the admin, and a token of the admin', by('boss', '', $register), approves($token{amir}));
one('the admin by a token, and another', registers($token{boss}), approves($token{amir}));
# a login that is renamed meanwhile, with the user not following
{
	my $model = 'renamed';
	is(registers($token{rita})->($model), 'done', 'registered with a token');
	sql('postgres', 'ALTER ROLE rita RENAME TO rosa');
	is(by('rosa', 'SET ROLE amir;', $approve)->($model), 'MG001', '  and not approved by the same login under another name');
	sql('postgres', 'ALTER ROLE rosa RENAME TO rita');
	is(approves($token{amir})->($model), 'done', '  but by somebody else');
}
# deploying, and a quorum
{
	sql('postgres', q{GRANT olga TO amir; GRANT amir TO bea});
	is(registers($token{rita})->('quorum'), 'done', 'registered');
	sql('postgres', q{SELECT gov_set_policy('model.required_approvals', '2')});
	is(approves($token{bea})->('quorum'), 'done', 'one vote, with a token');
	is(by('bea', 'SET ROLE amir;', $approve)->('quorum'), 'MG001', '  a second one of the same person by the login');
	is(approves($token{amir})->('quorum'), 'done', '  of somebody else');
	is(sql('amir', q{SET ROLE olga; SELECT gov_deploy_model('quorum', '1', 'staging')}), 'MG001', 'who approved with a token deploys by no login');
	is(rest($token{olga}, 'POST', '/models/quorum/versions/1/deploy', { environment => 'staging' }), 'done', '  somebody else does');
}
# the controls see what a policy let through
sql('postgres', q{SELECT gov_set_policy('sod.registrar_may_approve', 'true'), gov_set_policy('model.required_approvals', '1'),
	gov_set_policy('model.require_staging', 'false'), gov_set_approval_policy('model_deploy_production', enabled => false)});
is(registers($token{rita})->('relaxed'), 'done', 'registered with a token');
is(by('rita', 'SET ROLE amir;', $approve)->('relaxed'), 'done', 'approved by the same login, as the policy lets it');
is(rest($token{olga}, 'POST', '/models/relaxed/versions/1/deploy', {}), 'done', 'deployed');
is(sql('postgres', q{SELECT c ->> 'result', c -> 'findings' FROM gov_check_control('eu-ai-act-14.1') AS c}),
	'fail|["relaxed:1 in production"]', 'and the control says so');

# --- the names go along with a dump ----------------------------------------------------------

is($gateway->stop, 0, 'the gateway stops');
my $query = q{SELECT md5(string_agg(h::text, E'\n' ORDER BY model_id, version, approval_no)) FROM governance.approval_history AS h};
my $before = sql('postgres', $query);
my $dump = $PostgreSQL::Test::Utils::tmp_check . '/principals.sql';
command_ok([ 'pg_dump', '-d', $node->connstr('app'), '-f', $dump ], 'dumped');
$node->safe_psql('postgres', 'CREATE DATABASE copy');
$node->safe_psql('copy', 'CREATE EXTENSION governance; SELECT gov_pre_restore()');
command_ok([ 'psql', '-X', '-q', '-o', '/dev/null', '-d', $node->connstr('copy'), '-f', $dump ], 'loaded');
$node->safe_psql('copy', 'SELECT gov_post_restore()');
is($node->safe_psql('copy', $query), $before, 'every name is as it was');
is($node->safe_psql('copy', q{SELECT count(*) FROM governance.model_versions WHERE NOT created_principals @> ARRAY['user/' || created_by]}), '0', 'none is without its user');

$node->stop;
done_testing();
