-- The evidence of one model version, in one document that proves itself.
\set VERBOSITY default
CREATE ROLE regress_evidence_maker;
CREATE ROLE regress_evidence_approver;
CREATE ROLE regress_evidence_ops;
CREATE ROLE regress_evidence_reporter;
SELECT role FROM gov_create_role('evidence_maker', '', '{model:register,usecase:create}');
SELECT role FROM gov_create_role('evidence_reporter', 'makes reports, and may not read the trail', '{compliance:report}');
SELECT user_id FROM gov_create_user('evidence_maker', 'm@evidence.example', db_role => 'regress_evidence_maker');
SELECT user_id FROM gov_create_user('evidence_approver', 'a@evidence.example', db_role => 'regress_evidence_approver');
SELECT user_id FROM gov_create_user('evidence_ops', 'o@evidence.example', db_role => 'regress_evidence_ops');
SELECT user_id FROM gov_create_user('evidence_reporter', 'r@evidence.example', db_role => 'regress_evidence_reporter');
SELECT role FROM gov_assign_role('evidence_maker', 'evidence_maker');
SELECT role FROM gov_assign_role('evidence_approver', 'approver');
SELECT role FROM gov_assign_role('evidence_ops', 'operator');
SELECT role FROM gov_assign_role('evidence_reporter', 'evidence_reporter');

SET ROLE regress_evidence_maker;
SELECT status FROM gov_register_model('evidence.m', '1.0.0', source_commit => 'abc');
SELECT status FROM gov_register_model('evidence.m', '2.0.0');
SELECT alias FROM gov_set_model_alias('evidence.m', 'leading', '1.0.0');
SELECT status FROM gov_create_usecase('evidence.u', 'Use', 'of it', 'evidence_maker', '{evidence.m}');
SET ROLE regress_evidence_approver;
SELECT approval_status FROM gov_approve_model('evidence.m', '1.0.0');
SET ROLE regress_evidence_ops;
SELECT metrics FROM gov_record_model_metrics('evidence.m', '1.0.0', '{"accuracy": 0.9}');
SELECT status FROM gov_deploy_model('evidence.m', '1.0.0', 'staging');
SELECT status FROM gov_report_incident('performance', 'warning', 'Slow', '', 'evidence.m:1.0.0');
SELECT status FROM gov_report_incident('performance', 'warning', 'Slow, the other one', '', 'evidence.m:2.0.0');
RESET ROLE;
SELECT revision FROM gov_define_sla('model', 'evidence.m');
SELECT gov_audit_seal() ->> 'flagged' AS flagged;

-- -------------------------------------------------------------------------
-- who may not read the trail gets the events of the version all the same
-- -------------------------------------------------------------------------
SET ROLE regress_evidence_reporter;
SELECT count(*) FROM governance.audit_events;
CREATE TEMP TABLE bundle AS SELECT gov_evidence_bundle('evidence.m', '1.0.0') AS b;
SELECT array_agg(k ORDER BY k COLLATE "C") AS keys FROM bundle, jsonb_object_keys(b) AS k;
SELECT b ->> 'format' AS format, b ->> 'generated_by' AS by, b #>> '{registration,version}' AS version, b #>> '{registration,status}' AS status,
    b #>> '{registration,source_commit}' AS source_commit, jsonb_typeof(b #> '{registration,created_at}') AS times,
    b #>> '{approvals,0,reviewer}' AS approved_by, b #>> '{metrics,0,metrics,accuracy}' AS accuracy,
    b #>> '{deployments,0,environment}' AS environment, b #>> '{aliases,0,alias}' AS alias, b #>> '{usecases,0,usecase_id}' AS usecase,
    b #>> '{sla,targets,0,response_time_p95}' AS p95_target, b #>> '{incidents,0,title}' AS incident, jsonb_array_length(b -> 'incidents') AS incidents
FROM bundle;
SELECT e ->> 'event_type' AS event_type, e ->> 'resource' AS resource, e ->> 'actor' AS actor
FROM bundle, jsonb_array_elements(b #> '{audit,events}') AS e
WHERE e ->> 'resource' !~ '/[0-9a-f-]{36}$' AND e ->> 'resource' !~ '^incident';

-- each event's bytes give its leaf, each leaf is under the root
SELECT count(*) > 8 AS several,
    bool_and(encode(sha256('\x00' || decode(e ->> 'canonical', 'base64')), 'hex') = e ->> 'leaf_hash') AS bytes_give_the_leaf,
    bool_and(e ->> 'leaf_hash' = e #>> '{proof,leaf_hash}') AS leaf_is_proved,
    bool_and(e #>> '{proof,root}' = b #>> '{audit,root}') AS one_root,
    bool_and(gov_merkle_verify_inclusion(decode(e ->> 'leaf_hash', 'hex'), (e #>> '{proof,leaf_index}')::bigint, (e #>> '{proof,tree_size}')::bigint,
        (SELECT coalesce(array_agg(decode(p, 'hex') ORDER BY n), '{}') FROM jsonb_array_elements_text(e #> '{proof,path}') WITH ORDINALITY AS x(p, n)),
        decode(b #>> '{audit,root}', 'hex'))) AS proved
FROM bundle, jsonb_array_elements(b #> '{audit,events}') AS e;

-- the digests are those of the sections and of the whole
SELECT bool_and(d.value = encode(sha256(convert_to((b -> d.key)::text, 'UTF8')), 'hex')) AS of_sections, count(*) AS sections
FROM bundle, jsonb_each_text(b -> 'digests') AS d;
BEGIN ISOLATION LEVEL REPEATABLE READ;     -- the worker may seal meanwhile
SELECT b ->> 'digest' = encode(sha256(convert_to((b - '{generated_at,generated_by,digest}'::text[])::text, 'UTF8')), 'hex') AS of_the_whole,
    gov_evidence_bundle('evidence.m', '1.0.0') ->> 'digest' = gov_evidence_bundle('evidence.m', '1.0.0') ->> 'digest' AS the_same_again
FROM bundle;
COMMIT;

-- what is not sealed yet has no proof
SET ROLE regress_evidence_ops;
SELECT metrics FROM gov_record_model_metrics('evidence.m', '1.0.0', '{"accuracy": 0.8}');
SET ROLE regress_evidence_reporter;
SELECT count(*) FILTER (WHERE e -> 'proof' = 'null') <= 1 AS at_most_the_last,
    count(*) FILTER (WHERE e ->> 'event_type' = 'model_metrics.record') AS recorded
FROM jsonb_array_elements(gov_evidence_bundle('evidence.m', '1.0.0') #> '{audit,events}') AS e;

SELECT gov_evidence_bundle('evidence.m', '9.9.9');   -- 42704
SELECT gov_evidence_bundle('evidence m', '1.0.0');   -- 22023
SELECT gov_evidence_bundle('evidence.m', NULL);      -- 22023
SET ROLE regress_evidence_ops;
SELECT gov_evidence_bundle('evidence.m', '1.0.0');   -- 42501
RESET ROLE;
DROP TABLE bundle;
SELECT count(gov_resolve_incident(incident_id, 'end of the test')) FROM governance.incidents WHERE resource LIKE 'evidence.m:%';
SELECT status FROM gov_undeploy_model('evidence.m', 'staging');
SELECT user_id, (gov_deactivate_user(user_id)).is_active FROM governance.users WHERE user_id LIKE 'evidence\_%' ORDER BY user_id;
DROP ROLE regress_evidence_maker, regress_evidence_approver, regress_evidence_ops, regress_evidence_reporter;
