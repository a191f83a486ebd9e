-- Prints docs/REFERENCE.md: what an extension says of itself, just installed.
-- test/reference.sh runs it; errors and openapi are lists that it hands over.
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
CREATE EXTENSION governance;

-- A text as Markdown shows it, in a cell of a table too.
CREATE FUNCTION pg_temp.plain(text) RETURNS text
RETURN regexp_replace($1, '([|<>*\\])', '\\\1', 'g');

CREATE FUNCTION pg_temp.code(text) RETURNS text
RETURN '`' || replace(replace($1, 'timestamp with time zone', 'timestamptz'), 'double precision', 'float8') || '`';

CREATE FUNCTION pg_temp.link(heading text) RETURNS text
RETURN format('[%s](#%s)', heading, replace(lower(heading), ' ', '-'));

CREATE TABLE pg_temp.functions AS
SELECT p.oid, CASE WHEN p.pronamespace = e.extnamespace THEN p.proname ELSE p.oid::regproc::text END AS name,
    -- without the types of defaults, which those of the arguments are
    regexp_replace(replace(pg_get_function_arguments(p.oid), ' DEFAULT ', ' = '),
        '( = (?:NULL|''[^'']*''))::[a-z ]+(\[\])?', '\1', 'g') AS arguments,
    pg_get_function_result(p.oid) AS result, obj_description(p.oid, 'pg_proc') AS comment
FROM pg_extension AS e
JOIN pg_depend AS d ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
    AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
JOIN pg_proc AS p ON p.oid = d.objid
WHERE e.extname = 'governance' AND (p.pronamespace = e.extnamespace OR p.prokind = 'a');

\qecho '# Reference'
\qecho
\qecho 'What the extension says of itself: `make docs` prints this page from its lists and the'
\qecho 'comments of its objects, and a test holds the page to them.'
\qecho
SELECT format('- %s', pg_temp.link(heading)) FROM (VALUES
    (1, 'Permissions'), (2, 'Functions by permission'), (3, 'Functions'), (4, 'Duty sets'), (5, 'Policies'),
    (6, 'Approval policies'), (7, 'Transitions'), (8, 'Settings'), (9, 'Errors'), (10, 'Routes'), (11, 'Figures'),
    (12, 'Tables and views')) AS contents(no, heading)
ORDER BY no;

\qecho
\qecho '## Permissions'
\qecho
\qecho 'What each of them allows, and which of the built-in roles have it.'
\qecho
SELECT format(E'| permission | %s | allows to |\n|---|%s---|', string_agg(role, ' | ' ORDER BY role),
    repeat('---|', count(*)::int))
FROM governance.roles;
SELECT format('| `%s` | %s | %s |', c.permission,
    string_agg(CASE WHEN p.role IS NULL THEN '' ELSE 'yes' END, ' | ' ORDER BY r.role), pg_temp.plain(c.description))
FROM governance.permission_catalog() WITH ORDINALITY AS c(permission, description, no)
CROSS JOIN governance.roles AS r
LEFT JOIN governance.role_permissions AS p ON p.permission = c.permission AND p.role = r.role
GROUP BY c.no, c.permission, c.description
ORDER BY c.no;

\qecho
\qecho '## Functions by permission'
\qecho
\qecho 'Which functions name the permission as what they need, always or in some case: their'
\qecho 'comments below say when.'
\qecho
\qecho '| permission | functions |'
\qecho '|---|---|'
SELECT format('| `%s` | %s |', c.permission, string_agg(DISTINCT pg_temp.code(f.name), ' ' ORDER BY pg_temp.code(f.name)))
FROM governance.permission_catalog() WITH ORDINALITY AS c(permission, description, no)
LEFT JOIN pg_temp.functions AS f ON f.comment ~ ('\y' || c.permission || '\y')
GROUP BY c.no, c.permission
ORDER BY c.no;

\qecho
\qecho '## Functions'
\qecho
\qecho 'Every database role may call them: they look at who acts.  An argument with `=` may be left out.'
SELECT format(E'\n### %s\n\n%s → %s\n\n%s', name, pg_temp.code(name || '(' || arguments || ')'), pg_temp.code(result),
    pg_temp.plain(comment))
FROM pg_temp.functions
ORDER BY name COLLATE "C", arguments COLLATE "C";

\qecho
\qecho '## Duty sets'
\qecho
\qecho 'Nobody holds so many of the roles, inheritance counted (MG001).'
\qecho
\qecho '| duty set | roles | so many |'
\qecho '|---|---|---|'
SELECT format('| `%s` | %s | %s |', name, array_to_string(roles, ', '), cardinality)
FROM governance.sod_sets
ORDER BY name;

\qecho
\qecho '## Policies'
\qecho
\qecho 'What an organisation sets for itself, by `gov_set_policy()`.'
\qecho
\qecho '| policy | default | meaning |'
\qecho '|---|---|---|'
SELECT format('| `%s` | `%s` | %s |', name, default_value, pg_temp.plain(description))
FROM governance.policies
ORDER BY name;

\qecho
\qecho '## Approval policies'
\qecho
\qecho 'The actions that can demand an approved request, and what `gov_set_approval_policy()` has not changed yet.'
\qecho
\qecho '| action | required_role | required_count | timeout_hours | allow_self_approval | requires_sod | enabled |'
\qecho '|---|---|---|---|---|---|---|'
SELECT format('| `%s` | %s | %s | %s | %s | %s | %s |', action, required_role, required_count, timeout_hours,
    allow_self_approval, requires_sod, enabled)
FROM governance.approval_policies
ORDER BY action;

\qecho
\qecho '## Transitions'
\qecho
\qecho 'Every move of every state machine, as `gov_transitions()` has them: no other is possible, also for'
\qecho 'a superuser.  `gov_state_diagram()` draws one.'
SELECT CASE WHEN no = min(no) OVER (PARTITION BY machine)
        THEN format(E'\n### Machine %s\n\n| from | to | permission | rule |\n|---|---|---|---|\n', machine) ELSE '' END
    || format('| %s | %s | %s | %s |', coalesce(from_state, ''), to_state, coalesce(pg_temp.code(permission), ''),
        pg_temp.plain(rule))
FROM public.gov_transitions() WITH ORDINALITY AS t(machine, from_state, to_state, permission, rule, no)
ORDER BY no;

\qecho
\qecho '## Settings'
\qecho
\qecho 'In `postgresql.conf` or by `ALTER SYSTEM`, with a reload or, where it says so, a restart.  Only a superuser can'
\qecho 'change them, and none takes part in saying who acts.'
\qecho
\qecho '| setting | default | what | why |'
\qecho '|---|---|---|---|'
SELECT format('| `%s` | %s | %s | %s |', s.name,
    pg_temp.code(CASE WHEN s.boot_val = '' THEN '''''' ELSE current_setting(s.name) END),
    pg_temp.plain(s.short_desc) || CASE s.context WHEN 'postmaster' THEN '  Needs a restart.' ELSE '' END,
    pg_temp.plain(s.extra_desc))
FROM pg_settings AS s
WHERE s.name LIKE 'governance.%'
ORDER BY s.name COLLATE "C";

\qecho
\qecho '## Errors'
\qecho
\qecho 'Every error has a SQLSTATE that programs can rely on; class MG is the extension''s own.  HTTP is the'
\qecho 'status that the gateway answers with.'
\qecho
\qecho '| SQLSTATE | condition | HTTP |'
\qecho '|---|---|---|'
SELECT format('| %s | %s | %s |', e.entry ->> 0, pg_temp.plain(e.entry ->> 2), e.entry ->> 1)
FROM json_array_elements(:'errors') WITH ORDINALITY AS e(entry, no)
ORDER BY e.no;

\qecho
\qecho '## Routes'
\qecho
\qecho 'Below `/api/governance`.  Each calls the function beside it, or reads a table.  `/openapi.json` has their fields.'
\qecho
\qecho '| method | path | function | status | what |'
\qecho '|---|---|---|---|---|'
SELECT format('| %s | `%s` | %s | %s | %s |', upper(o.method), p.path, coalesce(pg_temp.code(o.operation ->> 'x-sql-function'), ''),
    (SELECT min(code) FROM json_object_keys(o.operation -> 'responses') AS code), pg_temp.plain(o.operation ->> 'summary'))
FROM ROWS FROM (json_each(:'openapi'::json -> 'paths')) WITH ORDINALITY AS p(path, operations, no)
CROSS JOIN json_each(p.operations) WITH ORDINALITY AS o(method, operation, no)
WHERE o.method IN ('get', 'post', 'put', 'patch', 'delete')
ORDER BY p.no, o.no;

\qecho
\qecho '## Figures'
\qecho
\qecho 'The families of `gov_metrics()`.'
\qecho
\qecho '| family | kind | what |'
\qecho '|---|---|---|'
SELECT format('| `%s` | %s | %s |', f.name, f.kind, pg_temp.plain(f.help))
FROM governance.metric_families() AS f
ORDER BY f.family_no;

\qecho
\qecho '## Tables and views'
\qecho
\qecho 'Of schema `governance`.  Nothing of them is written directly, but for `sla_observations`.'
SELECT format(E'\n### %s\n\n%s%s\n\n| column | type | what |\n|---|---|---|\n%s', 'governance.' || c.relname,
    CASE c.relkind WHEN 'v' THEN 'View.  ' ELSE '' END, pg_temp.plain(obj_description(c.oid, 'pg_class')),
    string_agg(format('| `%s` | %s | %s |', a.attname, pg_temp.code(format_type(a.atttypid, a.atttypmod)),
        coalesce(pg_temp.plain(col_description(c.oid, a.attnum)), '')), E'\n' ORDER BY a.attnum))
FROM pg_class AS c
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'v')
GROUP BY c.oid, c.relname, c.relkind
ORDER BY c.relname COLLATE "C";
