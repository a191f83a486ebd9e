/*
 * model_name.h
 *		Names of models: any printable text, in addition to the model_id.
 *
 * Invariants: among models that are not deleted no two have the same name, and
 * no name is another model's model_id.  A model_id is never used again.
 */
#ifndef GOV_MODEL_NAME_H
#define GOV_MODEL_NAME_H

#include "fmgr.h"

#define GOV_MODEL_NAME_MAX 255	/* characters */

/* An argument that is a name; otherwise 22023. */
extern const char *gov_arg_model_name(FunctionCallInfo fcinfo, int n,
									  const char *argument);

/*
 * The form of a name by which look-alikes are found: it is equal for two names
 * that could be mixed up.
 */
extern char *gov_model_name_skeleton(const char *name);

/*
 * A model_id for a name that nobody has had: its letters and a random number.
 */
extern char *gov_model_id_made(const char *name);

#endif							/* GOV_MODEL_NAME_H */
