# Retention while everything else goes on: writers, sealers, checkpoints,
# verification and other retirements; crashes in the middle; a standby.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep);
use World;

my $node = PostgreSQL::Test::Cluster->new('retire');
$node->init(allows_streaming => 1);
# not preloaded: the sealers are those that are seen here
$node->append_conf('postgresql.conf', <<'CONF');
max_connections = 40
shared_buffers = 64MB
wal_keep_size = 1GB
CONF
$node->start;

sub ask { my ($sql) = @_; return $node->safe_psql('postgres', $sql); }

my $old = 60_000;
World::age($node, 'postgres', qq{
	CREATE EXTENSION governance;
	SELECT count(gov_log_event('retire', 'old', 'retire')) FROM generate_series(1, $old)});
$old = ask(q{SELECT count(*) FROM governance.audit_events});
ask(q{SELECT gov_set_policy('audit.retention_days', '100')});
ask(q{SELECT gov_audit_seal()});
is(ask(q{SELECT count(*) FROM governance.audit_seal_flags}), '0', 'the old events are sealed as they are');
$node->psql('postgres', q{SELECT gov_audit_checkpoint()});
my $size = ask(q{SELECT gov_audit_status() ->> 'tree_size'});
my $proof = "SELECT gov_audit_inclusion_proof(event_id, $size) FROM governance.audit_leaves WHERE leaf_index IN (0, 300, 50001) ORDER BY leaf_index";
my $proofs = ask($proof);

$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;

my $verified = q{SELECT coalesce(string_agg(detail, '; ') FILTER (WHERE NOT ok), 'verified') FROM gov_audit_verify()};
my $gone = "SELECT count(*) FROM governance.audit_leaves AS l WHERE NOT EXISTS (SELECT FROM governance.audit_events AS e WHERE e.event_id = l.event_id)";

local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;

# -- crashes in the middle: all of a retirement, or nothing ---------------------

for my $round (1 .. 3)
{
	my ($out, $err) = ('', '');
	my $retire = IPC::Run::start([ 'psql', '-X', '-d', 'postgres', '-c',
			q{BEGIN; SELECT gov_audit_retire(now(), 'crash'); SELECT pg_sleep(60)} ],
		'<', \undef, '>', \$out, '2>', \$err);
	usleep(int(rand(700_000)));
	$node->stop('immediate');
	eval { IPC::Run::finish($retire) };
	$node->start;
	is(ask($gone), '0', "crash $round: nothing is gone");
	is(ask($verified), 'verified', "crash $round: the log verifies");
}

# -- while everything else goes on -----------------------------------------------

my $dir = PostgreSQL::Test::Utils::tempdir;
my %script = (
	write => "SELECT FROM gov_log_event('retire', 'young', 'retire');\n",
	seal => "SELECT FROM gov_audit_seal();\n",
	checkpoint => "SELECT FROM gov_audit_checkpoint();\n",
	retire => "SELECT FROM gov_audit_retire(now(), 'in batches');\n\\sleep 300 ms\n",
	verify => qq{DO \$\$ DECLARE bad text; BEGIN
	SELECT string_agg(detail, '; ') INTO bad FROM gov_audit_verify() WHERE NOT ok;
	IF bad IS NOT NULL THEN RAISE EXCEPTION '%', left(bad, 500); END IF; END \$\$;\n});
append_to_file("$dir/$_", $script{$_}) foreach keys %script;
my @running;
foreach ([ 'write', 4 ], [ 'seal', 1 ], [ 'checkpoint', 1 ], [ 'retire', 2 ], [ 'verify', 2 ])
{
	my ($name, $clients) = @$_;
	my ($out, $err) = ('', '');
	push @running, [ $name, IPC::Run::start([ 'pgbench', '-n', '-T', 6, '-c', $clients, '-f', "$dir/$name", 'postgres' ],
			'<', \undef, '>', \$out, '2>', \$err), \$err ];
}
foreach (@running)
{
	my ($name, $handle, $err) = @$_;
	ok(IPC::Run::finish($handle), "$name ran") or diag(substr($$err, -2000));
}
# as many batches as it takes
ok($node->poll_query_until('postgres', q{SELECT (gov_audit_retire(now(), 'the rest') ->> 'retired')::int = 0}), 'the rest is retired');
ok($node->poll_query_until('postgres', q{SELECT (gov_audit_seal() ->> 'sealed')::int = 0}), 'and sealed');
is(ask($gone), $old, 'all that was old is gone, and nothing else');
is(ask(q{SELECT count(*) || ' ' || max(to_index) FROM governance.audit_retirements}), "2 $old",
	'in two retirements, though two sessions asked again and again');
is(ask(q{SELECT count(*) FROM governance.audit_events WHERE event_type = 'audit_log.retire'}), '2', 'each with its event');
is(ask($verified), 'verified', 'the log verifies');
is(ask($proof), $proofs, 'what was proven before is proven in the same way');
is(ask(q{SELECT count(*) FROM governance.audit_events AS e FULL JOIN governance.audit_leaves AS l USING (event_id)
	WHERE l.event_id IS NULL}), '0', 'every other event is a leaf');

# -- by a prepared transaction, and a savepoint: the guard stands afterwards ---------

my ($status, undef, $err) = $node->psql('postgres', q{
	BEGIN; SAVEPOINT s; SELECT gov_audit_retire(now(), 'none'); ROLLBACK TO s;
	DELETE FROM governance.audit_events;});
like($err, qr/the audit trail is append-only/, 'after a retirement that was undone nothing can be deleted');

# -- a standby -----------------------------------------------------------------------

$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', $verified), 'verified', 'on a standby the log verifies');
is($standby->safe_psql('postgres', $proof), $proofs, 'proofs are the same');
(undef, undef, $err) = $standby->psql('postgres', q{SELECT gov_audit_retire(now(), 'there')});
like($err, qr/cannot execute gov_audit_retire\(\) (?:during recovery|in a read-only transaction)/, 'nothing is retired there');
$standby->stop;
$node->stop;
done_testing();
