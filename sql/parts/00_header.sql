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
BEGIN
    IF pg_catalog.has_schema_privilege('public', '@extschema@', 'CREATE') THEN
        RAISE WARNING 'every role may create functions in schema "%"', '@extschema@'
            USING DETAIL = 'A function planted there with a name of this extension can be called by mistake for ours.',
                  HINT = 'REVOKE CREATE ON SCHEMA ' || pg_catalog.quote_ident('@extschema@') || ' FROM PUBLIC;';
    END IF;
END
$$;
