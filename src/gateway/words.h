/*
 * words.h
 *		Closed sets of words, the same as in the database: THE list for
 *		clients.
 *
 * WORDS(name, words): routes.h and schemas.h say =name.  The document tells
 * them; the database refuses others.  It has no include guard, so that it can
 * be included more than once.
 */
WORDS(action, "model_deploy_production,model_rollback,usecase_approve,usecase_deprecate,permission_grant,system_config_change")
WORDS(answer_type, "boolean,choice")
WORDS(approval_status, "pending,approved,rejected,requires_changes")
WORDS(category, "performance,safety,security,reliability,compliance,other")
WORDS(deployment_status, "active,superseded,rolled_back,undeployed")
WORDS(event_kind, "reported,joined,acknowledged,commented,resolved,closed,reopened,violation,reportable,notified,deadline_missed")
WORDS(evidence, "session,authenticated,asserted,verified,internal,unmapped")
WORDS(impact_level, "low,medium,high,critical")
WORDS(incident_filter, "open,acknowledged,resolved,closed,reopened,unresolved,all")
WORDS(incident_status, "open,acknowledged,resolved,closed,reopened")
WORDS(inbox_kind, "model_version,usecase,approval_request,incident,sla_violation,incident_deadline,new_user")
WORDS(judged, "no_exceptions,evidence,manual")
WORDS(machine, "approval_request,deployment,incident,model_approval,model_version,sla_violation,usecase,usecase_deployment")
WORDS(model_status, "registered,approved,deployed_staging,deployed_production,rolled_back,deprecated")
WORDS(operator, ">=,>,<=,<,=")
WORDS(outcome, "success,denied,failure")
WORDS(owed_by, "provider,deployer")
WORDS(question_category, "prohibited_practice,product_safety,high_risk_area,transparency,impact")
WORDS(question_effect, "scores,forces,relieves,defeats_relief")
WORDS(request_status, "pending,approved,rejected,expired,withdrawn,consumed")
WORDS(resource_type, "model,usecase,system")
WORDS(result, "pass,fail,manual,not_yet_applicable")
WORDS(risk_class, "minimal,limited,high,prohibited")
WORDS(raised_class, "limited,high,prohibited")
WORDS(severity, "info,warning,error,critical")
WORDS(signature_method, "key,certificate,keyless")
WORDS(signature_status, "verified,not_verified")
WORDS(signer_kind, "key,root")
WORDS(sla_status, "compliant,at_risk,violated,unknown")
WORDS(usecase_deployment_status, "active,superseded,ended")
WORDS(usecase_status, "draft,submitted,approved,deployed,deprecated,archived")
WORDS(value_type, "boolean,count,positive,interval,names")
WORDS(violation_severity, "warning,error,critical")
WORDS(violation_source, "observation,measurement,incident")
WORDS(violation_status, "open,closed")
WORDS(violation_type, "response_time_p95,response_time_p99,availability,error_rate,error_budget_burn,incident_response,incident_resolution,no_data")
WORDS(vote, "approved,rejected")
