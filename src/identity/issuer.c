/*
 * issuer.c
 *		Issuers of signed tokens, their keys, and the users whom they name.
 *
 * They are cached in this backend until an issuer or a key changes, because
 * reading a key's text costs more than verifying a signature.  They are few.
 */
#include "postgres.h"

#include "utils/timestamp.h"

#include "core/cached.h"
#include "core/scan.h"
#include "identity/issuer.h"

static GovIssuer *
read_issuer(GovScan *scan)
{
	GovIssuer  *issuer = palloc0(sizeof(GovIssuer));
	Interval   *leeway;
	bool		isnull;

	issuer->issuer = gov_scan_text(scan, "issuer");
	issuer->audience = gov_scan_text(scan, "audience");
	issuer->user_claim = gov_scan_text(scan, "user_claim");
	issuer->groups_claim = gov_scan_text(scan, "groups_claim");
	issuer->create_users = gov_scan_bool(scan, "create_users");
	leeway = DatumGetIntervalP(gov_scan_datum(scan, "leeway", &isnull));
	issuer->leeway = (leeway->time + leeway->day * USECS_PER_DAY) /
		(double) USECS_PER_SEC;
	issuer->required_claims =
		DatumGetJsonbPCopy(gov_scan_datum(scan, "required_claims", &isnull));
	issuer->keys = gov_jwk_set_new();
	return issuer;
}

static void *
load_issuers(void)
{
	List	   *issuers = NIL;
	GovScan		scan;

	gov_scan_begin(&scan, GOV_REL_ISSUERS);
	while (gov_scan_next(&scan))
		issuers = lappend(issuers, read_issuer(&scan));
	gov_scan_end(&scan);

	gov_scan_begin(&scan, GOV_REL_ISSUER_KEYS);
	while (gov_scan_next(&scan))
	{
		const char *owner = gov_scan_text(&scan, "issuer");
		GovJwkText	text = {0};
		GovJwsKey	key;
		const char *flaw;
		ListCell   *lc;

		text.kty = gov_scan_text(&scan, "kty");
		text.crv = gov_scan_text(&scan, "crv");
		text.alg = gov_scan_text(&scan, "alg");
		text.kid = gov_scan_text(&scan, "kid");
		text.n = gov_scan_text(&scan, "n");
		text.e = gov_scan_text(&scan, "e");
		text.x = gov_scan_text(&scan, "x");
		text.y = gov_scan_text(&scan, "y");
		text.k = gov_scan_text(&scan, "secret");
		foreach(lc, issuers)
		{
			GovIssuer  *issuer = lfirst(lc);

			if (strcmp(issuer->issuer, owner) == 0 &&
				gov_jws_key_make(&text, &key, &flaw))
				gov_jwk_set_add(issuer->keys, text.kid, &key);
		}
	}
	gov_scan_end(&scan);
	return issuers;
}

static GovCached issuer_cache = {
	.cache = GOV_CACHE_ISSUER,
	.name = "issuers",
	.load = load_issuers
};

List *
gov_issuers(void)
{
	return gov_cached(&issuer_cache);
}

const GovIssuer *
gov_issuer_find(const char *issuer)
{
	ListCell   *lc;

	foreach(lc, gov_issuers())
	{
		GovIssuer  *found = lfirst(lc);

		if (strcmp(found->issuer, issuer) == 0)
			return found;
	}
	return NULL;
}

bool
gov_identity_user(const char *issuer, const char *subject,
				  char user_id[GOV_ID_LEN + 1])
{
	GovScan		scan;
	bool		found = false;

	gov_scan_begin_key(&scan, GOV_REL_USER_IDENTITIES,
					   GOV_REL_USER_IDENTITIES_PKEY, "subject", subject);
	while (!found && gov_scan_next(&scan))
	{
		if (strcmp(gov_scan_text(&scan, "issuer"), issuer) != 0)
			continue;
		strlcpy(user_id, gov_scan_text(&scan, "user_id"), GOV_ID_LEN + 1);
		found = true;
	}
	gov_scan_end(&scan);
	return found;
}
