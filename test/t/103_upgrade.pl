# Updating makes the same extension as installing it afresh.  Every version that
# was released and has a script towards this one is put to that; and with a
# made-up next version it is shown that the comparison holds: a script that
# forgets anything at all is found out.
use strict;
use warnings;
use Cwd qw(abs_path);
use File::Basename;
use File::Path qw(make_path);
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# --- a server whose folder of extensions can be written to -----------------------

# Programs find the folders of their server by where they lie themselves: a copy
# of the programs, with links to all else, is a server of its own.
sub pg_config
{
	my ($option) = @_;
	my ($path) = run_command([ 'pg_config', $option ]);
	return abs_path($path);
}

my %real = map { $_ => pg_config("--$_") } qw(bindir sharedir pkglibdir);
my @common = split m{/}, $real{bindir};
foreach my $dir (@real{qw(sharedir pkglibdir)})
{
	my @parts = split m{/}, $dir;
	my $same = 0;
	$same++ while $same < @common && $same < @parts && $common[$same] eq $parts[$same];
	$#common = $same - 1;
}
my $common = join '/', @common;
my $root = PostgreSQL::Test::Utils::tempdir_short() . '/server';
my %own = map { $_ => $root . substr($real{$_}, length $common) } keys %real;

make_path($own{bindir}, dirname($own{pkglibdir}), "$own{sharedir}/extension");
system_or_bail('cp', '-p', glob("$real{bindir}/*"), $own{bindir});
# in a server of one folder the libraries lie within what is there already
symlink $real{pkglibdir}, $own{pkglibdir} or -d $own{pkglibdir} or BAIL_OUT($!);
foreach my $file (glob("$real{sharedir}/*"), glob("$real{sharedir}/extension/*"))
{
	my $copy = $own{sharedir} . substr($file, length $real{sharedir});
	next if $copy eq "$own{sharedir}/extension";
	if ($copy =~ m{/extension/governance\b[^/]*$})
	{
		system_or_bail('cp', $file, $copy);
	}
	else
	{
		symlink $file, $copy or BAIL_OUT("$copy: $!");
	}
}
my $scripts = "$own{sharedir}/extension";
my ($version) = slurp_file("$scripts/governance.control") =~ /^default_version = '(.*)'/m;
my $next = "$version.next";

my $node = PostgreSQL::Test::Cluster->new('upgrade', install_path => dirname($own{bindir}));
$node->init;
$node->append_conf('postgresql.conf', "fsync = off");
$node->start;

my $catalog = slurp_file("$FindBin::RealBin/catalog.sql");

# What the extension of a database is, as lines.
sub made
{
	my ($db) = @_;
	my ($ret, $out, $err) = $node->psql($db, $catalog, on_error_stop => 1, extra_params => ['-q']);
	is($err, '', "$db can be printed");
	return [ split /\n/, $out ];
}

# The lines that only one of two has.
sub differences
{
	my ($updated, $fresh) = @_;
	my (%count, @found);
	$count{$_}-- foreach @$updated;
	$count{$_}++ foreach @$fresh;
	foreach my $line (sort grep { $count{$_} != 0 } keys %count)
	{
		push @found, ($count{$line} > 0 ? 'missing: ' : 'too much: ') . $line;
	}
	return @found;
}

# Do as the real ones say: install old, update, compare.
sub updated
{
	my ($db, $from, $to, $template) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $db" . ($template ? " TEMPLATE $template" : ''));
	$node->safe_psql($db, "CREATE EXTENSION governance VERSION '$from'") if !$template;
	$node->safe_psql($db, "ALTER EXTENSION governance UPDATE TO '$to'");
	return made($db);
}

# --- the versions that were released ------------------------------------------------

$node->safe_psql('postgres', 'CREATE DATABASE fresh');
$node->safe_psql('fresh', 'CREATE EXTENSION governance');
my $fresh = made('fresh');
cmp_ok(scalar @$fresh, '>', 2000, 'there is a lot to compare');

my @released = split /\n/, $node->safe_psql('fresh', "SELECT DISTINCT v.version FROM pg_available_extension_versions AS v
	WHERE v.name = 'governance' AND v.version <> '$version' ORDER BY 1");
foreach my $old (@released)
{
	is($node->safe_psql('fresh', "SELECT path IS NOT NULL FROM pg_extension_update_paths('governance') WHERE source = '$old' AND target = '$version'"),
		't', "there is a way from $old to $version");
	(my $db = "from_$old") =~ s/\W/_/g;
	is_deeply([ differences(updated($db, $old, $version), $fresh) ], [], "$old, updated, is $version");
}

# --- a version that never was ----------------------------------------------------------

# What the next version has and this one has not: a name, the statement that
# makes it, and what that needs first.  The new install script has them all at
# its end; but a column in its CREATE TABLE, as it is written in truth.
my @changes = (
	[ 'a column', 'ALTER TABLE governance.environments ADD next_note text' ],
	[ 'the comment on a column', q{COMMENT ON COLUMN governance.environments.rank IS 'next'} ],
	[ 'a default', q{ALTER TABLE governance.environments ALTER description SET DEFAULT 'none'} ],
	[ 'NOT NULL', 'ALTER TABLE governance.sla_raw_observations ALTER latency_ms DROP NOT NULL' ],
	[ 'a CHECK', 'ALTER TABLE governance.environments ADD CONSTRAINT environments_next_check CHECK (rank <> 13)' ],
	[ 'an index', 'CREATE INDEX next_idx ON governance.models (created_at)' ],
	[ 'a storage parameter', 'ALTER TABLE governance.sla_minutes SET (fillfactor = 80)' ],
	[ 'a function', q{CREATE FUNCTION @extschema@.gov_next() RETURNS int LANGUAGE sql AS 'SELECT 1'} ],
	[ 'a grant on a table', 'GRANT INSERT ON governance.sla_days TO PUBLIC' ],
	[ 'a grant on a column', 'GRANT UPDATE (revision) ON governance.sla_days TO PUBLIC' ],
	[ 'a revoke', 'REVOKE EXECUTE ON FUNCTION @extschema@.gov_health() FROM PUBLIC' ],
	[ q{a function's property}, 'ALTER FUNCTION @extschema@.gov_version() COST 17' ],
	[ q{a function's setting}, 'ALTER FUNCTION @extschema@.gov_version() SET search_path = pg_catalog, pg_temp' ],
	[ q{a function's comment}, q{COMMENT ON FUNCTION @extschema@.gov_version() IS 'next'} ],
	[ 'a trigger', 'CREATE TRIGGER next_guard AFTER DELETE ON governance.sla_deltas FOR EACH ROW EXECUTE FUNCTION governance.guard()' ],
	[ 'that a trigger always fires', 'ALTER TABLE governance.sla_hours ENABLE ALWAYS TRIGGER next_always',
		'CREATE TRIGGER next_always AFTER DELETE ON governance.sla_hours FOR EACH ROW EXECUTE FUNCTION governance.guard()' ],
	[ 'a table', 'CREATE TABLE governance.nexts (next int PRIMARY KEY)' ],
	[ 'the removal of a table', 'DROP TABLE governance.next_gone' ],
	[ 'row security', 'ALTER TABLE governance.next_rows ENABLE ROW LEVEL SECURITY', 'CREATE TABLE governance.next_rows (x int)' ],
	[ 'a policy', 'CREATE POLICY next_policy ON governance.sla_days FOR SELECT USING (revision > 1)' ],
	[ 'that a table is dumped', q{SELECT pg_catalog.pg_extension_config_dump('governance.next_dumped', '')}, 'CREATE TABLE governance.next_dumped (x int)' ],
	[ 'a sequence', 'CREATE SEQUENCE governance.next_no CACHE 7' ],
	[ 'a view', 'CREATE VIEW governance.v_next AS SELECT 1 AS one' ],
	[ 'a row', q{INSERT INTO governance.environments (name, rank) VALUES ('next', 42)} ],
	[ 'a type', q{CREATE TYPE governance.next_kind AS ENUM ('one', 'two')} ],
	[ 'a value of a type', q{ALTER TYPE governance.next_word ADD VALUE 'three'}, q{CREATE TYPE governance.next_word AS ENUM ('one')} ],
	[ 'a statistics object', 'CREATE STATISTICS governance.next_stats ON model_id, version FROM governance.model_versions' ],);

# The statements of all changes, but that of the one to be forgotten.
sub statements
{
	my ($forgotten) = @_;
	my $script = '';
	foreach my $change (@changes)
	{
		my ($name, $statement, $before) = @$change;
		$script .= "$before;\n" if defined $before;
		$script .= "$statement;\n" if $name ne ($forgotten // '');
	}
	return $script;
}

my $old_install = slurp_file("$scripts/governance--$version.sql") . "\nCREATE TABLE governance.next_gone (x int);\n";
my $new_install = $old_install . statements('a column');
$new_install =~ s/^(CREATE TABLE governance\.environments \(.*?)(,\n +CONSTRAINT)/$1,\n    next_note text$2/ms
  or BAIL_OUT('no table to give a column to');
my $from = "$version.before";
PostgreSQL::Test::Utils::append_to_file("$scripts/governance--$from.sql", $old_install);
PostgreSQL::Test::Utils::append_to_file("$scripts/governance--$next.sql", $new_install);

sub write_update
{
	my ($forgotten) = @_;
	unlink "$scripts/governance--$from--$next.sql";
	PostgreSQL::Test::Utils::append_to_file("$scripts/governance--$from--$next.sql",
		"\\echo Use \"ALTER EXTENSION governance UPDATE\" to load this file. \\quit\n" . statements($forgotten));
	return;
}

write_update(undef);
$node->safe_psql('postgres', 'CREATE DATABASE old_version');
$node->safe_psql('old_version', "CREATE EXTENSION governance VERSION '$from'");
$node->safe_psql('postgres', 'CREATE DATABASE new_version');
$node->safe_psql('new_version', "CREATE EXTENSION governance VERSION '$next'");
my $new = made('new_version');
isnt(scalar(differences(made('old_version'), $new)), 0, 'the two versions differ');
is_deeply([ differences(updated('whole', $from, $next, 'old_version'), $new) ], [], 'a script that does everything makes the next version');

# meanwhile the library is the former one: it says so, and goes on
my ($ret, $out, $err) = $node->psql('whole', 'SELECT gov_version()');
is($out, $version, 'gov_version() is the version of the library');
like($err, qr/WARNING:  the library is version \Q$version\E, the SQL script version \Q$next\E/, 'and it warns of a script of another one');
like($err, qr/HINT:  Run ALTER EXTENSION governance UPDATE, or install the library that fits\./, 'with what to do');
like($node->safe_psql('whole', 'SELECT gov_health()'), qr/the library is version \Q$version\E, the SQL script version \Q$next\E: run ALTER EXTENSION/, 'as gov_health() does');
# the trail and what it is made of survive
is($node->safe_psql('whole', q{SELECT bool_and(ok) FROM gov_audit_verify()}), 't', 'the log verifies after the update');
is($node->safe_psql('whole', q{SELECT event_type || ' ' || resource FROM governance.audit_events ORDER BY event_id DESC LIMIT 1}),
	'environment.insert environment/next', 'a row that an update brings is in the trail');

foreach my $change (@changes)
{
	my ($name) = @$change;
	write_update($name);
	my @found = differences(updated('forgetful', $from, $next, 'old_version'), $new);
	isnt(scalar(@found), 0, "a script that forgets $name is found out");
	note($found[0] // 'nothing');
	$node->safe_psql('postgres', 'DROP DATABASE forgetful');
}

# what it does too much, too; and an order of columns of its own
write_update(undef);
PostgreSQL::Test::Utils::append_to_file("$scripts/governance--$from--$next.sql", "CREATE TABLE governance.superfluous (x int);\n");
my @found = differences(updated('superfluous', $from, $next, 'old_version'), $new);
like("@found", qr/too much: relation governance\.superfluous/, 'a script that does too much is found out');
# an update that fails leaves the old version as it was
PostgreSQL::Test::Utils::append_to_file("$scripts/governance--$from--$next.sql", "SELECT 1 / 0;\n");
$node->safe_psql('postgres', 'CREATE DATABASE failed TEMPLATE old_version');
($ret, $out, $err) = $node->psql('failed', "ALTER EXTENSION governance UPDATE TO '$next'");
like($err, qr/division by zero/, 'an update that fails');
is_deeply([ differences(made('failed'), made('old_version')) ], [], 'changes nothing');

$node->stop;
done_testing();
