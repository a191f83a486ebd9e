/*
 * guc.c
 *		Settings.  None that a session can set has a say in who acts.
 */
#include "postgres.h"

#include <limits.h>

#include "miscadmin.h"
#include "utils/guc.h"

#include "core/guc.h"

bool		gov_audit_denials = true;
bool		gov_log_checks = false;
int			gov_accumulator_limit = 128 * 1024;
bool		gov_worker_enabled = true;
int			gov_seal_interval = 1000;
int			gov_sla_interval = 60 * 1000;
int			gov_max_workers = 2;
int			gov_denial_ring_size = 1024;
int			gov_denial_rate = 60;
int			gov_control_timeout = 10000;
/* Only ALTER DATABASE sets it; core/restoring.h reads the catalog entry. */
static bool restoring = false;
char	   *gov_checkpoint_key_file = NULL;
char	   *gov_attestation_key_file = NULL;
char	   *gov_jwks_file = NULL;
char	   *gov_jwt_audience = NULL;

/*
 * It is a database that is being restored, not a session: if a session could
 * say so of itself, the guards would let it pass and nobody would notice.
 */
static bool
check_restoring(bool *newval, void **extra, GucSource source)
{
	if (!*newval || source == PGC_S_DATABASE || source == PGC_S_TEST)
		return true;
	GUC_check_errdetail("It belongs to a database as a whole.");
	GUC_check_errhint("gov_pre_restore() sets it, gov_post_restore() takes it back.");
	return false;
}

void
gov_guc_init(void)
{
	DefineCustomBoolVariable("governance.audit_denials",
							 "Records denied attempts.",
							 "A denied attempt rolls back with its transaction; this leaves a trace of it all the same. Turn it off only where another system records them.",
							 &gov_audit_denials, true,
							 PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("governance.log_checks",
							 "Records permission checks that were allowed, too.",
							 "Every gov_has_permission() and gov_can() then writes an event, which costs a hundred times the check. Where none can be written (a read-only transaction, a standby, a parallel plan) the server log has a line instead. For reviews, not for always.",
							 &gov_log_checks, false,
							 PGC_SUSET, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("governance.accumulator_limit",
							"Memory for the observations of one transaction.",
							"They are counted in memory, by resource and minute, until the transaction ends; one that needs more fails. A resource and minute takes 0.2 kB for a few observations and 15 kB for more than a thousand.",
							&gov_accumulator_limit, 128 * 1024, 64,
							MAX_KILOBYTES,
							PGC_SUSET, GUC_UNIT_KB, NULL, NULL, NULL);
	DefineCustomBoolVariable("governance.worker",
							 "Lets the background worker visit databases.",
							 "It writes denied attempts, seals the audit trail and does what is due by time. Where it is off, a scheduler must call gov_run_maintenance().",
							 &gov_worker_enabled, true,
							 PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("governance.seal_interval",
							"How long audit events may stay unsealed.",
							"The worker visits a database that has new events at most once in this time: shorter narrows the time in which a change of the trail would go unnoticed, longer costs fewer visits.",
							&gov_seal_interval, 1000, 100, 3600 * 1000,
							PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("governance.sla_interval",
							"How often the worker judges each service level.",
							"Shorter opens and closes violations closer to the moment, longer costs fewer visits. A resource is first judged this long after the worker has first seen it.",
							&gov_sla_interval, 60 * 1000, 1000, 3600 * 1000,
							PGC_SIGHUP, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomIntVariable("governance.max_workers",
							"Visits of databases that may run at the same time.",
							"Each takes one of max_worker_processes for at most two seconds; the launcher takes another one for good.",
							&gov_max_workers, 2, 1, 8,
							PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("governance.denial_rate",
							"Denied attempts a minute that are recorded one by one for each actor of a login in a database, and for its bad credentials apart.",
							"What is over is counted and recorded as one event, so that a loop of denied attempts cannot fill the disk.",
							&gov_denial_rate, 60, 1, 1000000,
							PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomIntVariable("governance.control_timeout",
							"How long the query of one control may run.",
							"A control that takes longer fails, and the report goes on without it; 0 waits for ever.",
							&gov_control_timeout, 10000, 0, 3600 * 1000,
							PGC_SUSET, GUC_UNIT_MS, NULL, NULL, NULL);
	DefineCustomStringVariable("governance.checkpoint_key_file",
							   "File with the private key that signs checkpoints.",
							   "PEM, PKCS #8, Ed25519; readable by the server alone. It is read at each signing, so another key counts at once. Keep it off the data directory, or backups hold it.",
							   &gov_checkpoint_key_file, "",
							   PGC_SIGHUP, GUC_SUPERUSER_ONLY,
							   NULL, NULL, NULL);
	DefineCustomStringVariable("governance.attestation_key_file",
							   "File with the private key that signs attestations.",
							   "Like governance.checkpoint_key_file, and another key than that one: who holds one of them cannot speak for the other. With another key the same attestations have another signature.",
							   &gov_attestation_key_file, "",
							   PGC_SIGHUP, GUC_SUPERUSER_ONLY,
							   NULL, NULL, NULL);

	DefineCustomStringVariable("governance.jwks_file",
							   "File with the keys that signed tokens (JWT) are verified with.",
							   "A JSON Web Key Set: RSA keys of at least 2048 bits, keys of P-256, P-384, P-521 and Ed25519, and secrets of at least 32 bytes for HS256. It belongs to the server's user, and nobody else may write it or, where it has a secret, read it. Another file counts at once; empty: no signed token is valid.",
							   &gov_jwks_file, "",
							   PGC_SIGHUP, GUC_SUPERUSER_ONLY,
							   NULL, NULL, NULL);
	DefineCustomStringVariable("governance.jwt_audience",
							   "The audience that a signed token (JWT) must name.",
							   "So that a token made for another service opens nothing here. Empty: no signed token is valid.",
							   &gov_jwt_audience, "",
							   PGC_SIGHUP, 0, NULL, NULL, NULL);
	DefineCustomBoolVariable("governance.restoring",
							 "The database is being restored: guards stand aside for a superuser, gov_* functions refuse.",
							 "Set for a database by gov_pre_restore(), taken back by gov_post_restore(); a session cannot set it.",
							 &restoring, false,
							 PGC_SUSET, GUC_NOT_IN_SAMPLE,
							 check_restoring, NULL, NULL);

	/*
	 * Shared memory is requested at start only; without preload there is none.
	 */
	DefineCustomIntVariable("governance.denial_ring_size",
							"Denied attempts that can wait in shared memory for the worker.",
							"Each takes about 1.5 kB. One database may use half of them; an attempt that finds no room is counted and goes to the server log.",
							&gov_denial_ring_size, 1024, 16, 65536,
							process_shared_preload_libraries_in_progress ?
							PGC_POSTMASTER : PGC_SIGHUP,
							0, NULL, NULL, NULL);
	MarkGUCPrefixReserved("governance");
}
