/*
 * policy_set.c
 *		gov_set_policy() and gov_policy(): the organisation's settings.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "core/args.h"
#include "core/operation.h"
#include "core/policy.h"
#include "core/spi.h"
#include "registry/approval.h"
#include "registry/environment.h"
#include "registry/policy_set.h"

PG_FUNCTION_INFO_V1(gov_set_policy);
PG_FUNCTION_INFO_V1(gov_policy);

#define COUNT_MAX 1000000
#define POSITIVE_MAX 1000
#define INTERVAL_MAX_DAYS 3650
#define NAMES_MAX 100

pg_noreturn static void
no_such_policy(const char *name)
{
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("policy \"%s\" does not exist", name),
			 errhint("Policies: %s.", gov_policy_names())));
}

/* A whole number between the two? */
static bool
is_integer(const JsonbValue *scalar, int min, int max)
{
	Datum		number;
	char	   *digits;

	if (scalar->type != jbvNumeric)
		return false;
	number = NumericGetDatum(scalar->val.numeric);
	digits = DatumGetCString(DirectFunctionCall1(numeric_out, number));
	if (digits[strspn(digits, "0123456789")] != '\0' || strlen(digits) > 7)
		return false;
	return atoi(digits) >= min && atoi(digits) <= max;
}

/*
 * read_interval
 *		false where the text is no interval.
 *
 * Reading an interval leaves nothing to clean up, so its error may be caught
 * here and replaced by another.
 */
static bool
read_interval(char *text, Datum *interval)
{
	MemoryContext caller = CurrentMemoryContext;
	volatile bool reads = false;

	PG_TRY();
	{
		*interval = DirectFunctionCall3(interval_in, CStringGetDatum(text),
										ObjectIdGetDatum(InvalidOid),
										Int32GetDatum(-1));
		reads = true;
	}
	PG_CATCH();
	{
		if (ERRCODE_TO_CATEGORY(geterrcode()) != ERRCODE_DATA_EXCEPTION)
			PG_RE_THROW();
		MemoryContextSwitchTo(caller);
		FlushErrorState();
	}
	PG_END_TRY();
	return reads;
}

/* A string that reads as an interval from 0 to ten years? */
static bool
is_interval(const JsonbValue *scalar)
{
	Interval	none = {0};
	Interval	longest = {0};
	Datum		interval;

	if (scalar->type != jbvString ||
		!read_interval(pnstrdup(scalar->val.string.val,
								scalar->val.string.len), &interval))
		return false;
	longest.day = INTERVAL_MAX_DAYS;
	return DatumGetBool(DirectFunctionCall2(interval_ge, interval,
											IntervalPGetDatum(&none))) &&
		DatumGetBool(DirectFunctionCall2(interval_le, interval,
										 IntervalPGetDatum(&longest)));
}

/* A list of names, none twice? */
static bool
is_names(Jsonb *value)
{
	JsonbIterator *it;
	JsonbIteratorToken token;
	JsonbValue	v;
	List	   *names = NIL;
	ListCell   *lc;

	if (!JB_ROOT_IS_ARRAY(value) || JB_ROOT_IS_SCALAR(value) ||
		JB_ROOT_COUNT(value) > NAMES_MAX)
		return false;
	it = JsonbIteratorInit(&value->root);
	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		char	   *name;

		if (token != WJB_ELEM)
			continue;
		if (v.type != jbvString ||
			!gov_id_is_valid(v.val.string.val, v.val.string.len))
			return false;
		name = pnstrdup(v.val.string.val, v.val.string.len);
		foreach(lc, names)
		{
			if (strcmp(lfirst(lc), name) == 0)
				return false;
		}
		names = lappend(names, name);
	}
	return true;
}

/* A typing error in the name of an environment would leave it unguarded. */
static void
check_environments(Jsonb *value)
{
	GovEnvironment found;
	int			i;

	for (i = 0; i < JB_ROOT_COUNT(value); i++)
	{
		JsonbValue *v = getIthJsonbValueFromContainer(&value->root, i);

		gov_environment_find(pnstrdup(v->val.string.val, v->val.string.len),
							 &found);
	}
}

/*
 * check_value
 *		Raise 22023, saying what is expected, unless the value has the policy's
 *		type.
 */
static void
check_value(const char *name, const char *value_type, Jsonb *value)
{
	JsonbValue	scalar;
	const char *expected;
	bool		fits = JsonbExtractScalar(&value->root, &scalar);

	if (strcmp(value_type, "boolean") == 0)
	{
		fits = fits && scalar.type == jbvBool;
		expected = "true or false";
	}
	else if (strcmp(value_type, "count") == 0)
	{
		fits = fits && is_integer(&scalar, 0, COUNT_MAX);
		expected = psprintf("an integer from 0 to %d", COUNT_MAX);
	}
	else if (strcmp(value_type, "positive") == 0)
	{
		fits = fits && is_integer(&scalar, 1, POSITIVE_MAX);
		expected = psprintf("an integer from 1 to %d", POSITIVE_MAX);
	}
	else if (strcmp(value_type, "names") == 0)
	{
		fits = is_names(value);
		expected = psprintf("a list of at most %d names, none twice, such as [\"production\"]",
							NAMES_MAX);
	}
	else
	{
		fits = fits && is_interval(&scalar);
		expected = psprintf("a string such as \"7 days\", at most %d days",
							INTERVAL_MAX_DAYS);
	}
	if (!fits)
	{
		char	   *given = JsonbToCString(NULL, &value->root,
										   VARSIZE(value));

		gov_bad_value("value",
					  psprintf("Policy \"%s\" cannot be %s.", name,
							   gov_excerpt(given, strlen(given))),
					  psprintf("It is %s.", expected));
	}
}

/*
 * gov_policy_check
 *		Raise 42704 where there is no such policy, 22023 where the value has
 *		another type.
 */
void
gov_policy_check(const char *name, Jsonb *value)
{
	const char *value_type;

	if (gov_policy_value(name, &value_type) == NULL)
		no_such_policy(name);
	check_value(name, value_type, value);
}

/*
 * gov_set_policy(name, value, reason) → policies
 *
 * Where it has that value already, nothing is written.
 */
Datum
gov_set_policy(PG_FUNCTION_ARGS)
{
	const char *name = gov_arg_id(fcinfo, 0, "name");
	Jsonb	   *value = gov_arg_json(fcinfo, 1, "value");
	const char *reason = gov_arg_text(fcinfo, 2, "reason", "");
	GovActor	actor;
	bool		found;

	gov_refuse_read_only("gov_set_policy()");
	actor = gov_require_locking(GOV_PERM_SYSTEM_CONFIG,
								psprintf("policy/%s", name),
								found = gov_run(gov_sql("SELECT value_type"
														" FROM"
														" governance.policies"
														" WHERE name = $1"
														" FOR NO KEY UPDATE"),
												gov_text(name)) > 0);
	if (!found)
		no_such_policy(name);
	check_value(name, gov_row_text(0, 1), value);
	if (strcmp(name, "gate.signature") == 0)
		check_environments(value);
	(void) gov_approval_use(GOV_ACTION_SYSTEM_CONFIG_CHANGE, &actor, name,
							NULL);
	if (gov_run(gov_sql("SELECT p FROM governance.policies AS p"
						" WHERE p.name = $1 AND p.value = $2"), gov_text(name),
				gov_json(value)) == 0)
	{
		(void) gov_run_as("set", reason,
						  gov_sql("UPDATE governance.policies AS p"
								  " SET value = $2 WHERE p.name = $1"
								  " RETURNING p"), gov_text(name),
						  gov_json(value));
	}
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_policy(name) → jsonb: the value that counts in this transaction
 */
Datum
gov_policy(PG_FUNCTION_ARGS)
{
	const char *name = gov_arg_id(fcinfo, 0, "name");
	Jsonb	   *value;

	(void) gov_require_actor();
	value = gov_policy_value(name, NULL);
	if (value == NULL)
		no_such_policy(name);
	PG_RETURN_JSONB_P(value);
}
