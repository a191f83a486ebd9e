/*
 * manage.c
 *		What the writers of users, roles and assignments share.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/builtins.h"

#include "access/manage.h"
#include "core/operation.h"
#include "core/spi.h"

bool
gov_user_lock(const char *user_id)
{
	if (gov_run(gov_sql("SELECT is_active, db_role FROM governance.users"
						" WHERE user_id = $1 FOR NO KEY UPDATE"),
				gov_text(user_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("user \"%s\" does not exist", user_id),
				 errhint("SELECT gov_create_user(%s, ...) makes one.",
						 quote_literal_cstr(user_id))));
	return gov_row_bool(0, 1);
}

void
gov_user_must_be_active(const char *user_id, bool is_active)
{
	if (!is_active)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("user \"%s\" is not active", user_id),
				 errhint("SELECT gov_reactivate_user(%s) makes the user active again.",
						 quote_literal_cstr(user_id))));
}

void
gov_user_require_active(const char *user_id)
{
	bool		is_active;

	if (!gov_user_exists(user_id, &is_active))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("user \"%s\" does not exist", user_id),
				 errhint("SELECT * FROM governance.users lists the users.")));
	gov_user_must_be_active(user_id, is_active);
}

int
gov_role_must_exist(const GovRoleGraph *graph, const char *role)
{
	int			index = gov_role_index(graph, role);

	if (index < 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("role \"%s\" does not exist", role),
				 errhint("SELECT role FROM governance.roles lists them; they are not the database's roles.")));
	return index;
}

bool
gov_role_is_admin(const GovRoleGraph *graph, int role)
{
	int			admin = gov_role_index(graph, "admin");

	return admin >= 0 && bms_is_member(admin, graph->roles[role].closure);
}

void
gov_tokens_revoke_all(const char *user_id, const char *actor)
{
	(void) gov_run_as("revoke", psprintf("user \"%s\" was deactivated",
										 user_id),
					  gov_sql("UPDATE governance.api_tokens AS t"
							  " SET revoked_at = clock_timestamp(),"
							  " revoked_by = $2 WHERE t.user_id = $1"
							  " AND t.revoked_at IS NULL"), gov_text(user_id),
					  gov_text(actor));
}
