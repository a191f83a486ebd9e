/*
 * openapi.h
 *		The interface as an OpenAPI 3.1 document, made from routes.h.
 */
#ifndef GATEWAY_OPENAPI_H
#define GATEWAY_OPENAPI_H

#include <stddef.h>

/* Returns the document that openapi_init() made, and its length. */
extern const char *openapi_document(size_t *len);
extern void openapi_init(void);
extern void openapi_free(void);

#endif							/* GATEWAY_OPENAPI_H */
