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

CREATE FUNCTION governance.report_markdown(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(
        '# Compliance report, ', governance.report_title(r.report), E'\n\n',
        'Report ', r.report ->> 'report_id', ' (', governance.markdown_text(r.report ->> 'report_type'),
        coalesce(', ' || governance.markdown_text(r.report ->> 'framework'), ''), '), made by ',
        governance.markdown_text(r.report ->> 'generated_by'), ' on ',
        governance.report_moment(r.report -> 'generated_at'), E' UTC.\n\n',
        E'| | |\n|---|---:|\n',
        '| Controls passed, failed, for a person to judge | ', r.report #>> '{summary,controls,pass}', ', ',
            r.report #>> '{summary,controls,fail}', ', ', r.report #>> '{summary,controls,manual}', E' |\n',
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
        E'\n## Controls\n\n| control | | result | evidence | exceptions |\n|---|---|---|---:|---:|\n',
        (SELECT pg_catalog.string_agg(pg_catalog.format(E'| %s | %s | %s | %s | %s |\n',
                governance.markdown_text(c.value ->> 'id'), governance.markdown_text(c.value ->> 'title'),
                CASE c.value ->> 'result' WHEN 'fail' THEN '**fail**' ELSE c.value ->> 'result' END,
                c.value ->> 'evidence_count', c.value ->> 'exception_count'), '' ORDER BY c.no)
            FROM pg_catalog.jsonb_array_elements(r.report -> 'controls') WITH ORDINALITY AS c(value, no)),
        (SELECT E'\n## What failed\n\n' || pg_catalog.string_agg(pg_catalog.format(E'- %s: %s\n',
                governance.markdown_text(c.value ->> 'id'),
                coalesce(governance.markdown_text(c.value ->> 'error'), (
                    SELECT pg_catalog.string_agg(governance.markdown_text(f.value), '; ' ORDER BY f.no)
                    FROM pg_catalog.jsonb_array_elements_text(c.value -> 'findings') WITH ORDINALITY AS f(value, no)
                    WHERE f.no <= 5), 'no evidence')), '' ORDER BY c.no)
            FROM pg_catalog.jsonb_array_elements(r.report -> 'controls') WITH ORDINALITY AS c(value, no)
            WHERE c.value ->> 'result' = 'fail'),
        (SELECT E'\n## Unresolved incidents\n\n| id | severity | category | what | resource |\n|---:|---|---|---|---|\n'
                || pg_catalog.string_agg(pg_catalog.format(E'| %s | %s | %s | %s | %s |\n', i.value ->> 'id',
                i.value ->> 'severity', i.value ->> 'category', governance.markdown_text(i.value ->> 'title'),
                governance.markdown_text(i.value ->> 'resource')), '' ORDER BY i.no)
            FROM pg_catalog.jsonb_array_elements(r.report -> 'unresolved_incidents') WITH ORDINALITY AS i(value, no)
            WHERE i.no <= 50),
        (SELECT E'\n## Service levels\n\n| resource | status | observations | p95 ms | target | available % | target |\n|---|---|---:|---:|---:|---:|---:|\n'
                || pg_catalog.string_agg(pg_catalog.format(E'| %s %s | %s | %s | %s | %s | %s | %s |\n',
                s.value ->> 'resource_type', governance.markdown_text(s.value ->> 'resource_id'),
                governance.markdown_text(s.value ->> 'status'),
                governance.report_number(s.value -> 'count'),
                governance.report_number(s.value -> 'p95', 'FM999,999,990.0'),
                governance.report_number(s.value #> '{target,response_time_p95}', 'FM999,999,990.0'),
                governance.report_number(s.value -> 'availability_percent', 'FM990.000'),
                governance.report_number(s.value #> '{target,availability_target}', 'FM990.000')), '' ORDER BY s.no)
            FROM pg_catalog.jsonb_array_elements(r.report #> '{sla,resources}') WITH ORDINALITY AS s(value, no)),
        (SELECT E'\n## Deployments\n\n| when | what | environment | by | status |\n|---|---|---|---|---|\n'
                || pg_catalog.string_agg(pg_catalog.format(E'| %s | %s:%s | %s | %s | %s |\n',
                governance.report_moment(d.value -> 'deployed_at'),
                governance.markdown_text(d.value ->> 'model_id'), governance.markdown_text(d.value ->> 'version'),
                governance.markdown_text(d.value ->> 'environment'), governance.markdown_text(d.value ->> 'deployed_by'),
                d.value ->> 'status'), '' ORDER BY d.no)
            FROM pg_catalog.jsonb_array_elements(r.report #> '{deployments,history}') WITH ORDINALITY AS d(value, no)
            WHERE d.no <= 50),
        E'\n## Access\n\n| user | | roles |\n|---|---|---|\n',
        (SELECT pg_catalog.string_agg(pg_catalog.format(E'| %s | %s | %s |\n',
                governance.markdown_text(u.value ->> 'user_id'),
                CASE u.value ->> 'is_active' WHEN 'true' THEN 'active' ELSE 'inactive' END, (
                    SELECT pg_catalog.string_agg(governance.markdown_text(o.value ->> 'role')
                        || coalesce(' until ' || governance.report_moment(o.value -> 'expires_at'), ''), ', ' ORDER BY o.no)
                    FROM pg_catalog.jsonb_array_elements(u.value -> 'roles') WITH ORDINALITY AS o(value, no))), '' ORDER BY u.no)
            FROM pg_catalog.jsonb_array_elements(r.report #> '{access,users}') WITH ORDINALITY AS u(value, no)
            WHERE u.no <= 100),
        E'\n## The trail\n\n',
        'Tree of ', governance.report_number(r.report #> '{audit,tree_size}'), ' leaves, root `', r.report #>> '{audit,root}',
        '`', coalesce(', sealed ' || governance.report_moment(r.report #> '{audit,sealed_at}') || ' UTC', ''),
        E'.\n\nDigest of this report: `', r.report ->> 'digest', E'`.\n')
    FROM (VALUES (report_markdown.report)) AS r(report);
END;
COMMENT ON FUNCTION governance.report_markdown(jsonb) IS
'A report as Markdown.';

CREATE FUNCTION @extschema@.gov_compliance_report_markdown(report_id bigint)
RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT governance.report_markdown(governance.report_for_reading(gov_compliance_report_markdown.report_id));
END;
COMMENT ON FUNCTION @extschema@.gov_compliance_report_markdown(bigint) IS
'A stored report as Markdown: the figures, each control, what failed, unresolved incidents, deployments, access, the tree head.  Times in UTC.  Needs compliance:report; unknown: 42704.';
