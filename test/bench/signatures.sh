#!/usr/bin/env bash
#
# Measure gov_attach_signature() against OpenSSL's own verification of such a
# signature.
#
#	test/bench/signatures.sh [CALLS]
#
# On a private cluster, one session, each call on a version of its own; the
# bundle has two files, and keys of all five kinds are trusted.  Both sides in
# time of the processor, so that others on the machine do not count.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES GNUMAKEFLAGS
. test/cluster.sh
. test/bench/common.sh
export PG_CONFIG

CALLS=${1:-100}
ROUNDS=5
BAR=10
TYPE=application/vnd.in-toto+json
WEIGHTS=$(printf %064d 1)
CONFIG=$(printf %064d 2)

# KIND, its hash, and how a key is made.
KINDS="ed25519 - -algorithm ed25519
p256 sha256 -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve
p384 sha384 -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -pkeyopt ec_param_enc:named_curve
p521 sha512 -algorithm EC -pkeyopt ec_paramgen_curve:P-521 -pkeyopt ec_param_enc:named_curve
rsa3072 sha256 -algorithm RSA -pkeyopt rsa_keygen_bits:3072"

# make_bundle KIND HASH GENPKEY-OPTION...: its key and bundle, below $files.
make_bundle() {
	local kind=$1 hash=$2 root payload
	shift 2
	openssl genpkey -quiet "$@" -out "$files/$kind.key" || exit 1
	openssl pkey -in "$files/$kind.key" -pubout -out "$files/$kind.pub" || exit 1
	root=$(printf '%s%s' "$CONFIG" "$WEIGHTS" | perl -e 'print pack "H*", <STDIN>' | sha256sum | cut -d ' ' -f 1)
	payload=$(printf '{"_type":"https://in-toto.io/Statement/v1","predicateType":"https://model_signing/signature/v1.0","subject":[{"name":"model","digest":{"sha256":"%s"}}],"predicate":{"serialization":{"method":"files","hash_type":"sha256"},"resources":[{"name":"config","digest":"%s","algorithm":"sha256"},{"name":"weights","digest":"%s","algorithm":"sha256"}]}}' \
		"$root" "$CONFIG" "$WEIGHTS")
	printf 'DSSEv1 %d %s %d %s' "${#TYPE}" "$TYPE" "${#payload}" "$payload" >"$files/$kind.signed"
	if [ "$hash" = - ]; then
		openssl pkeyutl -sign -rawin -inkey "$files/$kind.key" -in "$files/$kind.signed" -out "$files/$kind.sig"
	else
		openssl dgst "-$hash" -sign "$files/$kind.key" -out "$files/$kind.sig" "$files/$kind.signed"
	fi || exit 1
	printf '{"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{"publicKey":{"hint":""}},"dsseEnvelope":{"payloadType":"%s","payload":"%s","signatures":[{"sig":"%s"}]}}' \
		"$TYPE" "$(printf %s "$payload" | base64 -w 0)" "$(base64 -w 0 "$files/$kind.sig")" >"$files/$kind.json"
}

# attach KIND: microseconds of the processor for a call, in a session of its
# own; the first round is for the session to get going.
attach() {
	sql -c "CREATE TEMP TABLE took (ticks bigint)" \
		-c "DO \$\$ DECLARE began bigint; bundle jsonb := '$(cat "$files/$1.json")'; BEGIN
			FOR r IN 0..$ROUNDS LOOP
				began := (SELECT sum(t::bigint) FROM unnest((string_to_array(pg_read_file('/proc/self/stat'), ' '))[14:15]) AS t);
				FOR i IN 1..$CALLS LOOP
					PERFORM gov_attach_signature('$1', r || '.' || i, bundle);
				END LOOP;
				INSERT INTO took SELECT sum(t::bigint) - began FROM unnest((string_to_array(pg_read_file('/proc/self/stat'), ' '))[14:15]) AS t HAVING r > 0;
				COMMIT;
			END LOOP; END \$\$" \
		-c "SELECT round(sum(ticks) * 1e6 / $(getconf CLK_TCK) / ($ROUNDS * $CALLS), 1) FROM took"
}

# openssl_us KIND HASH: the same of OpenSSL, for one verification.
openssl_us() {
	build/verify_baseline "$files/$1.pub" "$files/$1.signed" "$files/$1.sig" "$2"
}

cluster_scratch signatures || exit 1
files=$REPLY
bench_open bench "fsync = on" "synchronous_commit = off"
"${CC:-cc}" -O2 -o build/verify_baseline test/bench/verify_baseline.c -lcrypto || exit 1
sql -c "CREATE EXTENSION governance"
while read -r kind hash options; do
	# shellcheck disable=SC2086 # options, several
	make_bundle "$kind" "$hash" $options
	sql -c "SELECT gov_trust_signer('$kind', 'key', '$(cat "$files/$kind.pub")')" \
		-c "SELECT count(gov_register_model('$kind', r || '.' || i, artifacts =>
			'{\"weights\": \"sha256:$WEIGHTS\", \"config\": \"sha256:$CONFIG\"}'))
			FROM generate_series(0, $ROUNDS) AS r, generate_series(1, $CALLS) AS i" >/dev/null
done <<<"$KINDS"

printf '%-36s %12s %12s %7s %5s\n' "attach a signature, microseconds" here openssl ratio bar
while read -r kind hash _; do
	here=$(attach "$kind") || exit 1
	alone=$(openssl_us "$kind" "$hash") || exit 1
	ratio=$(awk -v a="$here" -v b="$alone" 'BEGIN {printf "%.2f", a / b}')
	verdict=$(awk -v r="$ratio" -v bar=$BAR 'BEGIN {print r <= bar ? "met" : "MISSED"}')
	printf '%-36s %12s %12s %7s %5s\n' "  $kind" "$here" "$alone" "$ratio" "$BAR"
	note ratio "attach a signature, $kind" "EVP_DigestVerify of the same" "$ratio" time "<= $BAR" "$verdict"
done <<<"$KINDS"
cluster_close
