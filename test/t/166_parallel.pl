# Parallel query: whatever a plan makes of readers, views, rights and sketches,
# the answer is the same, and nothing is called where it must not be.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('parallel');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.worker = off
max_parallel_workers = 4
max_worker_processes = 12
CONF
$node->start;
World::build($node, 'postgres');
my $version = $node->safe_psql('postgres', 'SHOW server_version_num');
my $force = ($version >= 160000 ? 'debug_parallel_query' : 'force_parallel_mode') . ' = on';
my $settings = "SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET min_parallel_index_scan_size = 0; SET max_parallel_workers_per_gather = 3;";

sub same
{
	my ($name, $role, $sql) = @_;
	my @as = (extra_params => [ '-U', $role ]);
	my $plain = $node->safe_psql('postgres', "SET max_parallel_workers_per_gather = 0; $sql", @as);
	foreach my $mode ($settings, "$settings SET $force;", "$settings SET parallel_leader_participation = off;")
	{
		my ($status, $out, $err) = $node->psql('postgres', "$mode $sql", @as);
		my %plain = map { $_ => 1 } split /\n/, $plain;
		ok($status == 0 && $err . $out eq $plain, "$role: $name")
		  or diag("$mode\n" . join "\n", "not so without:", grep { !$plain{$_} } split /\n/, $err . $out);
	}
	return;
}

# every reader without arguments, and those with the arguments that matter
my @readers = split /\n/, $node->safe_psql('postgres', q{
	SELECT format('SELECT md5(coalesce(string_agg(r::text, E''\n'' ORDER BY r::text), '''')) FROM %I(%s) AS r', p.proname, a.arguments)
	FROM pg_proc AS p JOIN (VALUES ('gov_user_roles', '''olga'''), ('gov_user_permissions', '''pia'''), ('gov_who_can', '''model:deploy'''),
		('gov_model_version', '''risk'', ''1.0.0'''), ('gov_model_versions', '''risk'''), ('gov_latest_model', '''risk'''), ('gov_model_history', '''risk'''), ('gov_deployed_model', '''risk'''),
		('gov_model_approvals', '''risk'', ''1.0.0'''), ('gov_models', ''), ('gov_usecases', ''), ('gov_usecase', '''lending'''), ('gov_usecase_deployments', '''lending'''),
		('gov_approval_requests', ''), ('gov_incidents', ''), ('gov_incident', '1'), ('gov_incident_timeline', '1'), ('gov_sla_violations', ''), ('gov_audit_trail', 'limit_rows => 10000'), ('gov_sod_conflicts', ''),
		('gov_transitions', ''), ('gov_api_tokens', ''), ('gov_has_permission', '''olga'', ''model:deploy'''), ('gov_can', '''audit:read'''), ('gov_admit', '''lending'''), ('gov_audit_export', ''),
		('gov_explain_permission', '''olga'', ''model:deploy'''), ('gov_evidence_bundle', '''risk'', ''1.0.0'''), ('gov_sla_export_openslo', '''model'', ''risk''')) AS a (name, arguments) ON a.name = p.proname
	WHERE p.pronamespace = 'public'::regnamespace ORDER BY 1});
cmp_ok(scalar @readers, '>', 25, 'readers');
foreach my $sql (@readers)
{
	next if $sql =~ /evidence_bundle/;    # says when it was made
	same($sql =~ /FROM (gov_\w+\([^)]*\))/, 'pia', $sql);
}
my @tables = split /\n/, $node->safe_psql('postgres', q{
	SELECT relname FROM pg_class WHERE relnamespace = 'governance'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition
		AND has_table_privilege('pia', oid, 'SELECT') AND relname NOT IN ('sla_observations', 'v_unresolved_incidents') ORDER BY 1});
foreach my $role ('pia', 'olga')
{
	same('rows of ' . @tables . ' tables and views', $role, join '', map { "SELECT '$_', count(*), md5(string_agg(md5(t::text), '' ORDER BY t::text)) FROM governance.$_ AS t;\n" }
		grep { $role eq 'pia' || !/^api_tokens$/ } @tables);
}

# a table of somebody's own, with a policy that asks for rights
$node->safe_psql('postgres', q{
	CREATE TABLE sales AS SELECT i, CASE WHEN i % 2 = 0 THEN 'audit:read' ELSE 'model:deploy' END AS permission, (i % 1000)::float8 AS ms FROM generate_series(1, 20000) AS i;
	GRANT SELECT ON sales TO PUBLIC;
	ALTER TABLE sales ENABLE ROW LEVEL SECURITY;
	CREATE POLICY p ON sales USING (gov_can(permission));
	ANALYZE sales;
	CREATE TABLE measured AS SELECT i % 5 AS part, power(1.01, i % 1500)::float8 AS ms FROM generate_series(1, 50000) AS i;
	GRANT SELECT ON measured TO PUBLIC;
	ANALYZE measured;});
same('a policy by gov_can()', $_, 'SELECT count(*), sum(i) FROM sales') foreach qw(olga ann stranger pia);
same('gov_has_permission() in a scan', 'ann', q{SELECT count(*) FROM sales WHERE gov_has_permission('olga', permission)});
same('sketches', 'stranger', q{SELECT governance.sketch(ms), md5(governance.sketch(ms)::text), (SELECT governance.sketch(s) = (SELECT governance.sketch(ms) FROM measured) FROM (SELECT part, governance.sketch(ms) AS s FROM measured GROUP BY part) AS q) FROM measured});
# the command that makes a table has written already, and its query may be parallel
$node->safe_psql('postgres', "SELECT gov_define_sla('system', 'quiet')");
same("$_ in a query that makes a table", 'pia', "CREATE TEMP TABLE made AS SELECT count(*), $_ IS NOT NULL AS there FROM sales; TABLE made")
  foreach ("gov_sla_status('system', 'quiet')", 'gov_metrics()', 'gov_health()', "gov_evidence_bundle('risk', '1.0.0')", "gov_admit('lending')");
like($node->safe_psql('postgres', "$settings EXPLAIN (COSTS off) SELECT governance.sketch(ms) FROM measured"), qr/Partial Aggregate/, 'sketches are made in workers');
like($node->safe_psql('postgres', "$settings SET $force; EXPLAIN (COSTS off) SELECT count(*) FROM measured WHERE gov_has_permission('olga', 'model:deploy')"), qr/Gather/, 'rights are asked in workers');

# who acts in a transaction is the leader's knowledge
same('an actor bound to the transaction', 'pia', q{BEGIN; SELECT gov_set_actor('olga'); SELECT count(*), sum(i) FROM sales; SELECT gov_current_actor(), gov_can('model:deploy') FROM sales WHERE i < 3; ROLLBACK;});
is(join("\n", slurp_file($node->logfile) =~ /^.*(?:terminated by signal|PANIC:|TRAP:|ERROR:  cannot .* parallel).*$/mg), '', 'no crash, nothing out of place');
$node->stop;
done_testing();
