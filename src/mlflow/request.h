/*
 * request.h
 *		What MLflow's clients send: fields of a JSON object.
 *
 * A field that is absent, null or "" is not there; fields that nobody asks for
 * are ignored.  Each error is 22023, in MLflow's words.
 */
#ifndef GOV_MLFLOW_REQUEST_H
#define GOV_MLFLOW_REQUEST_H

#include "utils/jsonb.h"

#include "core/compat.h"

pg_noreturn extern void gov_mlflow_bad(const char *format, ...)
			pg_attribute_printf(1, 2);

/* A string; where it is not there NULL, or "", or an error. */
extern const char *gov_mlflow_given(const Jsonb *request, const char *field);
extern const char *gov_mlflow_text(const Jsonb *request, const char *field);
extern const char *gov_mlflow_needed(const Jsonb *request, const char *field);

/* A number, also as a string, which is how it comes in a query. */
extern int	gov_mlflow_number(const Jsonb *request, const char *field,
							  int missing, int max);
extern bool gov_mlflow_bool(const Jsonb *request, const char *field);

/* A list of strings, or a single one. */
extern const char **gov_mlflow_texts(const Jsonb *request, const char *field,
									 int *count);

/* "tags", [{"key", "value"}], as an object; of two of one key the last. */
extern Jsonb *gov_mlflow_tags(const Jsonb *request);

#endif							/* GOV_MLFLOW_REQUEST_H */
