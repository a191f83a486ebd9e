-- What must be true of every object of the extension, asked of the catalogs;
-- then what an ordinary role may try.

SET client_min_messages = warning;
CREATE VIEW pg_temp.members AS
SELECT d.classid::regclass AS catalog, d.objid
FROM pg_depend AS d JOIN pg_extension AS e ON e.oid = d.refobjid
WHERE d.deptype = 'e' AND d.refclassid = 'pg_extension'::regclass AND e.extname = 'governance';
CREATE VIEW pg_temp.functions AS
SELECT p.*, p.pronamespace = 'governance'::regnamespace AS internal
FROM pg_proc AS p JOIN pg_temp.members AS m ON m.catalog = 'pg_proc'::regclass AND m.objid = p.oid
WHERE p.proname !~ '^sketch(_|$)';
CREATE VIEW pg_temp.relations AS
SELECT c.* FROM pg_class AS c WHERE c.relnamespace = 'governance'::regnamespace;
SELECT (SELECT count(*) FROM pg_temp.functions WHERE NOT internal) > 20 AS functions,
       (SELECT count(*) FROM pg_temp.relations WHERE relkind = 'r') > 15 AS tables;

-- everything lies in schema governance, but for the functions gov_* and those
-- that read a sketch
SELECT proname FROM pg_temp.functions WHERE NOT internal AND proname NOT LIKE 'gov\_%' AND proname NOT LIKE 'sketch\_%';
SELECT proname FROM pg_temp.functions WHERE internal AND proname LIKE 'gov\_%';
SELECT c.oid::regclass FROM pg_temp.relations AS c
WHERE c.relkind IN ('r', 'v', 'S') AND c.oid NOT IN (
    SELECT objid FROM pg_temp.members WHERE catalog = 'pg_class'::regclass)
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'i');

-- -------------------------------------------------------------------------
-- functions
-- -------------------------------------------------------------------------

-- whoever runs as the owner has a search_path that nobody else can write to
SELECT oid::regprocedure AS unpinned FROM pg_temp.functions
WHERE prosecdef AND array_remove(array_remove(proconfig, 'extra_float_digits=1'), 'jit=off') IS DISTINCT FROM '{"search_path=pg_catalog, pg_temp"}';

-- an internal function is for nobody, a function gov_* for everybody, and so is
-- the type sketch: it needs no actor; nor do those that only judge the form of a
-- text, for a CHECK asks them as whoever writes the row
SELECT oid::regprocedure AS callable FROM pg_temp.functions
WHERE internal AND has_function_privilege('public', oid, 'EXECUTE') AND proname !~ '^sketch(_|$)'
    AND NOT (proname IN ('is_id', 'is_version', 'is_sha256', 'version_number') AND provolatile = 'i' AND proisstrict
        AND pg_get_function_identity_arguments(oid) ~ '^[a-z]+ text$');
SELECT oid::regprocedure AS not_callable FROM pg_temp.functions
WHERE NOT internal AND NOT has_function_privilege('public', oid, 'EXECUTE');
SELECT DISTINCT g.grantee::regrole AS somebody_special
FROM pg_temp.functions AS f, aclexplode(f.proacl) AS g WHERE g.grantee NOT IN (0, f.proowner);

-- those of the type sketch lie in either schema and are for everybody: they
-- read their arguments and nothing else
SELECT count(*) > 20 AS sketch_functions,
       bool_and(p.provolatile = 'i' AND p.proparallel = 's' AND NOT p.prosecdef
                AND (p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'c') OR p.prokind = 'a')) AS pure,
       bool_and(has_function_privilege('public', p.oid, 'EXECUTE')) AS for_everybody
FROM pg_proc AS p JOIN pg_temp.members AS m ON m.catalog = 'pg_proc'::regclass AND m.objid = p.oid
WHERE p.proname ~ '^sketch(_|$)';

-- who writes says so: never STRICT, VOLATILE, UNSAFE in parallel plans
SELECT oid::regprocedure AS no_writer FROM pg_temp.functions
WHERE NOT internal AND provolatile = 'v' AND (proisstrict OR proparallel <> 'u');
-- who runs in SQL as the owner reads only: STABLE, and the actor is the leader's
SELECT oid::regprocedure AS reader FROM pg_temp.functions
WHERE prosecdef AND provolatile <> 'v' AND (provolatile <> 's' OR proparallel <> 'r');
SELECT oid::regprocedure AS pure FROM pg_temp.functions
WHERE provolatile = 'i' AND proparallel <> 's';
-- the permission check is as cheap as a function can be: no SET, no SECURITY DEFINER
SELECT oid::regprocedure, provolatile, proparallel, prosecdef, proconfig FROM pg_temp.functions
WHERE proname IN ('gov_has_permission', 'gov_can', 'gov_current_actor') ORDER BY proname;

-- nothing is run as owner that a caller composes: no plpgsql
SELECT p.oid::regprocedure, l.lanname FROM pg_temp.functions AS p JOIN pg_language AS l ON l.oid = p.prolang
WHERE l.lanname NOT IN ('c', 'sql') AND p.prokind <> 'a';
-- SQL bodies are bound to their objects when they are made
SELECT p.oid::regprocedure FROM pg_temp.functions AS p JOIN pg_language AS l ON l.oid = p.prolang
WHERE l.lanname = 'sql' AND p.prosqlbody IS NULL;
-- what a list would read for arguments that it was not given looks dear, and
-- compiling it takes a hundred times as long as a page: it is not compiled
SELECT p.oid::regprocedure AS compiled FROM pg_temp.functions AS p JOIN pg_language AS l ON l.oid = p.prolang
WHERE l.lanname = 'sql' AND p.prosecdef AND 'jit=off' <> ALL (p.proconfig);

-- -------------------------------------------------------------------------
-- tables
-- -------------------------------------------------------------------------

-- nobody but the owner writes
SELECT c.oid::regclass, p.privilege
FROM pg_temp.relations AS c
CROSS JOIN unnest('{INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) AS p(privilege)
WHERE c.relkind IN ('r', 'v') AND c.relname <> 'sla_observations'
    AND has_table_privilege('public', c.oid, p.privilege);
SELECT c.oid::regclass, a.attname FROM pg_temp.relations AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'v') AND a.attnum > 0 AND c.relname <> 'sla_observations'
    AND has_column_privilege('public', c.oid, a.attnum, 'INSERT, UPDATE, REFERENCES');
SELECT c.oid::regclass FROM pg_temp.relations AS c
WHERE CASE c.relkind WHEN 'S' THEN has_sequence_privilege('public', c.oid, 'USAGE, SELECT, UPDATE') END;
SELECT has_schema_privilege('public', 'governance', 'CREATE') AS everybody_may_create;
SELECT DISTINCT g.grantee::regrole AS somebody_special
FROM pg_temp.relations AS c, aclexplode(c.relacl) AS g WHERE g.grantee NOT IN (0, c.relowner);

-- every table has row security and a policy, every view the caller's rights
SELECT c.oid::regclass AS open FROM pg_temp.relations AS c
WHERE c.relkind = 'r' AND NOT c.relrowsecurity AND c.relname <> 'sla_observations';
SELECT c.oid::regclass AS invisible FROM pg_temp.relations AS c
WHERE c.relkind = 'r' AND c.relrowsecurity AND NOT EXISTS (SELECT FROM pg_policy AS p WHERE p.polrelid = c.oid);
SELECT c.oid::regclass, p.polname FROM pg_policy AS p JOIN pg_temp.relations AS c ON c.oid = p.polrelid
WHERE p.polcmd <> 'r' OR NOT p.polpermissive;
SELECT c.oid::regclass FROM pg_temp.relations AS c
WHERE c.relkind = 'v' AND NOT coalesce(c.reloptions @> '{security_invoker=true}', false);
-- the policies that do not let every active user read
SELECT p.polrelid::regclass, p.polname FROM pg_policy AS p JOIN pg_temp.relations AS c ON c.oid = p.polrelid
WHERE p.polname <> 'active_users' ORDER BY p.polrelid::regclass::text COLLATE "C", p.polname;

-- the guard stands on every table, for rows and for TRUNCATE, always; the
-- exceptions hold no decision, and those named generation nothing at all
SELECT c.oid::regclass AS unguarded FROM pg_temp.relations AS c
WHERE c.relkind = 'r' AND c.relname NOT LIKE '%\_generation' AND NOT EXISTS (
    SELECT FROM pg_trigger AS t
    WHERE t.tgrelid = c.oid AND t.tgenabled = 'A' AND NOT t.tgisinternal
        AND t.tgfoid IN ('governance.guard'::regproc, 'governance.audit_append_only'::regproc,
            'governance.audit_seal_guard'::regproc)
        AND (t.tgtype & 32) <> 0)
ORDER BY c.relname COLLATE "C";
SELECT c.oid::regclass, t.tgname, t.tgenabled, t.tgtype FROM pg_temp.relations AS c
JOIN pg_trigger AS t ON t.tgrelid = c.oid AND NOT t.tgisinternal
WHERE NOT (t.tgname = 'guard' AND t.tgenabled = 'A' AND t.tgtype = 1 + 4 + 8 + 16)
    AND NOT (t.tgname = 'guard_truncate' AND t.tgenabled = 'A' AND t.tgtype = 2 + 32)
ORDER BY 1, 2;
SELECT c.oid::regclass AS not_empty FROM pg_temp.relations AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relname LIKE '%\_generation';
SELECT t.tgrelid::regclass FROM pg_trigger AS t WHERE t.tgname LIKE 'guard%'
GROUP BY t.tgrelid HAVING count(*) <> 2;

-- pg_dump takes every table along, and every sequence
SELECT c.oid::regclass AS not_dumped FROM pg_temp.relations AS c, pg_extension AS e
WHERE c.relkind IN ('r', 'S') AND e.extname = 'governance' AND c.oid <> ALL (e.extconfig)
    AND c.relname NOT LIKE '%\_generation'
ORDER BY c.relname COLLATE "C";

-- constraints have names that somebody chose; ids compare bytewise
SELECT c.oid::regclass, a.attname, k.collname FROM pg_temp.relations AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid JOIN pg_collation AS k ON k.oid = a.attcollation
JOIN pg_index AS i ON i.indrelid = c.oid AND i.indisprimary AND a.attnum = ANY (i.indkey)
WHERE c.relkind = 'r' AND a.atttypid = 'text'::regtype AND k.collname <> 'C';

-- everything a user meets is explained
SELECT oid::regprocedure AS unexplained FROM pg_temp.functions WHERE obj_description(oid, 'pg_proc') IS NULL;
SELECT oid::regclass AS unexplained FROM pg_temp.relations
WHERE relkind IN ('r', 'v') AND obj_description(oid, 'pg_class') IS NULL;
SELECT t.oid::regtype AS unexplained FROM pg_type AS t JOIN pg_temp.members AS m ON m.catalog = 'pg_type'::regclass AND m.objid = t.oid
WHERE obj_description(t.oid, 'pg_type') IS NULL AND t.typrelid = 0 AND t.typelem = 0;
SELECT obj_description('governance'::regnamespace, 'pg_namespace') IS NOT NULL AS schema_explained;

-- -------------------------------------------------------------------------
-- the contract: every signature, default, result
-- -------------------------------------------------------------------------
CREATE TABLE pg_temp.contract (name text, arguments text, result text);
INSERT INTO pg_temp.contract VALUES
    -- who is acting
    ('gov_whoami', '', 'jsonb'),
    ('gov_current_actor', '', 'text'),
    ('gov_set_actor', 'user_id text', 'void'),
    ('gov_begin_as', 'token text', 'text'),
    ('gov_create_user', 'user_id text, email text, db_role name DEFAULT NULL::name, metadata jsonb DEFAULT ''{}''::jsonb', 'governance.users'),
    ('gov_update_user', 'user_id text, email text DEFAULT NULL::text, db_role name DEFAULT NULL::name, metadata jsonb DEFAULT NULL::jsonb', 'governance.users'),
    ('gov_deactivate_user', 'user_id text, reason text DEFAULT ''''::text', 'governance.users'),
    ('gov_create_consumer', 'name text, user_id text', 'governance.event_consumers'),
    ('gov_drop_consumer', 'name text', 'boolean'),
    ('gov_reactivate_user', 'user_id text, reason text DEFAULT ''''::text', 'governance.users'),
    ('gov_create_api_token', 'user_id text, name text, expires_at timestamp with time zone DEFAULT NULL::timestamp with time zone', 'text'),
    ('gov_revoke_api_token', 'token_id bigint', 'boolean'),
    ('gov_api_tokens', '', 'TABLE(token_id bigint, user_id text, name text, created_at timestamp with time zone, expires_at timestamp with time zone, revoked_at timestamp with time zone, last_used_at timestamp with time zone)'),
    -- rights
    ('gov_create_role', 'role text, description text DEFAULT ''''::text, permissions text[] DEFAULT ''{}''::text[], inherits text[] DEFAULT ''{}''::text[]', 'governance.roles'),
    ('gov_drop_role', 'role text', 'boolean'),
    ('gov_add_inheritance', 'role text, inherited_role text', 'governance.roles'),
    ('gov_remove_inheritance', 'role text, inherited_role text', 'governance.roles'),
    ('gov_grant_permission', 'role text, permission text', 'governance.role_permissions'),
    ('gov_revoke_permission', 'role text, permission text', 'boolean'),
    ('gov_assign_role', 'user_id text, role text, expires_at timestamp with time zone DEFAULT NULL::timestamp with time zone, reason text DEFAULT ''''::text', 'governance.user_roles'),
    ('gov_revoke_role', 'user_id text, role text, reason text DEFAULT ''''::text', 'boolean'),
    ('gov_delegate', 'role text, to_user text, until timestamp with time zone, reason text', 'governance.user_roles'),
    ('gov_has_permission', 'user_id text, permission text, resource text DEFAULT NULL::text', 'boolean'),
    ('gov_can', 'permission text, resource text DEFAULT NULL::text', 'boolean'),
    ('gov_user_roles', 'user_id text', 'TABLE(role text, assigned_at timestamp with time zone, assigned_by text, expires_at timestamp with time zone, via_role text)'),
    ('gov_user_permissions', 'user_id text', 'TABLE(permission text, via_role text)'),
    ('gov_who_can', 'permission text', 'TABLE(user_id text, via_role text)'),
    ('gov_explain_permission', 'user_id text, permission text', 'jsonb'),
    ('gov_create_sod_set', 'name text, roles text[], cardinality integer DEFAULT 2', 'governance.sod_sets'),
    ('gov_drop_sod_set', 'name text', 'boolean'),
    ('gov_sod_conflicts', '', 'TABLE(user_id text, sod_set text, roles text[])'),
    -- service levels
    ('gov_define_sla', 'resource_type text, resource_id text, response_time_p95 double precision DEFAULT 500, response_time_p99 double precision DEFAULT 1000, availability_target double precision DEFAULT 99.9, error_rate_target double precision DEFAULT 0.1, incident_response_minutes integer DEFAULT 15, incident_resolution_hours integer DEFAULT 4, window_days integer DEFAULT 30, metadata jsonb DEFAULT ''{}''::jsonb', 'governance.sla_targets'),
    ('gov_observe', 'resource_type text, resource_id text, latency_ms double precision, success boolean DEFAULT true, observed_at timestamp with time zone DEFAULT now()', 'void'),
    ('gov_observe_many', 'resource_type text, resource_id text, latency_ms double precision[], success boolean[] DEFAULT NULL::boolean[], observed_at timestamp with time zone[] DEFAULT NULL::timestamp with time zone[]', 'bigint'),
    ('gov_sla_series', 'resource_type text, resource_id text, since timestamp with time zone, until timestamp with time zone DEFAULT now(), step interval DEFAULT ''@ 5 mins''::interval', 'TABLE(bucket timestamp with time zone, count bigint, p50 double precision, p95 double precision, p99 double precision, availability_percent double precision, error_rate double precision)'),
    -- model registry
    ('gov_register_model', 'model_id text, version text, description text DEFAULT ''''::text, source_commit text DEFAULT NULL::text, training_data_hash text DEFAULT NULL::text, hyperparameters jsonb DEFAULT ''{}''::jsonb, model_path text DEFAULT ''''::text, model_size_bytes bigint DEFAULT 0, artifacts jsonb DEFAULT ''{}''::jsonb, metadata jsonb DEFAULT ''{}''::jsonb', 'governance.model_versions'),
    ('gov_update_model', 'model_id text, description text DEFAULT NULL::text, owner text DEFAULT NULL::text, tags text[] DEFAULT NULL::text[]', 'governance.models'),
    ('gov_request_model_approval', 'model_id text, version text, comments text DEFAULT ''''::text', 'governance.model_versions'),
    ('gov_approve_model', 'model_id text, version text, comments text DEFAULT ''''::text', 'governance.model_versions'),
    ('gov_reject_model', 'model_id text, version text, reason text', 'governance.model_versions'),
    ('gov_request_model_changes', 'model_id text, version text, comments text', 'governance.model_versions'),
    ('gov_deploy_model', 'model_id text, version text, environment text DEFAULT ''production''::text, deployment_id text DEFAULT NULL::text, notes text DEFAULT ''''::text', 'governance.deployment_history'),
    ('gov_rollback_model', 'model_id text, reason text, environment text DEFAULT ''production''::text, to_version text DEFAULT NULL::text', 'governance.deployment_history'),
    ('gov_undeploy_model', 'model_id text, environment text, reason text DEFAULT ''''::text', 'governance.deployment_history'),
    ('gov_deprecate_model', 'model_id text, version text, reason text DEFAULT ''''::text', 'governance.model_versions'),
    ('gov_record_model_metrics', 'model_id text, version text, metrics jsonb', 'governance.model_metrics'),
    ('gov_set_deployment_gate', 'environment text, metric text, operator text, threshold numeric, model_id text DEFAULT NULL::text', 'governance.deployment_gates'),
    ('gov_drop_deployment_gate', 'gate_id bigint', 'boolean'),
    ('gov_create_environment', 'name text, rank integer, description text DEFAULT ''''::text', 'governance.environments'),
    ('gov_set_model_alias', 'model_id text, alias text, version text, protected boolean DEFAULT NULL::boolean', 'governance.model_aliases'),
    ('gov_drop_model_alias', 'model_id text, alias text', 'boolean'),
    ('gov_create_model', 'name text, description text DEFAULT ''''::text, tags jsonb DEFAULT ''{}''::jsonb', 'governance.models'),
    ('gov_rename_model', 'model_id text, name text', 'governance.models'),
    ('gov_delete_model', 'model_id text, reason text DEFAULT ''''::text', 'governance.models'),
    ('gov_delete_model_version', 'model_id text, version text, reason text DEFAULT ''''::text', 'governance.model_versions'),
    ('gov_describe_model_version', 'model_id text, version text, description text', 'governance.model_versions'),
    ('gov_set_model_tag', 'model_id text, key text, value text', 'governance.model_tags'),
    ('gov_drop_model_tag', 'model_id text, key text', 'boolean'),
    ('gov_set_version_tag', 'model_id text, version text, key text, value text', 'governance.model_version_tags'),
    ('gov_drop_version_tag', 'model_id text, version text, key text', 'boolean'),
    ('gov_search_models', 'filter text DEFAULT ''''::text, order_by text[] DEFAULT ''{}''::text[], limit_rows integer DEFAULT 100, page text DEFAULT NULL::text', 'jsonb'),
    ('gov_search_model_versions', 'filter text DEFAULT ''''::text, order_by text[] DEFAULT ''{}''::text[], limit_rows integer DEFAULT 100, page text DEFAULT NULL::text', 'jsonb'),
    ('gov_model_version', 'model_id text, version text', 'SETOF governance.model_versions'),
    ('gov_model_versions', 'model_id text, limit_rows integer DEFAULT 50, before timestamp with time zone DEFAULT NULL::timestamp with time zone', 'SETOF governance.model_versions'),
    ('gov_latest_model', 'model_id text', 'SETOF governance.model_versions'),
    ('gov_model_by_alias', 'model_id text, alias text', 'SETOF governance.model_versions'),
    ('gov_models', 'search text DEFAULT NULL::text, owner text DEFAULT NULL::text, tag text DEFAULT NULL::text, status text DEFAULT NULL::text, limit_rows integer DEFAULT 100, after text DEFAULT NULL::text', 'SETOF governance.models'),
    ('gov_deployed_model', 'model_id text, environment text DEFAULT ''production''::text, as_of timestamp with time zone DEFAULT NULL::timestamp with time zone', 'SETOF governance.model_versions'),
    ('gov_model_history', 'model_id text, version text DEFAULT NULL::text, limit_rows integer DEFAULT 50, after bigint DEFAULT NULL::bigint', 'SETOF governance.deployment_history'),
    ('gov_model_approvals', 'model_id text, version text', 'SETOF governance.approval_history'),
    -- policies
    ('gov_set_policy', 'name text, value jsonb, reason text DEFAULT ''''::text', 'governance.policies'),
    ('gov_policy', 'name text', 'jsonb'),
    -- audit trail
    ('gov_log_event', 'event_type text, action text, resource text, status text DEFAULT ''success''::text, details jsonb DEFAULT ''{}''::jsonb', 'governance.audit_events'),
    ('gov_audit_trail', 'user_id text DEFAULT NULL::text, resource text DEFAULT NULL::text, since timestamp with time zone DEFAULT NULL::timestamp with time zone, until timestamp with time zone DEFAULT NULL::timestamp with time zone, limit_rows integer DEFAULT 100', 'SETOF governance.audit_events'),
    ('gov_merkle_leaf_hash', 'data bytea', 'bytea'),
    ('gov_merkle_root', 'leaves bytea[]', 'bytea'),
    ('gov_merkle_inclusion_path', 'leaves bytea[], leaf_index bigint', 'bytea[]'),
    ('gov_merkle_consistency_path', 'leaves bytea[], old_size bigint', 'bytea[]'),
    ('gov_merkle_verify_inclusion', 'leaf_hash bytea, leaf_index bigint, tree_size bigint, path bytea[], root bytea', 'boolean'),
    ('gov_merkle_verify_consistency', 'old_size bigint, new_size bigint, path bytea[], old_root bytea, new_root bytea', 'boolean'),
    -- operations
    ('gov_transitions', 'OUT machine text, OUT from_state text, OUT to_state text, OUT permission text, OUT rule text', 'SETOF record'),
    ('gov_state_diagram', 'machine text', 'text'),
    ('gov_help', 'word text DEFAULT ''''::text', 'TABLE(function text, what text, needs text)'),
    ('gov_version', '', 'text');

SELECT c.name AS differs, c.arguments, c.result
FROM pg_temp.contract AS c
WHERE NOT EXISTS (
    SELECT FROM pg_temp.functions AS f
    WHERE f.proname = c.name AND pg_get_function_arguments(f.oid) = c.arguments AND pg_get_function_result(f.oid) = c.result)
ORDER BY c.name COLLATE "C";
-- no name has two meanings: some have one for each type of one argument
SELECT f.oid::regprocedure AS overloaded
FROM pg_temp.functions AS f
JOIN (SELECT proname FROM pg_temp.functions WHERE NOT internal GROUP BY proname HAVING count(*) > 1) AS o USING (proname)
ORDER BY f.oid::regprocedure::text COLLATE "C";

-- every column, those of tables that are there
CREATE TABLE pg_temp.columns (relation text, columns text);
INSERT INTO pg_temp.columns VALUES
    ('users', 'user_id email db_role is_active created_at created_by metadata'),
    ('roles', 'role description is_builtin'),
    ('role_permissions', 'role permission granted_at granted_by'),
    ('user_roles', 'user_id role assigned_at assigned_by expires_at reason'),
    ('models', 'model_id description owner tags created_at created_by'),
    ('model_versions', 'model_id version created_at created_by description source_commit training_data_hash hyperparameters model_path model_size_bytes artifacts metadata content_digest status approval_status'),
    ('model_metrics', 'model_id version recorded_at recorded_by metrics'),
    ('model_aliases', 'model_id alias version is_protected'),
    ('approval_history', 'model_id version approval_status reviewer reviewed_at comments content_digest'),
    ('deployment_history', 'model_id version deployment_id environment deployed_at deployed_by status ended_at ended_by reason notes request_id gate_results'),
    ('deployment_gates', 'gate_id environment metric operator threshold model_id'),
    ('environments', 'name rank description'),
    ('use_cases', 'usecase_id name description owner model_ids input_schema output_schema impact_level risk_class impact_score affected_systems dependencies status created_at created_by replaced_by'),
    ('usecase_approvals', 'usecase_id reviewer reviewed_at status comments'),
    ('usecase_deployments', 'usecase_id deployment_id environment deployed_at deployed_by status notes'),
    ('usecase_metrics', 'usecase_id recorded_at recorded_by metrics'),
    ('approval_requests', 'request_id action requester_id requested_at expires_at status context comments'),
    ('approvals', 'request_id approver_id approved_at approval_status comments'),
    ('approval_policies', 'action required_role required_count timeout_hours allow_self_approval requires_sod enabled'),
    ('policies', 'name value default_value description'),
    ('incidents', 'incident_id category severity title description resource affected_count status reported_at reported_by aware_at acknowledged_at resolved_at resolution root_cause dedup_key metadata'),
    ('compliance_reports', 'report_id report_type generated_at generated_by period_start period_end report digest'),
    ('sla_targets', 'resource_type resource_id revision response_time_p95 response_time_p99 availability_target error_rate_target max_downtime_hours incident_response_minutes incident_resolution_hours window_days valid_from valid_to updated_by metadata'),
    ('sla_measurements', 'resource_type resource_id measured_at metrics recorded_by'),
    ('sla_violations', 'violation_id resource_type resource_id violation_type opened_at closed_at target_value actual_value peak_value severity acknowledged_at acknowledged_by notes incident_id'),
    ('escalation_rules', 'rule_id resource_type resource_id violation_type threshold escalation_level notify_users notify_teams create_incident delay'),
    ('audit_events', 'event_id occurred_at xid actor evidence db_role session_role event_type action resource resource_type outcome old_row new_row changes details client_addr application_name'),
    ('access_audit_log', 'event_id occurred_at user_id permission resource result details');
SELECT c.relation, k.name AS missing
FROM pg_temp.columns AS c CROSS JOIN string_to_table(c.columns, ' ') AS k(name)
JOIN pg_temp.relations AS r ON r.relname = c.relation
LEFT JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attname = k.name
WHERE a.attname IS NULL;
SELECT relation AS missing FROM pg_temp.columns
WHERE relation = ANY ('{users,roles,role_permissions,user_roles,models,model_versions,model_metrics,model_aliases,approval_history,deployment_history,deployment_gates,environments,policies,audit_events,access_audit_log}')
    AND relation NOT IN (SELECT relname FROM pg_temp.relations);
-- times are timestamptz, documents jsonb
SELECT r.oid::regclass, a.attname, a.atttypid::regtype FROM pg_temp.relations AS r
JOIN pg_attribute AS a ON a.attrelid = r.oid
WHERE r.relkind = 'r' AND a.attnum > 0
    AND (a.atttypid IN ('timestamp'::regtype, 'json'::regtype, 'varchar'::regtype)
        OR (a.attname LIKE '%\_at' AND a.atttypid <> 'timestamptz'::regtype));

-- -------------------------------------------------------------------------
-- what an ordinary role may try
-- -------------------------------------------------------------------------
CREATE ROLE regress_security_user;
CREATE ROLE regress_security_outsider;
CREATE SCHEMA regress_security AUTHORIZATION regress_security_user;
INSERT INTO governance.users (user_id, email, db_role)
VALUES ('security-user', 'user@example.org', 'regress_security_user');

ANALYZE governance.users;

\set VERBOSITY sqlstate
SET ROLE regress_security_user;

-- writing tables by hand
INSERT INTO governance.user_roles (user_id, role) VALUES ('security-user', 'admin');   -- 42501
UPDATE governance.users SET db_role = 'regress_security_user' WHERE true;   -- 42501
DELETE FROM governance.sod_sets;   -- 42501
TRUNCATE governance.audit_events;   -- 42501
\copy governance.user_roles (user_id, role) FROM '/dev/null'
-- 42501, though there is nothing in it
INSERT INTO governance.audit_events (event_type) VALUES ('forged');   -- 42501
SELECT nextval('governance.audit_events_event_id_seq');   -- 42501
BEGIN;
LOCK governance.access_generation IN ROW EXCLUSIVE MODE;   -- 42501
ROLLBACK;
SELECT * FROM governance.users FOR UPDATE;   -- 42501
MERGE INTO governance.roles AS r USING (VALUES ('admin')) AS v(role) ON r.role = v.role
    WHEN MATCHED THEN DELETE;   -- 42501

-- changing what stands there
ALTER TABLE governance.users DISABLE ROW LEVEL SECURITY;   -- 42501
ALTER TABLE governance.user_roles DISABLE TRIGGER guard;   -- 42501
DROP TRIGGER guard ON governance.users;   -- 42501
CREATE TRIGGER mine BEFORE INSERT ON governance.users EXECUTE FUNCTION suppress_redundant_updates_trigger();   -- 42501
CREATE RULE mine AS ON INSERT TO governance.users DO INSTEAD NOTHING;   -- 42501
CREATE POLICY mine ON governance.users USING (true);   -- 42501
CREATE TABLE governance.mine ();   -- 42501
CREATE TABLE regress_security.child () INHERITS (governance.users);   -- 42501
ALTER FUNCTION gov_can(text, text) COST 1;   -- 42501
DROP EXTENSION governance;   -- 42501
SET session_replication_role = replica;   -- 42501

-- calling what is inside
SELECT governance.require_permission('audit:read');   -- 42501
SELECT governance.require_actor();   -- 42501
SELECT governance.check_limit(0);   -- 42501
SELECT * FROM governance.permission_catalog();   -- 42501
CREATE TABLE regress_security.users (user_id text, db_role name, is_active boolean);
CREATE TRIGGER guard AFTER INSERT ON regress_security.users
    FOR EACH ROW EXECUTE FUNCTION governance.guard();   -- 42501
CREATE TRIGGER append_only BEFORE INSERT ON regress_security.users
    FOR EACH ROW EXECUTE FUNCTION governance.audit_append_only();   -- 42501

-- one's own row is seen, others' and the trail are not
SELECT user_id FROM governance.users;
SELECT count(*) FROM governance.audit_events;
SELECT count(*) FROM governance.api_tokens;
SELECT count(*) > 0 AS roles FROM governance.roles;
SELECT token_hash FROM governance.api_tokens;   -- 42501
-- nor by a function that the planner would like to ask before the policy
SET client_min_messages = notice;
\set VERBOSITY terse
CREATE FUNCTION regress_security.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0001
AS $$ BEGIN RAISE NOTICE 'saw %', $1; RETURN true; END $$;
SELECT count(*) FROM governance.users WHERE regress_security.tell(user_id);
SELECT count(*) FROM governance.audit_events WHERE regress_security.tell(event_type);
RESET client_min_messages;
-- statistics would tell what the rows do not
SELECT count(*) FROM pg_stats WHERE schemaname = 'governance' AND tablename = 'users';

-- a search_path full of traps: what runs as the owner does not look there
CREATE FUNCTION regress_security.clock_timestamp() RETURNS timestamptz LANGUAGE plpgsql
AS $$ BEGIN RAISE NOTICE 'a planted clock, run by %', current_user; RETURN now(); END $$;
CREATE FUNCTION regress_security.same(text, text) RETURNS boolean LANGUAGE plpgsql
AS $$ BEGIN RAISE NOTICE 'a planted operator, run by %', current_user; RETURN true; END $$;
CREATE OPERATOR regress_security.= (LEFTARG = text, RIGHTARG = text, FUNCTION = regress_security.same);
CREATE TEMP TABLE users (user_id text, db_role name, is_active boolean);
CREATE TEMP TABLE user_roles (user_id text, role text);
INSERT INTO pg_temp.user_roles VALUES ('security-user', 'admin');
CREATE FUNCTION pg_temp.gov_can(text) RETURNS boolean LANGUAGE sql AS 'SELECT true';
SET client_min_messages = notice;
SET search_path = regress_security, pg_temp, public, pg_catalog;
SELECT gov_current_actor();
SELECT gov_can('audit:read'), gov_has_permission('security-user', 'audit:read');
SELECT count(*) FROM governance.users;
SELECT count(*) FROM governance.audit_events;
SELECT gov_create_api_token('security-user', 'in a trap') IS NOT NULL AS made;
SELECT name FROM gov_api_tokens();
SELECT gov_revoke_api_token(token_id) FROM gov_api_tokens();
SELECT role FROM gov_user_roles('security-user');
SELECT actor FROM gov_log_event('probe', 'trap', 'security');
RESET search_path;

\set VERBOSITY sqlstate

-- an overload in public cannot be planted where PUBLIC may not create there
SELECT has_schema_privilege('public', 'CREATE') AS may_plant;

-- a view or function of one's own shows the caller's rows, not the owner's
CREATE VIEW regress_security.all_users AS SELECT user_id FROM governance.users;
GRANT USAGE ON SCHEMA regress_security TO regress_security_outsider;
GRANT SELECT ON regress_security.all_users TO regress_security_outsider;
SELECT * FROM regress_security.all_users;

-- who is no user sees nothing; SET ROLE to a role that is none neither
SET ROLE regress_security_outsider;
SELECT gov_current_actor() IS NULL AS nobody;
SELECT * FROM regress_security.all_users;
SELECT (SELECT count(*) FROM governance.users) AS users, (SELECT count(*) FROM governance.roles) AS roles,
       (SELECT count(*) FROM governance.model_versions) AS versions, (SELECT count(*) FROM governance.policies) AS policies,
       (SELECT count(*) FROM governance.audit_events) AS events, (SELECT count(*) FROM governance.api_tokens) AS tokens;
SELECT gov_log_event('probe', 'look', 'security');   -- 42501
RESET ROLE;

-- a superuser cannot set the guard on other tables, or call it
CREATE TRIGGER guard AFTER INSERT ON regress_security.users
    FOR EACH ROW EXECUTE FUNCTION governance.guard();
INSERT INTO regress_security.users VALUES ('security-user', 'x', true);   -- 39P01
SELECT governance.guard();   -- 39P01

-- forging the trail: not by a superuser either, without taking the lock off
INSERT INTO governance.audit_events (incarnation, occurred_at, xid, evidence, event_type, action, outcome, leaf_hash)
VALUES (1, now(), '1', 'session', 'model_version.approve', 'approve', 'success', sha256('x'));   -- MG004
UPDATE governance.audit_events SET actor = NULL;   -- MG004
DELETE FROM governance.audit_events;   -- MG004
TRUNCATE governance.audit_events;   -- MG004
SET session_replication_role = replica;
DELETE FROM governance.audit_events;   -- MG004
TRUNCATE governance.sod_sets;   -- 55000
UPDATE governance.users SET user_id = 'security-other' WHERE user_id = 'security-user';   -- 55000
UPDATE governance.users SET metadata = '{"by": "hand"}' WHERE user_id = 'security-user';
RESET session_replication_role;
SELECT event_type, changes FROM governance.audit_events WHERE resource = 'user/security-user' AND outcome <> 'denied' ORDER BY event_id DESC LIMIT 1;

SET client_min_messages = warning;
DROP SCHEMA regress_security CASCADE;
DROP FUNCTION pg_temp.gov_can(text);
DROP TABLE pg_temp.users, pg_temp.user_roles;
UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id = 'security-user';
DROP ROLE regress_security_user, regress_security_outsider;
