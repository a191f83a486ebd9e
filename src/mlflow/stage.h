/*
 * stage.h
 *		MLflow's stages, which are moves of governance.
 */
#ifndef GOV_MLFLOW_STAGE_H
#define GOV_MLFLOW_STAGE_H

/* "Staging" for "STAGING"; 22023 where it is none. */
extern const char *gov_mlflow_stage(const char *text);

#endif							/* GOV_MLFLOW_STAGE_H */
