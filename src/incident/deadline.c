/*
 * deadline.c
 *		Regulatory clocks: which reports an incident owes, and until when.
 *
 * Hours and articles are rows (regulatory_deadlines); what counted when an
 * incident was marked is copied to it, so a later change of the regime moves
 * no clock that runs.  The incident's row is locked before its deadlines; the
 * job takes deadlines that nobody has locked and the incident's row for key
 * share only, which waits for no writer.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "core/args.h"
#include "core/compat.h"
#include "core/operation.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "incident/incident_internal.h"

PG_FUNCTION_INFO_V1(gov_set_regulatory_deadline);
PG_FUNCTION_INFO_V1(gov_mark_incident_reportable);
PG_FUNCTION_INFO_V1(gov_record_notification);

#define HOURS_MAX 87600			/* ten years */

static GovStatement set_regulatory = {
	.sql = "INSERT INTO governance.regulatory_deadlines AS r (regime, kind,"
		   " stage, hours, source, description, is_incomplete_allowed,"
		   " is_final) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
		   " ON CONFLICT (regime, kind, stage) DO UPDATE"
		   " SET hours = excluded.hours, source = excluded.source,"
		   " description = excluded.description,"
		   " is_incomplete_allowed = excluded.is_incomplete_allowed,"
		   " is_final = excluded.is_final RETURNING r",
	.nargs = 8,
	.argtypes = {TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID, TEXTOID, BOOLOID,
	BOOLOID},
	.latest = true
};

static GovStatement find_regime = {
	.sql = "SELECT 1 FROM governance.regulatory_deadlines"
		   " WHERE regime = $1 AND kind = $2 LIMIT 1",
	.nargs = 2, .argtypes = {TEXTOID, TEXTOID},
	.latest = true
};

static GovStatement list_regimes = {
	.sql = "SELECT string_agg(k.regime || ' ' || k.kind, ', '"
		   " ORDER BY k.regime, k.kind)"
		   " FROM (SELECT DISTINCT regime, kind"
		   " FROM governance.regulatory_deadlines) AS k",
	.nargs = 0,
	.latest = true
};

static GovStatement find_marked = {
	.sql = "SELECT 1 FROM governance.incident_deadlines"
		   " WHERE incident_id = $1 AND regime = $2 AND kind = $3 LIMIT 1",
	.nargs = 3, .argtypes = {INT8OID, TEXTOID, TEXTOID},
	.latest = true
};

/* What has been reported already stays as it was. */
static GovStatement mark = {
	.sql = "INSERT INTO governance.incident_deadlines AS d (incident_id,"
		   " regime, stage, kind, due_at, marked_by, source)"
		   " SELECT $1, r.regime, r.stage, r.kind,"
		   " $4 + pg_catalog.make_interval(hours => r.hours), $5, r.source"
		   " FROM governance.regulatory_deadlines AS r"
		   " WHERE r.regime = $2 AND r.kind = $3 ORDER BY r.stage"
		   " ON CONFLICT (incident_id, regime, stage) DO UPDATE"
		   " SET kind = excluded.kind, due_at = excluded.due_at,"
		   " marked_at = excluded.marked_at,"
		   " marked_by = excluded.marked_by, source = excluded.source,"
		   " escalated_at = NULL WHERE d.notified_at IS NULL",
	.nargs = 5, .argtypes = {INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID,
	TEXTOID},
	.latest = true
};

static GovStatement first_due = {
	.sql = "SELECT d FROM governance.incident_deadlines AS d"
		   " WHERE incident_id = $1 AND regime = $2"
		   " ORDER BY due_at, stage LIMIT 1",
	.nargs = 2, .argtypes = {INT8OID, TEXTOID},
	.latest = true
};

static GovStatement find_stage = {
	.sql = "SELECT d.notified_at, d.due_at < pg_catalog.clock_timestamp(),"
		   " coalesce((SELECT r.is_final"
		   " FROM governance.regulatory_deadlines AS r"
		   " WHERE r.regime = d.regime AND r.kind = d.kind"
		   " AND r.stage = d.stage), false)"
		   " FROM governance.incident_deadlines AS d"
		   " WHERE d.incident_id = $1 AND d.regime = $2 AND d.stage = $3",
	.nargs = 3, .argtypes = {INT8OID, TEXTOID, TEXTOID},
	.latest = true
};

static GovStatement list_stages = {
	.sql = "SELECT string_agg(d.regime || ' ' || d.stage, ', '"
		   " ORDER BY d.regime, d.due_at, d.stage)"
		   " FROM governance.incident_deadlines AS d"
		   " WHERE d.incident_id = $1",
	.nargs = 1, .argtypes = {INT8OID},
	.latest = true
};

static GovStatement settle = {
	.sql = "UPDATE governance.incident_deadlines"
		   " SET notified_at = pg_catalog.clock_timestamp(),"
		   " notified_by = $4"
		   " WHERE incident_id = $1 AND regime = $2"
		   " AND (stage = $3 OR $5) AND notified_at IS NULL",
	.nargs = 5, .argtypes = {INT8OID, TEXTOID, TEXTOID, TEXTOID, BOOLOID},
	.latest = true
};

static GovStatement select_stage = {
	.sql = "SELECT d FROM governance.incident_deadlines AS d"
		   " WHERE incident_id = $1 AND regime = $2 AND stage = $3",
	.nargs = 3, .argtypes = {INT8OID, TEXTOID, TEXTOID},
	.latest = true
};

static GovStatement find_missed = {
	.sql = "SELECT incident_id, regime, stage"
		   " FROM governance.incident_deadlines"
		   " WHERE due_at <= $2"
		   " AND notified_at IS NULL AND escalated_at IS NULL"
		   " ORDER BY due_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED",
	.nargs = 2, .argtypes = {INT4OID, TIMESTAMPTZOID},
	.latest = true
};

static GovStatement escalate = {
	.sql = "UPDATE governance.incident_deadlines"
		   " SET escalated_at = pg_catalog.clock_timestamp()"
		   " WHERE incident_id = $1 AND regime = $2 AND stage = $3",
	.nargs = 3, .argtypes = {INT8OID, TEXTOID, TEXTOID},
	.latest = true
};

static void
push_text(JsonbParseState **state, const char *key, const char *value)
{
	gov_json_push_key(state, key);
	gov_json_push(state, WJB_VALUE, CStringGetTextDatum(value), false,
				  TEXTOID);
}

/* {"regime": ..., second: ...} */
static Jsonb *
note_details(const char *regime, const char *key, const char *value)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_text(&state, "regime", regime);
	push_text(&state, key, value);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL));
}

/*
 * gov_set_regulatory_deadline(regime, kind, stage, hours, source,
 *							   description, is_incomplete_allowed, is_final)
 */
Datum
gov_set_regulatory_deadline(PG_FUNCTION_ARGS)
{
	const char *regime = gov_arg_id(fcinfo, 0, "regime");
	const char *kind = gov_arg_id(fcinfo, 1, "kind");
	const char *stage = gov_arg_id(fcinfo, 2, "stage");
	int			hours = PG_ARGISNULL(3) ? 0 :
		gov_arg_int4(fcinfo, 3, "hours", 1, HOURS_MAX);
	const char *source = gov_arg_reason(fcinfo, 4, "source");
	const char *description = gov_arg_text(fcinfo, 5, "description", "");
	bool		is_incomplete_allowed = !PG_ARGISNULL(6) && PG_GETARG_BOOL(6);
	bool		is_final = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7);

	gov_refuse_read_only("gov_set_regulatory_deadline()");
	(void) gov_require(GOV_PERM_SYSTEM_CONFIG,
					   psprintf("regulatory_deadline/%s:%s:%s", regime, kind,
								stage));
	gov_spi_begin();
	gov_operation_begin("set", NULL);
	gov_run(&set_regulatory, gov_text(regime), gov_text(kind),
			gov_text(stage), gov_datum(Int32GetDatum(hours), hours == 0),
			gov_text(source), gov_text(description),
			gov_bool(is_incomplete_allowed), gov_bool(is_final));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

static void
check_regime(const char *regime, const char *kind)
{
	if (gov_run(&find_regime, gov_text(regime), gov_text(kind)) > 0)
		return;
	gov_run0(&list_regimes);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("regulatory deadline \"%s %s\" does not exist", regime,
					kind),
			 errhint("Regimes and kinds: %s.",
					 gov_row_null(0, 1) ? "none" : gov_row_text(0, 1))));
}

/*
 * gov_mark_incident_reportable(incident_id, regime, kind)
 */
Datum
gov_mark_incident_reportable(PG_FUNCTION_ARGS)
{
	int64		incident_id = gov_arg_incident(fcinfo);
	const char *regime = gov_arg_id(fcinfo, 1, "regime");
	const char *kind = gov_arg_id(fcinfo, 2, "kind");
	GovActor	actor;
	GovIncident incident;

	gov_refuse_read_only("gov_mark_incident_reportable()");
	actor = gov_require(GOV_PERM_INCIDENT_MANAGE,
						gov_incident_resource(incident_id));
	gov_spi_begin();
	gov_incident_lock(incident_id, &incident);
	check_regime(regime, kind);
	if (gov_run(&find_marked, gov_int8(incident_id), gov_text(regime),
				gov_text(kind)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("incident \"" INT64_FORMAT "\" is marked as \"%s %s\" already",
						incident_id, regime, kind)));

	gov_operation_begin("mark", NULL);
	if (gov_run(&mark, gov_int8(incident_id), gov_text(regime),
				gov_text(kind), gov_time(incident.aware_at),
				gov_text(actor.user_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("incident \"" INT64_FORMAT "\" owes no report of regime \"%s\" any more",
						incident_id, regime),
				 errdetail("All of them are recorded.")));
	gov_incident_note(incident_id, "reportable", "",
					  note_details(regime, "kind", kind));
	gov_operation_end();
	gov_run(&first_due, gov_int8(incident_id), gov_text(regime));
	return gov_spi_end_row(fcinfo);
}

pg_noreturn static void
refuse_stage(int64 incident_id, const char *regime, const char *stage)
{
	bool		is_marked;

	gov_run(&list_stages, gov_int8(incident_id));
	is_marked = !gov_row_null(0, 1);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("incident \"" INT64_FORMAT "\" owes no report \"%s %s\"",
					incident_id, regime, stage),
			 is_marked ? errhint("It owes: %s.", gov_row_text(0, 1)) :
			 errhint("gov_mark_incident_reportable() says that it owes one.")));
}

/*
 * gov_record_notification(incident_id, regime, stage)
 */
Datum
gov_record_notification(PG_FUNCTION_ARGS)
{
	int64		incident_id = gov_arg_incident(fcinfo);
	const char *regime = gov_arg_id(fcinfo, 1, "regime");
	const char *stage = gov_arg_id(fcinfo, 2, "stage");
	GovActor	actor;
	GovIncident incident;
	bool		is_late;
	bool		is_final;

	gov_refuse_read_only("gov_record_notification()");
	actor = gov_require(GOV_PERM_INCIDENT_MANAGE,
						gov_incident_resource(incident_id));
	gov_spi_begin();
	gov_incident_lock(incident_id, &incident);
	if (gov_run(&find_stage, gov_int8(incident_id), gov_text(regime),
				gov_text(stage)) == 0)
		refuse_stage(incident_id, regime, stage);
	if (!gov_row_null(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("report \"%s %s\" of incident \"" INT64_FORMAT "\" is recorded already",
						regime, stage, incident_id)));
	is_late = gov_row_bool(0, 2);
	is_final = gov_row_bool(0, 3);

	gov_operation_begin("notify", NULL);
	gov_run(&settle, gov_int8(incident_id), gov_text(regime),
			gov_text(stage), gov_text(actor.user_id), gov_bool(is_final));
	gov_incident_note(incident_id, "notified", is_late ? "late" : "",
					  note_details(regime, "stage", stage));
	gov_operation_end();
	gov_run(&select_stage, gov_int8(incident_id), gov_text(regime),
			gov_text(stage));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_incident_escalate_deadlines
 *		Say once of each missed deadline that it is missed: in the timeline,
 *		the trail and, by the guard, the outbox.
 */
int64
gov_incident_escalate_deadlines(int limit)
{
	uint64		found;
	uint64		i;
	SPITupleTable *missed;

	gov_spi_begin();
	found = gov_run(&find_missed, gov_int4(limit),
					gov_time(GetCurrentTimestamp()));
	missed = SPI_tuptable;
	gov_operation_begin("escalate", NULL);
	for (i = 0; i < found; i++)
	{
		HeapTuple	row = missed->vals[i];
		bool		isnull;
		int64		incident_id =
			DatumGetInt64(SPI_getbinval(row, missed->tupdesc, 1, &isnull));
		char	   *regime = SPI_getvalue(row, missed->tupdesc, 2);
		char	   *stage = SPI_getvalue(row, missed->tupdesc, 3);

		gov_run(&escalate, gov_int8(incident_id), gov_text(regime),
				gov_text(stage));
		gov_incident_note(incident_id, "deadline_missed", "",
						  note_details(regime, "stage", stage));
	}
	gov_operation_end();
	gov_spi_end();
	return found;
}
