/*
 * model_tag.h
 *		What is said of models and versions by key and value.
 */
#ifndef GOV_MODEL_TAG_H
#define GOV_MODEL_TAG_H

#include "fmgr.h"
#include "utils/jsonb.h"

#define GOV_TAG_KEY_MAX 250		/* characters */
#define GOV_TAG_VALUE_MAX 100000

/* Tags as an argument: {"key": "value"}; else 22023. */
extern Jsonb *gov_arg_tags(FunctionCallInfo fcinfo, int n);

/* 22023 where an object is not of that kind. */
extern void gov_tags_check(Jsonb *tags);

/*
 * Set those tags of a model, or of a version of it, whose caller has just
 * made it; inside an SPI connection.
 */
extern void gov_tags_put(const char *model_id, const char *version,
						 Jsonb *tags);

#endif							/* GOV_MODEL_TAG_H */
