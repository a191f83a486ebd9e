/*
 * mlflow.h
 *		MLflow's registry API: its paths, and what its clients expect.
 *
 * Here unknown fields are ignored, an unknown path is 404 whatever the method,
 * and an error is {"error_code", "message"} (reply.c).
 */
#ifndef GATEWAY_MLFLOW_H
#define GATEWAY_MLFLOW_H

#include "gateway/reply.h"
#include "gateway/router.h"

/* Make the routes of call_list.h, once, after statements_init(). */
extern void mlflow_init(void);
extern void mlflow_free(void);

/*
 * Returns the route of a request, or NULL; then the reply is made, unless the
 * path is unknown.
 */
extern const Route *mlflow_find(Request *request, Reply *reply);

/*
 * Turn the query or the body into one JSON object; false where that fails and
 * a reply was made.
 */
extern bool mlflow_take(Request *request, const Route *route, Reply *reply);

#endif							/* GATEWAY_MLFLOW_H */
