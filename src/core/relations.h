/*
 * relations.h
 *		The extension's own relations by OID, and when a cache made from them
 *		is stale.
 *
 * Invariants: an OID is looked up by name in schema "governance" and kept
 * until a relcache invalidation names it (DROP EXTENSION, another CREATE).
 * The one relcache callback of the extension only moves counters: it may run
 * at any lock acquisition, so it allocates, locks and reads nothing.
 */
#ifndef GOV_RELATIONS_H
#define GOV_RELATIONS_H

#include "utils/inval.h"
#include "utils/relcache.h"

/* GOV_RELATION(symbol, name): the relations that C code names. */
#define GOV_RELATION_LIST \
	GOV_RELATION(ACCESS_GENERATION, "access_generation") \
	GOV_RELATION(POLICY_GENERATION, "policy_generation") \
	GOV_RELATION(ADMIT_GENERATION, "admit_generation") \
	GOV_RELATION(USERS, "users") \
	GOV_RELATION(USERS_PKEY, "users_pkey") \
	GOV_RELATION(USERS_DB_ROLE_KEY, "users_db_role_key") \
	GOV_RELATION(ROLES, "roles") \
	GOV_RELATION(ROLE_PERMISSIONS, "role_permissions") \
	GOV_RELATION(ROLE_INHERITANCE, "role_inheritance") \
	GOV_RELATION(USER_ROLES, "user_roles") \
	GOV_RELATION(USER_ROLES_PKEY, "user_roles_pkey") \
	GOV_RELATION(USER_ROLES_ROLE_IDX, "user_roles_role_idx") \
	GOV_RELATION(SOD_SETS, "sod_sets") \
	GOV_RELATION(ISSUER_GENERATION, "issuer_generation") \
	GOV_RELATION(ISSUERS, "issuers") \
	GOV_RELATION(ISSUER_KEYS, "issuer_keys") \
	GOV_RELATION(GROUP_ROLES, "group_roles") \
	GOV_RELATION(GROUP_ROLES_PKEY, "group_roles_pkey") \
	GOV_RELATION(USER_IDENTITIES, "user_identities") \
	GOV_RELATION(USER_IDENTITIES_PKEY, "user_identities_pkey") \
	GOV_RELATION(POLICIES, "policies") \
	GOV_RELATION(APPROVAL_POLICIES, "approval_policies") \
	GOV_RELATION(ENVIRONMENTS, "environments") \
	GOV_RELATION(ENVIRONMENTS_PKEY, "environments_pkey") \
	GOV_RELATION(DEPLOYMENT_GATES, "deployment_gates") \
	GOV_RELATION(DEPLOYMENT_GATES_GATE_KEY, "deployment_gates_gate_key") \
	GOV_RELATION(MODELS, "models") \
	GOV_RELATION(MODELS_PKEY, "models_pkey") \
	GOV_RELATION(MODEL_VERSIONS, "model_versions") \
	GOV_RELATION(MODEL_VERSIONS_PKEY, "model_versions_pkey") \
	GOV_RELATION(APPROVAL_HISTORY, "approval_history") \
	GOV_RELATION(APPROVAL_HISTORY_PKEY, "approval_history_pkey") \
	GOV_RELATION(MODEL_SIGNATURES, "model_signatures") \
	GOV_RELATION(MODEL_SIGNATURES_PKEY, "model_signatures_pkey") \
	GOV_RELATION(DEPLOYMENT_HISTORY, "deployment_history") \
	GOV_RELATION(DEPLOYMENT_HISTORY_PKEY, "deployment_history_pkey") \
	GOV_RELATION(DEPLOYMENT_HISTORY_ACTIVE_KEY, \
				 "deployment_history_active_key") \
	GOV_RELATION(DEPLOYMENT_HISTORY_DEPLOYED_AT_IDX, \
				 "deployment_history_deployed_at_idx") \
	GOV_RELATION(USE_CASES, "use_cases") \
	GOV_RELATION(USE_CASES_PKEY, "use_cases_pkey") \
	GOV_RELATION(USECASE_DEPLOYMENTS, "usecase_deployments") \
	GOV_RELATION(USECASE_DEPLOYMENTS_ACTIVE_KEY, \
				 "usecase_deployments_active_key") \
	GOV_RELATION(SYSTEM_STATE, "system_state") \
	GOV_RELATION(INCIDENT_DEADLINES, "incident_deadlines") \
	GOV_RELATION(AUDIT_EVENTS, "audit_events") \
	GOV_RELATION(AUDIT_EVENTS_EVENT_ID_SEQ, "audit_events_event_id_seq") \
	GOV_RELATION(AUDIT_LOG, "audit_log") \
	GOV_RELATION(AUDIT_EVENTS_PKEY, "audit_events_pkey") \
	GOV_RELATION(AUDIT_EVENTS_XID_IDX, "audit_events_xid_idx") \
	GOV_RELATION(AUDIT_LEAVES, "audit_leaves") \
	GOV_RELATION(AUDIT_LEAVES_PKEY, "audit_leaves_pkey") \
	GOV_RELATION(AUDIT_LEAVES_EVENT_ID_KEY, "audit_leaves_event_id_key") \
	GOV_RELATION(AUDIT_TILES, "audit_tiles") \
	GOV_RELATION(AUDIT_TILES_PKEY, "audit_tiles_pkey") \
	GOV_RELATION(AUDIT_TREE_HEADS, "audit_tree_heads") \
	GOV_RELATION(AUDIT_TREE_HEADS_PKEY, "audit_tree_heads_pkey") \
	GOV_RELATION(AUDIT_SEAL_FLAGS, "audit_seal_flags") \
	GOV_RELATION(AUDIT_SEAL_FLAGS_PKEY, "audit_seal_flags_pkey") \
	GOV_RELATION(AUDIT_VERIFY_PROGRESS, "audit_verify_progress") \
	GOV_RELATION(AUDIT_HOME, "audit_home") \
	GOV_RELATION(AUDIT_CHECKPOINTS, "audit_checkpoints") \
	GOV_RELATION(AUDIT_CHECKPOINTS_TREE_SIZE_KEY, \
				 "audit_checkpoints_tree_size_key") \
	GOV_RELATION(AUDIT_COSIGNATURES, "audit_cosignatures") \
	GOV_RELATION(AUDIT_RETIREMENTS, "audit_retirements") \
	GOV_RELATION(AUDIT_RETIREMENTS_PKEY, "audit_retirements_pkey") \
	GOV_RELATION(EVENTS, "events") \
	GOV_RELATION(EVENTS_EVENT_NO_SEQ, "events_event_no_seq") \
	GOV_RELATION(INCIDENTS, "incidents") \
	GOV_RELATION(SLA_GENERATION, "sla_generation") \
	GOV_RELATION(SLA_TARGETS, "sla_targets") \
	GOV_RELATION(SLA_TARGETS_PKEY, "sla_targets_pkey") \
	GOV_RELATION(SLA_OBSERVATIONS, "sla_observations") \
	GOV_RELATION(SLA_RETENTION, "sla_retention") \
	GOV_RELATION(SLA_DELTAS, "sla_deltas") \
	GOV_RELATION(SLA_DELTAS_MINUTE_IDX, "sla_deltas_minute_idx") \
	GOV_RELATION(SLA_MINUTES, "sla_minutes") \
	GOV_RELATION(SLA_MINUTES_PKEY, "sla_minutes_pkey") \
	GOV_RELATION(SLA_HOURS, "sla_hours") \
	GOV_RELATION(SLA_HOURS_PKEY, "sla_hours_pkey") \
	GOV_RELATION(SLA_DAYS, "sla_days") \
	GOV_RELATION(SLA_DAYS_PKEY, "sla_days_pkey")

typedef enum GovRelation
{
#define GOV_RELATION(symbol, name) GOV_REL_##symbol,
	GOV_RELATION_LIST
#undef GOV_RELATION
	GOV_REL_COUNT
} GovRelation;

/* What is cached, each with a counter that moves when it is stale. */
typedef enum GovCache
{
	GOV_CACHE_ACCESS,			/* users, roles, permissions, assignments */
	GOV_CACHE_POLICY,			/* policies */
	GOV_CACHE_ADMIT,			/* use-cases, deployments, environments */
	GOV_CACHE_SLA,				/* service level targets */
	GOV_CACHE_ISSUER,			/* issuers of tokens, and their keys */
	GOV_CACHE_CATALOG,			/* OIDs and attribute numbers */
	GOV_CACHE_COUNT
} GovCache;

extern void gov_relations_init(void);

/* The OID of a table; 55000, or InvalidOid, where the extension is absent. */
extern Oid	gov_relation(GovRelation which);
extern Oid	gov_relation_or_invalid(GovRelation which);
extern Oid	gov_schema(void);
extern const char *gov_relation_name(GovRelation which);

/*
 * Open one of our tables for reading; 55000 where it was just dropped.
 */
extern Relation gov_relation_open(GovRelation which);

/* The owner of the extension, as whom internal writes run. */
extern Oid	gov_owner(void);

extern uint64 gov_cache_generation(GovCache cache);

/* Is what was loaded at that generation still right?  Reads messages first. */
static inline bool
gov_cache_is_current(GovCache cache, uint64 loaded)
{
	AcceptInvalidationMessages();
	return loaded == gov_cache_generation(cache);
}

/*
 * The generation of what will be loaded next; keep it with what was loaded.
 * This looks up the proxy first; otherwise a message about it would pass
 * unnoticed.
 */
extern uint64 gov_cache_generation_to_load(GovCache cache);

/* Tell every backend, at commit, that the cache is stale. */
extern void gov_cache_invalidate(GovCache cache);

#endif							/* GOV_RELATIONS_H */
