-- Models and versions by a filter: what is found, in which order, page by page,
-- and what is refused.
\set VERBOSITY terse
SET client_min_messages = error;
CREATE ROLE regress_search LOGIN;
SELECT count(gov_create_role('regress_search', '', '{model:register}'));
SELECT count(gov_create_user('search', 'search@example.com', 'regress_search'));
SELECT count(gov_assign_role('search', 'regress_search'));
SET ROLE regress_search;
SELECT count(gov_create_model('search ' || chr(64 + i), tags => CASE WHEN i <= 3 THEN jsonb_build_object('team', 'red ' || i, 'a key', 'it''s') ELSE '{}' END))
FROM generate_series(1, 5) AS i;
SELECT count(gov_register_model(m.model_id, i::text, model_path => 's3://b/' || i, metadata => CASE WHEN i > 1 THEN jsonb_build_object('run_id', 'run' || i) ELSE '{}' END))
FROM governance.models AS m, generate_series(1, 3) AS i WHERE m.name IN ('search A', 'search B');
SELECT count(gov_register_model((SELECT model_id FROM governance.models WHERE name = 'search C'), '1.0.0', model_path => '100%_off'));
SELECT count(gov_set_version_tag(model_id, '2', 'stage', 'a"b')) FROM governance.models WHERE name IN ('search A', 'search B');

CREATE FUNCTION pg_temp.models(filter text, VARIADIC order_by text[] = '{}') RETURNS text
LANGUAGE sql AS $$
    SELECT string_agg(right(m ->> 'name', 1), '' ORDER BY n)
    FROM jsonb_array_elements(gov_search_models('name LIKE ''search%'' AND ' || filter, order_by) -> 'models') WITH ORDINALITY AS t(m, n);
$$;
CREATE FUNCTION pg_temp.versions(filter text, VARIADIC order_by text[] = '{}') RETURNS text
LANGUAGE sql AS $$
    SELECT string_agg((SELECT right(name, 1) FROM governance.models AS m WHERE m.model_id = v ->> 'model_id') || (v ->> 'version'), ' ' ORDER BY n)
    FROM jsonb_array_elements(gov_search_model_versions('name LIKE ''search%'' AND ' || filter, order_by) -> 'model_versions') WITH ORDINALITY AS t(v, n);
$$;

-- what is found
SELECT filter, pg_temp.models(filter) AS found FROM unnest(ARRAY[
    $$name != 'x'$$, $$name = 'search B'$$, $$ name="search B" $$, $$attribute.name = 'search B' and name LIKE '%B'$$, $$name LIKE 'SEARCH%'$$,
    $$name ILIKE '%CH _'$$, $$name LIKE 'search\_A'$$, $$tags.team = 'red 1'$$, $$tag.team LIKE 'red%'$$, $$tags.`team` != 'red 1'$$, $$tags."a key" = 'it''s'$$,
    $$tags.team LIKE 'red%' AND tags.`a key` ILIKE 'IT%' AND name != 'search A'$$, $$tags.nothing != 'x'$$]) AS filter;
SELECT filter, pg_temp.versions(filter) AS found FROM unnest(ARRAY[
    $$name != 'x'$$, $$name = 'search C'$$, $$run_id = 'run2'$$, $$run_id != 'run2'$$, $$run_id = ''$$, $$run_id IN ('run2', "run3")$$, $$run_id IN ('')$$,
    $$source_path = 's3://b/1'$$, $$source_path LIKE '100\%\_%'$$, $$version_number > 1$$, $$version_number <= '2'$$, $$version_number != 2$$,
    $$version_number >= 2 AND run_id ILIKE 'RUN%' AND name = 'search A'$$, $$tags.stage = 'a"b'$$, $$tags.stage LIKE '%"%' and name = "search B"$$]) AS filter;

-- in which order
SELECT o, pg_temp.models($$name != 'x'$$, VARIADIC o::text[]) AS found
FROM unnest(ARRAY['{}', '{name}', '{name DESC}', '{"name  desc"}']) AS o;
SELECT count(gov_update_model(model_id, 'said')) FROM governance.models WHERE name = 'search D';
SELECT left(pg_temp.models($$name != 'x'$$, 'timestamp DESC'), 1) AS newest, right(pg_temp.models($$name != 'x'$$, 'last_updated_timestamp'), 1) AS newest;
SELECT pg_temp.versions($$name != 'x'$$, 'version_number DESC', 'name DESC'), pg_temp.versions($$name != 'x'$$, 'name', 'creation_timestamp');
SELECT pg_temp.versions($$name != 'x'$$, 'last_updated_timestamp') = pg_temp.versions($$name != 'x'$$, 'creation_timestamp') AS same;
-- describing makes it the newest version, and not its model the newest model
SELECT count(gov_describe_model_version(model_id, '1', 'said')) FROM governance.models WHERE name = 'search A';
SELECT left(pg_temp.versions($$name != 'x'$$), 2) AS newest, left(pg_temp.models($$name != 'x'$$, 'timestamp DESC'), 1) AS newest;

-- page by page: each once, in the order of the whole
CREATE FUNCTION pg_temp.paged(versions boolean, VARIADIC order_by text[]) RETURNS TABLE (pages int, same boolean)
LANGUAGE plpgsql AS $$
DECLARE
    filter CONSTANT text := 'name LIKE ''search%''';
    field CONSTANT text := CASE WHEN versions THEN 'model_versions' ELSE 'models' END;
    whole jsonb;
    answer jsonb;
    found jsonb := '[]';
    page text;
BEGIN
    pages := 0;
    IF versions THEN whole := gov_search_model_versions(filter, order_by); ELSE whole := gov_search_models(filter, order_by); END IF;
    LOOP
        IF versions THEN answer := gov_search_model_versions(filter, order_by, 2, page); ELSE answer := gov_search_models(filter, order_by, 2, page); END IF;
        pages := pages + 1;
        found := found || (answer -> field);
        page := answer ->> 'next_page';
        EXIT WHEN page IS NULL;
    END LOOP;
    same := found = whole -> field AND whole ->> 'next_page' IS NULL;
    RETURN NEXT;
END
$$;
SELECT o, (pg_temp.paged(false, VARIADIC o::text[])).* FROM unnest(ARRAY['{}', '{name DESC}', '{timestamp}', '{timestamp DESC}']) AS o;
SELECT o, (pg_temp.paged(true, VARIADIC o::text[])).* FROM unnest(ARRAY['{}', '{name}', '{name DESC}', '{version_number}', '{version_number DESC,name DESC}', '{creation_timestamp DESC}', '{last_updated_timestamp,version_number}']) AS o;
-- what comes between two pages moves nothing
SELECT gov_search_models('name LIKE ''search%''', limit_rows => 2) ->> 'next_page' AS page \gset
RESET ROLE;
SELECT count(gov_delete_model(model_id)) FROM governance.models WHERE name = 'search A';
SET ROLE regress_search;
SELECT jsonb_path_query_array(gov_search_models('name LIKE ''search%''', limit_rows => 2, page => :'page'), '$.models[*].name');

-- what is refused, and says why
CREATE FUNCTION pg_temp.refused(filter text, order_by text[] = '{}', page text = NULL, versions boolean = false) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    detail text;
BEGIN
    IF versions THEN PERFORM gov_search_model_versions(filter, order_by, 1, page); ELSE PERFORM gov_search_models(filter, order_by, 1, page); END IF;
    RETURN 'taken';
EXCEPTION WHEN others THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
    RETURN sqlerrm || ': ' || detail;
END
$$;
SELECT filter, pg_temp.refused(filter) FROM unnest(ARRAY[
    $$name$$, $$name =$$, $$=$$, $$name = 'a' OR name = 'b'$$, $$(name = 'a')$$, $$NOT name = 'a'$$, $$name = 'a' AND$$, $$name = 'a$$, $$name = 'a' name = 'b'$$,
    $$name = a$$, $$name > 'a'$$, $$name IN ('a')$$, $$bogus = 'a'$$, $$params.x = 'a'$$, $$tags.k > 'a'$$, $$tags. = 'a'$$, $$run_id = 'a'$$, $$name LIKE 'a\'$$,
    $$name = 'a'; DROP TABLE governance.models$$, $$name = 'a' -- b$$, $$name = $1$$]) AS filter;
SELECT filter, pg_temp.refused(filter, versions => true) FROM unnest(ARRAY[
    $$run_id IN ()$$, $$run_id IN (1)$$, $$run_id IN ('a'$$, $$run_id NOT IN ('a')$$, $$tags.k IN ('a')$$, $$version_number LIKE '1'$$, $$version_number = 'a'$$, $$version_number = 2147483648$$,
    $$creation_timestamp > 1$$]) AS filter;
SELECT left(pg_temp.refused('run_id IN (' || string_agg('''a''', ',') || ')', versions => true), 130) AS too_many FROM generate_series(1, 1001);
SELECT pg_temp.refused(string_agg('name != ''a''', ' AND ')) AS too_many FROM generate_series(1, 33);
SELECT o, pg_temp.refused('', o) FROM (VALUES ('{x}'::text[]), ('{name LATER}'), ('{name ASC DESC}'), ('{""}'), ('{name,name DESC}'), ('{timestamp,last_updated_timestamp}'), ('{creation_timestamp}')) AS v(o);
SELECT page, pg_temp.refused('', '{}', page) FROM unnest(ARRAY['?', 'abc', encode('{"offset": 3}', 'base64'), encode('m+name;', 'base64'), encode('m+name;99:a,', 'base64'), encode('m+name;-1:a,', 'base64')]) AS page;
SELECT pg_temp.refused('', '{name DESC}', :'page') AS of_another_order, pg_temp.refused('', '{}', :'page', true) AS of_versions;
SELECT pg_temp.refused('', '{timestamp}', encode('m+timestamp+name;20:99999999999999999999,1:a,', 'base64'));
SELECT gov_search_models(limit_rows => 0);
SELECT gov_search_models(limit_rows => 10001);
SELECT gov_search_model_versions(order_by => '{{name}}'::text[] || '{{NULL}}');
RESET ROLE;
CREATE ROLE regress_nobody_searches;
SET ROLE regress_nobody_searches;
SELECT gov_search_models();
RESET ROLE;
DROP ROLE regress_nobody_searches;

SELECT count(gov_deactivate_user('search'));
