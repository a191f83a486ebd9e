/*
 * statement.c
 *		Signed statements in Sigstore bundles: what gov_attestations() gives,
 *		and signatures of models.
 *
 * Only one key, or one root certificate, is trusted.  The signature of an
 * attestation vouches for all of it; that its leaf is under its checkpoint
 * shows that a log made it, and not somebody by hand.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "signing/bundle.h"
#include "signing/signer.h"
#include "verifier/verifier.h"

#define FILE_MAX	(16 * 1024 * 1024)
#define DEPTH		32
#define DECISION	"urn:governance:model-decision:v1"

/* A member that is printable text, or "?". */
static const char *
text_of(json_object *object, const char *name)
{
	json_object *value;
	const char *text;

	if (!json_object_object_get_ex(object, name, &value) ||
		!json_object_is_type(value, json_type_string))
		return "?";
	text = json_object_get_string(value);
	for (const char *c = text; *c != '\0'; c++)
	{
		if (*c < ' ' || *c > '~')
			return "?";
	}
	return text;
}

static json_object *
parse_payload(const char *file, const GovBundle *bundle)
{
	json_tokener *tokener = json_tokener_new_ex(DEPTH);
	json_object *object;

	if (tokener == NULL)
		unreadable("out of memory");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
						   JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, (char *) bundle->payload.data,
								   (int) bundle->payload.len);
	if (json_tokener_get_error(tokener) != json_tokener_success ||
		json_tokener_get_parse_end(tokener) != bundle->payload.len ||
		!json_object_is_type(object, json_type_object) ||
		strcmp(text_of(object, "_type"), GOV_STATEMENT_TYPE) != 0)
		unreadable("%s: its payload is no in-toto statement", file);
	json_tokener_free(tokener);
	return object;
}

/* Is it signed by that key, or by a key under that root? */
static const char *
signature_flaw(const GovBundle *bundle, const GovTrusted *trusted)
{
	const char *flaw = NULL;
	GovChain	chain;

	if (bundle->method == GOV_BUNDLE_KEY)
		return gov_bundle_is_signed_by(bundle, trusted->key) ? NULL :
			"its signature is not by that key, or of something else";
	if (gov_chain_read(&chain, bundle, &flaw) &&
		gov_chain_verify(&chain, trusted, time(NULL), &flaw) &&
		!gov_bundle_is_signed_by(bundle, chain.key))
		flaw = "its signature is not by its certificate, or of something else";
	gov_chain_free(&chain);
	return flaw;
}

/*
 * Check that the leaf of an attestation is under the checkpoint that it names.
 */
static bool
leaf_holds(json_object *predicate, uint64_t *leaf_index,
		   GovCheckpoint *checkpoint)
{
	json_object *log;
	json_object *proof;
	json_object *text;
	GovTreeHash leaf;
	GovTreeHash path[GOV_TREE_MAX_PATH];
	int			length;

	return json_object_object_get_ex(predicate, "log", &log) &&
		json_object_object_get_ex(log, "proof", &proof) &&
		json_object_object_get_ex(log, "checkpoint", &text) &&
		json_object_is_type(text, json_type_string) &&
		gov_checkpoint_parse(checkpoint, json_object_get_string(text),
							 (size_t) json_object_get_string_len(text)) ==
		GOV_NOTE_OK &&
		json_size(proof, "leaf_index", leaf_index) &&
		json_hash(proof, "leaf_hash", &leaf) &&
		json_path(proof, "path", path, GOV_TREE_MAX_PATH, &length) &&
		gov_tree_verify_inclusion(&leaf, *leaf_index, checkpoint->tree_size,
								  path, length,
								  &checkpoint->root) == GOV_TREE_OK;
}

static int
report_decision(const char *file, json_object *statement)
{
	json_object *predicate;
	GovCheckpoint checkpoint;
	uint64_t	leaf_index;

	if (!json_object_object_get_ex(statement, "predicate", &predicate) ||
		!leaf_holds(predicate, &leaf_index, &checkpoint))
	{
		printf("does not hold: %s: its leaf is not under its checkpoint\n",
			   file);
		return STATUS_FAILS;
	}
	printf("holds: %s of model version %s:%s by %s; leaf %" PRIu64 " of the log of %" PRIu64 " leaves of %.*s\n",
		   text_of(predicate, "act"), text_of(predicate, "model_id"),
		   text_of(predicate, "version"), text_of(predicate, "who"),
		   leaf_index, checkpoint.tree_size, (int) checkpoint.origin_len,
		   checkpoint.origin);
	return STATUS_HOLDS;
}

int
verify_statement(const char *file, const char *signer)
{
	char		flaw[GOV_BUNDLE_FLAW_ROOM];
	GovBundle	bundle;
	GovTrusted	trusted;
	const char *why;
	json_object *statement;
	size_t		len;
	size_t		pem_len;
	char	   *text = read_whole(file, FILE_MAX, &len);
	char	   *pem = read_whole(signer, GOV_NOTE_MAX_LEN, &pem_len);

	if (!gov_bundle_read_envelope(&bundle, text, len, flaw))
		unreadable("%s: %s", file, flaw);
	if (bundle.method == GOV_BUNDLE_KEYLESS)
		unreadable("%s: is keyless: ask a public log about it", file);
	if (!gov_trusted_read(&trusted, pem, pem_len,
						  bundle.method == GOV_BUNDLE_CERTIFICATE, &why))
		unreadable("%s: %s", signer, why);
	why = signature_flaw(&bundle, &trusted);
	if (why != NULL)
	{
		printf("does not hold: %s: %s\n", file, why);
		return STATUS_FAILS;
	}

	statement = parse_payload(file, &bundle);
	why = text_of(statement, "predicateType");
	if (strcmp(why, DECISION) == 0)
		return report_decision(file, statement);
	if (strcmp(why, GOV_SIGNATURE_PREDICATE) != 0)
		unreadable("%s: is a statement of another type, %s", file, why);
	gov_bundle_free(&bundle);
	if (!gov_bundle_read(&bundle, text, len, flaw))
		unreadable("%s: %s", file, flaw);
	printf("holds: %d files of a model are signed, manifest %s\n",
		   bundle.resource_count, bundle.manifest_digest);
	return STATUS_HOLDS;
}
