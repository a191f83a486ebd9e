/*
 * assignment.c
 *		Giving roles to users, lending them, taking them back.
 *
 * Invariants: whoever assigns a role may convey it (convey.h); an
 * assignment holds its user's row, so two of one user see each other; what is
 * lent is never lent on, lasts no longer than the lender's own assignment,
 * and ends with it.  Whoever gives an admin role an end, or revokes a role,
 * holds the lock on the role graph, so that nobody changes the admins while
 * the guard counts those that are left.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/act.h"
#include "access/duties.h"
#include "access/delegation.h"
#include "access/manage.h"
#include "core/args.h"
#include "core/operation.h"
#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_assign_role);
PG_FUNCTION_INFO_V1(gov_revoke_role);
PG_FUNCTION_INFO_V1(gov_delegate);

GOV_SQL(upsert_assignment,
		(TEXTOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TEXTOID,
		 TEXTARRAYOID),
		"INSERT INTO governance.user_roles AS t"
		" (user_id, role, assigned_by, expires_at, reason, delegated_by,"
		" lent_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7)"
		" ON CONFLICT (user_id, role) DO UPDATE"
		" SET assigned_at = excluded.assigned_at,"
		" assigned_by = excluded.assigned_by,"
		" expires_at = excluded.expires_at,"
		" reason = excluded.reason,"
		" delegated_by = excluded.delegated_by,"
		" lent_by = excluded.lent_by"
		" RETURNING t");

/* Both ends of a delegation, always locked in the same order. */
GOV_SQL(lock_two_users, (TEXTOID, TEXTOID),
		"SELECT user_id FROM governance.users"
		" WHERE user_id = $1 OR user_id = $2"
		" ORDER BY user_id FOR NO KEY UPDATE");

static char *
assignment_resource(const char *user_id, const char *role)
{
	return psprintf("user_role/%s:%s", user_id, role);
}

/* Might an assignment with a date take the place of the last admin's? */
static bool
may_end_admin(const char *role, TimestampTz expires_at)
{
	const GovRoleGraph *graph = gov_role_graph();
	int			index = gov_role_index(graph, role);

	return expires_at != DT_NOEND && index >= 0 &&
		gov_role_is_admin(graph, index);
}

/*
 * lock_for_assignment
 *		Lock everything that the decision about the assignment depends on.
 *
 * The role may have come to inherit admin while we waited.  So we look again,
 * and take the stronger lock as well if it has.
 */
static void
lock_for_assignment(const char *role, TimestampTz expires_at)
{
	if (may_end_admin(role, expires_at))
	{
		gov_lock_role_graph();
		return;
	}
	gov_lock_assignments();
	if (may_end_admin(role, expires_at))
		gov_lock_role_graph();
}

/*
 * gov_assign_role(user_id, role, expires_at, reason) → user_roles
 *
 * What the user held before of that role, lent or expired, is replaced.
 */
Datum
gov_assign_role(PG_FUNCTION_ARGS)
{
	const char *user_id = gov_arg_id(fcinfo, 0, "user_id");
	const char *role = gov_arg_id(fcinfo, 1, "role");
	TimestampTz expires_at = gov_arg_expiry(fcinfo, 2, "expires_at", true);
	const char *reason = gov_arg_text(fcinfo, 3, "reason", "");
	char	   *resource = assignment_resource(user_id, role);
	GovConveyed conveyed;
	GovActor	actor;
	bool		is_active;

	gov_refuse_read_only("gov_assign_role()");
	actor = gov_require_locking(GOV_PERM_ROLE_MANAGE, resource,
								(lock_for_assignment(role, expires_at),
								 is_active = gov_user_lock(user_id)));
	conveyed = gov_conveyed_role(role);
	gov_require_conveyable(&actor, &conveyed, user_id, expires_at, resource);
	gov_user_must_be_active(user_id, is_active);

	/* Loans that ended because the user lost the role stay ended. */
	gov_delegations_end_unbacked(user_id);

	gov_run_as("assign", reason, &upsert_assignment, gov_text(user_id),
			   gov_text(role), gov_text(actor.user_id), gov_time(expires_at),
			   gov_text(reason), gov_text(NULL), gov_datum((Datum) 0, true));
	return gov_spi_end_row(fcinfo);
}

/* A role that was revoked may still be inherited from another one. */
static void
tell_what_stays(const char *user_id, const char *role)
{
	const GovRoleGraph *graph = gov_role_graph();
	int			index = gov_role_index(graph, role);
	ListCell   *lc;

	foreach(lc, gov_user_assignments(graph, user_id))
	{
		GovAssignment *assignment = lfirst(lc);
		const GovRole *held = &graph->roles[assignment->role];

		if (index >= 0 && bms_is_member(index, held->closure))
		{
			ereport(NOTICE,
					(errmsg("user \"%s\" still holds role \"%s\": role \"%s\" inherits it",
							user_id, role, held->name)));
			return;
		}
	}
}

/*
 * gov_revoke_role(user_id, role, reason) → boolean: was it held
 *
 * By whoever manages roles; what is lent, also by the lender.  A row that
 * expired is removed too, but was not held.
 */
Datum
gov_revoke_role(PG_FUNCTION_ARGS)
{
	const char *user_id = gov_arg_id(fcinfo, 0, "user_id");
	const char *role = gov_arg_id(fcinfo, 1, "role");
	const char *reason = gov_arg_text(fcinfo, 2, "reason", "");
	char	   *resource = assignment_resource(user_id, role);
	GovActor	actor;
	bool		may;
	bool		held = false;
	int			attempt;

	gov_refuse_read_only("gov_revoke_role()");
	actor = gov_require_actor();

	/* May the actor do it?  Asked before the lock and after it. */
	gov_spi_begin();
	for (attempt = 0;; attempt++)
	{
		char	   *lender = NULL;

		if (gov_run(gov_sql("SELECT delegated_by, expires_at, expires_at IS"
							" NULL"
							" OR expires_at > pg_catalog.clock_timestamp()"
							" FROM governance.user_roles WHERE user_id = $1"
							" AND role = $2"), gov_text(user_id),
					gov_text(role)) > 0)
		{
			lender = gov_row_text(0, 1);
			held = gov_row_bool(0, 3);
		}
		else
			held = false;
		may = gov_actor_can(GOV_PERM_ROLE_MANAGE) ||
			(lender != NULL && strcmp(lender, actor.user_id) == 0);
		if (attempt > 0)
			break;
		if (!may)
			(void) gov_require(GOV_PERM_ROLE_MANAGE, resource);
		gov_lock_role_graph();
	}

	(void) gov_user_lock(user_id);
	(void) gov_role_must_exist(gov_role_graph(), role);
	gov_run_as("revoke", reason,
			   gov_sql("DELETE FROM governance.user_roles WHERE user_id = $1"
					   " AND role = $2"), gov_text(user_id), gov_text(role));

	/*
	 * Only now, so that the guard's message about the last admin comes first.
	 */
	if (!may)
		(void) gov_require(GOV_PERM_ROLE_MANAGE, resource);
	gov_delegations_end_unbacked(user_id);
	gov_spi_end();
	if (held)
	{
		const GovRoleGraph *graph = gov_role_graph();

		gov_tell_unheld(graph->roles[gov_role_index(graph, role)].closure);
	}
	tell_what_stays(user_id, role);
	PG_RETURN_BOOL(held);
}

/* --- lending ------------------------------------------------------------- */

pg_noreturn static void
deny_lending(const char *lender, const char *role, const char *resource)
{
	const GovRoleGraph *graph = gov_role_graph();
	int			index = gov_role_index(graph, role);
	GovDenial	denial = {0};
	ListCell   *lc;

	denial.sqlerrcode = ERRCODE_INSUFFICIENT_PRIVILEGE;
	denial.user_id = lender;
	denial.resource = resource;
	denial.message = psprintf("user \"%s\" cannot lend role \"%s\" without holding it",
							  lender, role);
	denial.hint = "Whoever manages roles can assign it with gov_assign_role().";
	foreach(lc, gov_user_assignments(graph, lender))
	{
		GovAssignment *assignment = lfirst(lc);

		if (bms_is_member(index, graph->roles[assignment->role].closure))
			denial.detail = "It is lent to the user, and what is lent is not lent on.";
	}
	gov_deny(&denial);
}

/*
 * refuse_to_lend
 *		55000 where the borrower has the role already.
 */
static void
refuse_to_lend(const char *to_user, const char *role, const char *lender)
{
	const GovRoleGraph *graph = gov_role_graph();
	int			index = gov_role_must_exist(graph, role);
	ListCell   *lc;

	foreach(lc, gov_user_assignments(graph, to_user))
	{
		GovAssignment *assignment = lfirst(lc);
		const GovRole *held = &graph->roles[assignment->role];

		if (assignment->lender == NULL && bms_is_member(index, held->closure))
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("user \"%s\" holds role \"%s\" already", to_user,
							role),
					 assignment->role == index ? 0 :
					 errdetail("Role \"%s\", which the user holds, inherits it.",
							   held->name)));
		if (assignment->lender != NULL && assignment->role == index &&
			strcmp(assignment->lender, lender) != 0)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("role \"%s\" is lent to user \"%s\" already", role,
							to_user),
					 errdetail("User \"%s\" lends it.", assignment->lender)));
	}
}

/*
 * gov_delegate(role, to_user, until, reason) → user_roles
 *
 * Lending again to the same user replaces the end and the reason.
 */
Datum
gov_delegate(PG_FUNCTION_ARGS)
{
	const char *role = gov_arg_id(fcinfo, 0, "role");
	const char *to_user = gov_arg_id(fcinfo, 1, "to_user");
	TimestampTz until = gov_arg_expiry(fcinfo, 2, "until", false);
	const char *reason = gov_arg_reason(fcinfo, 3, "reason");
	char	   *resource = assignment_resource(to_user, role);
	const GovRoleGraph *graph;
	TimestampTz own_until;
	GovActor	actor;
	GovAct		act;
	bool		is_active;

	gov_refuse_read_only("gov_delegate()");
	actor = gov_require_actor();
	if (strcmp(to_user, actor.user_id) == 0)
		gov_bad_value("to_user", "It is the user who lends.",
					  "Name somebody else.");

	gov_spi_begin();
	gov_lock_assignments();
	gov_run(&lock_two_users, gov_text(actor.user_id), gov_text(to_user));
	graph = gov_role_graph();
	if (!gov_user_owns_role(graph, actor.user_id,
							gov_role_must_exist(graph, role), &own_until))
		deny_lending(actor.user_id, role, resource);
	is_active = gov_user_lock(to_user);
	gov_user_must_be_active(to_user, is_active);
	refuse_to_lend(to_user, role, actor.user_id);
	if (until > own_until)
	{
		ereport(NOTICE,
				(errmsg("role \"%s\" is lent only as long as user \"%s\" holds it",
						role, actor.user_id)));
		until = own_until;
	}

	act = gov_act_of_actor(&actor);
	gov_run_as("delegate", reason, &upsert_assignment, gov_text(to_user),
			   gov_text(role), gov_text(actor.user_id), gov_time(until),
			   gov_text(reason), gov_text(actor.user_id),
			   gov_names(list_concat(act.principals, act.backers)));
	return gov_spi_end_row(fcinfo);
}
