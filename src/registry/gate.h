/*
 * gate.h
 *		Gates: what must be measured of a version before it enters an
 *		environment.
 */
#ifndef GOV_GATE_H
#define GOV_GATE_H

#include "utils/jsonb.h"

#include "access/require.h"
#include "identity/actor.h"
#include "registry/environment.h"

/*
 * Check the version's latest metrics against every gate of the environment, as
 * committed now; in production, where policy gate.sla is on, also the model's
 * error budget; and where policy gate.signature names the environment, the
 * number of signatures that count.  Raise MG003, naming each gate that is not
 * met; otherwise return the result of each gate: [{gate_id, metric, operator,
 * threshold, value, met}], where gate_id is null for the budget and the
 * signature.
 *
 * Needs an SPI connection; the result lives until gov_spi_end().
 */
extern Jsonb *gov_gates_check(const GovActor *actor, const char *model_id,
							  const char *version,
							  const GovEnvironment *environment);

/* Raise MG003, recorded as a denied attempt. */
extern void gov_gates_refuse(const GovActor *actor, GovPermission permission,
							 const char *model_id, const char *version,
							 const char *environment, char *detail,
							 const char *hint);

#endif							/* GOV_GATE_H */
