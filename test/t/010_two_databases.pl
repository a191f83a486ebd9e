# Two databases of one cluster don't disturb each other; another schema for
# the functions works; DROP EXTENSION leaves nothing behind.

use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('main');
$node->init;
$node->append_conf('postgresql.conf',
	"shared_preload_libraries = 'governance'");
$node->start;

# Every catalog that an extension may leave something in.
my $count = join ' UNION ALL ',
  map { "SELECT '$_' AS catalog, count(*) AS n FROM pg_catalog.$_" }
  qw(pg_am pg_aggregate pg_attrdef pg_attribute pg_cast pg_class
  pg_constraint pg_default_acl pg_depend pg_description pg_event_trigger
  pg_extension pg_index pg_init_privs pg_namespace pg_opclass pg_operator
  pg_opfamily pg_policy pg_proc pg_rewrite pg_seclabel pg_sequence
  pg_shdepend pg_statistic pg_statistic_ext pg_trigger pg_type);

sub catalogs
{
	my ($database) = @_;
	return $node->safe_psql($database, "$count ORDER BY 1");
}

# The SQLSTATE of a statement that fails, run as a role.
sub refused
{
	my ($database, $role, $sql) = @_;
	my ($status, undef, $err) = $node->psql($database, $sql,
		extra_params =>
		  [ '-U', $role, '-v', 'VERBOSITY=sqlstate' ]);
	return $1 if $status != 0 && $err =~ /ERROR:\s+(\w{5})/;
	return "none: $err";
}

$node->safe_psql('postgres', 'CREATE ROLE ann LOGIN; CREATE ROLE bob LOGIN');
$node->safe_psql('postgres', "CREATE DATABASE $_") for qw(one two empty);
my %before = map { $_ => catalogs($_) } qw(one two);

# Statistics of the catalogs come and go: they say nothing here.
$node->safe_psql('postgres', "ALTER SYSTEM SET autovacuum = off");
$node->reload;

# -- two installations -----------------------------------------------------

$node->safe_psql('one', 'CREATE EXTENSION governance');
$node->safe_psql('two',
	'CREATE SCHEMA gov; CREATE EXTENSION governance SCHEMA gov;'
	  . ' GRANT USAGE ON SCHEMA gov TO PUBLIC');

is( $node->safe_psql('two',
		q{SELECT DISTINCT pronamespace::regnamespace FROM pg_proc
		  WHERE proname LIKE 'gov\_%'}),
	'gov', 'functions lie in the schema that was named');
is( $node->safe_psql('two', "SELECT gov.gov_can('user:manage')"),
	't', 'and work there, search_path or not');
is( $node->safe_psql('two', 'SELECT count(*) FROM gov.gov_api_tokens()'),
	'0', 'those written in SQL too');
is( $node->safe_psql('two',
		q{SET search_path = gov, public; SELECT gov_current_actor() IS NOT NULL}),
	't', 'by search_path too');

# ann is an analyst in one, unknown in two; bob the other way round
sub add
{
	my ($database, $user, $role) = @_;
	$node->safe_psql($database,
		"INSERT INTO governance.users (user_id, db_role) VALUES ('$user', '$user');"
		  . " INSERT INTO governance.user_roles (user_id, role) VALUES ('$user', '$role')"
	);
	return;
}
add('one', 'ann', 'analyst');
add('two', 'bob', 'operator');

is( $node->safe_psql('one', 'SELECT gov_current_actor()',
		extra_params => [ '-U', 'ann' ]),
	'ann', 'ann acts in her database');
is( $node->safe_psql('two', 'SELECT gov.gov_current_actor() IS NULL',
		extra_params => [ '-U', 'ann' ]),
	't', 'and not in the other');
is( refused('two', 'ann', q{SELECT gov.gov_log_event('a', 'b', 'c')}),
	'42501', 'where she is refused');
is( refused('one', 'bob', q{SELECT gov_log_event('a', 'b', 'c')}),
	'42501', 'as bob is in hers');

# a token of one database opens nothing in the other
my $token = $node->safe_psql('one',
	q{SELECT gov_create_api_token('ann', 'of database one')});
is( $node->safe_psql('one', "SELECT gov_begin_as('$token')",
		extra_params => [ '-U', 'bob' ]),
	'ann', 'a token opens its own database');
is(refused('two', 'bob', "SELECT gov.gov_begin_as('$token')"),
	'28000', 'and not the other');

# a change in one is no change in the other, for sessions that are open
my $open = $node->background_psql('two', on_error_stop => 1);
is( $open->query(q{SELECT gov.gov_has_permission('bob', 'model:deploy')}),
	't', 'bob may deploy in two');
$node->safe_psql('one',
	q{INSERT INTO governance.users (user_id) VALUES ('bob');
	  INSERT INTO governance.user_roles (user_id, role) VALUES ('bob', 'operator');
	  DELETE FROM governance.user_roles WHERE user_id = 'bob'});
is( $open->query(q{SELECT gov.gov_has_permission('bob', 'model:deploy')}),
	't', 'still, after he lost that right in one');
is( $node->safe_psql('one', q{SELECT gov_has_permission('bob', 'model:deploy')}),
	'f', 'where he has it no longer');

is( $node->safe_psql('two',
		q{SELECT count(*) FROM governance.audit_events WHERE resource = 'user/ann'}),
	'0', 'each trail tells of its own database');
isnt(
	$node->safe_psql('one', 'SELECT log_id FROM governance.audit_log'),
	$node->safe_psql('two', 'SELECT log_id FROM governance.audit_log'),
	'and has its own name');

# one goes; the other stays as it was, an open session of it included
$node->safe_psql('one', 'DROP EXTENSION governance');
is( $open->query(q{SELECT gov.gov_has_permission('bob', 'model:deploy')}),
	't', 'the other database does not notice the end of one');
$open->quit;

# -- nothing is left ---------------------------------------------------------

is(catalogs('one'), $before{one}, 'DROP EXTENSION leaves nothing');
is( $node->safe_psql('one', q{
	SELECT count(*) FROM pg_shdepend AS d
	JOIN pg_database AS b ON b.oid = d.dbid WHERE b.datname = 'one'}),
	'0', 'not in the shared catalogs either');

$node->safe_psql('two', 'DROP EXTENSION governance; DROP SCHEMA gov');
is(catalogs('two'), $before{two}, 'nor with functions in a schema of their own');

# -- again and again in one session --------------------------------------------

my $session = $node->background_psql('one', on_error_stop => 1);
foreach my $round (1 .. 3)
{
	$session->query_safe('CREATE EXTENSION governance');
	is( $session->query(q{SELECT gov_can('user:manage')}),
		't', "round $round: the permission cache is of this installation");
	$session->query_safe(
		q{INSERT INTO governance.users (user_id) VALUES ('carl');
		  INSERT INTO governance.user_roles (user_id, role) VALUES ('carl', 'operator')});
	is( $session->query(q{SELECT gov_has_permission('carl', 'model:deploy')}),
		't', "round $round: so are users");
	is( $session->query(
			q{SELECT (gov_log_event('probe', 'look', 'x')).incarnation}),
		'1', "round $round: and the trail");
	$session->query_safe('DROP EXTENSION governance');
}

# a session that saw the old installation judges by the new one
$session->query_safe('CREATE EXTENSION governance');
is( $session->query(q{SELECT gov_has_permission('carl', 'model:deploy')}),
	'f', 'carl of the installation before is unknown');
my $other = $node->background_psql('one', on_error_stop => 1);
is($other->query(q{SELECT gov_can('user:manage')}),
	't', 'another session caches rights');
$session->query_safe('DROP EXTENSION governance; CREATE EXTENSION governance');
$session->query_safe(
	q{INSERT INTO governance.users (user_id) VALUES ('dora');
	  INSERT INTO governance.user_roles (user_id, role) VALUES ('dora', 'operator')});
is( $other->query(q{SELECT gov_has_permission('dora', 'model:deploy')}),
	't', 'and sees what is installed now');
$other->quit;
$session->query_safe('DROP EXTENSION governance');
$session->quit;
is(catalogs('one'), $before{one}, 'nothing is left after all of that');

# where the extension never was, the library is quiet
is($node->safe_psql('empty', 'SELECT 1'), '1', 'a database without it works');

$node->stop;
done_testing();
