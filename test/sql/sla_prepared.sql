-- Observations of a prepared transaction count when that is committed, not if it
-- is rolled back.  A server with max_prepared_transactions = 0, the default,
-- prepares none: sla_prepared_1.out.
SELECT revision FROM gov_define_sla('model', 'ingest-prepared', 100, 200);
-- what is committed, folded or not
CREATE VIEW pg_temp.counted AS
SELECT coalesce(sum(observations), 0) AS n FROM (
    SELECT resource_id, observations FROM governance.sla_deltas
    UNION ALL
    SELECT resource_id, observations FROM governance.sla_minutes
) AS s
WHERE resource_id = 'ingest-prepared';
BEGIN;
SELECT gov_observe_many('model', 'ingest-prepared', '{1,2,3}');
PREPARE TRANSACTION 'regress_sla_prepared_1';
BEGIN;
SELECT gov_observe_many('model', 'ingest-prepared', '{1,2,3,4}');
PREPARE TRANSACTION 'regress_sla_prepared_2';
SELECT n FROM pg_temp.counted;
COMMIT PREPARED 'regress_sla_prepared_1';
ROLLBACK PREPARED 'regress_sla_prepared_2';
SELECT n FROM pg_temp.counted;
