-- The schema is made here and not named in the control file: that would adopt
-- a schema somebody else had made.  Where one exists, this fails.
CREATE SCHEMA governance;
COMMENT ON SCHEMA governance IS
'AI/ML governance: registries, rights, audit trail.  Read it as an active governance user; change it by the functions gov_*.';

-- Functions that run as the owner pin their search_path, and here every name is
-- qualified; operators are not.  CREATE EXTENSION would look for those in the
-- functions' schema too, where whoever may CREATE can have planted one that
-- fits better than that of pg_catalog, for a superuser to call and for the
-- bodies below to be bound to.
SET LOCAL search_path TO pg_catalog, pg_temp;

-- Whoever may CREATE in the functions' schema can plant an overload that makes
-- a call ambiguous or takes it over.
DO $$
DECLARE
    -- quoted where it needs to be
    functions pg_catalog.regnamespace := '@extschema@';
    others text;
BEGIN
    IF pg_catalog.has_schema_privilege('public', functions, 'CREATE') THEN
        RAISE WARNING 'every role may create functions in schema %', functions
            USING DETAIL = 'A function planted there with a name of this extension can be called by mistake for ours.',
                  HINT = 'REVOKE CREATE ON SCHEMA ' || functions || ' FROM PUBLIC;';
        RETURN;
    END IF;

    -- the owner of a database is a member of pg_database_owner, whose "public" is
    SELECT pg_catalog.string_agg(pg_catalog.quote_ident(r.rolname), ', ' ORDER BY r.rolname)
    INTO others
    FROM pg_catalog.pg_roles AS r
    WHERE NOT r.rolsuper AND r.rolname <> 'pg_database_owner'
        AND pg_catalog.has_schema_privilege(r.oid, functions, 'CREATE');
    IF others IS NOT NULL THEN
        RAISE WARNING 'roles that are no superusers may create functions in schema %', functions
            USING DETAIL = 'These roles: ' || others || '.  A function planted there with a name of this extension can be called by mistake for ours.',
                  HINT = 'Give the functions a schema of their own: CREATE EXTENSION governance SCHEMA ...';
    END IF;
END
$$;
