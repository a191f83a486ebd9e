# Who may connect, and what a connection may carry: TLS, idle sockets by the
# hundred, requests that two programs could understand in two ways, headers of
# every length.

use strict;
use warnings;

use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;

$SIG{PIPE} = 'IGNORE';
my $node = PostgreSQL::Test::Cluster->new('connections');
$node->init;
$node->append_conf('postgresql.conf', "log_statement = none");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_user('boss', 'boss@example.com'), gov_assign_role('boss', 'admin')});
my $token = $node->safe_psql('app', q{SELECT gov_create_api_token('boss', 'test')});
my $program = $ENV{GATEWAY} // 'governance-gateway';
my $dir = $PostgreSQL::Test::Utils::tmp_check;
my $path = '/api/governance/users/boss/permissions/audit:read';
my $head = "GET $path HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer $token\r\n";

# -- requests that somebody in between could end elsewhere ---------------------------
my $gateway = Gateway->new($node, 'app');

# A request, and another one behind it that must not be carried out.
sub smuggle
{
	my ($what, $request) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my $body = '{"model_id": "smuggled", "version": "1"}';
	my $socket = $gateway->socket;
	syswrite $socket, $request . "POST /api/governance/models/register HTTP/1.1\r\nHost: x\r\n"
		. "Authorization: Bearer $token\r\nContent-Type: application/json\r\nContent-Length: " . length($body) . "\r\n\r\n$body";
	my $all = Gateway::read_all($socket);
	# (libmicrohttpd 1.0 closes without a word where there is a NUL)
	return pass("$what: closed") if $all eq '' && $request =~ /\0/;
	# (libmicrohttpd 1.0 has 501 for an encoding that it does not know)
	like($all, qr{^HTTP/1\.1 (?:400|501) }, "$what: 400");
	like($all, qr{^Connection: close\r$}mi, '  and closed');
	unlike($all, qr{HTTP/1\.1 (?!400|501)\d}, '  before what comes behind');
	return;
}

my $post = "POST /api/governance/models/register HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer $token\r\nContent-Type: application/json\r\n";
my $json = '{"model_id": "odd", "version": "1"}';
my $length = 'Content-Length: ' . length $json;
my $chunks = sprintf "%x\r\n%s\r\n0\r\n\r\n", length $json, $json;
smuggle('Content-Length twice and differing', "$post$length\r\nContent-Length: 5\r\n\r\n$json");
smuggle('the smaller one first', "${post}Content-Length: 5\r\n$length\r\n\r\n$json");
smuggle('Content-Length twice and the same', "$post$length\r\n$length\r\n\r\n$json");
smuggle('Content-Length in other letters', "$post$length\r\ncontent-LENGTH: 1\r\n\r\n$json");
smuggle('two in one Content-Length', "$post$length, 5\r\n\r\n$json");
smuggle('a Content-Length with a sign', "${post}Content-Length: +35\r\n\r\n$json");
smuggle('a Content-Length in hexadecimal', "${post}Content-Length: 0x23\r\n\r\n$json");
smuggle('Content-Length and chunks', "$post$length\r\nTransfer-Encoding: chunked\r\n\r\n$chunks");
smuggle('chunks and Content-Length', "${post}Transfer-Encoding: chunked\r\n$length\r\n\r\n$chunks");
smuggle("Transfer-Encoding: $_", "${post}Transfer-Encoding: $_\r\n\r\n$chunks")
  foreach 'gzip', 'identity', 'gzip, chunked', 'chunked, gzip', 'chunked, chunked', 'xchunked', "chunked\t;q=1";
smuggle('an unknown Transfer-Encoding with a Content-Length', "${post}Transfer-Encoding: x\r\n$length\r\n\r\n$json");
smuggle('Transfer-Encoding twice', "${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n$chunks");
smuggle('chunks of HTTP/1.0', $post =~ s{HTTP/1.1}{HTTP/1.0}r . "Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n$chunks");
smuggle('a blank before the colon', "${post}Content-Length : 5\r\n\r\n");
smuggle('a tab before the colon', "${post}Transfer-Encoding\t: chunked\r\n\r\n");
smuggle('a name that is no token', "${post}Content Length: 5\r\n\r\n");
smuggle('a field without a name', "${post}: 5\r\n\r\n");
smuggle('a folded line', "${post}Content-Length: 0\r\n 5\r\n\r\n");
smuggle('a folded line with nothing in it', "${post}Content-Length: 0\r\n \r\n\r\n");
smuggle('Host twice', "${head}Host: y\r\n\r\n");
smuggle('Host in the second line and the last', "${head}hOST: x\r\n\r\n");
smuggle('Authorization twice', "${head}Authorization: Bearer $token\r\n\r\n");
smuggle('another Authorization', "GET $path HTTP/1.1\r\nHost: x\r\nAuthorization: Basic eDp5\r\nAuthorization: Bearer $token\r\n\r\n");
smuggle('Content-Type twice', "$post$length\r\nContent-Type: text/plain\r\n\r\n$json");
smuggle('NUL in the path', $head =~ s{permissions}{per\0missions}r . "\r\n");
smuggle('NUL behind the path', $head =~ s{read HTTP}{read\0/x HTTP}r . "\r\n");
smuggle('an escaped NUL in the path', $head =~ s{permissions}{per%00missions}r . "\r\n");
smuggle('NUL in the query', $head =~ s{ HTTP}{?resource=a\0b HTTP}r . "\r\n");
smuggle('NUL in a value', "${head}X-Forwarded-Host: a\0b\r\n\r\n");
smuggle('NUL behind the token', $head =~ s{\Q$token\E}{$token\0x}r . "\r\n");
smuggle('NUL before a value', "${head}X-Any:\0 x\r\n\r\n");
smuggle('a line that ends in LF', "${head}X-Any: x\nX-Other: y\r\n\r\n");
smuggle('a header that ends in LF', "${head}X-Any: x\r\n\n");
smuggle('CR in a value', "${head}X-Any: a\rContent-Length: 5\r\n\r\n");
is($node->safe_psql('app', q{SELECT count(*) FROM governance.models}), 0, 'nothing of it was carried out');
is($gateway->ask($token, 'POST', '/models/register', { model_id => 'plain', version => '1' })->{status}, 201, 'a plain one is');

# what is allowed stays: one blank or none, lists in several fields, chunks
my $socket = $gateway->socket;
foreach ([ 'no blank', "X-Any:x\r\nX-None:\r\nX-Blanks: \t  y\r\n" ],
	[ 'a field twice that may be a list', "Accept: text/html\r\nAccept: application/json\r\nX-Forwarded-For: a\r\nX-Forwarded-For: b\r\n" ],
	[ 'text of another character set', "X-Any: \xe4\xf6\xfc\r\n" ])
{
	my ($what, $lines) = @$_;
	syswrite $socket, "$head$lines\r\n";
	like(Gateway::read_answer($socket), qr{^HTTP/1\.1 200 .*"granted": true}s, "$what: answered");
}
syswrite $socket, "${post}Transfer-Encoding: Chunked\r\n\r\n$chunks";
like(Gateway::read_answer($socket), qr{^HTTP/1\.1 201 }, 'chunks: carried out');
$gateway->ask($token, 'GET', '/models/odd/versions/1')->{headers}{etag} =~ /^(".*")$/ or die;
syswrite $socket, "${head}If-None-Match: \"0\"\r\nIf-None-Match: $1\r\nConnection: close\r\n\r\n" =~ s{$path}{/api/governance/models/odd/versions/1}r;
like(Gateway::read_all($socket), qr{^HTTP/1\.1 304 }, 'the second of two lines of a list counts');

# What the library hides from us, as docs/SECURITY.md names it.  One that shows
# it, or refuses it by itself, is as good: then the line there may go.
foreach ([ 'NUL before a bare LF', "${head}X-Any: x\0\n\r\n" ],
	[ 'bare LF behind the size of a chunk', $post . "Transfer-Encoding: chunked\r\n\r\n" . $chunks =~ s/^(\w+)\r\n/$1\n/r =~ s/odd/odd-lf/r =~ s/^23/26/r ],
	[ 'an extension of a chunk', $post . "Transfer-Encoding: chunked\r\n\r\n" . $chunks =~ s/^(\w+)/$1;x=y/r =~ s/odd/odd-ext/r =~ s/^23/27/r ],
	[ 'a field behind the last chunk', $post . "Transfer-Encoding: chunked\r\n\r\n" . $chunks =~ s/odd/odd-tr/r =~ s/^23/26/r =~ s/\r\n\r\n$/\r\nAuthorization: Bearer x\r\nContent-Length: 5\r\n\r\n/r ],
	[ 'empty lines before a request', "\r\n\r\n$head\r\n" ])
{
	my ($what, $request) = @$_;
	my $hidden = $gateway->socket;
	syswrite $hidden, "$request${head}Connection: close\r\n\r\n";
	my $all = Gateway::read_all($hidden);
	my @statuses = $all =~ m{HTTP/1\.1 (\d+) }g;
	like("@statuses", qr/^(200 200|201 200|400|)$/, "$what: one request and the next, or none");
}

# -- headers of every length --------------------------------------------------------
my $many = $gateway->ask($token, 'GET', '/models?' . join '&', map { "p$_=$_" } 1 .. 500);
is($many->{status}, 400, '500 parameters: 400');
like($many->{json}{detail}, qr/^The query has more than 32 parameters\.$/, '  with an answer');
$many = $gateway->ask($token, 'GET', '/models?' . '&' x 1000 . 'x&' x 7000);
is($many->{status}, 400, '8,000 of them: 400') or diag($many->{content});
is($gateway->ask($token, 'GET', '/models?' . '&' x 100 . 'limit=1' . '&' x 100)->{status}, 200, 'empty ones are none');
my $long = 's' x 15_000;
my $page = $gateway->ask($token, 'GET', "/models?limit=1&tag=$long");
is($page->{status}, 200, 'a long query') or diag($page->{content});

foreach my $size (8192, 16_383, 16_384, 16_385, 17_000, 20_000, 30_000, 31_000)
{
	my $fill = $size - length("${head}X: \r\n\r\n");
	my $answer = $gateway->raw_answer($head . 'X: ' . 'a' x $fill . "\r\n\r\n");
	if ($size <= 16_384) { like($answer, qr{^HTTP/1\.1 200 }, "a header of $size bytes is taken"); }
	else { like($answer, qr{^HTTP/1\.1 431 }, "one of $size bytes is not"); }
}
my $answer = $gateway->raw_answer("GET $path?resource=" . 'a' x 20_000 . " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer $token\r\n\r\n");
like($answer, qr{^HTTP/1\.1 (431|414) }, 'nor is a long path');
$answer = $gateway->raw_answer($head . join('', map { "X-$_: y\r\n" } 1 .. 3000) . "\r\n");
like($answer, qr{^HTTP/1\.1 (431|413) }, 'nor are 3,000 fields');
like($gateway->raw_answer($head . 'X: ' . 'a' x 17_000 . "\r\n\r\n"), qr/"code": "too_large".*"At most 16384 bytes are taken\."/,
	'said in words');
is($gateway->stop, 0, 'it stops');

# -- idle connections ---------------------------------------------------------------
# The test asks from 127.0.0.1 whether the gateway is up: its own connections are
# closed some time later, so that what is counted comes from elsewhere.
sub open_idle
{
	my ($from, $n) = @_;
	return map { $gateway->socket($from) } 1 .. $n;
}

# On how many of them is a request without a token answered?
sub answered
{
	my @sockets = @_;
	syswrite $_, "GET /health HTTP/1.1\r\nHost: x\r\n\r\n" foreach @sockets;
	return scalar grep { Gateway::read_answer($_) =~ m{^HTTP/1\.1 200 } } @sockets;
}

my @patient = ('--header-timeout', '1h', '--idle-timeout', '1h');
$gateway = Gateway->new($node, 'app', @patient);
my $known = $gateway->socket;
syswrite $known, "$head\r\n";
like(Gateway::read_answer($known), qr{^HTTP/1\.1 200 }, 'a client that is known');
my @idle = open_idle('127.0.0.6', 520);

# The status that a request with the token gets from there.
sub status_from
{
	my $http = HTTP::Tiny->new(timeout => $PostgreSQL::Test::Utils::timeout_default, local_address => $_[0]);
	return $http->get("http://127.0.0.1:$gateway->{port}$path", { headers => { Authorization => "Bearer $token" } })->{status};
}

is(status_from('127.0.0.2'), 200, '520 idle connections of one address do not lock another one out');
syswrite $known, "$head\r\n";
like(Gateway::read_answer($known), qr{^HTTP/1\.1 200 }, 'nor who is known already');
is(answered(@idle), 32, '32 of them are kept');
is(status_from('127.0.0.6'), 599, 'their address cannot connect meanwhile');
@idle = ();
wait_until(sub { status_from('127.0.0.6') == 200 });
like($gateway->ask($token, 'GET', '/metrics')->{content}, qr/^governance_gateway_clients_turned_away_total [1-9]/m,
	'when they have gone it can; how many were turned away is counted');

# whoever shows a valid token makes room for another one; a wrong one does not
my $wrong = 'gov_' . 'x' x 43;
my @with_token;
foreach my $i (1 .. 40)
{
	push @with_token, $gateway->socket('127.0.0.3');
	syswrite $with_token[-1], "$head\r\n";
	last unless Gateway::read_answer($with_token[-1]) =~ m{^HTTP/1\.1 200 };
}
is(scalar @with_token, 40, 'clients with valid tokens are not counted');
@idle = open_idle('127.0.0.4', 40);
syswrite $_, $head =~ s/\Q$token\E/$wrong/r . "\r\n" foreach @idle;
is(scalar(grep { Gateway::read_answer($_) =~ m{^HTTP/1\.1 401 } } @idle), 32, 'those with wrong ones are');
is($gateway->stop, 0, 'it stops');

# those of a proxy, and all together
$gateway = Gateway->new($node, 'app', @patient, '--trusted-proxy', '10.0.0.0/8, 127.0.0.2/31 ::1', '--max-anonymous-per-ip', 5, '--max-connections-per-ip', 8);
is(answered(open_idle('127.0.0.6', 12)), 5, 'as many as the setting says');
is(answered(open_idle('127.0.0.2', 12)), 12, 'those of a trusted proxy are not counted');
is(answered(open_idle('127.0.0.3', 12)), 12, 'nor those of another one in its network');
is(answered(open_idle('127.0.0.4', 12)), 5, 'those of the next one are');
@with_token = map { my $s = $gateway->socket('127.0.0.5'); syswrite $s, "$head\r\n"; $s } 1 .. 4;
Gateway::read_answer($_) foreach @with_token;
push @with_token, map { my $s = $gateway->socket('127.0.0.5'); syswrite $s, "$head\r\n"; $s } 5 .. 12;
is(scalar(grep { syswrite($_, "$head\r\n"), Gateway::read_answer($_) =~ m{^HTTP/1\.1 200 } } @with_token[0 .. 3]), 4, 'the first of an address');
is(scalar(grep { Gateway::read_answer($_) =~ m{^HTTP/1\.1 200 } } @with_token[4 .. 11]), 4, 'and so many with a token that it has eight');
is($gateway->stop, 0, 'it stops');

# the first header must come soon
$gateway = Gateway->new($node, 'app', '--header-timeout', '1s', '--idle-timeout', '1h', '--request-timeout', '1h',
	'--trusted-proxy', '127.0.0.2');
my ($patient, $silent, $dribbling, $in_header, $began) = ($gateway->socket('127.0.0.2'), map { $gateway->socket } 1 .. 4);
syswrite $began, "$head\r\n";
like(Gateway::read_answer($began), qr{^HTTP/1\.1 200 }, 'one request');
ok(Gateway::is_closed($silent), 'a connection that says nothing is closed');
syswrite $in_header, "GET $path HTTP/1.1\r\nHost: x\r\n";
ok( wait_until(sub {
		syswrite $dribbling, 'G';
		syswrite $in_header, "X-More: y\r\n";
		return Gateway::is_closed($dribbling, 0.1) && Gateway::is_closed($in_header);
	}),
	'so are those on which the header dribbles');
foreach ([ $began, 'one whose first header has come' ], [ $patient, 'one of a trusted proxy' ])
{
	my ($s, $what) = @$_;
	syswrite $s, "$head\r\n";
	like(Gateway::read_answer($s), qr{^HTTP/1\.1 200 }, "$what is not");
}
is($gateway->stop, 0, 'it stops');

# a socket of the file system has no address
my $file = PostgreSQL::Test::Utils::tempdir_short() . '/s';
my $local = IPC::Run::start([ $program, '--listen', "unix:$file", '--db', $node->connstr('app') . ' user=gateway', '--access-log', 'off', @patient ],
	'<', \'', '>', '/dev/null', '2>', '/dev/null');
wait_until(sub { defined IO::Socket::UNIX->new(Peer => $file) });
my @local = map { IO::Socket::UNIX->new(Peer => $file) } 1 .. 40;
is(answered(@local), 40, 'a socket of the file system has no limit by address');
$local->signal('TERM');
$local->finish;

# -- TLS ----------------------------------------------------------------------------
system_or_bail('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
	'-subj', '/CN=localhost', '-days', '1', '-keyout', "$dir/key.pem", '-out', "$dir/cert.pem");
chmod 0600, "$dir/key.pem";
my @files = ('--tls-cert', "$dir/cert.pem", '--tls-key', "$dir/key.pem");

# The version that a client gets which offers one alone; '' where none.
sub version_of
{
	my ($version) = @_;
	my ($out, $err) = run_command([ 'sh', '-c', "echo | openssl s_client -connect 127.0.0.1:$gateway->{port} -tls$version -cipher 'ALL:\@SECLEVEL=0' 2>&1" ]);
	return $out =~ /^New, TLSv1.*Cipher is (?!\(NONE\))/m && $out =~ /^\s*Protocol\s*: (\S+)/m ? $1 : $out =~ /^New, (TLSv1\.3), Cipher is (?!\(NONE\))/m ? $1 : '';
}

foreach ([ [], ' TLSv1.2 TLSv1.3' ], [ [ '--tls-min-version', '1.1' ], 'TLSv1.1 TLSv1.2 TLSv1.3' ], [ [ '--tls-min-version', '1.3' ], '  TLSv1.3' ])
{
	my ($setting, $versions) = @$_;
	$gateway = Gateway->new($node, 'app', @files, @$setting);
	is(join(' ', map { version_of($_) } '1_1', '1_2', '1_3'), $versions, "versions of TLS: @$setting");
	is($gateway->stop, 0, 'it stops') if @$setting;
}
command_fails_like([ $program, '--db', 'x', '--tls-min-version', 'SSLv3' ], qr/--tls-min-version is 1\.0, 1\.1, 1\.2 or 1\.3/, 'another version is refused');
command_fails_like([ $program, '--db', 'x', '--trusted-proxy', $_ ], qr/--trusted-proxy is a list of addresses/, "so is --trusted-proxy $_")
  foreach 'localhost', '10.0.0.0/33', '10.0.0.1/', '::/129', '10.0.0.0/8x', '300.1.1.1';

# the file with the key
$gateway = Gateway->new($node, 'app', @files);
my @check = ($program, '--check', '--db', $node->connstr('app') . ' user=gateway', @files);
foreach my $mode (0644, 0640, 0604, 0660, 0601)
{
	chmod $mode, "$dir/key.pem";
	my ($out, $err) = run_command(\@check);
	like($err, qr{key\.pem" is open to its group or to others}, sprintf 'a key with mode %04o is told', $mode);
	like($out, qr/: there are problems$/, '  by --check');
}
command_fails_like([ $program, '--db', 'dbname=x', '--listen', '127.0.0.1:0', '--access-log', 'off', @files ],
	qr/does not start: .*key\.pem.*is open/, 'and the gateway does not start');
kill 'HUP', $gateway->pid;
ok(wait_for_text($gateway->{log}, qr/"message":"not reloaded"/), 'nor takes it over');
is(version_of('1_3'), 'TLSv1.3', 'but goes on with what it has');
chmod 0400, "$dir/key.pem";
my ($out) = run_command(\@check);
like($out, qr/: ok$/, 'one that nobody else can read is fine');
is($gateway->stop, 0, 'it stops');

$node->stop;
done_testing();
