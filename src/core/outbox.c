/*
 * outbox.c
 *		Events for the world outside: adding, numbering and deleting them.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "commands/async.h"
#include "commands/dbcommands.h"
#include "commands/sequence.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"

#include "core/insert.h"
#include "core/outbox.h"
#include "core/relations.h"
#include "core/spi.h"
#include "core/work.h"

/* It names no operator and no function, so any search_path will do. */
GOV_SQL(insert_event,
		(INT8OID, UUIDOID, TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID,
		 JSONBOID),
		"INSERT INTO governance.events (event_no, id, source, type, subject,"
		" \"time\", data) OVERRIDING SYSTEM VALUE"
		" VALUES ($1, $2, $3, $4, $5, $6, $7)",
		.isolated = true);

static GovInsert event_row = {
	.table = GOV_REL_EVENTS,
	.columns = "event_no id source type subject time data",
	.statement = &insert_event
};

/* Number what has committed, in the order in which it was written. */
GOV_SQL(number_events, (INT8OID, INT4OID),
		"UPDATE governance.events AS e"
		" SET published_no = $1 + n.n,"
		" published_at = pg_catalog.clock_timestamp()"
		" FROM (SELECT w.event_no,"
		" row_number() OVER (ORDER BY w.event_no) AS n"
		" FROM (SELECT u.event_no FROM governance.events AS u"
		" WHERE u.published_no IS NULL"
		" ORDER BY u.event_no LIMIT $2) AS w) AS n"
		" WHERE e.event_no = n.event_no");

/*
 * Delete those that are old, lowest number first: where none is old, looking
 * at a few rows shows it.
 */
GOV_SQL(delete_events, (INT4OID, INT4OID, INT8OID),
		"DELETE FROM governance.events AS e"
		" WHERE e.ctid = ANY (ARRAY(SELECT o.ctid"
		" FROM (SELECT p.ctid, p.\"time\""
		" FROM governance.events AS p"
		" WHERE p.published_no < $3"
		" ORDER BY p.published_no LIMIT $2) AS o"
		" WHERE o.\"time\" < pg_catalog.clock_timestamp()"
		" - pg_catalog.make_interval(days => $1)))");

/*
 * event_source "/governance/<database>"; characters that a URI reserves are
 * escaped.
 */
static const char *
event_source(void)
{
	static char *source = NULL;
	static const char unreserved[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	StringInfoData buf;
	const char *s;

	if (source != NULL)
		return source;
	initStringInfo(&buf);
	appendStringInfoString(&buf, "/governance/");
	for (s = get_database_name(MyDatabaseId); s != NULL && *s != '\0'; s++)
	{
		if (strchr(unreserved, *s) != NULL)
			appendStringInfoChar(&buf, *s);
		else
			appendStringInfo(&buf, "%%%02X", (unsigned char) *s);
	}
	source = MemoryContextStrdup(TopMemoryContext, buf.data);
	return source;
}

/*
 * gov_outbox_add
 *		Add one event, as the owner of the table, whoever the caller is.
 */
void
gov_outbox_add(const char *type, const char *subject, const Jsonb *data)
{
	GovParam	params[] = {
		gov_int8(nextval_internal(gov_relation(GOV_REL_EVENTS_EVENT_NO_SEQ),
								  false)),
		gov_datum(DirectFunctionCall1(gen_random_uuid, (Datum) 0), false),
		gov_text(event_source()),
		gov_text(type),
		gov_text(subject),
		gov_time(GetCurrentTimestamp()),
		gov_json(data)
	};
	Oid			save_userid;
	int			save_context;

	GetUserIdAndSecContext(&save_userid, &save_context);
	SetUserIdAndSecContext(gov_owner(),
						   save_context | SECURITY_LOCAL_USERID_CHANGE);
	gov_insert(&event_row, params, lengthof(params));
	SetUserIdAndSecContext(save_userid, save_context);
}

/* The highest number given so far, 0 where there is none; inside SPI. */
static int64
highest_number(void)
{
	gov_run0(gov_sql("SELECT max(published_no) FROM governance.events"));
	return gov_row_int8(0, 1);
}

int64
gov_outbox_publish(bool wait, int limit)
{
	int64		last;
	int64		numbered;

	if (!gov_work_lock_table(GOV_REL_EVENTS, wait, "publishing events"))
		return 0;
	gov_spi_begin();
	last = highest_number();
	numbered = gov_run(&number_events, gov_int8(last), gov_int4(limit));
	gov_spi_end();
	if (numbered > 0)
	{
		/* A crash must not give a number again that somebody has read. */
		ForceSyncCommit();
		Async_Notify(GOV_OUTBOX_CHANNEL,
					 psprintf(INT64_FORMAT, last + numbered));
	}
	return numbered;
}

int64
gov_outbox_expire(bool wait, int64 days, int limit)
{
	int64		deleted;

	if (!gov_work_lock_table(GOV_REL_EVENTS, wait, "publishing events"))
		return 0;
	gov_spi_begin();
	deleted = gov_run(&delete_events, gov_int4((int32) days),
					  gov_int4(limit), gov_int8(highest_number()));
	gov_spi_end();
	return deleted;
}
