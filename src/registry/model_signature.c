/*
 * model_signature.c
 *		gov_attach_signature(): who signed the files of a version; and whether
 *		that still counts.
 *
 * The signed files must be the registered ones: each resource of the manifest
 * is an artifact with that digest, and the other way round.  Locks: the
 * version, then the trusted signers that could have made the signature.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"

#include "core/args.h"
#include "core/json_text.h"
#include "core/operation.h"
#include "core/policy.h"
#include "core/spi.h"
#include "registry/model.h"
#include "registry/model_signature.h"
#include "signing/trust.h"
#include "tlog/sha256.h"

PG_FUNCTION_INFO_V1(gov_attach_signature);

#define DIGEST_PREFIX "sha256:"

/*
 * Reads the artifacts, the manifest of the present signatures, and the last
 * request or vote.  All votes of a round are about the same manifest: before
 * the first vote all signatures are of one manifest, and no other is attached
 * after it.
 */
GOV_SQL(read_version, (TEXTOID, TEXTOID),
		"SELECT v.artifacts, s.manifest_digest,"
		" h.approval_status <> 'pending', h.manifest_digest"
		" FROM governance.model_versions AS v"
		" LEFT JOIN LATERAL (SELECT n.manifest_digest"
		" FROM governance.model_signatures AS n"
		" WHERE n.model_id = $1 AND n.version = $2 LIMIT 1) AS s ON true"
		" LEFT JOIN LATERAL (SELECT l.approval_status, l.manifest_digest"
		" FROM governance.approval_history AS l"
		" WHERE l.model_id = $1 AND l.version = $2"
		" ORDER BY l.approval_no DESC LIMIT 1) AS h ON true"
		" WHERE v.model_id = $1 AND v.version = $2");

GOV_SQL(insert_signature,
		(TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
		 TEXTOID, TIMESTAMPTZOID, JSONBOID, TEXTOID),
		"INSERT INTO governance.model_signatures AS s"
		" (model_id, version, signature_no, status, method, signer, identity,"
		" manifest_digest, bundle_digest, certificates_end_at, bundle,"
		" attached_by)"
		" VALUES ($1, $2, (SELECT coalesce(pg_catalog.max(m.signature_no), 0)"
		" + 1 FROM governance.model_signatures AS m"
		" WHERE m.model_id = $1 AND m.version = $2),"
		" $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING s");

/* --- what is registered -------------------------------------------------- */

static int
compare_resources(const void *a, const void *b)
{
	return strcmp(((const GovResource *) a)->name,
				  ((const GovResource *) b)->name);
}

static char *
utf8_of(const JsonbValue *v)
{
	char	   *text = pnstrdup(v->val.string.val, v->val.string.len);

	return pg_server_to_any(text, v->val.string.len, PG_UTF8);
}

/* The artifacts as {path: "sha256:<hex>"}, by path; or NULL, and why. */
static GovResource *
artifacts_of(Jsonb *artifacts, int *count, char **why)
{
	GovResource *found;
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;

	*count = 0;
	if (!JB_ROOT_IS_OBJECT(artifacts) || JB_ROOT_COUNT(artifacts) == 0)
	{
		*why = pstrdup("The artifacts of the version are not {path: \"sha256:<hex>\"}.");
		return NULL;
	}
	found = palloc(sizeof(GovResource) * JB_ROOT_COUNT(artifacts));
	it = JsonbIteratorInit(&artifacts->root);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
			found[*count].name = utf8_of(&v);
		if (token != WJB_VALUE)
			continue;
		if (v.type != jbvString ||
			v.val.string.len != strlen(DIGEST_PREFIX) + GOV_DIGEST_HEX_LEN ||
			strncmp(v.val.string.val, DIGEST_PREFIX,
					strlen(DIGEST_PREFIX)) != 0 ||
			!gov_is_digest(utf8_of(&v) + strlen(DIGEST_PREFIX)))
		{
			*why = psprintf("Artifact \"%s\" of the version is not \"sha256:\" and 64 lower-case hexadecimal digits.",
							gov_signing_text(found[*count].name));
			return NULL;
		}
		found[*count].digest = utf8_of(&v) + strlen(DIGEST_PREFIX);
		(*count)++;
	}
	qsort(found, *count, sizeof(GovResource), compare_resources);
	return found;
}

/* Why the signed files are not the registered ones; NULL where they are. */
static char *
compare_artifacts(const GovBundle *bundle, Jsonb *registered)
{
	const GovResource *resources = bundle->resources;
	GovResource *artifacts;
	char	   *why = NULL;
	int			count;
	int			i;

	artifacts = artifacts_of(registered, &count, &why);
	for (i = 0; why == NULL && (i < count || i < bundle->resource_count); i++)
	{
		int			order = i == count ? 1 : i == bundle->resource_count ? -1 :
			compare_resources(&artifacts[i], &resources[i]);

		if (order < 0)
			why = psprintf("Artifact \"%s\" of the version is not signed.",
						   gov_signing_text(artifacts[i].name));
		else if (order > 0)
			why = psprintf("Signed resource \"%s\" is no artifact of the version.",
						   gov_signing_text(resources[i].name));
		else if (strcmp(artifacts[i].digest, resources[i].digest) != 0)
			why = psprintf("Artifact \"%s\" has digest %s, the signed one %s.",
						   gov_signing_text(artifacts[i].name),
						   artifacts[i].digest, resources[i].digest);
	}
	return why;
}

/* The part of a version that matters for a signature. */
typedef struct Signable
{
	Jsonb	   *artifacts;
	const char *manifest;		/* of signatures; NULL: it has none */
	bool		has_votes;
	const char *voted;			/* the manifest of the votes, or NULL */
} Signable;

static Signable
read_signable(const char *model_id, const char *version)
{
	Signable	found = {0};
	bool		isnull;

	(void) gov_run(&read_version, gov_text(model_id), gov_text(version));
	found.artifacts = DatumGetJsonbP(gov_row_datum(0, 1, &isnull));
	found.manifest = gov_row_text(0, 2);
	found.has_votes = gov_row_bool(0, 3);
	found.voted = gov_row_text(0, 4);
	return found;
}

/* --- attaching ----------------------------------------------------------- */

pg_noreturn static void
refuse(const char *name, const char *why)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the signature of model version \"%s\" is refused", name),
			 errdetail("%s", why),
			 errhint("SELECT * FROM governance.trusted_signers shows whose signatures count; artifacts are {path: \"sha256:<hex>\"}.")));
}

/* The signed files must be the approved ones. */
static void
check_state(const char *name, const GovVersion *found,
			const Signable *signable, const GovBundle *bundle)
{
	const char *voted = signable->voted;

	if (strcmp(found->status, "deprecated") == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model version \"%s\" is deprecated", name),
				 errhint("Register another version.")));
	if (signable->has_votes &&
		(voted == NULL || strcmp(voted, bundle->manifest_digest) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("model version \"%s\" was voted on before this signature",
						name),
				 voted == NULL ?
				 errdetail("No signature was there to vote on.") :
				 errdetail("The votes are on manifest %s, this one is %s.",
						   voted, bundle->manifest_digest),
				 errhint("Attach a signature before the first vote: ask for approval again where that is possible, or register another version.")));
}

static char *
digest_of(Jsonb *bundle)
{
	StringInfoData text;
	uint8_t		digest[GOV_SHA256_LEN];
	char	   *hex = palloc(2 * GOV_SHA256_LEN + 1);

	initStringInfo(&text);
	(void) gov_json_text(&text, bundle, NULL, NULL);
	if (!gov_sha256(text.data, text.len, digest))
		elog(ERROR, "SHA-256 failed");
	gov_hex(digest, GOV_SHA256_LEN, hex);
	return hex;
}

/*
 * gov_attach_signature(model_id, version, bundle) → model_signatures
 *
 * The same bundle of the same signer writes nothing.
 */
Datum
gov_attach_signature(PG_FUNCTION_ARGS)
{
	static const char *const methods[] = {
		[GOV_BUNDLE_KEY] = "key", [GOV_BUNDLE_CERTIFICATE] = "certificate",
		[GOV_BUNDLE_KEYLESS] = "keyless"
	};
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *version = gov_arg_version(fcinfo, 1);
	const char *name = gov_version_name(model_id, version);
	Jsonb	   *document;
	const GovBundle *bundle;
	GovVerdict	verdict = {.ends_at = DT_NOEND};
	GovVersion	found;
	GovActor	actor;
	Signable	signable;
	char	   *digest;
	char	   *why = NULL;

	if (PG_ARGISNULL(2))
		gov_missing_value("bundle");
	document = gov_arg_object(fcinfo, 2, "bundle", false);
	bundle = gov_bundle_of(document, &why);
	if (bundle == NULL)
		gov_bad_value("bundle", why,
					  "It is a model's signature as OpenSSF Model Signing 1.0 writes it: a Sigstore bundle v0.3 with a DSSE envelope.");
	gov_refuse_read_only("gov_attach_signature()");
	actor = gov_require_locking(GOV_PERM_MODEL_REGISTER,
								gov_version_resource(model_id, version),
								gov_version_lock(model_id, version, &found));

	signable = read_signable(model_id, version);
	check_state(name, &found, &signable, bundle);
	why = compare_artifacts(bundle, signable.artifacts);
	if (why == NULL && signable.manifest != NULL &&
		strcmp(signable.manifest, bundle->manifest_digest) != 0)
		why = psprintf("Another signature of it has manifest %s, this one %s.",
					   signable.manifest, bundle->manifest_digest);
	if (why == NULL && bundle->method == GOV_BUNDLE_KEYLESS)
		why = gov_signature_flaw_of_keyless(bundle, &verdict.identity);
	else if (why == NULL)
	{
		gov_signature_judge(bundle, model_id, &verdict);
		why = verdict.signer == NULL ? verdict.flaw : NULL;
	}
	if (why != NULL)
		refuse(name, why);

	digest = digest_of(document);
	if (signable.manifest == NULL ||
		gov_run(gov_sql("SELECT s FROM governance.model_signatures AS s"
						" WHERE s.model_id = $1 AND s.version = $2"
						" AND s.bundle_digest = $3"
						" AND s.signer IS NOT DISTINCT FROM $4 LIMIT 1"),
				gov_text(model_id), gov_text(version), gov_text(digest),
				gov_text(verdict.signer)) == 0)
	{
		gov_operation_begin("attach", NULL);
		(void) gov_run(&insert_signature, gov_text(model_id),
					   gov_text(version),
					   gov_text(verdict.signer ? "verified" : "not_verified"),
					   gov_text(methods[bundle->method]),
					   gov_text(verdict.signer), gov_text(verdict.identity),
					   gov_text(bundle->manifest_digest), gov_text(digest),
					   gov_time(verdict.ends_at), gov_json(document),
					   gov_text(actor.user_id));
		gov_operation_end();
	}
	return gov_spi_end_row(fcinfo);
}

/* --- the gate ------------------------------------------------------------ */

bool
gov_signature_is_needed(const char *environment)
{
	return gov_policy_lists("gate.signature", environment);
}

/* It is verified again: what was true when it was attached may not be now. */
static char *
flaw_of(Jsonb *document, const char *model_id, Jsonb *artifacts)
{
	char	   *why = NULL;
	const GovBundle *bundle = gov_bundle_of(document, &why);
	GovVerdict	verdict;

	if (bundle == NULL)
		return why;
	why = compare_artifacts(bundle, artifacts);
	if (why != NULL)
		return why;
	gov_signature_judge(bundle, model_id, &verdict);
	return verdict.signer == NULL ? verdict.flaw : NULL;
}

int
gov_signatures_count(const char *model_id, const char *version, char **why)
{
	Jsonb	   *artifacts = read_signable(model_id, version).artifacts;
	SPITupleTable *rows;
	StringInfoData flaws;
	uint64		count;
	uint64		row;
	int			good = 0;

	initStringInfo(&flaws);
	count = gov_run(gov_sql("SELECT s.signature_no, s.status, s.bundle"
							" FROM governance.model_signatures AS s"
							" WHERE s.model_id = $1 AND s.version = $2"
							" ORDER BY s.signature_no"), gov_text(model_id),
					gov_text(version));
	rows = SPI_tuptable;
	for (row = 0; row < count; row++)
	{
		char	   *flaw = pstrdup("It is not verified.");
		bool		isnull;

		if (strcmp(SPI_getvalue(rows->vals[row], rows->tupdesc, 2),
				   "verified") == 0)
			flaw = flaw_of(DatumGetJsonbP(SPI_getbinval(rows->vals[row],
														rows->tupdesc, 3,
														&isnull)),
						   model_id, artifacts);
		if (flaw == NULL)
			good++;
		else
			appendStringInfo(&flaws, " Signature %s: %s",
							 SPI_getvalue(rows->vals[row], rows->tupdesc, 1),
							 flaw);
	}
	*why = psprintf("Policy \"gate.signature\": model version \"%s\" has no signature that counts.%s",
					gov_version_name(model_id, version), flaws.data);
	return good;
}
