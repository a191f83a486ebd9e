-- Static separation of duties, and roles that are lent.
\set VERBOSITY terse
\set SHOW_CONTEXT never

CREATE ROLE regress_duties_lia;
CREATE ROLE regress_duties_ben;
CREATE ROLE regress_duties_out;

SELECT user_id FROM gov_create_user('duties_lia', '', 'regress_duties_lia');
SELECT user_id FROM gov_create_user('duties_ben', '', 'regress_duties_ben');
SELECT user_id FROM gov_create_user('duties_out', '', 'regress_duties_out');
CREATE FUNCTION duties_held(who text) RETURNS TABLE (role text, lent_by text)
LANGUAGE sql AS
$$SELECT r.role, r.delegated_by FROM governance.user_roles AS r
  WHERE r.user_id = who ORDER BY r.role$$;

--
-- Sets that come with the extension
--
SELECT name, roles, cardinality FROM governance.sod_sets ORDER BY name;
SELECT role FROM gov_assign_role('duties_lia', 'auditor');
\set VERBOSITY default
SELECT gov_assign_role('duties_lia', 'operator');                       -- MG001
\set VERBOSITY terse
SELECT gov_assign_role('duties_lia', 'admin');                          -- MG001
SELECT gov_assign_role('duties_lia', 'approver');                       -- MG001
SELECT * FROM duties_held('duties_lia');
-- whoever writes
INSERT INTO governance.user_roles (user_id, role) VALUES ('duties_lia', 'operator'); -- MG001
-- an expiring one counts as long as it lasts
SELECT gov_assign_role('duties_lia', 'operator', now() + interval '1 hour'); -- MG001
SELECT gov_revoke_role('duties_lia', 'auditor');
SELECT role FROM gov_assign_role('duties_lia', 'operator');
SELECT gov_assign_role('duties_lia', 'approver');                       -- MG001
SELECT role FROM gov_assign_role('duties_lia', 'auditor', clock_timestamp() - interval '1 hour'); -- 22023
SELECT gov_revoke_role('duties_lia', 'operator');
INSERT INTO governance.user_roles (user_id, role, expires_at) VALUES ('duties_lia', 'operator', now() - interval '1 second');
SELECT role FROM gov_assign_role('duties_lia', 'auditor');
SELECT gov_revoke_role('duties_lia', 'operator'), gov_revoke_role('duties_lia', 'auditor');

-- they are removable
BEGIN;
SELECT gov_drop_sod_set('auditor_operator');
SELECT role FROM gov_assign_role('duties_lia', 'auditor');
SELECT role FROM gov_assign_role('duties_lia', 'operator');
ROLLBACK;

--
-- Inheritance counts
--
SELECT role FROM gov_create_role('duties_lead', inherits => '{operator}');
SELECT role FROM gov_create_role('duties_boss', inherits => '{duties_lead}');
SELECT role FROM gov_create_role('duties_judge');
SELECT role FROM gov_assign_role('duties_lia', 'duties_boss');
\set VERBOSITY default
SELECT gov_assign_role('duties_lia', 'approver');                       -- MG001
-- an inheritance that somebody could not have been assigned
SELECT role FROM gov_assign_role('duties_lia', 'duties_judge');
SELECT gov_add_inheritance('duties_judge', 'approver');                 -- MG001
\set VERBOSITY terse
SELECT gov_add_inheritance('duties_boss', 'auditor');                   -- MG001
-- of a role that is held by way of another
SELECT gov_add_inheritance('duties_lead', 'auditor');                   -- MG001
INSERT INTO governance.role_inheritance (role, inherited_role)
VALUES ('duties_judge', 'approver');                                    -- MG001
-- a role that breaks a set by itself can be made, and held by nobody
SELECT role FROM gov_create_role('duties_both', inherits => '{operator,approver}');
SELECT gov_assign_role('duties_out', 'duties_both');                    -- MG001
SELECT gov_drop_role('duties_both');

--
-- Sets of one's own
--
SELECT count(gov_create_role(r)) FROM unnest('{duties_a,duties_b,duties_c}'::text[]) AS r;
SELECT name, roles, cardinality, created_by = gov_current_actor() AS by_dba
FROM gov_create_sod_set('duties_three', '{duties_a,duties_b,duties_c}', 3);
-- two of the three, but not all
SELECT role FROM gov_assign_role('duties_out', 'duties_a');
SELECT role FROM gov_assign_role('duties_out', 'duties_b');
SELECT gov_assign_role('duties_out', 'duties_c');                       -- MG001
-- a set that somebody breaks already is refused, with their names; an
-- inactive user counts, or reactivation would break it
SELECT role FROM gov_assign_role('duties_ben', 'duties_b');
SELECT role FROM gov_assign_role('duties_ben', 'duties_c');
SELECT is_active FROM gov_deactivate_user('duties_ben');
\set VERBOSITY default
SELECT gov_create_sod_set('duties_two', '{duties_c,duties_b,duties_a}');  -- MG001
SELECT gov_create_sod_set('duties_three', '{duties_a,duties_b}');       -- 23505
\set VERBOSITY terse
SELECT is_active FROM gov_reactivate_user('duties_ben');
SELECT gov_revoke_role('duties_ben', 'duties_b'), gov_revoke_role('duties_out', 'duties_a');
SELECT name FROM gov_create_sod_set('duties_two', '{duties_c,duties_b,duties_a}');
SELECT gov_assign_role('duties_ben', 'duties_a');                       -- MG001
SELECT gov_create_sod_set('duties_two', '{duties_a,duties_b}');         -- 23505
-- bad values: 22023
SELECT gov_create_sod_set('duties_x', '{duties_a}');
SELECT gov_create_sod_set('duties_x', '{}');
SELECT gov_create_sod_set('duties_x', NULL);
SELECT gov_create_sod_set('duties_x', '{duties_a,duties_a}');
SELECT gov_create_sod_set('duties_x', '{duties_a,NULL}');
SELECT gov_create_sod_set('duties_x', '{duties_a,duties_b}', 1);
SELECT gov_create_sod_set('duties_x', '{duties_a,duties_b}', 3);
SELECT gov_create_sod_set('no good', '{duties_a,duties_b}');
SELECT gov_create_sod_set('duties_x', '{duties_a,duties_none}');        -- 42704
SELECT gov_drop_sod_set('duties_three'), gov_drop_sod_set('duties_two');
SELECT gov_revoke_role('duties_ben', 'duties_c'), gov_revoke_role('duties_out', 'duties_b');
SELECT gov_revoke_role('duties_lia', 'duties_judge'), gov_revoke_role('duties_lia', 'duties_boss');

--
-- Lending
--
SELECT role FROM gov_create_role('duties_ship', permissions => '{model:deploy}');
SELECT role FROM gov_assign_role('duties_lia', 'duties_ship');
SET ROLE regress_duties_lia;
SELECT user_id, role, assigned_by, delegated_by, reason, expires_at > now() AS expires
FROM gov_delegate('duties_ship', 'duties_ben', now() + interval '1 hour', 'holiday');
SELECT gov_has_permission('duties_ben', 'model:deploy');
-- again: end and reason are replaced
SELECT reason FROM gov_delegate('duties_ship', 'duties_ben', now() + interval '2 hours', 'longer holiday');
-- bad values: 22023
SELECT gov_delegate('duties_ship', 'duties_lia', now() + interval '1 hour', 'to oneself');
SELECT gov_delegate('duties_ship', 'duties_out', 'infinity', 'for ever');
SELECT gov_delegate('duties_ship', 'duties_out', NULL, 'for ever');
SELECT gov_delegate('duties_ship', 'duties_out', now() - interval '1 hour', 'past');
SELECT gov_delegate('duties_ship', 'duties_out', now() + interval '1 hour', '');
SELECT gov_delegate('duties_ship', 'duties_out', now() + interval '1 hour', NULL);
SELECT gov_delegate('duties_none', 'duties_out', now() + interval '1 hour', 'x'); -- 42704
SELECT gov_delegate('duties_ship', 'duties_none', now() + interval '1 hour', 'x'); -- 42704
SELECT gov_delegate('duties_a', 'duties_out', now() + interval '1 hour', 'x'); -- 42501
-- what is lent is not lent on
SET ROLE regress_duties_ben;
\set VERBOSITY default
SELECT gov_delegate('duties_ship', 'duties_out', now() + interval '1 hour', 'on'); -- 42501
\set VERBOSITY terse
-- the borrower does not end it, the lender does
SELECT gov_revoke_role('duties_ben', 'duties_ship');                    -- 42501
SET ROLE regress_duties_out;
SELECT gov_revoke_role('duties_ben', 'duties_ship');                    -- 42501
SET ROLE regress_duties_lia;
SELECT gov_revoke_role('duties_lia', 'duties_ship');                    -- 42501
SELECT gov_revoke_role('duties_ben', 'duties_ship', 'back');
SELECT gov_has_permission('duties_ben', 'model:deploy');
SELECT gov_revoke_role('duties_ben', 'duties_ship', 'back');            -- 42501

-- it ends when the lender loses the role, whatever the way
SELECT role FROM gov_delegate('duties_ship', 'duties_ben', now() + interval '1 hour', 'holiday');
RESET ROLE;
SELECT gov_revoke_role('duties_lia', 'duties_ship');
SELECT gov_has_permission('duties_ben', 'model:deploy');
-- and stays ended when the lender holds it again
SELECT role FROM gov_assign_role('duties_lia', 'duties_ship');
SELECT gov_has_permission('duties_ben', 'model:deploy');
SELECT * FROM duties_held('duties_ben');
-- by deactivation
SET ROLE regress_duties_lia;
SELECT role FROM gov_delegate('duties_ship', 'duties_ben', now() + interval '1 hour', 'holiday');
RESET ROLE;
SELECT is_active FROM gov_deactivate_user('duties_lia');
SELECT gov_has_permission('duties_ben', 'model:deploy');
SELECT * FROM duties_held('duties_ben');
SELECT is_active FROM gov_reactivate_user('duties_lia');
SELECT gov_has_permission('duties_ben', 'model:deploy');
-- by an inheritance that goes
SELECT role FROM gov_create_role('duties_fleet', inherits => '{duties_ship}');
SELECT gov_revoke_role('duties_lia', 'duties_ship');
SELECT role FROM gov_assign_role('duties_lia', 'duties_fleet');
SET ROLE regress_duties_lia;
SELECT role FROM gov_delegate('duties_ship', 'duties_ben', now() + interval '1 hour', 'holiday');
RESET ROLE;
SELECT gov_has_permission('duties_ben', 'model:deploy');
SELECT role FROM gov_remove_inheritance('duties_fleet', 'duties_ship');
SELECT gov_has_permission('duties_ben', 'model:deploy');
SELECT * FROM duties_held('duties_ben');
-- by the role that inherited it
SELECT role FROM gov_add_inheritance('duties_fleet', 'duties_ship');
SET ROLE regress_duties_lia;
SELECT role FROM gov_delegate('duties_ship', 'duties_ben', now() + interval '1 hour', 'holiday');
RESET ROLE;
SELECT gov_drop_role('duties_fleet');
SELECT gov_has_permission('duties_ben', 'model:deploy');
SELECT * FROM duties_held('duties_ben');
-- by a superuser who deletes the row
SELECT role FROM gov_assign_role('duties_lia', 'duties_ship');
SET ROLE regress_duties_lia;
SELECT role FROM gov_delegate('duties_ship', 'duties_ben', now() + interval '1 hour', 'holiday');
RESET ROLE;
DELETE FROM governance.user_roles WHERE user_id = 'duties_lia' AND role = 'duties_ship';
SELECT gov_has_permission('duties_ben', 'model:deploy');
SELECT role FROM gov_assign_role('duties_lia', 'duties_ship');
SELECT gov_has_permission('duties_ben', 'model:deploy');
SELECT * FROM duties_held('duties_ben');
-- by the end of the lender's own, to which the loan is cut
SELECT role FROM gov_assign_role('duties_lia', 'duties_ship', now() + interval '30 minutes');
SET ROLE regress_duties_lia;
SELECT role FROM gov_delegate('duties_ship', 'duties_ben', now() + interval '1 hour', 'holiday');
SELECT count(DISTINCT expires_at) FROM governance.user_roles WHERE role = 'duties_ship';
SELECT gov_has_permission('duties_ben', 'model:deploy');
RESET ROLE;
UPDATE governance.user_roles SET expires_at = now() - interval '1 second' WHERE user_id = 'duties_lia' AND role = 'duties_ship';
SET ROLE regress_duties_lia;
SELECT gov_has_permission('duties_ben', 'model:deploy');
SELECT gov_delegate('duties_ship', 'duties_ben', now() + interval '1 hour', 'x'); -- 42501
-- by a date that the lender's own is given later
RESET ROLE;
SELECT role FROM gov_assign_role('duties_lia', 'duties_ship');
SET ROLE regress_duties_lia;
SELECT role FROM gov_delegate('duties_ship', 'duties_ben', now() + interval '1 hour', 'holiday');
RESET ROLE;
SELECT role FROM gov_assign_role('duties_lia', 'duties_ship', now() + interval '30 minutes');
SELECT gov_has_permission('duties_ben', 'model:deploy');
UPDATE governance.user_roles SET expires_at = now() - interval '1 second' WHERE user_id = 'duties_lia' AND role = 'duties_ship';
SELECT gov_has_permission('duties_ben', 'model:deploy');
SELECT role FROM gov_assign_role('duties_lia', 'duties_ship');
SELECT gov_has_permission('duties_ben', 'model:deploy');

-- what is held is not lent, what is lent is not lent twice: 55000
SELECT role FROM gov_assign_role('duties_out', 'duties_ship');
SET ROLE regress_duties_lia;
SELECT gov_delegate('duties_ship', 'duties_out', now() + interval '1 hour', 'x');
SELECT role FROM gov_delegate('duties_ship', 'duties_ben', now() + interval '1 hour', 'holiday');
SET ROLE regress_duties_out;
SELECT gov_delegate('duties_ship', 'duties_ben', now() + interval '1 hour', 'x');
RESET ROLE;
SELECT gov_revoke_role('duties_ben', 'duties_ship', 'by who manages roles');
SELECT is_active FROM gov_deactivate_user('duties_ben');
SET ROLE regress_duties_lia;
SELECT gov_delegate('duties_ship', 'duties_ben', now() + interval '1 hour', 'x');
RESET ROLE;
SELECT is_active FROM gov_reactivate_user('duties_ben');

-- an assignment takes the place of a loan
SET ROLE regress_duties_lia;
SELECT role FROM gov_delegate('duties_ship', 'duties_ben', now() + interval '1 hour', 'holiday');
RESET ROLE;
SELECT delegated_by, expires_at FROM gov_assign_role('duties_ben', 'duties_ship');
SELECT gov_revoke_role('duties_lia', 'duties_ship');
SELECT gov_has_permission('duties_ben', 'model:deploy');

-- separation of duties holds for the borrower: MG001
SELECT role FROM gov_assign_role('duties_lia', 'operator');
SELECT role FROM gov_assign_role('duties_ben', 'auditor');
SET ROLE regress_duties_lia;
\set VERBOSITY default
SELECT gov_delegate('operator', 'duties_ben', now() + interval '1 hour', 'x');
\set VERBOSITY terse
SELECT role FROM gov_delegate('operator', 'duties_out', now() + interval '1 hour', 'x');
RESET ROLE;
SELECT gov_assign_role('duties_out', 'auditor');
-- a loan that its lender does not back for the moment still counts
DELETE FROM governance.user_roles WHERE user_id = 'duties_lia' AND role = 'operator';
SELECT gov_has_permission('duties_out', 'model:rollback');
SELECT gov_assign_role('duties_out', 'auditor');
SELECT gov_revoke_role('duties_out', 'operator');

-- lending and its end are in the trail
SELECT event_type, resource,
       CASE WHEN actor = session_user THEN 'dba' ELSE actor END AS actor,
       details ->> 'reason' AS reason
FROM governance.audit_events
WHERE resource IN ('user_role/duties_ben:duties_ship', 'user_role/duties_out:operator')
    AND outcome <> 'denied'
ORDER BY event_id;

-- clean up
SET client_min_messages = warning;
SELECT count(gov_drop_role(role)) FROM governance.roles WHERE role LIKE 'duties\_%';
RESET client_min_messages;
SELECT count(gov_revoke_role(user_id, role)) FROM governance.user_roles WHERE user_id LIKE 'duties\_%';
SELECT count(gov_deactivate_user(user_id)) FROM governance.users WHERE user_id LIKE 'duties\_%';
UPDATE governance.users SET db_role = NULL WHERE user_id LIKE 'duties\_%';
DROP FUNCTION duties_held(text);
DROP ROLE regress_duties_lia, regress_duties_ben, regress_duties_out;
