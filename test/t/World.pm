# A small organisation with a bit of everything in its database, for tests that
# care for what happens to it rather than for how it came about.
package World;

use strict;
use warnings;

# World::build($node, $database): in a database that is there; the database
# roles are the cluster's and must not exist.  Who is who:
#	rosa registers, amir and bea approve, olga operates, ann audits, dora is an
#	admin, pia may do everything by a role of hers, stranger is no user.
sub build
{
	my ($node, $database) = @_;
	$node->safe_psql($database, <<'SQL');
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
SELECT gov_set_model_alias('risk', 'champion', '1.0.0');
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
SELECT gov_compliance_report();
SELECT count(gov_log_event('sale', 'sell', 'goods/' || i)) FROM generate_series(1, 50) AS i;
SELECT gov_evaluate_sla();
SELECT gov_audit_seal();
SQL
	return;
}

# What there is, as one hash: every row of every table of the schema but those
# of which a reader of the trail expects change.
sub fingerprint
{
	my ($node, $database, @but) = @_;
	my $but = join ',', map { "'$_'" } ('', @but);
	return $node->safe_psql($database, <<"SQL");
SELECT coalesce(string_agg(c.relname || ' ' || (xpath('/row/h/text()', query_to_xml(format(
    'SELECT md5(coalesce(string_agg(r::text, chr(10) ORDER BY r::text), '''')) AS h FROM governance.%I AS r', c.relname),
    false, true, '')))[1]::text, E'\\n' ORDER BY c.relname), '')
FROM pg_class AS c
WHERE c.relnamespace = 'governance'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname NOT IN ($but)
SQL
}

# The tables that are not as they were when that hash was taken.
sub changes
{
	my ($node, $database, $was, @but) = @_;
	my %was = map { $_ => 1 } split /\n/, $was;
	return join ' ', map { s/ .*//r } grep { !$was{$_} } split /\n/, fingerprint($node, $database, @but);
}

# All that must hold of any history: what does not, '' if all does.
sub wrongs
{
	my ($node, $database) = @_;
	return $node->safe_psql($database, <<'SQL');
SELECT 'audit: ' || check_name || ': ' || detail FROM gov_audit_verify() WHERE NOT ok
UNION ALL
SELECT 'active deployments of ' || model_id || ' in ' || environment || ': ' || count(*)
FROM governance.deployment_history WHERE status = 'active' GROUP BY model_id, environment HAVING count(*) > 1
UNION ALL
SELECT 'state of ' || r.resource || ' is ' || r.state || ', its last event says ' || coalesce(e.state, 'nothing')
FROM (SELECT 'model_version/' || model_id || ':' || version, 'status', status FROM governance.model_versions
    UNION ALL SELECT 'model_version/' || model_id || ':' || version, 'approval_status', approval_status FROM governance.model_versions
    UNION ALL SELECT 'deployment/' || deployment_id, 'status', status FROM governance.deployment_history
    UNION ALL SELECT 'incident/' || incident_id, 'status', status FROM governance.incidents) AS r (resource, name, state)
LEFT JOIN LATERAL (SELECT a.new_row ->> r.name AS state FROM governance.audit_events AS a
    WHERE a.resource = r.resource AND a.new_row IS NOT NULL ORDER BY a.event_id DESC LIMIT 1) AS e ON true
WHERE e.state IS DISTINCT FROM r.state
UNION ALL
SELECT 'deployed_production without a deployment: ' || model_id || ':' || version FROM governance.model_versions AS v
WHERE status = 'deployed_production' AND NOT EXISTS (SELECT FROM governance.deployment_history AS d
    WHERE d.model_id = v.model_id AND d.version = v.version AND d.environment = 'production' AND d.status = 'active')
SQL
}

1;
