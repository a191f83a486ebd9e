-- A report as Markdown, HTML and OSCAL: made from what is stored, every value
-- shown as it is.
\set VERBOSITY default
CREATE TEMP TABLE given AS SELECT $${
  "report_id": 7, "report_type": "monthly", "framework": null, "generated_at": 1769904000.5, "generated_by": "ines <b>",
  "digest": "aa00000000000000000000000000000000000000000000000000000000000000",
  "period": {"start": 1767225600, "end": 1769904000, "days": 31},
  "summary": {"total_incidents": 1234, "critical_incidents": 1, "unresolved_incidents": 2, "resolved_incidents": 3,
    "violations": {"safety": 2, "security": 1, "performance": 0}, "average_resolution_hours": 4.50, "audit_events": 1234567,
    "policy_violations": 3, "policy_overrides": 1, "deployments": 2, "rollbacks": 1, "approvals": 4, "rejections": 1,
    "active_users": 2, "sla_violations": 1, "controls": {"pass": 1, "fail": 1, "manual": 1}},
  "unresolved_incidents": [
    {"id": 1, "category": "safety", "severity": "critical", "title": "</td><script>alert('x')</script>", "resource": "risk:1 & 2", "status": "open", "reported_at": 1769000000},
    {"id": 2, "category": "other", "severity": "info", "title": "a | pipe, `code` and *stars*\nin two lines", "resource": "risk", "status": "open", "reported_at": 1769000001}],
  "incidents": {"total": 1234, "critical": 1, "unresolved": 2, "resolved": 3, "average_resolution_hours": 4.5,
    "by_category": {"safety": 2, "security": 1, "performance": 0, "reliability": 0, "compliance": 0, "other": 1},
    "trend": [{"start": 1767225600, "total": 0, "critical": 0, "resolved": 0}, {"start": 1767312000, "total": 4, "critical": 1, "resolved": 1}, {"start": 1767398400, "total": 2, "critical": 0, "resolved": 2}],
    "list": [{"id": 2, "category": "other", "severity": "info", "title": "a | pipe", "resource": "risk", "status": "open", "reported_at": 1769000001, "resolved_at": null},
      {"id": 3, "category": "safety", "severity": "error", "title": "<over>", "resource": "risk", "status": "resolved", "reported_at": 1769000000, "resolved_at": 1769003600}],
    "notifications": [{"incident_id": 1, "regime": "gdpr", "kind": "personal_data_breach", "stage": "initial", "due_at": 1769100000, "notified_at": null, "state": "overdue"}]},
  "sla": {"violations": 1, "violation_list": [{"violation_id": 1, "resource_type": "model", "resource_id": "risk", "violation_type": "response_time_p95", "severity": "error",
      "opened_at": 1769000000, "closed_at": 1769003600, "target_value": 500, "actual_value": 700.25, "acknowledged_by": null}], "resources": [
    {"resource_type": "model", "resource_id": "risk", "status": "violated", "count": 1000, "p95": 612.5, "availability_percent": 99.5, "error_rate": 0.5, "violations": 1, "missed": ["response_time_p95", "availability"],
     "target": {"response_time_p95": 500, "availability_target": 99.9, "error_rate_target": 0.1},
     "series": [{"start": 1767225600, "p95": 400}, {"start": 1767312000, "p95": null}, {"start": 1767398400, "p95": 700}]}]},
  "deployments": {"total": 2, "rollbacks": 1, "live": 1, "by_environment": {"production": 2}, "usecases": {"total": 0, "live": []}, "history": [
    {"model_id": "risk", "version": "2.0.0", "environment": "production", "deployment_id": "b", "deployed_at": 1769000000, "deployed_by": "cleo", "ended_at": 1769100000, "status": "rolled_back", "reason": "complaints < 1 %"},
    {"model_id": "risk", "version": "1.0.0", "environment": "production", "deployment_id": "a", "deployed_at": 1768000000, "deployed_by": "cleo", "ended_at": null, "status": "active", "reason": null}]},
  "approvals": {"approved": 4, "rejected": 1, "by_kind": {"model_version": {"approved": 3, "rejected": 1, "requires_changes": 0}, "usecase": {"approved": 1, "rejected": 0, "requires_changes": 0}, "approval_request": {"approved": 0, "rejected": 0, "requires_changes": 0}},
    "requests": {"made": 0, "used": 0}, "decisions": [{"kind": "model_version", "resource": "risk:1.0.0", "decision": "approved", "by": "ben", "at": 1768000000, "comments": "\"quoted\" & 'quoted'"}]},
  "access": {"active_users": 2, "inactive_users": 0, "denied_attempts": 3, "denied_by_user": [{"user_id": "eve", "count": 3}], "overrides": [{"policy": "approval.model_rollback", "reason": "night <shift>", "by": "ada", "at": 1768000000}],
    "changes": {}, "users": [{"user_id": "ada", "is_active": true, "roles": [{"role": "admin", "expires_at": null, "delegated_by": null}, {"role": "analyst", "expires_at": 1770000000, "delegated_by": "ben"}], "last_change_at": null}]},
  "controls": [
    {"id": "house-1", "framework": "House", "title": "All is well", "source": "", "criterion": "nothing burns", "judged": "no_exceptions", "result": "pass", "evidence_count": 12, "exception_count": 0, "findings": [], "runs_as": null, "query": "SELECT 'a' < 'b'"},
    {"id": "house-2", "framework": "House", "title": "Nothing is red", "source": "p. 3", "criterion": "", "judged": "no_exceptions", "result": "fail", "evidence_count": 9, "exception_count": 7, "findings": ["a", "b", "c", "<d>", "e", "f", "g"], "runs_as": "dba", "query": "SELECT 1"},
    {"id": "9-person", "framework": "Other & more", "title": "Look at it", "source": "", "criterion": "what there is", "judged": "manual", "result": "manual", "evidence_count": 1500, "exception_count": 0, "findings": ["one", "<two>"], "runs_as": null, "query": "SELECT 2"}],
  "audit": {"log_id": "11111111-2222-3333-4444-555555555555", "tree_size": 1234000, "root": "bb00000000000000000000000000000000000000000000000000000000000000", "sealed_at": 1769903999, "events": 1234567, "last_checkpoint": null,
    "trend": [{"start": 1767225600, "events": 5}, {"start": 1767312000, "events": 10}]}
}$$::jsonb AS report;

-- -------------------------------------------------------------------------
-- Markdown
-- -------------------------------------------------------------------------
\pset format unaligned
\pset tuples_only on
SELECT governance.report_markdown(report) FROM given;

-- -------------------------------------------------------------------------
-- HTML
-- -------------------------------------------------------------------------
CREATE TEMP TABLE page AS SELECT governance.report_html(report) AS html FROM given;
-- one page that fetches nothing and runs nothing
SELECT html LIKE E'<!DOCTYPE html>\n<html lang="en">%</html>\n' AS whole, html ~* '<script' AS script,
    html ~* '\s(on\w+|src)\s*=|\shref\s*=\s*"?[^"#]' AS handlers_or_links, html ~* 'https?:|@import|url\(([^#])' AS fetched FROM page;
-- what was injected is text
SELECT m[1] FROM page, regexp_matches(html, '<tr class="incident">(.*?)</tr>', 'g') AS m;
SELECT m[1] FROM page, regexp_matches(html, '<tr class="decision">(.*?)</tr>', 'g') AS m;
SELECT m[1] FROM page, regexp_matches(html, '(<li>&lt;d.*?</ul>)') AS m;
SELECT m[1] FROM page, regexp_matches(html, '(<pre>.*?</pre>)', 'g') AS m;
SELECT html ~ '[^\x01-\x7f]' AS beyond_ascii FROM page;
-- the charts, each bar with its number
SELECT m[1] AS chart, m[2] AS height FROM page, regexp_matches(html, '<svg class="chart[^"]*" id="([^"]*)" width="100%" height="(\d+)"', 'g') AS m;
SELECT m[1] AS series, m[2] AS value, m[3] AS x, m[4] AS width, m[5] AS height
FROM page, regexp_matches(html, '(<svg class="chart" id="chart-incidents".*?</svg>)') AS chart,
    regexp_matches(chart[1], 'data-series="(\w+)" data-value="(\d+)" x="([^"]*)" width="([^"]*)" y="[^"]*" height="([^"]*)"', 'g') AS m;
SELECT m[1] AS class, m[2] AS lane, m[3] AS series, m[4] AS value, m[5] AS x, m[6] AS width
FROM page, regexp_matches(html, '<rect class="bar (\w+)" data-row="([^"]*)" data-series="([^"]*)" data-value="([^"]*)" x="([^"]*)" width="([^"]*)"', 'g') AS m;
SELECT m[1] FROM page, regexp_matches(html, '<polyline class="series" points="([^"]*)"', 'g') AS m;
-- states in words, numbers with their words
SELECT m[1] FROM page, regexp_matches(html, '(<ul class="missed">.*?</ul>)') AS m;
SELECT html ~ '>1 violation<|; 1 violation<' AS one_violation, html ~ '\m1 (violations|incidents|events)\M|1 more \w+s<' AS wrong_plural FROM page;
SELECT DISTINCT m[1] AS identifier
FROM page, regexp_matches(regexp_replace(html, '<style>.*?</style>|<pre>.*?</pre>|<[^>]*>', ' ', 'g'), '\m([a-z0-9]+_[a-z0-9_]+)', 'g') AS m ORDER BY 1;
-- contents, each link with its section
SELECT m[1] AS section, m[2] AS number, html LIKE '%<h2 id="' || m[1] || '">%' AS is_there FROM page, regexp_matches(html, '<li><a href="#([^"]*)">[^<]*<b>([^<]*)</b>', 'g') AS m;
-- what failed, what a person must judge, the rest
SELECT array_agg(m[1] ORDER BY n) FROM page, regexp_matches(html, '<h2 id="([^"]*)"', 'g') WITH ORDINALITY AS r(m, n);
SELECT m[1] FROM page, regexp_matches(html, '(<li>&lt;two&gt;.*?)<details', 'g') AS m;
-- tables have captions and scopes, charts a role and a title
SELECT count(*) FILTER (WHERE m[1] !~ '^<table[^>]*><caption') AS without_caption FROM page, regexp_matches(html, '(<table.*?</table>)', 'g') AS m;
SELECT count(*) AS heads, count(*) FILTER (WHERE m[1] !~ 'scope="col"') AS without_scope FROM page, regexp_matches(html, '(<th[ >].*?</th>)', 'g') AS m;
SELECT count(*) AS charts, count(*) FILTER (WHERE m[1] !~ 'role="img" aria-label="[^"]+"><title>') AS without_title FROM page, regexp_matches(html, '(<svg class="chart.*?</title>)', 'g') AS m;
-- a long list: 25 rows, the others folded; then how many of how many, and the query
CREATE TEMP TABLE long AS
SELECT total, governance.report_html(r) AS html, governance.report_markdown(r) AS markdown
FROM given, (VALUES (83), (4321)) AS t(total),
    LATERAL (SELECT jsonb_set(jsonb_set(report, '{deployments,history_total}', to_jsonb(total)), '{deployments,history}',
        (SELECT jsonb_agg((report #> '{deployments,history,0}') || jsonb_build_object('version', 'v' || i)) FROM generate_series(1, 83) AS i))) AS l(r);
SELECT total, (SELECT count(*) FROM regexp_matches(html, '<tr class="deployment', 'g')) AS rows, substring(html FROM '<summary>([^<]* more deployments)</summary>') AS folded,
    substring(html FROM '<p class="soft">([^<]*deployments\.  All of them:</p><pre>[^<]*</pre>)') AS part,
    (SELECT count(*) FROM regexp_matches(markdown, '\| risk:v', 'g')) AS in_markdown, substring(markdown FROM '## Deployments\n\n([^\n]*)') AS folded_there, substring(markdown FROM '([^\n]*deployments\.  All of them:\n\n    SELECT)') AS part_there
FROM long ORDER BY total;
DROP TABLE long;
-- nothing of a query gets out of its place
SELECT governance.markdown_query('1 of 2 rows', E'SELECT 1\n```\r# no\r\n<b>', '');
-- light and dark, paper
SELECT html ~ 'prefers-color-scheme: dark' AS dark, html ~ '@media print' AS paper, html ~ 'name="viewport"' AS telephone FROM page;

-- -------------------------------------------------------------------------
-- OSCAL
-- -------------------------------------------------------------------------
-- as other programs make it of the same name in the namespace of URLs
SELECT governance.uuid_of('http://www.example.com/');
SELECT jsonb_pretty(governance.report_oscal(report)) FROM given;
SELECT governance.report_oscal(report) = governance.report_oscal(report) AS same FROM given;
\pset format aligned
\pset tuples_only off

-- each query of a list runs as it stands
DO $$
DECLARE
    q text;
BEGIN
    FOR q IN SELECT query FROM given, governance.report_lists(report) LOOP
        EXECUTE rtrim(q, ';');
    END LOOP;
END
$$;
-- a report of nothing renders, too
CREATE ROLE regress_report_render;
SELECT user_id FROM gov_create_user('report_render', 'r@report.example', db_role => 'regress_report_render');
SELECT role FROM gov_assign_role('report_render', 'analyst');
SET ROLE regress_report_render;
SELECT (gov_compliance_report(1, until => '2001-01-02 00:00+00') ->> 'report_id')::bigint AS id \gset
SELECT gov_compliance_report_markdown(:id) LIKE '# Compliance report, 1 January 2001 to 2 January 2001%' AS markdown,
    gov_compliance_report_html(:id) ~ 'nothing was live' AS html,
    gov_compliance_report_oscal(:id) #>> '{assessment-results,metadata,title}' AS oscal;
RESET ROLE;
SELECT is_active FROM gov_deactivate_user('report_render');
DROP ROLE regress_report_render;
DROP TABLE given, page;
