/*
 * permission_list.h
 *		The permissions: THE list.
 *
 * GOV_PERMISSION(symbol, name, what it allows).  A permission's place is its
 * bit in a mask, so new ones go to the end; at most 64.  The SQL side reads
 * it through governance.permission_catalog().  The symbol is accepted for the
 * name in calls (MODEL_DEPLOY for model:deploy).
 */
GOV_PERMISSION(MODEL_REGISTER, "model:register",
			   "register model versions, describe models, move aliases")
GOV_PERMISSION(MODEL_APPROVE, "model:approve",
			   "approve, reject or send back a model version")
GOV_PERMISSION(MODEL_DEPLOY, "model:deploy",
			   "deploy an approved model version, move protected aliases")
GOV_PERMISSION(MODEL_ROLLBACK, "model:rollback",
			   "roll back or end a deployment")
GOV_PERMISSION(USECASE_CREATE, "usecase:create",
			   "create, change, assess and submit use-cases")
GOV_PERMISSION(USECASE_APPROVE, "usecase:approve",
			   "approve or reject a use-case")
GOV_PERMISSION(USECASE_DEPRECATE, "usecase:deprecate",
			   "deprecate or archive a use-case")
GOV_PERMISSION(USER_MANAGE, "user:manage",
			   "create, change and deactivate users and their tokens")
GOV_PERMISSION(ROLE_MANAGE, "role:manage",
			   "create roles, their inheritance and duty sets, assign roles")
GOV_PERMISSION(PERMISSION_MANAGE, "permission:manage",
			   "grant permissions to roles and revoke them")
GOV_PERMISSION(AUDIT_READ, "audit:read", "read the audit trail")
GOV_PERMISSION(COMPLIANCE_REPORT, "compliance:report",
			   "make compliance reports and evidence bundles")
GOV_PERMISSION(INCIDENT_REPORT, "incident:report",
			   "report incidents and comment on them")
GOV_PERMISSION(SYSTEM_CONFIG, "system:config",
			   "change policies, gates and environments")
GOV_PERMISSION(SYSTEM_SHUTDOWN, "system:shutdown",
			   "suspend and resume governed operation")
GOV_PERMISSION(MODEL_DEPRECATE, "model:deprecate",
			   "deprecate a model version")
GOV_PERMISSION(USECASE_DEPLOY, "usecase:deploy", "deploy a use-case")
GOV_PERMISSION(INCIDENT_MANAGE, "incident:manage",
			   "acknowledge, resolve, close and reopen incidents")
GOV_PERMISSION(SLA_MANAGE, "sla:manage",
			   "define service levels, escalations, maintenance windows")
GOV_PERMISSION(SLA_RECORD, "sla:record",
			   "record measurements and observations")
GOV_PERMISSION(POLICY_OVERRIDE, "policy:override",
			   "override a policy for one transaction")
GOV_PERMISSION(ACTOR_IMPERSONATE, "actor:impersonate",
			   "act for another user: for pools that share one login")
GOV_PERMISSION(AUDIT_SEAL, "audit:seal",
			   "seal the audit trail, record witnesses, retire events")
GOV_PERMISSION(IDENTITY_KEYS, "identity:keys",
			   "store the keys of issuers of signed tokens")
