# A crash right after CREATE EXTENSION, a prepared transaction being open:
# event ids are not given out again, denied attempts are events soon, and what
# was prepared is sealed once it is committed.
use strict;
use warnings;
use Log;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('young');
$node->init;
# a sequence of the transaction that made it is in no WAL record then
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
max_prepared_transactions = 5
wal_level = minimal
max_wal_senders = 0
governance.seal_interval = '200ms'
CONF
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	INSERT INTO governance.users (user_id) VALUES ('ann'), ('bob');
	BEGIN;
	INSERT INTO governance.user_roles (user_id, role) VALUES ('ann', 'operator');
	PREPARE TRANSACTION 'assign'});
$node->stop('immediate');
my $log_start = -s $node->logfile;
$node->start;

my ($status, undef, undef) = $node->psql('postgres',
	q{SELECT gov_begin_as('gov_1111111111111111111111111111111111111111111')});
isnt($status, 0, 'a wrong token fails');
ok($node->poll_query_until('postgres',
		q{SELECT count(*) = 1 FROM governance.audit_events WHERE event_type = 'access.denied'}),
	'and is an event, though a transaction is prepared');
is(lines_like($node->logfile, qr/ERROR:  (?!the credentials)/, $log_start), '',
	'no visit failed: event ids were not given out again');

$node->safe_psql('postgres', q{COMMIT PREPARED 'assign'});
is($node->safe_psql('postgres', q{SELECT gov_has_permission('ann', 'model:deploy')}),
	't', 'what was prepared counts');
ok($node->poll_query_until('postgres', q{
		SELECT (gov_audit_status() ->> 'unsealed_events') = '0'
			AND EXISTS (SELECT FROM governance.audit_leaves AS l JOIN governance.audit_events AS e USING (event_id)
				WHERE e.resource = 'user_role/ann:operator')}),
	'and is sealed');
is($node->safe_psql('postgres', q{SELECT bool_and(ok) FROM gov_audit_verify()}),
	't', 'the log verifies');
$node->stop;
done_testing();
