-- Models by the names that people give them, and their tags.

CREATE FUNCTION @extschema@.gov_create_model(
    name text,
    description text = '',
    tags jsonb = '{}')
RETURNS governance.models
AS 'MODULE_PATHNAME', 'gov_create_model'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_create_model(text, text, jsonb) IS
'Make a model by name, before it has a version; owned by the actor.  name: 1 to 255 printable characters without "/" and ":", no space at either end; it becomes the model_id where it is one that was never used, else one is made.  tags: an object of strings.  Warns of a name that looks alike.  Needs model:register; a name or model_id of another model: 23505.';

CREATE FUNCTION @extschema@.gov_rename_model(
    model_id text,
    name text)
RETURNS governance.models
AS 'MODULE_PATHNAME', 'gov_rename_model'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_rename_model(text, text) IS
'Give a model another name.  Its model_id, which the trail names, stays.  Needs model:register; unknown model: 42704; a name or model_id of another model: 23505.';

CREATE FUNCTION @extschema@.gov_delete_model(
    model_id text,
    reason text = '')
RETURNS governance.models
AS 'MODULE_PATHNAME', 'gov_delete_model'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_delete_model(text, text) IS
'Take a model and its versions off every list.  Its aliases are dropped; history and trail stay, its name is free, its model_id is never used again.  Needs model:register, with a protected alias model:deploy too; deployed, or named by a use-case that is not over: 55000; unknown model: 42704.';

CREATE FUNCTION @extschema@.gov_delete_model_version(
    model_id text,
    version text,
    reason text = '')
RETURNS governance.model_versions
AS 'MODULE_PATHNAME', 'gov_delete_model_version'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_delete_model_version(text, text, text) IS
'Take a version off every list; it is deprecated.  Its aliases are dropped; history and trail stay, its version is never used again.  Needs model:register, with a protected alias model:deploy too; deployed: 55000; unknown version: 42704.';

CREATE FUNCTION @extschema@.gov_describe_model_version(
    model_id text,
    version text,
    description text)
RETURNS governance.model_versions
AS 'MODULE_PATHNAME', 'gov_describe_model_version'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_describe_model_version(text, text, text) IS
'Say something else of a version.  NULL: nothing.  What it is made of, and its digest, stay.  Needs model:register; unknown version: 42704.';

CREATE FUNCTION @extschema@.gov_set_model_tag(
    model_id text,
    key text,
    value text)
RETURNS governance.model_tags
AS 'MODULE_PATHNAME', 'gov_set_model_tag'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_set_model_tag(text, text, text) IS
'Set a tag of a model.  key: 1 to 250 letters, digits, "_", ".", "-", ":", "/" and spaces; value: up to 100000 characters.  Needs model:register; unknown model: 42704.';

CREATE FUNCTION @extschema@.gov_drop_model_tag(
    model_id text,
    key text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_drop_model_tag'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_drop_model_tag(text, text) IS
'Remove a tag of a model; true if there was one.  Needs model:register; unknown model: 42704.';

CREATE FUNCTION @extschema@.gov_set_version_tag(
    model_id text,
    version text,
    key text,
    value text)
RETURNS governance.model_version_tags
AS 'MODULE_PATHNAME', 'gov_set_version_tag'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_set_version_tag(text, text, text, text) IS
'Set a tag of a version.  key and value: as those of gov_set_model_tag().  Needs model:register; unknown version: 42704.';

CREATE FUNCTION @extschema@.gov_drop_version_tag(
    model_id text,
    version text,
    key text)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_drop_version_tag'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_drop_version_tag(text, text, text) IS
'Remove a tag of a version; true if there was one.  Needs model:register; unknown version: 42704.';
