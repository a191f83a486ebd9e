/*
 * model_name.h
 *		What people call a model: any printable text, beside its model_id.
 *
 * Invariants: among models that are not deleted no two have one name, and
 * none has another one's model_id as its name.  A model_id is never given out
 * again.
 */
#ifndef GOV_MODEL_NAME_H
#define GOV_MODEL_NAME_H

#include "fmgr.h"

#define GOV_MODEL_NAME_MAX 255	/* characters */

/* A name, or 22023. */
extern const char *gov_arg_model_name(FunctionCallInfo fcinfo, int n,
									  const char *argument);

/* What a name looks like: those of two that could be mixed up are equal. */
extern char *gov_model_name_skeleton(const char *name);

/* A model_id for it that nobody has had: its letters and a random number. */
extern char *gov_model_id_made(const char *name);

#endif							/* GOV_MODEL_NAME_H */
