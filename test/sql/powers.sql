-- A role that an approval policy names is power, though it permits nothing: who
-- conveys it holds it, or holds admin and gives it to somebody else.

CREATE ROLE regress_powers_boss;
CREATE ROLE regress_powers_hr;
CREATE ROLE regress_powers_desk;
CREATE ROLE regress_powers_mia;
CREATE ROLE regress_powers_max;
CREATE ROLE regress_powers_spare;
SELECT count(gov_create_user('powers-' || n, NULL, ('regress_powers_' || n)::name)) FROM unnest('{boss,hr,desk,mia,max}'::text[]) AS n;
SELECT count(gov_create_user('powers-' || n, NULL)) FROM unnest('{kim,ned}'::text[]) AS n;
SELECT count(gov_create_role('powers-' || r, permissions => p)) FROM (VALUES
    ('board', '{}'::text[]), ('staff', '{}'), ('hr', '{role:manage}'), ('desk', '{user:manage}')) AS r (r, p);
SELECT role FROM gov_create_role('powers-chair', inherits => '{powers-board}');
SELECT count(gov_assign_role('powers-' || u, r)) FROM (VALUES ('boss', 'admin'), ('hr', 'powers-hr'), ('desk', 'powers-desk'), ('mia', 'powers-hr')) AS a (u, r);

-- before a policy names it, it is a role like others
SET ROLE regress_powers_hr;
SELECT role FROM gov_assign_role('powers-ned', 'powers-board');
SELECT gov_revoke_role('powers-ned', 'powers-board');
RESET ROLE;
-- nobody holds it
SELECT action, required_role FROM gov_set_approval_policy('model_rollback', required_role => 'powers-board');

-- who may only manage roles
SET ROLE regress_powers_hr;
SELECT gov_assign_role('powers-hr', 'powers-board');          -- 42501
\set VERBOSITY sqlstate
SELECT gov_assign_role('powers-kim', 'powers-board');         -- 42501
SELECT gov_assign_role('powers-hr', 'powers-chair');          -- 42501: what inherits it
SELECT gov_create_role('powers-x', inherits => '{powers-board}');          -- 42501
SELECT gov_create_role('powers-x', inherits => '{powers-staff,powers-chair}');   -- 42501
SELECT gov_add_inheritance('powers-hr', 'powers-board');      -- 42501
SELECT gov_add_inheritance('powers-staff', 'powers-chair');   -- 42501
SELECT gov_drop_role('powers-board');                         -- 55000
SELECT role FROM gov_assign_role('powers-kim', 'powers-staff');
\set VERBOSITY default
SELECT gov_drop_role('powers-board');                         -- 55000

-- who holds admin: to others, never to oneself
SET ROLE regress_powers_boss;
SELECT gov_assign_role('powers-boss', 'powers-board');        -- 42501
\set VERBOSITY sqlstate
SELECT gov_assign_role('powers-boss', 'powers-chair');        -- 42501
SELECT role FROM gov_assign_role('powers-mia', 'powers-board');
SELECT role FROM gov_assign_role('powers-max', 'powers-chair', now() + interval '1 day');
SELECT role FROM gov_create_role('powers-deputy', inherits => '{powers-chair}');
SELECT gov_assign_role('powers-boss', 'powers-deputy');       -- 42501
SELECT role FROM gov_assign_role('powers-boss', 'powers-staff');
SELECT gov_add_inheritance('powers-staff', 'powers-board');   -- 42501: a role of one's own
SELECT gov_add_inheritance('admin', 'powers-chair');          -- 42501
SELECT gov_revoke_role('powers-boss', 'powers-staff');
SELECT role FROM gov_add_inheritance('powers-staff', 'powers-board');
SELECT gov_assign_role('powers-boss', 'powers-staff');        -- 42501
SELECT role FROM gov_remove_inheritance('powers-staff', 'powers-board');

-- who holds it: to anybody, not for longer than it is held
SET ROLE regress_powers_mia;
SELECT role FROM gov_assign_role('powers-ned', 'powers-chair');
SELECT gov_revoke_role('powers-ned', 'powers-chair');
RESET ROLE;
SELECT role FROM gov_assign_role('powers-max', 'powers-hr');
SET ROLE regress_powers_max;
\set VERBOSITY default
SELECT gov_assign_role('powers-max', 'powers-chair');         -- 42501
\set VERBOSITY sqlstate
SELECT gov_assign_role('powers-ned', 'powers-board', now() + interval '2 days');   -- 42501
SELECT role FROM gov_assign_role('powers-ned', 'powers-board', now() + interval '1 hour');
SELECT gov_revoke_role('powers-ned', 'powers-board');

-- a loan is held, and not conveyed
SET ROLE regress_powers_mia;
SELECT role FROM gov_delegate('powers-board', 'powers-hr', now() + interval '1 day', 'away');
SELECT role FROM gov_delegate('powers-board', 'powers-boss', now() + interval '1 day', 'away');
SET ROLE regress_powers_hr;
SELECT gov_assign_role('powers-kim', 'powers-board');         -- 42501
SELECT gov_assign_role('powers-hr', 'powers-board');          -- 42501
SELECT gov_delegate('powers-board', 'powers-kim', now() + interval '1 hour', 'away');   -- 42501
SET ROLE regress_powers_boss;
SELECT gov_assign_role('powers-boss', 'powers-board');        -- 42501
SET ROLE regress_powers_mia;
SELECT gov_revoke_role('powers-hr', 'powers-board'), gov_revoke_role('powers-boss', 'powers-board');

-- a token, a database role, coming back: who may only manage users
RESET ROLE;
SELECT gov_revoke_role('powers-max', 'powers-hr');
SET ROLE regress_powers_desk;
\set VERBOSITY default
SELECT gov_create_api_token('powers-max', 'mine');            -- 42501
SELECT gov_create_api_token('powers-kim', 'x') IS NOT NULL AS of_no_member;
\set VERBOSITY sqlstate
SELECT gov_update_user('powers-max', db_role => 'regress_powers_spare');   -- 42501
SELECT is_active FROM gov_deactivate_user('powers-max');
SELECT gov_reactivate_user('powers-max');                     -- 42501
-- and with admin
SET ROLE regress_powers_boss;
SELECT is_active FROM gov_reactivate_user('powers-max');
SELECT gov_create_api_token('powers-max', 'his') IS NOT NULL AS made;
SELECT db_role FROM gov_update_user('powers-max', db_role => 'regress_powers_spare');
SELECT db_role FROM gov_update_user('powers-max', db_role => 'regress_powers_max');
-- but not to the session that one has
SELECT gov_create_api_token('powers-boss', 'mine') AS boss_token \gset
SET ROLE regress_powers_spare;
BEGIN;
SELECT gov_begin_as(:'boss_token');
SELECT gov_update_user('powers-max', db_role => 'regress_powers_spare');   -- 42501
ROLLBACK;

-- a policy that is off names what it will ask for
RESET ROLE;
SELECT enabled FROM gov_set_approval_policy('model_rollback', required_role => 'powers-board', enabled => false);
SET ROLE regress_powers_hr;
SELECT gov_assign_role('powers-hr', 'powers-board');          -- 42501
RESET ROLE;
-- approver is what every policy names that was never set: it counts where one is on
CREATE ROLE regress_powers_full;
SELECT user_id FROM gov_create_user('powers-full', NULL, 'regress_powers_full');
SELECT role FROM gov_create_role('powers-full', permissions => ARRAY(SELECT permission FROM governance.role_permissions WHERE role = 'approver') || '{role:manage}'::text[]);
SELECT role FROM gov_assign_role('powers-full', 'powers-full');
SET ROLE regress_powers_full;
SELECT role FROM gov_assign_role('powers-ned', 'approver');
SELECT gov_revoke_role('powers-ned', 'approver');
RESET ROLE;
SET client_min_messages = warning;
SELECT enabled FROM gov_set_approval_policy('usecase_deprecate');
RESET client_min_messages;
SET ROLE regress_powers_full;
SELECT gov_assign_role('powers-ned', 'approver');             -- 42501
SELECT gov_assign_role('powers-full', 'approver');            -- 42501
RESET ROLE;
SELECT enabled FROM gov_set_approval_policy('usecase_deprecate', enabled => false);

-- who held it before it was named decides; who holds nothing does not
SELECT enabled FROM gov_set_approval_policy('model_rollback', required_role => 'powers-board');
SET ROLE regress_powers_hr;
SELECT request_id FROM gov_request_approval('model_rollback', '{"model_id": "powers"}') \gset
SET ROLE regress_powers_boss;
SELECT gov_approve_request(:'request_id');                    -- 42501
SET ROLE regress_powers_max;
SELECT status FROM gov_approve_request(:'request_id');
RESET ROLE;

-- nobody active is nobody
\set VERBOSITY terse
SELECT is_active FROM gov_deactivate_user('powers-max');
SELECT gov_revoke_role('powers-mia', 'powers-board');
SELECT enabled FROM gov_set_approval_policy('model_rollback', required_role => 'powers-board');
SELECT enabled FROM gov_set_approval_policy('model_rollback', enabled => false);
SELECT gov_drop_role('powers-deputy'), gov_drop_role('powers-chair'), gov_drop_role('powers-board');
SELECT gov_drop_role('powers-' || r) FROM unnest('{staff,hr,desk,full}'::text[]) AS r;

UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id LIKE 'powers-%' AND user_id <> 'powers-boss';
SELECT gov_revoke_role('powers-boss', 'admin');
UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id = 'powers-boss';
DROP ROLE regress_powers_boss, regress_powers_hr, regress_powers_desk, regress_powers_mia, regress_powers_max, regress_powers_spare, regress_powers_full;
