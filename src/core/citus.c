/*
 * citus.c
 *		Sessions that Citus opened for itself.
 *
 * They are known by the application name with which they connected; a name
 * that is set later means nothing.
 */
#include "postgres.h"

/* We use nothing of GSSAPI, whose headers may be missing. */
#undef ENABLE_GSS
#include "commands/extension.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"

#include "core/citus.h"

#define CITUS_PREFIX "citus_internal gpid="

static bool allowed = false;

static bool
is_of_citus(void)
{
	static int	known = -1;

	if (unlikely(known < 0))
		known = MyProcPort != NULL && MyProcPort->application_name != NULL &&
			strncmp(MyProcPort->application_name, CITUS_PREFIX,
					strlen(CITUS_PREFIX)) == 0;
	return known;
}

void
gov_citus_refuse(void)
{
	if (likely(!is_of_citus()) || allowed || creating_extension)
		return;
	ereport(ERROR,
			(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
			 errmsg("no governance in a session that Citus opened for itself"),
			 errdetail("A part of a distributed query runs in another governance database than the one that was asked."),
			 errhint("Pass the answer as a value, or ask over a table of the coordinator.")));
}

void
gov_citus_allow(bool allow)
{
	allowed = allow;
}
