-- Reports for machines: OSCAL assessment results.

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

-- A property must not be empty.
CREATE FUNCTION governance.oscal_props(names text[], texts text[])
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
            'name', p.name, 'ns', 'urn:governance', 'value', p.value) ORDER BY p.no)
    FROM ROWS FROM (pg_catalog.unnest(oscal_props.names), pg_catalog.unnest(oscal_props.texts)) WITH ORDINALITY AS p(name, value, no)
    WHERE p.value ~ '^\S(.*\S)?$';
END;
COMMENT ON FUNCTION governance.oscal_props(text[], text[]) IS
'Properties of those names that have a value.';

CREATE FUNCTION governance.report_oscal(report jsonb)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    WITH base AS (
        SELECT b.r, 'urn:governance:' || (b.r #>> '{audit,log_id}') || ':report:' || (b.r ->> 'digest') AS urn,
            governance.oscal_time(b.r -> 'generated_at') AS made,
            governance.oscal_time(b.r #> '{period,end}') AS collected
        FROM (VALUES (report_oscal.report)) AS b(r)
    ),
    control AS (
        SELECT c.no, c.value AS v, b.urn || ':control:' || (c.value ->> 'id') AS urn,
            b.collected, governance.oscal_token(c.value ->> 'id') AS token
        FROM base AS b
        CROSS JOIN pg_catalog.jsonb_array_elements(b.r -> 'controls') WITH ORDINALITY AS c(value, no)
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
            'end', b.collected,
            'props', governance.oscal_props(
                ARRAY['report-digest', 'tree-size', 'tree-root', 'log-id'],
                ARRAY[b.r ->> 'digest', b.r #>> '{audit,tree_size}', b.r #>> '{audit,root}', b.r #>> '{audit,log_id}']),
            'reviewed-controls', pg_catalog.jsonb_build_object(
                'control-selections', pg_catalog.jsonb_build_array(
                    pg_catalog.jsonb_build_object('include-controls', (
                        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('control-id', c.token) ORDER BY c.no)
                        FROM control AS c)))),
            'observations', (
                SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                        'uuid', governance.uuid_of(c.urn || ':observation'),
                        'title', c.v ->> 'title',
                        'description', coalesce(nullif(c.v ->> 'criterion', ''), c.v ->> 'title'),
                        'methods', pg_catalog.jsonb_build_array(CASE c.v ->> 'judged' WHEN 'manual' THEN 'EXAMINE' ELSE 'TEST' END),
                        'types', '["control-objective"]'::jsonb,
                        'collected', c.collected,
                        'props', governance.oscal_props(
                            ARRAY['framework', 'source', 'result', 'evidence-count', 'exception-count'],
                            ARRAY[c.v ->> 'framework', c.v ->> 'source', c.v ->> 'result', c.v ->> 'evidence_count', c.v ->> 'exception_count']),
                        'relevant-evidence', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
                            'description', 'The query that lists the evidence.', 'remarks', c.v ->> 'query')))
                    || coalesce((
                        SELECT pg_catalog.jsonb_build_object('remarks', coalesce(c.v ->> 'error', pg_catalog.string_agg('- ' || f.value, E'\n' ORDER BY f.no)))
                        FROM pg_catalog.jsonb_array_elements_text(c.v -> 'findings') WITH ORDINALITY AS f(value, no)
                        HAVING coalesce(c.v ->> 'error', pg_catalog.string_agg(f.value, '')) IS NOT NULL), '{}')
                    ORDER BY c.no)
                FROM control AS c),
            'findings', (
                SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                        'uuid', governance.uuid_of(c.urn || ':finding'),
                        'title', c.v ->> 'title',
                        'description', CASE c.v ->> 'result'
                            WHEN 'pass' THEN 'The evidence has no exception.'
                            WHEN 'fail' THEN 'The evidence has exceptions, is missing, or could not be had.'
                            ELSE 'Left to a person to judge.' END,
                        'target', pg_catalog.jsonb_build_object(
                            'type', 'objective-id', 'target-id', c.token, 'title', c.v ->> 'title',
                            'status', CASE c.v ->> 'result'
                                WHEN 'pass' THEN pg_catalog.jsonb_build_object('state', 'satisfied', 'reason', 'pass')
                                WHEN 'fail' THEN pg_catalog.jsonb_build_object('state', 'not-satisfied', 'reason', 'fail')
                                ELSE pg_catalog.jsonb_build_object('state', 'not-satisfied', 'reason', 'other',
                                    'remarks', 'Not judged: a database cannot know.  A person has to look at the evidence.') END),
                        'related-observations', pg_catalog.jsonb_build_array(
                            pg_catalog.jsonb_build_object('observation-uuid', governance.uuid_of(c.urn || ':observation'))))
                    ORDER BY c.no)
                FROM control AS c))
            || coalesce((
                SELECT pg_catalog.jsonb_build_object('risks', pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                        'uuid', governance.uuid_of(k.urn),
                        'title', pg_catalog.regexp_replace('Incident ' || (k.v ->> 'id') || ': ' || (k.v ->> 'title'), '\s+', ' ', 'g'),
                        'description', (k.v ->> 'severity') || ' incident of category ' || (k.v ->> 'category') || ', ' || (k.v ->> 'status') || ' at the end of the period.',
                        'statement', 'It concerns ' || (k.v ->> 'resource') || '.',
                        'status', 'open')
                    ORDER BY k.no))
                FROM risk AS k
                HAVING pg_catalog.count(*) > 0), '{}') AS document
        FROM base AS b
    )
    SELECT pg_catalog.jsonb_build_object('assessment-results', pg_catalog.jsonb_build_object(
        'uuid', governance.uuid_of(b.urn),
        'metadata', pg_catalog.jsonb_build_object(
            'title', 'Compliance report, ' || governance.report_title(b.r),
            'last-modified', b.made,
            'version', b.r ->> 'report_id',
            'oscal-version', '1.1.2',
            'roles', '[{"id": "assessor", "title": "Who made the report"}]'::jsonb,
            'parties', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
                'uuid', governance.uuid_of('urn:governance:' || (b.r #>> '{audit,log_id}') || ':user:' || (b.r ->> 'generated_by')),
                'type', 'person', 'name', b.r ->> 'generated_by')),
            'responsible-parties', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
                'role-id', 'assessor',
                'party-uuids', pg_catalog.jsonb_build_array(governance.uuid_of('urn:governance:' || (b.r #>> '{audit,log_id}') || ':user:' || (b.r ->> 'generated_by')))))),
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

CREATE FUNCTION @extschema@.gov_compliance_report_oscal(report_id bigint)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT governance.report_oscal(governance.report_for_reading(gov_compliance_report_oscal.report_id));
END;
COMMENT ON FUNCTION @extschema@.gov_compliance_report_oscal(bigint) IS
'A stored report as OSCAL 1.1 assessment results: an observation and a finding for each control, unresolved incidents as risks.  Times in ISO 8601; UUIDs of version 5, the same each time.  A control for a person to judge is not-satisfied with reason "other".  Needs compliance:report; unknown: 42704.';
