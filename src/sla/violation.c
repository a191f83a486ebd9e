/*
 * violation.c
 *		Violations of service levels: opened, made worse, closed.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "access/require.h"
#include "core/operation.h"
#include "core/outbox.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "sla/maintenance.h"
#include "sla/verdict.h"
#include "sla/violation.h"

PG_FUNCTION_INFO_V1(gov_acknowledge_violation);

#define WORSE 1.01				/* from here on a peak is written again */

const char *const gov_violation_types[] = {
#define GOV_VIOLATION(symbol, name) name,
	GOV_VIOLATION_LIST
#undef GOV_VIOLATION
	NULL
};

/* It never opens before an earlier one ended. */
GOV_SQL(insert_open,
		(TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, FLOAT8OID, FLOAT8OID,
		 TEXTOID, TIMESTAMPTZOID),
		"INSERT INTO governance.sla_violations (resource_type,"
		" resource_id, violation_type, opened_at, target_value,"
		" actual_value, peak_value, severity, source, notified_at)"
		" SELECT $1, $2, $3, $4, $5, $6, $6, $7, 'observation', $8"
		" WHERE NOT EXISTS (SELECT FROM governance.sla_violations AS v"
		" WHERE v.resource_type = $1 AND v.resource_id = $2"
		" AND v.violation_type = $3 AND v.source = 'observation'"
		" AND v.closed_at > $4)"
		" RETURNING violation_id");

GOV_SQL(update_peak, (INT8OID, FLOAT8OID),
		"UPDATE governance.sla_violations SET peak_value = $2"
		" WHERE violation_id = $1");

GOV_SQL(close_open, (TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID),
		"UPDATE governance.sla_violations"
		" SET status = 'closed', closed_at = $4"
		" WHERE resource_type = $1 AND resource_id = $2"
		" AND violation_type = $3 AND status = 'open'"
		" AND source = 'observation' AND opened_at <= $4"
		" RETURNING violation_id");

GOV_SQL(insert_record,
		(TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, FLOAT8OID, FLOAT8OID,
		 TEXTOID, INT8OID, BOOLOID),
		"INSERT INTO governance.sla_violations (resource_type,"
		" resource_id, violation_type, status, opened_at, closed_at,"
		" target_value, actual_value, peak_value, severity, source,"
		" measurement_id, notified_at)"
		" VALUES ($1, $2, $3, 'closed', $4, $4, $5, $6, $6, $7,"
		" 'measurement', $8, CASE WHEN $9"
		" THEN pg_catalog.clock_timestamp() END)"
		" RETURNING violation_id");

GOV_SQL(find_of_incident, (INT8OID, TEXTOID, TEXTOID, TEXTOID),
		"SELECT violation_id, status = 'open', opened_at, closed_at"
		" FROM governance.sla_violations"
		" WHERE incident_id = $1 AND source = 'incident'"
		" AND resource_type = $2 AND resource_id = $3"
		" AND violation_type = $4"
		" ORDER BY opened_at DESC, violation_id DESC LIMIT 1");

GOV_SQL(insert_of_incident,
		(TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, FLOAT8OID,
		 FLOAT8OID, TEXTOID, INT8OID, TIMESTAMPTZOID),
		"INSERT INTO governance.sla_violations (resource_type,"
		" resource_id, violation_type, status, opened_at, closed_at,"
		" target_value, actual_value, peak_value, severity, source,"
		" incident_id, notified_at)"
		" VALUES ($1, $2, $3, CASE WHEN $5 IS NULL THEN 'open'"
		" ELSE 'closed' END, $4, $5, $6, $7, $7, $8, 'incident', $9, $10)"
		" RETURNING violation_id");

GOV_SQL(close_of_incident, (INT8OID, TIMESTAMPTZOID, FLOAT8OID),
		"UPDATE governance.sla_violations SET status = 'closed',"
		" closed_at = greatest(opened_at, $2),"
		" peak_value = greatest(peak_value, $3)"
		" WHERE violation_id = $1");

GOV_SQL(announce_late, (TEXTOID, TEXTOID, TIMESTAMPTZOID),
		"UPDATE governance.sla_violations SET notified_at = $3"
		" WHERE resource_type = $1 AND resource_id = $2"
		" AND status = 'open' AND notified_at IS NULL"
		" AND opened_at <= $3 RETURNING violation_id");

GOV_SQL(lock_violation, (INT8OID),
		"SELECT acknowledged_by, acknowledged_at, resource_type,"
		" resource_id FROM governance.sla_violations"
		" WHERE violation_id = $1 FOR NO KEY UPDATE");

GOV_SQL(acknowledge, (INT8OID, TEXTOID, TEXTOID),
		"UPDATE governance.sla_violations AS v"
		" SET acknowledged_at = pg_catalog.clock_timestamp(),"
		" acknowledged_by = $2, notes = $3 WHERE violation_id = $1"
		" RETURNING v");

static GovParam
number(double v)
{
	return gov_datum(Float8GetDatum(v), false);
}

static List *
remember(List *changed, int64 violation_id)
{
	int64	   *copy;
	ListCell   *cell;

	foreach(cell, changed)
	{
		if (*(int64 *) lfirst(cell) == violation_id)
			return changed;
	}
	copy = palloc(sizeof(int64));
	*copy = violation_id;
	return lappend(changed, copy);
}

/*
 * For availability the unavailable share is compared.  Where the target allows
 * nothing, any miss counts as twice the target.
 */
double
gov_miss_times(const GovMiss *miss)
{
	double		promised = miss->target;
	double		found = miss->actual;

	if (miss->type == GOV_VIOLATION_AVAILABILITY)
	{
		promised = 100 - promised;
		found = 100 - found;
	}
	return promised > 0 ? found / promised : 2;
}

static bool
is_worse(GovViolationType type, double peak, double actual)
{
	if (type == GOV_VIOLATION_AVAILABILITY)
		return 100 - actual > (100 - peak) * WORSE;
	return actual > peak * WORSE;
}

/* Announce the row, as it is now, in the outbox. */
static void
announce(const char *type, int64 violation_id)
{
	if (gov_run(gov_sql("SELECT * FROM governance.sla_violations"
						" WHERE violation_id = $1"),
				gov_int8(violation_id)) != 1)
		elog(ERROR, "violation %lld is gone", (long long) violation_id);
	gov_outbox_add(psprintf("governance.sla_violation.%s", type),
				   psprintf("sla_violation/%lld", (long long) violation_id),
				   gov_row_to_jsonb(SPI_tuptable->vals[0],
									SPI_tuptable->tupdesc, 0));
}

static void
open_violation(const GovMiss *miss, TimestampTz at, List **changed)
{
	bool		silent = gov_in_maintenance(miss->resource_type,
											miss->resource_id, at);
	int64		violation_id;
	uint64		opened;

	opened = gov_run_as("open", NULL, &insert_open,
						gov_text(miss->resource_type),
						gov_text(miss->resource_id),
						gov_text(gov_violation_types[miss->type]),
						gov_time(at), number(miss->target),
						number(miss->actual), gov_text(miss->severity),
						gov_time(silent ? DT_NOEND : at));
	if (opened == 0)
		return;
	violation_id = gov_row_int8(0, 1);
	*changed = remember(*changed, violation_id);
	if (!silent)
		announce("open", violation_id);
}

/*
 * gov_violation_found
 *		Record that a target is missed as of "at".
 *
 * An evaluation of an earlier moment than the one that opened it changes
 * nothing.
 */
void
gov_violation_found(const GovMiss *miss, TimestampTz at, List **changed)
{
	int64		violation_id;
	double		peak;
	bool		isnull;

	if (gov_run(gov_sql("SELECT violation_id, opened_at, peak_value"
						" FROM governance.sla_violations"
						" WHERE resource_type = $1 AND resource_id = $2"
						" AND violation_type = $3 AND status = 'open'"
						" AND source = 'observation'"),
				gov_text(miss->resource_type), gov_text(miss->resource_id),
				gov_text(gov_violation_types[miss->type])) == 0)
	{
		open_violation(miss, at, changed);
		return;
	}
	violation_id = gov_row_int8(0, 1);
	peak = DatumGetFloat8(gov_row_datum(0, 3, &isnull));
	if (gov_row_time(0, 2) > at || !is_worse(miss->type, peak, miss->actual))
		return;
	(void) gov_run_as("update", NULL, &update_peak, gov_int8(violation_id),
					  number(miss->actual));
	*changed = remember(*changed, violation_id);
}

void
gov_violation_over(const char *resource_type, const char *resource_id,
				   GovViolationType type, TimestampTz at, List **changed)
{
	int64		violation_id;
	uint64		closed;

	closed = gov_run_as("close", NULL, &close_open, gov_text(resource_type),
						gov_text(resource_id),
						gov_text(gov_violation_types[type]), gov_time(at));
	if (closed == 0)
		return;
	violation_id = gov_row_int8(0, 1);
	*changed = remember(*changed, violation_id);
	if (!gov_in_maintenance(resource_type, resource_id, at))
		announce("close", violation_id);
}

void
gov_violation_announce_late(const char *resource_type,
							const char *resource_id, TimestampTz at,
							List **changed)
{
	List	   *late = NIL;
	ListCell   *cell;
	uint64		count;
	uint64		row;

	if (gov_in_maintenance(resource_type, resource_id, at))
		return;
	count = gov_run_as("announce", NULL, &announce_late,
					   gov_text(resource_type), gov_text(resource_id),
					   gov_time(at));
	for (row = 0; row < count; row++)
		late = remember(late, gov_row_int8(row, 1));
	foreach(cell, late)
	{
		announce("open", *(int64 *) lfirst(cell));
		*changed = remember(*changed, *(int64 *) lfirst(cell));
	}
}

int64
gov_violation_record(const GovMiss *miss, TimestampTz at,
					 int64 measurement_id, bool quiet)
{
	bool		silent = quiet || gov_in_maintenance(miss->resource_type,
											miss->resource_id, at);
	int64		violation_id;

	(void) gov_run_as("record", NULL, &insert_record,
					  gov_text(miss->resource_type),
					  gov_text(miss->resource_id),
					  gov_text(gov_violation_types[miss->type]), gov_time(at),
					  number(miss->target), number(miss->actual),
					  gov_text(miss->severity), gov_int8(measurement_id),
					  gov_bool(!silent));
	violation_id = gov_row_int8(0, 1);
	if (!silent)
		announce("record", violation_id);
	return violation_id;
}

/*
 * gov_violation_of_incident
 *		Update the violation of an incident's clock by what the clock says now.
 *
 * An incident that was reopened after its violation was closed gets another
 * violation.
 */
void
gov_violation_of_incident(const GovMiss *miss, int64 incident_id,
						  TimestampTz opened_at, TimestampTz closed_at,
						  TimestampTz at, List **changed)
{
	bool		over = closed_at != DT_NOEND;
	bool		silent;
	int64		violation_id;

	if (gov_run(&find_of_incident, gov_int8(incident_id),
				gov_text(miss->resource_type), gov_text(miss->resource_id),
				gov_text(gov_violation_types[miss->type])) > 0)
	{
		violation_id = gov_row_int8(0, 1);
		if (gov_row_bool(0, 2))
		{
			if (!over || gov_row_time(0, 3) > at)
				return;
			(void) gov_run_as("close", NULL, &close_of_incident,
							  gov_int8(violation_id), gov_time(closed_at),
							  number(miss->actual));
			*changed = remember(*changed, violation_id);
			if (!gov_in_maintenance(miss->resource_type, miss->resource_id,
									at))
				announce("close", violation_id);
			return;
		}
		if (over || gov_row_time(0, 4) >= at)
			return;
		opened_at = at;
	}

	silent = gov_in_maintenance(miss->resource_type, miss->resource_id,
								opened_at);
	(void) gov_run_as(over ? "record" : "open", NULL, &insert_of_incident,
					  gov_text(miss->resource_type),
					  gov_text(miss->resource_id),
					  gov_text(gov_violation_types[miss->type]),
					  gov_time(opened_at), gov_time(closed_at),
					  number(miss->target), number(miss->actual),
					  gov_text(miss->severity), gov_int8(incident_id),
					  gov_time(silent ? DT_NOEND : at));
	violation_id = gov_row_int8(0, 1);
	*changed = remember(*changed, violation_id);
	if (!silent)
		announce(over ? "record" : "open", violation_id);
}

/*
 * gov_acknowledge_violation(violation_id, notes) → sla_violations
 */
Datum
gov_acknowledge_violation(PG_FUNCTION_ARGS)
{
	int64		violation_id = gov_arg_int8(fcinfo, 0, "violation_id",
											PG_INT64_MIN, PG_INT64_MAX);
	const char *notes = gov_arg_text(fcinfo, 1, "notes", "");
	char	   *resource = psprintf("sla_violation/%lld",
									(long long) violation_id);
	GovActor	actor;
	bool		found;

	gov_refuse_read_only("gov_acknowledge_violation()");
	actor = gov_require_locking(GOV_PERM_INCIDENT_MANAGE, resource,
								found = gov_run(&lock_violation,
												gov_int8(violation_id)) > 0);
	if (!found)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("violation %lld does not exist",
						(long long) violation_id),
				 errhint("SELECT * FROM gov_sla_violations() lists them.")));

	if (!gov_row_null(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("violation %lld is acknowledged already",
						(long long) violation_id),
				 errdetail("User \"%s\" did so.", gov_row_text(0, 1))));

	(void) gov_run_as("acknowledge", NULL, &acknowledge,
					  gov_int8(violation_id), gov_text(actor.user_id),
					  gov_text(notes));
	return gov_spi_end_row(fcinfo);
}
