# Attestations: what was decided about a version, signed, for those who have the
# public key and nothing else; verified here by openssl.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Digest::SHA qw(sha256 sha256_hex);
use JSON::PP;
use MIME::Base64;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Signing;
use Verify;

my ($private, $public) = make_key('attest');
my ($other_private, $other_public) = make_key('other');
my $node = PostgreSQL::Test::Cluster->new('attestations');
$node->init;
# not preloaded: no worker seals between two steps
$node->append_conf('postgresql.conf', "governance.checkpoint_origin = 'example.com/audit'");
$node->start;
$node->safe_psql('postgres', q{
	CREATE EXTENSION governance;
	CREATE ROLE plain LOGIN;
	SELECT gov_create_role('maker', '', '{model:register}');
	SELECT gov_create_user(u, u || '@example.com') FROM unnest('{sci,ann,bob,ops}'::text[]) AS u;
	SELECT gov_create_user('plain', 'plain@example.com', db_role => 'plain');
	SELECT gov_assign_role('sci', 'maker'), gov_assign_role('ann', 'approver'), gov_assign_role('bob', 'approver'), gov_assign_role('ops', 'operator');
	SELECT gov_create_role('reporter', '', '{compliance:report}');
	SELECT gov_create_role('impersonator', '', '{actor:impersonate}');
	SELECT gov_assign_role(gov_current_actor(), 'impersonator');
});
sub sql { return $node->safe_psql('postgres', shift); }
sub as { my ($who, $sql) = @_; return sql("BEGIN; SELECT gov_set_actor('$who'); $sql; COMMIT"); }
sub refused { my ($code, $sql, $what) = @_; my (undef, undef, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$sql"); like($err, qr/ERROR:  $code: /, $what); return $err; }
sub bundles { return map { decode_json($_) } split /\n/, sql("SELECT gov_attestations('m', '@{[shift // '1']}')"); }
sub statement { return decode_json(decode_base64(shift->{dsseEnvelope}{payload})); }
sub acts { return join ' ', map { statement($_)->{predicate}{act} } @_; }

# By openssl alone: 1 where the signature holds.
sub holds
{
	my ($bundle, $key) = @_;
	my $payload = decode_base64($bundle->{dsseEnvelope}{payload});
	my $type = $bundle->{dsseEnvelope}{payloadType};
	my $signed = file(sprintf('DSSEv1 %d %s %d %s', length $type, $type, length $payload, $payload));
	my $signature = file(decode_base64($bundle->{dsseEnvelope}{signatures}[0]{sig}));
	my ($out, $err);
	return IPC::Run::run([ 'openssl', 'pkeyutl', '-verify', '-rawin', '-pubin', '-inkey', $key, '-in', $signed, '-sigfile', $signature ], '>', \$out, '2>', \$err) ? 1 : 0;
}

my ($weights, $config) = ('a' x 64, 'b' x 64);
sql("SELECT gov_set_policy('model.required_approvals', 2)");
sql("SELECT gov_set_deployment_gate('staging', 'accuracy', '>=', 0.9)");
as('sci', qq{SELECT gov_register_model('m', '1', artifacts => '{"weights": "sha256:$weights", "config": "sha256:$config"}')});
as('sci', q{SELECT gov_register_model('m', '2', artifacts => '["s3://somewhere"]')});
refused('55000', q{SELECT gov_attestations('m', '1')}, 'without a key there are none');
$node->append_conf('postgresql.conf', "governance.attestation_key_file = '$private'");
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('governance.attestation_key_file') = '$private'");
refused('42704', q{SELECT gov_attestations('m', '9')}, 'nor of what does not exist');
refused('42501', q{SET ROLE plain; SELECT gov_attestations('m', '1')}, 'nor for who may not report');
refused('22023', q{SELECT gov_attestations(NULL, '1')}, 'nor of nothing');

as('ann', q{SELECT gov_approve_model('m', '1', 'good')});
is(sql(q{SELECT count(*) FROM gov_attestations('m', '1')}), 0, 'nothing is stated that is not sealed');
is(sql(q{BEGIN; SELECT gov_audit_seal(); SELECT count(*) FROM gov_attestations('m', '1'); ROLLBACK}) =~ s/.*\n//sr, 0, 'nor what this transaction sealed, and may undo');
sql('SELECT gov_audit_seal()');
my ($first) = bundles();
my $text = sql(q{SELECT gov_attestations('m', '1')::text});
is($first->{mediaType}, 'application/vnd.dev.sigstore.bundle.v0.3+json', 'a Sigstore bundle v0.3');
is($first->{dsseEnvelope}{payloadType}, 'application/vnd.in-toto+json', '  of in-toto');
my $key_der = decode_base64(join '', grep { !/-----/ } split /\n/, slurp_file($public));
is($first->{verificationMaterial}{publicKey}{hint}, encode_base64(sha256($key_der), ''), '  which names its key');
is(holds($first, $public), 1, 'openssl verifies it');
is(holds($first, $other_public), 0, '  by no other key');
my $said = statement($first);
is_deeply($said->{subject}, [ { name => 'config', digest => { sha256 => $config } }, { name => 'weights', digest => { sha256 => $weights } } ], 'its subject are the artifacts');
my $act = $said->{predicate};
is("$said->{_type} $said->{predicateType} $act->{act} $act->{who} $act->{comments} $act->{evidence}",
	'https://in-toto.io/Statement/v1 urn:governance:model-decision:v1 approval ann good asserted', 'it says who approved');
is(join(' ', grep { /^user/ } @{ $act->{principals} }), 'user/ann', '  and by whom it was done');
is_deeply($act->{quorum}, { required => 2, given => 1 }, '  of how many');
is($act->{content_digest}, sql(q{SELECT content_digest FROM governance.model_versions WHERE version = '1'}), '  of which content');
my $log = $act->{log};
is(sql("SELECT gov_audit_inclusion_proof($log->{event_id}, $log->{proof}{tree_size})::jsonb = '" . encode_json($log->{proof}) . "'"), 't', '  and where the log has it');
is($log->{checkpoint}, "example.com/audit/" . sql('SELECT log_id FROM governance.audit_log') . "\n$log->{proof}{tree_size}\n" . encode_base64(pack('H*', $log->{proof}{root}), '') . "\n", '  under which checkpoint');

# what comes later changes nothing about it
sql(q{SELECT gov_set_policy('model.required_approvals', 1), gov_set_policy('sod.approver_may_deploy', true), gov_deactivate_user('ann', 'left')});
my $pending = $node->background_psql('postgres');
$pending->query_safe(q{BEGIN; SELECT gov_set_policy('gate.signature', '["staging"]')});
sql('SELECT gov_audit_seal()');
is(sql(q{SELECT gov_attestations('m', '1')::text}), $text, 'the same bytes after policies changed');
$pending->query_safe('COMMIT');
is(sql(q{SELECT gov_attestations('m', '1')::text}), $text, '  also by who began before');
$pending->quit;
sql('SELECT gov_audit_seal()');
is(sql(q{SELECT gov_attestations('m', '1')::text}), $text, '  and when that is sealed');
is($act->{policies}{'model.required_approvals'}, 2, 'the policies are those of then');
ok(!$act->{policies}{'sod.approver_may_deploy'} && !@{ $act->{policies}{'gate.signature'} }, '  all of them');

as('bob', q{SELECT gov_approve_model('m', '1')});
sql(q{SELECT gov_set_policy('gate.signature', '[]')});
as('ops', q{SELECT gov_record_model_metrics('m', '1', '{"accuracy": 0.95}'); SELECT gov_deploy_model('m', '1', 'staging', 'd-1', 'try it')});
as('ops', q{SELECT gov_rollback_model('m', 'bad', 'staging')});
sql('SELECT gov_audit_seal()');
my @all = bundles();
is(acts(@all), 'rollback deployment approval approval', 'each act has one, newest first');
is(join(' ', map { holds($_, $public) } @all), '1 1 1 1', 'openssl verifies each');
is((split /\n/, sql(q{SELECT gov_attestations('m', '1')::text}))[-1], $text, 'the first is as it was');
my $deployment = statement($all[1])->{predicate};
is("$deployment->{who} $deployment->{environment} $deployment->{deployment_id} $deployment->{gates}[0]{metric} $deployment->{gates}[0]{value}",
	'ops staging d-1 accuracy 0.95', 'a deployment has gates with their values');
is(join(' ', map { $_->{who} } @{ $deployment->{votes} }), 'ann bob', '  and the votes that it rests on');
my $rollback = statement($all[0])->{predicate};
is("$rollback->{who} $rollback->{comments} $rollback->{deployment_id}", 'ops bad d-1', 'a rollback says why, and of what');
my $sealed = sql(q{SELECT gov_attestations('m', '1')::text});

# an override is what was in force in its transaction
as('bob', q{SELECT gov_approve_model('m', '2')});
sql(q{BEGIN; SELECT gov_override_policy('model.require_staging', false, 'now'); SELECT gov_deploy_model('m', '2', 'production'); COMMIT});
sql('SELECT gov_audit_seal()');
my ($over) = bundles('2');
ok(!statement($over)->{predicate}{policies}{'model.require_staging'}, 'a policy that was overridden is so stated');
is(statement($over)->{subject}[0]{digest}{sha256}, sql(q{SELECT content_digest FROM governance.model_versions WHERE version = '2'}), 'without digests the content is the subject');

# restored by a rollback of the next
is(sql(q{SELECT gov_attestations('m', '1')::text}), $sealed, 'other versions change nothing');

# in the evidence, and under which key
is(sql(q{SELECT jsonb_array_length(gov_evidence_bundle('m', '1') -> 'attestations')}), 4, 'the evidence has them');
chmod 0644, $private;
refused('55000', q{SELECT gov_attestations('m', '1')}, 'a key that others can read signs nothing');
chmod 0600, $private;
$node->append_conf('postgresql.conf', "governance.attestation_key_file = '$other_private'");
$node->reload;
$node->poll_query_until('postgres', "SELECT current_setting('governance.attestation_key_file') = '$other_private'");
my @again = bundles();
is(holds($again[0], $public) . holds($again[0], $other_public) . ($again[0]{dsseEnvelope}{payload} eq $all[0]{dsseEnvelope}{payload} ? ' same' : ' other'), '01 same', 'another key signs the same statement');
sql('CREATE DATABASE copy TEMPLATE postgres');
my (undef, undef, $err) = $node->psql('copy', q{SELECT gov_attestations('m', '1')});
like($err, qr/no attestation is signed in a copy of the database/, 'a copy of the database signs nothing');

is($node->safe_psql('copy', q{SELECT jsonb_array_length(gov_evidence_bundle('m', '1') -> 'attestations')}), 0, '  but gives its evidence');

# --- governance-verify -------------------------------------------------------------
my $leaf = statement($all[0])->{predicate}{log}{proof}{leaf_index};
sub bundle_file { return file(encode_json($_[0])); }
verifies(0, qr/^holds: rollback of model version m:1 by ops; leaf $leaf of the log of \d+ leaves of example\.com\/audit/, 'an attestation', '--statement', bundle_file($all[0]), '--signer', $public);
verifies(1, qr/not by that key/, '  by another key', '--statement', bundle_file($all[0]), '--signer', $other_public);
sub bent { my ($change) = @_; my $bundle = decode_json(encode_json($all[0])); $change->($bundle); return bundle_file($bundle); }
verifies(1, qr/not by that key/, '  with another payload', '--signer', $public, '--statement',
	bent(sub { $_[0]{dsseEnvelope}{payload} = encode_base64(decode_base64($_[0]{dsseEnvelope}{payload}) =~ s/ops/opz/r, '') }));
verifies(2, qr/2 signatures/, '  with two signatures', '--signer', $public, '--statement', bent(sub { push @{ $_[0]{dsseEnvelope}{signatures} }, $_[0]{dsseEnvelope}{signatures}[0] }));
verifies(2, qr/need each other/, '  without a key', '--statement', bundle_file($all[0]));
verifies(2, qr/by itself/, '  beside an export', '--statement', bundle_file($all[0]), '--signer', $public, '--checkpoint', 'x');
# signed by who holds the key, without a log that says so
my $forged = statement($all[0]);
$forged->{predicate}{log}{proof}{leaf_hash} = 'a' x 64;
my $payload = encode_json($forged);
my $signed = file("DSSEv1 28 application/vnd.in-toto+json @{[length $payload]} $payload");
system_or_bail('openssl', 'pkeyutl', '-sign', '-rawin', '-inkey', $private, '-in', $signed, '-out', "$signed.sig");
verifies(1, qr/its leaf is not under its checkpoint/, '  of no log', '--signer', $public, '--statement',
	bent(sub { $_[0]{dsseEnvelope}{payload} = encode_base64($payload, ''); $_[0]{dsseEnvelope}{signatures}[0]{sig} = encode_base64(slurp_file("$signed.sig"), '') }));
my $files = { weights => $weights, config => $config };
verifies(0, qr/^holds: 2 files of a model are signed, manifest [0-9a-f]{64}$/, "a model's signature, by key", '--statement',
	bundle_file(Signing::bundle(Signing::key('model', 'p384'), Signing::statement($files))), '--signer', file(Signing::public(Signing::key('model', 'p384'))));
my ($ca, $leaf_key) = (Signing::key('ca', 'p256'), Signing::key('leaf', 'p256'));
my $root = Signing::certificate('root', $ca, undef, \@Signing::ca);
my $signature = bundle_file(Signing::bundle($leaf_key, Signing::statement($files), chain => [ Signing::certificate('leaf', $leaf_key, [ $root, $ca ], \@Signing::leaf) ]));
verifies(0, qr/^holds: 2 files/, '  by certificate', '--statement', $signature, '--signer', $root);
verifies(1, qr/^does not hold/, '  under another root', '--statement', $signature, '--signer', Signing::certificate('stranger', Signing::key('stranger', 'p256'), undef, \@Signing::ca));
done_testing();
