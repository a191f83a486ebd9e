/*
 * attestation.c
 *		Signed statements about what was decided on a model version, for those
 *		without access to the database.
 *
 * The content is made by SQL (sql/parts/46_attestation.sql); this file adds
 * its place in the log and the signature: DSSE in a Sigstore bundle v0.3, by
 * Ed25519, so the same statement always has the same signature.
 *
 * Invariant: a statement never changes.  Its tree is that of the first head
 * that has the leaf, and the checkpoint is that head's text.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "access/require.h"
#include "audit/checkpoint.h"
#include "audit/key_file.h"
#include "audit/proofs.h"
#include "audit/tree_head.h"
#include "core/args.h"
#include "core/guc.h"
#include "core/json_text.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "registry/model.h"
#include "tlog/base64.h"
#include "tlog/sha256.h"

PG_FUNCTION_INFO_V1(gov_sql_require_version);
PG_FUNCTION_INFO_V1(gov_can_attest);
PG_FUNCTION_INFO_V1(gov_leaf_of_event);
PG_FUNCTION_INFO_V1(gov_sign_statement);

#define BUNDLE_TYPE "application/vnd.dev.sigstore.bundle.v0.3+json"
#define STATEMENT_TYPE "application/vnd.in-toto+json"

/* The bytes before an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410). */
static const uint8_t spki_prefix[] = {
	0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00
};

static const GovKeyFile key_file = {
	.path = &gov_attestation_key_file,
	.setting = "governance.attestation_key_file",
	.signs = "attestations"
};

/* governance.require_version(model_id, version) */
Datum
gov_sql_require_version(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *version = gov_arg_version(fcinfo, 1);
	GovVersion	found;

	(void) gov_require(GOV_PERM_COMPLIANCE_REPORT,
					   gov_version_resource(model_id, version));
	gov_spi_begin();
	gov_version_find(model_id, version, &found);
	gov_spi_end();
	PG_RETURN_VOID();
}

/* governance.can_attest(must) → boolean: is there a key, and no copy? */
Datum
gov_can_attest(PG_FUNCTION_ARGS)
{
	bool		has_key = gov_key_file_is_set(&key_file);
	const char *where;

	if (PG_GETARG_BOOL(0) && !has_key)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no attestation is made without a key"),
				 errhint("Set governance.attestation_key_file.")));
	PG_RETURN_BOOL(has_key && gov_checkpoint_is_home(&where));
}

/*
 * governance.leaf_of_event(event_id) → jsonb: its place in the log, NULL where
 * no head of an earlier transaction has it.
 */
Datum
gov_leaf_of_event(PG_FUNCTION_ARGS)
{
	int64		event_id = PG_GETARG_INT64(0);
	Snapshot	snapshot = GetActiveSnapshot();
	int64		leaf_index = gov_log_leaf_of(event_id, snapshot);
	JsonbParseState *state = NULL;
	GovTreeHash root;
	GovHeadScan heads;
	char	   *origin = gov_checkpoint_origin();
	char		text[GOV_CHECKPOINT_ROOM];
	int64		tree_size;
	Jsonb	   *proof;

	if (leaf_index < 0 ||
		leaf_index >= gov_tree_head_committed(snapshot, &root))
		PG_RETURN_NULL();
	gov_head_scan_open(&heads, leaf_index, snapshot);
	if (!gov_head_scan_next(&heads))
		elog(ERROR, "leaf " INT64_FORMAT " is under no head", leaf_index);
	tree_size = heads.tree_size;
	root = heads.root;
	gov_head_scan_close(&heads);
	if (gov_checkpoint_text(origin, tree_size, &root, text) != GOV_NOTE_OK)
		elog(ERROR, "could not write a checkpoint of \"%s\"", origin);

	proof = gov_log_inclusion_proof(leaf_index, tree_size, snapshot);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_int8(&state, "event_id", event_id);
	gov_json_put_text(&state, "checkpoint", text);
	gov_json_put(&state, "proof", JsonbPGetDatum(proof), false, JSONBOID);
	PG_RETURN_JSONB_P(gov_json_end(&state));
}

static char *
base64_of(const void *bytes, size_t len)
{
	char	   *out = palloc(GOV_BASE64_ROOM(len));

	gov_base64_encode(bytes, len, out);
	return out;
}

/* The key's name as in cosign: the hash of its SubjectPublicKeyInfo. */
static char *
key_hint(const uint8_t *public_key)
{
	uint8_t		spki[sizeof(spki_prefix) + GOV_ED25519_KEY_LEN];
	uint8_t		digest[GOV_SHA256_LEN];

	memcpy(spki, spki_prefix, sizeof(spki_prefix));
	memcpy(spki + sizeof(spki_prefix), public_key, GOV_ED25519_KEY_LEN);
	if (!gov_sha256(spki, sizeof(spki), digest))
		elog(ERROR, "SHA-256 failed");
	return base64_of(digest, sizeof(digest));
}

/* DSSEv1 LEN(type) type LEN(payload) payload, signed. */
static void
sign(const char *payload, size_t len,
	 uint8_t signature[GOV_ED25519_SIGNATURE_LEN],
	 uint8_t public_key[GOV_ED25519_KEY_LEN])
{
	StringInfoData message;
	struct evp_pkey_st *key;
	bool		good;

	initStringInfo(&message);
	appendStringInfo(&message, "DSSEv1 %d %s %zu ",
					 (int) strlen(STATEMENT_TYPE), STATEMENT_TYPE, len);
	appendBinaryStringInfo(&message, payload, (int) len);
	key = gov_key_file_read(&key_file);
	good = gov_signing_key_public(key, public_key) &&
		gov_signing_key_sign(key, (const uint8_t *) message.data,
							 message.len, signature);
	gov_signing_key_free(key);
	if (!good)
		elog(ERROR, "could not sign an attestation");
}

/*
 * governance.sign_statement(statement) → jsonb, a Sigstore bundle v0.3
 */
Datum
gov_sign_statement(PG_FUNCTION_ARGS)
{
	Jsonb	   *statement = PG_GETARG_JSONB_P(0);
	JsonbParseState *state = NULL;
	StringInfoData text;
	uint8_t		signature[GOV_ED25519_SIGNATURE_LEN];
	uint8_t		public_key[GOV_ED25519_KEY_LEN];
	const char *payload;
	const char *hint;

	gov_checkpoint_check_home("attestation");
	initStringInfo(&text);
	(void) gov_json_text(&text, statement, NULL, NULL);
	appendStringInfoChar(&text, '\0');
	payload = pg_server_to_any(text.data, text.len - 1, PG_UTF8);
	sign(payload, strlen(payload), signature, public_key);
	hint = key_hint(public_key);

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "mediaType", BUNDLE_TYPE);
	gov_json_push_key(&state, "verificationMaterial");
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_push_key(&state, "publicKey");
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "hint", hint);
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	gov_json_push_key(&state, "dsseEnvelope");
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "payload", base64_of(payload, strlen(payload)));
	gov_json_put_text(&state, "payloadType", STATEMENT_TYPE);
	gov_json_push_key(&state, "signatures");
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "sig", base64_of(signature, sizeof(signature)));
	gov_json_put_text(&state, "keyid", hint);
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	pushJsonbValue(&state, WJB_END_ARRAY, NULL);
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	PG_RETURN_JSONB_P(gov_json_end(&state));
}
