-- The installing role becomes the first user, an admin. The guards exist already, so the trail
-- records it; nobody is known yet, so its evidence is "unmapped".
INSERT INTO governance.users (user_id, db_role)
SELECT CASE
           WHEN c.name ~ '^[A-Za-z0-9]' AND c.name <> 'system' THEN c.name
           ELSE 'u' || c.name
       END,
       current_user
FROM (SELECT pg_catalog.regexp_replace(current_user::text, '[^A-Za-z0-9._-]', '_', 'g')) AS c(name);

INSERT INTO governance.user_roles (user_id, role, reason)
SELECT u.user_id, 'admin', 'installed the extension'
FROM governance.users AS u;

INSERT INTO governance.environments (name, rank, description) VALUES
    ('staging', 10, 'tried under conditions like those of production'),
    ('production', 100, 'serves users');

-- Where wal_level is minimal, a sequence made by this transaction goes to disk
-- as it is at its end, and the numbers that nextval() took ahead are in no WAL
-- record: after a crash they would be given out again.  setval() takes none ahead.
DO $$
DECLARE
    made regclass;
BEGIN
    FOR made IN
        SELECT c.oid
        FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'S'
    LOOP
        EXECUTE 'SELECT pg_catalog.setval(' || made::oid
            || '::regclass, s.last_value, s.is_called) FROM ' || made || ' AS s';
    END LOOP;
END
$$;
