# The server is killed at random moments while events are written and sealed:
# afterwards everything sealed verifies, and everything committed gets sealed.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);

my $KILLS = $ENV{GOV_KILLS} || 8;

my $node = PostgreSQL::Test::Cluster->new('crash');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
synchronous_commit = off
wal_writer_delay = 10s
CONF
$node->start;
$node->safe_psql('postgres', q{CREATE EXTENSION governance});

my $dir = PostgreSQL::Test::Utils::tempdir;
append_to_file("$dir/write", q{SELECT FROM gov_log_event('crash', 'one', 'crash');
BEGIN;
SELECT count(gov_log_event('crash', 'two', 'crash')) FROM generate_series(1, 50);
COMMIT;
});
append_to_file("$dir/seal", "SELECT gov_audit_seal();\n");

local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
my $before = 0;
for my $kill (1 .. $KILLS)
{
	my ($out, $err) = ('', '');
	my @running = map {
		IPC::Run::start([ 'pgbench', '-n', '-T', 60, '-c', $_->[0], '-f', "$dir/$_->[1]", 'postgres' ],
			'<', \undef, '>', \$out, '2>', \$err)
	} ([ 4, 'write' ], [ 1, 'seal' ]);
	$node->poll_query_until('postgres', "SELECT max(tree_size) > $before FROM governance.audit_tree_heads")
	  or die "nothing gets sealed: $err";
	usleep(int(rand(900_000)));
	# synchronous_commit is off: only a head that waited for its flush is safe
	my $seen = $node->safe_psql('postgres', q{SELECT max(tree_size) FROM governance.audit_tree_heads});
	usleep(int(rand(100_000)));
	if ($kill % 2)
	{
		$node->stop('immediate');
	}
	else
	{
		# one process by SIGKILL, whatever it is at: the postmaster takes the
		# others with it and, in these tests, does not start anew
		my ($pid, $postmaster) = split /\|/, $node->safe_psql('postgres', q{
			SELECT pid, split_part(pg_read_file('postmaster.pid'), E'\n', 1) FROM pg_stat_activity
			WHERE pid <> pg_backend_pid() AND (backend_type IN ('client backend', 'walwriter', 'checkpointer', 'governance worker'))
			ORDER BY (query ~ 'gov_audit_seal' AND random() < 0.5) DESC, random() LIMIT 1});
		kill 9, $pid;
		usleep(20_000) while kill 0, $postmaster;
		$node->_update_pid(0);
	}
	IPC::Run::finish($_) foreach @running;
	$node->start;

	my $size = $node->safe_psql('postgres', q{SELECT coalesce(max(tree_size), 0) FROM governance.audit_tree_heads});
	cmp_ok($size, '>=', $seen, "kill $kill: a head that was seen is still there ($seen, now $size)");
	is($node->safe_psql('postgres', q{SELECT string_agg(detail, '; ') FROM gov_audit_verify() WHERE NOT ok}), '',
		"kill $kill: what is sealed verifies");
	$node->safe_psql('postgres', q{SELECT gov_audit_seal()});
	is($node->safe_psql('postgres', q{
		SELECT count(*) FROM governance.audit_events AS e FULL JOIN governance.audit_leaves AS l USING (event_id)
		WHERE e.event_id IS NULL OR l.event_id IS NULL}), '0', "kill $kill: what is committed gets sealed");
	is($node->safe_psql('postgres', q{SELECT bool_and(ok) FROM gov_audit_verify()}), 't',
		"kill $kill: and verifies");
	$before = $node->safe_psql('postgres', q{SELECT max(tree_size) FROM governance.audit_tree_heads});
}

# Nothing but the seal itself gets it to disk.
$node->safe_psql('postgres', q{SELECT count(gov_log_event('crash', 'last', 'crash')) FROM generate_series(1, 3)});
my $sealed = $node->safe_psql('postgres', q{SELECT gov_audit_seal() ->> 'tree_size'});
$node->stop('immediate');
$node->start;
is($node->safe_psql('postgres', q{SELECT max(tree_size) FROM governance.audit_tree_heads}), $sealed,
	'a head that was told of is there, though commits do not wait');
$node->stop;
done_testing();
