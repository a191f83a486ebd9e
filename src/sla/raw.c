/*
 * raw.c
 *		Keeping the observations themselves, where policy sla.keep_raw is on.
 *
 * They are rows like others, written at once as the owner, in the
 * (sub)transaction that observed.  Nothing is decided by them.
 */
#include "postgres.h"

#include "access/xact.h"
#include "catalog/pg_type.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "core/relations.h"
#include "core/spi.h"
#include "sla/raw.h"

GOV_SQL(insert_raw,
		(TEXTOID, TEXTOID, TIMESTAMPTZARRAYOID, FLOAT8ARRAYOID, BOOLARRAYOID),
		"INSERT INTO governance.sla_raw_observations (resource_type,"
		" resource_id, observed_at, latency_ms, success)"
		" SELECT $1, $2, u.observed_at, u.latency_ms, u.success"
		" FROM ROWS FROM (pg_catalog.unnest($3), pg_catalog.unnest($4),"
		" pg_catalog.unnest($5)) AS u(observed_at, latency_ms, success)",
		.isolated = true);

static GovParam
array_param(Datum *elements, int n, Oid type, int len, char align)
{
	ArrayType  *array = construct_array(elements, n, type, len, true, align);

	return gov_datum(PointerGetDatum(array), false);
}

/* If no time was given, it is the transaction's. */
void
gov_observe_keep_raw(const GovSlaResource *resource, const TimestampTz *at,
					 const double *latency, const bool *success, int n)
{
	Oid			save_userid;
	int			save_context;
	Datum	   *times;
	Datum	   *latencies;
	Datum	   *successes;
	int			i;

	gov_spi_begin();
	times = palloc(sizeof(Datum) * n);
	latencies = palloc(sizeof(Datum) * n);
	successes = palloc(sizeof(Datum) * n);
	for (i = 0; i < n; i++)
	{
		times[i] = TimestampTzGetDatum(at != NULL ? at[i] :
									   GetCurrentTransactionStartTimestamp());
		latencies[i] = Float8GetDatum(latency[i]);
		successes[i] = BoolGetDatum(success == NULL || success[i]);
	}

	GetUserIdAndSecContext(&save_userid, &save_context);
	SetUserIdAndSecContext(gov_owner(),
						   save_context | SECURITY_LOCAL_USERID_CHANGE);
	PG_TRY();
	{
		(void) gov_run(&insert_raw, gov_text(resource->key.type),
					   gov_text(resource->key.id),
					   array_param(times, n, TIMESTAMPTZOID, sizeof(int64),
								   TYPALIGN_DOUBLE),
					   array_param(latencies, n, FLOAT8OID, sizeof(float8),
								   TYPALIGN_DOUBLE),
					   array_param(successes, n, BOOLOID, sizeof(bool),
								   TYPALIGN_CHAR));
	}
	PG_FINALLY();
	{
		SetUserIdAndSecContext(save_userid, save_context);
	}
	PG_END_TRY();
	gov_spi_end();
}
