/*
 * incident_move.c
 *		Acknowledging, resolving, closing and reopening incidents.
 *
 * Every function locks the incident's row and then looks at its state.  The
 * times are taken after the lock.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "access/require.h"
#include "core/args.h"
#include "core/operation.h"
#include "core/spi.h"
#include "incident/deadline.h"
#include "incident/incident.h"
#include "lifecycle/lifecycle.h"

PG_FUNCTION_INFO_V1(gov_acknowledge_incident);
PG_FUNCTION_INFO_V1(gov_resolve_incident);
PG_FUNCTION_INFO_V1(gov_close_incident);
PG_FUNCTION_INFO_V1(gov_reopen_incident);
PG_FUNCTION_INFO_V1(gov_comment_incident);

GOV_SQL(acknowledge, (INT8OID),
		"UPDATE governance.incidents AS i SET status = 'acknowledged',"
		" acknowledged_at = coalesce(acknowledged_at,"
		" pg_catalog.clock_timestamp())"
		" WHERE incident_id = $1 RETURNING i");

GOV_SQL(resolve, (INT8OID, TEXTOID, TEXTOID),
		"UPDATE governance.incidents AS i SET status = 'resolved',"
		" resolved_at = pg_catalog.clock_timestamp(), resolution = $2,"
		" root_cause = CASE WHEN $3 = '' THEN root_cause ELSE $3 END"
		" WHERE incident_id = $1 RETURNING i");

GOV_SQL(close_resolved, (INT8OID),
		"UPDATE governance.incidents AS i SET status = 'closed'"
		" WHERE incident_id = $1 RETURNING i");

GOV_SQL(reopen, (INT8OID),
		"UPDATE governance.incidents AS i SET status = 'reopened',"
		" resolved_at = NULL WHERE incident_id = $1 RETURNING i");

/* Raise 55000 unless the verb moves it from its state to that one. */
static void
check_move(const GovIncident *incident, const char *to, const char *verb)
{
	if (gov_transition_find("incident", incident->status, to, verb) != NULL)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("incident \"" INT64_FORMAT "\" is %s", incident->id,
					incident->status),
			 errdetail("\"%s\" does not apply to it.", verb),
			 errhint("From \"%s\" it can go to: %s.", incident->status,
					 gov_transition_targets("incident", incident->status))));
}

/*
 * begin_move
 *		Do everything up to the write; SPI and the operation are open
 *		afterwards.
 */
static void
begin_move(int64 incident_id, const char *to, const char *verb,
		   const char *reason, GovIncident *incident)
{
	(void) gov_require_locking(GOV_PERM_INCIDENT_MANAGE,
							   gov_incident_resource(incident_id),
							   gov_incident_lock(incident_id, incident));
	check_move(incident, to, verb);
	gov_operation_begin(verb, reason[0] ? reason : NULL);
}

/* Write the note, and return the row that the write returned. */
static Datum
end_move(FunctionCallInfo fcinfo, const GovIncident *incident,
		 const char *kind, const char *comments)
{
	gov_incident_note(incident->id, kind, comments, NULL);
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/* A move that stores nothing but comments. */
static Datum
move_with_comments(FunctionCallInfo fcinfo, const char *function,
				   const char *to, const char *verb, GovStatement *statement)
{
	int64		incident_id = gov_arg_incident(fcinfo);
	const char *comments = gov_arg_text(fcinfo, 1, "comments", "");
	GovIncident incident;

	gov_refuse_read_only(function);
	begin_move(incident_id, to, verb, comments, &incident);
	gov_run(statement, gov_int8(incident_id));
	return end_move(fcinfo, &incident, to, comments);
}

/*
 * gov_acknowledge_incident(incident_id, comments)
 */
Datum
gov_acknowledge_incident(PG_FUNCTION_ARGS)
{
	return move_with_comments(fcinfo, "gov_acknowledge_incident()",
							  "acknowledged", "acknowledge", &acknowledge);
}

/*
 * gov_resolve_incident(incident_id, resolution, root_cause)
 */
Datum
gov_resolve_incident(PG_FUNCTION_ARGS)
{
	int64		incident_id = gov_arg_incident(fcinfo);
	const char *resolution = gov_arg_reason(fcinfo, 1, "resolution");
	const char *root_cause = gov_arg_text(fcinfo, 2, "root_cause", "");
	GovIncident incident;

	gov_refuse_read_only("gov_resolve_incident()");
	begin_move(incident_id, "resolved", "resolve", resolution, &incident);
	gov_run(&resolve, gov_int8(incident_id), gov_text(resolution),
			gov_text(root_cause));
	gov_incident_begin_measure(incident_id);
	return end_move(fcinfo, &incident, "resolved", resolution);
}

/*
 * gov_close_incident(incident_id, comments)
 */
Datum
gov_close_incident(PG_FUNCTION_ARGS)
{
	return move_with_comments(fcinfo, "gov_close_incident()", "closed",
							  "close", &close_resolved);
}

/*
 * lock_with_key
 *		Take the lock on the incident's key, before the one on its row, as
 *		reporting does.  The key never changes.
 */
static void
lock_with_key(int64 incident_id, GovIncident *incident)
{
	if (gov_run(gov_sql("SELECT dedup_key FROM governance.incidents"
						" WHERE incident_id = $1"), gov_int8(incident_id)) > 0)
		gov_incident_lock_key(gov_row_text(0, 1));
	gov_incident_lock(incident_id, incident);
}

/*
 * gov_reopen_incident(incident_id, reason)
 */
Datum
gov_reopen_incident(PG_FUNCTION_ARGS)
{
	int64		incident_id = gov_arg_incident(fcinfo);
	const char *reason = gov_arg_reason(fcinfo, 1, "reason");
	GovIncident incident;
	int64		other = 0;

	gov_refuse_read_only("gov_reopen_incident()");
	(void) gov_require_locking(GOV_PERM_INCIDENT_MANAGE,
							   gov_incident_resource(incident_id),
							   lock_with_key(incident_id, &incident));
	check_move(&incident, "reopened", "reopen");
	if (incident.dedup_key != NULL)
		other = gov_incident_find_key(incident.dedup_key);
	if (other != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("incident \"" INT64_FORMAT "\" cannot be reopened",
						incident_id),
				 errdetail("Incident \"" INT64_FORMAT "\" has the same key and is unresolved.",
						   other),
				 errhint("Go on with that one.")));
	gov_operation_begin("reopen", reason);
	gov_run(&reopen, gov_int8(incident_id));
	return end_move(fcinfo, &incident, "reopened", reason);
}

/*
 * gov_comment_incident(incident_id, comments)
 */
Datum
gov_comment_incident(PG_FUNCTION_ARGS)
{
	int64		incident_id = gov_arg_incident(fcinfo);
	const char *comments = gov_arg_reason(fcinfo, 1, "comments");
	GovActor	actor;
	GovIncident incident;

	gov_refuse_read_only("gov_comment_incident()");
	actor = gov_require_any_locking(GOV_MASK(GOV_PERM_INCIDENT_REPORT) |
									GOV_MASK(GOV_PERM_INCIDENT_MANAGE),
									gov_incident_resource(incident_id),
									gov_incident_lock(incident_id,
													  &incident));
	gov_run_as("comment", NULL,
			   gov_sql("INSERT INTO governance.incident_events AS e"
					   " (incident_id, actor, kind, comments)"
					   " VALUES ($1, $2, 'commented', $3) RETURNING e"),
			   gov_int8(incident_id), gov_text(actor.user_id),
			   gov_text(comments));
	return gov_spi_end_row(fcinfo);
}
