-- The installing role becomes the first user, an admin.  The guards stand
-- already, so the trail tells of it; nobody is known yet, so its evidence is
-- "unmapped".
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
