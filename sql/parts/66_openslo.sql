-- Service levels as OpenSLO documents.

CREATE FUNCTION @extschema@.gov_sla_export_openslo(
    resource_type text,
    resource_id text)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_sla_export_openslo'
LANGUAGE C STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_sla_export_openslo(text, text) IS
'The target in force as an OpenSLO document (openslo/v1, kind SLO); what OpenSLO has no field for is in its annotations.  Needs an active user; a resource without a service level: 42704.  Source: github.com/OpenSLO/OpenSLO.';

CREATE FUNCTION @extschema@.gov_sla_import_openslo(document jsonb)
RETURNS governance.sla_targets
AS 'MODULE_PATHNAME', 'gov_sla_import_openslo'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_sla_import_openslo(jsonb) IS
'Define a service level by an OpenSLO document (openslo/v1, kind SLO), as gov_define_sla() does; returns the target.  Objectives: response times at most a value for 95 or 99 per cent, availability, error rate; a document that asks for anything else is refused, saying what.  Needs sla:manage; 22023.';
