# A session that Citus opened for itself: nothing is asked, decided or written there,
# for it is another governance database than the one that was asked; what is pure
# works, and observing.  What else Citus meets here.
use strict;
use warnings;
use Calls;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('worker');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'\n");
$node->start;
World::build($node, 'postgres');
sub su { return $node->safe_psql('postgres', shift); }

sub session
{
	my ($login, $name, $database) = @_;
	local $ENV{PGAPPNAME} = $name;
	my $session = $node->background_psql($database // 'postgres', on_error_stop => 0, extra_params => [ '-U', $login ]);
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

my $citus = 'citus_internal gpid=10000000123';
my $refused = '55000: no governance in a session that Citus opened for itself';

# --- every function ----------------------------------------------------------------

# pure, and observing
my $open = qr/^(?:gov_version|gov_help|gov_transitions|gov_state_diagram|gov_row_json|gov_list_json|gov_acts_conflict|gov_moment|gov_merkle_.*|gov_observe|gov_observe_many|sketch.*)$/;
my (@open, @asking);
foreach my $function (Calls::functions($node, 'postgres'))
{
	next if $function->{name} =~ /^gov_(?:pre|post)_restore$/;    # below
	my @arguments = @{ $function->{arguments} };
	foreach my $i (grep { $arguments[$_] =~ /SELECT|gov_sla/ } 0 .. $#arguments)
	{
		$arguments[$i] = su("SELECT quote_nullable(($arguments[$i])::text)") . "::$function->{types}[$i]";
	}
	push @{ $function->{name} =~ $open ? \@open : \@asking }, "$function->{proc}(" . join(', ', @arguments) . ')';
}
cmp_ok(scalar @asking, '>', 110, scalar(@asking) . ' functions that ask, decide or write');
cmp_ok(scalar @open, '>', 20, scalar(@open) . ' that are pure');
foreach my $who (qw(pia postgres stranger))
{
	my $session = session($who, $citus);
	my @answered = grep { my $said = ask($session, "BEGIN; SELECT $_"); ask($session, 'ROLLBACK'); $said ne $refused } @asking;
	is("@answered", '', "$who: all of them are refused");
}
my $session = session('pia', $citus);
my @not = grep { my $said = ask($session, "BEGIN; SELECT $_"); ask($session, 'ROLLBACK'); $said =~ /^55000: no governance/ } @open;
is("@not", '', 'what is pure is not');
ask($session, q{SELECT gov_can('audit:read')});
like($session->{stderr}, qr/HINT:  Pass the answer as a value, or ask over a table of the coordinator\./, 'what to do');

my $token = su(q{SELECT gov_create_api_token('pia', 'test')});
is(ask($session, qq{SELECT gov_begin_as('$token')}), $refused, 'a token that is right binds nobody');

# --- as Citus sends them --------------------------------------------------------------

foreach my $sql (
	q{SELECT count(*) FROM generate_series(1, 3) WHERE NOT gov_can('audit:read')},
	'SELECT count(*) FROM governance.models',
	'SELECT count(*) FROM governance.users',
	'SELECT count(*) FROM governance.audit_events',
	q{CREATE TEMPORARY TABLE d (who text DEFAULT gov_current_actor()); INSERT INTO d DEFAULT VALUES})
{
	is(ask($session, "BEGIN; $sql"), $refused, $sql);
	ask($session, 'ROLLBACK');
}
my $super = session('postgres', $citus);
is(ask($super, q{INSERT INTO governance.users (user_id) VALUES ('intruder')}), $refused, 'a superuser writes nothing');
is(ask($super, q{UPDATE governance.models SET description = 'x'}), $refused, 'nor changes anything');
is(su(q{SELECT count(*) FROM governance.users WHERE user_id = 'intruder'}), '0', 'nothing of it is there');

# --- observing is of where it happens ---------------------------------------------------

my $kept = q{SELECT coalesce(sum(count), 0) FROM gov_sla_series('system', 'api', now() - interval '1 day', now() + interval '10 min', '12 hours')};
my $before = su($kept);
is(ask($session, q{SELECT gov_observe('system', 'api', 12)}), '', 'observing');
is(ask($session, q{SELECT gov_observe_many('system', 'api', '{1,2}')}), '2', 'many');
is(ask($session, q{INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms) VALUES ('system', 'api', 5)}), '', 'and by INSERT');
is(su($kept) - $before, 4, 'counts');
is(ask($session, q{SELECT gov_can('audit:read')}), $refused, 'and opens nothing');
is(ask($session, q{BEGIN; SELECT gov_observe('system', 'api', -1)}) =~ /^22023/, 1, 'nor does one that fails');
ask($session, 'ROLLBACK');
is(ask($session, q{SELECT gov_can('audit:read')}), $refused, 'behind it');
is(ask(session('ann', $citus), q{SELECT gov_observe('system', 'api', 12)}), $refused, 'who may not observe is refused');

# --- the name that counts ------------------------------------------------------------------

ask($session, q{SET application_name = 'psql'});
is(ask($session, q{SELECT gov_can('audit:read')}), $refused, 'a name set later opens nothing');
my $plain = session('pia', 'psql');
ask($plain, "SET application_name = '$citus'");
is(ask($plain, q{SELECT gov_can('audit:read')}), 't', 'and closes nothing');
foreach my $name ('citus_internal', 'citus_internal gpid', 'Citus_internal gpid=1', ' citus_internal gpid=1', 'citus_run_command gpid=1', '')
{
	is(ask(session('pia', $name), q{SELECT gov_can('audit:read')}), 't', "a session named \"$name\"");
}

# --- the extension itself, which Citus makes on every node -------------------------------------

su('CREATE DATABASE other');
my $other = session('postgres', $citus, 'other');
is(ask($other, 'CREATE EXTENSION governance'), '', 'CREATE EXTENSION');
is(ask($other, 'ALTER EXTENSION governance UPDATE'), '', 'ALTER EXTENSION');
is(ask($other, 'SELECT gov_health()'), $refused, 'and is not asked');
# Citus's own sessions are no reason not to load a dump
like($node->safe_psql('other', q{BEGIN; SELECT gov_pre_restore(); SELECT governance.is_restoring(); ROLLBACK}), qr/t/, 'gov_pre_restore() beside Citus');
my $busy = session('postgres', 'psql', 'other');
my (undef, undef, $said) = $node->psql('other', q{SELECT gov_pre_restore()});
like($said, qr/There is a session with process id/, 'and not beside others');
$busy->quit;
is(ask($other, 'DROP EXTENSION governance'), '', 'DROP EXTENSION');
$other->quit;

# --- tables of ours that were distributed -----------------------------------------------------------

# With a subquery in its policies Citus refuses to distribute a table.
is(su(q{SELECT string_agg(DISTINCT polrelid::regclass::text, ' ') FROM pg_policy AS p JOIN pg_class AS c ON c.oid = p.polrelid
	WHERE c.relnamespace = 'governance'::regnamespace
	AND NOT EXISTS (SELECT FROM pg_policy AS o WHERE o.polrelid = p.polrelid AND o.polqual ~ 'SUBLINK ')}), '', 'each table with row security has one');
is(su(q{SELECT gov_health() -> 'components' ->> 'audit'}), 'operational', 'no table is distributed');
su(q{
	SET allow_system_table_mods = on;
	CREATE TABLE pg_catalog.pg_dist_partition (logicalrelid regclass, partmethod "char");
	INSERT INTO pg_dist_partition VALUES ('governance.sla_observations', 'h'), ('pg_class', 'h')});
like(su(q{SELECT gov_health() ->> 'status', gov_health() -> 'components' ->> 'audit'}),
	qr/^degraded\|degraded: governance\.sla_observations is distributed by Citus: load a dump into a database without it$/, 'one is');
su('DELETE FROM pg_dist_partition');
is(su(q{SELECT gov_health() -> 'components' ->> 'audit'}), 'operational', 'none again');

is(World::wrongs($node, 'postgres'), '', 'all is well with the trail');
$node->stop;
done_testing();
