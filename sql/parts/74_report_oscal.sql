-- Reports for machines: OSCAL assessment results, and a plan of action and
-- milestones of what failed.

-- NIST's patterns are ECMAScript's, and white space is not the same set for it,
-- for Python and for PostgreSQL: whatever one of them takes for white space, or
-- for the end of a line, is folded, and only letters are left to judge.

-- A version 5 UUID (RFC 9562, 5.5) of a name in the namespace of URLs: the
-- same name has the same UUID wherever it is made.
CREATE FUNCTION governance.uuid_of(name text)
RETURNS text
AS 'MODULE_PATHNAME', 'gov_uuid_of'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.uuid_of(text) IS
'The UUID, version 5, of a name in the namespace of URLs.';

CREATE FUNCTION governance.oscal_time(seconds jsonb)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT governance.report_moment(oscal_time.seconds, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"');
END;
COMMENT ON FUNCTION governance.oscal_time(jsonb) IS
'Seconds since 1970 as ISO 8601 in UTC.';

-- A name as OSCAL's tokens want it: a letter or an underscore first.
CREATE FUNCTION governance.oscal_token(value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN t.token ~ '^[A-Za-z_]' THEN t.token ELSE '_' || t.token END
    FROM (VALUES (pg_catalog.regexp_replace(oscal_token.value, '[^A-Za-z0-9._-]', '-', 'g'))) AS t(token);
END;
COMMENT ON FUNCTION governance.oscal_token(text) IS
'A text as a token.';

CREATE FUNCTION governance.oscal_line(value text)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT nullif(pg_catalog.btrim(pg_catalog.regexp_replace(oscal_line.value,
        '[\u0001-\u0020\u007f-\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]+', ' ', 'g')), '');
END;
COMMENT ON FUNCTION governance.oscal_line(text) IS
'A text in one line, with one space where there was white space or a control character of any kind; NULL where nothing else was.';

-- A property must not be empty.
CREATE FUNCTION governance.oscal_props(names text[], texts text[])
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'name', p.name, 'ns', 'urn:governance', 'value', governance.oscal_line(p.value)) ORDER BY p.no)
    FROM ROWS FROM (pg_catalog.unnest(oscal_props.names), pg_catalog.unnest(oscal_props.texts)) WITH ORDINALITY AS p(name, value, no)
    WHERE governance.oscal_line(p.value) IS NOT NULL;
END;
COMMENT ON FUNCTION governance.oscal_props(text[], text[]) IS
'Properties of those names that have a value.';

-- The UUIDs of a report are made from its digest, so that a report made again has the same ones.
CREATE FUNCTION governance.oscal_urn(report jsonb)
RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT 'urn:governance:' || (oscal_urn.report #>> '{audit,log_id}') || ':report:' || (oscal_urn.report ->> 'digest');
END;
COMMENT ON FUNCTION governance.oscal_urn(jsonb) IS
'The name of a report that the names in its OSCAL documents begin with.';

CREATE FUNCTION governance.oscal_metadata(report jsonb, title text)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_build_object(
        'title', oscal_metadata.title || ', ' || governance.report_title(oscal_metadata.report),
        'last-modified', governance.oscal_time(oscal_metadata.report -> 'generated_at'),
        'version', oscal_metadata.report ->> 'report_id',
        'oscal-version', '1.2.1',
        'roles', '[{"id": "assessor", "title": "Who made the report"}]'::jsonb,
        'parties', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
            'uuid', p.uuid, 'type', 'person', 'name', oscal_metadata.report ->> 'generated_by')),
        'responsible-parties', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
            'role-id', 'assessor', 'party-uuids', pg_catalog.jsonb_build_array(p.uuid))))
    FROM (VALUES (governance.uuid_of('urn:governance:' || (oscal_metadata.report #>> '{audit,log_id}')
        || ':user:' || (oscal_metadata.report ->> 'generated_by')))) AS p(uuid);
END;
COMMENT ON FUNCTION governance.oscal_metadata(jsonb, text) IS
'Who made a document, when, and of what.';

CREATE FUNCTION governance.oscal_controls(report jsonb, result text = NULL)
RETURNS TABLE (
    no bigint,
    control jsonb,
    urn text,
    token text,
    title text,
    observation jsonb,
    finding jsonb)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT c.no, c.v, c.urn, c.token, c.title,
        pg_catalog.jsonb_build_object(
            'uuid', governance.uuid_of(c.urn || ':observation'),
            'title', c.title,
            'description', CASE WHEN governance.oscal_line(c.v ->> 'criterion') IS NULL THEN c.title ELSE c.v ->> 'criterion' END,
            'methods', pg_catalog.jsonb_build_array(CASE c.v ->> 'judged' WHEN 'manual' THEN 'EXAMINE' ELSE 'TEST' END),
            'types', '["control-objective"]'::jsonb,
            'collected', governance.oscal_time(oscal_controls.report #> '{period,end}'),
            'props', governance.oscal_props(
                ARRAY['framework', 'source', 'result', 'evidence-count', 'exception-count'],
                ARRAY[c.v ->> 'framework', c.v ->> 'source', c.v ->> 'result', c.v ->> 'evidence_count', c.v ->> 'exception_count']),
            'relevant-evidence', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
                'description', 'The query that lists the evidence.', 'remarks', c.v ->> 'query')))
        || coalesce((
            SELECT pg_catalog.jsonb_build_object('remarks', coalesce('Not yet applicable: nobody owes it before ' ||
                CASE c.v ->> 'result' WHEN 'not_yet_applicable' THEN c.v ->> 'effective_from' END || '.', c.v ->> 'error', pg_catalog.string_agg('- ' || f.value, E'\n' ORDER BY f.no)))
            FROM pg_catalog.jsonb_array_elements_text(c.v -> 'findings') WITH ORDINALITY AS f(value, no)
            HAVING c.v ->> 'result' = 'not_yet_applicable' OR coalesce(c.v ->> 'error', pg_catalog.string_agg(f.value, '')) IS NOT NULL), '{}'),
        pg_catalog.jsonb_build_object(
            'uuid', governance.uuid_of(c.urn || ':finding'),
            'title', c.title,
            'description', CASE c.v ->> 'result'
                WHEN 'pass' THEN 'The evidence has no exception.'
                WHEN 'fail' THEN 'The evidence has exceptions, is missing, or could not be had.'
                ELSE 'Left to a person to judge.' END,
            'target', pg_catalog.jsonb_build_object(
                'type', 'objective-id', 'target-id', c.token, 'title', c.title,
                'status', CASE c.v ->> 'result'
                    WHEN 'pass' THEN pg_catalog.jsonb_build_object('state', 'satisfied', 'reason', 'pass')
                    WHEN 'fail' THEN pg_catalog.jsonb_build_object('state', 'not-satisfied', 'reason', 'fail')
                    ELSE pg_catalog.jsonb_build_object('state', 'not-satisfied', 'reason', 'other',
                        'remarks', 'Not judged: a database cannot know.  A person has to look at the evidence.') END),
            'related-observations', pg_catalog.jsonb_build_array(
                pg_catalog.jsonb_build_object('observation-uuid', governance.uuid_of(c.urn || ':observation'))))
    FROM (
        SELECT e.no, e.value, governance.oscal_urn(oscal_controls.report) || ':control:' || (e.value ->> 'id'),
            governance.oscal_token(e.value ->> 'id'), coalesce(governance.oscal_line(e.value ->> 'title'), e.value ->> 'id')
        FROM pg_catalog.jsonb_array_elements(oscal_controls.report -> 'controls') WITH ORDINALITY AS e(value, no)
        WHERE oscal_controls.result IS NULL OR e.value ->> 'result' = oscal_controls.result
    ) AS c(no, v, urn, token, title);
END;
COMMENT ON FUNCTION governance.oscal_controls(jsonb, text) IS
'The controls of a report with that result (NULL: all), each with its observation and its finding.';

CREATE FUNCTION governance.report_oscal(report jsonb)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH base AS (
        SELECT b.r, governance.oscal_urn(b.r) AS urn
        FROM (VALUES (report_oscal.report)) AS b(r)
    ),
    control AS (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('control-id', c.token) ORDER BY c.no) AS selection,
            pg_catalog.jsonb_agg(c.observation ORDER BY c.no) AS observations,
            pg_catalog.jsonb_agg(c.finding ORDER BY c.no)
                FILTER (WHERE c.control ->> 'result' <> 'not_yet_applicable') AS findings
        FROM base AS b
        CROSS JOIN governance.oscal_controls(b.r) AS c
    ),
    risk AS (
        SELECT i.no, i.value AS v, b.urn || ':incident:' || (i.value ->> 'id') AS urn
        FROM base AS b
        CROSS JOIN pg_catalog.jsonb_array_elements(b.r -> 'unresolved_incidents') WITH ORDINALITY AS i(value, no)
        WHERE i.no <= 200
    ),
    result AS (
        SELECT pg_catalog.jsonb_build_object(
            'uuid', governance.uuid_of(b.urn || ':result'),
            'title', 'Controls from ' || governance.report_title(b.r),
            'description', 'Each control is a query over the governance database; its rows are the evidence.',
            'start', governance.oscal_time(b.r #> '{period,start}'),
            'end', governance.oscal_time(b.r #> '{period,end}'),
            'props', governance.oscal_props(
                ARRAY['report-digest', 'tree-size', 'tree-root', 'log-id'],
                ARRAY[b.r ->> 'digest', b.r #>> '{audit,tree_size}', b.r #>> '{audit,root}', b.r #>> '{audit,log_id}']),
            'reviewed-controls', pg_catalog.jsonb_build_object(
                'control-selections', pg_catalog.jsonb_build_array(
                    pg_catalog.jsonb_build_object('include-controls', c.selection))),
            'observations', c.observations)
            || coalesce(pg_catalog.jsonb_build_object('findings', nullif(c.findings, 'null')) - CASE WHEN c.findings IS NULL THEN 'findings' ELSE '' END, '{}')
            || coalesce((
                SELECT pg_catalog.jsonb_build_object('risks', pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                        'uuid', governance.uuid_of(k.urn),
                        'title', governance.oscal_line('Incident ' || (k.v ->> 'id') || ': ' || (k.v ->> 'title')),
                        'description', (k.v ->> 'severity') || ' incident of category ' || (k.v ->> 'category') || ', ' || (k.v ->> 'status') || ' at the end of the period.',
                        'statement', 'It concerns ' || (k.v ->> 'resource') || '.',
                        'status', 'open')
                    ORDER BY k.no))
                FROM risk AS k
                HAVING pg_catalog.count(*) > 0), '{}') AS document
        FROM base AS b
        CROSS JOIN control AS c
    )
    SELECT pg_catalog.jsonb_build_object('assessment-results', pg_catalog.jsonb_build_object(
        'uuid', governance.uuid_of(b.urn),
        'metadata', governance.oscal_metadata(b.r, 'Compliance report'),
        'import-ap', pg_catalog.jsonb_build_object('href', '#' || governance.uuid_of(b.urn || ':plan'),
            'remarks', 'The catalogue of controls is the plan: table governance.controls.'),
        'results', pg_catalog.jsonb_build_array(t.document),
        'back-matter', pg_catalog.jsonb_build_object('resources', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
            'uuid', governance.uuid_of(b.urn || ':plan'),
            'title', 'The catalogue of controls',
            'description', 'Table governance.controls: each control''s source, query and how it is judged.')))))
    FROM base AS b
    CROSS JOIN result AS t;
END;
COMMENT ON FUNCTION governance.report_oscal(jsonb) IS
'A report as OSCAL assessment results.';

-- Observations and findings are those of the assessment results, UUIDs
-- included.  Who will do what until when is not known here, so risks are open.
CREATE FUNCTION governance.report_poam(report jsonb)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH control AS (
        SELECT c.*, governance.uuid_of(c.urn || ':risk') AS risk_uuid
        FROM governance.oscal_controls(report_poam.report, 'fail') AS c
    )
    SELECT pg_catalog.jsonb_build_object('plan-of-action-and-milestones', pg_catalog.jsonb_build_object(
        'uuid', governance.uuid_of(governance.oscal_urn(report_poam.report) || ':poam'),
        'metadata', governance.oscal_metadata(report_poam.report, 'What failed'),
        'system-id', pg_catalog.jsonb_build_object(
            'identifier-type', 'http://ietf.org/rfc/rfc4122', 'id', report_poam.report #>> '{audit,log_id}'),
        'observations', pg_catalog.jsonb_agg(c.observation ORDER BY c.no),
        'risks', pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'uuid', c.risk_uuid,
                'title', c.title,
                'description', coalesce(c.observation ->> 'remarks', 'There is no evidence.'),
                'statement', 'This is not so, or not shown to be so: ' || (c.observation ->> 'description'),
                'status', 'open',
                'related-observations', c.finding -> 'related-observations')
            ORDER BY c.no),
        'findings', pg_catalog.jsonb_agg(c.finding || pg_catalog.jsonb_build_object('related-risks',
                pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('risk-uuid', c.risk_uuid)))
            ORDER BY c.no),
        'poam-items', pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                'uuid', governance.uuid_of(c.urn || ':poam-item'),
                'title', c.title,
                'description', coalesce(governance.oscal_line(c.control ->> 'source') || ': ', '') || (c.observation ->> 'description'),
                'props', governance.oscal_props(
                    ARRAY['control', 'framework', 'exception-count'],
                    ARRAY[c.token, c.control ->> 'framework', c.control ->> 'exception_count']),
                'related-findings', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('finding-uuid', c.finding ->> 'uuid')),
                'related-observations', c.finding -> 'related-observations',
                'related-risks', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('risk-uuid', c.risk_uuid)))
            ORDER BY c.no)))
    FROM control AS c
    HAVING pg_catalog.count(*) > 0;
END;
COMMENT ON FUNCTION governance.report_poam(jsonb) IS
'The failed controls of a report as an OSCAL plan of action and milestones; NULL where none failed.';

CREATE FUNCTION @extschema@.gov_compliance_report_oscal(report_id bigint)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.report_oscal(governance.report_for_reading(gov_compliance_report_oscal.report_id));
END;
COMMENT ON FUNCTION @extschema@.gov_compliance_report_oscal(bigint) IS
'A stored report as OSCAL 1.2.1 assessment results.  It has an observation and a finding for each control, unresolved incidents as risks.  Times in ISO 8601; UUIDs of version 5, the same each time.  A control for a person to judge is not-satisfied with reason "other".  White space of any kind in texts of one line is a space.  Needs compliance:report; unknown: 42704.';

CREATE FUNCTION @extschema@.gov_compliance_report_poam(report_id bigint)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.report_poam(governance.report_for_reading(gov_compliance_report_poam.report_id));
END;
COMMENT ON FUNCTION @extschema@.gov_compliance_report_poam(bigint) IS
'A stored report''s failed controls as an OSCAL plan of action (POA&M).  OSCAL 1.2.1 plan of action and milestones: an item, a finding, an observation and an open risk for each; findings and observations have the UUIDs that they have in the assessment results.  NULL where none failed: such a plan must not be empty.  Needs compliance:report; unknown: 42704.';
