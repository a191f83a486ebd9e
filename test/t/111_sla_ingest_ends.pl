# How a transaction that observed can end: prepared and a crash later, in a
# pooled session, cancelled in the middle of a COPY, with the extension gone.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('ends');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
max_prepared_transactions = 5
CONF
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	SELECT gov_define_sla('model', 'ends');
});

sub total
{
	return $node->safe_psql('postgres', q{SELECT sum(count) FROM gov_sla_series('model', 'ends', now() - interval '1 day', now() + interval '10 min', '12 hours')});
}

sub fails_like
{
	my ($sql, $expected, $name) = @_;
	my ($status, $out, $err) = $node->psql('postgres', $sql, on_error_stop => 0);
	like($err, $expected, $name);
	return;
}

# Prepared: it counts from COMMIT PREPARED on, in whichever session, after a
# crash too; and what else that session does is its own.
$node->safe_psql('postgres', q{
	BEGIN;
	SELECT gov_observe_many('model', 'ends', ARRAY[1, 2, 3]);
	SAVEPOINT s;
	SELECT gov_observe('model', 'ends', 4);
	ROLLBACK TO s;
	PREPARE TRANSACTION 'kept';
	BEGIN;
	SELECT gov_observe('model', 'ends', 5);
	PREPARE TRANSACTION 'dropped';
	SELECT gov_observe('model', 'ends', 6);
});
is(total(), '1', 'a prepared transaction does not count yet');
$node->stop('immediate');
$node->start;
is(total(), '1', 'nor after a crash');
$node->safe_psql('postgres', q{COMMIT PREPARED 'kept'});
is(total(), '4', 'committed, it does, without what it had taken back');
$node->safe_psql('postgres', q{ROLLBACK PREPARED 'dropped'});
is(total(), '4', 'rolled back, it does not');
ok($node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM governance.sla_deltas}), 'the worker folds it');
is(total(), '4', 'which changes nothing');

# A pooled session: transactions of several clients, with DISCARD ALL between.
is($node->safe_psql('postgres', q{
	BEGIN;
	SELECT FROM gov_observe('model', 'ends', 1);
	ROLLBACK;
	DISCARD ALL;
	BEGIN;
	SELECT FROM gov_observe('model', 'ends', 1);
	COMMIT;
	DISCARD ALL;
	DISCARD PLANS;
	SELECT FROM gov_observe('model', 'ends', 1);
	SELECT sum(count) FROM gov_sla_series('model', 'ends', now() - interval '1 day', now() + interval '10 min', '12 hours');
}), '6', 'what a client of a pooled session rolled back is not the next one\'s');

# A simple query of many statements is one transaction.
fails_like(q{SELECT FROM gov_observe('model', 'ends', 1)\; SELECT 1 / 0}, qr/division by zero/, 'a query of two statements fails');
is(total(), '6', 'and nothing of it counts');

# COPY, cancelled when thousands of rows were counted already.
my $in = '';
my ($out, $err) = ('', '');
my $copy = IPC::Run::start([ 'psql', '-X', '-d', $node->connstr('postgres'), '-c',
	q{COPY governance.sla_observations (resource_type, resource_id, latency_ms) FROM stdin} ],
	'<', \$in, '>', \$out, '2>', \$err);
$in .= "model\tends\t7\n" x 50000;
IPC::Run::pump_nb($copy);
ok($node->poll_query_until('postgres', q{SELECT coalesce(max(tuples_processed), 0) > 2000 FROM pg_stat_progress_copy}), 'COPY has begun');
$node->safe_psql('postgres', q{SELECT pg_cancel_backend(pid) FROM pg_stat_progress_copy});
$in .= "model\tends\t7\n" x 50000;
eval { IPC::Run::pump_nb($copy); };
eval { IPC::Run::finish($copy); };
like($err, qr/canceling statement due to user request/, 'a cancelled COPY');
is(total(), '6', 'counts nothing');

# A session that goes in the middle.
$in = '';
$copy = IPC::Run::start([ 'psql', '-X', '-d', $node->connstr('postgres'), '-c',
	q{COPY governance.sla_observations (resource_type, resource_id, latency_ms) FROM stdin} ],
	'<', \$in, '>', \$out, '2>', \$err);
$in .= "model\tends\t7\n" x 50000;
IPC::Run::pump_nb($copy);
ok($node->poll_query_until('postgres', q{SELECT coalesce(max(tuples_processed), 0) > 2000 FROM pg_stat_progress_copy}), 'another COPY has begun');
$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_progress_copy});
eval { IPC::Run::pump_nb($copy); };
eval { IPC::Run::finish($copy); };
is(total(), '6', 'a terminated one counts nothing');

# COPY in parts, by savepoints: the bad part is taken back, the good stay.
is($node->safe_psql('postgres', qq{
	\\set ON_ERROR_STOP off
	BEGIN;
	SAVEPOINT a;
	COPY governance.sla_observations (resource_type, resource_id, latency_ms) FROM stdin;
model\tends\t1
model\tends\t2
\\.
	SAVEPOINT b;
	COPY governance.sla_observations (resource_type, resource_id, latency_ms) FROM stdin;
model\tends\t1
model\tends\tslow
\\.
	ROLLBACK TO b;
	COMMIT;
	SELECT sum(count) FROM gov_sla_series('model', 'ends', now() - interval '1 day', now() + interval '10 min', '12 hours');
}), '8', 'a COPY that failed takes back its own part');

# A commit that fails takes everything with it.
$node->safe_psql('postgres', q{
	CREATE TABLE parent (i int PRIMARY KEY);
	CREATE TABLE child (i int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
});
fails_like(q{BEGIN; SELECT FROM gov_observe('model', 'ends', 1); INSERT INTO child VALUES (1); COMMIT}, qr/foreign key/, 'a commit fails');
is(total(), '8', 'and nothing of it counts');

# Someone else's triggers and settings do not come between.
is($node->safe_psql('postgres', q{
	SET session_replication_role = replica;
	SET default_transaction_read_only = off;
	SET search_path = pg_temp;
	SELECT FROM public.gov_observe('model', 'ends', 1);
	SELECT sum(count) FROM public.gov_sla_series('model', 'ends', now() - interval '1 day', now() + interval '10 min', '12 hours');
}), '9', 'it counts whatever the session has set');

# A standby shows what is there and takes nothing.
my $backup = 'base';
$node->backup($backup);
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, $backup, has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby, 'replay', $node->lsn('insert'));
is($standby->safe_psql('postgres', q{SELECT sum(count) FROM gov_sla_series('model', 'ends', now() - interval '1 day', now() + interval '10 min', '12 hours')}),
	'9', 'a standby shows the same');
my (undef, undef, $refused) = $standby->psql('postgres', q{SELECT gov_observe('model', 'ends', 1)});
like($refused, qr/cannot execute gov_observe\(\) (?:in a read-only transaction|during recovery)/, 'a standby observes nothing');
(undef, undef, $refused) = $standby->psql('postgres', q{INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms) VALUES ('model', 'ends', 1)});
like($refused, qr/cannot execute INSERT/, 'nor by INSERT');
$standby->stop;

# The extension goes in the same transaction, or comes back as another one.
$node->safe_psql('postgres', q{
	BEGIN;
	SELECT gov_observe('model', 'ends', 1);
	SAVEPOINT s;
	DROP EXTENSION governance;
	ROLLBACK TO s;
	SELECT gov_observe('model', 'ends', 1);
	COMMIT;
});
is(total(), '11', 'dropped and not dropped after all: everything counts');
$node->safe_psql('postgres', q{
	BEGIN;
	SELECT gov_observe('model', 'ends', 1);
	DROP EXTENSION governance;
	CREATE EXTENSION governance;
	SELECT gov_define_sla('model', 'ends');
	SELECT gov_observe('model', 'ends', 1);
	COMMIT;
});
is(total(), '1', 'made anew: only what was observed since counts');
$node->safe_psql('postgres', q{
	BEGIN;
	SELECT gov_observe('model', 'ends', 1);
	DROP EXTENSION governance;
	COMMIT;
});
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_namespace WHERE nspname = 'governance'}), '0', 'dropped: the observations go too');
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	SELECT gov_define_sla('model', 'ends');
	SELECT gov_observe('model', 'ends', 1);
});
is(total(), '1', 'and it can be made again');
unlike(PostgreSQL::Test::Utils::slurp_file($node->logfile), qr/PANIC|terminated by signal|WARNING:  (?!terminating)/, 'no crash and no leak');
$node->stop;
done_testing();
