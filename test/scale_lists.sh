# shellcheck shell=bash
#
# What test/scale fills its database with, and what it then calls: to be
# sourced by it.
#
# shellcheck disable=SC2154	# users, versions, events and part are test/scale's

# fill_part: the part of everything that it is the turn of.
fill_part() {
	local sha="repeat('0', 64)"
	fill "gov_create_user" "$users" \
		"gov_create_user('user' || i, 'user' || i || '@example.com')"
	fill "gov_assign_role" "$users" \
		"gov_assign_role('user' || i, CASE i % 100 WHEN 0 THEN 'approver' WHEN 1 THEN 'auditor' WHEN 2 THEN 'analyst' ELSE 'operator' END)"
	fill "gov_create_role" $((users / 1000)) \
		"gov_create_role('role' || i, inherits => ARRAY['operator'])"
	fill "gov_assign_role, of many roles" $((users / 1000)) \
		"gov_assign_role('user' || i * 10 - 6, 'role' || i, now() + i * interval '1 hour')"
	fill "gov_create_api_token" $((users / 10)) \
		"gov_create_api_token('user' || i, 'a token')"
	fill "gov_delegate" $((users / 1000)) \
		"gov_delegate('analyst', 'user' || i * 10 - 1, now() + interval '1 day', 'a holiday')" "'user2'"
	# one model has a tenth of all versions, the others nine each
	fill "gov_register_model" "$versions" \
		"gov_register_model(CASE WHEN i % 10 = 0 THEN 'model0' ELSE 'model' || 1 + i / 10 END, '1.0.' || i, 'a model', 'abc' || i, 'sha256:00')"
	fill "gov_update_model" $((versions / 20)) \
		"gov_update_model('model' || i, owner => 'team' || i % 500, tags => ARRAY['tag' || i % 500])"
	fill "gov_record_model_metrics" $((versions / 10)) \
		"gov_record_model_metrics('model0', '1.0.' || i * 10, '{\"accuracy\": 0.9}')"
	fill "gov_set_model_alias" $((versions / 20)) \
		"gov_set_model_alias('model0', 'alias' || i, '1.0.' || i * 10)"
	fill "gov_request_model_approval" $((versions / 10)) \
		"gov_request_model_approval('model0', '1.0.' || i * 10)"
	fill "gov_approve_model" $((versions / 20)) \
		"gov_approve_model('model0', '1.0.' || i * 10)" "'approver'"
	fill "gov_deploy_model, twice" $((versions / 20)) \
		"gov_deploy_model('model0', '1.0.' || i * 10, 'staging'), gov_deploy_model('model0', '1.0.' || i * 10)" "'operator'"
	fill "gov_request_model_approval, of many" $((versions / 20)) \
		"gov_request_model_approval('model' || i, '1.0.' || i * 10 - 9)"
	fill "gov_approve_model, of many" $((versions / 20)) \
		"gov_approve_model('model' || i, '1.0.' || i * 10 - 9)" "'approver'"
	fill "gov_deploy_model, of many, twice" $((versions / 20)) \
		"gov_deploy_model('model' || i, '1.0.' || i * 10 - 9, 'staging'), gov_deploy_model('model' || i, '1.0.' || i * 10 - 9)" "'operator'"
	fill "gov_request_approval" $((versions / 10)) \
		"remember(i, (gov_request_approval('model_deploy_production', jsonb_build_object('model_id', 'model0', 'version', '1.0.' || i * 10))).request_id)"
	fill "gov_approve_request" $((versions / 20)) \
		"gov_approve_request(remembered(i))" "'approver'"
	fill "gov_create_usecase" $((versions / 20)) \
		"gov_create_usecase('usecase' || i, 'a use-case', 'it scores', 'owner' || i % 500, ARRAY['model' || i])"
	fill "gov_assess_impact" $((versions / 20)) \
		"gov_assess_impact('usecase' || i, harmless())"
	fill "gov_submit_usecase" $((versions / 40)) "gov_submit_usecase('usecase' || i)"
	fill "gov_approve_usecase" $((versions / 40)) \
		"gov_approve_usecase('usecase' || i)" "'approver'"
	fill "gov_deploy_usecase" $((versions / 40)) \
		"gov_deploy_usecase('usecase' || i)" "'operator'"
	fill "gov_record_usecase_metrics" $((versions / 20)) \
		"gov_record_usecase_metrics('usecase' || i, '{\"accuracy\": 0.9}')" "'operator'"
	fill "gov_define_sla" $((versions / 100)) \
		"gov_define_sla('model', 'model' || i - 1, 50, 90)"
	fill "gov_set_escalation_rule" $((versions / 1000)) \
		"gov_set_escalation_rule('model', 'model' || i - 1, 'response_time_p95', 5, 'team', create_incident => true)"
	fill "gov_add_maintenance_window" $((versions / 100)) \
		"gov_add_maintenance_window('model', 'model0', now() + i * interval '1 hour', now() + i * interval '1 hour' + interval '1 min', 'work')"
	fill "gov_report_incident" $((events / 200)) \
		"gov_report_incident('performance', 'warning', 'incident ' || i, 'slow', 'model' || 10 + i % 90)"
	fill "gov_resolve_incident, and reported" $((events / 200)) \
		"gov_resolve_incident((gov_report_incident('security', 'critical', 'incident ' || i, 'open', 'model' || 10 + i % 90)).incident_id, 'closed')"
	fill "gov_mark_incident_reportable, reported" $((events / 2000)) \
		"gov_mark_incident_reportable((gov_report_incident('security', 'critical', 'incident ' || i, 'open', 'model' || 10 + i % 90, aware_at => now() - interval '1 day')).incident_id, 'gdpr', 'personal_data_breach')"
	fill "gov_log_event" "$events" \
		"gov_log_event('request', 'score', 'endpoint/e' || i % 1000)" \
		"'user' || 1 + b"
	# every tenth misses its target
	fill "gov_record_measurement" $((versions / 10)) \
		"gov_record_measurement('model', 'model' || i % 10, jsonb_build_object('response_time_p95', CASE WHEN i % 10 < 1 THEN 51 ELSE 20 END), now() - i % 40000 * interval '1 min')"
	fill "gov_observe, a minute of the past each" $((events / 10)) \
		"gov_observe('model', 'model' || i / 1401 % 10, i % 100, i % 50 <> 0, now() - i % 1401 * interval '1 min')"
	ask -c "SELECT gov_set_policy('sla.keep_raw', 'true')" >/dev/null
	fill "gov_observe_many, keeping a hundred" $((events / 1000)) \
		"gov_observe_many('model', 'model' || i % 10, array_fill(i % 100, ARRAY[100])::float8[])"
	ask -c "SELECT gov_set_policy('sla.keep_raw', 'false')" >/dev/null
	fill "gov_idempotency_begin" $((users / 10)) \
		"gov_idempotency_begin('key' || i, $sha)"
	fill "gov_compliance_report" 2 "gov_compliance_report(1)"
}

# call_all: everything there is, on what both parts have.
call_all() {
	local size incident resolved reported violation request

	size=$(ask -c "SELECT gov_audit_status() ->> 'tree_size'")
	incident=$(ask -c "SELECT max(incident_id) FROM governance.incidents WHERE status = 'open'")
	resolved=$(ask -c "SELECT max(incident_id) FROM governance.incidents WHERE status = 'resolved'")
	reported=$(ask -c "SELECT max(incident_id) FROM governance.incident_deadlines")
	violation=$(ask -c "SELECT max(violation_id) FROM governance.sla_violations WHERE acknowledged_at IS NULL")
	request=$(ask -c "SELECT remembered(0)")
	# of model0: not decided yet; in production; approved before that one
	local asked=0.2 live old=1.0.10
	live=$(ask -c "SELECT version FROM gov_deployed_model('model0')")

	# who may what
	calls "gov_has_permission" "SELECT gov_has_permission('user3', 'model:deploy')"
	as=operator calls "gov_can" "SELECT gov_can('model:deploy')"
	calls "gov_whoami" "SELECT gov_whoami()"
	calls "gov_set_actor" "SELECT gov_set_actor('user3')"
	calls "gov_begin_as" "SELECT gov_begin_as('$token')"
	calls "gov_begin_for" "SELECT gov_begin_for('$token', 'scale')"
	calls "gov_explain_permission" "SELECT gov_explain_permission('user3', 'model:deploy')"
	calls "gov_user_roles" "SELECT gov_user_roles('user3')"
	calls "gov_user_permissions" "SELECT gov_user_permissions('user3')"
	calls "gov_who_can, 1 of 100 users" "SELECT count(*) FROM gov_who_can('model:approve')" whole
	calls "gov_sod_conflicts, all users" "SELECT gov_sod_conflicts()" whole
	as=user1 calls "gov_api_tokens, one's own" "SELECT gov_api_tokens()"
	calls "gov_api_tokens, everybody's" "SELECT gov_api_tokens()" whole
	calls "gov_create_user" "SELECT gov_create_user('new', 'new@example.com')"
	calls "gov_update_user" "SELECT gov_update_user('user3', 'another@example.com')"
	calls "gov_deactivate_user" "SELECT gov_deactivate_user('user3')"
	calls "gov_reactivate_user" "SELECT gov_reactivate_user('inactive')"
	calls "gov_create_api_token" "SELECT gov_create_api_token('user3', 'another')"
	calls "gov_revoke_api_token" "SELECT gov_revoke_api_token(2)"
	calls "gov_create_role" "SELECT gov_create_role('new', inherits => ARRAY['role1'])"
	calls "gov_drop_role, inherited and held" "SELECT gov_drop_role('role1')"
	calls "gov_add_inheritance" "SELECT gov_add_inheritance('role1', 'analyst')"
	calls "gov_remove_inheritance" "SELECT gov_remove_inheritance('role1', 'operator')"
	calls "gov_grant_permission" "SELECT gov_grant_permission('role1', 'sla:manage')"
	calls "gov_revoke_permission" "SELECT gov_revoke_permission('analyst', 'audit:read')"
	calls "gov_assign_role" "SELECT gov_assign_role('user5', 'role1')"
	calls "gov_revoke_role, lent to others" "SELECT gov_revoke_role('analyst', 'analyst')"
	as=operator calls "gov_delegate" "SELECT gov_delegate('operator', 'user2', now() + interval '1 day', 'a holiday')"
	calls "gov_create_sod_set, all users" "SELECT gov_create_sod_set('new', ARRAY['role1', 'approver'])" whole
	calls "gov_drop_sod_set" "SELECT gov_drop_sod_set('auditor_admin')"

	# models
	calls "gov_models" "SELECT gov_models()"
	calls "gov_models, by owner" "SELECT gov_models(owner => 'team1')"
	calls "gov_models, by tag" "SELECT gov_models(tag => 'tag1')"
	calls "gov_models, by status" "SELECT gov_models(status => 'deployed_production')"
	calls "gov_models, searched" "SELECT gov_models('model77')" whole
	calls "gov_model_versions, of many" "SELECT gov_model_versions('model0')"
	calls "gov_model_versions, of few" "SELECT gov_model_versions('model5')"
	calls "gov_model_version" "SELECT gov_model_version('model0', '$old')"
	calls "gov_latest_model" "SELECT gov_latest_model('model0')"
	calls "gov_model_by_alias" "SELECT gov_model_by_alias('model0', 'alias1')"
	calls "gov_model_history, of many" "SELECT gov_model_history('model0')"
	calls "gov_model_history, of a version" "SELECT gov_model_history('model0', '$old')"
	calls "gov_model_approvals" "SELECT gov_model_approvals('model0', '$old')"
	calls "gov_deployed_model" "SELECT gov_deployed_model('model0')"
	calls "gov_deployed_model, as of then" "SELECT gov_deployed_model('model0', as_of => (SELECT deployed_at FROM gov_model_history('model0', '$old') LIMIT 1))"
	calls "gov_model_version_json" "SELECT gov_model_version_json(v) FROM gov_model_version('model0', '$old') AS v"
	calls "gov_evidence_bundle" "SELECT gov_evidence_bundle('model5', '1.0.41')"
	calls "gov_register_model" "SELECT gov_register_model('model0', '2.0.0')"
	calls "gov_update_model" "SELECT gov_update_model('model0', owner => 'nobody', tags => ARRAY['a'])"
	calls "gov_record_model_metrics" "SELECT gov_record_model_metrics('model0', '$old', '{\"accuracy\": 0.9}')"
	calls "gov_set_model_alias" "SELECT gov_set_model_alias('model0', 'another', '$old')"
	calls "gov_drop_model_alias" "SELECT gov_drop_model_alias('model0', 'alias1')"
	calls "gov_request_model_approval" "SELECT gov_request_model_approval('model0', '$asked')"
	as=approver calls "gov_approve_model" "SELECT gov_approve_model('model0', '$asked')"
	as=approver calls "gov_reject_model" "SELECT gov_reject_model('model0', '$asked', 'no')"
	as=approver calls "gov_request_model_changes" "SELECT gov_request_model_changes('model0', '$asked', 'more')"
	as=operator calls "gov_deploy_model" "SELECT gov_deploy_model('model0', '$old')"
	as=operator calls "gov_rollback_model" "SELECT gov_rollback_model('model0', 'slow')"
	calls "gov_rollback_model, as requested" "SELECT gov_set_approval_policy('model_rollback', 'admin', allow_self_approval => true, requires_sod => false), gov_approve_request((gov_request_approval('model_rollback', '{\"model_id\": \"model0\"}')).request_id), gov_rollback_model('model0', 'slow')"
	as=operator calls "gov_rollback_version" "SELECT gov_rollback_version('model0', '$live', 'slow')"
	as=operator calls "gov_undeploy_model" "SELECT gov_undeploy_model('model0', 'production')"
	calls "gov_deprecate_model" "SELECT gov_deprecate_model('model0', '$asked')"
	calls "gov_hold_model_version" "SELECT gov_hold_model_version('model0', '$old')"
	calls "gov_create_environment" "SELECT gov_create_environment('new', 15)"
	calls "gov_set_deployment_gate" "SELECT gov_set_deployment_gate('production', 'accuracy', '>=', 0.9)"
	calls "gov_drop_deployment_gate" "SELECT gov_drop_deployment_gate(1)"

	# use-cases
	calls "gov_usecases" "SELECT gov_usecases()"
	calls "gov_usecases, of an owner" "SELECT gov_usecases(owner => 'owner1')"
	calls "gov_usecases, of a status" "SELECT gov_usecases('deployed')"
	calls "gov_usecase" "SELECT gov_usecase('usecase1')"
	calls "gov_usecase_json" "SELECT gov_usecase_json(u) FROM gov_usecase('usecase1') AS u"
	calls "gov_usecase_deployments" "SELECT gov_usecase_deployments('usecase1')"
	calls "gov_admit" "SELECT gov_admit('usecase1')"
	calls "gov_create_usecase" "SELECT gov_create_usecase('new', 'a use-case', 'it scores', 'owner1', ARRAY['model1'])"
	calls "gov_update_usecase" "SELECT gov_update_usecase('draft', 'another name')"
	calls "gov_assess_impact" "SELECT gov_assess_impact('draft', harmless())"
	calls "gov_submit_usecase" "SELECT gov_submit_usecase('draft')"
	as=approver calls "gov_approve_usecase" "SELECT gov_approve_usecase('submitted')"
	as=approver calls "gov_reject_usecase" "SELECT gov_reject_usecase('submitted', 'no')"
	as=operator calls "gov_deploy_usecase" "SELECT gov_deploy_usecase('usecase1', environment => 'staging')"
	as=operator calls "gov_record_usecase_metrics" "SELECT gov_record_usecase_metrics('usecase1', '{\"accuracy\": 0.9}')"
	calls "gov_deprecate_usecase" "SELECT gov_deprecate_usecase('usecase1', 'old', 'draft')"
	calls "gov_archive_usecase" "SELECT gov_archive_usecase('ended')"
	calls "gov_hold_usecase" "SELECT gov_hold_usecase('usecase1')"

	# requests and policies
	calls "gov_approval_requests" "SELECT gov_approval_requests()"
	calls "gov_approval_requests, pending" "SELECT gov_approval_requests('pending')"
	calls "gov_approval_requests, of a rare kind" "SELECT gov_approval_requests('rejected')" whole
	calls "gov_approval_request" "SELECT gov_approval_request('$request')"
	calls "gov_request_approval" "SELECT gov_request_approval('model_deploy_production', '{\"model_id\": \"model0\", \"version\": \"$old\"}')"
	as=approver calls "gov_approve_request" "SELECT gov_approve_request('$request')"
	as=approver calls "gov_reject_request" "SELECT gov_reject_request('$request', 'no')"
	calls "gov_withdraw_request" "SELECT gov_withdraw_request('$request')"
	calls "gov_set_approval_policy" "SELECT gov_set_approval_policy('model_rollback')"
	calls "gov_policy" "SELECT gov_policy('sla.keep_raw')"
	calls "gov_set_policy" "SELECT gov_set_policy('sla.keep_raw', 'true')"
	calls "gov_override_policy" "SELECT gov_override_policy('model.require_staging', 'false', 'it burns')"
	calls "gov_suspend" "SELECT gov_suspend('a drill')"
	calls "gov_resume" "WITH s AS MATERIALIZED (SELECT gov_suspend('a drill')) SELECT gov_resume('over') FROM s"

	# incidents
	calls "gov_incidents" "SELECT gov_incidents()"
	calls "gov_incidents, all" "SELECT gov_incidents(status => 'all')"
	calls "gov_incidents, of a resource" "SELECT gov_incidents(resource => 'model17')"
	calls "gov_incidents, critical" "SELECT gov_incidents('critical')"
	calls "gov_incidents, of a rare kind" "SELECT gov_incidents(status => 'closed')" whole
	calls "gov_incident" "SELECT gov_incident($incident)"
	calls "gov_incident_timeline" "SELECT gov_incident_timeline($incident)"
	calls "gov_report_incident" "SELECT gov_report_incident('performance', 'warning', 'slow', 'slow', 'model7', dedup_key => 'a')"
	calls "gov_acknowledge_incident" "SELECT gov_acknowledge_incident($incident)"
	calls "gov_comment_incident" "SELECT gov_comment_incident($incident, 'a comment')"
	calls "gov_resolve_incident" "SELECT gov_resolve_incident($incident, 'done')"
	calls "gov_close_incident" "SELECT gov_close_incident($resolved)"
	calls "gov_reopen_incident" "SELECT gov_reopen_incident($resolved, 'again')"
	calls "gov_mark_incident_reportable" "SELECT gov_mark_incident_reportable($resolved, 'gdpr', 'personal_data_breach')"
	calls "gov_record_notification" "SELECT gov_record_notification($reported, 'gdpr', 'initial')"
	calls "gov_set_regulatory_deadline" "SELECT gov_set_regulatory_deadline('mine', 'any', 'first', 24, 'a law')"

	# service levels
	calls "gov_sla_status" "SELECT gov_sla_status('model', 'model0')"
	calls "gov_sla_report" "SELECT gov_sla_report('model', 'model0')"
	calls "gov_sla_series, a day" "SELECT gov_sla_series('model', 'model0', now() - interval '1 day')"
	calls "gov_sla_violations" "SELECT gov_sla_violations()"
	calls "gov_sla_violations, of a resource" "SELECT gov_sla_violations('model', 'model0')"
	calls "gov_sla_violations, open" "SELECT gov_sla_violations(open_only => true)"
	calls "gov_sla_export_openslo" "SELECT gov_sla_export_openslo('model', 'model0')"
	calls "gov_sla_import_openslo" "SELECT gov_sla_import_openslo(gov_sla_export_openslo('model', 'model0'))"
	calls "gov_define_sla" "SELECT gov_define_sla('model', 'model0', 60, 90)"
	calls "gov_record_measurement" "SELECT gov_record_measurement('model', 'model0', '{\"response_time_p95\": 51}')"
	calls "gov_observe" "SELECT gov_observe('model', 'model0', 10)"
	calls "gov_observe_many, 100" "SELECT gov_observe_many('model', 'model0', array_fill(10, ARRAY[100])::float8[])"
	calls "gov_acknowledge_violation" "SELECT gov_acknowledge_violation($violation)"
	calls "gov_set_escalation_rule" "SELECT gov_set_escalation_rule('model', 'model0', 'availability', 5, 'team')"
	calls "gov_drop_escalation_rule" "SELECT gov_drop_escalation_rule(1)"
	calls "gov_add_maintenance_window" "SELECT gov_add_maintenance_window('model', 'model0', now(), now() + interval '1 min', 'work')"
	calls "gov_evaluate_sla, everything" "SELECT gov_evaluate_sla()" whole

	# the trail
	calls "gov_audit_trail" "SELECT gov_audit_trail()"
	calls "gov_audit_trail, of a user" "SELECT gov_audit_trail('user1')"
	calls "gov_audit_trail, of a resource" "SELECT gov_audit_trail(resource => 'endpoint/e7')"
	calls "gov_audit_trail, since" "SELECT gov_audit_trail(since => now() - interval '1 second')"
	calls "gov_audit_trail, until" "SELECT gov_audit_trail(until => now() - interval '1 second')"
	calls "access_audit_log" "SELECT * FROM governance.access_audit_log ORDER BY event_id DESC LIMIT 100"
	calls "gov_log_event" "SELECT gov_log_event('request', 'score', 'endpoint/e7')"
	calls "gov_audit_status" "SELECT gov_audit_status()"
	calls "gov_audit_seal" "SELECT gov_audit_seal()"
	calls "gov_audit_checkpoint" "SELECT gov_audit_checkpoint()"
	calls "gov_audit_witness" "SELECT gov_audit_witness(E'${checkpoint//$'\n'/\\n}\\n')"
	calls "gov_add_witness" "SELECT gov_add_witness('w.example+4a98ebc3+BNdamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea')"
	calls "gov_drop_witness" "SELECT gov_drop_witness('w.example')"
	calls "gov_audit_inclusion_proof" "SELECT gov_audit_inclusion_proof($((size / 2)))"
	calls "gov_audit_consistency_proof" "SELECT gov_audit_consistency_proof($((size / 2)))"
	calls "gov_audit_export, 500 events" "SELECT count(*) FROM gov_audit_export($((size / 2)), $((size / 2 + 500)))"
	calls "gov_audit_verify, 500 events" "SELECT gov_audit_verify($((size / 2)), $((size / 2 + 500)))"
	calls "gov_audit_retire, of nothing" "WITH p AS MATERIALIZED (SELECT gov_set_policy('audit.retention_days', '1')) SELECT gov_audit_retire(clock_timestamp(), 'a test') FROM p"

	# reports
	calls "gov_compliance_report, a day" "SELECT gov_compliance_report(1)" whole
	calls "gov_compliance_report, a month" "SELECT gov_compliance_report()" whole
	calls "gov_compliance_report_markdown" "SELECT gov_compliance_report_markdown(1)"
	calls "gov_compliance_report_html" "SELECT gov_compliance_report_html(1)"
	calls "gov_compliance_report_oscal" "SELECT gov_compliance_report_oscal(1)"
	calls "gov_check_control" "SELECT gov_check_control('iso-42001-a.3.2')" whole
	calls "gov_add_control" "SELECT gov_add_control('another', 'House rules', 'Nothing is red', 'SELECT ''a''::text, false')"
	calls "gov_drop_control" "SELECT gov_drop_control('mine')"

	# running it
	calls "gov_health" "SELECT gov_health()"
	calls "gov_metrics, counts everything" "SELECT gov_metrics()" whole
	calls "gov_run_maintenance, everything" "SELECT gov_run_maintenance()" whole
	calls "gov_row_json" "SELECT gov_row_json(u) FROM governance.users AS u WHERE u.user_id = 'user1'"
	calls "gov_idempotency_begin, and end" "SELECT gov_idempotency_begin('another', repeat('0', 64)), gov_idempotency_end('another', 200, '{}')"
	calls "gov_create_consumer" "SELECT gov_create_consumer('another', 'scale')"
	calls "gov_drop_consumer" "SELECT gov_drop_consumer('scale')"
	calls "gov_next_events" "SELECT gov_next_events('scale')"
	calls "gov_acknowledge_events" "WITH n AS MATERIALIZED (SELECT max(published_no) AS no FROM gov_next_events('scale')) SELECT gov_acknowledge_events('scale', n.no) FROM n"
	calls "gov_replay_events" "SELECT gov_replay_events('scale')"

	# views that one page shows
	calls "v_open_approvals" "SELECT * FROM governance.v_open_approvals" whole
	calls "v_unresolved_incidents" "SELECT * FROM governance.v_unresolved_incidents" whole
	calls "v_open_violations" "SELECT * FROM governance.v_open_violations" whole
	calls "v_overdue_deadlines" "SELECT * FROM governance.v_overdue_deadlines"
	calls "v_incident_deadlines" "SELECT * FROM governance.v_incident_deadlines" whole
	calls "v_model_inventory, of a model" "SELECT * FROM governance.v_model_inventory WHERE model_id = 'model1'"
	calls "v_production_models, of a model" "SELECT * FROM governance.v_production_models WHERE model_id = 'model1'"
	calls "v_usecase_inventory, of one" "SELECT * FROM governance.v_usecase_inventory WHERE usecase_id = 'usecase1'"
	calls "v_sla_overview, of a model" "SELECT * FROM governance.v_sla_overview WHERE resource_id = 'model1'"
}
