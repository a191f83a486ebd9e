/*
 * burn.c
 *		How fast a resource's error budget burns, rule by rule.
 *
 * A rule's condition holds when the share of failed observations is above
 * factor times the allowed one, over the long window and over the short one:
 * the long window shows that it matters, the short one that it still goes on.
 * Where nothing failed in the longest of the short windows, no rule can hold,
 * and that is the usual case.
 */
#include "postgres.h"

#include <math.h>

#include "catalog/pg_type.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"

#include "core/spi.h"
#include "sla/burn.h"

GOV_SQL(find_rules, (INT4OID),
		"SELECT r.rule, r.severity = 'page', r.minimum_count,"
		" (r.factor * 1000)::int,"
		" (extract(epoch FROM r.long_window) * 1000000)::bigint,"
		" (extract(epoch FROM r.short_window) * 1000000)::bigint,"
		" (extract(epoch FROM r.hold_for) * 1000000)::bigint,"
		" (extract(epoch FROM r.keep_firing_for) * 1000000)::bigint"
		" FROM governance.burn_rate_rules AS r"
		" ORDER BY r.factor DESC, r.rule LIMIT $1",
		.isolated = true, .generic = true);

/* "metadata" is checked when a target is defined, but old ones were not. */
GOV_SQL(find_minimum, (TEXTOID, TEXTOID, INT4OID),
		"SELECT coalesce(CASE pg_catalog.jsonb_typeof("
		"t.metadata -> 'minimum_count') WHEN 'number' THEN"
		" least(greatest((t.metadata -> 'minimum_count')::numeric, 1),"
		" 1000000000000)::bigint END, (SELECT"
		" pg_catalog.min(r.minimum_count)"
		" FROM governance.burn_rate_rules AS r), 1)"
		" FROM governance.sla_targets AS t WHERE t.resource_type = $1"
		" AND t.resource_id = $2 AND t.revision = $3");

/* Windows that this call has measured already. */
typedef struct Measured
{
	const GovMaintenance *maintenance;
	int			count;
	struct
	{
		int64		window;
		GovPeriod	period;
	}			periods[2 * GOV_BURN_RULES];
} Measured;

static int
load_rules(GovBurn *burns)
{
	int			count = (int) gov_run(&find_rules, gov_int4(GOV_BURN_RULES));
	int			i;

	for (i = 0; i < count; i++)
	{
		GovBurnRule *rule = &burns[i].rule;

		memset(&burns[i], 0, sizeof(GovBurn));
		strlcpy(rule->name, gov_row_text(i, 1), sizeof(rule->name));
		rule->is_page = gov_row_bool(i, 2);
		rule->minimum_count = gov_row_int8(i, 3);
		rule->factor_milli = gov_row_int4(i, 4);
		rule->long_window = gov_row_int8(i, 5);
		rule->short_window = gov_row_int8(i, 6);
		rule->hold_for = gov_row_int8(i, 7);
		rule->keep_firing_for = gov_row_int8(i, 8);
	}
	return count;
}

static const GovPeriod *
measure(const char *type, const char *id, TimestampTz at, int64 window,
		Measured *measured)
{
	TimestampTz from;
	TimestampTz until;
	int			i;

	for (i = 0; i < measured->count; i++)
	{
		if (measured->periods[i].window == window)
			return &measured->periods[i].period;
	}
	gov_sla_minutes(at, window, &from, &until);
	measured->periods[i].window = window;
	gov_maintenance_without(measured->maintenance, type, id, from, until,
							&measured->periods[i].period, NULL);
	measured->count++;
	return &measured->periods[i].period;
}

int64
gov_minimum_count(const GovSlaTarget *target)
{
	if (gov_run(&find_minimum, gov_text(target->resource_type),
				gov_text(target->resource_id),
				gov_int4(target->revision)) == 0)
		return 1;
	return gov_row_int8(0, 1);
}

int
gov_burn_measure(const char *type, const char *id, TimestampTz at,
				 const GovMaintenance *maintenance, bool all, GovBurn *burns)
{
	Measured   *measured = palloc0(sizeof(Measured));
	int			count = load_rules(burns);
	int64		longest = 0;
	GovSlaTarget target;
	int			i;

	measured->maintenance = maintenance;
	for (i = 0; i < count; i++)
		longest = Max(longest, burns[i].rule.short_window);
	if (!all && (count == 0 || measure(type, id, at, longest,
									   measured)->budget_failed == 0))
		return count;
	if (!gov_sla_target_at(type, id, at, &target))
		return count;

	for (i = 0; i < count; i++)
	{
		GovBurn    *burn = &burns[i];
		bool		short_holds;

		burn->short_period = *measure(type, id, at, burn->rule.short_window,
									  measured);
		short_holds = !isnan(target.availability_target) &&
			gov_burns_faster(&burn->short_period, burn->rule.factor_milli);
		if (!all && !short_holds)
			continue;
		burn->long_period = *measure(type, id, at, burn->rule.long_window,
									 measured);
		burn->is_measured = true;
		burn->holds = short_holds &&
			burn->long_period.count >= burn->rule.minimum_count &&
			gov_burns_faster(&burn->long_period, burn->rule.factor_milli);
	}
	pfree(measured);
	return count;
}
