/*
 * gate.c
 *		Gates: what must be measured of a version before it enters an
 *		environment.
 *
 * The latest value of each metric counts, no matter when others were recorded;
 * a metric that was never recorded, or is not a number, meets no gate.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "access/require.h"
#include "core/errors.h"
#include "core/operation.h"
#include "core/policy.h"
#include "core/row_json.h"
#include "core/scan.h"
#include "core/spi.h"
#include "registry/approval.h"
#include "registry/environment.h"
#include "registry/gate.h"
#include "registry/model.h"
#include "registry/model_signature.h"
#include "sla/budget.h"

PG_FUNCTION_INFO_V1(gov_set_deployment_gate);
PG_FUNCTION_INFO_V1(gov_drop_deployment_gate);

#define METRIC_LEN 128			/* longest name, in characters */

static const char *const operators[] = {">=", ">", "<=", "<", "=", NULL};

GOV_SQL(evaluate_gates, (TEXTOID, TEXTOID, TEXTOID),
		"SELECT g.gate_id, g.metric, g.operator, g.threshold, m.value,"
		" coalesce(CASE g.operator"
		" WHEN '>=' THEN m.value >= g.threshold"
		" WHEN '>' THEN m.value > g.threshold"
		" WHEN '<=' THEN m.value <= g.threshold"
		" WHEN '<' THEN m.value < g.threshold"
		" WHEN '=' THEN m.value = g.threshold END, false)"
		" FROM governance.deployment_gates AS g"
		" LEFT JOIN LATERAL ("
		" SELECT CASE WHEN pg_catalog.jsonb_typeof(r.metrics -> g.metric)"
		" = 'number' THEN (r.metrics -> g.metric)::numeric END AS value"
		" FROM governance.model_metrics AS r"
		" WHERE r.model_id = $1 AND r.version = $2"
		" AND r.metrics ? g.metric"
		" ORDER BY r.metrics_no DESC LIMIT 1) AS m ON true"
		" WHERE g.environment = $3"
		" AND (g.model_id IS NULL OR g.model_id = $1)"
		" ORDER BY g.gate_id");

GOV_SQL(find_gate, (TEXTOID, TEXTOID, TEXTOID, NUMERICOID, TEXTOID),
		"SELECT g FROM governance.deployment_gates AS g"
		" WHERE g.environment = $1 AND g.metric = $2 AND g.operator = $3"
		" AND g.threshold = $4 AND g.model_id IS NOT DISTINCT FROM $5");

GOV_SQL(set_gate, (TEXTOID, TEXTOID, TEXTOID, NUMERICOID, TEXTOID),
		"INSERT INTO governance.deployment_gates AS g"
		" (environment, metric, operator, threshold, model_id)"
		" VALUES ($1, $2, $3, $4, $5)"
		" ON CONFLICT ON CONSTRAINT deployment_gates_gate_key"
		" DO UPDATE SET threshold = excluded.threshold RETURNING g");

GOV_SQL(lock_gate, (INT8OID),
		"SELECT environment FROM governance.deployment_gates"
		" WHERE gate_id = $1 FOR UPDATE");

static void
push_field(JsonbParseState **state, const char *key, uint64 row, int column,
		   Oid type)
{
	bool		isnull;
	Datum		value = gov_row_datum(row, column, &isnull);

	gov_json_put(state, key, value, isnull, type);
}

/*
 * check_budget
 *		Check that the model has some of its error budget left.
 *
 * A model without a service level, or without an observation, has all of it.
 */
static void
check_budget(const char *model_id, JsonbParseState **state,
			 StringInfo failures)
{
	GovBudget	budget;
	double		left;
	bool		met;

	if (!gov_budget_now("model", model_id, &budget))
		return;
	left = gov_budget_left(&budget.period);
	met = !gov_budget_is_exhausted(&budget.period);
	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put(state, "gate_id", (Datum) 0, true, INT8OID);
	gov_json_put_text(state, "metric", "sla.budget_left");
	gov_json_put_text(state, "operator", ">");
	gov_json_put(state, "threshold", Int32GetDatum(0), false, INT4OID);
	gov_json_put(state, "value", Float8GetDatum(left), budget.allows_nothing,
				 FLOAT8OID);
	gov_json_put(state, "met", BoolGetDatum(met), false, BOOLOID);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
	if (!met)
		appendStringInfo(failures,
						 "%sPolicy \"gate.sla\": the error budget of model \"%s\" is exhausted, %lld of %lld observations failed (%s window).",
						 failures->len > 0 ? "\n" : "", model_id,
						 (long long) budget.period.failed,
						 (long long) budget.period.count, budget.window);
}

/* Check that somebody who is trusted now has signed its files. */
static void
check_signature(const char *model_id, const char *version,
				JsonbParseState **state, StringInfo failures)
{
	char	   *why;
	int			count = gov_signatures_count(model_id, version, &why);

	pushJsonbValue(state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put(state, "gate_id", (Datum) 0, true, INT8OID);
	gov_json_put_text(state, "metric", "signature");
	gov_json_put_text(state, "operator", ">=");
	gov_json_put(state, "threshold", Int32GetDatum(1), false, INT4OID);
	gov_json_put(state, "value", Int32GetDatum(count), false, INT4OID);
	gov_json_put(state, "met", BoolGetDatum(count > 0), false, BOOLOID);
	pushJsonbValue(state, WJB_END_OBJECT, NULL);
	if (count == 0)
		appendStringInfo(failures, "%s%s", failures->len > 0 ? "\n" : "",
						 why);
}

void
gov_gates_refuse(const GovActor *actor, GovPermission permission,
				 const char *model_id, const char *version,
				 const char *environment, char *detail, const char *hint)
{
	GovDenial	denial = {0};

	denial.sqlerrcode = ERRCODE_GOV_GATE_NOT_MET;
	denial.user_id = actor->user_id;
	denial.permission = gov_permission_name(permission);
	denial.resource = gov_version_resource(model_id, version);
	denial.message = psprintf("model version \"%s\" does not meet the gates of environment \"%s\"",
							  gov_version_name(model_id, version),
							  environment);
	denial.detail = detail;
	denial.hint = hint;
	gov_deny(&denial);
}

/* Has the environment a gate at all? */
static bool
has_gates(const char *environment)
{
	GovScan		scan;
	bool		found;

	gov_scan_begin_key(&scan, GOV_REL_DEPLOYMENT_GATES,
					   GOV_REL_DEPLOYMENT_GATES_GATE_KEY, "environment",
					   environment);
	found = gov_scan_next(&scan);
	gov_scan_end(&scan);
	return found;
}

Jsonb *
gov_gates_check(const GovActor *actor, const char *model_id,
				const char *version, const GovEnvironment *environment)
{
	JsonbParseState *state = NULL;
	StringInfoData failures;
	const char *hint = NULL;
	uint64		count;
	uint64		row;

	initStringInfo(&failures);
	count = !has_gates(environment->name) ? 0 :
		gov_run(&evaluate_gates, gov_text(model_id), gov_text(version),
				gov_text(environment->name));
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	for (row = 0; row < count; row++)
	{
		pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
		push_field(&state, "gate_id", row, 1, INT8OID);
		push_field(&state, "metric", row, 2, TEXTOID);
		push_field(&state, "operator", row, 3, TEXTOID);
		push_field(&state, "threshold", row, 4, NUMERICOID);
		push_field(&state, "value", row, 5, NUMERICOID);
		push_field(&state, "met", row, 6, BOOLOID);
		pushJsonbValue(&state, WJB_END_OBJECT, NULL);

		if (!gov_row_bool(row, 6))
		{
			char	   *value = gov_row_text(row, 5);

			appendStringInfo(&failures, "%sGate %s: %s %s %s, %s%s.",
							 failures.len > 0 ? "\n" : "",
							 gov_row_text(row, 1), gov_row_text(row, 2),
							 gov_row_text(row, 3), gov_row_text(row, 4),
							 value ? "value " : "not recorded",
							 value ? value : "");
		}
	}

	if (failures.len > 0)
		hint = "The latest value of each metric counts: gov_record_model_metrics() records one.";
	if (environment->is_production && gov_policy_bool("gate.sla"))
		check_budget(model_id, &state, &failures);
	if (hint == NULL && failures.len > 0)
		hint = "The budget comes back as failures leave its window; gov_override_policy('gate.sla', 'false', reason) lets one transaction do without.";
	if (gov_signature_is_needed(environment->name))
		check_signature(model_id, version, &state, &failures);
	if (hint == NULL)
		hint = GOV_SIGNATURE_HINT;

	if (failures.len > 0)
		gov_gates_refuse(actor, GOV_PERM_MODEL_DEPLOY, model_id, version,
						 environment->name, failures.data, hint);
	return JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_ARRAY, NULL));
}

/* A metric's name: it is not blank, and not too long. */
static const char *
arg_metric(FunctionCallInfo fcinfo, int n)
{
	const char *metric = gov_arg_text(fcinfo, n, "metric", "");

	if (metric[strspn(metric, " ")] == '\0')
		gov_bad_value("metric", "It is missing or empty.",
					  "Give the name under which the metric is recorded, such as accuracy.");
	if (pg_mbstrlen(metric) > METRIC_LEN)
		gov_bad_value("metric",
					  psprintf("\"%s\" is longer than %d characters.",
							   gov_excerpt(metric, strlen(metric)),
							   METRIC_LEN),
					  NULL);
	return metric;
}

static void
lock_place(const char *environment, const char *model_id)
{
	GovEnvironment found;

	gov_environment_find(environment, &found);
	if (model_id != NULL)
		gov_model_lock(model_id);
}

/*
 * gov_set_deployment_gate(environment, metric, operator, threshold, model_id)
 * → deployment_gates
 *
 * Where the gate exists already, its threshold changes.
 */
Datum
gov_set_deployment_gate(PG_FUNCTION_ARGS)
{
	const char *environment = gov_arg_id(fcinfo, 0, "environment");
	const char *metric = arg_metric(fcinfo, 1);
	const char *operator = gov_arg_word(fcinfo, 2, "operator", operators,
										NULL);
	Datum		threshold = NumericGetDatum(gov_arg_number(fcinfo, 3,
														   "threshold"));
	const char *model_id = gov_arg_id_or_null(fcinfo, 4, "model_id");
	GovActor	actor;

	gov_refuse_read_only("gov_set_deployment_gate()");
	actor = gov_require_locking(GOV_PERM_SYSTEM_CONFIG,
								psprintf("environment/%s", environment),
								lock_place(environment, model_id));
	(void) gov_approval_use(GOV_ACTION_SYSTEM_CONFIG_CHANGE, &actor,
							environment, NULL);

	if (gov_run(&find_gate, gov_text(environment), gov_text(metric),
				gov_text(operator), gov_datum(threshold, false),
				gov_text(model_id)) == 0)
	{
		(void) gov_run_as("set", NULL, &set_gate, gov_text(environment),
						  gov_text(metric), gov_text(operator),
						  gov_datum(threshold, false), gov_text(model_id));
	}
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_drop_deployment_gate(gate_id) → boolean: was there such a gate?
 */
Datum
gov_drop_deployment_gate(PG_FUNCTION_ARGS)
{
	int64		gate_id = gov_arg_int8(fcinfo, 0, "gate_id", PG_INT64_MIN,
									   PG_INT64_MAX);
	GovActor	actor;
	bool		dropped;

	gov_refuse_read_only("gov_drop_deployment_gate()");
	actor = gov_require_locking(GOV_PERM_SYSTEM_CONFIG,
								psprintf("deployment_gate/%lld",
										 (long long) gate_id),
								dropped = gov_run(&lock_gate,
												  gov_int8(gate_id)) > 0);
	if (dropped)
	{
		(void) gov_approval_use(GOV_ACTION_SYSTEM_CONFIG_CHANGE, &actor,
								gov_row_text(0, 1), NULL);
		gov_run_as("drop", NULL,
				   gov_sql("DELETE FROM governance.deployment_gates"
						   " WHERE gate_id = $1"), gov_int8(gate_id));
	}
	gov_spi_end();
	if (!dropped)
		ereport(NOTICE,
				(errmsg("deployment gate %lld does not exist, skipping",
						(long long) gate_id)));
	PG_RETURN_BOOL(dropped);
}
