-- Policies: what there is, who may set it, what it may be set to.
\set VERBOSITY default
CREATE ROLE regress_policy_ops;
CREATE ROLE regress_policy_nobody;
SELECT user_id FROM gov_create_user('policy_ops', 'ops@policy.example', db_role => 'regress_policy_ops');
SELECT role FROM gov_assign_role('policy_ops', 'operator');

-- all that there are
SELECT name, value, value = default_value AS is_default, value_type, description
FROM governance.policies ORDER BY name;

-- every active user may ask, nobody else
SET ROLE regress_policy_ops;
SELECT gov_policy('model.require_staging');
SELECT gov_policy('sla.max_lateness');
SELECT gov_policy('no.such_policy');            -- 42704
SELECT gov_policy('not a name');                -- 22023
SELECT gov_policy(NULL);                        -- 22023
SET ROLE regress_policy_nobody;
SELECT gov_policy('model.require_staging');     -- 42501

-- setting needs system:config
SELECT gov_set_policy('model.require_staging', 'false');   -- 42501, nobody
SET ROLE regress_policy_ops;
SELECT gov_set_policy('model.require_staging', 'false');   -- 42501
SELECT gov_set_policy('no.such_policy', 'false');          -- 42501: rights come first
RESET ROLE;
SELECT gov_policy('model.require_staging');

-- a change is returned, counts at once and leaves an event with its reason
SELECT name, value, default_value
FROM gov_set_policy('model.required_approvals', '2', 'two pairs of eyes');
SELECT gov_policy('model.required_approvals');
SELECT event_type, resource, actor, changes, details
FROM governance.audit_events
WHERE resource = 'policy/model.required_approvals' AND outcome <> 'denied' ORDER BY event_id;

-- the value it has: the row, and no event
SELECT name, value
FROM gov_set_policy('model.required_approvals', '2', 'the same again');
SELECT count(*) FROM governance.audit_events
WHERE resource = 'policy/model.required_approvals' AND outcome <> 'denied';

-- in an exception block: undone with it
DO $$
BEGIN
    PERFORM gov_set_policy('model.required_approvals', '3');
    RAISE NOTICE 'inside: %', gov_policy('model.required_approvals');
    RAISE EXCEPTION 'never mind';
EXCEPTION WHEN raise_exception THEN
    RAISE NOTICE 'after: %', gov_policy('model.required_approvals');
END
$$;
BEGIN;
SELECT value FROM gov_set_policy('model.required_approvals', '4');
SELECT gov_policy('model.required_approvals');
ROLLBACK;
SELECT gov_policy('model.required_approvals');
SELECT value FROM gov_set_policy('model.required_approvals', '1');

-- form
SELECT gov_set_policy('not a name', 'true');               -- 22023
SELECT gov_set_policy('model.require_staging', NULL);      -- 22023
SELECT gov_set_policy('no.such_policy', 'true');           -- 42704

-- of the wrong type or out of range: what is expected
SELECT gov_set_policy('model.require_staging', '"yes"');   -- 22023
SELECT gov_set_policy('model.required_approvals', '0');    -- 22023
SELECT gov_set_policy('audit.retention_days', '-1');       -- 22023
SELECT gov_set_policy('sla.max_lateness', '"a while"');    -- 22023
\set VERBOSITY sqlstate
SELECT gov_set_policy('model.require_staging', 'null');
SELECT gov_set_policy('model.require_staging', '1');
SELECT gov_set_policy('model.require_staging', '[true]');
SELECT gov_set_policy('model.required_approvals', '1001');
SELECT gov_set_policy('model.required_approvals', '1.5');
SELECT gov_set_policy('model.required_approvals', '"2"');
SELECT gov_set_policy('model.required_approvals', '1e400');
SELECT gov_set_policy('audit.retention_days', '1000001');
SELECT gov_set_policy('audit.retention_days', '{}');
SELECT gov_set_policy('sla.max_lateness', '7');
SELECT gov_set_policy('sla.max_lateness', '"-1 day"');
SELECT gov_set_policy('sla.max_lateness', '"infinity"');
SELECT gov_set_policy('sla.max_lateness', '"99999999999999999999 years"');
SELECT gov_set_policy('sla.max_lateness', '"3651 days"');
SELECT gov_set_policy('sla.max_lateness', 'true');
\set VERBOSITY default

-- the ends of each range are in it
SELECT value FROM gov_set_policy('audit.retention_days', '1000000');
SELECT value FROM gov_set_policy('audit.retention_days', '0');
SELECT value FROM gov_set_policy('model.required_approvals', '1000');
SELECT value FROM gov_set_policy('model.required_approvals', '1');
SELECT value FROM gov_set_policy('sla.max_lateness', '"3650 days"');
SELECT value FROM gov_set_policy('sla.max_lateness', '"0"');
SELECT value FROM gov_set_policy('sla.max_lateness', '"1 day 12:00"');
SELECT value FROM gov_set_policy('sla.max_lateness', '"7 days"');

-- a superuser's direct change is recorded, and counts; one that does not fit
-- is refused, and rows stay
UPDATE governance.policies SET value = 'true' WHERE name = 'sla.keep_raw';
SELECT gov_policy('sla.keep_raw');
SELECT event_type, changes FROM governance.audit_events
WHERE resource = 'policy/sla.keep_raw' AND outcome <> 'denied' ORDER BY event_id;
SELECT value FROM gov_set_policy('sla.keep_raw', 'false');
\set VERBOSITY terse
UPDATE governance.policies SET value = '"maybe"' WHERE name = 'sla.keep_raw';          -- 23514
UPDATE governance.policies SET value = '0' WHERE name = 'model.required_approvals';    -- 23514
UPDATE governance.policies SET default_value = 'true' WHERE name = 'sla.keep_raw';     -- 55000
DELETE FROM governance.policies WHERE name = 'sla.keep_raw';                           -- 55000
TRUNCATE governance.policies;                                                          -- 55000

-- in a read-only transaction one may ask
BEGIN READ ONLY;
SELECT gov_policy('sla.keep_raw');
SELECT gov_set_policy('sla.keep_raw', 'true');  -- 25006
ROLLBACK;

SELECT is_active FROM gov_deactivate_user('policy_ops');
DROP OWNED BY regress_policy_ops, regress_policy_nobody;
DROP ROLE regress_policy_ops, regress_policy_nobody;
