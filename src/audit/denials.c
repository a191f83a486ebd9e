/*
 * denials.c
 *		Denied attempts as audit events.
 *
 * An event describes the session that was refused, not the one that writes it:
 * actor, evidence, roles, address and time are those of the attempt.  One
 * transaction at a time does this in a database, under a lock that no SQL can
 * take, so that no attempt is recorded twice.
 */
#include "postgres.h"

#include "catalog/pg_extension.h"
#include "catalog/pg_type.h"
#include "commands/extension.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/builtins.h"

#include "access/denial_ring.h"
#include "audit/denials.h"
#include "audit/record.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "core/work.h"

/* Sub-object of our extension, which has none. */
#define DENIALS_LOCK 1

/* Whoever waited finds what the holder wrote committed. */
static bool
lock_denials(bool wait)
{
	LOCKTAG		tag;

	SET_LOCKTAG_OBJECT(tag, MyDatabaseId, ExtensionRelationId,
					   get_extension_oid("governance", false), DENIALS_LOCK);
	return gov_work_lock_turn(&tag, wait, "writing denied attempts");
}

static void
push_text(JsonbParseState **state, const char *key, const char *value)
{
	gov_json_put(state, key, value[0] ? CStringGetTextDatum(value) : (Datum) 0,
				 value[0] == '\0', TEXTOID);
}

static const char *
or_null(const char *s)
{
	return s[0] ? s : NULL;
}

static void
record_denied(const GovOrigin *origin, const char *resource,
			  JsonbParseState **state)
{
	GovEvent	event = {0};

	event.event_type = "access.denied";
	event.action = "deny";
	event.resource = resource;
	event.resource_type = "access";
	event.outcome = "denied";
	event.details = gov_json_end(state);
	event.origin = origin;
	(void) gov_audit_record(&event);
}

static void
write_entry(const GovDenialEntry *entry)
{
	GovOrigin	origin = {0};
	JsonbParseState *state = NULL;

	origin.occurred_at = entry->occurred_at;
	origin.actor = or_null(entry->actor);
	origin.evidence = entry->evidence;
	origin.db_role = or_null(NameStr(entry->db_role));
	origin.login = or_null(NameStr(entry->login));
	origin.client_addr = entry->has_client_addr ? &entry->client_addr : NULL;
	origin.application_name = or_null(entry->application_name);

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_text(&state, "permission", entry->permission);
	push_text(&state, "user_id", entry->user_id);
	push_text(&state, "sqlstate", unpack_sql_state(entry->sqlerrcode));
	push_text(&state, "message", entry->message);
	record_denied(&origin, or_null(entry->resource), &state);
}

static void
write_summary(const GovDenialSummary *summary)
{
	GovOrigin	origin = {0};
	JsonbParseState *state = NULL;

	origin.occurred_at = summary->last_at;
	origin.evidence = GOV_EVIDENCE_UNMAPPED;
	origin.login = or_null(NameStr(summary->login));

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	push_text(&state, "user_id", summary->actor);
	push_text(&state, "sqlstate", unpack_sql_state(summary->sqlerrcode));
	gov_json_put_int8(&state, "suppressed", summary->suppressed);
	gov_json_put_int8(&state, "lost", summary->lost);
	gov_json_put(&state, "since", TimestampTzGetDatum(summary->first_at),
				 false, TIMESTAMPTZOID);
	record_denied(&origin, NULL, &state);
}

void
gov_audit_write_denials(int max, bool all, GovDenialCounts *counts)
{
	GovDenialEntry *entries;
	GovDenialSummary *summaries;
	int			count;
	int			i;

	memset(counts, 0, sizeof(GovDenialCounts));
	if (!lock_denials(all))
	{
		counts->more = true;
		return;
	}

	gov_spi_begin();
	entries = gov_denial_take(max, &count);
	for (i = 0; i < count; i++)
		write_entry(&entries[i]);
	counts->written = count;
	counts->more = count == max;

	summaries = gov_denial_take_summaries(all, &count);
	for (i = 0; i < count; i++)
	{
		write_summary(&summaries[i]);
		counts->suppressed += summaries[i].suppressed;
		counts->lost += summaries[i].lost;
	}
	gov_spi_end();
}
