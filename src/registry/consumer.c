/*
 * consumer.c
 *		Consumers: who handles events of the outbox, under which name.
 *
 * An administrator gives the names; they are not taken by whoever comes first:
 * an endpoint whose name somebody else has would get nothing, and nobody would
 * notice.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "common/hashfn.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/manage.h"
#include "audit/record.h"
#include "core/args.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "lifecycle/suspension.h"

PG_FUNCTION_INFO_V1(gov_create_consumer);
PG_FUNCTION_INFO_V1(gov_drop_consumer);
PG_FUNCTION_INFO_V1(gov_sql_require_consumer);
PG_FUNCTION_INFO_V1(gov_lock_consumer);

/*
 * Keeps our locks apart from those of pg_advisory_lock(), which uses 1 and 2
 * and which everybody who can log in may take.
 */
#define CONSUMER_LOCK 0x4756

GOV_SQL(insert_consumer, (TEXTOID, TEXTOID, TEXTOID),
		"INSERT INTO governance.event_consumers AS c"
		" (name, user_id, published_no, created_by)"
		" SELECT $1, $2, coalesce(pg_catalog.max(e.published_no), 0), $3"
		" FROM governance.events AS e WHERE e.published_no IS NOT NULL"
		" ON CONFLICT DO NOTHING RETURNING c");

GOV_SQL(select_consumer, (TEXTOID),
		"SELECT c FROM governance.event_consumers AS c WHERE c.name = $1");

static char *
consumer_resource(const char *name)
{
	return psprintf("event_consumer/%s", name);
}

/* Write the event here, as the table has no guard; inside SPI. */
static void
record(const char *verb, const char *name, const char *user_id)
{
	JsonbParseState *state = NULL;

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "user_id", user_id);
	(void) gov_audit_done(psprintf("event_consumer.%s", verb), verb,
						  consumer_resource(name), "event_consumer",
						  gov_json_end(&state));
}

/*
 * gov_create_consumer(name, user_id) → event_consumers
 */
Datum
gov_create_consumer(PG_FUNCTION_ARGS)
{
	const char *name = gov_arg_id(fcinfo, 0, "name");
	const char *user_id = gov_arg_id(fcinfo, 1, "user_id");
	GovActor	actor;
	bool		is_active;

	gov_refuse_read_only("gov_create_consumer()");
	actor = gov_require(GOV_PERM_SYSTEM_CONFIG, consumer_resource(name));
	if (!gov_user_exists(user_id, &is_active))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("user \"%s\" does not exist", user_id),
				 errhint("SELECT * FROM governance.users lists the users.")));

	if (gov_is_suspended())
		gov_refuse_suspended(consumer_resource(name));

	gov_spi_begin();
	if (gov_run(&insert_consumer, gov_text(name), gov_text(user_id),
				gov_text(actor.user_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("consumer \"%s\" exists already", name),
				 errhint("gov_drop_consumer() ends it.")));
	gov_user_must_be_active(user_id, is_active);
	record("create", name, user_id);
	gov_run(&select_consumer, gov_text(name));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_drop_consumer(name) → boolean
 */
Datum
gov_drop_consumer(PG_FUNCTION_ARGS)
{
	const char *name = gov_arg_id(fcinfo, 0, "name");
	bool		found;

	gov_refuse_read_only("gov_drop_consumer()");
	(void) gov_require(GOV_PERM_SYSTEM_CONFIG, consumer_resource(name));

	gov_spi_begin();
	found = gov_run(gov_sql("DELETE FROM governance.event_consumers AS c"
							" WHERE c.name = $1 RETURNING c.user_id"),
					gov_text(name)) > 0;
	if (found)
		record("drop", name, gov_row_text(0, 1));
	gov_spi_end();
	if (!found)
		ereport(NOTICE,
				(errmsg("consumer \"%s\" does not exist, skipping", name)));
	PG_RETURN_BOOL(found);
}

/*
 * governance.require_consumer(consumer)
 */
Datum
gov_sql_require_consumer(PG_FUNCTION_ARGS)
{
	const char *consumer = gov_arg_id(fcinfo, 0, "consumer");
	GovActor	actor = gov_require_actor();
	bool		found;

	gov_spi_begin();
	found = gov_run(&select_consumer, gov_text(consumer)) > 0;
	gov_spi_end();
	if (!found)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("consumer \"%s\" does not exist", consumer),
				 errhint("Whoever has system:config can run: SELECT gov_create_consumer(%s, %s);",
						 quote_literal_cstr(consumer),
						 quote_literal_cstr(actor.user_id))));
	PG_RETURN_VOID();
}

/*
 * governance.lock_consumer(consumer, created_at) → boolean
 *
 * It is an advisory lock, because only those outlive a failed transaction and
 * end with the session.  The lock of a dropped consumer is in nobody's way.
 */
Datum
gov_lock_consumer(PG_FUNCTION_ARGS)
{
	text	   *consumer = PG_GETARG_TEXT_PP(0);
	TimestampTz created_at = PG_GETARG_TIMESTAMPTZ(1);
	uint64		hash = hash_bytes_extended((const unsigned char *)
										   VARDATA_ANY(consumer),
										   VARSIZE_ANY_EXHDR(consumer),
										   (uint64) created_at);
	LOCKTAG		tag;

	SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, (uint32) (hash >> 32),
						 (uint32) hash, CONSUMER_LOCK);
	PG_RETURN_BOOL(LockAcquire(&tag, ExclusiveLock, true, true) !=
				   LOCKACQUIRE_NOT_AVAIL);
}
