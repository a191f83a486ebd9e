-- What one would write instead of a tree of hashes: a table in which each row
-- holds the hash of the one before it.  The order must be that of the commits,
-- or rows of slow transactions would break the chain: an advisory lock is held
-- from reading the last hash to the end of the transaction.
CREATE SCHEMA chain;
CREATE TABLE chain.models (LIKE governance.models INCLUDING ALL);
INSERT INTO chain.models SELECT * FROM governance.models;
CREATE TABLE chain.audit_events (LIKE governance.audit_events INCLUDING ALL);

CREATE FUNCTION chain.update_model(a_model text, a_description text) RETURNS chain.models
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, chain, pg_temp AS $$
DECLARE
    a_time timestamptz;
    a_actor text;
    before chain.models;
    after chain.models;
    a_changes jsonb;
    last_hash bytea;
BEGIN
    SELECT u.user_id INTO a_actor FROM bench.users AS u WHERE u.db_role = session_user AND u.is_active;
    IF a_actor IS NULL OR NOT bench.holds(a_actor, 'model:register') THEN
        RAISE insufficient_privilege;
    END IF;
    SELECT * INTO before FROM chain.models AS m WHERE m.model_id = a_model FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE undefined_object;
    END IF;
    UPDATE chain.models AS m SET description = a_description WHERE m.model_id = a_model RETURNING * INTO after;
    SELECT jsonb_object_agg(n.key, n.value) INTO a_changes
    FROM jsonb_each(to_jsonb(after)) AS n
    WHERE to_jsonb(before) -> n.key IS DISTINCT FROM n.value;

    -- as late as can be: what comes now is done by one at a time
    PERFORM pg_advisory_xact_lock(4711);
    SELECT e.leaf_hash INTO last_hash FROM chain.audit_events AS e ORDER BY e.event_id DESC LIMIT 1;
    a_time := clock_timestamp();
    INSERT INTO chain.audit_events (incarnation, occurred_at, xid, actor, evidence, db_role, session_role,
        event_type, action, resource, resource_type, outcome, old_row, new_row, changes,
        client_addr, application_name, leaf_hash)
    VALUES (1, a_time, pg_current_xact_id(), a_actor, 'session', session_user, session_user,
        'model.update', 'update', 'model/' || a_model, 'model', 'success', to_jsonb(before), to_jsonb(after), a_changes,
        inet_client_addr(), current_setting('application_name'),
        sha256(coalesce(last_hash, '') || convert_to(concat_ws('|', a_time, a_actor, a_model, before, after, a_changes), 'UTF8')));
    RETURN after;
END
$$;
