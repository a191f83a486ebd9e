-- What names a thing that then changes: protected aliases, the replacements of
-- use-cases, the models of deployed ones.
\set VERBOSITY default
\set SHOW_CONTEXT never
CREATE ROLE regress_pointers_ann;
CREATE ROLE regress_pointers_ops;
SELECT count(gov_create_user('pointers_' || u, NULL, ('regress_pointers_' || u)::name)) FROM unnest('{ann,ops}'::text[]) AS u;
SELECT role FROM gov_assign_role('pointers_ann', 'approver');
SELECT role FROM gov_assign_role('pointers_ops', 'operator');
CREATE FUNCTION pg_temp.approved(model_id text, VARIADIC versions text[])
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    version text;
BEGIN
    FOREACH version IN ARRAY versions LOOP
        PERFORM gov_register_model(model_id, version);
        PERFORM set_config('role', 'regress_pointers_ann', true);
        PERFORM gov_approve_model(model_id, version);
        PERFORM set_config('role', 'none', true);
    END LOOP;
END
$$;
CREATE FUNCTION pg_temp.deployed(model_id text, environment text, VARIADIC versions text[])
RETURNS void LANGUAGE sql AS $$
    SELECT gov_deploy_model($1, v, $2) FROM unnest($3) WITH ORDINALITY AS u(v, n) ORDER BY n;
$$;
CREATE FUNCTION pg_temp.aliases(model_id text)
RETURNS TABLE (alias text, version text, is_protected boolean) LANGUAGE sql AS $$
    SELECT a.alias, a.version, a.is_protected FROM governance.model_aliases AS a WHERE a.model_id = $1 ORDER BY 1;
$$;

--
-- Protected aliases: deprecation
--
SELECT pg_temp.approved('pointers_a', 'v1', 'v2', 'v3');
SELECT alias FROM gov_set_model_alias('pointers_a', 'champion', 'v1', true);
SELECT alias FROM gov_set_model_alias('pointers_a', 'backup', 'v1', true);
SELECT alias FROM gov_set_model_alias('pointers_a', 'latest', 'v1');
SELECT gov_deprecate_model('pointers_a', 'v1');                         -- 55000, both named
SELECT version FROM gov_set_model_alias('pointers_a', 'champion', 'v2');
SELECT gov_deprecate_model('pointers_a', 'v1');                         -- 55000, the other
SELECT is_protected FROM gov_set_model_alias('pointers_a', 'backup', 'v1', false);
SELECT status FROM gov_deprecate_model('pointers_a', 'v1');
SELECT * FROM pg_temp.aliases('pointers_a');

--
-- Protected aliases: rollback
--
SELECT pg_temp.approved('pointers_b', 'v1', 'v2', 'v3', 'v4');
SELECT pg_temp.deployed('pointers_b', 'staging', 'v1', 'v2', 'v3');
SELECT pg_temp.deployed('pointers_b', 'production', 'v1', 'v2', 'v3');
SELECT count(gov_set_model_alias('pointers_b', a, 'v3', true)) FROM unnest('{champion,first}'::text[]) AS a;
SELECT alias FROM gov_set_model_alias('pointers_b', 'latest', 'v3');
SELECT alias FROM gov_set_model_alias('pointers_b', 'next', 'v4', true);
-- it keeps its approval, being live in production: the aliases stay
SET ROLE regress_pointers_ops;
SELECT version FROM gov_rollback_model('pointers_b', 'only staging', 'staging');
RESET ROLE;
SELECT * FROM pg_temp.aliases('pointers_b');
-- to the one before, also by who may not move aliases, also while suspended
SELECT is_suspended FROM gov_suspend('a flood');
SET ROLE regress_pointers_ops;
SELECT version FROM gov_rollback_model('pointers_b', 'it lies');
RESET ROLE;
SELECT * FROM pg_temp.aliases('pointers_b');
SELECT gov_drop_model_alias('pointers_b', 'champion');                  -- 55000, suspended
SELECT is_suspended FROM gov_resume('dry again');
-- to the one that is asked for
SELECT version FROM gov_rollback_model('pointers_b', 'it lies too', to_version => 'v1');
SELECT * FROM pg_temp.aliases('pointers_b');
-- to none
SELECT version FROM gov_rollback_model('pointers_b', 'all of them lie');
SELECT * FROM pg_temp.aliases('pointers_b');
SELECT event_type, resource, actor, old_row ->> 'version' AS was, new_row ->> 'version' AS is, details
FROM governance.audit_events WHERE resource LIKE 'model\_alias/pointers\_b:%' AND event_type NOT LIKE '%.set' ORDER BY resource, event_id;
-- a superseded or an undeployed version is still approved
SELECT pg_temp.deployed('pointers_b', 'staging', 'v4');
SELECT status FROM gov_undeploy_model('pointers_b', 'staging');
SELECT * FROM pg_temp.aliases('pointers_b');
-- no protected alias names what it may not
SELECT a.model_id, a.alias FROM governance.model_aliases AS a
JOIN governance.model_versions AS v USING (model_id, version)
WHERE a.is_protected AND (v.approval_status <> 'approved' OR v.status = 'deprecated');

--
-- What replaces a use-case
--
SELECT count(gov_create_usecase('pointers_' || u, u, 'a use-case', 'pointers_ops')) FROM unnest('{a,b,c,d,e}'::text[]) AS u;
SELECT replaced_by FROM gov_deprecate_usecase('pointers_a', replaced_by => 'pointers_c');
SELECT replaced_by FROM gov_deprecate_usecase('pointers_b', replaced_by => 'pointers_c');
SELECT status FROM gov_archive_usecase('pointers_b');
SELECT replaced_by FROM gov_deprecate_usecase('pointers_c', 'a better one', replaced_by => 'pointers_d');
SELECT usecase_id, status, replaced_by FROM governance.use_cases WHERE usecase_id LIKE 'pointers\_%' ORDER BY 1;
SELECT gov_admit('pointers_a') ->> 'reason' AS reason;
SELECT replaced_by FROM gov_deprecate_usecase('pointers_d', 'no more of it');
SELECT usecase_id, status, replaced_by FROM governance.use_cases WHERE usecase_id LIKE 'pointers\_%' ORDER BY 1;
SELECT event_type, resource, old_row ->> 'replaced_by' AS was, new_row ->> 'replaced_by' AS is
FROM governance.audit_events WHERE resource LIKE 'usecase/pointers\_%' AND event_type = 'usecase.replace' ORDER BY resource, event_id;

--
-- The models of a deployed use-case
--
SELECT pg_temp.approved('pointers_m', 'v1', 'v2');
SELECT pg_temp.deployed('pointers_m', 'staging', 'v1', 'v2');
SELECT pg_temp.deployed('pointers_m', 'production', 'v1', 'v2');
SELECT count(gov_create_usecase('pointers_' || u, u, 'a use-case', 'pointers_ops', '{pointers_m}')) FROM unnest('{f,g,h}'::text[]) AS u;
SELECT count(gov_submit_usecase('pointers_' || u)) FROM unnest('{f,g,h}'::text[]) AS u;
SET ROLE regress_pointers_ann;
SELECT count(gov_approve_usecase('pointers_' || u)) FROM unnest('{f,g,h}'::text[]) AS u;
RESET ROLE;
SELECT environment FROM gov_deploy_usecase('pointers_f');
SELECT environment FROM gov_deploy_usecase('pointers_g');
SELECT environment FROM gov_deploy_usecase('pointers_h', environment => 'staging');
SELECT status FROM gov_undeploy_model('pointers_m', 'staging');
SELECT version FROM gov_rollback_model('pointers_m', 'one is left');
SELECT version FROM gov_rollback_model('pointers_m', 'none is left');   -- f, g
SELECT gov_admit('pointers_f') ->> 'admitted' AS admitted;

--
-- Roles that approval policies name, and users that things name
--
SELECT role FROM gov_create_role('pointers_board');
SELECT enabled FROM gov_set_approval_policy('usecase_deprecate', required_role => 'pointers_board');
SELECT count(gov_assign_role('pointers_' || u, 'pointers_board')) FROM unnest('{ann,ops}'::text[]) AS u;
SELECT gov_revoke_role('pointers_ann', 'pointers_board');               -- one is left
SELECT is_active FROM gov_deactivate_user('pointers_ops', 'left');      -- none is
SELECT is_active FROM gov_reactivate_user('pointers_ops');
SELECT gov_revoke_role('pointers_ops', 'pointers_board');
SELECT gov_drop_role('pointers_board');                                 -- 55000
SELECT enabled FROM gov_set_approval_policy('usecase_deprecate', enabled => false);
SELECT gov_drop_role('pointers_board');
