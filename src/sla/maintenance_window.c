/*
 * maintenance_window.c
 *		Time in which a miss was to be expected.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "core/operation.h"
#include "core/spi.h"
#include "sla/target.h"

PG_FUNCTION_INFO_V1(gov_add_maintenance_window);

#define LONGEST (366 * USECS_PER_DAY)

static GovStatement insert_window = {
	.sql = "INSERT INTO governance.maintenance_windows AS w (resource_type,"
		   " resource_id, starts_at, ends_at, reason, created_by)"
		   " VALUES ($1, $2, $3, $4, $5, $6) RETURNING w",
	.nargs = 6,
	.argtypes = {TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID,
		TEXTOID},
	.latest = true
};

/*
 * gov_add_maintenance_window(resource_type, resource_id, starts_at, ends_at,
 * reason) → maintenance_windows
 */
Datum
gov_add_maintenance_window(PG_FUNCTION_ARGS)
{
	const char *type = gov_arg_word(fcinfo, 0, "resource_type",
									gov_sla_types, NULL);
	const char *id = gov_arg_id(fcinfo, 1, "resource_id");
	TimestampTz starts_at = gov_arg_time(fcinfo, 2, "starts_at", false);
	TimestampTz ends_at = gov_arg_time(fcinfo, 3, "ends_at", false);
	const char *reason = gov_arg_reason(fcinfo, 4, "reason");
	GovActor	actor;

	if (starts_at >= ends_at)
		gov_bad_value("ends_at", "It is not after starts_at.",
					  "Give a window that begins before it ends.");
	if (ends_at - starts_at > LONGEST)
		gov_bad_value("ends_at", "The window is longer than 366 days.", NULL);
	gov_refuse_read_only("gov_add_maintenance_window()");
	actor = gov_require(GOV_PERM_SLA_MANAGE,
						psprintf("sla_target/%s:%s", type, id));
	if (!gov_sla_target_exists(type, id))
		gov_sla_no_resource(type, id);

	gov_spi_begin();
	gov_operation_begin("add", reason);
	(void) gov_run(&insert_window, gov_text(type), gov_text(id),
				   gov_time(starts_at), gov_time(ends_at), gov_text(reason),
				   gov_text(actor.user_id));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}
