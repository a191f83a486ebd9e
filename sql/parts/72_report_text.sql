-- Reports as text: Markdown, and what the renderers share.

-- Seconds since 1970, as JSON has them, as a moment in UTC.
CREATE FUNCTION governance.report_moment(seconds jsonb, pattern text = 'YYYY-MM-DD HH24:MI')
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE pg_catalog.jsonb_typeof(report_moment.seconds) WHEN 'number' THEN
        pg_catalog.to_char('1970-01-01'::timestamp + report_moment.seconds::float8 * interval '1 second',
            report_moment.pattern) END;
END;
COMMENT ON FUNCTION governance.report_moment(jsonb, text) IS
'Seconds since 1970 as a moment in UTC, by a pattern of to_char(); NULL for null.';

CREATE FUNCTION governance.report_number(number jsonb, pattern text = 'FM999,999,999,999,990')
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE pg_catalog.jsonb_typeof(report_number.number)
        WHEN 'number' THEN pg_catalog.to_char(report_number.number::numeric, report_number.pattern)
        ELSE '-' END;
END;
COMMENT ON FUNCTION governance.report_number(jsonb, text) IS
'A number with thousands kept apart; a dash where there is none.';

CREATE FUNCTION governance.report_title(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT governance.report_moment(report_title.report #> '{period,start}', 'FMDD FMMonth YYYY') || ' to '
        || governance.report_moment(report_title.report #> '{period,end}', 'FMDD FMMonth YYYY');
END;
COMMENT ON FUNCTION governance.report_title(jsonb) IS
'The period of a report in words.';

CREATE FUNCTION governance.markdown_text(value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.regexp_replace(
        pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
            pg_catalog.regexp_replace(markdown_text.value, '\s+', ' ', 'g'),
            '&', '&amp;'), '<', '&lt;'), '>', '&gt;'),
        '([\\`*_\[\]|~#!])', '\\\1', 'g');
END;
COMMENT ON FUNCTION governance.markdown_text(text) IS
'A text so that Markdown shows it as it is, in one line.';

CREATE FUNCTION governance.report_words(identifier text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE report_words.identifier
        WHEN 'response_time_p95' THEN '95th percentile of response times'
        WHEN 'response_time_p99' THEN '99th percentile of response times'
        WHEN 'incident_response' THEN 'time to respond to an incident'
        WHEN 'incident_resolution' THEN 'time to resolve an incident'
        WHEN 'eu_ai_act' THEN 'EU AI Act'
        WHEN 'gdpr' THEN 'GDPR'
        WHEN 'dora' THEN 'DORA'
        WHEN 'nis2' THEN 'NIS 2'
        WHEN 'cra' THEN 'Cyber Resilience Act'
        WHEN 'usecase' THEN 'use-case'
        WHEN 'requires_changes' THEN 'sent back'
        WHEN 'approval_request' THEN 'request for approval'
        WHEN 'active' THEN 'live'
        WHEN 'pass' THEN 'passed'
        WHEN 'fail' THEN 'failed'
        WHEN 'manual' THEN 'to judge'
        WHEN 'not_yet_applicable' THEN 'not yet applicable'
        ELSE pg_catalog.replace(report_words.identifier, '_', ' ') END;
END;
COMMENT ON FUNCTION governance.report_words(text) IS
'What a report calls something that has an identifier.';

CREATE FUNCTION governance.report_count(number bigint, one text, many text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(pg_catalog.to_char(report_count.number, 'FM999,999,999,999,990'), ' ',
        CASE report_count.number WHEN 1 THEN report_count.one ELSE report_count.many END);
END;
COMMENT ON FUNCTION governance.report_count(bigint, text, text) IS
'A number of things in words.';

-- Which lists a report has, how long each is, and the query that lists it all.
CREATE FUNCTION governance.report_lists(report jsonb)
RETURNS TABLE (
    list text,
    rows jsonb,
    total bigint,
    one text,
    many text,
    query text)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT l.list, coalesce(l.rows, '[]'), greatest(l.total, pg_catalog.jsonb_array_length(coalesce(l.rows, '[]'))), l.one, l.many,
        pg_catalog.replace(pg_catalog.replace(l.query, '$1', p.since), '$2', p.until)
    FROM (VALUES (report_lists.report)) AS b(r)
    CROSS JOIN LATERAL (VALUES (
        pg_catalog.quote_literal(governance.report_moment(b.r #> '{period,start}', 'YYYY-MM-DD HH24:MI:SS.US') || '+00'),
        pg_catalog.quote_literal(governance.report_moment(b.r #> '{period,end}', 'YYYY-MM-DD HH24:MI:SS.US') || '+00'))) AS p(since, until)
    CROSS JOIN LATERAL (VALUES
        ('unresolved', b.r -> 'unresolved_incidents', (b.r #>> '{incidents,unresolved}')::bigint, 'unresolved incident', 'unresolved incidents',
            'SELECT * FROM governance.incidents WHERE reported_at < $2 AND (resolved_at IS NULL OR resolved_at >= $2) ORDER BY reported_at;'),
        ('incidents', b.r #> '{incidents,list}', (b.r #>> '{incidents,total}')::bigint, 'incident', 'incidents',
            'SELECT * FROM governance.incidents WHERE reported_at >= $1 AND reported_at < $2 ORDER BY reported_at DESC;'),
        ('notifications', b.r #> '{incidents,notifications}', NULL, 'report to an authority', 'reports to authorities',
            'SELECT * FROM governance.incident_deadlines WHERE marked_at < $2 AND (notified_at IS NULL OR notified_at >= $1) ORDER BY due_at;'),
        ('violations', b.r #> '{sla,violation_list}', (b.r #>> '{sla,violations}')::bigint, 'violation', 'violations',
            'SELECT * FROM governance.sla_violations WHERE opened_at < $2 AND (closed_at IS NULL OR closed_at >= $1) ORDER BY opened_at DESC;'),
        ('deployments', b.r #> '{deployments,history}', (b.r #>> '{deployments,history_total}')::bigint, 'deployment', 'deployments',
            'SELECT * FROM governance.deployment_history WHERE deployed_at < $2 AND (ended_at IS NULL OR ended_at >= $1) ORDER BY deployed_at DESC;'),
        ('decisions', b.r #> '{approvals,decisions}', (b.r #>> '{approvals,approved}')::bigint + (b.r #>> '{approvals,rejected}')::bigint, 'vote', 'votes',
            E'SELECT reviewed_at, model_id || '':'' || version, approval_status, reviewer FROM governance.approval_history WHERE reviewed_at >= $1 AND reviewed_at < $2\n'
            'UNION ALL SELECT reviewed_at, usecase_id, status, reviewer FROM governance.usecase_approvals WHERE reviewed_at >= $1 AND reviewed_at < $2\n'
            'UNION ALL SELECT approved_at, request_id::text, approval_status, approver_id FROM governance.approvals WHERE approved_at >= $1 AND approved_at < $2\n'
            'ORDER BY 1 DESC;'),
        ('users', b.r #> '{access,users}', (b.r #>> '{access,active_users}')::bigint + (b.r #>> '{access,inactive_users}')::bigint, 'user', 'users',
            'SELECT * FROM governance.v_access_review ORDER BY user_id, role;'),
        ('overrides', b.r #> '{access,overrides}', NULL, 'override of a policy', 'overrides of policies',
            'SELECT * FROM governance.v_policy_overrides WHERE occurred_at >= $1 AND occurred_at < $2 ORDER BY occurred_at DESC;')
    ) AS l(list, rows, total, one, many, query);
END;
COMMENT ON FUNCTION governance.report_lists(jsonb) IS
'The lists of a report: their rows, of how many those are the first, what they are of, and the query that has them all.';

-- "1,000 of 4,321 incidents", where a report has not all of them.
CREATE FUNCTION governance.report_part(shown bigint, total bigint, many text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN report_part.total > report_part.shown THEN pg_catalog.concat(
        pg_catalog.to_char(report_part.shown, 'FM999,999,999,999,990'), ' of ',
        pg_catalog.to_char(report_part.total, 'FM999,999,999,999,990'), ' ', report_part.many, '.  All of them:') END;
END;
COMMENT ON FUNCTION governance.report_part(bigint, bigint, text) IS
'How many of how many are shown; NULL where all are.';

CREATE FUNCTION governance.report_figure(number jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE pg_catalog.jsonb_typeof(report_figure.number) WHEN 'number' THEN
        pg_catalog.rtrim(pg_catalog.to_char(report_figure.number::numeric, 'FM999,999,999,990.999'), '.') END;
END;
COMMENT ON FUNCTION governance.report_figure(jsonb) IS
'A number with up to three decimals; NULL where there is none.';

CREATE FUNCTION governance.report_violation(violation jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(governance.report_words(v.v ->> 'violation_type'),
        CASE WHEN v.v ->> 'actual_value' IS NOT NULL THEN pg_catalog.concat(': ',
            governance.report_figure(v.v -> 'actual_value'), u.unit, coalesce(', target ' || governance.report_figure(v.v -> 'target_value') || u.unit, '')) END,
        ', ', CASE WHEN v.v -> 'opened_at' = v.v -> 'closed_at' THEN pg_catalog.concat('measured ', governance.report_moment(v.v -> 'opened_at'))
            WHEN v.v ->> 'closed_at' IS NULL THEN pg_catalog.concat('since ', governance.report_moment(v.v -> 'opened_at'), ', open at the end')
            ELSE pg_catalog.concat('from ', governance.report_moment(v.v -> 'opened_at'), ' to ', governance.report_moment(v.v -> 'closed_at')) END)
    FROM (VALUES (report_violation.violation)) AS v(v)
    CROSS JOIN LATERAL (VALUES (CASE
        WHEN v.v ->> 'violation_type' LIKE 'response\_time%' THEN ' ms'
        WHEN v.v ->> 'violation_type' IN ('availability', 'error_rate') THEN ' %' ELSE '' END)) AS u(unit);
END;
COMMENT ON FUNCTION governance.report_violation(jsonb) IS
'A violation of a service level in words: of what, by how much, when.';

-- What a resource missed: over the whole period, and at which times.
CREATE FUNCTION governance.report_missed(report jsonb, resource jsonb)
RETURNS SETOF text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT x.missed
    FROM (
        SELECT 0, m.no, pg_catalog.concat(governance.report_words(m.value), ' over the whole period: ', f.actual, ', target ', f.target)
        FROM pg_catalog.jsonb_array_elements_text(report_missed.resource -> 'missed') WITH ORDINALITY AS m(value, no)
        CROSS JOIN LATERAL (
            SELECT governance.report_figure(report_missed.resource -> k.actual) || k.unit,
                governance.report_figure(report_missed.resource -> 'target' -> k.target) || k.unit
            FROM (VALUES ('response_time_p95', 'p95', 'response_time_p95', ' ms'), ('response_time_p99', 'p99', 'response_time_p99', ' ms'),
                ('availability', 'availability_percent', 'availability_target', ' %'), ('error_rate', 'error_rate', 'error_rate_target', ' %')
            ) AS k(type, actual, target, unit)
            WHERE k.type = m.value
        ) AS f(actual, target)
        UNION ALL
        SELECT 1, v.no, governance.report_violation(v.value)
        FROM pg_catalog.jsonb_array_elements(report_missed.report #> '{sla,violation_list}') WITH ORDINALITY AS v(value, no)
        WHERE v.value ->> 'resource_type' = report_missed.resource ->> 'resource_type'
            AND v.value ->> 'resource_id' = report_missed.resource ->> 'resource_id'
    ) AS x(kind, no, missed)
    ORDER BY x.kind, x.no;
END;
COMMENT ON FUNCTION governance.report_missed(jsonb, jsonb) IS
'What a resource missed, in words: the targets of the whole period, then each violation, newest first.';

-- Code is marked by indentation, from which no query can break out, as it could from a fence.
CREATE FUNCTION governance.markdown_query(part text, query text, indent text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(E'\n', markdown_query.indent, markdown_query.part, E'\n\n', markdown_query.indent, '    ',
        pg_catalog.regexp_replace(markdown_query.query, '\r\n|\r|\n', E'\n    ' || markdown_query.indent, 'g'), E'\n')
    WHERE markdown_query.part IS NOT NULL;
END;
COMMENT ON FUNCTION governance.markdown_query(text, text, text) IS
'"1,000 of 4,321 incidents" with a query, in Markdown; NULL where all are there.';

-- Rows of a table in Markdown: up to 25 as they are, more of them folded.
CREATE FUNCTION governance.markdown_table(title text, head text, rows text[], part text, query text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(E'\n', markdown_table.title, E'\n\n',
        CASE WHEN n.n > 25 THEN pg_catalog.format(E'<details><summary>%s rows</summary>\n\n', pg_catalog.to_char(n.n, 'FM999,990')) END,
        markdown_table.head, E'\n', pg_catalog.array_to_string(markdown_table.rows, E'\n'), E'\n',
        CASE WHEN n.n > 25 THEN E'\n</details>\n' END,
        governance.markdown_query(markdown_table.part, markdown_table.query, ''))
    FROM (VALUES (pg_catalog.cardinality(markdown_table.rows))) AS n(n)
    WHERE n.n > 0;
END;
COMMENT ON FUNCTION governance.markdown_table(text, text, text[], text, text) IS
'A table in Markdown, folded where it is long, with how many rows of how many it has; NULL without rows.';

CREATE FUNCTION governance.markdown_controls(report jsonb, result text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.string_agg(pg_catalog.concat('- **', governance.markdown_text(c.value ->> 'id'), '** ', governance.markdown_text(c.value ->> 'title'),
        CASE markdown_controls.result WHEN 'fail' THEN ': ' || governance.report_count((c.value ->> 'exception_count')::bigint, 'exception', 'exceptions')
            ELSE ': ' || governance.report_count((c.value ->> 'evidence_count')::bigint, 'piece of evidence', 'pieces of evidence') END,
        '. The query failed: ' || governance.markdown_text(c.value ->> 'error'), E'\n',
        f.listed,
        governance.markdown_query(governance.report_part(f.shown, CASE markdown_controls.result WHEN 'fail' THEN (c.value ->> 'exception_count')::bigint
            ELSE (c.value ->> 'evidence_count')::bigint END, 'rows'), c.value ->> 'query', '  ')), '' ORDER BY c.no)
    FROM pg_catalog.jsonb_array_elements(markdown_controls.report -> 'controls') WITH ORDINALITY AS c(value, no)
    CROSS JOIN LATERAL (
        SELECT pg_catalog.count(*), pg_catalog.concat(
            CASE WHEN pg_catalog.count(*) > 25 THEN pg_catalog.format(E'\n  <details><summary>%s rows</summary>\n\n', pg_catalog.to_char(pg_catalog.count(*), 'FM999,990')) END,
            pg_catalog.string_agg('  - ' || governance.markdown_text(x.value) || E'\n', '' ORDER BY x.no),
            CASE WHEN pg_catalog.count(*) > 25 THEN E'\n  </details>\n' END)
        FROM pg_catalog.jsonb_array_elements_text(c.value -> 'findings') WITH ORDINALITY AS x(value, no)
    ) AS f(shown, listed)
    WHERE c.value ->> 'result' = markdown_controls.result;
END;
COMMENT ON FUNCTION governance.markdown_controls(jsonb, text) IS
'The controls with that result, each with what was found, as a list in Markdown; NULL where there are none.';

CREATE FUNCTION governance.markdown_row(VARIADIC cells text[])
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT '| ' || pg_catalog.array_to_string(markdown_row.cells, ' | ', '') || ' |';
END;
COMMENT ON FUNCTION governance.markdown_row(text[]) IS
'A row of a table in Markdown.';

CREATE FUNCTION governance.report_markdown(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH list AS MATERIALIZED (
        SELECT l.list, l.rows, l.query, governance.report_part(pg_catalog.jsonb_array_length(l.rows), l.total, l.many) AS part
        FROM governance.report_lists(report_markdown.report) AS l
    )
    SELECT pg_catalog.concat(
        '# Compliance report, ', governance.report_title(r.report), E'\n\n',
        'Report ', r.report ->> 'report_id', ' (', governance.markdown_text(governance.report_words(r.report ->> 'report_type')),
        coalesce(', ' || governance.markdown_text(r.report ->> 'framework'), ''), '), made by ',
        governance.markdown_text(r.report ->> 'generated_by'), ' on ',
        governance.report_moment(r.report -> 'generated_at'), E' UTC. Times are UTC.\n\n',
        E'| | |\n|---|---:|\n',
        '| Controls passed, failed, for a person to judge | ', r.report #>> '{summary,controls,pass}', ', ',
            r.report #>> '{summary,controls,fail}', ', ', r.report #>> '{summary,controls,manual}', E' |\n',
        CASE WHEN (r.report #>> '{summary,controls,not_yet_applicable}')::bigint > 0 THEN pg_catalog.concat(
            '| Controls not yet applicable | ', r.report #>> '{summary,controls,not_yet_applicable}', E' |\n') END,
        '| Incidents, critical ones | ', governance.report_number(r.report #> '{summary,total_incidents}'), ', ',
            governance.report_number(r.report #> '{summary,critical_incidents}'), E' |\n',
        '| Of safety, security, performance | ', governance.report_number(r.report #> '{summary,violations,safety}'), ', ',
            governance.report_number(r.report #> '{summary,violations,security}'), ', ',
            governance.report_number(r.report #> '{summary,violations,performance}'), E' |\n',
        '| Unresolved at the end | ', governance.report_number(r.report #> '{summary,unresolved_incidents}'), E' |\n',
        '| Hours to resolve, on average | ',
            governance.report_number(r.report #> '{summary,average_resolution_hours}', 'FM999,999,990.00'), E' |\n',
        '| Violations of service levels | ', governance.report_number(r.report #> '{summary,sla_violations}'), E' |\n',
        '| Deployments, rolled back | ', governance.report_number(r.report #> '{summary,deployments}'), ', ',
            governance.report_number(r.report #> '{summary,rollbacks}'), E' |\n',
        '| Approvals, refusals | ', governance.report_number(r.report #> '{summary,approvals}'), ', ',
            governance.report_number(r.report #> '{summary,rejections}'), E' |\n',
        '| Attempts that a rule stopped | ', governance.report_number(r.report #> '{summary,policy_violations}'), E' |\n',
        '| Audit events | ', governance.report_number(r.report #> '{summary,audit_events}'), E' |\n',
        E'\n## What failed\n\n', coalesce(governance.markdown_controls(r.report, 'fail'), E'No control failed.\n'),
        E'\n## For a person to judge\n\n', coalesce(governance.markdown_controls(r.report, 'manual'), E'Nothing.\n'),
        (SELECT E'\n## Not yet applicable\n\n' || pg_catalog.string_agg(pg_catalog.concat('- **', governance.markdown_text(c.value ->> 'id'), '** ',
                governance.markdown_text(c.value ->> 'title'), ': from ', c.value ->> 'effective_from', ', ', governance.markdown_text(c.value ->> 'source'), E'\n'), '' ORDER BY c.no)
            FROM pg_catalog.jsonb_array_elements(r.report -> 'controls') WITH ORDINALITY AS c(value, no)
            WHERE c.value ->> 'result' = 'not_yet_applicable'),
        (SELECT governance.markdown_table('## Unresolved incidents', E'| id | severity | category | what | resource | since |\n|---:|---|---|---|---|---|',
                pg_catalog.array_agg(governance.markdown_row(i.value ->> 'id', i.value ->> 'severity', i.value ->> 'category', governance.markdown_text(i.value ->> 'title'),
                    governance.markdown_text(i.value ->> 'resource'), governance.report_moment(i.value -> 'reported_at')) ORDER BY i.no), l.part, l.query)
            FROM list AS l
            CROSS JOIN pg_catalog.jsonb_array_elements(l.rows) WITH ORDINALITY AS i(value, no)
            WHERE l.list = 'unresolved'
            GROUP BY l.part, l.query),
        (SELECT governance.markdown_table('## Incidents of the period', E'| id | severity | category | what | resource | reported | state |\n|---:|---|---|---|---|---|---|',
                pg_catalog.array_agg(governance.markdown_row(i.value ->> 'id', i.value ->> 'severity', i.value ->> 'category', governance.markdown_text(i.value ->> 'title'),
                    governance.markdown_text(i.value ->> 'resource'), governance.report_moment(i.value -> 'reported_at'), i.value ->> 'status') ORDER BY i.no), l.part, l.query)
            FROM list AS l
            CROSS JOIN pg_catalog.jsonb_array_elements(l.rows) WITH ORDINALITY AS i(value, no)
            WHERE l.list = 'incidents'
            GROUP BY l.part, l.query),
        (SELECT governance.markdown_table('## Reports to authorities', E'| incident | regime | kind | stage | act by | due | state |\n|---:|---|---|---|---|---|---|',
                pg_catalog.array_agg(governance.markdown_row(i.value ->> 'incident_id', governance.report_words(i.value ->> 'regime') || coalesce(', ' || (i.value ->> 'jurisdiction'), ''), governance.report_words(i.value ->> 'kind'),
                    governance.report_words(i.value ->> 'stage'), governance.report_moment(i.value -> 'act_by'), coalesce(governance.report_moment(i.value -> 'due_at'), 'no fixed time'), governance.report_words(i.value ->> 'state')) ORDER BY i.no), l.part, l.query)
            FROM list AS l
            CROSS JOIN pg_catalog.jsonb_array_elements(l.rows) WITH ORDINALITY AS i(value, no)
            WHERE l.list = 'notifications'
            GROUP BY l.part, l.query),
        (SELECT governance.markdown_table('## Service levels', E'| resource | status | observations | p95 ms | target | available % | target | missed |\n|---|---|---:|---:|---:|---:|---:|---|',
                pg_catalog.array_agg(governance.markdown_row(
                    pg_catalog.concat(governance.report_words(s.value ->> 'resource_type'), ' ', governance.markdown_text(s.value ->> 'resource_id')),
                    CASE s.value ->> 'status' WHEN 'violated' THEN '**violated**' ELSE governance.report_words(s.value ->> 'status') END,
                    governance.report_number(s.value -> 'count'),
                    governance.report_number(s.value -> 'p95', 'FM999,999,990.0'),
                    governance.report_number(s.value #> '{target,response_time_p95}', 'FM999,999,990.0'),
                    governance.report_number(s.value -> 'availability_percent', 'FM990.000'),
                    governance.report_number(s.value #> '{target,availability_target}', 'FM990.000'),
                    governance.markdown_text((SELECT pg_catalog.string_agg(m.value, '; ' ORDER BY m.no)
                        || CASE WHEN pg_catalog.max(m.of) > 5 THEN pg_catalog.format('; and %s more', pg_catalog.max(m.of) - 5) ELSE '' END
                        FROM (
                            SELECT x.value, x.no, pg_catalog.count(*) OVER () AS of
                            FROM governance.report_missed(r.report, s.value) WITH ORDINALITY AS x(value, no)
                        ) AS m
                        WHERE m.no <= 5))) ORDER BY s.no), NULL, NULL)
            FROM pg_catalog.jsonb_array_elements(r.report #> '{sla,resources}') WITH ORDINALITY AS s(value, no)),
        (SELECT governance.markdown_table('## Deployments', E'| when | what | environment | by | status |\n|---|---|---|---|---|',
                pg_catalog.array_agg(governance.markdown_row(governance.report_moment(d.value -> 'deployed_at'),
                    pg_catalog.concat(governance.markdown_text(d.value ->> 'model_id'), ':', governance.markdown_text(d.value ->> 'version')),
                    governance.markdown_text(d.value ->> 'environment'), governance.markdown_text(d.value ->> 'deployed_by'),
                    CASE d.value ->> 'status' WHEN 'rolled_back' THEN '**rolled back**' ELSE governance.report_words(d.value ->> 'status') END) ORDER BY d.no), l.part, l.query)
            FROM list AS l
            CROSS JOIN pg_catalog.jsonb_array_elements(l.rows) WITH ORDINALITY AS d(value, no)
            WHERE l.list = 'deployments'
            GROUP BY l.part, l.query),
        (SELECT governance.markdown_table('## Votes', E'| when | what | decision | by | comment |\n|---|---|---|---|---|',
                pg_catalog.array_agg(governance.markdown_row(governance.report_moment(d.value -> 'at'),
                    pg_catalog.concat(governance.report_words(d.value ->> 'kind'), ' ', governance.markdown_text(d.value ->> 'resource')),
                    governance.report_words(d.value ->> 'decision'), governance.markdown_text(d.value ->> 'by'), governance.markdown_text(d.value ->> 'comments')) ORDER BY d.no), l.part, l.query)
            FROM list AS l
            CROSS JOIN pg_catalog.jsonb_array_elements(l.rows) WITH ORDINALITY AS d(value, no)
            WHERE l.list = 'decisions'
            GROUP BY l.part, l.query),
        (SELECT governance.markdown_table('## Access', E'| user | | roles |\n|---|---|---|',
                pg_catalog.array_agg(governance.markdown_row(governance.markdown_text(u.value ->> 'user_id'),
                    CASE u.value ->> 'is_active' WHEN 'true' THEN 'active' ELSE 'inactive' END, (
                        SELECT pg_catalog.string_agg(governance.markdown_text(o.value ->> 'role')
                            || coalesce(' until ' || governance.report_moment(o.value -> 'expires_at'), ''), ', ' ORDER BY o.no)
                        FROM pg_catalog.jsonb_array_elements(u.value -> 'roles') WITH ORDINALITY AS o(value, no))) ORDER BY u.no), l.part, l.query)
            FROM list AS l
            CROSS JOIN pg_catalog.jsonb_array_elements(l.rows) WITH ORDINALITY AS u(value, no)
            WHERE l.list = 'users'
            GROUP BY l.part, l.query),
        (SELECT governance.markdown_table('## Policies overridden', E'| when | policy | by | reason |\n|---|---|---|---|',
                pg_catalog.array_agg(governance.markdown_row(governance.report_moment(o.value -> 'at'), governance.markdown_text(o.value ->> 'policy'),
                    governance.markdown_text(o.value ->> 'by'), governance.markdown_text(o.value ->> 'reason')) ORDER BY o.no), l.part, l.query)
            FROM list AS l
            CROSS JOIN pg_catalog.jsonb_array_elements(l.rows) WITH ORDINALITY AS o(value, no)
            WHERE l.list = 'overrides'
            GROUP BY l.part, l.query),
        E'\n## Controls\n\n| control | | result | evidence | exceptions |\n|---|---|---|---:|---:|\n',
        (SELECT pg_catalog.string_agg(governance.markdown_row(
                governance.markdown_text(c.value ->> 'id'), governance.markdown_text(c.value ->> 'title'),
                CASE c.value ->> 'result' WHEN 'fail' THEN '**failed**' WHEN 'pass' THEN 'passed' ELSE 'to judge' END,
                c.value ->> 'evidence_count', c.value ->> 'exception_count'), E'\n' ORDER BY c.no)
            FROM pg_catalog.jsonb_array_elements(r.report -> 'controls') WITH ORDINALITY AS c(value, no)),
        E'\n\n## The trail\n\n',
        'Tree of ', governance.report_count((r.report #>> '{audit,tree_size}')::bigint, 'leaf', 'leaves'), ', root `', r.report #>> '{audit,root}',
        '`', coalesce(', sealed ' || governance.report_moment(r.report #> '{audit,sealed_at}') || ' UTC', ''),
        E'.\n\nDigest of this report: `', r.report ->> 'digest', E'`.\n')
    FROM (VALUES (report_markdown.report)) AS r(report);
END;
COMMENT ON FUNCTION governance.report_markdown(jsonb) IS
'A report as Markdown.';

CREATE FUNCTION @extschema@.gov_compliance_report_markdown(report_id bigint)
RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.report_markdown(governance.report_for_reading(gov_compliance_report_markdown.report_id));
END;
COMMENT ON FUNCTION @extschema@.gov_compliance_report_markdown(bigint) IS
'A stored report as Markdown.  It has the figures, what failed and what a person must judge, incidents, service levels, deployments, votes, access, each control, the tree head; up to 1,000 rows of each list, folded beyond 25, then how many there are and the query.  Times in UTC.  Needs compliance:report; unknown: 42704.';
