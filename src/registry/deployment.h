/*
 * deployment.h
 *		Deployments of versions to environments, and how they end.
 *
 * Invariants: whoever begins or ends a deployment locks the model's row first
 * and then the versions concerned, in key order, so two of them take turns; at
 * most one deployment is active in an environment for each model, and the
 * intervals of past ones never overlap.
 *
 * All functions here need an SPI connection.
 */
#ifndef GOV_DEPLOYMENT_H
#define GOV_DEPLOYMENT_H

#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "identity/actor.h"
#include "registry/model.h"

typedef struct GovDeployment
{
	int64		deployment_no;
	char	   *deployment_id;
	char	   *version;
} GovDeployment;

typedef struct GovNewDeployment
{
	const char *model_id;
	const char *version;
	const char *environment;
	const char *deployment_id;	/* NULL: a random one */
	TimestampTz deployed_at;
	GovAct		act;			/* of the deployer */
	const char *notes;
	const Jsonb *gate_results;	/* NULL: none was checked */
	int64		restores;		/* 0: nothing */
	const char *request_id;		/* approved request used, or NULL */
} GovNewDeployment;

/* The active deployment, if there is one. */
extern bool gov_deployment_active(const char *model_id,
								  const char *environment,
								  GovDeployment *found);

/*
 * Lock two versions of a model in key order and read them; either may be
 * NULL, and both may be the same.
 */
extern void gov_versions_lock(const char *model_id, const char *first,
							  GovVersion *first_found, const char *second,
							  GovVersion *second_found);

/* Now, or the environment's latest moment where the clock went back. */
extern TimestampTz gov_deployment_clock(const char *model_id,
										const char *environment);

/*
 * Begin (the new deployment's row is returned, in the memory of whoever called
 * gov_spi_begin()) and end a deployment, within the operation that owns the
 * move.
 */
extern Datum gov_deployment_insert(const GovNewDeployment *deployment);
extern void gov_deployment_end(const char *model_id, int64 deployment_no,
							   const char *status, TimestampTz ended_at,
							   const char *ended_by, const char *reason);

/*
 * Set the version's status by its active deployments, within the operation
 * that began or ended one.  Only a version that is approved or deployed
 * changes: one that is registered, rolled back or deprecated stays so.
 */
extern void gov_version_follow(const char *model_id, const char *version);

/* Is the version approved, and neither rolled back nor deprecated? */
extern bool gov_version_is_deployable(const GovVersion *version);

/* Select the deployment's row, for gov_spi_end_row(). */
extern void gov_deployment_select(const char *model_id, int64 deployment_no);

#endif							/* GOV_DEPLOYMENT_H */
