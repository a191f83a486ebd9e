# Several people on one database role, told apart by what the server itself
# authenticated: client certificates, an operating system user, a password.
use strict;
use warnings;
use JSON::PP;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;

my $node = PostgreSQL::Test::Cluster->new('people');
my $dir = PostgreSQL::Test::Utils::tempdir;

# --- a certification authority, the server and four people ----------------------

sub openssl { run_log([ 'openssl', @_ ]) or BAIL_OUT("openssl @_"); return; }

openssl(qw(req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=people), '-keyout', "$dir/ca.key", '-out', "$dir/ca.crt");
my $serial = 1;
foreach my $name (qw(server alice bob carol gate))
{
	openssl(qw(req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj), "/O=Example/CN=$name", '-keyout', "$dir/$name.key", '-out', "$dir/$name.csr");
	openssl(qw(x509 -req -days 2 -set_serial), $serial++, '-in', "$dir/$name.csr", '-CA', "$dir/ca.crt", '-CAkey', "$dir/ca.key", '-out', "$dir/$name.crt");
	chmod 0600, "$dir/$name.key";
}

$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'governance'
max_prepared_transactions = 5
listen_addresses = '127.0.0.1'
ssl = on
ssl_ca_file = '$dir/ca.crt'
ssl_cert_file = '$dir/server.crt'
ssl_key_file = '$dir/server.key'
});
unlink $node->data_dir . '/pg_hba.conf';
$node->append_conf('pg_hba.conf', <<'HBA');
hostssl all team,gate,spare,postgres 127.0.0.1/32 cert map=people
host all words 127.0.0.1/32 scram-sha-256
local all os peer map=os
local all all trust
local replication all trust
HBA
$node->append_conf('pg_ident.conf', <<'IDENT');
people alice team
people alice postgres
people bob team
people carol team
people carol spare
people gate gate
os /^.*$ os
IDENT
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', q{
	CREATE EXTENSION governance;
	CREATE ROLE team LOGIN; CREATE ROLE gate LOGIN; CREATE ROLE spare LOGIN; CREATE ROLE os LOGIN; CREATE ROLE words LOGIN PASSWORD 'secret';
	CREATE ROLE rita LOGIN; CREATE ROLE amir LOGIN;
	GRANT amir TO team;
	GRANT CREATE ON SCHEMA public TO team;
	SELECT gov_create_role('does_all', permissions => '{model:register,model:approve,model:deploy}');
	SELECT gov_create_role('service');
	SELECT gov_grant_permission('service', 'actor:impersonate');
	SELECT gov_create_user(u, NULL) FROM unnest('{alice,bob,alias,osman,wanda}'::text[]) AS u;
	SELECT gov_create_user(u, NULL, r::name) FROM (VALUES ('crew', 'team'), ('rita', 'rita'), ('amir', 'amir'), ('pool', 'gate')) AS v (u, r);
	SELECT gov_assign_role(u, 'does_all') FROM unnest('{alice,bob,alias,crew,rita,amir}'::text[]) AS u;
	SELECT gov_assign_role('pool', 'service');
	SELECT gov_set_policy('model.required_approvals', '2');
});

# connection(who[, role]): a person with a certificate; another way in by name
sub connection
{
	my ($who, $role) = @_;
	my $here = "dbname=app port=" . $node->port;
	return "$here host=127.0.0.1 user=words password=secret sslmode=disable" if $who eq 'words';
	return "$here host=127.0.0.1 sslmode=require sslcert=$dir/$who.crt sslkey=$dir/$who.key user=" . ($role // ($who eq 'gate' ? 'gate' : 'team'))
	  if -f "$dir/$who.crt";
	return "$here host=" . $node->host . " user=$who";
}

# as(who, statements[, role]): the last line of what they give, or the SQLSTATE
sub as
{
	my ($who, $sql, $role) = @_;
	my ($status, $out, $err) = $node->psql('app', $sql, connstr => connection($who, $role), extra_params => [ '-v', 'VERBOSITY=sqlstate' ], on_error_stop => 1);
	return $status == 0 ? $out =~ s/.*\n//sr : $err =~ /ERROR:  (\w{5})/ ? $1 : $err;
}
sub said
{
	my ($who, $sql) = @_;
	my ($status, $out, $err) = $node->psql('app', $sql, connstr => connection($who));
	return $err;
}
sub admin { my ($sql) = @_; return $node->safe_psql('app', $sql); }

my $who = q{SELECT concat_ws(' ', j ->> 'user_id', j ->> 'evidence') FROM gov_whoami() AS j};
sub is_who
{
	my ($name, $expected, $before, $role) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	return is(as($name, ($before // '') . $who, $role), $expected, "$name" . ($before ? " after $before" : '') . ": $expected");
}
my %dn = map { $_ => "CN=$_,O=Example" } qw(alice bob carol gate);
sub link_cert { my ($user, $name) = @_; return admin("SELECT user_id FROM gov_link_identity('$user', 'postgres:cert', '$dn{$name}')"); }

my $no = 0;
# a model that rita registered
sub model { my $m = 'm' . ++$no; admin("SET SESSION AUTHORIZATION rita; SELECT gov_register_model('$m', '1')"); return $m; }
sub approve { my ($m) = @_; return "SELECT approval_status FROM gov_approve_model('$m', '1');"; }
sub register { my ($m) = @_; return "SELECT 'done' FROM gov_register_model('$m', '1');"; }

# --- by the database role, as before ------------------------------------------------

admin(q{SELECT gov_set_approval_policy('usecase_deprecate', required_role => 'does_all')});
is(as('alice', "SELECT gov_link_identity('alice', 'postgres:cert', '$dn{alice}')", 'postgres'), '42501', 'an admin does not become who decides on requests');
link_cert($_, $_) foreach qw(alice bob);
is_who('alice', 'crew session');
is_who('bob', 'crew session');
is(as('alice', q{SELECT gov_whoami() ? 'identity'}), 'f', 'nobody asks who that was');
my $m = model();
is(as('alice', approve($m)), 'pending', 'one role is one approver');
is(as('bob', approve($m)), '55000', '  whoever comes by it');
like(said('alice', q{SET governance.identity = 'both'}), qr/cannot be changed without restarting the server/, 'no session sets what it is known by');
is($node->psql('app', 'SELECT 1', connstr => connection('alice') . q{ options='-c governance.identity=both'}), 2, '  nor does one bring it along');

sub restart
{
	my ($identity) = @_;
	note("governance.identity = $identity");
	$node->append_conf('postgresql.conf', "governance.identity = '$identity'");
	$node->restart;
	return;
}

# --- by both -------------------------------------------------------------------------

restart('both');
is_who('alice', 'alice authenticated');
is_who('bob', 'bob authenticated');
is_who('carol', 'crew session');
is_who('team', 'crew session');
is_who('postgres', 'postgres session');
is(as('alice', q{SELECT gov_whoami() -> 'identity'}), qq({"issuer": "postgres:cert", "subject": "$dn{alice}"}), 'one is shown what to link');
is(as('os', q{SELECT gov_whoami() -> 'identity' ->> 'issuer'}), 'postgres:peer', 'the operating system\'s user');
admin(q{SELECT gov_link_identity('osman', 'postgres:peer', '} . (getpwuid($<))[0] . q{'), gov_link_identity('wanda', 'postgres:scram-sha-256', 'words')});
is_who('os', 'osman authenticated');
is_who('words', 'wanda authenticated');
is(as('team', q{SELECT gov_whoami() ? 'identity'}), 'f', 'trust names nobody');

# whatever role is in force
is_who('alice', 'alice authenticated', 'SET ROLE amir; ');
is_who('alice', 'alice authenticated', '', 'postgres');
is_who('alice', 'alice authenticated', 'SET SESSION AUTHORIZATION amir; ', 'postgres');
is_who('alice', 'alice authenticated', 'SET SESSION AUTHORIZATION team; SET ROLE amir; ', 'postgres');
is_who('team', 'amir session', 'SET ROLE amir; ');
admin(q{CREATE FUNCTION lent() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT gov_current_actor()'; ALTER FUNCTION lent() OWNER TO amir});
is(as('alice', 'SELECT lent()'), 'alice', 'in a function of somebody else');
my $parallel = $node->pg_version < 16 ? 'force_parallel_mode' : 'debug_parallel_query';
is(as('alice', qq{SET $parallel = on; SELECT string_agg(DISTINCT gov_current_actor() || gov_can('model:approve'), ',') || count(*) FROM governance.model_versions}), "alicetrue$no", 'in a parallel plan');
is(as('alice', q{SELECT gov_set_actor('bob')}), '42501', 'a person acts for nobody else');

# what another one left in the role's name
is(as('bob', q{CREATE FUNCTION who() RETURNS text LANGUAGE sql AS $$SELECT coalesce(public.gov_current_actor(), 'nobody')$$;
	CREATE MATERIALIZED VIEW kept AS SELECT who() AS actor WITH NO DATA; SELECT 1}), '1', 'bob leaves a view');
is(as('alice', 'REFRESH MATERIALIZED VIEW kept; SELECT actor FROM kept'), 'nobody', '  which does not run as alice');

# a quorum of two on one role
$m = model();
is(as('alice', approve($m)), 'pending', 'the first of two');
is(as('alice', approve($m)), '55000', '  is not the second');
is(as('alice', 'SET ROLE amir; ' . approve($m)), '55000', '  by another role either');
is(as('alice', 'SET SESSION AUTHORIZATION amir; ' . approve($m), 'postgres'), '55000', '  or another session');
is(as('carol', approve($m)), 'MG001', '  nor is whoever of the role is not known');
is(as('team', 'SET ROLE amir; ' . approve($m)), 'MG001', '  or becomes somebody else');
is(as('bob', approve($m)), 'approved', '  but the other person is');
is(admin(qq{SELECT string_agg(DISTINCT concat_ws(' ', actor, evidence, db_role, session_role), ',') FROM governance.audit_events WHERE resource LIKE '%/$m:1%' AND outcome = 'success' AND db_role = 'team'}),
	'alice authenticated team team,bob authenticated team team', 'the trail says how they were known');

# duties
is(as('alice', register('d1')), 'done', 'who registers');
is(as('alice', approve('d1')), 'MG001', '  does not approve');
is(as('alice', 'SET ROLE amir; ' . approve('d1')), 'MG001', '  by another role');
is(as('carol', approve('d1')), 'MG001', '  nor does whoever of the role is not known');
is(as('bob', approve('d1')), 'pending', '  the other person does');
is(as('alice', 'SET ROLE amir; ' . register('d2')), 'done', 'who registers by another role');
is(as('amir', approve('d2')), 'MG001', '  may have been its user');
is(as('bob', approve('d2')), 'pending', '  and not the other person');
is(as('carol', register('d3')), 'done', 'somebody of the role who is not known');
is(as($_, approve('d3')), 'MG001', "  may have been $_") foreach qw(alice bob);

# one identity under two users
is(as('alice', register('d4')), 'done', 'alice registers');
is(as('carol', register('d5')), 'done', 'carol, who is not linked yet, too');
admin(qq{SELECT gov_unlink_identity('postgres:cert', '$dn{alice}')});
link_cert('alias', 'alice');
is_who('alice', 'alias authenticated');
is(as('alice', approve('d4')), 'MG001', '  and is nobody else as another user');
like(said('alice', approve('d4')), qr/User "alice" registered it in a session of the same authenticated person\./, '  which is said');
admin(qq{SELECT gov_unlink_identity('postgres:cert', '$dn{alice}')});
link_cert('alice', 'alice');
link_cert('alias', 'carol');
is(as('carol', approve('d5'), 'spare'), 'MG001', 'nor is she, linked later, who comes by another role');
admin(qq{SELECT gov_unlink_identity('postgres:cert', '$dn{carol}')});

# with a token of somebody else
my %token = map { $_ => admin("SELECT gov_create_api_token('$_', 'test')") } qw(alice bob);
is(as('alice', register('d6')), 'done', 'alice registers');
is(as('alice', "BEGIN; SELECT gov_begin_as('$token{bob}'); " . approve('d6') . 'COMMIT'), 'MG001', '  and shows the token of bob');
is(as('bob', "BEGIN; SELECT gov_begin_as('$token{bob}'); " . approve('d6') . 'COMMIT'), 'pending', '  as he may himself');

# --- what ends it ----------------------------------------------------------------------

my $alice = $node->background_psql('app', extra_params => [ '-d', connection('alice') ], on_error_stop => 0);
sub now_is { my ($expected, $what) = @_; return is($alice->query($who), $expected, $what); }
now_is('alice authenticated', 'a session that goes on');
admin(qq{SELECT gov_unlink_identity('postgres:cert', '$dn{alice}')});
now_is('crew session', '  unlinked');
link_cert('alice', 'alice');
now_is('alice authenticated', '  linked');
admin(q{SELECT gov_deactivate_user('alice')});
now_is('', '  deactivated: not the role\'s user either');
like(said('alice', register('e1')), qr/the user that this session was authenticated as is not active/, '  and is told why');
admin(q{SELECT gov_reactivate_user('alice')});
now_is('alice authenticated', '  active again');

# a pool's identity is nobody's
my $link_gate = "SELECT gov_link_identity('%s', 'postgres:cert', '$dn{gate}')";
is(as('postgres', sprintf $link_gate, 'pool'), '55000', 'who acts for others is not linked');
admin(q{SELECT gov_deactivate_user('pool')});
is(as('postgres', sprintf $link_gate, 'pool'), '55000', '  inactive either');
admin(q{SELECT gov_reactivate_user('pool'); SELECT gov_revoke_role('pool', 'service'); SELECT gov_create_role('wider', inherits => '{service}')});
admin(sprintf $link_gate, 'pool');
is_who('gate', 'pool authenticated');
foreach my $way ([ q{SELECT gov_assign_role('pool', 'wider')}, q{SELECT gov_revoke_role('pool', 'wider')}, 'by a role that inherits it' ],
	[ q{SELECT gov_assign_role('bob', 'service'); SET SESSION AUTHORIZATION team; SET SESSION AUTHORIZATION DEFAULT; SELECT gov_assign_role('amir', 'service');
		SET SESSION AUTHORIZATION amir; SELECT gov_delegate('service', 'pool', now() + interval '1 day', 'for a day')},
	  q{SELECT gov_revoke_role('bob', 'service'); SELECT gov_revoke_role('amir', 'service')}, 'by a loan' ])
{
	admin($way->[0]);
	is_who('gate', 'pool session');
	is(as('gate', q{BEGIN; SELECT gov_set_actor('rita'); SELECT gov_current_actor(); COMMIT}), 'rita', "  acts for others, $way->[2]");
	admin($way->[1]);
	is_who('gate', 'pool authenticated');
}
admin(q{SELECT gov_assign_role('alice', 'service')});
now_is('crew session', 'nor is a person\'s who may act for others');
is(as('alice', approve('d6')), 'MG001', '  who is not yet somebody else');
admin(q{SELECT gov_revoke_role('alice', 'service')});
now_is('alice authenticated', '  a person again');
$alice->quit;

# --- where there is no connection of a person ------------------------------------------

is(as('alice', 'BEGIN; ' . register('p1') . q{PREPARE TRANSACTION 'p1'}), 'done', 'prepared by alice');
is(as('bob', q{COMMIT PREPARED 'p1'}, 'team'), '', '  committed by bob');
is(admin(q{SELECT string_agg(DISTINCT concat_ws(' ', actor, evidence), ',') FROM governance.audit_events WHERE resource = 'model_version/p1:1'}), 'alice authenticated', '  is what alice did');

admin(q{
	CREATE TABLE copied (id int PRIMARY KEY, who text);
	CREATE PUBLICATION pub FOR TABLE copied;
	SELECT pg_create_logical_replication_slot('sub', 'pgoutput')});
$node->safe_psql('postgres', 'CREATE DATABASE copy');
my $connstr = 'dbname=app user=postgres host=' . $node->host . ' port=' . $node->port;
$node->safe_psql('copy', qq{
	CREATE EXTENSION governance;
	SELECT gov_link_identity('postgres', i, s) FROM (VALUES ('postgres:peer', 'postgres'), ('postgres:cert', '$dn{alice}')) AS v (i, s);
	CREATE TABLE copied (id int PRIMARY KEY, who text);
	CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN NEW.who := public.gov_whoami() ->> 'evidence'; RETURN NEW; END\$\$;
	CREATE TRIGGER tell BEFORE INSERT ON copied FOR EACH ROW EXECUTE FUNCTION tell();
	ALTER TABLE copied ENABLE ALWAYS TRIGGER tell;
	CREATE SUBSCRIPTION sub CONNECTION '$connstr' PUBLICATION pub WITH (create_slot = false, slot_name = 'sub', copy_data = false)});
as('alice', 'INSERT INTO copied VALUES (1)', 'postgres');
wait_until(sub { $node->safe_psql('copy', 'SELECT count(*) FROM copied') eq '1' });
is($node->safe_psql('copy', 'SELECT who FROM copied'), 'session', 'what is applied is by nobody who was authenticated');
$node->safe_psql('copy', 'DROP SUBSCRIPTION sub');

# --- by nothing else -----------------------------------------------------------------------

restart('authn_id');
is_who('alice', 'alice authenticated');
is_who('bob', 'bob authenticated');
is_who('alice', 'alice authenticated', 'SET ROLE amir; ');
is_who($_, '') foreach qw(carol team postgres amir);
like(said('carol', register('f1')), qr/whom the server authenticated is not a governance user.*The identity is "\Q$dn{carol}\E" of "postgres:cert".*gov_link_identity\('...', 'postgres:cert', '\Q$dn{carol}\E'\)/s, 'one is told what is to be linked');
like(said('team', register('f1')), qr/the server did not authenticate anybody for this session/, '  and whom nobody authenticated, that');
is(as('team', "BEGIN; SELECT gov_begin_as('$token{bob}'); $who; COMMIT"), 'bob verified', 'a token opens as ever');
$m = model_by_alice();
is(as('bob', approve($m)), 'pending', 'duties are as above');
is(as('alice', approve($m)), 'MG001', '  for both');
sub model_by_alice { my $name = 'g' . ++$no; as('alice', register($name)); return $name; }

# --- without preload the library stays out ------------------------------------------------------

$node->append_conf('postgresql.conf', "shared_preload_libraries = ''");
$node->restart;
like(said('postgres', 'SELECT gov_whoami()'), qr/governance.identity is "authn_id", and the library is not preloaded/, 'too late to know whom the server authenticated');
$node->stop;

done_testing();
