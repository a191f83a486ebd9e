-- The status of a service level.

CREATE FUNCTION @extschema@.gov_sla_status(
    resource_type text,
    resource_id text,
    hours int = 24)
RETURNS text
AS 'MODULE_PATHNAME', 'gov_sla_status'
LANGUAGE C STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_sla_status(text, text, int) IS
'Is a service level kept?  One of compliant, at_risk, violated or unknown (no data, or no service level) over the last hours, the running minute included.  violated: the observations as a whole miss a target, by exact counts, each judged by the target of its time; or there are policy sla.violated_after violations.  at_risk: at least one, or a burn-rate rule''s condition holds now.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_sla_report(
    resource_type text,
    resource_id text,
    hours int = 24)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_sla_report'
LANGUAGE C STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_sla_report(text, text, int) IS
'The status and what it rests on; NULL where there is no service level.  Milliseconds and per cent; p50, p95, p99 within 1 % of the exact value, everything else by exact counts.  budget_left: per cent of the failures that the availability target allows over the target''s window (100: untouched, 0 or less: exhausted); NULL, as burn rates are, at a target of 100 per cent; exhausted_at: when it will be at the burn rate of these hours.  budget has the rolling and the calendar window, burn_rates the rules of governance.burn_rate_rules, status_without_maintenance leaves maintenance out.  Needs an active user.';

CREATE FUNCTION governance.sla_report(
    resource_type text,
    resource_id text,
    hours int)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_sql_sla_report'
LANGUAGE C STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION governance.sla_report(text, text, int) IS
'gov_sla_report() without the question who asks, for gov_metrics().';
