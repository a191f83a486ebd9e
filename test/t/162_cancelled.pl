# Statements that are cancelled or time out at any moment, while others go on:
# what failed has left nothing, what was committed is there, and a session that
# was interrupted goes on as if nothing had been.  The calls are the same
# in each run: GOV_SEED gives others, and GOV_STEPS more of them.
use strict;
use warnings;
use IPC::Run;
use Log;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);
use World;

my $steps = $ENV{GOV_STEPS} // 300;
my $seed = $ENV{GOV_SEED} // 1;
diag("seed $seed, $steps steps a session");
srand($seed);

my $node = PostgreSQL::Test::Cluster->new('cancelled');
$node->init;
my $key = $node->basedir . '/key.pem';
system_or_bail('openssl', 'genpkey', '-algorithm', 'ed25519', '-out', $key);
chmod 0600, $key;
$node->append_conf('postgresql.conf', <<"CONF");
shared_preload_libraries = 'governance'
governance.seal_interval = '200ms'
governance.sla_interval = '1s'
governance.checkpoint_key_file = '$key'
governance.denial_rate = 100000
log_statement = none
log_min_error_statement = error
deadlock_timeout = '100ms'
CONF
$node->start;

# some events are old enough to be retired
World::age($node, 'postgres', q{
	CREATE EXTENSION governance;
	SELECT count(gov_log_event('retire', 'old', 'retire')) FROM generate_series(1, 3000)});
$node->safe_psql('postgres', 'SELECT gov_audit_seal()');
$node->safe_psql('postgres', 'SELECT gov_audit_checkpoint()');
$node->safe_psql('postgres', q{CREATE DATABASE world});
World::build($node, 'world');
$node->safe_psql('world', q{SELECT count(gov_log_event('old', 'old', 'old')) FROM generate_series(1, 3000)});
is(World::wrongs($node, 'world'), '', 'at first all is well');

# every statement has a time of its own, most have enough
my @sessions = map {
	World::session($node, 'world', $steps,
		sub { return 'SET statement_timeout = ' . World::any(0, 0, 1, 2, 3, 5, 8, 13, 21, 34, 89) . ";\n"; })
} 1 .. 3;

# and somebody cancels whatever runs
my $cancel = $node->background_psql('postgres', on_error_stop => 0);
my $cancelled = 0;

while (World::going(@sessions))
{
	$cancelled += $cancel->query(q{
		SELECT count(*) FILTER (WHERE pg_cancel_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
		WHERE datname = 'world' AND backend_type IN ('client backend', 'governance worker') AND state = 'active' AND random() < 0.3 ORDER BY random() LIMIT 1) AS a}) || 0;
	usleep(int(rand(20_000)));
}
$cancel->quit;

my $errors = join '', map { $_->{err} } @sessions;
my $timeouts = () = $errors =~ /57014: canceling statement due to statement timeout/g;
my $requests = () = $errors =~ /57014: canceling statement due to user request/g;
cmp_ok($timeouts, '>', 20, "$timeouts statements timed out");
cmp_ok($requests, '>', 5, "$requests were cancelled");
is(join("\n", grep { !/ (?:57014|40P01|40001|42501|42704|55000|22023|23505|MG00[123]|25P02): / } $errors =~ /^.*(?:ERROR|FATAL|PANIC): .*$/mg), '', 'every error is one that may be');
is(scalar(grep { $_->{out} =~ /^done postgres$/m } @sessions), 3, 'each session lives and knows who it is');
is(World::broken_pairs($node, 'world', @sessions), '', 'what was committed is there, and only that');
is(World::wrongs($node, 'world'), '', 'all is well with states and trail');
cmp_ok($node->safe_psql('world', q{SELECT count(*) FROM governance.audit_events WHERE event_type LIKE 'deployment.%'}), '>', 3, 'something was done');
$node->safe_psql('world', 'SELECT gov_run_maintenance()');
is(World::wrongs($node, 'world'), '', 'and after maintenance');
is($node->safe_psql('world', q{SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'}), '0', 'no lock is left');
# a BEGIN that was cancelled leaves its COMMIT alone; a process to be cancelled
# may have ended meanwhile
is(lines_like($node->logfile, qr/terminated by signal|PANIC:|TRAP:|WARNING: (?!.*(?:terminating|worker took too long|there is no transaction in progress|PID \d+ is not a PostgreSQL))/), '', 'no crash and no warning');

# --- sessions whose first statement is interrupted, caches being loaded --------------

# The limit ends with its transaction.  What ends that may take too long, too:
# then it has ended, but for a ROLLBACK.
my $text = "\\set ON_ERROR_STOP off\n" . join '', map {
	my $limit = "BEGIN;\nSET LOCAL statement_timeout = " . (1 + $_ % 6) . ";\n";
	"\\connect\n" . join('', map { "$limit$_;\nCOMMIT;\nROLLBACK;\n" }
		"SELECT gov_register_model('first', 'a$_')", "SELECT gov_log_event('first', 'one', 'first')", "SELECT gov_approve_model('first', 'a$_')")
	  . "SELECT gov_register_model('first', 'b$_');\nSELECT gov_log_event('first', 'two', 'first');\n"
} 1 .. 48;
my ($firsts, $first_errors) = ('', '');
IPC::Run::run([ 'psql', '-X', '-d', $node->connstr('world') ], '<', \$text, '>', \$firsts, '2>', \$first_errors);
my $broken = () = $first_errors =~ /statement timeout/g;
cmp_ok($broken, '>', 5, "$broken first statements interrupted");
is($node->safe_psql('world', q{SELECT count(*) FROM governance.model_versions WHERE model_id = 'first' AND version LIKE 'b%'}), '48', 'the session goes on');
is($node->safe_psql('world', q{SELECT count(*) FROM governance.audit_events AS e, governance.audit_log AS l WHERE e.incarnation <> l.incarnation}), '0', 'all events are of this life of the log');
$node->safe_psql('world', 'SELECT gov_run_maintenance()');
is(World::wrongs($node, 'world'), '', 'and get sealed');

# --- one statement of each kind, interrupted at each moment of it ------------------

# Twice what it takes in all, divided into moments.  A ROLLBACK may take too
# long, too, and is then followed by one without a limit.
sub at_each_moment
{
	my ($name, $before, $sql, $check) = @_;
	my $interrupted = 0;
	my $moments = $ENV{GOV_MOMENTS} // 25;
	my $text = "\\set ON_ERROR_STOP off\n";
	$text .= "BEGIN;\n$before;\nSET LOCAL statement_timeout = $_;\n$sql;\nROLLBACK;\nROLLBACK;\n" foreach map { 1 + int($_ * $_ / 10) } 0 .. $moments;
	my ($out, $err) = ('', '');
	my $was = World::fingerprint($node, 'postgres');
	IPC::Run::run([ 'psql', '-X', '-q', '-d', $node->connstr('postgres') ], '<', \$text, '>', \$out, '2>', \$err);
	$interrupted = () = $err =~ /due to statement timeout/g;
	is(join("\n", grep { !/statement timeout/ } $err =~ /^.*ERROR.*$/mg), '', "$name: interrupted $interrupted times, no other error");
	is(World::changes($node, 'postgres', $was, qw(audit_events audit_leaves audit_tiles audit_tree_heads)), '', "$name: nothing is left");
	is($node->safe_psql('postgres', 'SELECT bool_and(ok) FROM gov_audit_verify()'), 't', "$name: the trail verifies");
	return;
}
$node->safe_psql('postgres', q{SELECT gov_set_policy('audit.retention_days', '100')});
at_each_moment('seal', q{SELECT count(gov_log_event('a', 'b', 'c')) FROM generate_series(1, 2000)}, 'SELECT gov_audit_seal()');
at_each_moment('retire', 'SELECT 1', q{SELECT gov_audit_retire(clock_timestamp(), 'old')});
at_each_moment('report', 'SELECT 1', 'SELECT gov_compliance_report(30)');
at_each_moment('maintenance', q{SELECT gov_define_sla('model', 'm'); SELECT gov_observe_many('model', 'm', array_fill(2.0::float8, '{50000}'))}, 'SELECT gov_run_maintenance()');
at_each_moment('verify', 'SELECT 1', 'SELECT gov_audit_verify()');
like($node->safe_psql('postgres', q{SELECT gov_audit_retire(clock_timestamp(), 'old')}), qr/"retired": 3\d\d\d/, 'and then it can be done');

$node->stop;
done_testing();
