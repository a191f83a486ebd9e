-- People and sequences for test/bench/base, by public functions alone; with 0
-- users an empty database.
SET client_min_messages = warning;
CREATE SCHEMA bench;
SELECT :users > 0 AS wanted \gset
\if :wanted
CREATE EXTENSION governance;
CREATE ROLE bench_registrar LOGIN;
CREATE ROLE bench_approver LOGIN;
CREATE ROLE bench_operator LOGIN;
CREATE ROLE bench_gateway LOGIN;
SELECT gov_create_role('bench_registers', '', '{model:register}');
SELECT gov_create_user(r, NULL, r) FROM unnest('{bench_registrar,bench_approver,bench_operator}'::text[]) AS r;
SELECT gov_assign_role('bench_registrar', 'bench_registers'), gov_assign_role('bench_approver', 'approver'),
    gov_assign_role('bench_operator', 'operator');
SELECT gov_create_user('user_' || i, NULL) FROM generate_series(0, :users - 1) AS i;
SELECT gov_assign_role('user_' || i, CASE WHEN i % 2 = 0 THEN 'analyst' ELSE 'operator' END)
FROM generate_series(0, :users - 1) AS i;
CREATE SEQUENCE bench.register;
CREATE SEQUENCE bench.approve;
CREATE SEQUENCE bench.deploy;
GRANT USAGE ON SCHEMA bench TO bench_registrar, bench_approver, bench_operator;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA bench TO bench_registrar, bench_approver, bench_operator;
VACUUM ANALYZE;
\endif
