-- Loading a dump, and going on in another place.

CREATE FUNCTION @extschema@.gov_pre_restore()
RETURNS void
AS 'MODULE_PATHNAME', 'gov_pre_restore'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_pre_restore() IS
'Make a fresh CREATE EXTENSION ready for a dump to be loaded.  Removes the rows that it made, and lets guards stand aside in every session of the database until gov_post_restore().  Needs a superuser (42501).  Other rows, other sessions or a prepared transaction there: 55000.';

CREATE FUNCTION @extschema@.gov_post_restore()
RETURNS void
AS 'MODULE_PATHNAME', 'gov_post_restore'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_post_restore() IS
'Put the guards back after a dump was loaded.  Verifies the audit trail, begins another incarnation of it, seals what the old one had left, and ends the restoring.  Needs a superuser (42501).  Without gov_pre_restore(), or with nothing loaded: 55000; a trail that fails verification: MG005.';

CREATE FUNCTION governance.continue_log(reason text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_continue_log'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION governance.continue_log(text) IS
'The database as a whole has moved here and its original is gone: sign checkpoints in this database under the same name from now on.  False where it was so already.  For a superuser.';

CREATE FUNCTION governance.rename_log(reason text)
RETURNS uuid
AS 'MODULE_PATHNAME', 'gov_rename_log'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION governance.rename_log(text) IS
'This is a copy that goes its own way beside its original: give its log another id, so that its checkpoints have another name, and sign them here.  The new id.  For a superuser.';
