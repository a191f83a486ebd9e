/*
 * model_tag.h
 *		Tags of models and versions: a value for each key.
 */
#ifndef GOV_MODEL_TAG_H
#define GOV_MODEL_TAG_H

#include "fmgr.h"
#include "utils/jsonb.h"

#define GOV_TAG_KEY_MAX 250		/* characters */
#define GOV_TAG_VALUE_MAX 100000

/* An argument with tags, {"key": "value"}; otherwise 22023. */
extern Jsonb *gov_arg_tags(FunctionCallInfo fcinfo, int n);

/* Raise 22023 where an object is not of that form. */
extern void gov_tags_check(Jsonb *tags);

/*
 * Set the tags of a model, or of a version, that the caller has just made;
 * inside an SPI connection.
 */
extern void gov_tags_put(const char *model_id, const char *version,
						 Jsonb *tags);

#endif							/* GOV_MODEL_TAG_H */
