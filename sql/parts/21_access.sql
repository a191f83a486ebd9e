-- Roles, permissions, assignments, separation of duties.

-- Empty.  A change of the access tables invalidates it in the relation cache
-- of every backend, which is how permission caches learn of the change; its
-- lock orders changes of the role graph (SHARE ROW EXCLUSIVE) and assignments
-- (ROW EXCLUSIVE) among each other.
CREATE TABLE governance.access_generation ();
COMMENT ON TABLE governance.access_generation IS
'Empty: carries the invalidation of permission caches and the lock on the role graph.';

CREATE FUNCTION governance.permission_catalog(OUT permission text, OUT description text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'gov_permission_catalog'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.permission_catalog() IS
'The permissions there are, in a fixed order.';

CREATE FUNCTION governance.is_permission(permission text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_is_permission'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.is_permission(text) IS
'Is it the name of a permission, as permission_catalog() spells it?';

CREATE TABLE governance.roles (
    role        text COLLATE "C" NOT NULL,
    description text NOT NULL DEFAULT '',
    is_builtin  boolean NOT NULL DEFAULT false,
    created_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by  text COLLATE "C",
    CONSTRAINT roles_pkey PRIMARY KEY (role),
    CONSTRAINT roles_role_check CHECK (role ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$')
);
COMMENT ON TABLE governance.roles IS
'Governance roles (not database roles): names for sets of permissions.';

CREATE TABLE governance.role_permissions (
    role       text COLLATE "C" NOT NULL,
    permission text COLLATE "C" NOT NULL,
    granted_at timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    granted_by text COLLATE "C",
    CONSTRAINT role_permissions_pkey PRIMARY KEY (role, permission),
    CONSTRAINT role_permissions_role_fkey FOREIGN KEY (role)
        REFERENCES governance.roles ON DELETE CASCADE,
    CONSTRAINT role_permissions_permission_check CHECK (governance.is_permission(permission))
);
COMMENT ON TABLE governance.role_permissions IS
'What each role itself permits; what it inherits is not repeated here.';

CREATE TABLE governance.role_inheritance (
    role           text COLLATE "C" NOT NULL,
    inherited_role text COLLATE "C" NOT NULL,
    added_at       timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    added_by       text COLLATE "C",
    CONSTRAINT role_inheritance_pkey PRIMARY KEY (role, inherited_role),
    CONSTRAINT role_inheritance_role_fkey FOREIGN KEY (role)
        REFERENCES governance.roles ON DELETE CASCADE,
    CONSTRAINT role_inheritance_inherited_role_fkey FOREIGN KEY (inherited_role)
        REFERENCES governance.roles ON DELETE CASCADE,
    CONSTRAINT role_inheritance_self_check CHECK (role <> inherited_role)
);
CREATE INDEX role_inheritance_inherited_role_idx ON governance.role_inheritance (inherited_role);
COMMENT ON TABLE governance.role_inheritance IS
'A role has every permission of the roles it inherits.  Acyclic.';

CREATE TABLE governance.user_roles (
    user_id      text COLLATE "C" NOT NULL,
    role         text COLLATE "C" NOT NULL,
    assigned_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    assigned_by  text COLLATE "C",
    expires_at   timestamptz,
    reason       text NOT NULL DEFAULT '',
    delegated_by text COLLATE "C",
    CONSTRAINT user_roles_pkey PRIMARY KEY (user_id, role),
    CONSTRAINT user_roles_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES governance.users,
    CONSTRAINT user_roles_role_fkey FOREIGN KEY (role)
        REFERENCES governance.roles ON DELETE CASCADE,
    CONSTRAINT user_roles_delegated_by_fkey FOREIGN KEY (delegated_by)
        REFERENCES governance.users,
    CONSTRAINT user_roles_delegation_check CHECK (delegated_by <> user_id AND (delegated_by IS NULL OR expires_at IS NOT NULL))
);
CREATE INDEX user_roles_role_idx ON governance.user_roles (role);
CREATE INDEX user_roles_delegated_by_idx ON governance.user_roles (delegated_by) WHERE delegated_by IS NOT NULL;
COMMENT ON TABLE governance.user_roles IS
'Who holds which role.  One past expires_at counts nowhere; one with delegated_by counts while that user holds the role.';

CREATE TABLE governance.sod_sets (
    name        text COLLATE "C" NOT NULL,
    roles       text[] COLLATE "C" NOT NULL,
    cardinality integer NOT NULL DEFAULT 2,
    created_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by  text COLLATE "C",
    CONSTRAINT sod_sets_pkey PRIMARY KEY (name),
    CONSTRAINT sod_sets_name_check CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
    CONSTRAINT sod_sets_cardinality_check CHECK (cardinality >= 2 AND cardinality <= pg_catalog.cardinality(roles))
);
COMMENT ON TABLE governance.sod_sets IS
'Static separation of duty: nobody may hold "cardinality" or more of the roles, inheritance counted.  Source: ANSI INCITS 359-2012, SSD.';

-- What comes with the extension.  The triggers do not stand yet: these rows
-- are the same in every installation and leave no event.
INSERT INTO governance.roles (role, description, is_builtin) VALUES
    ('operator', 'deploys and rolls back, handles incidents', true),
    ('analyst', 'reads the trail, makes reports', true),
    ('approver', 'decides on model versions and use-cases', true),
    ('admin', 'manages users, rights and settings; acts for nobody else', true),
    ('auditor', 'reads the trail, makes reports, changes nothing', true);

INSERT INTO governance.role_permissions (role, permission)
SELECT b.role, p.permission
FROM (VALUES
    ('operator', '{model:deploy,model:rollback,usecase:deploy,incident:report,incident:manage,sla:record,audit:read}'::text[]),
    ('analyst', '{audit:read,compliance:report,incident:report}'),
    ('approver', '{model:approve,usecase:approve,audit:read,compliance:report}'),
    ('auditor', '{audit:read,compliance:report,incident:report}')
) AS b(role, permissions), pg_catalog.unnest(b.permissions) AS p(permission)
UNION ALL
SELECT 'admin', c.permission
FROM governance.permission_catalog() AS c
WHERE c.permission <> 'actor:impersonate';

INSERT INTO governance.sod_sets (name, roles) VALUES
    ('auditor_admin', '{auditor,admin}'),
    ('auditor_operator', '{auditor,operator}'),
    ('auditor_approver', '{auditor,approver}'),
    ('operator_approver', '{operator,approver}');

CREATE FUNCTION @extschema@.gov_has_permission(
    user_id text,
    permission text,
    resource text = NULL)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_has_permission'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_has_permission(text, text, text) IS
'Has the user the permission now, by the newest committed rights and this transaction''s own?  An unknown or inactive user: false.  An unknown permission: 22023.  resource is recorded with a logged check.';

CREATE FUNCTION @extschema@.gov_can(
    permission text,
    resource text = NULL)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_can'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION @extschema@.gov_can(text, text) IS
'Has the actor the permission?  For row-level security write (SELECT gov_can(''...'')): asked once per query.';

-- What functions written in SQL ask before they read, each in a statement of
-- its own before the one that reads.

CREATE FUNCTION governance.require_actor()
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_require_actor'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.require_actor() IS
'42501 unless an active user acts.';

CREATE FUNCTION governance.require_permission(permission text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_require_permission'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.require_permission(text) IS
'42501 unless an active user with the permission acts.';

CREATE FUNCTION governance.check_limit(limit_rows integer)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_check_limit'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.check_limit(integer) IS
'22023 unless 1 to 10000; NULL passes and means the default.';

CREATE FUNCTION governance.check_word(name text, value text, allowed text[])
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_check_word'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.check_word(text, text, text[]) IS
'22023 unless the value of the argument "name" is one of the allowed words, which the hint lists; NULL passes.';

CREATE FUNCTION governance.check_id(name text, value text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_check_id'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.check_id(text, text) IS
'22023 unless the value of the argument "name" has the form of an id; NULL passes.';

CREATE FUNCTION governance.check_version(name text, value text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_check_version'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.check_version(text, text) IS
'22023 unless the value of the argument "name" has the form of a version; NULL passes.';
