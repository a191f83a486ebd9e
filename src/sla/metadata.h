/*
 * metadata.h
 *		The keys of a service level's metadata that mean something.
 */
#ifndef GOV_SLA_METADATA_H
#define GOV_SLA_METADATA_H

#include "core/args.h"

/*
 * 22023 where one of them has a value of another type or out of range, and
 * where a key is nearly one of them.
 */
extern void gov_sla_check_metadata(Jsonb *metadata);

#endif							/* GOV_SLA_METADATA_H */
