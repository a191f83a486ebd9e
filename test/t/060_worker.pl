# The background worker: denied attempts outlive their transactions, nothing
# fills the disk, and it stands in nobody's way.
use strict;
use warnings;
use Log;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;

my $node = PostgreSQL::Test::Cluster->new('worker');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
restart_after_crash = on
fsync = off
max_prepared_transactions = 5
governance.seal_interval = '200ms'
governance.denial_ring_size = 16
governance.denial_rate = 1000
log_min_messages = debug1
log_line_prefix = '%m [%p] %b %q%u@%d '
CONF
$node->start;

# What a superuser asks of a database, and how long it may take.
sub ask { my ($db, $sql) = @_; return $node->safe_psql($db, $sql); }

sub wait_for
{
	my ($db, $sql, $what) = @_;
	return ok($node->poll_query_until($db, $sql), $what);
}

# A statement by a login role that is refused; the SQLSTATE.
sub refused
{
	my ($db, $role, $sql) = @_;
	my ($rc, $out, $err) = $node->psql($db, $sql,
		extra_params => [ '-U', $role, '-v', 'VERBOSITY=sqlstate' ]);
	return $err =~ /ERROR:\s+(\S{5})/ ? $1 : "none: $err";
}

# So many refusals in one session, each caught.
sub loop_of_denials
{
	my ($db, $role, $count) = @_;
	$node->safe_psql($db, <<"SQL", extra_params => [ '-U', $role ]);
DO \$\$
BEGIN
    FOR i IN 1..$count LOOP
        BEGIN
            PERFORM gov_set_actor('nobody');
        EXCEPTION WHEN insufficient_privilege THEN
            NULL;
        END;
    END LOOP;
END
\$\$
SQL
	return;
}

# When the server log has it that a visit of this database began, in seconds.
sub visits_of
{
	my ($db, $log_start) = @_;
	my $oid = ask('postgres', "SELECT oid FROM pg_database WHERE datname = '$db'");
	my @times = slurp_file($node->logfile, $log_start) =~
	  /^(\S+ \S+ \w+) [^\n]*starting background worker process "governance worker for database $oid"/mg;
	return unless @times;
	return split /\n/, ask('postgres', "SELECT extract(epoch FROM t::timestamptz) FROM unnest('{"
		  . join(',', map { qq{"$_"} } @times) . "}'::text[]) AS t");
}

# So many visits of this database, once they have come: the seconds between them.
sub pauses
{
	my ($db, $log_start, $count) = @_;
	my @times;
	wait_until(sub { @times = visits_of($db, $log_start); @times >= $count });
	return map { $times[ $_ + 1 ] - $times[$_] } 0 .. $#times - 1;
}

sub shortest { return (sort { $a <=> $b } @_)[0]; }

my $denied = "governance.audit_events WHERE event_type = 'access.denied'";
my $launcher = "FROM pg_stat_activity WHERE backend_type = 'governance launcher'";

ask('postgres', "CREATE DATABASE $_") foreach qw(one two);
ask('postgres', "CREATE ROLE $_ LOGIN") foreach qw(stranger lurker analyst);
ask($_, 'CREATE EXTENSION governance') foreach qw(one two);
ask('one', <<'SQL');
INSERT INTO governance.users (user_id, db_role) VALUES ('ana', 'analyst');
INSERT INTO governance.user_roles (user_id, role) VALUES ('ana', 'analyst');
SQL

# --- who is there -----------------------------------------------------------

is(ask('postgres', "SELECT application_name, datname IS NULL $launcher"),
	'governance launcher|t', 'the launcher is seen, connected to no database');

# --- denied attempts leave an event -----------------------------------------

is(refused('one', 'stranger', "SELECT gov_set_actor('ana')"),
	'42501', 'a stranger is refused');
is(refused('one', 'analyst', "BEGIN; SET application_name = 'tried'; SELECT gov_set_actor('postgres'); ROLLBACK;"),
	'42501', 'a user without the permission is refused');
is(refused('one', 'postgres', <<'SQL'), 'MG001', 'duties are refused');
BEGIN;
INSERT INTO governance.user_roles (user_id, role) VALUES ('ana', 'auditor'), ('ana', 'admin');
COMMIT;
SQL
wait_for('one', "SELECT count(*) = 3 FROM $denied", 'the worker writes three events');
is( ask('one', <<"SQL"),
SELECT actor, evidence, db_role, session_role, action, resource, outcome,
       details->>'user_id', details->>'permission', details->>'sqlstate',
       details->>'message', application_name LIKE '%tried'
FROM $denied ORDER BY occurred_at
SQL
	join("\n",
		q{|unmapped|stranger|stranger|deny|user/ana|denied||actor:impersonate|42501|role "stranger" is not an active governance user|f},
		q{ana|session|analyst|analyst|deny|user/postgres|denied|ana|actor:impersonate|42501|user "ana" lacks permission "actor:impersonate"|t},
		q{postgres|session|postgres|postgres|deny|user/ana|denied|postgres||MG001|roles of user "ana" would break separation of duties|f}),
	'they tell of the sessions that were refused');
is( ask('one', "SELECT count(*) FROM governance.user_roles WHERE user_id = 'ana'"),
	'1', 'what was refused is not there');
is(ask('two', "SELECT count(*) FROM $denied"),
	'0', 'another database has no event of it');

is( refused('two', 'stranger', "SELECT gov_set_actor('" . ('x' x 128) . "')"),
	'42501', 'a refusal in the other database');
wait_for('two', "SELECT count(*) = 1 FROM $denied", 'leaves its event there');
is(ask('one', "SELECT count(*) FROM $denied"), '3', 'and none here');

# what ALTER DATABASE sets for sessions is not for the worker
ask('postgres', 'ALTER DATABASE two SET default_transaction_read_only = on');
ask('postgres', "ALTER DATABASE two SET default_transaction_isolation = 'serializable'");
refused('two', 'stranger', "SELECT gov_set_actor('ana')");
wait_for('two', "SELECT count(*) = 2 FROM $denied", 'settings of the database do not stop it');
ask('postgres', 'ALTER DATABASE two RESET ALL');

ask('one', 'ALTER ROLE stranger SET governance.audit_denials = off');
refused('one', 'stranger', "SELECT gov_set_actor('ana')");
ask('one', 'ALTER ROLE stranger RESET ALL');
loop_of_denials('one', 'stranger', 1);
wait_for('one', "SELECT count(*) >= 4 FROM $denied", 'one that was caught counts');
is(ask('one', "SELECT count(*) FROM $denied"), '4', 'with audit_denials off there is none');

# --- by hand, the worker being off; no room ----------------------------------

# started anew, the launcher begins with it
$node->append_conf('postgresql.conf', 'governance.worker = off');
$node->restart;
like(ask('one', "SELECT gov_health()->'components'->>'worker'"),
	qr/^degraded: governance.worker is off/, 'health says that it is off');
my $log_start = -s $node->logfile;
loop_of_denials('one', 'stranger', 20);
loop_of_denials('two', 'stranger', 5);
is(ask('one', "SELECT count(*) FROM $denied"), '4', 'nobody writes');

ask('one', 'BEGIN; SELECT gov_run_maintenance(); ROLLBACK');
ask('one', 'BEGIN; SAVEPOINT s; SELECT gov_run_maintenance(); ROLLBACK TO s; COMMIT');
is(ask('one', "SELECT count(*) FROM $denied"), '4', 'rolled back, nothing is written');
my ($rc, $out, $err) = $node->psql('one',
	"BEGIN; SELECT gov_run_maintenance(); PREPARE TRANSACTION 'p'");
like($err, qr/cannot PREPARE a transaction that has written denied attempts/,
	'it cannot be prepared');
is( ask('one', "SELECT gov_run_maintenance()->'denials'"),
	'{"lost": 12, "more": false, "written": 8, "suppressed": 0}',
	'one database gets half of the ring, the rest is counted');
is( ask('one', "SELECT gov_run_maintenance()->'denials'->>'written'"),
	'0', 'each is written once');
is( ask('one', "SELECT count(*) || ' ' || sum((details->>'lost')::int) FROM $denied AND details ? 'lost'"),
	'1 12', 'one event says how many were lost');
is( ask('two', "SELECT gov_run_maintenance()->'denials'->>'written'"),
	'5', 'another one had room');
my @lines = slurp_file($node->logfile, $log_start) =~ /governance: denied \(one of those that found no room/g;
is(scalar(@lines), 1, 'the server log has one line about what was lost');
is( refused('one', 'analyst', 'SELECT gov_run_maintenance()'),
	'42501', 'maintenance needs system:config');
reload($node, 'governance.worker = on');
wait_for('one', "SELECT count(*) = 14 FROM $denied", 'switched on, it goes on');
wait_for('one', "SELECT gov_health()->'components'->>'worker' = 'degraded: 12 denied attempts found no room in governance.denial_ring_size'",
	'health tells of what was lost');
is( ask('two', "SELECT gov_health()->'components'->>'worker'"),
	'operational', 'where it was lost');

# --- a loop does not fill the disk -------------------------------------------

reload($node, 'governance.denial_rate = 5');
loop_of_denials('two', 'lurker', 200);
ask('two', 'SELECT gov_run_maintenance()');
wait_for('two', <<"SQL", 'each attempt is counted');
SELECT 200 = count(*) FILTER (WHERE details ? 'message')
    + sum(coalesce((details->>'suppressed')::int, 0))
FROM $denied AND session_role = 'lurker'
SQL
cmp_ok(ask('two', "SELECT count(*) FROM $denied AND session_role = 'lurker'"),
	'<=', 5 + 3, 'but few leave an event');
is(ask('two', "SELECT count(*) FROM $denied AND session_role = 'stranger'"),
	'7', 'others are not limited by it');
reload($node, 'governance.denial_rate = 1000');

# --- a visit that fails is logged, and tried again ----------------------------

my $holder = $node->background_psql('one', on_error_stop => 0);
$holder->query_safe('BEGIN; LOCK TABLE governance.audit_events IN ACCESS EXCLUSIVE MODE');
$log_start = -s $node->logfile;
refused('one', 'stranger', "SELECT gov_set_actor('ana')");
wait_for('postgres',
	"SELECT count(*) > 0 FROM pg_stat_activity WHERE backend_type = 'governance worker' AND application_name = 'governance worker' AND datname = 'one'",
	'a visit is seen');
$node->wait_for_log(qr/canceling statement due to lock timeout.*visit of the governance worker, job "denials"/s, $log_start);
pass('its failure is in the log');
my @pauses = pauses('one', $log_start, 3);
ok($pauses[0] >= 1 && $pauses[1] >= 2, "it is tried again, later each time: after @pauses seconds");
$holder->query_safe('COMMIT');
$holder->quit;
wait_for('one', "SELECT count(*) = 15 FROM $denied", 'nothing was lost');

# --- no extension there ----------------------------------------------------------

ask('postgres', 'CREATE DATABASE bare');
ask('postgres', 'CREATE DATABASE closed ALLOW_CONNECTIONS false');
@pauses = pauses('bare', $log_start, 4);
ok($pauses[0] >= 1 && $pauses[1] >= 2 && $pauses[2] >= 4,
	"a new database is visited, and left alone where the extension is absent: for @pauses seconds");
is(scalar(my @none = visits_of('closed', $log_start)), 0, 'one without connections is never visited');
ask('bare', 'CREATE EXTENSION governance');
refused('bare', 'stranger', "SELECT gov_set_actor('ana')");
wait_for('bare', "SELECT count(*) = 1 FROM $denied", 'after CREATE EXTENSION it comes');
ask('bare', 'DROP EXTENSION governance; DROP SCHEMA IF EXISTS governance');
wait_for('postgres',
	"SELECT count(*) = 0 FROM pg_stat_activity WHERE datname = 'bare'",
	'DROP EXTENSION is nothing to it');

# made and dropped under it again and again: nothing fails
$log_start = -s $node->logfile;
for my $i (1 .. 15)
{
	ask('bare', 'CREATE EXTENSION governance');
	loop_of_denials('bare', 'stranger', 2);
	ask('bare', 'DROP EXTENSION governance; DROP SCHEMA IF EXISTS governance');
}
my $bare = ask('postgres', "SELECT oid FROM pg_database WHERE datname = 'bare'");
my $log = slurp_file($node->logfile, $log_start);
# (a visit may be cut short on a busy machine: it comes again)
unlike($log, qr/ERROR: (?!.*statement timeout)/, 'no visit fails when the extension is made and dropped');
like($log, qr/governance worker for database $bare/, 'though they came');

# --- sealing -----------------------------------------------------------------------

my $unsealed = <<'SQL';
SELECT count(*) = 0 FROM governance.audit_events AS e
WHERE NOT EXISTS (SELECT FROM governance.audit_leaves AS l WHERE l.event_id = e.event_id)
SQL
wait_for('one', $unsealed, 'what was written is sealed');
# an event calls: without one, visits are ten seconds apart
$log_start = -s $node->logfile;
foreach my $event (1 .. 5)
{
	ask('one', "SELECT gov_log_event('probe', 'try', NULL)");
	$node->poll_query_until('one', $unsealed) or last;
}
cmp_ok(shortest(pauses('one', $log_start, 2)), '<', 10, 'an event by itself calls');

# a prepared transaction ends in another session, which wrote nothing
ask('one', "BEGIN; SELECT gov_log_event('probe', 'prepare', NULL); PREPARE TRANSACTION 'p'");
$log_start = -s $node->logfile;
cmp_ok(shortest(pauses('one', $log_start, 6)), '<', 10, 'one that is prepared calls as long as it is');
ask('one', "COMMIT PREPARED 'p'");
wait_for('one', $unsealed, 'what was prepared is sealed after its commit');

# requests past their time
ask('one', q(SELECT gov_request_approval('model_rollback', '{"model_id": "risk"}')));
ask('one', q(UPDATE governance.approval_requests SET expires_at = clock_timestamp()));
wait_for('one', "SELECT status = 'expired' FROM governance.approval_requests",
	'a request past its time is marked');
is( ask('one', "SELECT actor, evidence FROM governance.audit_events WHERE event_type = 'approval_request.expire'"),
	'system|internal', 'by the user system, evidence internal');

# --- copies and drops -------------------------------------------------------------

my $failures = 0;
for my $i (1 .. 10)
{
	loop_of_denials('two', 'stranger', 3);
	$failures++ if $node->psql('postgres', 'CREATE DATABASE copy TEMPLATE two');
	loop_of_denials('copy', 'stranger', 3);
	$failures++ if $node->psql('postgres', 'DROP DATABASE copy');
}
is($failures, 0, 'CREATE DATABASE ... TEMPLATE and DROP DATABASE always succeed');
wait_for('two', "SELECT count(*) >= 37 FROM $denied AND session_role = 'stranger'",
	'and the worker was at work');

# --- it ends and comes again --------------------------------------------------------

my $pid = ask('postgres', "SELECT pid $launcher");
ask('postgres', "SELECT pg_terminate_backend(pid) $launcher");
wait_for('postgres', "SELECT count(*) = 0 $launcher AND pid = $pid", 'it ends when told');
refused('one', 'stranger', "SELECT gov_set_actor('ana')");
wait_for('postgres', "SELECT count(*) = 1 $launcher AND pid <> $pid", 'and is started again');
wait_for('one', "SELECT count(*) = 16 FROM $denied", 'what came meanwhile is written');

$pid = ask('postgres', "SELECT pid $launcher");
kill 9, $pid;
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 $launcher AND pid <> $pid"),
	'killed, it comes again with the server');
refused('one', 'stranger', "SELECT gov_set_actor('ana')");
wait_for('one', "SELECT count(*) = 17 FROM $denied", 'and works');

# a visit that is killed
$holder = $node->background_psql('one', on_error_stop => 0);
$holder->query_safe('BEGIN; LOCK TABLE governance.audit_events IN ACCESS EXCLUSIVE MODE');
refused('one', 'stranger', "SELECT gov_set_actor('ana')");
my $visitor = "FROM pg_stat_activity WHERE backend_type = 'governance worker' AND datname = 'one'";
wait_for('postgres', "SELECT count(*) > 0 $visitor", 'a visit waits');
wait_until(sub { $pid = ask('postgres', "SELECT pid $visitor LIMIT 1"); $pid ne '' && kill 9, $pid });
ok($node->poll_query_until('postgres',
		"SELECT pg_postmaster_start_time() IS NOT NULL AND count(*) = 1 $launcher"),
	'a visit is killed');
eval { $holder->quit };
refused('one', 'stranger', "SELECT gov_set_actor('ana')");
wait_for('one', "SELECT count(*) >= 18 FROM $denied", 'the next one works');

# --- stopping waits for nothing of ours -----------------------------------------------

$node->stop('fast');
pass('the server stops');

# --- a standby -----------------------------------------------------------------------

$node->start;
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
is($standby->safe_psql('one', "SELECT count(*) $launcher"),
	'0', 'a standby has no worker');
($rc, $out, $err) = $standby->psql('one', "SELECT gov_set_actor('ana')",
	extra_params => [ '-U', 'stranger' ]);
like($err, qr/role "stranger" is not an active governance user/, 'it refuses');
like(slurp_file($standby->logfile),
	qr/governance: denied: user=- permission=actor:impersonate resource=user\/ana db_role=stranger sqlstate=42501/,
	'and its server log has the attempt');
is($standby->safe_psql('one', "SELECT gov_health()->'components'->>'worker'"),
	'operational', 'nothing is missing there');
$standby->promote;
ok( $standby->poll_query_until('postgres', "SELECT count(*) = 1 $launcher"),
	'promoted, it has one');
$standby->stop;

# --- no process left for visits (the launchers take two) --------------------------------

$node->append_conf('postgresql.conf', "max_worker_processes = 2");
$log_start = -s $node->logfile;
$node->restart;
$node->wait_for_log(qr/governance: no background worker left for a visit/, $log_start);
pass('it says when max_worker_processes is too small');
refused('one', 'stranger', "SELECT gov_set_actor('ana')");
cmp_ok(ask('one', "SELECT gov_run_maintenance()->'denials'->>'written'"),
	'>=', 1, 'by hand it still works');

is(lines_like($node->logfile, qr/PANIC|TRAP:/), '', 'nothing went wrong badly');
$node->stop;
done_testing();
