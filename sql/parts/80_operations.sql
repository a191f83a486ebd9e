-- Running it.

CREATE FUNCTION @extschema@.gov_version()
RETURNS text
AS 'MODULE_PATHNAME', 'gov_version'
LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_version() IS
'The version of the library.  Warns where the installed SQL script is of another one.';
