-- SQLite as a registry: the same rules as triggers, one commit a call, each as
-- durable as PostgreSQL's.  test/bench/concurrency.sh makes the
-- calls.
PRAGMA journal_mode = WAL;
CREATE TABLE users (user_id TEXT PRIMARY KEY, is_active INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
CREATE TABLE user_roles (user_id TEXT, role TEXT, PRIMARY KEY (user_id, role)) WITHOUT ROWID;
CREATE TABLE role_permissions (role TEXT, permission TEXT, PRIMARY KEY (role, permission)) WITHOUT ROWID;
CREATE TABLE model_versions (
    model_id TEXT NOT NULL, version TEXT NOT NULL, created_by TEXT NOT NULL, description TEXT NOT NULL,
    hyperparameters TEXT NOT NULL, content_digest TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'registered', approval_status TEXT NOT NULL DEFAULT 'pending',
    PRIMARY KEY (model_id, version)
);
CREATE INDEX model_versions_status_idx ON model_versions (status, model_id);
CREATE TABLE approval_history (
    approval_no INTEGER PRIMARY KEY, model_id TEXT NOT NULL, version TEXT NOT NULL, approval_status TEXT NOT NULL,
    reviewer TEXT NOT NULL, reviewed_at TEXT NOT NULL, content_digest TEXT NOT NULL
);
CREATE INDEX approval_history_version_idx ON approval_history (model_id, version, approval_no);
CREATE TABLE audit_events (
    event_id INTEGER PRIMARY KEY, occurred_at TEXT NOT NULL, actor TEXT, event_type TEXT NOT NULL,
    resource TEXT NOT NULL, old_row TEXT, new_row TEXT
);
CREATE INDEX audit_events_resource_idx ON audit_events (resource, occurred_at);
CREATE INDEX audit_events_actor_idx ON audit_events (actor, occurred_at);

CREATE TRIGGER vote_rules BEFORE INSERT ON approval_history BEGIN
    SELECT RAISE(ABORT, 'no permission') WHERE NOT EXISTS (
        SELECT 1 FROM users JOIN user_roles USING (user_id) JOIN role_permissions USING (role)
        WHERE user_id = new.reviewer AND is_active AND permission = 'model:approve');
    SELECT RAISE(ABORT, 'separation of duties') FROM model_versions
    WHERE model_id = new.model_id AND version = new.version AND created_by = new.reviewer;
    SELECT RAISE(ABORT, 'not pending') FROM model_versions
    WHERE model_id = new.model_id AND version = new.version AND approval_status <> 'pending';
END;
CREATE TRIGGER vote_record AFTER INSERT ON approval_history BEGIN
    INSERT INTO audit_events (occurred_at, actor, event_type, resource, new_row)
    VALUES (strftime('%Y-%m-%d %H:%M:%f'), new.reviewer, 'model_approval.approve',
        'model_approval/' || new.model_id || ':' || new.version,
        json_object('model_id', new.model_id, 'version', new.version, 'approval_status', new.approval_status,
            'reviewer', new.reviewer, 'content_digest', new.content_digest));
    UPDATE model_versions SET status = 'approved', approval_status = 'approved'
    WHERE model_id = new.model_id AND version = new.version;
    INSERT INTO audit_events (occurred_at, actor, event_type, resource, old_row, new_row)
    SELECT strftime('%Y-%m-%d %H:%M:%f'), new.reviewer, 'model_version.approve',
        'model_version/' || new.model_id || ':' || new.version,
        json_object('model_id', model_id, 'version', version, 'description', description, 'hyperparameters', hyperparameters,
            'content_digest', content_digest, 'status', 'registered', 'approval_status', 'pending'),
        json_object('model_id', model_id, 'version', version, 'description', description, 'hyperparameters', hyperparameters,
            'content_digest', content_digest, 'status', status, 'approval_status', approval_status)
    FROM model_versions WHERE model_id = new.model_id AND version = new.version;
END;

INSERT INTO users (user_id) VALUES ('bench_approver');
INSERT INTO user_roles VALUES ('bench_approver', 'approver');
INSERT INTO role_permissions VALUES ('approver', 'model:approve'), ('approver', 'usecase:approve'), ('approver', 'audit:read');
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
INSERT INTO model_versions (model_id, version, created_by, description, hyperparameters, content_digest)
SELECT 'bench_model_' || i, '1.0.0', 'bench_registrar', 'to be decided on', '{"depth": 6, "eta": 0.1}', hex(randomblob(32)) FROM n;
