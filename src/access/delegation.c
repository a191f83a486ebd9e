/*
 * delegation.c
 *		Ending loans of roles that the lender does not hold any more.
 */
#include "postgres.h"

#include "catalog/pg_type.h"

#include "access/delegation.h"
#include "access/permission_cache.h"
#include "core/operation.h"
#include "core/spi.h"

GOV_SQL(delete_lent, (TEXTOID, TEXTOID),
		"DELETE FROM governance.user_roles"
		" WHERE user_id = $1 AND role = $2");

typedef struct Delegation
{
	char	   *user_id;
	char	   *role;
	char	   *lender;
} Delegation;

/*
 * end_delegations
 *		Delete what is lent: all of it, or what the lender does not hold.
 */
static void
end_delegations(const char *lender, bool all)
{
	const GovRoleGraph *graph;
	List	   *lent = NIL;
	ListCell   *lc;
	uint64		count;
	uint64		i;

	count = lender ? gov_run(gov_sql("SELECT user_id, role, delegated_by"
									 " FROM governance.user_roles"
									 " WHERE delegated_by = $1"
									 " ORDER BY user_id, role"),
							 gov_text(lender)) :
		gov_run0(gov_sql("SELECT user_id, role, delegated_by"
						 " FROM governance.user_roles"
						 " WHERE delegated_by IS NOT NULL"
						 " ORDER BY user_id, role"));
	for (i = 0; i < count; i++)
	{
		Delegation *delegation = palloc(sizeof(Delegation));

		delegation->user_id = gov_row_text(i, 1);
		delegation->role = gov_row_text(i, 2);
		delegation->lender = gov_row_text(i, 3);
		lent = lappend(lent, delegation);
	}
	foreach(lc, lent)
	{
		Delegation *delegation = lfirst(lc);
		TimestampTz until;
		int			role;

		/*
		 * Look it up again for each: a deletion makes what was loaded stale.
		 */
		graph = gov_role_graph();
		role = gov_role_index(graph, delegation->role);
		if (!all && role >= 0 &&
			gov_user_owns_role(graph, delegation->lender, role, &until))
			continue;
		gov_run_as("revoke",
				   psprintf("user \"%s\", who lent it, no longer holds it",
							delegation->lender), &delete_lent,
				   gov_text(delegation->user_id), gov_text(delegation->role));
	}
}

void
gov_delegations_end_unbacked(const char *lender)
{
	end_delegations(lender, false);
}

void
gov_delegations_end_all(const char *lender)
{
	end_delegations(lender, true);
}
