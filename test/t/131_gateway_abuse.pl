# Clients that dribble, break off or flood; a database that goes away under
# load; reload and stop.  No crash, no leak, nothing done twice.

use strict;
use warnings;

use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);
use Wait;

$SIG{PIPE} = 'IGNORE';
my $node = PostgreSQL::Test::Cluster->new('abuse');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'\nlog_statement = none");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE app');
$node->safe_psql('app', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_user('boss', 'boss@example.com'), gov_create_user('slow', 'slow@example.com');
	SELECT gov_assign_role('boss', 'admin'), gov_assign_role('slow', 'analyst')});
my $token = $node->safe_psql('app', q{SELECT gov_create_api_token('boss', 'test')});
my $slow = $node->safe_psql('app', q{SELECT gov_create_api_token('slow', 'test')});

my $gateway = Gateway->new($node, 'app', '--request-timeout', '2s',
	'--idle-timeout', '3s', '--pool', 4, '--max-connections', 40,
	'--max-header', '8kB', '--db-timeout', '10s');
my $path = '/api/governance/users/boss/permissions/audit:read';
my $head = "GET $path HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer $token\r\n";

sub alive
{
	my ($what) = @_;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok(wait_until(sub { $gateway->ask($token, 'GET', '/users/boss/permissions/audit:read')->{status} == 200 }), "alive after $what");
	return;
}

# So many sessions of the gateway wait for a lock.
sub waits
{
	my ($count) = @_;
	return $node->poll_query_until('app', "SELECT count(*) = $count FROM pg_stat_activity WHERE usename = 'gateway' AND wait_event_type = 'Lock'");
}
alive('the start');

# -- slow clients --------------------------------------------------------------------
my @dribblers = map { my $s = $gateway->socket; syswrite $s, "GET /api HTTP/1.1\r\nX: "; $s } 1 .. 10;
my $body = $gateway->socket;
syswrite $body, "POST /api/governance/models/register HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer $token\r\nContent-Length: 100\r\n\r\n{";
my $idle = $gateway->socket;
my @open = @dribblers;
ok( wait_until(sub {
		foreach my $s (@open, $body) { syswrite $s, 'a'; }
		sleep 0.2;
		@open = grep {
			my $s = $_;
			vec(my $bits = '', fileno($s), 1) = 1;
			!(select($bits, undef, undef, 0) && !sysread($s, my $x, 1000));
		} @open;
		return !@open;
	}),
	'a header that dribbles is cut off');
ok(defined Gateway::read_all($body), 'so is a body');
is(Gateway::read_all($idle), '', 'an idle connection is closed');
alive('slow clients');

# -- clients that break off ------------------------------------------------------------
my $half = $gateway->socket;
syswrite $half, "$head\r\n";
shutdown $half, 1;
like(Gateway::read_all($half), qr{^HTTP/1.1 200 .*"granted": true}s, 'a half-closed socket is answered');
foreach my $part ("GET", "$head", "POST /api/governance/models/register HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{\"a\"")
{
	my $s = $gateway->socket;
	syswrite $s, $part;
	close $s;
}
foreach (1 .. 20) { my $s = $gateway->socket; syswrite $s, "$head\r\n"; close $s; }
alive('clients that broke off');

# -- what is no HTTP --------------------------------------------------------------------
my @noise = map { my $s = $gateway->socket; syswrite $s, $_; $s } ("\0" x 100, "\xff" x 1000, "GET\r\n\r\n", "\r\n" x 100, "GET / HTTP/9.9\r\n\r\n",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "POST $path HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
	"POST $path HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
	"POST $path HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n");
unlike(Gateway::read_all($_), qr{^HTTP/1.1 (2|500)}, 'not answered with success, nor by 500') foreach @noise;
like($gateway->raw("GET /" . 'a' x 100_000 . " HTTP/1.1\r\nHost: x\r\n\r\n"), qr{^HTTP/1.1 4(14|31) |^$}, 'a long path');
like($gateway->raw("$head" . "X-Long: " . 'a' x 100_000 . "\r\n\r\n"), qr{^HTTP/1.1 431 |^$}, 'a long header field');
like($gateway->raw("$head" . "Connection: close\r\n\r\n$head\r\n"), qr{^HTTP/1.1 200 }, 'two at once');
my $twice = $gateway->raw("$head\r\n" . $head . "Connection: close\r\n\r\n");
is(scalar(() = $twice =~ m{HTTP/1.1 200 }g), 2, 'pipelined requests are answered in turn');
my $chunked = $gateway->raw("POST /api/governance/models/register HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer $token\r\nTransfer-Encoding: chunked\r\n\r\n"
	. join('', map { sprintf "%x\r\n%s\r\n", length, $_ } '{"model_id": "chu', 'nked", "version"', ': "1"}') . "0\r\n\r\n");
like($chunked, qr{^HTTP/1.1 201 }, 'a body in chunks');
like($gateway->raw("POST /api/governance/models/register HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
	. ("10000\r\n" . 'x' x 65536 . "\r\n") x 20 . "0\r\n\r\n"), qr{^HTTP/1.1 413 }, 'too many chunks');
alive('noise');

# -- too many -----------------------------------------------------------------------------
my @many = map { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $gateway->{port}) } 1 .. 60;
delete $gateway->{http};
undef @many;
alive('too many connections');
my $limited = Gateway->new($node, 'app', '--rate-limit', 2, '--rate-burst', 5);
is($limited->ask($slow, 'GET', '/users/boss/permissions/audit:read')->{status}, 200, 'a request of a token');
my $flooded;
ok(wait_until(sub { $flooded = $limited->ask($slow, 'GET', '/models'); $flooded->{status} == 429 }), 'beyond the rate of a token: 429');
like($flooded->{headers}{'retry-after'} // '', qr/^\d+$/, 'with Retry-After');
is($limited->ask($token, 'GET', '/models')->{status}, 200, 'another token is not concerned');
is($limited->stop, 0, 'it stops');
alive('another token\'s flood');

# -- a connection is lost in the middle: what reads is asked again, what writes is not ----------
my $blocker = $node->background_psql('app', on_error_stop => 1);
my $terminate = q{SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'gateway' AND wait_event_type = 'Lock'};
foreach ([ 'GET', '/models', '', 200 ], [ 'POST', '/models/register', '{"model_id": "lost", "version": "1"}', 503 ])
{
	my ($method, $where, $content, $expected) = @$_;
	$blocker->query_safe('BEGIN; LOCK TABLE governance.models');
	my $s = $gateway->socket;
	syswrite $s, "$method /api/governance$where HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer $token\r\nContent-Type: application/json\r\nContent-Length: "
		. length($content) . "\r\n\r\n$content";
	waits(1);
	is($node->safe_psql('app', $terminate), 1, "$method: its connection is ended");
	$blocker->query_safe('ROLLBACK');
	like(Gateway::read_all($s), qr{^HTTP/1.1 $expected }, "$method: $expected");
}
$blocker->quit;
is($node->safe_psql('app', q{SELECT count(*) FROM governance.models WHERE model_id = 'lost'}), 0, 'nothing was written behind the client\'s back');

# -- the database goes away under load --------------------------------------------------------
# Writers register versions; each that was told 201 is there, and once.
my $enough = "$PostgreSQL::Test::Utils::tmp_check/enough";
my $http = HTTP::Tiny->new(timeout => $PostgreSQL::Test::Utils::timeout_default);
my @writers;
foreach my $writer (1 .. 4)
{
	my $file = "$PostgreSQL::Test::Utils::tmp_check/writer-$writer";
	my $pid = fork // die;
	if ($pid == 0)
	{
		open my $out, '>', $file or POSIX::_exit(1);
		$out->autoflush;
		for (my $i = 1; !-f $enough; $i++)
		{
			my $reply = $http->post("http://127.0.0.1:$gateway->{port}/api/governance/models/register",
				{ headers => { Authorization => "Bearer $token", 'Content-Type' => 'application/json' },
					content => qq({"model_id": "load-$writer", "version": "$i"}) });
			print $out "$i $reply->{status}\n";
			sleep 0.02;
		}
		close $out;
		require POSIX;
		POSIX::_exit(0);
	}
	push @writers, $pid;
}
wait_for_text("$PostgreSQL::Test::Utils::tmp_check/writer-$_", qr/ 201$/m) foreach 1 .. 4;
$node->stop('immediate');
wait_for_text("$PostgreSQL::Test::Utils::tmp_check/writer-$_", qr/ 503$/m) foreach 1 .. 4;
my $down = $gateway->ask($token, 'GET', '/users/boss/permissions/audit:read');
is($down->{status}, 503, 'no database: 503');
is($gateway->ask(undef, 'GET', '/health')->{status}, 503, 'which health says too');
$node->start;
append_to_file($enough, '');
waitpid $_, 0 foreach @writers;
my %statuses;
foreach my $writer (1 .. 4)
{
	my %answered = map { split ' ' } split /\n/, slurp_file("$PostgreSQL::Test::Utils::tmp_check/writer-$writer");
	$statuses{$_}++ foreach values %answered;
	my @there = split /\n/, $node->safe_psql('app', "SELECT version FROM governance.model_versions WHERE model_id = 'load-$writer'");
	my %there = map { $_ => 1 } @there;
	my @lost = grep { $answered{$_} == 201 && !$there{$_} } keys %answered;
	my @refused = grep { $answered{$_} !~ /^(201|503)$/ } keys %answered;
	is("@lost", '', "writer $writer: what was told 201 is there");
	is("@refused", '', 'and everything was 201 or 503');
}
ok($statuses{201} && $statuses{503}, "both happened: $statuses{201} and $statuses{503}");
my $n = $node->safe_psql('app', q{SELECT count(*), count(DISTINCT resource) FROM governance.audit_events WHERE event_type = 'model_version.register'});
my ($events, $things) = split /\|/, $n;
is($events, $things, 'no request was carried out twice');
alive('the database is back');
is($node->safe_psql('app', q{SELECT count(*) <= 4 FROM pg_stat_activity WHERE usename = 'gateway'}), 't', 'no connection leaked');
ok($node->poll_query_until('app', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE usename = 'gateway' AND state <> 'idle'}), 'none is in a transaction');

# -- reload and stop -----------------------------------------------------------------------------
kill 'HUP', $gateway->pid;
ok(wait_for_text($gateway->{log}, qr/"message":"reloaded"/), 'it tells of a reload');
alive('a reload');
my $locker = $node->background_psql('app', on_error_stop => 1);
$locker->query_safe("BEGIN; SELECT FROM governance.models WHERE model_id = 'chunked' FOR UPDATE");
my $waiting = $gateway->socket;
my $content = '{"model_id": "chunked", "version": "2"}';
syswrite $waiting, "POST /api/governance/models/register HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer $token\r\nContent-Type: application/json\r\nContent-Length: "
	. length($content) . "\r\n\r\n$content";
waits(1);
kill 'TERM', $gateway->pid;
ok(wait_until(sub { !$gateway->listens }), 'stopping: no new connections');
$locker->query_safe('COMMIT');
$locker->quit;
like(Gateway::read_all($waiting), qr{^HTTP/1.1 201 }, 'but a request in progress is answered');
$gateway->{child}->finish;
is($gateway->{child}->full_result(0), 0, 'then it ends');
ok($node->poll_query_until('app', q{SELECT count(*) = 0 FROM pg_stat_activity WHERE usename = 'gateway'}), 'and its connections are closed');
unlike(slurp_file($gateway->{log}), qr/Sanitizer|runtime error/, 'nothing wrong with its memory');

# -- TLS, a socket of the file system, settings from file and environment ----------------------------
my $dir = $PostgreSQL::Test::Utils::tmp_check;
system_or_bail('openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
	'-subj', '/CN=localhost', '-days', '1', '-keyout', "$dir/key.pem", '-out', "$dir/cert.pem");
append_to_file("$dir/gateway.conf", "# of the file\ntls-cert = $dir/cert.pem\ntls-key = $dir/key.pem\nmax-body = 100\npool = 2\n");
$ENV{GOVERNANCE_GATEWAY_MAX_BODY} = '200';
my $secure = Gateway->new($node, 'app', '--config', "$dir/gateway.conf", '--pool', '1');
my ($https) = run_command([ 'curl', '-sk', '-w', '%{http_code}', "https://127.0.0.1:$secure->{port}/health" ]);
like($https, qr/200$/, 'TLS');
my ($large) = run_command([ 'curl', '-sk', '-o', '/dev/null', '-w', '%{http_code}', '-d', 'x' x 150,
	"https://127.0.0.1:$secure->{port}/api/governance/models/register" ]);
is($large, '401', 'the environment goes before the file');
($large) = run_command([ 'curl', '-sk', '-o', '/dev/null', '-w', '%{http_code}', '-d', 'x' x 250,
	"https://127.0.0.1:$secure->{port}/api/governance/models/register" ]);
is($large, '413', 'and is kept to');
is($secure->stop, 0, 'it stops');
delete $ENV{GOVERNANCE_GATEWAY_MAX_BODY};
my $program = $ENV{GATEWAY} // 'governance-gateway';
command_fails_like([ $program, '--db', 'x', '--max-body', 'much' ], qr/max-body "much" on the command line: not a size/, 'a bad value is told');
command_fails_like([ $program, '--nonsense', '1' ], qr/--nonsense/, 'an unknown flag too');
command_fails_like([ $program ], qr/--db is missing/, 'and a missing one');
command_like([ $program, '--help' ], qr/--listen TEXT\n.*127\.0\.0\.1:8080/, 'help');

# -- a function planted beside ours, to be called with the token's rights -----------------------------
# One text more than ours takes a name: it would fit the gateway's call better.
$node->safe_psql('app', q{CREATE FUNCTION public.gov_create_user(user_id text, email text, db_role text, metadata jsonb)
	RETURNS governance.users LANGUAGE sql AS $$SELECT public.gov_assign_role('slow', 'admin'); SELECT u FROM governance.users AS u LIMIT 1$$;
	ALTER FUNCTION public.gov_create_user(text, text, text, jsonb) OWNER TO gateway});
my $wary = Gateway->new($node, 'app', '--pool', '1');
is($wary->ask($token, 'POST', '/users/create', { user_id => 'victim' })->{status}, 503, 'it does not work where functions were planted');
$node->safe_psql('app', q{DROP FUNCTION public.gov_create_user(text, text, text, jsonb)});
is($node->safe_psql('app', q{SELECT string_agg(role, ' ') FROM gov_user_roles('slow')}), 'analyst', 'none of them was called');
ok(wait_until(sub { $wary->ask($token, 'POST', '/users/create', { user_id => 'victim' })->{status} == 201 }), 'and does when they are gone');
is($wary->stop, 0, 'it stops');

# -- a standby answers what only reads ---------------------------------------------------------------
$node->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'base', has_streaming => 1);
$standby->start;
$node->wait_for_catchup($standby);
my $both = Gateway->new($node, 'app', '--db-read', $standby->connstr('app') . ' user=gateway', '--pool', '2');
is($both->ask($token, 'GET', '/models')->{status}, 200, 'a read');
is($both->ask($token, 'POST', '/models/register', { model_id => 'both', version => '1' })->{status}, 201, 'a write');
$node->stop;
is($both->ask($token, 'GET', '/models')->{status}, 200, 'without the primary it still reads');
is($both->ask($token, 'POST', '/models/register', { model_id => 'both', version => '2' })->{status}, 503, 'but does not write');
$node->start;
$standby->stop;
is($both->ask($token, 'GET', '/models/both/versions/1')->{status}, 200, 'without the standby the primary is asked');
is($both->stop, 0, 'it stops');

$node->stop;
done_testing();
