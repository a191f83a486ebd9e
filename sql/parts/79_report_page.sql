-- Reports as one self-contained page: its sections, in their order.  Every value
-- goes through html_text().

CREATE FUNCTION governance.html_tile(name text, value text, note text, is_alarm boolean)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.format('<div class="tile%s"><dt>%s</dt><dd>%s<small>%s</small></dd></div>',
        CASE WHEN html_tile.is_alarm THEN ' alarm' END, html_tile.name, html_tile.value, html_tile.note);
END;
COMMENT ON FUNCTION governance.html_tile(text, text, text, boolean) IS
'One figure of the summary.';

CREATE FUNCTION governance.html_summary(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat('<dl class="tiles">',
        governance.html_tile('Controls passed',
            pg_catalog.concat(s.n #>> '{controls,pass}', ' of ', (s.n #>> '{controls,pass}')::bigint + (s.n #>> '{controls,fail}')::bigint),
            pg_catalog.concat(s.n #>> '{controls,fail}', ' failed, ', s.n #>> '{controls,manual}', ' for a person to judge',
                ', ' || nullif(s.n #>> '{controls,not_yet_applicable}', '0') || ' not yet applicable'),
            (s.n #>> '{controls,fail}')::bigint > 0),
        governance.html_tile('Incidents reported', governance.report_number(s.n -> 'total_incidents'),
            pg_catalog.concat(governance.report_number(s.n -> 'critical_incidents'), ' critical'),
            (s.n ->> 'critical_incidents')::bigint > 0),
        governance.html_tile('Unresolved at the end', governance.report_number(s.n -> 'unresolved_incidents'),
            pg_catalog.concat(governance.report_number(s.n -> 'resolved_incidents'), ' resolved in the period'),
            (s.n ->> 'unresolved_incidents')::bigint > 0),
        governance.html_tile('Hours to resolve', governance.report_number(s.n -> 'average_resolution_hours', 'FM999,999,990.0'),
            'on average', false),
        governance.html_tile('Service level misses', governance.report_number(s.n -> 'sla_violations'),
            governance.report_count(pg_catalog.jsonb_array_length(html_summary.report #> '{sla,resources}'), 'resource measured', 'resources measured'),
            (s.n ->> 'sla_violations')::bigint > 0),
        governance.html_tile('Deployments', governance.report_number(s.n -> 'deployments'),
            pg_catalog.concat(governance.report_number(s.n -> 'rollbacks'), ' rolled back'), false),
        governance.html_tile('Attempts stopped', governance.report_number(s.n -> 'policy_violations'),
            pg_catalog.concat('by rights, duties or gates; ', governance.report_count((s.n ->> 'policy_overrides')::bigint, 'override', 'overrides')), false),
        governance.html_tile('Audit events', governance.report_number(s.n -> 'audit_events'),
            governance.report_count((html_summary.report #>> '{audit,tree_size}')::bigint, 'leaf sealed', 'leaves sealed'), false),
        '</dl>')
    FROM (VALUES (html_summary.report -> 'summary')) AS s(n);
END;
COMMENT ON FUNCTION governance.html_summary(jsonb) IS
'The figures of a report as tiles.';

CREATE FUNCTION governance.html_control_chart(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT governance.html_bars('chart-controls', 'Controls by framework', pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object('label', f.framework, 'parts', pg_catalog.jsonb_build_array(
                pg_catalog.jsonb_build_object('series', 'pass', 'value', f.pass, 'class', 'good'),
                pg_catalog.jsonb_build_object('series', 'fail', 'value', f.fail, 'class', 'bad'),
                pg_catalog.jsonb_build_object('series', 'manual', 'value', f.manual, 'class', 'open')))
            ORDER BY f.no),
        '<p class="legend"><span class="key good"></span>passed <span class="key bad"></span>failed <span class="key open"></span>for a person to judge</p>')
    FROM (
        SELECT c.value ->> 'framework' AS framework, pg_catalog.min(c.no) AS no,
            pg_catalog.count(*) FILTER (WHERE c.value ->> 'result' = 'pass') AS pass,
            pg_catalog.count(*) FILTER (WHERE c.value ->> 'result' = 'fail') AS fail,
            pg_catalog.count(*) FILTER (WHERE c.value ->> 'result' = 'manual') AS manual
        FROM pg_catalog.jsonb_array_elements(html_control_chart.report -> 'controls') WITH ORDINALITY AS c(value, no)
        GROUP BY c.value ->> 'framework'
    ) AS f;
END;
COMMENT ON FUNCTION governance.html_control_chart(jsonb) IS
'How each framework''s controls came out, as a chart.';

-- What was found: five rows, the others folded.
CREATE FUNCTION governance.html_findings(control jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(
        '<ul>' || pg_catalog.string_agg(f.item, '' ORDER BY f.no) FILTER (WHERE f.no <= 5) || '</ul>',
        '<details><summary>' || pg_catalog.to_char(nullif(greatest(pg_catalog.count(*) - 5, 0), 0), 'FM999,990') || ' more</summary><ul>'
            || pg_catalog.string_agg(f.item, '' ORDER BY f.no) FILTER (WHERE f.no > 5) || '</ul></details>',
        governance.html_part(pg_catalog.count(*), CASE html_findings.control ->> 'result' WHEN 'fail' THEN (html_findings.control ->> 'exception_count')::bigint
            ELSE (html_findings.control ->> 'evidence_count')::bigint END, 'rows', html_findings.control ->> 'query'))
    FROM (
        SELECT x.no, pg_catalog.format('<li>%s</li>', governance.html_text(x.value)) AS item
        FROM pg_catalog.jsonb_array_elements_text(html_findings.control -> 'findings') WITH ORDINALITY AS x(value, no)
    ) AS f
    HAVING pg_catalog.count(*) > 0;
END;
COMMENT ON FUNCTION governance.html_findings(jsonb) IS
'What a control''s query found, as a list; NULL where that is nothing.';

CREATE FUNCTION governance.html_controls(report jsonb, result text, framework text, caption text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat('<table class="stack controls"><caption', CASE WHEN html_controls.framework IS NULL THEN ' class="unseen"' END, '>', html_controls.caption,
        '</caption><colgroup><col style="width:22%"><col><col style="width:11%"><col style="width:13%"></colgroup>',
        '<thead><tr><th scope="col">Control</th><th scope="col">What was looked for</th><th scope="col" class="n">Evidence</th><th scope="col">Result</th></tr></thead><tbody>',
        pg_catalog.string_agg(pg_catalog.concat(
            '<tr class="control"><td><code>', governance.html_text(c.v ->> 'id'), '</code><span class="why">',
            CASE WHEN html_controls.framework IS NULL THEN governance.html_text(c.v ->> 'framework') || '<br>' END, governance.html_text(c.v ->> 'source'), '</span></td>',
            '<td>', governance.html_text(c.v ->> 'title'), '<span class="why">', governance.html_text(c.v ->> 'criterion'), '</span>',
            '<ul><li>The query failed: ' || governance.html_text(c.v ->> 'error') || '</li></ul>',
            governance.html_findings(c.v),
            '<details class="query"><summary>Query</summary><pre>', governance.html_text(c.v ->> 'query'), '</pre></details></td>',
            '<td class="n" data-name="Evidence">', governance.report_number(c.v -> 'evidence_count'),
            CASE WHEN c.v ->> 'exception_count' <> '0' THEN
                pg_catalog.concat('<span class="why">', governance.report_count((c.v ->> 'exception_count')::bigint, 'exception', 'exceptions'), '</span>') END, '</td>',
            pg_catalog.format('<td><span class="badge %s">%s</span></td></tr>', html_controls.result,
                CASE html_controls.result WHEN 'pass' THEN '&#10003; passed' WHEN 'fail' THEN '&#10005; failed'
                    WHEN 'not_yet_applicable' THEN 'from ' || (c.v ->> 'effective_from') ELSE '&#9675; to judge' END)),
            '' ORDER BY c.no),
        '</tbody></table>')
    FROM pg_catalog.jsonb_array_elements(html_controls.report -> 'controls') WITH ORDINALITY AS c(v, no)
    WHERE c.v ->> 'result' = html_controls.result AND (html_controls.framework IS NULL OR c.v ->> 'framework' = html_controls.framework)
    HAVING pg_catalog.count(*) > 0;
END;
COMMENT ON FUNCTION governance.html_controls(jsonb, text, text, text) IS
'The controls with a result, of a framework or of all, as a table; NULL where there are none.';

CREATE FUNCTION governance.html_failed(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(
        '<h2 id="failed">What failed</h2><p class="lead">',
        CASE WHEN s.failed = 0 THEN 'No control failed.' ELSE pg_catalog.concat(s.failed, ' of ', governance.report_count(s.of, 'control', 'controls'), ' failed.') END,
        CASE WHEN s.violated > 0 THEN pg_catalog.concat(' <a href="#service-levels">', governance.report_count(s.violated, 'service level', 'service levels'), '</a> violated.') END,
        CASE WHEN s.critical > 0 THEN pg_catalog.concat(' <a href="#incidents">', governance.report_count(s.critical, 'critical incident', 'critical incidents'), '</a> unresolved.') END,
        CASE WHEN s.overdue > 0 THEN pg_catalog.concat(' <a href="#incidents">', governance.report_count(s.overdue, 'report', 'reports'), '</a> to authorities late or overdue.') END,
        '</p>',
        governance.html_controls(html_failed.report, 'fail', NULL, 'Controls that failed'),
        '<h2 id="judge">For a person to judge</h2><p class="lead">What a database cannot know is left to a person and never counted as passed.',
        CASE WHEN s.manual = 0 THEN ' Nothing is left here.' END, '</p>',
        governance.html_controls(html_failed.report, 'manual', NULL, 'Controls for a person to judge'),
        '<h2 id="to-come">Not yet applicable</h2><p class="lead">Nobody owes these when the period ends: the law applies from a later day.</p>'
            || governance.html_controls(html_failed.report, 'not_yet_applicable', NULL, 'Controls not yet applicable'))
    FROM (VALUES (
        (html_failed.report #>> '{summary,controls,fail}')::bigint,
        (html_failed.report #>> '{summary,controls,manual}')::bigint,
        pg_catalog.jsonb_array_length(html_failed.report -> 'controls'),
        (SELECT pg_catalog.count(*) FROM pg_catalog.jsonb_array_elements(html_failed.report #> '{sla,resources}') AS r WHERE r.value ->> 'status' = 'violated'),
        (SELECT pg_catalog.count(*) FROM pg_catalog.jsonb_array_elements(html_failed.report -> 'unresolved_incidents') AS i WHERE i.value ->> 'severity' = 'critical'),
        (SELECT pg_catalog.count(*) FROM pg_catalog.jsonb_array_elements(html_failed.report #> '{incidents,notifications}') AS n WHERE n.value ->> 'state' IN ('late', 'overdue'))
    )) AS s(failed, manual, of, violated, critical, overdue);
END;
COMMENT ON FUNCTION governance.html_failed(jsonb) IS
'The sections on what failed and on what a person must judge.';

CREATE FUNCTION governance.html_passed(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(
        '<h2 id="controls">Controls that passed</h2><p class="lead">Each control is a query over this database; its rows are the evidence.',
        CASE WHEN pg_catalog.count(*) = 0 THEN ' None passed.' END, '</p>',
        pg_catalog.string_agg(governance.html_controls(html_passed.report, 'pass', f.framework, governance.html_text(f.framework)), '' ORDER BY f.no))
    FROM (
        SELECT c.value ->> 'framework' AS framework, pg_catalog.min(c.no) AS no
        FROM pg_catalog.jsonb_array_elements(html_passed.report -> 'controls') WITH ORDINALITY AS c(value, no)
        WHERE c.value ->> 'result' = 'pass'
        GROUP BY 1
    ) AS f;
END;
COMMENT ON FUNCTION governance.html_passed(jsonb) IS
'The section on controls that passed, by framework.';

CREATE FUNCTION governance.html_contents(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat('<nav aria-label="Contents"><ul>', pg_catalog.string_agg(pg_catalog.format('<li><a href="#%s">%s <b>%s</b></a></li>',
            s.id, s.name, governance.report_number(pg_catalog.to_jsonb(s.number))), '' ORDER BY s.no), '</ul></nav>')
    FROM (VALUES
        (1, 'failed', 'What failed', (html_contents.report #>> '{summary,controls,fail}')::bigint),
        (2, 'judge', 'For a person to judge', (html_contents.report #>> '{summary,controls,manual}')::bigint),
        (3, 'incidents', 'Incidents', (html_contents.report #>> '{incidents,total}')::bigint),
        (4, 'service-levels', 'Service levels', pg_catalog.jsonb_array_length(html_contents.report #> '{sla,resources}')),
        (5, 'deployments', 'Deployments', (SELECT l.total FROM governance.report_lists(html_contents.report) AS l WHERE l.list = 'deployments')),
        (6, 'approvals', 'Votes', (SELECT l.total FROM governance.report_lists(html_contents.report) AS l WHERE l.list = 'decisions')),
        (7, 'access', 'Users', (SELECT l.total FROM governance.report_lists(html_contents.report) AS l WHERE l.list = 'users')),
        (8, 'controls', 'Controls that passed', (html_contents.report #>> '{summary,controls,pass}')::bigint),
        (9, 'trail', 'Audit events', (html_contents.report #>> '{audit,events}')::bigint)
    ) AS s(no, id, name, number);
END;
COMMENT ON FUNCTION governance.html_contents(jsonb) IS
'What the page has, how much of it, with links.';

CREATE FUNCTION governance.html_incidents(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(
        '<h2 id="incidents">Incidents</h2><p class="lead">',
        governance.report_number(html_incidents.report #> '{incidents,total}'), ' reported and ',
        governance.report_number(html_incidents.report #> '{incidents,resolved}'), ' resolved in the period; ',
        governance.report_number(html_incidents.report #> '{incidents,unresolved}'), ' unresolved at its end.</p><div class="cards">',
        governance.html_columns('chart-incidents', 'Incidents by time of report', html_incidents.report #> '{incidents,trend}',
            'total', 'critical', 'all', 'critical'),
        (SELECT governance.html_bars('chart-categories', 'Incidents by category', pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object('label', c.key, 'parts', pg_catalog.jsonb_build_array(
                    pg_catalog.jsonb_build_object('series', 'incidents', 'value', c.value, 'class', 'all', 'one', 'incident')))
                ORDER BY c.value::bigint DESC, c.key COLLATE "C"), '')
            FROM pg_catalog.jsonb_each(html_incidents.report #> '{incidents,by_category}') AS c),
        '</div>',
        (SELECT governance.html_table(html_incidents.report, 'unresolved', 'Unresolved at the end', '{n|No.,Severity,Category,What,Resource,Since,State}', pg_catalog.array_agg(pg_catalog.concat(
                    '<tr class="incident"><td class="n" data-name="Incident">', governance.html_text(i.value ->> 'id'),
                    '</td><td data-name="Severity">', governance.html_state(i.value ->> 'severity'),
                    '</td><td class="when" data-name="Category">', governance.html_words(i.value ->> 'category'), '</td><td>', governance.html_text(i.value ->> 'title'),
                    '</td><td data-name="Resource">', governance.html_text(i.value ->> 'resource'), '</td><td class="when" data-name="Since">',
                    governance.report_moment(i.value -> 'reported_at'), '</td><td data-name="State">', governance.html_state(i.value ->> 'status'), '</td></tr>') ORDER BY i.no))
            FROM pg_catalog.jsonb_array_elements(html_incidents.report -> 'unresolved_incidents') WITH ORDINALITY AS i(value, no)),
        (SELECT governance.html_table(html_incidents.report, 'incidents', 'Reported in the period', '{n|No.,Severity,Category,What,Resource,Reported,State}', pg_catalog.array_agg(pg_catalog.concat(
                    '<tr class="incident"><td class="n" data-name="Incident">', governance.html_text(i.value ->> 'id'),
                    '</td><td data-name="Severity">', governance.html_state(i.value ->> 'severity'),
                    '</td><td class="when" data-name="Category">', governance.html_words(i.value ->> 'category'), '</td><td>', governance.html_text(i.value ->> 'title'),
                    '</td><td data-name="Resource">', governance.html_text(i.value ->> 'resource'), '</td><td class="when" data-name="Reported">',
                    governance.report_moment(i.value -> 'reported_at'), '</td><td class="when" data-name="State">', governance.html_state(i.value ->> 'status'),
                    '<span class="why">' || governance.report_moment(i.value -> 'resolved_at') || '</span>', '</td></tr>') ORDER BY i.no))
            FROM pg_catalog.jsonb_array_elements(html_incidents.report #> '{incidents,list}') WITH ORDINALITY AS i(value, no)),
        (SELECT governance.html_table(html_incidents.report, 'notifications', 'Reports owed to authorities', '{n|Incident,Regime,Kind,Stage,Act by,Due,State}', pg_catalog.array_agg(pg_catalog.concat(
                    '<tr><td class="n" data-name="Incident">', governance.html_text(n.value ->> 'incident_id'),
                    '</td><td data-name="Regime">', governance.html_words(n.value ->> 'regime'), ', ' || governance.html_text(n.value ->> 'jurisdiction'), '</td><td data-name="Kind">', governance.html_words(n.value ->> 'kind'),
                    '</td><td data-name="Stage">', governance.html_words(n.value ->> 'stage'),
                    '</td><td class="when" data-name="Act by">', governance.report_moment(n.value -> 'act_by'),
                    '</td><td class="when" data-name="Due">', coalesce(governance.report_moment(n.value -> 'due_at'), 'no fixed time'), '</td><td data-name="State">',
                    governance.html_state(n.value ->> 'state'), '</td></tr>') ORDER BY n.no))
            FROM pg_catalog.jsonb_array_elements(html_incidents.report #> '{incidents,notifications}') WITH ORDINALITY AS n(value, no)));
END;
COMMENT ON FUNCTION governance.html_incidents(jsonb) IS
'The section on incidents.';

-- A line for each resource's 95th percentile, its target dashed.
CREATE FUNCTION governance.html_sla(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH resource AS (
        SELECT r.no, r.value AS v,
            (r.value #>> '{target,response_time_p95}')::numeric AS target,
            greatest((r.value #>> '{target,response_time_p95}')::numeric,
                (SELECT pg_catalog.max((p.value ->> 'p95')::numeric)
                    FROM pg_catalog.jsonb_array_elements(r.value -> 'series') AS p), 1) * 1.08 AS top,
            greatest(pg_catalog.jsonb_array_length(r.value -> 'series'), 1) AS n,
            pg_catalog.row_number() OVER (ORDER BY pg_catalog.array_position('{violated,at_risk,unknown,compliant}'::text[], r.value ->> 'status'), r.no) AS place
        FROM pg_catalog.jsonb_array_elements(html_sla.report #> '{sla,resources}') WITH ORDINALITY AS r(value, no)
    )
    SELECT pg_catalog.concat(
        '<h2 id="service-levels">Service levels</h2>',
        CASE WHEN NOT EXISTS (SELECT FROM resource) THEN '<p class="lead">No service level is defined.</p>'
            ELSE '<p class="lead">The 95th percentile of the latency over the period, against its target; shares of a hundred for the rest.  What missed its target comes first.</p><div class="cards">' END,
        (SELECT pg_catalog.string_agg(pg_catalog.concat(
                CASE WHEN r.place = 13 THEN pg_catalog.format('</div><details class="rest"><summary>%s</summary><div class="cards">',
                    governance.report_count(r.of - 12, 'more service level', 'more service levels')) END,
                '<figure class="card"><figcaption>', governance.html_text(r.v ->> 'resource_id'), '<small>',
                governance.html_words(r.v ->> 'resource_type'), ', ', governance.html_state(r.v ->> 'status'), '</small></figcaption>',
                governance.html_chart('chart-sla-' || r.no, 'chart sla', 152, pg_catalog.concat('95th percentile of response times of ', r.v ->> 'resource_id',
                    ' over the period: ', coalesce(governance.report_figure(r.v -> 'p95') || ' ms as a whole', 'nothing was observed'), coalesce(', target ' || governance.report_figure(r.v #> '{target,response_time_p95}') || ' ms', ''))),
                pg_catalog.format('<line class="grid" x1="0" x2="100%%" y1="12" y2="12"/><text class="tick" x="0" y="10">%s ms</text><text class="tick" x="0" y="119">0</text>',
                    governance.report_figure(pg_catalog.to_jsonb(pg_catalog.round(r.top, CASE WHEN r.top < 10 THEN 1 ELSE 0 END)))),
                '<line class="axis" x1="0" x2="100%" y1="122" y2="122"/>',
                CASE WHEN r.target IS NOT NULL THEN pg_catalog.format('<line class="target" x1="0" x2="100%%" y1="%s" y2="%s"/><text class="tick end" x="100%%" y="%s">target %s ms</text>',
                    pg_catalog.round(122 - 110 * r.target / r.top, 2), pg_catalog.round(122 - 110 * r.target / r.top, 2),
                    pg_catalog.round(greatest(122 - 110 * r.target / r.top - 5, 10), 2),
                    pg_catalog.rtrim(pg_catalog.to_char(r.target, 'FM999,999,990.99'), '.')) END,
                pg_catalog.format('<svg width="100%%" height="122" viewBox="0 0 %s 122" preserveAspectRatio="none">', r.n),
                (SELECT pg_catalog.string_agg(pg_catalog.format('<polyline class="series" points="%s"/>', q.points), '' ORDER BY q.run)
                    FROM (
                        SELECT p.run, pg_catalog.string_agg(pg_catalog.concat(p.no - 1, ',', p.y, ' ', p.no, ',', p.y), ' ' ORDER BY p.no) AS points
                        FROM (
                            SELECT x.no, pg_catalog.round(122 - 110 * (x.value ->> 'p95')::numeric / r.top, 2) AS y,
                                x.no - pg_catalog.row_number() OVER (ORDER BY x.no) AS run
                            FROM pg_catalog.jsonb_array_elements(r.v -> 'series') WITH ORDINALITY AS x(value, no)
                            WHERE x.value ->> 'p95' IS NOT NULL
                        ) AS p
                        GROUP BY p.run
                    ) AS q),
                '</svg>',
                CASE WHEN coalesce((r.v ->> 'count')::numeric, 0) = 0 THEN '<text class="tick mid" x="50%" y="80">nothing was observed</text>' END,
                pg_catalog.format('<text class="tick" x="0" y="142">%s</text><text class="tick end" x="100%%" y="142">%s</text></svg>',
                    governance.report_moment(html_sla.report #> '{period,start}', 'FMDD Mon'),
                    governance.report_moment(html_sla.report #> '{period,end}', 'FMDD Mon')),
                CASE WHEN coalesce((r.v ->> 'count')::numeric, 0) = 0 THEN pg_catalog.format('<p class="legend">No observation &#183; %s</p>',
                    governance.report_count(coalesce((r.v ->> 'violations')::bigint, 0), 'violation', 'violations'))
                ELSE pg_catalog.format('<p class="legend">p95 %s ms &#183; available %s %% (target %s) &#183; errors %s %% (target %s) &#183; %s &#183; %s</p>',
                    governance.report_number(r.v -> 'p95', 'FM999,999,990.0'),
                    governance.report_number(r.v -> 'availability_percent', 'FM990.000'),
                    governance.report_number(r.v #> '{target,availability_target}', 'FM990.099'),
                    governance.report_number(r.v -> 'error_rate', 'FM990.000'),
                    governance.report_number(r.v #> '{target,error_rate_target}', 'FM990.099'),
                    governance.report_count(coalesce((r.v ->> 'count')::bigint, 0), 'observation', 'observations'), governance.report_count(coalesce((r.v ->> 'violations')::bigint, 0), 'violation', 'violations')) END,
                (SELECT pg_catalog.concat('<ul class="missed">' || pg_catalog.string_agg(m.item, '' ORDER BY m.no) FILTER (WHERE m.no <= 5) || '</ul>',
                        '<details><summary>' || nullif(greatest(pg_catalog.count(*) - 5, 0), 0) || ' more</summary><ul class="missed">' || pg_catalog.string_agg(m.item, '' ORDER BY m.no) FILTER (WHERE m.no > 5) || '</ul></details>')
                    FROM (
                        SELECT x.no, pg_catalog.format('<li>%s</li>', governance.html_text(x.value)) AS item
                        FROM governance.report_missed(html_sla.report, r.v) WITH ORDINALITY AS x(value, no)
                    ) AS m),
                '</figure>', CASE WHEN r.place = r.of THEN CASE WHEN r.of > 12 THEN '</div></details>' ELSE '</div>' END END), '' ORDER BY r.place)
            FROM (SELECT x.*, pg_catalog.count(*) OVER () AS of FROM resource AS x) AS r),
        (SELECT governance.html_part(pg_catalog.count(*), (html_sla.report #>> '{sla,resources_total}')::bigint, 'service levels', 'SELECT * FROM governance.v_sla_overview ORDER BY resource_type, resource_id;') FROM resource AS r),
        (SELECT governance.html_part(pg_catalog.jsonb_array_length(l.rows), l.total, l.many, l.query) FROM governance.report_lists(html_sla.report) AS l WHERE l.list = 'violations'));
END;
COMMENT ON FUNCTION governance.html_sla(jsonb) IS
'The section on service levels.';

-- One lane for each model and environment, a bar from when to when.
CREATE FUNCTION governance.html_deployments(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH bounds AS (
        SELECT greatest((html_deployments.report #>> '{period,start}')::numeric, (
                SELECT pg_catalog.min((d.value ->> 'deployed_at')::numeric)
                FROM pg_catalog.jsonb_array_elements(html_deployments.report #> '{deployments,history}') AS d)) AS s,
            (html_deployments.report #>> '{period,end}')::numeric AS e
    ),
    pattern AS (
        SELECT CASE WHEN b.e - b.s < 3600 THEN 'FMDD Mon HH24:MI:SS' WHEN b.e - b.s < 259200 THEN 'FMDD Mon HH24:MI' ELSE 'FMDD Mon' END AS moment
        FROM bounds AS b
    ),
    item AS (
        SELECT d.no, d.value AS v, d.value ->> 'model_id' || ' in ' || (d.value ->> 'environment') AS lane,
            (greatest((d.value ->> 'deployed_at')::numeric, b.s) - b.s) / greatest(b.e - b.s, 0.000001) AS x,
            (coalesce((d.value ->> 'ended_at')::numeric, b.e) - greatest((d.value ->> 'deployed_at')::numeric, b.s)) / greatest(b.e - b.s, 0.000001) AS width
        FROM pg_catalog.jsonb_array_elements(html_deployments.report #> '{deployments,history}') WITH ORDINALITY AS d(value, no)
        CROSS JOIN bounds AS b
    ),
    lanes AS (
        SELECT l.lane, pg_catalog.row_number() OVER (ORDER BY l.first) AS row
        FROM (SELECT i.lane, pg_catalog.min(i.no) AS first FROM item AS i GROUP BY i.lane) AS l
        ORDER BY l.first
        LIMIT 16
    )
    SELECT pg_catalog.concat(
        '<h2 id="deployments">Deployments</h2><p class="lead">What was live where, and until when.</p><figure class="card wide"><figcaption>Timeline</figcaption>',
        governance.html_chart('chart-deployments', 'chart', greatest(40 * (SELECT pg_catalog.count(*) FROM lanes), 40) + 26, pg_catalog.concat('Deployments over the period: ',
            (SELECT pg_catalog.string_agg(k.lane || ' ' || k.runs, '; ' ORDER BY k.row)
                FROM (
                    SELECT l.row, l.lane, pg_catalog.string_agg(i.v ->> 'version' || ' ' || governance.report_words(i.v ->> 'status'), ', ' ORDER BY i.no DESC) AS runs
                    FROM lanes AS l
                    JOIN item AS i ON i.lane = l.lane AND i.no <= 100
                    GROUP BY l.row, l.lane
                ) AS k))),
        (SELECT pg_catalog.string_agg(pg_catalog.format('<text class="label" x="0" y="%s">%s</text><rect class="track" x="0" width="100%%" y="%s" height="18"/>',
                40 * l.row - 26, governance.html_text(l.lane), 40 * l.row - 20), '' ORDER BY l.row)
            FROM lanes AS l),
        (SELECT pg_catalog.string_agg(pg_catalog.format(
                '<rect class="bar %s" data-row="%s" data-series="%s" data-value="%s" x="%s" width="%s" y="%s" height="18"><title>%s, %s</title></rect>'
                '<svg x="%s" width="%s" y="%s" height="18"><text class="onbar%s" x="5" y="13">%s</text></svg>',
                k.class, governance.html_text(i.lane), governance.html_text(i.v ->> 'status'), governance.html_text(i.v ->> 'version'),
                k.x, k.width, 40 * l.row - 20, governance.html_text(i.v ->> 'version'), governance.html_words(i.v ->> 'status'),
                k.x, k.width, 40 * l.row - 20, CASE k.class WHEN 'good' THEN '' ELSE ' dark' END,
                governance.html_text(i.v ->> 'version') || CASE i.v ->> 'status' WHEN 'rolled_back' THEN ' &#8617; rolled back' ELSE '' END), '' ORDER BY i.no)
            FROM item AS i
            JOIN lanes AS l ON l.lane = i.lane
            CROSS JOIN LATERAL (SELECT governance.html_percent(least(i.x, 0.994)) AS x, governance.html_percent(greatest(i.width, 0.006)) AS width,
                CASE i.v ->> 'status' WHEN 'active' THEN 'good' WHEN 'rolled_back' THEN 'bad' ELSE 'past' END AS class) AS k),
        (SELECT '<text class="tick mid" x="50%" y="30">nothing was live</text>' WHERE NOT EXISTS (SELECT FROM item)),
        (SELECT pg_catalog.format('<text class="tick" x="0" y="%s">%s</text><text class="tick mid" x="50%%" y="%s">%s</text><text class="tick end" x="100%%" y="%s">%s</text>',
                h.y, governance.report_moment(pg_catalog.to_jsonb(b.s), p.moment),
                h.y, governance.report_moment(pg_catalog.to_jsonb((b.s + b.e) / 2), p.moment),
                h.y, governance.report_moment(pg_catalog.to_jsonb(b.e), p.moment))
            FROM (SELECT greatest(40 * pg_catalog.count(*), 40) + 18 AS y FROM lanes) AS h
            CROSS JOIN bounds AS b
            CROSS JOIN pattern AS p),
        '</svg><p class="legend"><span class="key good"></span>live at the end <span class="key bad"></span>rolled back <span class="key past"></span>superseded or withdrawn</p></figure>',
        (SELECT governance.html_table(html_deployments.report, 'deployments', 'Deployments, newest first', '{When,What,Environment,By,Status}', pg_catalog.array_agg(pg_catalog.concat(
                    '<tr class="deployment', CASE WHEN i.v ->> 'status' IN ('superseded', 'undeployed') THEN ' quiet' END, '"><td class="when">', governance.report_moment(i.v -> 'deployed_at'),
                    '</td><td>', governance.html_text(i.v ->> 'model_id'), ' <strong>', governance.html_text(i.v ->> 'version'), '</strong>',
                    CASE i.v ->> 'is_restored' WHEN 'true' THEN '<span class="why">&#8617; brought back by a rollback</span>' END, '</td><td data-name="Environment">',
                    governance.html_text(i.v ->> 'environment'), '</td><td data-name="By">', governance.html_text(i.v ->> 'deployed_by'), '</td><td data-name="Status">',
                    governance.html_state(i.v ->> 'status'), '<span class="why">', governance.report_moment(i.v -> 'ended_at') || ' ', governance.html_text(i.v ->> 'reason'), '</span></td></tr>') ORDER BY i.no))
            FROM item AS i));
END;
COMMENT ON FUNCTION governance.html_deployments(jsonb) IS
'The section on deployments.';

CREATE FUNCTION governance.html_approvals(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(
        '<h2 id="approvals">Approvals</h2><p class="lead">Votes on model versions, use-cases and requests.</p>',
        governance.html_bars('chart-approvals', 'Votes of the period', (
            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('label', k.label, 'parts', pg_catalog.jsonb_build_array(
                    pg_catalog.jsonb_build_object('series', 'approved', 'value', n.counts -> 'approved', 'class', 'good'),
                    pg_catalog.jsonb_build_object('series', 'rejected', 'value', n.counts -> 'rejected', 'class', 'bad'),
                    pg_catalog.jsonb_build_object('series', 'sent back', 'value', n.counts -> 'requires_changes', 'class', 'open')))
                ORDER BY k.no)
            FROM (VALUES (1, 'model_version', 'Model versions'), (2, 'usecase', 'Use-cases'), (3, 'approval_request', 'Requests')) AS k(no, kind, label)
            CROSS JOIN LATERAL (SELECT html_approvals.report #> ARRAY['approvals', 'by_kind', k.kind] AS counts) AS n),
            '<p class="legend"><span class="key good"></span>approved <span class="key bad"></span>rejected <span class="key open"></span>sent back</p>'),
        (SELECT governance.html_table(html_approvals.report, 'decisions', 'Votes, newest first', '{When,What,Decision,By,Comment}', pg_catalog.array_agg(pg_catalog.concat(
                    '<tr class="decision"><td class="when">', governance.report_moment(d.value -> 'at'), '</td><td>',
                    governance.html_text(d.value ->> 'resource'), '<span class="why">', governance.html_words(d.value ->> 'kind'), '</span></td><td>',
                    governance.html_state(d.value ->> 'decision'), '</td><td data-name="By">', governance.html_text(d.value ->> 'by'), '</td><td>', governance.html_text(d.value ->> 'comments'), '</td></tr>') ORDER BY d.no))
            FROM pg_catalog.jsonb_array_elements(html_approvals.report #> '{approvals,decisions}') WITH ORDINALITY AS d(value, no)));
END;
COMMENT ON FUNCTION governance.html_approvals(jsonb) IS
'The section on approvals.';

CREATE FUNCTION governance.html_access(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(
        '<h2 id="access">Access review</h2><p class="lead">Who held which roles at the end of the period: ',
        governance.report_number(html_access.report #> '{access,active_users}'), ' active and ',
        governance.report_number(html_access.report #> '{access,inactive_users}'), ' inactive users.</p>',
        (SELECT governance.html_table(html_access.report, 'users', 'Users and their roles', '{User,State,Roles,Last change made}', pg_catalog.array_agg(pg_catalog.concat(
                    '<tr class="user"><td><strong>', governance.html_text(u.value ->> 'user_id'), '</strong></td><td data-name="State">',
                    CASE u.value ->> 'is_active' WHEN 'true' THEN 'active' ELSE 'inactive' END, '</td><td>',
                    (SELECT pg_catalog.string_agg(pg_catalog.concat('<span class="chip">', governance.html_text(o.value ->> 'role'),
                            ' until ' || governance.report_moment(o.value -> 'expires_at', 'YYYY-MM-DD'),
                            ', lent by ' || governance.html_text(o.value ->> 'delegated_by'), '</span>'), '' ORDER BY o.no)
                        FROM pg_catalog.jsonb_array_elements(u.value -> 'roles') WITH ORDINALITY AS o(value, no)),
                    '</td><td class="when" data-name="Last change">', coalesce(governance.report_moment(u.value -> 'last_change_at'), 'none'), '</td></tr>') ORDER BY u.no))
            FROM pg_catalog.jsonb_array_elements(html_access.report #> '{access,users}') WITH ORDINALITY AS u(value, no)),
        (SELECT pg_catalog.concat('<h3>Refused, by user</h3><p>',
                pg_catalog.string_agg(pg_catalog.format('<span class="chip">%s: %s</span>', governance.html_text(f.value ->> 'user_id'), f.value ->> 'count'), '' ORDER BY f.no), '</p>')
            FROM pg_catalog.jsonb_array_elements(html_access.report #> '{access,denied_by_user}') WITH ORDINALITY AS f(value, no)
            HAVING pg_catalog.count(*) > 0),
        (SELECT governance.html_table(html_access.report, 'overrides', 'Policies overridden', '{When,Policy,By,Reason}', pg_catalog.array_agg(pg_catalog.concat(
                    '<tr><td class="when">', governance.report_moment(o.value -> 'at'), '</td><td>', governance.html_text(o.value ->> 'policy'),
                    '</td><td data-name="By">', governance.html_text(o.value ->> 'by'), '</td><td>', governance.html_text(o.value ->> 'reason'), '</td></tr>') ORDER BY o.no))
            FROM pg_catalog.jsonb_array_elements(html_access.report #> '{access,overrides}') WITH ORDINALITY AS o(value, no)));
END;
COMMENT ON FUNCTION governance.html_access(jsonb) IS
'The section on access.';

CREATE FUNCTION governance.html_audit(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(
        '<h2 id="trail">Audit trail</h2><p class="lead">Every change leaves an event in its own transaction; sealed events are leaves of a Merkle tree whose root anybody can note down.</p>',
        governance.html_columns('chart-audit', 'Audit events', html_audit.report #> '{audit,trend}', 'events', NULL, 'events', NULL),
        '<dl class="seal"><dt>Tree size</dt><dd>', governance.report_count((html_audit.report #>> '{audit,tree_size}')::bigint, 'leaf', 'leaves'),
        coalesce(', sealed ' || governance.report_moment(html_audit.report #> '{audit,sealed_at}') || ' UTC', ''),
        '</dd><dt>Root</dt><dd><code>', governance.html_text(html_audit.report #>> '{audit,root}'), '</code></dd>',
        '<dt>Log</dt><dd><code>', governance.html_text(html_audit.report #>> '{audit,log_id}'), '</code></dd>',
        '<dt>Digest of this report (SHA-256), kept in the trail</dt><dd><code>', governance.html_text(html_audit.report ->> 'digest'), '</code></dd></dl>');
END;
COMMENT ON FUNCTION governance.html_audit(jsonb) IS
'The section on the trail.';

CREATE FUNCTION governance.report_html(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(
        E'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>Compliance report, ',
        governance.report_title(r.report), E'</title>\n<style>', governance.html_style(), E'</style>\n</head>\n<body>\n',
        '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>',
        '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" width="6" height="6"/><line class="hatch" x1="0" y1="0" x2="0" y2="6"/></pattern>',
        '<pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse"><rect class="ground" width="5" height="5"/><circle class="dots" cx="2.5" cy="2.5" r="1"/></pattern>',
        E'</defs></svg>\n<main>\n<header><p class="eyebrow">Compliance report</p><h1>', governance.report_title(r.report), '</h1><p class="soft">',
        'Report ', r.report ->> 'report_id', ', ', governance.html_words(r.report ->> 'report_type'),
        coalesce(', ' || governance.html_text(r.report ->> 'framework'), ', all frameworks'),
        '. Made by ', governance.html_text(r.report ->> 'generated_by'), ' on ', governance.report_moment(r.report -> 'generated_at'), E' UTC. Times are UTC.</p></header>\n',
        governance.html_contents(r.report), E'\n',
        governance.html_summary(r.report), E'\n',
        governance.html_control_chart(r.report), E'\n',
        governance.html_failed(r.report), E'\n',
        governance.html_incidents(r.report), E'\n',
        governance.html_sla(r.report), E'\n',
        governance.html_deployments(r.report), E'\n',
        governance.html_approvals(r.report), E'\n',
        governance.html_access(r.report), E'\n',
        governance.html_passed(r.report), E'\n',
        governance.html_audit(r.report), E'\n',
        '<footer>Period ', governance.report_moment(r.report #> '{period,start}', 'YYYY-MM-DD HH24:MI:SS'), ' to ',
        governance.report_moment(r.report #> '{period,end}', 'YYYY-MM-DD HH24:MI:SS'),
        E' UTC. Made again for the same period from the same data, this report has the same digest.</footer>\n</main>\n</body>\n</html>\n')
    FROM (VALUES (report_html.report)) AS r(report);
END;
COMMENT ON FUNCTION governance.report_html(jsonb) IS
'A report as a page of HTML.';

CREATE FUNCTION @extschema@.gov_compliance_report_html(report_id bigint)
RETURNS text
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.report_html(governance.report_for_reading(gov_compliance_report_html.report_id));
END;
COMMENT ON FUNCTION @extschema@.gov_compliance_report_html(bigint) IS
'A stored report as one self-contained page of HTML.  It has no script, nothing fetched, charts as inline SVG, light and dark, made to be printed.  What failed and what a person must judge come first; up to 1,000 rows of each list, folded beyond 25, then how many there are and the query.  Needs compliance:report; unknown: 42704.';
