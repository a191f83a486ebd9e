-- What waits for the caller.

CREATE FUNCTION governance.inbox(
    limit_rows integer,
    OUT kind text,
    OUT id text,
    OUT title text,
    OUT waiting_since timestamptz,
    OUT due_at timestamptz,
    OUT call text,
    OUT route text)
RETURNS SETOF record
AS 'MODULE_PATHNAME', 'gov_inbox_rows'
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED;
COMMENT ON FUNCTION governance.inbox(integer) IS
'What the actor may decide now: of each kind at most so many, those that wait longest or are due first.';

CREATE FUNCTION @extschema@.gov_inbox(limit_rows integer = 100)
RETURNS TABLE (
    kind text,
    id text,
    title text,
    waiting_since timestamptz,
    due_at timestamptz,
    call text,
    route text)
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_limit(gov_inbox.limit_rows);
    SELECT governance.require_actor();
    SELECT i.kind, i.id, i.title, i.waiting_since, i.due_at, i.call, i.route
    FROM governance.inbox(coalesce(gov_inbox.limit_rows, 100)) AS i
    ORDER BY i.due_at, i.waiting_since, i.kind, i.id
    LIMIT coalesce(gov_inbox.limit_rows, 100);
END;
COMMENT ON FUNCTION @extschema@.gov_inbox(integer) IS
'What the caller may decide now.  By the same checks as the decision: model versions and use-cases to approve, approval requests to vote on, incidents and violations to acknowledge, reports to notify, users made at a first token to link.  call is the SQL that does it, route the same over REST, NULL where there is none; due_at NULL: by no moment.  What is due first comes first, then what waits longest.  limit_rows 1 to 10000.  Needs an active user.';
