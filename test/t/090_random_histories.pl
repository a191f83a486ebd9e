# Random sequences of calls by random people, several sessions at once: no row
# reaches a state by a move that gov_transitions() does not list, and every
# change of a governed row has its event.  The calls are the same in each run:
# GOV_SEED gives others, and GOV_STEPS more of them.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{GOV_SEED} // 1;
my $steps = $ENV{GOV_STEPS} // 400;
diag("seed $seed, $steps steps a session");
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('histories');
$node->init;
$node->append_conf('postgresql.conf', "fsync = off\ndeadlock_timeout = '100ms'\n");
$node->start;

my %people = (
	rosa => 'registrar', remy => 'registrar', amir => 'approver',
	bea => 'approver', olga => 'operator', otto => 'operator', dora => 'admin');
my $setup = "CREATE EXTENSION governance;\n"
  . "SELECT gov_create_role('registrar', permissions => '{model:register,usecase:create,model:deprecate,usecase:deprecate}');\n"
  . "SELECT gov_set_approval_policy('model_rollback');\n"
  . "SELECT gov_set_policy('model.required_approvals', '2');\n";
foreach my $name (sort keys %people)
{
	$setup .= "CREATE ROLE $name; SELECT gov_create_user('$name', NULL, db_role => '$name');\n"
	  . "SELECT gov_assign_role('$name', '$people{$name}');\n";
}
$node->safe_psql('postgres', $setup);

sub any { return $_[ int(rand(@_)) ]; }

# A call with plausible arguments; most are refused, which is the point.
sub call
{
	my $m = any('m1', 'm2');
	my $v = any('v1', 'v2', 'v3');
	my $u = any('u1', 'u2', 'u3');
	my $e = any('staging', 'production');
	return any(
		"gov_register_model('$m', '$v')",
		"gov_request_model_approval('$m', '$v')",
		"gov_approve_model('$m', '$v')",
		"gov_approve_model('$m', '$v')",
		"gov_approve_model('$m', '$v')",
		"gov_reject_model('$m', '$v', 'no')",
		"gov_request_model_changes('$m', '$v', 'change it')",
		"gov_deploy_model('$m', '$v', '$e')",
		"gov_deploy_model('$m', '$v', '$e')",
		"gov_rollback_model('$m', 'bad', '$e')",
		"gov_undeploy_model('$m', '$e')",
		"gov_deprecate_model('$m', '$v')",
		"gov_set_model_alias('$m', 'champion', '$v')",
		"gov_create_usecase('$u', '$u', '', 'team', ARRAY['$m'], impact_level => 'medium')",
		"gov_submit_usecase('$u')",
		"gov_approve_usecase('$u')",
		"gov_reject_usecase('$u', 'no')",
		"gov_deploy_usecase('$u', environment => '$e')",
		"gov_deprecate_usecase('$u')",
		"gov_archive_usecase('$u')",
		"gov_request_approval('model_rollback', '{\"model_id\": \"$m\"}')",
		"gov_approve_request((SELECT request_id FROM governance.approval_requests WHERE status = 'pending' LIMIT 1))",
		"gov_reject_request((SELECT request_id FROM governance.approval_requests WHERE status = 'pending' LIMIT 1), 'no')",
		"gov_report_incident('safety', 'critical', 'smoke', '', '$m', dedup_key => '$m')",
		"gov_acknowledge_incident((SELECT max(incident_id) FROM governance.incidents))",
		"gov_resolve_incident((SELECT max(incident_id) FROM governance.incidents), 'aired')",
		"gov_close_incident((SELECT max(incident_id) FROM governance.incidents))",
		"gov_reopen_incident((SELECT max(incident_id) FROM governance.incidents), 'again')",
		"gov_define_sla('model', '$m', response_time_p95 => 100)",
		"gov_record_measurement('model', '$m', '{\"response_time_p95\": 200}')",
		"gov_observe_many('model', '$m', ARRAY[150, 250])",
		"gov_evaluate_sla()",
		"gov_assign_role('" . any(sort keys %people) . "', '" . any('auditor', 'operator', 'approver') . "')",
		"gov_revoke_role('" . any('amir', 'bea', 'olga', 'otto') . "', '" . any('auditor', 'operator') . "')");
}

sub history
{
	my $sql = "\\set ON_ERROR_STOP off\n";
	foreach my $step (1 .. $steps)
	{
		my $call = 'SELECT ' . call() . ';';
		my $shape = int(rand(10));
		$sql .= 'SET ROLE ' . any(sort keys %people) . ";\n";
		if ($shape == 0) { $sql .= "BEGIN; $call ROLLBACK;\n"; }
		elsif ($shape == 1) { $sql .= "BEGIN; SAVEPOINT s; $call ROLLBACK TO s; SELECT " . call() . "; COMMIT;\n"; }
		elsif ($shape == 2) { $sql .= "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1; $call COMMIT;\n"; }
		else { $sql .= "$call\n"; }
	}
	return $sql;
}

# three sessions at once
my @sessions;
foreach my $number (1 .. 3)
{
	my $file = "$PostgreSQL::Test::Utils::tmp_check/history-$number.sql";
	append_to_file($file, history());
	my %s = (out => '', err => '');
	$s{handle} = IPC::Run::start(
		[ 'psql', '-X', '-q', '-h', $node->host, '-p', $node->port, '-d', 'postgres', '-f', $file ],
		'>', \$s{out}, '2>', \$s{err});
	push @sessions, \%s;
}
$_->{handle}->finish foreach @sessions;
my $errors = join('', map { $_->{err} } @sessions);

unlike($errors, qr/deadlock|XX000|server closed|PANIC|TRAP/i, 'no deadlock, no internal error');
my @unexpected = grep { /ERROR/ && /elog|violates|cache lookup|unexpected/ } split /\n/, $errors;
is(join("\n", @unexpected), '', 'every refusal is one of ours');

my $events = $node->safe_psql('postgres', "SELECT count(*) FROM governance.audit_events WHERE event_type LIKE 'model_version.%'");
cmp_ok($events, '>', 5, "something happened: $events events of model versions");

# each state machine: which table, which column, which kind and which id
my @machines = (
	[ 'model_version', 'model_versions', 'status', 'model_version', "model_id || ':' || version" ],
	[ 'model_approval', 'model_versions', 'approval_status', 'model_version', "model_id || ':' || version" ],
	[ 'deployment', 'deployment_history', 'status', 'deployment', 'deployment_id' ],
	[ 'usecase', 'use_cases', 'status', 'usecase', 'usecase_id' ],
	[ 'usecase_deployment', 'usecase_deployments', 'status', 'usecase_deployment', 'deployment_id' ],
	[ 'approval_request', 'approval_requests', 'status', 'approval_request', 'request_id::text' ],
	[ 'incident', 'incidents', 'status', 'incident', 'incident_id::text' ],
	[ 'sla_violation', 'sla_violations', 'status', 'sla_violation', 'violation_id::text' ]);
is($node->safe_psql('postgres', "SELECT string_agg(DISTINCT machine, ' ' ORDER BY machine) FROM gov_transitions()"),
	join(' ', sort map { $_->[0] } @machines), 'every machine is looked at');
foreach my $machine (@machines)
{
	my ($name, $table, $column, $kind, $id) = @$machine;

	is($node->safe_psql('postgres', qq{
		SELECT string_agg(DISTINCT e.event_type || ': ' || coalesce(e.old_row ->> '$column', '-') || ' to ' || (e.new_row ->> '$column'), ', ')
		FROM governance.audit_events AS e
		WHERE e.resource_type = '$kind' AND e.old_row ->> '$column' IS DISTINCT FROM e.new_row ->> '$column'
			AND NOT EXISTS (SELECT FROM gov_transitions() AS t WHERE t.machine = '$name'
				AND t.from_state IS NOT DISTINCT FROM e.old_row ->> '$column' AND t.to_state = e.new_row ->> '$column')}),
		'', "$name: every recorded move is listed");
	is($node->safe_psql('postgres', qq{
		SELECT string_agg(r.id, ', ')
		FROM (SELECT $id AS id, $column AS state FROM governance.$table) AS r
		LEFT JOIN LATERAL (SELECT e.new_row ->> '$column' AS state FROM governance.audit_events AS e
			WHERE e.resource = '$kind/' || r.id ORDER BY e.event_id DESC LIMIT 1) AS l ON true
		WHERE l.state IS DISTINCT FROM r.state}),
		'', "$name: the last event of each row tells its state");
	is($node->safe_psql('postgres', qq{
		SELECT string_agg(r, ', ') FROM (
			SELECT e.resource AS r, e.old_row ->> '$column' AS was,
				lag(e.new_row ->> '$column') OVER (PARTITION BY e.resource ORDER BY e.event_id) AS before,
				row_number() OVER (PARTITION BY e.resource ORDER BY e.event_id) AS n
			FROM governance.audit_events AS e WHERE e.resource_type = '$kind') AS h
		WHERE (n = 1) <> (was IS NULL) OR (n > 1 AND was IS DISTINCT FROM before)}),
		'', "$name: events of a row join without a gap");
}

# rows that are only ever added: as many events as rows
foreach my $added ([ 'approval_history', 'model_approval' ], [ 'approvals', 'approval' ], [ 'usecase_approvals', 'usecase_approval' ])
{
	my ($table, $kind) = @$added;
	is($node->safe_psql('postgres', "SELECT (SELECT count(*) FROM governance.$table) = (SELECT count(*) FROM governance.audit_events WHERE resource_type = '$kind')"),
		't', "$table: one event a row");
}
is($node->safe_psql('postgres', 'SELECT count(*) FROM gov_sod_conflicts()'), '0', 'nobody breaks a duty set');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM governance.approval_history AS h JOIN governance.model_versions AS v USING (model_id, version)
	WHERE h.approval_status = 'approved' AND h.reviewer = v.created_by}), '0', 'nobody approved what they registered');

$node->stop;
done_testing();
