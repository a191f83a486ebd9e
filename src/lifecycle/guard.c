/*
 * guard.c
 *		The trigger on every governed table: refuses, records, invalidates.
 *
 * It is AFTER ROW and ENABLE ALWAYS: a BEFORE trigger could be undone by one
 * with a later name, and session_replication_role must not switch it off.  It
 * sees every path to a row: a gov_* function, a superuser's UPDATE, a view, a
 * cascade, COPY.  It locks no other row, so it can deadlock with nobody.
 *
 * Invariants: it works only on the tables in governed_tables.h, which it knows
 * by OID (as a trigger on somebody's own table it fails); a column that names
 * a state moves only as transitions.h lists, inside the operation that owns
 * the move; every change that passes leaves one audit event.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "commands/trigger.h"
#include "utils/builtins.h"
#include "utils/datum.h"
#include "utils/inval.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/rel.h"

#include "access/duties.h"
#include "access/require.h"
#include "audit/record.h"
#include "core/numbers.h"
#include "core/operation.h"
#include "core/outbox.h"
#include "core/relations.h"
#include "core/restoring.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "lifecycle/lifecycle.h"
#include "lifecycle/suspension.h"

PG_FUNCTION_INFO_V1(gov_guard);
PG_FUNCTION_INFO_V1(gov_guard_moves);

#define MAX_KEYS		4
#define MAX_MACHINES	2
#define MAX_FIXED		24
#define MAX_PUBLISHED	12

/* flags in governed_tables.h */
#define NOTHING 0x0
#define KEEP	0x1
#define APPEND	0x2
#define DUTIES	0x4
#define ADMINS	0x8

#define CACHE_NONE (-1)
#define CACHE_ACCESS GOV_CACHE_ACCESS
#define CACHE_POLICY GOV_CACHE_POLICY
#define CACHE_ADMIT GOV_CACHE_ADMIT
#define CACHE_SLA GOV_CACHE_SLA
#define CACHE_ISSUER GOV_CACHE_ISSUER

typedef struct TableDef
{
	const char *table;
	const char *kind;
	const char *key;
	int			cache;
	const char *fixed;
	const char *hidden;
	const char *machines;
	int			flags;
} TableDef;

static const TableDef table_defs[] = {
#define GOV_TABLE(table, kind, key, cache, fixed, hidden, machines, flags) \
	{table, kind, key, CACHE_##cache, fixed, hidden, machines, flags},
#include "lifecycle/governed_tables.h"
#undef GOV_TABLE
};

/* The columns that events of the outbox show. */
static const struct
{
	const char *table;
	const char *columns;
}			published_defs[] = {
#define GOV_PUBLISHED(table, columns) {table, columns},
#include "lifecycle/published_tables.h"
#undef GOV_PUBLISHED
};

/* A table's definition, with numbers in place of names. */
typedef struct Governed
{
	const TableDef *def;
	Oid			relid;
	int			nkeys;
	AttrNumber	keys[MAX_KEYS];
	int			nfixed;
	AttrNumber	fixed[MAX_FIXED];
	AttrNumber	hidden;
	AttrNumber	derived;		/* last_updated_at, or 0 */
	int			npublished;		/* 0: no event in the outbox */
	AttrNumber	published[MAX_PUBLISHED];
	int			nmachines;
	AttrNumber	machine_columns[MAX_MACHINES];
	char		machines[MAX_MACHINES][NAMEDATALEN];
} Governed;

static Governed governed[lengthof(table_defs)];
static uint64 governed_generation = 0;

static AttrNumber
column_of(Oid relid, const char *name)
{
	AttrNumber	attnum = get_attnum(relid, name);

	if (attnum == InvalidAttrNumber)
		elog(ERROR, "governed table \"%s\" has no column \"%s\"",
			 get_rel_name(relid), name);
	return attnum;
}

/* Turn "a b c" into attribute numbers. */
static int
columns_of(Oid relid, const char *names, AttrNumber *columns, int max)
{
	char	   *copy = pstrdup(names);
	char	   *state = NULL;
	char	   *name;
	int			count = 0;

	for (name = strtok_r(copy, " ", &state); name != NULL;
		 name = strtok_r(NULL, " ", &state))
	{
		if (count >= max)
			elog(ERROR, "too many columns: %s", names);
		columns[count++] = column_of(relid, name);
	}
	pfree(copy);
	return count;
}

static void
resolve(Governed *g, const TableDef *def, Oid relid)
{
	char	   *copy = pstrdup(def->machines);
	char	   *state = NULL;
	char	   *pair;
	int			i;

	memset(g, 0, sizeof(Governed));
	g->def = def;
	g->nkeys = columns_of(relid, def->key, g->keys, MAX_KEYS);
	g->nfixed = columns_of(relid, def->fixed, g->fixed, MAX_FIXED);
	if (def->hidden[0] != '\0')
		g->hidden = column_of(relid, def->hidden);
	g->derived = get_attnum(relid, "last_updated_at");
	for (i = 0; i < lengthof(published_defs); i++)
	{
		if (strcmp(published_defs[i].table, def->table) == 0)
			g->npublished = columns_of(relid, published_defs[i].columns,
									   g->published, MAX_PUBLISHED);
	}
	for (pair = strtok_r(copy, " ", &state); pair != NULL;
		 pair = strtok_r(NULL, " ", &state))
	{
		char	   *equals = strchr(pair, '=');

		*equals = '\0';
		g->machine_columns[g->nmachines] = column_of(relid, pair);
		strlcpy(g->machines[g->nmachines++], equals + 1, NAMEDATALEN);
	}
	pfree(copy);
	g->relid = relid;			/* last: an error leaves it unresolved */
}

/* The definition of a table, or NULL where it is not one of ours. */
static const Governed *
find_governed(Relation rel)
{
	Oid			relid = RelationGetRelid(rel);
	int			i;

	if (governed_generation != gov_cache_generation(GOV_CACHE_CATALOG))
	{
		memset(governed, 0, sizeof(governed));
		governed_generation = gov_cache_generation(GOV_CACHE_CATALOG);
	}
	for (i = 0; i < lengthof(governed); i++)
	{
		if (governed[i].relid == relid)
			return &governed[i];
	}
	if (RelationGetNamespace(rel) != gov_schema())
		return NULL;
	for (i = 0; i < lengthof(table_defs); i++)
	{
		if (strcmp(table_defs[i].table, RelationGetRelationName(rel)) == 0)
		{
			resolve(&governed[i], &table_defs[i], relid);
			return &governed[i];
		}
	}
	return NULL;
}

/* A column as text, for messages and resource names; NULL where it is null. */
static char *
column_text(const GovRow *row, AttrNumber column)
{
	Oid			type = TupleDescAttr(row->desc, column - 1)->atttypid;
	Datum		value = row->values[column - 1];
	Oid			output;
	bool		is_varlena;

	if (row->nulls[column - 1])
		return NULL;
	if (type == TEXTOID)
		return TextDatumGetCString(value);
	if (type == DATEOID)
		return gov_date_text(DatumGetDateADT(value));
	getTypeOutputInfo(type, &output, &is_varlena);
	return OidOutputFunctionCall(output, value);
}

static const char *
column_name(const GovRow *row, AttrNumber column)
{
	return NameStr(TupleDescAttr(row->desc, column - 1)->attname);
}

/* "model_version/risk:1.0.0" */
static char *
resource_name(const Governed *g, const GovRow *row)
{
	StringInfoData buf;
	int			i;

	initStringInfo(&buf);
	appendStringInfo(&buf, "%s/", g->def->kind);
	for (i = 0; i < g->nkeys; i++)
	{
		char	   *part = column_text(row, g->keys[i]);

		appendStringInfo(&buf, "%s%s", i > 0 ? ":" : "", part ? part : "");
	}
	return buf.data;
}

/*
 * only_derived_differs
 *		Did a function of ours only set last_updated_at, along with a change of
 *		another row that has its own event?
 */
static bool
only_derived_differs(const Governed *g, const GovRow *before,
					 const GovRow *after)
{
	int			i;

	if (g->derived == InvalidAttrNumber || gov_operation_verb() == NULL ||
		before == NULL || after == NULL)
		return false;
	for (i = 0; i < after->ncolumns; i++)
	{
		AttrNumber	column = after->columns[i].number;

		if (column != g->derived && gov_row_differs(before, after, column))
			return false;
	}
	return true;
}

static void
refuse(const Governed *g, const GovRow *row, const char *detail,
	   const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("change of %s refused", resource_name(g, row)),
			 errdetail("%s", detail),
			 hint ? errhint("%s", hint) : 0));
}

static void
check_fixed(const Governed *g, const GovRow *before, const GovRow *after)
{
	int			i;

	for (i = 0; i < g->nfixed; i++)
	{
		if (gov_row_differs(before, after, g->fixed[i]))
			refuse(g, before,
				   psprintf("Column \"%s\" is written once and never changes.",
							column_name(before, g->fixed[i])),
				   "Register something new instead.");
	}
}

/*
 * check_moves
 *		Refuse moves that are not listed, or not in the operation that owns
 *		them.
 *
 * before is NULL for creation.
 */
static void
check_moves(const Governed *g, const GovRow *before, const GovRow *after)
{
	const char *verb = gov_operation_verb();
	int			i;

	for (i = 0; i < g->nmachines; i++)
	{
		AttrNumber	column = g->machine_columns[i];
		char	   *from = NULL;
		char	   *to;

		if (before != NULL)
		{
			if (!gov_row_differs(before, after, column))
				continue;
			from = column_text(before, column);
		}
		to = column_text(after, column);
		if (verb == NULL)
			refuse(g, after,
				   from ? psprintf("Column \"%s\" moves from \"%s\" to \"%s\" only by the function that owns the move.",
								   column_name(after, column),
								   from, to) :
				   "It is created only by the function that owns the move.",
				   "SELECT * FROM gov_transitions() lists the moves and the permission each needs.");
		if (to == NULL ||
			gov_transition_find(g->machines[i], from, to, verb) == NULL)
			refuse(g, after,
				   psprintf("There is no move from \"%s\" to \"%s\" by \"%s\".",
							from ? from : "(nothing)", to ? to : "(null)",
							verb),
				   from == NULL ? NULL :
				   psprintf("From \"%s\" it can go to: %s.", from,
							gov_transition_targets(g->machines[i], from)));
	}
}

/*
 * After a change of the access tables: check duties, and the last admin.
 * "after" is NULL where a row was deleted.
 */
static void
check_duties(const Governed *g, const GovRow *before, const GovRow *after)
{
	/* Make the row that was just written visible to the checks. */
	CommandCounterIncrement();
	AcceptInvalidationMessages();

	if ((g->def->flags & DUTIES) && after != NULL)
	{
		char	   *key = column_text(after, g->keys[0]);
		bool		one_user = strcmp(g->def->table, "user_roles") == 0;
		bool		one_role = strcmp(g->def->table, "role_inheritance") == 0;

		if (one_role)
			gov_duties_check_acyclic(key, column_text(after, g->keys[1]));
		gov_duties_check_static(one_user ? key : NULL, one_role ? key : NULL);
	}
	if ((g->def->flags & ADMINS) && before != NULL)
		gov_duties_check_last_admin();
}

static void
push_column(JsonbParseState **state, const GovRow *row, AttrNumber column)
{
	gov_json_put(state, column_name(row, column), row->values[column - 1],
				 row->nulls[column - 1],
				 TupleDescAttr(row->desc, column - 1)->atttypid);
}

/*
 * publish_change
 *		Add an event to the outbox, if one of its columns has changed.
 */
static void
publish_change(const Governed *g, const GovRow *before, const GovRow *after,
			   const GovEvent *event)
{
	JsonbParseState *state = NULL;
	bool		differs[MAX_PUBLISHED] = {false};
	bool		is_told = before == NULL;
	GovActor	actor;
	Jsonb	   *data;
	int			i;

	for (i = 0; i < g->npublished && before != NULL; i++)
	{
		differs[i] = gov_row_differs(before, after, g->published[i]);
		is_told |= differs[i];
	}
	if (!is_told)
		return;

	(void) gov_actor_get(&actor);
	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "action", event->action);
	gov_json_put(&state, "actor", CStringGetTextDatum(actor.user_id),
				 actor.user_id[0] == '\0', TEXTOID);
	for (i = 0; i < g->npublished; i++)
		push_column(&state, after, g->published[i]);
	if (before != NULL)
	{
		gov_json_push_key(&state, "previous");
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		for (i = 0; i < g->npublished; i++)
		{
			if (differs[i])
				push_column(&state, before, g->published[i]);
		}
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);
	}
	data = gov_json_end(&state);
	gov_outbox_add(psprintf("governance.%s", event->event_type),
				   event->resource, data);
}

/* Check what no function of ours has checked. */
static void
check_numbers(const Jsonb *written, const char *resource)
{
	const char *flaw = gov_json_flaw(written);

	if (flaw != NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("change of %s refused", resource),
				 errdetail("%s", flaw),
				 errhint("%s", GOV_NUMBER_HINT)));
}

static void
record_change(const Governed *g, const GovRow *before, const GovRow *after)
{
	GovEvent	event = {0};
	const char *verb = gov_operation_verb();
	const char *reason = gov_operation_reason();

	event.is_direct = verb == NULL;
	if (event.is_direct)
		verb = after == NULL ? "delete" : before == NULL ? "insert" : "update";
	event.event_type = psprintf("%s.%s", g->def->kind, verb);
	event.action = verb;
	event.resource = resource_name(g, after ? after : before);
	event.resource_type = g->def->kind;
	event.outcome = "success";
	if (before != NULL)
		event.old_row = gov_row_image(before, g->hidden);
	if (after != NULL)
		event.new_row = gov_row_image(after, g->hidden);
	if (before != NULL && after != NULL)
		event.changes = gov_row_changes(before, after,
										g->derived != 0 && !event.is_direct ?
										g->derived : g->hidden);
	if (event.is_direct && after != NULL)
		check_numbers(before ? event.changes : event.new_row, event.resource);
	if (reason != NULL)
	{
		JsonbParseState *state = NULL;

		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		gov_json_put_text(&state, "reason", reason);
		event.details = gov_json_end(&state);
	}
	(void) gov_audit_record(&event);
	if (g->npublished > 0 && after != NULL)
		publish_change(g, before, after, &event);
}

/* What the trigger is about, taken apart: NULL where there is no such row. */
static void
take_rows(TriggerData *trigdata, GovRow rows[2], GovRow **before,
		  GovRow **after)
{
	TupleDesc	desc = RelationGetDescr(trigdata->tg_relation);

	*before = *after = NULL;
	gov_row_take_apart(&rows[0], trigdata->tg_trigtuple, desc, NULL);
	if (TRIGGER_FIRED_BY_INSERT(trigdata->tg_event))
		*after = &rows[0];
	else
		*before = &rows[0];
	if (TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
	{
		gov_row_take_apart(&rows[1], trigdata->tg_newtuple, desc, &rows[0]);
		*after = &rows[1];
	}
}

/*
 * gov_guard
 *		The trigger function.
 */
Datum
gov_guard(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	const Governed *g;
	Relation	rel;
	GovRow		rows[2];
	GovRow	   *before;
	GovRow	   *after;

	if (!CALLED_AS_TRIGGER(fcinfo))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"guard\" is a trigger function")));
	rel = trigdata->tg_relation;
	g = find_governed(rel);
	if (g == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("table \"%s\" is not a governed table",
						RelationGetRelationName(rel))));

	/* The rows of a dump were judged and recorded when they were written. */
	if (gov_restoring_lets_pass())
	{
		if (g->def->cache != CACHE_NONE)
			gov_cache_invalidate((GovCache) g->def->cache);
		return PointerGetDatum(NULL);
	}

	if (TRIGGER_FIRED_BY_TRUNCATE(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("cannot truncate governed table \"%s\"",
						RelationGetRelationName(rel)),
				 errhint("Delete rows one by one, so that each leaves its event.")));
	if (!TRIGGER_FIRED_AFTER(trigdata->tg_event) ||
		!TRIGGER_FIRED_FOR_ROW(trigdata->tg_event))
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("the guard must be an AFTER ROW trigger")));

	take_rows(trigdata, rows, &before, &after);
	if (only_derived_differs(g, before, after))
		return PointerGetDatum(NULL);
	if (gov_operation_verb() != NULL && gov_is_suspended() &&
		!gov_suspension_allows(g->def->kind, gov_operation_verb()))
		gov_refuse_suspended(resource_name(g, before ? before : after));

	if (after == NULL)
	{
		if (g->def->flags & KEEP)
			refuse(g, before,
				   "Rows of this table are evidence and are never deleted.",
				   NULL);
	}
	else if (before != NULL)
	{
		if (g->def->flags & APPEND)
			refuse(g, before,
				   "Rows of this table are evidence and never change.", NULL);
		check_fixed(g, before, after);
		check_moves(g, before, after);
	}
	else
		check_moves(g, NULL, after);

	if (g->def->cache != CACHE_NONE)
		gov_cache_invalidate((GovCache) g->def->cache);

	/* This event already belongs to another incarnation. */
	if (strcmp(g->def->table, "audit_log") == 0)
		CommandCounterIncrement();

	gov_spi_begin();
	record_change(g, before, after);
	if (g->def->flags & (DUTIES | ADMINS))
		check_duties(g, before, after);
	gov_spi_end();
	return PointerGetDatum(NULL);
}

/*
 * gov_guard_moves
 *		Refuse a move by hand before a CHECK between columns does.
 *
 * It runs BEFORE UPDATE, so that the error names the rule (55000) and not the
 * columns that would have to change with it (23514).  It enforces nothing that
 * the guard does not enforce.
 */
Datum
gov_guard_moves(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	const Governed *g = NULL;
	GovRow		rows[2];
	GovRow	   *before;
	GovRow	   *after;

	if (CALLED_AS_TRIGGER(fcinfo) &&
		TRIGGER_FIRED_BEFORE(trigdata->tg_event) &&
		TRIGGER_FIRED_FOR_ROW(trigdata->tg_event) &&
		TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event))
		g = find_governed(trigdata->tg_relation);
	if (g == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("function \"guard_moves\" is a BEFORE UPDATE trigger of a governed table")));
	if (gov_operation_verb() == NULL && !gov_restoring_lets_pass())
	{
		take_rows(trigdata, rows, &before, &after);
		check_moves(g, before, after);
	}
	return PointerGetDatum(trigdata->tg_newtuple);
}
