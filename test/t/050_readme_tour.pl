# The tour of README.md runs as it stands, in a fresh database, without a
# failure; what it says is refused is refused.  And the README names every
# function there is, and no other, and tells what the built-in roles may do.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# test/run puts a copy of the README beside this folder.
my ($tour) = slurp_file('README.md') =~ /^## A tour\n.*?^```sql\n(.*?)^```\n/ms;
ok($tour, 'the README has a tour');

my $node = PostgreSQL::Test::Cluster->new('tour');
$node->init;
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE tour');

# by standard input, as if pasted: it has psql's own commands
my ($status, $out, $err) =
  $node->psql('tour', $tour // '', on_error_stop => 1);
is($status, 0, 'which runs to its end') or diag($err);
unlike($err, qr/ERROR|WARNING/, 'without an error or a warning');

my @refused = $err =~ /NOTICE:\s+(MG\d{3}):/g;
is("@refused", 'MG001 MG001 MG003 MG002 MG004',
	'and shows each refusal that it announces');
is( $node->safe_psql('tour',
		q{SELECT version FROM gov_deployed_model('credit_risk')}),
	'1.0.0', 'the rollback brought the first version back');
is( $node->safe_psql('tour',
		q{SELECT gov_admit('loan_approval') -> 'models' ->> 'credit_risk'}),
	'1.0.0', 'and the use-case is served by it');

my $readme = slurp_file('README.md');
my %told = map { $_ => 1 } $readme =~ /\b(gov_[a-z_]*[a-z])\b(?!_)/g;
my %there = map { $_ => 1 } split /\n/, $node->safe_psql('tour',
	q{SELECT DISTINCT proname FROM pg_proc
		WHERE proname LIKE 'gov\_%' AND pronamespace = 'public'::regnamespace});
is_deeply([ grep { !$there{$_} } sort keys %told ],
	[], 'functions in the README that do not exist');
is_deeply([ grep { !$told{$_} } sort keys %there ],
	[], 'functions that the README does not name');

# by role: the permissions with a "yes" in its column
my @roles = qw(operator analyst approver auditor admin);
my @rows = $readme =~ /^\| `(\w+:\w+)` ((?:\| (?:yes)? ?){5})\|/mg;
my %may;
while (my ($permission, $cells) = splice @rows, 0, 2)
{
	my @yes = map { /yes/ ? 1 : 0 } (split /\|/, $cells)[ 1 .. 5 ];
	push @{ $may{ $roles[$_] } }, $permission foreach grep { $yes[$_] } 0 .. 4;
}
foreach my $role (@roles)
{
	is( join(' ', sort @{ $may{$role} // [] }),
		$node->safe_psql('tour',
			qq{SELECT string_agg(permission, ' ' ORDER BY permission)
				FROM governance.role_permissions WHERE role = '$role'}),
		"what role $role permits");
}

# the way out that the README gives
$node->safe_psql('tour', 'DROP EXTENSION governance');
$node->safe_psql('tour',
	'DROP ROLE tour_scientist, tour_approver, tour_operator, tour_auditor');

$node->stop;
done_testing();
