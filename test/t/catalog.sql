-- Everything that the extension governance is, a line each and without OIDs:
-- two databases that print the same lines have the same extension.  Printed
-- are its objects, those in its schema that are not its own, their
-- definitions, owners' grants, comments and row security, what pg_dump takes
-- along, and the rows that it brings (without times).
--
-- For psql -AtX; any release of the server, but both by the same one.
SET search_path = pg_catalog;
SET quote_all_identifiers = off;

CREATE TEMP TABLE printed (line text COLLATE "C");

-- what belongs to it, and what lies in its schema
CREATE TEMP VIEW member AS
SELECT d.classid, d.objid, true AS is_member
FROM pg_depend AS d
JOIN pg_extension AS e ON e.oid = d.refobjid
WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'governance'
UNION
SELECT 'pg_class'::regclass, c.oid, false
FROM pg_class AS c
WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'S', 'f', 'p')
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
UNION
SELECT 'pg_proc'::regclass, p.oid, false
FROM pg_proc AS p
WHERE p.pronamespace = 'governance'::regnamespace
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
UNION
SELECT 'pg_type'::regclass, t.oid, false
FROM pg_type AS t
WHERE t.typnamespace = 'governance'::regnamespace AND t.typrelid = 0
    AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype IN ('e', 'i'));

CREATE TEMP VIEW relation AS
SELECT c.*, c.oid::regclass::text AS name
FROM pg_class AS c
JOIN member AS m ON m.classid = 'pg_class'::regclass AND m.objid = c.oid;

-- grants in one order, whoever granted first; none written are the default ones
CREATE FUNCTION pg_temp.grants(acl aclitem[], default_acl aclitem[] = NULL) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(string_agg(
        (CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END)
            || '=' || a.privilege_type || CASE WHEN a.is_grantable THEN '*' ELSE '' END, ' '
        ORDER BY a.grantee, a.privilege_type), 'none')
    FROM aclexplode(coalesce(acl, default_acl)) AS a $$;

-- any catalog's row, its OIDs left out
CREATE FUNCTION pg_temp.plain(catalog_row jsonb, VARIADIC dropped text[]) RETURNS text LANGUAGE sql AS $$
    SELECT (catalog_row - dropped)::text $$;

INSERT INTO printed
SELECT 'object ' || i.type || ' ' || i.identity || CASE WHEN m.is_member THEN '' ELSE ' (not of the extension)' END
    || coalesce(': ' || obj_description(m.objid, c.relname), '')
FROM member AS m
JOIN pg_class AS c ON c.oid = m.classid,
LATERAL pg_identify_object(m.classid, m.objid, 0) AS i;

INSERT INTO printed
SELECT 'extension ' || e.extname || ' relocatable ' || e.extrelocatable || ' in ' || n.nspname
FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
WHERE e.extname = 'governance';
INSERT INTO printed
SELECT 'dumped ' || c.relation::regclass || ' ' || c.condition
FROM pg_extension AS e, unnest(e.extconfig, e.extcondition) AS c(relation, condition)
WHERE e.extname = 'governance';
INSERT INTO printed
SELECT 'initial grants ' || i.identity || ' ' || coalesce((pg_identify_object(p.classoid, p.objoid, p.objsubid)).identity, '') || ' '
    || pg_temp.grants(p.initprivs)
FROM pg_init_privs AS p
JOIN member AS m ON m.classid = p.classoid AND m.objid = p.objoid,
LATERAL pg_identify_object(m.classid, m.objid, 0) AS i;
INSERT INTO printed
SELECT 'schema ' || n.nspname || ' ' || pg_temp.grants(n.nspacl, acldefault('n', n.nspowner))
FROM pg_namespace AS n WHERE n.nspname = 'governance';

INSERT INTO printed
SELECT format('relation %s kind %s persistence %s method %s options %s row security %s forced %s identity %s grants %s',
    r.name, r.relkind, r.relpersistence, a.amname, r.reloptions, r.relrowsecurity, r.relforcerowsecurity, r.relreplident,
    pg_temp.grants(r.relacl, acldefault(CASE r.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", r.relowner)))
FROM relation AS r LEFT JOIN pg_am AS a ON a.oid = r.relam;
INSERT INTO printed
SELECT format('toast of %s options %s', r.name, t.reloptions)
FROM relation AS r JOIN pg_class AS t ON t.oid = r.reltoastrelid;
-- dropped ones leave a gap in attnum: the order counts, not the number
INSERT INTO printed
SELECT format('column %s.%s place %s %s not null %s default %s collation %s storage %s compression %s statistics %s identity %s generated %s options %s grants %s: %s',
    r.name, a.attname, row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum), format_type(a.atttypid, a.atttypmod),
    a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attcollation::regcollation, a.attstorage, a.attcompression,
    nullif(a.attstattarget, -1), a.attidentity, a.attgenerated,
    -- some servers note things of their own in attoptions
    (SELECT string_agg(o.option, ' ' ORDER BY o.option) FROM unnest(a.attoptions) AS o(option) WHERE o.option LIKE 'n\_distinct%'),
    pg_temp.grants(a.attacl),
    col_description(r.oid, a.attnum))
FROM relation AS r
JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum;
INSERT INTO printed
SELECT format('constraint %s on %s %s validated %s deferrable %s %s: %s', c.conname, r.name, pg_get_constraintdef(c.oid),
    c.convalidated, c.condeferrable, c.condeferred, obj_description(c.oid, 'pg_constraint'))
FROM relation AS r JOIN pg_constraint AS c ON c.conrelid = r.oid;
INSERT INTO printed
SELECT format('index %s on %s %s unique %s valid %s replica identity %s clustered %s: %s', c.relname, r.name,
    pg_get_indexdef(x.indexrelid), x.indisunique, x.indisvalid, x.indisreplident, x.indisclustered,
    obj_description(c.oid, 'pg_class'))
FROM relation AS r
JOIN pg_index AS x ON x.indrelid = r.oid
JOIN pg_class AS c ON c.oid = x.indexrelid;
INSERT INTO printed
SELECT format('statistics %s', pg_get_statisticsobjdef(s.oid))
FROM relation AS r JOIN pg_statistic_ext AS s ON s.stxrelid = r.oid;
INSERT INTO printed
SELECT format('trigger %s on %s enabled %s %s: %s', t.tgname, r.name, t.tgenabled, pg_get_triggerdef(t.oid),
    obj_description(t.oid, 'pg_trigger'))
FROM relation AS r JOIN pg_trigger AS t ON t.tgrelid = r.oid AND NOT t.tgisinternal;
INSERT INTO printed
SELECT format('policy %s on %s for %s permissive %s to %s using %s check %s', p.polname, r.name, p.polcmd, p.polpermissive,
    (SELECT string_agg(CASE u.role WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(u.role) END, ' ' ORDER BY u.role) FROM unnest(p.polroles) AS u(role)),
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
FROM relation AS r JOIN pg_policy AS p ON p.polrelid = r.oid;
INSERT INTO printed
SELECT format('rule %s on %s enabled %s %s', w.rulename, r.name, w.ev_enabled, pg_get_ruledef(w.oid))
FROM relation AS r JOIN pg_rewrite AS w ON w.ev_class = r.oid;
INSERT INTO printed
SELECT format('sequence %s %s', r.name, pg_temp.plain(to_jsonb(s), 'seqrelid'))
FROM relation AS r JOIN pg_sequence AS s ON s.seqrelid = r.oid;

INSERT INTO printed
SELECT format('function %s %s grants %s', p.oid::regprocedure,
    CASE WHEN p.prokind IN ('f', 'p', 'w') THEN pg_get_functiondef(p.oid)
        ELSE (SELECT pg_temp.plain(to_jsonb(a), 'aggfnoid', 'aggtranstype', 'aggmtranstype') FROM pg_aggregate AS a WHERE a.aggfnoid = p.oid) END,
    pg_temp.grants(p.proacl, acldefault('f', p.proowner)))
FROM member AS m JOIN pg_proc AS p ON m.classid = 'pg_proc'::regclass AND m.objid = p.oid;
INSERT INTO printed
SELECT format('type %s %s labels %s grants ', format_type(t.oid, NULL),
    pg_temp.plain(to_jsonb(t), 'oid', 'typnamespace', 'typowner', 'typrelid', 'typelem', 'typarray', 'typbasetype', 'typcollation', 'typacl'),
    (SELECT string_agg(quote_literal(e.enumlabel), ' ' ORDER BY e.enumsortorder) FROM pg_enum AS e WHERE e.enumtypid = t.oid))
    || pg_temp.grants(t.typacl, acldefault('T', t.typowner))
FROM member AS m JOIN pg_type AS t ON m.classid = 'pg_type'::regclass AND m.objid = t.oid;
INSERT INTO printed
SELECT format('operator %s %s commutator %s negator %s result %s', o.oid::regoperator,
    pg_temp.plain(to_jsonb(o), 'oid', 'oprnamespace', 'oprowner', 'oprleft', 'oprright', 'oprresult', 'oprcom', 'oprnegate'),
    o.oprcom::regoperator, o.oprnegate::regoperator, o.oprresult::regtype)
FROM member AS m JOIN pg_operator AS o ON m.classid = 'pg_operator'::regclass AND m.objid = o.oid;
INSERT INTO printed
SELECT format('cast %s to %s by %s context %s method %s', c.castsource::regtype, c.casttarget::regtype,
    c.castfunc::regprocedure, c.castcontext, c.castmethod)
FROM member AS m JOIN pg_cast AS c ON m.classid = 'pg_cast'::regclass AND m.objid = c.oid;
INSERT INTO printed
SELECT format('operator class %s of %s for %s default %s', o.opcname, f.opfname, o.opcintype::regtype, o.opcdefault)
FROM member AS m
JOIN pg_opclass AS o ON m.classid = 'pg_opclass'::regclass AND m.objid = o.oid
JOIN pg_opfamily AS f ON f.oid = o.opcfamily
UNION ALL
SELECT format('operator %s of family %s strategy %s', a.amopopr::regoperator, f.opfname, a.amopstrategy)
FROM member AS m
JOIN pg_opfamily AS f ON m.classid = 'pg_opfamily'::regclass AND m.objid = f.oid
JOIN pg_amop AS a ON a.amopfamily = f.oid
UNION ALL
SELECT format('function %s of family %s number %s', a.amproc, f.opfname, a.amprocnum)
FROM member AS m
JOIN pg_opfamily AS f ON m.classid = 'pg_opfamily'::regclass AND m.objid = f.oid
JOIN pg_amproc AS a ON a.amprocfamily = f.oid;
INSERT INTO printed
SELECT format('access method %s type %s handler %s', a.amname, a.amtype, a.amhandler)
FROM member AS m JOIN pg_am AS a ON m.classid = 'pg_am'::regclass AND m.objid = a.oid;
INSERT INTO printed
SELECT format('event trigger %s on %s enabled %s tags %s calls %s', t.evtname, t.evtevent, t.evtenabled, t.evttags, t.evtfoid::regproc)
FROM member AS m JOIN pg_event_trigger AS t ON m.classid = 'pg_event_trigger'::regclass AND m.objid = t.oid;

-- the rows that come with it; logs tell of the way here, not of what there is
DO $$
DECLARE
    filled record;
BEGIN
    FOR filled IN
        SELECT r.name, coalesce(array_agg(a.attname::text) FILTER (WHERE a.atttypid = 'timestamptz'::regtype
            OR a.attname IN ('system_identifier', 'database_oid', 'origin', 'hash')), '{}') AS times
        FROM relation AS r
        JOIN pg_am AS m ON m.oid = r.relam AND m.amname = 'heap'
        JOIN pg_attribute AS a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE r.relkind = 'r' AND r.relname NOT LIKE 'audit\_%' AND r.relname NOT IN ('events')
        GROUP BY r.name
    LOOP
        EXECUTE format('INSERT INTO printed SELECT %L || (to_jsonb(t) - %L::text[])::text FROM %s AS t',
            'row of ' || filled.name || ' ', filled.times, filled.name);
    END LOOP;
END
$$;

-- definitions of functions have many lines
SELECT replace(replace(line, E'\n', '\n'), E'\t', ' ') FROM printed ORDER BY 1;
