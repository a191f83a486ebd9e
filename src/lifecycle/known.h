/*
 * known.h
 *		Names that people give of things which need not be there.
 *
 * A service level, an incident or an owner may name what is no row of ours: a
 * system, a team.  Nothing is refused, but a typing slip must not pass in
 * silence: each of these gives a NOTICE where the name is not known.
 *
 * The first two need an SPI connection.
 */
#ifndef GOV_KNOWN_H
#define GOV_KNOWN_H

/* What a service level is about; a "system" is known nowhere. */
extern void gov_known_sla(const char *resource_type, const char *resource_id);

/* What an incident is about: "risk", "risk:1.0.0". */
extern void gov_known_resource(const char *resource);

/* NULL: none is named. */
extern void gov_known_owner(const char *owner);

#endif							/* GOV_KNOWN_H */
