# Periods end when Regulation (EEC, Euratom) No 1182/71 says: ninety with the
# paragraphs behind each (periods.tsv), and some thousands at random against a
# script in another language with Debian's list of holidays (periods.py).  They
# are the same in each run: GOV_SEED gives others.
use strict;
use warnings;
use FindBin;
use IPC::Run;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('periods');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE EXTENSION governance');

# ends([jurisdiction, time zone, unit, amount, rule, event]...)
sub ends
{
	my $values = join ",\n", map { sprintf q{('%s', '%s', '%s', %d, '%s', timestamptz '%s')}, @$_ } @_;
	return split /\n/, $node->safe_psql('postgres', qq{
		SELECT to_char(CASE rule WHEN '-' THEN gov_period_end(j, unit, amount, event, zone) ELSE governance.deadline_end(rule, j, unit, amount, event) END AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')
		FROM (SELECT row_number() OVER () AS n, v.* FROM (VALUES $values) AS v (j, zone, unit, amount, rule, event)) AS v ORDER BY n});
}

# --- the written ones ----------------------------------------------------------------
my @rows = map { chomp; [ split /\t/ ] } grep { !/^#/ } split /^/m, slurp_file("$FindBin::Bin/periods.tsv");
is(scalar @rows, 90, 'ninety periods');
my @ends = ends(map { [ @{$_}[1 .. 6] ] } @rows);
foreach my $i (0 .. $#rows)
{
	my ($id, $where, $zone, $unit, $amount, undef, $event, $end, $rule) = @{ $rows[$i] };
	is($ends[$i], $node->safe_psql('postgres', qq{SELECT to_char(timestamptz '$end' AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')}), "$id: $amount $unit in $where from $event: $rule");
}

# --- against another language -----------------------------------------------------------
SKIP:
{
	skip 'python3-holidays is not installed: test/setup installs it', 1
	  if !IPC::Run::run([ '/usr/bin/python3', '-Ic', 'import holidays, dateutil, zoneinfo' ], '>', \my $nothing, '2>', \my $why);
	my $seed = $ENV{GOV_SEED} // 1;
	srand($seed);
	my %zone = split /[|\n]/, $node->safe_psql('postgres', 'SELECT jurisdiction, time_zone FROM governance.jurisdictions');
	my @places = sort keys %zone;
	my %most = (hours => 200, days => 40, working_days => 30, weeks => 6, months => 14, years => 3);
	my @units = sort keys %most;
	my @cases = map {
		my $where = $places[ int rand @places ];
		my $unit = $units[ int rand @units ];
		my @time = gmtime(1420070400 + int rand(20 * 365.25 * 86400));    # 2015 to 2034
		[ $where, $zone{$where}, $unit, 1 + int rand $most{$unit}, int rand 2 ? '-' : 'dora',
			sprintf('%04d-%02d-%02dT%02d:%02d:%02d+00:00', $time[5] + 1900, $time[4] + 1, @time[ 3, 2, 1, 0 ]) ]
	} 1 .. 5000;
	my $input = join '', map { join("\t", @$_) . "\n" } @cases;
	ok(IPC::Run::run([ '/usr/bin/python3', '-I', "$FindBin::Bin/periods.py" ], '<', \$input, '>', \my $output, '2>', \$why), 'the script runs') or diag $why;
	my @theirs = split /\n/, $output;
	my @ours = ends(@cases);
	my @different = grep { $ours[$_] ne $theirs[$_] } 0 .. $#cases;
	is(scalar @different, 0, "5000 periods end alike (seed $seed)")
	  or diag join "\n", map { "@{$cases[$_]}: $ours[$_], not $theirs[$_]" } @different[ 0 .. ($#different < 9 ? $#different : 9) ];
}
done_testing();
