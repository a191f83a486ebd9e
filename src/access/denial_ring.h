/*
 * denial_ring.h
 *		Denied attempts, kept in shared memory until somebody writes them.
 *
 * The transaction of a denied attempt is rolled back, so the denial is left
 * here, and the worker (or gov_run_maintenance()) makes an event of it.
 *
 * Invariants: nothing that can fail runs under the lock; an entry leaves when
 * the transaction that wrote its event commits, before that one's locks go,
 * and stays if it aborts; a database holds at most half of the entries; each
 * actor of a login gets governance.denial_rate entries a minute in a
 * database, and so do the login's bad credentials; those beyond the rate are
 * only counted.  A crash of the server loses what is here.
 */
#ifndef GOV_DENIAL_RING_H
#define GOV_DENIAL_RING_H

#include "utils/inet.h"

#include "identity/actor.h"

/* Texts are cut to fit at a character, with "..." at their end. */
typedef struct GovDenialEntry
{
	TimestampTz occurred_at;
	Oid			login_oid;
	int			sqlerrcode;
	GovEvidence evidence;
	bool		has_client_addr;
	inet		client_addr;
	NameData	login;
	NameData	db_role;
	char		actor[GOV_ID_LEN + 1];	/* '' : nobody known */
	char		user_id[GOV_ID_LEN + 1];	/* who was refused, or '' */
	char		permission[128];
	char		resource[320];
	char		message[512];
	char		application_name[NAMEDATALEN];
} GovDenialEntry;

/* The attempts of one bucket of this database that could not be kept. */
typedef struct GovDenialSummary
{
	NameData	login;
	char		actor[GOV_ID_LEN + 1];	/* '' : nobody known */
	int			sqlerrcode;		/* of the last one */
	TimestampTz first_at;
	TimestampTz last_at;
	int64		suppressed;		/* over the rate */
	int64		lost;			/* no room */
} GovDenialSummary;

typedef enum GovDenialFate
{
	GOV_DENIAL_KEPT,
	GOV_DENIAL_SUPPRESSED,
	GOV_DENIAL_LOST,			/* counted; to be said in the server log */
	GOV_DENIAL_LOST_QUIETLY,	/* counted; the log has its line already */
	GOV_DENIAL_NO_RING			/* not preloaded, a standby, ... */
} GovDenialFate;

extern void gov_denial_ring_init(void);

/* Keep an entry and wake the worker; returns what became of the entry. */
extern GovDenialFate gov_denial_keep(const GovDenialEntry *entry);

/* Copy a text that may be too long. */
extern void gov_denial_text(char *to, Size size, const char *from);

/*
 * The oldest entries of this database that this transaction has not taken
 * yet, at most max, palloc'd; they leave the ring when it commits.
 */
extern GovDenialEntry *gov_denial_take(int max, int *count);

/*
 * The same for the counts.  Without "all", a role that was reported less than
 * a minute ago has to wait: otherwise a client in a loop would cause an event
 * at each visit.
 */
extern GovDenialSummary *gov_denial_take_summaries(bool all, int *count);

/* Drop the entries of a database that cannot write them; returns how many. */
extern int	gov_denial_forget(Oid dboid);

/* How many attempts in this database found no room, and when the last did. */
extern int64 gov_denial_lost(TimestampTz *last_at);

#endif							/* GOV_DENIAL_RING_H */
