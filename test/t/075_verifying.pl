# docs/VERIFYING.md works as it is written: its commands run in their order, on a
# log that grows before and after each of them.
use strict;
use warnings;
use Documented;
use File::Basename;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @blocks = map { $_->{text} } Documented::blocks('docs/VERIFYING.md');
cmp_ok(scalar(@blocks), '>', 5, 'the page has commands');

my $node = PostgreSQL::Test::Cluster->new('verifying');
$node->init;
# not preloaded: what seals between two commands is psql() below
$node->start;
$node->safe_psql('postgres', q{CREATE EXTENSION governance});
$node->safe_psql('postgres', q{SELECT gov_set_policy('sod.registrar_may_approve', true), gov_register_model('risk', '1.0.0'), gov_approve_model('risk', '1.0.0')});

my $dir = PostgreSQL::Test::Utils::tempdir;
mkdir "$dir/desk" or die $!;
local $ENV{KEY} = "$dir/key.pem";
local $ENV{ATTEST} = "$dir/attest.pem";
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
local $ENV{PGDATABASE} = 'postgres';
open my $out, '>', "$dir/commands" or die $!;
# When the server has loaded its configuration once more, it has taken in what a
# block changed there, too.
print $out <<"SH";
set -eu
cd '$dir/desk'
grow() {
	command psql -XAtqc "SELECT gov_log_event('growing', 'try', 'docs')" -c "SELECT gov_audit_seal()" >/dev/null
}
psql() {
	grow
	command psql "\$@"
	grow
}
settle() {
	at=\$(command psql -XAtc 'SELECT clock_timestamp()')
	command psql -XAtqc 'SELECT pg_reload_conf()' >/dev/null
	until [ "\$(command psql -XAtc "SELECT pg_conf_load_time() >= '\$at'")" = t ]; do sleep 0.05; done
}
SH
print $out "$_\nsettle\necho '---'\n" foreach @blocks;
close $out;

my ($said, $complaints);
IPC::Run::run([ 'bash', "$dir/commands" ], '>', \$said, '2>', \$complaints);
is($?, 0, 'which run to their end') or diag($said, $complaints);
is($complaints, '', 'without a complaint');
my @said = split /^---\n/m, $said;

is(scalar(grep { /^holds: / } map { split /\n/ } @said), 7, 'seven times it holds') or diag($said);
is($said[2], "Signature Verified Successfully\n", 'openssl verifies a checkpoint');
like($said[3], qr/^holds: \d+ events .*; checkpoint of \d+ leaves signed by example\.com\/audit\//, 'an export');
like($said[4], qr/^holds up to leaf \d+: \d+ events .*; nothing vouches for leaves \d+ to \d+; checkpoint of/, 'all that there is');
like($said[5], qr/^holds: /, 'the events');
like($said[6], qr/^holds: 2 events \(leaves 0 to 1 of \d+\)/, 'a range');
like($said[7], qr/^holds: 1 events .*; leaf \d+ \(event 3\) is in the log of \d+ leaves$/, 'one event');
like($said[8], qr/^holds: checkpoint .*; the log of \d+ leaves begins with that of \d+$/, 'two checkpoints');
my %keys = map { $_ => 1 } $said[9] =~ /signed by (\S+\+[0-9a-f]{8})/g;
is(scalar(keys %keys), 2, 'two keys');
like($said[11], qr/^Signature Verified Successfully\nholds: approval of model version risk:1\.0\.0 by \S+; leaf \d+ of the log of /, 'openssl verifies an attestation, and so does governance-verify');

# Each checkpoint that a command wrote is, to the byte, one that the database kept.
my %kept = map { $_ => 1 } map { pack 'H*', $_ } split /\n/, $node->safe_psql('postgres',
	q{SELECT encode(convert_to(note, 'UTF8'), 'hex') FROM governance.audit_checkpoints});
foreach my $file (map { "$dir/desk/$_" } 'later', 'newest', map { "checkpoints/$_" } map { /(\d+)$/ } glob "$dir/desk/checkpoints/*")
{
	ok($kept{ slurp_file($file) }, 'to the byte: ' . basename($file));
}

$node->stop;
done_testing();
