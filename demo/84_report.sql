-- What does a regulator get to see?
-- as: demo_ines
\echo 'A report on the last 30 days, from one snapshot.  It is stored, its digest is in the'
\echo 'trail, and whoever makes it again for the same period gets the same digest:'
\echo
SELECT gov_compliance_report() ->> 'report_id' AS report_id \gset
SELECT report_id, report_type, generated_by, left(digest, 16) || '...' AS digest
FROM governance.compliance_reports WHERE report_id = :report_id;
SELECT again ->> 'digest' = r.digest AS "the same digest"
FROM governance.compliance_reports AS r, gov_compliance_report(until => r.period_end) AS again
WHERE r.report_id = :report_id;

\echo 'Each control is a query, and what a database cannot know is left to a person:'
\echo
SELECT c ->> 'framework' AS framework, count(*) AS controls,
    count(*) FILTER (WHERE c ->> 'result' = 'pass') AS pass,
    count(*) FILTER (WHERE c ->> 'result' = 'fail') AS fail,
    count(*) FILTER (WHERE c ->> 'result' = 'manual') AS manual,
    count(*) FILTER (WHERE c ->> 'result' = 'not_yet_applicable') AS "not yet applicable"
FROM governance.compliance_reports AS r, jsonb_array_elements(r.report -> 'controls') AS c
WHERE r.report_id = :report_id GROUP BY 1 ORDER BY 1;
\echo 'Any line of it can be run again.  This is how one of them was found:'
\echo
\pset tuples_only on
\pset format unaligned
SELECT gov_check_control('eu-ai-act-14.1') ->> 'query';
\echo
\echo 'The figures, in Markdown:'
\echo
SELECT split_part(gov_compliance_report_markdown(:report_id), E'\n## What failed', 1);

\! mkdir -p build/demo
\set ECHO none
\o build/demo/report.html
SELECT gov_compliance_report_html(:report_id);
\o build/demo/report.oscal.json
SELECT jsonb_pretty(gov_compliance_report_oscal(:report_id));
\o build/demo/poam.oscal.json
SELECT jsonb_pretty(gov_compliance_report_poam(:report_id));
\o build/demo/evidence.json
SELECT jsonb_pretty(gov_evidence_bundle('vehicle_classifier', '1.0.0'));
\o
\set ECHO queries
\echo
\echo 'For people to read and print:                  build/demo/report.html'
\echo 'For machines, as OSCAL assessment results:     build/demo/report.oscal.json'
\echo 'What failed, as a plan of action (OSCAL):      build/demo/poam.oscal.json'
\echo 'Everything about one version, with its proofs: build/demo/evidence.json'
