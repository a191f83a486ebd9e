-- Shares of few requests open no violation and tell nobody; statuses are exact.
\set VERBOSITY terse
CREATE FUNCTION pg_temp.observed(id text, how_many int, failed int, age interval = '0', latency float8 = 1)
RETURNS void LANGUAGE sql AS $$
    SELECT gov_observe_many('system', id, array_fill(latency, ARRAY[how_many]), array_fill(false, ARRAY[failed]) || array_fill(true, ARRAY[how_many - failed]),
        array_fill(clock_timestamp() - age, ARRAY[how_many]));
$$;
CREATE FUNCTION pg_temp.evaluated(id text, ahead interval = '0')
RETURNS TABLE (violation_type text, status text, actual numeric) LANGUAGE sql AS $$
    SELECT v.violation_type, v.status, round(v.actual_value::numeric, 2)
    FROM gov_evaluate_sla(clock_timestamp() + ahead) AS v WHERE v.resource_id = id ORDER BY v.violation_id;
$$;
CREATE FUNCTION pg_temp.escalated(id text, OUT fired bigint, OUT incidents bigint) LANGUAGE sql AS $$
    SELECT (SELECT count(*) FROM governance.sla_escalations AS e WHERE e.resource_id = id), (SELECT count(*) FROM gov_incidents() AS i WHERE i.resource = id);
$$;
-- one transaction, so that the worker evaluates none of it
BEGIN;

-- as many as a burn rate needs, unless the target says how many
SELECT DISTINCT minimum_count FROM governance.burn_rate_rules;
SELECT revision FROM gov_define_sla('system', 'few', 100, 200, 99, 2);
SELECT count(*) FROM gov_set_escalation_rule('system', 'few', 'availability', 1, 'team', create_incident => true);
SELECT count(*) FROM gov_set_escalation_rule('system', 'few', 'error_rate', 1, 'team', create_incident => true);
SELECT pg_temp.observed('few', 99, 9);
SELECT * FROM pg_temp.evaluated('few');
SELECT * FROM pg_temp.escalated('few');
SELECT gov_sla_status('system', 'few');
SELECT pg_temp.observed('few', 1, 0);
SELECT * FROM pg_temp.evaluated('few');
SELECT * FROM pg_temp.escalated('few');
SELECT gov_sla_status('system', 'few');
SELECT revision FROM gov_define_sla('system', 'fewer', 100, 200, 99, 2, metadata => '{"minimum_count": 5}');
SELECT pg_temp.observed('fewer', 4, 4);
SELECT * FROM pg_temp.evaluated('fewer');
SELECT gov_sla_status('system', 'fewer');
SELECT pg_temp.observed('fewer', 1, 0);
SELECT * FROM pg_temp.evaluated('fewer');
SELECT revision FROM gov_define_sla('system', 'more', 100, 200, 99, 2, metadata => '{"minimum_count": 200}');
SELECT pg_temp.observed('more', 199, 199);
SELECT violation_type FROM pg_temp.evaluated('more') WHERE violation_type <> 'error_budget_burn';
SELECT pg_temp.observed('more', 1, 0);
SELECT violation_type FROM pg_temp.evaluated('more') WHERE violation_type <> 'error_budget_burn';
-- response times of few are as slow as they are
SELECT revision FROM gov_define_sla('system', 'slow-few', 100, 200, 99, 2);
SELECT pg_temp.observed('slow-few', 10, 1, latency => 150);
SELECT * FROM pg_temp.evaluated('slow-few');

-- what is open ends when the target is met, and not for want of requests
SELECT pg_temp.observed('fewer', 1, 1, '-4 minutes');
SELECT * FROM pg_temp.evaluated('fewer', '62 minutes');
SELECT status, count(*) FROM governance.sla_violations WHERE resource_id = 'fewer' GROUP BY 1;
SELECT * FROM pg_temp.evaluated('fewer', '66 minutes');

-- the rules' own number counts where the target has none
SAVEPOINT rules;
SELECT revision FROM gov_define_sla('system', 'by-rules', 100, 200, 99, 2);
UPDATE governance.burn_rate_rules SET minimum_count = minimum_count * 3;
SELECT pg_temp.observed('by-rules', 299, 299);
SELECT * FROM pg_temp.evaluated('by-rules');
SELECT pg_temp.observed('by-rules', 1, 1);
SELECT violation_type FROM pg_temp.evaluated('by-rules');
ROLLBACK TO rules;

-- summaries: recorded, as each that misses a target is, but nobody is told
SELECT revision FROM gov_define_sla('system', 'few-sums', 100, 200, 99, 2);
SELECT count(*) FROM gov_set_escalation_rule('system', 'few-sums', 'error_rate', 1, 'team', create_incident => true);
SELECT count(*) FROM gov_set_escalation_rule('system', 'few-sums', 'availability', 1, 'team', create_incident => true);
SELECT count(*) FROM gov_record_measurement('system', 'few-sums', '{"total_requests": 99, "failed_requests": 9, "availability_percent": 90, "response_time_p95": 150}');
SELECT violation_type, notified_at IS NOT NULL AS announced FROM governance.sla_violations WHERE resource_id = 'few-sums' ORDER BY violation_id;
SELECT * FROM pg_temp.escalated('few-sums');
SELECT gov_sla_status('system', 'few-sums');
-- what was down by the clock was down
SELECT count(*) FROM gov_record_measurement('system', 'few-sums', '{"total_requests": 9, "failed_requests": 0, "uptime_seconds": 60, "downtime_seconds": 3540}');
SELECT violation_type, notified_at IS NOT NULL AS announced FROM governance.sla_violations WHERE resource_id = 'few-sums' ORDER BY violation_id DESC LIMIT 1;
SELECT * FROM pg_temp.escalated('few-sums');
SELECT count(*) FROM gov_record_measurement('system', 'few-sums', '{"total_requests": 100, "failed_requests": 9}');
SELECT violation_type, notified_at IS NOT NULL AS announced FROM governance.sla_violations WHERE resource_id = 'few-sums' ORDER BY violation_id DESC LIMIT 1;
SELECT * FROM pg_temp.escalated('few-sums');
-- of how many is not said
SELECT count(*) FROM gov_record_measurement('system', 'few-sums', '{"error_rate": 50}');
SELECT violation_type, notified_at IS NOT NULL AS announced FROM governance.sla_violations WHERE resource_id = 'few-sums' ORDER BY violation_id DESC LIMIT 1;
ROLLBACK;
