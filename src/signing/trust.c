/*
 * trust.c
 *		Is a signature of a model by somebody who is trusted now?
 *
 * What a signer is trusted with never changes, so it is read without a lock;
 * whether it is still trusted is checked again after locking.  Between the two
 * no object of OpenSSL is held except those that the backend caches for good:
 * decoding a key takes ten times as long as verifying with it.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"

#include "core/json_text.h"
#include "core/spi.h"
#include "signing/signer.h"
#include "signing/trust.h"
#include "tlog/sha256.h"

#define KEEP_DECODED 1000

/* FOR SHARE: a revocation writes the row. */
GOV_SQL(hold_signer, (TEXTOID, TEXTOID),
		"SELECT t.revoked_at IS NOT NULL,"
		" t.models IS NULL OR $2 = ANY (t.models),"
		" t.valid_from <= pg_catalog.clock_timestamp(),"
		" coalesce(t.valid_to > pg_catalog.clock_timestamp(), true)"
		" FROM governance.trusted_signers AS t"
		" WHERE t.name = $1 FOR SHARE");

/* What this backend has decoded, by the hash of kind and PEM. */
typedef struct Decoded
{
	uint8_t		key[GOV_SHA256_LEN];
	GovTrusted	trusted;
} Decoded;

static HTAB *decoded = NULL;

/* A row of the first statement, and what became of it. */
typedef struct Candidate
{
	const char *name;
	const GovTrusted *trusted;	/* NULL: it cannot be read */
	const char *identity;		/* UTF-8, or NULL */
	bool		is_match;
	time_t		ends;			/* 0: never */
	const char *flaw;			/* a constant */
} Candidate;

char *
gov_signing_text(const char *utf8)
{
	return pg_any_to_server(utf8, strlen(utf8), PG_UTF8);
}

static void
free_bundle(void *arg)
{
	gov_bundle_free(arg);
}

const GovBundle *
gov_bundle_of(Jsonb *jb, char **flaw)
{
	GovBundle  *bundle = palloc0(sizeof(GovBundle));
	MemoryContextCallback *callback = palloc0(sizeof(*callback));
	char		why[GOV_BUNDLE_FLAW_ROOM];
	StringInfoData text;
	const char *utf8;
	bool		good;

	initStringInfo(&text);
	(void) gov_json_text(&text, jb, NULL, NULL);
	appendStringInfoChar(&text, '\0');
	utf8 = pg_server_to_any(text.data, text.len - 1, PG_UTF8);
	callback->func = free_bundle;
	callback->arg = bundle;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
	good = gov_bundle_read(bundle, utf8,
						   utf8 == text.data ? text.len - 1 : strlen(utf8),
						   why);
	pfree(text.data);
	if (good)
		return bundle;
	*flaw = gov_signing_text(pstrdup(why));
	return NULL;
}

static char *
utf8_of(const char *text)
{
	return text == NULL ? NULL :
		pg_server_to_any(text, strlen(text), PG_UTF8);
}

static void
forget_decoded(void)
{
	HASH_SEQ_STATUS scan;
	Decoded    *entry;

	hash_seq_init(&scan, decoded);
	while ((entry = hash_seq_search(&scan)) != NULL)
	{
		gov_trusted_free(&entry->trusted);
		(void) hash_search(decoded, entry->key, HASH_REMOVE, NULL);
	}
}

/* A later call that makes room may free what was returned. */
static void
make_room_for_decoded(void)
{
	if (decoded == NULL)
	{
		HASHCTL		info = {0};

		info.keysize = sizeof(((Decoded *) 0)->key);
		info.entrysize = sizeof(Decoded);
		decoded = hash_create("governance trusted signers", 16, &info,
							  HASH_ELEM | HASH_BLOBS);
	}
	else if (hash_get_num_entries(decoded) > KEEP_DECODED)
		forget_decoded();
}

static const GovTrusted *
decode(const char *kind, const char *material, const char **flaw)
{
	const char *text = psprintf("%s %s", kind, material);
	uint8_t		key[GOV_SHA256_LEN];
	Decoded    *entry;
	bool		found;

	if (!gov_sha256(text, strlen(text), key))
		elog(ERROR, "SHA-256 failed");
	entry = hash_search(decoded, key, HASH_ENTER, &found);
	if (found || gov_trusted_read(&entry->trusted, material, strlen(material),
								  strcmp(kind, "root") == 0, flaw))
		return &entry->trusted;
	(void) hash_search(decoded, key, HASH_REMOVE, NULL);
	return NULL;
}

static Candidate *
read_candidates(const char *kind, uint64 *count)
{
	Candidate  *candidates;
	uint64		row;

	*count = gov_run(gov_sql("SELECT t.name, t.material, t.identity"
							 " FROM governance.trusted_signers AS t"
							 " WHERE t.kind = $1 ORDER BY t.name"),
					 gov_text(kind));
	candidates = palloc0(sizeof(Candidate) * (*count + 1));
	make_room_for_decoded();
	for (row = 0; row < *count; row++)
	{
		candidates[row].name = gov_row_text(row, 1);
		candidates[row].trusted = decode(kind, utf8_of(gov_row_text(row, 2)),
										 &candidates[row].flaw);
		candidates[row].identity = utf8_of(gov_row_text(row, 3));
	}
	return candidates;
}

/* Could the signer have made it?  It raises no error. */
static void
try_candidate(Candidate *candidate, const GovBundle *bundle,
			  const GovChain *chain, time_t now)
{
	const GovTrusted *trusted = candidate->trusted;

	if (trusted == NULL)
		return;
	if (chain == NULL)
		candidate->is_match = gov_bundle_is_signed_by(bundle, trusted->key);
	else if (candidate->identity != NULL &&
			 !gov_chain_names(chain, candidate->identity))
		candidate->flaw = "Its certificate names somebody else.";
	else
	{
		candidate->is_match = gov_chain_verify(chain, trusted, now,
											   &candidate->flaw);
		candidate->ends = gov_chain_end(chain, trusted);
	}
}

/*
 * find_matches
 *		Find those who could have made the signature; returns false, and why,
 *		where not even the certificate in the bundle made it.  It raises no
 *		error.
 */
static const char *
find_matches(const GovBundle *bundle, Candidate *candidates, uint64 count,
			 char identity[GOV_IDENTITY_ROOM])
{
	bool		is_key = bundle->method == GOV_BUNDLE_KEY;
	time_t		now = time(NULL);
	const char *flaw = NULL;
	GovChain	chain = {0};
	uint64		i;

	if (!is_key && gov_chain_read(&chain, bundle, &flaw))
	{
		gov_chain_identity(&chain, identity);
		if (!gov_bundle_is_signed_by(bundle, chain.key))
			flaw = "The signature is not by the key of its certificate, or of something else.";
	}
	for (i = 0; i < count && flaw == NULL; i++)
		try_candidate(&candidates[i], bundle, is_key ? NULL : &chain, now);
	if (!is_key)
		gov_chain_free(&chain);
	return flaw;
}

char *
gov_signature_flaw_of_keyless(const GovBundle *bundle, char **identity)
{
	char		utf8[GOV_IDENTITY_ROOM] = "";
	const char *flaw = find_matches(bundle, NULL, 0, utf8);

	*identity = gov_signing_text(pstrdup(utf8));
	return flaw ? pstrdup(flaw) : NULL;
}

/* Nobody could have made it; say who came nearest. */
static char *
unmatched(const Candidate *candidates, uint64 count, bool is_key)
{
	uint64		i;

	for (i = 0; i < count; i++)
	{
		if (candidates[i].flaw != NULL)
			return psprintf("Under trusted signer \"%s\": %s",
							candidates[i].name, candidates[i].flaw);
	}
	return pstrdup(is_key ?
				   "The signature is by no trusted key, or of something else." :
				   "No root certificate is trusted.");
}

/*
 * hold
 *		Return why the signer does not count for that model now, or NULL; that
 *		cannot change until the transaction ends.
 */
static const char *
hold(const char *name, const char *model_id, bool *is_revoked)
{
	if (gov_run(&hold_signer, gov_text(name), gov_text(model_id)) != 1)
		elog(ERROR, "trusted signer \"%s\" is gone", name);
	*is_revoked = gov_row_bool(0, 1);
	return *is_revoked ? "is revoked" :
		!gov_row_bool(0, 2) ? "does not sign this model" :
		!gov_row_bool(0, 3) ? "is not trusted yet" :
		!gov_row_bool(0, 4) ? "is trusted no longer" : NULL;
}

void
gov_signature_judge(const GovBundle *bundle, const char *model_id,
					GovVerdict *verdict)
{
	bool		is_key = bundle->method == GOV_BUNDLE_KEY;
	char		identity[GOV_IDENTITY_ROOM] = "";
	const char *flaw;
	Candidate  *candidates;
	bool		is_matched = false;
	bool		is_revoked;
	uint64		count;
	uint64		i;

	memset(verdict, 0, sizeof(*verdict));
	verdict->ends_at = DT_NOEND;
	candidates = read_candidates(is_key ? "key" : "root", &count);
	flaw = find_matches(bundle, candidates, count, identity);
	if (identity[0] != '\0')
		verdict->identity = gov_signing_text(pstrdup(identity));
	if (flaw != NULL)
	{
		verdict->flaw = pstrdup(flaw);
		return;
	}

	for (i = 0; i < count; i++)
	{
		if (!candidates[i].is_match)
			continue;
		is_matched = true;
		flaw = hold(candidates[i].name, model_id, &is_revoked);
		if (flaw != NULL)
			verdict->flaw = psprintf("Trusted signer \"%s\" %s.",
									 candidates[i].name, flaw);
		if (is_revoked)
		{
			verdict->signer = NULL;
			return;
		}
		if (flaw == NULL && verdict->signer == NULL)
		{
			verdict->signer = pstrdup(candidates[i].name);
			if (candidates[i].ends != 0)
				verdict->ends_at = time_t_to_timestamptz(candidates[i].ends);
		}
	}
	if (!is_matched)
		verdict->flaw = unmatched(candidates, count, is_key);
}
