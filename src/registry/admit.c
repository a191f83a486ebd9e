/*
 * admit.c
 *		May a request for a use-case be served now, and by which versions?
 *
 * The serving path asks this for every request, so the answer is made once for
 * each use-case and cached in this backend (core/cached.h), until use-cases,
 * their deployments, deployments of models or environments change.  A hit
 * copies a ready-made jsonb.
 *
 * Invariants: an answer is right as of the newest commit this backend can
 * know of and of this transaction's own work, at every isolation level and on
 * a hot standby; it uses no SPI.  The value of policy
 * usecase.require_deployed_models is not cached, since an override of it lasts
 * for one transaction: each entry has the answers for both values.  Neither is
 * the clock: from the moment at which the law prohibits a use-case it is not
 * admitted, whether or not anybody has recorded that.
 *
 * Unknown use-cases are not remembered, so asking about made-up names costs
 * an index look-up each and no memory.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

#include "access/require.h"
#include "core/args.h"
#include "core/cached.h"
#include "core/policy.h"
#include "core/row_json.h"
#include "core/scan.h"
#include "lifecycle/suspension.h"
#include "registry/environment.h"
#include "registry/usecase.h"

PG_FUNCTION_INFO_V1(gov_admit);

#define PROHIBITED_SINCE \
	"Regulation (EU) 2024/1689, Art. 5, prohibits it since %s"
#define MODELS_POLICY "usecase.require_deployed_models"

typedef struct UsecaseKey
{
	const char *name;
	int			len;
} UsecaseKey;

typedef struct UsecaseEntry
{
	UsecaseKey	key;
	uint32		hash;
	char		status;
	Jsonb	   *strict;			/* the answer where models must be live */
	Jsonb	   *lenient;		/* and where they need not */
	TimestampTz prohibited_from;	/* by law; DT_NOEND: never */
} UsecaseEntry;

#define SH_PREFIX usecases
#define SH_ELEMENT_TYPE UsecaseEntry
#define SH_KEY_TYPE UsecaseKey
#define SH_KEY key
#define SH_HASH_KEY(tb, k) \
	hash_bytes((const unsigned char *) (k).name, (k).len)
#define SH_EQUAL(tb, a, b) \
	((a).len == (b).len && memcmp((a).name, (b).name, (a).len) == 0)
#define SH_STORE_HASH
#define SH_GET_HASH(tb, e) (e)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

/* An environment to which the rules for production apply. */
typedef struct Production
{
	const char *name;
	int32		rank;
} Production;

typedef struct Admissions
{
	List	   *productions;	/* of Production, the preferred one first */
	usecases_hash *usecases;
} Admissions;

static bool require_models = true;
static uint64 policy_generation = 0;	/* 0: not read yet */

/* "production" itself, then those nearest to users. */
static int
compare_productions(const ListCell *a, const ListCell *b)
{
	const Production *x = lfirst(a);
	const Production *y = lfirst(b);
	bool		x_is = strcmp(x->name, GOV_PRODUCTION) == 0;
	bool		y_is = strcmp(y->name, GOV_PRODUCTION) == 0;

	if (x_is != y_is)
		return x_is ? -1 : 1;
	if (x->rank != y->rank)
		return x->rank > y->rank ? -1 : 1;
	return strcmp(x->name, y->name);
}

static List *
load_productions(void)
{
	List	   *all = NIL;
	List	   *result = NIL;
	const Production *production = NULL;
	GovScan		scan;
	ListCell   *lc;

	gov_scan_begin(&scan, GOV_REL_ENVIRONMENTS);
	while (gov_scan_next(&scan))
	{
		Production *environment = palloc(sizeof(Production));
		bool		isnull;

		environment->name = gov_scan_text(&scan, "name");
		environment->rank = DatumGetInt32(gov_scan_datum(&scan, "rank",
														 &isnull));
		if (strcmp(environment->name, GOV_PRODUCTION) == 0)
			production = environment;
		all = lappend(all, environment);
	}
	gov_scan_end(&scan);

	/*
	 * Without "production" no environment counts as one: nothing is admitted.
	 */
	foreach(lc, all)
	{
		Production *environment = lfirst(lc);

		if (production != NULL && environment->rank >= production->rank)
			result = lappend(result, environment);
	}
	list_sort(result, compare_productions);
	return result;
}

static void *
load_admissions(void)
{
	Admissions *admissions = palloc(sizeof(Admissions));

	admissions->productions = load_productions();
	admissions->usecases = usecases_create(CurrentMemoryContext, 64, NULL);
	return admissions;
}

static GovCached admissions_cache = {
	.cache = GOV_CACHE_ADMIT,
	.name = "admissions",
	.load = load_admissions
};

/* Where in the order of preference the environment is, or -1. */
static int
production_index(const List *productions, const char *environment)
{
	int			i;

	for (i = 0; i < list_length(productions); i++)
	{
		const Production *production = list_nth(productions, i);

		if (strcmp(production->name, environment) == 0)
			return i;
	}
	return -1;
}

/*
 * find_active
 *		Among the rows with that id in a table of deployments, find the one
 *		that is active in the most preferred production environment.  Returns
 *		one column of it, or NULL.
 */
static char *
find_active(const List *productions, GovRelation table, GovRelation active_key,
			const char *key, const char *id, const char *column)
{
	char	   *result = NULL;
	int			best = -1;
	GovScan		scan;

	gov_scan_begin_key(&scan, table, active_key, key, id);
	while (gov_scan_next(&scan))
	{
		int			index = production_index(productions,
											 gov_scan_text(&scan,
														   "environment"));

		if (index >= 0 && (best < 0 || index < best))
		{
			best = index;
			result = gov_scan_text(&scan, column);
		}
	}
	gov_scan_end(&scan);
	return result;
}

static void
push_text(JsonbParseState **state, JsonbIteratorToken token,
		  const char *text)
{
	gov_json_push(state, token, CStringGetTextDatum(text), false, TEXTOID);
}

/* versions runs along models; NULL: none active. */
static Jsonb *
make_answer(bool admitted, const char *reason, const List *models,
			const List *versions)
{
	JsonbParseState *state = NULL;
	int			i;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put(&state, "admitted", BoolGetDatum(admitted), false, BOOLOID);
	gov_json_push_key(&state, "reason");
	push_text(&state, WJB_VALUE, reason);
	gov_json_push_key(&state, "models");
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	if (admitted)
	{
		for (i = 0; i < list_length(models); i++)
		{
			const char *version = list_nth(versions, i);

			if (version == NULL)
				continue;
			gov_json_push_key(&state, list_nth(models, i));
			push_text(&state, WJB_VALUE, version);
		}
	}
	pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	return gov_json_end(&state);
}

/*
 * make_answers
 *		Make both answers for a use-case as committed now; false where there is
 *		none.
 */
static bool
make_answers(const List *productions, const char *usecase_id, Jsonb **strict,
			 Jsonb **lenient, TimestampTz *prohibited_from)
{
	List	   *models = NIL;
	List	   *versions = NIL;
	StringInfoData missing;
	char	   *status = NULL;
	char	   *replaced_by = NULL;
	char	   *environment;
	GovScan		scan;
	ListCell   *lc;

	gov_scan_begin_key(&scan, GOV_REL_USE_CASES, GOV_REL_USE_CASES_PKEY,
					   "usecase_id", usecase_id);
	if (gov_scan_next(&scan))
	{
		Datum		model_ids;
		bool		isnull;

		status = gov_scan_text(&scan, "status");
		replaced_by = gov_scan_text(&scan, "replaced_by");
		model_ids = gov_scan_datum(&scan, "model_ids", &isnull);
		models = gov_array_texts(DatumGetArrayTypeP(model_ids));
		*prohibited_from =
			DatumGetTimestampTz(gov_scan_datum(&scan, "prohibited_from",
											   &isnull));
		if (isnull)
			*prohibited_from = DT_NOEND;
	}
	gov_scan_end(&scan);
	if (status == NULL)
		return false;

	if (strcmp(status, "deployed") != 0)
	{
		char	   *reason = psprintf("the use-case is %s%s%s",
									  strcmp(status, "draft") == 0 ? "a " : "",
									  status,
									  replaced_by == NULL ? "" :
									  psprintf(", replaced by \"%s\"",
											   replaced_by));

		*strict = *lenient = make_answer(false, reason, NIL, NIL);
		return true;
	}
	environment = find_active(productions, GOV_REL_USECASE_DEPLOYMENTS,
							  GOV_REL_USECASE_DEPLOYMENTS_ACTIVE_KEY,
							  "usecase_id", usecase_id, "environment");
	if (environment == NULL)
	{
		*strict = *lenient =
			make_answer(false, "the use-case is not deployed to production",
						NIL, NIL);
		return true;
	}

	initStringInfo(&missing);
	foreach(lc, models)
	{
		char	   *version;

		CHECK_FOR_INTERRUPTS();
		version = find_active(productions, GOV_REL_DEPLOYMENT_HISTORY,
							  GOV_REL_DEPLOYMENT_HISTORY_ACTIVE_KEY,
							  "model_id", lfirst(lc), "version");
		versions = lappend(versions, version);
		if (version == NULL)
			appendStringInfo(&missing, "%s%s", missing.len > 0 ? ", " : "",
							 (char *) lfirst(lc));
	}
	*lenient = make_answer(true,
						   psprintf("deployed in \"%s\"", environment),
						   models, versions);
	*strict = missing.len == 0 ? *lenient :
		make_answer(false,
					psprintf("no active production version of: %s",
							 missing.data),
					NIL, NIL);
	return true;
}

static Jsonb *
keep(const Jsonb *jb)
{
	Jsonb	   *copy = MemoryContextAlloc(admissions_cache.context,
										  VARSIZE(jb));

	memcpy(copy, jb, VARSIZE(jb));
	return copy;
}

/* Read a use-case into the cache; NULL where there is none. */
static UsecaseEntry *
load_usecase(const char *usecase_id)
{
	MemoryContext scratch;
	MemoryContext caller;
	UsecaseEntry *entry = NULL;
	Admissions *admissions;
	Jsonb	   *strict = NULL;
	Jsonb	   *lenient = NULL;
	TimestampTz prohibited_from = DT_NOEND;
	bool		found;
	int			attempt = 1;

	scratch = AllocSetContextCreate(CurrentMemoryContext,
									"governance use-case look-up",
									ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(scratch);
	do
	{
		CHECK_FOR_INTERRUPTS();
		admissions = gov_cached(&admissions_cache);
		found = make_answers(admissions->productions, usecase_id, &strict,
							 &lenient, &prohibited_from);
	} while (!gov_cached_is_settled(&admissions_cache, attempt++));

	if (found)
	{
		Jsonb	   *kept_lenient = keep(lenient);
		Jsonb	   *kept_strict = strict == lenient ? kept_lenient :
			keep(strict);
		UsecaseKey	key;
		bool		exists;

		key.len = strlen(usecase_id);
		key.name = MemoryContextStrdup(admissions_cache.context, usecase_id);
		entry = usecases_insert(admissions->usecases, key, &exists);
		entry->strict = kept_strict;
		entry->lenient = kept_lenient;
		entry->prohibited_from = prohibited_from;
	}
	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
	return entry;
}

/* The policy's value in this transaction. */
static bool
models_must_be_live(void)
{
	uint64		generation;

	if (unlikely(gov_policy_override(MODELS_POLICY) != NULL))
		return gov_policy_bool(MODELS_POLICY);
	if (likely(policy_generation == gov_cache_generation(GOV_CACHE_POLICY)))
		return require_models;

	generation = gov_cache_generation_to_load(GOV_CACHE_POLICY);
	require_models = gov_policy_bool(MODELS_POLICY);
	policy_generation = generation;
	return require_models;
}

/*
 * The day that begins at that moment in Brussels; its noon is in the same UTC
 * day.
 */
static char *
first_day(TimestampTz begin)
{
	return gov_date_text((begin + 12 * USECS_PER_HOUR) / USECS_PER_DAY);
}

/*
 * gov_admit(usecase_id) → jsonb
 */
Datum
gov_admit(PG_FUNCTION_ARGS)
{
	UsecaseEntry *entry = NULL;
	const Jsonb *answer;
	Jsonb	   *copy;

	if (likely(!PG_ARGISNULL(0)))
	{
		text	   *usecase_id = PG_GETARG_TEXT_PP(0);
		Admissions *admissions;
		UsecaseKey	key;

		(void) gov_require_actor();
		admissions = gov_cached(&admissions_cache);
		key.name = VARDATA_ANY(usecase_id);
		key.len = VARSIZE_ANY_EXHDR(usecase_id);
		entry = usecases_lookup(admissions->usecases, key);
	}
	if (unlikely(entry == NULL))
	{
		const char *usecase_id = gov_arg_id(fcinfo, 0, "usecase_id");

		entry = load_usecase(usecase_id);
		if (entry == NULL)
			gov_no_such_usecase(usecase_id);
	}

	if (unlikely(gov_is_suspended()))
		PG_RETURN_JSONB_P(make_answer(false,
									  "governed operation is suspended",
									  NIL, NIL));

	if (unlikely(entry->prohibited_from != DT_NOEND) &&
		entry->prohibited_from <= GetCurrentTimestamp())
	{
		char	   *day = first_day(entry->prohibited_from);

		PG_RETURN_JSONB_P(make_answer(false,
									  psprintf(PROHIBITED_SINCE, day), NIL,
									  NIL));
	}

	/* This may read policies, which does not drop the entry. */
	answer = models_must_be_live() ? entry->strict : entry->lenient;
	copy = palloc(VARSIZE(answer));
	memcpy(copy, answer, VARSIZE(answer));
	PG_RETURN_JSONB_P(copy);
}
