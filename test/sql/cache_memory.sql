-- What a backend keeps of users that it was asked about takes no more than a
-- table of them does: what is left of smaller ones, as it grew, is given back.
BEGIN;
ALTER TABLE governance.users DISABLE TRIGGER guard;
INSERT INTO governance.users (user_id) SELECT 'kept_' || i FROM generate_series(1, 3000) AS i;
SELECT count(*) FILTER (WHERE gov_has_permission('kept_' || i, 'model:deploy')) FROM generate_series(1, 3000) AS i;
SELECT sum(total_bytes) < 1.25 * 4096 * 32 FROM pg_backend_memory_contexts
WHERE name = 'governance cache' AND ident = 'permissions';
ROLLBACK;
