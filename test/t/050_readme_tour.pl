# The tour of docs/TOUR.md runs as it stands, in a fresh database, without a
# failure; what it says is refused is refused.
use strict;
use warnings;

use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# test/run puts a copy of the documents beside this folder.
my ($tour) = slurp_file('docs/TOUR.md') =~ /^```sql\n(.*?)^```\n/ms;
ok($tour, 'there is a tour');

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

# the way out that it gives
$node->safe_psql('tour', 'DROP EXTENSION governance');
$node->safe_psql('tour',
	'DROP ROLE tour_scientist, tour_approver, tour_operator, tour_auditor');

$node->stop;
done_testing();
