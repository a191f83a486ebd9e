# docs/OPERATIONS.md works as it is written: its commands run in their order.
use strict;
use warnings;
use Documented;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @blocks = map { $_->{text} } Documented::blocks('docs/OPERATIONS.md');
cmp_ok(scalar(@blocks), '>', 6, 'the page has commands');

my $node = PostgreSQL::Test::Cluster->new('shop');
$node->init(allows_streaming => 1);
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'\ngovernance.seal_interval = '200ms'");
$node->start;
$node->safe_psql('postgres', 'CREATE DATABASE shop');
$node->safe_psql('shop', q{
	CREATE EXTENSION governance;
	SELECT gov_register_model('risk', '1.0.0', 'credit risk', 'abc123', 'sha256:00')});

my $dir = PostgreSQL::Test::Utils::tempdir;
mkdir "$dir/desk" or die $!;
local $ENV{PGHOST} = $node->host;
local $ENV{PGPORT} = $node->port;
local $ENV{PGDATABASE} = 'postgres';

# run NUMBER: what the commands of the block print, and complain of
my $number = 0;

sub run
{
	my ($name, $commands) = @_;
	my ($said, $complaints);
	$number++;
	append_to_file("$dir/$number", "set -eu\ncd '$dir/desk'\n$commands");
	IPC::Run::run([ 'bash', "$dir/$number" ], '>', \$said, '2>', \$complaints);
	is($?, 0, "$name: runs to its end") or diag($said, $complaints);
	return ($said, $complaints);
}

sub block
{
	my ($name, $like) = @_;
	my $found = shift @blocks;
	like($found, $like, "$name: the block that is meant");
	return $found;
}
my ($said, $complaints);

# a folder for backups is where the machine has it
my $backup = block('physical backup', qr/^pg_basebackup/);
ok($backup =~ s{/backup/}{$dir/}, 'which names a folder');
run('physical backup', $backup);
ok(-f "$dir/base/PG_VERSION", 'physical backup: is there');

run('dump', block('dump', qr/^pg_dump/));
(undef, $complaints) = run('restore', block('restore', qr/gov_pre_restore/));
is($complaints, '', 'restore: without a complaint');
is($node->safe_psql('shop_restored', 'SELECT count(*) FROM governance.model_versions'), '1', 'restore: the rows');
is($node->safe_psql('shop_restored', 'SELECT bool_and(ok) FROM gov_audit_verify()'), 't', 'restore: the log');

run('own schema', block('own schema', qr/CREATE EXTENSION governance SCHEMA gov/));
run('own schema, restored', block('own schema, restored', qr/depot.list/));
is($node->safe_psql('depot_restored', q{SELECT bool_and(ok), has_schema_privilege('depot_people', 'gov', 'USAGE') FROM gov.gov_audit_verify()}),
	't|t', 'own schema: the log, and what was granted');

run('who signs: this one', block('who signs: this one', qr/continue_log/));
run('who signs: another one', block('who signs: another one', qr/rename_log/));
is($node->safe_psql('shop_restored', q{SELECT string_agg(event_type, ' ' ORDER BY event_id) FROM governance.audit_events WHERE resource_type IN ('audit_log', 'audit_home')}),
	'audit_log.restore audit_home.continue audit_log.rename audit_home.rename', 'who signs: it is in the trail');

($said, $complaints) = run('update', block('update', qr/ALTER EXTENSION/));
like($complaints, qr/^NOTICE:  version "[\d.]+" of extension "governance" is already installed$/, 'update: nothing to be done');

# what TAP 105 upgrades is another cluster; a copy has another identity, too
my $upgraded = block('pg_upgrade', qr/continue_log\('pg_upgrade'\)/);
($said, undef) = run('pg_upgrade', $upgraded =~ s/-d shop /-d shop_upgraded /gr =~ s/^/createdb -T shop shop_upgraded\n/r);
like($said, qr/^\s*t$/m, 'pg_upgrade: the log verifies');

($said, undef) = run('sequences', block('sequences', qr/gov_repair_sequences/));
like($said, qr/^\s*\{\}$/m, 'sequences: none is behind');

($said, undef) = run('observations', block('observations', qr/gov_repair_observations/));
like($said, qr/^\s*f$/m, 'observations: they count');
($said, undef) = run('pgstattuple', block('pgstattuple', qr/pgstattuple/));
like($said, qr/governance\.audit_events/, 'pgstattuple: of all heaps');

($said, undef) = run('retention', block('retention', qr/gov_audit_retire/));
like($said, qr/"retired": *0|"deleted": *0/, 'retention: nothing is ten years old');

($said, undef) = run('keys', block('keys', qr/genpkey/));
like($said, qr/^\S+\+[0-9a-f]{8}\+\S+$/m, 'keys: the key for verifiers');
is(slurp_file("$dir/desk/checkpoint.txt"), $node->safe_psql('shop', 'SELECT note FROM governance.audit_checkpoints ORDER BY checkpoint_id DESC LIMIT 1'),
	'keys: a signed checkpoint, to the byte');
is(scalar(@blocks), 0, 'that was all');

$node->stop;
done_testing();
