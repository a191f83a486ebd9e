
# The worker judges service levels by itself: a violation opens without
# anybody asking, is told of by NOTIFY, escalates into an incident, and closes
# when its time is over.

use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;

my $node = PostgreSQL::Test::Cluster->new('sla_worker');
$node->init;
$node->append_conf(
	'postgresql.conf', q(
shared_preload_libraries = 'governance'
governance.seal_interval = '200ms'
governance.sla_interval = '1s'
));
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION governance');
$node->safe_psql('postgres',
	q(SELECT gov_define_sla('model', 'watched', 100, 200, 2, 100);
	  SELECT gov_set_escalation_rule('model', 'watched', 'response_time_p95', 1, 'team',
		notify_teams => '{risk}', create_incident => true)));

# somebody who listens
my $listener = $node->background_psql('postgres');
$listener->query_safe('LISTEN governance_events');

$node->safe_psql('postgres',
	q(SELECT gov_observe_many('model', 'watched', array_fill(150::float8, '{20}'))));

my $violations = q(SELECT violation_type || ' ' || status FROM governance.sla_violations
	WHERE resource_id = 'watched');
ok($node->poll_query_until('postgres', $violations, 'response_time_p95 open'),
	'the worker opens a violation');
is( $node->safe_psql(
		'postgres',
		q(SELECT DISTINCT actor || ' ' || evidence FROM governance.audit_events
		WHERE event_type IN ('sla_violation.open', 'sla_escalation.fire'))),
	'system internal',
	'it acts as user system');
is( $node->safe_psql(
		'postgres',
		q(SELECT escalation_level FROM governance.sla_escalations WHERE fired_at IS NOT NULL)),
	'team',
	'and escalates');
is( $node->safe_psql(
		'postgres',
		q(SELECT i.category || ' ' || i.status FROM governance.incidents AS i
		JOIN governance.sla_violations AS v USING (incident_id) WHERE v.resource_id = 'watched')),
	'performance open',
	'with an incident');

# what the outbox tells, numbered, and announced
ok( $node->poll_query_until(
		'postgres',
		q(SELECT string_agg(type, ' ' ORDER BY published_no) FROM governance.events
		WHERE type LIKE 'governance.sla%' AND published_no IS NOT NULL),
		'governance.sla_violation.open governance.sla_escalation.fire'),
	'the outbox has it in order');
ok(wait_until(sub { $listener->query('SELECT 1') =~ /Asynchronous notification "governance_events"/ }),
	'a listener is told');
$listener->quit;

# it does not go on opening, evaluated again and again
foreach (1 .. 2)
{
	my $last = $node->safe_psql('postgres', 'SELECT evaluated_at FROM governance.sla_evaluations');
	$node->poll_query_until('postgres', "SELECT evaluated_at > '$last' FROM governance.sla_evaluations");
}
is($node->safe_psql('postgres', "SELECT count(*) FROM governance.sla_violations"),
	'1', 'one violation is open');

# by an evaluation window that is over at once nothing is missed any more
$node->safe_psql('postgres',
	q(SELECT gov_set_policy('sla.evaluation_window', '"0 seconds"');
	  SELECT gov_observe_many('model', 'watched', array_fill(1::float8, '{1000}'))));
ok($node->poll_query_until('postgres', $violations, 'response_time_p95 closed'),
	'the worker closes it');
is($node->safe_psql('postgres', "SELECT gov_sla_status('model', 'watched')"),
	'at_risk', 'and it counts in the status');

# after a crash it goes on
$node->stop('immediate');
$node->start;
my $evaluated = $node->safe_psql('postgres',
	'SELECT evaluated_at FROM governance.sla_evaluations');
ok( $node->poll_query_until(
		'postgres',
		"SELECT evaluated_at > '$evaluated' FROM governance.sla_evaluations"),
	'it goes on after a crash');

$node->stop;
done_testing();
