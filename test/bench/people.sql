-- Who acts while many do at once, and what they act on.
CREATE ROLE bench_registrar LOGIN;
CREATE ROLE bench_approver LOGIN;
CREATE ROLE bench_operator LOGIN;
INSERT INTO governance.roles (role) VALUES ('bench_registers');
INSERT INTO governance.role_permissions (role, permission) VALUES ('bench_registers', 'model:register');
INSERT INTO governance.users (user_id, db_role)
VALUES ('bench_registrar', 'bench_registrar'), ('bench_approver', 'bench_approver'), ('bench_operator', 'bench_operator');
INSERT INTO governance.user_roles (user_id, role)
VALUES ('bench_registrar', 'bench_registers'), ('bench_approver', 'approver'), ('bench_operator', 'operator');
SELECT gov_define_sla('model', 'bench_' || i) FROM generate_series(1, 9) AS i;

CREATE TABLE bench.rates (what text, side text, clients int, rate float8);

-- Observations as rows, with the index that their readers need.
CREATE TABLE bench.observations (
    resource_type text NOT NULL,
    resource_id   text NOT NULL,
    observed_at   timestamptz NOT NULL,
    latency_ms    float8 NOT NULL,
    success       boolean NOT NULL
);
CREATE INDEX ON bench.observations (resource_type, resource_id, observed_at);

CREATE SEQUENCE bench.gov_approve MINVALUE 0;
CREATE SEQUENCE bench.rules_approve MINVALUE 0;
CREATE SEQUENCE bench.gov_deploy MINVALUE 0;
CREATE SEQUENCE bench.rules_deploy MINVALUE 0;
