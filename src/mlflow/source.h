/*
 * source.h
 *		Where the files of a version are, as MLflow's clients say it.
 */
#ifndef GOV_MLFLOW_SOURCE_H
#define GOV_MLFLOW_SOURCE_H

#include "utils/jsonb.h"

/*
 * Returns the location that a source stands for: itself, or, of
 * "models:/name/version", where that version's files are.  22023 for a path
 * of somebody's machine, and for one that leads elsewhere than it says.
 * Needs an SPI connection.
 */
extern const char *gov_mlflow_source(const char *source, const Jsonb *tags);

#endif							/* GOV_MLFLOW_SOURCE_H */
