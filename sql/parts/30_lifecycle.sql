-- State machines, and the trigger that guards and records.

CREATE FUNCTION governance.guard()
RETURNS trigger
AS 'MODULE_PATHNAME', 'gov_guard'
LANGUAGE C;
COMMENT ON FUNCTION governance.guard() IS
'The trigger of every governed table: refuses moves that gov_transitions() does not list, records the change, invalidates caches.';

CREATE FUNCTION governance.guard_moves()
RETURNS trigger
AS 'MODULE_PATHNAME', 'gov_guard_moves'
LANGUAGE C;
COMMENT ON FUNCTION governance.guard_moves() IS
'The trigger of governed tables where a CHECK ties other columns to the state: refuses a move by hand before that CHECK does, so that it is 55000 everywhere.';

CREATE FUNCTION @extschema@.gov_transitions(
    OUT machine text, OUT from_state text, OUT to_state text,
    OUT permission text, OUT rule text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'gov_transitions'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_transitions() IS
'Every move of every state machine, the permission it needs and its rule.  from_state NULL is creation.  Needs nothing.';

CREATE FUNCTION @extschema@.gov_state_diagram(machine text)
RETURNS text
AS 'MODULE_PATHNAME', 'gov_state_diagram'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_state_diagram(text) IS
'A state machine of gov_transitions() as a Mermaid state diagram.  Unknown machine: 22023.  Needs nothing.';

CREATE FUNCTION governance.governed_tables()
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'gov_governed_tables'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.governed_tables() IS
'The tables of schema governance that the guard watches.';
CREATE FUNCTION governance.governed_kinds()
RETURNS SETOF text
AS 'MODULE_PATHNAME', 'gov_governed_kinds'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 50;
COMMENT ON FUNCTION governance.governed_kinds() IS
'What events and resources of those tables begin with, in the same order.';
