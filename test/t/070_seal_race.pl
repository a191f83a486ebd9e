# Sixteen clients write, roll back and use savepoints, one transaction lasts,
# one is prepared, and two sessions seal all the while: each committed event
# becomes a leaf once, none is missed, and the log verifies.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('race');
$node->init;
# not preloaded: the sealers are those that are seen here
$node->append_conf('postgresql.conf', <<'CONF');
max_prepared_transactions = 5
max_connections = 60
CONF
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE TABLE written (event_id bigint);
	CREATE FUNCTION note(what text) RETURNS void LANGUAGE sql AS
	$$INSERT INTO written SELECT event_id FROM gov_log_event('race', what, 'race')$$;
});

# What the clients do, in files for pgbench.
my $dir = PostgreSQL::Test::Utils::tempdir;
my %script = (
	commit   => q{SELECT note('plain');},
	several  => q{BEGIN; SELECT note('a'); SELECT note('b'); SELECT pg_sleep(random() / 20); SELECT note('c'); COMMIT;},
	rollback => q{BEGIN; SELECT note('never'); SELECT pg_sleep(random() / 50); ROLLBACK;},
	savepoint => q{BEGIN; SELECT note('a');
		SAVEPOINT s; SELECT note('kept'); RELEASE s;
		SAVEPOINT s; SELECT note('never'); ROLLBACK TO s;
		SAVEPOINT t; SAVEPOINT u; SELECT note('kept'); RELEASE u; RELEASE t; COMMIT;},
	seal => q{SELECT gov_audit_seal();});
foreach my $name (keys %script)
{
	(my $text = $script{$name}) =~ s/;\s*/;\n/g;
	append_to_file("$dir/$name", $text);
}

sub in_background
{
	my (@command) = @_;
	my ($out, $err) = ('', '');
	my $handle = IPC::Run::start(\@command, '<', \undef, '>', \$out, '2>', \$err);
	return [ $handle, \$err ];
}

sub ended_well
{
	my ($background, $name) = @_;
	ok(IPC::Run::finish($background->[0]), $name)
	  or diag(${ $background->[1] });
	return;
}

local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
my @pgbench = ('pgbench', '-n');

# A prepared transaction, from before the first seal until after the last.
$node->safe_psql('postgres', q{BEGIN; SELECT note('prepared'); PREPARE TRANSACTION 'race';});
my $sealers = in_background(@pgbench, '-c', 2, '-T', 14, '-f', "$dir/seal", 'postgres');
my $writers = in_background(@pgbench, '-c', 16, '-T', 11, '-f', "$dir/commit\@4",
	'-f', "$dir/several\@2", '-f', "$dir/rollback\@2", '-f', "$dir/savepoint\@2", 'postgres');
# Ten seconds, and more events at its end than one batch holds.
my $long = in_background('psql', '-X', '-q', '-d', 'postgres', '-v', 'ON_ERROR_STOP=1',
	'-c', q{BEGIN; SELECT note('long'); SELECT pg_sleep(10);
		SELECT note('long') FROM generate_series(1, 60000) AS i; COMMIT;});
ended_well($writers, 'writers ran');
ended_well($long, 'the long transaction ran');
ended_well($sealers, 'sealers ran');

is($node->safe_psql('postgres', q{SELECT count(*) FROM governance.audit_leaves JOIN governance.audit_events AS e USING (event_id)
	WHERE e.action = 'prepared'}), '0', 'a prepared transaction is not sealed');
cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM governance.audit_tree_heads}), '>', 2,
	'several batches were sealed meanwhile');
$node->safe_psql('postgres', q{COMMIT PREPARED 'race'});
# as many batches as it takes
ok($node->poll_query_until('postgres', q{SELECT (gov_audit_seal() ->> 'sealed')::int = 0}), 'what is left gets sealed');

my $counts = $node->safe_psql('postgres', q{
	SELECT count(w.event_id), count(*) FILTER (WHERE l.event_id IS NULL), count(*) FILTER (WHERE e.event_id IS NULL)
	FROM written AS w LEFT JOIN governance.audit_leaves AS l USING (event_id)
	LEFT JOIN governance.audit_events AS e USING (event_id)});
my ($written, $unsealed, $lost) = split /\|/, $counts;
cmp_ok($written, '>', 60000, "the clients wrote: $written events");
is($unsealed, 0, 'no committed event was missed');
is($lost, 0, 'no committed event was lost');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM governance.audit_events AS e FULL JOIN governance.audit_leaves AS l USING (event_id)
	WHERE e.event_id IS NULL OR l.event_id IS NULL}), '0', 'leaves are the events, each once');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM governance.audit_events WHERE action = 'never'}), '0', 'nothing that was undone is there');
cmp_ok($node->safe_psql('postgres', q{
	SELECT count(*) FROM governance.audit_tree_heads WHERE base_snapshot IS NOT NULL}), '>', 0,
	'a batch that was full was gone on with');
is($node->safe_psql('postgres', q{SELECT bool_and(ok) FROM gov_audit_verify()}), 't', 'the log verifies');
is($node->safe_psql('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events'}), '0', 'nothing is left');

# Another incarnation: its transactions begin anew, and what the last one left
# is sealed first.
$node->safe_psql('postgres', q{SELECT note('left') FROM generate_series(1, 3)});
$node->safe_psql('postgres', q{
	ALTER TABLE governance.audit_log DISABLE TRIGGER ALL;
	UPDATE governance.audit_log SET incarnation = incarnation + 1;
	ALTER TABLE governance.audit_log ENABLE ALWAYS TRIGGER guard, ENABLE ALWAYS TRIGGER guard_truncate;
});
$node->safe_psql('postgres', q{SELECT note('new')});
is($node->safe_psql('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events'}), '4', 'the tail counts as unsealed');
is($node->safe_psql('postgres', q{SELECT bool_and(ok) FROM gov_audit_verify()}), 't', 'and is none of what was added');
like($node->safe_psql('postgres', q{SELECT gov_audit_seal()}), qr/"sealed": 4,/, 'tail and new events are sealed');
is($node->safe_psql('postgres', q{SELECT string_agg(e.action, ' ' ORDER BY l.leaf_index) FROM governance.audit_leaves AS l
	JOIN governance.audit_events AS e USING (event_id) WHERE e.action IN ('left', 'new')}), 'left left left new',
	'the tail comes first');
is($node->safe_psql('postgres', q{SELECT bool_and(ok) FROM gov_audit_verify()}), 't', 'the log verifies');

# A log whose snapshot is ahead of the server was restored: nothing is sealed.
my ($status, undef, $stderr) = $node->psql('postgres', q{
	BEGIN;
	ALTER TABLE governance.audit_tree_heads DISABLE TRIGGER ALL;
	UPDATE governance.audit_tree_heads SET snapshot = '9000000000:9000000000:'
	WHERE tree_size = (SELECT max(tree_size) FROM governance.audit_tree_heads);
	SELECT gov_audit_seal();});
like($stderr, qr/transactions that this server has not had yet/, 'a log of another server is not sealed');

$node->stop;
done_testing();
