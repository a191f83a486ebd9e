-- Who has to be told, and until when?
-- as: demo_olga
\echo 'The classifier waved a truck through.  Nobody was hurt, but it is a serious incident in'
\echo 'two Member States: one clock for each, by its own holidays.  act_by is the alarm, due_at'
\echo 'the first moment that is too late:'
\echo
SELECT incident_id AS incident
FROM gov_report_incident('safety', 'critical', 'A truck was taken for a car', 'the barrier opened', 'vehicle_classifier', aware_at => now() - interval '1 hour') \gset
SELECT jurisdiction, stage, act_by, due_at FROM gov_mark_incident_reportable(:incident, 'eu_ai_act', 'serious_incident', '{DE,IT}') WHERE due_at IS NOT NULL;
\echo 'Germany is told; Italy''s clock runs on:'
\echo
SELECT jurisdiction, stage, notified_at < due_at AS "in time" FROM gov_record_notification(:incident, 'eu_ai_act', 'initial', 'DE');
