-- The schema is made here and not named in the control file: that would adopt
-- a schema somebody else had made.  Where one exists, this fails.
CREATE SCHEMA governance;
COMMENT ON SCHEMA governance IS
'AI/ML governance: registries, rights, audit trail.  Read it as an active governance user; change it by the functions gov_*.';

-- Nothing below relies on a search_path: every name is qualified, functions
-- that run as the owner pin theirs.

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
