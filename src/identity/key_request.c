/*
 * key_request.c
 *		Asking for an issuer's keys to be fetched again.
 */
#include "postgres.h"

#include "access/xlog.h"
#include "commands/async.h"
#include "common/hashfn.h"
#include "miscadmin.h"
#include "utils/timestamp.h"

#include "core/shared.h"
#include "core/work.h"
#include "identity/issuer.h"
#include "identity/key_request.h"

#define REQUESTS 64
#define PAUSE_MS 60000

/* A request for an issuer, known by the hash of its name. */
typedef struct KeyRequest
{
	Oid			dboid;			/* InvalidOid: free */
	bool		is_waiting;		/* not announced yet */
	uint64		issuer;
	TimestampTz asked_at;
} KeyRequest;

/* NULL where the library is not preloaded. */
static KeyRequest *requests = NULL;
static LWLock *requests_lock = NULL;

static Size
requests_size(void)
{
	return sizeof(KeyRequest) * REQUESTS;
}

static void
init_requests(void *area)
{
	/* zeroed: all are free */
}

void
gov_key_request_init(void)
{
	static const GovSharedArea area = {
		.name = "governance key requests",
		.size = requests_size,
		.init = init_requests,
		.area = (void **) &requests,
		.lock = &requests_lock
	};

	gov_shared_add(&area);
}

static uint64
hash_issuer(const char *issuer)
{
	return hash_bytes_extended((const unsigned char *) issuer,
							   strlen(issuer), 0);
}

/* The issuer's request, or else the oldest one, which may be free. */
static KeyRequest *
find_request(uint64 issuer)
{
	KeyRequest *oldest = &requests[0];
	int			i;

	for (i = 0; i < REQUESTS; i++)
	{
		if (requests[i].dboid == MyDatabaseId && requests[i].issuer == issuer)
			return &requests[i];
		if (requests[i].asked_at < oldest->asked_at)
			oldest = &requests[i];
	}
	return oldest;
}

void
gov_key_request(const char *issuer)
{
	uint64		hash = hash_issuer(issuer);
	TimestampTz now = GetCurrentTimestamp();
	KeyRequest *request;
	bool		is_early;

	if (requests == NULL || RecoveryInProgress())
		return;
	LWLockAcquire(requests_lock, LW_EXCLUSIVE);
	request = find_request(hash);

	/* A request in the future: the clock was set back. */
	is_early = request->dboid == MyDatabaseId && request->issuer == hash &&
		request->asked_at <= now &&
		!TimestampDifferenceExceeds(request->asked_at, now, PAUSE_MS);
	if (!is_early)
	{
		request->dboid = MyDatabaseId;
		request->issuer = hash;
		request->asked_at = now;
		request->is_waiting = true;
	}
	LWLockRelease(requests_lock);
	if (!is_early)
		gov_work_mark();
}

/* Was a request waiting for this issuer?  Afterwards it is not. */
static bool
take_request(uint64 issuer)
{
	KeyRequest *request;
	bool		is_waiting;

	LWLockAcquire(requests_lock, LW_EXCLUSIVE);
	request = find_request(issuer);
	is_waiting = request->dboid == MyDatabaseId &&
		request->issuer == issuer && request->is_waiting;
	if (is_waiting)
		request->is_waiting = false;
	LWLockRelease(requests_lock);
	return is_waiting;
}

/* If the transaction fails the request is lost; the next token asks again. */
int64
gov_key_requests_announce(void)
{
	int64		announced = 0;
	ListCell   *lc;

	if (requests == NULL)
		return 0;
	foreach(lc, gov_issuers())
	{
		const char *issuer = ((GovIssuer *) lfirst(lc))->issuer;

		if (!take_request(hash_issuer(issuer)))
			continue;
		Async_Notify(GOV_KEY_CHANNEL, issuer);
		announced++;
	}
	return announced;
}
