/*
 * relations.c
 *		The extension's own relations by OID, and cache generations.
 *
 * A cache is invalidated across backends through a relcache message on an
 * empty proxy table: a message on a real table would drop every kept plan that
 * uses it.  Messages travel with the commit record, so a hot standby gets them
 * too, and COMMIT PREPARED sends those of its transaction.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "access/table.h"
#include "catalog/namespace.h"
#include "catalog/pg_class.h"
#include "miscadmin.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

#include "core/compat.h"
#include "core/relations.h"

static const char *const relation_names[GOV_REL_COUNT] = {
#define GOV_RELATION(symbol, name) name,
	GOV_RELATION_LIST
#undef GOV_RELATION
};

static Oid	relation_oids[GOV_REL_COUNT];
static Oid	owner_oid = InvalidOid;
static uint64 oids_generation = 0;
static uint64 generations[GOV_CACHE_COUNT] = {1, 1, 1, 1, 1, 1};

/* The empty proxy table of each cache. */
static const GovRelation proxies[] = {
	[GOV_CACHE_ACCESS] = GOV_REL_ACCESS_GENERATION,
	[GOV_CACHE_POLICY] = GOV_REL_POLICY_GENERATION,
	[GOV_CACHE_ADMIT] = GOV_REL_ADMIT_GENERATION,
	[GOV_CACHE_SLA] = GOV_REL_SLA_GENERATION,
	[GOV_CACHE_ISSUER] = GOV_REL_ISSUER_GENERATION,
};

StaticAssertDecl(lengthof(proxies) == GOV_CACHE_CATALOG,
				 "every cache but the catalog's has a proxy");

static void
relcache_callback(Datum arg, Oid relid)
{
	int			i;

	if (relid == InvalidOid)
	{
		for (i = 0; i < GOV_CACHE_COUNT; i++)
			generations[i]++;
		return;
	}
	for (i = 0; i < lengthof(proxies); i++)
	{
		if (relid == relation_oids[proxies[i]])
		{
			generations[i]++;
			return;
		}
	}
	for (i = 0; i < GOV_REL_COUNT; i++)
	{
		if (relid == relation_oids[i])
		{
			/*
			 * An altered or dropped table: nothing cached from it may survive.
			 */
			for (i = 0; i < GOV_CACHE_COUNT; i++)
				generations[i]++;
			return;
		}
	}
}

/* A database role was created, renamed or dropped: role names are cached. */
static void
authid_callback(Datum arg, int cacheid, uint32 hashvalue)
{
	generations[GOV_CACHE_ACCESS]++;
}

void
gov_relations_init(void)
{
	CacheRegisterRelcacheCallback(relcache_callback, (Datum) 0);
	CacheRegisterSyscacheCallback(AUTHOID, authid_callback, (Datum) 0);
}

Oid
gov_schema(void)
{
	return get_namespace_oid("governance", true);
}

/*
 * gov_relation_or_invalid
 *		The OID of one of our relations, or InvalidOid where there is none.
 *
 * A proxy that was dropped and created again has another OID, and the message
 * for the old one moved only its own counter.  So the proxies are looked up
 * again whenever their counter moved, which is cheap compared to rebuilding
 * the cache.
 */
Oid
gov_relation_or_invalid(GovRelation which)
{
	uint64		now = generations[GOV_CACHE_CATALOG];

	if (oids_generation != now)
	{
		memset(relation_oids, 0, sizeof(relation_oids));
		owner_oid = InvalidOid;
		oids_generation = now;
	}
	if (!OidIsValid(relation_oids[which]))
	{
		Oid			schema = gov_schema();

		if (!OidIsValid(schema))
			return InvalidOid;
		relation_oids[which] = get_relname_relid(relation_names[which],
												 schema);
	}
	return relation_oids[which];
}

pg_noreturn static void
no_relation(GovRelation which)
{
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("extension \"governance\" is not complete in this database"),
			 errdetail("There is no relation \"governance.%s\".",
					   relation_names[which]),
			 errhint("Run CREATE EXTENSION governance.")));
}

Oid
gov_relation(GovRelation which)
{
	Oid			relid = gov_relation_or_invalid(which);

	if (!OidIsValid(relid))
		no_relation(which);
	return relid;
}

const char *
gov_relation_name(GovRelation which)
{
	return relation_names[which];
}

Relation
gov_relation_open(GovRelation which)
{
	Relation	rel = try_table_open(gov_relation(which), AccessShareLock);

	if (rel == NULL)
		no_relation(which);
	return rel;
}

Oid
gov_owner(void)
{
	Oid			relid = gov_relation(GOV_REL_AUDIT_EVENTS);
	HeapTuple	tuple;

	if (OidIsValid(owner_oid))
		return owner_oid;
	tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relid));
	if (!HeapTupleIsValid(tuple))
		no_relation(GOV_REL_AUDIT_EVENTS);
	owner_oid = ((Form_pg_class) GETSTRUCT(tuple))->relowner;
	ReleaseSysCache(tuple);
	return owner_oid;
}

uint64
gov_cache_generation(GovCache cache)
{
	return generations[cache];
}

uint64
gov_cache_generation_to_load(GovCache cache)
{
	Assert(cache < lengthof(proxies));
	(void) gov_relation(proxies[cache]);
	return generations[cache];
}

void
gov_cache_invalidate(GovCache cache)
{
	Assert(cache < lengthof(proxies));
	CacheInvalidateRelcacheByRelid(gov_relation(proxies[cache]));
}
