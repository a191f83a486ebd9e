-- Looking at rights: who acts, who holds what, and why.

-- They are in C, as the permission check is: they answer as of now, not by the query's snapshot.

CREATE FUNCTION @extschema@.gov_whoami()
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_whoami'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION @extschema@.gov_whoami() IS
'Who acts and with what rights.  {user_id, evidence, db_role, roles, permissions}; roles include inherited ones.  With governance.identity also identity, {issuer, subject}: whom the server authenticated.  Without an actor user_id and evidence are null, the lists empty.  Needs nothing.';

CREATE FUNCTION @extschema@.gov_user_roles(user_id text)
RETURNS TABLE (
    role text,
    assigned_at timestamptz,
    assigned_by text,
    expires_at timestamptz,
    via_role text)
AS 'MODULE_PATHNAME', 'gov_user_roles'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION @extschema@.gov_user_roles(text) IS
'The roles that a user holds now.  Assigned ones (via_role NULL) and what those inherit (via_role: the assigned one, whose dates are shown).  Expired assignments, and roles lent by somebody who lost them, are left out; an inactive user keeps roles but has no permission.  expires_at of a lent role is the lender''s where that is earlier.  Needs, about others, audit:read or user:manage.';

CREATE FUNCTION @extschema@.gov_user_permissions(user_id text)
RETURNS TABLE (
    permission text,
    via_role text)
AS 'MODULE_PATHNAME', 'gov_user_permissions'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION @extschema@.gov_user_permissions(text) IS
'What an active user may do now.  One row for each permission and assigned role that grants it, by inheritance too.  Needs, about others, audit:read or user:manage.';

CREATE FUNCTION @extschema@.gov_who_can(permission text)
RETURNS TABLE (
    user_id text,
    via_role text)
AS 'MODULE_PATHNAME', 'gov_who_can'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION @extschema@.gov_who_can(text) IS
'The active users that have a permission now.  One row for each assigned role that grants it.  Needs audit:read or user:manage.  An unknown permission: 22023.';

CREATE FUNCTION @extschema@.gov_explain_permission(
    user_id text,
    permission text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_explain_permission'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION @extschema@.gov_explain_permission(text, text) IS
'Why a user has a permission or not.  {user_id, permission, granted, reason, paths}; a path leads from an assigned role by inheritance to one that has it.  Where it is not granted also {roles_that_grant, expired, lender_lost_role}.  Needs, about others, audit:read or user:manage.  An unknown permission: 22023.';

CREATE FUNCTION @extschema@.gov_sod_conflicts()
RETURNS TABLE (
    user_id text,
    sod_set text,
    roles text[])
AS 'MODULE_PATHNAME', 'gov_sod_conflicts'
LANGUAGE C STABLE PARALLEL RESTRICTED;
COMMENT ON FUNCTION @extschema@.gov_sod_conflicts() IS
'Who holds more roles of a duty set now than it allows, and which.  An inactive user, too.  Changes that would make a conflict are refused, so a row here means that a guard was off.  Needs audit:read.';
