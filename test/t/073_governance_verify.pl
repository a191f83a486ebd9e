# governance-verify: what holds is said to hold; what was tampered with, in a
# file or behind the triggers' back in the database, is named.
use strict;
use warnings;
use Digest::SHA qw(sha256 sha256_hex);
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Verify;

my ($pem_a, $pub_a) = make_key('a');
my ($pem_b, $pub_b) = make_key('b');
my ($pem_w, $pub_w) = make_key('w');

# --- a log of three heads; the key changes before the last --------------------

my $node = PostgreSQL::Test::Cluster->new('verify');
$node->init;
# not preloaded: no worker seals between two steps
$node->append_conf('postgresql.conf', qq{governance.checkpoint_key_file = '$pem_a'
governance.checkpoint_origin = 'example.com/audit'
});
$node->start;
$node->safe_psql('postgres', q{CREATE EXTENSION governance});

sub sql
{
	my ($sql) = @_;
	return $node->safe_psql('postgres', $sql);
}

# Its own output, as a client would store it: with psql's newline at the end.
sub query_file
{
	my ($sql) = @_;
	return file(sql($sql) . "\n");
}

# A signature under nothing would fit any log.
foreach my $begin ('', 'BEGIN; SELECT gov_audit_seal(); ')
{
	my ($status, undef, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n${begin}SELECT gov_audit_checkpoint()");
	like($err, qr/ERROR:  55000: no checkpoint is made of an audit trail without leaves\n/, 'no checkpoint of no leaves');
}
is(sql('SELECT count(*) FROM governance.audit_checkpoints'), 0, 'nor is one kept');

my (@checkpoint, @size);
for my $round (0 .. 2)
{
	if ($round == 2)
	{
		$node->append_conf('postgresql.conf', "governance.checkpoint_key_file = '$pem_b'");
		$node->reload;
		$node->poll_query_until('postgres', "SELECT current_setting('governance.checkpoint_key_file') = '$pem_b'");
	}
	sql(q{SELECT count(gov_log_event('tamper', 'try', 'tamper', 'success', '{"amount": 1.50, "who": "Zoë \"z\""}')) FROM generate_series(1, 200)});
	sql(q{SELECT gov_audit_seal()});
	$checkpoint[$round] = query_file('SELECT gov_audit_checkpoint()');
	$size[$round] = (split /\n/, slurp_file($checkpoint[$round]))[1];
}
sql(q{SELECT count(gov_log_event('tamper', 'try', 'tamper')) FROM generate_series(1, 5)});

my $log_id = sql('SELECT log_id FROM governance.audit_log');
my $origin = "example.com/audit/$log_id";
my $key_a = verifier_key($pub_a, $origin, 1);
my $key_b = verifier_key($pub_b, $origin, 1);
my $export = query_file('SELECT gov_audit_export()');
my $event = { map { split /\|/ } split /\n/, sql('SELECT leaf_index, event_id FROM governance.audit_leaves') };
my @all = (@size, 0);

is(sql(q{SELECT string_agg(verifier_key, ' ' ORDER BY first_used_at) FROM governance.checkpoint_keys}), "$key_a $key_b",
	'the verifier keys are what openssl and sha256 make of the public ones');

# --- all of it holds -----------------------------------------------------------

verifies(0, qr/^governance-verify 1\.0$/, 'the version', '--version');
my ($help_status, $help) = do { my ($out, $err); IPC::Run::run([ 'governance-verify', '--help' ], '>', \$out, '2>', \$err); ($? >> 8, $out) };
ok($help_status == 0 && $help =~ /^Usage: /m && $help =~ /^Exit status: /m, 'help');

verifies(3, qr/^holds up to no leaf: nothing vouches for leaves 0 to @{[$size[2] - 1]}; no checkpoint was given that could be of their root [0-9a-f]{64}$/,
	'an export alone', $export);
verifies(0, qr/^holds: $size[2] events \(leaves 0 to @{[$size[2] - 1]} of $size[2]\) are as they were sealed; checkpoint of $size[2] leaves signed by \Q$origin\E\+[0-9a-f]{8}$/,
	'an export and the checkpoint of its head', '-k', $pub_b, '-c', $checkpoint[2], $export);
verifies(0, qr/^holds: .*; checkpoint of $size[0] leaves signed by .*; the log of $size[2] leaves begins with that of $size[0]$/,
	'two checkpoints across a change of the key', '-k', $pub_a, '-k', $pub_b, '-c', $checkpoint[2], '-c', $checkpoint[0], $export);
verifies(3, qr/^holds up to leaf @{[$size[1] - 1]}: $size[1] events .* are as they were sealed; nothing vouches for leaves $size[1] to @{[$size[2] - 1]};.*; the log of $size[1] leaves begins with that of $size[0]$/,
	'two checkpoints below the head, verifier keys', '-k', $key_a, '-c', $checkpoint[0], '-c', $checkpoint[1], $export);
verifies(0, qr/^holds: /, 'a verifier key in a file', '-k', file("$key_b\n"), '-c', $checkpoint[2], $export);
verifies(0, qr/^holds: checkpoint of $size[2] leaves signed by [^;]*$/, 'a checkpoint alone', '-k', $key_b, '-c', $checkpoint[2]);

my $consistency = query_file("SELECT gov_audit_consistency_proof($size[0], $size[2])");
verifies(0, qr/^holds: .*; the log of $size[2] leaves begins with that of $size[0]$/,
	'two checkpoints and a consistency proof', '-k', $key_a, '-k', $key_b, '-c', $checkpoint[0], '-c', $checkpoint[2], '-C', $consistency);
my $inclusion = query_file("SELECT gov_audit_inclusion_proof($event->{300})");
verifies(0, qr/^holds: .*; leaf 300 is in the log of $size[2] leaves$/,
	'a checkpoint and an inclusion proof', '-k', $key_b, '-c', $checkpoint[2], '-i', $inclusion);
verifies(0, qr/^holds: 1 events \(leaves 300 to 300 of $size[2]\) .*; leaf 300 \(event $event->{300}\) is in the log of $size[2] leaves$/,
	'an inclusion proof with its event', '-k', $key_b, '-c', $checkpoint[2], '-i', $inclusion,
	query_file('SELECT gov_audit_export(300, 301)'));

# one file with all of it (c2sp.org/tlog-proof)
my $proof = query_file("SELECT gov_audit_proof_file($event->{300})");
my $whole = slurp_file($proof);
verifies(0, qr/^holds: checkpoint of $size[2] leaves signed by [^;]*; leaf 300 \(event $event->{300}\) is in the log of $size[2] leaves$/,
	'a proof file', '-k', $key_b, '-P', $proof);
verifies(0, qr/; leaf 300 \(event $event->{300}\) is in the log of @{[$size[1]]} leaves$/, 'of a smaller tree', '-k', $key_b, '-P', query_file("SELECT gov_audit_proof_file($event->{300}, $size[1])"));
verifies(1, qr/signed by none of the keys/, 'a proof file and another key', '-k', $key_a, '-P', $proof);
verifies(1, qr/proof file .* does not prove/, 'a proof file of another leaf', '-k', $key_b, '-P', file($whole =~ s/^index 300$/index 301/mr));
verifies(1, qr/proof file .* does not prove/, 'with another event', '-k', $key_b,
	'-P', file($whole =~ s/^extra .*$/(slurp_file(query_file("SELECT gov_audit_proof_file($event->{299})")) =~ m{^(extra .*)$}m)[0]/emr));
verifies(1, qr/proof file .* does not prove/, 'with a path that is shorter', '-k', $key_b, '-P', file($whole =~ s/^(index 300\n)[^\n]+\n/$1/mr));
foreach ([ 'another format', qr/^c2sp.*$/m, 'c2sp.org/tlog-proof@v2' ], [ 'no event', qr/^extra .*\n/m, '' ], [ 'an index with a zero before it', qr/^index 300$/m, 'index 0300' ],
	[ 'a hash that is none', qr/^(index 300\n)[^\n]+/m, "index 300\nAAAA" ], [ 'no checkpoint', qr/\n\n.*/s, "\n" ])
{
	my ($name, $from, $to) = @$_;
	verifies(2, qr/./, "a proof file with $name", '-k', $key_b, '-P', file($whole =~ s/$from/$to/r));
}

foreach ([ 0, 0 ], [ 0, 1 ], [ 255, 257 ], [ 1, $size[0] ], [ $size[1], $size[2] ], [ $size[2], $size[2] ])
{
	my ($from, $to) = @$_;
	verifies(0, qr/^holds: .*checkpoint of $size[2] leaves/, "leaves from $from to before $to",
		'-k', $key_b, '-c', $checkpoint[2], query_file("SELECT gov_audit_export($from, $to)"));
}
my ($print) = run_command([ 'governance-verify', '--print', '-k', $key_b, '-c', $checkpoint[2], $export ]);
is((split /\n/, $print)[301] =~ s/"occurred_at":"[^"]*","xid":\d+/"..."/r, qq({"leaf_index":301,"event_id":$event->{301},"incarnation":1,"...",)
	  . '"actor":"' . sql('SELECT gov_current_actor()') . '","evidence":"session","db_role":"' . sql('SELECT current_user') . '","session_role":"' . sql('SELECT session_user')
	  . '","event_type":"tamper","action":"try","resource":"tamper","outcome":"success","details":{"who": "Zoë \"z\"", "amount": 1.50},"application_name":"073_governance_verify.pl"}',
	'an event as it was verified');

# An unsigned checkpoint counts only where one says that one trusts its place.
my $text = join "\n", (split /\n/, slurp_file($checkpoint[2]))[ 0 .. 2 ];
my $unsigned = file("$text\n");
verifies(1, qr/is signed by none of the keys/, 'an unsigned checkpoint', '-k', $key_b, '-c', $unsigned, $export);
verifies(0, qr/checkpoint of $size[2] leaves not signed/, 'is taken on request', '--unsigned', '-c', $unsigned, $export);

# --- witnesses ------------------------------------------------------------------

my $key_w = verifier_key($pub_w, 'w.example', 4);
my $cosigned = slurp_file($checkpoint[2]) =~ s/\n\n\z/\n/r . signature_line($pem_w, $pub_w, 'w.example', 4, "$text\n", 1767225600);
is(sql("SELECT name FROM gov_add_witness('$key_w')"), 'w.example', 'the database knows the witness');
my $older = join "\n", (split /\n/, slurp_file($checkpoint[1]))[ 0 .. 2 ];
my $older_cosigned = slurp_file($checkpoint[1]) =~ s/\n\n\z/\n/r . signature_line($pem_w, $pub_w, 'w.example', 4, "$older\n", 1767225600);
is(sql("SELECT gov_audit_witness('$older_cosigned')"), 't', 'and takes its cosignature of an older checkpoint');
verifies(0, qr/; leaf 300 \(event $event->{300}\) is in the log of $size[1] leaves; w\.example cosigned $size[1] leaves at /,
	'a proof file is of the checkpoint that a witness saw', '-k', $key_b, '-w', $key_w, '-P', query_file("SELECT gov_audit_proof_file($event->{300})"));
verifies(1, qr/no checkpoint given has a cosignature by the witness w\.example/, 'but of another where that is asked for',
	'-k', $key_b, '-w', $key_w, '-P', query_file("SELECT gov_audit_proof_file($event->{300}, $size[2])"));
is(sql("SELECT gov_audit_witness('$cosigned')"), 't', 'and takes its cosignature');
$proof = query_file("SELECT gov_audit_proof_file($event->{300})");
verifies(0, qr/; leaf 300 .* of $size[2] leaves; w\.example cosigned $size[2] leaves at /, 'the newest of those', '-k', $key_b, '-w', $key_w, '-P', $proof);
verifies(1, qr/has a wrong cosignature by w\.example/, 'a cosignature of another time in a proof file',
	'-k', $key_b, '-w', $key_w, '-P', file(slurp_file($proof) =~ s/(w\.example \S{9})./$1B/r));
verifies(1, qr/has a wrong cosignature by w\.example/, 'or of another checkpoint',
	'-k', $key_b, '-w', $key_w, '-P', file(slurp_file($proof) =~ s/^(\S* w\.example ).*$/($older_cosigned =~ m{^\S* (w\.example .*)$}m)[0] =~ s{^}{\xe2\x80\x94 }r/emr));
verifies(0, qr/; w\.example cosigned $size[2] leaves at 2026-01-01T00:00:00Z$/, 'a cosignature',
	'-k', $key_b, '-w', $key_w, '-c', query_file("SELECT note FROM governance.audit_cosignatures WHERE tree_size = $size[2]"), $export);
verifies(1, qr/no checkpoint given has a cosignature by the witness w\.example/, 'a cosignature that is not there',
	'-k', $key_b, '-w', $key_w, '-c', $checkpoint[2], $export);
verifies(1, qr/has a wrong cosignature by w\.example/, 'one of another time',
	'-k', $key_b, '-w', $key_w, '-c', file($cosigned =~ s/(w\.example \S{9})./$1B/r), $export);

# --- checkpoints that are not what they should be ------------------------------------

verifies(1, qr/is signed by none of the keys/, 'the wrong key', '-k', $pub_a, '-c', $checkpoint[2], $export);
verifies(1, qr/is signed by none of the keys/, 'the wrong verifier key', '-k', $key_a, '-c', $checkpoint[2], $export);
verifies(1, qr/is signed by none of the keys/, 'a key of another log',
	'-k', verifier_key($pub_b, 'example.com/other', 1), '-c', $checkpoint[2], $export);
my $changed = file(slurp_file($checkpoint[2]) =~ s/^$size[2]$/$size[1]/mr);
verifies(1, qr/has a wrong signature by/, 'a checkpoint of another size', '-k', $key_b, '-c', $changed, $export);
$changed = file(slurp_file($checkpoint[2]) =~ s/^(\S{43}=)$/encode_base64(sha256('x'), '') =~ s{\n}{}r/mer);
verifies(1, qr/has a wrong signature by/, 'a checkpoint with another root', '-k', $key_b, '-c', $changed, $export);
verifies(2, qr/is no checkpoint/, 'half a checkpoint', '-k', $key_b, '-c', file(substr slurp_file($checkpoint[2]), 0, 60), $export);
verifies(2, qr/is no checkpoint/, 'an empty checkpoint', '-k', $key_b, '-c', file(''), $export);
verifies(2, qr/is too large/, 'a huge checkpoint', '-k', $key_b, '-c', file('x' x 100_000), $export);

# Who has the key signs what he likes; two such checkpoints give him away.
sub signed_by_b { my ($size, $root, $name) = @_; return signed_checkpoint($pem_b, $pub_b, $name, $size, $root); }
my $fork = signed_by_b($size[2], sha256('forked'), $origin);
verifies(1, qr/both have $size[2] leaves, but not the same root: the log was forked or rewritten$/,
	'a forked log: two checkpoints of one size', '-k', $key_b, '-c', $checkpoint[2], '-c', $fork);
verifies(1, qr/leaves \d+ to @{[$size[2] - 1]} do not give the root of the checkpoint/,
	'a forked log: an export of the other one', '-k', $key_b, '-c', $fork, $export);
my $fork_of_size_1 = signed_by_b($size[1], sha256('forked'), $origin);
verifies(1, qr/^does not hold: leaves $size[0] to @{[$size[1] - 1]} do not give the root of the checkpoint/,
	'a forked log: between two checkpoints', '-k', $key_a, '-k', $key_b, '-c', $checkpoint[0], '-c', $fork_of_size_1, $export);
verifies(1, qr/both have $size[2] leaves, but not the same root/, 'a forked log: a proof of the other one',
	'-k', $key_a, '-k', $key_b, '-c', $checkpoint[0], '-c', $fork, '-C', $consistency);
verifies(2, qr/nothing proves that .* are one log: --consistency$/, 'two checkpoints with nothing between them',
	'-k', $key_a, '-k', $key_b, '-c', $checkpoint[0], '-c', $checkpoint[2]);
verifies(1, qr/^does not hold: the checkpoint .* has 9999 leaves, the log of the export has only $size[2]: events were cut off/,
	'a log that was longer', '-k', $key_b, '-c', signed_by_b(9999, sha256('x'), $origin), $export);
verifies(1, qr/checkpoint is of another log than the export/, 'a checkpoint of another log', '-k', $pub_b,
	'-c', signed_by_b($size[2], sha256('x'), 'example.com/audit/' . '0' x 36), $export);

# --- proofs that do not prove ---------------------------------------------------------

my @with = ('-k', $key_a, '-k', $key_b, '-c', $checkpoint[0], '-c', $checkpoint[2]);
sub flip { my ($hex) = @_; return (substr($hex, 0, 1) eq '0' ? '1' : '0') . substr($hex, 1); }
verifies(1, qr/inclusion proof .* does not prove/, 'an inclusion proof of another leaf', @with, '-C', $consistency,
	'-i', file(slurp_file($inclusion) =~ s/"leaf_index": 300/"leaf_index": 301/r));
verifies(1, qr/inclusion proof .* does not prove/, 'an inclusion proof with another hash', @with, '-C', $consistency,
	'-i', file(slurp_file($inclusion) =~ s/("path": \[")(\w+)/$1 . flip($2)/er));
verifies(1, qr/consistency proof .* does not prove/, 'a consistency proof with another hash', @with,
	'-C', file(slurp_file($consistency) =~ s/("path": \[")(\w+)/$1 . flip($2)/er));
verifies(1, qr/^does not hold: leaf 0 is not the one that the inclusion proof/, 'a proof of another leaf than the export has',
	'-i', file('{"leaf_index": 0, "leaf_hash": "' . sha256_hex('x') . '", "tree_size": 1, "root": "' . sha256_hex('x') . '", "path": []}'), $export);
verifies(2, qr/is no inclusion proof/, 'a proof without a path', @with, '-C', $consistency,
	'-i', file(slurp_file($inclusion) =~ s/"path"/"pathos"/r));
foreach my $bad ('', '{', '[]', '7', '"x"', '{}', '{"old_size": -1}', slurp_file($consistency) . 'x',
	slurp_file($consistency) =~ s/"new_size": \d+/"new_size": 99999999999999999999/r,
	slurp_file($consistency) =~ s/"new_size": \d+/"new_size": 604.0/r, '[' x 5000)
{
	verifies(2, qr/is no consistency proof|is not one JSON object/, 'no proof: ' . substr($bad, 0, 20), @with, '-C', file($bad));
}

# --- exports that were tampered with -----------------------------------------------------

my @lines = split /\n/, slurp_file($export);
my @checked = ('-k', $key_a, '-k', $key_b, '-c', $checkpoint[0], '-c', $checkpoint[2]);

# The lines with one changed: leaf 300's is the 302nd.
sub with
{
	my ($number, $change) = @_;
	my @copy = @lines;
	local $_ = $copy[$number];
	$change->();
	$copy[$number] = $_;
	return file(join("\n", @copy) . "\n");
}

sub bytes { my ($line) = @_; return decode_base64($line =~ /"c":"([^"]*)"/ ? $1 : die $line); }

sub with_bytes
{
	my ($change) = @_;
	return with(301, sub {
		my $bytes = bytes($_);
		$change->($bytes) for $bytes;
		my $base64 = encode_base64($bytes, '');
		s/"c":"[^"]*"/"c":"$base64"/;
	});
}

my $named = qr/^does not hold: event $event->{300} \(leaf 300\) was altered or moved: its bytes do not give/;
verifies(1, $named, 'a field changed', @checked, with_bytes(sub { $_[0] =~ s/tamper/tampon/ }));
verifies(1, $named, 'a bit of the bytes changed', @checked, with_bytes(sub { substr($_[0], -1) ^= "\x01" }));
verifies(1, $named, 'a byte added', @checked, with_bytes(sub { $_[0] .= 'x' }));
verifies(1, $named, 'no bytes', @checked, with_bytes(sub { $_[0] = '' }));
verifies(1, $named, 'the hash changed', @checked, with(301, sub { s/"h":"(\w+)"/'"h":"' . flip($1) . '"'/e }));
verifies(1, qr/^does not hold: leaf 300 is event $event->{300}, not event 4711 as the export says$/, 'another event id',
	@checked, with(301, sub { s/"e":\d+/"e":4711/ }));
verifies(1, qr/^does not hold: leaves $size[0] to @{[$size[2] - 1]} do not give the root of the checkpoint/,
	'an event changed along with its hash', @checked, with(301, sub {
		my $bytes = bytes($_) =~ s/tamper/tampon/r;
		my ($base64, $hash) = (encode_base64($bytes, ''), sha256_hex("\0$bytes"));
		s/"h":"\w+","c":"[^"]*"/"h":"$hash","c":"$base64"/;
	}));
verifies(1, qr/^does not hold: event $event->{300} \(leaf 300\) was removed: .* no event in the export says that it was retired/,
	'the bytes removed', @checked, with(301, sub { s/"c":"[^"]*"/"c":null/ }));
verifies(1, qr/^does not hold: event $event->{300} \(leaf 300\) is no longer in the leaf map/, 'the event id removed',
	@checked, with(301, sub { s/"e":\d+/"e":null/ }));
verifies(0, qr/^holds: @{[$size[2] - 1]} events .*, 1 more were verified by hash only/, 'the bytes removed, taken by hash',
	'--hash-only', @checked, with(301, sub { s/"c":"[^"]*"/"c":null/ }));
verifies(1, qr/^does not hold: leaf 300 is missing: line 302 has leaf 301 \(event $event->{301}\) in its place$/, 'a line removed',
	@checked, file(join "\n", @lines[ 0 .. 300, 302 .. $#lines ], ''));
verifies(1, qr/^does not hold: leaf @{[$size[2] - 1]} is missing: line @{[$size[2] + 1]} is the last one$/, 'the last leaf removed',
	@checked, file(join "\n", @lines[ 0 .. $#lines - 2, $#lines ], ''));
verifies(1, qr/^does not hold: line 303 has leaf 300 \(event $event->{300}\) where leaf 301 belongs: it was added or moved$/, 'a line added',
	@checked, file(join "\n", @lines[ 0 .. 301, 301 .. $#lines ], ''));
verifies(1, qr/^does not hold: line @{[$size[2] + 2]} has leaf $size[2] \(event 4711\) though the export ends before it$/, 'a leaf added at the end',
	@checked, file(join "\n", @lines[ 0 .. $#lines - 1 ], $lines[301] =~ s/"i":300,"e":\d+/"i":$size[2],"e":4711/r, $lines[-1], ''));
verifies(1, qr/^does not hold: leaf 300 is missing: line 302 has leaf 301 \(event $event->{301}\) in its place$/, 'two lines swapped',
	@checked, file(join "\n", @lines[ 0 .. 300, 302, 301, 303 .. $#lines ], ''));
verifies(1, qr/^does not hold: event $event->{301} \(leaf 300\) was altered or moved: .*; and 1 more$/, 'two lines swapped and renumbered',
	@checked, do {
		my @copy = @lines;
		my ($x, $y) = map { /"e":(\d+)/ } @copy[ 301, 302 ];
		my ($c, $d) = map { /("c":.*)/ } @copy[ 301, 302 ];
		my ($h, $g) = map { /("h":"\w+")/ } @copy[ 301, 302 ];
		@copy[ 301, 302 ] = (qq({"i":300,"e":$y,$h,$d), qq({"i":301,"e":$x,$g,$c));
		file(join "\n", @copy, '');
	});
verifies(1, qr/^does not hold: leaves $size[0] to @{[$size[2] - 1]} do not give the root of the checkpoint/, 'two leaves swapped, hashes and all',
	@checked, do {
		my @copy = @lines;
		@copy[ 301, 302 ] = ($copy[302] =~ s/"i":301/"i":300/r, $copy[301] =~ s/"i":300/"i":301/r);
		file(join "\n", @copy, '');
	});
verifies(1, qr/^does not hold: leaf 300 is missing: line 302 has leaf 305/, 'a wrong index', @checked, with(301, sub { s/"i":300/"i":305/ }));
verifies(1, qr/^does not hold: line 302 has leaf 3 .* added or moved$/, 'a wrong index, too small', @checked, with(301, sub { s/"i":300/"i":3/ }));
verifies(1, qr/both have $size[2] leaves, but not the same root|do not give the root|is not proven to begin/, 'another root in the header',
	@checked, with(0, sub { s/"root":"(\w+)"/'"root":"' . flip($1) . '"'/e }));
verifies(1, qr/do not give the root that the export ends with/, 'another root in the last line',
	@checked, with($#lines, sub { s/"root":"(\w+)"/'"root":"' . flip($1) . '"'/e }));
verifies(1, qr/of another log than the export/, 'another log in the header', @checked, with(0, sub { s/("log_id":")./$1x/ }));
my @part = split /\n/, sql("SELECT gov_audit_export(300, 310)");
verifies(1, qr/do not give the root|not proven to begin/, 'other leaves before the range', '-k', $key_b, '-c', $checkpoint[2],
	file(join "\n", $part[0] =~ s/("before":\[")(\w+)/$1 . flip($2)/er, @part[ 1 .. $#part ], ''));
verifies(1, qr/is not proven to begin with/, 'another path in the last line', '-k', $key_b, '-c', $checkpoint[2],
	file(join "\n", @part[ 0 .. $#part - 1 ], $part[-1] =~ s/("consistency":\[")(\w+)/$1 . flip($2)/er, ''));
verifies(2, qr/nothing proves that .* are one log: --consistency$/, 'a checkpoint from before the range',
	'-k', $key_a, '-k', $key_b, '-c', $checkpoint[0], '-c', $checkpoint[2], file(join "\n", @part, ''));

# what is no export
my $whole = slurp_file($export);
verifies(2, qr/was cut off: it ends after line 301, before leaf 300 of $size[2]$/, 'cut off between lines', @checked, file(join "\n", @lines[ 0 .. 300 ], ''));
verifies(2, qr/line \d+ is not a JSON object$/, 'cut off within a line', @checked, file(substr $whole, 0, length($whole) / 2));
verifies(2, qr/was cut off/, 'only the header', @checked, file("$lines[0]\n"));
verifies(2, qr/is empty$/, 'nothing', @checked, file(''));
verifies(2, qr/line 1 is not a JSON object$/, 'not JSON', @checked, file("hello\n"));
verifies(2, qr/line 1 is not a JSON object$/, 'zero bytes', @checked, file("\0" x 1000));
verifies(2, qr/is no export/, 'another JSON', @checked, file("{\"a\":1}\n"));
verifies(2, qr/of another version/, 'another version', @checked, with(0, sub { s/"version":1/"version":2/ }));
verifies(2, qr/line 302 is not spelt as/, 'a key that is there twice', @checked, with(301, sub { s/"e":/"e":4711,"e":/ }));
verifies(2, qr/line 302 is not spelt as/, 'spaces', @checked, with(301, sub { s/"e":/"e": / }));
# json-c since 0.17 refuses to read it
verifies(2, qr/line 302 is not (?:spelt as|a JSON object)/, 'a number that is too large', @checked, with(301, sub { s/"e":\d+/"e":99999999999999999999/ }));
verifies(2, qr/line 302 is no leaf/, 'one more key', @checked, with(301, sub { s/\}$/,"x":1}/ }));
verifies(2, qr/line 302 is no leaf/, 'an index that is no number', @checked, with(301, sub { s/"i":300/"i":"300"/ }));
verifies(2, qr/line 302 is no leaf/, 'a hash in capitals', @checked, with(301, sub { s/"h":"(\w+)"/'"h":"' . uc($1) . '"'/e }));
verifies(2, qr/"c" that is not base64/, 'what is not base64', @checked, with(301, sub { s/"c":"../"c":"!?/ }));
verifies(2, qr/line 302 is not a JSON object/, 'a line that is no object', @checked, with(301, sub { $_ = '[1]' }));
verifies(2, qr/line 302 is not a JSON object/, 'a deep line', @checked, with(301, sub { $_ = '{"a":' x 1000 }));
verifies(2, qr/comes after the last one/, 'a line after the last', @checked, file($whole . "$lines[301]\n"));
verifies(2, qr/line 1 is no header/, 'a range that is none', @checked, with(0, sub { s/"from":0/"from":9999/ }));
verifies(2, qr/line 1 is no header/, 'a negative size', @checked, with(0, sub { s/"tree_size":/"tree_size":-/ }));
verifies(2, qr/line 302 is longer than 100000 bytes/, 'a line without end', '--max-line', 100_000, @checked, with(301, sub { s/"c":"/'"c":"' . 'A' x 200_000/e }));
verifies(2, qr/cannot be opened/, 'no file', @checked, "$export.none");
verifies(2, qr/cannot be read/, 'a folder', @checked, PostgreSQL::Test::Utils::tempdir);

# usage
verifies(2, qr/neither an export nor a checkpoint/, 'nothing to do');
verifies(2, qr/proves nothing without the key/, 'a checkpoint without a key', '-c', $checkpoint[2], $export);
verifies(2, qr/but no checkpoint/, 'a key without a checkpoint', '-k', $pub_a, $export);
verifies(2, qr/is a private key/, 'the private key', '-k', $pem_a, '-c', $checkpoint[0], $export);
verifies(2, qr/is no verifier key, and no Ed25519 public key/, 'no key', '-k', $export, '-c', $checkpoint[0]) if -s $export < 8192;
verifies(2, qr/is no verifier key, and no Ed25519 public key/, 'garbage for a key', '-k', file('garbage'), '-c', $checkpoint[0]);
verifies(2, qr/is the key of a witness/, "a witness's key for the log's", '-k', $key_w, '-c', $checkpoint[0]);
verifies(2, qr/is the key of a log/, "the log's key for a witness's", '-w', $key_a, '-k', $key_a, '-c', $checkpoint[0]);
verifies(2, qr/unrecognized option/, 'an unknown option', '--frobnicate');
verifies(2, qr/one export at most/, 'two exports', $export, $export);
verifies(2, qr/two checkpoints at most/, 'three checkpoints', map({ ('-c', $_) } @checkpoint), $export);
verifies(2, qr/--max-line is/, 'a bad limit', '--max-line', '12x', $export);

# --- a superuser who turns the triggers off -----------------------------------------------------

my $untriggered = join "\n", map { "ALTER TABLE governance.$_ DISABLE TRIGGER ALL;" }
  qw(audit_events audit_leaves audit_tiles audit_tree_heads audit_checkpoints);
my $new_event = sql('SELECT max(event_id) + 1000 FROM governance.audit_events');
my $row_hash = sub { my ($leaf) = @_; return "(SELECT sha256('\\x00'::bytea || decode(line::jsonb ->> 'c', 'base64')) FROM gov_audit_export($leaf, $leaf + 1) AS line WHERE line::jsonb ? 'c')" };
my $put_hash = sub {
	my ($tile, $place, $hash) = @_;
	return "UPDATE governance.audit_tiles SET hashes = overlay(hashes PLACING $hash FROM $place * 32 + 1 FOR 32) WHERE level = 0 AND tile_index = $tile;";
};
my $swap = sub { my ($table, $column, $a, $b, $where) = @_;
	return join ';', map { "UPDATE governance.$table SET $column = $_->[1] WHERE $column = $_->[0]" . ($where // '') } [ $a, -1 ], [ $b, $a ], [ -1, $b ]; };

# name, SQL, what gov_audit_verify() says, what governance-verify says (or
# the error that gov_audit_export() raises, where a root cannot be made)
my @hostile = (
	[ 'a row changed', "UPDATE governance.audit_events SET actor = 'mallory' WHERE event_id = $event->{300}",
		qr/^events\|event $event->{300} /, qr/^does not hold: event $event->{300} \(leaf 300\) was altered/ ],
	[ 'a value inside a document changed', "UPDATE governance.audit_events SET details = '{\"amount\": 1.51}' WHERE event_id = $event->{300}",
		qr/^events\|event $event->{300} /, qr/^does not hold: event $event->{300} \(leaf 300\) was altered/ ],
	[ 'a row and its leaf hash changed', "UPDATE governance.audit_events SET outcome = 'failure' WHERE event_id = $event->{300};"
		  . "UPDATE governance.audit_events SET leaf_hash = " . $row_hash->(300) . " WHERE event_id = $event->{300}",
		qr/^events\|event $event->{300} /, qr/^does not hold: event $event->{300} \(leaf 300\) was altered/ ],
	[ 'a row, its leaf hash and its tile changed', "UPDATE governance.audit_events SET outcome = 'failure' WHERE event_id = $event->{300};" . $put_hash->(1, 44, $row_hash->(300)),
		qr/^tiles\|tile 1 of level 0/, qr/^does not hold: leaves $size[0] to \d+ do not give the root of the checkpoint/ ],
	[ 'a row deleted', "DELETE FROM governance.audit_events WHERE event_id = $event->{300}",
		qr/^events\|event $event->{300} /, qr/^does not hold: event $event->{300} \(leaf 300\) was removed/ ],
	[ 'a row and its entry in the leaf map deleted', "DELETE FROM governance.audit_events WHERE event_id = $event->{300}; DELETE FROM governance.audit_leaves WHERE leaf_index = 300",
		qr/^leaf_map\|leaf 300 /, qr/^does not hold: the event of leaf 300 was removed/ ],
	[ 'a row inserted', "INSERT INTO governance.audit_events OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(e, '{\"event_id\": $new_event}')).*"
		  . " FROM governance.audit_events AS e WHERE event_id = $event->{300}",
		qr/^added_events\|event $new_event /, qr/^does not hold: event $new_event is in no leaf/ ],
	[ 'a row inserted with its entry in the leaf map', "INSERT INTO governance.audit_events OVERRIDING SYSTEM VALUE SELECT (jsonb_populate_record(e, '{\"event_id\": $new_event}')).*"
		  . " FROM governance.audit_events AS e WHERE event_id = $event->{300}; UPDATE governance.audit_leaves SET event_id = $new_event WHERE leaf_index = 301",
		qr/event $new_event /, qr/^does not hold: event $new_event \(leaf 301\) was altered or moved: .*; and 1 more/ ],
	[ 'two rows changed places', "ALTER TABLE governance.audit_events ALTER event_id SET GENERATED BY DEFAULT;" . $swap->('audit_events', 'event_id', $event->{300}, $event->{310}),
		qr/^events\|event $event->{300} /, qr/^does not hold: event $event->{300} \(leaf 300\) was altered or moved: .*; and 1 more/ ],
	[ 'two entries of the leaf map changed places', $swap->('audit_leaves', 'leaf_index', 300, 310),
		qr/^leaf_map\|event $event->{310} was moved/, qr/^does not hold: event $event->{310} \(leaf 300\) was altered or moved: .*; and 1 more/ ],
	[ 'a hash in a tile changed', $put_hash->(1, 44, "sha256('')"),
		qr/^tiles\|tile 1 of level 0/, qr/^does not hold: event $event->{300} \(leaf 300\) was altered/ ],
	[ 'a tile deleted', 'DELETE FROM governance.audit_tiles WHERE level = 0 AND tile_index = 1',
		qr/^tiles\|tile 1 of level 0 .* was removed/, qr/ERROR:  the audit trail is damaged\nDETAIL:  Tile 1 of level 0 has 0 hashes/ ],
	[ 'a tile inserted in the place of another', 'UPDATE governance.audit_tiles SET hashes = (SELECT hashes FROM governance.audit_tiles WHERE level = 0 AND tile_index = 0) WHERE level = 0 AND tile_index = 1',
		qr/^tiles\|tile 1 of level 0/, qr/^does not hold: event $event->{256} \(leaf 256\) was altered or moved: .*; and \d+ more/ ],
	[ 'two tiles changed places', $swap->('audit_tiles', 'tile_index', 0, 1, ' AND level = 0'),
		qr/^tiles\|tile 0 of level 0/, qr/^does not hold: event $event->{0} \(leaf 0\) was altered or moved: .* more/ ],
	[ 'a root changed', "UPDATE governance.audit_tree_heads SET root = sha256('') WHERE tree_size = $size[2]",
		qr/^tree_heads\|the root/, qr/^does not hold: .*both have $size[2] leaves, but not the same root/ ],
	[ 'the last head deleted, with all that came after the one before',
		"DELETE FROM governance.audit_tree_heads WHERE tree_size = $size[2]; DELETE FROM governance.audit_events AS e USING governance.audit_leaves AS l WHERE l.event_id = e.event_id AND l.leaf_index >= $size[1];"
		  . "DELETE FROM governance.audit_leaves WHERE leaf_index >= $size[1]",
		qr/^tiles\|/, qr/^does not hold: the checkpoint .* has $size[2] leaves, the log of the export has only $size[1]: events were cut off/ ],);
foreach my $case (@hostile)
{
	my ($name, $change, $inside, $outside) = @$case;
	my ($status, $out, $err) = $node->psql('postgres', qq{
		BEGIN;
		$untriggered
		$change;
		SELECT check_name, detail FROM gov_audit_verify() WHERE NOT ok;
		SELECT '---';
		SELECT gov_audit_export();
		ROLLBACK;}, on_error_stop => 0);
	my ($found, $exported) = split /^---\n?/m, $out;
	ok(scalar(grep { $_ =~ $inside } split /\n/, $found), "$name: gov_audit_verify() names it") or diag($out, $err);
	if (!$exported)
	{
		like($err, $outside, "$name: it is refused to export that");
		next;
	}
	verifies(1, $outside, "$name: governance-verify names it", @checked, file("$exported\n"));
}

verifies(0, qr/^holds: /, 'undone: all holds', @checked, query_file('SELECT gov_audit_export()'));

# He rewrites everything: the row, its hash, its tile and the root.  Inside all
# is well then; a checkpoint that somebody else kept says that it is not.
my $leaf = $size[2] - 4;
sql(qq{
	BEGIN;
	$untriggered
	UPDATE governance.audit_events SET actor = 'mallory' WHERE event_id = $event->{$leaf};
	UPDATE governance.audit_events SET leaf_hash = @{[$row_hash->($leaf)]} WHERE event_id = $event->{$leaf};
	@{[$put_hash->(int($leaf / 256), $leaf % 256, $row_hash->($leaf))]}
	UPDATE governance.audit_tree_heads SET root = (SELECT gov_merkle_root(array_agg(decode(line::jsonb ->> 'c', 'base64') ORDER BY (line::jsonb ->> 'i')::int))
		FROM gov_audit_export() AS line WHERE line::jsonb ? 'c') WHERE tree_size = $size[2];
	DELETE FROM governance.audit_checkpoints;
	COMMIT;});
is(sql('SELECT bool_and(ok) FROM gov_audit_verify()'), 't', 'everything rewritten: inside nothing shows');
$export = query_file('SELECT gov_audit_export()');
my $resigned = query_file('SELECT gov_audit_checkpoint()');
verifies(3, qr/^holds up to no leaf: /, 'everything rewritten: the export is of one piece', $export);
verifies(0, qr/^holds: .*signed by/, 'everything rewritten: and the server signs it', '-k', $key_b, '-c', $resigned, $export);
verifies(1, qr/^does not hold: leaves \d+ to @{[$size[2] - 1]} do not give the root of the checkpoint/,
	'everything rewritten: a checkpoint kept elsewhere contradicts it', '-k', $key_b, '-c', $checkpoint[2], $export);
verifies(1, qr/both have $size[2] leaves, but not the same root: the log was forked or rewritten/,
	'everything rewritten: and so do the two checkpoints', '-k', $key_b, '-c', $checkpoint[2], '-c', $resigned);

$node->stop;
done_testing();
