/*
 * observe.c
 *		Taking observations in: what both ways share, and the SQL functions.
 *
 * The functions are neither SECURITY DEFINER nor have a SET clause, each of
 * which costs more than the call.  They read the extension's tables without
 * SPI, and the counts are written at the end, as the owner.
 *
 * An observation is judged by the revision that was in force when it was made,
 * as far as this backend can know.  If a service level is redefined in the
 * middle of a transaction, there are two rows, each with its own revision.
 */
#include "postgres.h"

#include <float.h>

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "core/citus.h"
#include "core/compat.h"
#include "core/policy.h"
#include "core/relations.h"
#include "lifecycle/suspension.h"
#include "sla/accumulator.h"
#include "sla/observations_method.h"
#include "sla/observe.h"
#include "sla/raw.h"
#include "sla/totals.h"

PG_FUNCTION_INFO_V1(gov_observe);
PG_FUNCTION_INFO_V1(gov_observe_many);

#define MAX_LATENESS "sla.max_lateness"
#define KEEP_RAW "sla.keep_raw"

/* --- what is accepted ---------------------------------------------------- */

/*
 * read_policies
 *		Read how late an observation may be, and whether it is kept.
 *
 * The values in the table are cached until they change; an override of this
 * transaction is not.
 */
static void
read_policies(int64 *lateness, bool *keep_raw)
{
	static uint64 generation = 0;
	static int64 known_lateness;
	static bool known_keep_raw;
	uint64		now = gov_cache_generation(GOV_CACHE_POLICY);
	bool		overridden = gov_policy_override(MAX_LATENESS) != NULL ||
		gov_policy_override(KEEP_RAW) != NULL;

	if (likely(generation == now && !overridden))
	{
		*lateness = known_lateness;
		*keep_raw = known_keep_raw;
		return;
	}
	generation = 0;
	*lateness = gov_policy_usecs(MAX_LATENESS);
	*keep_raw = gov_policy_bool(KEEP_RAW);
	if (overridden)
		return;
	known_lateness = *lateness;
	known_keep_raw = *keep_raw;
	generation = now;
}

void
gov_observe_begin(GovObserving *observing, const char *type, int type_len,
				  const char *id, int id_len)
{
	int64		lateness;
	bool		may;

	gov_citus_allow(true);
	may = gov_actor_can(GOV_PERM_SLA_RECORD);
	gov_citus_allow(false);
	if (unlikely(!may || gov_is_suspended()))
	{
		char	   *resource = psprintf("sla_observation/%s:%s",
										gov_excerpt(type, type_len),
										gov_excerpt(id, id_len));

		(void) gov_require(GOV_PERM_SLA_RECORD, resource);
		gov_refuse_suspended(resource);
	}
	gov_observations_check_method();
	read_policies(&lateness, &observing->keep_raw);

	/* now() is never too late, however long the transaction lasts. */
	observing->oldest = GetCurrentTransactionStartTimestamp() - lateness;
	observing->newest = GetCurrentTimestamp() + GOV_MAX_AHEAD;
}

pg_noreturn static void
refuse(const GovObservationPlace *place, const char *name, char *detail,
	   const char *hint)
{
	if (place->number > 0)
		detail = psprintf("%s " INT64_FORMAT ": %s",
						  place->is_column ? "Row" : "Element",
						  place->number, detail);
	if (!place->is_column)
		gov_bad_value(name, detail, hint);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid value for column \"%s\"", name),
			 errdetail("%s", detail),
			 hint ? errhint("%s", hint) : 0));
}

void
gov_observe_check_latency(double latency, const GovObservationPlace *place)
{
	if (likely(latency >= 0 && latency <= DBL_MAX))
		return;
	refuse(place, "latency_ms",
		   psprintf("%g is not a finite number of milliseconds from 0 up.",
					latency), NULL);
}

void
gov_observe_check_time(const GovObserving *observing, TimestampTz at,
					   const GovObservationPlace *place)
{
	const char *hint;
	char	   *fault;

	if (likely(at >= observing->oldest && at <= observing->newest))
		return;
	fault = gov_moment_fault(at, &hint);
	if (fault != NULL)
		refuse(place, "observed_at", fault, hint);
	if (at < observing->oldest)
	{
		Jsonb	   *limit = gov_policy_value(MAX_LATENESS, NULL);

		refuse(place, "observed_at",
			   psprintf("%s is longer ago than %s.", timestamptz_to_str(at),
						JsonbToCString(NULL, &limit->root, VARSIZE(limit))),
			   "Policy \"sla.max_lateness\" sets how late an observation may come.");
	}
	refuse(place, "observed_at",
		   psprintf("%s is more than 5 minutes ahead of the server's clock.",
					timestamptz_to_str(at)), NULL);
}

/* --- counting ------------------------------------------------------------ */

/* Count a run of observations of one minute and revision. */
static void
add_run(const GovSlaResource *resource, const GovSlaTarget *target,
		TimestampTz minute, const double *latency, const bool *success, int n)
{
	int64		failed = 0;
	int64		over_p95 = 0;
	int64		over_p99 = 0;
	int			i;

	for (i = 0; i < n; i++)
	{
		over_p95 += latency[i] > target->response_time_p95;
		over_p99 += latency[i] > target->response_time_p99;
	}
	if (success != NULL)
	{
		for (i = 0; i < n; i++)
			failed += !success[i];
	}
	gov_sla_bucket_add(gov_sla_bucket(resource, target->revision, minute),
					   latency, n, failed, over_p95, over_p99);
}

void
gov_observe_add_at(const GovSlaResource *resource, TimestampTz at,
				   const double *latency, const bool *success, int n)
{
	add_run(resource, gov_sla_revision_at(resource, at), gov_sla_minute(at),
			latency, success, n);
}

/* The same where each has its own time. */
static void
add_each(const GovSlaResource *resource, const TimestampTz *at,
		 const double *latency, const bool *success, int n)
{
	int			begin = 0;

	while (begin < n)
	{
		const GovSlaTarget *target = gov_sla_revision_at(resource, at[begin]);
		TimestampTz minute = gov_sla_minute(at[begin]);
		TimestampTz from = Max(minute, target->valid_from);
		TimestampTz until = Min(minute + USECS_PER_MINUTE, target->valid_to);
		int			end = begin + 1;

		/*
		 * the first revision counts for all earlier times, the last for all
		 * later
		 */
		if (target == &resource->revisions[0])
			from = minute;
		if (target == &resource->revisions[resource->count - 1])
			until = minute + USECS_PER_MINUTE;
		while (end < n && at[end] >= from && at[end] < until)
			end++;
		add_run(resource, target, minute, latency + begin,
				success != NULL ? success + begin : NULL, end - begin);
		begin = end;
	}
}

/* --- the functions ------------------------------------------------------- */

/* Read arguments 0 and 1, and check their form. */
static void
check_resource_form(FunctionCallInfo fcinfo, text **type, text **id)
{
	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
	{
		(void) gov_arg_word(fcinfo, 0, "resource_type", gov_sla_types, NULL);
		(void) gov_arg_id(fcinfo, 1, "resource_id");
	}
	*type = PG_GETARG_TEXT_PP(0);
	*id = PG_GETARG_TEXT_PP(1);
	if (unlikely(!gov_sla_is_type(VARDATA_ANY(*type),
								  VARSIZE_ANY_EXHDR(*type))))
		(void) gov_arg_word(fcinfo, 0, "resource_type", gov_sla_types, NULL);
	if (unlikely(!gov_id_is_valid(VARDATA_ANY(*id), VARSIZE_ANY_EXHDR(*id))))
		(void) gov_arg_id(fcinfo, 1, "resource_id");
}

static const GovSlaResource *
begin_call(const char *function, const text *type, const text *id,
		   GovObserving *observing)
{
	const GovSlaResource *resource;

	gov_refuse_read_only(function);
	gov_observe_begin(observing, VARDATA_ANY(type), VARSIZE_ANY_EXHDR(type),
					  VARDATA_ANY(id), VARSIZE_ANY_EXHDR(id));
	resource = gov_sla_resource(VARDATA_ANY(type), VARSIZE_ANY_EXHDR(type),
								VARDATA_ANY(id), VARSIZE_ANY_EXHDR(id));
	if (resource == NULL)
		gov_sla_no_resource(text_to_cstring(type), text_to_cstring(id));
	return resource;
}

/*
 * gov_observe(resource_type, resource_id, latency_ms, success, observed_at)
 */
Datum
gov_observe(PG_FUNCTION_ARGS)
{
	static const GovObservationPlace place = {0};
	text	   *type;
	text	   *id;
	double		latency;
	bool		success = PG_ARGISNULL(3) || PG_GETARG_BOOL(3);
	TimestampTz at = PG_ARGISNULL(4) ? GetCurrentTransactionStartTimestamp() :
		PG_GETARG_TIMESTAMPTZ(4);
	const GovSlaResource *resource;
	GovObserving observing;

	check_resource_form(fcinfo, &type, &id);
	if (PG_ARGISNULL(2))
		gov_bad_value("latency_ms", "The argument \"latency_ms\" is missing.",
					  "Give a value: latency_ms => ...");
	latency = PG_GETARG_FLOAT8(2);
	gov_observe_check_latency(latency, &place);

	resource = begin_call("gov_observe()", type, id, &observing);
	gov_observe_check_time(&observing, at, &place);
	if (unlikely(observing.keep_raw))
		gov_observe_keep_raw(resource, &at, &latency, &success, 1);
	gov_observe_add_at(resource, at, &latency, &success, 1);
	PG_RETURN_VOID();
}

/* The elements of an array without NULLs, as they are stored in it. */
static const void *
array_elements(FunctionCallInfo fcinfo, int n, const char *name, int *count)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(n);

	if (ARR_NDIM(array) > 1)
		gov_bad_value(name, "The array has more than one dimension.", NULL);
	if (ARR_HASNULL(array) && array_contains_nulls(array))
		gov_bad_value(name, "An element of the array is NULL.", NULL);
	*count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
	return ARR_DATA_PTR(array);
}

/*
 * The same, with one element for each latency; NULL where there is no array.
 */
static const void *
optional_elements(FunctionCallInfo fcinfo, int n, const char *name,
				  int expected)
{
	const void *elements;
	int			count;

	if (PG_ARGISNULL(n))
		return NULL;
	elements = array_elements(fcinfo, n, name, &count);
	if (count != expected)
		gov_bad_value(name,
					  psprintf("It has %d elements, \"latency_ms\" has %d.",
							   count, expected),
					  "Give one for each latency, or none at all: NULL.");
	return elements;
}

/*
 * gov_observe_many(resource_type, resource_id, latency_ms, success,
 * observed_at) → bigint
 */
Datum
gov_observe_many(PG_FUNCTION_ARGS)
{
	GovObservationPlace place = {0};
	text	   *type;
	text	   *id;
	const double *latency;
	const bool *success;
	const TimestampTz *at;
	const GovSlaResource *resource;
	GovObserving observing;
	int			n;
	int			i;

	check_resource_form(fcinfo, &type, &id);
	if (PG_ARGISNULL(2))
		gov_bad_value("latency_ms", "The argument \"latency_ms\" is missing.",
					  "Give an array: latency_ms => ...");
	latency = array_elements(fcinfo, 2, "latency_ms", &n);
	success = optional_elements(fcinfo, 3, "success", n);
	at = optional_elements(fcinfo, 4, "observed_at", n);
	for (i = 0; i < n; i++)
	{
		if (unlikely(!(latency[i] >= 0 && latency[i] <= DBL_MAX)))
		{
			place.number = i + 1;
			gov_observe_check_latency(latency[i], &place);
		}
	}

	resource = begin_call("gov_observe_many()", type, id, &observing);
	for (i = 0; at != NULL && i < n; i++)
	{
		if (unlikely(at[i] < observing.oldest || at[i] > observing.newest))
		{
			place.number = i + 1;
			gov_observe_check_time(&observing, at[i], &place);
		}
	}
	if (n == 0)
		PG_RETURN_INT64(0);
	if (unlikely(observing.keep_raw))
		gov_observe_keep_raw(resource, at, latency, success, n);
	if (at != NULL)
		add_each(resource, at, latency, success, n);
	else
		gov_observe_add_at(resource, GetCurrentTransactionStartTimestamp(),
						   latency, success, n);
	PG_RETURN_INT64(n);
}
