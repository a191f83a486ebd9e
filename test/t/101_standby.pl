# A hot standby: every kind of reading works there, writing fails clearly; and
# promoted it goes on with the log without a fork.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $primary = PostgreSQL::Test::Cluster->new('primary');
$primary->init(allows_streaming => 1);
my $key = $primary->basedir . '/key.pem';
system_or_bail('openssl', 'genpkey', '-algorithm', 'ed25519', '-out', $key);
chmod 0600, $key;
$primary->append_conf('postgresql.conf', <<"CONF");
shared_preload_libraries = 'governance'
governance.seal_interval = '200ms'
governance.checkpoint_key_file = '$key'
CONF
$primary->start;
$primary->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE ROLE ann LOGIN; CREATE ROLE olga LOGIN; CREATE ROLE stranger LOGIN; CREATE ROLE nora LOGIN;
	SELECT gov_create_user('nora', NULL, 'nora');
	SELECT gov_create_user('ann', NULL, 'ann'), gov_create_user('olga', NULL, 'olga');
	SELECT gov_assign_role('ann', 'auditor'), gov_assign_role('olga', 'operator');
	SELECT gov_register_model('risk', '1.0.0', 'credit risk', 'abc', 'sha256:00');
	SELECT count(gov_log_event('sale', 'sell', 'goods/1')) FROM generate_series(1, 300);
});
$primary->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'});
$primary->backup('base');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($primary, 'base', has_streaming => 1);
$standby->start;
$primary->safe_psql('postgres', q{SELECT count(gov_log_event('sale', 'sell', 'goods/2')) FROM generate_series(1, 300)});
$primary->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'});
$primary->wait_for_catchup($standby);

sub asked { my ($node, $role, $sql) = @_; return $node->safe_psql('postgres', $sql, extra_params => [ '-U', $role ]); }

# --- reading -------------------------------------------------------------------

my @readings = (
	[ 'gov_whoami()', 'ann', q{SELECT gov_whoami() -> 'user_id', gov_whoami() -> 'roles'} ],
	[ 'a permission', 'olga', q{SELECT gov_has_permission('olga', 'model:deploy'), gov_can('audit:read'), gov_can('role:manage')} ],
	[ 'permissions of others', 'ann', q{SELECT gov_has_permission('olga', 'model:deploy'), gov_explain_permission('olga', 'model:deploy')} ],
	[ 'the trail', 'ann', q{SELECT count(*), min(event_id), max(event_id) FROM gov_audit_trail(limit_rows => 1000)} ],
	[ 'status of the log', 'ann', q{SELECT gov_audit_status() - 'oldest_unsealed_seconds'} ],
	[ 'inclusion proofs', 'ann', q{SELECT gov_audit_inclusion_proof(event_id) FROM governance.audit_leaves WHERE leaf_index IN (0, 299, 500)} ],
	[ 'a consistency proof', 'ann', q{SELECT gov_audit_consistency_proof(100)} ],
	[ 'verification', 'ann', q{SELECT * FROM gov_audit_verify()} ],
	[ 'an export', 'ann', q{SELECT md5(string_agg(line, E'\n')) FROM gov_audit_export() AS line} ],
	[ 'a checkpoint', 'ann', q{SELECT gov_audit_checkpoint()} ],
	[ 'a model', 'olga', q{SELECT gov_model_version('risk', '1.0.0')} ],
	[ 'policies', 'olga', q{SELECT gov_policy('model.require_staging')} ],
	[ 'transitions', 'stranger', q{SELECT count(*) FROM gov_transitions()} ],
	[ 'row security', 'olga', q{SELECT count(*) FROM governance.users} ],
	[ 'health', 'stranger', q{SELECT gov_health() -> 'components' ->> 'audit'} ],);
foreach my $reading (@readings)
{
	my ($name, $role, $sql) = @$reading;
	my $there = asked($standby, $role, $sql);
	is($there, asked($primary, $role, $sql), "$name: as on the primary");
	isnt($there, '', "$name: is something");
}
unlike(asked($standby, 'ann', 'SELECT bool_and(ok) FROM gov_audit_verify()'), qr/f/, 'the log verifies there');
my (undef, undef, $err) = $standby->psql('postgres', 'SELECT * FROM gov_audit_verify()', extra_params => [ '-U', 'stranger' ]);
like($err, qr/role "stranger" is not an active governance user/, 'who may not read may not read there');
(undef, undef, $err) = $standby->psql('postgres', 'SELECT gov_audit_status()', extra_params => [ '-U', 'nora' ]);
like($err, qr/user "nora" lacks permission "audit:read"/, 'nor without the permission');

is($standby->safe_psql('postgres', q{SELECT count(*) FROM pg_stat_activity WHERE backend_type LIKE 'governance%'}), '0', 'no worker tries to work there');

# what is revoked on the primary is gone on the standby, in an open session too
my $session = $standby->background_psql('postgres', on_error_stop => 1, extra_params => [ '-U', 'olga' ]);
is($session->query(q{SELECT gov_can('model:deploy')}), 't', 'a right');
$primary->safe_psql('postgres', q{SELECT gov_revoke_role('olga', 'operator')});
$primary->wait_for_catchup($standby);
is($session->query(q{SELECT gov_can('model:deploy')}), 'f', 'revoked on the primary, it is gone here');
$session->quit;

# --- writing ----------------------------------------------------------------------

foreach my $call (q{gov_log_event('sale', 'sell', NULL)}, q{gov_create_user('eve', NULL)}, q{gov_audit_seal()},
	q{gov_register_model('next', '1.0.0', '', 'a', 'b')}, q{gov_run_maintenance()}, q{gov_audit_retire(now(), 'old')},
	q{gov_suspend('now')}, q{gov_pre_restore()}, q{gov_post_restore()})
{
	my ($function) = $call =~ /^(\w+)/;
	(undef, undef, $err) = $standby->psql('postgres', "SELECT $call");
	like($err, qr/ERROR:  cannot execute $function\(\) (?:during recovery|in a read-only transaction)/, "$function() fails clearly");
}

# --- promoted -----------------------------------------------------------------------

my $size = asked($primary, 'ann', q{SELECT gov_audit_status() ->> 'tree_size'});
$primary->poll_query_until('postgres', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'});
$size = asked($primary, 'ann', q{SELECT gov_audit_status() ->> 'tree_size'});
my $root = asked($primary, 'ann', q{SELECT gov_audit_status() ->> 'root'});
my $checkpoint = asked($primary, 'ann', 'SELECT gov_audit_checkpoint()');
$primary->wait_for_catchup($standby);
$primary->stop;
$standby->promote;
$standby->safe_psql('postgres', q{SELECT gov_log_event('sale', 'after the promotion', 'goods/3')});
ok($standby->poll_query_until('postgres', qq{SELECT (gov_audit_status() ->> 'unsealed_events') = '0' AND (gov_audit_status() ->> 'tree_size')::bigint > $size}),
	'promoted, it seals what is written');
is($standby->safe_psql('postgres', "SELECT gov_audit_consistency_proof($size) ->> 'old_root'"), $root, 'its log is the continuation of the primary\'s');
is($standby->safe_psql('postgres', 'SELECT bool_and(ok) FROM gov_audit_verify()'), 't', 'and verifies');
is($standby->safe_psql('postgres', 'SELECT max(incarnation) FROM governance.audit_events'), '1', 'it is the same life of the log');
my $next = $standby->safe_psql('postgres', 'SELECT gov_audit_checkpoint()');
is((split /\n/, $next)[0], (split /\n/, $checkpoint)[0], 'it signs under the same name: the cluster is the same');
cmp_ok((split /\n/, $next)[1], '>', (split /\n/, $checkpoint)[1], 'a larger tree');
my ($out) = $standby->safe_psql('postgres', 'SELECT count(*) FROM governance.audit_seal_flags');
is($out, '0', 'nothing was altered on the way');
$standby->stop;
done_testing();
