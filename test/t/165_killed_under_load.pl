# kill -9 at random moments while people approve, deploy, observe and report
# incidents and the worker is at it: what was said to be committed is there,
# whole; every observation counts once; one deployment is active where there is
# one; and the trail verifies.  The calls are the same in each run: GOV_SEED
# gives others.  GOV_KILLS makes it longer.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);
use Wait;
use World;

my $kills = $ENV{GOV_KILLS} // 7;
my $seed = $ENV{GOV_SEED} // 1;
diag("seed $seed, $kills kills");
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('killed');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.seal_interval = '200ms'
governance.sla_interval = '1s'
governance.denial_rate = 100000
restart_after_crash = on
log_statement = none
deadlock_timeout = '100ms'
checkpoint_timeout = '30s'
CONF
$node->start;
World::build($node, 'postgres');

# Who is killed in turn: one process, of which the postmaster makes a crash of
# all, or the postmaster itself.
my @victims = ('client backend', 'governance worker', 'postmaster', 'checkpointer', 'walwriter', 'governance launcher', 'client backend');
my $postmaster = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];
my @all;
my $events = $node->safe_psql('postgres', 'SELECT count(*) FROM governance.audit_events');
foreach my $kill (1 .. $kills)
{
	my $victim = $victims[ ($kill - 1) % @victims ];
	my @sessions = map { World::session($node, 'postgres', 4000) } 1 .. 3;
	push @all, @sessions;
	# at any moment, when they have begun
	$node->poll_query_until('postgres', "SELECT count(*) > $events + 50 FROM governance.audit_events");
	usleep(int(rand(1_200_000)));

	my $killed = 0;
	if ($victim eq 'postmaster')
	{
		$killed = kill 9, $postmaster;
		usleep(100_000) while World::going(@sessions);
		# its children hold the shared memory until they have seen it
		wait_until(sub { $node->{_pid} = undef; $node->start(fail_ok => 1) });
	}
	else
	{
		# one that was about to end has ended well: then another one
		my $log_start = -s $node->logfile;
		$killed = wait_until(sub {
			return 1 if slurp_file($node->logfile, $log_start) =~ /all server processes terminated; reinitializing/;
			my ($status, $pid) = $node->psql('postgres', "SELECT pid FROM pg_stat_activity WHERE backend_type = '$victim' AND pid <> pg_backend_pid() ORDER BY (state = 'active') DESC NULLS LAST, random() LIMIT 1");
			kill 9, $pid if $status == 0 && $pid ne '';
			return 0;
		});
		usleep(100_000) while World::going(@sessions);
		wait_until(sub { my ($status) = $node->psql('postgres', 'SELECT 1'); $status == 0 });
	}
	$postmaster = (split /\n/, slurp_file($node->data_dir . '/postmaster.pid'))[0];
	ok($killed, "kill $kill: a $victim");
	is(World::broken_pairs($node, 'postgres', @all), '', "kill $kill: what was committed is there, and only that");
	is(World::wrongs($node, 'postgres'), '', "kill $kill: all is well with states and trail");
	ok($node->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0' AND NOT EXISTS (SELECT FROM governance.sla_deltas)}), "kill $kill: the worker goes on");
	is(World::broken_pairs($node, 'postgres', @all), '', "kill $kill: folded, every observation counts once");
	$events = $node->safe_psql('postgres', 'SELECT count(*) FROM governance.audit_events');
}
my $done = $node->safe_psql('postgres', q{SELECT count(*) FROM governance.audit_events});
cmp_ok($done, '>', 300, "$done events of it all");
is(World::wrongs($node, 'postgres'), '', 'all is well');
$node->stop;
done_testing();
