package Verify;

# What tests of governance-verify share: the program, keys made by openssl,
# signatures, and logs made by hand, trees and proofs and all.
use strict;
use warnings;
use Digest::SHA qw(sha256 sha256_hex);
use Exporter 'import';
use IPC::Run;
use MIME::Base64;
use PostgreSQL::Test::Utils;
use Test::More;

our @EXPORT = qw(verify verifies file make_key verifier_key signature_line
  signed_checkpoint root canonical made_export inclusion_proof
  consistency_proof);

my $dir;
my $files = 0;

# Not while the module is loaded: the folder of temporary files is not known yet.
sub scratch { return $dir //= PostgreSQL::Test::Utils::tempdir; }

# Exit status, and the one line that is said, be it on stdout or stderr.
sub verify
{
	my (@arguments) = @_;
	my ($out, $err);
	IPC::Run::run([ 'governance-verify', @arguments ], '<', \undef, '>', \$out, '2>', \$err);
	my $status = $? >> 8;
	my $signal = $? & 127;
	$status = "signal $signal" if $signal;
	my @lines = split /\n/, $out . $err;
	return ($status, scalar(@lines) == 1 ? $lines[0] : "not one line: $out$err");
}

sub verifies
{
	my ($status, $pattern, $name, @arguments) = @_;
	my ($got, $line) = verify(@arguments);
	local $Test::Builder::Level = $Test::Builder::Level + 1;
	ok($got eq $status && $line =~ $pattern, $name)
	  or diag("status $got instead of $status: $line");
	return;
}

sub file
{
	my ($text) = @_;
	my $path = scratch() . '/' . ++$files;
	open my $out, '>:raw', $path or die "$path: $!";
	print $out $text;
	close $out;
	return $path;
}

sub make_key
{
	my ($name) = @_;
	my ($pem, $pub) = map { scratch() . "/$name.$_" } qw(pem pub);
	system_or_bail('openssl', 'genpkey', '-algorithm', 'ed25519', '-out', $pem);
	chmod 0600, $pem;
	system_or_bail('openssl', 'pkey', '-in', $pem, '-pubout', '-out', $pub);
	return $pem, $pub;
}

# Type 1 is a log's, 4 a witness's.
sub typed_key
{
	my ($pub, $type) = @_;
	my $base64 = join '', grep { !/-----/ } split /\n/, slurp_file($pub);
	return chr($type) . substr(decode_base64($base64), -32);
}

sub verifier_key
{
	my ($pub, $name, $type) = @_;
	my $key = typed_key($pub, $type);
	return "$name+" . substr(sha256_hex("$name\n$key"), 0, 8) . '+' . encode_base64($key, '');
}

# A signature line over a text, as whoever has the key can make it.
sub signature_line
{
	my ($pem, $pub, $name, $type, $text, $time) = @_;
	my $out = scratch() . '/signature';
	my $message = file($type == 4 ? "cosignature/v1\ntime $time\n$text" : $text);
	my $key = typed_key($pub, $type);
	system_or_bail('openssl', 'pkeyutl', '-sign', '-rawin', '-inkey', $pem, '-in', $message, '-out', $out);
	open my $in, '<:raw', $out or die $!;
	my $signature = do { local $/; <$in> };
	close $in;
	$signature = pack('Q>', $time) . $signature if $type == 4;
	return "\xe2\x80\x94 $name " . encode_base64(substr(sha256("$name\n$key"), 0, 4) . $signature, '') . "\n";
}

# A checkpoint by that key; with a witness's key, cosigned by it.
sub signed_checkpoint
{
	my ($pem, $pub, $origin, $size, $root, @witness) = @_;
	my $body = "$origin\n$size\n" . encode_base64($root, '') . "\n";
	my $note = "$body\n" . signature_line($pem, $pub, $origin, 1, $body);
	$note .= signature_line(@witness, 4, $body, 1767225600) if @witness;
	return file($note);
}

# --- trees, of leaf hashes ---------------------------------------------------

sub left_size
{
	my ($size) = @_;
	my $left = 1;
	$left *= 2 while $left * 2 < $size;
	return $left;
}

sub root
{
	my (@hashes) = @_;
	return sha256('') unless @hashes;
	return $hashes[0] if @hashes == 1;
	my $left = left_size(scalar @hashes);
	return sha256("\x01" . root(@hashes[ 0 .. $left - 1 ]) . root(@hashes[ $left .. $#hashes ]));
}

sub inclusion_path
{
	my ($leaf, @hashes) = @_;
	return () if @hashes == 1;
	my $left = left_size(scalar @hashes);
	my @l = @hashes[ 0 .. $left - 1 ];
	my @r = @hashes[ $left .. $#hashes ];
	return $leaf < $left ? (inclusion_path($leaf, @l), root(@r)) : (inclusion_path($leaf - $left, @r), root(@l));
}

sub consistency_path
{
	my ($size, $is_whole, @hashes) = @_;
	return $is_whole ? () : (root(@hashes)) if $size == @hashes;
	my $left = left_size(scalar @hashes);
	my @l = @hashes[ 0 .. $left - 1 ];
	my @r = @hashes[ $left .. $#hashes ];
	return $size <= $left ? (consistency_path($size, $is_whole, @l), root(@r)) : (consistency_path($size - $left, 0, @r), root(@l));
}

# The roots of the perfect trees that the first leaves make.
sub edge
{
	my ($size, @hashes) = @_;
	my @nodes;
	for (my $bit = 2**20; $bit >= 1; $bit /= 2)
	{
		next unless $size & $bit;
		push @nodes, root(splice @hashes, 0, $bit);
	}
	return @nodes;
}

sub hex_list { return join ',', map { '"' . unpack('H*', $_) . '"' } @_; }

# --- a log, made by hand of events' canonical bytes -----------------------------

sub canonical
{
	my ($id, $type, $details) = @_;
	return "\x01" . pack('CaNq>', 1, 'i', 8, $id) . pack('CaN/a*', 9, 's', $type) . pack('CaN/a*', 17, 'j', $details);
}

sub leaf_hashes { return map { sha256("\0$_") } @_; }

# from, to, the size of the head; gone: leaves before that have lost their
# bytes; retired: what the header says of them; log_id.
sub made_export
{
	my ($given, @events) = @_;
	my %o = (from => 0, to => scalar(@events), head => scalar(@events), gone => 0, retired => 0, %$given);
	my @hashes = leaf_hashes(@events);
	my @head = @hashes[ 0 .. $o{head} - 1 ];
	my @shown = @hashes[ 0 .. $o{to} - 1 ];
	my $retired = $o{retired} > $o{from} ? qq(,"retired":$o{retired}) : '';
	my $path = $o{to} == 0 ? '' : hex_list(consistency_path($o{to}, 1, @head));
	return file(join "\n",
		qq({"format":"governance-audit-export","version":1,"log_id":"$o{log_id}","from":$o{from},"to":$o{to},"tree_size":$o{head},"root":@{[hex_list(root(@head))]},"before":[@{[hex_list(edge($o{from}, @hashes))]}]$retired}),
		map({ my $c = $_ < $o{gone} ? 'null' : '"' . encode_base64($events[$_], '') . '"';
			qq({"i":$_,"e":@{[$_ + 10]},"h":@{[hex_list($hashes[$_])]},"c":$c}) } $o{from} .. $o{to} - 1),
		qq({"leaves":@{[$o{to} - $o{from}]},"tree_size":$o{to},"root":@{[hex_list(root(@shown))]},"consistency":[$path]}), '');
}

sub inclusion_proof
{
	my ($leaf, @events) = @_;
	my @hashes = leaf_hashes(@events);
	return file(qq({"leaf_index": $leaf, "leaf_hash": @{[hex_list($hashes[$leaf])]}, "tree_size": @{[scalar @events]}, "root": @{[hex_list(root(@hashes))]}, "path": [@{[hex_list(inclusion_path($leaf, @hashes))]}]}\n));
}

sub consistency_proof
{
	my ($old_size, @events) = @_;
	my @hashes = leaf_hashes(@events);
	return file(qq({"old_size": $old_size, "new_size": @{[scalar @events]}, "old_root": @{[hex_list(root(@hashes[ 0 .. $old_size - 1 ]))]}, "new_root": @{[hex_list(root(@hashes))]}, "path": [@{[hex_list(consistency_path($old_size, 1, @hashes))]}]}\n));
}

1;
