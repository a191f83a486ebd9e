/*
 * answer.h
 *		JSON as it is answered: of bounded length, whatever is stored.
 */
#ifndef GOV_ANSWER_H
#define GOV_ANSWER_H

#include "utils/jsonb.h"

/*
 * A value of more bytes as text is not shown but told of.  What arguments may
 * bring is shorter by far; it is one that SQL wrote, or an older release took.
 */
#define GOV_SHOWN_MAX (8 * 1024 * 1024)

/* The value, or {"left_out": ...} in its place. */
extern Jsonb *gov_json_shown(Jsonb *jb);

#endif							/* GOV_ANSWER_H */
