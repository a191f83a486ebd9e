# Two servers observe, a third merges what they counted by logical replication:
# counts, sketches and so quantiles are to the byte those of one server that
# observed everything.  docs/SCALING.md's script sets it up, before, amid and
# after ingest.
use strict;
use warnings;
use Documented;
use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# test/run puts a copy of docs/ beside this folder.
my $add_source = "$FindBin::RealBin/../docs/scaling/add-source.sh";
BAIL_OUT("no $add_source") if !-x $add_source;

my %node;
foreach my $name (qw(north south all alone))
{
	my $node = $node{$name} = PostgreSQL::Test::Cluster->new($name);
	$node->init(allows_streaming => 'logical');
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'\n");
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION governance');
}
my ($north, $south, $all, $alone) = @node{qw(north south all alone)};

sub define
{
	my ($node, $database) = @_;
	$node->safe_psql($database // 'postgres', q{
		SELECT gov_set_policy('sla.max_lateness', '"7 days"');
		SELECT gov_define_sla('model', 'risk', 50, 90);
		SELECT gov_define_sla('usecase', 'loans', 200, 400)});
	return;
}

# What the two observe in a round: the same for the one that observes alone.
# Times are given, so that all count in the same minutes.
my $start = $alone->safe_psql('postgres', q{SELECT date_trunc('day', now()) - interval '30 hours'});
sub observe
{
	my ($round, $first, @nodes) = @_;
	foreach my $node (@nodes)
	{
		$node->safe_psql('postgres', qq{
			SELECT setseed(0.$round$first);
			INSERT INTO governance.sla_observations
			SELECT CASE WHEN i % 3 = 0 THEN 'usecase' ELSE 'model' END, CASE WHEN i % 3 = 0 THEN 'loans' ELSE 'risk' END,
				'$start'::timestamptz + i * interval '23 seconds', exp(random() * 7 - 1), i % 17 <> $first
			FROM generate_series(1, 3000) AS i});
	}
	return;
}
my %source = (north => 1, south => 2);

my $levels = 'SELECT %s FROM (
	SELECT resource_type, resource_id, minute AS at, revision, observations, failed, over_p95, over_p99, sketch::bytea AS sketch FROM governance.sla_minutes
	UNION ALL SELECT resource_type, resource_id, hour, revision, observations, failed, over_p95, over_p99, sketch::bytea FROM governance.sla_hours
	UNION ALL SELECT resource_type, resource_id, day, revision, observations, failed, over_p95, over_p99, sketch::bytea FROM governance.sla_days) AS l';
my $digest = sprintf $levels, q{count(*), sum(observations), md5(string_agg(l::text, E'\n' ORDER BY l::text))};

sub folded
{
	my ($node) = @_;
	ok($node->poll_query_until('postgres', 'SELECT count(*) = 0 FROM governance.sla_deltas'), $node->name . ' has folded');
	return $node->safe_psql('postgres', $digest);
}

sub added
{
	my ($name) = @_;
	return [ $add_source, $name, $node{$name}->connstr('postgres') . ' user=' . $node{$name}->safe_psql('postgres', 'SELECT current_user'),
		$all->connstr('postgres') ];
}

# --- what cannot be ----------------------------------------------------------------

command_fails_like([ $add_source, 'North' ], qr/add-source\.sh NAME SOURCE TARGET/, 'it says how it is called');
define($_) foreach $north, $south, $alone;
command_fails_like(added('north'), qr/the target lacks service levels of the source.*\nmodel risk 1: 50 90\nusecase loans 1: 200 400/s,
	'the target has to promise the same');
define($all);

# --- before, amid, after ------------------------------------------------------------------

# a first round, folded already
foreach my $name (sort keys %source)
{
	observe(1, $source{$name}, $node{$name}, $alone);
}
folded($_) foreach $north, $south;
# and one that waits as deltas
$north->safe_psql('postgres', q{ALTER SYSTEM SET governance.worker = off});
$north->restart;
observe(2, 1, $north, $alone);
isnt($north->safe_psql('postgres', 'SELECT count(*) FROM governance.sla_deltas'), '0', 'deltas wait at the source');

# as a worker of Citus refuses what it does not do by itself
$north->safe_psql('postgres', q{
	CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$BEGIN
		IF current_setting('citus.enable_ddl_propagation', true) IS DISTINCT FROM 'off' THEN
			RAISE 'operation is not allowed on this node';
		END IF;
	END$$;
	CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN tag IN ('CREATE PUBLICATION') EXECUTE FUNCTION refuse()});
command_like(added('north'), qr/^north: \d+ rollups taken over/, 'a source with history is added');
# a transaction at the source that began before and ends after
my $late = $south->background_psql('postgres', on_error_die => 1);
$late->query_safe('BEGIN');
$late->query_safe(qq{SELECT gov_observe_many('model', 'risk', array_agg(i::float8), NULL, array_agg('$start'::timestamptz + i * interval '7 s')) FROM generate_series(1, 1000) AS i});
# and one after the other, all the time
my $busy = join '', map { "SELECT gov_observe_many('model', 'risk', '{$_,1,2}', NULL, array_fill('$start'::timestamptz + interval '$_ min', '{3}'));\nSELECT pg_sleep(0.03);\n" } 1 .. 100;
my $script = PostgreSQL::Test::Utils::tempdir . '/busy.sql';
append_to_file($script, $busy);
my ($said, $wrong) = ('', '');
my $writer = IPC::Run::start([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', $south->connstr('postgres'), '-f', $script ], '<', \undef, '>', \$said, '2>', \$wrong);
command_like(added('south'), qr/^south: \d+ rollups taken over/, 'another one, amid transactions');
ok($writer->finish, 'observing went on') or diag($wrong);
$alone->safe_psql('postgres', $busy =~ s/^SELECT pg_sleep.*$//mgr);
$late->query_safe('COMMIT');
$late->quit;
$alone->safe_psql('postgres', qq{SELECT gov_observe_many('model', 'risk', array_agg(i::float8), NULL, array_agg('$start'::timestamptz + i * interval '7 s')) FROM generate_series(1, 1000) AS i});

$north->safe_psql('postgres', q{ALTER SYSTEM SET governance.worker = on});
$north->restart;
foreach my $round (3 .. 5)
{
	observe($round, $source{$_}, $node{$_}, $alone) foreach sort keys %source;
	# the target falls over meanwhile: nothing comes twice
	if ($round == 3) { $all->stop('immediate'); $all->start; }
	if ($round == 4) { $south->stop('immediate'); $south->start; }
}
# the target observes, too
observe(6, 3, $all, $alone);
# what an aborted transaction observed is nowhere
$north->safe_psql('postgres', q{BEGIN; SELECT gov_observe('model', 'risk', 1); ROLLBACK});

$node{$_}->wait_for_catchup("governance_$_") foreach sort keys %source;
my $expected = folded($alone);
# ten times three thousand, the late thousand and what came all the time, at three levels
is((split /\|/, $expected)[1], 3 * (10 * 3000 + 1000 + 300), 'nothing is missing at the one that observes alone');
is(folded($all), $expected, 'rows, counts and sketches are those of one server, to the byte');
note($expected);
# the sources fold as they did: that is not the target's affair
folded($_) foreach $north, $south;

# --- and what is made of them ----------------------------------------------------------------

foreach my $question (
	qq{SELECT * FROM governance.sla_totals('model', 'risk', '$start', now())},
	qq{SELECT * FROM gov_sla_series('model', 'risk', date_trunc('hour', '$start'::timestamptz), date_trunc('hour', now()), '1 hour')},
	qq{SELECT * FROM gov_sla_series('usecase', 'loans', '$start', '$start'::timestamptz + interval '3 days', '1 day')})
{
	my ($merged, $single) = map { $_->safe_psql('postgres', $question) } $all, $alone;
	isnt($single, '', 'there is an answer');
	is($merged, $single, "the same one: $question");
}

# a source leaves
$all->safe_psql('postgres', 'DROP SUBSCRIPTION governance_north');
is($north->safe_psql('postgres', q{SELECT count(*) FROM pg_replication_slots}), '0', 'no slot is left at a source that left');
is(folded($all), $expected, 'what it counted stays');

# where it fails in the middle, nothing came and no slot is left
$all->safe_psql('postgres', q{CREATE SUBSCRIPTION governance_north CONNECTION 'port=1' PUBLICATION x WITH (connect = false)});
command_fails_like(added('north'), qr/subscription "governance_north" already exists/, 'a name that is taken at the target');
is($north->safe_psql('postgres', q{SELECT count(*) FROM pg_replication_slots}), '0', 'the slot is dropped again');
is(folded($all), $expected, 'and nothing was merged');
command_fails_like(added('south'), qr/replication slot "governance_south" already exists/, 'a source that is there already');
is($south->safe_psql('postgres', q{SELECT slot_name FROM pg_replication_slots}), 'governance_south', 'keeps its slot');

# --- a source that has kept of some times hours or days alone ----------------------------------

$alone->safe_psql('postgres', q{
	SELECT gov_set_policy('sla.minute_retention_days', '1');
	SELECT gov_set_policy('sla.hour_retention_days', '1')});
my $older = sub { return "SELECT count(*) = 0 FROM governance.sla_$_[0]s WHERE $_[0] < (SELECT kept_from FROM governance.sla_retention WHERE level = '$_[0]')" };
ok($alone->poll_query_until('postgres', 'SELECT gov_run_maintenance() IS NULL OR (' . $older->('minute') . ') AND (' . $older->('hour') . ')'), 'the source has removed finer rollups');
my $days = q{SELECT count(*), sum(observations), md5(string_agg(d::text, E'\n' ORDER BY d::text)) FROM governance.sla_days AS d};
is($alone->safe_psql('postgres', q{SELECT (SELECT sum(observations) FROM governance.sla_hours) < (SELECT sum(observations) FROM governance.sla_days)}), 't', 'of its first hours there are days alone');
$all->safe_psql('postgres', 'CREATE DATABASE coarse');
$all->safe_psql('coarse', 'CREATE EXTENSION governance');
define($all, 'coarse');
command_like([ $add_source, 'alone', $alone->connstr('postgres') . ' user=' . $alone->safe_psql('postgres', 'SELECT current_user'), $all->connstr('coarse') ],
	qr/^alone: \d+ rollups taken over/, 'it is added');
ok($all->poll_query_until('coarse', 'SELECT count(*) = 0 FROM governance.sla_deltas'), 'and folded');
is($all->safe_psql('coarse', $days), $alone->safe_psql('postgres', $days), 'each observation of it counts once, by day');
$all->safe_psql('coarse', 'DROP SUBSCRIPTION governance_alone');

# --- docs/SCALING.md as it is written, but for where the servers are --------------------------------

$all->safe_psql('postgres', $_) foreach 'ALTER SUBSCRIPTION governance_north SET (slot_name = NONE)',
	'DROP SUBSCRIPTION governance_north', 'DROP SUBSCRIPTION governance_south';
foreach my $node ($north, $south, $all)
{
	$node->safe_psql('postgres', 'CREATE DATABASE shop');
	$node->safe_psql('shop', 'CREATE EXTENSION governance');
	define($node, 'shop');
}
my $me = $north->safe_psql('postgres', 'SELECT current_user');
my %shop = map { $_ => $node{$_}->connstr('shop') =~ s/'//gr . " user=$me" } keys %node;
my ($diagram, $add, $publish, $subscribe, $at_target, $at_source, $leave, @more) =
  map { $_->{text} =~ s/host=(\w+) dbname=shop/$shop{$1}/gr }
  Documented::blocks('docs/SCALING.md');
is(scalar @more, 0, 'the page has no more blocks');
my $desk = PostgreSQL::Test::Utils::tempdir . '/desk';
mkdir $desk or die $!;
symlink "$FindBin::RealBin/../docs", "$desk/docs" or die $!;
my ($names) = Documented::run('setting up', $desk, $add);
like($names, qr/^north: \d+ rollups taken over.*^south: \d+ rollups taken over/ms, 'both are added');
is($all->safe_psql('shop', "SELECT count(*) FROM ($at_target) AS s" =~ s/;//r), '2', 'watched at the target');
is($north->safe_psql('shop', "SELECT count(*) FROM ($at_source) AS s" =~ s/;//r), '1', 'and at the source');
$all->safe_psql('shop', $leave);
is($north->safe_psql('shop', 'SELECT count(*) FROM pg_replication_slots'), '0', 'left');
$north->safe_psql('shop', 'DROP PUBLICATION governance_rollups');
$north->safe_psql('shop', $publish);
$all->safe_psql('shop', $subscribe);
is($north->safe_psql('shop', q{SELECT slot_name FROM pg_replication_slots}), 'governance_north', 'by hand');
$all->safe_psql('shop', 'DROP SUBSCRIPTION governance_north; DROP SUBSCRIPTION governance_south');

$_->stop foreach values %node;
done_testing();
