-- What one would write instead of gov_approve_model(): a function in plpgsql
-- that asks the same questions, makes the same writes and records them by hand
-- in an audit table with the same columns and indexes.
--
-- Variable versions: how many versions there are to approve on each side.

CREATE TABLE bench.models (LIKE governance.models INCLUDING ALL);
CREATE TABLE bench.model_versions (LIKE governance.model_versions INCLUDING ALL,
    FOREIGN KEY (model_id) REFERENCES bench.models);
CREATE TABLE bench.approval_history (LIKE governance.approval_history INCLUDING ALL,
    FOREIGN KEY (model_id, version) REFERENCES bench.model_versions);
CREATE TABLE bench.audit_events (LIKE governance.audit_events INCLUDING ALL);

CREATE PROCEDURE bench.record(a_actor text, a_type text, a_resource text, a_old jsonb, a_new jsonb, a_comments text)
LANGUAGE plpgsql AS $$
DECLARE
    a_time timestamptz := clock_timestamp();
    a_details jsonb := jsonb_build_object('reason', a_comments);
    a_changes jsonb;
BEGIN
    IF a_old IS NOT NULL THEN
        SELECT jsonb_object_agg(n.key, n.value) INTO a_changes
        FROM jsonb_each(a_new) AS n
        WHERE a_old -> n.key IS DISTINCT FROM n.value;
    END IF;
    INSERT INTO bench.audit_events (incarnation, occurred_at, xid, actor, evidence, db_role, session_role,
        event_type, action, resource, resource_type, outcome, old_row, new_row, changes, details,
        client_addr, application_name, leaf_hash)
    VALUES (1, a_time, pg_current_xact_id(), a_actor, 'session', session_user, session_user,
        a_type, split_part(a_type, '.', 2), a_resource, split_part(a_type, '.', 1), 'success', a_old, a_new, a_changes, a_details,
        inet_client_addr(), current_setting('application_name'),
        sha256(convert_to(concat_ws('|', a_time, a_actor, a_type, a_resource, a_old, a_new, a_changes, a_details), 'UTF8')));
END
$$;

CREATE FUNCTION bench.approve_model(a_model text, a_version text, a_comments text = '') RETURNS bench.model_versions
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, bench, pg_temp AS $$
DECLARE
    a_actor text;
    before bench.model_versions;
    after bench.model_versions;
    vote bench.approval_history;
BEGIN
    SELECT u.user_id INTO a_actor FROM bench.users AS u WHERE u.db_role = session_user AND u.is_active;
    IF a_actor IS NULL OR NOT bench.holds(a_actor, 'model:approve') THEN
        RAISE insufficient_privilege;
    END IF;
    SELECT * INTO before FROM bench.model_versions AS v
    WHERE v.model_id = a_model AND v.version = a_version FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE undefined_object;
    END IF;
    IF before.created_by = a_actor THEN
        RAISE 'separation of duties' USING ERRCODE = 'MG001';
    END IF;
    IF before.approval_status <> 'pending' OR EXISTS (
        SELECT FROM bench.approval_history AS h
        WHERE h.model_id = a_model AND h.version = a_version AND h.reviewer = a_actor) THEN
        RAISE object_not_in_prerequisite_state;
    END IF;

    INSERT INTO bench.approval_history (model_id, version, approval_no, approval_status, reviewer, comments, content_digest, principals)
    VALUES (a_model, a_version,
        (SELECT coalesce(max(h.approval_no), 0) + 1 FROM bench.approval_history AS h WHERE h.model_id = a_model AND h.version = a_version),
        'approved', a_actor, a_comments, before.content_digest, ARRAY['user/' || a_actor, 'login/' || session_user])
    RETURNING * INTO vote;
    CALL bench.record(a_actor, 'model_approval.approve', 'model_approval/' || a_model || ':' || a_version,
        NULL, to_jsonb(vote), a_comments);
    UPDATE bench.model_versions AS v SET status = 'approved', approval_status = 'approved'
    WHERE v.model_id = a_model AND v.version = a_version
    RETURNING * INTO after;
    CALL bench.record(a_actor, 'model_version.approve', 'model_version/' || a_model || ':' || a_version,
        to_jsonb(before), to_jsonb(after), a_comments);
    RETURN after;
END
$$;

-- The people, and as many versions on each side.
CREATE ROLE bench_approver LOGIN;
INSERT INTO governance.users (user_id, db_role) VALUES ('bench_approver', 'bench_approver');
INSERT INTO governance.user_roles (user_id, role) VALUES ('bench_approver', 'approver');
INSERT INTO bench.users VALUES ('bench_approver', 'bench_approver');
INSERT INTO bench.user_roles VALUES ('bench_approver', 'approver');
GRANT USAGE ON SCHEMA bench TO bench_approver;
CREATE SEQUENCE bench.todo_approve;
CREATE SEQUENCE bench.todo_plpgsql;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA bench TO bench_approver;

SELECT count(*)
FROM generate_series(1, :versions) AS i,
    LATERAL gov_register_model('bench_model_' || i, '1.0.0', 'to be approved', source_commit => md5(i::text),
        hyperparameters => '{"depth": 6, "eta": 0.1}', model_path => '/models/' || i) AS v;
INSERT INTO bench.models SELECT * FROM governance.models;
INSERT INTO bench.model_versions SELECT * FROM governance.model_versions;
VACUUM ANALYZE;
CHECKPOINT;
