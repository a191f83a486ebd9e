/*
 * issuer_sql.c
 *		SQL functions about issuers of signed tokens and their keys.
 *
 * Whoever writes an issuer or its keys locks its row, so that two writers are
 * judged one after the other; making a link (identity_link.c) locks it too.
 *
 * Keys decide who is believed to be whom, so they need a right of their own
 * that no built-in role has.  Of a key set only what verifies signatures is
 * kept; nothing private is, except for a secret of HS256.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/act.h"
#include "access/issuer_sql.h"
#include "access/require.h"
#include "core/args.h"
#include "core/operation.h"
#include "core/spi.h"
#include "identity/issuer.h"
#include "identity/jwk_set.h"

PG_FUNCTION_INFO_V1(gov_set_issuer);
PG_FUNCTION_INFO_V1(gov_drop_issuer);
PG_FUNCTION_INFO_V1(gov_store_issuer_keys);

#define CLAIM_LEN 256			/* longest name of a claim, bytes */
#define AUDIENCE_LEN 1024

GOV_SQL(upsert_issuer,
		(TEXTOID, TEXTOID, TEXTOID, TEXTOID, INTERVALOID, BOOLOID, BOOLOID,
		 JSONBOID, TEXTOID),
		"INSERT INTO governance.issuers AS t"
		" (issuer, audience, user_claim, groups_claim, leeway,"
		" email_is_identity, create_users, required_claims, set_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
		" ON CONFLICT (issuer) DO UPDATE SET audience = excluded.audience,"
		" user_claim = excluded.user_claim,"
		" groups_claim = excluded.groups_claim,"
		" leeway = excluded.leeway,"
		" email_is_identity = excluded.email_is_identity,"
		" create_users = excluded.create_users,"
		" required_claims = excluded.required_claims,"
		" set_at = excluded.set_at, set_by = excluded.set_by"
		" WHERE (t.audience, t.user_claim, t.groups_claim, t.leeway,"
		" t.email_is_identity, t.create_users, t.required_claims)"
		" IS DISTINCT FROM (excluded.audience, excluded.user_claim,"
		" excluded.groups_claim, excluded.leeway,"
		" excluded.email_is_identity, excluded.create_users,"
		" excluded.required_claims)");

GOV_SQL(select_issuer, (TEXTOID),
		"SELECT t FROM governance.issuers AS t WHERE t.issuer = $1");

GOV_SQL(upsert_key,
		(TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
		 TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID),
		"INSERT INTO governance.issuer_keys AS t"
		" (issuer, thumbprint, kid, kty, crv, alg, n, e, x, y, secret,"
		" stored_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
		" ON CONFLICT (issuer, thumbprint) DO UPDATE"
		" SET kid = excluded.kid, alg = excluded.alg,"
		" stored_at = excluded.stored_at, stored_by = excluded.stored_by"
		" WHERE (t.kid, t.alg) IS DISTINCT FROM"
		" (excluded.kid, excluded.alg)");

GOV_SQL(delete_other_keys, (TEXTOID, TEXTARRAYOID),
		"DELETE FROM governance.issuer_keys"
		" WHERE issuer = $1 AND thumbprint <> ALL ($2)");

/* --- arguments ----------------------------------------------------------- */

static const char *
arg_name(FunctionCallInfo fcinfo, int n, const char *name, int max)
{
	const char *value = gov_arg_reason(fcinfo, n, name);
	const char *c;
	int			len = strlen(value);

	if (len > max)
		gov_bad_value(name,
					  psprintf("It has %d bytes, more than %d.", len, max),
					  NULL);
	for (c = value; *c != '\0'; c++)
	{
		if ((unsigned char) *c < ' ' || *c == 0x7f)
			gov_bad_value(name, "It has control characters.", NULL);
	}
	return value;
}

const char *
gov_arg_issuer(FunctionCallInfo fcinfo, int n)
{
	return arg_name(fcinfo, n, "issuer", GOV_ISSUER_LEN);
}

const char *
gov_arg_group(FunctionCallInfo fcinfo, int n)
{
	return arg_name(fcinfo, n, "group_name", GOV_GROUP_LEN);
}

const char *
gov_arg_subject(FunctionCallInfo fcinfo, int n)
{
	return arg_name(fcinfo, n, "subject", GOV_SUBJECT_LEN);
}

static Interval *
arg_leeway(FunctionCallInfo fcinfo, int n)
{
	Interval   *leeway;

	if (PG_ARGISNULL(n))
	{
		leeway = palloc0(sizeof(Interval));
		leeway->time = USECS_PER_MINUTE;
		return leeway;
	}
	leeway = PG_GETARG_INTERVAL_P(n);
	if (leeway->month != 0 || leeway->day != 0 || leeway->time < 0 ||
		leeway->time > USECS_PER_HOUR)
		gov_bad_value("leeway", "It is not from 0 to 1 hour.",
					  "It is for clocks that differ: a minute is much.");
	return leeway;
}

/* {claim: value}, where each value is text. */
static Jsonb *
arg_required_claims(FunctionCallInfo fcinfo, int n)
{
	Jsonb	   *claims = gov_arg_object(fcinfo, n, "required_claims", false);
	JsonbIterator *it = JsonbIteratorInit(&claims->root);
	JsonbIteratorToken token;
	JsonbValue	v;

	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_VALUE &&
			(v.type != jbvString || v.val.string.len == 0))
			gov_bad_value("required_claims",
						  "The value of a claim is not text, or is empty.",
						  "Write it as {\"hd\": \"example.com\"}: a claim that is a list must have the value in it.");
	}
	return claims;
}

static bool
arg_flag(FunctionCallInfo fcinfo, int n)
{
	return !PG_ARGISNULL(n) && PG_GETARG_BOOL(n);
}

pg_noreturn static void
no_such_issuer(const char *issuer)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("issuer \"%s\" does not exist",
					gov_excerpt(issuer, strlen(issuer))),
			 errhint("It is written as \"iss\" of its tokens has it, to the letter; SELECT * FROM governance.issuers lists them.")));
}

bool
gov_issuer_lock(const char *issuer)
{
	return gov_run(gov_sql("SELECT 1 FROM governance.issuers AS t"
						   " WHERE t.issuer = $1 FOR UPDATE"),
				   gov_text(issuer)) > 0;
}

void
gov_issuer_share(const char *issuer)
{
	if (gov_run(gov_sql("SELECT 1 FROM governance.issuers AS t"
						" WHERE t.issuer = $1 FOR KEY SHARE"),
				gov_text(issuer)) == 0)
		no_such_issuer(issuer);
}

static char *
issuer_resource(const char *issuer)
{
	return psprintf("issuer/%s", issuer);
}

/* --- issuers ------------------------------------------------------------- */

/*
 * gov_set_issuer(issuer, audience, user_claim, groups_claim, leeway,
 *		email_is_identity, create_users, required_claims) → issuers
 */
Datum
gov_set_issuer(PG_FUNCTION_ARGS)
{
	static const char *const user_claims[] = {"sub", "oid", "email", NULL};
	const char *issuer = gov_arg_issuer(fcinfo, 0);
	const char *audience = arg_name(fcinfo, 1, "audience", AUDIENCE_LEN);
	const char *user_claim = gov_arg_word(fcinfo, 2, "user_claim",
										  user_claims, "sub");
	const char *groups_claim = PG_ARGISNULL(3) ? NULL :
		arg_name(fcinfo, 3, "groups_claim", CLAIM_LEN);
	Interval   *leeway = arg_leeway(fcinfo, 4);
	bool		email_is_identity = arg_flag(fcinfo, 5);
	bool		create_users = arg_flag(fcinfo, 6);
	Jsonb	   *required_claims = arg_required_claims(fcinfo, 7);
	GovActor	actor;

	if (strncmp(issuer, GOV_POSTGRES_ISSUER,
				strlen(GOV_POSTGRES_ISSUER)) == 0)
		gov_bad_value("issuer",
					  "Names that begin with \"postgres:\" are those of what PostgreSQL authenticates by.",
					  NULL);
	if (strcmp(user_claim, "email") == 0 && !email_is_identity)
		gov_bad_value("user_claim",
					  "An e-mail address is no lasting name of a person: it may be given to another one.",
					  "Use sub or oid, or set email_is_identity where the issuer never gives an address twice.");
	if (create_users && JB_ROOT_COUNT(required_claims) == 0)
		gov_bad_value("required_claims",
					  "create_users makes a user of whoever the issuer knows.",
					  "Name a claim that only your own people's tokens have, as {\"hd\": \"example.com\"} or {\"tid\": \"...\"}.");
	gov_refuse_read_only("gov_set_issuer()");
	actor = gov_require(GOV_PERM_SYSTEM_CONFIG, issuer_resource(issuer));

	gov_spi_begin();
	gov_run_as("set", NULL, &upsert_issuer, gov_text(issuer),
			   gov_text(audience), gov_text(user_claim),
			   gov_text(groups_claim), gov_datum(IntervalPGetDatum(leeway),
												 false),
			   gov_bool(email_is_identity), gov_bool(create_users),
			   gov_json(required_claims), gov_text(actor.user_id));
	if (email_is_identity)
		ereport(WARNING,
				(errmsg("issuer \"%s\" may name people by e-mail address",
						issuer),
				 errdetail("Whoever is given an address later becomes the person it was linked to.")));
	gov_run(&select_issuer, gov_text(issuer));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_drop_issuer(issuer) → boolean: was there one
 *
 * Its links and groups go with it: whoever sets up an issuer of that name
 * later starts with nobody.
 */
Datum
gov_drop_issuer(PG_FUNCTION_ARGS)
{
	const char *issuer = gov_arg_issuer(fcinfo, 0);
	bool		dropped;

	gov_refuse_read_only("gov_drop_issuer()");
	(void) gov_require_locking(GOV_PERM_SYSTEM_CONFIG,
							   issuer_resource(issuer),
							   dropped = gov_issuer_lock(issuer));
	if (dropped)
	{
		gov_operation_begin("drop", NULL);
		gov_run(&delete_other_keys, gov_text(issuer), gov_names(NIL));
		gov_run(gov_sql("DELETE FROM governance.user_identities"
						" WHERE issuer = $1"), gov_text(issuer));
		gov_run(gov_sql("DELETE FROM governance.group_roles"
						" WHERE issuer = $1"), gov_text(issuer));
		gov_run(gov_sql("DELETE FROM governance.issuers WHERE issuer = $1"),
				gov_text(issuer));
		gov_operation_end();
	}
	gov_spi_end();
	PG_RETURN_BOOL(dropped);
}

/* --- keys ---------------------------------------------------------------- */

typedef struct NewKey
{
	GovJwkText	text;
	char		thumbprint[GOV_JWK_THUMBPRINT_LEN];
} NewKey;

typedef struct NewKeys
{
	const char *issuer;
	List	   *keys;			/* of NewKey * */
	List	   *thumbprints;
	bool		has_private;
} NewKeys;

static void
take_key(const GovJwkText *text, bool is_private, void *arg)
{
	NewKeys    *new = arg;
	NewKey	   *added = palloc0(sizeof(NewKey));
	GovJwsKey	key;
	const char *flaw;

	new->has_private |= is_private;
	if (!gov_jws_key_make(text, &key, &flaw))
	{
		if (flaw != NULL)
			ereport(NOTICE,
					(errmsg("key \"%s\" of issuer \"%s\" is left out",
							text->kid ?
							gov_excerpt(text->kid, strlen(text->kid)) : "",
							new->issuer),
					 errdetail("%s", flaw)));
		return;
	}
	gov_jws_key_free(&key);
	added->text = *text;
	if (!gov_jwk_thumbprint(text, added->thumbprint))
		elog(ERROR, "could not compute the thumbprint of a key");
	new->keys = lappend(new->keys, added);
	new->thumbprints = lappend(new->thumbprints, added->thumbprint);
}

/*
 * gov_store_issuer_keys(issuer, jwks) → issuers
 *
 * All or nothing: a set that cannot be used leaves the keys as they were.
 */
Datum
gov_store_issuer_keys(PG_FUNCTION_ARGS)
{
	NewKeys		new = {.issuer = gov_arg_issuer(fcinfo, 0)};
	Jsonb	   *jwks;
	char	   *json;
	const char *flaw;
	GovActor	actor;
	ListCell   *lc;

	if (PG_ARGISNULL(1))
		gov_missing_value("jwks");
	jwks = PG_GETARG_JSONB_P(1);
	gov_refuse_read_only("gov_store_issuer_keys()");
	actor = gov_require(GOV_PERM_IDENTITY_KEYS, issuer_resource(new.issuer));

	json = JsonbToCString(NULL, &jwks->root, VARSIZE(jwks));
	flaw = gov_jwk_set_read(json, strlen(json), take_key, &new);
	if (flaw != NULL)
		gov_bad_value("jwks", psprintf("It %s.", flaw),
					  "It is what the issuer has at its jwks_uri: {\"keys\": [...]}.");
	if (new.has_private)
		gov_bad_value("jwks", "It has a private key.",
					  "Only the public part belongs here; and a key that was shown is a key to replace.");
	if (new.keys == NIL)
		gov_bad_value("jwks", "No key of it can verify a signature here.",
					  "RSA keys of at least 2048 bits, P-256, P-384, P-521 and Ed25519 can, and secrets of at least 32 bytes; none whose use or key_ops is something else.");

	gov_spi_begin();
	if (!gov_issuer_lock(new.issuer))
		no_such_issuer(new.issuer);
	(void) gov_require(GOV_PERM_IDENTITY_KEYS, issuer_resource(new.issuer));
	gov_run_as("drop", NULL, &delete_other_keys, gov_text(new.issuer),
			   gov_names(new.thumbprints));
	gov_operation_begin("store", NULL);
	foreach(lc, new.keys)
	{
		NewKey	   *key = lfirst(lc);
		bool		is_secret = strcmp(key->text.kty, "oct") == 0;

		gov_run(&upsert_key, gov_text(new.issuer), gov_text(key->thumbprint),
				gov_text(key->text.kid), gov_text(key->text.kty),
				gov_text(key->text.crv), gov_text(key->text.alg),
				gov_text(key->text.n), gov_text(key->text.e),
				gov_text(key->text.x), gov_text(key->text.y),
				gov_text(is_secret ? key->text.k : NULL),
				gov_text(actor.user_id));
	}
	gov_operation_end();
	gov_run(&select_issuer, gov_text(new.issuer));
	return gov_spi_end_row(fcinfo);
}
