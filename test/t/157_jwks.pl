# governance-jwks: keys come from their issuer, over https or from this machine,
# and whatever goes wrong leaves the last good ones.
use strict;
use warnings;
use Gateway;
use HTTP::Tiny;
use IO::Select;
use IO::Socket::INET;
use IPC::Run;
use JSON::PP;
use MIME::Base64 qw(encode_base64url decode_base64);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;

my $json = JSON::PP->new->canonical;
my $dir = PostgreSQL::Test::Utils::tempdir;

# --- an issuer, in a process of its own: it answers with the files of a folder ----------

my $port = PostgreSQL::Test::Cluster::get_free_port();
my $issuer = "http://127.0.0.1:$port/realm";
mkdir "$dir/www";
my $listener = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 10, ReuseAddr => 1) or BAIL_OUT("listen: $!");
my $server = fork;
if (!$server)
{
	$SIG{PIPE} = 'IGNORE';
	while (my $client = $listener->accept)
	{
		my ($request, $path) = ('', undef);
		$request .= <$client> // last until $request =~ /\r\n\r\n/ || eof $client;
		($path) = $request =~ /^GET (\S+)/ or next;
		(my $file = $path) =~ s{/}{_}g;
		$file = "$dir/www/$file";
		my $body = -f $file ? slurp_file($file) : undef;
		if (!defined $body) { print $client "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"; }
		elsif ($body =~ /^to (\S+)/) { print $client "HTTP/1.1 302 Found\r\nLocation: $1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"; }
		elsif ($body eq 'slow') { IO::Select->new($client)->can_read; }    # until the client has enough
		elsif ($body eq 'endless') { print $client "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"; 1 while print $client ' ' x 8192; }
		else { print $client "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " . length($body) . "\r\nConnection: close\r\n\r\n$body"; }
		append_to_file("$dir/asked", "$path\n");
		close $client;
	}
	exit 0;
}
close $listener;
END { kill 'KILL', $server if $server; }

sub serves
{
	my ($path, $body) = @_;
	(my $file = $path) =~ s{/}{_}g;
	unlink "$dir/www/new";
	append_to_file("$dir/www/new", ref $body ? $json->encode($body) : $body);
	rename "$dir/www/new", "$dir/www/$file";
	return;
}
# How often it was asked for its configuration, and how often for its keys; what is
# counted has its answer, which no change of the files alters any more.
sub asked { return -f "$dir/asked" ? scalar(() = slurp_file("$dir/asked") =~ /openid-configuration/g) : 0; }
sub fetched { return -f "$dir/asked" ? scalar(() = slurp_file("$dir/asked") =~ /^\/keys$/gm) : 0; }

# A key pair by openssl: the public half as a JSON Web Key.
sub key
{
	my ($kid) = @_;
	run_log([ qw(openssl genpkey -algorithm ed25519 -out), "$dir/$kid.pem" ]) or BAIL_OUT('openssl');
	my ($pem) = run_command([ qw(openssl pkey -pubout -in), "$dir/$kid.pem" ]);
	my $der = decode_base64($pem =~ s/-----[^\n]*-----//gr);
	return { kty => 'OKP', crv => 'Ed25519', kid => $kid, use => 'sig', alg => 'EdDSA', x => encode_base64url(substr $der, -32) };
}
sub token
{
	my ($kid, %claims) = @_;
	my $text = join '.', map { encode_base64url($json->encode($_)) } { alg => 'EdDSA', kid => $kid },
	  { iss => $issuer, sub => 'auth0|rosa', aud => 'governance', exp => time + 3600, %claims };
	append_to_file("$dir/text", $text);
	run_log([ qw(openssl pkeyutl -sign -rawin -inkey), -f "$dir/$kid.pem" ? "$dir/$kid.pem" : "$dir/one.pem", '-in', "$dir/text", '-out', "$dir/signature" ]) or BAIL_OUT('openssl');
	my $signed = $text . '.' . encode_base64url(slurp_file("$dir/signature"));
	unlink "$dir/text", "$dir/signature";
	return $signed;
}
my %key = map { $_ => key($_) } qw(one two three);
my $config = { issuer => $issuer, jwks_uri => "http://127.0.0.1:$port/keys" };
serves('/realm/.well-known/openid-configuration', $config);
serves('/keys', { keys => [ $key{one} ] });

# --- the database -------------------------------------------------------------------

my $node = PostgreSQL::Test::Cluster->new('jwks');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'\n");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN; CREATE ROLE keys LOGIN; CREATE ROLE plain LOGIN;
	SELECT gov_create_role('fetches_keys', 'governance-jwks', '{identity:keys}');
	SELECT gov_create_user(u, NULL, r::name) FROM (VALUES ('keys', 'keys'), ('plain', 'plain'), ('rosa', NULL)) AS v (u, r);
	SELECT gov_assign_role('keys', 'fetches_keys')});
$node->safe_psql('app', qq{
	SELECT gov_set_issuer('$issuer', 'governance');
	SELECT gov_set_issuer('stored by hand', 'governance');
	SELECT gov_link_identity('rosa', '$issuer', 'auth0|rosa')});

my @db = ('--db', 'dbname=app user=keys host=' . $node->host . ' port=' . $node->port);
# jwks(arguments): the exit status and what was said
sub jwks
{
	my @arguments = @_;
	my ($out, $err) = ('', '');
	IPC::Run::run([ 'governance-jwks', @arguments ], '<', \undef, '>', \$out, '2>', \$err);
	return ($? >> 8, $out . $err);
}
sub kids { return $node->safe_psql('app', qq{SELECT string_agg(kid, ',' ORDER BY kid) FROM governance.issuer_keys WHERE issuer = '$issuer'}); }
sub events { return $node->safe_psql('app', q{SELECT count(*) FROM governance.audit_events WHERE event_type LIKE 'issuer_key.%'}); }
sub does
{
	my ($what, $status, $said, @arguments) = @_;
	my ($got, $text) = jwks(@db, @arguments);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($got, $status, "$what: $status") or diag($text);
	like($text, $said, '  and says so');
	unlike($text, qr/\Q$key{one}{x}\E|\Q$key{two}{x}\E|eyJ/, '  without a key or a token');
	return;
}

is((jwks('--help'))[0], 0, 'help');
like((jwks('--help'))[1], qr/^Usage: governance-jwks/m, '  is shown');
is((jwks('--version'))[0], 0, 'its version');
is((jwks(@$_))[0], 2, "wrong: @$_") foreach [], ['--nothing'], [ @db, 'more' ], [ @db, '--timeout', 'soon' ], [ @db, '--timeout', '0' ], [ @db, '--check', '--watch' ],
  [ '--db', 'dbname=app host=/nowhere' ], [ '--db', $db[1] =~ s/user=keys/user=plain/r ], [ '--db', $db[1] =~ s/user=keys/user=gateway/r ], [ @db, '--issuer', 'unknown' ];
like((jwks('--db', $db[1] =~ s/user=keys/user=plain/r))[1], qr/permission "identity:keys"/, 'and says which right is missing');

does('a look', 0, qr{^governance-jwks: \Q$issuer\E: ok$}m, '--check');
is(kids(), '', '  which stores nothing');
does('the first keys', 0, qr{^governance-jwks: \Q$issuer\E: has new keys$}m);
is(kids(), 'one', '  are there');
my $events = events();
is($events, '1', '  with an event');
does('the same', 0, qr/^$/);
is(events(), $events, '  are none');
serves('/keys', { keys => [ $key{one}, $key{two} ] });
does('one more', 0, qr/has new keys/);
is(kids(), 'one,two', '  is there');
is(events() > $events, 1, '  with an event');
is($node->safe_psql('app', "SELECT gov_begin_as('" . token('two') . "')"), 'rosa', '  and its tokens open');

# --- what leaves the last good keys -----------------------------------------------------

$events = events();
sub leaves
{
	my ($what, $said, @arguments) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	does($what, 1, $said, @arguments);
	return is(kids() . ' ' . events(), "one,two $events", '  and they stay');
}
my $good = { keys => [ $key{three} ] };
foreach my $case ([ 'no JSON', 'no keys', qr/no JSON object/ ],
	[ 'JSON with something behind it', $json->encode($good) . ' {}', qr/no JSON object/ ],
	[ 'no object', [ $key{three} ], qr/no JSON object/ ],
	[ 'no set', { key => [] }, qr/no key set/ ],
	[ 'an empty set', { keys => [] }, qr/not stored/ ],
	[ 'nothing at all', '', qr/no JSON object/ ],
	[ 'a zero byte', $json->encode($good) . "\0", qr/no text/ ],
	[ 'a set too large', { %$good, more => 'x' x 65536 }, qr/larger than 64 kB/ ],
	[ 'a set without end', 'endless', qr/larger than 64 kB/ ],
	[ 'JSON too deep', '{"keys":' . '[' x 100 . ']' x 100 . '}', qr/no JSON object/ ],
	[ 'a doubled kid', { keys => [ $key{three}, { %{ $key{two} }, kid => 'three' } ] }, qr/not stored/ ],
	[ 'a private key', { keys => [ { %{ $key{three} }, d => $key{one}{x} } ] }, qr/not stored/ ],
	[ 'a secret', { keys => [ $key{three}, { kty => 'oct', kid => 's', k => 'x' x 60 } ] }, qr/secret/ ],
	[ 'keys for nothing here', { keys => [ { kty => 'OKP', crv => 'X25519', kid => 'e', x => $key{three}{x} } ] }, qr/not stored/ ],
	[ 'keys that are not what they say', { keys => [ { %{ $key{three} }, x => 'short' } ] }, qr/not stored/ ],
	[ 'an issuer that is slow', 'slow', qr/not fetched: .*time/i, '--timeout', '200ms' ])
{
	my ($what, $body, @more) = @$case;
	serves('/keys', $body);
	leaves($what, @more);
}
serves('/keys', $good);
foreach my $case ([ 'another issuer', { %$config, issuer => "$issuer/" }, qr/another issuer/ ],
	[ 'an issuer that is no text', { %$config, issuer => [$issuer] }, qr/another issuer/ ],
	[ 'no jwks_uri', { issuer => $issuer }, qr/names no jwks_uri/ ],
	[ 'a jwks_uri that is no address', { %$config, jwks_uri => 'keys' }, qr/no address/ ],
	[ 'a file', { %$config, jwks_uri => "file://$dir/www/_keys" }, qr/no address/ ],
	[ 'another protocol', { %$config, jwks_uri => "ftp://127.0.0.1:$port/keys" }, qr/no address/ ],
	[ 'a password in it', { %$config, jwks_uri => "http://a:b\@127.0.0.1:$port/keys" }, qr/no address/ ],
	[ 'http to another machine', { %$config, jwks_uri => 'http://192.0.2.1/keys' }, qr/this machine alone/ ],
	[ 'a configuration that is no JSON', '<html>', qr/no JSON object/ ],
	[ 'one that sends elsewhere', "to http://localhost:$port/config", qr/another host/ ],
	[ 'one that sends to another port', 'to http://127.0.0.1:1/config', qr/another host/ ],
	[ 'one that sends round and round', 'to /realm/.well-known/openid-configuration', qr/HTTP 302/ ])
{
	my ($what, $body, $said) = @$case;
	serves('/realm/.well-known/openid-configuration', $body);
	serves('/config', $config);
	leaves($what, $said);
}
unlink "$dir/www/_realm_.well-known_openid-configuration";
leaves('none', qr/HTTP 404/);
serves('/realm/.well-known/openid-configuration', 'to /config');
does('one that sends to another place of the host', 0, qr/has new keys/);
is(kids(), 'three', '  is followed');
serves('/realm/.well-known/openid-configuration', $config);

# issuers that are nowhere, and one that is not asked
$node->safe_psql('app', q{SELECT gov_set_issuer(i, 'governance') FROM unnest('{http://192.0.2.1,https://127.0.0.1:1,https://u:p@127.0.0.1:1,https://127.0.0.1:1/?a=b}'::text[]) AS i});
my ($status, $text) = jwks(@db, '--timeout', '2s');
is($status, 1, 'issuers that cannot be asked');
like($text, qr{^governance-jwks: \Q$_\E: not fetched}m, "  $_") foreach 'http://192.0.2.1', 'https://127.0.0.1:1', 'https://127.0.0.1:1/?a=b';
unlike($text, qr/\Q$issuer\E|by hand/, '  the others are as they were');
is((jwks(@db, '--issuer', $issuer))[0], 0, 'one alone');
$node->safe_psql('app', q{SELECT gov_drop_issuer(i) FROM unnest('{http://192.0.2.1,https://127.0.0.1:1,https://u:p@127.0.0.1:1,https://127.0.0.1:1/?a=b}'::text[]) AS i});

# --- going on ---------------------------------------------------------------------------

my $gateway = Gateway->new($node, 'app');
sub asks { my ($token) = @_; return $gateway->ask($token, 'GET', '/models')->{status}; }
my $log = '';
sub watch { return IPC::Run::start([ 'governance-jwks', @db, '--watch', @_ ], '<', \undef, '>', \$log, '2>', \$log); }
is(asks(token('three')), 200, 'a token of a known key');

serves('/keys', { keys => [ $key{one} ] });
my ($before, $fetched) = (asked(), fetched());
my $watch = watch('--pause', '1ms');
wait_until(sub { kids() eq 'one' });
is(kids(), 'one', 'at its start it asks');
is(asks(token('three')), 401, 'a key that is gone opens nothing');
is(asked(), $before + 1, '  and the answer does not wait for one');
wait_until(sub { fetched() > $fetched + 1 });
is(asked(), $before + 2, '  but the issuer is asked again');

# a flood of keys that do not exist
serves('/keys', { keys => [ $key{two} ] });
is(asks(token("made-up-$_")), 401, "a key that somebody made up, $_") foreach 1 .. 5;
my $listening = $node->background_psql('app', on_error_stop => 0);
$listening->query('LISTEN governance_issuer_keys');
is(asks(token('two')), 401, 'a new key within the minute');
$node->safe_psql('app', q{SELECT gov_run_maintenance()}) foreach 1 .. 2;
unlike($listening->query('SELECT 1') . $listening->{stdout}, qr/notification/, '  asks no more: one request an issuer a minute');
is(asked(), $before + 2, '  and the issuer is not asked');
is(kids(), 'one', '  whose keys stay');

# another issuer has a minute of its own, also one without any key yet
my $other = "http://127.0.0.1:$port/other";
serves('/other/.well-known/openid-configuration', { issuer => $other, jwks_uri => "http://127.0.0.1:$port/keys" });
$node->safe_psql('app', qq{SELECT gov_set_issuer('$other', 'governance'), gov_link_identity('rosa', '$other', 'rosa')});
is(asks(token('two', iss => $other, sub => 'rosa')), 401, 'a new issuer has no keys yet');
wait_until(sub { asks(token('two', iss => $other, sub => 'rosa')) == 200 });
is(asks(token('two', iss => $other, sub => 'rosa')), 200, '  and a moment later it has');
is(asks(token('two', iss => "$other/unknown")), 401, 'who is no issuer here is asked nothing');
$listening->quit;
$watch->signal('TERM');
$watch->finish;
is($watch->full_result(0), 0, 'stopped');
unlike($log, qr/eyJ|\Q$key{one}{x}\E/, '  and has said nothing of keys and tokens');

# it comes back with the database, and fetches by the interval alone, too
serves('/keys', { keys => [ $key{three} ] });
$log = '';
$watch = watch('--interval', '100ms');
wait_until(sub { kids() eq 'three' });
serves('/keys', { keys => [ $key{one} ] });
wait_until(sub { kids() eq 'one' });
is(kids(), 'one', 'by the interval');
$node->restart;
serves('/keys', { keys => [ $key{two} ] });
wait_until(sub { kids() eq 'two' });
is(kids(), 'two', 'after a restart of the database');
$watch->signal('INT');
$watch->finish;
$gateway->stop;
$node->stop;
kill 'KILL', $server;
waitpid $server, 0;
$server = 0;

done_testing();
