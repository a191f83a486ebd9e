-- What most teams would write instead of the extension: tables with plpgsql
-- triggers that guard the moves and record each change, and functions that
-- ask the same questions.  Indexes, foreign keys and columns are the same; the
-- tables of users and roles are those of check_baseline.sql.
CREATE SCHEMA rules;

CREATE TABLE rules.models (LIKE governance.models INCLUDING ALL);
CREATE TABLE rules.model_versions (LIKE governance.model_versions INCLUDING ALL,
    FOREIGN KEY (model_id) REFERENCES rules.models);
CREATE TABLE rules.approval_history (LIKE governance.approval_history INCLUDING ALL,
    FOREIGN KEY (model_id, version) REFERENCES rules.model_versions);
CREATE TABLE rules.deployment_history (LIKE governance.deployment_history INCLUDING ALL,
    FOREIGN KEY (model_id, version) REFERENCES rules.model_versions);
CREATE TABLE rules.audit_events (LIKE governance.audit_events INCLUDING ALL);
CREATE TABLE rules.moves (
    from_state text NOT NULL,
    to_state   text NOT NULL,
    PRIMARY KEY (from_state, to_state)
);
INSERT INTO rules.moves
SELECT from_state, to_state FROM gov_transitions() WHERE machine = 'model_version' AND from_state IS NOT NULL
ON CONFLICT DO NOTHING;

CREATE FUNCTION rules.actor() RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT u.user_id FROM bench.users AS u WHERE u.db_role = session_user AND u.is_active
$$;

-- One row of the trail for each change of a row; the primary key's columns
-- come as arguments.
CREATE FUNCTION rules.record() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    a_time timestamptz := clock_timestamp();
    a_actor text := rules.actor();
    a_old jsonb;
    a_new jsonb := to_jsonb(NEW);
    a_changes jsonb;
    a_resource text;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        a_old := to_jsonb(OLD);
        SELECT jsonb_object_agg(n.key, n.value) INTO a_changes
        FROM jsonb_each(a_new) AS n
        WHERE a_old -> n.key IS DISTINCT FROM n.value;
    END IF;
    a_resource := TG_TABLE_NAME || '/' || (a_new ->> 'model_id') || ':' || coalesce(a_new ->> 'version', '');
    INSERT INTO rules.audit_events (incarnation, occurred_at, xid, actor, evidence, db_role, session_role,
        event_type, action, resource, resource_type, outcome, old_row, new_row, changes,
        client_addr, application_name, leaf_hash)
    VALUES (1, a_time, pg_current_xact_id(), a_actor, 'session', session_user, session_user,
        TG_TABLE_NAME || '.' || lower(TG_OP), lower(TG_OP), a_resource, TG_TABLE_NAME, 'success', a_old, a_new, a_changes,
        inet_client_addr(), current_setting('application_name'),
        sha256(convert_to(concat_ws('|', a_time, a_actor, a_resource, a_old, a_new, a_changes), 'UTF8')));
    RETURN NULL;
END
$$;

CREATE FUNCTION rules.guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.status <> NEW.status AND NOT EXISTS (
        SELECT FROM rules.moves AS m WHERE m.from_state = OLD.status AND m.to_state = NEW.status) THEN
        RAISE object_not_in_prerequisite_state;
    END IF;
    IF OLD.content_digest <> NEW.content_digest THEN
        RAISE object_not_in_prerequisite_state;
    END IF;
    RETURN NEW;
END
$$;

CREATE FUNCTION rules.approve_model(a_model text, a_version text, a_comments text = '') RETURNS rules.model_versions
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, rules, pg_temp AS $$
DECLARE
    a_actor text := rules.actor();
    found_version rules.model_versions;
BEGIN
    IF a_actor IS NULL OR NOT bench.holds(a_actor, 'model:approve') THEN
        RAISE insufficient_privilege;
    END IF;
    SELECT * INTO found_version FROM rules.model_versions AS v
    WHERE v.model_id = a_model AND v.version = a_version FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE undefined_object;
    END IF;
    IF found_version.created_by = a_actor THEN
        RAISE 'separation of duties' USING ERRCODE = 'MG001';
    END IF;
    IF found_version.approval_status <> 'pending' OR EXISTS (
        SELECT FROM rules.approval_history AS h
        WHERE h.model_id = a_model AND h.version = a_version AND h.reviewer = a_actor) THEN
        RAISE object_not_in_prerequisite_state;
    END IF;
    INSERT INTO rules.approval_history (model_id, version, approval_no, approval_status, reviewer, comments, content_digest, principals)
    VALUES (a_model, a_version,
        (SELECT coalesce(max(h.approval_no), 0) + 1 FROM rules.approval_history AS h WHERE h.model_id = a_model AND h.version = a_version),
        'approved', a_actor, a_comments, found_version.content_digest, ARRAY['user/' || a_actor, 'login/' || session_user]);
    UPDATE rules.model_versions AS v SET status = 'approved', approval_status = 'approved'
    WHERE v.model_id = a_model AND v.version = a_version
    RETURNING * INTO found_version;
    RETURN found_version;
END
$$;

CREATE FUNCTION rules.deploy_model(a_model text, a_version text, a_environment text = 'production') RETURNS rules.deployment_history
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, rules, pg_temp AS $$
DECLARE
    a_actor text := rules.actor();
    found_version rules.model_versions;
    previous rules.deployment_history;
    deployed rules.deployment_history;
BEGIN
    IF a_actor IS NULL OR NOT bench.holds(a_actor, 'model:deploy') THEN
        RAISE insufficient_privilege;
    END IF;
    PERFORM FROM rules.models AS m WHERE m.model_id = a_model FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE undefined_object;
    END IF;
    SELECT * INTO previous FROM rules.deployment_history AS d
    WHERE d.model_id = a_model AND d.environment = a_environment AND d.status = 'active';
    SELECT * INTO found_version FROM rules.model_versions AS v
    WHERE v.model_id = a_model AND v.version = a_version FOR NO KEY UPDATE;
    IF NOT FOUND OR NOT EXISTS (SELECT FROM governance.environments AS e WHERE e.name = a_environment) THEN
        RAISE undefined_object;
    END IF;
    IF EXISTS (SELECT FROM rules.approval_history AS h WHERE h.model_id = a_model AND h.version = a_version
        AND h.reviewer = a_actor AND h.approval_status = 'approved') THEN
        RAISE 'separation of duties' USING ERRCODE = 'MG001';
    END IF;
    IF found_version.approval_status <> 'approved' OR (a_environment = 'production' AND NOT EXISTS (
        SELECT FROM rules.deployment_history AS d
        WHERE d.model_id = a_model AND d.version = a_version AND d.environment = 'staging')) THEN
        RAISE object_not_in_prerequisite_state;
    END IF;
    IF EXISTS (SELECT FROM governance.deployment_gates AS g
        WHERE g.environment = a_environment AND (g.model_id IS NULL OR g.model_id = a_model)) THEN
        RAISE 'gates are not part of this baseline';
    END IF;
    IF previous.deployment_no IS NOT NULL THEN
        UPDATE rules.deployment_history AS d SET status = 'superseded', ended_at = clock_timestamp(), ended_by = a_actor
        WHERE d.model_id = a_model AND d.deployment_no = previous.deployment_no;
    END IF;
    INSERT INTO rules.deployment_history (model_id, deployment_no, version, deployment_id, environment, deployed_by, principals)
    VALUES (a_model, (SELECT coalesce(max(d.deployment_no), 0) + 1 FROM rules.deployment_history AS d WHERE d.model_id = a_model),
        a_version, gen_random_uuid()::text, a_environment, a_actor, ARRAY['user/' || a_actor, 'login/' || session_user])
    RETURNING * INTO deployed;
    UPDATE rules.model_versions AS v SET status = 'deployed_' || a_environment
    WHERE v.model_id = a_model AND v.version = a_version;
    RETURN deployed;
END
$$;

INSERT INTO rules.models SELECT * FROM governance.models;
INSERT INTO rules.model_versions SELECT * FROM governance.model_versions;
INSERT INTO rules.approval_history SELECT * FROM governance.approval_history;

CREATE TRIGGER guard BEFORE UPDATE ON rules.model_versions FOR EACH ROW EXECUTE FUNCTION rules.guard();
CREATE TRIGGER record AFTER INSERT OR UPDATE ON rules.models FOR EACH ROW EXECUTE FUNCTION rules.record();
CREATE TRIGGER record AFTER INSERT OR UPDATE ON rules.model_versions FOR EACH ROW EXECUTE FUNCTION rules.record();
CREATE TRIGGER record AFTER INSERT OR UPDATE ON rules.approval_history FOR EACH ROW EXECUTE FUNCTION rules.record();
CREATE TRIGGER record AFTER INSERT OR UPDATE ON rules.deployment_history FOR EACH ROW EXECUTE FUNCTION rules.record();
