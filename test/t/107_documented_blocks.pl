# Every block of README.md and of docs/ is run as it is written, or read by who is
# to read it: here those of the README, COMPLIANCE, CONCURRENCY, GATEWAY and SLA, the
# others by the tests named below.  What cannot run here is named, with the reason.
use strict;
use warnings;

use Documented;
use Gateway;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;

# Who runs the blocks of a page, and in which languages they are.
my %runner = (
	'README.md' => [ '107_documented_blocks', 'sh', 'sql', 'json' ],
	'docs/BENCHMARKS.md' => [ undef, 'text' ],	# what make bench printed on one day
	'docs/COMPLIANCE.md' => [ '107_documented_blocks', 'sh', 'sql' ],
	'docs/CONCURRENCY.md' => [ '107_documented_blocks', 'sql' ],
	# js is run by test/clients/standardwebhooks.mjs
	'docs/GATEWAY.md' => [ '107_documented_blocks', 'sh', 'sql', 'json', 'js', 'text' ],
	# sh is run by test/clients/oidc_provider.mjs, text is in files of configuration
	'docs/LOGIN.md' => [ '107_documented_blocks', 'sh', 'sql', 'text' ],
	# python is MLflow's own client, which is not packaged: sh sends the same
	'docs/MLFLOW.md' => [ '195_mlflow', 'sh', 'sql', 'python' ],
	'docs/OPERATIONS.md' => [ '106_operations', 'sh' ],
	'docs/QUERIES.md' => [ '121_views_and_metrics', 'sql' ],
	'docs/SLA.md' => [ '107_documented_blocks', 'sql' ],
	'docs/TOUR.md' => [ '050_readme_tour', 'sql' ],
	'docs/SCALING.md' => [ '104_merge_rollups', 'text', 'sh', 'sql' ],	# the text is a diagram
	'docs/VERIFYING.md' => [ '075_verifying', 'sh' ],
);

# Commands that cannot run here, by how they begin.
my %cannot = (
	'make demo' => 'makes a cluster for itself and runs every test, this one too',
	'make && make install' => 'installs into the system',
);

foreach my $page (glob 'README.md docs/*.md')
{
	my %language = map { $_->{language} => 1 } Documented::blocks($page);
	my ($test, @languages) = @{ $runner{$page} // [] };
	is(join(' ', sort keys %language), join(' ', sort @languages), "$page: blocks in languages that somebody runs");
	like(slurp_file("t/$test.pl"), qr/\Q$page\E/, "$page: by $test") if $test;
	# no block that is made by its indentation, for nobody would run it
	my $prose = slurp_file($page) =~ s/^```.*?^```$//msgr;
	unlike($prose, qr/^\n {4}(?![ \d]*[-*.\d] )\S/m, "$page: every block is fenced");
}

my $dir = PostgreSQL::Test::Utils::tempdir;
my $keys = "$dir/keys.json";
my $node = PostgreSQL::Test::Cluster->new('documented');
$node->init;
$node->append_conf('postgresql.conf', qq{
shared_preload_libraries = 'governance'
governance.jwks_file = '$keys'
governance.jwt_audience = 'documented'
governance.checkpoint_key_file = '$dir/key.pem'
});
$node->start;
$node->safe_psql('postgres', 'CREATE ROLE gateway LOGIN');
$node->safe_psql('postgres', "CREATE DATABASE $_") foreach qw(shop app);
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
mkdir "$dir/desk" or die $!;
(undef, undef) = Documented::run('a key', "$dir/desk", <<"SH");
(umask 077 && openssl genpkey -algorithm ed25519 -out '$dir/key.pem')
openssl pkey -in '$dir/key.pem' -pubout -out public.pem
SH

# by standard input, as if pasted
sub sql
{
	my ($database, $block, %variable) = @_;
	my ($status, $out, $err) = $node->psql($database, $block->{text}, on_error_stop => 1,
		extra_params => [ map { ('-v', "$_=$variable{$_}") } keys %variable ]);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	is($status, 0, "block of line $block->{line} runs to its end") or diag($block->{text}, $err);
	return $out;
}

sub sh
{
	my ($database, $block) = @_;
	local $ENV{PGDATABASE} = $database;
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	my ($said, $complaints) = Documented::run("block of line $block->{line}", "$dir/desk", $block->{text});
	is($complaints, '', '  without a complaint');
	return $said;
}

# --- docs/COMPLIANCE.md -----------------------------------------------------------------

$node->safe_psql('shop', q{
	CREATE EXTENSION governance;
	SELECT gov_register_model('risk', '1.0.0');
	SELECT gov_add_control('house-0', 'House rules', 'Something fails', $q$SELECT 'this'::text, true$q$);
	SELECT gov_report_incident('safety', 'critical', 'stuck', '', 'risk')});
foreach my $block (Documented::blocks('docs/COMPLIANCE.md'))
{
	my $said = $block->{language} eq 'sh' ? sh('shop', $block) : sql('shop', $block);
	cmp_ok(length $said, '<', 2000, '  and says no more than one can read');
}
# the tables have the rows of the controls, as they are
my %row = map { /^\| `([^`]+)` (.*)/ ? ($1 => $2) : () } split /\n/, slurp_file('docs/COMPLIANCE.md');
foreach my $line (split /\n/, $node->safe_psql('shop', q{SELECT id || e'\t' || concat_ws(e'\t', title, source, CASE judged WHEN 'manual' THEN 'by a person' ELSE 'by exceptions' END, criterion,
	coalesce(effective_from, applies_from, '2000-01-01')) FROM governance.controls WHERE is_builtin}))
{
	my ($id, $title, $source, $judged, $criterion, $from) = split /\t/, $line;
	$from = 'voluntary' if $from eq '2000-01-01';
	like(delete $row{$id} // '', qr/^\Q$title | $source | \E[^|]*\Q$from\E[^|]*\Q | $judged | $criterion |\E$/, "$id is documented as it is");
}
is(join(' ', grep { /-\w*\d/ } keys %row), '', 'and no row that is not there');
like(slurp_file("$dir/desk/report.md"), qr/^# Compliance report, .*\n$/s, 'a report in Markdown');
like(slurp_file("$dir/desk/report.html"), qr/^<!DOCTYPE html>.*<\/html>\n+$/s, 'as a page');
foreach my $file (qw(report.oscal.json poam.oscal.json evidence.json))
{
	ok(eval { $Gateway::JSON->decode(slurp_file("$dir/desk/$file")) }, "$file is JSON");
}

# --- docs/GATEWAY.md ---------------------------------------------------------------------

my %gateway;
push @{ $gateway{ $_->{language} } }, $_ foreach Documented::blocks('docs/GATEWAY.md');

append_to_file($keys, $gateway{json}[0]{text});
chmod 0600, $keys;
# what is refused is then the signature, not the file
my $log = -s $node->logfile;
my $token = 'eyJhbGciOiJFZERTQSIsImtpZCI6IjIwMjYtMTEifQ.e30.' . 'A' x 86;
my (undef, undef, $refusal) = $node->psql('shop', "SELECT gov_begin_as('$token')");
like($refusal, qr/the credentials are not valid/, 'the keys are read: a bad signature is refused');
my $unread = qr/no signed token is valid: key file/;
unlike(slurp_file($node->logfile, $log), $unread, '  without a word in the log');
append_to_file($keys, 'x');
$node->psql('shop', "SELECT gov_begin_as('$token')");
like(slurp_file($node->logfile, $log), $unread, '  which would say that they are no keys');
is(@{ $gateway{json} }, 1, 'that was the one in JSON');

sql('shop', $_) foreach @{ $gateway{sql} };
# endpoints are read by the gateway; their secret is where this machine has it
append_to_file("$dir/oncall.secret", "a secret of this machine\n");
chmod 0600, "$dir/oncall.secret";
append_to_file("$dir/webhooks", join '', map { $_->{text} =~ s{/etc/governance/}{$dir/}r } @{ $gateway{text} });
my ($out, $err) = run_command([ 'governance-gateway', '--check', '--db', 'dbname=shop user=gateway', '--webhooks', "$dir/webhooks" ]);
like($out . $err, qr/: ok$/, 'endpoints as the gateway reads them') or diag("$out\n$err");
sh('shop', $_) foreach @{ $gateway{sh} };
is($Gateway::JSON->decode(slurp_file("$dir/desk/openapi.json"))->{openapi}, '3.1.0', 'the document is there');

# --- README.md -----------------------------------------------------------------------------

# What is shown in JSON is part of the answer before it.
sub part_of
{
	my ($part, $whole) = @_;
	return $Gateway::JSON->encode($part) eq $Gateway::JSON->encode($whole) if ref $part ne 'HASH' || ref $whole ne 'HASH';
	return !grep { !exists $whole->{$_} || !part_of($part->{$_}, $whole->{$_}) } keys %$part;
}

my $port = PostgreSQL::Test::Cluster::get_free_port();
my ($gateway, $answer);
my $shell = '';	# what the shell remembers of blocks before
foreach my $block (Documented::blocks('README.md'))
{
	my $text = $block->{text} =~ s/127\.0\.0\.1:8080/127.0.0.1:$port/gr;
	my ($reason) = map { $cannot{$_} } grep { index($text, $_) == 0 } keys %cannot;
	if ($reason)
	{
		note("block of line $block->{line}: $reason");
		delete $cannot{$_} foreach grep { index($text, $_) == 0 } keys %cannot;
	}
	elsif ($block->{language} eq 'sql')
	{
		sql('app', $block);
	}
	elsif ($block->{language} eq 'json')
	{
		my ($shown, $said) = map { $Gateway::JSON->decode($_) } $text, $answer;
		ok(part_of($shown, $said), "block of line $block->{line}: is what was answered") or diag($answer);
	}
	elsif ($text =~ /^governance-gateway --listen/)
	{
		$gateway = IPC::Run::start([ 'bash', '-c', "exec $text" ], '<', \undef, '>', "$dir/gateway.log", '2>&1');
		wait_until(sub { IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port) }, 'a gateway listens');
	}
	elsif ($text =~ /^[A-Z]+=/)
	{
		$shell .= $text;
	}
	else
	{
		$answer = sh('app', { %$block, text => $shell . $text });
	}
}
is( $node->safe_psql('app', q{SELECT string_agg(actor || ' ' || event_type, ', ' ORDER BY event_id)
		FROM governance.audit_events WHERE resource LIKE '%/credit_risk:1.0.0' AND outcome = 'success'}),
	'ana model_version.register, ben model_approval.approve, ben model_version.approve, postgres model_version.deploy, postgres model_version.deploy',
	'five minutes: who did it, and nobody approved their own');

# --- docs/LOGIN.md ---------------------------------------------------------------------------

$node->safe_psql('app', "SELECT gov_create_user('$_', NULL)") foreach qw(alice osman);
sql('app', $_) foreach grep { $_->{language} eq 'sql' } Documented::blocks('docs/LOGIN.md');

# --- docs/SLA.md, docs/CONCURRENCY.md --------------------------------------------------------

sql('app', $_) foreach Documented::blocks('docs/SLA.md');
# a pool's client, with a token of one of those people
foreach my $block (Documented::blocks('docs/CONCURRENCY.md'))
{
	my $token = $node->safe_psql('app', q{SELECT gov_create_api_token('ana', 'pool')});
	is(sql('app', $block, token => $token), "ana\nana", '  as who the token is of');
}
is(join(', ', keys %cannot), '', 'nothing is left out without reason');

if ($gateway)
{
	$gateway->signal('TERM');
	$gateway->finish;
}
$node->stop;
done_testing();
