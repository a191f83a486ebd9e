/*
 * authn.c
 *		Whom the server authenticated when the session began.
 *
 * Up to PostgreSQL 15 the method is in a line of pg_hba.conf whose memory is
 * freed once the session has begun, so it is noted while the client is
 * authenticated.  From 16 on parallel workers know it; none of our functions
 * asks there.
 */
#include "postgres.h"

/* We use nothing of GSSAPI, whose headers may be missing. */
#undef ENABLE_GSS
#include "libpq/auth.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "utils/guc.h"

#include "core/relations.h"
#include "identity/authn.h"
#include "identity/issuer.h"

int			gov_identity_source = GOV_IDENTITY_DB_ROLE;

static const struct config_enum_entry sources[] = {
	{"db_role", GOV_IDENTITY_DB_ROLE, false},
	{"authn_id", GOV_IDENTITY_AUTHN_ID, false},
	{"both", GOV_IDENTITY_BOTH, false},
	{NULL, 0, false}
};

bool		(*gov_authn_stands_for_many) (const char *user_id) = NULL;

/* The connection's method as an issuer's name; "" where it is not known. */
static char session_issuer[NAMEDATALEN];

static ClientAuthentication_hook_type next_hook = NULL;

/* The last answer: a session has one identity. */
static struct
{
	uint64		generation;
	bool		found;
	char		user_id[GOV_ID_LEN + 1];
}			last_link;

static void
note_method(Port *port, int status)
{
	if (next_hook != NULL)
		next_hook(port, status);
	if (status == STATUS_OK)
		snprintf(session_issuer, sizeof(session_issuer), "%s%s",
				 GOV_POSTGRES_ISSUER, hba_authname(port->hba->auth_method));
}

/* Without preload it is too late: the session was authenticated before. */
static bool
check_source(int *newval, void **extra, GucSource source)
{
	if (*newval == GOV_IDENTITY_DB_ROLE ||
		process_shared_preload_libraries_in_progress)
		return true;
	GUC_check_errdetail("The library is not in shared_preload_libraries.");
	return false;
}

/*
 * If the configuration file says otherwise and the library is loaded late, the
 * default would let people act whom the file keeps out.  So the library
 * refuses to load.
 */
static void
refuse_late_source(void)
{
	const char *value = GetConfigOption("governance.identity", true, false);

	if (value != NULL && pg_strcasecmp(value, "db_role") != 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("governance.identity is \"%s\", and the library is not preloaded",
						value),
				 errhint("Add governance to shared_preload_libraries and restart the server.")));
}

void
gov_authn_init(void)
{
	if (!process_shared_preload_libraries_in_progress)
		refuse_late_source();
	DefineCustomEnumVariable("governance.identity",
							 "By what a session is known to be a user's, where no token says so.",
							 "db_role: by the database role in force. authn_id: by whom the server authenticated, as gov_link_identity() links it to a user, and by nothing else. both: by that where it is linked, else by the database role.",
							 &gov_identity_source, GOV_IDENTITY_DB_ROLE,
							 sources,
							 process_shared_preload_libraries_in_progress ?
							 PGC_POSTMASTER : PGC_SIGHUP,
							 0, check_source, NULL, NULL);
	next_hook = ClientAuthentication_hook;
	ClientAuthentication_hook = note_method;
}

/* The identity, whether or not the setting asks for it. */
static bool
find_identity(const char **issuer, const char **subject)
{
	if (MyProcPort == NULL || session_issuer[0] == '\0')
		return false;
	*issuer = session_issuer;
#if PG_VERSION_NUM >= 160000
	*subject = MyClientConnectionInfo.authn_id;
#else
	*subject = MyProcPort->authn_id;
#endif
	return *subject != NULL;
}

bool
gov_authn_identity(const char **issuer, const char **subject)
{
	return gov_identity_source != GOV_IDENTITY_DB_ROLE &&
		find_identity(issuer, subject);
}

bool
gov_authn_is_own(const char *issuer, const char *subject)
{
	const char *own_issuer;
	const char *own_subject;

	return find_identity(&own_issuer, &own_subject) &&
		strcmp(issuer, own_issuer) == 0 && strcmp(subject, own_subject) == 0;
}

bool
gov_authn_user(char user_id[GOV_ID_LEN + 1])
{
	const char *issuer;
	const char *subject;

	if (!gov_cache_is_current(GOV_CACHE_ACCESS, last_link.generation))
	{
		uint64		generation;

		generation = gov_cache_generation_to_load(GOV_CACHE_ACCESS);
		last_link.found = gov_authn_identity(&issuer, &subject) &&
			gov_identity_user(issuer, subject, last_link.user_id);
		last_link.generation = generation;
	}
	if (!last_link.found)
		return false;
	strlcpy(user_id, last_link.user_id, GOV_ID_LEN + 1);

	/* This is asked each time, because loans end by themselves. */
	return !gov_authn_stands_for_many(user_id);
}
