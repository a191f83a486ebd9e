-- Model versions in bulk, so many of each model, every other model approved.  The
-- guards stand aside: each would write events, which is not what is measured.
CREATE PROCEDURE bench.add_versions(first int, last int, of_each int)
LANGUAGE plpgsql AS $$
BEGIN
    ALTER TABLE governance.models DISABLE TRIGGER guard;
    ALTER TABLE governance.model_versions DISABLE TRIGGER guard;
    ALTER TABLE governance.approval_history DISABLE TRIGGER guard;
    INSERT INTO governance.models (model_id, description, created_by)
    SELECT DISTINCT 'bench_model_' || (i - 1) / of_each, 'one of many', 'bench_registrar'
    FROM generate_series(first, last) AS i
    ON CONFLICT DO NOTHING;
    INSERT INTO governance.model_versions (model_id, version, created_by, description, source_commit,
        hyperparameters, model_path, content_digest, status, approval_status)
    SELECT 'bench_model_' || (i - 1) / of_each, '1.' || (i - 1) % of_each || '.0', 'bench_registrar', 'to be decided on',
        md5(i::text), '{"depth": 6, "eta": 0.1}', '/models/' || i, encode(sha256(i::text::bytea), 'hex'),
        CASE WHEN is_approved THEN 'approved' ELSE 'registered' END,
        CASE WHEN is_approved THEN 'approved' ELSE 'pending' END
    FROM generate_series(first, last) AS i, LATERAL (SELECT (i - 1) / of_each % 2 = 1) AS a(is_approved);
    INSERT INTO governance.approval_history (model_id, version, approval_no, approval_status, reviewer, content_digest)
    SELECT v.model_id, v.version, 1, 'approved', 'bench_reviewer', v.content_digest
    FROM generate_series(first, last) AS i
    JOIN governance.model_versions AS v
        ON v.model_id = 'bench_model_' || (i - 1) / of_each AND v.version = '1.' || (i - 1) % of_each || '.0'
    WHERE v.status = 'approved';
    ALTER TABLE governance.models ENABLE ALWAYS TRIGGER guard;
    ALTER TABLE governance.model_versions ENABLE ALWAYS TRIGGER guard;
    ALTER TABLE governance.approval_history ENABLE ALWAYS TRIGGER guard;
END
$$;
