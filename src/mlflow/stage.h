/*
 * stage.h
 *		MLflow's stages, which are deployments and deprecation here.
 */
#ifndef GOV_MLFLOW_STAGE_H
#define GOV_MLFLOW_STAGE_H

/*
 * The stage of that name in any case, such as "Staging" for "STAGING"; 22023
 * where it is not one.
 */
extern const char *gov_mlflow_stage(const char *text);

#endif							/* GOV_MLFLOW_STAGE_H */
