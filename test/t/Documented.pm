# The fenced blocks of the documents, for the tests that run them.
package Documented;

use strict;
use warnings;

use IPC::Run;
use PostgreSQL::Test::Utils;
use Test::More;

# Documented::blocks($page): in their order, {language, text, line}.  test/run puts
# a copy of README.md and docs beside this folder.
sub blocks
{
	my ($page) = @_;
	my @blocks;
	my $number = 0;
	my $inside;
	foreach my $line (split /^/, slurp_file($page))
	{
		$number++;
		if ($inside)
		{
			if ($line eq "```\n") { undef $inside; }
			else { $inside->{text} .= $line; }
		}
		elsif ($line =~ /^\s*(?:```|~~~)(.*)$/)
		{
			push @blocks, $inside = { language => $1, text => '', line => $number };
		}
	}
	die "$page: a block does not end" if $inside;
	return @blocks;
}

# Documented::run($name, $folder, $commands): what they print, and complain of.
# They run in bash, each of them must succeed.
sub run
{
	my ($name, $folder, $commands) = @_;
	my ($said, $complaints);
	my $script = "$folder.sh";
	unlink $script;
	append_to_file($script, "set -eu\ncd '$folder'\n$commands");
	IPC::Run::run([ 'bash', $script ], '<', \undef, '>', \$said, '2>', \$complaints);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($?, 0, "$name: runs to its end") or diag("$commands$said$complaints");
	return ($said, $complaints);
}

1;
