/*
 * source.h
 *		Sources: where the files of a version are, in MLflow's terms.
 */
#ifndef GOV_MLFLOW_SOURCE_H
#define GOV_MLFLOW_SOURCE_H

#include "utils/jsonb.h"

/*
 * Returns the location that a source stands for: the source itself, or for
 * "models:/name/version" the place of that version's files.  22023 for a path
 * on somebody's machine, and for one that leads elsewhere than it seems to.
 * Needs an SPI connection.
 */
extern const char *gov_mlflow_source(const char *source, const Jsonb *tags);

#endif							/* GOV_MLFLOW_SOURCE_H */
