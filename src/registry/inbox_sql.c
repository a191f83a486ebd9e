/*
 * inbox_sql.c
 *		gov_inbox(): what the caller may decide now.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "core/spi.h"
#include "lifecycle/lifecycle.h"
#include "registry/approval_internal.h"
#include "registry/model.h"
#include "registry/usecase.h"

PG_FUNCTION_INFO_V1(gov_inbox_rows);

/* Critical incidents have to be answered in time: see sla/clock.c. */
GOV_SQL(find_incidents, (TIMESTAMPTZOID, TEXTOID, INT4OID),
		"SELECT i.reported_at, i.incident_id, i.status, i.title,"
		" CASE WHEN i.severity = 'critical'"
		" AND i.acknowledged_at IS NULL THEN"
		" (SELECT pg_catalog.min(i.aware_at + pg_catalog.make_interval("
		"mins => t.incident_response_minutes))"
		" FROM governance.sla_targets AS t"
		" WHERE t.resource_type IN ('model', 'usecase', 'system')"
		" AND t.resource_id = pg_catalog.split_part(i.resource, ':', 1)"
		" AND (t.valid_from IS NULL OR t.valid_from <= i.aware_at)"
		" AND (t.valid_to IS NULL OR t.valid_to > i.aware_at)) END"
		" FROM governance.incidents AS i"
		" WHERE i.status IN ('open', 'reopened')"
		" AND (i.reported_at, i.incident_id)"
		" > ($1, coalesce($2, '0')::bigint)"
		" ORDER BY i.reported_at, i.incident_id LIMIT $3",
		.isolated = true);

GOV_SQL(find_violations, (TIMESTAMPTZOID, TEXTOID, INT4OID),
		"SELECT v.opened_at, v.violation_id, v.resource_type,"
		" v.resource_id, v.violation_type"
		" FROM governance.sla_violations AS v"
		" WHERE v.acknowledged_by IS NULL"
		" AND (v.opened_at, v.violation_id)"
		" > ($1, coalesce($2, '0')::bigint)"
		" ORDER BY v.opened_at, v.violation_id LIMIT $3",
		.isolated = true);

GOV_SQL(find_deadlines, (TIMESTAMPTZOID, TEXTOID, INT4OID),
		"SELECT coalesce(d.due_at, 'infinity'),"
		" d.incident_id || ':' || d.regime || ':' || d.stage || ':'"
		" || d.jurisdiction, d.incident_id, d.regime, d.stage, d.marked_at,"
		" (SELECT i.title FROM governance.incidents AS i"
		" WHERE i.incident_id = d.incident_id), d.jurisdiction"
		" FROM governance.incident_deadlines AS d"
		" WHERE d.notified_at IS NULL"
		" AND (coalesce(d.due_at, 'infinity'),"
		" d.incident_id || ':' || d.regime || ':' || d.stage || ':'"
		" || d.jurisdiction) > ($1, coalesce($2, ''))"
		" ORDER BY 1, 2 LIMIT $3",
		.isolated = true);

GOV_SQL(find_new_users, (TIMESTAMPTZOID, TEXTOID, INT4OID),
		"SELECT i.linked_at, i.user_id, i.issuer, i.subject"
		" FROM governance.user_identities AS i"
		" WHERE i.linked_by = 'system'"
		" AND (SELECT u.is_active FROM governance.users AS u"
		" WHERE u.user_id = i.user_id)"
		" AND NOT EXISTS (SELECT FROM governance.user_roles AS r"
		" WHERE r.user_id = i.user_id)"
		" AND (i.linked_at, i.user_id) > ($1, coalesce($2, ''))"
		" ORDER BY i.linked_at, i.user_id LIMIT $3",
		.isolated = true);

static void
judge_incident(GovInbox *inbox, uint64 row, void *context)
{
	GovInboxItem item = {.kind = "incident"};

	if (gov_transition_find("incident", gov_row_text(row, 3), "acknowledged",
							"acknowledge") == NULL)
		return;
	item.id = gov_row_text(row, 2);
	item.title = gov_row_text(row, 4);
	item.waiting_since = gov_row_time(row, 1);
	item.due_at = gov_row_time(row, 5);
	item.call = psprintf("SELECT gov_acknowledge_incident(%s)", item.id);
	item.route = psprintf("POST /incidents/%s/acknowledge", item.id);
	gov_inbox_put(inbox, &item);
}

static void
judge_violation(GovInbox *inbox, uint64 row, void *context)
{
	GovInboxItem item = {.kind = "sla_violation"};
	char	   *type = gov_row_text(row, 3);
	char	   *id = gov_row_text(row, 4);

	item.id = gov_row_text(row, 2);
	item.title = psprintf("%s of %s %s", gov_row_text(row, 5), type, id);
	item.waiting_since = gov_row_time(row, 1);
	item.due_at = DT_NOEND;
	item.call = psprintf("SELECT gov_acknowledge_violation(%s)", item.id);
	item.route = psprintf("POST /sla/%s/%s/violations/%s/acknowledge", type,
						  id, item.id);
	gov_inbox_put(inbox, &item);
}

static void
judge_deadline(GovInbox *inbox, uint64 row, void *context)
{
	GovInboxItem item = {.kind = "incident_deadline"};
	char	   *incident_id = gov_row_text(row, 3);
	char	   *regime = gov_row_text(row, 4);
	char	   *stage = gov_row_text(row, 5);
	char	   *jurisdiction = gov_row_text(row, 8);

	item.id = gov_row_text(row, 2);
	item.title = psprintf("%s %s (%s): %s", regime, stage, jurisdiction,
						  gov_row_text(row, 7));
	item.waiting_since = gov_row_time(row, 6);
	item.due_at = gov_row_time(row, 1);
	item.call = psprintf("SELECT gov_record_notification(%s, %s, %s, %s)",
						 incident_id, quote_literal_cstr(regime),
						 quote_literal_cstr(stage),
						 quote_literal_cstr(jurisdiction));
	item.route = psprintf("POST /incidents/%s/notifications/%s/%s/%s",
						  incident_id, regime, stage, jurisdiction);
	gov_inbox_put(inbox, &item);
}

/* They were made at a first token, and somebody should say who they are. */
static void
judge_new_user(GovInbox *inbox, uint64 row, void *context)
{
	GovInboxItem item = {.kind = "new_user"};
	char	   *issuer = gov_row_text(row, 3);
	char	   *subject = gov_row_text(row, 4);

	item.id = gov_row_text(row, 2);
	item.title = psprintf("%s of %s", subject, issuer);
	item.waiting_since = gov_row_time(row, 1);
	item.due_at = DT_NOEND;
	item.call = psprintf("SELECT gov_link_identity(%s, %s, %s)",
						 quote_literal_cstr(item.id),
						 quote_literal_cstr(issuer),
						 quote_literal_cstr(subject));
	gov_inbox_put(inbox, &item);
}

/*
 * governance.inbox(limit_rows) → kind, id, title, waiting_since, due_at, call,
 * route: at most so many of each kind, those that have waited longest
 */
Datum
gov_inbox_rows(PG_FUNCTION_ARGS)
{
	GovInbox	inbox = {0};

	inbox.limit = PG_GETARG_INT32(0);
	inbox.actor = gov_require_actor();
	InitMaterializedSRF(fcinfo, 0);
	inbox.result = (ReturnSetInfo *) fcinfo->resultinfo;

	gov_inbox_versions(&inbox);
	gov_inbox_usecases(&inbox);
	gov_inbox_requests(&inbox);
	if (gov_inbox_may(GOV_PERM_USER_MANAGE, "user_identity", "link"))
		gov_inbox_walk(&inbox, &find_new_users, judge_new_user, NULL);
	if (gov_inbox_may(GOV_PERM_INCIDENT_MANAGE, "incident", "acknowledge"))
		gov_inbox_walk(&inbox, &find_incidents, judge_incident, NULL);
	if (gov_inbox_may(GOV_PERM_INCIDENT_MANAGE, "sla_violation",
					  "acknowledge"))
		gov_inbox_walk(&inbox, &find_violations, judge_violation, NULL);
	if (gov_inbox_may(GOV_PERM_INCIDENT_MANAGE, "incident_deadline",
					  "notify"))
		gov_inbox_walk(&inbox, &find_deadlines, judge_deadline, NULL);
	return (Datum) 0;
}
