/*
 * known.h
 *		Names of things that need not exist.
 *
 * A service level, an incident or an owner may name something that has no row
 * here: a system, a team.  Nothing is refused, but a typing error must not
 * pass in silence: each of these gives a NOTICE where the name is unknown.
 *
 * The first two need an SPI connection.
 */
#ifndef GOV_KNOWN_H
#define GOV_KNOWN_H

/* The resource of a service level; a "system" is never looked up. */
extern void gov_known_sla(const char *resource_type, const char *resource_id);

/* The resource of an incident: "risk", "risk:1.0.0". */
extern void gov_known_resource(const char *resource);

/* An owner; NULL where none is named. */
extern void gov_known_owner(const char *owner);

#endif							/* GOV_KNOWN_H */
