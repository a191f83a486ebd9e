/*
 * target.c
 *		The service level of a resource, from a cache in this backend.
 *
 * An entry is made when a resource is first asked for, and it stays in place
 * until the transaction ends, so that accumulated observations can point to
 * it.  A change of governance.sla_targets makes its revisions stale, and the
 * next look-up reads them again.  Unknown resources are not cached: asking
 * about made-up names costs an index look-up each and no memory.
 */
#include "postgres.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/xact.h"
#include "utils/builtins.h"
#include "utils/hsearch.h"
#include "utils/inval.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "core/relations.h"
#include "core/scan.h"
#include "sla/target.h"

/* If a transaction ends with more entries than this, all are dropped. */
#define MAX_KEPT 4096

const char *const gov_sla_types[] = {"model", "usecase", "system", NULL};

static MemoryContext cache_context = NULL;
static HTAB *resources = NULL;

static void
xact_callback(XactEvent event, void *arg)
{
	switch (event)
	{
		case XACT_EVENT_COMMIT:
		case XACT_EVENT_ABORT:
		case XACT_EVENT_PREPARE:
			if (resources != NULL &&
				hash_get_num_entries(resources) > MAX_KEPT)
			{
				resources = NULL;
				MemoryContextDelete(cache_context);
				cache_context = NULL;
			}
			break;
		default:
			break;
	}
}

void
gov_sla_target_init(void)
{
	RegisterXactCallback(xact_callback, NULL);
}

bool
gov_sla_is_type(const char *type, int len)
{
	int			i;

	for (i = 0; gov_sla_types[i] != NULL; i++)
	{
		if (strlen(gov_sla_types[i]) == len &&
			memcmp(gov_sla_types[i], type, len) == 0)
			return true;
	}
	return false;
}

void
gov_sla_no_resource(const char *type, const char *id)
{
	char	   *shown = gov_excerpt(id, strlen(id));

	ereport(ERROR,
			(errcode(ERRCODE_UNDEFINED_OBJECT),
			 errmsg("%s \"%s\" has no service level", type, shown),
			 errhint("SELECT gov_define_sla(%s, %s) defines one.",
					 quote_literal_cstr(type), quote_literal_cstr(shown))));
}

static double
field_target(GovScan *scan, const char *column)
{
	bool		isnull;
	Datum		value = gov_scan_datum(scan, column, &isnull);

	return isnull ? NAN : DatumGetFloat8(value);
}

static int32
field_int4(GovScan *scan, const char *column)
{
	bool		isnull;

	return DatumGetInt32(gov_scan_datum(scan, column, &isnull));
}

static void
field_name(GovScan *scan, const char *column, char *to, Size size)
{
	char	   *value = gov_scan_text(scan, column);

	strlcpy(to, value != NULL ? value : "", size);
}

static void
read_target(GovScan *scan, GovSlaTarget *t)
{
	bool		isnull;

	memset(t, 0, sizeof(GovSlaTarget));
	field_name(scan, "resource_type", t->resource_type,
			   sizeof(t->resource_type));
	field_name(scan, "resource_id", t->resource_id, sizeof(t->resource_id));
	t->revision = field_int4(scan, "revision");
	t->response_time_p95 = field_target(scan, "response_time_p95");
	t->response_time_p99 = field_target(scan, "response_time_p99");
	t->availability_target = field_target(scan, "availability_target");
	t->error_rate_target = field_target(scan, "error_rate_target");
	t->incident_response_minutes =
		field_int4(scan, "incident_response_minutes");
	t->incident_resolution_hours =
		field_int4(scan, "incident_resolution_hours");
	t->window_days = field_int4(scan, "window_days");
	t->valid_from = DatumGetTimestampTz(gov_scan_datum(scan, "valid_from",
													   &isnull));
	if (isnull)
		t->valid_from = DT_NOBEGIN;
	t->valid_to = DatumGetTimestampTz(gov_scan_datum(scan, "valid_to",
													 &isnull));
	if (isnull)
		t->valid_to = DT_NOEND;
	field_name(scan, "updated_by", t->updated_by, sizeof(t->updated_by));
}

static int
compare_targets(const void *a, const void *b)
{
	return ((const GovSlaTarget *) a)->revision -
		((const GovSlaTarget *) b)->revision;
}

/* The revisions as committed now, in order, palloc'd; how many. */
static int
read_targets(const GovSlaResourceKey *key, GovSlaTarget **targets)
{
	GovScan		scan;
	int			count = 0;
	int			room = 4;

	*targets = palloc(sizeof(GovSlaTarget) * room);
	gov_scan_begin_pair(&scan, GOV_REL_SLA_TARGETS, GOV_REL_SLA_TARGETS_PKEY,
						"resource_type", key->type, "resource_id", key->id);
	while (gov_scan_next(&scan))
	{
		if (count == room)
		{
			room *= 2;
			*targets = repalloc(*targets, sizeof(GovSlaTarget) * room);
		}
		read_target(&scan, &(*targets)[count++]);
	}
	gov_scan_end(&scan);
	qsort(*targets, count, sizeof(GovSlaTarget), compare_targets);
	return count;
}

static GovSlaResource *
find_entry(const GovSlaResourceKey *key, HASHACTION action)
{
	bool		found;
	GovSlaResource *entry;

	if (resources == NULL)
	{
		HASHCTL		ctl = {0};

		if (cache_context == NULL)
			cache_context = AllocSetContextCreate(TopMemoryContext,
												  "governance SLA targets",
												  ALLOCSET_DEFAULT_SIZES);
		ctl.keysize = sizeof(GovSlaResourceKey);
		ctl.entrysize = sizeof(GovSlaResource);
		ctl.hcxt = cache_context;
		resources = hash_create("governance SLA targets", 64, &ctl,
								HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
	}
	entry = hash_search(resources, key, action, &found);
	if (entry != NULL && !found)
	{
		entry->generation = 0;
		entry->count = 0;
		entry->revisions = NULL;
	}
	return entry;
}

/*
 * load
 *		Read a resource's revisions; NULL where it has none.
 *
 * entry is NULL where there is none yet.  It is changed only when all has been
 * read, so an error leaves it as it was, and stale.
 */
static GovSlaResource *
load(GovSlaResource *entry, const GovSlaResourceKey *key)
{
	GovSlaTarget *targets;
	GovSlaTarget *kept = NULL;
	uint64		generation;
	int			count;

	generation = gov_cache_generation_to_load(GOV_CACHE_SLA);
	count = read_targets(key, &targets);
	if (count == 0 && entry == NULL)
		return NULL;
	if (entry == NULL)
		entry = find_entry(key, HASH_ENTER);
	if (count > 0)
	{
		kept = MemoryContextAlloc(cache_context, sizeof(GovSlaTarget) * count);
		memcpy(kept, targets, sizeof(GovSlaTarget) * count);
	}
	if (entry->revisions != NULL)
		pfree(entry->revisions);
	entry->revisions = kept;
	entry->count = count;
	entry->generation = generation;
	return count > 0 ? entry : NULL;
}

const GovSlaResource *
gov_sla_resource(const char *type, int type_len, const char *id, int id_len)
{
	GovSlaResourceKey key;
	GovSlaResource *entry;

	if (!gov_sla_is_type(type, type_len) || !gov_id_is_valid(id, id_len))
		return NULL;
	memset(&key, 0, sizeof(key));
	memcpy(key.type, type, type_len);
	memcpy(key.id, id, id_len);

	AcceptInvalidationMessages();
	entry = find_entry(&key, HASH_FIND);
	if (likely(entry != NULL &&
			   entry->generation == gov_cache_generation(GOV_CACHE_SLA)))
		return entry->count > 0 ? entry : NULL;
	return load(entry, &key);
}

/* Revisions count from 1 and are never removed. */
const GovSlaTarget *
gov_sla_revision(const GovSlaResource *resource, int32 revision)
{
	if (revision < 1 || revision > resource->count ||
		resource->revisions[revision - 1].revision != revision)
		elog(ERROR, "revision %d of %s \"%s\" is unknown", revision,
			 resource->key.type, resource->key.id);
	return &resource->revisions[revision - 1];
}

const GovSlaTarget *
gov_sla_revision_at(const GovSlaResource *resource, TimestampTz at)
{
	int			i = resource->count - 1;

	while (i > 0 && at < resource->revisions[i].valid_from)
		i--;
	return &resource->revisions[i];
}

bool
gov_sla_target_at(const char *type, const char *id, TimestampTz at,
				  GovSlaTarget *target)
{
	const GovSlaResource *resource = gov_sla_resource(type, strlen(type),
													  id, strlen(id));

	if (resource == NULL)
		return false;
	*target = *gov_sla_revision_at(resource, at);
	return true;
}

bool
gov_sla_target_exists(const char *type, const char *id)
{
	return gov_sla_resource(type, strlen(type), id, strlen(id)) != NULL;
}
