/*
 * hold.c
 *		Keep a version or a use-case unchanged to the end of the transaction,
 *		while a client looks at it and decides.
 *
 * The locks are those of every change, in the same order, so the client's next
 * call in this transaction finds what the client saw.
 */
#include "postgres.h"

#include "fmgr.h"

#include "access/require.h"
#include "core/spi.h"
#include "registry/model.h"
#include "registry/usecase.h"

PG_FUNCTION_INFO_V1(gov_hold_model_version);
PG_FUNCTION_INFO_V1(gov_hold_usecase);

/* Only those who may change such a thing can keep others from changing it. */
#define MODEL_PERMISSIONS \
	(GOV_MASK(GOV_PERM_MODEL_REGISTER) | GOV_MASK(GOV_PERM_MODEL_APPROVE) | \
	 GOV_MASK(GOV_PERM_MODEL_DEPLOY) | GOV_MASK(GOV_PERM_MODEL_ROLLBACK) | \
	 GOV_MASK(GOV_PERM_MODEL_DEPRECATE) | GOV_MASK(GOV_PERM_SLA_RECORD))
#define USECASE_PERMISSIONS \
	(GOV_MASK(GOV_PERM_USECASE_CREATE) | GOV_MASK(GOV_PERM_USECASE_APPROVE) | \
	 GOV_MASK(GOV_PERM_USECASE_DEPLOY) | \
	 GOV_MASK(GOV_PERM_USECASE_DEPRECATE) | GOV_MASK(GOV_PERM_SLA_RECORD))

/*
 * gov_hold_model_version(model_id, version)
 */
Datum
gov_hold_model_version(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *version = gov_arg_version(fcinfo, 1);
	GovVersion	found;

	gov_refuse_read_only("gov_hold_model_version()");
	(void) gov_require_any_locking(MODEL_PERMISSIONS,
								   gov_version_resource(model_id, version),
								   (gov_model_lock(model_id),
									gov_version_lock(model_id, version,
													 &found)));
	gov_spi_end();
	PG_RETURN_VOID();
}

/*
 * gov_hold_usecase(usecase_id)
 */
Datum
gov_hold_usecase(PG_FUNCTION_ARGS)
{
	const char *usecase_id = gov_arg_id(fcinfo, 0, "usecase_id");
	GovUsecase	found;

	gov_refuse_read_only("gov_hold_usecase()");
	(void) gov_require_any_locking(USECASE_PERMISSIONS,
								   gov_usecase_resource(usecase_id),
								   gov_usecase_lock(usecase_id, &found));
	gov_spi_end();
	PG_RETURN_VOID();
}
