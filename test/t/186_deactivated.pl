# Who is deactivated passes no more: of 100,000 requests that are sent, under load and
# on connections that go on, after gov_deactivate_user() has returned, none is
# answered; by a signed token and by an API token.
use strict;
use warnings;
use Digest::SHA qw(hmac_sha256);
use Gateway;
use JSON::PP;
use MIME::Base64 qw(encode_base64url);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;

my $clients = 4;
my $each = 25_000;    # requests after the deactivation
my $batch = 25;       # one behind the other, before the first answer is read

my $node = PostgreSQL::Test::Cluster->new('deactivated');
my $dir = PostgreSQL::Test::Utils::tempdir;
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'\n");
$node->start;
my $secret = 'a secret of at least 32 bytes, say';
my $key = encode_base64url($secret);
$node->safe_psql('postgres', qq{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_user('ann', NULL), gov_create_user('ben', NULL), gov_create_role('keys', permissions => '{identity:keys}');
	SELECT gov_assign_role('postgres', 'keys'), gov_set_issuer('https://login.example', 'governance');
	SELECT gov_link_identity('ann', 'https://login.example', 'auth0|ann');
	SELECT gov_store_issuer_keys('https://login.example', '{"keys": [{"kty": "oct", "k": "$key"}]}')});
my $text = join '.', map { encode_base64url(encode_json($_)) } { alg => 'HS256' },
  { iss => 'https://login.example', sub => 'auth0|ann', aud => 'governance', exp => time + 86400 };
my @ann = ("$text." . encode_base64url(hmac_sha256($text, $secret)), $node->safe_psql('postgres', q{SELECT gov_create_api_token('ann', 'hers')}));
my $ben = $node->safe_psql('postgres', q{SELECT gov_create_api_token('ben', 'his')});
my $gateway = Gateway->new($node, 'postgres');

# ask(socket, tokens): the statuses of a batch of requests
sub ask
{
	my ($socket, @tokens) = @_;
	syswrite($socket, join '', map { "GET /api/governance/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer $tokens[$_ % @tokens]\r\n\r\n" } 1 .. $batch);
	my ($all, @statuses) = ('');
	while (@statuses < $batch)
	{
		sysread($socket, $all, 65536, length $all) or die 'the connection is closed';
		while ($all =~ /^HTTP\/1\.1 (\d+) .*?\r\nContent-Length: (\d+)\r\n(?:[^\r\n]+\r\n)*\r\n/is && length $all >= $+[0] + $2)
		{
			push @statuses, $1;
			substr($all, 0, $+[0] + $2) = '';
		}
	}
	return @statuses;
}

sub note_down { my ($file, $what) = @_; append_to_file("$file.new", encode_json($what)); rename "$file.new", $file; return; }

# start(name, is_over, tokens): somebody who asks until that; what was answered before
# and after the deactivation goes into a file of that name.
sub start
{
	my ($name, $is_over, @tokens) = @_;
	my $child = fork // BAIL_OUT("fork: $!");
	return $child if $child;
	my $socket = $gateway->socket;
	my (%count, $asked);
	eval {
		until ($is_over->($asked // 0))
		{
			my $when = -e "$dir/gone" ? 'after' : 'before';
			$count{$when}{$_}++ foreach ask($socket, @tokens);
			$asked += $batch if $when eq 'after';
			note_down("$dir/$name.going", {}) unless -e "$dir/$name.going";
		}
		1;
	} or $count{error} = "$@";
	note_down("$dir/$name", \%count);
	require POSIX;
	POSIX::_exit(0);
}
my @children = (start('other', sub { -e "$dir/over" }, $ben), map { start("ann$_", sub { $_[0] >= $each }, @ann) } 1 .. $clients);
wait_until(sub { $clients + 1 == grep { -e "$dir/$_.going" } 'other', map { "ann$_" } 1 .. $clients });
$node->safe_psql('postgres', q{SELECT gov_deactivate_user('ann')});
append_to_file("$dir/gone", '');
my %sum;
foreach my $n (1 .. $clients)
{
	waitpid $children[$n], 0;
	my $count = decode_json(slurp_file("$dir/ann$n"));
	is($count->{error}, undef, "client $n: its connection goes on");
	foreach my $when (qw(before after)) { $sum{$when}{$_} += $count->{$when}{$_} foreach keys %{ $count->{$when} // {} }; }
}
append_to_file("$dir/over", '');
waitpid $children[0], 0;
my $other = decode_json(slurp_file("$dir/other"));
cmp_ok($sum{before}{200}, '>', 0, 'before, she is answered');
is_deeply($sum{after}, { 401 => $clients * $each }, 'after, of ' . $clients * $each . ' requests none');
is_deeply([ map { keys %{ $other->{$_} } } qw(before after) ], [ 200, 200 ], 'somebody else is, all the while');
$node->safe_psql('postgres', q{SELECT gov_reactivate_user('ann')});
is_deeply([ (ask($gateway->socket, @ann))[0, 1] ], [ 401, 200 ], 'active again, she is as well, but by the API token of before');
$gateway->stop;
$node->stop;
done_testing();
