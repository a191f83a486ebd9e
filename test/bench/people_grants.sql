-- What these people need of the baselines, which check the rest themselves.
GRANT USAGE ON SCHEMA bench, rules, chain TO bench_registrar, bench_approver, bench_operator;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA bench TO bench_approver, bench_operator;
GRANT INSERT ON bench.observations TO bench_operator;
GRANT SELECT ON bench.users, bench.user_roles, bench.role_permissions, bench.role_inheritance TO bench_operator;
