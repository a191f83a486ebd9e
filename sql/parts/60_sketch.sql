-- The type governance.sketch: quantiles within 1 % that merge exactly.  Its
-- functions read nothing but their arguments and ask for no actor.

CREATE TYPE governance.sketch;

CREATE FUNCTION governance.sketch_in(cstring)
RETURNS governance.sketch
AS 'MODULE_PATHNAME', 'gov_sql_sketch_in'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_in(cstring) IS
'Input of type sketch; 22P02 for a text that is none.';

CREATE FUNCTION governance.sketch_out(governance.sketch)
RETURNS cstring
AS 'MODULE_PATHNAME', 'gov_sql_sketch_out'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_out(governance.sketch) IS
'Output of type sketch: JSON of version, count, min, max, sum and bins.';

CREATE FUNCTION governance.sketch_recv(internal)
RETURNS governance.sketch
AS 'MODULE_PATHNAME', 'gov_sql_sketch_recv'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_recv(internal) IS
'Binary input of type sketch; 22P03 for bytes that are none.';

CREATE FUNCTION governance.sketch_send(governance.sketch)
RETURNS bytea
AS 'MODULE_PATHNAME', 'gov_sql_sketch_send'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_send(governance.sketch) IS
'Binary output of type sketch: the bytes that are stored.';

CREATE TYPE governance.sketch (
    INPUT = governance.sketch_in,
    OUTPUT = governance.sketch_out,
    RECEIVE = governance.sketch_recv,
    SEND = governance.sketch_send,
    STORAGE = extended
);
COMMENT ON TYPE governance.sketch IS
'How many values lie where: exact count, sum, least and greatest, and quantiles within 1 % from a millionth to 4,294,967,296 (a DDSketch: Masson, Rim, Lee, PVLDB 12(12), 2019). Counts finite numbers of 0 and above, in any unit. Merging is exact: the same values make the same bytes in any order.';

-- Casts: the bytes, to be hashed or sent; back only with a check.

CREATE FUNCTION governance.sketch_from_bytea(bytes bytea)
RETURNS governance.sketch
AS 'MODULE_PATHNAME', 'gov_sql_sketch_from_bytea'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_from_bytea(bytea) IS
'A sketch from its binary form; 22P03 for bytes that are none.';

CREATE CAST (governance.sketch AS bytea) WITHOUT FUNCTION;
COMMENT ON CAST (governance.sketch AS bytea) IS
'The binary form, in which equal sketches are equal bytes.';
CREATE CAST (bytea AS governance.sketch)
    WITH FUNCTION governance.sketch_from_bytea(bytea);
COMMENT ON CAST (bytea AS governance.sketch) IS
'A sketch from its binary form; 22P03 for bytes that are none.';

-- = and hashing, for GROUP BY, DISTINCT and joins.  No order: sketches have none.

CREATE FUNCTION governance.sketch_eq(governance.sketch, governance.sketch)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_sql_sketch_eq'
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_eq(governance.sketch, governance.sketch) IS
'Whether two sketches have the same content.';

CREATE FUNCTION governance.sketch_ne(governance.sketch, governance.sketch)
RETURNS boolean
AS 'MODULE_PATHNAME', 'gov_sql_sketch_ne'
LANGUAGE C IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_ne(governance.sketch, governance.sketch) IS
'Whether two sketches differ in content.';

CREATE FUNCTION governance.sketch_hash(governance.sketch)
RETURNS integer
AS 'MODULE_PATHNAME', 'gov_sql_sketch_hash'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_hash(governance.sketch) IS
'Hash of a sketch, for hash joins and GROUP BY.';

CREATE FUNCTION governance.sketch_hash_extended(governance.sketch, bigint)
RETURNS bigint
AS 'MODULE_PATHNAME', 'gov_sql_sketch_hash_extended'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_hash_extended(governance.sketch, bigint) IS
'Hash of a sketch, of 64 bits and with a seed.';

CREATE FUNCTION governance.sketch_plus(governance.sketch, governance.sketch)
RETURNS governance.sketch
AS 'MODULE_PATHNAME', 'gov_sql_sketch_plus'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_plus(governance.sketch, governance.sketch) IS
'The sketch of the values of both; 22003 beyond 2^63 - 1 values.';

-- Operators are looked up in the search_path: they lie with the functions gov_*.

CREATE OPERATOR @extschema@.= (
    LEFTARG = governance.sketch,
    RIGHTARG = governance.sketch,
    FUNCTION = governance.sketch_eq,
    COMMUTATOR = OPERATOR(@extschema@.=),
    NEGATOR = OPERATOR(@extschema@.<>),
    RESTRICT = eqsel,
    JOIN = eqjoinsel,
    HASHES
);
COMMENT ON OPERATOR @extschema@.= (governance.sketch, governance.sketch) IS
'the same content';

CREATE OPERATOR @extschema@.<> (
    LEFTARG = governance.sketch,
    RIGHTARG = governance.sketch,
    FUNCTION = governance.sketch_ne,
    COMMUTATOR = OPERATOR(@extschema@.<>),
    NEGATOR = OPERATOR(@extschema@.=),
    RESTRICT = neqsel,
    JOIN = neqjoinsel
);
COMMENT ON OPERATOR @extschema@.<> (governance.sketch, governance.sketch) IS
'different content';

CREATE OPERATOR @extschema@.+ (
    LEFTARG = governance.sketch,
    RIGHTARG = governance.sketch,
    FUNCTION = governance.sketch_plus,
    COMMUTATOR = OPERATOR(@extschema@.+)
);
COMMENT ON OPERATOR @extschema@.+ (governance.sketch, governance.sketch) IS
'the sketch of the values of both; 22003 beyond 2^63 - 1 values';

CREATE OPERATOR CLASS governance.sketch_ops
    DEFAULT FOR TYPE governance.sketch USING hash AS
    OPERATOR 1 @extschema@.= (governance.sketch, governance.sketch),
    FUNCTION 1 governance.sketch_hash(governance.sketch),
    FUNCTION 2 governance.sketch_hash_extended(governance.sketch, bigint);
COMMENT ON OPERATOR CLASS governance.sketch_ops USING hash IS
'Equality of sketches.';

-- Aggregates.

CREATE FUNCTION governance.sketch_add(internal, float8)
RETURNS internal
AS 'MODULE_PATHNAME', 'gov_sql_sketch_add'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_add(internal, float8) IS
'Transition of the aggregate sketch(float8).';

CREATE FUNCTION governance.sketch_merge(internal, governance.sketch)
RETURNS internal
AS 'MODULE_PATHNAME', 'gov_sql_sketch_merge'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_merge(internal, governance.sketch) IS
'Transition of the aggregate sketch(sketch).';

CREATE FUNCTION governance.sketch_combine(internal, internal)
RETURNS internal
AS 'MODULE_PATHNAME', 'gov_sql_sketch_combine'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_combine(internal, internal) IS
'Puts the states of two aggregates into one.';

CREATE FUNCTION governance.sketch_serialise(internal)
RETURNS bytea
AS 'MODULE_PATHNAME', 'gov_sql_sketch_serialise'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_serialise(internal) IS
'A state on its way from a parallel worker.';

CREATE FUNCTION governance.sketch_deserialise(bytea, internal)
RETURNS internal
AS 'MODULE_PATHNAME', 'gov_sql_sketch_deserialise'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_deserialise(bytea, internal) IS
'A state that came from a parallel worker.';

CREATE FUNCTION governance.sketch_final(internal)
RETURNS governance.sketch
AS 'MODULE_PATHNAME', 'gov_sql_sketch_final'
LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_final(internal) IS
'The sketch that a state has become.';

CREATE AGGREGATE governance.sketch(float8) (
    SFUNC = governance.sketch_add,
    STYPE = internal,
    SSPACE = 4096,
    FINALFUNC = governance.sketch_final,
    COMBINEFUNC = governance.sketch_combine,
    SERIALFUNC = governance.sketch_serialise,
    DESERIALFUNC = governance.sketch_deserialise,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE governance.sketch(float8) IS
'The sketch of all values that are not NULL; NULL if there is none. A value that is negative, NaN or infinite: 22023.';

CREATE AGGREGATE governance.sketch(governance.sketch) (
    SFUNC = governance.sketch_merge,
    STYPE = internal,
    SSPACE = 4096,
    FINALFUNC = governance.sketch_final,
    COMBINEFUNC = governance.sketch_combine,
    SERIALFUNC = governance.sketch_serialise,
    DESERIALFUNC = governance.sketch_deserialise,
    PARALLEL = SAFE
);
COMMENT ON AGGREGATE governance.sketch(governance.sketch) IS
'The sketch of the values of all sketches; NULL if there is none. Beyond 2^63 - 1 values: 22003.';

-- What a sketch answers.

CREATE FUNCTION governance.sketch_count(
    sketch governance.sketch
) RETURNS bigint
AS 'MODULE_PATHNAME', 'gov_sql_sketch_count'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_count(governance.sketch) IS
'How many values it counts.  Needs nothing.';

CREATE FUNCTION governance.sketch_sum(
    sketch governance.sketch
) RETURNS float8
AS 'MODULE_PATHNAME', 'gov_sql_sketch_sum'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_sum(governance.sketch) IS
'The sum of its values: exact, then rounded once; 0 of an empty sketch. 22003 beyond the range of float8.  Needs nothing.';

CREATE FUNCTION governance.sketch_min(
    sketch governance.sketch
) RETURNS float8
AS 'MODULE_PATHNAME', 'gov_sql_sketch_min'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_min(governance.sketch) IS
'Its least value, exactly; NULL of an empty sketch.  Needs nothing.';

CREATE FUNCTION governance.sketch_max(
    sketch governance.sketch
) RETURNS float8
AS 'MODULE_PATHNAME', 'gov_sql_sketch_max'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_max(governance.sketch) IS
'Its greatest value, exactly; NULL of an empty sketch.  Needs nothing.';

CREATE FUNCTION governance.sketch_quantile(
    sketch    governance.sketch,
    quantile  float8
) RETURNS float8
AS 'MODULE_PATHNAME', 'gov_sql_sketch_quantile'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_quantile(governance.sketch, float8) IS
'A quantile of its values.  The ceil(quantile * n)-th smallest of its n values, within 1 % of that from a millionth to 4,294,967,296; exact for the least and the greatest; NULL of an empty sketch. A quantile that is not between 0 and 1: 22023.  Needs nothing.';

CREATE FUNCTION governance.sketch_quantiles(
    sketch    governance.sketch,
    quantiles float8[]
) RETURNS float8[]
AS 'MODULE_PATHNAME', 'gov_sql_sketch_quantiles'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION governance.sketch_quantiles(governance.sketch, float8[]) IS
'Several quantiles at once.  In an array of the same shape, NULL where NULL is asked for. A quantile that is not between 0 and 1: 22023.  Needs nothing.';

-- The same where gov_* are, so that they can be called without the schema.

CREATE FUNCTION @extschema@.sketch_count(
    sketch governance.sketch
) RETURNS bigint
AS 'MODULE_PATHNAME', 'gov_sql_sketch_count'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.sketch_count(governance.sketch) IS
'How many values it counts.  Needs nothing.';

CREATE FUNCTION @extschema@.sketch_sum(
    sketch governance.sketch
) RETURNS float8
AS 'MODULE_PATHNAME', 'gov_sql_sketch_sum'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.sketch_sum(governance.sketch) IS
'The sum of its values: exact, then rounded once; 0 of an empty sketch. 22003 beyond the range of float8.  Needs nothing.';

CREATE FUNCTION @extschema@.sketch_min(
    sketch governance.sketch
) RETURNS float8
AS 'MODULE_PATHNAME', 'gov_sql_sketch_min'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.sketch_min(governance.sketch) IS
'Its least value, exactly; NULL of an empty sketch.  Needs nothing.';

CREATE FUNCTION @extschema@.sketch_max(
    sketch governance.sketch
) RETURNS float8
AS 'MODULE_PATHNAME', 'gov_sql_sketch_max'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.sketch_max(governance.sketch) IS
'Its greatest value, exactly; NULL of an empty sketch.  Needs nothing.';

CREATE FUNCTION @extschema@.sketch_quantile(
    sketch    governance.sketch,
    quantile  float8
) RETURNS float8
AS 'MODULE_PATHNAME', 'gov_sql_sketch_quantile'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.sketch_quantile(governance.sketch, float8) IS
'A quantile of its values.  The ceil(quantile * n)-th smallest of its n values, within 1 % of that from a millionth to 4,294,967,296; exact for the least and the greatest; NULL of an empty sketch. A quantile that is not between 0 and 1: 22023.  Needs nothing.';

CREATE FUNCTION @extschema@.sketch_quantiles(
    sketch    governance.sketch,
    quantiles float8[]
) RETURNS float8[]
AS 'MODULE_PATHNAME', 'gov_sql_sketch_quantiles'
LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION @extschema@.sketch_quantiles(governance.sketch, float8[]) IS
'Several quantiles at once.  In an array of the same shape, NULL where NULL is asked for. A quantile that is not between 0 and 1: 22023.  Needs nothing.';
