/*
 * governed_tables.h
 *		The tables that the guard watches: THE list.
 *
 * GOV_TABLE(table, kind, key, cache, fixed, hidden, machines, flags)
 *	kind		the first part of event types and resources
 *	key			the columns that make the id in a resource, joined by ':'
 *	cache		which backend cache a change makes stale (NONE, ACCESS,
 *				POLICY, ADMIT, SLA, ISSUER)
 *	fixed		columns that never change once written
 *	hidden a column that is never shown, not even in events
 *	machines	"column=machine" for each state machine
 *	flags		KEEP: rows are never deleted; APPEND: nor changed;
 *				DUTIES: a change may break separation of duties
 */
GOV_TABLE("users", "user", "user_id", ACCESS, "user_id", "", "", KEEP | ADMINS)
GOV_TABLE("roles", "role", "role", ACCESS, "role", "", "", ADMINS)
GOV_TABLE("role_permissions", "role_permission", "role permission", ACCESS,
		  "role permission", "", "", NOTHING)
GOV_TABLE("role_inheritance", "role_inheritance", "role inherited_role",
		  ACCESS, "role inherited_role", "", "", DUTIES | ADMINS)
GOV_TABLE("user_roles", "user_role", "user_id role", ACCESS, "user_id role",
		  "", "", DUTIES | ADMINS)
GOV_TABLE("sod_sets", "sod_set", "name", ACCESS, "name", "", "", DUTIES)
GOV_TABLE("api_tokens", "api_token", "token_id", NONE,
		  "token_id user_id token_hash created_at created_by"
		  " principals backers", "token_hash",
		  "", NOTHING)
GOV_TABLE("issuers", "issuer", "issuer", ISSUER, "issuer", "", "", NOTHING)
GOV_TABLE("issuer_keys", "issuer_key", "issuer thumbprint", ISSUER,
		  "issuer thumbprint kty crv n e x y secret", "secret", "", NOTHING)
GOV_TABLE("user_identities", "user_identity", "issuer subject", ACCESS,
		  "issuer subject", "", "", NOTHING)
GOV_TABLE("group_roles", "group_role", "issuer group_name role", ACCESS,
		  "issuer group_name role", "", "", NOTHING)
GOV_TABLE("models", "model", "model_id", NONE, "model_id created_at created_by",
		  "", "", KEEP)
GOV_TABLE("model_versions", "model_version", "model_id version", NONE,
		  "model_id version created_at created_by created_principals"
		  " created_backers source_commit training_data_hash hyperparameters"
		  " model_path model_size_bytes artifacts metadata content_digest",
		  "", "status=model_version approval_status=model_approval", KEEP)
GOV_TABLE("model_metrics", "model_metrics", "model_id version", NONE, "", "",
		  "", KEEP | APPEND)
GOV_TABLE("model_aliases", "model_alias", "model_id alias", NONE,
		  "model_id alias", "", "", NOTHING)
GOV_TABLE("model_tags", "model_tag", "model_id key", NONE, "model_id key", "",
		  "", NOTHING)
GOV_TABLE("model_version_tags", "model_version_tag", "model_id version key",
		  NONE, "model_id version key", "", "", NOTHING)
GOV_TABLE("approval_history", "model_approval", "model_id version", NONE, "",
		  "", "", KEEP | APPEND)
GOV_TABLE("trusted_signers", "trusted_signer", "name", NONE,
		  "name kind material fingerprint identity models valid_from valid_to"
		  " created_at created_by", "", "", KEEP)
GOV_TABLE("model_signatures", "model_signature", "model_id version", NONE, "",
		  "bundle", "", KEEP | APPEND)
GOV_TABLE("environments", "environment", "name", ADMIT, "name", "", "",
		  NOTHING)
GOV_TABLE("deployment_gates", "deployment_gate", "gate_id", NONE, "gate_id",
		  "", "", NOTHING)
GOV_TABLE("deployment_history", "deployment", "deployment_id", ADMIT,
		  "deployment_no model_id version deployment_id environment"
		  " deployed_at deployed_by notes request_id gate_results restores"
		  " principals backers",
		  "", "status=deployment", KEEP)
GOV_TABLE("use_cases", "usecase", "usecase_id", ADMIT,
		  "usecase_id created_at created_by created_principals"
		  " created_backers", "",
		  "status=usecase", KEEP)
GOV_TABLE("usecase_approvals", "usecase_approval", "usecase_id", NONE, "", "",
		  "", KEEP | APPEND)
GOV_TABLE("usecase_deployments", "usecase_deployment", "deployment_id", ADMIT,
		  "deployment_no usecase_id deployment_id environment deployed_at"
		  " deployed_by notes principals backers", "",
		  "status=usecase_deployment", KEEP)
GOV_TABLE("usecase_metrics", "usecase_metrics", "usecase_id", NONE, "", "",
		  "", KEEP | APPEND)
GOV_TABLE("impact_questions", "impact_question", "question_id", NONE,
		  "question_id", "", "", NOTHING)
GOV_TABLE("impact_facts", "impact_fact", "fact", NONE, "fact", "", "",
		  NOTHING)
GOV_TABLE("usecase_assessments", "usecase_assessment", "usecase_id", NONE, "",
		  "", "", KEEP | APPEND)
GOV_TABLE("policies", "policy", "name", POLICY,
		  "name default_value description value_type", "", "", KEEP)
GOV_TABLE("approval_policies", "approval_policy", "action", NONE, "action",
		  "", "", KEEP)
GOV_TABLE("approval_requests", "approval_request", "request_id", NONE,
		  "request_id action requester_id requested_at context comments"
		  " resource_key principals backers",
		  "", "status=approval_request", KEEP)
GOV_TABLE("approvals", "approval", "request_id approver_id", NONE, "", "", "",
		  KEEP | APPEND)
GOV_TABLE("system_state", "system", "name", POLICY, "name", "", "", KEEP)
GOV_TABLE("audit_log", "audit_log", "log_id", POLICY, "", "", "", KEEP)
GOV_TABLE("audit_home", "audit_home", "log_id", NONE, "", "", "", KEEP)
GOV_TABLE("checkpoint_keys", "checkpoint_key", "name key_id", NONE,
		  "name key_id verifier_key first_used_at", "", "", KEEP)
GOV_TABLE("witnesses", "witness", "name", NONE,
		  "name key_id verifier_key added_at added_by", "", "", NOTHING)
GOV_TABLE("jurisdictions", "jurisdiction", "jurisdiction", NONE,
		  "jurisdiction", "", "", NOTHING)
GOV_TABLE("holiday_rules", "holiday_rule", "jurisdiction name", NONE,
		  "jurisdiction name", "", "", NOTHING)
GOV_TABLE("holidays", "holiday", "jurisdiction day", NONE, "jurisdiction day",
		  "", "", NOTHING)
GOV_TABLE("incidents", "incident", "incident_id", NONE,
		  "incident_id category title description resource reported_at"
		  " reported_by aware_at dedup_key metadata",
		  "", "status=incident", KEEP)
GOV_TABLE("incident_events", "incident_event", "incident_id", NONE, "", "",
		  "", KEEP | APPEND)
GOV_TABLE("regulatory_deadlines", "regulatory_deadline", "regime kind stage",
		  NONE, "regime kind stage", "", "", NOTHING)
GOV_TABLE("incident_deadlines", "incident_deadline",
		  "incident_id regime stage jurisdiction", NONE,
		  "incident_id regime stage jurisdiction", "", "", KEEP)
GOV_TABLE("sla_targets", "sla_target", "resource_type resource_id", SLA,
		  "resource_type resource_id revision response_time_p95"
		  " response_time_p99 availability_target error_rate_target"
		  " max_downtime_hours incident_response_minutes"
		  " incident_resolution_hours window_days valid_from updated_by"
		  " metadata openslo", "", "", KEEP)
GOV_TABLE("sla_measurements", "sla_measurement", "resource_type resource_id",
		  NONE, "", "", "", KEEP | APPEND)
GOV_TABLE("maintenance_windows", "maintenance_window", "window_id", NONE,
		  "window_id resource_type resource_id created_at created_by", "", "",
		  NOTHING)
GOV_TABLE("sla_violations", "sla_violation", "violation_id", NONE,
		  "violation_id resource_type resource_id violation_type opened_at"
		  " target_value actual_value severity source measurement_id",
		  "", "status=sla_violation", KEEP)
GOV_TABLE("burn_rate_rules", "burn_rate_rule", "rule", NONE, "rule", "", "",
		  NOTHING)
GOV_TABLE("escalation_rules", "escalation_rule", "rule_id", NONE,
		  "rule_id resource_type resource_id violation_type escalation_level",
		  "", "", NOTHING)
GOV_TABLE("sla_escalations", "sla_escalation", "escalation_id", NONE,
		  "escalation_id rule_id resource_type resource_id violation_type"
		  " escalation_level violation_id violations crossed_at due_at",
		  "", "", KEEP)
GOV_TABLE("controls", "control", "id", NONE,
		  "id framework title source judged criterion query owner_role"
		  " is_builtin created_at created_by", "", "", NOTHING)
GOV_TABLE("compliance_reports", "compliance_report", "report_id", NONE, "",
		  "report", "", KEEP | APPEND)
