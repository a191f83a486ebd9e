/*
 * governance.c
 *		The module's entry point: calls each room's init, nothing else.
 */
#include "postgres.h"

#include "fmgr.h"

#include "access/act.h"
#include "access/denial_ring.h"
#include "audit/checkpoint.h"
#include "audit/record.h"
#include "audit/seal.h"
#include "core/compat.h"
#include "core/drop_guard.h"
#include "core/guc.h"
#include "core/insert.h"
#include "core/operation.h"
#include "core/plan.h"
#include "core/policy.h"
#include "core/relations.h"
#include "core/shared.h"
#include "core/work.h"
#include "identity/actor.h"
#include "identity/authn.h"
#include "identity/key_request.h"
#include "registry/approval.h"
#include "sla/accumulator.h"
#include "sla/target.h"
#include "worker/worker.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

void
_PG_init(void)
{
	gov_authn_init();
	gov_checkpoint_init();
	gov_guc_init();
	gov_shared_init();
	gov_work_init();
	gov_relations_init();
	gov_insert_init();
	gov_plan_init();
	gov_drop_guard_init();
	gov_operation_init();
	gov_actor_init();
	gov_key_request_init();
	gov_act_init();
	gov_denial_ring_init();
	gov_audit_init();
	gov_seal_guard_init();
	gov_policy_init();
	gov_approval_init();
	gov_sla_target_init();
	gov_sla_accumulator_init();
	gov_worker_init();
}
