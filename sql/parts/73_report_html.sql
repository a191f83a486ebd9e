-- Reports as one self-contained page.

-- Every value goes through html_text().  Charts are inline SVG whose widths
-- are per cent and whose letters are not scaled: they fit a telephone and a
-- sheet of paper.  What a colour says, a pattern and a word say too.

CREATE FUNCTION governance.html_text(value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(pg_catalog.replace(
        html_text.value, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
END;
COMMENT ON FUNCTION governance.html_text(text) IS
'A text so that HTML shows it as it is, in an attribute too.';

CREATE FUNCTION governance.html_percent(share numeric)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.to_char(100 * html_percent.share, 'FM990.00') || '%';
END;
COMMENT ON FUNCTION governance.html_percent(numeric) IS
'A share as a length of CSS and SVG.';

-- Columns over time: "total" of each point, of which "part" is drawn hatched.
CREATE FUNCTION governance.html_columns(id text, title text, points jsonb, total text, part text, total_name text, part_name text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH point AS (
        SELECT p.no - 1 AS i, p.value -> 'start' AS start,
            (p.value ->> html_columns.total)::numeric AS total,
            coalesce((p.value ->> html_columns.part)::numeric, 0) AS part,
            pg_catalog.count(*) OVER () AS n,
            pg_catalog.lead((p.value ->> 'start')::numeric, 1, 'Infinity') OVER (ORDER BY p.no)
                - (p.value ->> 'start')::numeric AS width_seconds,
            greatest(pg_catalog.max((p.value ->> html_columns.total)::numeric) OVER (), 1) AS top
        FROM pg_catalog.jsonb_array_elements(html_columns.points) WITH ORDINALITY AS p(value, no)
    ),
    drawn AS (
        SELECT d.*,
            pg_catalog.round(d.total * 128 / d.top, 2) AS height,
            pg_catalog.round(d.part * 128 / d.top, 2) AS part_height,
            governance.html_percent((d.i + 0.14) / d.n) AS x,
            governance.html_percent(0.72 / d.n) AS width,
            governance.report_moment(d.start, CASE WHEN d.width_seconds < 86400 THEN 'HH24:MI' ELSE 'FMDD Mon' END) AS day
        FROM point AS d
    )
    SELECT pg_catalog.concat(
        '<figure class="card"><figcaption>', governance.html_text(html_columns.title), '</figcaption>',
        pg_catalog.format('<svg class="chart" id="%s" width="100%%" height="184" role="img" aria-label="%s">',
            html_columns.id, governance.html_text(html_columns.title)),
        '<line class="grid" x1="0" x2="100%" y1="22" y2="22"/><line class="grid" x1="0" x2="100%" y1="86" y2="86"/>',
        '<line class="axis" x1="0" x2="100%" y1="150" y2="150"/>',
        (SELECT pg_catalog.string_agg(pg_catalog.concat(
                pg_catalog.format('<rect class="bar all" data-series="%s" data-value="%s" x="%s" width="%s" y="%s" height="%s"><title>%s: %s</title></rect>',
                    html_columns.total, d.total, d.x, d.width, 150 - d.height, d.height, d.day, d.total),
                CASE WHEN html_columns.part IS NOT NULL THEN
                    pg_catalog.format('<rect class="bar bad" data-series="%s" data-value="%s" x="%s" width="%s" y="%s" height="%s"><title>%s: %s %s</title></rect>',
                        html_columns.part, d.part, d.x, d.width, 150 - d.part_height, d.part_height, d.day, d.part, html_columns.part_name) END),
                '' ORDER BY d.i)
            FROM drawn AS d),
        (SELECT pg_catalog.format('<text class="tick" x="0" y="17">%s</text><text class="tick" x="0" y="81">%s</text>',
                governance.report_number(pg_catalog.to_jsonb(d.top)),
                CASE WHEN d.top > 1 THEN pg_catalog.to_char(d.top / 2,
                    CASE WHEN d.top % 2 = 0 THEN 'FM999,999,999,990' ELSE 'FM999,999,999,990.0' END) END)
            FROM drawn AS d
            WHERE d.i = 0),
        (SELECT pg_catalog.format('<text class="tick" x="0" y="170">%s</text>', d.day) FROM drawn AS d WHERE d.i = 0),
        (SELECT pg_catalog.format('<text class="tick mid" x="50%%" y="170">%s</text>', d.day) FROM drawn AS d WHERE d.i = d.n / 2 AND d.n > 4),
        (SELECT pg_catalog.format('<text class="tick end" x="100%%" y="170">%s</text>', d.day) FROM drawn AS d WHERE d.i = d.n - 1 AND d.n > 1),
        '</svg>',
        '<p class="legend"><span class="key all"></span>', html_columns.total_name,
        CASE WHEN html_columns.part IS NOT NULL THEN ' <span class="key bad"></span>' || html_columns.part_name END,
        '</p></figure>');
END;
COMMENT ON FUNCTION governance.html_columns(text, text, jsonb, text, text, text, text) IS
'A chart of columns over time.';

-- Lying bars: rows {label, parts [{series, value, class}]}.
CREATE FUNCTION governance.html_bars(id text, title text, rows jsonb, legend text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH part AS (
        SELECT r.no AS row, r.value ->> 'label' AS label, p.no,
            p.value ->> 'series' AS series, p.value ->> 'class' AS class,
            (p.value ->> 'value')::numeric AS value,
            coalesce(pg_catalog.sum((p.value ->> 'value')::numeric) OVER (
                PARTITION BY r.no ORDER BY p.no ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before,
            pg_catalog.sum((p.value ->> 'value')::numeric) OVER (PARTITION BY r.no) AS total
        FROM pg_catalog.jsonb_array_elements(html_bars.rows) WITH ORDINALITY AS r(value, no)
        CROSS JOIN pg_catalog.jsonb_array_elements(r.value -> 'parts') WITH ORDINALITY AS p(value, no)
    ),
    scale AS (
        SELECT greatest(pg_catalog.max(p.total), 1) AS top, pg_catalog.max(p.row) AS rows FROM part AS p
    )
    SELECT pg_catalog.concat(
        '<figure class="card"><figcaption>', governance.html_text(html_bars.title), '</figcaption>',
        pg_catalog.format('<svg class="chart" id="%s" width="100%%" height="%s" role="img" aria-label="%s">',
            html_bars.id, 34 * s.rows + 4, governance.html_text(html_bars.title)),
        (SELECT pg_catalog.string_agg(pg_catalog.format(
                '<text class="label" x="0" y="%s">%s</text><text class="label end" x="100%%" y="%s">%s</text><rect class="track" x="0" width="100%%" y="%s" height="12"/>',
                34 * q.row - 20, governance.html_text(q.label), 34 * q.row - 20,
                (SELECT CASE WHEN pg_catalog.count(*) = 1 THEN pg_catalog.max(p.value)::text
                    ELSE pg_catalog.string_agg(p.value || ' ' || p.series, ' &#183; ' ORDER BY p.no) END
                    FROM part AS p WHERE p.row = q.row),
                34 * q.row - 13), '' ORDER BY q.row)
            FROM (SELECT DISTINCT p.row, p.label FROM part AS p) AS q),
        (SELECT pg_catalog.string_agg(pg_catalog.format(
                '<rect class="bar %s" data-row="%s" data-series="%s" data-value="%s" x="%s" width="%s" y="%s" height="12"><title>%s: %s %s</title></rect>',
                p.class, governance.html_text(p.label), governance.html_text(p.series), p.value,
                governance.html_percent(p.before / s.top), governance.html_percent(p.value / s.top),
                34 * p.row - 13, governance.html_text(p.label), p.value, governance.html_text(p.series)),
                '' ORDER BY p.row, p.no)
            FROM part AS p),
        '</svg>', html_bars.legend, '</figure>')
    FROM scale AS s;
END;
COMMENT ON FUNCTION governance.html_bars(text, text, jsonb, text) IS
'A chart of lying bars, stacked.';

CREATE FUNCTION governance.html_style()
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT $css$
:root { color-scheme: light dark; --paper: #fff; --card: #fff; --tint: #f3f5f8; --ink: #18212d; --soft: #566171; --line: #d8dee6;
  --accent: #2a5b8c; --accent-soft: #c9d9e9; --good: #26734d; --bad: #b3261e; --open: #7a5c00; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #0f141b; --card: #161d26; --tint: #1b2430; --ink: #e7ecf2; --soft: #a0adbc; --line: #2c3745;
    --accent: #7db0e3; --accent-soft: #2b4560; --good: #7ed0a2; --bad: #ff9086; --open: #e3c56c; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif; overflow-wrap: anywhere; }
main { max-width: 1120px; margin: 0 auto; padding: 0 20px 56px; }
header { border-bottom: 3px solid var(--accent); padding: 44px 0 20px; margin-bottom: 28px; }
h1, h2 { font-family: "Iowan Old Style", Charter, Georgia, "DejaVu Serif", serif; font-weight: 600; line-height: 1.2; text-wrap: balance; }
h1 { font-size: clamp(26px, 4.6vw, 40px); margin: 4px 0 10px; letter-spacing: -.01em; }
h2 { font-size: 22px; margin: 44px 0 4px; }
h3 { font-size: 15px; margin: 26px 0 6px; }
.eyebrow { text-transform: uppercase; letter-spacing: .14em; font-size: 12px; font-weight: 600; color: var(--accent); margin: 0; }
.soft, .lead { color: var(--soft); }
.lead { margin: 0 0 16px; max-width: 72ch; }
header p.soft { margin: 0; font-size: 13px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 210px), 1fr)); gap: 12px; margin: 0 0 16px; }
.tile { background: var(--tint); border-radius: 8px; padding: 14px 16px 12px; border-left: 4px solid var(--accent-soft); }
.tile.alarm { border-left-color: var(--bad); }
.tile dt { font-size: 12.5px; color: var(--soft); }
.tile dd { margin: 2px 0 0; font-size: 28px; font-weight: 650; line-height: 1.15; font-variant-numeric: tabular-nums; }
.tile dd small { display: block; font-size: 12.5px; font-weight: 400; color: var(--soft); line-height: 1.4; margin-top: 2px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 320px), 1fr)); gap: 16px; }
.card { margin: 0; padding: 16px 18px 12px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; min-width: 0; break-inside: avoid; }
.cards + .card { margin-top: 16px; }
figure + table { margin-top: 18px; }
figcaption { font-weight: 600; font-size: 14px; margin-bottom: 10px; }
figcaption small { display: block; font-weight: 400; color: var(--soft); }
svg.chart { display: block; max-width: 100%; overflow: hidden; }
svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; fill: var(--ink); }
svg text.tick { font-size: 11px; fill: var(--soft); paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; font-variant-numeric: tabular-nums; }
svg text.mid { text-anchor: middle; }
svg text.end { text-anchor: end; }
svg text.onbar { fill: var(--paper); font-size: 11px; }
svg text.onbar.dark { fill: var(--ink); paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round; }
.grid { stroke: var(--line); stroke-dasharray: 2 4; }
.axis { stroke: var(--soft); }
.track { fill: var(--tint); }
.bar.all { fill: var(--accent); }
.bar.good { fill: var(--good); }
.bar.bad { fill: url(#hatch); stroke: var(--bad); stroke-width: 1; }
.bar.open { fill: url(#dots); stroke: var(--open); stroke-width: 1; }
.hatch { stroke: var(--bad); stroke-width: 2.4; }
.dots { fill: var(--open); }
.ground { fill: var(--card); }
.series { fill: none; stroke: var(--accent); stroke-width: 2; vector-effect: non-scaling-stroke; }
.target { stroke: var(--bad); stroke-width: 1.5; stroke-dasharray: 6 4; }
.legend { margin: 6px 0 0; font-size: 12.5px; color: var(--soft); }
.key { display: inline-block; width: 13px; height: 13px; margin: 0 5px 0 12px; vertical-align: -2px; border: 1px solid var(--soft); border-radius: 2px; }
.key:first-child { margin-left: 0; }
.key.all { background: var(--accent); border-color: var(--accent); }
.key.good { background: var(--good); border-color: var(--good); }
.key.bad { background: repeating-linear-gradient(45deg, var(--bad) 0 2px, transparent 2px 5px); border-color: var(--bad); }
.key.open { background: radial-gradient(var(--open) 1.3px, transparent 1.7px) 0 0 / 5px 5px; border-color: var(--open); }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th { text-align: left; font-size: 12px; font-weight: 600; color: var(--soft); border-bottom: 1.5px solid var(--soft); padding: 6px 14px 6px 0; vertical-align: bottom; }
td { border-bottom: 1px solid var(--line); padding: 8px 14px 8px 0; vertical-align: top; }
tr { break-inside: avoid; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.when { white-space: nowrap; font-variant-numeric: tabular-nums; }
td ul { margin: 4px 0 0; padding-left: 18px; font-size: 13px; }
.why { color: var(--soft); font-size: 13px; display: block; }
.badge { display: inline-block; white-space: nowrap; font-size: 12.5px; font-weight: 650; padding: 1px 9px; border-radius: 999px; border: 1.5px solid; }
.badge.pass { color: var(--good); }
.badge.fail { color: var(--paper); background: var(--bad); border-color: var(--bad); }
.badge.manual { color: var(--open); border-style: dashed; }
.chip { display: inline-block; font-size: 12.5px; background: var(--tint); border: 1px solid var(--line); border-radius: 5px; padding: 0 7px; margin: 0 4px 4px 0; }
.critical { font-weight: 700; color: var(--bad); }
details { margin-top: 4px; font-size: 13px; }
summary { color: var(--accent); cursor: pointer; }
pre { white-space: pre-wrap; background: var(--tint); padding: 10px 12px; border-radius: 6px; font: 12px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; margin: 6px 0 2px; }
code { font: 12.5px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
.seal { background: var(--tint); border-radius: 8px; padding: 4px 18px 12px; }
.seal dt { font-size: 12.5px; color: var(--soft); margin-top: 10px; }
.seal dd { margin: 0; }
footer { margin-top: 44px; padding-top: 14px; border-top: 1px solid var(--line); font-size: 13px; color: var(--soft); }
@media (max-width: 640px) {
  main { padding: 0 14px 40px; }
  header { padding-top: 26px; }
  .tiles { grid-template-columns: 1fr 1fr; }
  .tile dd { font-size: 24px; }
  table.stack thead { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  table.stack, table.stack tbody { display: block; }
  table.stack tr { display: block; border-bottom: 1px solid var(--line); padding: 8px 0; }
  table.stack td { display: block; border: 0; padding: 1px 0; text-align: left; }
  table.stack td[data-name]::before { content: attr(data-name) ": "; color: var(--soft); font-size: 12.5px; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --card: #fff; --tint: #f3f5f8; --ink: #000; --soft: #444; --line: #ccc;
    --accent: #2a5b8c; --accent-soft: #c9d9e9; --good: #26734d; --bad: #b3261e; --open: #7a5c00; }
  @page { size: A4; margin: 16mm 15mm; }
  body { font-size: 10pt; } main { max-width: none; padding: 0; } header { padding-top: 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h2 { break-after: avoid; margin-top: 26px; } thead { display: table-header-group; } details { display: none; }
  .cards { grid-template-columns: 1fr 1fr; } }
$css$;
END;
COMMENT ON FUNCTION governance.html_style() IS
'The style sheet of the page.';

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
            pg_catalog.concat(s.n #>> '{controls,fail}', ' failed, ', s.n #>> '{controls,manual}', ' for a person to judge'),
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
            pg_catalog.concat(pg_catalog.jsonb_array_length(html_summary.report #> '{sla,resources}'), ' resources measured'),
            (s.n ->> 'sla_violations')::bigint > 0),
        governance.html_tile('Deployments', governance.report_number(s.n -> 'deployments'),
            pg_catalog.concat(governance.report_number(s.n -> 'rollbacks'), ' rolled back'), false),
        governance.html_tile('Attempts stopped', governance.report_number(s.n -> 'policy_violations'),
            pg_catalog.concat('by rights, duties or gates; ', s.n ->> 'policy_overrides', ' overrides'), false),
        governance.html_tile('Audit events', governance.report_number(s.n -> 'audit_events'),
            pg_catalog.concat(governance.report_number(html_summary.report #> '{audit,tree_size}'), ' leaves sealed'), false),
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

CREATE FUNCTION governance.html_controls(report jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH control AS (
        SELECT c.no, c.value AS v, c.value ->> 'framework' AS framework, c.value ->> 'result' AS result
        FROM pg_catalog.jsonb_array_elements(html_controls.report -> 'controls') WITH ORDINALITY AS c(value, no)
    ),
    framework AS (
        SELECT c.framework, pg_catalog.min(c.no) AS no
        FROM control AS c
        GROUP BY c.framework
    )
    SELECT pg_catalog.concat(
        '<h2 id="controls">Controls</h2><p class="lead">Each control is a query over this database; its rows are the evidence. ',
        'What a database cannot know is left to a person and never counted as passed.</p>',
        (SELECT pg_catalog.string_agg(pg_catalog.concat('<h3>', governance.html_text(f.framework), '</h3>',
                '<table class="stack controls"><colgroup><col style="width:22%"><col><col style="width:9%"><col style="width:13%"></colgroup>',
                '<thead><tr><th>Control</th><th>What was looked for</th><th class="n">Evidence</th><th>Result</th></tr></thead><tbody>',
                (SELECT pg_catalog.string_agg(pg_catalog.concat(
                        '<tr class="control"><td><code>', governance.html_text(c.v ->> 'id'), '</code><span class="why">', governance.html_text(c.v ->> 'source'), '</span></td>',
                        '<td>', governance.html_text(c.v ->> 'title'), '<span class="why">', governance.html_text(c.v ->> 'criterion'), '</span>',
                        CASE WHEN c.v ->> 'error' IS NOT NULL THEN pg_catalog.format('<ul><li>The query failed: %s</li></ul>', governance.html_text(c.v ->> 'error')) END,
                        (SELECT '<ul>' || pg_catalog.string_agg(pg_catalog.format('<li>%s</li>', governance.html_text(x.value)), '' ORDER BY x.no)
                                || CASE WHEN (c.v ->> 'exception_count')::bigint > 5 THEN pg_catalog.format('<li>and %s more</li>', (c.v ->> 'exception_count')::bigint - 5) ELSE '' END
                                || '</ul>'
                            FROM pg_catalog.jsonb_array_elements_text(c.v -> 'findings') WITH ORDINALITY AS x(value, no)
                            WHERE x.no <= 5),
                        '<details><summary>Query</summary><pre>', governance.html_text(c.v ->> 'query'), '</pre></details></td>',
                        '<td class="n" data-name="Evidence">', governance.report_number(c.v -> 'evidence_count'), '</td>',
                        pg_catalog.format('<td><span class="badge %s">%s</span></td></tr>', c.result,
                            CASE c.result WHEN 'pass' THEN '&#10003; passed' WHEN 'fail' THEN '&#10005; failed' ELSE '&#9675; to judge' END)),
                        '' ORDER BY c.no)
                    FROM control AS c
                    WHERE c.framework = f.framework),
                '</tbody></table>'), '' ORDER BY f.no)
            FROM framework AS f));
END;
COMMENT ON FUNCTION governance.html_controls(jsonb) IS
'The section on controls.';

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
                    pg_catalog.jsonb_build_object('series', 'incidents', 'value', c.value, 'class', 'all')))
                ORDER BY c.value::bigint DESC, c.key COLLATE "C"), '')
            FROM pg_catalog.jsonb_each(html_incidents.report #> '{incidents,by_category}') AS c),
        '</div>',
        (SELECT pg_catalog.concat('<h3>Unresolved</h3><table class="stack"><thead><tr><th class="n">No.</th><th>Severity</th><th>Category</th><th>What</th><th>Resource</th><th>Since</th></tr></thead><tbody>',
                pg_catalog.string_agg(pg_catalog.concat(
                    '<tr class="incident"><td class="n" data-name="Incident">', governance.html_text(i.value ->> 'id'), '</td>',
                    pg_catalog.format('<td data-name="Severity"><span class="%s">%s</span></td>', governance.html_text(i.value ->> 'severity'), governance.html_text(i.value ->> 'severity')),
                    '<td data-name="Category">', governance.html_text(i.value ->> 'category'), '</td><td>', governance.html_text(i.value ->> 'title'),
                    '</td><td data-name="Resource">', governance.html_text(i.value ->> 'resource'), '</td><td class="when" data-name="Since">',
                    governance.report_moment(i.value -> 'reported_at'), '</td></tr>'), '' ORDER BY i.no),
                '</tbody></table>')
            FROM pg_catalog.jsonb_array_elements(html_incidents.report -> 'unresolved_incidents') WITH ORDINALITY AS i(value, no)
            WHERE i.no <= 50
            HAVING pg_catalog.count(*) > 0),
        CASE WHEN (html_incidents.report #>> '{incidents,unresolved}')::bigint > 50 THEN
            pg_catalog.format('<p class="soft">And %s more.</p>', (html_incidents.report #>> '{incidents,unresolved}')::bigint - 50) END,
        (SELECT pg_catalog.concat('<h3>Reports owed to authorities</h3><table class="stack"><thead><tr><th class="n">Incident</th><th>Regime</th><th>Kind</th><th>Stage</th><th>Due</th><th>State</th></tr></thead><tbody>',
                pg_catalog.string_agg(pg_catalog.concat(
                    '<tr><td class="n" data-name="Incident">', governance.html_text(n.value ->> 'incident_id'),
                    '</td><td data-name="Regime">', governance.html_text(n.value ->> 'regime'), '</td><td data-name="Kind">', governance.html_text(n.value ->> 'kind'),
                    '</td><td data-name="Stage">', governance.html_text(n.value ->> 'stage'),
                    '</td><td class="when" data-name="Due">', coalesce(governance.report_moment(n.value -> 'due_at'), 'no fixed time'), '</td><td data-name="State">',
                    CASE n.value ->> 'state' WHEN 'in_time' THEN '&#10003; in time' WHEN 'late' THEN '&#10005; late'
                        WHEN 'overdue' THEN '<span class="critical">&#10005; overdue</span>' ELSE '&#9675; owed' END,
                    '</td></tr>'), '' ORDER BY n.no),
                '</tbody></table>')
            FROM pg_catalog.jsonb_array_elements(html_incidents.report #> '{incidents,notifications}') WITH ORDINALITY AS n(value, no)
            HAVING pg_catalog.count(*) > 0));
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
            greatest(pg_catalog.jsonb_array_length(r.value -> 'series'), 1) AS n
        FROM pg_catalog.jsonb_array_elements(html_sla.report #> '{sla,resources}') WITH ORDINALITY AS r(value, no)
    )
    SELECT pg_catalog.concat(
        '<h2 id="service-levels">Service levels</h2>',
        CASE WHEN NOT EXISTS (SELECT FROM resource) THEN '<p class="lead">No service level is defined.</p>'
            ELSE '<p class="lead">The 95th percentile of the latency over the period, against its target; shares of a hundred for the rest.</p>' END,
        '<div class="cards">',
        (SELECT pg_catalog.string_agg(pg_catalog.concat(
                '<figure class="card"><figcaption>', governance.html_text(r.v ->> 'resource_id'), '<small>',
                governance.html_text(r.v ->> 'resource_type'), ', ', governance.html_text(r.v ->> 'status'), '</small></figcaption>',
                pg_catalog.format('<svg class="chart sla" id="chart-sla-%s" width="100%%" height="152" role="img" aria-label="95th percentile of %s">',
                    r.no, governance.html_text(r.v ->> 'resource_id')),
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
                pg_catalog.format('<p class="legend">p95 %s ms &#183; available %s %% (target %s) &#183; errors %s %% (target %s) &#183; %s observations &#183; %s violations</p></figure>',
                    governance.report_number(r.v -> 'p95', 'FM999,999,990.0'),
                    governance.report_number(r.v -> 'availability_percent', 'FM990.000'),
                    governance.report_number(r.v #> '{target,availability_target}', 'FM990.099'),
                    governance.report_number(r.v -> 'error_rate', 'FM990.000'),
                    governance.report_number(r.v #> '{target,error_rate_target}', 'FM990.099'),
                    governance.report_number(r.v -> 'count'), governance.report_number(r.v -> 'violations'))), '' ORDER BY r.no)
            FROM resource AS r
            WHERE r.no <= 12),
        '</div>',
        (SELECT pg_catalog.format('<p class="soft">And %s more resources.</p>', pg_catalog.count(*) - 12) FROM resource AS r HAVING pg_catalog.count(*) > 12));
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
        pg_catalog.format('<svg class="chart" id="chart-deployments" width="100%%" height="%s" role="img" aria-label="Deployments over the period">',
            greatest(40 * (SELECT pg_catalog.count(*) FROM lanes), 40) + 26),
        (SELECT pg_catalog.string_agg(pg_catalog.format('<text class="label" x="0" y="%s">%s</text><rect class="track" x="0" width="100%%" y="%s" height="18"/>',
                40 * l.row - 26, governance.html_text(l.lane), 40 * l.row - 20), '' ORDER BY l.row)
            FROM lanes AS l),
        (SELECT pg_catalog.string_agg(pg_catalog.format(
                '<rect class="bar %s" data-row="%s" data-series="%s" data-value="%s" x="%s" width="%s" y="%s" height="18"><title>%s, %s</title></rect>'
                '<svg x="%s" width="%s" y="%s" height="18"><text class="onbar%s" x="5" y="13">%s</text></svg>',
                k.class, governance.html_text(i.lane), governance.html_text(i.v ->> 'status'), governance.html_text(i.v ->> 'version'),
                k.x, k.width, 40 * l.row - 20, governance.html_text(i.v ->> 'version'), i.v ->> 'status',
                k.x, k.width, 40 * l.row - 20, CASE k.class WHEN 'good' THEN '' ELSE ' dark' END,
                governance.html_text(i.v ->> 'version') || CASE i.v ->> 'status' WHEN 'active' THEN '' ELSE ' ' || pg_catalog.replace(i.v ->> 'status', '_', ' ') END), '' ORDER BY i.no)
            FROM item AS i
            JOIN lanes AS l ON l.lane = i.lane
            CROSS JOIN LATERAL (SELECT governance.html_percent(least(i.x, 0.994)) AS x, governance.html_percent(greatest(i.width, 0.006)) AS width,
                CASE i.v ->> 'status' WHEN 'active' THEN 'good' WHEN 'rolled_back' THEN 'bad' ELSE 'open' END AS class) AS k),
        (SELECT '<text class="tick mid" x="50%" y="30">nothing was live</text>' WHERE NOT EXISTS (SELECT FROM item)),
        (SELECT pg_catalog.format('<text class="tick" x="0" y="%s">%s</text><text class="tick end" x="100%%" y="%s">%s</text>',
                h.y, governance.report_moment(pg_catalog.to_jsonb(b.s), p.moment),
                h.y, governance.report_moment(pg_catalog.to_jsonb(b.e), p.moment))
            FROM (SELECT greatest(40 * pg_catalog.count(*), 40) + 18 AS y FROM lanes) AS h
            CROSS JOIN bounds AS b
            CROSS JOIN pattern AS p),
        '</svg><p class="legend"><span class="key good"></span>live at the end <span class="key bad"></span>rolled back <span class="key open"></span>superseded or withdrawn</p></figure>',
        (SELECT pg_catalog.concat('<table class="stack"><thead><tr><th>When</th><th>What</th><th>Environment</th><th>By</th><th>Status</th></tr></thead><tbody>',
                pg_catalog.string_agg(pg_catalog.concat('<tr class="deployment"><td class="when">', governance.report_moment(i.v -> 'deployed_at'),
                    '</td><td>', governance.html_text(i.v ->> 'model_id'), ' <strong>', governance.html_text(i.v ->> 'version'), '</strong></td><td data-name="Environment">',
                    governance.html_text(i.v ->> 'environment'), '</td><td data-name="By">', governance.html_text(i.v ->> 'deployed_by'), '</td><td data-name="Status">',
                    pg_catalog.replace(i.v ->> 'status', '_', ' '), '<span class="why">', governance.html_text(i.v ->> 'reason'), '</span></td></tr>'), '' ORDER BY i.no),
                '</tbody></table>')
            FROM item AS i
            WHERE i.no <= 25
            HAVING pg_catalog.count(*) > 0));
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
        (SELECT pg_catalog.concat('<table class="stack"><thead><tr><th>When</th><th>What</th><th>Decision</th><th>By</th><th>Comment</th></tr></thead><tbody>',
                pg_catalog.string_agg(pg_catalog.concat('<tr class="decision"><td class="when">', governance.report_moment(d.value -> 'at'), '</td><td>',
                    governance.html_text(d.value ->> 'resource'), '<span class="why">', pg_catalog.replace(d.value ->> 'kind', '_', ' '), '</span></td><td>',
                    CASE d.value ->> 'decision' WHEN 'approved' THEN '&#10003; approved' WHEN 'rejected' THEN '&#10005; rejected' ELSE '&#8617; sent back' END,
                    '</td><td data-name="By">', governance.html_text(d.value ->> 'by'), '</td><td>', governance.html_text(d.value ->> 'comments'), '</td></tr>'), '' ORDER BY d.no),
                '</tbody></table>')
            FROM pg_catalog.jsonb_array_elements(html_approvals.report #> '{approvals,decisions}') WITH ORDINALITY AS d(value, no)
            WHERE d.no <= 25
            HAVING pg_catalog.count(*) > 0));
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
        '<table class="stack"><thead><tr><th>User</th><th>State</th><th>Roles</th><th>Last change made</th></tr></thead><tbody>',
        (SELECT pg_catalog.string_agg(pg_catalog.concat('<tr class="user"><td><strong>', governance.html_text(u.value ->> 'user_id'), '</strong></td><td data-name="State">',
                CASE u.value ->> 'is_active' WHEN 'true' THEN 'active' ELSE 'inactive' END, '</td><td>',
                (SELECT pg_catalog.string_agg(pg_catalog.concat('<span class="chip">', governance.html_text(o.value ->> 'role'),
                        ' until ' || governance.report_moment(o.value -> 'expires_at', 'YYYY-MM-DD'),
                        ', lent by ' || governance.html_text(o.value ->> 'delegated_by'), '</span>'), '' ORDER BY o.no)
                    FROM pg_catalog.jsonb_array_elements(u.value -> 'roles') WITH ORDINALITY AS o(value, no)),
                '</td><td class="when" data-name="Last change">', coalesce(governance.report_moment(u.value -> 'last_change_at'), 'none'), '</td></tr>'), '' ORDER BY u.no)
            FROM pg_catalog.jsonb_array_elements(html_access.report #> '{access,users}') WITH ORDINALITY AS u(value, no)
            WHERE u.no <= 100),
        '</tbody></table>',
        (SELECT pg_catalog.concat('<h3>Refused, by user</h3><p>',
                pg_catalog.string_agg(pg_catalog.format('<span class="chip">%s: %s</span>', governance.html_text(f.value ->> 'user_id'), f.value ->> 'count'), '' ORDER BY f.no), '</p>')
            FROM pg_catalog.jsonb_array_elements(html_access.report #> '{access,denied_by_user}') WITH ORDINALITY AS f(value, no)
            WHERE f.no <= 20
            HAVING pg_catalog.count(*) > 0),
        (SELECT pg_catalog.concat('<h3>Policies overridden</h3><table class="stack"><thead><tr><th>When</th><th>Policy</th><th>By</th><th>Reason</th></tr></thead><tbody>',
                pg_catalog.string_agg(pg_catalog.concat('<tr><td class="when">', governance.report_moment(o.value -> 'at'), '</td><td>', governance.html_text(o.value ->> 'policy'),
                    '</td><td data-name="By">', governance.html_text(o.value ->> 'by'), '</td><td>', governance.html_text(o.value ->> 'reason'), '</td></tr>'), '' ORDER BY o.no),
                '</tbody></table>')
            FROM pg_catalog.jsonb_array_elements(html_access.report #> '{access,overrides}') WITH ORDINALITY AS o(value, no)
            WHERE o.no <= 25
            HAVING pg_catalog.count(*) > 0));
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
        '<dl class="seal"><dt>Tree size</dt><dd>', governance.report_number(html_audit.report #> '{audit,tree_size}'), ' leaves',
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
        'Report ', r.report ->> 'report_id', ', ', pg_catalog.replace(governance.html_text(r.report ->> 'report_type'), '_', ' '),
        coalesce(', ' || governance.html_text(r.report ->> 'framework'), ', all frameworks'),
        '. Made by ', governance.html_text(r.report ->> 'generated_by'), ' on ', governance.report_moment(r.report -> 'generated_at'), E' UTC. Times are UTC.</p></header>\n',
        governance.html_summary(r.report), E'\n',
        governance.html_control_chart(r.report), E'\n',
        governance.html_incidents(r.report), E'\n',
        governance.html_sla(r.report), E'\n',
        governance.html_deployments(r.report), E'\n',
        governance.html_approvals(r.report), E'\n',
        governance.html_access(r.report), E'\n',
        governance.html_controls(r.report), E'\n',
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
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT governance.report_html(governance.report_for_reading(gov_compliance_report_html.report_id));
END;
COMMENT ON FUNCTION @extschema@.gov_compliance_report_html(bigint) IS
'A stored report as one self-contained page: no script, nothing fetched, charts as inline SVG, light and dark, made to be printed.  Needs compliance:report; unknown: 42704.';
