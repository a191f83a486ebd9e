-- Summaries that cannot be, and targets that cannot have been meant.
SELECT revision FROM gov_define_sla('system', 'summary', 100, 200, 99, 2);
CREATE FUNCTION pg_temp.record(metrics jsonb)
RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM gov_record_measurement('system', 'summary', metrics);
    RETURN 'recorded';
EXCEPTION WHEN invalid_parameter_value THEN
    RETURN SQLSTATE;
END
$$;

-- in words
SELECT gov_record_measurement('system', 'summary', '{"response_time_p50": 300, "response_time_p95": 200}');
SELECT gov_record_measurement('system', 'summary', '{"total_requests": 10, "failed_requests": 11}');
SELECT gov_record_measurement('system', 'summary', '{"total_requests": 100, "failed_requests": 2, "error_rate": 0.02}');
SELECT gov_record_measurement('system', 'summary', '{"uptime_seconds": 3600, "downtime_seconds": 0, "availability_percent": 99}');

-- percentiles in order, those that are 0 not counted
SELECT pg_temp.record(jsonb_strip_nulls(jsonb_build_object('response_time_p50', v.p50, 'response_time_p95', v.p95, 'response_time_p99', v.p99))) AS result, v.*
FROM (VALUES (1, 2, 3), (2, 2, 2), (3, 2, 4), (1, 3, 2), (3, NULL, 2), (3, 0, 2), (NULL, 3, 2), (3, 2, NULL), (3, 0, 0), (0, 3, 0), (0, 0, 3), (0, 3, 2), (3, 0, 4), (2.0000001, 2, 3)) AS v(p50, p95, p99);
-- an error rate against the counts: by more than 0.01 per cent
SELECT pg_temp.record(jsonb_strip_nulls(jsonb_build_object('error_rate', v.rate, 'total_requests', v.total, 'failed_requests', v.failed))) AS result, v.*
FROM (VALUES (0.1, 1000, 1), (0.11, 1000, 1), (0.09, 1000, 1), (0.1101, 1000, 1), (0.0899, 1000, 1), (33.33, 3, 1), (33.3, 3, 1), (0, 0, 0), (1, 0, 0), (100, 7, 7), (99.98, 7, 7), (1, 1000, NULL), (1, NULL, 1),
    (NULL, 1000, 1000), (NULL, 1000, 1001), (NULL, 0, 1)) AS v(rate, total, failed);
-- availability against the seconds
SELECT pg_temp.record(jsonb_strip_nulls(jsonb_build_object('availability_percent', v.share, 'uptime_seconds', v.up, 'downtime_seconds', v.down))) AS result, v.*
FROM (VALUES (99.9, 999, 1), (99.91, 999, 1), (99.89, 999, 1), (99.9101, 999, 1), (99.8899, 999, 1), (0.999, 999, 1), (100, 0, 5), (0, 0, 5), (50, 0, 0), (50, 10, NULL), (50, NULL, 10), (NULL, 0, 10), (99, 1e12, 1e12), (NULL, 1e13, 0)) AS v(share, up, down);

-- what models and use-cases record is looked at, too, where it has the same names
SELECT version FROM gov_register_model('summary', '1');
SELECT usecase_id FROM gov_create_usecase('summary', 'Summary', 'd', 'nobody');
SELECT metrics FROM gov_record_model_metrics('summary', '1', '{"accuracy": -1, "latency_ms": 1e6, "error_rate": 0.02, "total_requests": 100, "failed_requests": 2, "response_time_p95": 5}');
SELECT metrics FROM gov_record_usecase_metrics('summary', '{"error_rate": 2, "total_requests": 100, "failed_requests": 2, "total_queries": 5}');
\set VERBOSITY terse
SELECT gov_record_model_metrics('summary', '1', '{"response_time_p99": 1, "response_time_p50": 2}');
SELECT gov_record_model_metrics('summary', '1', '{"total_requests": 1, "failed_requests": 2}');
SELECT gov_record_model_metrics('summary', '1', '{"error_rate": 3, "total_requests": 100, "failed_requests": 2}');
SELECT gov_record_usecase_metrics('summary', '{"availability_percent": 101}');
SELECT gov_record_usecase_metrics('summary', '{"availability_percent": 99, "uptime_seconds": 1, "downtime_seconds": 1}');
\set VERBOSITY default

-- 0.999 is not 99.9 per cent
SELECT gov_define_sla('system', 'summary', availability_target => 0.999);
SELECT gov_define_sla('system', 'summary', availability_target => 1);
SELECT gov_define_sla('system', 'summary', availability_target => 0);
SELECT availability_target FROM gov_define_sla('system', 'summary-least', availability_target => 1.01);
SELECT gov_sla_import_openslo(jsonb_set(gov_sla_export_openslo('system', 'summary'), '{0,spec,objectives,0,targetPercent}', '0.99'));

-- where nothing may fail there is nothing to be left, and nothing to burn
SELECT revision FROM gov_define_sla('system', 'summary-all', availability_target => 100, error_rate_target => 0);
CREATE FUNCTION pg_temp.left_of(id text, OUT status text, OUT budget_left jsonb, OUT burn_rate jsonb, OUT burn_rates jsonb, OUT budgets jsonb, OUT exhausted jsonb, OUT exhausted_at boolean)
LANGUAGE sql AS $$
    SELECT r ->> 'status', r -> 'budget_left', r -> 'burn_rate',
        (SELECT jsonb_agg(DISTINCT jsonb_build_array(b -> 'long', b -> 'short')) FROM jsonb_array_elements(r -> 'burn_rates') AS b),
        jsonb_build_array(r #> '{budget,rolling,budget_left}', r #> '{budget,calendar,budget_left}'), r #> '{budget,rolling,exhausted}', r ->> 'exhausted_at' IS NOT NULL
    FROM gov_sla_report('system', id) AS r
$$;
SELECT * FROM pg_temp.left_of('summary-all');
SELECT gov_observe('system', 'summary-all', 1);
SELECT * FROM pg_temp.left_of('summary-all');
SELECT gov_observe('system', 'summary-all', 1, false);
SELECT * FROM pg_temp.left_of('summary-all');
SELECT gov_sla_status('system', 'summary-all');
SELECT budget_left FROM governance.v_sla_overview WHERE resource_id = 'summary-all';
-- by the target in force, and by the one of the time
SELECT revision FROM gov_define_sla('system', 'summary-later', availability_target => 50, error_rate_target => 50);
SELECT gov_observe_many('system', 'summary-later', '{1,1,1,1}', '{t,t,t,f}');
SELECT budget_left, burn_rate FROM pg_temp.left_of('summary-later');
SELECT revision FROM gov_define_sla('system', 'summary-later', availability_target => 100, error_rate_target => 50);
SELECT budget_left, burn_rate FROM pg_temp.left_of('summary-later');
SELECT revision FROM gov_define_sla('system', 'summary-all', availability_target => 50, error_rate_target => 50);
SELECT budget_left, burn_rate FROM pg_temp.left_of('summary-all');
