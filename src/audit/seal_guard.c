/*
 * seal_guard.c
 *		The trigger of the sealed log's tables: only this extension's C code
 *		writes them.
 *
 * Invariant: the flag is set only while one of our statements runs, and an
 * error resets it with the (sub)transaction that had set it.
 */
#include "postgres.h"

#include "access/xact.h"
#include "commands/trigger.h"
#include "fmgr.h"
#include "funcapi.h"
#include "utils/builtins.h"
#include "utils/rel.h"
#include "utils/tuplestore.h"

#include "audit/seal.h"
#include "core/errors.h"
#include "core/relations.h"
#include "core/restoring.h"

PG_FUNCTION_INFO_V1(gov_audit_seal_guard);
PG_FUNCTION_INFO_V1(gov_sealed_tables);

/* The tables that it guards. */
static const GovRelation tables[] = {
	GOV_REL_AUDIT_LEAVES, GOV_REL_AUDIT_TILES, GOV_REL_AUDIT_TREE_HEADS,
	GOV_REL_AUDIT_SEAL_FLAGS, GOV_REL_AUDIT_VERIFY_PROGRESS,
	GOV_REL_AUDIT_CHECKPOINTS, GOV_REL_AUDIT_COSIGNATURES,
	GOV_REL_AUDIT_RETIREMENTS
};

/* The nest level of the transaction that is writing; 0 for none. */
static int	writing = 0;

/* The same of a retirement that is deleting events. */
static int	deleting = 0;

void
gov_seal_write_begin(void)
{
	writing = GetCurrentTransactionNestLevel();
}

void
gov_seal_write_end(void)
{
	writing = 0;
}

void
gov_retire_delete_begin(void)
{
	deleting = GetCurrentTransactionNestLevel();
}

void
gov_retire_delete_end(void)
{
	deleting = 0;
}

bool
gov_retire_is_deleting(void)
{
	return deleting != 0;
}

static void
subxact_callback(SubXactEvent event, SubTransactionId mySubid,
				 SubTransactionId parentSubid, void *arg)
{
	int			level = GetCurrentTransactionNestLevel();

	if (event != SUBXACT_EVENT_ABORT_SUB)
		return;
	if (writing >= level)
		writing = 0;
	if (deleting >= level)
		deleting = 0;
}

static void
xact_callback(XactEvent event, void *arg)
{
	if (event == XACT_EVENT_ABORT)
		writing = deleting = 0;
}

void
gov_seal_guard_init(void)
{
	RegisterXactCallback(xact_callback, NULL);
	RegisterSubXactCallback(subxact_callback, NULL);
}

/*
 * governance.sealed_tables() → setof text
 */
Datum
gov_sealed_tables(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int			i;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	for (i = 0; i < lengthof(tables); i++)
	{
		Datum		name = CStringGetTextDatum(gov_relation_name(tables[i]));
		bool		isnull = false;

		tuplestore_putvalues(result->setResult, result->setDesc, &name,
							 &isnull);
	}
	PG_RETURN_NULL();
}

/*
 * gov_audit_seal_guard
 *		Let our own writes pass.
 */
Datum
gov_audit_seal_guard(PG_FUNCTION_ARGS)
{
	TriggerData *trigdata = (TriggerData *) fcinfo->context;
	bool		ours = false;
	int			i;

	if (CALLED_AS_TRIGGER(fcinfo))
	{
		for (i = 0; i < lengthof(tables) && !ours; i++)
			ours = RelationGetRelid(trigdata->tg_relation) ==
				gov_relation(tables[i]);
	}
	if (!ours)
		ereport(ERROR,
				(errcode(ERRCODE_E_R_I_E_TRIGGER_PROTOCOL_VIOLATED),
				 errmsg("this function is the trigger of the sealed audit log")));

	if (gov_restoring_lets_pass() ||
		(writing != 0 && !TRIGGER_FIRED_BY_DELETE(trigdata->tg_event) &&
		 !TRIGGER_FIRED_BY_TRUNCATE(trigdata->tg_event)))
	{
		if (!TRIGGER_FIRED_FOR_ROW(trigdata->tg_event))
			return PointerGetDatum(NULL);
		return PointerGetDatum(TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ?
							   trigdata->tg_newtuple :
							   trigdata->tg_trigtuple);
	}

	ereport(ERROR,
			(errcode(ERRCODE_GOV_APPEND_ONLY),
			 errmsg("the audit trail is append-only"),
			 errdetail("%s on governance.%s was refused.",
					   TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) ? "INSERT" :
					   TRIGGER_FIRED_BY_UPDATE(trigdata->tg_event) ? "UPDATE" :
					   TRIGGER_FIRED_BY_DELETE(trigdata->tg_event) ? "DELETE" :
					   "TRUNCATE",
					   RelationGetRelationName(trigdata->tg_relation)),
			 errhint("gov_audit_seal() and the worker write it.%s",
					 TRIGGER_FIRED_BY_INSERT(trigdata->tg_event) ?
					 " A dump is loaded between gov_pre_restore() and gov_post_restore()." : "")));
}
