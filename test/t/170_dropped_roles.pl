# A database role is dropped while its sessions are open: they are nobody's, and
# are told so in words by every function; no process of the server dies.  Other
# things that go while somebody uses them: the owner of a control, the extension.
use strict;
use warnings;
use Calls;
use Gateway;
use Log;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('dropped');
$node->init;
$node->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.denial_rate = 100000
governance.denial_ring_size = 4096
log_statement = none
CONF
$node->start;
World::build($node, 'postgres');
my $started = $node->safe_psql('postgres', 'SELECT pg_postmaster_start_time()');

sub su { return $node->safe_psql('postgres', shift); }

# A user with every right, and a session of a login.
sub make_user
{
	my ($name, $role) = @_;
	su(qq{CREATE ROLE $name LOGIN; SELECT gov_create_user('$name', NULL, '$name'), gov_assign_role('$name', '$role')});
	return;
}

sub session
{
	my ($login) = @_;
	my $session = $node->background_psql('postgres', on_error_stop => 0, extra_params => [ '-U', $login ]);
	ask($session, '\set VERBOSITY verbose');
	return $session;
}

# What it answers, or its first error: "42501: message".
sub ask
{
	my ($session, $sql) = @_;
	$session->{stderr} = '';
	my $answer = $session->query($sql);
	return $session->{stderr} =~ /(?:ERROR|FATAL):  (\w{5}: .*)/ ? $1 : $answer;
}

my $rows = "$PostgreSQL::Test::Utils::tmp_check/rows";
append_to_file($rows, "model\trisk\t2026-01-01\t1\tt\n");

my $gone = '42501: the database role of this session no longer exists';

# --- every function ----------------------------------------------------------------

# What asks for no actor.
my $open = qr/^(?:gov_current_actor|gov_whoami|gov_version|gov_help|gov_health|gov_has_permission|gov_can|gov_transitions|gov_state_diagram|gov_row_json|gov_list_json|gov_acts_conflict|gov_moment|gov_period_end|gov_classify|gov_merkle_.*|sketch.*)$/;

# What a nobody could not read is looked up for it.
my @calls;
foreach my $function (Calls::functions($node, 'postgres'))
{
	next if $function->{name} =~ /^gov_(?:pre|post)_restore$/;    # for superusers
	my @arguments = @{ $function->{arguments} };
	foreach my $i (grep { $arguments[$_] =~ /SELECT|gov_sla/ } 0 .. $#arguments)
	{
		$arguments[$i] = su("SELECT quote_nullable(($arguments[$i])::text)") . "::$function->{types}[$i]";
	}
	push @calls, [ $function->{name}, "$function->{proc}(" . join(', ', @arguments) . ')' ];
}
cmp_ok(scalar @calls, '>', 130, scalar(@calls) . ' functions');

my @tables = split /\n/, su(q{SELECT oid::regclass FROM pg_class WHERE relnamespace = 'governance'::regnamespace AND relkind IN ('r', 'v')});

# every_function SESSION NAME: in a session whose role is gone.
sub every_function
{
	my ($session, $name) = @_;
	my @wrong;
	foreach my $call (@calls)
	{
		my $answer = ask($session, "BEGIN; SELECT * FROM $call->[1]; ROLLBACK;");
		ask($session, 'ROLLBACK');
		push @wrong, "$call->[1]: $answer"
		  if $call->[0] =~ $open ? $answer =~ /^\w{5}: / && $answer !~ /^22/ : $answer ne $gone;
	}
	is(join("\n", @wrong), '', "$name: every function answers as to nobody");
	is(ask($session, 'SELECT gov_current_actor() IS NULL'), 't', "$name: nobody acts");
	is(ask($session, q{SELECT gov_whoami()}), '{"roles": [], "db_role": null, "user_id": null, "evidence": null, "permissions": []}',
		"$name: and is told so");
	is(ask($session, q{SELECT gov_can('model:register')}), 'f', "$name: and may nothing");
	is(ask($session, q{INSERT INTO governance.sla_observations VALUES ('model', 'risk', now(), 1, true)}), $gone, "$name: INSERT of observations");
	is(ask($session, "\\copy governance.sla_observations FROM '$rows'"), $gone, "$name: COPY of observations");
	my @read = grep { ask($session, "SELECT count(*) FROM (SELECT FROM $_ LIMIT 1) AS t") !~ /^(?:0|42501: .*)$/ } @tables;
	is("@read", '', "$name: tables and views are empty");
	return;
}

make_user('victim', 'everything');
my $victim = session('victim');
is(ask($victim, q{SELECT gov_current_actor()}), 'victim', 'a session of a user');
is(ask($victim, q{SELECT count(*) > 0 FROM gov_models()}), 't', 'who may read');
su('DROP ROLE victim');
every_function($victim, 'the login');

make_user('mask', 'everything');
make_user('wearer', 'registrar');
su('GRANT mask TO wearer');
my $wearer = session('wearer');
ask($wearer, 'SET ROLE mask');
is(ask($wearer, q{SELECT gov_current_actor()}), 'mask', 'a session that set a role');
su('DROP ROLE mask');
every_function($wearer, 'SET ROLE');
$wearer->{stderr} = '';
$wearer->query('SELECT gov_models()');
like($wearer->{stderr}, qr/HINT:  RESET ROLE goes back to the role that connected\./, 'SET ROLE: what to do');
is(ask($wearer, 'RESET ROLE; SELECT gov_current_actor()'), 'wearer', 'RESET ROLE: the login acts again');

make_user('puppet', 'everything');
my $puppeteer = session('postgres');
ask($puppeteer, 'SET SESSION AUTHORIZATION puppet');
is(ask($puppeteer, q{SELECT gov_current_actor()}), 'puppet', 'SET SESSION AUTHORIZATION');
su('DROP ROLE puppet');
every_function($puppeteer, 'SET SESSION AUTHORIZATION');
is(ask($puppeteer, 'RESET SESSION AUTHORIZATION; SELECT gov_current_actor()'), 'postgres', 'and back');

# The login is gone, the role it has set is not: that it stood behind both
# would be forgotten.
make_user('left', 'registrar');
su('CREATE ROLE twofold LOGIN; GRANT "left" TO twofold');
my $twofold = session('twofold');
ask($twofold, 'SET ROLE "left"');
is(ask($twofold, q{SELECT gov_current_actor()}), 'left', 'a login that is no user, as one');
su('DROP ROLE twofold');
is(ask($twofold, q{SELECT gov_register_model('risk', '77')}), $gone, 'without its login it is nobody');

# --- whoever was bound, and comes again -----------------------------------------------

my $token = su(q{SELECT gov_create_api_token('pia', 'test')});
su(q{CREATE ROLE carrier LOGIN});
my $carrier = session('carrier');
is(ask($carrier, qq{BEGIN; SELECT gov_begin_as('$token')}), 'pia', 'a token binds its user');
su('DROP ROLE carrier');
is(ask($carrier, q{SELECT gov_register_model('risk', '78')}), $gone, 'not longer than the role is there');
is(ask($carrier, 'ROLLBACK; SELECT gov_current_actor() IS NULL'), 't', 'nor');
is(ask($carrier, qq{SELECT gov_begin_as('$token')}), $gone, 'is it bound again');
is(ask($carrier, q{SELECT gov_begin_as('gov_nothing')}), $gone, 'and what a token is worth is not told');

su(q{CREATE ROLE pooled LOGIN; SELECT gov_create_user('pooled', NULL, 'pooled'), gov_create_role('pooler', '', '{actor:impersonate}'),
	gov_assign_role('pooled', 'pooler')});
my $pooled = session('pooled');
ask($pooled, q{BEGIN; SELECT gov_set_actor('pia')});
is(ask($pooled, q{SELECT gov_current_actor()}), 'pia', 'a pool binds a user');
su('DROP ROLE pooled');
is(ask($pooled, q{SELECT gov_add_control('x', 'y', 'z', 'SELECT ''a''::text, true')}), $gone, 'not longer than its role is there');
ask($pooled, 'ROLLBACK');
is(su(q{SELECT count(*) FROM governance.controls WHERE NOT is_builtin}), '0', 'no control without an owner is left, which would read as the extension does');

# Of the same name, another role.
su('CREATE ROLE victim LOGIN');
is(ask($victim, 'SELECT gov_models()'), $gone, 'a role made anew under the name is not that of the old session');
my $heir = session('victim');
is(ask($heir, 'SELECT gov_current_actor()'), 'victim', 'a new session is the user whose db_role has the name');
su('DROP ROLE victim');
is(ask($heir, 'SELECT gov_models()'), $gone, 'until that one is gone, too');

# --- what was written before -----------------------------------------------------------

make_user('watcher', 'operator');
my $watcher = session('watcher');
ask($watcher, q{BEGIN; SELECT gov_observe('system', 'api', 5)});
ask($watcher, q{INSERT INTO governance.sla_observations SELECT 'system', 'api', now(), 5, true FROM generate_series(1, 9)});
su('DROP ROLE watcher');
is(ask($watcher, q{SELECT gov_observe('system', 'api', 5)}), $gone, 'no more observations');
ask($watcher, 'ROLLBACK');
make_user('watcher2', 'operator');
my $watcher2 = session('watcher2');
ask($watcher2, q{BEGIN; SELECT gov_observe('system', 'api', 5)});
ask($watcher2, q{INSERT INTO governance.sla_observations SELECT 'system', 'api', now(), 5, true FROM generate_series(1, 9)});
ask($watcher2, q{SELECT gov_report_incident('other', 'info', 'before', 'the role went', 'risk')});
su('DROP ROLE watcher2');
is(ask($watcher2, 'COMMIT'), '', 'a transaction of a role that is gone commits');
is(su(q{SELECT gov_sla_report('system', 'api') ->> 'count'}), '10', 'with what it observed while it was there');
is(su(q{SELECT reported_by FROM governance.incidents WHERE title = 'before'}), 'watcher2', 'and did');

# --- controls -----------------------------------------------------------------------------

make_user('author', 'everything');
su('CREATE SCHEMA author AUTHORIZATION author');
my $author = session('author');
is(ask($author, q{SELECT id FROM gov_add_control('house.seen', 'House', 'x', 'SELECT user_id, true FROM governance.users')}), 'house.seen', 'a control');
su('DROP SCHEMA author; DROP ROLE author');
is(ask($author, q{SELECT gov_add_control('house.none', 'House', 'x', 'SELECT user_id, true FROM governance.users')}), $gone, 'none is added');
is(su(q{SELECT r ->> 'result', r ->> 'error' FROM gov_check_control('house.seen') AS r}), 'fail|role "author" does not exist',
	'one whose owner is gone fails in words');

# --- what is told ---------------------------------------------------------------------------

like(su(q{SELECT gov_health() -> 'components' ->> 'access_control'}),
	qr/^degraded: no such database role: author of user author, mask of user mask, pooled of user pooled, puppet of user puppet, victim of user victim, watcher of user watcher, watcher2 of user watcher2$/,
	'gov_health() names the users');
is($node->safe_psql('postgres', q{SELECT gov_health() -> 'components' ->> 'access_control'}, extra_params => [ '-U', 'stranger' ]),
	'degraded: active users whose database role does not exist: 7', 'but counts them for a stranger');
su(q{SELECT gov_deactivate_user(user_id) FROM governance.users WHERE user_id IN ('author', 'mask', 'pooled', 'puppet', 'victim', 'watcher', 'watcher2')});
is(su(q{SELECT gov_health() -> 'components' ->> 'access_control'}), 'operational', 'those who are deactivated are no concern');
$node->poll_query_until('postgres', qq{SELECT count(*) > 100 FROM governance.audit_events
	WHERE event_type = 'access.denied' AND db_role IS NULL AND details ->> 'message' = 'the database role of this session no longer exists'})
  or die 'no denied attempts';
pass('the attempts are recorded');

# --- a gateway whose role goes ------------------------------------------------------------

SKIP:
{
	skip 'no governance-gateway', 11 unless -x ($ENV{GATEWAY} // '') || grep { -x "$_/governance-gateway" } split /:/, $ENV{PATH};
	su(q{CREATE ROLE gateway LOGIN});
	my $gateway = Gateway->new($node, 'postgres');
	is($gateway->ask($token, 'GET', '/models')->{status}, 200, 'gateway: it serves');
	my $role = su(q{SELECT 'gateway'::regrole::oid});
	su(q{DROP ROLE gateway});
	foreach my $route ([ 'GET', '/models' ], [ 'POST', '/models/register', { model_id => 'x', version => '1' } ], [ 'GET', '/audit-log' ])
	{
		my $reply = $gateway->ask($token, @$route);
		is($reply->{status}, 403, "gateway: $route->[1] is refused");
		is($reply->{json}{error}, 'the database role of this session no longer exists', 'gateway: in words');
	}
	is($gateway->ask(undef, 'GET', '/health')->{status}, 200, 'gateway: health is told');
	su("SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity WHERE usesysid = $role");
	my $reply = $gateway->ask($token, 'GET', '/models');
	is($reply->{status}, 503, 'gateway: it cannot connect again');
	like($reply->{json}{error}, qr/./, 'gateway: in words');
	is($gateway->stop, 0, 'gateway: it ends as it should');
}

# --- the extension goes in the middle of a query ---------------------------------------------

$node->safe_psql('postgres', 'CREATE DATABASE short');
$node->safe_psql('short', 'CREATE EXTENSION governance');
my $long = $node->background_psql('short', on_error_stop => 0);
ask($long, '\set VERBOSITY verbose');
# Asked of each row, for a constant is asked before the first one is made.
$long->query_until(qr/started/, <<'SQL');
\echo started
SELECT count(*) FROM (SELECT generate_series(1, 1000000000) AS i) AS s
WHERE gov_has_permission('postgres', 'model:deploy', i::text) AND gov_can('model:deploy', i::text) AND (i <> 1000 OR pg_try_advisory_lock(1));
SQL
$node->poll_query_until('short', q{SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory'});
$node->safe_psql('short', 'DROP EXTENSION governance');
is(ask($long, q{SELECT 'alive'}), '55000: extension "governance" is not complete in this database', 'the extension was dropped while its functions ran');
$long->quit;

# --- without shared memory ---------------------------------------------------------------

$_->quit foreach $victim, $wearer, $puppeteer, $twofold, $carrier, $pooled, $heir, $watcher, $watcher2, $author;
is(su('SELECT pg_postmaster_start_time()'), $started, 'the server never restarted');
$node->adjust_conf('postgresql.conf', 'shared_preload_libraries', q{''});
$node->restart;
make_user('late', 'operator');
my $late = session('late');
is(ask($late, 'SELECT count(*) > 0 FROM gov_models()'), 't', 'without preload: a session');
su('DROP ROLE late');
is(ask($late, 'SELECT gov_models()'), $gone, 'without preload: nobody');
$late->quit;
like(slurp_file($node->logfile), qr/governance: denied: user=- permission=- resource=- db_role=- sqlstate=42501/, 'without preload: the log has it');

is(lines_like($node->logfile, qr/terminated by signal|PANIC:|TRAP:|all server processes terminated/), '', 'no process of the server died');
is(su('SELECT bool_and(ok) FROM gov_audit_verify()'), 't', 'the trail verifies');
$node->stop;
done_testing();
