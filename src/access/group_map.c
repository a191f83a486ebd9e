/*
 * group_map.c
 *		Mapping the groups of issuers to roles: making and ending it.
 *
 * Mapping a group assigns a role to everybody who is in it, now and later. So
 * it takes the same rights as an assignment, under the same lock.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"

#include "access/duties.h"
#include "access/issuer_sql.h"
#include "access/manage.h"
#include "core/args.h"
#include "core/operation.h"
#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_map_group);
PG_FUNCTION_INFO_V1(gov_unmap_group);

GOV_SQL(upsert_mapping, (TEXTOID, TEXTOID, TEXTOID, TEXTOID),
		"INSERT INTO governance.group_roles AS t"
		" (issuer, group_name, role, mapped_by) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT (group_name, issuer, role) DO UPDATE"
		" SET mapped_at = excluded.mapped_at, mapped_by = excluded.mapped_by"
		" RETURNING t");

static char *
mapping_resource(const char *issuer, const char *group, const char *role)
{
	return psprintf("group_role/%s:%s:%s", issuer, group, role);
}

/*
 * gov_map_group(issuer, group_name, role) → group_roles
 *
 * Whoever maps it again answers for the mapping from then on.
 */
Datum
gov_map_group(PG_FUNCTION_ARGS)
{
	const char *issuer = gov_arg_issuer(fcinfo, 0);
	const char *group = gov_arg_group(fcinfo, 1);
	const char *role = gov_arg_id(fcinfo, 2, "role");
	char	   *resource = mapping_resource(issuer, group, role);
	GovConveyed conveyed;
	GovActor	actor;

	gov_refuse_read_only("gov_map_group()");
	actor = gov_require_locking(GOV_PERM_ROLE_MANAGE, resource,
								gov_lock_assignments());
	conveyed = gov_conveyed_role(role);
	gov_require_conveyable(&actor, &conveyed, NULL, DT_NOBEGIN, resource);
	gov_issuer_share(issuer);

	gov_run_as("map", NULL, &upsert_mapping, gov_text(issuer), gov_text(group),
			   gov_text(role), gov_text(actor.user_id));
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_unmap_group(issuer, group_name, role) → boolean: was it mapped
 */
Datum
gov_unmap_group(PG_FUNCTION_ARGS)
{
	const char *issuer = gov_arg_issuer(fcinfo, 0);
	const char *group = gov_arg_group(fcinfo, 1);
	const char *role = gov_arg_id(fcinfo, 2, "role");
	bool		unmapped;

	gov_refuse_read_only("gov_unmap_group()");
	(void) gov_require(GOV_PERM_ROLE_MANAGE,
					   mapping_resource(issuer, group, role));

	gov_spi_begin();
	unmapped = gov_run_as("unmap", NULL,
						  gov_sql("DELETE FROM governance.group_roles"
								  " WHERE issuer = $1 AND group_name = $2"
								  " AND role = $3"), gov_text(issuer),
						  gov_text(group), gov_text(role)) > 0;
	gov_spi_end();
	PG_RETURN_BOOL(unmapped);
}
