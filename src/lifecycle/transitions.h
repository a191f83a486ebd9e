/*
 * transitions.h
 *		Every move of every state machine: THE list.
 *
 * GOV_TRANSITION(machine, from, to, verb, permission, rule).  from is NULL for
 * creation; permission is NONE where the rule says who may.  The guard trigger
 * passes a move only if it is listed and only inside an operation of that
 * verb; gov_transitions(), the state diagrams and the documentation are made
 * from the same lines.
 */

/* model_versions.status */
GOV_TRANSITION(model_version, NULL, "registered",
			   "register", MODEL_REGISTER,
			   "a version is written once")
GOV_TRANSITION(model_version, "registered", "approved",
			   "approve", MODEL_APPROVE,
			   "enough distinct approvers since the last request; not who registered or submitted it")
GOV_TRANSITION(model_version, "registered", "deployed_staging",
			   "approve", MODEL_APPROVE,
			   "approved again while a deployment below production is active")
GOV_TRANSITION(model_version, "registered", "deployed_production",
			   "approve", MODEL_APPROVE,
			   "approved again while a deployment in another production environment is active")
GOV_TRANSITION(model_version, "approved", "deployed_staging",
			   "deploy", MODEL_DEPLOY,
			   "approved; not by who approved it; every gate met")
GOV_TRANSITION(model_version, "approved", "deployed_production",
			   "deploy", MODEL_DEPLOY,
			   "approved; staged before; not by who approved it; every gate met")
GOV_TRANSITION(model_version, "deployed_staging", "deployed_production",
			   "deploy", MODEL_DEPLOY,
			   "approved; staged before; not by who approved it; every gate met")
GOV_TRANSITION(model_version, "deployed_staging", "approved",
			   "supersede", MODEL_DEPLOY,
			   "another version took its place")
GOV_TRANSITION(model_version, "deployed_production", "approved",
			   "supersede", MODEL_DEPLOY,
			   "another version took its place")
GOV_TRANSITION(model_version, "deployed_production", "deployed_staging",
			   "supersede", MODEL_DEPLOY,
			   "another version took its place; still active below production")
GOV_TRANSITION(model_version, "deployed_staging", "approved",
			   "undeploy", MODEL_ROLLBACK,
			   "its deployment was ended")
GOV_TRANSITION(model_version, "deployed_production", "approved",
			   "undeploy", MODEL_ROLLBACK,
			   "its deployment was ended")
GOV_TRANSITION(model_version, "deployed_production", "deployed_staging",
			   "undeploy", MODEL_ROLLBACK,
			   "its deployment was ended; still active below production")
GOV_TRANSITION(model_version, "deployed_staging", "rolled_back",
			   "rollback", MODEL_ROLLBACK,
			   "an active deployment was rolled back, with a reason")
GOV_TRANSITION(model_version, "deployed_production", "rolled_back",
			   "rollback", MODEL_ROLLBACK,
			   "an active deployment was rolled back, with a reason")
GOV_TRANSITION(model_version, "registered", "rolled_back",
			   "rollback", MODEL_ROLLBACK,
			   "a deployment that outlived its approval was rolled back")
GOV_TRANSITION(model_version, "approved", "deployed_staging",
			   "restore", MODEL_ROLLBACK,
			   "active again after the rollback of its successor; still approved")
GOV_TRANSITION(model_version, "approved", "deployed_production",
			   "restore", MODEL_ROLLBACK,
			   "active again after the rollback of its successor; still approved")
GOV_TRANSITION(model_version, "deployed_staging", "deployed_production",
			   "restore", MODEL_ROLLBACK,
			   "active again after the rollback of its successor; still approved")
GOV_TRANSITION(model_version, "rolled_back", "registered",
			   "request", MODEL_REGISTER,
			   "approval is requested again")
GOV_TRANSITION(model_version, "registered", "deprecated",
			   "deprecate", MODEL_DEPRECATE,
			   "not active anywhere")
GOV_TRANSITION(model_version, "approved", "deprecated",
			   "deprecate", MODEL_DEPRECATE,
			   "not active anywhere")
GOV_TRANSITION(model_version, "rolled_back", "deprecated",
			   "deprecate", MODEL_DEPRECATE,
			   "not active anywhere")
GOV_TRANSITION(model_version, "registered", "deprecated",
			   "delete", MODEL_REGISTER,
			   "not active anywhere; no longer listed")
GOV_TRANSITION(model_version, "approved", "deprecated",
			   "delete", MODEL_REGISTER,
			   "not active anywhere; no longer listed")
GOV_TRANSITION(model_version, "rolled_back", "deprecated",
			   "delete", MODEL_REGISTER,
			   "not active anywhere; no longer listed")

/* model_versions.approval_status */
GOV_TRANSITION(model_approval, NULL, "pending",
			   "register", MODEL_REGISTER,
			   "registering leaves a version pending")
GOV_TRANSITION(model_approval, "pending", "approved",
			   "approve", MODEL_APPROVE,
			   "enough distinct approvers since the last request")
GOV_TRANSITION(model_approval, "pending", "rejected",
			   "reject", MODEL_APPROVE,
			   "one rejection rejects, with a reason")
GOV_TRANSITION(model_approval, "pending", "requires_changes",
			   "request_changes", MODEL_APPROVE,
			   "sent back, saying what to change")
GOV_TRANSITION(model_approval, "rejected", "pending",
			   "request", MODEL_REGISTER,
			   "votes count anew")
GOV_TRANSITION(model_approval, "requires_changes", "pending",
			   "request", MODEL_REGISTER,
			   "votes count anew")
GOV_TRANSITION(model_approval, "approved", "requires_changes",
			   "rollback", MODEL_ROLLBACK,
			   "a version rolled back has to be approved again")
GOV_TRANSITION(model_approval, "pending", "requires_changes",
			   "rollback", MODEL_ROLLBACK,
			   "a version rolled back has to be approved again")
GOV_TRANSITION(model_approval, "rejected", "requires_changes",
			   "rollback", MODEL_ROLLBACK,
			   "a version rolled back has to be approved again")

/* deployment_history.status */
GOV_TRANSITION(deployment, NULL, "active",
			   "deploy", MODEL_DEPLOY,
			   "at most one active per model and environment")
GOV_TRANSITION(deployment, NULL, "active",
			   "restore", MODEL_ROLLBACK,
			   "the version active before, again, as a new row")
GOV_TRANSITION(deployment, "active", "superseded",
			   "supersede", MODEL_DEPLOY,
			   "ended by the next deployment")
GOV_TRANSITION(deployment, "active", "rolled_back",
			   "rollback", MODEL_ROLLBACK,
			   "ended with a reason")
GOV_TRANSITION(deployment, "active", "undeployed",
			   "undeploy", MODEL_ROLLBACK,
			   "ended without a successor")

/* use_cases.status */
GOV_TRANSITION(usecase, NULL, "draft",
			   "create", USECASE_CREATE,
			   "every model named is registered")
GOV_TRANSITION(usecase, "draft", "submitted",
			   "submit", USECASE_CREATE,
			   "votes count anew")
GOV_TRANSITION(usecase, "submitted", "approved",
			   "approve", USECASE_APPROVE,
			   "enough distinct approvers for its impact level; assessed from high up; not class prohibited; not by who created, owns or submitted it")
GOV_TRANSITION(usecase, "submitted", "draft",
			   "reject", USECASE_APPROVE,
			   "one rejection rejects, with a reason")
GOV_TRANSITION(usecase, "approved", "deployed",
			   "deploy", USECASE_DEPLOY,
			   "in production, each of its models is active there")
GOV_TRANSITION(usecase, "draft", "deprecated",
			   "deprecate", USECASE_DEPRECATE,
			   "its deployments end")
GOV_TRANSITION(usecase, "submitted", "deprecated",
			   "deprecate", USECASE_DEPRECATE,
			   "its deployments end")
GOV_TRANSITION(usecase, "approved", "deprecated",
			   "deprecate", USECASE_DEPRECATE,
			   "its deployments end")
GOV_TRANSITION(usecase, "deployed", "deprecated",
			   "deprecate", USECASE_DEPRECATE,
			   "its deployments end")
GOV_TRANSITION(usecase, "deprecated", "archived",
			   "archive", USECASE_DEPRECATE,
			   "deprecated before")

/* usecase_deployments.status */
GOV_TRANSITION(usecase_deployment, NULL, "active",
			   "deploy", USECASE_DEPLOY,
			   "at most one active per use-case and environment")
GOV_TRANSITION(usecase_deployment, "active", "superseded",
			   "supersede", USECASE_DEPLOY,
			   "ended by the next deployment")
GOV_TRANSITION(usecase_deployment, "active", "ended",
			   "deprecate", USECASE_DEPRECATE,
			   "the use-case was deprecated")

/* approval_requests.status */
GOV_TRANSITION(approval_request, NULL, "pending",
			   "request", NONE,
			   "any active user asks")
GOV_TRANSITION(approval_request, "pending", "approved",
			   "approve", NONE,
			   "enough distinct holders of the policy's role; not who asked")
GOV_TRANSITION(approval_request, "pending", "rejected",
			   "reject", NONE,
			   "one rejection rejects, with a reason")
GOV_TRANSITION(approval_request, "pending", "withdrawn",
			   "withdraw", NONE,
			   "taken back by who asked")
GOV_TRANSITION(approval_request, "approved", "withdrawn",
			   "withdraw", NONE,
			   "taken back by who asked")
GOV_TRANSITION(approval_request, "approved", "consumed",
			   "consume", NONE,
			   "used once, by the guarded call, in its transaction")
GOV_TRANSITION(approval_request, "pending", "expired",
			   "expire", NONE,
			   "past its time")
GOV_TRANSITION(approval_request, "approved", "expired",
			   "expire", NONE,
			   "past its time")

/* incidents.status */
GOV_TRANSITION(incident, NULL, "open",
			   "report", INCIDENT_REPORT,
			   "by a person, an escalation rule or break-glass; an unresolved one with the same key is joined instead")
GOV_TRANSITION(incident, "open", "acknowledged",
			   "acknowledge", INCIDENT_MANAGE,
			   "somebody takes it on")
GOV_TRANSITION(incident, "reopened", "acknowledged",
			   "acknowledge", INCIDENT_MANAGE,
			   "somebody takes it on again")
GOV_TRANSITION(incident, "open", "resolved",
			   "resolve", INCIDENT_MANAGE,
			   "with a resolution")
GOV_TRANSITION(incident, "acknowledged", "resolved",
			   "resolve", INCIDENT_MANAGE,
			   "with a resolution")
GOV_TRANSITION(incident, "reopened", "resolved",
			   "resolve", INCIDENT_MANAGE,
			   "with a resolution")
GOV_TRANSITION(incident, "resolved", "closed",
			   "close", INCIDENT_MANAGE,
			   "resolved before")
GOV_TRANSITION(incident, "resolved", "reopened",
			   "reopen", INCIDENT_MANAGE,
			   "with a reason; no other unresolved one has its key")
GOV_TRANSITION(incident, "closed", "reopened",
			   "reopen", INCIDENT_MANAGE,
			   "with a reason; no other unresolved one has its key")

/* sla_violations.status */
GOV_TRANSITION(sla_violation, NULL, "open",
			   "open", SLA_MANAGE,
			   "an evaluation finds that a target is missed; one open per resource and type")
GOV_TRANSITION(sla_violation, NULL, "closed",
			   "record", SLA_RECORD,
			   "a summary misses a target, or an incident was answered late")
GOV_TRANSITION(sla_violation, "open", "closed",
			   "close", SLA_MANAGE,
			   "an evaluation finds that it is over")
