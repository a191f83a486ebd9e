/*
 * policy.c
 *		What the organisation has set: values of governance.policies.
 *
 * Policies are few, so all of them are kept, in name order (core/cached.h): a
 * policy changed a moment ago counts in the middle of a REPEATABLE READ
 * transaction.
 */
#include "postgres.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "core/cached.h"
#include "core/policy.h"
#include "core/scan.h"
#include "core/xact.h"

#define MAX_POLICIES 256

typedef struct Policy
{
	const char *name;
	const char *value_type;
	const Jsonb *value;
} Policy;

typedef struct PolicyTable
{
	int			count;
	Policy		policies[MAX_POLICIES];
} PolicyTable;

/* One override; the list's first entry is the latest. */
typedef struct Override
{
	struct Override *next;
	SubTransactionId subid;		/* who made it; the parent at its commit */
	const char *name;
	const Jsonb *value;
} Override;

static Override *overrides = NULL;	/* in TopTransactionContext */

static void
xact_callback(XactEvent event, void *arg)
{
	if (gov_xact_is_over(event))
		overrides = NULL;
}

static void
subxact_callback(SubXactEvent event, SubTransactionId mySubid,
				 SubTransactionId parentSubid, void *arg)
{
	GOV_SUBXACT_END(Override, overrides, next, overrides = overrides->next);
}

void
gov_policy_init(void)
{
	RegisterXactCallback(xact_callback, NULL);
	RegisterSubXactCallback(subxact_callback, NULL);
}

void
gov_policy_override_set(const char *name, const Jsonb *value)
{
	MemoryContext caller = MemoryContextSwitchTo(TopTransactionContext);
	Override   *override = palloc(sizeof(Override));
	Jsonb	   *copy = palloc(VARSIZE(value));

	memcpy(copy, value, VARSIZE(value));
	override->name = pstrdup(name);
	override->value = copy;
	override->subid = GetCurrentSubTransactionId();
	override->next = overrides;
	overrides = override;
	MemoryContextSwitchTo(caller);
}

const Jsonb *
gov_policy_override(const char *name)
{
	Override   *override;

	for (override = overrides; override != NULL; override = override->next)
	{
		if (strcmp(override->name, name) == 0)
			return override->value;
	}
	return NULL;
}

static int
compare_policies(const void *a, const void *b)
{
	return strcmp(((const Policy *) a)->name, ((const Policy *) b)->name);
}

static void *
load_policies(void)
{
	PolicyTable *table = palloc0(sizeof(PolicyTable));
	GovScan		scan;

	gov_scan_begin(&scan, GOV_REL_POLICIES);
	while (gov_scan_next(&scan))
	{
		Policy	   *policy;
		bool		isnull;
		Datum		value = gov_scan_datum(&scan, "value", &isnull);

		if (table->count == MAX_POLICIES)
			elog(ERROR, "more than %d policies", MAX_POLICIES);
		policy = &table->policies[table->count++];
		policy->name = gov_scan_text(&scan, "name");
		policy->value_type = gov_scan_text(&scan, "value_type");
		policy->value = DatumGetJsonbPCopy(value);
	}
	gov_scan_end(&scan);
	qsort(table->policies, table->count, sizeof(Policy), compare_policies);
	return table;
}

static GovCached policies = {
	.cache = GOV_CACHE_POLICY,
	.name = "policies",
	.load = load_policies
};

/* The policy's row, valid until the next look-up, or NULL. */
static const Policy *
find_policy(const char *name)
{
	const PolicyTable *table = gov_cached(&policies);
	Policy		key = {0};

	key.name = name;
	return bsearch(&key, table->policies, table->count, sizeof(Policy),
				   compare_policies);
}

Jsonb *
gov_policy_value(const char *name, const char **value_type)
{
	const Policy *policy = find_policy(name);
	const Jsonb *value;
	Jsonb	   *copy;

	if (policy == NULL)
		return NULL;
	value = gov_policy_override(name);
	if (value == NULL)
		value = policy->value;
	copy = palloc(VARSIZE(value));
	memcpy(copy, value, VARSIZE(value));
	if (value_type != NULL)
		*value_type = pstrdup(policy->value_type);
	return copy;
}

char *
gov_policy_names(void)
{
	const PolicyTable *table = gov_cached(&policies);
	StringInfoData buf;
	int			i;

	initStringInfo(&buf);
	for (i = 0; i < table->count; i++)
		appendStringInfo(&buf, "%s%s", i > 0 ? ", " : "",
						 table->policies[i].name);
	return buf.data;
}

/* The scalar that counts now, of the type that the caller expects. */
static JsonbValue
policy_scalar(const char *name, enum jbvType expected)
{
	Jsonb	   *value = gov_policy_value(name, NULL);
	JsonbValue	scalar;

	if (value == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("policy \"%s\" is missing", name),
				 errdetail("Table \"governance.policies\" has lost a row.")));
	if (!JsonbExtractScalar(&value->root, &scalar) ||
		scalar.type != expected)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("policy \"%s\" has a value of the wrong type", name),
				 errhint("Set it with gov_set_policy().")));
	return scalar;
}

bool
gov_policy_lists(const char *name, const char *word)
{
	Jsonb	   *value = gov_policy_value(name, NULL);
	JsonbValue	element;

	if (value == NULL || !JB_ROOT_IS_ARRAY(value) || JB_ROOT_IS_SCALAR(value))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("policy \"%s\" is no list of names", name),
				 errhint("Set it with gov_set_policy().")));
	element.type = jbvString;
	element.val.string.val = unconstify(char *, word);
	element.val.string.len = strlen(word);
	return findJsonbValueFromContainer(&value->root, JB_FARRAY,
									   &element) != NULL;
}

bool
gov_policy_bool(const char *name)
{
	return policy_scalar(name, jbvBool).val.boolean;
}

int64
gov_policy_int(const char *name)
{
	JsonbValue	scalar = policy_scalar(name, jbvNumeric);
	Datum		number = NumericGetDatum(scalar.val.numeric);

	return DatumGetInt64(DirectFunctionCall1(numeric_int8, number));
}

int64
gov_policy_usecs(const char *name)
{
	JsonbValue	scalar = policy_scalar(name, jbvString);
	char	   *text = pnstrdup(scalar.val.string.val, scalar.val.string.len);
	Interval   *interval =
		DatumGetIntervalP(DirectFunctionCall3(interval_in,
											  CStringGetDatum(text),
											  ObjectIdGetDatum(InvalidOid),
											  Int32GetDatum(-1)));

	/* gov_set_policy() takes at most ten years, so this cannot overflow. */
	return interval->time +
		(interval->month * (int64) DAYS_PER_MONTH + interval->day) *
		USECS_PER_DAY;
}
