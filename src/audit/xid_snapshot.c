/*
 * xid_snapshot.c
 *		Which transactions had ended at a moment, as a value that can be
 *		stored.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "lib/stringinfo.h"

#include "audit/xid_snapshot.h"

GovXidSnapshot
gov_xid_snapshot_none(void)
{
	GovXidSnapshot result = {FirstNormalTransactionId, 0, NULL};

	return result;
}

GovXidSnapshot
gov_xid_snapshot_all(void)
{
	GovXidSnapshot result = {PG_UINT64_MAX, 0, NULL};

	return result;
}

/* A transaction id of now or before, with its epoch. */
static uint64
widen(TransactionId xid, FullTransactionId next)
{
	uint64		epoch = EpochFromFullTransactionId(next);

	if (xid > XidFromFullTransactionId(next))
		epoch--;
	return (epoch << 32) | xid;
}

static int
compare_xids(const void *a, const void *b)
{
	uint64		x = *(const uint64 *) a;
	uint64		y = *(const uint64 *) b;

	return x < y ? -1 : x > y;
}

/*
 * gov_xid_snapshot_of
 *		Make a storable value of an MVCC snapshot.  In recovery only xmax is
 *		right.
 *
 * The list of top-level transactions is complete even where that of
 * subtransactions has overflowed; rows have the top-level id.  A transaction
 * id of our own that is assigned later is not below xmax.
 */
GovXidSnapshot
gov_xid_snapshot_of(Snapshot snapshot)
{
	FullTransactionId next = ReadNextFullTransactionId();
	FullTransactionId own = GetTopFullTransactionIdIfAny();
	GovXidSnapshot result;
	uint32		i;

	result.xmax = widen(snapshot->xmax, next);
	result.xip = palloc(sizeof(uint64) * (snapshot->xcnt + 1));
	result.nxip = 0;
	for (i = 0; i < snapshot->xcnt; i++)
		result.xip[result.nxip++] = widen(snapshot->xip[i], next);
	if (FullTransactionIdIsValid(own) &&
		U64FromFullTransactionId(own) < result.xmax)
		result.xip[result.nxip++] = U64FromFullTransactionId(own);
	qsort(result.xip, result.nxip, sizeof(uint64), compare_xids);
	return result;
}

GovXidSnapshot
gov_xid_snapshot_parse(const char *s)
{
	GovXidSnapshot result;
	const char *comma;
	char	   *end;
	int			room = 1;

	for (comma = s; (comma = strchr(comma, ',')) != NULL; comma++)
		room++;
	result.xip = palloc(sizeof(uint64) * room);
	result.nxip = 0;

	(void) strtoull(s, &end, 10);	/* xmin follows from the others */
	if (*end != ':')
		elog(ERROR, "malformed snapshot \"%s\"", s);
	result.xmax = strtoull(end + 1, &end, 10);
	if (*end != ':')
		elog(ERROR, "malformed snapshot \"%s\"", s);
	for (end++; *end != '\0'; end += (*end == ','))
	{
		const char *start = end;

		result.xip[result.nxip++] = strtoull(start, &end, 10);
		if (end == start)
			elog(ERROR, "malformed snapshot \"%s\"", s);
	}
	return result;
}

char *
gov_xid_snapshot_text(const GovXidSnapshot *snapshot)
{
	StringInfoData buf;
	int			i;

	initStringInfo(&buf);
	appendStringInfo(&buf, UINT64_FORMAT ":" UINT64_FORMAT ":",
					 snapshot->nxip > 0 ? snapshot->xip[0] : snapshot->xmax,
					 snapshot->xmax);
	for (i = 0; i < snapshot->nxip; i++)
		appendStringInfo(&buf, "%s" UINT64_FORMAT, i > 0 ? "," : "",
						 snapshot->xip[i]);
	return buf.data;
}

bool
gov_xid_snapshot_ended(const GovXidSnapshot *snapshot, uint64 xid)
{
	if (xid >= snapshot->xmax)
		return false;
	return snapshot->nxip == 0 ||
		bsearch(&xid, snapshot->xip, snapshot->nxip, sizeof(uint64),
				compare_xids) == NULL;
}
