-- For web services: JSON of bounded length, and moments.

CREATE FUNCTION governance.shown_json(value jsonb)
RETURNS jsonb
AS 'MODULE_PATHNAME', 'gov_shown_json'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE COST 100;
COMMENT ON FUNCTION governance.shown_json(jsonb) IS
'The value; in place of one of more than 8 MB as text {"left_out": ...}: numbers that are short as stored may be long as text.';

CREATE FUNCTION governance.json_digest(value jsonb)
RETURNS text
AS 'MODULE_PATHNAME', 'gov_json_digest'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.json_digest(jsonb) IS
'encode(sha256(convert_to(value::text, ''UTF8'')), ''hex''), without a text of that length.';

CREATE FUNCTION governance.list_add(list internal, element jsonb)
RETURNS internal
AS 'MODULE_PATHNAME', 'gov_list_add'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.list_add(internal, jsonb) IS
'Transition of gov_list_json().';

CREATE FUNCTION governance.list_text(list internal)
RETURNS text
AS 'MODULE_PATHNAME', 'gov_list_text'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.list_text(internal) IS
'Result of gov_list_json().';

CREATE AGGREGATE @extschema@.gov_list_json(element jsonb) (
    SFUNC = governance.list_add,
    STYPE = internal,
    FINALFUNC = governance.list_text,
    FINALFUNC_MODIFY = READ_WRITE,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE @extschema@.gov_list_json(jsonb) IS
'A JSON array as text.  Of at most 64 MB: longer is 54000, as soon as it is.  "[]" where there is no row.  Needs nothing: it reads nothing but its argument.';

CREATE FUNCTION @extschema@.gov_moment(
    name text,
    value text)
RETURNS timestamptz
AS 'MODULE_PATHNAME', 'gov_moment'
LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.gov_moment(text, text) IS
'A moment as a web service is given it.  A number of seconds since 1970, or ISO 8601 (without a zone, in the session''s); NULL gives NULL.  Neither, or not of the years 1970 to 2200: 22023, with "name" as the argument; infinity passes, for since and until.  Needs nothing: it reads nothing but its arguments.';
