# Attacks by people who have a login, the source and time: to become admin, to
# read what is not theirs, to falsify the trail.  docs/SECURITY.md has a table
# of them; each test is named by its line there, and the last one sees to it
# that no line lacks its test.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;

my $node = PostgreSQL::Test::Cluster->new('attacked');
$node->init;
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'governance'
max_prepared_transactions = 5
autovacuum_naptime = 1s
log_statement = none
fsync = off
});
$node->start;

my %seen;

# line ID TITLE: the tests that follow are of this line of docs/SECURITY.md.
my $line = '';
sub line
{
	$line = shift;
	$seen{$line} = 1;
}

# as ROLE SQL: (output, errors) of a psql of that login.
sub as
{
	my ($role, $sql, $dbname) = @_;
	my ($out, $err) = ('', '');
	$node->psql($dbname // 'postgres', $sql, stdout => \$out, stderr => \$err,
		on_error_stop => 0, extra_params => [ '-U', $role ]);
	return ($out, $err);
}

# refused ROLE SQL PATTERN NAME: it fails with that error.
sub refused
{
	my ($role, $sql, $pattern, $name, $dbname) = @_;
	my ($out, $err) = as($role, $sql, $dbname);
	like($err, $pattern, "$line: $name");
}

# gives ROLE SQL EXPECTED NAME
sub gives
{
	my ($role, $sql, $expected, $name, $dbname) = @_;
	my ($out, $err) = as($role, $sql, $dbname);
	is($out . ($err =~ /ERROR|FATAL/ ? $err : ''), $expected, "$line: $name");
}

sub su { return $node->safe_psql('postgres', shift); }

# --- before the extension is there ------------------------------------------------

# In a database of one's own: operators that fit better than those of
# pg_catalog, for whoever creates the extension.
line('install-operators');
$node->safe_psql('postgres', q{
	CREATE ROLE olga LOGIN;
	CREATE DATABASE planted OWNER olga;
	CREATE DATABASE adopted OWNER olga});
as('olga', q{
	CREATE FUNCTION public.planted(name, name) RETURNS boolean LANGUAGE plpgsql AS $$
	BEGIN
		IF current_user = 'postgres' THEN
			ALTER ROLE olga SUPERUSER;
		END IF;
		RETURN true;
	END $$;
	CREATE FUNCTION public.planted(jsonb, jsonb) RETURNS text LANGUAGE sql AS $$SELECT '1'$$;
	CREATE OPERATOR public.~~ (LEFTARG = name, RIGHTARG = name, FUNCTION = public.planted);
	CREATE OPERATOR public.!~~ (LEFTARG = name, RIGHTARG = name, FUNCTION = public.planted);
	CREATE OPERATOR public.#>> (LEFTARG = jsonb, RIGHTARG = jsonb, FUNCTION = public.planted);
}, 'planted');
$node->safe_psql('planted', 'CREATE EXTENSION governance');
is(su(q{SELECT rolsuper FROM pg_roles WHERE rolname = 'olga'}), 'f', "$line: nothing of hers ran");
is($node->safe_psql('planted', q{
	SELECT string_agg(pg_describe_object(classid, objid, objsubid), ', ') FROM pg_depend WHERE refclassid = 'pg_operator'::regclass
		AND refobjid IN (SELECT oid FROM pg_operator WHERE oprowner = 'olga'::regrole)
		AND classid <> 'pg_operator'::regclass}),
	'', "$line: nothing is bound to them");

line('install-objects');
as('olga', 'CREATE SCHEMA governance', 'adopted');
my ($out, $err) = as('postgres', 'CREATE EXTENSION governance', 'adopted');
like($err, qr/schema "governance" already exists/, "$line: a schema made before is not adopted");
as('olga', q{DROP SCHEMA governance;
	CREATE FUNCTION public.gov_can(permission text, resource text = NULL) RETURNS boolean LANGUAGE sql AS 'SELECT true'}, 'adopted');
($out, $err) = as('postgres', 'CREATE EXTENSION governance', 'adopted');
like($err, qr/already exists|is not a member of extension/, "$line: nor a function");

line('create-extension');
as('olga', 'DROP FUNCTION public.gov_can(text, text)', 'adopted');
refused('olga', 'CREATE EXTENSION governance', qr/permission denied to create extension/,
	'not by the owner of the database', 'adopted');

line('drop-schema');
is($node->safe_psql('planted', q{SELECT nspowner::regrole FROM pg_namespace WHERE nspname = 'public'}),
	'pg_database_owner', "$line: the functions are in a schema of the database's owner");
refused('olga', 'DROP SCHEMA public CASCADE', qr/must be owner of extension governance/,
	'she does not drop it with the extension in it', 'planted');
is($node->safe_psql('planted', 'SELECT count(*) > 0 FROM governance.audit_events'), 't', "$line: the trail is there");
like((as('postgres', 'DROP EXTENSION governance; CREATE EXTENSION governance', 'planted'))[1],
	qr/WARNING:  roles that are no superusers.*\n.*olga/, "$line: CREATE EXTENSION warns of who may create there");

# Looked at in the end: it takes half a minute to be told of.
$node->safe_psql('planted', q{BEGIN; SELECT gov_audit_seal(); PREPARE TRANSACTION 'held';
	SELECT gov_log_event('note', 'x', 'y')});

# --- the house ----------------------------------------------------------------------

$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	UPDATE governance.controls SET applies_from = NULL, effective_from = NULL; -- the same on any day
	CREATE ROLE mallory LOGIN; CREATE ROLE stranger LOGIN; CREATE ROLE rita LOGIN;
	CREATE ROLE amir LOGIN; CREATE ROLE vera LOGIN; CREATE ROLE syd LOGIN; CREATE ROLE pool LOGIN;
	CREATE ROLE writer LOGIN; GRANT pg_write_all_data TO writer;
	SELECT gov_create_user(u, NULL, db_role => u::name)
	FROM unnest('{mallory,rita,amir,vera,syd,pool,writer}'::text[]) AS u;
	SELECT gov_create_role('registrar', permissions => '{model:register}');
	SELECT gov_create_role('pooler', permissions => '{actor:impersonate}');
	SELECT gov_create_role('configurer', permissions => '{system:config}');
	SELECT gov_create_role('recorder', permissions => '{sla:record}');
	SELECT gov_assign_role('rita', 'registrar');
	SELECT gov_assign_role('amir', 'approver');
	SELECT gov_assign_role('vera', 'auditor');
	SELECT gov_assign_role('syd', 'configurer');
	SELECT gov_assign_role('pool', 'pooler');
	SELECT gov_register_model('risk', '1');
	SELECT gov_define_sla('model', 'risk');
	SELECT gov_report_incident('security', 'critical', '<script>alert(1)</script> | **x**', 'd', 'risk');
	CREATE SCHEMA mallory AUTHORIZATION mallory;
	GRANT USAGE ON SCHEMA mallory TO PUBLIC;
	});
my $amir_token = su(q{SELECT gov_create_api_token('amir', 'test')});
my $rita_token = su(q{SELECT gov_create_api_token('rita', 'test')});
my $pool_token = su(q{SELECT gov_create_api_token('pool', 'test')});

# --- becoming admin -------------------------------------------------------------------

# Code of a table's owner that runs where others only keep house.
line('maintenance-write');
as('mallory', q{
	CREATE TABLE mallory.loot (what text, n bigint);
	CREATE TABLE mallory.bait (x int);
	INSERT INTO mallory.bait SELECT generate_series(1, 500);
	CREATE FUNCTION mallory.evil(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1';
	CREATE INDEX evil ON mallory.bait (mallory.evil(x));
	ALTER TABLE mallory.bait SET (autovacuum_enabled = off);
	CREATE OR REPLACE FUNCTION mallory.evil(x int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$
	BEGIN
		IF x = 1 THEN
			PERFORM mallory.act();
		END IF;
		RETURN x;
	END $$;
	CREATE FUNCTION mallory.act() RETURNS void LANGUAGE plpgsql AS $$
	DECLARE
		called text;
	BEGIN
		FOREACH called IN ARRAY ARRAY[
			'gov_assign_role(''mallory'', ''admin'')',
			'gov_log_event(''forged'', ''x'', ''y'')',
			'gov_observe(''model'', ''risk'', 1)',
			'gov_set_actor(''mallory'')']
		LOOP
			BEGIN
				EXECUTE 'SELECT public.' || called;
				INSERT INTO mallory.loot VALUES (called || ' as ' || public.gov_current_actor(), 1);
			EXCEPTION WHEN OTHERS THEN
				INSERT INTO mallory.loot VALUES (SQLERRM, 0);
			END;
		END LOOP;
		INSERT INTO mallory.loot SELECT 'read', count(*) FROM governance.audit_events;
		BEGIN
			INSERT INTO mallory.loot SELECT 'read', count(*) FROM public.gov_audit_trail();
		EXCEPTION WHEN OTHERS THEN
			INSERT INTO mallory.loot VALUES (SQLERRM, 0);
		END;
	END $$});
su('ANALYZE mallory.bait');
is(su(q{SELECT count(*) FROM mallory.loot}), '6', "$line: her function ran in ANALYZE by a superuser");
is(su(q{SELECT string_agg(what, ', ') FROM mallory.loot WHERE n > 0}), '', "$line: and neither wrote nor read");
like(su(q{SELECT string_agg(what, ', ') FROM mallory.loot}), qr/within security-restricted operation/,
	"$line: it was told why");
foreach my $command ('REINDEX INDEX mallory.evil', 'VACUUM ANALYZE mallory.bait',
	'CREATE INDEX ON mallory.bait (mallory.evil(x + 0))', 'CLUSTER mallory.bait USING evil')
{
	su('TRUNCATE mallory.loot');
	su($command);
	is(su(q{SELECT coalesce(sum(n), 0) FROM mallory.loot}), '0', "$line: $command");
}
is(su(q{SELECT count(*) FROM gov_user_roles('mallory')}), '0', "$line: she is who she was");

line('maintenance-autovacuum');
su('TRUNCATE mallory.loot');
as('mallory', q{ALTER TABLE mallory.bait SET (autovacuum_enabled = on, autovacuum_analyze_threshold = 0, autovacuum_analyze_scale_factor = 0);
	UPDATE mallory.bait SET x = x});
su('TRUNCATE mallory.loot');
ok($node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM mallory.loot}), "$line: her function ran in autovacuum");
is(su(q{SELECT coalesce(sum(n), 0) FROM mallory.loot}), '0', "$line: and neither wrote nor read");
as('mallory', q{ALTER TABLE mallory.bait SET (autovacuum_enabled = off)});

line('maintenance-refresh');
as('mallory', q{CREATE MATERIALIZED VIEW mallory.stolen AS
	SELECT event_id::text AS what FROM governance.audit_events
	UNION ALL SELECT user_id FROM governance.users
	UNION ALL SELECT public.gov_current_actor()});
su('REFRESH MATERIALIZED VIEW mallory.stolen');
gives('mallory', q{SELECT count(what) FROM mallory.stolen}, '0', 'it holds nothing of what a superuser sees');
gives('mallory', q{REFRESH MATERIALIZED VIEW mallory.stolen; SELECT DISTINCT what FROM mallory.stolen}, 'mallory', 'but what its owner sees, refreshed by her');

line('maintenance-bound');
su('CREATE SCHEMA pool AUTHORIZATION pool');
as('pool', q{CREATE MATERIALIZED VIEW pool.seen AS SELECT public.gov_current_actor() AS who});
gives('pool', q{BEGIN; SELECT gov_set_actor('amir'); REFRESH MATERIALIZED VIEW pool.seen; COMMIT; SELECT who FROM pool.seen},
	"\npool", 'a binding is not lent to it');

line('guc-spoofing');
my $settings = su(q{SELECT string_agg(name, ' ') FROM pg_settings WHERE name LIKE 'governance.%'});
foreach my $setting (split / /, $settings)
{
	my $value = su("SELECT boot_val FROM pg_settings WHERE name = '$setting'");
	refused('mallory', "SET $setting = '$value'", qr/permission denied|cannot be changed/, "SET $setting");
}
refused('mallory', q{SET governance.actor = 'postgres'}, qr/invalid configuration parameter name/, 'no setting of one\'s own making');
refused('postgres', q{SET governance.restoring = on}, qr/belongs to a database as a whole|invalid value/, 'nobody makes guards stand aside for a session');
refused('mallory', q{ALTER ROLE mallory SET governance.audit_denials = off}, qr/permission denied/, 'nor keeps it for later');
refused('olga', q{ALTER DATABASE planted SET governance.restoring = on}, qr/permission denied/, 'nor the owner of a database for it', 'planted');
refused('olga', q{ALTER DATABASE adopted SET governance.restoring = on}, qr/permission denied/, 'also where the library is not loaded', 'adopted');
{
	local $ENV{PGOPTIONS} = '-c governance.restoring=on';
	refused('postgres', 'SELECT 1', qr/FATAL|invalid value/, 'not by the options of a connection');
}

line('path-and-temp');
gives('mallory', q{SET client_min_messages = error;
	SET search_path = mallory, pg_temp, public;
	CREATE TEMP TABLE users (user_id text, is_active boolean);
	CREATE TEMP TABLE user_roles (user_id text, role text);
	CREATE FUNCTION mallory.gov_can(text, text DEFAULT NULL) RETURNS boolean LANGUAGE sql AS 'SELECT true';
	CREATE FUNCTION mallory.equal(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
	CREATE OPERATOR mallory.= (LEFTARG = text, RIGHTARG = text, FUNCTION = mallory.equal);
	SET search_path = mallory, pg_temp, pg_catalog, public;
	SELECT public.gov_can('role:manage'), (SELECT count(*) FROM governance.audit_events),
		(SELECT count(*) FROM governance.users), (SELECT count(*) FROM gov_models())},
	'f|0|1|1', 'neither tables, functions nor operators of hers are asked');
refused('mallory', q{SET search_path = mallory, pg_catalog, public; SELECT gov_assign_role('mallory', 'admin')},
	qr/lacks permission/, 'nor by a function that writes');

line('overload');
refused('mallory', q{CREATE FUNCTION public.gov_can(name) RETURNS boolean LANGUAGE sql AS 'SELECT true'},
	qr/permission denied for schema public/, 'she plants nothing in public');
my (undef, $warning) = ('', '');
$node->safe_psql('adopted', 'GRANT CREATE ON SCHEMA public TO PUBLIC');
(undef, $warning) = as('postgres', 'CREATE EXTENSION governance', 'adopted');
like($warning, qr/WARNING:.*every role may create functions/, "$line: a schema where everybody may is warned of");
refused('olga', q{CREATE OR REPLACE FUNCTION public.gov_can(permission text, resource text) RETURNS boolean LANGUAGE sql AS 'SELECT true'},
	qr/must be owner of function|cannot remove parameter defaults/, 'and ours is not replaced there', 'adopted');

line('set-role');
su('GRANT rita TO mallory; GRANT amir TO mallory; ALTER ROLE mallory INHERIT');
gives('mallory', q{SELECT gov_current_actor()}, 'mallory', 'a role that is inherited is not acted as');
gives('mallory', q{SET ROLE rita; SELECT gov_current_actor()}, 'rita', 'one that is set is');
refused('mallory', q{SET ROLE rita; SELECT gov_register_model('twice', '1'); SELECT gov_request_model_approval('twice', '1');
	SET ROLE amir; SELECT gov_approve_model('twice', '1')}, qr/cannot approve|same login/, 'but one login is one pair of eyes');
is(su(q{SELECT string_agg(DISTINCT session_role, ',') FROM governance.audit_events WHERE resource LIKE '%/twice%'}),
	'mallory', "$line: and the trail names the login");
su('REVOKE rita FROM mallory; REVOKE amir FROM mallory');

line('set-role-token');
su('GRANT rita TO mallory; GRANT amir TO mallory');
as('mallory', q{SET ROLE rita; SELECT gov_register_model('laundered', '1'); SELECT gov_request_model_approval('laundered', '1')});
(my $laundered) = as('mallory', q{SET ROLE amir; SELECT gov_create_api_token('amir', 'for later')});
refused('mallory', qq{BEGIN; SELECT gov_begin_as('$laundered'); SELECT gov_approve_model('laundered', '1')}, qr/same login, "mallory"/,
	'a token that one login made in a colleague\'s role is that login');
refused('stranger', qq{BEGIN; SELECT gov_begin_as('$laundered'); SELECT gov_approve_model('laundered', '1')}, qr/same login, "mallory"/,
	'wherever it is shown');
(my $child) = as('stranger', qq{BEGIN; SELECT gov_begin_as('$laundered') \\g /dev/null\nSELECT gov_create_api_token('amir', 'of another'); COMMIT});
refused('stranger', qq{BEGIN; SELECT gov_begin_as('$child'); SELECT gov_approve_model('laundered', '1')}, qr/same login, "mallory"/,
	'nor does a token made with it forget');
su('REVOKE rita FROM mallory; REVOKE amir FROM mallory');
gives('stranger', qq{BEGIN; SELECT gov_begin_as('$amir_token') \\g /dev/null\nSELECT approval_status FROM gov_approve_model('laundered', '1'); COMMIT}, 'approved',
	'a token from somebody else\'s hand is amir');

line('definer');
as('mallory', q{CREATE FUNCTION mallory.who() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT public.gov_current_actor()';
	GRANT EXECUTE ON FUNCTION mallory.who() TO PUBLIC});
su(q{CREATE FUNCTION public.lent() RETURNS text LANGUAGE sql SECURITY DEFINER AS 'SELECT public.gov_current_actor()'});
gives('mallory', 'SELECT public.lent()', 'mallory', 'a superuser\'s SECURITY DEFINER function makes nobody else of her');
gives('rita', 'SELECT mallory.who()', 'rita', 'hers makes her of nobody');

line('parallel-worker');
as('mallory', q{CREATE FUNCTION mallory.who_in_worker(int) RETURNS text LANGUAGE sql PARALLEL SAFE AS 'SELECT public.gov_current_actor()';
	CREATE TABLE mallory.many AS SELECT generate_series(1, 100000) AS x; GRANT SELECT ON mallory.many TO PUBLIC});
gives('pool', q{SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	SET parallel_leader_participation = off; BEGIN; SELECT gov_set_actor('amir');
	SELECT DISTINCT mallory.who_in_worker(x) FROM mallory.many; COMMIT},
	"\n", 'a worker that knows no binding takes nobody for the actor');

line('triggers');
refused('mallory', q{CREATE TABLE mallory.own (x int); CREATE TRIGGER t AFTER INSERT ON mallory.own FOR EACH ROW EXECUTE FUNCTION governance.guard()},
	qr/permission denied for function/, 'our trigger function is not for her tables');
refused('mallory', q{CREATE TRIGGER t BEFORE INSERT ON governance.users FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()},
	qr/permission denied/, 'nor hers for ours');
refused('mallory', q{CREATE EVENT TRIGGER e ON ddl_command_start EXECUTE FUNCTION mallory.who()}, qr/permission denied|must be superuser|must return type/, 'no event trigger');
refused('mallory', q{CREATE RULE r AS ON INSERT TO governance.users DO INSTEAD NOTHING}, qr/must be owner/, 'no rule');
refused('mallory', q{CREATE POLICY p ON governance.audit_events USING (true)}, qr/must be owner/, 'no policy');

line('ownership');
foreach my $sql ('ALTER EXTENSION governance UPDATE', 'DROP EXTENSION governance', 'ALTER EXTENSION governance DROP TABLE governance.users')
{
	refused('mallory', $sql, qr/must be owner of extension/, $sql);
	refused('olga', $sql, qr/must be owner of extension/, "$sql, by the owner of the database", 'planted');
}
refused('olga', 'DROP SCHEMA governance CASCADE', qr/must be owner of schema/, 'nor drops she the schema', 'planted');
refused('mallory', 'ALTER TABLE governance.users DISABLE TRIGGER ALL', qr/must be owner/, 'nor disables triggers');
refused('mallory', 'ALTER TABLE governance.users OWNER TO mallory', qr/must be owner/, 'nor takes a table');
refused('mallory', 'ALTER FUNCTION public.gov_can(text, text) OWNER TO mallory', qr/must be owner/, 'nor a function');

line('writes');
foreach my $sql (q{INSERT INTO governance.user_roles (user_id, role) VALUES ('mallory', 'admin')},
	q{UPDATE governance.users SET db_role = 'mallory' WHERE user_id = 'postgres'}, q{DELETE FROM governance.audit_events},
	q{TRUNCATE governance.audit_events}, q{COPY governance.user_roles FROM stdin}, q{SELECT setval('governance.audit_events_event_id_seq', 1)},
	q{SELECT * FROM governance.users FOR UPDATE}, q{BEGIN; LOCK governance.users IN EXCLUSIVE MODE},
	q{MERGE INTO governance.user_roles AS r USING (SELECT 'mallory' AS u) AS s ON r.user_id = s.u WHEN NOT MATCHED THEN INSERT (user_id, role) VALUES (s.u, 'admin')})
{
	refused('mallory', $sql, qr/permission denied/, $sql);
}
refused('writer', q{INSERT INTO governance.user_roles (user_id, role) VALUES ('mallory', 'admin')},
	qr/violates row-level security|change of|lacks/, 'pg_write_all_data adds no row');
gives('writer', q{UPDATE governance.users SET is_active = false RETURNING user_id}, '', 'and finds none to change');
gives('writer', q{DELETE FROM governance.user_roles RETURNING user_id}, '', 'or to delete');
is(su(q{SELECT count(*) FROM gov_user_roles('mallory')}), '0', "$line: she is who she was");

line('observations-table');
refused('mallory', q{INSERT INTO governance.sla_observations VALUES ('model', 'risk', now(), 1, true)}, qr/lacks permission "sla:record"/, 'INSERT asks who inserts');
refused('mallory', q{COPY governance.sla_observations FROM PROGRAM 'echo model,risk'}, qr/permission denied|must be/, 'no program is run');
refused('writer', qq{COPY governance.sla_observations FROM stdin;\nmodel\trisk\t2026-01-01\t1\tt\n\\.\n}, qr/lacks permission "sla:record"/, 'COPY asks too, of whoever may write everywhere');
refused('mallory', q{CREATE TABLE mallory.o (x int) USING governance_observations}, qr/is for table|permission denied/, 'its access method is for no other table');
refused('mallory', q{CREATE TABLE mallory.o () INHERITS (governance.sla_observations)}, qr/must be owner/, 'no child of it');
refused('mallory', q{INSERT INTO governance.sla_observations VALUES ('model', 'risk', now(), 1, true) ON CONFLICT DO NOTHING}, qr/lacks permission|cannot insert/, 'nor by ON CONFLICT');

line('restore');
foreach my $sql ('SELECT gov_pre_restore()', 'SELECT gov_post_restore()')
{
	refused('mallory', $sql, qr/needs a superuser/, $sql);
	refused('syd', $sql, qr/needs a superuser/, "$sql, by who configures");
}
refused('mallory', q{SELECT governance.rename_log('x')}, qr/permission denied/, 'the log keeps its name');
su(q{CREATE FUNCTION public.su_restore() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'SELECT public.gov_pre_restore()'});
su('ALTER DATABASE postgres SET governance.restoring = on; SELECT 1');
$node->safe_psql('postgres', 'SELECT 1');
refused('writer', q{INSERT INTO governance.user_roles (user_id, role) VALUES ('mallory', 'admin')}, qr/row-level security/, 'guards stand aside for a superuser alone');
refused('mallory', q{SELECT gov_log_event('a', 'b', 'c')}, qr/being restored/, 'the others are refused');
su('ALTER DATABASE postgres RESET governance.restoring');

# --- controls ----------------------------------------------------------------------------

line('control-session');
as('syd', q{CREATE SCHEMA IF NOT EXISTS syd});
su('CREATE SCHEMA syd AUTHORIZATION syd; GRANT USAGE ON SCHEMA syd TO PUBLIC');
as('syd', qq{
	CREATE FUNCTION syd.stay() RETURNS boolean LANGUAGE plpgsql AS \$\$
	BEGIN
		PERFORM set_config('search_path', 'syd, pg_catalog', false);
		PERFORM set_config('application_name', 'planted', false);
		RETURN false;
	END \$\$;
	CREATE FUNCTION syd.bind() RETURNS boolean LANGUAGE plpgsql AS \$\$
	BEGIN
		PERFORM public.gov_begin_as('$rita_token');
		RETURN false;
	END \$\$;
	CREATE FUNCTION syd.who() RETURNS text LANGUAGE sql AS \$\$ SELECT coalesce(public.gov_current_actor(), 'nobody') \$\$;
	SELECT gov_add_control('plant.stay', 'House', 'x', 'SELECT ''a''::text, syd.stay()');
	SELECT gov_add_control('plant.bind', 'House', 'x', 'SELECT ''a''::text, syd.bind()');
	SELECT gov_add_control('plant.who', 'House', 'x', 'SELECT syd.who() || '' sees '' || count(*), true FROM governance.audit_events');
	SELECT gov_add_control('plant.quote', 'House', 'x', 'SELECT ''a\\'', 1 = NULL')});
gives('vera', q{SELECT gov_check_control('plant.stay') ->> 'result'; SELECT current_setting('search_path') || current_setting('application_name')},
	qq{pass\n"\$user", public150_attacks.pl}, 'a control leaves no setting in the session that runs it');
line('control-actor');
gives('vera', q{BEGIN; SELECT gov_check_control('plant.bind') ->> 'result'; SELECT gov_current_actor(); COMMIT},
	"fail\nvera", 'nor an actor');
gives('vera', q{SELECT gov_check_control('plant.who') -> 'findings' ->> 0}, 'syd sees 0', 'it sees what its owner may');
line('control-settings');
# (since 19 the second cannot be off)
my $odd = $node->pg_version->major < 19 ? 'SET standard_conforming_strings = off;' : '';
gives('vera', qq{$odd SET transform_null_equals = on; SET row_security = off;} . q{
	SELECT r ->> 'result', r ->> 'error' FROM gov_check_control(E'plant.quote') AS r}, 'manual|', 'settings of the session do not change what it asks');

line('control-types');
as('syd', q{CREATE VIEW syd.shape AS SELECT 'a'::text AS what, true AS is_bad;
	SELECT gov_add_control('plant.shape', 'House', 'x', 'SELECT what, is_bad FROM syd.shape');
	DROP VIEW syd.shape;
	CREATE VIEW syd.shape AS SELECT ('x' || g)::name AS what, true AS is_bad FROM generate_series(1, 3) AS g});
gives('vera', q{SELECT r ->> 'result', r -> 'findings', r ->> 'error' FROM gov_check_control('plant.shape') AS r},
	'fail|[]|invalid value for argument "query"', 'bytes of another type are not taken for lengths of text');

# --- reading what is not yours -----------------------------------------------------------

line('strangers');
my $readable = su(q{SELECT string_agg(c.oid::regclass::text, ' ') FROM pg_class AS c WHERE c.relnamespace = 'governance'::regnamespace
	AND c.relkind IN ('r', 'v') AND c.relname NOT IN ('api_tokens', 'v_sla_overview')});
foreach my $table (split / /, $readable)
{
	my ($rows, $error) = as('stranger', "SELECT count(*) FROM (SELECT FROM $table LIMIT 1) AS t");
	ok(($rows eq '0' && $error eq '') || $error =~ /permission denied|not an active governance user/, "$line: $table");
}
my $functions = su(q{SELECT string_agg(p.proname || '(' || array_to_string(array_fill('NULL'::text, ARRAY[p.pronargs - p.pronargdefaults]), ',') || ')', ' ')
	FROM pg_proc AS p WHERE p.proname LIKE 'gov\_%' AND p.pronamespace = 'public'::regnamespace AND p.provolatile <> 'i'
		AND p.proname NOT IN ('gov_current_actor', 'gov_whoami', 'gov_version', 'gov_help', 'gov_health', 'gov_begin_as', 'gov_begin_for', 'gov_has_permission', 'gov_can', 'gov_row_json', 'gov_moment', 'gov_set_actor')
		AND p.proname NOT LIKE 'gov\_merkle%'});
my @open;
foreach my $call (split / /, $functions)
{
	my ($rows, $error) = as('stranger', "SELECT $call");
	push @open, "$call: $rows$error" unless $error =~ /ERROR/;
}
is("@open", '', "$line: no function answers");

line('row-security');
as('mallory', q{CREATE FUNCTION mallory.leak(text) RETURNS boolean COST 0.0000001 LANGUAGE plpgsql AS $$ BEGIN RAISE NOTICE 'leaked %', $1; RETURN true; END $$});
foreach my $query (q{SELECT count(*) FROM governance.audit_events WHERE mallory.leak(event_type)},
	q{SELECT count(*) FROM governance.users WHERE mallory.leak(user_id) AND user_id <> 'mallory'},
	q{SELECT count(*) FROM governance.v_access_review WHERE user_id <> 'mallory' AND mallory.leak(user_id)},
	q{SELECT count(*) FROM governance.access_audit_log WHERE mallory.leak(permission)})
{
	my ($rows, $notices) = as('mallory', $query);
	is($rows, '0', "$line: $query");
	unlike($notices, qr/leaked (?!mallory)/, "$line: and no function saw more");
}
gives('mallory', q{SELECT count(*) FROM pg_stats WHERE schemaname = 'governance' AND tablename IN ('users', 'audit_events', 'api_tokens')}, '0', 'statistics tell nothing');
refused('mallory', q{SET row_security = off; SELECT * FROM governance.audit_events}, qr/would be affected by row-level security/, 'row security is not switched off');
refused('mallory', q{CREATE TABLE mallory.fk (u text REFERENCES governance.users)}, qr/permission denied/, 'no foreign key probes for rows');
gives('mallory', q{COPY governance.audit_events TO stdout}, '', 'COPY shows no more');

line('reports');
su('SELECT gov_compliance_report(1)');
gives('mallory', 'SELECT count(*) FROM governance.compliance_reports', '0', 'a report quotes the trail, so it is read by who may read that');
gives('vera', 'SELECT count(*) FROM governance.compliance_reports', '1', 'as an auditor may');

line('token-hashes');
foreach my $query ('SELECT token_hash FROM governance.api_tokens', 'SELECT t FROM governance.api_tokens AS t',
	'SELECT to_jsonb(t) FROM governance.api_tokens AS t', q{SELECT 1 FROM governance.api_tokens WHERE token_hash > '\x00'}, 'COPY governance.api_tokens TO stdout',
	'CREATE TABLE mallory.h (h bytea REFERENCES governance.api_tokens (token_hash))')
{
	refused('mallory', $query, qr/permission denied/, $query);
	refused('amir', $query, qr/permission denied/, "$query, of one's own") unless $query =~ /mallory/;
}
is(su(q{SELECT count(*) FROM governance.audit_events WHERE old_row::text || new_row::text || changes::text LIKE '%token_hash%'}), '0', "$line: none in the trail");
my $dump = "$PostgreSQL::Test::Utils::tmp_check/dump.sql";
$node->command_ok([ 'pg_dump', '-f', $dump, $node->connstr('postgres') ], "$line: pg_dump");
my $text = slurp_file($dump);
unlike($text, qr/\Q$amir_token\E/, "$line: a dump has no token, only what cannot be turned back");

line('read-all-data');
su(q{CREATE ROLE greedy LOGIN; GRANT pg_read_all_data TO greedy; SELECT gov_create_user('greedy', NULL, 'greedy'),
	gov_create_role('clerk', permissions => '{user:manage}'), gov_assign_role('greedy', 'clerk'), gov_create_api_token('greedy', 'x');
	CREATE SCHEMA greedy AUTHORIZATION greedy; GRANT USAGE ON SCHEMA greedy TO PUBLIC; ANALYZE governance.api_tokens});
gives('greedy', q{SELECT encode(token_hash, 'hex') FROM governance.api_tokens}, '', 'it reads every column, and no row');
gives('greedy', q{SELECT count(*) > 0 FROM gov_api_tokens()}, 't', 'what the function shows it sees');
as('greedy', q{CREATE VIEW greedy.peep AS SELECT * FROM governance.api_tokens; GRANT SELECT ON greedy.peep TO PUBLIC});
gives('amir', q{SELECT count(*) FROM greedy.peep}, '0', 'nor by a view that somebody else reads');
gives('greedy', q{SELECT count(*) FROM pg_statistic WHERE starelid = 'governance.api_tokens'::regclass
	AND staattnum = (SELECT attnum FROM pg_attribute WHERE attrelid = starelid AND attname = 'token_hash')}, '0', 'nor in statistics');

line('leaf-hashes');
su('SELECT gov_audit_seal()');
foreach my $table (qw(audit_events audit_tiles audit_leaves audit_tree_heads audit_seal_flags audit_retirements audit_checkpoints))
{
	gives('rita', "SELECT count(*) FROM governance.$table", '0', "no row of $table");
}
gives('vera', 'SELECT count(*) > 0 FROM governance.audit_tiles', 't', 'but for who reads the trail');

line('powers');
su(q{CREATE ROLE hilda LOGIN; CREATE ROLE bert LOGIN; CREATE ROLE ada LOGIN;
	SELECT gov_create_user(u, NULL, db_role => u::name) FROM unnest('{hilda,bert,ada}'::text[]) AS u;
	SELECT gov_create_role('staffing', permissions => '{role:manage,user:manage}'), gov_create_role('jury'), gov_create_role('foreman', inherits => '{jury}');
	SELECT gov_assign_role('hilda', 'staffing'), gov_assign_role('bert', 'foreman'), gov_assign_role('ada', 'admin'),
		gov_set_approval_policy('model_rollback', required_role => 'jury')});
foreach my $call (q{gov_assign_role('hilda', 'jury')}, q{gov_assign_role('hilda', 'foreman')}, q{gov_assign_role('mallory', 'jury')},
	q{gov_create_role('jurors', inherits => '{foreman}')}, q{gov_add_inheritance('staffing', 'jury')}, q{gov_create_api_token('bert', 'x')},
	q{gov_update_user('bert', db_role => 'greedy')})
{
	refused('hilda', "SELECT $call", qr/user "hilda" cannot convey role "jury"/, $call);
}
su(q{SELECT gov_deactivate_user('bert')});
refused('hilda', q{SELECT gov_reactivate_user('bert')}, qr/user "hilda" cannot convey role "jury"/, 'reactivation');
refused('ada', q{SELECT gov_assign_role('ada', 'foreman')}, qr/user "ada" cannot convey role "jury"/, 'an admin to herself');
gives('ada', q{SELECT is_active FROM gov_reactivate_user('bert')}, 't', 'but to another');
su(q{SELECT gov_set_approval_policy('model_rollback', enabled => false)});

line('former-tokens');
su(q{CREATE ROLE lea LOGIN; SELECT gov_create_user('lea', NULL, 'lea')});
my @lea = map { su(qq{SELECT gov_create_api_token('lea', '$_')}) } qw(one two);
gives('lea', qq{SELECT gov_begin_as('$lea[0]')}, 'lea', 'a token');
su(q{SELECT gov_deactivate_user('lea'), gov_reactivate_user('lea')});
refused('lea', qq{SELECT gov_begin_as('$_')}, qr/the credentials are not valid/, 'of a user who was deactivated') foreach @lea;
my $lea = su(q{SELECT gov_create_api_token('lea', 'three')});
su(q{UPDATE governance.users SET is_active = false WHERE user_id = 'lea'; SELECT gov_reactivate_user('lea')});
refused('lea', qq{SELECT gov_begin_as('$lea')}, qr/the credentials are not valid/, 'by hand, too');

line('request-time');
su(q{SELECT gov_set_approval_policy('model_rollback', timeout_hours => 1)});
foreach my $hours (2, 87600)
{
	refused('rita', qq{SELECT gov_request_approval('model_rollback', '{"model_id": "risk"}', timeout_hours => $hours)},
		qr/$hours is more than 1, which the approval policy of action "model_rollback" gives/, "$hours hours");
}
gives('rita', q{SELECT expires_at < now() + interval '61 min' FROM gov_request_approval('model_rollback', '{"model_id": "risk"}')}, 't', 'an hour');
su(q{SELECT gov_set_approval_policy('model_rollback', enabled => false)});

line('token-traces');
as('amir', "SELECT gov_begin_as('$amir_token'); SELECT * FROM no_such_table");
gives('stranger', "BEGIN; SELECT gov_begin_as('$amir_token'); SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid(); ROLLBACK",
	"amir\nSELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid();", 'own view');
foreach my $call ("gov_begin_as('$amir_token')", "gov_begin_for('$amir_token', NULL)")
{
	gives('stranger', "SELECT $call \\; SELECT query FROM pg_stat_activity WHERE pid = pg_backend_pid()", "amir\nSELECT gov_begin_as(...)", 'pg_stat_activity forgets the token while it runs');
}
as('stranger', "SELECT gov_begin_for('gov_3333333333333333333333333333333333333333333', 'amir')");
unlike(slurp_file($node->logfile), qr/\Q$amir_token\E|gov_3{43}/, "$line: and so does the log");

line('token-timing');
my $same = 1;
foreach my $bad ('', 'gov_', substr($amir_token, 0, 46) . 'A', $amir_token . 'A', 'a.b.c', 'gov_' . ('A' x 43), lc $amir_token)
{
	next if $bad eq $amir_token;
	my (undef, $error) = as('stranger', "SELECT gov_begin_as('$bad')");
	$same &&= $error =~ /the credentials are not valid\nHINT:  A token may be mistyped/;
}
ok($same, "$line: every bad token gets one answer");
# What is looked up is the hash: tokens alike to the last letter have hashes that
# differ in the first byte, as good as always.
is(su("SELECT count(*) FROM governance.api_tokens WHERE token_hash = sha256('$amir_token')"), '1', "$line: found by the SHA-256 of the whole token");
my $took = qq{
	CREATE FUNCTION pg_temp.took(token text) RETURNS float8 LANGUAGE plpgsql AS \$\$
	DECLARE t timestamptz; d float8[] := '{}';
	BEGIN
		FOR i IN 1 .. 400 LOOP
			t := clock_timestamp();
			BEGIN PERFORM gov_begin_as(token); EXCEPTION WHEN OTHERS THEN NULL; END;
			d := d || extract(epoch FROM clock_timestamp() - t)::float8;
		END LOOP;
		RETURN (SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY x) FROM unnest(d) AS x);
	END \$\$;
	SELECT pg_temp.took('gov_' || repeat('B', 43)), pg_temp.took(left('$amir_token', 46) || CASE right('$amir_token', 1) WHEN 'A' THEN 'B' ELSE 'A' END),
		pg_temp.took('gov_' || repeat('B', 43)), pg_temp.took(left('$amir_token', 46) || CASE right('$amir_token', 1) WHEN 'A' THEN 'B' ELSE 'A' END)};
# a busy machine makes any of them slow: what tells them apart would do so always
ok( wait_until(sub {
		my @times = split /\|/, $node->safe_psql('postgres', $took);
		my $far = (sort { $a <=> $b } @times[ 0, 2 ])[0];
		my $near = (sort { $a <=> $b } @times[ 1, 3 ])[0];
		return abs($far - $near) < 0.5 * $far;
	}),
	"$line: a token wrong in its last letter takes as long as one wrong in all");

line('error-messages');
gives('stranger', q{SELECT gov_has_permission('nobody-of-that-name', 'audit:read')}, 'f', 'an unknown user is one without rights');
refused('mallory', q{SELECT gov_revoke_api_token(1)}, qr/lacks permission "user:manage"/, 'whether a token exists is not told');
refused('mallory', q{SELECT gov_revoke_api_token(999999)}, qr/lacks permission "user:manage"/, 'either way');
refused('mallory', q{SELECT gov_create_api_token('nobody-of-that-name', 'x')}, qr/lacks permission "user:manage"/, 'nor whether a user does');
refused('mallory', q{SELECT gov_set_actor('nobody-of-that-name')}, qr/lacks permission "actor:impersonate"/, 'by no way in');
refused('mallory', q{SELECT gov_approve_model('no-such', '1')}, qr/lacks permission "model:approve"/, 'rights are asked before existence');

line('server-files');
gives('vera', q{SELECT count(*) FROM pg_settings WHERE name IN ('governance.jwks_file', 'governance.checkpoint_key_file')}, '0', 'where keys lie is not shown');
refused('vera', q{SHOW governance.checkpoint_key_file}, qr/permission denied|must be/, 'nor told');

line('idempotency');
as('amir', q{BEGIN; SELECT gov_idempotency_begin('k', repeat('a', 64)); SELECT gov_idempotency_end('k', 200, 'amir''s answer'); COMMIT});
gives('mallory', q{SELECT status, reply FROM gov_idempotency_begin('k', repeat('a', 64)); SELECT count(*) FROM governance.idempotency_keys}, "|\n1", 'a key is its user\'s own');
gives('amir', q{SELECT gov_idempotency_end('k', 500, 'another'); SELECT reply FROM gov_idempotency_begin('k', repeat('a', 64))}, "\namir's answer", 'an answer once given stays');

# --- falsifying the trail --------------------------------------------------------------------

line('forged-events');
refused('mallory', q{SELECT gov_log_event('model_version.approve', 'approve', 'model_version/risk:1')}, qr/contains a dot/, 'types with a dot are ours');
su(q{SELECT gov_set_policy('audit.retention_days', '30')});
gives('vera', q{SELECT gov_check_control('eu-ai-act-19.1') ->> 'result'}, 'fail', 'a retention of 30 days fails');
as('mallory', q{SELECT gov_log_event('note', 'x', 'policy/audit.retention_days'); SELECT gov_log_event('note', 'x', 'incident/abc');
	SELECT gov_log_event('note', 'x', 'incident/1'); SELECT gov_log_event('note', 'x', 'system/governance'); SELECT gov_log_event('note', 'x', 'sla_target/model:later')});
gives('vera', q{SELECT gov_check_control('eu-ai-act-19.1') ->> 'result'}, 'fail', 'and an event of hers does not turn that into a pass');
gives('vera', q{SELECT gov_check_control('eu-ai-act-14.4') ->> 'evidence_count'}, '0', 'nor is it taken for a suspension');
gives('vera', q{SELECT gov_compliance_report(1, until => now() - interval '1 second') ->> 'report_type'}, 'on_demand', 'nor does one break reports');
gives('vera', q{SELECT string_agg(DISTINCT actor || ' ' || coalesce(resource_type, '-'), ',') FROM governance.audit_events WHERE event_type = 'note'}, 'mallory -', 'each says who and is no change of ours');

line('impersonation');
as('postgres', qq{BEGIN; SAVEPOINT s; SET TRANSACTION READ ONLY; SELECT gov_begin_for('$pool_token', 'rita');
	RELEASE s; SELECT gov_register_model('unnamed', '1'); COMMIT});
is(su(q{SELECT count(*) FROM governance.models WHERE model_id = 'unnamed'}), '0', "$line: a read-only savepoint leaves no event out");
as('stranger', qq{BEGIN; SELECT gov_begin_for('$pool_token', 'rita'); SELECT gov_register_model('named', '1'); COMMIT});
is(su(q{SELECT string_agg(actor || ' ' || event_type, ',' ORDER BY event_id) FROM governance.audit_events WHERE event_type = 'user.impersonate' OR resource = 'model_version/named:1'}),
	'pool user.impersonate,rita model_version.register', "$line: the trail names both");
refused('stranger', qq{SELECT gov_begin_for('$amir_token', 'postgres')}, qr/lacks permission "actor:impersonate"/, 'not without the permission');
refused('stranger', qq{BEGIN; SELECT gov_begin_as('$amir_token'); SELECT gov_begin_for('$pool_token', 'postgres')}, qr/bound already/, 'not twice');

line('append-only');
foreach my $sql (q{UPDATE governance.audit_events SET actor = 'somebody else'}, q{DELETE FROM governance.audit_events}, q{TRUNCATE governance.audit_events},
	q{SET session_replication_role = replica; DELETE FROM governance.audit_events}, q{INSERT INTO governance.audit_leaves VALUES (0, 1)})
{
	refused('postgres', $sql, qr/append-only/, "a superuser's $sql");
}
refused('postgres', q{UPDATE governance.model_versions SET status = 'approved'}, qr/only by the function that owns the move/, 'nor moves a state');

line('superuser-traces');
su(q{ALTER TABLE governance.audit_events DISABLE TRIGGER append_only});
like(su(q{SELECT gov_health() -> 'components' ->> 'audit'}), qr/degraded/, "$line: a trigger that is off is told by gov_health()");
su('SELECT gov_audit_seal()');
su(q{UPDATE governance.audit_events SET actor = 'rita' WHERE event_id = (SELECT min(event_id) FROM governance.audit_events WHERE event_type = 'note')});
su(q{ALTER TABLE governance.audit_events ENABLE ALWAYS TRIGGER append_only});
like(su(q{SELECT string_agg(check_name, ',') FROM gov_audit_verify() WHERE NOT ok}), qr/./, "$line: a sealed event that was altered is named");

line('markup');
my $report = su(q{SELECT max(report_id) FROM governance.compliance_reports});
unlike(su("SELECT gov_compliance_report_html($report)"), qr/<script>alert/, "$line: a title is text in a page");

line('large-events');
refused('mallory', q{SELECT gov_log_event('note', 'x', 'y', details => jsonb_build_object('a', repeat('x', 2000000)))},
	qr/It has more than 1048576 bytes as text/, 'who may nothing writes no large event');
refused('rita', q{SELECT gov_register_model('large', '1', description => repeat('x', 600000), metadata => jsonb_build_object('a', repeat('x', 600000)))},
	qr/the audit event would be too large/, 'nor does who may something');
refused('postgres', q{UPDATE governance.users SET metadata = jsonb_build_object('a', repeat('x', 40000000)) WHERE user_id = 'rita'},
	qr/the audit event would be too large/, 'nor a superuser one that takes a visit\'s time');
su(qq{UPDATE governance.users SET metadata = jsonb_build_object('a', repeat('$_', 15000000)) WHERE user_id = 'rita'}) for 1 .. 9;
ok($node->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'}), "$line: many that are large are sealed by and by");
is(su(q{SELECT gov_health() -> 'components' ->> 'worker'}), 'operational', "$line: no visit failed for them");

line('prepared');
as('rita', q{BEGIN; SELECT gov_register_model('prepared', '1'); PREPARE TRANSACTION 'of rita'});
refused('mallory', q{COMMIT PREPARED 'of rita'}, qr/permission denied/, 'another does not finish it');
su(q{COMMIT PREPARED 'of rita'});
is(su(q{SELECT DISTINCT actor || ' ' || db_role FROM governance.audit_events WHERE resource = 'model_version/prepared:1'}), 'rita rita', "$line: its events are of who did it, not of who finished it");

line('consumer-lock');
refused('mallory', q{SELECT gov_claim_consumer('pager')}, qr/consumer "pager" does not exist/, 'nobody takes a name by being first');
refused('mallory', q{SELECT * FROM gov_next_events('pager')}, qr/consumer "pager" does not exist/, 'nor by asking for events');
refused('mallory', q{SELECT gov_create_consumer('pager', 'mallory')}, qr/lacks permission "system:config"/, 'nor by making it');
gives('syd', q{SELECT user_id FROM gov_create_consumer('pager', 'rita')}, 'rita', 'who configures gives it');
gives('rita', q{SELECT gov_claim_consumer('pager');
	SELECT objsubid NOT IN (1, 2) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()},
	"t\nt", 'whose it is delivers for it, by a lock that pg_advisory_lock() cannot take');
gives('mallory', q{SELECT gov_claim_consumer('pager') IS NULL}, 't', 'nobody else does');
refused('mallory', q{SELECT governance.lock_consumer('pager', now())}, qr/permission denied for function/, 'nor by the inner function');

line('denials');
as('mallory', q{SELECT gov_assign_role('mallory', 'admin')});
ok($node->poll_query_until('postgres', q{SELECT count(*) > 0 FROM governance.access_audit_log
	WHERE user_id = 'mallory' AND permission = 'role:manage' AND result = 'denied'}), "$line: an attempt that was rolled back is in the trail");

line('held-back');
ok($node->poll_query_until('planted', q{SELECT gov_health() -> 'components' ->> 'worker' LIKE '%sealing has been left to a transaction that has not ended%'}),
	"$line: gov_health() tells that nothing is sealed");
$node->safe_psql('planted', q{ROLLBACK PREPARED 'held'});
ok($node->poll_query_until('planted', q{SELECT gov_health() ->> 'status' = 'operational' AND gov_audit_status() ->> 'unsealed_events' = '0'}),
	"$line: and then it is");

# --- the document --------------------------------------------------------------------------------

my $document = slurp_file("$ENV{TESTDIR}/docs/SECURITY.md");
my %listed = map { $_ => 1 } $document =~ m{`150_attacks` ([a-z-]+) \|}g;
my @lacking = grep { !/`\w+`[a-z -]*\|$/ } grep { /^\| / && !/^\| (who|what is tried) / } $document =~ /^## Becoming.*\z/ms ? split(/\n/, $&) : ('no table');
# (test/check/tests-listed sees that those of other kinds are there)
is("@lacking", '', 'each of its lines names a test');
is(join(' ', grep { !-f "$ENV{TESTDIR}/t/$_.pl" } $document =~ /`(\d{3}_\w+)`/g), '', 'which is there');
is(join(' ', sort keys %listed), join(' ', sort keys %seen), 'docs/SECURITY.md lists what is tried here, and nothing else');

$node->stop;
done_testing();
