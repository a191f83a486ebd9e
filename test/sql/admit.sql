-- May a request be served now, and by which versions?

CREATE ROLE regress_admit_app;
CREATE ROLE regress_admit_ann;
CREATE ROLE regress_admit_ops;
CREATE ROLE regress_admit_stranger;
INSERT INTO governance.users (user_id, db_role)
SELECT 'admit_' || p, 'regress_admit_' || p FROM unnest('{app,ann,ops}'::text[]) AS p;
INSERT INTO governance.user_roles (user_id, role) VALUES ('admit_ann', 'approver'), ('admit_ops', 'operator');

SELECT count(*) FROM unnest('{admit_a,admit_b}'::text[]) AS m, unnest('{1,2}'::text[]) AS v, gov_register_model(m, v);
SELECT status FROM gov_create_usecase('adm.uc', 'Admit', '', 'team', '{admit_a,admit_b}');
SELECT value FROM gov_set_policy('model.require_staging', 'false');

-- --- who may ask, about what ---------------------------------------------------

SET ROLE regress_admit_stranger;
SELECT gov_admit('adm.uc');                                                    -- 42501
SET ROLE regress_admit_app;
SELECT gov_admit('adm.none');                                                  -- 42704
SELECT gov_admit('a b');                                                       -- 22023
SELECT gov_admit(NULL);                                                        -- 22023

-- --- from draft to deployed, each step at once -----------------------------------

SELECT gov_admit('adm.uc');
RESET ROLE;
SELECT status FROM gov_submit_usecase('adm.uc');
SET ROLE regress_admit_app;
SELECT gov_admit('adm.uc');
SET ROLE regress_admit_ann;
SELECT status FROM gov_approve_usecase('adm.uc');
SELECT count(*) FROM unnest('{admit_a,admit_b}'::text[]) AS m, unnest('{1,2}'::text[]) AS v, gov_approve_model(m, v);
SET ROLE regress_admit_app;
SELECT gov_admit('adm.uc');
SET ROLE regress_admit_ops;
SELECT status FROM gov_deploy_usecase('adm.uc', environment => 'staging');
SELECT gov_admit('adm.uc');
SELECT status FROM gov_deploy_model('admit_a', '1');
SELECT status FROM gov_deploy_model('admit_b', '1');
SELECT status FROM gov_deploy_usecase('adm.uc');
SET ROLE regress_admit_app;
SELECT gov_admit('adm.uc');

-- --- models come and go -------------------------------------------------------

SET ROLE regress_admit_ops;
SELECT status FROM gov_deploy_model('admit_a', '2');
SELECT gov_admit('adm.uc') -> 'models' AS models;
SELECT version FROM gov_rollback_model('admit_a', 'drift');
SELECT gov_admit('adm.uc') -> 'models' AS models;
SELECT status FROM gov_undeploy_model('admit_b', 'production', 'broken');
SELECT gov_admit('adm.uc');
-- another deployment below production does not help
SELECT status FROM gov_deploy_model('admit_b', '2', 'staging');
SELECT gov_admit('adm.uc') -> 'admitted' AS admitted;

-- without the policy it goes on with what is there; an override counts for its transaction
RESET ROLE;
BEGIN;
SELECT gov_override_policy('usecase.require_deployed_models', 'false', 'b is optional today');
SELECT gov_admit('adm.uc');
SAVEPOINT s;
SELECT gov_override_policy('usecase.require_deployed_models', 'true', 'is it?');
SELECT gov_admit('adm.uc');
ROLLBACK TO s;
SELECT gov_admit('adm.uc') -> 'admitted' AS admitted;
COMMIT;
SELECT gov_admit('adm.uc') -> 'admitted' AS admitted;
SELECT value FROM gov_set_policy('usecase.require_deployed_models', 'false');
SELECT gov_admit('adm.uc') -> 'admitted' AS admitted;
SELECT value FROM gov_set_policy('usecase.require_deployed_models', 'true');
SELECT gov_admit('adm.uc') -> 'admitted' AS admitted;

-- --- one's own work is seen, and unseen when undone --------------------------------

BEGIN;
SELECT status FROM gov_deploy_model('admit_b', '1');
SELECT gov_admit('adm.uc');
SAVEPOINT s;
SELECT count(*) FROM gov_undeploy_model('admit_a', 'production');
SELECT gov_admit('adm.uc') ->> 'reason' AS reason;
ROLLBACK TO s;
SELECT gov_admit('adm.uc') ->> 'reason' AS reason;
ROLLBACK;
SELECT gov_admit('adm.uc') ->> 'reason' AS reason;
-- and a decision that was caught
DO $$
BEGIN
    BEGIN
        PERFORM gov_deploy_model('admit_b', '1');
        RAISE NOTICE 'inside: %', gov_admit('adm.uc') -> 'admitted';
        RAISE EXCEPTION 'undo';
    EXCEPTION WHEN raise_exception THEN
        NULL;
    END;
    RAISE NOTICE 'after: %', gov_admit('adm.uc') -> 'admitted';
END
$$;
SELECT status FROM gov_deploy_model('admit_b', '2');
SELECT gov_admit('adm.uc');

-- --- environments -----------------------------------------------------------------

-- another one of production's rank counts, after production itself
SELECT rank FROM gov_create_environment('admit_eu', 100);
SELECT version FROM gov_register_model('admit_a', '3');
SET ROLE regress_admit_ann;
SELECT status FROM gov_approve_model('admit_a', '3');
RESET ROLE;
SELECT status FROM gov_deploy_model('admit_a', '3', 'admit_eu');
SELECT gov_admit('adm.uc') -> 'models' AS models;
SELECT status FROM gov_undeploy_model('admit_a', 'production');
SELECT gov_admit('adm.uc') -> 'models' AS models;
-- a change of rank counts at once
UPDATE governance.environments SET rank = 50 WHERE name = 'admit_eu';
SELECT gov_admit('adm.uc') ->> 'reason' AS reason;
UPDATE governance.environments SET rank = 100 WHERE name = 'admit_eu';
SELECT gov_admit('adm.uc') -> 'admitted' AS admitted;

-- --- suspended ------------------------------------------------------------------

SELECT is_suspended FROM gov_suspend('breach');
SELECT gov_admit('adm.uc');
SELECT is_suspended FROM gov_resume('mended');
SELECT gov_admit('adm.uc') -> 'admitted' AS admitted;

-- --- no models, parallel plans, read-only -----------------------------------------

SELECT status FROM gov_create_usecase('adm.none', 'No model', '', 'team');
SELECT status FROM gov_submit_usecase('adm.none');
SET ROLE regress_admit_ann;
SELECT status FROM gov_approve_usecase('adm.none');
SET ROLE regress_admit_ops;
SELECT status FROM gov_deploy_usecase('adm.none');
SELECT gov_admit('adm.none');
BEGIN READ ONLY;
SELECT gov_admit('adm.none') -> 'admitted' AS admitted;
COMMIT;
RESET ROLE;
SELECT proparallel, provolatile, prosecdef, proconfig FROM pg_proc WHERE proname = 'gov_admit';

-- --- the end -----------------------------------------------------------------------

SELECT status FROM gov_deprecate_usecase('adm.uc', 'done', replaced_by => 'adm.none');
SELECT gov_admit('adm.uc');
SELECT status FROM gov_archive_usecase('adm.uc');
SELECT gov_admit('adm.uc');
-- an inactive user may not ask any more
UPDATE governance.users SET is_active = false WHERE user_id = 'admit_app';
SET ROLE regress_admit_app;
SELECT gov_admit('adm.none');                                                  -- 42501
RESET ROLE;

SELECT value FROM gov_set_policy('model.require_staging', 'true');
UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id LIKE 'admit\_%';
DROP ROLE regress_admit_app, regress_admit_ann, regress_admit_ops, regress_admit_stranger;
