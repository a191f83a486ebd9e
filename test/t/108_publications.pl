# A publication of all tables stops nothing: every table's rows can be named in
# what is published, and a job of the worker that fails delays no other.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;

my $node = PostgreSQL::Test::Cluster->new('published');
$node->init(allows_streaming => 'logical');
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.seal_interval = '100ms'
CONF
$node->start;
sub ask { return $node->safe_psql('postgres', $_[0]); }
ask('CREATE EXTENSION governance');
ask(q{SELECT gov_define_sla('model', 'risk'); SELECT gov_set_policy('sla.keep_raw', 'true')});
ask('CREATE PUBLICATION everything FOR ALL TABLES');

is( ask(q{
		SELECT string_agg(c.relname, ' ' ORDER BY c.relname)
		FROM pg_class AS c
		WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'r' AND c.relreplident <> 'f'
			AND NOT EXISTS (SELECT FROM pg_index AS i
				WHERE i.indrelid = c.oid AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END)}),
	'', 'every table has a replica identity');
my @tables = split /\n/, ask(q{SELECT c.oid::regclass FROM pg_class AS c WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'r' AND c.relname <> 'sla_observations'});
foreach my $table (@tables)
{
	my ($rc, $out, $err) = $node->psql('postgres', "BEGIN; DELETE FROM $table WHERE false; ROLLBACK", on_error_stop => 1);
	is("$rc $err", '0 ', "rows of $table may go");
}

# what the worker deletes: deltas when it folds them, raw observations past their time
ask(q{SELECT gov_observe('model', 'risk', 5); SELECT gov_observe_many('model', 'risk', '{1,2,3}')});
ok($node->poll_query_until('postgres', 'SELECT NOT EXISTS (SELECT FROM governance.sla_deltas)'), 'deltas are folded');
is(ask('SELECT sum(observations) FROM governance.sla_minutes'), '4', 'all of them');
ask('DELETE FROM governance.sla_raw_observations');
is(ask('SELECT count(*) FROM governance.sla_raw_observations'), '0', 'raw observations go');

# --- a job that fails delays no other ------------------------------------------------

# As a publication of a table without identity would: folding fails each time.
ask('ALTER TABLE governance.sla_deltas REPLICA IDENTITY NOTHING');
my $log_start = -s $node->logfile;
ask(q{SELECT gov_observe('model', 'risk', 5); SELECT gov_log_event('publications', 'begin', NULL)});
$node->wait_for_log(qr/cannot delete from table "sla_deltas".*?job "sla_fold"/s, $log_start);
ok($node->poll_query_until('postgres', q{SELECT gov_health() -> 'components' ->> 'worker' ~ '^degraded: jobs fail: "sla_fold" \([0-9]+ in a row\); the server log says why$'}),
	'health names the job');

# Each event is sealed by a visit of its own.  Were the visits to wait with the
# job, each would see it fail.
my $failures = sub { return scalar(() = slurp_file($node->logfile, $log_start) =~ /cannot delete from table "sla_deltas"/g); };
my $before = $failures->();
my $sealed = 0;
ok( wait_until(sub {
		ask(q{SELECT gov_log_event('publications', 'go on', NULL)});
		$node->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'}) or return 0;
		return ++$sealed >= $failures->() - $before + 4;
	}), 'visits go on without it');

ask('ALTER TABLE governance.sla_deltas REPLICA IDENTITY FULL');
ok($node->poll_query_until('postgres', q{SELECT NOT EXISTS (SELECT FROM governance.sla_deltas) AND gov_health() -> 'components' ->> 'worker' = 'operational'}),
	'when its cause is gone it makes up for it');

# by hand: the others are done, and what it says is in the result
ask('ALTER TABLE governance.sla_deltas REPLICA IDENTITY NOTHING');
ask(q{ALTER SYSTEM SET governance.worker = off});
$node->restart;
ask(q{SELECT gov_observe('model', 'risk', 5); SELECT gov_log_event('publications', 'by hand', NULL)});
my ($rc, $out, $err) = $node->psql('postgres', q{SELECT r -> 'sla_fold' ->> 'error', (r -> 'seal' ->> 'sealed')::int > 0, r -> 'seal' ? 'error' FROM gov_run_maintenance() AS r});
is($out, 'cannot delete from table "sla_deltas" because it does not have a replica identity and publishes deletes|t|f', 'by hand it fails alone, too');
like($err, qr/WARNING:  job "sla_fold" failed: cannot delete from table "sla_deltas".*\nHINT:  To enable deleting from the table, set REPLICA IDENTITY/s, 'and warns');
is(ask(q{SELECT gov_audit_status() ->> 'unsealed_events'}), '0', 'the others did theirs');
is(ask('SELECT count(*) FROM governance.sla_deltas'), '1', 'nothing of it is lost');

$node->stop;
done_testing();
