# Tables that are written anew: VACUUM FULL and, since PostgreSQL 19, REPACK of the whole
# database; REPACK (CONCURRENTLY) of tables of ours, also by a member of pg_maintain.
# Nothing is lost, the log verifies, and the guards are there.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use World;

my $node = PostgreSQL::Test::Cluster->new('rewritten');
$node->init;
# a table that is repacked meanwhile is read by logical decoding
$node->append_conf('postgresql.conf', "shared_preload_libraries = 'governance'\ngovernance.worker = off\nwal_level = logical");
$node->start;
World::build($node, 'postgres');
$node->safe_psql('postgres', 'SELECT gov_run_maintenance()');
$node->safe_psql('postgres', 'CREATE ROLE janitor LOGIN');

# rewritten($name, $who, $sql): all is as it was before, and goes on.
sub rewritten
{
	my ($name, $who, $sql) = @_;
	my $files = q{SELECT string_agg(c.relname || ' ' || pg_relation_filenode(c.oid), ' ' ORDER BY c.relname) FROM pg_class AS c
		WHERE c.oid IN ('governance.audit_events'::regclass, 'governance.model_versions'::regclass)};
	my $was = World::fingerprint($node, 'postgres');
	my $lay = $node->safe_psql('postgres', $files);
	my ($status, undef, $err) = $node->psql('postgres', $sql, extra_params => [ '-U', $who ]);
	is($status, 0, "$name: done") or diag($err);
	isnt($node->safe_psql('postgres', $files), $lay, "$name: the tables are in new files");
	is(World::changes($node, 'postgres', $was), '', "$name: no row is another one");
	$node->safe_psql('postgres', q{SELECT gov_log_event('test', 'after', 'rewriting'); SELECT gov_audit_seal()});
	is(World::wrongs($node, 'postgres'), '', "$name: the trail goes on and verifies");
	like($node->safe_psql('postgres', q{SELECT gov_health() #>> '{components,audit}'}), qr/^operational$/, "$name: the guards are there");
	(undef, undef, $err) = $node->psql('postgres', 'DELETE FROM governance.audit_events');
	like($err, qr/the audit trail is append-only/, "$name: nothing can be deleted");
	$node->safe_psql('postgres', q{SELECT gov_observe_many('model', 'risk', '{1,2,3}')});
	return;
}

rewritten('VACUUM FULL', 'postgres', 'VACUUM FULL');
SKIP:
{
	skip 'REPACK is of PostgreSQL 19 and newer', 32 if $node->pg_version->major < 19;
	rewritten('REPACK', 'postgres', 'REPACK');
	my @both = ('REPACK (CONCURRENTLY) governance.audit_events', 'REPACK (CONCURRENTLY) governance.model_versions');
	rewritten("CONCURRENTLY $_", 'postgres', $_) foreach @both;
	$node->safe_psql('postgres', 'GRANT pg_maintain TO janitor');
	rewritten("CONCURRENTLY by pg_maintain $_", 'janitor', $_) foreach @both;
	# they keep nothing that could be repacked meanwhile
	my (undef, undef, $err) = $node->psql('postgres', 'REPACK (CONCURRENTLY) governance.sla_observations');
	like($err, qr/ERROR:  cannot execute REPACK \(CONCURRENTLY\) on relation "sla_observations"/, 'the server refuses the observations');
	is($node->safe_psql('postgres', q{SELECT gov_observe_many('model', 'risk', '{1,2,3}')}), '3', 'and they go on');
}
$node->stop;
done_testing();
