# governance-verify vouches for what a checkpoint vouches for and for nothing
# more: leaves after it, trees that only begin as a signed one does, events that
# only an unsigned one excuses.  Logs, trees and proofs are made by hand.
use strict;
use warnings;
use Digest::SHA qw(sha256 sha256_hex);
use IPC::Run;
use MIME::Base64;
use PostgreSQL::Test::Utils;
use Test::More;
use Verify;

my ($pem, $pub) = make_key('log');
my @witness = (make_key('w'), 'w.example');
my $log_id = '01234567-89ab-cdef-0123-456789abcdef';
my $origin = "example.com/audit/$log_id";
my @key = ('-k', verifier_key($pub, $origin, 1));
my @witnessed = ('-w', verifier_key($witness[1], $witness[2], 4));

# 51 events, and the same log with its last 14 made up
my @log = map { canonical($_, 'lunch', qq({"n": $_})) } 10 .. 60;
my @forged = (@log[ 0 .. 36 ], map { canonical($_, 'lunch', '{"n": "forged"}') } 47 .. 60);
my @remade = map { canonical($_, 'lunch', '{"n": "forged"}') } 10 .. 60;

sub export
{
	my ($events, %given) = @_;
	return made_export({ log_id => $log_id, %given }, @$events);
}

sub leaves { return root(map { sha256("\0$_") } @_); }

sub checkpoint
{
	my ($size, @cosigner) = @_;
	return signed_checkpoint($pem, $pub, $origin, $size, leaves(@log[ 0 .. $size - 1 ]), @cosigner);
}
my %checkpoint = map { $_ => checkpoint($_) } 37, 40, 51;

# --- what comes after the checkpoint ----------------------------------------

my $tail = qr/^holds up to leaf 36: 37 events \(leaves 0 to 36 of 37\) are as they were sealed; nothing vouches for leaves 37 to 50; checkpoint of 37 leaves signed by \Q$origin\E\+[0-9a-f]{8}$/;
verifies(0, qr/^holds: 51 events \(leaves 0 to 50 of 51\) are as they were sealed; checkpoint of 51 leaves signed by [^;]*$/, 'all of it', @key, '-c', $checkpoint{51}, export(\@log));
verifies(3, $tail, 'a checkpoint of the first 37, and more that was sealed', @key, '-c', $checkpoint{37}, export(\@log));
verifies(3, $tail, 'a checkpoint of the first 37, and more that was made up', @key, '-c', $checkpoint{37}, export(\@forged));
verifies(0, $tail, 'is taken on request, and the same is said', '--allow-unsigned-tail', @key, '-c', $checkpoint{37}, export(\@forged));
verifies(0, qr/^holds: 37 events \(leaves 0 to 36 of 37\) are as they were sealed;/, 'up to the checkpoint, of a log that is longer', @key, '-c', $checkpoint{37}, export(\@log, to => 37));
verifies(0, qr/^holds: 10 events \(leaves 20 to 29 of 51\) are/, 'an older part', @key, '-c', $checkpoint{51}, export(\@log, from => 20, to => 30));
verifies(1, qr/^does not hold: leaves 37 to 50 do not give the root of the checkpoint/, 'a later checkpoint shows the forgery', @key, '-c', $checkpoint{37}, '-c', $checkpoint{51}, export(\@forged));
verifies(0, qr/^holds: 51 events/, 'the larger of two checkpoints counts', @key, '-c', $checkpoint{51}, '-c', $checkpoint{37}, export(\@log));
verifies(3, qr/^holds up to leaf 39: 40 events .*; nothing vouches for leaves 40 to 50;/, 'even if it is not the last', @key, '-c', $checkpoint{40}, '-c', $checkpoint{37}, export(\@log));
verifies(3, qr/^holds up to leaf 49: 50 events .*; nothing vouches for leaf 50;/, 'one leaf too many', @key, '-c', checkpoint(50), export(\@log));

# a checkpoint is trusted unsigned, but goes no further than it goes
my $unsigned = file((slurp_file($checkpoint{37}) =~ /\A(.*?\n)\n/s)[0]);
verifies(3, qr/^holds up to leaf 36: .*; checkpoint of 37 leaves not signed$/, 'an unsigned checkpoint of 37', '--unsigned', '-c', $unsigned, export(\@forged));
verifies(1, qr/is signed by none of the keys given/, 'not by itself', @key, '-c', $unsigned, export(\@forged));

# --- no checkpoint, or one of nothing ------------------------------------------

my $nothing = qr/^holds up to no leaf: nothing vouches for leaves 0 to 50; no checkpoint was given that could be of their root @{[unpack 'H*', leaves(@remade)]}$/;
verifies(3, $nothing, 'no checkpoint', export(\@remade));
verifies(0, $nothing, 'no checkpoint, on request', '--allow-unsigned-tail', export(\@remade));
my $empty = checkpoint(0);
verifies(3, qr/^holds up to no leaf: nothing vouches for leaves 0 to 50; checkpoint of 0 leaves signed by/, 'a log made anew under a checkpoint of no leaves', @key, '-c', $empty, export(\@remade));
verifies(3, qr/^holds up to no leaf: checkpoint of 0 leaves signed by/, 'a checkpoint of no leaves alone', @key, '-c', $empty);
verifies(3, qr/^holds up to no leaf: no leaves were exported; checkpoint of 0 leaves/, 'and an empty log', @key, '-c', $empty, export([]));
verifies(3, qr/^holds up to leaf 36: 37 events .* nothing vouches for leaves 37 to 50; checkpoint of 0 .* of 37 leaves/, 'it adds nothing to another', @key, '-c', $empty, '-c', $checkpoint{37}, export(\@forged));
verifies(1, qr/^does not hold: the checkpoint \S+ has no leaves, but not the root of none$/, 'one of no leaves with a root', @key,
	'-c', signed_checkpoint($pem, $pub, $origin, 0, sha256('x')), export(\@remade));
verifies(1, qr/^does not hold: the checkpoint .* has 37 leaves, the log of the export has only 0: events were cut off/, 'an empty log where there was one', @key, '-c', $checkpoint{37}, export([]));
verifies(1, qr/^does not hold: the checkpoint .* has 51 leaves, the log of the export has only 40: events were cut off/, 'nothing exported of a shorter one', @key, '-c', $checkpoint{51}, export(\@log, to => 0, head => 40));
verifies(0, qr/^holds: no leaves were exported; checkpoint of 37 leaves/, 'nothing exported', @key, '-c', $checkpoint{37}, export(\@log, to => 0));

# --- ranges ---------------------------------------------------------------------

verifies(3, qr/^holds up to leaf 36: 7 events \(leaves 30 to 36 of 37\) are .*; nothing vouches for leaves 37 to 50;/, 'a range that goes beyond the checkpoint', @key, '-c', $checkpoint{37}, export(\@forged, from => 30));
verifies(3, qr/^holds up to leaf 36: nothing vouches for leaves 37 to 50; checkpoint of 37/, 'one that begins with it', @key, '-c', $checkpoint{37}, export(\@forged, from => 37));
verifies(2, qr/nothing proves that .* are one log: --consistency$/, 'one after it', @key, '-c', $checkpoint{37}, export(\@forged, from => 40));
my $joined = consistency_proof(37, @forged);
verifies(3, qr/^holds up to leaf 36: nothing vouches for leaves 40 to 50; checkpoint of 37/, 'one after it, proven to go on from it', @key, '-c', $checkpoint{37}, '-C', $joined, export(\@forged, from => 40));
verifies(0, qr/^holds: 10 events \(leaves 20 to 29 of 37\) are/, 'one before it, of a log that has grown', @key, '-c', $checkpoint{37}, '-C', consistency_proof(37, @log), export(\@log, from => 20, to => 30));
verifies(2, qr/nothing proves that .* are one log: --consistency$/, 'but not unproven', @key, '-c', $checkpoint{37}, export(\@log, from => 20, to => 30));

# Both begin with the checkpoint of 37, and are two logs all the same.
my @other = @forged[ 0 .. 39 ];
verifies(1, qr/^does not hold: the checkpoint .* has 51 leaves, the log of the export has only 40: .*prove it/, 'a made up end between two checkpoints',
	@key, '-c', $checkpoint{37}, '-c', $checkpoint{51}, '-C', consistency_proof(37, @log), export(\@other));
verifies(2, qr/^governance-verify: nothing proves that the checkpoint .* \(51 leaves\) and the export \(40 leaves\) are one log/, 'the same, with a longer head',
	@key, '-c', $checkpoint{37}, '-c', $checkpoint{51}, '-C', consistency_proof(37, @log), export([ @forged, $log[0] ], to => 40));
verifies(0, qr/^holds: 40 events \(leaves 0 to 39 of 51\) are/, 'an end that is proven', @key, '-c', $checkpoint{37}, '-c', $checkpoint{51},
	'-C', consistency_proof(40, @log), export([ @log[ 0 .. 39 ] ]));

# --- proofs -----------------------------------------------------------------------

my $grown = export(\@log, from => 30, to => 31);
my $one = inclusion_proof(30, @log[ 0 .. 36 ]);
verifies(0, qr/^holds: 1 events \(leaves 30 to 30 of 37\) are as they were sealed; checkpoint of 37 .*; leaf 30 \(event 40\) is in the log of 37 leaves$/, 'one event of a log that has grown', @key, '-c', $checkpoint{37}, '-i', $one, $grown);
verifies(0, qr/^holds: 2 events \(leaves 30 to 31 of 37\)/, 'two', @key, '-c', $checkpoint{37}, '-i', $one, '-i', inclusion_proof(31, @log[ 0 .. 36 ]), export(\@log, from => 30, to => 32));
verifies(2, qr/nothing proves that .* are one log/, 'two, of which only one is proven', @key, '-c', $checkpoint{37}, '-i', $one, '-i', $one, export(\@log, from => 30, to => 32));
verifies(1, qr/^does not hold: leaf 30 is not the one that the inclusion proof/, 'another event in its place', @key, '-c', $checkpoint{37}, '-i', $one, export(\@remade, from => 30, to => 31));
verifies(2, qr/nothing proves that .* are one log/, 'another log in its place, elsewhere', @key, '-c', $checkpoint{37}, '-i', $one, export(\@remade, from => 29, to => 30));
verifies(2, qr/nothing proves that .* are one log/, 'a proof of another size than the checkpoint', @key, '-c', $checkpoint{37}, '-i', inclusion_proof(30, @log), $grown);
verifies(0, qr/^holds: .*; leaf 30 \(event 40\) is in the log of 37 leaves$/, 'joined, it counts as far as the checkpoint does', @key, '-c', $checkpoint{37}, '-C', consistency_proof(37, @log), '-i', inclusion_proof(30, @log), $grown);
verifies(3, qr/^holds up to leaf 36: nothing vouches for leaf 44; checkpoint of 37 leaves .*; nothing vouches for leaf 44 \(event 54\)$/, 'an event after the checkpoint', @key, '-c', $checkpoint{37}, '-C', $joined, '-i', inclusion_proof(44, @forged), export(\@forged, from => 44, to => 45));
verifies(3, qr/^holds up to leaf 36: checkpoint of 37 leaves .*; nothing vouches for leaf 44$/, 'its proof alone', @key, '-c', $checkpoint{37}, '-C', $joined, '-i', inclusion_proof(44, @forged));
verifies(3, qr/^holds up to no leaf: nothing vouches for leaf 30; .*; nothing vouches for leaf 30 \(event 40\)$/, 'a proof without a checkpoint', '-i', inclusion_proof(30, @log), $grown);
verifies(3, qr/^holds up to leaf 36: checkpoint of 37 leaves [^;]*; nothing vouches for the log of 51 leaves$/, 'a consistency proof to what nobody signed', @key, '-c', $checkpoint{37}, '-C', $joined);
verifies(0, qr/^holds: .*; the log of 51 leaves begins with that of 37$/, 'to what somebody signed', @key, '-c', $checkpoint{37}, '-c', $checkpoint{51}, '-C', consistency_proof(37, @log));

# --- a witness that saw less -----------------------------------------------------

my $cosigned = checkpoint(37, @witness);
verifies(0, qr/^holds: 51 events .*; w\.example cosigned 51 leaves at /, 'a witness that saw all', @key, @witnessed, '-c', checkpoint(51, @witness), export(\@log));
verifies(3, qr/^holds up to leaf 36: 37 events .*; w\.example did not cosign leaves 37 to 50; .*; w\.example cosigned 37 leaves at /, 'a witness that saw less than the key signed', @key, @witnessed, '-c', $cosigned, '-c', $checkpoint{51}, export(\@log));
verifies(0, qr/^holds: 37 events/, 'of which no more was exported', @key, @witnessed, '-c', $cosigned, '-c', $checkpoint{51}, export([ @log[ 0 .. 36 ] ]), '-C', consistency_proof(37, @log));
verifies(3, qr/^holds up to leaf 36: .*; w\.example did not cosign the log of 51 leaves$/, 'and without an export', @key, @witnessed, '-c', $cosigned, '-c', $checkpoint{51}, '-C', consistency_proof(37, @log));
verifies(3, qr/^holds up to leaf 36: nothing vouches|^holds up to leaf 36: 37 events .*; nothing vouches for leaves 37 to 50;/, 'signed and cosigned alike', @key, @witnessed, '-c', $cosigned, export(\@forged));

# --- retired events ----------------------------------------------------------------

sub retires { my ($id, $to) = @_; return canonical($id, 'audit_log.retire', qq({"from_index": 0, "to_index": $to})); }
my @old = @log[ 0 .. 3 ];
my @retired = (@old, retires(14, 3));
my @sealed = (@key, '-c', signed_checkpoint($pem, $pub, $origin, 5, leaves(@retired)));
my @before = (@key, '-c', signed_checkpoint($pem, $pub, $origin, 4, leaves(@old)));
verifies(0, qr/^holds: 5 events .* are as they were sealed;/, 'a log before its events are retired', @sealed, export(\@retired));
verifies(0, qr/^holds: 2 events \(leaves 0 to 4 of 5\) are as they were sealed, 3 more were verified by hash only/, 'retired events', @sealed, export(\@retired, gone => 3, retired => 3));
verifies(1, qr/^does not hold: event 13 \(leaf 3\) was removed: .* no event in the export says/, 'one more is gone than was retired', @sealed, export(\@retired, gone => 4, retired => 3));
verifies(1, qr/^does not hold: event 10 \(leaf 0\) was removed: it is sealed, its row is gone, and only an event that nothing vouches for says that it was retired \(--hash-only takes its hash alone\)$/,
	'retired by an event after the checkpoint', @before, export(\@retired, gone => 3, retired => 3));
verifies(1, qr/^does not hold: event 10 \(leaf 0\) was removed/, 'which no request makes good', '--allow-unsigned-tail', @before, export(\@retired, gone => 3, retired => 3));
verifies(3, qr/^holds up to leaf 3: 1 events .* sealed, 3 more were verified by hash only; nothing vouches for leaf 4;/, 'but this', '--hash-only', @before, export(\@retired, gone => 3, retired => 3));
my @longer = (@log[ 0 .. 5 ], retires(16, 6));
verifies(1, qr/^does not hold: event 10 \(leaf 0\) was removed: .* only an event that nothing vouches for/, 'a gap across the checkpoint', @before, export(\@longer, gone => 6, retired => 6));
verifies(3, qr/^holds up to leaf 3: 0 events .* sealed, 4 more were verified by hash only; nothing vouches for leaves 4 to 6;/, 'a gap across it, by hash only', '--hash-only', @before, export(\@longer, gone => 6, retired => 6));
verifies(3, qr/^holds up to no leaf: nothing vouches for leaves 0 to 6;/, 'no checkpoint: the export says that they were retired', export(\@longer, gone => 6, retired => 6));
verifies(1, qr/^does not hold: event 10 \(leaf 0\) was removed: .* no event in the export/, 'no checkpoint: nor does it', export([ @log[ 0 .. 6 ] ], gone => 6, retired => 6));
my @checked = (@key, '-c', signed_checkpoint($pem, $pub, $origin, 5, leaves(@old, $log[4])));
verifies(1, qr/^does not hold: event 10 \(leaf 0\) was removed/, 'what the header calls retired and no event', @checked, export([ @old, $log[4] ], gone => 3, retired => 3));
my @early = (@old, retires(14, 9));
verifies(1, qr/was removed/, 'an event that retires what comes after it', @key, '-c', signed_checkpoint($pem, $pub, $origin, 5, leaves(@early)), export(\@early, gone => 3, retired => 3));
foreach ([ "\x01", 'they have no event_id' ], [ "\x02", 'they are of another version of the canonical form' ])
{
	my ($bytes, $why) = @$_;
	verifies(1, qr/^does not hold: event 14 \(leaf 4\): its bytes are no event: $why$/, "sealed bytes that are no event: $why",
		@key, '-c', signed_checkpoint($pem, $pub, $origin, 5, leaves(@old, $bytes)), export([ @old, $bytes ]));
}

# --- printed, each event says whether it is vouched for ------------------------------

sub printed
{
	my (@arguments) = @_;
	my $out;
	IPC::Run::run([ 'governance-verify', '--print', @arguments ], '<', \undef, '>', \$out);
	my @rows = split /\n/, $out;
	is(pop(@rows) =~ /^holds/, 1, 'the last line is the verdict');
	return @rows;
}
my @rows = printed(@key, '-c', $checkpoint{37}, export(\@forged));
is_deeply([ map { /^\{"leaf_index":(\d+),/ } @rows ], [ 0 .. 36 ], 'printed: those that are vouched for');
is_deeply([ map { /^\{"vouched_for":false,"leaf_index":(\d+),/ } @rows ], [ 37 .. 50 ], 'printed: those that are not are marked');
is(scalar(grep { /forged/ && !/^\{"vouched_for":false,/ } @rows), 0, 'printed: no forgery without a mark');
is(scalar(grep { /^\{"vouched_for":false,/ } printed(export(\@remade))), 51, 'printed: without a checkpoint all are marked');
is(scalar(grep { /vouched_for/ } printed(@key, '-c', $checkpoint{51}, export(\@log))), 0, 'printed: with one of all none is');
is(scalar(grep { /^\{"vouched_for":false,/ } printed(@key, @witnessed, '-c', $cosigned, '-c', $checkpoint{51}, export(\@log))), 14, 'printed: nor what the witness did not see');
is(scalar(grep { /^\{"vouched_for":false,/ } printed('--allow-unsigned-tail', @key, '-c', $checkpoint{37}, export(\@log))), 14, 'printed: on request, too');

# --- files that a program has converted, or cut ----------------------------------------

my %file = (export => slurp_file(export(\@log)), checkpoint => slurp_file($checkpoint{51}), proof => slurp_file(inclusion_proof(30, @log)), consistency => slurp_file(consistency_proof(37, @log)));

# All is well but for the one file that is given instead of its own.
sub with
{
	my ($what, $text) = @_;
	my %given = (%file, $what => $text);
	return (@key, '-c', file($given{checkpoint}), '-c', $checkpoint{37}, '-i', file($given{proof}), '-C', file($given{consistency}), file($given{export}));
}
verifies(0, qr/^holds: /, 'as it was', with('export', $file{export}));
foreach my $what (sort keys %file)
{
	my $text = $file{$what};
	verifies(2, qr/begins with a byte order mark/, "$what: UTF-8 with a byte order mark", with($what, "\xef\xbb\xbf$text"));
	verifies(2, qr/begins with a byte order mark/, "$what: UTF-16", with($what, "\xff\xfe" . join('', map { "$_\0" } split //, $text)));
	verifies(2, qr/begins with a byte order mark/, "$what: UTF-16, the other way round", with($what, "\xfe\xff" . join('', map { "\0$_" } split //, $text)));
	verifies(2, qr/has lines that end in CR LF/, "$what: CR LF", with($what, $text =~ s/\n/\r\n/gr));
	verifies(2, qr/is empty|is no |is not one JSON object/, "$what: an empty file", with($what, ''));
	verifies(2, qr/is not a JSON object|is no |is not one JSON object|is not spelt/, "$what: blank", with($what, "\n"));
	my ($ok, $bad) = (0, '');
	for my $n (1 .. 60)
	{
		my ($status, $line) = verify(with($what, substr $text, 0, int(length($text) * $n / 61)));
		# a checkpoint without its signatures is one that nobody signed
		$status == 2 || ($what eq 'checkpoint' && $line =~ /signed by none/) ? $ok++ : ($bad .= "$n: $status: $line\n");
	}
	is($ok, 60, "$what: cut off anywhere") or diag($bad);
}
verifies(2, qr/has lines that end in CR LF/, 'the last line alone', with('export', $file{export} =~ s/\n\z/\r\n/r));
verifies(2, qr/is no export|is not a JSON object/, 'a checkpoint for an export', with('export', $file{checkpoint}));
verifies(2, qr/is no export/, 'a proof for an export', with('export', $file{proof} =~ s/: /:/gr =~ s/, /,/gr));
verifies(2, qr/is no checkpoint|is too large/, 'an export for a checkpoint', with('checkpoint', $file{export}));

done_testing();
