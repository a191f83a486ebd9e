-- Every GRANT and REVOKE, and who sees which row.

-- Default privileges of the installing role leak into what an extension
-- makes: take everything from everybody first.
DO $$
DECLARE
    leaked record;
BEGIN
    FOR leaked IN
        SELECT DISTINCT
            CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS grantee,
            o.target
        FROM (
            SELECT n.nspacl AS acl, n.nspowner AS owner, 'SCHEMA governance' AS target
            FROM pg_catalog.pg_namespace AS n
            WHERE n.nspname = 'governance'
            UNION ALL
            SELECT c.relacl, c.relowner,
                CASE c.relkind WHEN 'S' THEN 'SEQUENCE ' ELSE 'TABLE ' END || c.oid::regclass
            FROM pg_catalog.pg_class AS c
            WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'v', 'S')
            UNION ALL
            SELECT coalesce(p.proacl, pg_catalog.acldefault('f', p.proowner)), p.proowner,
                'FUNCTION ' || p.oid::regprocedure
            FROM pg_catalog.pg_proc AS p
            JOIN pg_catalog.pg_depend AS d ON d.objid = p.oid
                AND d.classid = 'pg_catalog.pg_proc'::regclass AND d.deptype = 'e'
            JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
                AND d.refclassid = 'pg_catalog.pg_extension'::regclass
            WHERE e.extname = 'governance'
        ) AS o, pg_catalog.aclexplode(o.acl) AS a
        WHERE a.grantee <> o.owner
    LOOP
        EXECUTE 'REVOKE ALL ON ' || leaked.target || ' FROM ' || leaked.grantee;
    END LOOP;
END
$$;

-- The functions gov_* may be called by everybody: they check the actor.  So may
-- those of the type governance.sketch and those of forms, which read nothing but
-- their arguments: a CHECK calls them as whoever writes the row.
DO $$
DECLARE
    callable regprocedure;
BEGIN
    FOR callable IN
        SELECT p.oid
        FROM pg_catalog.pg_proc AS p
        JOIN pg_catalog.pg_depend AS d ON d.objid = p.oid
            AND d.classid = 'pg_catalog.pg_proc'::regclass AND d.deptype = 'e'
        JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid
            AND d.refclassid = 'pg_catalog.pg_extension'::regclass
        WHERE e.extname = 'governance'
            AND (p.proname LIKE 'gov\_%' OR p.proname = 'sketch' OR p.proname LIKE 'sketch\_%'
                OR p.proname IN ('is_id', 'is_version', 'is_sha256', 'version_number'))
    LOOP
        EXECUTE 'GRANT EXECUTE ON FUNCTION ' || callable || ' TO PUBLIC';
    END LOOP;
END
$$;

-- Everybody may SELECT; row-level security decides which rows they see.
GRANT USAGE ON SCHEMA governance TO PUBLIC;
GRANT SELECT ON ALL TABLES IN SCHEMA governance TO PUBLIC;
REVOKE SELECT ON governance.api_tokens FROM PUBLIC;
GRANT INSERT ON governance.sla_observations TO PUBLIC;
GRANT SELECT (token_id, user_id, name, created_at, created_by, principals, backers, expires_at, revoked_at, revoked_by)
    ON governance.api_tokens TO PUBLIC;
REVOKE SELECT ON governance.issuer_keys FROM PUBLIC;
GRANT SELECT (issuer, thumbprint, kid, kty, crv, alg, n, e, x, y, stored_at, stored_by)
    ON governance.issuer_keys TO PUBLIC;

DO $$
DECLARE
    readable record;
BEGIN
    FOR readable IN
        SELECT c.oid::regclass AS relation, c.relname
        FROM pg_catalog.pg_class AS c
        WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind = 'r'
    LOOP
        -- COPY refuses a table with row security; and there is no row
        CONTINUE WHEN readable.relname = 'sla_observations';
        EXECUTE 'ALTER TABLE ' || readable.relation || ' ENABLE ROW LEVEL SECURITY';
        CONTINUE WHEN readable.relname IN ('users', 'api_tokens', 'api_token_uses', 'idempotency_keys', 'compliance_reports', 'user_identities');
        -- A subquery is asked once for a query, and Citus distributes no table
        -- whose policies have one: keep it in each.
        -- a leaf's hash tells whether one has guessed the event
        IF readable.relname = 'audit_events' OR readable.relname IN (SELECT governance.sealed_tables()) THEN
            EXECUTE 'CREATE POLICY audit_readers ON ' || readable.relation
                || ' FOR SELECT USING ((SELECT @extschema@.gov_can(''audit:read'')))';
            CONTINUE;
        END IF;
        EXECUTE 'CREATE POLICY active_users ON ' || readable.relation
            || ' FOR SELECT USING ((SELECT @extschema@.gov_current_actor()) IS NOT NULL)';
    END LOOP;
END
$$;

CREATE POLICY own_row ON governance.users FOR SELECT
    USING (user_id = (SELECT @extschema@.gov_current_actor())
        OR (SELECT @extschema@.gov_can('user:manage'))
        OR (SELECT @extschema@.gov_can('audit:read')));
CREATE POLICY own_tokens ON governance.api_tokens FOR SELECT
    USING (user_id = (SELECT @extschema@.gov_current_actor())
        OR (SELECT @extschema@.gov_can('user:manage')));
-- Its members read every column, so they see no row; gov_api_tokens() has them.
CREATE POLICY no_hashes ON governance.api_tokens AS RESTRICTIVE FOR SELECT
    TO pg_read_all_data USING (false);
CREATE POLICY no_secrets ON governance.issuer_keys AS RESTRICTIVE FOR SELECT
    TO pg_read_all_data USING (secret IS NULL);
CREATE POLICY own_identities ON governance.user_identities FOR SELECT
    USING (user_id = (SELECT @extschema@.gov_current_actor())
        OR (SELECT @extschema@.gov_can('user:manage'))
        OR (SELECT @extschema@.gov_can('audit:read')));
CREATE POLICY uses_of_own_tokens ON governance.api_token_uses FOR SELECT
    USING (token_id IN (SELECT t.token_id FROM governance.api_tokens AS t));
CREATE POLICY own_keys ON governance.idempotency_keys FOR SELECT
    USING (user_id = (SELECT @extschema@.gov_current_actor()));
-- A report quotes the trail, and what controls found as their owners.
CREATE POLICY report_readers ON governance.compliance_reports FOR SELECT
    USING ((SELECT @extschema@.gov_can('compliance:report'))
        OR (SELECT @extschema@.gov_can('audit:read')));
