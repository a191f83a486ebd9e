/*
 * known.c
 *		Names of things that need not exist.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "core/spi.h"
#include "identity/actor.h"
#include "lifecycle/known.h"

/* Is the name known up to its first ":", and the rest a known version? */
GOV_SQL(find_resource, (TEXTOID),
		"SELECT m.model_id IS NOT NULL OR EXISTS ("
		"SELECT FROM governance.use_cases AS u WHERE u.usecase_id = n.id)"
		" OR EXISTS (SELECT FROM governance.sla_targets AS t"
		" WHERE t.resource_type IN ('model', 'usecase', 'system')"
		" AND t.resource_id = n.id),"
		" m.model_id IS NULL OR n.version = '' OR EXISTS ("
		"SELECT FROM governance.model_versions AS v"
		" WHERE v.model_id = n.id AND v.version = n.version)"
		" FROM (SELECT pg_catalog.split_part($1, ':', 1) AS id,"
		" pg_catalog.split_part($1, ':', 2) AS version) AS n"
		" LEFT JOIN governance.models AS m ON m.model_id = n.id");

void
gov_known_sla(const char *resource_type, const char *resource_id)
{
	if (strcmp(resource_type, "system") == 0 ||
		gov_run(gov_sql("SELECT 1 FROM governance.models WHERE $1 = 'model'"
						" AND model_id = $2 UNION ALL SELECT 1"
						" FROM governance.use_cases WHERE $1 = 'usecase'"
						" AND usecase_id = $2"), gov_text(resource_type),
				gov_text(resource_id)) > 0)
		return;
	ereport(NOTICE,
			(errmsg("%s \"%s\" is not known",
					strcmp(resource_type, "model") == 0 ? "model" : "use-case",
					resource_id),
			 errdetail("The service level stands for itself until there is one of that name.")));
}

void
gov_known_resource(const char *resource)
{
	(void) gov_run(&find_resource, gov_text(resource));
	if (!gov_row_bool(0, 1))
		ereport(NOTICE,
				(errmsg("resource \"%s\" is not known", resource),
				 errdetail("No model, use-case or service level has that name, or what is before its first colon.")));
	else if (!gov_row_bool(0, 2))
		ereport(NOTICE,
				(errmsg("resource \"%s\" is not known", resource),
				 errdetail("The model has no such version.")));
}

void
gov_known_owner(const char *owner)
{
	bool		is_active;

	if (owner == NULL ||
		(gov_user_exists(owner, &is_active) && is_active))
		return;
	ereport(NOTICE,
			(errmsg("owner \"%s\" is not an active user", owner),
			 errhint("SELECT user_id FROM governance.users lists the users; a team may be an owner, too.")));
}
