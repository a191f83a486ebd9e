/*
 * deadline.c
 *		Regulatory clocks: which reports an incident owes, and until when.
 *
 * Periods and articles are rows (regulatory_deadlines).  Those that counted
 * when an incident was marked are copied to it, so a later change of the
 * regime moves no clock that is running.  The incident's row is locked before
 * its deadlines; the job takes only deadlines that nobody has locked, and
 * locks the incident's row for key share, which waits for no writer.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "storage/lmgr.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "access/require.h"
#include "core/args.h"
#include "core/compat.h"
#include "core/operation.h"
#include "core/relations.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "incident/deadline.h"
#include "incident/incident.h"
#include "law/period.h"

PG_FUNCTION_INFO_V1(gov_set_regulatory_deadline);
PG_FUNCTION_INFO_V1(gov_mark_incident_reportable);
PG_FUNCTION_INFO_V1(gov_record_notification);

/* Regulation (EEC, Euratom) No 1182/71 applies from then on. */
#define FIRST_MOMENT \
	((date2j(1971, 7, 1) - POSTGRES_EPOCH_JDATE) * USECS_PER_DAY)

static const char *const rules[] = {
	"member_state", "dora", "institution", "elapsed", NULL
};

static const char *const triggers[] = {
	"aware", "causal_link", "measure", "stage", NULL
};

GOV_SQL(set_regulatory,
		(TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID, TEXTOID, BOOLOID,
		 BOOLOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID),
		"INSERT INTO governance.regulatory_deadlines AS r (regime, kind,"
		" stage, amount, source, description, is_incomplete_allowed,"
		" is_final, unit, jurisdiction_rule, trigger, after_stage, act_on)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12,"
		" CASE $11 WHEN 'measure' THEN 'stage' ELSE $11 END)"
		" ON CONFLICT (regime, kind, stage) DO UPDATE"
		" SET amount = excluded.amount, source = excluded.source,"
		" description = excluded.description,"
		" is_incomplete_allowed = excluded.is_incomplete_allowed,"
		" is_final = excluded.is_final, unit = excluded.unit,"
		" jurisdiction_rule = excluded.jurisdiction_rule,"
		" trigger = excluded.trigger, after_stage = excluded.after_stage,"
		" act_on = excluded.act_on, hours_from_marking = NULL,"
		" checked_on = NULL RETURNING r");

/* A rule that the law ends on a day binds nobody who becomes aware later. */
#define APPLIES(row, aware_at) \
	"(" row ".applies_to IS NULL OR " row ".applies_to" \
	"::pg_catalog.timestamp AT TIME ZONE 'Europe/Brussels' > " aware_at ")"

GOV_SQL(find_regime, (TEXTOID, TEXTOID, TIMESTAMPTZOID),
		"SELECT 1 FROM governance.regulatory_deadlines AS r"
		" WHERE r.regime = $1 AND r.kind = $2 AND " APPLIES("r", "$3")
		" LIMIT 1");

/* Does the stage that it runs from exist, and does that run from this one? */
GOV_SQL(find_before, (TEXTOID, TEXTOID, TEXTOID, TEXTOID),
		"WITH RECURSIVE before AS (SELECT r.stage, r.after_stage"
		" FROM governance.regulatory_deadlines AS r"
		" WHERE r.regime = $1 AND r.kind = $2 AND r.stage = $4"
		" UNION SELECT r.stage, r.after_stage"
		" FROM governance.regulatory_deadlines AS r, before AS b"
		" WHERE r.regime = $1 AND r.kind = $2 AND r.stage = b.after_stage)"
		" SELECT coalesce(pg_catalog.bool_or(b.stage = $3), false)"
		" FROM before AS b HAVING pg_catalog.count(*) > 0");

/*
 * The jurisdictions that it is marked for; without any, the EU; "-" where no
 * calendar counts.
 */
GOV_SQL(choose_jurisdictions, (INT8OID, TEXTOID, TEXTOID, TEXTARRAYOID),
		"SELECT coalesce($4, (SELECT pg_catalog.array_agg("
		"DISTINCT d.jurisdiction) FROM governance.incident_deadlines AS d"
		" WHERE d.incident_id = $1 AND d.regime = $2),"
		" ARRAY[CASE WHEN pg_catalog.bool_and("
		"r.jurisdiction_rule = 'elapsed') THEN '-' ELSE 'EU' END])"
		" FROM governance.regulatory_deadlines AS r"
		" WHERE r.regime = $2 AND r.kind = $3");

GOV_SQL(find_unmarked, (INT8OID, TEXTOID, TEXTOID, TEXTARRAYOID),
		"SELECT 1 FROM pg_catalog.unnest($4) AS j(jurisdiction)"
		" WHERE NOT EXISTS (SELECT FROM governance.incident_deadlines AS d"
		" WHERE d.incident_id = $1 AND d.regime = $2 AND d.kind = $3"
		" AND d.jurisdiction = j.jurisdiction) LIMIT 1");

/*
 * What has been reported already stays as it was.  A stage that runs from the
 * report of another begins with that report; the second period, from marking,
 * counts where it ends first, or where the first one has ended before.
 */
GOV_SQL(mark,
		(INT8OID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTARRAYOID,
		 TIMESTAMPTZOID),
		"INSERT INTO governance.incident_deadlines AS d (incident_id,"
		" regime, stage, jurisdiction, kind, act_by, due_at, marked_at,"
		" marked_by, unit, amount, jurisdiction_rule, after_stage, source)"
		" SELECT $1, r.regime, r.stage, j.jurisdiction, r.kind,"
		" CASE WHEN r.act_on <> 'stage' THEN least($7, e.due_at) END,"
		" e.due_at, $7, $5,"
		" r.unit, r.amount, r.jurisdiction_rule, r.after_stage, r.source"
		" FROM governance.regulatory_deadlines AS r"
		" CROSS JOIN pg_catalog.unnest($6) AS j(jurisdiction)"
		" CROSS JOIN LATERAL (SELECT governance.deadline_end("
		"r.jurisdiction_rule, j.jurisdiction, r.unit, r.amount,"
		" CASE r.trigger WHEN 'aware' THEN $4"
		" WHEN 'causal_link' THEN $7 END)) AS m(due_at)"
		" CROSS JOIN LATERAL (SELECT governance.deadline_end("
		"r.jurisdiction_rule, j.jurisdiction, 'hours',"
		" r.hours_from_marking, $7)) AS c(due_at)"
		" CROSS JOIN LATERAL (SELECT CASE WHEN m.due_at > $7"
		" THEN least(c.due_at, m.due_at)"
		" ELSE coalesce(c.due_at, m.due_at) END) AS e(due_at)"
		" WHERE r.regime = $2 AND r.kind = $3 AND " APPLIES("r", "$4")
		" ORDER BY r.stage, j.jurisdiction"
		" ON CONFLICT (incident_id, regime, stage, jurisdiction)"
		" DO UPDATE SET kind = excluded.kind, act_by = excluded.act_by,"
		" due_at = excluded.due_at, marked_at = excluded.marked_at,"
		" marked_by = excluded.marked_by, unit = excluded.unit,"
		" amount = excluded.amount,"
		" jurisdiction_rule = excluded.jurisdiction_rule,"
		" after_stage = excluded.after_stage, source = excluded.source,"
		" escalated_at = NULL"
		" WHERE d.notified_at IS NULL AND d.kind <> excluded.kind");

GOV_SQL(find_stage, (INT8OID, TEXTOID, TEXTOID, TEXTOID),
		"SELECT pg_catalog.count(*) FILTER (WHERE d.notified_at IS NULL),"
		" coalesce(pg_catalog.bool_or(d.due_at <="
		" pg_catalog.clock_timestamp())"
		" FILTER (WHERE d.notified_at IS NULL), false),"
		" coalesce(pg_catalog.bool_or((SELECT r.is_final"
		" FROM governance.regulatory_deadlines AS r"
		" WHERE r.regime = d.regime AND r.kind = d.kind"
		" AND r.stage = d.stage)), false)"
		" FROM governance.incident_deadlines AS d"
		" WHERE d.incident_id = $1 AND d.regime = $2 AND d.stage = $3"
		" AND d.jurisdiction = coalesce($4, d.jurisdiction)"
		" HAVING pg_catalog.count(*) > 0");

GOV_SQL(settle,
		(INT8OID, TEXTOID, TEXTOID, TEXTOID, BOOLOID, TEXTOID, TIMESTAMPTZOID,
		 TEXTOID),
		"UPDATE governance.incident_deadlines"
		" SET notified_at = $7, notified_by = $4, reasons = $8"
		" WHERE incident_id = $1 AND regime = $2"
		" AND jurisdiction = coalesce($6, jurisdiction)"
		" AND (stage = $3 OR $5) AND notified_at IS NULL");

GOV_SQL(begin_next, (INT8OID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID),
		"UPDATE governance.incident_deadlines"
		" SET act_by = $5, due_at = governance.deadline_end("
		"jurisdiction_rule, jurisdiction, unit, amount, $5)"
		" WHERE incident_id = $1 AND regime = $2 AND after_stage = $3"
		" AND jurisdiction = coalesce($4, jurisdiction)"
		" AND due_at IS NULL AND notified_at IS NULL");

/*
 * Deadlines that run from a measure: those that have not begun and follow no
 * stage.
 */
GOV_SQL(begin_measure, (INT8OID),
		"UPDATE governance.incident_deadlines AS d"
		" SET act_by = i.resolved_at, due_at = governance.deadline_end("
		"d.jurisdiction_rule, d.jurisdiction, d.unit, d.amount,"
		" i.resolved_at) FROM governance.incidents AS i"
		" WHERE i.incident_id = $1 AND d.incident_id = i.incident_id"
		" AND i.resolved_at IS NOT NULL AND d.amount IS NOT NULL"
		" AND d.after_stage IS NULL AND d.due_at IS NULL"
		" AND d.notified_at IS NULL");

/*
 * Reportable, and nothing of a regime has been reported to that authority. An
 * earlier report to somebody else, the provider, does not count.
 */
GOV_SQL(find_hold, (TEXTOID, TEXTOID),
		"SELECT d.incident_id, d.regime"
		" FROM governance.incident_deadlines AS d"
		" JOIN governance.incidents AS i ON i.incident_id = d.incident_id"
		" WHERE ($1 IS NULL OR i.resource IN ($1, $1 || ':' || $2))"
		" AND governance.tells_authority(d.regime, d.kind, d.stage)"
		" GROUP BY d.incident_id, d.regime, d.jurisdiction"
		" HAVING pg_catalog.bool_and(d.notified_at IS NULL)"
		" ORDER BY d.incident_id LIMIT 1");

GOV_SQL(escalate, (INT8OID, TEXTOID, TEXTOID, TEXTOID),
		"UPDATE governance.incident_deadlines"
		" SET escalated_at = pg_catalog.clock_timestamp()"
		" WHERE incident_id = $1 AND regime = $2 AND stage = $3"
		" AND jurisdiction = $4");

/* {"regime": ..., second: ...} */
static Jsonb *
note_details(const char *regime, const char *key, const char *value)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "regime", regime);
	gov_json_put_text(&state, key, value);
	return gov_json_end(&state);
}

/* A clock that runs from a report that does not exist would never run. */
static void
check_after_stage(const char *regime, const char *kind, const char *stage,
				  const char *after_stage)
{
	if (gov_run(&find_before, gov_text(regime), gov_text(kind),
				gov_text(stage), gov_text(after_stage)) == 0)
		gov_bad_value("after_stage",
					  psprintf("\"%s %s\" has no stage \"%s\" yet.", regime,
							   kind, after_stage), "Set that stage first.");
	if (gov_row_bool(0, 1))
		gov_bad_value("after_stage",
					  psprintf("\"%s\" runs from \"%s\" itself.",
							   after_stage, stage), NULL);
}

/*
 * gov_set_regulatory_deadline(regime, kind, stage, amount, source,
 *							   description, is_incomplete_allowed, is_final,
 *							   unit, jurisdiction_rule, trigger, after_stage)
 */
Datum
gov_set_regulatory_deadline(PG_FUNCTION_ARGS)
{
	const char *regime = gov_arg_id(fcinfo, 0, "regime");
	const char *kind = gov_arg_id(fcinfo, 1, "kind");
	const char *stage = gov_arg_id(fcinfo, 2, "stage");
	const char *source = gov_arg_reason(fcinfo, 4, "source");
	const char *description = gov_arg_text(fcinfo, 5, "description", "");
	bool		is_incomplete_allowed = !PG_ARGISNULL(6) && PG_GETARG_BOOL(6);
	bool		is_final = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7);
	const char *unit = gov_arg_word(fcinfo, 8, "unit", gov_period_units,
									"hours");
	const char *rule = gov_arg_word(fcinfo, 9, "jurisdiction_rule", rules,
									"elapsed");
	const char *trigger = gov_arg_word(fcinfo, 10, "trigger", triggers,
									   "aware");
	const char *after_stage = gov_arg_id_or_null(fcinfo, 11, "after_stage");
	int			amount = PG_ARGISNULL(3) ? 0 :
		gov_arg_int4(fcinfo, 3, "amount", 1,
					 gov_period_most(gov_period_unit(unit)) / 10);

	if ((strcmp(trigger, "stage") == 0) != (after_stage != NULL) ||
		(after_stage != NULL && strcmp(after_stage, stage) == 0))
		gov_bad_value("after_stage",
					  "It is for the trigger \"stage\", and another stage.",
					  NULL);
	if (strcmp(rule, "elapsed") == 0 && strcmp(unit, "working_days") == 0)
		gov_bad_value("jurisdiction_rule",
					  "Working days need a calendar.", NULL);
	gov_refuse_read_only("gov_set_regulatory_deadline()");
	(void) gov_require(GOV_PERM_SYSTEM_CONFIG,
					   psprintf("regulatory_deadline/%s:%s:%s", regime, kind,
								stage));
	gov_spi_begin();
	if (after_stage != NULL)
		check_after_stage(regime, kind, stage, after_stage);
	gov_run_as("set", NULL, &set_regulatory, gov_text(regime), gov_text(kind),
			   gov_text(stage), gov_datum(Int32GetDatum(amount), amount == 0),
			   gov_text(source), gov_text(description),
			   gov_bool(is_incomplete_allowed), gov_bool(is_final),
			   gov_text(unit), gov_text(rule), gov_text(trigger),
			   gov_text(after_stage));
	return gov_spi_end_row(fcinfo);
}

static void
check_regime(const char *regime, const char *kind, TimestampTz aware_at)
{
	if (gov_run(&find_regime, gov_text(regime), gov_text(kind),
				gov_time(aware_at)) > 0)
		return;
	gov_run0(gov_sql("SELECT string_agg(k.regime || ' ' || k.kind, ', '"
					 " ORDER BY k.regime, k.kind)"
					 " FROM (SELECT DISTINCT regime, kind"
					 " FROM governance.regulatory_deadlines) AS k"));
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("regulatory deadline \"%s %s\" does not exist", regime,
					kind),
			 errhint("Regimes and kinds: %s.",
					 gov_row_null(0, 1) ? "none" : gov_row_text(0, 1))));
}

/* Nothing can be owed before it is known, or before there are such laws. */
static void
check_aware(const GovIncident *incident)
{
	if (incident->aware_at > GetCurrentTimestamp())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("incident \"" INT64_FORMAT "\" is not known yet",
						incident->id),
				 errdetail("Its aware_at is ahead of now."),
				 errhint("Mark it once that moment has come.")));
	if (incident->aware_at < FIRST_MOMENT)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("incident \"" INT64_FORMAT "\" was known too long ago",
						incident->id),
				 errdetail("Its aware_at is before July 1971, since when periods are counted."),
				 errhint("Report it anew with the right aware_at.")));
}

/*
 * gov_mark_incident_reportable(incident_id, regime, kind, jurisdictions)
 *		→ text[]: those concerned
 */
Datum
gov_mark_incident_reportable(PG_FUNCTION_ARGS)
{
	int64		incident_id = gov_arg_incident(fcinfo);
	const char *regime = gov_arg_id(fcinfo, 1, "regime");
	const char *kind = gov_arg_id(fcinfo, 2, "kind");
	int			count;
	const char **given = gov_arg_id_array(fcinfo, 3, "jurisdictions", &count);
	GovActor	actor;
	GovIncident incident;
	GovParam	jurisdictions;
	bool		isnull;
	Datum		result;
	int			i;

	if (count == 0)
		gov_bad_value("jurisdictions", "It is empty.",
					  "Leave it NULL where none is known yet.");
	gov_refuse_read_only("gov_mark_incident_reportable()");
	actor = gov_require_locking(GOV_PERM_INCIDENT_MANAGE,
								gov_incident_resource(incident_id),
								gov_incident_lock(incident_id, &incident));
	for (i = 0; i < count; i++)
		gov_calendar_check_jurisdiction(given[i]);
	check_regime(regime, kind, incident.aware_at);
	check_aware(&incident);
	gov_run(&choose_jurisdictions, gov_int8(incident_id), gov_text(regime),
			gov_text(kind), gov_datum(count < 0 ? (Datum) 0 :
									  PG_GETARG_DATUM(3), count < 0));
	result = gov_spi_keep(0, 1, &isnull);
	jurisdictions = gov_datum(result, isnull);
	if (gov_run(&find_unmarked, gov_int8(incident_id), gov_text(regime),
				gov_text(kind), jurisdictions) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("incident \"" INT64_FORMAT "\" is marked as \"%s %s\" already",
						incident_id, regime, kind)));

	gov_operation_begin("mark", NULL);
	if (gov_run(&mark, gov_int8(incident_id), gov_text(regime),
				gov_text(kind), gov_time(incident.aware_at),
				gov_text(actor.user_id), jurisdictions,
				gov_time(GetCurrentTimestamp())) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("incident \"" INT64_FORMAT "\" owes no report of regime \"%s\" any more",
						incident_id, regime),
				 errdetail("All of them are recorded.")));
	gov_incident_begin_measure(incident_id);
	gov_incident_note(incident_id, "reportable", "",
					  note_details(regime, "kind", kind));
	gov_operation_end();
	gov_spi_end();
	return result;
}

pg_noreturn static void
refuse_stage(int64 incident_id, const char *regime, const char *stage)
{
	bool		is_marked;

	gov_run(gov_sql("SELECT string_agg(d.regime || ' ' || d.stage || ' ' ||"
					" d.jurisdiction, ', '"
					" ORDER BY d.regime, d.due_at, d.stage, d.jurisdiction)"
					" FROM governance.incident_deadlines AS d"
					" WHERE d.incident_id = $1"), gov_int8(incident_id));
	is_marked = !gov_row_null(0, 1);
	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("incident \"" INT64_FORMAT "\" owes no report \"%s %s\"",
					incident_id, regime, stage),
			 is_marked ? errhint("It owes: %s.", gov_row_text(0, 1)) :
			 errhint("gov_mark_incident_reportable() says that it owes one.")));
}

/* Begin the clocks that run from a measure, if the incident is resolved. */
void
gov_incident_begin_measure(int64 incident_id)
{
	gov_spi_begin();
	gov_run(&begin_measure, gov_int8(incident_id));
	gov_spi_end();
}

/*
 * gov_record_notification(incident_id, regime, stage, jurisdiction, reasons)
 */
Datum
gov_record_notification(PG_FUNCTION_ARGS)
{
	int64		incident_id = gov_arg_incident(fcinfo);
	const char *regime = gov_arg_id(fcinfo, 1, "regime");
	const char *stage = gov_arg_id(fcinfo, 2, "stage");
	const char *jurisdiction = gov_arg_text(fcinfo, 3, "jurisdiction", NULL);
	const char *reasons = gov_arg_text(fcinfo, 4, "reasons", "");
	TimestampTz now;
	GovActor	actor;
	GovIncident incident;
	bool		is_late;
	bool		is_final;

	gov_refuse_read_only("gov_record_notification()");
	actor = gov_require_locking(GOV_PERM_INCIDENT_MANAGE,
								gov_incident_resource(incident_id),
								gov_incident_lock(incident_id, &incident));
	if (gov_run(&find_stage, gov_int8(incident_id), gov_text(regime),
				gov_text(stage), gov_text(jurisdiction)) == 0)
		refuse_stage(incident_id, regime, stage);
	if (gov_row_int8(0, 1) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("report \"%s %s\" of incident \"" INT64_FORMAT "\" is recorded already",
						regime, stage, incident_id)));
	is_late = gov_row_bool(0, 2);
	is_final = gov_row_bool(0, 3);

	gov_operation_begin("notify", NULL);
	now = GetCurrentTimestamp();
	gov_run(&settle, gov_int8(incident_id), gov_text(regime),
			gov_text(stage), gov_text(actor.user_id), gov_bool(is_final),
			gov_text(jurisdiction), gov_time(now), gov_text(reasons));
	gov_run(&begin_next, gov_int8(incident_id), gov_text(regime),
			gov_text(stage), gov_text(jurisdiction), gov_time(now));
	gov_incident_note(incident_id, "notified", !is_late ? reasons :
					  reasons[0] ? psprintf("late: %s", reasons) : "late",
					  note_details(regime, "stage", stage));
	gov_operation_end();
	gov_run(gov_sql("SELECT d FROM governance.incident_deadlines AS d"
					" WHERE incident_id = $1 AND regime = $2 AND stage = $3"
					" AND jurisdiction = coalesce($4, jurisdiction)"
					" ORDER BY notified_at DESC, due_at, jurisdiction"
					" LIMIT 1"), gov_int8(incident_id), gov_text(regime),
			gov_text(stage), gov_text(jurisdiction));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_incident_refuse_held
 *		Legal hold.  Marking an incident writes to the same table, so either
 *		the marking waits for this transaction, or this one sees it.
 */
void
gov_incident_refuse_held(const char *id, const char *version,
						 const char *what)
{
	LockRelationOid(gov_relation(GOV_REL_INCIDENT_DEADLINES), ShareLock);
	if (gov_run(&find_hold, gov_text(id), gov_text(version)) > 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("%s is under legal hold", what),
				 errdetail("An authority has not been told yet of incident \"%s\", which is reportable under \"%s\".",
						   gov_row_text(0, 1), gov_row_text(0, 2)),
				 errhint("gov_record_notification() records that the authority was told; a rollback is always possible.")));
}

/*
 * gov_incident_escalate_deadlines
 *		Report each missed deadline once: in the timeline, in the trail and, by
 *		the guard, in the outbox.
 */
int64
gov_incident_escalate_deadlines(int limit)
{
	uint64		found;
	uint64		i;
	SPITupleTable *missed;

	gov_spi_begin();
	found = gov_run(gov_sql("SELECT incident_id, regime, stage, jurisdiction"
							" FROM governance.incident_deadlines"
							" WHERE due_at <= $2 AND notified_at IS NULL"
							" AND escalated_at IS NULL ORDER BY due_at"
							" LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED"),
					gov_int4(limit), gov_time(GetCurrentTimestamp()));
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
		char	   *jurisdiction = SPI_getvalue(row, missed->tupdesc, 4);

		gov_run(&escalate, gov_int8(incident_id), gov_text(regime),
				gov_text(stage), gov_text(jurisdiction));
		gov_incident_note(incident_id, "deadline_missed", "",
						  note_details(regime, "stage", stage));
	}
	gov_operation_end();
	gov_spi_end();
	return found;
}
