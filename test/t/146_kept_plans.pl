# A plan is kept for as long as its session lives, and so is right whatever its
# tables held when it was made: of each statement that the extension keeps, the
# plan made in an empty database is the one made in a full one, and it reads
# tables by their indexes.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = $PostgreSQL::Test::Utils::tmp_check;

# --- the statements --------------------------------------------------------------

# What is read whole on purpose: a table of a few rows, or one that is emptied.
my %whole = map { $_ => 1 } qw(approval_policies audit_home audit_log
  burn_rate_rules checkpoint_keys controls environments escalation_rules
  impact_questions sla_evaluations sla_observations sod_sets system_state);

my %types = (
	BOOL => 'boolean', BOOLARRAY => 'boolean[]', BYTEA => 'bytea',
	BYTEAARRAY => 'bytea[]', FLOAT8 => 'float8', FLOAT8ARRAY => 'float8[]',
	INT4ARRAY => 'int4[]', INT8ARRAY => 'int8[]', TEXTARRAY => 'text[]',
	TIMESTAMPTZARRAY => 'timestamptz[]',
	Invalid => 'governance.sketch');	# known when it is run

# What a parameter of gov_sql() is.
my %type_of = (
	gov_bool => 'boolean', gov_bytes => 'bytea', gov_int4 => 'int4', gov_int8 => 'int8',
	gov_json => 'jsonb', gov_text => 'text', gov_time => 'timestamptz');

# The text of string literals.
my $string = qr/"(?:[^"\\]|\\.)*"/;
sub plain { return join '', map { substr($_, 1, -1) =~ s/\\n/\n/gr =~ s/\\(.)/$1/gr } $_[0] =~ /($string)/g }

# Each GOV_SQL() and gov_sql() of the sources, their macros replaced: name,
# types, options, SQL.
sub statements
{
	my ($code, @found) = ('', ());
	foreach my $file (glob("$ENV{TESTDIR}/src/*/*.h"), glob("$ENV{TESTDIR}/src/*/*.c"))
	{
		next if $file =~ m{/src/(?:gateway|jwks|verifier)/};
		my $text = slurp_file($file);
		$text =~ s/\\\n/ /g;
		$text =~ s/^\s*#\s*(?:include|error)\b.*$//mg;
		$text =~ s/^#define (?:GOV_SQL|gov_\w+)\(.*$//mg;
		$code .= "FILE(\"$file\")\n$text\n";
	}
	my $source = "$dir/statements.c";
	append_to_file($source, $code);
	my $file;
	my $expanded = qx(\${CC:-cc} -E -P -w '$source');
	while ($expanded =~ /FILE\("([^"]*)"\)|\bGOV_SQL\((\w+),\s*\(([^)]*)\),((?:$string|[^";])*)\);/g)
	{
		if (defined $1) { $file = $1 =~ s{.*/src/}{}r; next; }
		my ($name, $types, $body) = ($2, $3, $4);
		my $sql = plain($body);
		$types = join ', ', map { $types{$_} // lc } $types =~ /(\w+)O(?:ID|id)/g;
		push @found, { name => "$file $name", types => $types, sql => $sql, is_kept => $body !~ /\.custom/ };
	}
	my $parens;
	$parens = qr/\((?:[^()"]++|$string|(??{$parens}))*+\)/;
	while ($expanded =~ /FILE\("([^"]*)"\)|\bgov_sql\(((?:\s*$string)+)\)((?:[^()";]++|$string|$parens)*+)/g)
	{
		if (defined $1) { $file = $1 =~ s{.*/src/}{}r; next; }
		my ($sql, $parameters) = (plain($2), $3);
		$parameters =~ s/$parens//g;
		my @types = map { $type_of{$_} // () } $parameters =~ /(\w+)/g;
		push @found, { name => "$file " . substr($sql, 0, 60), types => join(', ', @types), sql => $sql, is_kept => 1 };
	}
	my $there = () = $code =~ /^GOV_SQL\(|\bgov_sql\(/mg;
	ok($there > 300, 'the statements are there');
	is(scalar @found, $there, 'and each was read');
	return grep { $_->{is_kept} } @found;
}

# --- their plans --------------------------------------------------------------------

# What tells the extension that a statement of that text is its own.
my $module = "$dir/expect";
append_to_file("$module.c", <<'C');
#include "postgres.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
PG_MODULE_MAGIC;
extern const char *gov_plan_expect(const char *sql);
PG_FUNCTION_INFO_V1(expect);
Datum
expect(PG_FUNCTION_ARGS)
{
	(void) gov_plan_expect(MemoryContextStrdup(TopMemoryContext, text_to_cstring(PG_GETARG_TEXT_PP(0))));
	PG_RETURN_VOID();
}
C
my $includes = qx("$ENV{PG_CONFIG}" --includedir-server);
chomp $includes;
system_or_bail("\${CC:-cc} -shared -fPIC -I'$includes' '$module.c' -o '$module.so'");

my $node = PostgreSQL::Test::Cluster->new('plans');
$node->init;
$node->append_conf('postgresql.conf', "autovacuum = off\nlog_statement = none\n");
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION governance; VACUUM');

my @statements = statements();
my $script = "SET plan_cache_mode = force_generic_plan; SET search_path = pg_catalog, pg_temp;\n";
foreach my $i (0 .. $#statements)
{
	my ($types, $sql) = @{ $statements[$i] }{qw(types sql)};
	next if $sql =~ /pg_dist_/;		# tables of Citus
	my $arguments = join ', ', ('NULL') x split(/, /, $types);
	my $prepare = "PREPARE p$i" . ($types ? " ($types)" : '') . " AS $sql;";
	$script .= "\\echo === $i\nSELECT public.expect(\$q\$$prepare\$q\$);\n$prepare\n"
	  . "EXPLAIN (COSTS OFF) EXECUTE p$i" . ($types ? "($arguments)" : '') . ";\n";
}

sub plans
{
	my $output = $node->safe_psql('postgres', "SELECT gov_version(); CREATE OR REPLACE FUNCTION public.expect(text) RETURNS void LANGUAGE c AS '$module';\n$script");
	my %plans = $output =~ /^=== (\d+)\n(.*?)(?=^=== |\z)/msg;
	return \%plans;
}

my $empty = plans();
foreach my $i (sort { $a <=> $b } keys %$empty)
{
	my $plan = $empty->{$i};
	my @scanned = grep { !$whole{$_} } $plan =~ /Seq Scan on (\w+)/g;
	is("@scanned", '', "$statements[$i]{name} reads by an index");
	unlike($plan, qr/(?:Hash|Merge) .*Join/, "$statements[$i]{name} joins by an index");
}

# --- the same plans of tables that are full, and analyzed ---------------------------------

$node->safe_psql('postgres', q{
	CREATE ROLE vera; CREATE ROLE ada; CREATE ROLE olga;
	SELECT gov_create_role('registers', permissions => '{model:register}'), gov_create_user('vera', NULL, 'vera'),
		gov_create_user('ada', NULL, 'ada'), gov_create_user('olga', NULL, 'olga');
	SELECT gov_assign_role('vera', 'registers'), gov_assign_role('ada', 'approver'), gov_assign_role('olga', 'operator');
	GRANT ALL ON SCHEMA public TO vera, ada, olga});

# In one session each, begun while there is nothing of it.
my $votes = $node->safe_psql('postgres', q{
	SET SESSION AUTHORIZATION vera;
	SELECT count(gov_register_model('risk_' || i % 5, i || '.0.0')) FROM generate_series(1, 200) AS i;
	SET SESSION AUTHORIZATION ada;
	BEGIN;
	SELECT count(gov_approve_model('risk_' || i % 5, i || '.0.0')) FROM generate_series(1, 200) AS i;
	SELECT coalesce(sum(seq_scan), 0) FROM pg_stat_xact_all_tables
	WHERE schemaname = 'governance' AND relname IN ('approval_history', 'model_versions', 'audit_events');
	COMMIT});
is($votes, "200\n200\n0", 'a session that was there before the first vote looks votes up by their key');
my $events = $node->safe_psql('postgres', q{
	SET SESSION AUTHORIZATION olga;
	BEGIN;
	SELECT count(gov_log_event('plan', 'log', 'plans/' || i)) FROM generate_series(1, 200) AS i;
	SELECT count(gov_deploy_model('risk_' || i % 5, i || '.0.0', 'staging')) FROM generate_series(1, 200) AS i;
	SELECT coalesce(sum(seq_scan), 0) FROM pg_stat_xact_all_tables
	WHERE schemaname = 'governance' AND relname IN ('deployment_history', 'model_versions', 'audit_events');
	COMMIT});
is($events, "200\n200\n0", 'and one before the first deployment, deployments and events');

$node->safe_psql('postgres', 'VACUUM ANALYZE');
my $full = plans();
is($full->{$_}, $empty->{$_}, "$statements[$_]{name} has the same plan when there is much")
  foreach sort { $a <=> $b } grep { $statements[$_]{sql} !~ /pg_catalog\.pg_(?!catalog)\w+ AS/ } keys %$full;

$node->stop;
done_testing();
