# Sixteen clients observe three resources, by function, in batches, by INSERT
# and with savepoints, while two sessions and the worker fold and others read;
# then the server is killed in the middle.  No client meets a deadlock or a
# retry, and what committed counts exactly once.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $KILLS = $ENV{GOV_KILLS} || 4;

my $node = PostgreSQL::Test::Cluster->new('ingest');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
max_connections = 60
governance.seal_interval = 100ms
CONF
$node->start;

# Beside each observation a row of the client's own says that it was made.
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	SELECT gov_define_sla('model', 'r' || i, 50, 90) FROM generate_series(1, 3) AS i;
	CREATE TABLE made (resource_id text, n bigint, failed bigint, over_p95 bigint, over_p99 bigint);
	CREATE TABLE seen (at timestamptz DEFAULT clock_timestamp(), n bigint);
	CREATE FUNCTION total() RETURNS bigint LANGUAGE sql AS
	$$SELECT sum(count)::bigint FROM generate_series(1, 3) AS i,
		gov_sla_series('model', 'r' || i, now() - interval '1 day', now() + interval '10 min', '12 hours')$$;
});

my $dir = PostgreSQL::Test::Utils::tempdir;
my %script = (
	one => q{\set r random(1, 3)
\set l random(1, 100)
BEGIN;
SELECT gov_observe('model', 'r' || :r, :l, :l % 10 <> 0);
INSERT INTO made VALUES ('r' || :r, 1, (:l % 10 = 0)::int, (:l > 50)::int, (:l > 90)::int);
COMMIT;
},
	# all three, in any order: rows that many update would deadlock here
	many => q{\set r random(0, 2)
\set q random(1, 2)
BEGIN;
SELECT gov_observe_many('model', 'r' || (1 + (:r + i * :q) % 3), (SELECT array_agg(l) FROM generate_series(1, 100) AS l)) FROM generate_series(0, 2) AS i;
INSERT INTO made SELECT 'r' || i, 100, 0, 50, 10 FROM generate_series(1, 3) AS i;
COMMIT;
},
	insert => q{\set r random(1, 3)
BEGIN;
INSERT INTO governance.sla_observations SELECT 'model', 'r' || :r, now() - l * interval '40 s', l, l % 2 = 0 FROM generate_series(1, 100) AS l;
INSERT INTO made VALUES ('r' || :r, 100, 50, 50, 10);
COMMIT;
},
	savepoint => q{\set r random(1, 3)
BEGIN;
SELECT gov_observe('model', 'r' || :r, 10);
SAVEPOINT s;
SELECT gov_observe('model', 'r' || :r, 60);
RELEASE s;
SAVEPOINT s;
SELECT gov_observe('model', 'r' || :r, 95);
ROLLBACK TO s;
INSERT INTO made VALUES ('r' || :r, 2, 0, 1, 0);
COMMIT;
},
	rollback => q{\set r random(1, 3)
BEGIN;
SELECT gov_observe_many('model', 'r' || :r, ARRAY[1, 2, 3]);
ROLLBACK;
},
	fold => q{SELECT gov_run_maintenance();
},
	# one snapshot: what it shows and what was made are the same
	read => q{BEGIN ISOLATION LEVEL REPEATABLE READ;
INSERT INTO seen (n) SELECT total() - coalesce((SELECT sum(n) FROM made), 0);
COMMIT;
});
append_to_file("$dir/$_", $script{$_}) foreach keys %script;

local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;

sub start
{
	my ($clients, $seconds, @scripts) = @_;
	my ($out, $err) = ('', '');
	my $handle = IPC::Run::start([ 'pgbench', '-n', '-c', $clients, '-T', $seconds,
		(map { ('-f', "$dir/$_") } @scripts), 'postgres' ], '<', \undef, '>', \$out, '2>', \$err);
	return [ $handle, \$out, \$err ];
}

# What is written in deltas and minutes is what was made, and so is every level.
sub counts_are_exact
{
	my ($name) = @_;
	is($node->safe_psql('postgres', q{
		SELECT * FROM (
			SELECT resource_id, sum(observations), sum(failed), sum(over_p95), sum(over_p99)
			FROM (SELECT resource_id, observations, failed, over_p95, over_p99 FROM governance.sla_deltas
				UNION ALL SELECT resource_id, observations, failed, over_p95, over_p99 FROM governance.sla_minutes) AS s GROUP BY 1
			EXCEPT SELECT resource_id, sum(n), sum(failed), sum(over_p95), sum(over_p99) FROM made GROUP BY 1) AS d}),
		'', "$name: every observation that was made counts once");
	is($node->safe_psql('postgres', q{
		SELECT count(DISTINCT s) FROM (
			SELECT (sum(observations), sum(failed), sum(over_p95), sum(over_p99), governance.sketch_count(governance.sketch(sketch)))::text AS s FROM governance.sla_minutes
			UNION ALL SELECT (sum(observations), sum(failed), sum(over_p95), sum(over_p99), governance.sketch_count(governance.sketch(sketch)))::text FROM governance.sla_hours
			UNION ALL SELECT (sum(observations), sum(failed), sum(over_p95), sum(over_p99), governance.sketch_count(governance.sketch(sketch)))::text FROM governance.sla_days) AS l}),
		'1', "$name: minutes, hours and days agree, sketches too");
	is($node->safe_psql('postgres', q{SELECT total() - (SELECT sum(n) FROM made)}), '0', "$name: and it is what is shown");
	return;
}

my @writing = qw(one many insert savepoint rollback);
my $folding = start(2, 9, 'fold');
my $reading = start(2, 9, 'read');
my $writers = start(16, 8, @writing);
foreach ([ $writers, 'writers' ], [ $folding, 'folders' ], [ $reading, 'readers' ])
{
	my ($run, $name) = @$_;
	ok(IPC::Run::finish($run->[0]), "$name ran without an error") or diag(${ $run->[2] });
}
like(${ $writers->[1] }, qr/number of failed transactions: 0 /, 'no deadlock and no retry');
unlike(PostgreSQL::Test::Utils::slurp_file($node->logfile), qr/deadlock|could not serialize/, 'nor anybody else');
cmp_ok($node->safe_psql('postgres', q{SELECT sum(n) FROM made}), '>', 300, 'many observations were made');
is($node->safe_psql('postgres', q{SELECT count(*) > 1, sum(abs(n)) FROM seen}), 't|0',
	'whoever looked meanwhile saw each that was committed, once');
counts_are_exact('while folding');
ok($node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM governance.sla_deltas}), 'the worker folds what is left');
counts_are_exact('folded');

for my $kill (1 .. $KILLS)
{
	my @running = (start(8, 60, @writing), start(1, 60, 'fold'));
	usleep(300_000 + int(rand(700_000)));
	$node->stop('immediate');
	IPC::Run::finish($_->[0]) foreach @running;
	$node->start;
	counts_are_exact("kill $kill");
}
ok($node->poll_query_until('postgres', q{SELECT count(*) = 0 FROM governance.sla_deltas}), 'the worker goes on folding');
counts_are_exact('after it all');
$node->stop;
done_testing();
