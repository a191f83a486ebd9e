/*
 * lifecycle.h
 *		State machines by the list in transitions.h.
 */
#ifndef GOV_LIFECYCLE_H
#define GOV_LIFECYCLE_H

#include "access/permission.h"

typedef struct GovTransition
{
	const char *machine;
	const char *from;			/* NULL: creation */
	const char *to;
	const char *verb;			/* the operation that owns the move */
	GovPermission permission;	/* NONE: the rule says who */
	const char *rule;
} GovTransition;

/* The move, if the operation owns it; NULL if it is not listed. */
extern const GovTransition *gov_transition_find(const char *machine,
												const char *from,
												const char *to,
												const char *verb);

/* The states that can be reached from one, comma-separated; "" if none. */
extern char *gov_transition_targets(const char *machine, const char *from);

#endif							/* GOV_LIFECYCLE_H */
