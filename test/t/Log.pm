# What a log has to say, line by line: a test that fails shows those that it is
# about, not the whole file.
package Log;

use strict;
use warnings;
use Exporter 'import';
use PostgreSQL::Test::Utils;

our @EXPORT = qw(lines_like);

# lines_like(file, regex, offset): the lines that match, from that byte on.
sub lines_like
{
	my ($file, $regex, $offset) = @_;
	return join "\n", grep { $_ =~ $regex } split /\n/, slurp_file($file, $offset);
}

1;
