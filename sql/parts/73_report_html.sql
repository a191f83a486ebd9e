-- Pieces of the page that a report is: text, charts, tables, the style sheet.

-- Every value goes through html_text().  Charts are inline SVG whose widths
-- are per cent and whose letters are not scaled: they fit a telephone and a
-- sheet of paper.  A shape and a word say the same as a colour.

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

-- The title says what a chart shows, for people who cannot see it.
CREATE FUNCTION governance.html_chart(id text, class text, height bigint, title text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.format('<svg class="%s" id="%s" width="100%%" height="%s" role="img" aria-label="%s"><title>%s</title>',
        html_chart.class, html_chart.id, html_chart.height, governance.html_text(html_chart.title), governance.html_text(html_chart.title));
END;
COMMENT ON FUNCTION governance.html_chart(text, text, bigint, text) IS
'The beginning of a chart.';

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
        governance.html_chart(html_columns.id, 'chart', 184, pg_catalog.concat(html_columns.title, ': ',
            (SELECT governance.report_count(coalesce(pg_catalog.sum(d.total), 0)::bigint, pg_catalog.rtrim(html_columns.total_name, 's'), html_columns.total_name) FROM drawn AS d),
            (SELECT pg_catalog.concat(', ', pg_catalog.sum(d.part), ' ', html_columns.part_name) FROM drawn AS d WHERE html_columns.part IS NOT NULL),
            '; at most ', (SELECT governance.report_number(pg_catalog.to_jsonb(pg_catalog.max(d.total))) FROM drawn AS d), ' in one column')),
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
        (SELECT pg_catalog.format('<text class="tick" x="0" y="17">%s</text><text class="tick" x="0" y="81">%s</text><text class="tick" x="0" y="147">0</text>',
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

-- Horizontal bars: rows {label, parts [{series, value, class, one}]}; one, where
-- given, is what a series of one is called.
CREATE FUNCTION governance.html_bars(id text, title text, rows jsonb, legend text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH part AS (
        SELECT r.no AS row, r.value ->> 'label' AS label, p.no,
            p.value ->> 'series' AS series, p.value ->> 'class' AS class,
            CASE WHEN (p.value ->> 'value')::numeric = 1 AND p.value ? 'one' THEN p.value ->> 'one'
                ELSE governance.report_words(p.value ->> 'series') END AS words,
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
        governance.html_chart(html_bars.id, 'chart', 34 * s.rows + 24, pg_catalog.concat(html_bars.title, ': ', (
            SELECT pg_catalog.string_agg(q.label || ' ' || q.figures, '; ' ORDER BY q.row)
            FROM (SELECT p.row, p.label, pg_catalog.string_agg(p.value || ' ' || p.words, ', ' ORDER BY p.no) AS figures FROM part AS p GROUP BY p.row, p.label) AS q))),
        (SELECT pg_catalog.string_agg(pg_catalog.format(
                '<text class="label" x="0" y="%s">%s</text><text class="label end" x="100%%" y="%s">%s</text><rect class="track" x="0" width="100%%" y="%s" height="12"/>',
                34 * q.row - 20, governance.html_text(q.label), 34 * q.row - 20,
                (SELECT CASE WHEN pg_catalog.count(*) = 1 THEN pg_catalog.max(p.value)::text
                    ELSE pg_catalog.string_agg(p.value || ' ' || p.words, ' &#183; ' ORDER BY p.no) END
                    FROM part AS p WHERE p.row = q.row),
                34 * q.row - 13), '' ORDER BY q.row)
            FROM (SELECT DISTINCT p.row, p.label FROM part AS p) AS q),
        (SELECT pg_catalog.string_agg(pg_catalog.format(
                '<rect class="bar %s" data-row="%s" data-series="%s" data-value="%s" x="%s" width="%s" y="%s" height="12"><title>%s: %s %s</title></rect>',
                p.class, governance.html_text(p.label), governance.html_text(p.series), p.value,
                governance.html_percent(p.before / s.top), governance.html_percent(p.value / s.top),
                34 * p.row - 13, governance.html_text(p.label), p.value, governance.html_text(p.words)),
                '' ORDER BY p.row, p.no)
            FROM part AS p),
        pg_catalog.format('<line class="axis" x1="0" x2="100%%" y1="%s" y2="%s"/><text class="tick" x="0" y="%s">0</text>%s<text class="tick end" x="100%%" y="%s">%s</text>',
            34 * s.rows + 5, 34 * s.rows + 5, 34 * s.rows + 19,
            CASE WHEN s.top % 2 = 0 THEN pg_catalog.format('<text class="tick mid" x="50%%" y="%s">%s</text>', 34 * s.rows + 19, governance.report_number(pg_catalog.to_jsonb(s.top / 2))) END,
            34 * s.rows + 19, governance.report_number(pg_catalog.to_jsonb(s.top))),
        '</svg>', html_bars.legend, '</figure>')
    FROM scale AS s;
END;
COMMENT ON FUNCTION governance.html_bars(text, text, jsonb, text) IS
'A chart of horizontal bars, the parts of each one behind the other.';

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
caption { text-align: left; font-weight: 600; font-size: 15px; padding: 22px 0 4px; }
.unseen { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; white-space: nowrap; }
nav { margin: 0 0 20px; }
nav ul { list-style: none; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 6px 8px; }
nav li { margin: 0; }
nav a { display: inline-block; padding: 3px 11px; border: 1px solid var(--line); border-radius: 999px; color: var(--accent); text-decoration: none; font-size: 13.5px; }
nav a:hover, nav a:focus-visible { border-color: var(--accent); text-decoration: underline; }
nav b { color: var(--ink); font-variant-numeric: tabular-nums; }
a { color: var(--accent); }
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
.bar.past { fill: var(--accent-soft); stroke: var(--card); stroke-width: 2; }
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
.key.past { background: var(--accent-soft); }
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
.badge.not_yet_applicable { color: var(--soft); border-style: dotted; }
.chip { display: inline-block; font-size: 12.5px; background: var(--tint); border: 1px solid var(--line); border-radius: 5px; padding: 0 7px; margin: 0 4px 4px 0; }
.critical { font-weight: 700; color: var(--bad); white-space: nowrap; }
.shape { white-space: nowrap; }
.good { color: var(--good); }
.bad { color: var(--bad); font-weight: 650; }
.risk { color: var(--open); font-weight: 650; }
tr.quiet td { color: var(--soft); }
tr.quiet strong { font-weight: 400; }
ul.missed { margin: 8px 0 0; padding-left: 18px; font-size: 13px; }
details { margin-top: 4px; font-size: 13px; }
details.rest { margin-top: 10px; }
details.rest > summary { font-size: 14px; font-weight: 600; }
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
  table.stack, table.stack tbody, table.stack caption { display: block; }
  table.stack tr { display: block; border-bottom: 1px solid var(--line); padding: 8px 0; }
  table.stack td { display: block; border: 0; padding: 1px 0; text-align: left; }
  table.stack td[data-name]::before { content: attr(data-name) ": "; color: var(--soft); font-size: 12.5px; } }
@media print {
  :root { color-scheme: light; --paper: #fff; --card: #fff; --tint: #f3f5f8; --ink: #000; --soft: #444; --line: #ccc;
    --accent: #2a5b8c; --accent-soft: #c9d9e9; --good: #26734d; --bad: #b3261e; --open: #7a5c00; }
  @page { size: A4; margin: 16mm 15mm; }
  body { font-size: 10pt; } table { font-size: 8.5pt; } td.when { white-space: normal; overflow-wrap: normal; } .why, details, td ul, ul.missed { font-size: 7.5pt; } th, td { padding-right: 8px; } th { overflow-wrap: normal; } main { max-width: none; padding: 0; } header { padding-top: 0; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h2, h3, .lead, caption, figcaption, summary { break-after: avoid; } h2 { margin-top: 26px; } thead { display: table-header-group; }
  tbody tr:first-child { break-before: avoid; } tbody tr:first-child, .lead + .cards > .card:first-child { break-inside: avoid; }
  nav, details.query { display: none; } details::details-content { content-visibility: visible; block-size: auto; }
  .cards { display: block; } .cards > .card { margin-bottom: 12px; } }
$css$;
END;
COMMENT ON FUNCTION governance.html_style() IS
'The style sheet of the page.';

CREATE FUNCTION governance.html_words(identifier text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT governance.html_text(governance.report_words(html_words.identifier));
END;
COMMENT ON FUNCTION governance.html_words(text) IS
'What the page calls something that has an identifier.';

-- A state: by shape, by word, and then by colour.
CREATE FUNCTION governance.html_state(state text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.format('<span class="shape%s">%s %s</span>', coalesce(' ' || k.class, ''), coalesce(k.shape, '&#9675;'), governance.html_words(html_state.state))
    FROM (VALUES (1)) AS one(row)
    LEFT JOIN (VALUES
        ('critical', 'critical', '&#9650;'), ('error', 'bad', '&#9670;'), ('warning', 'risk', '&#9651;'), ('info', NULL, '&#9675;'),
        ('resolved', 'good', '&#10003;'), ('closed', 'good', '&#10003;'), ('acknowledged', NULL, '&#9680;'), ('reopened', 'risk', '&#8634;'),
        ('compliant', 'good', '&#10003;'), ('at_risk', 'risk', '&#9651;'), ('violated', 'bad', '&#10005;'),
        ('in_time', 'good', '&#10003;'), ('late', 'bad', '&#10005;'), ('overdue', 'critical', '&#10005;'),
        ('active', 'good', '&#9679;'), ('rolled_back', 'bad', '&#8617;'), ('superseded', NULL, '&#183;'), ('undeployed', NULL, '&#9675;'),
        ('approved', 'good', '&#10003;'), ('rejected', 'bad', '&#10005;'), ('requires_changes', 'risk', '&#8617;')
    ) AS k(state, class, shape) ON k.state = html_state.state;
END;
COMMENT ON FUNCTION governance.html_state(text) IS
'A state as a shape and a word.';

-- How many of how many are shown, and the query that lists all.
CREATE FUNCTION governance.html_part(shown bigint, total bigint, many text, query text)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat('<p class="soft">', p.part, '</p><pre>', governance.html_text(html_part.query), '</pre>')
    FROM (VALUES (governance.report_part(html_part.shown, html_part.total, html_part.many))) AS p(part)
    WHERE p.part IS NOT NULL;
END;
COMMENT ON FUNCTION governance.html_part(bigint, bigint, text, text) IS
'"1,000 of 4,321 incidents" with a query; NULL where all are there.';

-- Headings begin with "n|" where their column has numbers.
CREATE FUNCTION governance.html_head(caption text, heads text[], is_continued boolean)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat('<table class="stack"><caption', CASE WHEN html_head.is_continued THEN ' class="unseen"' END, '>', html_head.caption,
        CASE WHEN html_head.is_continued THEN ', continued' END, '</caption><thead><tr>',
        (SELECT pg_catalog.string_agg(pg_catalog.format('<th scope="col"%s>%s</th>', CASE WHEN h.head LIKE 'n|%' THEN ' class="n"' END,
                pg_catalog.regexp_replace(h.head, '^n\|', '')), '' ORDER BY h.no)
            FROM pg_catalog.unnest(html_head.heads) WITH ORDINALITY AS h(head, no)),
        '</tr></thead><tbody>');
END;
COMMENT ON FUNCTION governance.html_head(text, text[], boolean) IS
'The beginning of a table.';

-- The first 25 rows of a list of the report, the others folded.
CREATE FUNCTION governance.html_table(report jsonb, list text, caption text, heads text[], rows text[])
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.concat(
        governance.html_head(html_table.caption, html_table.heads, false), pg_catalog.array_to_string(html_table.rows[:25], ''), '</tbody></table>',
        CASE WHEN n.n > 25 THEN pg_catalog.concat('<details class="rest"><summary>',
            governance.report_count(n.n - 25, 'more ' || l.one, 'more ' || l.many), '</summary>',
            governance.html_head(html_table.caption, html_table.heads, true), pg_catalog.array_to_string(html_table.rows[26:], ''), '</tbody></table></details>') END,
        governance.html_part(n.n, l.total, l.many, l.query))
    FROM (VALUES (pg_catalog.cardinality(html_table.rows)::bigint)) AS n(n)
    JOIN governance.report_lists(html_table.report) AS l ON l.list = html_table.list
    WHERE n.n > 0;
END;
COMMENT ON FUNCTION governance.html_table(jsonb, text, text, text[], text[]) IS
'A table of a list of the report; NULL without rows.';
