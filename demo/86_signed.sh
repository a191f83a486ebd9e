# Who made these weights, and who said yes to them?
#
# Run by test/demo: PGHOST, PGPORT and DATABASE say where the database is,
# DEMO_FILES where files of the story go.
set -eu
cd "$DEMO_FILES"

# as ROLE SQL: show the query, and what comes back.
as() {
	printf '\n%s: %s\n' "${1#demo_}" "$2"
	psql -qX -d "$DATABASE" -U "$1" -v SHOW_CONTEXT=never -c "$2" 2>&1 || [ "${3:-}" = refused ]
}

echo 'The people of the training sign what comes out of it.  Their key is trusted, and'
echo 'the lab takes nothing else from now on:'
openssl genpkey -quiet -algorithm ed25519 -out training.pem
openssl pkey -in training.pem -pubout -out training-public.pem
as postgres "SELECT name, kind, left(fingerprint, 16) AS fingerprint FROM gov_trust_signer('training', 'key', '$(cat training-public.pem)')"
as postgres "SELECT name, rank FROM gov_create_environment('lab', 5)"
as postgres "SELECT name, value FROM gov_set_policy('gate.signature', '[\"lab\"]')"

printf 'numbers' >weights
digest=$(openssl dgst -sha256 -r weights | cut -d ' ' -f 1)
for version in 1.0.0 1.0.1; do
	as demo_dana "SELECT version, artifacts FROM gov_register_model('signed', '$version', artifacts => '{\"weights\": \"sha256:$digest\"}')"
done
as demo_amir "SELECT version, approval_status FROM gov_approve_model('signed', '1.0.0', 'whose is it?')"
as demo_olga "SELECT gov_deploy_model('signed', '1.0.0', 'lab')" refused

echo
echo 'The tool model_signing writes such a signature; here OpenSSL does.'
type=application/vnd.in-toto+json
root=$(openssl dgst -sha256 -binary weights | openssl dgst -sha256 -r | cut -d ' ' -f 1)
payload='{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"signed","digest":{"sha256":"'$root'"}}],
"predicateType":"https://model_signing/signature/v1.0","predicate":{"serialization":{"method":"files","hash_type":"sha256"},
"resources":[{"name":"weights","algorithm":"sha256","digest":"'$digest'"}]}}'
printf 'DSSEv1 %d %s %d %s' ${#type} $type ${#payload} "$payload" >to-sign
openssl pkeyutl -sign -rawin -inkey training.pem -in to-sign -out signature
bundle='{"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "verificationMaterial": {"publicKey": {"hint": "training"}},
 "dsseEnvelope": {"payloadType": "'$type'", "payload": "'$(printf %s "$payload" | base64 -w 0)'",
 "signatures": [{"sig": "'$(base64 -w 0 signature)'"}]}}'
printf "\ndana: SELECT status, signer FROM gov_attach_signature('signed', '1.0.1', ...)\n"
psql -qX -d "$DATABASE" -U demo_dana -c "SELECT status, signer, method FROM gov_attach_signature('signed', '1.0.1', '$bundle')"
as demo_amir "SELECT version, approval_status FROM gov_approve_model('signed', '1.0.1', 'signed by the training')"
as demo_olga "SELECT version, environment, gate_results FROM gov_deploy_model('signed', '1.0.1', 'lab')"

echo
echo 'Who gets the model wants to know who said yes.  The database signs that, too; its'
echo 'public key and OpenSSL are all that one needs:'
psql -qtAX -d "$DATABASE" -c 'SELECT gov_audit_seal()' >/dev/null
psql -qtAX -d "$DATABASE" -U demo_ines -c "SELECT a FROM gov_attestations('signed', '1.0.1') AS a LIMIT 1" >attestation.json
member() { sed "s/.*\"$1\": \"\([^\"]*\)\".*/\1/" attestation.json | base64 -d; }
member payload >statement.json
{ printf 'DSSEv1 28 application/vnd.in-toto+json %d ' "$(wc -c <statement.json)"; cat statement.json; } >signed
member sig >signature
echo
echo '$ openssl pkeyutl -verify -rawin -pubin -inkey attestations.pem -in signed -sigfile signature'
openssl pkeyutl -verify -rawin -pubin -inkey attestations.pem -in signed -sigfile signature
echo '$ governance-verify --statement attestation.json --signer attestations.pem'
governance-verify --statement attestation.json --signer attestations.pem
