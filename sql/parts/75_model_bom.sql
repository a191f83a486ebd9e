-- A version as a bill of materials: CycloneDX 1.6, ML-BOM.

-- Those of any texts that are a hash.
CREATE FUNCTION governance.bom_hashes(value text)
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('alg', h.alg, 'content', h.content))
    FROM (SELECT pg_catalog.lower(pg_catalog.regexp_replace(bom_hashes.value, '^(md5|sha-?(1|256|384|512)):', '', 'i')),
        CASE pg_catalog.length(pg_catalog.regexp_replace(bom_hashes.value, '^(md5|sha-?(1|256|384|512)):', '', 'i'))
            WHEN 32 THEN 'MD5' WHEN 40 THEN 'SHA-1' WHEN 64 THEN 'SHA-256' WHEN 96 THEN 'SHA-384' WHEN 128 THEN 'SHA-512' END) AS h(content, alg)
    WHERE h.alg IS NOT NULL AND h.content ~ '^[0-9a-f]+$';
END;
COMMENT ON FUNCTION governance.bom_hashes(text) IS
'A hash in hex, with or without its name before it, as hashes of CycloneDX; NULL: it is none.';

CREATE FUNCTION governance.bom_properties(names text[], texts text[])
RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', 'governance:' || p.name, 'value', p.value) ORDER BY p.no)
    FROM ROWS FROM (pg_catalog.unnest(bom_properties.names), pg_catalog.unnest(bom_properties.texts)) WITH ORDINALITY AS p(name, value, no)
    WHERE p.value <> '';
END;
COMMENT ON FUNCTION governance.bom_properties(text[], text[]) IS
'Properties of those names that have a value; NULL: none has.';

-- The files; one without a hash is known by its text.
CREATE FUNCTION governance.bom_files(artifacts jsonb)
RETURNS SETOF jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'type', 'file', 'bom-ref', 'artifact/' || f.name, 'name', f.name,
        'hashes', governance.bom_hashes(f.value #>> '{}'),
        'properties', CASE WHEN governance.bom_hashes(f.value #>> '{}') IS NULL
            THEN governance.bom_properties('{artifact}', ARRAY[f.value #>> '{}']) END))
    FROM (
        SELECT e.name, e.value
        FROM pg_catalog.jsonb_each(CASE WHEN pg_catalog.jsonb_typeof(bom_files.artifacts) = 'object' THEN bom_files.artifacts ELSE '{}' END) AS e(name, value)
        UNION ALL
        SELECT a.no::text, a.value
        FROM pg_catalog.jsonb_array_elements(CASE WHEN pg_catalog.jsonb_typeof(bom_files.artifacts) = 'array' THEN bom_files.artifacts ELSE '[]' END)
            WITH ORDINALITY AS a(value, no)) AS f(name, value)
    ORDER BY f.name COLLATE "C";
END;
COMMENT ON FUNCTION governance.bom_files(jsonb) IS
'The artifacts of a version as components of CycloneDX.';

CREATE FUNCTION governance.model_bom(model_id text, version text)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
BEGIN ATOMIC
    WITH found AS (
        SELECT v.*, 'model/' || v.model_id || ':' || v.version AS ref,
            CASE WHEN v.training_data_hash <> '' THEN 'dataset/' || v.training_data_hash END AS dataset
        FROM governance.model_versions AS v
        WHERE v.model_id = model_bom.model_id AND v.version = model_bom.version
    ),
    measured AS (
        SELECT DISTINCT ON (n.name) n.name, n.value #>> '{}' AS value, m.recorded_at
        FROM governance.model_metrics AS m
        CROSS JOIN LATERAL pg_catalog.jsonb_each(m.metrics) AS n(name, value)
        WHERE m.model_id = model_bom.model_id AND m.version = model_bom.version
        ORDER BY n.name, m.metrics_no DESC
    ),
    voted AS (
        SELECT h.*
        FROM governance.approval_history AS h
        WHERE h.model_id = model_bom.model_id AND h.version = model_bom.version AND h.approval_status = 'approved'
    ),
    component(body) AS (
        SELECT f.file FROM found AS v CROSS JOIN LATERAL governance.bom_files(v.artifacts) AS f(file)
        UNION ALL
        SELECT pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
            'type', 'data', 'bom-ref', v.dataset, 'name', 'training data', 'hashes', governance.bom_hashes(v.training_data_hash),
            'data', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('type', 'dataset', 'name', v.training_data_hash))))
        FROM found AS v
        WHERE v.dataset IS NOT NULL
    ),
    document(body) AS (
        SELECT pg_catalog.jsonb_build_object(
            'bomFormat', 'CycloneDX', 'specVersion', '1.6', 'version', 1,
            'metadata', pg_catalog.jsonb_build_object(
                'timestamp', governance.report_moment(pg_catalog.to_jsonb(extract(epoch FROM greatest(v.created_at,
                    (SELECT pg_catalog.max(m.recorded_at) FROM measured AS m), (SELECT pg_catalog.max(h.reviewed_at) FROM voted AS h)))),
                    'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                'tools', pg_catalog.jsonb_build_object('components', pg_catalog.jsonb_build_array(
                    pg_catalog.jsonb_build_object('type', 'application', 'name', 'governance'))),
                'component', pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
                    'type', 'machine-learning-model', 'bom-ref', v.ref, 'name', v.model_id, 'version', v.version,
                    'description', nullif(v.description, ''), 'hashes', governance.bom_hashes(v.content_digest),
                    'pedigree', CASE WHEN v.source_commit <> '' THEN pg_catalog.jsonb_build_object('commits',
                        pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('uid', v.source_commit))) END,
                    'modelCard', pg_catalog.jsonb_build_object(
                        'modelParameters', CASE WHEN v.dataset IS NOT NULL THEN pg_catalog.jsonb_build_object('datasets',
                            pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('ref', v.dataset))) END,
                        'quantitativeAnalysis', pg_catalog.jsonb_build_object('performanceMetrics', coalesce((
                            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('type', m.name, 'value', m.value) ORDER BY m.name COLLATE "C")
                            FROM measured AS m), '[]')),
                        'properties', (
                            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                                'name', 'governance:hyperparameter:' || p.name, 'value', coalesce(p.value #>> '{}', 'null')) ORDER BY p.name COLLATE "C")
                            FROM pg_catalog.jsonb_each(v.hyperparameters) AS p(name, value))),
                    'properties', governance.bom_properties('{status,approval_status,model_path,manifest_digest}',
                        ARRAY[v.status, v.approval_status, v.model_path, (
                            SELECT s.manifest_digest FROM governance.model_signatures AS s
                            WHERE s.model_id = v.model_id AND s.version = v.version LIMIT 1)])))),
            'components', coalesce((SELECT pg_catalog.jsonb_agg(c.body) FROM component AS c), '[]'),
            'dependencies', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('ref', v.ref,
                'dependsOn', coalesce((SELECT pg_catalog.jsonb_agg(c.body -> 'bom-ref') FROM component AS c), '[]')))
                || coalesce((SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('ref', c.body -> 'bom-ref')) FROM component AS c), '[]'),
            'declarations', pg_catalog.jsonb_build_object(
                'assessors', coalesce((
                    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('bom-ref', 'assessor/' || r.reviewer, 'thirdParty', false,
                        'organization', pg_catalog.jsonb_build_object('contact', pg_catalog.jsonb_build_array(
                            pg_catalog.jsonb_build_object('name', r.reviewer)))) ORDER BY r.reviewer)
                    FROM (SELECT DISTINCT h.reviewer FROM voted AS h) AS r), '[]'),
                'claims', coalesce((
                    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('bom-ref', 'claim/' || h.approval_no, 'target', v.ref,
                        'predicate', 'approved', 'evidence', pg_catalog.jsonb_build_array('evidence/' || h.approval_no)) ORDER BY h.approval_no)
                    FROM voted AS h), '[]'),
                'evidence', coalesce((
                    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('bom-ref', 'evidence/' || h.approval_no, 'propertyName', 'governance:approval',
                        'description', pg_catalog.concat_ws(': ', 'content ' || h.content_digest, nullif(h.comments, '')),
                        'created', governance.report_moment(pg_catalog.to_jsonb(extract(epoch FROM h.reviewed_at)), 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                        'author', pg_catalog.jsonb_build_object('name', h.reviewer)) ORDER BY h.approval_no)
                    FROM voted AS h), '[]'),
                'attestations', coalesce((
                    SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('summary', 'approved by ' || h.reviewer, 'assessor', 'assessor/' || h.reviewer,
                        'map', pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object(
                            'claims', pg_catalog.jsonb_build_array('claim/' || h.approval_no)))) ORDER BY h.approval_no)
                    FROM voted AS h), '[]')))
        FROM found AS v
    )
    SELECT d.body || pg_catalog.jsonb_build_object('serialNumber',
        'urn:uuid:' || governance.uuid_of('urn:governance:' || l.log_id || ':bom:' || governance.json_digest(d.body)))
    FROM document AS d
    CROSS JOIN governance.audit_log AS l;
END;
COMMENT ON FUNCTION governance.model_bom(text, text) IS
'A version as CycloneDX 1.6; no row where there is none.';

CREATE FUNCTION @extschema@.gov_model_bom(model_id text, version text)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.require_version(gov_model_bom.model_id, gov_model_bom.version);
    SELECT governance.model_bom(gov_model_bom.model_id, gov_model_bom.version);
END;
COMMENT ON FUNCTION @extschema@.gov_model_bom(text, text) IS
'A version as a bill of materials in CycloneDX 1.6 (ML-BOM).  The model with its card (latest value of each metric, hyperparameters), artifacts and training data by their hashes, and declarations of who approved what; the same until something of that changes, and so is its serial number.  Needs compliance:report; unknown: 42704.';
