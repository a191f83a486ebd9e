-- What a publication of all tables (change data capture, a replica, an upgrade by
-- replication) demands of each: that a row can be named.  Else UPDATE and DELETE
-- fail, the worker's too.  Where there is no key the whole row is its name.
DO $$
DECLARE
    keyless regclass;
BEGIN
    FOR keyless IN
        SELECT c.oid
        FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'r'
            AND NOT EXISTS (
                SELECT FROM pg_catalog.pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary)
        ORDER BY c.relname
    LOOP
        EXECUTE 'ALTER TABLE ' || keyless || ' REPLICA IDENTITY FULL';
    END LOOP;
END
$$;
