-- A small organisation with a bit of everything, in a database that is there: for
-- World.pm and test/fuzz/run.  Who is who:
--	rosa registers, amir and bea approve, olga operates, ann audits, dora is an
--	admin, pia may do everything by a role of hers, stranger is no user.
CREATE EXTENSION governance;
CREATE ROLE rosa LOGIN; CREATE ROLE amir LOGIN; CREATE ROLE bea LOGIN;
CREATE ROLE olga LOGIN; CREATE ROLE ann LOGIN; CREATE ROLE dora LOGIN;
CREATE ROLE pia LOGIN; CREATE ROLE stranger LOGIN;
SELECT gov_create_user(name, name || '@example.com', name)
FROM unnest('{rosa,amir,bea,olga,ann,dora,pia}'::text[]) AS name;
SELECT gov_create_role('registrar', 'registers', '{model:register,usecase:create,model:deprecate,usecase:deprecate}');
SELECT gov_create_role('everything', 'may do all there is',
    (SELECT array_agg(permission) FROM governance.permission_catalog()));
SELECT gov_assign_role(who, role)
FROM (VALUES ('rosa', 'registrar'), ('amir', 'approver'), ('bea', 'approver'), ('olga', 'operator'),
    ('ann', 'auditor'), ('dora', 'admin'), ('pia', 'everything')) AS a (who, role);
SELECT gov_set_deployment_gate('production', 'accuracy', '>=', 0.8);
SELECT gov_define_sla('model', 'risk'), gov_define_sla('system', 'api', 300, 600);
SET ROLE rosa;
SELECT gov_register_model('risk', version, metadata => '{"by": "the world"}')
FROM unnest('{1.0.0,1.1.0,2.0.0}'::text[]) AS version;
SELECT gov_register_model('churn', '1.0.0');
SELECT gov_record_model_metrics('risk', version, '{"accuracy": 0.9, "latency_ms": 12}')
FROM unnest('{1.0.0,1.1.0}'::text[]) AS version;
SELECT gov_update_model('risk', 'credit risk', 'rosa', '{credit,tabular}');
SELECT gov_set_model_alias('risk', 'leading', '1.0.0');
SELECT gov_create_usecase('lending', 'Lending', 'who gets a loan', 'rosa', '{risk}', impact_level => 'medium');
SELECT gov_create_usecase('scoring', 'Scoring', 'draft', 'rosa', '{churn}');
SELECT gov_submit_usecase('lending');
SELECT gov_request_approval('model_rollback', '{"model_id": "risk"}', 'in case');
SET ROLE amir;
SELECT gov_approve_model('risk', version) FROM unnest('{1.0.0,1.1.0}'::text[]) AS version;
SELECT gov_reject_model('churn', '1.0.0', 'no');
SELECT gov_approve_usecase('lending');
SET ROLE olga;
SELECT gov_deploy_model('risk', '1.0.0', 'staging');
SELECT gov_deploy_model('risk', '1.0.0', 'production');
SELECT gov_deploy_model('risk', '1.1.0', 'staging');
SELECT gov_deploy_usecase('lending');
SELECT gov_report_incident('performance', 'critical', 'slow', 'very slow', 'risk:1.0.0', dedup_key => 'slow');
SELECT gov_report_incident('other', 'info', 'odd', 'a bit odd', 'risk:1.0.0');
SELECT gov_resolve_incident(2, 'nothing');
SELECT gov_observe_many('model', 'risk', ARRAY(SELECT 10 + i % 700 FROM generate_series(1, 2000) AS i));
SELECT gov_record_measurement('system', 'api', '{"response_time_p95": 900, "availability_percent": 98}');
RESET ROLE;
SELECT gov_set_escalation_rule('system', 'api', 'response_time_p95', 3, 'manager', '{dora}');
SELECT gov_add_maintenance_window('model', 'risk', now() + interval '1 day', now() + interval '2 days', 'new machines');
SELECT gov_mark_incident_reportable(1, (SELECT min(regime) FROM governance.regulatory_deadlines),
    (SELECT kind FROM governance.regulatory_deadlines ORDER BY regime, kind LIMIT 1));
SELECT gov_delegate('admin', 'pia', now() + interval '1 day', 'holiday');
SELECT gov_create_api_token('rosa', 'ci');
SELECT gov_create_consumer('pager', 'pia');
SELECT gov_set_issuer('https://op.example', 'world');
SELECT gov_compliance_report();
SELECT count(gov_log_event('sale', 'sell', 'goods/' || i)) FROM generate_series(1, 50) AS i;
SELECT gov_evaluate_sla();
SELECT gov_audit_seal();
