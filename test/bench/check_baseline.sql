-- What one would write instead of gov_has_permission(): tables, a join over
-- the roles that a user holds and inherits, and a row in a log.
CREATE TABLE bench.users (
    user_id   text PRIMARY KEY,
    db_role   name UNIQUE,
    is_active boolean NOT NULL DEFAULT true
);
CREATE TABLE bench.roles (role text PRIMARY KEY);
CREATE TABLE bench.role_permissions (
    role       text NOT NULL REFERENCES bench.roles,
    permission text NOT NULL,
    PRIMARY KEY (role, permission)
);
CREATE TABLE bench.role_inheritance (
    role           text NOT NULL REFERENCES bench.roles,
    inherited_role text NOT NULL REFERENCES bench.roles,
    PRIMARY KEY (role, inherited_role)
);
CREATE TABLE bench.user_roles (
    user_id    text NOT NULL REFERENCES bench.users,
    role       text NOT NULL REFERENCES bench.roles,
    expires_at timestamptz,
    PRIMARY KEY (user_id, role)
);
CREATE TABLE bench.access_log (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    checked_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    user_id    text,
    permission text NOT NULL,
    resource   text,
    granted    boolean NOT NULL
);
INSERT INTO bench.users (user_id, db_role, is_active) SELECT user_id, db_role, is_active FROM governance.users;
INSERT INTO bench.roles SELECT role FROM governance.roles;
INSERT INTO bench.role_permissions SELECT role, permission FROM governance.role_permissions;
INSERT INTO bench.user_roles SELECT user_id, role, expires_at FROM governance.user_roles;
ANALYZE bench.users, bench.roles, bench.role_permissions, bench.user_roles;

CREATE FUNCTION bench.holds(a_user text, a_permission text) RETURNS boolean
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE held(role) AS (
        SELECT ur.role
        FROM bench.user_roles AS ur
        JOIN bench.users AS u USING (user_id)
        WHERE ur.user_id = a_user AND u.is_active
            AND (ur.expires_at IS NULL OR ur.expires_at > now())
        UNION
        SELECT i.inherited_role
        FROM bench.role_inheritance AS i
        JOIN held AS h ON h.role = i.role
    )
    SELECT EXISTS (
        SELECT FROM held AS h
        JOIN bench.role_permissions AS p USING (role)
        WHERE p.permission = a_permission)
$$;

CREATE FUNCTION bench.has_permission(a_user text, a_permission text, a_resource text = NULL) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
    granted boolean := bench.holds(a_user, a_permission);
BEGIN
    INSERT INTO bench.access_log (user_id, permission, resource, granted)
    VALUES (a_user, a_permission, a_resource, granted);
    RETURN granted;
END
$$;

-- The log of an application is written although what was asked for fails:
-- each check is a transaction of its own.
CREATE PROCEDURE bench.check_each(calls int)
LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz := clock_timestamp();
    call record;
BEGIN
    FOR call IN SELECT c.user_id FROM bench.calls AS c LIMIT calls LOOP
        PERFORM bench.has_permission(call.user_id, 'model:deploy');
        COMMIT;
    END LOOP;
    INSERT INTO bench.measured
    VALUES ('join, committed', extract(epoch FROM clock_timestamp() - started) * 1000000 / calls);
    COMMIT;
END
$$;
