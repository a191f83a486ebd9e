-- gov_metrics() in the Prometheus text format, and who may read it.
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS governance;
RESET client_min_messages;
\set VERBOSITY terse

CREATE ROLE regress_metrics_watcher IN ROLE pg_monitor;
CREATE ROLE regress_metrics_vera;
CREATE ROLE regress_metrics_ana;
CREATE ROLE regress_metrics_stranger;
INSERT INTO governance.users (user_id, db_role) VALUES
    ('metrics-vera', 'regress_metrics_vera'), ('metrics-ana', 'regress_metrics_ana');
INSERT INTO governance.user_roles (user_id, role) VALUES ('metrics-ana', 'analyst');

-- audit:read, or membership of pg_monitor without being a user of ours
SET ROLE regress_metrics_vera;
SELECT gov_metrics();  -- 42501
SET ROLE regress_metrics_stranger;
SELECT gov_metrics();  -- 42501
SET ROLE regress_metrics_ana;
SELECT gov_metrics() <> '' AS readable;
SET ROLE regress_metrics_watcher;
SELECT gov_metrics() <> '' AS readable;
RESET ROLE;

CREATE TEMP TABLE lines AS
SELECT l.line, l.n FROM regexp_split_to_table(gov_metrics(), E'\n') WITH ORDINALITY AS l(line, n);

-- it ends with a line feed; every line is a HELP, a TYPE or a sample
SELECT line = '' AS last_is_empty FROM lines ORDER BY n DESC LIMIT 1;
SELECT line AS odd FROM lines
WHERE line <> '' AND line !~ '^# HELP governance_[a-z0-9_]+ [A-Z].*[.]$'
    AND line !~ '^# TYPE governance_[a-z0-9_]+ (gauge|counter)$'
    AND line !~ '^governance_[a-z0-9_]+([{][a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*[}])? -?[0-9.]+$';
-- families with HELP, TYPE and their samples in one place
SELECT line FROM lines WHERE line LIKE '# TYPE%' ORDER BY n;
WITH f AS (
    SELECT n, substring(line FROM 'governance_[a-z0-9_]+') AS family,
        split_part(line, ' ', 2) IN ('HELP') AND line LIKE '#%' AS is_help
    FROM lines WHERE line <> '')
SELECT family AS torn_apart FROM f GROUP BY family
HAVING count(*) <> max(n) - min(n) + 1 OR count(*) FILTER (WHERE is_help) <> 1;
-- counters end in _total, nothing else does; no sample twice
SELECT line AS misnamed FROM lines
WHERE line LIKE '# TYPE%' AND (line ~ ' counter$') <> (split_part(line, ' ', 3) ~ '_total$');
SELECT regexp_replace(line, ' [^ ]+$', '') AS twice FROM lines WHERE line !~ '^#' AND line <> ''
GROUP BY 1 HAVING count(*) > 1;

-- what they say is what the tables say
SELECT count(*) FROM gov_report_incident('reliability', 'warning', 'metrics-1', '', 'metrics-risk');
BEGIN ISOLATION LEVEL REPEATABLE READ;
SELECT m.line = 'governance_incidents_total{category="reliability",severity="warning"} '
    || (SELECT count(*) FROM governance.incidents WHERE category = 'reliability' AND severity = 'warning') AS counted
FROM regexp_split_to_table(gov_metrics(), E'\n') AS m(line) WHERE m.line LIKE '%category="reliability",severity="warning"%';
SELECT m.line = 'governance_unresolved_incidents{severity="warning"} '
    || (SELECT count(*) FROM gov_incidents(severity => 'warning')) AS counted
FROM regexp_split_to_table(gov_metrics(), E'\n') AS m(line) WHERE m.line LIKE 'governance_unresolved_incidents{severity="warning"}%';
COMMIT;
-- a service level's figures are those of its report; a resource that has seen
-- nothing has no latency
SELECT count(*) FROM gov_define_sla('model', 'metrics-busy', 500, 1000, 99, 1);
SELECT count(*) FROM gov_define_sla('model', 'metrics-idle', 250, 1000, 99, 1);
SELECT gov_observe_many('model', 'metrics-busy', array_fill(800::float8, ARRAY[200]), array_fill(false, ARRAY[200]));
SELECT regexp_replace(m.line, ' 0.79[0-9]*| 0.8[0-9]*', ' (800 ms within 1 %)') AS line
FROM regexp_split_to_table(gov_metrics(), E'\n') AS m(line)
WHERE m.line LIKE 'governance_sla_%resource_id="metrics-%' ORDER BY m.line COLLATE "C";
-- what waits
BEGIN;
SELECT count(*) FROM gov_register_model('metrics-model', '1.0.0');
SELECT m.line = 'governance_versions_awaiting_decision '
    || (SELECT count(*) FROM governance.model_versions WHERE approval_status = 'pending') AS counted
FROM regexp_split_to_table(gov_metrics(), E'\n') AS m(line) WHERE m.line LIKE 'governance_versions_awaiting_decision %';
ROLLBACK;
SELECT m.line FROM regexp_split_to_table(gov_metrics(), E'\n') AS m(line) WHERE m.line LIKE 'governance_suspended%' OR m.line LIKE 'governance_info%';
BEGIN;
SELECT is_suspended FROM gov_suspend('metrics test');
ALTER TABLE governance.models DISABLE TRIGGER guard;
SELECT m.line FROM regexp_split_to_table(gov_metrics(), E'\n') AS m(line)
WHERE m.line LIKE 'governance_suspended%' OR m.line LIKE 'governance_component_up{component="model_registry"}%';
ROLLBACK;

-- labels are escaped
SELECT governance.metric_label('name', E'a"b\\c\nd');
SELECT governance.metric_label('name', NULL);

-- clean up
SELECT count(*) FROM gov_resolve_incident((SELECT incident_id FROM governance.incidents WHERE title = 'metrics-1'), 'done');
SELECT count(*) FROM gov_deactivate_user('metrics-vera');
SELECT count(*) FROM gov_deactivate_user('metrics-ana');
DROP ROLE regress_metrics_watcher, regress_metrics_vera, regress_metrics_ana, regress_metrics_stranger;
