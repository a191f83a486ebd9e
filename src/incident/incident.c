/*
 * incident.c
 *		Reporting incidents, and their timeline.
 *
 * Reports with the same dedup_key take turns by a lock on the key, and look
 * for an unresolved incident in a statement after it: two at once make one
 * incident at every isolation level.  The unique index is for those who write
 * without the functions.
 */
#include "postgres.h"

#include "catalog/pg_class.h"
#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"

#include "access/require.h"
#include "core/args.h"
#include "core/operation.h"
#include "core/relations.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "incident/incident.h"
#include "lifecycle/known.h"

PG_FUNCTION_INFO_V1(gov_report_incident);

#define RESOURCE_MAX	1024
#define DEDUP_KEY_MAX	512

static const char *const categories[] = {
	"performance", "safety", "security", "reliability", "compliance", "other",
	NULL
};

/* From mild to severe. */
static const char *const severities[] = {
	"info", "warning", "error", "critical", NULL
};

GOV_SQL(insert_incident,
		(TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, INT4OID, TEXTOID,
		 TIMESTAMPTZOID, TEXTOID, JSONBOID),
		"INSERT INTO governance.incidents (category, severity, title,"
		" description, resource, affected_count, reported_by, aware_at,"
		" dedup_key, metadata)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7,"
		" coalesce($8, pg_catalog.clock_timestamp()), $9, $10)"
		" RETURNING incident_id");

/* What somebody reports. */
typedef struct Report
{
	const char *category;
	const char *severity;
	const char *title;
	const char *description;
	const char *resource;
	int			affected_count;
	const char *dedup_key;		/* or NULL */
	TimestampTz aware_at;		/* DT_NOEND: now */
	Jsonb	   *metadata;		/* or NULL */
} Report;

int64
gov_arg_incident(FunctionCallInfo fcinfo)
{
	return gov_arg_int8(fcinfo, 0, "incident_id", PG_INT64_MIN, PG_INT64_MAX);
}

char *
gov_incident_resource(int64 incident_id)
{
	return psprintf("incident/" INT64_FORMAT, incident_id);
}

void
gov_incident_lock(int64 incident_id, GovIncident *incident)
{
	if (gov_run(gov_sql("SELECT status, dedup_key, aware_at"
						" FROM governance.incidents WHERE incident_id = $1"
						" FOR NO KEY UPDATE"), gov_int8(incident_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("incident \"" INT64_FORMAT "\" does not exist",
						incident_id),
				 errhint("SELECT * FROM gov_incidents(status => 'all') lists them.")));
	incident->id = incident_id;
	incident->status = gov_row_text(0, 1);
	incident->dedup_key = gov_row_text(0, 2);
	incident->aware_at = gov_row_time(0, 3);
}

/* Two keys with the same hash wait for each other needlessly, no more. */
void
gov_incident_lock_key(const char *dedup_key)
{
	LOCKTAG		tag;
	uint32		hash;

	if (dedup_key == NULL)
		return;
	hash = hash_bytes((const unsigned char *) dedup_key,
					  (int) strlen(dedup_key));
	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, gov_relation(GOV_REL_INCIDENTS),
					   hash, 0);
	(void) LockAcquire(&tag, ExclusiveLock, false, false);
}

int64
gov_incident_find_key(const char *dedup_key)
{
	if (gov_run(gov_sql("SELECT incident_id FROM governance.incidents"
						" WHERE dedup_key = $1"
						" AND status IN ('open', 'acknowledged', 'reopened')"
						" FOR NO KEY UPDATE"), gov_text(dedup_key)) == 0)
		return 0;
	return gov_row_int8(0, 1);
}

void
gov_incident_note(int64 incident_id, const char *kind, const char *comments,
				  Jsonb *details)
{
	GovActor	actor;
	bool		is_alone = gov_operation_verb() == NULL;

	(void) gov_actor_get(&actor);
	gov_spi_begin();
	if (is_alone)
		gov_operation_begin("note", NULL);
	gov_run(gov_sql("INSERT INTO governance.incident_events AS e"
					" (incident_id, actor, kind, comments, details)"
					" VALUES ($1, $2, $3, $4, coalesce($5, '{}'))"),
			gov_int8(incident_id),
			gov_text(actor.user_id[0] ? actor.user_id : NULL), gov_text(kind),
			gov_text(comments), gov_json(details));
	if (is_alone)
		gov_operation_end();
	gov_spi_end();
}

static int
severity_rank(const char *severity)
{
	int			i;

	for (i = 0; severities[i] != NULL; i++)
	{
		if (strcmp(severities[i], severity) == 0)
			return i;
	}
	return -1;
}

/*
 * joined_details
 *		The details of a report that joins an incident: all of it is kept.
 */
static Jsonb *
joined_details(const Report *report)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "category", report->category);
	gov_json_put_text(&state, "severity", report->severity);
	gov_json_put_text(&state, "description", report->description);
	gov_json_put_text(&state, "resource", report->resource);
	gov_json_put(&state, "affected_count",
				 Int32GetDatum(report->affected_count), false, INT4OID);
	if (report->metadata != NULL)
	{
		gov_json_put(&state, "metadata", JsonbPGetDatum(report->metadata),
					 false, JSONBOID);
	}
	return gov_json_end(&state);
}

/* Add a further report to an unresolved incident, whose row is locked. */
static void
join(int64 incident_id, const Report *report)
{
	const char *severity;
	int64		affected;
	bool		is_worse;

	gov_run(gov_sql("SELECT severity, affected_count"
					" FROM governance.incidents WHERE incident_id = $1"),
			gov_int8(incident_id));
	severity = gov_row_text(0, 1);
	is_worse = severity_rank(report->severity) > severity_rank(severity);
	affected = Min((int64) gov_row_int4(0, 2) + report->affected_count,
				   PG_INT32_MAX);

	gov_operation_begin("join", NULL);
	if (is_worse || report->affected_count > 0)
		gov_run(gov_sql("UPDATE governance.incidents"
						" SET severity = $2, affected_count = $3"
						" WHERE incident_id = $1"), gov_int8(incident_id),
				gov_text(is_worse ? report->severity : severity),
				gov_int4((int32) affected));
	gov_incident_note(incident_id, "joined", report->title,
					  joined_details(report));
	gov_operation_end();
}

/* Open an incident or join one; returns its id.  The key is locked. */
static int64
open_or_join(const Report *report)
{
	int64		incident_id = 0;
	GovActor	actor;

	if (report->dedup_key != NULL)
		incident_id = gov_incident_find_key(report->dedup_key);
	if (incident_id != 0)
	{
		join(incident_id, report);
		return incident_id;
	}

	(void) gov_actor_get(&actor);
	gov_operation_begin("report", NULL);
	gov_run(&insert_incident, gov_text(report->category),
			gov_text(report->severity), gov_text(report->title),
			gov_text(report->description), gov_text(report->resource),
			gov_int4(report->affected_count),
			gov_text(actor.user_id[0] ? actor.user_id : NULL),
			gov_time(report->aware_at), gov_text(report->dedup_key),
			gov_json(report->metadata));
	incident_id = gov_row_int8(0, 1);
	gov_incident_note(incident_id, "reported", "", NULL);
	gov_operation_end();
	return incident_id;
}

static Jsonb *
empty_object(void)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	return gov_json_end(&state);
}

int64
gov_incident_open(const char *category, const char *severity,
				  const char *title, const char *description,
				  const char *resource, int affected_count,
				  const char *dedup_key, Jsonb *metadata)
{
	Report		report = {0};
	int64		incident_id;

	report.category = category;
	report.severity = severity;
	report.title = title;
	report.description = description ? description : "";
	report.resource = resource;
	report.affected_count = affected_count;
	report.dedup_key = dedup_key;
	report.aware_at = DT_NOEND;
	gov_spi_begin();
	report.metadata = metadata ? metadata : empty_object();
	gov_incident_lock_key(dedup_key);
	incident_id = open_or_join(&report);
	gov_spi_end();
	return incident_id;
}

/* A text of at most so many bytes that is not blank. */
static const char *
arg_short_text(FunctionCallInfo fcinfo, int n, const char *name, int max)
{
	const char *s = gov_arg_reason(fcinfo, n, name);

	if (strlen(s) > max)
		gov_bad_value(name,
					  psprintf("It has %zu bytes, more than %d.", strlen(s),
							   max),
					  NULL);
	return s;
}

/*
 * gov_report_incident(category, severity, title, description, resource,
 *					   affected_count, metadata, aware_at, dedup_key)
 */
Datum
gov_report_incident(PG_FUNCTION_ARGS)
{
	Report		report = {0};
	int64		incident_id;

	report.category = gov_arg_word(fcinfo, 0, "category", categories, NULL);
	report.severity = gov_arg_word(fcinfo, 1, "severity", severities, NULL);
	report.title = arg_short_text(fcinfo, 2, "title", RESOURCE_MAX);
	report.description = gov_arg_text(fcinfo, 3, "description", NULL);
	if (report.description == NULL)
		gov_bad_value("description",
					  "The argument \"description\" is missing.", NULL);
	report.resource = arg_short_text(fcinfo, 4, "resource", RESOURCE_MAX);
	if (!PG_ARGISNULL(5))
		report.affected_count = gov_arg_int4(fcinfo, 5, "affected_count", 0,
											 PG_INT32_MAX);
	report.metadata = gov_arg_object(fcinfo, 6, "metadata", false);
	report.aware_at = gov_arg_past(fcinfo, 7, "aware_at");
	if (!PG_ARGISNULL(8))
		report.dedup_key = arg_short_text(fcinfo, 8, "dedup_key",
										  DEDUP_KEY_MAX);

	gov_refuse_read_only("gov_report_incident()");
	(void) gov_require_locking(GOV_PERM_INCIDENT_REPORT, NULL,
							   (gov_known_resource(report.resource),
								gov_incident_lock_key(report.dedup_key)));
	incident_id = open_or_join(&report);
	gov_run(gov_sql("SELECT i FROM governance.incidents AS i"
					" WHERE incident_id = $1"), gov_int8(incident_id));
	return gov_spi_end_row(fcinfo);
}
