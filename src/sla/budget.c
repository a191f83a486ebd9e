/*
 * budget.c
 *		The error budget: what the availability target allows to fail, and what
 *		is left of that.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "core/spi.h"
#include "sla/budget.h"
#include "sla/totals.h"

#define LONGEST (367 * USECS_PER_DAY)	/* window */

/* Days that a calendar window of a unit may have. */
static const struct
{
	const char *unit;
	int			min_days;
	int			max_days;
}			units[] = {
	{"month", 28, 31},			/* first: where no other fits */
	{"day", 1, 1},
	{"week", 7, 7},
	{"quarter", 90, 92},
	{"year", 365, 366},
};

/* The budget as of that moment, which may be before the window's end. */
static void
measure(const GovSlaTarget *target, const GovMaintenance *maintenance,
		TimestampTz until, GovBudget *budget)
{
	gov_maintenance_without(maintenance, target->resource_type,
							target->resource_id, budget->from, until,
							&budget->period, NULL);
	budget->allows_nothing = gov_allows_nothing(&budget->period, target);
	/* what an earlier revision allowed is no budget of one without a target */
	if (isnan(target->availability_target))
		budget->period.budget_failed = 0;
}

void
gov_budget_rolling(const GovSlaTarget *target, TimestampTz at,
				   const GovMaintenance *maintenance, GovBudget *budget)
{
	budget->window = "rolling";
	gov_sla_minutes(at, target->window_days * USECS_PER_DAY, &budget->from,
					&budget->until);
	measure(target, maintenance, budget->until, budget);
}

static TimestampTz
begin_of(const char *unit, TimestampTz at)
{
	Datum		utc = CStringGetTextDatum("UTC");

	return DatumGetTimestampTz(DirectFunctionCall3(timestamptz_trunc_zone,
												   CStringGetTextDatum(unit),
												   TimestampTzGetDatum(at),
												   utc));
}

void
gov_budget_calendar(const GovSlaTarget *target, TimestampTz at,
					const GovMaintenance *maintenance, GovBudget *budget)
{
	TimestampTz now = gov_sla_minute(at) + USECS_PER_MINUTE;
	int			unit = 0;
	int			i;

	for (i = 0; i < lengthof(units); i++)
	{
		if (target->window_days >= units[i].min_days &&
			target->window_days <= units[i].max_days)
			unit = i;
	}
	budget->window = units[unit].unit;
	budget->from = begin_of(budget->window, at);

	/*
	 * The longest unit and half a day later, it is the next unit for certain.
	 */
	budget->until =
		begin_of(budget->window,
				 budget->from + units[unit].max_days * USECS_PER_DAY +
				 USECS_PER_DAY / 2);
	measure(target, maintenance, Min(now, budget->until), budget);
}

bool
gov_budget_is_calendar(const GovSlaTarget *target)
{
	return gov_run(gov_sql("SELECT t.metadata ->> 'window' = 'calendar'"
						   " FROM governance.sla_targets AS t"
						   " WHERE t.resource_type = $1"
						   " AND t.resource_id = $2 AND t.revision = $3"),
				   gov_text(target->resource_type),
				   gov_text(target->resource_id),
				   gov_int4(target->revision)) > 0 && gov_row_bool(0, 1);
}

bool
gov_budget_now(const char *type, const char *id, GovBudget *budget)
{
	TimestampTz now = GetCurrentTimestamp();
	const GovMaintenance *maintenance;
	GovSlaTarget target;

	if (!gov_sla_target_at(type, id, now, &target))
		return false;
	PushActiveSnapshot(gov_latest_snapshot());
	maintenance = gov_maintenance_load(type, id, now - LONGEST, false);
	if (gov_budget_is_calendar(&target))
		gov_budget_calendar(&target, now, maintenance, budget);
	else
		gov_budget_rolling(&target, now, maintenance, budget);
	PopActiveSnapshot();
	return true;
}
