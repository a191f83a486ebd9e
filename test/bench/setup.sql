-- Where measurements go, and how one is taken.
CREATE EXTENSION governance;
CREATE SCHEMA bench;

-- value: microseconds a call, or calls a second, as the row's unit says.
CREATE TABLE bench.measured (
    what    text NOT NULL,
    value   float8 NOT NULL
);

-- The statement makes so many calls: note the time of one.  Where there is a
-- second statement, it is the scan without the calls, and its time is not
-- theirs; both then run several times, in turns.
CREATE FUNCTION bench.measure(what text, calls int, statement text, scan text = NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    rounds int := CASE WHEN scan IS NULL THEN 1 ELSE 5 END;
    started timestamptz;
    taken interval := '0';
BEGIN
    FOR round IN 1..rounds LOOP
        started := clock_timestamp();
        EXECUTE statement;
        taken := taken + (clock_timestamp() - started);
        CONTINUE WHEN scan IS NULL;
        started := clock_timestamp();
        EXECUTE scan;
        taken := taken - (clock_timestamp() - started);
    END LOOP;
    INSERT INTO bench.measured
    VALUES (what, extract(epoch FROM taken) * 1000000 / calls / rounds);
END
$$;

CREATE FUNCTION bench.value(what text) RETURNS float8
LANGUAGE sql STABLE AS $$
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY m.value)
    FROM bench.measured AS m WHERE m.what = $1
$$;

-- Roles that have equal permissions, ten by ten: users get one each.
INSERT INTO governance.roles (role) SELECT 'bench_role_' || i FROM generate_series(0, 19) AS i;
INSERT INTO governance.role_permissions (role, permission)
SELECT 'bench_role_' || i, CASE WHEN i < 10 THEN 'model:deploy' ELSE 'audit:read' END
FROM generate_series(0, 19) AS i;
INSERT INTO governance.role_permissions (role, permission)
SELECT 'bench_role_' || i, 'incident:report' FROM generate_series(0, 19) AS i;

-- Users from..upto, each with one role.  The guards stand aside: each would
-- write an event per row, which is not what is measured here.
CREATE PROCEDURE bench.add_users(first int, last int)
LANGUAGE plpgsql AS $$
BEGIN
    ALTER TABLE governance.users DISABLE TRIGGER guard;
    ALTER TABLE governance.user_roles DISABLE TRIGGER guard;
    INSERT INTO governance.users (user_id)
    SELECT 'bench_user_' || i FROM generate_series(first, last) AS i;
    INSERT INTO governance.user_roles (user_id, role)
    SELECT 'bench_user_' || i, 'bench_role_' || i % 20 FROM generate_series(first, last) AS i;
    ALTER TABLE governance.users ENABLE ALWAYS TRIGGER guard;
    ALTER TABLE governance.user_roles ENABLE ALWAYS TRIGGER guard;
END
$$;

-- 200,000 calls for random users among the first so many, and 5,000 for
-- database roles of the same names.
CREATE TABLE bench.calls (user_id text NOT NULL);
CREATE TABLE bench.role_calls (db_role name NOT NULL, db_group name NOT NULL);
CREATE PROCEDURE bench.make_calls(users int)
LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE bench.calls, bench.role_calls;
    PERFORM setseed(0.5);
    INSERT INTO bench.calls
    SELECT 'bench_user_' || 1 + floor(random() * users)::int FROM generate_series(1, 200000);
    INSERT INTO bench.role_calls
    SELECT c.user_id, 'bench_role_' || (random() * 9)::int FROM bench.calls AS c LIMIT 5000;
    ANALYZE bench.calls, bench.role_calls;
END
$$;
