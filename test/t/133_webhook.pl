# Events reach an endpoint signed, in order, again where it failed, and again
# when asked for; nobody else is called.

use strict;
use warnings;

use Digest::SHA qw(hmac_sha256_base64);
use Gateway;
use IO::Socket::INET;
use MIME::Base64 qw(encode_base64);
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;

my $dir = $PostgreSQL::Test::Utils::tmp_check;
my $node = PostgreSQL::Test::Cluster->new('webhook');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'\nlog_statement = none");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_user('gateway', NULL, 'gateway')});

# -- an endpoint: what it got is in $got, what it answers in $status --------------------
my ($got, $status) = ("$dir/got", "$dir/status");
my $listen = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die $!;
my $port = $listen->sockport;
append_to_file($status, '200');
append_to_file($got, '');
my $receiver = fork // die;
if ($receiver == 0)
{
	local $SIG{TERM} = 'DEFAULT';
	while (my $client = $listen->accept)
	{
		my $request = '';
		sysread $client, $request, 65536, length $request
		  until $request =~ /\r\n\r\n/;
		my ($length) = $request =~ /Content-Length: (\d+)/i;
		my ($head, $body) = split /\r\n\r\n/, $request, 2;
		sysread $client, $body, 65536, length $body while length $body < $length;
		my $answer = slurp_file($status);
		my %header = map { /^([^:]+): (.*)$/ ? (lc $1, $2) : () } split /\r\n/, $head;
		append_to_file($got, $Gateway::JSON->encode({ path => (split ' ', $head)[1], answer => $answer, header => \%header, body => $body }) . "\n");
		print $client "HTTP/1.1 $answer X\r\nLocation: http://127.0.0.1:$port/elsewhere\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
		close $client;
	}
	exit;
}
close $listen;

sub answer
{
	my ($with) = @_;
	open my $out, '>', "$status.new" or die $!;
	print $out $with;
	close $out;
	rename "$status.new", $status;
	return;
}

# wait until a file has it
sub slurp_until
{
	my ($file, $pattern) = @_;
	my $until = time + 30;
	until (slurp_file($file) =~ $pattern)
	{
		return 0 if time > $until;
		sleep 0.1;
	}
	return 1;
}

sub received
{
	return map { $Gateway::JSON->decode($_) } split /\n/, slurp_file($got);
}

# wait until so many requests that satisfy the test have come; those
sub wait_for
{
	my ($n, $test) = @_;
	my @found;
	wait_until(sub { @found = grep { $test->($_) } received(); @found >= $n });
	return @found;
}

# any bytes, as Standard Webhooks writes them
my $secret = pack 'C*', 0, 255, 10, 1 .. 29;
my $written = 'whsec_' . encode_base64($secret, '');
append_to_file("$dir/secret", "$written\n");
chmod 0600, "$dir/secret";
append_to_file("$dir/webhooks", "# name url secret types\noncall http://127.0.0.1:$port/hook $dir/secret governance.incident.*\n");

# -- an endpoint that would get nothing is told of ------------------------------------------
my @check = ($ENV{GATEWAY} // 'governance-gateway', '--check', '--webhooks', "$dir/webhooks", '--db', $node->connstr('postgres') . ' user=gateway');
command_fails_like([@check], qr/endpoint "oncall": there is no consumer of that name; whoever has system:config can run: SELECT gov_create_consumer\('oncall', 'gateway'\);/,
	'--check: none of that name');
my $gateway = Gateway->new($node, 'postgres', '--webhooks', "$dir/webhooks");
ok(slurp_until($gateway->{log}, qr/SELECT gov_create_consumer\('oncall', 'gateway'\);/), 'the gateway says what to do');
$node->safe_psql('postgres', q{SELECT gov_create_consumer('oncall', 'postgres')});
command_fails_like([@check], qr/endpoint "oncall": its consumer is user "postgres"'s, not "gateway"'s/, q{--check: another's});
$node->safe_psql('postgres', q{SELECT gov_drop_consumer('oncall'), gov_create_consumer('oncall', 'gateway')});
command_ok([@check], '--check: its own');
# as soon as it is there, it is used
ok($node->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_locks WHERE locktype = 'advisory'}), 'and claimed by the gateway that runs');

sub report
{
	my ($title) = @_;
	$node->safe_psql('postgres', "SELECT gov_report_incident('performance', 'error', '$title', 'd', 'r'); SELECT gov_run_maintenance()");
	return;
}

# -- delivered, signed --------------------------------------------------------------------
my $began = time;
report('first');
my ($first) = wait_for(1, sub { 1 });
is($first->{path}, '/hook', 'delivered to the configured path');
my $event = $Gateway::JSON->decode($first->{body});
is_deeply([ @$event{qw(specversion type datacontenttype)} ], [ '1.0', 'governance.incident.report', 'application/json' ], 'a CloudEvent');
is($event->{id}, $first->{header}{'webhook-id'}, 'under its id');
like($first->{header}{'content-type'}, qr{^application/cloudevents\+json}, 'said to be one');
my $mac = hmac_sha256_base64("$event->{id}.$first->{header}{'webhook-timestamp'}.$first->{body}", $secret);
$mac .= '=' while length($mac) % 4;
is($first->{header}{'webhook-signature'}, "v1,$mac", 'with its signature');
my $stamp = $first->{header}{'webhook-timestamp'};
ok($began <= $stamp && $stamp <= time, 'of now');

# -- repeated until it is taken, in order -----------------------------------------------------
answer(500);
report('second');
report('third');
wait_for(2, sub { $_[0]{answer} eq '500' });
answer(302);
wait_for(1, sub { $_[0]{answer} eq '302' });
answer(200);
my @taken = wait_for(3, sub { $_[0]{answer} eq '200' });
my @titles = map { $Gateway::JSON->decode($_->{body})->{sequence} } @taken;
is_deeply(\@titles, [ sort { $a <=> $b } @titles ], 'in order');
is(scalar(grep { $_->{path} ne '/hook' } received()), 0, 'a redirection is not followed');
my %ids = map { $Gateway::JSON->decode($_->{body})->{id} => 1 } @taken;
is(scalar keys %ids, 3, 'each came');
my @tries = grep { $_->{header}{'webhook-id'} eq $taken[1]{header}{'webhook-id'} } received();
cmp_ok(scalar @tries, '>=', 3, 'the second one several times, under one id');

# -- only what is wanted --------------------------------------------------------------------
$node->safe_psql('postgres', q{SELECT gov_register_model('m', '1'); SELECT gov_run_maintenance()});
report('fourth');
@taken = wait_for(4, sub { $_[0]{answer} eq '200' });
is(scalar(grep { $Gateway::JSON->decode($_->{body})->{type} !~ /^governance\.incident\./ } received()), 0, 'nothing else was sent');

# -- it goes on where it was, and back when asked ------------------------------------------------
is($gateway->stop, 0, 'the gateway stops');
report('fifth');
$gateway->start;
@taken = wait_for(5, sub { $_[0]{answer} eq '200' });
is(scalar @taken, 5, 'what came meanwhile is delivered, and nothing twice');
is($node->safe_psql('postgres', q{SELECT gov_replay_events('oncall', 0)}), '0', 'again from the beginning');
@taken = wait_for(10, sub { $_[0]{answer} eq '200' });
is(scalar @taken, 10, 'all come again');
my %again = map { $_->{header}{'webhook-id'} => 1 } @taken;
is(scalar keys %again, 5, 'under the same ids');

# -- two gateways take turns -----------------------------------------------------------------
my $second = Gateway->new($node, 'postgres', '--webhooks', "$dir/webhooks");
foreach my $n (11 .. 13)
{
	report("number $n");
	wait_for($n, sub { $_[0]{answer} eq '200' });
}
is(scalar(grep { $_->{answer} eq '200' } received()), 13, 'one of two gateways delivers');
is($_->stop, 0, 'each stops') foreach $gateway, $second;
my $logs = slurp_file($gateway->{log}) . slurp_file($gateway->{access}) . slurp_file($node->logfile);
unlike($logs, qr/\Q$secret\E|\Q$written\E/, 'the secret is in no log');

# -- consumers are their users' own -------------------------------------------------------------
$node->safe_psql('postgres', q{CREATE ROLE other LOGIN; SELECT gov_create_user('other', NULL, 'other')});
is($node->safe_psql('postgres', q{SET ROLE other; SELECT gov_acknowledge_events('oncall', 1000000) IS NULL, gov_replay_events('oncall', 0) IS NULL}), 't|t', 'nobody else moves them');

# -- and health says who gets nothing ---------------------------------------------------------------
sub health
{
	my $worker = $node->safe_psql('postgres', q{SELECT gov_health() -> 'components' ->> 'worker'}, extra_params => [ '-U', shift // 'postgres' ]);
	return $worker =~ /(events do not reach[^;]*)/ ? $1 : '';
}
is(health(), '', 'health: all get events');
report('late');
$node->safe_psql('postgres', q{UPDATE governance.event_consumers SET updated_at = now() - interval '2 hours'});
is(health(), '', 'health: what has just come is not late');
$node->safe_psql('postgres', q{UPDATE governance.events SET published_at = now() - interval '2 hours'});
is(health(), 'events do not reach a consumer: oncall (it has taken none of them for more than an hour)', 'health: one that takes nothing');
$node->safe_psql('postgres', q{CREATE ROLE nobody_here LOGIN});
is(health('nobody_here'), 'events do not reach a consumer', 'health: a stranger is not told which');
$node->safe_psql('postgres', q{SELECT gov_deactivate_user('gateway')});
is(health(), 'events do not reach a consumer: oncall (its user is not active)', 'health: one whose user is not active');
command_fails_like([@check], qr/endpoint "oncall": the database role is no active governance user/, '--check: no user');
$node->safe_psql('postgres', q{SELECT gov_reactivate_user('gateway'), gov_drop_consumer('oncall'), gov_create_user('temp', NULL, 'nobody_here'),
	gov_create_consumer('chat', 'temp')});
$node->safe_psql('postgres', q{DROP ROLE nobody_here});
is(health(), 'events do not reach a consumer: chat (the database role of its user does not exist)', 'health: one whose user cannot connect');

chmod 0644, "$dir/secret";
command_fails_like([@check],
	qr/is open to its group or to others/, 'a secret that all can read is a problem');

# -- secrets ---------------------------------------------------------------------------------
my ($key) = $written =~ /_(.*)/;
foreach my $bad ('whsec_', 'whsec_a secret of the endpoint', "whsec_$key=", "whsec_$key====", "whsec_A$key", 'whsec_' . $key =~ s/=+$//r,
	'whsec_' . $key =~ s/.(?=[=])/_/r, "whsec_ $key", "whsec_whsec_$key", 'whsec_' . 'A' x 22 . 'B=', 'whsec_' . 'A' x 30 . '-w==')
{
	unlink "$dir/secret";
	append_to_file("$dir/secret", "$bad\n");
	chmod 0600, "$dir/secret";
	command_fails_like([@check], qr/secret" has no base64 behind "whsec_"$/m, "refused: $bad");
}
foreach my $short ('whsec_' . encode_base64('x' x 15, ''), 'x' x 15)
{
	unlink "$dir/secret";
	append_to_file("$dir/secret", "$short\n\n");
	chmod 0600, "$dir/secret";
	command_fails_like([@check], qr/secret" is no secret of at least 16 bytes$/m, "too short: $short");
}

kill 'TERM', $receiver;
waitpid $receiver, 0;
$node->stop;
done_testing();
