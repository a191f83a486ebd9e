# What a statement needs is not there: locks, the accumulator's memory, the
# worker.  The statement fails with an error that says so, nothing of it is
# left, and with room again everything goes on.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);
use Wait;
use World;

my $node = PostgreSQL::Test::Cluster->new('noroom');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.seal_interval = '200ms'
governance.denial_rate = 100000
restart_after_crash = on
log_line_prefix = '%m [%p] %b %q%u@%d '
max_connections = 20
CONF
$node->start;
World::build($node, 'postgres');

sub ask { my ($sql) = @_; return $node->safe_psql('postgres', $sql); }

sub fails_like
{
	my ($sql, $expected, $name) = @_;
	my ($status, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql", on_error_stop => 0);
	like($err, $expected, $name);
	return;
}
my $counted = q{SELECT coalesce(sum(count), 0) FROM gov_sla_series('system', 'api', now() - interval '2 days', now() + interval '10 min', '12 hours')};

# --- the accumulator ---------------------------------------------------------------

my $was = ask($counted);
my $minutes = q{SELECT gov_observe_many('system', 'api', array_fill(1.0::float8, '{2000}'), observed_at => ARRAY(SELECT now() - i * interval '1 min' FROM generate_series(1, 2000) AS i))};
fails_like("SET governance.accumulator_limit = '64kB';\n$minutes;", qr/53200: observations of one transaction take more than governance.accumulator_limit/, 'too many observations for the memory');
is(ask($counted), $was, 'none of them counts');
fails_like("SET governance.accumulator_limit = '64kB';\nBEGIN;\nSELECT gov_observe('system', 'api', 1);\nSELECT gov_log_event('a', 'b', 'acc');\n$minutes;\nCOMMIT;", qr/53200: /, 'nor in a transaction');
is(ask($counted), $was, 'nothing of that one counts');
is(ask(q{SELECT count(*) FROM governance.audit_events WHERE resource = 'acc'}), '0', 'and nothing else of it is there');
fails_like("SET governance.accumulator_limit = '64kB';\nBEGIN;\nSELECT gov_observe('system', 'api', 1);\nSAVEPOINT s;\n$minutes;\nROLLBACK TO s;\nSELECT gov_observe('system', 'api', 2);\nCOMMIT;", qr/53200: /, 'to a savepoint');
is(ask($counted), $was + 2, 'the rest of the transaction counts');
my $half = ask(q{SELECT string_agg(format(E'system\tapi\t5\t%s', now() - i * interval '1 min'), E'\n') FROM generate_series(1, 2000) AS i});
fails_like("SET governance.accumulator_limit = '64kB';\nCOPY governance.sla_observations (resource_type, resource_id, latency_ms, observed_at) FROM stdin;\n$half\n\\.\n", qr/53200: /, 'too many rows for COPY');
is(ask($counted), $was + 2, 'none counts');
ask($minutes);
is(ask($counted), $was + 2002, 'with the usual limit all do');

# --- shared memory for locks ----------------------------------------------------------

# Somebody holds nearly every lock there is.
$node->append_conf('postgresql.conf', "max_locks_per_transaction = 10\nmax_connections = 12\nmax_worker_processes = 4\nmax_wal_senders = 0\nautovacuum_max_workers = 1\n");
$node->restart;
ask('SELECT gov_run_maintenance()');
my $world = World::fingerprint($node, 'postgres', qw(audit_events audit_leaves audit_tiles audit_tree_heads audit_verify_progress sla_deltas sla_minutes sla_hours sla_days sla_evaluations sla_violations events api_token_uses system_state));
my $holder = $node->background_psql('postgres', on_error_stop => 0);
my @calls = (
	q{SELECT gov_register_model('locks', '1.0.0')}, q{SELECT gov_create_user('locks', NULL)}, q{SELECT gov_deploy_model('risk', '1.1.0')},
	q{SELECT gov_observe_many('model', 'risk', '{1,2,3}')}, q{SELECT gov_audit_seal()}, q{SELECT gov_compliance_report()},
	q{SELECT gov_report_incident('other', 'error', 'locks', 'locks', 'locks')}, q{SELECT gov_assign_role('bea', 'analyst')}, q{SELECT gov_evaluate_sla()}, q{SELECT gov_run_maintenance()},
	q{SELECT count(*) FROM gov_audit_verify()}, q{SELECT gov_set_policy('gate.sla', 'true')});
my ($failed, @odd) = (0);
foreach my $free (0, 3, 8, 15, 25, 40)
{
	# all, then some back: each call now ends somewhere else
	$holder->query(q{SELECT pg_advisory_unlock_all()});
	my $held = $holder->query(q{
		DO $$ BEGIN FOR i IN 1 .. 100000 LOOP PERFORM pg_advisory_lock(i); END LOOP; EXCEPTION WHEN out_of_memory THEN NULL; END $$;
		SELECT count(*) FROM pg_locks WHERE locktype = 'advisory';});
	($held) = $held =~ /(\d+)\s*\z/;
	$holder->query(qq{SELECT count(pg_advisory_unlock(i)) FROM generate_series($held - $free + 1, $held) AS i});
	my $sql = "\\set ON_ERROR_STOP off\n\\set VERBOSITY sqlstate\n" . join '', map { "BEGIN; $_; ROLLBACK;\n" } @calls;
	my ($status, $out, $err) = $node->psql('postgres', $sql, on_error_stop => 0);
	$failed += () = $err =~ /53200/g;
	push @odd, grep { /ERROR|FATAL|PANIC|WARNING/ && !/53200|FATAL:  out of shared memory/ } split /\n/, $err;
}
cmp_ok($failed, '>', 10, "no locks left: $failed calls fail");
is(join("\n", @odd), '', 'by nothing else');
$holder->query(q{SELECT pg_advisory_unlock_all()});
$holder->quit;
is(World::changes($node, 'postgres', $world, qw(audit_events audit_leaves audit_tiles audit_tree_heads audit_verify_progress sla_deltas sla_minutes sla_hours sla_days sla_evaluations sla_violations events api_token_uses system_state)),
	'', 'nothing is left of them');
ask($_) foreach @calls;
ok($node->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'}), 'with locks again, all of them work, and the worker too');
is(World::wrongs($node, 'postgres'), '', 'all is well');

# --- the worker is killed ------------------------------------------------------------

my $launcher = q{SELECT pid FROM pg_stat_activity WHERE backend_type = 'governance launcher'};
my $pid = ask($launcher);
ask("SELECT pg_terminate_backend($pid)");
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM ($launcher AND pid <> $pid) AS l"), 'SIGTERM: the launcher comes again');
ask(q{SELECT gov_log_event('worker', 'ended', 'worker')});
ok($node->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'}), 'and what was written is sealed');

foreach my $kind ('governance launcher', 'governance worker')
{
	my $log_start = -s $node->logfile;
	# one that was about to end has ended well: then another one
	ok( wait_until(sub {
			return 1 if slurp_file($node->logfile, $log_start) =~ /all server processes terminated; reinitializing/;
			$node->psql('postgres', q{SELECT gov_log_event('worker', 'killed', 'worker')});
			my ($status, $out) = $node->psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = '$kind' LIMIT 1");
			kill 9, $out if $status == 0 && $out ne '';
			return 0;
		}),
		"$kind: kill -9, and the postmaster starts everything anew");
	ok( wait_until(sub {
			my ($status, $out) = $node->psql('postgres', $launcher);
			return $status == 0 && $out =~ /^\d+$/;
		}),
		"$kind: the server is back, and the launcher");
	ask(q{SELECT gov_log_event('worker', 'back', 'worker')});
	ok($node->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'}), "$kind: everything gets sealed");
	is(World::wrongs($node, 'postgres'), '', "$kind: all is well");
}

# SIGTERM for visits, at whatever they are; then nobody calls for another one
foreach my $time (1 .. 30)
{
	ask(q{SELECT gov_log_event('worker', 'term', 'worker'); SELECT gov_observe('system', 'api', 1)});
	ask(q{SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE backend_type = 'governance worker'});
	usleep(int(rand(30_000)));
	next if $time % 6;
	ask(q{DO $$
		BEGIN
			PERFORM gov_log_event('worker', 'term', 'worker');
			COMMIT;
			FOR i IN 1 .. 5000 LOOP
				PERFORM pg_stat_clear_snapshot();
				IF EXISTS (SELECT FROM pg_stat_activity WHERE backend_type = 'governance worker') THEN
					PERFORM pg_sleep(random() * 0.01), pg_stat_clear_snapshot();
					PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'governance worker';
					EXIT WHEN FOUND;
				END IF;
				PERFORM pg_sleep(0.001);
			END LOOP;
		END $$});
	ok($node->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0' AND NOT EXISTS (SELECT FROM governance.sla_deltas)}), 'visits that end early are made again');
}
is(ask($counted), $was + 2002 + 30, 'every observation counts once');
is(World::wrongs($node, 'postgres'), '', 'all is well');
$node->stop;
done_testing();
