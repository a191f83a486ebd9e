# The worker numbers events after they have committed: a consumer that reads on
# from the highest number it has seen misses nothing and sees nothing twice,
# while transactions last, are rolled back, prepared, and the server is killed.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(usleep time);
use Wait;

my $node = PostgreSQL::Test::Cluster->new('outbox');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.seal_interval = 100ms
max_prepared_transactions = 5
synchronous_commit = off
client_min_messages = warning
CONF
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE FUNCTION tell(what text) RETURNS void LANGUAGE sql AS
	$$SELECT FROM gov_report_incident('other', 'info', what, '', 'outbox')$$;
});

my $dir = PostgreSQL::Test::Utils::tempdir;
my %script = (
	commit   => q{SELECT tell('plain');},
	slow     => q{BEGIN; SELECT tell('a'); SELECT pg_sleep(random() / 5); SELECT tell('b'); COMMIT;},
	rollback => q{BEGIN; SELECT tell('never'); SELECT pg_sleep(random() / 50); ROLLBACK;},
	subs     => q{BEGIN; SAVEPOINT s; SELECT tell('never'); ROLLBACK TO s; SELECT tell('c'); COMMIT;},
	hand     => q{SELECT gov_run_maintenance();});
foreach my $name (keys %script)
{
	(my $text = $script{$name}) =~ s/;\s*/;\n/g;
	append_to_file("$dir/$name", $text);
}
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;

sub in_background
{
	my (@command) = @_;
	my ($out, $err) = ('', '');
	return IPC::Run::start(\@command, '<', \undef, '>', \$out, '2>', \$err);
}

# The consumer: what it has read so far, by number.
my $last = 0;
my (@read, %times);

sub consume
{
	my ($rc, $out) = $node->psql('postgres',
		"SELECT published_no, id FROM governance.events WHERE published_no > $last ORDER BY published_no");
	return 0 if $rc;
	my $count = 0;
	foreach (split /\n/, $out)
	{
		my ($no, $id) = split /\|/;
		push @read, [ $no, $id ];
		$times{$id}++;
		$last = $no;
		$count++;
	}
	return $count;
}

sub consume_all
{
	my ($what) = @_;
	wait_until(sub {
		consume();
		my $left = $node->safe_psql('postgres', 'SELECT count(*) FROM governance.events WHERE published_no IS NULL');
		return $left == 0 && !consume();
	});
	is(scalar(grep { $read[$_][0] != $_ + 1 } 0 .. $#read), 0, "$what: numbers from 1 without a gap, in order");
	is(scalar(grep { $_ != 1 } values %times), 0, "$what: no event was read twice");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM governance.events'), scalar(@read), "$what: none was missed");
	return;
}

# One transaction lasts, one is prepared; many are short; two more sessions run
# the job by hand beside the worker.
$node->safe_psql('postgres', q{BEGIN; SELECT tell('prepared'); PREPARE TRANSACTION 'outbox';});
my $long = in_background('psql', '-X', '-q', '-d', 'postgres', '-c',
	q{BEGIN; SELECT tell('long'); SELECT pg_sleep(5); SELECT tell('long'); COMMIT;});
$node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'});
my @writers = ('pgbench', '-n', '-c', 6, '-T', 6, '-f', "$dir/commit\@4",
	'-f', "$dir/slow\@3", '-f', "$dir/rollback\@1", '-f', "$dir/subs\@1", 'postgres');
my $rounds = 0;
while ($rounds < 10)
{
	my $writers = in_background(@writers);
	my $hands = in_background('pgbench', '-n', '-c', 2, '-T', 6, '-R', 5, '-f', "$dir/hand", 'postgres');
	while ($writers->pumpable)
	{
		$writers->pump_nb;
		$rounds++ if consume();
		usleep(20_000);
	}
	ok(IPC::Run::finish($writers), "writers ran; the consumer has read in $rounds rounds");
	ok(IPC::Run::finish($hands), 'the job ran by hand');
}
ok(IPC::Run::finish($long), 'the long transaction ran');
consume_all('concurrent writers');
is($node->safe_psql('postgres', q{SELECT count(*) FROM governance.events WHERE data ->> 'title' = 'never'}), '0',
	'nothing that was undone was told');

# By the order of writing a consumer would have missed some.
cmp_ok($node->safe_psql('postgres', q{
	SELECT count(*) FROM (SELECT event_no < max(event_no) OVER (ORDER BY published_no) AS late FROM governance.events) AS e
	WHERE late}), '>', 0, 'some became visible after later ones');
is($node->safe_psql('postgres', q{SELECT count(*) FROM governance.events WHERE data ->> 'title' = 'prepared'}), '0',
	'a prepared transaction is not told of');
$node->safe_psql('postgres', q{COMMIT PREPARED 'outbox'});
ok($node->poll_query_until('postgres',
		q{SELECT count(published_no) = 1 FROM governance.events WHERE data ->> 'title' = 'prepared'}),
	'... until it commits');
consume_all('prepared');

# Who numbers keeps others from it until the end of the transaction: they wait
# by hand, or leave it, and nobody runs into a number that is given already.
my $first = $node->background_psql('postgres');
$first->query_safe(q{BEGIN; SELECT tell('first'); SELECT gov_run_maintenance()});
$node->safe_psql('postgres', q{SELECT tell('second')});
my $next = in_background('psql', '-X', '-q', '-d', 'postgres', '-c', 'SELECT gov_run_maintenance()');
ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query = 'SELECT gov_run_maintenance()'}),
	'another one waits for its turn');
$first->query_safe('COMMIT');
$first->quit;
ok(IPC::Run::finish($next), 'and has it when the first has committed');
consume_all('turns');
unlike(slurp_file($node->logfile), qr/events_published_no_key/, 'no number was given twice');

# One notification a batch, with the highest number.
my ($in, $out, $err) = ('', '', '');
my $listener = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-d', 'postgres' ], '<', \$in, '>', \$out, '2>', \$err,
	IPC::Run::timeout($PostgreSQL::Test::Utils::timeout_default));
$in .= "LISTEN governance_events; SELECT 'ready';\n";
$listener->pump until $out =~ /ready/;
my $before = $last;
$node->safe_psql('postgres', q{SELECT count(tell('batch')) FROM generate_series(1, 100)});
ok($node->poll_query_until('postgres',
		q{SELECT count(*) = 100 FROM governance.events WHERE data ->> 'title' = 'batch' AND published_no IS NOT NULL}),
	'the worker publishes');
# A session is told a moment after others see the rows, and psql prints what it
# was told behind its next statement: all that one transaction announced.
my (@heard, $asked);
my $ask = sub {
	$in .= "SELECT 'asked " . ++$asked . "';\n";
	$listener->pump until $out =~ /^asked $asked$/m;
	return @heard = $out =~ /"governance_events" with payload "(\d+)"/g;
};
ok(wait_until($ask), 'who listens is told');
$ask->();
is_deeply(\@heard, [ $before + 100 ], 'one notification for a hundred events of one transaction');
$in .= "\\q\n";
$listener->finish;
consume_all('a batch');

# Killed at any moment: a number that was read stays with its event.
for my $kill (1 .. 3)
{
	my $writers = in_background('pgbench', '-n', '-c', 4, '-T', 600, '-f', "$dir/commit", 'postgres');
	my $until = time + 1 + rand;
	while (time < $until) { consume(); }
	$node->stop('immediate');
	eval { IPC::Run::finish($writers) };
	$node->start;
	my %now = map { split /\|/ } split /\n/,
	  $node->safe_psql('postgres', 'SELECT published_no, id FROM governance.events WHERE published_no IS NOT NULL');
	is(scalar(grep { ($now{ $_->[0] } // '') ne $_->[1] } @read), 0, "kill $kill: what was read is there, under its number");
}
consume_all('after kills');

# Where commits wait for no disk, that of the numbers does: what a consumer has
# read is not given to another event after a crash, though there is one that was
# written before it and was not to be seen, being prepared.  Sealing waits as
# well, so that is done before.  Nothing else writes the log here: its writer
# sleeps, the worker, vacuum and the background writer do nothing.  So what has
# not been flushed is lost with the server.
$node->append_conf('postgresql.conf', <<'CONF');
governance.worker = off
autovacuum = off
synchronous_commit = off
wal_writer_delay = 10s
wal_writer_flush_after = 1GB
bgwriter_lru_maxpages = 0
checkpoint_timeout = 1h
CONF
$node->restart;
my $lost = 0;
foreach my $try (1 .. 10)
{
	# by itself and in a transaction; all of it in one session, so it takes no time
	my $number = $try % 2 ? 'SELECT gov_run_maintenance()' : 'BEGIN; SELECT gov_run_maintenance(); COMMIT';
	my $said = $node->safe_psql('postgres', qq{
		CHECKPOINT;
		BEGIN;
		SELECT tell('hidden');
		PREPARE TRANSACTION 'outbox';
		SELECT tell('before');
		SELECT gov_audit_seal();
		$number;
		SELECT published_no, id FROM governance.events ORDER BY published_no DESC NULLS LAST LIMIT 1;
		SELECT tell('lost $try');});
	$node->stop('immediate');
	my ($no, $id) = $said =~ /^(\d+)\|(\S+)$/m or die $said;
	$node->start;
	# where a commit that nobody waited for is lost, all that is there was waited for
	$lost++ if $node->safe_psql('postgres', qq{SELECT count(*) = 0 FROM governance.events WHERE data ->> 'title' = 'lost $try'}) eq 't';
	$node->safe_psql('postgres', qq{COMMIT PREPARED 'outbox'; $number});
	is($node->safe_psql('postgres', "SELECT id FROM governance.events WHERE published_no = $no"), $id,
		"crash $try: number $no is of the event that was read under it");
	last if $lost >= 2;
}
is($lost, 2, 'what nobody waited for was lost');
consume_all('after crashes');

$node->stop;
done_testing();
