-- What pg_dump includes: every table that holds data, every identity sequence.
DO $$
DECLARE
    kept regclass;
BEGIN
    FOR kept IN
        SELECT c.oid
        FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = 'governance'::regnamespace
            AND c.relkind IN ('r', 'S')
            AND c.relname NOT IN ('access_generation', 'policy_generation', 'admit_generation', 'sla_generation', 'issuer_generation')
        ORDER BY c.relname
    LOOP
        PERFORM pg_catalog.pg_extension_config_dump(kept, '');
    END LOOP;
END
$$;
