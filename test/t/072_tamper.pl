# Whoever turns the triggers off can change anything; gov_audit_verify() names
# what was changed.  Each case is made, looked at and undone in a transaction.
use strict;
use warnings;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('tamper');
$node->init;
# not preloaded: no worker seals between two steps
$node->start;
$node->safe_psql('postgres', q{CREATE EXTENSION governance});
$node->safe_psql('postgres', q{SELECT count(gov_log_event('tamper', 'try', 'tamper', 'success', '{"amount": 10}')) FROM generate_series(1, 200)});
$node->safe_psql('postgres', q{SELECT gov_audit_seal()});
$node->safe_psql('postgres', q{SELECT count(gov_log_event('tamper', 'try', 'tamper')) FROM generate_series(1, 200)});
$node->safe_psql('postgres', q{SELECT gov_audit_seal()});
$node->safe_psql('postgres', q{SELECT count(gov_log_event('tamper', 'try', 'tamper')) FROM generate_series(1, 200)});
$node->safe_psql('postgres', q{SELECT gov_audit_seal()});
# not sealed: nothing is wrong with that
$node->safe_psql('postgres', q{SELECT count(gov_log_event('tamper', 'try', 'tamper')) FROM generate_series(1, 5)});
is($node->safe_psql('postgres', q{SELECT string_agg(check_name, ' ') FILTER (WHERE ok) FROM gov_audit_verify()}),
	'events added_events leaf_map tiles tree_heads retirements', 'untouched: every check holds');

my $size = $node->safe_psql('postgres', q{SELECT max(tree_size) FROM governance.audit_tree_heads});
my $middle = $node->safe_psql('postgres', q{SELECT tree_size FROM governance.audit_tree_heads ORDER BY 1 OFFSET 1 LIMIT 1});

# events of some leaves: in the first tile, the second and the last
my $event = { map { $_ => $node->safe_psql('postgres', "SELECT event_id FROM governance.audit_leaves WHERE leaf_index = $_") }
  (10, 300, 301, 590) };
my $last_event = $node->safe_psql('postgres', q{SELECT event_id FROM governance.audit_leaves ORDER BY leaf_index DESC LIMIT 1});
my $new_event = $node->safe_psql('postgres', q{SELECT max(event_id) + 1000 FROM governance.audit_events});

my $all = join "\n", map { "ALTER TABLE governance.$_ DISABLE TRIGGER ALL;" }
  qw(audit_events audit_leaves audit_tiles audit_tree_heads);

# SQL that puts a hash into a tile: level, tile, place, hash
sub put_hash
{
	my ($level, $tile, $place, $hash) = @_;
	return "UPDATE governance.audit_tiles SET hashes = overlay(hashes PLACING $hash FROM $place * 32 + 1 FOR 32)"
	  . " WHERE level = $level AND tile_index = $tile;";
}

# what the row of a leaf hashes to now
sub row_hash
{
	my ($leaf) = @_;
	return "(SELECT sha256('\\x00'::bytea || decode(line::jsonb ->> 'c', 'base64'))"
	  . " FROM gov_audit_export($leaf, $leaf + 1) AS line WHERE line::jsonb ? 'c')";
}

my $columns = 'occurred_at, actor, evidence, db_role, session_role, event_type, action, resource, resource_type,'
  . ' outcome, old_row, new_row, changes, details, client_addr, application_name, leaf_hash, incarnation';

# name, SQL, then check and detail of what must be reported
my @cases = (
	[ 'a column of a row', "UPDATE governance.audit_events SET actor = 'mallory' WHERE event_id = $event->{300}",
		'events', qr/^event $event->{300} \(leaf 300\) was altered:/ ],
	[ 'a value inside a document', "UPDATE governance.audit_events SET details = '{\"amount\": 11}' WHERE event_id = $event->{10}",
		'events', qr/^event $event->{10} \(leaf 10\) was altered:/ ],
	[ 'a row and its leaf hash',
		"UPDATE governance.audit_events SET outcome = 'failure' WHERE event_id = $event->{300};"
		  . "UPDATE governance.audit_events SET leaf_hash = " . row_hash(300) . " WHERE event_id = $event->{300}",
		'events', qr/^event $event->{300} \(leaf 300\) was altered:/ ],
	[ 'a leaf hash alone', "UPDATE governance.audit_events SET leaf_hash = sha256('') WHERE event_id = $event->{301}",
		'events', qr/^event $event->{301} \(leaf 301\) was altered: its leaf_hash/ ],
	[ 'the time', "UPDATE governance.audit_events SET occurred_at = occurred_at - interval '1 us' WHERE event_id = $event->{590}",
		'events', qr/^event $event->{590} \(leaf 590\) was altered:/ ],
	[ 'a row removed', "DELETE FROM governance.audit_events WHERE event_id = $event->{300}",
		'events', qr/^event $event->{300} \(leaf 300\) was removed/ ],
	[ 'the last row removed', "DELETE FROM governance.audit_events WHERE event_id = $last_event",
		'events', qr/^event $last_event .* was removed/ ],
	[ 'a row added to a past transaction',
		"INSERT INTO governance.audit_events (event_id, xid, $columns) OVERRIDING SYSTEM VALUE"
		  . " SELECT $new_event, xid, $columns FROM governance.audit_events WHERE event_id = $event->{300}",
		'added_events', qr/^event $new_event is in no leaf/ ],
	[ 'a row added to a transaction to come',
		"INSERT INTO governance.audit_events (event_id, xid, $columns) OVERRIDING SYSTEM VALUE"
		  . " SELECT $new_event, '99999999', $columns FROM governance.audit_events WHERE event_id = $event->{300}",
		'added_events', qr/^event $new_event was added/ ],
	[ 'two rows changed places',
		"ALTER TABLE governance.audit_events ALTER event_id SET GENERATED BY DEFAULT;"
		  . "UPDATE governance.audit_events SET event_id = -1 WHERE event_id = $event->{300};"
		  . "UPDATE governance.audit_events SET event_id = $event->{300} WHERE event_id = $event->{301};"
		  . "UPDATE governance.audit_events SET event_id = $event->{301} WHERE event_id = -1",
		'events', qr/^event $event->{300} .* was altered/, 'events', qr/^event $event->{301} .* was altered/ ],
	[ 'two entries of the leaf map changed places',
		"UPDATE governance.audit_leaves SET leaf_index = -1 WHERE leaf_index = 300;"
		  . "UPDATE governance.audit_leaves SET leaf_index = 300 WHERE leaf_index = 301;"
		  . "UPDATE governance.audit_leaves SET leaf_index = 301 WHERE leaf_index = -1",
		'leaf_map', qr/^event $event->{301} was moved: the leaf map says leaf 300, it was sealed as leaf 301/,
		'leaf_map', qr/^event $event->{300} was moved: the leaf map says leaf 301, it was sealed as leaf 300/ ],
	[ 'two rows swapped with their leaves, far apart',
		"UPDATE governance.audit_leaves SET leaf_index = -1 WHERE leaf_index = 10;"
		  . "UPDATE governance.audit_leaves SET leaf_index = 10 WHERE leaf_index = 590;"
		  . "UPDATE governance.audit_leaves SET leaf_index = 590 WHERE leaf_index = -1",
		'leaf_map', qr/^event $event->{590} was moved/, 'leaf_map', qr/^event $event->{10} was moved/ ],
	[ 'an entry of the leaf map removed', "DELETE FROM governance.audit_leaves WHERE leaf_index = 300",
		'leaf_map', qr/^leaf 300 /, 'added_events', qr/^event $event->{300} is in no leaf/ ],
	[ 'an event removed from everywhere but the tiles',
		"DELETE FROM governance.audit_leaves WHERE leaf_index = 300; DELETE FROM governance.audit_events WHERE event_id = $event->{300}",
		'leaf_map', qr/^leaf 300 / ],
	[ 'an entry of the leaf map added', "INSERT INTO governance.audit_leaves VALUES ($size, $new_event)",
		'leaf_map', qr/^event $new_event is leaf $size in the leaf map, but/ ],
	[ 'an entry of the leaf map before the first', "INSERT INTO governance.audit_leaves VALUES (-1, $new_event)",
		'leaf_map', qr/^event $new_event is leaf -1 in the leaf map, but/ ],
	[ 'an entry of the leaf map for another event', "UPDATE governance.audit_leaves SET event_id = $new_event WHERE leaf_index = 300",
		'events', qr/^event $new_event \(leaf 300\) was removed/, 'added_events', qr/^event $event->{300} is in no leaf/ ],
	[ 'a hash in a tile', put_hash(0, 1, 44, "sha256('')"),
		'tiles', qr/^tile 1 of level 0 \(leaves 256 to 511\)/, 'events', qr/^event $event->{300} \(leaf 300\)/ ],
	[ 'a hash in the last tile', put_hash(0, 2, 78, "sha256('')"),
		'tree_heads', qr/size $size/, 'events', qr/^event $event->{590} \(leaf 590\)/ ],
	[ 'a row with all it hashes to in its tile',
		"UPDATE governance.audit_events SET actor = 'mallory' WHERE event_id = $event->{300};"
		  . "UPDATE governance.audit_events SET leaf_hash = " . row_hash(300) . " WHERE event_id = $event->{300};"
		  . put_hash(0, 1, 44, row_hash(300)),
		'tiles', qr/^tile 1 of level 0 \(leaves 256 to 511\)/ ],
	[ 'a row with all it hashes to in the last tile',
		"UPDATE governance.audit_events SET actor = 'mallory' WHERE event_id = $event->{590};"
		  . "UPDATE governance.audit_events SET leaf_hash = " . row_hash(590) . " WHERE event_id = $event->{590};"
		  . put_hash(0, 2, 78, row_hash(590)),
		'tree_heads', qr/size $size/ ],
	[ 'a tile removed', "DELETE FROM governance.audit_tiles WHERE level = 0 AND tile_index = 1",
		'tiles', qr/^tile 1 of level 0 .* was removed/ ],
	[ 'a tile cut short', "UPDATE governance.audit_tiles SET hashes = substr(hashes, 1, 64) WHERE level = 0 AND tile_index = 1",
		'tiles', qr/^tile 1 of level 0 .* altered: it has 2 hashes/ ],
	[ 'a tile that is no hashes', "UPDATE governance.audit_tiles SET hashes = 'abc' WHERE level = 0 AND tile_index = 1",
		'tiles', qr/^tile 1 of level 0 .* altered/ ],
	[ 'the last tile made longer', "UPDATE governance.audit_tiles SET hashes = hashes || sha256('') WHERE level = 0 AND tile_index = 2",
		'tiles', qr/^tile 2 of level 0 .* altered/ ],
	[ 'a hash in a tile above', put_hash(1, 0, 1, "sha256('')"),
		'tiles', qr/^tile 1 of level 0 .* does not give its entry in tile 0 of level 1/ ],
	[ 'the tile above made longer', "UPDATE governance.audit_tiles SET hashes = hashes || sha256('') WHERE level = 1",
		'tiles', qr/^tile 0 of level 1 was removed or altered: it has 3 hashes where 2 belong/ ],
	[ 'the tile above removed', "DELETE FROM governance.audit_tiles WHERE level = 1", 'tiles', qr/^tile 0 of level 1 was removed/ ],
	[ 'two tiles changed places',
		"UPDATE governance.audit_tiles SET tile_index = -1 WHERE level = 0 AND tile_index = 0;"
		  . "UPDATE governance.audit_tiles SET tile_index = 0 WHERE level = 0 AND tile_index = 1;"
		  . "UPDATE governance.audit_tiles SET tile_index = 1 WHERE level = 0 AND tile_index = -1",
		'tiles', qr/^tile 0 of level 0/, 'tiles', qr/^tile 1 of level 0/ ],
	[ 'a tile added', "INSERT INTO governance.audit_tiles VALUES (0, 7, sha256(''))", 'tiles', qr/^tile 7 of level 0 was added/ ],
	[ 'a level added', "INSERT INTO governance.audit_tiles VALUES (9, 0, sha256(''))", 'tiles', qr/^tile 0 of level 9 was added/ ],
	[ 'a root', "UPDATE governance.audit_tree_heads SET root = sha256('') WHERE tree_size = $middle",
		'tree_heads', qr/^the root of the tree head of size $middle / ],
	[ 'the last root', "UPDATE governance.audit_tree_heads SET root = sha256('') WHERE tree_size = $size",
		'tree_heads', qr/^the root of the tree head of size $size / ],
	[ 'a head removed', "DELETE FROM governance.audit_tree_heads WHERE tree_size = $middle",
		'tree_heads', qr/^the tree head of size $size follows one of size $middle, but/ ],
	[ 'the last head removed', "DELETE FROM governance.audit_tree_heads WHERE tree_size = $size",
		'leaf_map', qr/^event $last_event is leaf .* heads were removed/ ],
	[ 'all heads removed', "DELETE FROM governance.audit_tree_heads",
		'leaf_map', qr/^event $event->{300} is leaf 300 .* heads were removed/, 'tiles', qr/^tile 0 of level 0 was added/ ],
	[ 'a head of another size', "UPDATE governance.audit_tree_heads SET tree_size = tree_size - 1 WHERE tree_size = $size",
		'leaf_map', qr/^event $last_event is leaf/, 'tree_heads', qr/^the root of the tree head/ ],
	[ 'a head of more than there is', "UPDATE governance.audit_tree_heads SET tree_size = tree_size + 1 WHERE tree_size = $size",
		'leaf_map', qr/^leaf $size is in the leaf map no more/ ],
	[ 'a head added', "INSERT INTO governance.audit_tree_heads (tree_size, previous_size, root, incarnation, snapshot)"
		  . " SELECT tree_size - 1, previous_size, root, incarnation, snapshot FROM governance.audit_tree_heads WHERE tree_size = $size",
		'tree_heads', qr/^the root of the tree head/, 'tree_heads', qr/^the tree head of size $size follows/ ],
	[ 'a snapshot ahead of the server', "UPDATE governance.audit_tree_heads SET snapshot = '99999999:99999999:' WHERE tree_size = $size",
		'tree_heads', qr/snapshot has transaction 99999999/ ],);

foreach my $case (@cases)
{
	my ($name, $sql, @expected) = @$case;
	my $out = $node->safe_psql('postgres', qq{
		BEGIN;
		$all
		$sql;
		SELECT check_name, detail FROM gov_audit_verify() WHERE NOT ok;
		ROLLBACK;});
	while (my ($check, $detail) = splice @expected, 0, 2)
	{
		my @found = grep { my ($c, $d) = split /\|/, $_, 2; $c eq $check && $d =~ $detail } split /\n/, $out;
		is(scalar(@found), 1, "$name: $check names it once") or diag($out);
	}

	# in ranges, as several sessions would take them
	my $ranges = $node->safe_psql('postgres', qq{
		BEGIN;
		$all
		$sql;
		SELECT count(*) FROM (SELECT max(tree_size) AS size FROM governance.audit_tree_heads) AS h,
			generate_series(0, coalesce(size, 0), 100) AS i, gov_audit_verify(i, least(i + 100, coalesce(size, 0))) AS v WHERE NOT v.ok;
		ROLLBACK;});
	cmp_ok($ranges, '>', 0, "$name: found in ranges");
}
is($node->safe_psql('postgres', q{SELECT bool_and(ok) FROM gov_audit_verify()}), 't', 'undone: every check holds');

# Altered between commit and seal: sealed as it was committed, flagged, warned
# of, and named by every verification.
my $victim = $node->safe_psql('postgres', q{SELECT max(event_id) FROM governance.audit_events});
$node->safe_psql('postgres', qq{
	BEGIN;
	ALTER TABLE governance.audit_events DISABLE TRIGGER ALL;
	UPDATE governance.audit_events SET actor = 'mallory' WHERE event_id = $victim;
	ALTER TABLE governance.audit_events ENABLE ALWAYS TRIGGER append_only, ENABLE ALWAYS TRIGGER append_only_truncate;
	COMMIT;});
my ($status, $out, $err) = $node->psql('postgres', q{SELECT gov_audit_seal()});
like($out, qr/"sealed": 5,.*"flagged": 1/, 'flagged: the result says so');
like($err, qr/WARNING:  audit events were altered before they were sealed: 1\nDETAIL:  Events: $victim\./, 'flagged: a warning names it');
is($node->safe_psql('postgres', q{SELECT f.event_id, f.stored_hash = e.leaf_hash, f.computed_hash <> e.leaf_hash, f.leaf_index = l.leaf_index
	FROM governance.audit_seal_flags AS f JOIN governance.audit_events AS e USING (event_id) JOIN governance.audit_leaves AS l USING (event_id)}),
	"$victim|t|t|t", 'flagged: both hashes are kept');
like($node->safe_psql('postgres', q{SELECT detail FROM gov_audit_verify() WHERE NOT ok}),
	qr/^event $victim \(leaf \d+\) was altered before it was sealed: [^\n]*$/, 'flagged: verification names it, and nothing else');

$node->stop;
done_testing();
