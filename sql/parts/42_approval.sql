-- Approval requests: what an organisation demands beyond a permission.

CREATE TABLE governance.approval_policies (
    action              text COLLATE "C" NOT NULL,
    required_role       text COLLATE "C" NOT NULL DEFAULT 'approver',
    required_count      integer NOT NULL DEFAULT 1,
    timeout_hours       integer NOT NULL DEFAULT 72,
    allow_self_approval boolean NOT NULL DEFAULT false,
    requires_sod        boolean NOT NULL DEFAULT true,
    enabled             boolean NOT NULL DEFAULT false,
    CONSTRAINT approval_policies_pkey PRIMARY KEY (action),
    CONSTRAINT approval_policies_required_role_fkey FOREIGN KEY (required_role)
        REFERENCES governance.roles,
    CONSTRAINT approval_policies_action_check CHECK (action IN ('model_deploy_production', 'model_rollback', 'usecase_approve', 'usecase_deprecate', 'permission_grant', 'system_config_change')),
    CONSTRAINT approval_policies_required_count_check CHECK (required_count BETWEEN 1 AND 100),
    CONSTRAINT approval_policies_timeout_hours_check CHECK (timeout_hours BETWEEN 1 AND 87600)
);
COMMENT ON TABLE governance.approval_policies IS
'Which guarded calls need an approved request, and whose approval.  Off until gov_set_approval_policy() turns one on.';
COMMENT ON COLUMN governance.approval_policies.action IS
'What it guards: model_deploy_production, model_rollback, usecase_approve, usecase_deprecate, permission_grant, system_config_change.';
COMMENT ON COLUMN governance.approval_policies.timeout_hours IS
'Hours until a request expires, unless it asks for fewer.';
COMMENT ON COLUMN governance.approval_policies.requires_sod IS
'Whether those who may not decide on the thing itself (its registrar, creator, owner or submitter) may not approve a request about it either.';

INSERT INTO governance.approval_policies (action) VALUES
    ('model_deploy_production'), ('model_rollback'), ('usecase_approve'),
    ('usecase_deprecate'), ('permission_grant'), ('system_config_change');

CREATE TABLE governance.approval_requests (
    request_id     uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
    action         text COLLATE "C" NOT NULL,
    requester_id   text COLLATE "C" NOT NULL,
    requested_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    expires_at     timestamptz NOT NULL,
    status         text NOT NULL DEFAULT 'pending',
    context        jsonb NOT NULL,
    comments       text NOT NULL DEFAULT '',
    resource_key   text COLLATE "C" NOT NULL,
    consumed_at    timestamptz,
    consumed_by    text COLLATE "C",
    overdue_at     timestamptz,
    principals     text[] COLLATE "C" NOT NULL DEFAULT '{}',
    backers        text[] COLLATE "C" NOT NULL DEFAULT '{}',
    CONSTRAINT approval_requests_pkey PRIMARY KEY (request_id),
    CONSTRAINT approval_requests_action_fkey FOREIGN KEY (action)
        REFERENCES governance.approval_policies,
    CONSTRAINT approval_requests_status_check CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'withdrawn', 'consumed')),
    CONSTRAINT approval_requests_context_check CHECK (pg_catalog.jsonb_typeof(context) = 'object')
);
CREATE INDEX approval_requests_resource_idx ON governance.approval_requests (action, resource_key) WHERE status IN ('pending', 'approved');
CREATE INDEX approval_requests_expires_at_idx ON governance.approval_requests (expires_at, request_id) WHERE status IN ('pending', 'approved');
CREATE INDEX approval_requests_context_idx ON governance.approval_requests USING gin (context jsonb_path_ops);
CREATE INDEX approval_requests_requested_at_idx ON governance.approval_requests (requested_at DESC, request_id DESC);
CREATE INDEX approval_requests_status_idx ON governance.approval_requests (status, requested_at DESC, request_id DESC);
CREATE INDEX approval_requests_action_idx ON governance.approval_requests (action, requested_at DESC, request_id DESC);
COMMENT ON TABLE governance.approval_requests IS
'Requests for approval of one action on one resource, each good for one use.  A request past expires_at has expired whatever its status says: gov_approval_requests() shows that.';
COMMENT ON COLUMN governance.approval_requests.status IS
'pending, approved, rejected, expired, withdrawn, or consumed: used by the act.  Moves only as gov_transitions() lists.';
COMMENT ON COLUMN governance.approval_requests.overdue_at IS
'When the request was found pending for longer than policy approval.response_hours; NULL: it was not.';
COMMENT ON COLUMN governance.approval_requests.principals IS
'Who asked: see gov_acts_conflict().';
COMMENT ON COLUMN governance.approval_requests.backers IS
'Who stood behind the request: see gov_acts_conflict().';
COMMENT ON COLUMN governance.approval_requests.resource_key IS
'The values of the context that identify the resource of the guarded call, one on each line.';

CREATE TABLE governance.approvals (
    request_id      uuid NOT NULL,
    approver_id     text COLLATE "C" NOT NULL,
    approved_at     timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    approval_status text NOT NULL,
    comments        text NOT NULL DEFAULT '',
    principals      text[] COLLATE "C" NOT NULL DEFAULT '{}',
    backers         text[] COLLATE "C" NOT NULL DEFAULT '{}',
    by_group        jsonb,
    CONSTRAINT approvals_pkey PRIMARY KEY (request_id, approver_id),
    CONSTRAINT approvals_request_id_fkey FOREIGN KEY (request_id)
        REFERENCES governance.approval_requests,
    CONSTRAINT approvals_approval_status_check CHECK (approval_status IN ('approved', 'rejected'))
);
COMMENT ON TABLE governance.approvals IS
'Votes on approval requests: one per request and person.';
COMMENT ON COLUMN governance.approvals.approval_status IS
'The vote: approved or rejected.';
COMMENT ON COLUMN governance.approvals.by_group IS
'The group of a signed token whose role allowed it, with who mapped the group and when; NULL: no group did.';
COMMENT ON COLUMN governance.approvals.principals IS
'Who voted: see gov_acts_conflict().';
COMMENT ON COLUMN governance.approvals.backers IS
'Who stood behind the vote: see gov_acts_conflict().';

-- Suspension: one row.
CREATE TABLE governance.system_state (
    is_suspended boolean NOT NULL DEFAULT false,
    reason       text NOT NULL DEFAULT '',
    changed_at   timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    changed_by   text COLLATE "C",
    name         text COLLATE "C" NOT NULL DEFAULT 'governance',
    CONSTRAINT system_state_pkey PRIMARY KEY (name),
    CONSTRAINT system_state_name_check CHECK (name = 'governance')
);
COMMENT ON TABLE governance.system_state IS
'One row: is governed operation suspended?  While it is, only reads, incidents, revocations and rollbacks go on.';
INSERT INTO governance.system_state DEFAULT VALUES;

CREATE FUNCTION @extschema@.gov_set_approval_policy(
    action text,
    required_role text = 'approver',
    required_count int = 1,
    timeout_hours int = 72,
    allow_self_approval boolean = false,
    requires_sod boolean = true,
    enabled boolean = true)
RETURNS governance.approval_policies
AS 'MODULE_PATHNAME', 'gov_set_approval_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_set_approval_policy(text, text, int, int, boolean, boolean, boolean) IS
'Demand an approved request for an action, or no longer.  Requests made before stay as they are.  From then on required_role, and what inherits it, is conveyed only by who holds it, or to others by a holder of admin; nobody holding it gives a notice.  Needs system:config; where system_config_change is on, a request of its own.';

CREATE FUNCTION @extschema@.gov_request_approval(
    action text,
    context jsonb,
    comments text = '',
    timeout_hours int = NULL)
RETURNS governance.approval_requests
AS 'MODULE_PATHNAME', 'gov_request_approval'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_request_approval(text, jsonb, text, int) IS
'Ask for approval of one action on one resource.  The context names the resource by the action''s keys, e.g. {"model_id": "risk", "version": "1.0.0"}; it need not exist yet.  timeout_hours: hours until it expires, by default and at most the policy''s (22023).  Needs an active user.';

CREATE FUNCTION @extschema@.gov_approve_request(
    request_id uuid,
    comments text = '')
RETURNS governance.approval_requests
AS 'MODULE_PATHNAME', 'gov_approve_request'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_approve_request(uuid, text) IS
'Vote for a request.  It is approved once the policy''s number of distinct approvers have.  Needs the policy''s role; the requester: MG001; twice, or no longer pending: 55000.';

CREATE FUNCTION @extschema@.gov_reject_request(
    request_id uuid,
    reason text)
RETURNS governance.approval_requests
AS 'MODULE_PATHNAME', 'gov_reject_request'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_reject_request(uuid, text) IS
'Vote against a request: one rejection rejects.  Needs the policy''s role.';

CREATE FUNCTION @extschema@.gov_withdraw_request(
    request_id uuid,
    reason text = '')
RETURNS governance.approval_requests
AS 'MODULE_PATHNAME', 'gov_withdraw_request'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_withdraw_request(uuid, text) IS
'Take back one''s own request, pending or approved.  Needs to have made it.';

-- A request as of now: past its time it counts as expired.
CREATE FUNCTION governance.request_status(status text, expires_at timestamptz)
RETURNS text
LANGUAGE sql VOLATILE PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE
        WHEN request_status.status IN ('pending', 'approved')
            AND request_status.expires_at <= pg_catalog.clock_timestamp()
        THEN 'expired'
        ELSE request_status.status
    END;
END;
COMMENT ON FUNCTION governance.request_status(text, timestamptz) IS
'The status of an approval request as it counts at this moment.';

CREATE FUNCTION @extschema@.gov_approval_requests(
    status text = NULL,
    action text = NULL,
    limit_rows int = 100,
    after uuid = NULL)
RETURNS SETOF governance.approval_requests
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.check_word('status', gov_approval_requests.status,
        ARRAY['pending', 'approved', 'rejected', 'expired', 'withdrawn', 'consumed']);
    SELECT governance.check_word('action', gov_approval_requests.action,
        ARRAY['model_deploy_production', 'model_rollback', 'usecase_approve', 'usecase_deprecate', 'permission_grant', 'system_config_change']);
    SELECT governance.check_limit(gov_approval_requests.limit_rows);
    SELECT governance.require_actor();
    SELECT governance.check_after(gov_approval_requests.after::text, EXISTS (
        SELECT
        FROM governance.approval_requests AS r
        WHERE r.request_id = gov_approval_requests.after));
    -- those that apply are run: each has its index
    SELECT r.request_id, r.action, r.requester_id, r.requested_at, r.expires_at,
        governance.request_status(r.status, r.expires_at), governance.shown_json(r.context), r.comments,
        r.resource_key, r.consumed_at, r.consumed_by, r.overdue_at, r.principals, r.backers
    FROM (
        (SELECT r.*
            FROM governance.approval_requests AS r
            WHERE gov_approval_requests.status <> 'expired' AND r.status = gov_approval_requests.status
                -- the same as request_status() = status, in terms whose frequency the planner knows
                AND (r.status NOT IN ('pending', 'approved') OR r.expires_at > pg_catalog.clock_timestamp())
                AND (gov_approval_requests.action IS NULL OR r.action = gov_approval_requests.action)
                AND (r.requested_at, r.request_id) < (
                    coalesce((SELECT a.requested_at FROM governance.approval_requests AS a WHERE a.request_id = gov_approval_requests.after), 'infinity'),
                    coalesce(gov_approval_requests.after, '00000000-0000-0000-0000-000000000000'))
            ORDER BY r.requested_at DESC, r.request_id DESC
            LIMIT coalesce(gov_approval_requests.limit_rows, 100))
        UNION ALL
        (SELECT r.*
            FROM governance.approval_requests AS r
            WHERE gov_approval_requests.status = 'expired' AND r.status = 'expired'
                AND (gov_approval_requests.action IS NULL OR r.action = gov_approval_requests.action)
                AND (r.requested_at, r.request_id) < (
                    coalesce((SELECT a.requested_at FROM governance.approval_requests AS a WHERE a.request_id = gov_approval_requests.after), 'infinity'),
                    coalesce(gov_approval_requests.after, '00000000-0000-0000-0000-000000000000'))
            ORDER BY r.requested_at DESC, r.request_id DESC
            LIMIT coalesce(gov_approval_requests.limit_rows, 100))
        UNION ALL
        (SELECT r.*
            -- OFFSET 0: find them by when they expire, because few wait to be marked
            FROM (
                SELECT a.*
                FROM governance.approval_requests AS a
                WHERE a.status IN ('pending', 'approved')
                    AND a.expires_at <= (SELECT pg_catalog.clock_timestamp())
                OFFSET 0
            ) AS r
            WHERE gov_approval_requests.status = 'expired'
                AND (gov_approval_requests.action IS NULL OR r.action = gov_approval_requests.action)
                AND (r.requested_at, r.request_id) < (
                    coalesce((SELECT a.requested_at FROM governance.approval_requests AS a WHERE a.request_id = gov_approval_requests.after), 'infinity'),
                    coalesce(gov_approval_requests.after, '00000000-0000-0000-0000-000000000000'))
            ORDER BY r.requested_at DESC, r.request_id DESC
            LIMIT coalesce(gov_approval_requests.limit_rows, 100))
        UNION ALL
        (SELECT r.*
            FROM governance.approval_requests AS r
            WHERE gov_approval_requests.status IS NULL AND gov_approval_requests.action IS NOT NULL
                AND r.action = gov_approval_requests.action
                AND (r.requested_at, r.request_id) < (
                    coalesce((SELECT a.requested_at FROM governance.approval_requests AS a WHERE a.request_id = gov_approval_requests.after), 'infinity'),
                    coalesce(gov_approval_requests.after, '00000000-0000-0000-0000-000000000000'))
            ORDER BY r.requested_at DESC, r.request_id DESC
            LIMIT coalesce(gov_approval_requests.limit_rows, 100))
        UNION ALL
        (SELECT r.*
            FROM governance.approval_requests AS r
            WHERE gov_approval_requests.status IS NULL AND gov_approval_requests.action IS NULL
                AND (r.requested_at, r.request_id) < (
                    coalesce((SELECT a.requested_at FROM governance.approval_requests AS a WHERE a.request_id = gov_approval_requests.after), 'infinity'),
                    coalesce(gov_approval_requests.after, '00000000-0000-0000-0000-000000000000'))
            ORDER BY r.requested_at DESC, r.request_id DESC
            LIMIT coalesce(gov_approval_requests.limit_rows, 100))
    ) AS r
    ORDER BY r.requested_at DESC, r.request_id DESC
    LIMIT coalesce(gov_approval_requests.limit_rows, 100);
END;
COMMENT ON FUNCTION @extschema@.gov_approval_requests(text, text, int, uuid) IS
'Approval requests, newest first, with their status as of this moment.  after: the last request_id of the page before; unknown: 22023.  limit_rows: 1 to 10000.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_approval_request(request_id uuid)
RETURNS jsonb
LANGUAGE sql STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
BEGIN ATOMIC
    SELECT governance.require_actor();
    SELECT pg_catalog.jsonb_build_object(
        'request_id', r.request_id,
        'action', r.action,
        'requester_id', r.requester_id,
        'requested_at', extract(epoch FROM r.requested_at),
        'expires_at', extract(epoch FROM r.expires_at),
        'status', governance.request_status(r.status, r.expires_at),
        'context', governance.shown_json(r.context),
        'comments', r.comments,
        'consumed_at', extract(epoch FROM r.consumed_at),
        'consumed_by', r.consumed_by,
        'required_role', p.required_role,
        'required_count', p.required_count,
        'approvals', coalesce((
            SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
                    'approver', a.approver_id,
                    'timestamp', extract(epoch FROM a.approved_at),
                    'status', a.approval_status,
                    'comments', a.comments)
                ORDER BY a.approved_at, a.approver_id)
            FROM governance.approvals AS a
            WHERE a.request_id = r.request_id), '[]'::jsonb))
    FROM governance.approval_requests AS r
    JOIN governance.approval_policies AS p USING (action)
    WHERE r.request_id = gov_approval_request.request_id;
END;
COMMENT ON FUNCTION @extschema@.gov_approval_request(uuid) IS
'One request and its votes.  A vote is {approver, timestamp, status, comments}; times in seconds since 1970.  NULL where there is none.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_override_policy(
    name text,
    value jsonb,
    reason text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_override_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
CREATE FUNCTION @extschema@.gov_override_policy(
    name text,
    value text,
    reason text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_override_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_override_policy(text, text, text) IS
'Set another value of a policy for this transaction, by JSON as text.  A literal or parameter of no type is this.  Needs policy:override.';

CREATE FUNCTION @extschema@.gov_override_policy(
    name text,
    value anyelement,
    reason text)
RETURNS void
AS 'MODULE_PATHNAME', 'gov_override_policy'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_override_policy(text, anyelement, text) IS
'Set another value of a policy for this transaction, as drivers send it.  A number, a boolean or an interval.  Needs policy:override.';

COMMENT ON FUNCTION @extschema@.gov_override_policy(text, jsonb, text) IS
'Set another value of a policy for the rest of this transaction.  It takes a reason and is recorded.  "approval.<action>" with false is break-glass: the action needs no request.  Needs policy:override.';

CREATE FUNCTION @extschema@.gov_suspend(reason text)
RETURNS governance.system_state
AS 'MODULE_PATHNAME', 'gov_suspend'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_suspend(text) IS
'Suspend governed operation.  Only reads, incidents, revocations and rollbacks go on, gov_admit() refuses.  Needs system:shutdown.';

CREATE FUNCTION @extschema@.gov_resume(reason text)
RETURNS governance.system_state
AS 'MODULE_PATHNAME', 'gov_resume'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_resume(text) IS
'End a suspension.  Needs system:shutdown.';
