# Prepared transactions and pooled connections: a binding never outlives its
# transaction, a revocation takes effect when it commits.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf(
	'postgresql.conf', qq{
shared_preload_libraries = 'governance'
max_prepared_transactions = 5
log_statement = none
});
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE ROLE pool LOGIN;
	INSERT INTO governance.roles (role) VALUES ('pooler');
	INSERT INTO governance.role_permissions (role, permission) VALUES ('pooler', 'actor:impersonate');
	INSERT INTO governance.users (user_id, db_role) VALUES ('pool', 'pool'), ('ann', NULL), ('bob', NULL);
	INSERT INTO governance.user_roles (user_id, role) VALUES
		('pool', 'pooler'), ('ann', 'operator'), ('bob', 'analyst')});

sub has
{
	my ($session) = @_;
	return $session->query(q{SELECT gov_has_permission('ann', 'model:deploy')});
}

# -- a pooled connection: one session, many people -----------------------------

my $pooled = $node->background_psql('postgres',
	extra_params => [ '-U', 'pool' ], on_error_stop => 0);
my $who = q{SELECT gov_current_actor()};

is($pooled->query($who), 'pool', 'the login itself');
$pooled->query('BEGIN');
$pooled->query(q{SELECT gov_set_actor('ann')});
is($pooled->query($who), 'ann', 'ann in her transaction');
$pooled->query('COMMIT');
is($pooled->query($who), 'pool', 'nobody else after COMMIT');

$pooled->query('BEGIN');
is($pooled->query($who), 'pool', 'the next client starts as the login');
is( $pooled->query(q{SELECT gov_can('model:deploy')}),
	'f', 'without what ann may do');
$pooled->query(q{SELECT gov_set_actor('bob')});
is($pooled->query($who), 'bob', 'and becomes bob');
is( $pooled->query(q{SELECT gov_can('audit:read')}),
	't', 'with what bob may do');
$pooled->query('ROLLBACK');
is($pooled->query($who), 'pool', 'nobody else after ROLLBACK');

# a client that fails, and one whose connection is handed on as it failed
$pooled->query('BEGIN');
$pooled->query(q{SELECT gov_set_actor('ann')});
$pooled->query('SELECT 1/0');
$pooled->{stderr} = '';
$pooled->query('ROLLBACK');
is($pooled->query($who), 'pool', 'nobody else after an error');

# a binding taken back with its savepoint does not come back
$pooled->query('BEGIN; SAVEPOINT s');
$pooled->query(q{SELECT gov_set_actor('ann')});
$pooled->query('ROLLBACK TO s');
is($pooled->query($who), 'pool', 'nobody else after ROLLBACK TO');
$pooled->query(q{SELECT gov_set_actor('bob')});
is($pooled->query($who), 'bob', 'so another client may be bound');
$pooled->query('COMMIT');

# a token too
my $token = $node->safe_psql('postgres',
	q{SELECT gov_create_api_token('ann', 'pooled')});
$pooled->query('BEGIN');
is($pooled->query("SELECT gov_begin_as('$token')"), 'ann', 'ann by her token');
$pooled->query('COMMIT');
is($pooled->query($who), 'pool', 'for one transaction');

# -- PREPARE TRANSACTION -----------------------------------------------------

$pooled->query('BEGIN');
$pooled->query(q{SELECT gov_set_actor('ann')});
$pooled->query(q{SELECT gov_log_event('probe', 'prepare', 'x')});
$pooled->query(q{PREPARE TRANSACTION 'of ann'});
is($pooled->query($who), 'pool', 'a prepared transaction keeps its actor to itself');
$pooled->query('BEGIN');
$pooled->query(q{SELECT gov_set_actor('bob')});
is($pooled->query($who), 'bob', 'and is no binding of the next one');
$pooled->query('COMMIT');
$pooled->query(q{COMMIT PREPARED 'of ann'});
is($pooled->query($who), 'pool', 'nor does COMMIT PREPARED bring it back');
$pooled->quit;
is( $node->safe_psql('postgres', q{
	SELECT actor, evidence, db_role FROM governance.audit_events WHERE event_type = 'probe'}),
	'ann|asserted|pool', 'its event says who it was');

# -- a revocation in a prepared transaction -------------------------------------

my $watcher = $node->background_psql('postgres', on_error_stop => 1);
my $snapshot = $node->background_psql('postgres', on_error_stop => 1);
$snapshot->query_safe('BEGIN ISOLATION LEVEL REPEATABLE READ');
is(has($watcher), 't', 'ann may deploy');
is(has($snapshot), 't', 'also in a REPEATABLE READ transaction');

$node->safe_psql('postgres', q{
	BEGIN;
	DELETE FROM governance.user_roles WHERE user_id = 'ann';
	PREPARE TRANSACTION 'revoke'});
is(has($watcher), 't', 'a prepared revocation is none yet');
$node->safe_psql('postgres', q{COMMIT PREPARED 'revoke'});
is(has($watcher), 'f', 'COMMIT PREPARED makes it one');
is(has($snapshot), 'f', 'for transactions that began before, too');
$snapshot->query_safe('COMMIT');

$node->safe_psql('postgres', q{
	BEGIN;
	INSERT INTO governance.user_roles (user_id, role) VALUES ('ann', 'operator');
	PREPARE TRANSACTION 'assign'});
$node->safe_psql('postgres', q{ROLLBACK PREPARED 'assign'});
is(has($watcher), 'f', 'ROLLBACK PREPARED gives nothing');

# it survives a restart, and takes effect in sessions that came later
$node->safe_psql('postgres', q{
	BEGIN;
	INSERT INTO governance.user_roles (user_id, role) VALUES ('ann', 'operator');
	PREPARE TRANSACTION 'assign'});
$watcher->quit;
$snapshot->quit;
$node->stop('immediate');
$node->start;
$watcher = $node->background_psql('postgres', on_error_stop => 1);
is(has($watcher), 'f', 'an assignment prepared before a crash');
$node->psql('postgres', q{SELECT gov_begin_as('not a token')});
ok($node->poll_query_until('postgres',
		q{SELECT count(*) = 1 FROM governance.audit_events WHERE event_type = 'access.denied'}),
	'does not keep a denied attempt from being an event');
$node->safe_psql('postgres', q{COMMIT PREPARED 'assign'});
is(has($watcher), 't', 'counts from its COMMIT PREPARED on');
$watcher->quit;

# -- what the log keeps of tokens (log_statement would write all of it) ------------------------

my ($status, undef, undef) = $node->psql('postgres',
	q{SELECT gov_begin_as('gov_1111111111111111111111111111111111111111111')});
isnt($status, 0, 'a wrong token fails');
$node->psql('postgres',
	"SELECT gov_begin_as('$token'); SELECT * FROM no_such_table");
# one message of two statements: the error comes after the token was seen
$node->psql('postgres', "SELECT gov_begin_as('$token') \\; SELECT 1/n FROM (SELECT count(*) FROM pg_class WHERE false) AS c(n)");
$node->psql('postgres',
	"DO \$\$ BEGIN EXECUTE 'SELECT gov_begin_as(''gov_2222222222222222222222222222222222222222222'')'; END \$\$");
my $log = slurp_file($node->logfile);
unlike($log, qr/gov_1{43}/, 'a wrong token is not in the log');
unlike($log, qr/gov_2{43}/, 'not by the context of a function either');
unlike($log, qr/\Q$token\E/, 'nor a right one beside a later error');
like($log, qr/STATEMENT:\s+SELECT gov_begin_as\(\.\.\.\)/, 'what stands there instead');
$node->stop;
done_testing();
