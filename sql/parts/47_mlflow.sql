-- MLflow's registry API.

CREATE FUNCTION @extschema@.gov_mlflow(
    call text,
    request jsonb = '{}')
RETURNS json
AS 'MODULE_PATHNAME', 'gov_mlflow'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_mlflow(text, jsonb) IS
'Answer a call of MLflow''s registry API.  call: create_model, get_model, search_versions, transition and so on, as docs/MLFLOW.md lists them; request: its fields, others are ignored.  Each change is one of the function that SQL has for it, with its rules and refusals.  Needs an active user, and what that function does.';
