# Signed models: every good bundle is taken, every bad one refused with its
# reason and nothing kept, and an environment that demands a signature takes
# only what somebody trusted has signed.  Bundles are made here by openssl; those
# of others come with TEST_DATA.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use JSON::PP;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Signing;
use Test::More;

my $node = PostgreSQL::Test::Cluster->new('signatures');
$node->init;
$node->start;
$node->safe_psql('postgres', <<'SQL');
CREATE EXTENSION governance;
SELECT gov_set_policy('sod.registrar_may_approve', 'true'), gov_set_policy('sod.approver_may_deploy', 'true'),
	gov_set_policy('model.require_staging', 'false');
CREATE FUNCTION public.said(call text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	message text; detail text; hint text; answer text;
BEGIN
	EXECUTE call INTO answer;
	RETURN coalesce(answer, 'nothing');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL;
	RETURN concat_ws('|', SQLSTATE, message, detail);
END
$$;
SQL
sub ask { my ($sql) = @_; return $node->safe_psql('postgres', $sql); }
sub quoted { my ($text) = @_; $text =~ s/'/''/g; return "'$text'"; }
sub said { my ($call) = @_; return ask('SELECT said(' . quoted($call) . ')'); }

my %digest = (config => 'a' x 64, weights => 'b' x 64);
my $models = 0;
# a version with those files, not voted on
sub version
{
	my ($files, $id) = @_;
	$id //= 'm' . ++$models;
	my $artifacts = ref $files ? Signing::json({ map { $_ => "sha256:$files->{$_}" } keys %$files }) : $files;
	ask("SELECT model_id FROM gov_register_model('$id', '1', artifacts => " . quoted($artifacts) . ')');
	return $id;
}
sub attach { my ($id, $bundle) = @_; return said("SELECT status || ' ' || coalesce(signer, '-') FROM gov_attach_signature('$id', '1', " . quoted(ref $bundle ? Signing::json($bundle) : $bundle) . ')'); }
sub trust { my ($name, $kind, $pem, $more) = @_; return said("SELECT name FROM gov_trust_signer('$name', '$kind', " . quoted($pem) . ($more // '') . ')'); }
sub deploy { my ($id) = @_; return said("SELECT status FROM gov_deploy_model('$id', '1')"); }
sub kept { return ask('SELECT count(*) FROM governance.model_signatures') . ask(q{ SELECT ' ' || count(*) FROM governance.audit_events WHERE resource_type = 'model_signature' AND outcome <> 'denied'}); }

# --- keys of each kind ----------------------------------------------------------------
my %good = map { $_ => Signing::key('good', $_) } qw(p256 p384 p521 ed25519 rsa2048);
foreach my $kind (sort keys %good)
{
	is(trust("by-$kind", 'key', Signing::public($good{$kind})), "by-$kind", "a key of $kind is trusted");
	is(attach(version(\%digest), Signing::bundle($good{$kind}, Signing::statement(\%digest))), "verified by-$kind", "$kind: verified");
}
is(attach(version(\%digest), Signing::bundle($good{rsa2048}, Signing::statement(\%digest), options => [qw(-sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest)])),
	'verified by-rsa2048', 'RSA with PSS: verified');
foreach my $kind (qw(p224 k256 rsa1024 ed448))
{
	like(trust("weak-$kind", 'key', Signing::public(Signing::key('weak', $kind))), qr/^22023\|invalid value for argument "material"\|Its (RSA )?key/, "a key of $kind is not");
}

# --- what is no such bundle ---------------------------------------------------------------
my $key = $good{p384};
my $id = version(\%digest);
my $before = kept();
sub bent { my ($change, @more) = @_; my $bundle = Signing::bundle($key, Signing::statement(\%digest), @more); $change->($bundle); return $bundle; }
sub signed { my ($change) = @_; my $statement = Signing::statement(\%digest); $change->($statement); return Signing::bundle($key, $statement); }
my $payload = Signing::json(Signing::statement(\%digest));
my $spread = encode_base64($payload);
my $other = Signing::bundle($key, Signing::statement({ %digest, weights => 'c' x 64 }));
my @bad = (
	[ 'an empty object', {}, 'mediaType' ],
	[ 'a list', '[]', 'not a JSON object' ],
	[ 'no envelope', bent(sub { delete $_[0]{dsseEnvelope} }), 'dsseEnvelope' ],
	[ 'an envelope that is a list', bent(sub { $_[0]{dsseEnvelope} = [] }), 'dsseEnvelope' ],
	[ 'no material', bent(sub { delete $_[0]{verificationMaterial} }), 'verificationMaterial' ],
	[ 'two materials', bent(sub { $_[0]{verificationMaterial}{certificate} = { rawBytes => 'AAAA' } }), 'not one of' ],
	[ 'another media type', bent(sub { $_[0]{mediaType} =~ s/v0.3/v0.2/ }), 'mediaType' ],
	[ 'another payload type', bent(sub { $_[0]{dsseEnvelope}{payloadType} = 'text/plain' }), 'payloadType' ],
	[ 'another payload type, signed', bent(sub { }, type => 'application/json'), 'payloadType' ],
	[ 'no signature', bent(sub { $_[0]{dsseEnvelope}{signatures} = [] }), '0 signatures' ],
	[ 'two signatures', bent(sub { push @{ $_[0]{dsseEnvelope}{signatures} }, $_[0]{dsseEnvelope}{signatures}[0] }), '2 signatures' ],
	[ 'base64 with white space', bent(sub { $_[0]{dsseEnvelope}{payload} = $spread }), 'not base64' ],
	[ 'a signature with white space', bent(sub { $_[0]{dsseEnvelope}{signatures}[0]{sig} .= "\n" }), 'not base64' ],
	[ 'base64 of URLs', bent(sub { $_[0]{dsseEnvelope}{payload} = 'ab-_' }), 'not base64' ],
	[ 'base64 without padding', bent(sub { $_[0]{dsseEnvelope}{payload} = 'eyJh' . 'YQ' }), 'not base64' ],
	[ 'a payload that is no JSON', Signing::bundle($key, 'not json'), 'payload' ],
	[ 'a payload with a member twice', Signing::bundle($key, $payload =~ s/"_type"/"_type":"x","_type"/r), 'member "_type" twice' ],
	[ 'one twice, escaped, deep', Signing::bundle($key, $payload =~ s/"serialization":\{/"serialization":{"meth\\u006fd":"x",/r), 'member "method" twice' ],
	[ 'something behind the payload', Signing::bundle($key, "$payload {}"), 'Something follows it, at byte ' ],
	[ 'a payload that is not UTF-8', Signing::bundle($key, $payload =~ s/"model"/"mod\xffel"/r), 'UTF-8' ],
	[ 'a NUL in a name', Signing::bundle($key, $payload =~ s/"weights"/"weights\\u0000"/r), 'has a NUL' ],
	[ 'a deep payload', Signing::bundle($key, '[' x 5000), 'nested more than 32 levels' ],
	[ 'another statement', signed(sub { $_[0]{_type} = 'https://in-toto.io/Statement/v0.1' }), '_type' ],
	[ 'another predicate', signed(sub { $_[0]{predicateType} = 'https://slsa.dev/provenance/v1' }), 'predicateType' ],
	[ 'two subjects', signed(sub { push @{ $_[0]{subject} }, $_[0]{subject}[0] }), '2 subjects' ],
	[ 'a subject of other files', signed(sub { $_[0]{subject}[0]{digest}{sha256} = 'd' x 64 }), 'not the digest of its resources' ],
	[ 'no resources', signed(sub { $_[0]{predicate}{resources} = [] }), 'no resource' ],
	[ 'a resource twice', Signing::bundle($key, Signing::statement({}, resources => [ @{ Signing::resources(%digest) }, @{ Signing::resources(%digest) } ])), 'there twice' ],
	[ 'another hash', signed(sub { $_->{algorithm} = 'blake2b' foreach @{ $_[0]{predicate}{resources} } }), 'algorithm' ],
	[ 'a short digest', signed(sub { $_[0]{predicate}{resources}[0]{digest} = 'ab' }), 'not SHA-256' ],
	[ 'the encoding before 1.0', bent(sub { }, bytes => 'DSSEV1' . substr Signing::pae($payload, $Signing::type), 6), 'no trusted key' ],
	[ 'a signature of something else', bent(sub { $_[0]{dsseEnvelope}{signatures} = $other->{dsseEnvelope}{signatures} }), 'no trusted key' ],
	[ 'a signature of nothing', bent(sub { $_[0]{dsseEnvelope}{signatures}[0]{sig} = encode_base64("\0" x 96, '') }), 'no trusted key' ],
	[ 'a signature with a bit turned', bent(sub { my $sig = decode_base64($_[0]{dsseEnvelope}{signatures}[0]{sig}); substr($sig, -1) ^= "\1"; $_[0]{dsseEnvelope}{signatures}[0]{sig} = encode_base64($sig, '') }), 'no trusted key' ],
	[ 'a key that nobody trusts', Signing::bundle(Signing::key('stranger', 'p384'), Signing::statement(\%digest)), 'no trusted key' ],
	[ 'swapped weights', $other, 'Artifact "weights" has digest' ],
	[ 'a file more', Signing::bundle($key, Signing::statement({ %digest, extra => 'e' x 64 })), 'no artifact of the version' ],
	[ 'a file less', Signing::bundle($key, Signing::statement({ weights => $digest{weights} })), 'is not signed' ]);
foreach my $case (@bad)
{
	my ($name, $bundle, $reason) = @$case;
	like(attach($id, $bundle), qr/^22023\|.*\Q$reason/s, "refused: $name");
}
like(said("SELECT gov_attach_signature('$id', '1', jsonb_build_object('mediaType', repeat('x', 10000000)))"), qr/^22023\|.*more than 1048576 bytes/, 'refused: 10 MB');
like(said("SELECT gov_attach_signature('$id', '1', NULL)"), qr/^22023/, 'refused: nothing');
like(attach('nowhere', $other), qr/^42704/, 'no such version');
is(kept(), $before, 'and nothing of all this is kept');

# artifacts of another shape
foreach my $artifacts ('{}', '[]', '{"weights": "bbbb", "config": 1}', '{"config": "SHA256:' . 'a' x 64 . '", "weights": "sha256:' . 'b' x 64 . '"}')
{
	like(attach(version($artifacts), Signing::bundle($key, Signing::statement(\%digest))), qr/^22023\|.*rtifact/, "refused: artifacts $artifacts");
}

# --- certificates ----------------------------------------------------------------------------
my $root_key = Signing::key('root', 'p256');
my $root = Signing::certificate('root', $root_key, undef, \@Signing::ca);
sub made
{
	my ($name, $issuer, $extensions, @more) = @_;
	my $made = Signing::key($name, 'p256');
	return [ Signing::certificate($name, $made, $issuer, $extensions, @more), $made ];
}
my $authority = [ $root, $root_key ];
my @san = (@Signing::leaf, 'subjectAltName=email:ann@example.com');
my $middle = made('middle', $authority, \@Signing::ca);
sub by { my ($signer, @between) = @_; return attach(version(\%digest), Signing::bundle($signer->[1], Signing::statement(\%digest), chain => [ $signer->[0], map { $_->[0] } @between ])); }
my $ann = made('ann', $middle, \@san);
like(by($ann, $middle), qr/^22023\|.*No root certificate is trusted/, 'no root is trusted yet');
is(trust('corp', 'root', slurp_file($root), ", identity => 'ann\@example.com'"), 'corp', 'a root is trusted');
is(by($ann, $middle), 'verified corp', 'a certificate under it: verified');
is(ask(q{SELECT identity || ' ' || (certificates_end_at > now()) FROM governance.model_signatures WHERE signer = 'corp'}), 'ann@example.com true', 'and whom it names is kept');
my $upper = made('upper', $authority, [ 'basicConstraints=critical,CA:TRUE,pathlen:0', @Signing::ca[ 1, 2 ] ]);
my %odd = (
	'a path too long' => [ 'length', [ made('lower', $upper, \@Signing::ca), $upper ], undef, 'path length' ],
	'a name that is not permitted' => [ 'names', [ made('narrow', $authority, [ @Signing::ca, 'nameConstraints=critical,permitted;email:example.org' ]) ], undef, 'permitted subtree' ],
	'an authority that is none' => [ 'none', [ made('pretender', $authority, \@Signing::leaf) ], undef, 'invalid CA|key usage|issuer' ],
	'signed with SHA-1' => [ 'sha1', [$middle], undef, 'too weak', digest => 'sha1' ],
	'not yet valid' => [ 'early', [$middle], undef, 'not yet valid', time => [ '20900101000000Z', '20910101000000Z' ] ],
	'no longer valid' => [ 'late', [$middle], undef, 'expired', time => [ '20200101000000Z', '20210101000000Z' ] ],
	'not for signing' => [ 'usage', [$middle], [ 'keyUsage=critical,keyAgreement', 'subjectAltName=email:ann@example.com' ], 'digitalSignature' ],
	'for servers' => [ 'server', [$middle], [ 'keyUsage=critical,digitalSignature', 'extendedKeyUsage=serverAuth', 'subjectAltName=email:ann@example.com' ], 'codeSigning' ],
	'without a key usage' => [ 'bare', [$middle], ['subjectAltName=email:ann@example.com'], 'digitalSignature' ],
	'an extension that nobody knows' => [ 'critical', [$middle], [ @san, '1.2.3.4.5=critical,ASN1:UTF8String:x' ], 'critical extension' ],
	'somebody else' => [ 'bob', [$middle], [ @Signing::leaf, 'subjectAltName=email:bob@example.com' ], 'names somebody else' ],
	'a longer name' => [ 'annex', [$middle], [ @Signing::leaf, 'subjectAltName=email:ann@example.com.evil.org' ], 'names somebody else' ],
	'the name as subject, another as alternative' => [ 'subject', [$middle], [ @Signing::leaf, 'subjectAltName=DNS:evil.org' ], 'names somebody else', subject => '/CN=ann@example.com' ],
	'no name at all' => [ 'nameless', [$middle], \@Signing::leaf, 'names somebody else' ]);
foreach my $name (sort keys %odd)
{
	my ($short, $chain, $extensions, $reason, @more) = @{ $odd{$name} };
	my $signer = made($short, $chain->[0], $extensions // \@san, @more);
	like(by($signer, @$chain), qr/^22023\|.*(?:$reason)/s, "refused: $name");
}
is(by(made('cn', $middle, \@Signing::leaf, subject => '/CN=ann@example.com'), $middle), 'verified corp', 'without an alternative name the subject counts');
like(by([ $ann->[0], Signing::key('thief', 'p256') ], $middle), qr/^22023\|.*not by the key of its certificate/, 'refused: a certificate of another key');
like(by($ann), qr/^22023\|.*(?:issuer|local)/, 'refused: a certificate in between is missing');
like(by(made('alone', undef, \@san)), qr/^22023\|/, 'refused: one that signed itself');
my $twin = [ Signing::certificate('twin', Signing::key('twin', 'p256'), undef, \@Signing::ca, subject => '/CN=root'), Signing::key('twin', 'p256') ];
like(by(made('twinned', $twin, \@san), $twin), qr/^22023\|/, 'refused: a root of the same name');
like(trust('leaf', 'root', slurp_file($ann->[0])), qr/^22023\|.*no certificate of an authority/, 'a leaf is no root');
like(trust('both', 'root', slurp_file($root) . slurp_file($middle->[0])), qr/^22023\|.*more than one/, 'nor are two');
like(trust('secret', 'key', slurp_file($root_key)), qr/^22023\|.*no public key/, 'a private key is none to trust');
like(trust('named', 'key', Signing::public($root_key), ", identity => 'ann'"), qr/^22023\|.*names nobody/, 'a key names nobody');
like(trust('corp', 'root', slurp_file($root)), qr/^23505/, 'a signer is written once');

# --- the gate ----------------------------------------------------------------------------------
like(said(q{SELECT gov_set_policy('gate.signature', '["prodution"]')}), qr/^42704/, 'a slip in an environment is told');
like(said(qq{SELECT gov_set_policy('gate.signature', '$_')}), qr/^22023/, "the policy cannot be $_") foreach '"production"', '[1]', '{}', '["a","a"]', 'true';
is(said(q{SELECT value FROM gov_set_policy('gate.signature', '["production"]')}), '["production"]', 'production demands a signature');
sub approved { my ($version) = @_; ask("SELECT status FROM gov_approve_model('$version', '1')"); return $version; }
my $bundle = Signing::bundle($key, Signing::statement(\%digest));
like(deploy(approved(version(\%digest))), qr/^MG003\|.*gate\.signature.*no signature that counts/s, 'none: refused');
my $signed = version(\%digest);
attach($signed, $bundle);
is(attach($signed, $bundle), 'verified by-p384', 'the same again');
is(ask("SELECT count(*) FROM governance.model_signatures WHERE model_id = '$signed'"), 1, 'writes nothing');
approved($signed);
is(ask("SELECT manifest_digest = (SELECT manifest_digest FROM governance.model_signatures WHERE model_id = '$signed') AND content_digest <> '' FROM governance.approval_history WHERE model_id = '$signed'"), 't', 'the vote has both digests');
is(deploy($signed), 'active', 'one that counts: deployed');
is(ask("SELECT gate_results FROM governance.deployment_history WHERE model_id = '$signed'"),
	'[{"met": true, "value": 1, "metric": "signature", "gate_id": null, "operator": ">=", "threshold": 1}]', 'and what the gate said is kept');

# after the first vote
my $voted = approved(version(\%digest));
like(attach($voted, $bundle), qr/^55000\|.*voted on before.*No signature was there/s, 'after the first vote: refused');
is(attach($signed, Signing::bundle($good{ed25519}, Signing::statement(\%digest))), 'verified by-ed25519', 'unless the manifest is the one that was voted on');
my $again = version(\%digest);
ask("SELECT gov_reject_model('$again', '1', 'unsigned')");
like(attach($again, $bundle), qr/^55000/, 'a rejection is a vote');
ask("SELECT gov_request_model_approval('$again', '1')");
is(attach($again, $bundle), 'verified by-p384', 'another request, and there is none yet');

# who may sign what, and when
my %window = (
	early => [ ", valid_from => now() + interval '1 day'", 'not trusted yet' ],
	late => [ ", valid_from => '2020-01-01', valid_to => '2021-01-01'", 'trusted no longer' ],
	elsewhere => [ ", models => '{other,another}'", 'does not sign this model' ]);
foreach my $name (sort keys %window)
{
	my $signer = Signing::key($name, 'ed25519');
	trust($name, 'key', Signing::public($signer), $window{$name}[0]);
	like(attach(version(\%digest), Signing::bundle($signer, Signing::statement(\%digest))), qr/^22023\|.*signer "$name" .*\Q$window{$name}[1]/, "$name: refused");
}
is(attach(version(\%digest, 'other'), Signing::bundle(Signing::key('elsewhere', 'ed25519'), Signing::statement(\%digest))), 'verified elsewhere', 'the model that a signer signs');
my $brief = Signing::key('brief', 'ed25519');
trust('brief', 'key', Signing::public($brief), ", valid_to => now() + interval '1 hour'");
my $short = version(\%digest);
is(attach($short, Signing::bundle($brief, Signing::statement(\%digest))), 'verified brief', 'trusted for an hour');
approved($short);
ask(q{ALTER TABLE governance.trusted_signers DISABLE TRIGGER guard; UPDATE governance.trusted_signers SET valid_from = valid_from - interval '2 hours', valid_to = valid_to - interval '2 hours' WHERE name = 'brief'; ALTER TABLE governance.trusted_signers ENABLE ALWAYS TRIGGER guard});
like(deploy($short), qr/^MG003\|.*"brief" is trusted no longer/s, 'and two hours later: not deployed');

# what was put into the table by hand
my $forged = approved(version(\%digest));
ask("INSERT INTO governance.model_signatures (model_id, version, signature_no, status, method, signer, manifest_digest, bundle_digest, bundle, attached_by) SELECT '$forged', '1', 1, 'verified', 'key', 'by-p384', repeat('0', 64), '', " . quoted(Signing::json($other)) . ", 'nobody'");
like(deploy($forged), qr/^MG003\|.*Artifact "weights" has digest/s, 'a row by hand is verified, too');

# revoked: new deployments are refused, what is live is shown
my $next = version(\%digest);
attach($next, $bundle);
approved($next);
my ($told) = $node->psql('postgres', q{SELECT name FROM gov_revoke_signer('by-p384', 'the key was stolen')}, stderr => \my $notice);
like($notice, qr/NOTICE:  what trusted signer "by-p384" signed is live\nDETAIL:  $signed:1\./, 'revoking tells what is live');
is(ask(q{SELECT model_id || ' ' || signer_status || ' ' || live_in::text FROM governance.v_signed_versions WHERE signer = 'by-p384' AND live_in <> '{}'}), "$signed revoked {production}", 'and the view shows it');
like(deploy($next), qr/^MG003\|.*signer "by-p384" is revoked/s, 'a new deployment is refused');
like(attach(version(\%digest), $bundle), qr/^22023\|.*signer "by-p384" is revoked/, 'so is its signature');
like(trust('again', 'key', Signing::public($key)), qr/^55000\|.*is revoked.*"by-p384"/s, 'and the key under another name');
like(said(q{SELECT gov_revoke_signer('by-p384', 'x')}), qr/^55000/, 'revoked already');
like(said(q{SELECT gov_revoke_signer('nobody', 'x')}), qr/^42704/, 'unknown');
is(attach($next, Signing::bundle($good{ed25519}, Signing::statement(\%digest))), 'verified by-ed25519', 'somebody else signs the same files');
is(deploy($next), 'active', 'and it is deployed');
trust('anybody', 'root', slurp_file($root));
ask(q{SELECT gov_revoke_signer('corp', 'ann has left')});
like(by($ann, $middle), qr/^22023\|.*signer "corp" is revoked/, 'who is revoked is not trusted by a wider row');

# the way back: nothing that is signed by somebody revoked comes to life again
my $model = version(\%digest);
attach($model, Signing::bundle($good{rsa2048}, Signing::statement(\%digest)));
approved($model);
deploy($model);
ask("SELECT gov_register_model('$model', '2', artifacts => " . quoted(Signing::json({ map { $_ => "sha256:$digest{$_}" } keys %digest })) . ')');
ask("SELECT gov_attach_signature('$model', '2', " . quoted(Signing::json(Signing::bundle($good{p256}, Signing::statement(\%digest)))) . "); SELECT gov_approve_model('$model', '2'); SELECT gov_deploy_model('$model', '2'); SELECT gov_revoke_signer('by-rsa2048', 'weak')");
like(said("SELECT gov_rollback_model('$model', 'bad', to_version => '1')"), qr/^MG003\|.*by-rsa2048" is revoked/s, 'a version that is named does not come back');
is(said("SELECT status FROM gov_rollback_model('$model', 'bad')"), 'nothing', 'nor does the one before');
is(ask("SELECT string_agg(version || ' ' || status, ',' ORDER BY deployment_no) FROM governance.deployment_history WHERE model_id = '$model'"), '1 superseded,2 rolled_back', 'nothing is active');

# one transaction without the gate, on record
like(ask("BEGIN; SELECT gov_override_policy('gate.signature', '[]', 'an emergency'); SELECT status FROM gov_deploy_model('$voted', '1'); COMMIT"), qr/^active$/m, 'an override, on record');

# --- the bundles of others -----------------------------------------------------------------------
SKIP:
{
	my $data = ($ENV{TEST_DATA} // '') . '/model-signing';
	skip 'public data is needed: TEST_DATA names no folder with model-signing', 1 if !-d $data;
	my %theirs = ('signme-1' => 'f6310066c7320497ea554260c32c43660bff648cb2a61194832cc086077085e1', 'signme-2' => '32dcb1f8e1ae52d5963e56a6ba06ab58b424c15ed2a6b70d2feca1d089370028');
	my %spec = (%theirs, 'signme-1' => 'bc9a717db6064a32cbe9eae6fc40651dd6d36ef1757183f590eff2b1765d7ebc');
	trust('their-key', 'key', slurp_file("$data/keys/signing-key-pub.pem"));
	trust('their-root', 'root', slurp_file("$data/keys/ca-cert.pem"), q{, identity => 'intermediate-ca'});
	my @theirs = (
		[ 'v1.0.0-certificate/model.sig', \%theirs, 'verified their-root' ], [ 'v1.1.0-certificate/model.sig', \%theirs, 'verified their-root' ],
		[ 'v1.0.0-elliptic-key/model.sig', { '.' => $spec{'signme-1'} }, 'verified their-key' ],
		[ 'spec-vectors/valid_key.bundle.json', \%spec, 'verified their-key' ], [ 'spec-vectors/valid_certificate.bundle.json', \%spec, 'verified their-root' ],
		[ 'spec-vectors/valid_sigstore.bundle.json', \%theirs, 'not_verified -' ]);
	my $keyless;
	foreach my $case (@theirs)
	{
		my ($file, $files, $outcome) = @$case;
		is(attach($keyless = version($files), slurp_file("$data/$file")), $outcome, "$file: $outcome");
	}
	like(deploy(approved($keyless)), qr/^MG003\|.*It is not verified/s, 'a keyless one does not open the gate');
	my $swapped = decode_json(slurp_file("$data/spec-vectors/valid_sigstore.bundle.json"));
	$swapped->{dsseEnvelope}{signatures}[0]{sig} = decode_json(slurp_file("$data/spec-vectors/valid_key.bundle.json"))->{dsseEnvelope}{signatures}[0]{sig};
	like(attach(version(\%theirs), $swapped), qr/^22023\|.*not by the key of its certificate/, 'nor is one kept that its own certificate did not sign');
	like(attach(version(\%theirs), slurp_file("$data/spec-vectors/invalid_missing-envelope.bundle.json")), qr/^22023\|.*dsseEnvelope/, 'no envelope');
}

done_testing();
