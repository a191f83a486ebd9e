/*
 * idempotency.c
 *		Answers that are kept for requests with a key: until they are a day
 *		old.
 *
 * One that is being replaced just now is left alone, so this waits for nobody.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "utils/timestamp.h"

#include "core/spi.h"
#include "registry/idempotency.h"

GOV_SQL(forget, (INT8OID, TIMESTAMPTZOID),
		"DELETE FROM governance.idempotency_keys AS k"
		" USING (SELECT o.user_id, o.key"
		" FROM governance.idempotency_keys AS o"
		" WHERE o.created_at < $2"
		" ORDER BY o.created_at LIMIT $1 FOR UPDATE SKIP LOCKED) AS old"
		" WHERE k.user_id = old.user_id AND k.key = old.key");

int64
gov_idempotency_expire(int limit)
{
	int64		forgotten;

	gov_spi_begin();
	forgotten = gov_run(&forget, gov_int8(limit),
						gov_time(GetCurrentTimestamp() - USECS_PER_DAY));
	gov_spi_end();
	return forgotten;
}
