# A subscription to all sequences of another database, which PostgreSQL 19 has, sets
# ours to what they are there: a governed write fails and names what lifts them, and
# gov_health() tells of it.  Once they are lifted, everything goes on.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($there, $here) = map { PostgreSQL::Test::Cluster->new($_) } qw(there here);
plan skip_all => 'publications of sequences are of PostgreSQL 19 and newer' if $here->pg_version->major < 19;
foreach my $node ($there, $here)
{
	$node->init(allows_streaming => 'logical');
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'\ngovernance.worker = off");
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION governance');
}
sub ask { return $here->safe_psql('postgres', $_[0]); }

# told($component): what gov_health() says of it.
sub told { return ask("SELECT gov_health() #>> '{components,$_[0]}'"); }

# refused($statement): it meets a number that is taken, and is told what to do.
sub refused
{
	my ($statement) = @_;
	my (undef, undef, $err) = $here->psql('postgres', $statement, extra_params => [ '-v', 'VERBOSITY=verbose' ]);
	like($err, qr/^psql:<stdin>:1: ERROR:  23505: .*^HINT:  .*gov_repair_sequences\(\)/ms, $statement);
	return;
}

ask(q{SELECT count(gov_create_user('user' || i, NULL)) FROM generate_series(1, 50) AS i});
ask(q{SELECT count(gov_report_incident('other', 'info', 'incident ' || i, 'one', 'test')) FROM generate_series(1, 50) AS i});
is(told('audit'), 'operational', 'before, all is well');
my $newest = ask('SELECT max(event_id) FROM governance.audit_events');

$there->safe_psql('postgres', 'CREATE PUBLICATION numbers FOR ALL SEQUENCES');
ask('CREATE SUBSCRIPTION numbers CONNECTION $$' . $there->connstr('postgres') . '$$ PUBLICATION numbers');
my $set = q{SELECT count(*) > 0 AND bool_and(srsubstate = 'r') FROM pg_subscription_rel};
ok($here->poll_query_until('postgres', $set), 'the sequences are set');
cmp_ok(ask('SELECT last_value FROM governance.audit_events_event_id_seq'), '<', $newest, 'to numbers that are taken');

foreach my $time ('at first', 'refreshed')
{
	like(told('audit'), qr/sequence governance\.audit_events_event_id_seq is behind its table: gov_repair_sequences\(\) lifts it/, "$time: gov_health() tells");
	refused(q{SELECT gov_create_user('refused', NULL)});
	refused(q{INSERT INTO governance.users (user_id) VALUES ('refused')});
	is(ask(q{SELECT count(*) FROM governance.users WHERE user_id = 'refused'}), '0', "$time: nothing of them remains");

	is(ask(q{SELECT gov_repair_sequences() ?& '{audit_events_event_id_seq,incidents_incident_id_seq}'}), 't', "$time: lifted");
	is(told('audit'), 'operational', "$time: gov_health() is content");
	ask(q{SELECT gov_report_incident('other', 'info', 'another', 'one', 'test')});
	ask('SELECT gov_audit_seal()');
	is(ask('SELECT bool_and(ok) FROM gov_audit_verify()'), 't', "$time: the trail verifies");
	next if $time ne 'at first';
	ask('ALTER SUBSCRIPTION numbers REFRESH SEQUENCES');
	ok($here->poll_query_until('postgres', $set), 'they are set again');
}

# without the subscription nothing sets them again
ask('DROP SUBSCRIPTION numbers');
ask(q{SELECT gov_log_event('test', 'after', 'the subscription')});
is(told('audit'), 'operational', 'and it stays so');
$_->stop foreach $here, $there;
done_testing();
