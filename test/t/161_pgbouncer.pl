# PgBouncer in transaction mode: one server connection serves many clients, and
# nothing of one is there for the next: no actor, no right, no policy, no
# observation, no lock.
use strict;
use warnings;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;
use World;

$ENV{PATH} .= ':/usr/sbin';
plan skip_all => 'pgbouncer is not there: test/setup fetches it'
  if system('pgbouncer --version >/dev/null 2>&1') != 0;

my $node = PostgreSQL::Test::Cluster->new('pooled');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.denial_rate = 100000
CONF
$node->start;
World::build($node, 'postgres');
$node->safe_psql('postgres', q{
	CREATE ROLE web LOGIN;
	SELECT gov_create_user('web', NULL, 'web');
	SELECT gov_grant_permission('admin', 'actor:impersonate');
	SELECT gov_create_role('pool', 'acts for others', '{actor:impersonate}');
	SELECT gov_assign_role('web', 'pool');
	CREATE FUNCTION kept() RETURNS bigint LANGUAGE sql AS
		$$SELECT coalesce(sum(count), 0)::bigint FROM gov_sla_series('system', 'api', now() - interval '1 day', now() + interval '10 min', '12 hours')$$;
});
my $token = $node->safe_psql('postgres', q{SELECT gov_create_api_token('olga', 'web')});

# --- the pooler -------------------------------------------------------------------

my $dir = PostgreSQL::Test::Utils::tempdir_short;
my $port = PostgreSQL::Test::Cluster::get_free_port();
append_to_file("$dir/users", join '', map { qq{"$_" ""\n} } qw(web rosa olga stranger postgres));
append_to_file("$dir/pgbouncer.ini", <<"INI");
[databases]
one = host=@{[$node->host]} port=@{[$node->port]} dbname=postgres pool_size=1
four = host=@{[$node->host]} port=@{[$node->port]} dbname=postgres pool_size=4
[pgbouncer]
listen_addr =
unix_socket_dir = $dir
listen_port = $port
auth_type = trust
auth_file = $dir/users
pool_mode = transaction
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
INI
my $log = '';
my $pooler = IPC::Run::start([ 'pgbouncer', "$dir/pgbouncer.ini" ], '<', \undef, '>', \$log, '2>&1');
END { $pooler->kill_kill if $pooler; }

# The node as clients of the pooler see it.
my $pooled = bless { %$node, _host => $dir, _port => $port }, ref $node;
wait_until(sub { -S "$dir/.s.PGSQL.$port" });

# What query() asks of a client ends without a semicolon: it adds one, and an
# empty statement would be a transaction in between.
sub client { my ($role) = @_; return $pooled->background_psql('one', on_error_stop => 0, extra_params => [ '-U', $role ]); }

my ($first, $second) = (client('web'), client('web'));
my $backend = $first->query('SELECT pg_backend_pid()');
is($second->query('SELECT pg_backend_pid()'), $backend, 'two clients, one server connection');

sub nothing_left
{
	my ($what) = @_;
	is($second->query(q{SELECT pg_backend_pid(), gov_current_actor(), gov_whoami() ->> 'evidence', gov_can('model:deploy'),
		gov_policy('model.require_staging'), (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())}),
		"$backend|web|session|f|true|0", "$what: the next client is nobody but itself");
	return;
}

# --- one after the other -----------------------------------------------------------

nothing_left('at first');
is($first->query(q{BEGIN; SELECT gov_set_actor('olga'); SELECT gov_current_actor(), gov_can('model:deploy'); COMMIT}), "\nolga|t", 'one acts for olga');
nothing_left('after COMMIT');
is($first->query(qq{BEGIN; SELECT gov_begin_as('$token'); SELECT gov_whoami() ->> 'evidence'; ROLLBACK}), "olga\nverified", 'one shows a token');
nothing_left('after ROLLBACK');
$first->query(qq{BEGIN; SELECT gov_begin_as('$token'); SELECT 1 / 0; COMMIT});
nothing_left('after an error');
is($first->query(qq{BEGIN; SAVEPOINT a; SELECT gov_begin_as('$token'); ROLLBACK TO a; SELECT gov_current_actor(); SELECT gov_set_actor('ann'); RELEASE a; SELECT gov_current_actor(); COMMIT}),
	"olga\nweb\n\nann", 'a savepoint takes it back');
nothing_left('after savepoints');
$first->query(qq{SELECT gov_begin_as('$token')});
nothing_left('after a transaction of one statement');
$first->query(q{BEGIN; SELECT gov_set_actor('pia'); SELECT gov_override_policy('model.require_staging', 'false', 'a test'); SELECT gov_policy('model.require_staging'); COMMIT});
nothing_left('after an override');
$first->query(q{BEGIN; SELECT gov_set_actor('rosa'); SELECT gov_register_model('risk', '3.0.0'); COMMIT});
nothing_left('after writing');
is($node->safe_psql('postgres', q{SELECT created_by FROM governance.model_versions WHERE version = '3.0.0'}), 'rosa', 'what was written is of whom it was');
$first->query(q{BEGIN; SET LOCAL ROLE web; SELECT gov_set_actor('rosa'); SELECT gov_idempotency_begin('key', 'request'); COMMIT});
nothing_left('after SET LOCAL');

# a right that is taken while the connection rests with somebody else
is($first->query(q{BEGIN; SELECT gov_set_actor('olga'); SELECT gov_can('model:deploy'); COMMIT}), "\nt", 'a right');
$node->safe_psql('postgres', q{SELECT gov_revoke_role('olga', 'operator')});
is($second->query(q{BEGIN; SELECT gov_set_actor('olga'); SELECT gov_can('model:deploy'); COMMIT}), "\nf", 'once taken, gone for every client');
$node->safe_psql('postgres', q{SELECT gov_assign_role('olga', 'operator')});

# a user who is no more: that is so for him alone
$first->query(q{BEGIN; SELECT gov_set_actor('bea');});
$node->safe_psql('postgres', q{SELECT gov_deactivate_user('bea', 'left')});
is($first->query(q{SELECT coalesce(gov_current_actor(), 'nobody'); COMMIT}), 'nobody', 'one who is deactivated acts no more');
is($second->query(q{BEGIN; SELECT gov_set_actor('olga'); SELECT gov_current_actor(); COMMIT}), "\nolga", 'the next one does');
$node->safe_psql('postgres', q{SELECT gov_reactivate_user('bea')});

# observations
my $kept = $node->safe_psql('postgres', 'SELECT kept()');
$first->query(q{BEGIN; SELECT gov_set_actor('olga'); SELECT gov_observe_many('system', 'api', '{1,2,3}'); ROLLBACK});
$first->query(q{BEGIN; SELECT gov_set_actor('olga'); SELECT gov_observe_many('system', 'api', '{1,2,3}'); SELECT 1 / 0; COMMIT});
$second->query(q{BEGIN; SELECT gov_set_actor('olga'); SELECT gov_observe('system', 'api', 1); COMMIT});
is($node->safe_psql('postgres', 'SELECT kept()'), $kept + 1, 'what one took back is not counted with the next one\'s');
like($second->query(q{SELECT gov_observe('system', 'api', 1)}) . $second->{stderr}, qr/user "web" lacks permission "sla:record"/, 'and the next one needs the right');

# a client that goes in the middle of a transaction
my $third = client('web');
$third->query(q{BEGIN; SELECT gov_set_actor('olga'); SELECT gov_observe_many('system', 'api', '{1,2,3}');});
$third->quit;
$backend = $second->query('SELECT pg_backend_pid()');
nothing_left('after a client that went');
is($node->safe_psql('postgres', 'SELECT kept()'), $kept + 1, 'and nothing of it counts');
$_->quit foreach $first, $second;

# --- many at once --------------------------------------------------------------------

# Each says who it is and writes that down; the trail must agree.  Some give
# up, some fail, some come with a token.
my @people = qw(rosa amir bea olga ann dora pia);
my $number = 0;
foreach my $person (@people)
{
	append_to_file("$dir/$person.sql", <<"SQL");
\\set how random(1, 4)
BEGIN;
SELECT gov_set_actor('$person');
SELECT gov_log_event('said', 'say', '$person', 'success', jsonb_build_object('evidence', gov_whoami() ->> 'evidence'));
\\if :how = 1
ROLLBACK;
\\elif :how = 2
SELECT gov_log_event('said', 'say', '$person');
SELECT gov_can('audit:read');
COMMIT;
\\else
COMMIT;
\\endif
SELECT gov_current_actor() = 'web' AS mine;
SELECT 1 / (gov_current_actor() = 'web')::int;
SQL
}
append_to_file("$dir/observe.sql", <<'SQL');
\set how random(1, 3)
BEGIN;
SELECT gov_set_actor('olga');
SELECT gov_observe_many('system', 'api', '{5,6,7}');
SELECT gov_log_event('observed', 'observe', 'three');
\if :how = 1
ROLLBACK;
\else
COMMIT;
\endif
SQL
$kept = $node->safe_psql('postgres', 'SELECT kept()');
my $seconds = $ENV{GOV_SECONDS} || 8;
my ($bench_out, $bench_err) = ('', '');
my $ran = IPC::Run::run([ 'pgbench', '-n', '-T', $seconds, '-c', '24', '-h', $dir, '-p', $port, '-U', 'web',
	(map { ('-f', "$dir/$_.sql") } @people, 'observe'), 'four' ], '>', \$bench_out, '2>', \$bench_err);
ok($ran, 'twenty-four clients on four connections') or diag($bench_err);
unlike($bench_err, qr/ERROR|aborted/, 'none met somebody else');
my ($said, $wrong) = split /\|/, $node->safe_psql('postgres', q{
	SELECT count(*), count(*) FILTER (WHERE actor IS DISTINCT FROM resource OR evidence <> 'asserted' OR db_role <> 'web')
	FROM governance.audit_events WHERE event_type = 'said'});
is($wrong, '0', 'each event is of the one who said it');
cmp_ok($said, '>', 0, "$said of them");
is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE usename = 'web'}) <= 5 ? 'few' : 'many', 'few', 'on few connections');
is($node->safe_psql('postgres', 'SELECT kept()'),
	$kept + 3 * $node->safe_psql('postgres', q{SELECT count(*) FROM governance.audit_events WHERE event_type = 'observed'}),
	'as many observations as were committed');
is(World::wrongs($node, 'postgres'), '', 'all is well with the trail');

# a stranger by the same pooler gets a connection of his own
my (undef, undef, $err) = $pooled->psql('one', q{SELECT gov_log_event('a', 'b', 'c')}, extra_params => [ '-U', 'stranger' ]);
like($err, qr/role "stranger" is not an active governance user/, 'a stranger stays one');

$pooler->kill_kill;
$pooler = undef;
$node->stop;
done_testing();
