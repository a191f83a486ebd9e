/*
 * gate.h
 *		What must be measured of a version before it enters an environment.
 */
#ifndef GOV_GATE_H
#define GOV_GATE_H

#include "utils/jsonb.h"

#include "identity/actor.h"

/*
 * Hold the version's latest metrics against every gate of the environment,
 * as committed now.  MG003, naming each gate that is not met; else what each
 * gate said: [{gate_id, metric, operator, threshold, value, met}].
 *
 * Needs an SPI connection; the result lives until gov_spi_end().
 */
extern Jsonb *gov_gates_check(const GovActor *actor, const char *model_id,
							  const char *version, const char *environment);

#endif							/* GOV_GATE_H */
