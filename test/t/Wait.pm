# Waiting until something is so, for as long as PostgreSQL's own tests would
# (PG_TEST_TIMEOUT_DEFAULT, in seconds): a busy machine makes no test fail.
package Wait;

use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Utils;
use Time::HiRes qw(sleep time);

our @EXPORT = qw(wait_until wait_for_text reload);

# wait_until(sub {...}): what it returns, as soon as that is true; else the last.
sub wait_until
{
	my ($test) = @_;
	my $end = time + $PostgreSQL::Test::Utils::timeout_default;
	while (1)
	{
		my $found = $test->();
		return $found if $found || time > $end;
		sleep 0.05;
	}
	return;
}

# wait_for_text(file, regex): is it found in the file at last?
sub wait_for_text
{
	my ($file, $regex) = @_;
	return wait_until(sub { -f $file && slurp_file($file) =~ $regex });
}

# reload(node, line): add that line of configuration; when it is back, new
# sessions begin with it.
sub reload
{
	my ($node, $line) = @_;
	my $asked_at = $node->safe_psql('postgres', 'SELECT clock_timestamp()');
	$node->append_conf('postgresql.conf', $line);
	$node->reload;
	return wait_until(sub { $node->safe_psql('postgres', "SELECT pg_conf_load_time() >= '$asked_at'") eq 't' });
}

1;
