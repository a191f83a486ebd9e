-- The form of names and digests, for CHECKs: in C, for every row that is
-- written pays for them.

CREATE FUNCTION governance.is_id(id text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gov_sql_is_id';
COMMENT ON FUNCTION governance.is_id(text) IS
'Has it the form ^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$ of an id?';

CREATE FUNCTION governance.is_version(version text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gov_sql_is_version';
COMMENT ON FUNCTION governance.is_version(text) IS
'Has it the form ^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$ of a version?';

CREATE FUNCTION governance.is_sha256(digest text) RETURNS boolean
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gov_sql_is_sha256';
COMMENT ON FUNCTION governance.is_sha256(text) IS
'Is it a SHA-256 in hex, ^[0-9a-f]{64}$?';

CREATE FUNCTION governance.version_number(version text) RETURNS integer
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'gov_sql_version_number';
COMMENT ON FUNCTION governance.version_number(text) IS
'The number that a version is, of up to nine digits; NULL where it is none.';
