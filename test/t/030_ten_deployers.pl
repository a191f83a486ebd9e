# Ten sessions deploy two versions of one model at once, and roll back and
# undeploy now and then: one deployment is active in the end, nobody met a
# deadlock, the intervals follow each other, statuses tell what is active.
use strict;
use warnings;

use Log;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('deployers');
$node->init;
$node->append_conf('postgresql.conf', "deadlock_timeout = '100ms'\nfsync = off\n");
$node->start;

$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE ROLE approver;
	CREATE ROLE deployer LOGIN;
	INSERT INTO governance.users (user_id, db_role) VALUES ('approver', 'approver'), ('deployer', 'deployer');
	INSERT INTO governance.user_roles (user_id, role) VALUES ('approver', 'approver'), ('deployer', 'operator');
	SELECT gov_register_model('m', v) FROM unnest('{v1,v2}'::text[]) AS v;
	SET ROLE approver;
	SELECT gov_approve_model('m', v) FROM unnest('{v1,v2}'::text[]) AS v;
	RESET ROLE;
	SET ROLE deployer;
	SELECT gov_deploy_model('m', v, 'staging') FROM unnest('{v1,v2}'::text[]) AS v;
});

# pgbench calls psql's user "deployer"; each of ten sessions, forty times
sub deploy
{
	my ($name, %scripts) = @_;
	my @options;
	foreach my $file (sort keys %scripts)
	{
		my $path = "$PostgreSQL::Test::Utils::tmp_check/$name-$file.sql";
		append_to_file($path, $scripts{$file});
		push @options, '-f', $path;
	}
	my ($out, $err);
	my $ok = IPC::Run::run(
		[
			'pgbench', '-n', '-c', '10', '-j', '2', '-t', '40',
			'-h', $node->host, '-p', $node->port, '-U', 'deployer',
			@options, 'postgres'
		],
		'>', \$out, '2>', \$err);
	ok($ok, "$name: pgbench runs to its end");
	like($out, qr{actually processed: 400/400}, "$name: every transaction commits");
	unlike($err, qr/ERROR|deadlock/, "$name: no error reaches a client");
	return;
}

# What must hold whatever was done.
sub holds
{
	my ($name) = @_;
	is( $node->safe_psql('postgres', q{
			SELECT environment, count(*) FROM governance.deployment_history
			WHERE status = 'active' GROUP BY 1 HAVING count(*) > 1}),
		'', "$name: at most one active deployment an environment");
	is( $node->safe_psql('postgres', q{
			SELECT count(*) FROM (
				SELECT deployed_at, ended_at, lag(ended_at) OVER w AS before
				FROM governance.deployment_history
				WINDOW w AS (PARTITION BY environment ORDER BY deployment_no)) AS s
			WHERE deployed_at < before OR ended_at < deployed_at}),
		'0', "$name: intervals do not overlap");
	is( $node->safe_psql('postgres', q{
			SELECT v.version, v.status, s.status
			FROM governance.model_versions AS v,
			LATERAL (
				SELECT CASE WHEN bool_or(environment = 'production') THEN 'deployed_production'
					WHEN count(*) > 0 THEN 'deployed_staging' ELSE 'approved' END
				FROM governance.deployment_history AS d
				WHERE d.version = v.version AND d.status = 'active') AS s(status)
			WHERE v.status <> s.status}),
		'', "$name: statuses tell what is active");
	is(lines_like($node->logfile, qr/deadlock detected/), '',
		"$name: the server met no deadlock");
	return;
}

# --- two versions, one environment ------------------------------------------

deploy('production',
	both => q{
\set v random(1, 2)
SELECT gov_deploy_model('m', 'v' || :v);
});
holds('production');
is( $node->safe_psql('postgres', q{
		SELECT count(*), count(*) FILTER (WHERE status = 'active') FROM governance.deployment_history
		WHERE environment = 'production'}),
	'400|1', 'every deployment is there, one is active');
is( $node->safe_psql('postgres', q{
		SELECT count(*) FROM (
			SELECT ended_at, lead(deployed_at) OVER (ORDER BY deployment_no) AS next
			FROM governance.deployment_history WHERE environment = 'production') AS s
		WHERE ended_at IS DISTINCT FROM next}),
	'0', 'each ends when the next begins');
is( $node->safe_psql('postgres', q{
		SELECT action, count(*) FROM governance.audit_events
		WHERE resource_type = 'deployment' GROUP BY 1 ORDER BY 1}),
	"deploy|402\nsupersede|400", 'the trail has an event for each');

# --- two environments in one transaction, in either order ---------------------

deploy('two environments',
	down => q{
\set v random(1, 2)
\set w random(1, 2)
BEGIN;
SELECT gov_deploy_model('m', 'v' || :v, 'production');
SELECT gov_deploy_model('m', 'v' || :w, 'staging');
COMMIT;
},
	up => q{
\set v random(1, 2)
\set w random(1, 2)
BEGIN;
SELECT gov_deploy_model('m', 'v' || :v, 'staging');
SELECT gov_deploy_model('m', 'v' || :w, 'production');
COMMIT;
});
holds('two environments');
is( $node->safe_psql('postgres', q{
		SELECT count(*) FROM governance.deployment_history WHERE status = 'active'}),
	'2', 'one is active in each');

# --- deploying and ending -----------------------------------------------------

$node->safe_psql('postgres', q{
	CREATE FUNCTION undeploy_if_active() RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM gov_undeploy_model('m', 'production');
	EXCEPTION WHEN object_not_in_prerequisite_state THEN
		NULL;
	END
	$$;
});
deploy('undeploying',
	deploy => q{
\set v random(1, 2)
SELECT gov_deploy_model('m', 'v' || :v);
},
	undeploy => q{
SELECT undeploy_if_active();
});
holds('undeploying');

# --- a rollback for every deployment: both are approved again each time --------

$node->safe_psql('postgres', q{
	CREATE FUNCTION deploy_or_not(version text) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM gov_deploy_model('m', version);
	EXCEPTION WHEN object_not_in_prerequisite_state THEN
		NULL;
	END
	$$;
	CREATE FUNCTION rollback_or_not() RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM gov_rollback_model('m', 'a try');
	EXCEPTION WHEN object_not_in_prerequisite_state THEN
		NULL;
	END
	$$;
	GRANT approver TO deployer;
	INSERT INTO governance.users (user_id, db_role) VALUES ('registrar', 'registrar');
	CREATE ROLE registrar;
	INSERT INTO governance.roles (role) VALUES ('registrar');
	INSERT INTO governance.role_permissions (role, permission) VALUES ('registrar', 'model:register');
	INSERT INTO governance.user_roles (user_id, role) VALUES ('registrar', 'registrar');
	GRANT registrar TO deployer;
	SELECT gov_set_policy('sod.registrar_may_approve', 'true');
	SELECT gov_set_policy('sod.approver_may_deploy', 'true');
	CREATE FUNCTION approve_again(version text) RETURNS void LANGUAGE plpgsql AS $$
	BEGIN
		PERFORM set_config('role', 'registrar', true);
		PERFORM gov_request_model_approval('m', version);
		PERFORM set_config('role', 'approver', true);
		PERFORM gov_approve_model('m', version);
		PERFORM set_config('role', 'none', true);
	EXCEPTION WHEN object_not_in_prerequisite_state THEN
		PERFORM set_config('role', 'none', true);
	END
	$$;
});
deploy('rolling back',
	deploy => q{
\set v random(1, 2)
SELECT deploy_or_not('v' || :v);
},
	rollback => q{
SET client_min_messages = warning;
SELECT rollback_or_not();
},
	approve => q{
\set v random(1, 2)
SELECT approve_again('v' || :v);
});
is( $node->safe_psql('postgres', q{
		SELECT environment, count(*) FROM governance.deployment_history
		WHERE status = 'active' GROUP BY 1 HAVING count(*) > 1}),
	'', 'rolling back: at most one active deployment an environment');
is( $node->safe_psql('postgres', q{
		SELECT count(*) FROM (
			SELECT deployed_at, ended_at, lag(ended_at) OVER w AS before
			FROM governance.deployment_history
			WINDOW w AS (PARTITION BY environment ORDER BY deployment_no)) AS s
		WHERE deployed_at < before OR ended_at < deployed_at}),
	'0', 'rolling back: intervals do not overlap');
cmp_ok(
	$node->safe_psql('postgres', q{
		SELECT count(*) FROM governance.deployment_history WHERE status = 'rolled_back'}),
	'>', 0, 'rolling back: it happened');
is(lines_like($node->logfile, qr/deadlock detected/), '',
	'rolling back: the server met no deadlock');

$node->stop;
done_testing();
