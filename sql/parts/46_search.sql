-- Models and versions by a filter.

CREATE FUNCTION @extschema@.gov_search_models(
    filter text = '',
    order_by text[] = '{}',
    limit_rows integer = 100,
    page text = NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_search_models'
LANGUAGE C STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_search_models(text, text[], integer, text) IS
'Find models by name and tags.  filter: comparisons joined by AND, as in name LIKE ''credit%'' AND tags."team" = ''risk''; of name and tags.KEY, with =, !=, LIKE, ILIKE; values in quotes.  order_by: name, last_updated_timestamp, each with ASC or DESC; by name unless said.  limit_rows: 1 to 10000; page: next_page of the page before.  The answer: models, next_page (null: that was all); a page may end earlier, at about 8 MB.  What does not parse: 22023.  Needs an active user.';

CREATE FUNCTION @extschema@.gov_search_model_versions(
    filter text = '',
    order_by text[] = '{}',
    limit_rows integer = 100,
    page text = NULL)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_search_model_versions'
LANGUAGE C STABLE PARALLEL RESTRICTED
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_search_model_versions(text, text[], integer, text) IS
'Find versions by name, run, place, number and tags.  filter: as that of gov_search_models(), of name (the model''s), run_id, source_path, version_number and tags.KEY; version_number takes =, !=, <, <=, >, >= and a whole number, run_id also IN (''a'', ''b'').  order_by: name, version_number, creation_timestamp, last_updated_timestamp; newest first unless said.  The rest: as of that function; model_versions.  Needs an active user.';
