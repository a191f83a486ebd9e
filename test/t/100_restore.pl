# A dump is loaded into another cluster: plain and custom format, the whole
# database and data only.  Everything is there, proofs made before hold, the
# guards are back, and the trail goes on.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Wait;

my $old = PostgreSQL::Test::Cluster->new('old');
$old->init;
$old->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.seal_interval = '200ms'
max_prepared_transactions = 5
CONF
$old->start;
my $new = PostgreSQL::Test::Cluster->new('new');
$new->init;
$new->append_conf('postgresql.conf', <<'CONF');
shared_preload_libraries = 'governance'
governance.seal_interval = '200ms'
CONF
$new->start;

sub key_file
{
	my ($node, $name) = @_;
	my $file = $node->basedir . "/$name.pem";
	system_or_bail('openssl', 'genpkey', '-algorithm', 'ed25519', '-out', $file);
	chmod 0600, $file;
	return reload($node, "governance.checkpoint_key_file = '$file'");
}

# --- a life in the old one -----------------------------------------------------

$old->safe_psql('postgres', 'CREATE DATABASE shop');
# transactions that the new cluster has not had
$old->safe_psql('postgres', q{
	CREATE TABLE burnt (x int);
	CREATE PROCEDURE burn(n int) LANGUAGE plpgsql AS $$ BEGIN
		FOR i IN 1..n LOOP INSERT INTO burnt VALUES (i); COMMIT; END LOOP; END $$;
	CALL burn(3000)});
key_file($old, 'old');
$old->safe_psql('shop', q{
	CREATE EXTENSION governance;
	CREATE TABLE goods (id int PRIMARY KEY, name text);
	INSERT INTO goods VALUES (1, 'apple'), (2, 'pear');
	CREATE ROLE regress_ann LOGIN;
	CREATE ROLE regress_bob LOGIN;
	SELECT gov_create_user('ann', 'ann@example.com', 'regress_ann');
	SELECT gov_create_user('bob', NULL, 'regress_bob');
	SELECT gov_assign_role('ann', 'operator');
	SELECT gov_assign_role('bob', 'approver', clock_timestamp() + interval '1 day');
	SELECT gov_create_role('night_shift', 'looks', ARRAY['audit:read']);
	SELECT gov_set_policy('model.require_staging', 'false');
	SELECT gov_register_model('risk', '1.0.0', 'credit risk', 'abc123', 'sha256:00');
	SELECT gov_request_model_approval('risk', '1.0.0');
	SELECT gov_create_api_token('ann', 'laptop');
	SELECT gov_audit_seal();
});
$old->safe_psql('shop', q{SELECT gov_approve_model('risk', '1.0.0', 'fine')}, extra_params => [ '-U', 'regress_bob' ]);
$old->safe_psql('shop', q{SELECT count(gov_log_event('sale', 'sell', 'goods/1')) FROM generate_series(1, 600)});
$old->poll_query_until('shop', q{SELECT gov_audit_status() ->> 'unsealed_events' = '0'});
my $checkpoint = $old->safe_psql('shop', q{SELECT gov_audit_checkpoint()});
my $size = $old->safe_psql('shop', q{SELECT gov_audit_status() ->> 'tree_size'});
my $proof = "SELECT gov_audit_inclusion_proof(event_id, $size) FROM governance.audit_leaves WHERE leaf_index IN (0, 5, 300, $size - 1) ORDER BY leaf_index";
my $proofs = $old->safe_psql('shop', $proof);
# a tail that is not sealed when the dump is made
$old->append_conf('postgresql.conf', 'governance.worker = off');
$old->restart;
$old->safe_psql('shop', q{SELECT count(gov_log_event('sale', 'tail', 'goods/2')) FROM generate_series(1, 5)});

# every table as it is
my $tables = q{SELECT format('%I', c.relname) FROM pg_class AS c JOIN pg_am AS a ON a.oid = c.relam
	WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'r' AND a.amname = 'heap' ORDER BY 1};
# these go on by themselves
my %moves = map { $_ => 1 } qw(audit_events audit_log audit_leaves audit_tiles audit_tree_heads api_token_uses sla_retention);

sub contents
{
	my ($node, $db) = @_;
	my %found;
	foreach my $table (split /\n/, $node->safe_psql($db, $tables))
	{
		next if $moves{$table};
		$found{$table} = $node->safe_psql($db, "SELECT md5(string_agg(t::text, E'\\n' ORDER BY t::text)), count(*) FROM governance.$table AS t");
	}
	return \%found;
}
my $before = contents($old, 'shop');
my $events = $old->safe_psql('shop', q{SELECT md5(string_agg(e::text, E'\n' ORDER BY event_id)), max(event_id) FROM governance.audit_events AS e});
my ($events_md5, $last_event) = split /\|/, $events;
my $sequences = $old->safe_psql('shop', q{SELECT count(*) FROM pg_class WHERE relnamespace = 'governance'::regnamespace AND relkind = 'S'});
cmp_ok($sequences, '>', 3, 'there are sequences');

my $dir = PostgreSQL::Test::Utils::tempdir;
$old->command_ok([ 'pg_dump', '-d', $old->connstr('shop'), '-f', "$dir/plain.sql" ], 'pg_dump, plain');
$old->command_ok([ 'pg_dump', '-d', $old->connstr('shop'), '-Fc', '-f', "$dir/custom" ], 'pg_dump, custom');
$old->command_ok([ 'pg_dump', '-d', $old->connstr('shop'), '-a', '--disable-triggers', '-f', "$dir/data.sql" ], 'pg_dump, data only');
$old->command_ok([ 'pg_dump', '-d', $old->connstr('shop'), '--inserts', '-f', "$dir/inserts.sql" ], 'pg_dump, INSERTs');
$new->safe_psql('postgres', 'CREATE ROLE regress_ann LOGIN; CREATE ROLE regress_bob LOGIN');

# --- without gov_pre_restore() it fails, and nothing is half there ---------------

my $count = "SELECT count(*) FROM governance.models";
foreach my $case ([ 'plain', [ 'psql', '-X', '-q', '-1', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/plain.sql" ] ],
	[ 'custom', [ 'pg_restore', '-1', "$dir/custom" ] ])
{
	my ($name, $command) = @$case;
	$new->safe_psql('postgres', "CREATE DATABASE wrong_$name");
	my ($out, $err) = run_command([ @$command, '-d', $new->connstr("wrong_$name") ]);
	like($err, qr/ERROR:/, "$name: a dump does not load by itself");
	like($err, qr/append-only|duplicate key|refused/, "$name: for a reason that is said");
	$new->safe_psql('postgres', "DROP DATABASE wrong_$name");
}
# even where every error is ignored, the trail is the new one's own
$new->safe_psql('postgres', 'CREATE DATABASE ignored');
run_command([ 'psql', '-X', '-q', '-d', $new->connstr('ignored'), '-f', "$dir/plain.sql" ]);
is($new->safe_psql('ignored', q{SELECT count(*) FROM governance.audit_events WHERE event_type = 'sale'}), '0',
	'errors ignored: no event of the other log is in this one');
is($new->safe_psql('ignored', q{SELECT count(*) FROM governance.audit_log}), '1', 'there is one log');
$new->safe_psql('ignored', q{SELECT gov_audit_seal()});
is($new->safe_psql('ignored', q{SELECT bool_and(ok) FROM gov_audit_verify()}), 't', 'and it verifies');
$new->safe_psql('postgres', 'DROP DATABASE ignored');

# --- as it should be done -------------------------------------------------------------

sub restored
{
	my ($name, $db) = @_;
	is_deeply(contents($new, $db), $before, "$name: every table is as it was");
	is($new->safe_psql($db, qq{SELECT md5(string_agg(e::text, E'\\n' ORDER BY event_id)) FROM governance.audit_events AS e WHERE event_id <= $last_event}),
		$events_md5, "$name: every event is as it was");
	is($new->safe_psql($db, $proof), $proofs, "$name: proofs are what they were");
	is($new->safe_psql($db, q{SELECT coalesce(string_agg(detail, '; ') FILTER (WHERE NOT ok), 'verified') FROM gov_audit_verify()}),
		'verified', "$name: the log verifies");
	is($new->safe_psql($db, qq{SELECT count(*) FROM governance.audit_leaves AS l
		JOIN governance.audit_events AS e USING (event_id) WHERE l.leaf_index >= $size AND e.action = 'tail'}), '5',
		"$name: the tail is sealed");
	is($new->safe_psql($db, qq{SELECT event_type, incarnation, changes FROM governance.audit_events WHERE event_id = $last_event + 1 OR event_type = 'audit_log.restore'}),
		'audit_log.restore|2|{"incarnation": 2}', "$name: the trail tells of it, as its first event here");
	is($new->safe_psql($db, q{SELECT count(*) FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
		WHERE c.relnamespace = 'governance'::regnamespace AND NOT t.tgisinternal AND t.tgenabled <> 'A'}), '0', "$name: the guards are back");
	is($new->safe_psql($db, q{SELECT gov_health() -> 'components' ->> 'audit'}), 'operational', "$name: health says so");
	is($new->safe_psql($db, q{SELECT count(*) FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase WHERE d.datname = current_database()}),
		'0', "$name: the setting is gone");
	my (undef, undef, $err) = $new->psql($db, 'DELETE FROM governance.audit_events');
	like($err, qr/the audit trail is append-only/, "$name: nothing can be deleted");
	(undef, undef, $err) = $new->psql($db, q{UPDATE governance.model_versions SET approval_status = 'rejected'});
	like($err, qr/change of model_version\/risk:1.0.0 refused/, "$name: no state moves by itself");

	# it goes on
	is($new->safe_psql($db, q{SELECT gov_has_permission('ann', 'model:deploy')}), 't', "$name: rights are there");
	$new->safe_psql($db, q{SELECT gov_register_model('next', '1.0.0', 'after the move', 'abc', 'sha256:11')});
	ok($new->poll_query_until($db, q{SELECT EXISTS (SELECT FROM governance.audit_leaves AS l JOIN governance.audit_events AS e USING (event_id)
		WHERE e.resource = 'model_version/next:1.0.0') AND gov_audit_status() ->> 'unsealed_events' = '0'}), "$name: the trail goes on");
	is($new->safe_psql($db, q{SELECT bool_and(ok) FROM gov_audit_verify()}), 't', "$name: and verifies");
	is($new->safe_psql($db, "SELECT (gov_audit_consistency_proof($size) ->> 'old_root') = root FROM (SELECT gov_audit_inclusion_proof(1, $size) ->> 'root' AS root) AS r"),
		't', "$name: it is the continuation of the old one");
	$new->safe_psql('postgres', "DROP DATABASE $db");
	return;
}

# a list of what to load that leaves out where the sequences stand
my ($list) = run_command([ 'pg_restore', '-l', "$dir/custom" ]);
append_to_file("$dir/list", join '', map { "$_\n" } grep { !/ SEQUENCE SET / } split /\n/, $list);

my %load = (
	plain => [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/plain.sql" ],
	custom => [ 'pg_restore', '--exit-on-error', "$dir/custom" ],
	parallel => [ 'pg_restore', '--exit-on-error', '-j', 3, "$dir/custom" ],
	data => [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/data.sql" ],
	custom_data => [ 'pg_restore', '--exit-on-error', '-a', '--disable-triggers', "$dir/custom" ],
	unnumbered => [ 'pg_restore', '--exit-on-error', '-L', "$dir/list", "$dir/custom" ],
	inserts => [ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-f', "$dir/inserts.sql" ],);
foreach my $name (sort keys %load)
{
	my $db = "to_$name";
	$new->safe_psql('postgres', "CREATE DATABASE $db");
	$new->safe_psql($db, 'CREATE EXTENSION governance');
	$new->safe_psql($db, 'CREATE TABLE goods (id int PRIMARY KEY, name text)') if $name =~ /data/;
	# the worker may have sealed what CREATE EXTENSION did: that is no hindrance
	$new->poll_query_until($db, 'SELECT count(*) > 0 FROM governance.audit_leaves') if $name eq 'custom';
	$new->safe_psql($db, 'SELECT gov_pre_restore()');
	$new->command_ok([ @{ $load{$name} }, '-d', $new->connstr($db) ], "$name: the dump loads");
	my (undef, undef, $err) = $new->psql($db, q{SELECT gov_create_user('eve', NULL)});
	like($err, qr/the database is being restored/, "$name: nobody works meanwhile");
	is($new->safe_psql($db, q{SELECT gov_health() -> 'components' ->> 'audit' ~ 'being restored'}), 't', "$name: health says why");
	$new->safe_psql($db, 'SELECT gov_post_restore()');
	is($new->safe_psql($db, 'SELECT count(*) FROM goods'), '2', "$name: other tables too");
	restored($name, $db);
}

# --- signing: another place signs nothing until somebody says so --------------------------------

$new->safe_psql('postgres', 'CREATE DATABASE moved');
$new->safe_psql('moved', 'CREATE EXTENSION governance');
$new->safe_psql('moved', 'SELECT gov_pre_restore()');
run_command([ @{ $load{custom} }, '-d', $new->connstr('moved') ]);
$new->safe_psql('moved', 'SELECT gov_post_restore()');
key_file($new, 'new');
my (undef, undef, $err) = $new->psql('moved', 'SELECT gov_audit_checkpoint()');
like($err, qr/no checkpoint is signed in a copy of the database/, 'elsewhere nothing is signed');
is($new->safe_psql('moved', q{SELECT governance.continue_log('the old server is switched off')}), 't', 'until a superuser says that it moved');
is($new->safe_psql('moved', q{SELECT governance.continue_log('again')}), 'f', 'once');
my $continued = $new->safe_psql('moved', 'SELECT gov_audit_checkpoint()');
is((split /\n/, $continued)[0], (split /\n/, $checkpoint)[0], 'then the log has its old name');
is($new->safe_psql('moved', q{SELECT event_type, details ->> 'reason' FROM governance.audit_events WHERE event_type LIKE 'audit_home.%' AND event_type <> 'audit_home.insert'}),
	'audit_home.continue|the old server is switched off', 'and the trail tells of it');
is($new->safe_psql('moved', q{SELECT bool_and(ok) FROM gov_audit_verify()}), 't', 'the log verifies');

# --- a dump that was altered ---------------------------------------------------------------------

my $text = slurp_file("$dir/plain.sql");
$text =~ s/^(\d+\t1\t[^\n]*\t)sale(\tsell\t)goods\/1/${1}sale${2}goods\/3/m or die 'no such event in the dump';
append_to_file("$dir/altered.sql", $text);
$new->safe_psql('postgres', 'CREATE DATABASE altered');
$new->safe_psql('altered', 'CREATE EXTENSION governance');
$new->safe_psql('altered', 'SELECT gov_pre_restore()');
run_command([ 'psql', '-X', '-q', '-d', $new->connstr('altered'), '-f', "$dir/altered.sql" ]);
(undef, undef, $err) = $new->psql('altered', '\set VERBOSITY verbose
SELECT gov_post_restore()');
like($err, qr/MG005: the audit trail that was loaded fails verification/, 'an altered dump is refused');
like($err, qr/DETAIL:  Failures: 1\. event \d+ \(leaf \d+\) was altered/, 'and what was altered is named');

$new->stop;
$old->stop;
done_testing();
