/*
 * define.c
 *		gov_define_sla(): promising a service level.
 *
 * A redefinition ends the revision in force and makes the next one at the same
 * moment; the row of the revision in force is the lock among those who
 * redefine.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "core/operation.h"
#include "core/spi.h"
#include "lifecycle/known.h"
#include "sla/define.h"
#include "sla/metadata.h"
#include "sla/target.h"

PG_FUNCTION_INFO_V1(gov_define_sla);

#define MAX_WINDOW_DAYS 366

GOV_SQL(insert_target,
		(TEXTOID, TEXTOID, INT4OID, FLOAT8OID, FLOAT8OID, FLOAT8OID, FLOAT8OID,
		 INT4OID, INT4OID, INT4OID, TIMESTAMPTZOID, TEXTOID, JSONBOID,
		 JSONBOID),
		"INSERT INTO governance.sla_targets AS t (resource_type,"
		" resource_id, revision, response_time_p95, response_time_p99,"
		" availability_target, error_rate_target,"
		" incident_response_minutes, incident_resolution_hours,"
		" window_days, valid_from, updated_by, metadata, openslo)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
		" $14)"
		" ON CONFLICT (resource_type, resource_id, revision) DO NOTHING"
		" RETURNING t");

static GovParam
target_param(double value)
{
	return gov_datum(Float8GetDatum(value), isnan(value));
}

/* A number greater than 0; NULL means that there is no such target. */
static double
arg_milliseconds(FunctionCallInfo fcinfo, int n, const char *name)
{
	double		value;

	if (PG_ARGISNULL(n))
		return NAN;
	value = PG_GETARG_FLOAT8(n);
	if (!(value > 0) || isinf(value))
		gov_bad_value(name,
					  psprintf("%g is not a number of milliseconds above 0.",
							   value),
					  NULL);
	return value;
}

static double
arg_percent(FunctionCallInfo fcinfo, int n, const char *name)
{
	double		value;

	if (PG_ARGISNULL(n))
		return NAN;
	value = PG_GETARG_FLOAT8(n);
	if (!(value >= 0 && value <= 100))
		gov_bad_value(name, psprintf("%g is not between 0 and 100.", value),
					  "It is a percentage, such as 99.9.");
	return value;
}

static int32
arg_count(FunctionCallInfo fcinfo, int n, const char *name, int32 missing,
		  int32 max)
{
	return PG_ARGISNULL(n) ? missing : gov_arg_int4(fcinfo, n, name, 1, max);
}

static void
read_arguments(FunctionCallInfo fcinfo, GovSlaTarget *t)
{
	strlcpy(t->resource_type,
			gov_arg_word(fcinfo, 0, "resource_type", gov_sla_types, NULL),
			sizeof(t->resource_type));
	strlcpy(t->resource_id, gov_arg_id(fcinfo, 1, "resource_id"),
			sizeof(t->resource_id));
	t->response_time_p95 = arg_milliseconds(fcinfo, 2, "response_time_p95");
	t->response_time_p99 = arg_milliseconds(fcinfo, 3, "response_time_p99");
	if (t->response_time_p99 < t->response_time_p95)
		gov_bad_value("response_time_p99",
					  psprintf("%g is below the target of the 95th percentile, %g.",
							   t->response_time_p99, t->response_time_p95),
					  "Of one set of observations the 99th percentile is never below the 95th.");
	t->availability_target = arg_percent(fcinfo, 4, "availability_target");
	if (t->availability_target <= 1)
		gov_bad_value("availability_target",
					  psprintf("%g is 1 or less.", t->availability_target),
					  "It is in per cent: 99.9 means 99.9 per cent, 0.999 nearly nothing.");
	t->error_rate_target = arg_percent(fcinfo, 5, "error_rate_target");
	t->incident_response_minutes =
		arg_count(fcinfo, 6, "incident_response_minutes", 15,
				  GOV_SLA_MAX_RESPONSE_MINUTES);
	t->incident_resolution_hours =
		arg_count(fcinfo, 7, "incident_resolution_hours", 4,
				  GOV_SLA_MAX_RESOLUTION_HOURS);
	t->window_days = arg_count(fcinfo, 8, "window_days", 30, MAX_WINDOW_DAYS);
}

/*
 * end_revision
 *		End the revision in force, if there is one; returns the next number.
 */
static void
end_revision(GovSlaTarget *t, const char *resource)
{
	TimestampTz now;

	if (gov_run(gov_sql("SELECT t.revision, t.valid_from"
						" FROM governance.sla_targets AS t"
						" WHERE t.resource_type = $1 AND t.resource_id = $2"
						" AND t.valid_to IS NULL FOR NO KEY UPDATE"),
				gov_text(t->resource_type), gov_text(t->resource_id)) == 0)
	{
		t->revision = 1;
		t->valid_from = DT_NOBEGIN;
		return;
	}

	/* The right may have been revoked while we waited for the lock. */
	(void) gov_require(GOV_PERM_SLA_MANAGE, resource);

	/* A revision must not be empty because a clock was set back. */
	now = GetCurrentTimestamp();
	if (!gov_row_null(0, 2))
		now = Max(now, gov_row_time(0, 2) + 1);
	t->revision = gov_row_int4(0, 1) + 1;
	t->valid_from = now;
	(void) gov_run_as("supersede", NULL,
					  gov_sql("UPDATE governance.sla_targets AS t"
							  " SET valid_to = $4 WHERE t.resource_type = $1"
							  " AND t.resource_id = $2 AND t.revision = $3"),
					  gov_text(t->resource_type), gov_text(t->resource_id),
					  gov_int4(t->revision - 1), gov_time(now));
}

Datum
gov_sla_define(FunctionCallInfo fcinfo, Jsonb *openslo)
{
	GovSlaTarget t = {0};
	Jsonb	   *metadata;
	char	   *resource;
	GovActor	actor;

	read_arguments(fcinfo, &t);
	metadata = gov_arg_object(fcinfo, 9, "metadata", false);
	gov_sla_check_metadata(metadata);
	gov_refuse_read_only("gov_define_sla()");
	resource = psprintf("sla_target/%s:%s", t.resource_type, t.resource_id);
	actor = gov_require(GOV_PERM_SLA_MANAGE, resource);

	gov_spi_begin();
	gov_known_sla(t.resource_type, t.resource_id);
	for (;;)
	{
		uint64		inserted;

		CHECK_FOR_INTERRUPTS();
		end_revision(&t, resource);
		gov_operation_begin("define", NULL);
		inserted =
			gov_run(&insert_target, gov_text(t.resource_type),
					gov_text(t.resource_id), gov_int4(t.revision),
					target_param(t.response_time_p95),
					target_param(t.response_time_p99),
					target_param(t.availability_target),
					target_param(t.error_rate_target),
					gov_int4(t.incident_response_minutes),
					gov_int4(t.incident_resolution_hours),
					gov_int4(t.window_days),
					gov_datum(TimestampTzGetDatum(t.valid_from),
							  t.valid_from == DT_NOBEGIN),
					gov_text(actor.user_id), gov_json(metadata),
					gov_datum(JsonbPGetDatum(openslo), openslo == NULL));
		gov_operation_end();
		if (inserted > 0)
			break;
		/*
		 * Somebody else has just made the first revision: this is the next
		 * one.
		 */
	}
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_define_sla(resource_type, resource_id, ...) → sla_targets
 */
Datum
gov_define_sla(PG_FUNCTION_ARGS)
{
	return gov_sla_define(fcinfo, NULL);
}
