# Signed models, made by openssl: keys, certificates and bundles.
package Signing;

use strict;
use warnings;
use IPC::Run;
use JSON::PP;
use MIME::Base64;
use Digest::SHA qw(sha256_hex sha256);
use PostgreSQL::Test::Utils;

my $dir = PostgreSQL::Test::Utils::tempdir();
our $type = 'application/vnd.in-toto+json';
our $media = 'application/vnd.dev.sigstore.bundle.v0.3+json';
my $serial = 1;
my %hash = (p384 => 'sha384', p521 => 'sha512');
my %curve = (p224 => 'secp224r1', p256 => 'P-256', p384 => 'P-384', p521 => 'P-521', k256 => 'secp256k1');

sub run_openssl
{
	my ($in, $out, $err) = ('', '', '');
	IPC::Run::run([ 'openssl', @_ ], '<', \$in, '>', \$out, '2>', \$err) or die "openssl @_: $err";
	return $out;
}
sub write_file { my ($name, $content) = @_; open my $out, '>:raw', "$dir/$name" or die $!; print $out $content; close $out or die $!; return "$dir/$name"; }

# key(name, kind): p256, p384, p521, ed25519, rsa2048 ...; its file
sub key
{
	my ($name, $kind) = @_;
	my $file = "$dir/$name.$kind.key";
	return $file if -e $file;
	run_openssl('genpkey', '-quiet', '-out', $file,
		$kind =~ /^rsa(\d+)/ ? ('-algorithm', 'RSA', '-pkeyopt', "rsa_keygen_bits:$1")
		: $curve{$kind} ? ('-algorithm', 'EC', '-pkeyopt', "ec_paramgen_curve:$curve{$kind}", '-pkeyopt', 'ec_param_enc:named_curve')
		: ('-algorithm', $kind));
	return $file;
}
sub public { my ($key) = @_; return scalar run_openssl('pkey', '-in', $key, '-pubout'); }

# certificate(name, key file, issuer or undef, extensions, more arguments): its
# file; an issuer is [certificate file, key file]
sub certificate
{
	my ($name, $key, $issuer, $extensions, %more) = @_;
	my $file = "$dir/$name.crt";
	my $request = "$dir/$name.csr";
	run_openssl('req', '-new', '-key', $key, '-subj', $more{subject} // "/CN=$name", '-out', $request);
	my $extfile = write_file("$name.ext", join "\n", @$extensions);
	if ($more{time})    # [from, to], which only openssl ca takes
	{
		write_file('index', '');
		write_file('serial', sprintf "%02x\n", 0x40 + $serial++);
		my $config = write_file('ca.cnf', "[ca]\ndefault_ca=d\n[d]\ndatabase=$dir/index\nserial=$dir/serial\nnew_certs_dir=$dir\n"
			  . "default_md=sha256\nunique_subject=no\npolicy=p\n[p]\ncommonName=supplied\n");
		run_openssl('ca', '-batch', '-notext', '-config', $config, '-in', $request, '-out', $file, '-extfile', $extfile,
			'-startdate', $more{time}[0], '-enddate', $more{time}[1],
			$issuer ? ('-cert', $issuer->[0], '-keyfile', $issuer->[1]) : ('-selfsign', '-keyfile', $key));
		return $file;
	}
	run_openssl('x509', '-req', '-in', $request, '-out', $file, '-extfile', $extfile, '-set_serial', $serial++, '-days', 1000,
		$more{digest} ? "-$more{digest}" : (), $issuer ? ('-CA', $issuer->[0], '-CAkey', $issuer->[1]) : ('-signkey', $key));
	return $file;
}

our @ca = ('basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign', 'subjectKeyIdentifier=hash');
our @leaf = ('basicConstraints=critical,CA:FALSE', 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=codeSigning');

sub resources { my (%files) = @_; return [ map { { name => $_, digest => $files{$_}, algorithm => 'sha256' } } sort keys %files ]; }
sub root { my ($resources) = @_; return sha256_hex(join '', map { pack 'H*', $_->{digest} } @$resources); }

# statement({name => digest}): what is signed; more changes it
sub statement
{
	my ($files, %more) = @_;
	my $resources = $more{resources} // resources(%$files);
	return { _type => 'https://in-toto.io/Statement/v1', predicateType => 'https://model_signing/signature/v1.0',
		subject => [ { name => 'model', digest => { sha256 => root($resources) } } ],
		predicate => { serialization => { method => 'files', hash_type => 'sha256', allow_symlinks => JSON::PP::false },
			resources => $resources }, %{ $more{statement} // {} } };
}
sub json { return JSON::PP->new->canonical->utf8->encode($_[0]); }
sub pae { my ($payload, $payload_type) = @_; return sprintf('DSSEv1 %d %s %d ', length $payload_type, $payload_type, length $payload) . $payload; }

sub signature
{
	my ($key, $bytes, @options) = @_;
	my $in = write_file('signed', $bytes);
	my ($kind) = $key =~ /\.(\w+)\.key$/;
	return run_binary('pkeyutl', '-sign', '-rawin', '-inkey', $key, '-in', $in) if $kind eq 'ed25519';
	return run_binary('dgst', '-' . ($hash{$kind} // 'sha256'), '-sign', $key, @options, $in);
}
sub run_binary { my $out = "$dir/out"; unlink $out; my @command = @_; splice @command, 1, 0, '-out', $out; run_openssl(@command); return slurp_file($out); }

# bundle(key file, statement or payload, chain => [certificate files]): as a
# tree that a test can bend before it is written
sub bundle
{
	my ($key, $statement, %more) = @_;
	my $payload = ref $statement ? json($statement) : $statement;
	my $payload_type = $more{type} // $type;
	my $material = $more{chain}
	  ? { x509CertificateChain => { certificates => [ map { { rawBytes => der($_) } } @{ $more{chain} } ] }, tlogEntries => [] }
	  : { publicKey => { hint => 'whatever' }, tlogEntries => [] };
	return { mediaType => $media, verificationMaterial => $material,
		dsseEnvelope => { payload => encode_base64($payload, ''), payloadType => $payload_type,
			signatures => [ { sig => encode_base64(signature($key, $more{bytes} // pae($payload, $payload_type), @{ $more{options} // [] }), ''), keyid => '' } ] } };
}
sub der { my ($file) = @_; return encode_base64(run_binary('x509', '-outform', 'DER', '-in', $file), ''); }

1;
