# Numbers that are short as stored and long as text: refused where they come
# from, and a log that has them from elsewhere lives with them.
use strict;
use warnings;
use Gateway;
use IO::Socket::INET;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;

my $timeout = $PostgreSQL::Test::Utils::timeout_default;
my $dir = PostgreSQL::Test::Utils::tempdir;
my $node = PostgreSQL::Test::Cluster->new('numbers');
$node->init;
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'\nlog_statement = none\ngovernance.worker = off");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE ROLE gateway LOGIN;
	SELECT gov_create_user('gateway', NULL, 'gateway');
	SELECT gov_create_consumer('oncall', 'gateway')});
my $token = $node->safe_psql('postgres', q{SELECT gov_create_api_token(gov_current_actor(), 'numbers')});

sub su
{
	my ($sql) = @_;
	return $node->safe_psql('postgres', $sql);
}

# --- an endpoint for events: what it got is in $got ------------------------------

my $got = "$dir/got";
append_to_file($got, '');
my $listen = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', ReuseAddr => 1) or die $!;
my $port = $listen->sockport;
my $receiver = fork // die;
END { local $?; kill 'TERM', $receiver if $receiver }
if ($receiver == 0)
{
	local $SIG{TERM} = sub { POSIX::_exit(0) };
	while (my $client = $listen->accept)
	{
		my $request = '';
		until ($request =~ /\r\n\r\n(.*)/s && length $1 >= ($request =~ /Content-Length: (\d+)/i)[0])
		{
			last unless sysread $client, $request, 65536, length $request;
		}
		append_to_file($got, ($request =~ /\r\n\r\n(.*)/s)[0] . "\n");
		print $client "HTTP/1.1 200 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
		close $client;
	}
	exit;
}
close $listen;
append_to_file("$dir/secret", "a secret of the endpoint\n");
chmod 0600, "$dir/secret";
append_to_file("$dir/webhooks", "oncall http://127.0.0.1:$port/hook $dir/secret *\n");
my $gateway = Gateway->new($node, 'postgres', '--webhooks', "$dir/webhooks");

# --- what is refused --------------------------------------------------------------

my $many = '[' . join(',', ('1e131071') x 5000) . ']';
my %refused = (
	'/approvals/request'                => qq({"action": "model_rollback", "context": {"model_id": "m", "x": $many}}),
	'/models/register'                  => qq({"model_id": "m", "version": "1", "hyperparameters": {"x": $many}}),
	'/models/m/versions/1/metrics'      => '{"accuracy": 1e131071}',
	'/usecases/create'                  => '{"usecase_id": "u", "name": "n", "description": "d", "owner": "postgres", "input_schema": {"x": 1e-16383}}',
	'/usecases/u/assess'                => '{"area.employment": 1e309}',
	'/users/create'                     => '{"user_id": "x", "metadata": {"x": ' . '1' x 101 . '}}',
	'/incidents/report'                 => '{"category": "other", "severity": "info", "title": "t", "description": "d", "resource": "r", "metadata": {"x": -1e309}}',
	'/sla/model/m/define'               => '{"metadata": {"x": 1e400}}',
	'/sla/model/m/measurements'         => '{"response_time_p95": 1e-16383}',
	'/sla/model/m/observations'         => '{"latency_ms": [1e-16383, 1e131071]}',
	'/models/m/versions/1/deploy'       => '{"notes": 1e131072}',
);
foreach my $path (sort keys %refused)
{
	my $reply = $gateway->ask($token, 'POST', $path, $refused{$path});
	is("$reply->{status} $reply->{json}{code}", '400 22023', "$path: refused");
	cmp_ok(length $reply->{content}, '<', 1000, '  in few words');
}
is(su(q{SELECT count(*) FROM governance.approval_requests}) . su(q{SELECT count(*) FROM governance.model_versions}), '00', 'nothing of them remains');

my $digits = join ', ', '18446744073709551615', '9007199254740993', '1' . '0' x 308, '-1' . '0' x 308, '1234567890' x 10, '0.' . '0' x 307 . '7' x 100;
is($gateway->ask($token, 'POST', '/models/register', qq({"model_id": "m", "version": "1", "metadata": {"x": [$digits]}}))->{status}, 201, 'what is plain is taken');
like($gateway->ask($token, 'GET', '/models/m/versions/1')->{content}, qr/"metadata": \{"x": \[\Q$digits\E\]\}/, '  and comes back digit for digit');

# --- a list has an end ---------------------------------------------------------------

# Status, and the file that the answer is in: it may be long.
sub get
{
	my ($path, $file) = @_;
	my ($status) = run_command([ 'curl', '-s', '-m', $timeout, '-o', $file, '-D', "$file.head", '-w', '%{http_code}', '-H', "Authorization: Bearer $token",
			"http://127.0.0.1:$gateway->{port}/api/governance$path" ]);
	return $status;
}

su(q{SELECT gov_log_event('long', 'try', 'list', details => jsonb_build_object('n', g, 'x', repeat('x', 1000000))) FROM generate_series(1, 68) AS g});
su(q{SELECT gov_request_approval('model_rollback', jsonb_build_object('model_id', 'list', 'x', repeat('x', 1000000))) FROM generate_series(1, 68)});
foreach my $path ('/audit-log?resource=list&limit=68', '/approvals')
{
	is(get($path, "$dir/long"), 400, "$path: more than 64 MB is no answer");
	my $error = $Gateway::JSON->decode(slurp_file("$dir/long"));
	is($error->{code}, '54000', '  but 54000');
	like($error->{hint}, qr/"limit".*Link/, '  that says how to page');
}
my ($path, $pages, $seen) = ('/audit-log?resource=list&limit=30', 0, '');
while (defined $path && $pages < 5)
{
	is(get($path, "$dir/page"), 200, 'page ' . ++$pages);
	my $page = slurp_file("$dir/page");
	$seen .= "$1 " while $page =~ /"n": (\d+)/g;
	($path) = slurp_file("$dir/page.head") =~ m{^Link: </api/governance(/\S+)>; rel="next"}mi;
}
is($seen, join(' ', reverse 1 .. 68) . ' ', 'page by page all of it comes, once');
is(get('/approvals?limit=60', "$dir/page"), 200, 'approvals, too');
cmp_ok(-s "$dir/page", '>', 60_000_000, '  as many as there is room for');
unlink "$dir/page";

# --- and so has what is told of one thing ------------------------------------------------

su(q{SELECT gov_set_policy('sod.registrar_may_approve', 'true'), gov_set_policy('sod.approver_may_deploy', 'true');
	SELECT FROM gov_register_model('n', '1');
	SELECT count(gov_request_model_approval('n', '1', repeat('y', 500000))) FROM generate_series(1, 140);
	SELECT FROM gov_approve_model('n', '1');
	SELECT FROM generate_series(1, 20) AS g, gov_deploy_model('n', '1', 'staging', notes => g || repeat('z', 450000)) AS d,
		LATERAL gov_undeploy_model(d.model_id, d.environment, repeat('r', 50000))});
my $told = $gateway->ask($token, 'GET', '/models/n/versions/1');
is("$told->{status} @{[ map { $_->{deployment_no} } @{ $told->{json}{deployment_history} } ]}", join(' ', 200, reverse 5 .. 20), 'of the deployments of a version, the newest that 8 MB have room for');
is(get('/models/n/versions/1/history', "$dir/page"), 200, '  all of them');
is(scalar(() = slurp_file("$dir/page") =~ /"deployment_no"/g), 20, '  are its history');
is(get('/models/n/versions/1/approvals', "$dir/long"), 400, 'requests of more than 64 MB are no answer');
is(get('/models/n/versions/1/approvals?limit=3', "$dir/page"), 200, '  but the newest are');
is(join(' ', slurp_file("$dir/page") =~ /"approval_status": "(\w+)"/g), 'approved pending pending', '  so many');
unlink "$dir/page", "$dir/long";

# --- a log that has them --------------------------------------------------------------

# As an older release took them: nobody looks, and the leaves are right.
su(<<"SQL");
ALTER TABLE governance.audit_events DISABLE TRIGGER append_only;
INSERT INTO governance.audit_events (incarnation, occurred_at, xid, actor, evidence, db_role, session_role, event_type, action, resource, outcome, details, leaf_hash)
SELECT 1, clock_timestamp(), pg_current_xact_id(), 'postgres', 'session', 'postgres', 'postgres', 'old', 'try', CASE WHEN n < 100 THEN 'shorter' ELSE 'old' END, 'success',
	('{"x": [' || repeat('1e131071,', n - 1) || '1e131071]}')::jsonb, decode(repeat('00', 32), 'hex')
FROM unnest('{60,400,700}'::int[]) AS n;
UPDATE governance.audit_events AS e SET leaf_hash = gov_merkle_leaf_hash('\\x01'::bytea || (
	SELECT string_agg(decode(lpad(to_hex(f.n), 2, '0'), 'hex') || convert_to(f.t, 'UTF8') || int4send(length(f.c)) || f.c, '' ORDER BY f.n)
	FROM (VALUES (1, 'i', int8send(e.event_id)), (2, 'i', int8send(e.incarnation)),
		(3, 't', int8send((extract(epoch FROM e.occurred_at) * 1000000)::bigint)), (4, 'i', int8send(e.xid::text::bigint)),
		(5, 's', convert_to(e.actor, 'UTF8')), (6, 's', convert_to(e.evidence, 'UTF8')),
		(7, 's', convert_to(e.db_role::text, 'UTF8')), (8, 's', convert_to(e.session_role::text, 'UTF8')),
		(9, 's', convert_to(e.event_type, 'UTF8')), (10, 's', convert_to(e.action, 'UTF8')),
		(11, 's', convert_to(e.resource, 'UTF8')), (13, 's', convert_to(e.outcome, 'UTF8')),
		(17, 'j', convert_to(e.details::text, 'UTF8'))) AS f (n, t, c)))
WHERE event_type = 'old';
ALTER TABLE governance.audit_events ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE governance.approval_requests DISABLE TRIGGER guard;
INSERT INTO governance.approval_requests (action, requester_id, expires_at, context, resource_key)
VALUES ('model_rollback', 'postgres', now() + interval '1 day', '{"model_id": "old", "x": $many}', 'old');
ALTER TABLE governance.approval_requests ENABLE ALWAYS TRIGGER guard;
ALTER TABLE governance.model_metrics DISABLE TRIGGER guard;
INSERT INTO governance.model_metrics (model_id, version, metrics_no, recorded_by, metrics)
SELECT 'm', '1', 1, 'postgres', jsonb_object_agg('m' || g, 1e131071) FROM generate_series(1, 100) AS g;
ALTER TABLE governance.model_metrics ENABLE ALWAYS TRIGGER guard;
INSERT INTO governance.events (source, type, subject, data) VALUES ('/governance/postgres', 'governance.old', 'old', '{"x": $many}');
SQL
su(q{SELECT gov_log_event('note', 'after', 'old')});

my $sealed = $Gateway::JSON->decode(su('SELECT gov_audit_seal()'));
is($sealed->{flagged}, 0, 'sealed, and as it was committed');
is(su('SELECT count(*) FROM gov_audit_verify() WHERE NOT ok'), '0', '  verified');

is(su(q{SELECT string_agg(coalesce(details ->> 'left_out', details::text), ', ' ORDER BY event_id) FROM gov_audit_trail(resource => 'old')}),
	'a value of more than 8 MB as text, a value of more than 8 MB as text, {}', '  listed');
my $listed = $gateway->ask($token, 'GET', '/audit-log?resource=old');
is("$listed->{status} $listed->{json}{count}", '200 3', '  over REST');
is($listed->{json}{entries}[1]{details}{left_out}, 'a value of more than 8 MB as text', '  with a word');
my $requests = $gateway->ask($token, 'GET', '/approvals?limit=1');
is("$requests->{status} $requests->{json}{approvals}[0]{context}{left_out}", '200 a value of more than 8 MB as text', 'a request is listed');
my $request = $gateway->ask($token, 'GET', "/approvals/$requests->{json}{approvals}[0]{request_id}");
is("$request->{status} $request->{json}{context}{left_out}", '200 a value of more than 8 MB as text', '  and shown');
is(get('/models/m/versions/1', "$dir/page"), 200, 'and a version with such metrics');
is(scalar(() = slurp_file("$dir/page") =~ /"m\d+": 10+\b/g), 63, '  as many as 8 MB have room for');
cmp_ok(su(q{SELECT length(gov_evidence_bundle('m', '1')::text)}), '<', 100_000, 'and its evidence');

# --- exported, in parts, and verified without a server ----------------------------------

sub verify
{
	my ($file) = @_;
	my ($out, $err);
	IPC::Run::run([ 'governance-verify', '-p', '--unsigned', '-c', "$dir/checkpoint", $file ], '<', \undef, '>', \$out, '2>', \$err, IPC::Run::timeout($timeout));
	my @lines = split /\n/, $out . $err;
	return ($? >> 8, $lines[-1], grep { /^\{"leaf_index":\d+,"event_id":\d+\}$/ } @lines);
}

my ($first) = su(q{SELECT min(leaf_index) FROM governance.audit_leaves JOIN governance.audit_events USING (event_id) WHERE event_type = 'old'});
append_to_file("$dir/checkpoint", su('SELECT gov_audit_checkpoint()') . "\n");
my $export = "$dir/export";
run_log([ 'psql', '-XAtq', '-o', $export, '-d', $node->connstr('postgres'), '-c', "SELECT gov_audit_export($first)" ]) or die;
my ($status, $line, @large) = verify($export);
is($status, 0, 'an export of them holds') or diag($line);
is(scalar @large, 3, '  and those that come in parts are shown by their id');
my @lengths = map { length } split /\n/, slurp_file($export);
cmp_ok((sort { $b <=> $a } @lengths)[0], '<', 5_000_000, '  no line is long');

# One of them with one thing altered, by line: the first is the header.
run_log([ 'psql', '-XAtq', '-o', $export, '-d', $node->connstr('postgres'), '-c', "SELECT gov_audit_export($first, $first + 1)" ]) or die;
my $altered = "$dir/altered";
my %altered = (
	'a byte of a part'    => sub { my ($lines) = @_; $lines->[1] =~ s/("part":".{1000})(.)/$1 . ($2 eq 'A' ? 'B' : 'A')/e },
	'a part that is gone' => sub { my ($lines) = @_; splice @$lines, 1, 1 },
	'all parts gone'      => sub { my ($lines) = @_; @$lines = grep { !/^\{"i":$first,"part"/ } @$lines },
	'parts swapped'       => sub { my ($lines) = @_; @$lines[ 1, 2 ] = @$lines[ 2, 1 ] },
	'a part twice'        => sub { my ($lines) = @_; splice @$lines, 1, 0, $lines->[1] },
	'a part of another leaf' => sub { my ($lines) = @_; $lines->[1] =~ s/"i":\d+/'"i":' . ($first + 1)/e },
	'another event id'    => sub { my ($lines) = @_; s/^(\{"i":$first,"e":)(\d+)/$1 . ($2 + 1)/e for @$lines },
);
foreach my $what (sort keys %altered)
{
	my @lines = split /\n/, slurp_file($export);
	$altered{$what}->(\@lines);
	unlink $altered;
	append_to_file($altered, join('', map { "$_\n" } @lines));
	($status, $line) = verify($altered);
	is($status, 1, "$what does not hold") or diag($line);
}

# --- delivered ---------------------------------------------------------------------------

su('SELECT gov_run_maintenance()');
wait_for_text($got, qr/"subject": "old".*\n/);
my ($delivered) = grep { /"subject": "old"/ } split /\n/, slurp_file($got);
is($Gateway::JSON->decode($delivered)->{data}{left_out}, 'a value of more than 8 MB as text', 'an endpoint gets the event, with a word');
is($gateway->stop, 0, 'the gateway stops');

# --- and sealed by the worker, however long one takes ---------------------------------------

su(<<'SQL');
ALTER TABLE governance.audit_events DISABLE TRIGGER append_only;
INSERT INTO governance.audit_events (incarnation, occurred_at, xid, actor, evidence, event_type, action, outcome, details, leaf_hash)
SELECT 1, clock_timestamp(), pg_current_xact_id(), 'postgres', 'session', 'longest', 'try', 'success',
	('[' || repeat('1e131071,', 99999) || '1e131071]')::jsonb, decode(repeat('00', 32), 'hex');
ALTER TABLE governance.audit_events ENABLE ALWAYS TRIGGER append_only;
SQL
$node->append_conf('postgresql.conf', "governance.worker = on\ngovernance.seal_interval = '1s'");
$node->restart;
su(q{SELECT gov_log_event('note', 'after', 'longest')});
ok($node->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'}), 'an event that takes longer than a visit is sealed');
like(slurp_file($node->logfile), qr/audit event \d+ is sealed as it was committed, its row unread/, '  which is told of');
is(su(q{SELECT gov_health() -> 'components' ->> 'worker'}), 'operational', '  and no visit failed');

# --- in another encoding ------------------------------------------------------------------

su(q{CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C'});
$node->safe_psql('latin', <<'SQL');
SET client_encoding = 'UTF8';
CREATE EXTENSION governance;
SELECT gov_log_event('latin', 'try', 'x', details => jsonb_build_object('a', repeat('ä', n), 'b', 1e308)) FROM generate_series(131000, 131100, 7) AS n;
SQL
is($node->safe_psql('latin', q{SELECT count(*) FROM governance.audit_events AS e WHERE event_type = 'latin' AND leaf_hash = gov_merkle_leaf_hash('\x01'::bytea || (
	SELECT string_agg(decode(lpad(to_hex(f.n), 2, '0'), 'hex') || convert_to(f.t, 'UTF8') || int4send(length(f.c)) || f.c, '' ORDER BY f.n)
	FROM (VALUES (1, 'i', int8send(e.event_id)), (2, 'i', int8send(e.incarnation)),
		(3, 't', int8send((extract(epoch FROM e.occurred_at) * 1000000)::bigint)), (4, 'i', int8send(e.xid::text::bigint)),
		(5, 's', convert_to(e.actor, 'UTF8')), (6, 's', convert_to(e.evidence, 'UTF8')),
		(7, 's', convert_to(e.db_role::text, 'UTF8')), (8, 's', convert_to(e.session_role::text, 'UTF8')),
		(9, 's', convert_to(e.event_type, 'UTF8')), (10, 's', convert_to(e.action, 'UTF8')),
		(11, 's', convert_to(e.resource, 'UTF8')), (13, 's', convert_to(e.outcome, 'UTF8')),
		(17, 'j', convert_to(e.details::text, 'UTF8')), (19, 's', convert_to(e.application_name, 'UTF8'))) AS f (n, t, c)
	WHERE f.c IS NOT NULL))}), '15', 'a long event has the leaf that its UTF-8 gives');
is($node->safe_psql('latin', q{SELECT governance.json_digest(v) = encode(sha256(convert_to(v::text, 'UTF8')), 'hex') FROM (SELECT jsonb_build_object('a', repeat(chr(228), 300000))) AS t(v)}), 't', 'and a digest is of it');

done_testing();
