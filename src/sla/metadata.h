/*
 * metadata.h
 *		The keys that have a meaning in a service level's metadata.
 */
#ifndef GOV_SLA_METADATA_H
#define GOV_SLA_METADATA_H

#include "core/args.h"

/*
 * Raise 22023 where one of them has a value of another type or out of range,
 * or where a key looks like a misspelling of one.
 */
extern void gov_sla_check_metadata(Jsonb *metadata);

#endif							/* GOV_SLA_METADATA_H */
