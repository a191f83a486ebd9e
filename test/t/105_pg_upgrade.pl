# pg_upgrade takes everything along: rows, sequences, the log and its proofs; the
# extension in the new server is what CREATE EXTENSION makes there; and it goes
# on, but signs nothing until it is told to.  Files are copied, linked or, from 18
# on, swapped.
#
# OLD_PG_CONFIG names the older server, which has the extension, too; without
# it, the server is upgraded to itself.  test/matrix-inside says from which.
use strict;
use warnings;
use File::Basename;
use FindBin;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my ($new_bin) = run_command([ 'pg_config', '--bindir' ]);
my ($old_bin) = run_command([ $ENV{OLD_PG_CONFIG} || 'pg_config', '--bindir' ]);

my $old = PostgreSQL::Test::Cluster->new('old', install_path => dirname($old_bin));
my $key = PostgreSQL::Test::Utils::tempdir . '/key.pem';
system_or_bail('openssl', 'genpkey', '-algorithm', 'ed25519', '-out', $key);
chmod 0600, $key;

sub major
{
	my ($bin) = @_;
	my ($version) = run_command([ "$bin/postgres", '--version' ]);
	return $version =~ /PostgreSQL\) (\d+)/ ? $1 : 0;
}

sub made
{
	my ($node, $bin) = @_;
	# since 18 there are checksums unless one says so, and both must agree
	$node->init(major($bin) >= 18 ? (extra => ['--no-data-checksums']) : ());
	$node->append_conf('postgresql.conf', <<"CONF");
shared_preload_libraries = 'governance'
governance.seal_interval = '200ms'
governance.checkpoint_key_file = '$key'
CONF
	return $node;
}
made($old, $old_bin)->start;
note($old->safe_psql('postgres', 'SELECT version()'));

# --- a life in the old one -----------------------------------------------------------

$old->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE ROLE regress_ann LOGIN;
	SELECT gov_create_user('ann', 'ann@example.com', 'regress_ann');
	SELECT gov_assign_role('ann', 'approver');
	SELECT gov_create_role('night_shift', 'looks', ARRAY['audit:read']);
	SELECT gov_set_policy('sla.keep_raw', 'true');
	SELECT gov_register_model('risk', '1.0.0', 'credit risk', 'abc123', 'sha256:00');
	SELECT gov_request_model_approval('risk', '1.0.0');
	SELECT gov_define_sla('model', 'risk', 50, 90);
	SELECT gov_report_incident('safety', 'warning', 'first of all', 'a test', 'model/risk');
});
$old->safe_psql('postgres', q{SELECT gov_approve_model('risk', '1.0.0', 'fine')}, extra_params => [ '-U', 'regress_ann' ]);
$old->safe_psql('postgres', q{INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms)
	SELECT 'model', 'risk', i FROM generate_series(1, 1000) AS i});
$old->safe_psql('postgres', q{SELECT count(gov_log_event('sale', 'sell', 'goods/1')) FROM generate_series(1, 600)});
$old->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0' AND NOT EXISTS (SELECT FROM governance.sla_deltas)});
my $size = $old->safe_psql('postgres', q{SELECT gov_audit_status() ->> 'tree_size'});
my $checkpoint = $old->safe_psql('postgres', q{SELECT gov_audit_checkpoint()});
# a tail that is not sealed yet
$old->append_conf('postgresql.conf', 'governance.worker = off');
$old->restart;
$old->safe_psql('postgres', q{SELECT count(gov_log_event('sale', 'tail', 'goods/2')) FROM generate_series(1, 5)});

my $tables = q{SELECT format('%I', c.relname) FROM pg_class AS c
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'r' ORDER BY 1};

# What is asked before and after.
sub looked_at
{
	my ($node) = @_;
	my %found;
	foreach my $table (split /\n/, $node->safe_psql('postgres', $tables))
	{
		$found{$table} = $node->safe_psql('postgres', "SELECT count(*), md5(string_agg(t::text, E'\\n' ORDER BY t::text)) FROM governance.$table AS t");
	}
	$found{sequences} = $node->safe_psql('postgres', q{SELECT string_agg(format('%s %s', sequencename, last_value), ' ' ORDER BY sequencename)
		FROM pg_sequences WHERE schemaname = 'governance'});
	$found{proofs} = $node->safe_psql('postgres',
		"SELECT gov_audit_inclusion_proof(event_id, $size) FROM governance.audit_leaves WHERE leaf_index IN (0, 5, 300, $size - 1) ORDER BY leaf_index");
	$found{rights} = $node->safe_psql('postgres', q{SELECT gov_has_permission('ann', 'model:approve'), gov_has_permission('ann', 'model:deploy')});
	$found{totals} = $node->safe_psql('postgres', q{SELECT governance.sla_totals('model', 'risk', now() - interval '1 day', now() + interval '1 hour')});
	return \%found;
}
my $before = looked_at($old);
cmp_ok(scalar keys %$before, '>', 50, 'there is something to lose');
$old->stop;

# --- the move ---------------------------------------------------------------------------

chdir PostgreSQL::Test::Utils::tempdir;

# A new cluster of a copy of the old one's files.
sub moved
{
	my ($name, @mode) = @_;
	my $new = made(PostgreSQL::Test::Cluster->new($name), $new_bin);
	my $files = PostgreSQL::Test::Utils::tempdir . "/$name";
	system_or_bail('cp', '-a', $old->data_dir, $files);
	$new->append_conf('postgresql.conf', 'governance.worker = off');
	command_ok([ 'pg_upgrade', '--no-sync', @mode, '-d', $files, '-D', $new->data_dir, '-b', $old_bin, '-B', $new_bin,
		'-s', $new->host, '-p', $old->port, '-P', $new->port ], "pg_upgrade @mode")
	  or diag(join "\n", map { slurp_file($_) } glob($new->data_dir . '/pg_upgrade_output.d/*/log/*'));
	$new->start;
	note($new->safe_psql('postgres', 'SELECT version()'));
	is_deeply(looked_at($new), $before, "@mode: every row, sequence, proof, right and count is there");
	return $new;
}
my $verified = q{SELECT coalesce(string_agg(detail, '; ') FILTER (WHERE NOT ok), 'verified') FROM gov_audit_verify()};
foreach my $mode ('--link', (major($new_bin) >= 18 ? '--swap' : ()))
{
	my $new = moved(substr($mode, 2), $mode);
	$new->safe_psql('postgres', q{SELECT gov_log_event('sale', 'more', 'goods/3')});
	$new->safe_psql('postgres', 'SELECT gov_audit_seal()');
	is($new->safe_psql('postgres', $verified), 'verified', "$mode: the log goes on and verifies");
	is($new->safe_psql('postgres', "SELECT (gov_audit_consistency_proof($size) ->> 'old_root') = (gov_audit_inclusion_proof(1, $size) ->> 'root')"),
		't', "$mode: and continues the old one");
	$new->stop;
}
my $new = moved('new');

# --- it is the extension that CREATE EXTENSION makes ----------------------------------------

$new->safe_psql('postgres', 'CREATE DATABASE fresh');
$new->safe_psql('fresh', 'CREATE EXTENSION governance');
my $catalog = slurp_file("$FindBin::RealBin/catalog.sql");
# bodies that are kept parsed read otherwise once they have been dumped and
# parsed again; grants that are the default ones are not noted as the first ones
my ($upgraded, $fresh) = map {
	[ map { s/BEGIN ATOMIC.*END//r } grep { !/^(?:row of|rule|initial grants) / } split /\n/, $new->safe_psql($_, $catalog, extra_params => ['-q']) ] } qw(postgres fresh);
cmp_ok(scalar @$fresh, '>', 2000, 'there is a lot to compare');
my %count;
$count{$_}++ foreach @$fresh;
$count{$_}-- foreach @$upgraded;
is(join("\n", map { ($count{$_} > 0 ? 'missing: ' : 'too much: ') . $_ } sort grep { $count{$_} != 0 } keys %count),
	'', 'the catalogs have what CREATE EXTENSION makes');

# --- it goes on -----------------------------------------------------------------------------

$new->append_conf('postgresql.conf', 'governance.worker = on');
$new->restart;
ok($new->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'}), 'the tail is sealed');
is($new->safe_psql('postgres', qq{SELECT count(*) FROM governance.audit_leaves AS l JOIN governance.audit_events AS e USING (event_id)
	WHERE l.leaf_index >= $size AND e.action = 'tail'}), '5', 'by the new server');
$new->safe_psql('postgres', q{SELECT gov_register_model('next', '1.0.0', 'after the move', 'abc', 'sha256:11')});
$new->safe_psql('postgres', q{INSERT INTO governance.sla_observations (resource_type, resource_id, latency_ms) VALUES ('model', 'risk', 1)});
is($new->safe_psql('postgres', q{SELECT observations FROM governance.sla_totals('model', 'risk', now() - interval '1 day', now() + interval '1 hour')}), '1001', 'it observes');
my (undef, undef, $err) = $new->psql('postgres', q{UPDATE governance.model_versions SET approval_status = 'rejected'});
like($err, qr/refused/, 'the guards are there');
(undef, undef, $err) = $new->psql('postgres', 'DELETE FROM governance.audit_events');
like($err, qr/the audit trail is append-only/, 'nothing can be deleted');
$new->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'});
is($new->safe_psql('postgres', $verified), 'verified', 'the log verifies');
is($new->safe_psql('postgres', "SELECT (gov_audit_consistency_proof($size) ->> 'old_root') = (gov_audit_inclusion_proof(1, $size) ->> 'root')"),
	't', 'and continues the old one');
(undef, undef, $err) = $new->psql('postgres', 'SELECT gov_audit_checkpoint()');
like($err, qr/governance\.continue_log/, 'it signs nothing until it is told to');
$new->safe_psql('postgres', q{SELECT governance.continue_log('pg_upgrade')});
my $signed = $new->safe_psql('postgres', 'SELECT gov_audit_checkpoint()');
is((split /\n/, $signed)[0], (split /\n/, $checkpoint)[0], 'then it does, under the old name');
$new->stop;
done_testing();
