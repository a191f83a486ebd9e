/*
 * record.c
 *		Writing audit events: the recording half of the trail.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/sequence.h"
#include "commands/trigger.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/inval.h"
#include "utils/timestamp.h"
#include "utils/xid8.h"

#include "access/check_log.h"
#include "access/credentials.h"
#include "access/require.h"
#include "audit/canonical.h"
#include "audit/record.h"
#include "audit/seal.h"
#include "core/client.h"
#include "core/errors.h"
#include "core/insert.h"
#include "core/relations.h"
#include "core/restoring.h"
#include "core/row_json.h"
#include "core/scan.h"
#include "core/spi.h"
#include "core/work.h"

PG_FUNCTION_INFO_V1(gov_audit_append_only);
PG_FUNCTION_INFO_V1(gov_log_event);

static GovStatement insert_event = {
	.sql = "INSERT INTO governance.audit_events ("
#define GOV_AUDIT_FIELD(number, column, type) #column ", "
#include "audit/fields.h"
#undef GOV_AUDIT_FIELD
		   "leaf_hash) OVERRIDING SYSTEM VALUE"
		   " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,"
		   " $14, $15, $16, $17, $18, $19, $20)",
	.argtypes = {INT8OID, INT8OID, TIMESTAMPTZOID, XID8OID, TEXTOID, TEXTOID,
		TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID,
		JSONBOID, JSONBOID, JSONBOID, JSONBOID, INETOID, TEXTOID, BYTEAOID},
	.isolated = true
};

StaticAssertDecl(GOV_AUDIT_FIELDS == 19,
				 "insert_event has a parameter and a type for each field");

static GovInsert event_row = {
	.table = GOV_REL_AUDIT_EVENTS,
#define GOV_AUDIT_FIELD(number, column, type) #column " "
	.columns =
#include "audit/fields.h"
#undef GOV_AUDIT_FIELD
		"leaf_hash",
	.statement = &insert_event
};

GOV_SQL(select_event, (INT8OID),
		"SELECT e FROM governance.audit_events AS e WHERE event_id = $1",
		.isolated = true);

/* Is an insertion of ours in progress? */
static bool recording = false;

/* Has this transaction written an event? */
static bool wrote_events = false;

/*
 * current_incarnation
 *		Which life of the log this is: raised when it is restored elsewhere.
 */
static int64
current_incarnation(void)
{
	static uint64 generation = 0;
	static int64 incarnation = 0;
	uint64		now;
	GovScan		scan;
	bool		isnull;

	if (gov_cache_is_current(GOV_CACHE_POLICY, generation))
		return incarnation;

	now = gov_cache_generation_to_load(GOV_CACHE_POLICY);
	gov_scan_begin(&scan, GOV_REL_AUDIT_LOG);
	if (!gov_scan_next(&scan))
	{
		gov_refuse_restoring();
		elog(ERROR, "table \"governance.audit_log\" is empty");
	}
	incarnation = DatumGetInt64(gov_scan_datum(&scan, "incarnation", &isnull));
	gov_scan_end(&scan);
	generation = now;			/* last: an error leaves it unread */
	return incarnation;
}

/*
 * Canonical bytes of an event: what its writer brought, as arguments of a
 * function, and all of it.  Whoever may do little makes events of little.
 */
#define BROUGHT_MAX_MB 1
#define EVENT_MAX_MB 64
#define MB ((Size) 1024 * 1024)

pg_noreturn static void
too_large(Size size, int max_mb)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("the audit event would be too large"),
			 size > EVENT_MAX_MB * MB ?
			 errdetail("It has more than %d MB.", max_mb) :
			 errdetail("It has %zu bytes, more than %d MB.", size, max_mb),
			 errhint("Keep large documents elsewhere, and here their hashes.")));
}

/* Of a row that was there: of what it was, and of what became of it. */
static Size
length_of_rows(const Datum *values, const bool *nulls, StringInfo buf)
{
	bool		others[GOV_AUDIT_FIELDS];
	GovLeafLimit limit = {DT_NOEND, EVENT_MAX_MB * MB, 0};
	uint8		leaf[GOV_SHA256_LEN];

	if (nulls[GOV_AUDIT_old_row])
		return 0;
	memset(others, true, sizeof(others));
	others[GOV_AUDIT_old_row] = false;
	others[GOV_AUDIT_new_row] = nulls[GOV_AUDIT_new_row];
	(void) gov_canonical_leaf(buf, values, others, &limit, leaf);
	return limit.len;
}

/*
 * make_leaf
 *		The hash that the event's leaf will be; 22023 where the event is too
 *		large.
 */
static void
make_leaf(const GovEvent *event, const Datum *values, const bool *nulls,
		  uint8 leaf[GOV_SHA256_LEN])
{
	GovLeafLimit limit = {DT_NOEND, EVENT_MAX_MB * MB, 0};
	StringInfoData buf;
	Size		brought;

	initStringInfo(&buf);
	if (!gov_canonical_leaf(&buf, values, nulls, &limit, leaf))
		too_large(limit.max + 1, EVENT_MAX_MB);
	if (limit.len > BROUGHT_MAX_MB * MB && !event->is_direct)
	{
		brought = limit.len - length_of_rows(values, nulls, &buf);
		if (brought > BROUGHT_MAX_MB * MB)
			too_large(brought, BROUGHT_MAX_MB);
	}
	pfree(buf.data);
}

/* This session, now. */
static void
own_origin(GovOrigin *origin, GovActor *actor)
{
	(void) gov_actor_get(actor);
	origin->occurred_at = GetCurrentTimestamp();
	origin->actor = actor->user_id[0] ? actor->user_id : NULL;
	origin->evidence = actor->evidence;
	origin->db_role = gov_session_db_role();
	origin->login = gov_session_login();
	origin->client_addr = gov_client_addr();
	origin->application_name =
		application_name && application_name[0] ? application_name : NULL;
}

/*
 * set_fields
 *		The value of each field of fields.h: without one here, it does not
 *		compile, so that none is left as memory happened to be.
 */
static void
set_fields(GovParam *params, int64 event_id, const GovOrigin *origin,
		   const GovEvent *event)
{
	GovParam	event_id_value = gov_int8(event_id);
	GovParam	incarnation_value = gov_int8(current_incarnation());
	GovParam	occurred_at_value = gov_time(origin->occurred_at);
	GovParam	xid_value =
		gov_datum(FullTransactionIdGetDatum(GetTopFullTransactionId()), false);
	GovParam	actor_value = gov_text(origin->actor);
	GovParam	evidence_value = gov_text(gov_evidence_name(origin->evidence));
	GovParam	db_role_value = gov_text(origin->db_role);
	GovParam	session_role_value = gov_text(origin->login);
	GovParam	event_type_value = gov_text(event->event_type);
	GovParam	action_value = gov_text(event->action);
	GovParam	resource_value = gov_text(event->resource);
	GovParam	resource_type_value = gov_text(event->resource_type);
	GovParam	outcome_value = gov_text(event->outcome);
	GovParam	old_row_value = gov_json(event->old_row);
	GovParam	new_row_value = gov_json(event->new_row);
	GovParam	changes_value = gov_json(event->changes);
	GovParam	details_value = gov_json(event->details);
	GovParam	client_addr_value =
		gov_datum(InetPGetDatum(origin->client_addr),
				  origin->client_addr == NULL);
	GovParam	application_name_value = gov_text(origin->application_name);

#define GOV_AUDIT_FIELD(number, column, type) \
	params[GOV_AUDIT_##column] = column##_value;
#include "audit/fields.h"
#undef GOV_AUDIT_FIELD
}

/*
 * gov_audit_record
 *		Write one event, as the owner of the log.
 *
 * The insertion names no operator and no function, so the caller's
 * search_path has no say in it; it runs as the owner so that a role to which
 * a DBA granted a table needs no right on the log.
 */
int64
gov_audit_record(const GovEvent *event)
{
	GovParam	params[GOV_AUDIT_FIELDS + 1];
	Datum		values[GOV_AUDIT_FIELDS];
	bool		nulls[GOV_AUDIT_FIELDS];
	uint8		leaf[GOV_SHA256_LEN];
	GovOrigin	origin;
	GovActor	actor;
	int64		event_id;
	Oid			save_userid;
	int			save_context;
	int			i;

	if (event->origin != NULL)
		origin = *event->origin;
	else
		own_origin(&origin, &actor);
	event_id =
		nextval_internal(gov_relation(GOV_REL_AUDIT_EVENTS_EVENT_ID_SEQ),
						 false);
	set_fields(params, event_id, &origin, event);

	for (i = 0; i < GOV_AUDIT_FIELDS; i++)
	{
		values[i] = params[i].value;
		nulls[i] = params[i].isnull;
	}
	make_leaf(event, values, nulls, leaf);
	params[GOV_AUDIT_FIELDS] = gov_bytes(leaf, GOV_SHA256_LEN);

	GetUserIdAndSecContext(&save_userid, &save_context);
	SetUserIdAndSecContext(gov_owner(),
						   save_context | SECURITY_LOCAL_USERID_CHANGE);
	PG_TRY();
	{
		recording = true;
		gov_insert(&event_row, params, lengthof(params));
	}
	PG_FINALLY();
	{
		recording = false;
	}
	PG_END_TRY();
	SetUserIdAndSecContext(save_userid, save_context);
	wrote_events = true;
	return event_id;
}

int64
gov_audit_done(const char *event_type, const char *action,
			   const char *resource, const char *resource_type,
			   const Jsonb *details)
{
	GovEvent	event = {0};

	event.event_type = event_type;
	event.action = action;
	event.resource = resource;
	event.resource_type = resource_type;
	event.outcome = "success";
	event.details = details;
	return gov_audit_record(&event);
}

/* Events that became visible want sealing. */
static void
xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
			if (wrote_events)
				gov_work_mark();
			wrote_events = false;
			break;
		case XACT_EVENT_PREPARE:
			if (wrote_events)
				gov_work_mark_prepared();
			wrote_events = false;
			break;
		case XACT_EVENT_ABORT:
			wrote_events = false;
			break;
		default:
			break;
	}
}

/* A permission check as an event, for governance.log_checks. */
static void
record_check(const char *user_id, const char *permission,
			 const char *resource, bool allowed)
{
	JsonbParseState *state = NULL;
	GovEvent	event = {0};

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put(&state, "permission", CStringGetTextDatum(permission), false,
				 TEXTOID);
	gov_json_put(&state, "user_id",
				 user_id ? CStringGetTextDatum(user_id) : (Datum) 0,
				 user_id == NULL, TEXTOID);
	event.details = gov_json_end(&state);
	event.event_type = "access.check";
	event.action = "check";
	event.resource = resource;
	event.resource_type = "access";
	event.outcome = allowed ? "success" : "denied";
	gov_spi_begin();
	(void) gov_audit_record(&event);
	gov_spi_end();
}

static void
record_impersonation(const char *resource)
{
	gov_spi_begin();
	(void) gov_audit_done("user.impersonate", "impersonate", resource, "user",
						  NULL);
	gov_spi_end();
}

void
gov_audit_init(void)
{
	gov_check_recorder = record_check;
	gov_impersonation_recorder = record_impersonation;
	RegisterXactCallback(xact_callback, NULL);
}

/*
 * gov_audit_append_only
 *		Trigger of governance.audit_events: what is written stays.
 */
Datum
gov_audit_append_only(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;

	if (!CALLED_AS_TRIGGER(fcinfo) ||
		RelationGetRelid(trigdata->tg_relation) !=
		gov_relation(GOV_REL_AUDIT_EVENTS))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("this function is the trigger of governance.audit_events")));

	if ((TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) && recording) ||
		(TRIGGER_FIRED_BY_DELETE(trigdata->tg_event) &&
		 gov_retire_is_deleting()))
		return PointerGetDatum(trigdata->tg_trigtuple);

	if (gov_restoring_lets_pass())
		return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ?
							   trigdata->tg_newtuple :
							   trigdata->tg_trigtuple);

	ereport(ERROR,
			(errcode(ERRCODE_GOV_APPEND_ONLY),
			 errmsg("the audit trail is append-only"),
			 errdetail("%s on governance.audit_events was refused.",
					   TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) ? "INSERT" :
					   TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ? "UPDATE" :
					   TRIGGER_FIRED_BY_DELETE(trigdata->tg_event) ? "DELETE" :
					   "TRUNCATE"),
			 errhint("Events are written by what they tell of; an application logs its own with gov_log_event().%s",
					 TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) ?
					 " A dump is loaded between gov_pre_restore() and gov_post_restore()." : "")));
}

/*
 * gov_log_event(event_type, action, resource, status, details)
 *		An application's own event.
 */
Datum
gov_log_event(PG_FUNCTION_ARGS)
{
	static const char *const outcomes[] = {"success", "denied", "failure",
	NULL};
	const char *event_type = gov_arg_reason(fcinfo, 0, "event_type");
	const char *action = gov_arg_reason(fcinfo, 1, "action");
	const char *resource = gov_arg_text(fcinfo, 2, "resource", NULL);
	const char *status = gov_arg_word(fcinfo, 3, "status", outcomes,
									  "success");
	Jsonb	   *details = gov_arg_object(fcinfo, 4, "details", false);
	GovEvent	event = {0};
	int64		event_id;

	if (strchr(event_type, '.') != NULL)
		gov_bad_value("event_type",
					  psprintf("\"%s\" contains a dot.",
							   gov_excerpt(event_type, strlen(event_type))),
					  "Types with a dot are the extension's own: it alone writes them.");
	gov_refuse_read_only("gov_log_event()");
	(void) gov_require_actor();

	event.event_type = event_type;
	event.action = action;
	event.resource = resource && resource[0] ? resource : NULL;
	event.outcome = status;
	event.details = details;

	gov_spi_begin();
	event_id = gov_audit_record(&event);
	gov_run(&select_event, gov_int8(event_id));
	return gov_spi_end_row(fcinfo);
}
