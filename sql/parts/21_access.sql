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
    CONSTRAINT roles_role_check CHECK (governance.is_id(role))
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
    lent_by      text[] COLLATE "C",
    CONSTRAINT user_roles_pkey PRIMARY KEY (user_id, role),
    CONSTRAINT user_roles_user_id_fkey FOREIGN KEY (user_id)
        REFERENCES governance.users,
    CONSTRAINT user_roles_role_fkey FOREIGN KEY (role)
        REFERENCES governance.roles ON DELETE CASCADE,
    CONSTRAINT user_roles_delegated_by_fkey FOREIGN KEY (delegated_by)
        REFERENCES governance.users,
    CONSTRAINT user_roles_delegation_check CHECK (delegated_by <> user_id AND (delegated_by IS NULL OR expires_at IS NOT NULL)),
    CONSTRAINT user_roles_lent_by_check CHECK (lent_by IS NULL OR delegated_by IS NOT NULL)
);
CREATE INDEX user_roles_role_idx ON governance.user_roles (role);
CREATE INDEX user_roles_delegated_by_idx ON governance.user_roles (delegated_by) WHERE delegated_by IS NOT NULL;
COMMENT ON TABLE governance.user_roles IS
'Who holds which role.  An assignment past expires_at does not count; a lent one (delegated_by) counts as long as its lender holds the role.';
COMMENT ON COLUMN governance.user_roles.lent_by IS
'Names of everybody behind the lending: who lent, the login and its user, who made the token.  NULL: the role is not lent, or only the lender is known.';

CREATE TABLE governance.sod_sets (
    name        text COLLATE "C" NOT NULL,
    roles       text[] COLLATE "C" NOT NULL,
    cardinality integer NOT NULL DEFAULT 2,
    created_at  timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    created_by  text COLLATE "C",
    CONSTRAINT sod_sets_pkey PRIMARY KEY (name),
    CONSTRAINT sod_sets_name_check CHECK (governance.is_id(name)),
    CONSTRAINT sod_sets_cardinality_check CHECK (cardinality >= 2 AND cardinality <= pg_catalog.cardinality(roles))
);
COMMENT ON TABLE governance.sod_sets IS
'Static separation of duty: nobody may hold "cardinality" or more of the roles, inheritance counted.  Source: ANSI INCITS 359-2012, SSD.';

-- What comes with the extension. The triggers do not exist yet: these rows are the same in every
-- installation and leave no event.
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
WHERE c.permission NOT IN ('actor:impersonate', 'identity:keys');

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
'Has the user the permission now?  By the newest committed rights and this transaction''s own.  An unknown or inactive user: false.  An unknown permission: 22023.  resource is recorded with a logged check.  Needs nothing.';

CREATE FUNCTION @extschema@.gov_can(
    permission text,
    resource text = NULL)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_can'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION @extschema@.gov_can(text, text) IS
'Has the actor the permission?  For row-level security write (SELECT gov_can(''...'')): asked once per query.  Needs nothing.';

-- Who did what, and whether two acts are one person's.

CREATE FUNCTION @extschema@.gov_acts_conflict(
    user_id text,
    principals text[],
    backers text[],
    other_user_id text,
    other_principals text[],
    other_backers text[])
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_acts_conflict'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_acts_conflict(text, text[], text[], text, text[], text[]) IS
'Are two acts one person''s?  Each is who did it, its principals (who did it: the user, whoever lent the right that was used, their database roles, the login unless it stands for many) and its backers (who may have had it done: the user of the login, who made the token, a login through which only tokens act), as the tables have them from the moment of the act.  They conflict where a principal of one is a principal or a backer of the other; backers alone never do.  A name is user/ID, login/ROLE or role/OID@SYSTEM.  Needs nothing: it reads nothing but its arguments.';

-- The checks that functions written in SQL make, each in a statement of its own before the one
-- that reads.

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

CREATE FUNCTION governance.require_monitor()
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_require_monitor'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.require_monitor() IS
'42501 unless the session''s role is a member of pg_monitor or an active user with audit:read acts.';

CREATE FUNCTION governance.check_limit(limit_rows integer)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_check_limit'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.check_limit(integer) IS
'22023 unless 1 to 10000; NULL passes and means the default.';

CREATE FUNCTION governance.check_status(status integer)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_check_status'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.check_status(integer) IS
'22023 unless a final status of HTTP, 200 to 599.';

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

CREATE FUNCTION governance.check_after(value text, is_known boolean)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_check_after'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.check_after(text, boolean) IS
'22023 unless the value of the argument "after" names a row; NULL passes.';

CREATE FUNCTION governance.check_moment(name text, value timestamptz)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_check_moment'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.check_moment(text, timestamptz) IS
'22023 unless the value of the argument "name" is of the years 1970 to 2200; NULL passes.';

CREATE FUNCTION governance.check_past(name text, value timestamptz)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_check_past'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.check_past(text, timestamptz) IS
'As check_moment(), and 22023 where it is more than 5 minutes ahead.';

CREATE FUNCTION governance.check_bound(name text, value timestamptz)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_sql_check_bound'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.check_bound(text, timestamptz) IS
'As check_moment(), but infinities pass: they mean no bound.';

CREATE FUNCTION @extschema@.gov_create_role(
    role text,
    description text = '',
    permissions text[] = '{}',
    inherits text[] = '{}')
RETURNS governance.roles
AS 'MODULE_PATHNAME', 'gov_create_role'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_create_role(text, text, text[], text[]) IS
'Make a role, with permissions and roles that it inherits; the row.  Needs role:manage; with permissions permission:manage, too, and every permission that the role then has (42501).  Exists already: 23505; inherits an unknown role: 42704; unknown permission: 22023.';

CREATE FUNCTION @extschema@.gov_drop_role(role text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_drop_role'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_drop_role(text) IS
'Drop a role; was there one?  Its assignments, permissions and inheritance go, each with an event.  A notice tells how many users held it.  Needs role:manage.  Built in, named by a duty set, or the last admin holds that role by it: 55000.';

CREATE FUNCTION @extschema@.gov_add_inheritance(
    role text,
    inherited_role text)
RETURNS governance.roles
AS 'MODULE_PATHNAME', 'gov_add_inheritance'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_add_inheritance(text, text) IS
'Give a role every permission of another one, now and later.  Returns the row of the first.  Needs role:manage and every permission of the inherited role (42501).  A cycle: 55000; a holder would break separation of duties: MG001; unknown: 42704.';

CREATE FUNCTION @extschema@.gov_remove_inheritance(
    role text,
    inherited_role text)
RETURNS governance.roles
AS 'MODULE_PATHNAME', 'gov_remove_inheritance'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_remove_inheritance(text, text) IS
'End what gov_add_inheritance() began; the row of the first role.  Needs role:manage.  Not inherited directly, or unknown: 42704; no lasting admin would be left: 55000.';

CREATE FUNCTION @extschema@.gov_grant_permission(
    role text,
    permission text)
RETURNS governance.role_permissions
AS 'MODULE_PATHNAME', 'gov_grant_permission'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_grant_permission(text, text) IS
'Let a role permit something; the row, as it was where it did already.  Needs permission:manage and that permission itself (42501).  Unknown permission: 22023; unknown role: 42704.';

CREATE FUNCTION @extschema@.gov_revoke_permission(
    role text,
    permission text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_revoke_permission'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_revoke_permission(text, text) IS
'Take a permission from a role; was it granted to the role itself?  What the role inherits stays.  Needs permission:manage.  Unknown permission: 22023; unknown role: 42704.';

CREATE FUNCTION @extschema@.gov_assign_role(
    user_id text,
    role text,
    expires_at timestamptz = NULL,
    reason text = '')
RETURNS governance.user_roles
AS 'MODULE_PATHNAME', 'gov_assign_role'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_assign_role(text, text, timestamptz, text) IS
'Give a role to an active user; the row.  Where it is held already, expiry and reason are replaced.  Needs role:manage and every permission of the role (42501).  One that an approval policy names, or that inherits such a one, is given only by who holds it, or by a holder of admin to somebody else (42501).  Separation of duties: MG001; unknown user or role: 42704; expires_at past, or more than 100 years ahead: 22023; user inactive, or the last admin would expire: 55000.';

CREATE FUNCTION @extschema@.gov_revoke_role(
    user_id text,
    role text,
    reason text = '')
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_revoke_role'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_revoke_role(text, text, text) IS
'Take a role from a user, who may be inactive; was it held directly?  What the user lends by virtue of it ends.  Needs role:manage, or to be the one who lent it.  The last admin: 55000; unknown user or role: 42704.';

CREATE FUNCTION @extschema@.gov_delegate(
    role text,
    to_user text,
    until timestamptz,
    reason text)
RETURNS governance.user_roles
AS 'MODULE_PATHNAME', 'gov_delegate'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_delegate(text, text, timestamptz, text) IS
'Lend a role to another active user; the row.  It ends at "until", with the lender''s own assignment, or by gov_revoke_role() of the lender.  Needs holding the role, not lent (42501).  Held or lent already: 55000; separation of duties: MG001; unknown role or user: 42704; until past or more than 100 years ahead, or no reason: 22023.';

CREATE FUNCTION @extschema@.gov_end_delegation(
    role text,
    to_user text,
    reason text = '')
RETURNS boolean
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.require_actor();
    WITH lent AS MATERIALIZED (
        SELECT r.user_id, r.role
        FROM governance.user_roles AS r
        WHERE r.user_id = gov_end_delegation.to_user
            AND r.role = gov_end_delegation.role
            AND r.delegated_by IS NOT NULL
    )
    SELECT @extschema@.gov_revoke_role(l.user_id, l.role, gov_end_delegation.reason)
    FROM lent AS l;
END;
COMMENT ON FUNCTION @extschema@.gov_end_delegation(text, text, text) IS
'End a loan that gov_delegate() began, and no assignment.  NULL where there is no such loan.  Needs role:manage, or to be the one who lent it.';

CREATE FUNCTION @extschema@.gov_create_sod_set(
    name text,
    roles text[],
    cardinality int = 2)
RETURNS governance.sod_sets
AS 'MODULE_PATHNAME', 'gov_create_sod_set'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_create_sod_set(text, text[], int) IS
'Forbid everybody to hold "cardinality" or more of the roles; the row.  Inheritance counts.  Needs role:manage.  Somebody does already: MG001 with their names; exists already: 23505; unknown role: 42704.  Source: ANSI INCITS 359-2012, SSD.';

CREATE FUNCTION @extschema@.gov_drop_sod_set(name text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_drop_sod_set'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_drop_sod_set(text) IS
'Remove a duty set; was there one?  One of gov_create_sod_set(), or one that came with the extension.  Needs role:manage.';
