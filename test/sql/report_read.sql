-- What web services read of reports, controls and permissions.

-- the same on any day: whether a law applies yet is shown in control_law
UPDATE governance.controls SET applies_from = NULL, effective_from = NULL;
CREATE ROLE regress_reads_ann;
CREATE ROLE regress_reads_pat;
INSERT INTO governance.users (user_id, db_role) VALUES
    ('reads-ann', 'regress_reads_ann'), ('reads-pat', 'regress_reads_pat');
INSERT INTO governance.user_roles (user_id, role) VALUES ('reads-ann', 'auditor');

SET ROLE regress_reads_pat;
\set VERBOSITY sqlstate
SELECT count(*) = (SELECT count(*) FROM gov_permissions() AS p WHERE p.description <> '') AS told, count(*) > 20 AS all_of_them
FROM gov_permissions();
SELECT gov_compliance_reports();   -- 42501
SELECT gov_compliance_report_json(1);   -- 42501
SELECT gov_control_evidence('eu-ai-act-12.1');   -- 42501
SELECT gov_control_evidence('no-such');   -- 42501: rights are asked before existence

SET ROLE regress_reads_ann;
SELECT r ->> 'report_id' AS first FROM gov_compliance_report(7, 'reads') AS r \gset
SELECT r ->> 'report_id' AS second FROM gov_compliance_report(30, 'reads') AS r \gset
SELECT r.report_id = :second AS newest, r.report_type, r.generated_by,
    r.digest = gov_compliance_report_json(r.report_id) ->> 'digest' AS same_digest
FROM gov_compliance_reports(1) AS r;
SELECT r.report_id = :first AS the_one_before FROM gov_compliance_reports(1, :second) AS r;
SELECT gov_compliance_report_json(:first) -> 'period' ->> 'days' AS days;
SELECT gov_compliance_report_json(-1);   -- 42704
SELECT gov_compliance_reports(0);   -- 22023
SELECT gov_compliance_reports(10001);   -- 22023

-- as many as the report counted, and how each was judged
SELECT count(*) = (SELECT (c ->> 'evidence_count')::int FROM jsonb_array_elements(gov_compliance_report_json(:first) -> 'controls') AS c
        WHERE c ->> 'id' = 'eu-ai-act-12.1') AS as_counted,
    bool_and(e ? 'evidence' AND jsonb_typeof(e -> 'is_exception') = 'boolean') AS judged
FROM gov_control_evidence('eu-ai-act-12.1', :first) AS e;
SELECT count(*) > 0 AS up_to_now FROM gov_control_evidence('eu-ai-act-12.1') AS e;
SELECT gov_control_evidence('no-such');   -- 42704
SELECT gov_control_evidence('eu-ai-act-12.1', -1);   -- 42704
SELECT gov_control_evidence(NULL);   -- 22023
RESET ROLE;

-- a control of one's own: its columns, in its period; one that fails
SET ROLE regress_reads_ann;
SELECT gov_add_control('reads-own', 'reads', 'Own', 'SELECT 1');   -- 42501
RESET ROLE;
SELECT id FROM gov_add_control('reads-own', 'reads', 'Own',
    $$SELECT 'thing ' || i AS what, i > 1 AS odd, i AS number, $2 - $1 <= interval '7 days' AS short,
        timestamptz '2026-01-02 03:04:05.6+00' AS at, '{1,2}'::int[] AS many FROM generate_series(1, 2) AS i$$);
SELECT id FROM gov_add_control('reads-fails', 'reads', 'Fails', $$SELECT 'x'::text, 1 / (CASE WHEN $1 < $2 THEN 0 ELSE 1 END) = 1$$);
SELECT e FROM gov_control_evidence('reads-own', :first) AS e;
SELECT e ->> 'short' AS short FROM gov_control_evidence('reads-own') AS e LIMIT 1;
\set VERBOSITY default
SELECT gov_control_evidence('reads-fails');   -- 55000
SELECT gov_drop_control('reads-own'), gov_drop_control('reads-fails');

UPDATE governance.users SET is_active = false, db_role = NULL WHERE user_id LIKE 'reads-%';
DROP ROLE regress_reads_ann, regress_reads_pat;
