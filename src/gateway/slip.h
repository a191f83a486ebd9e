/*
 * slip.h
 *		Finds the field that was probably meant by one that does not exist.
 */
#ifndef GATEWAY_SLIP_H
#define GATEWAY_SLIP_H

#include "gateway/router.h"

/*
 * Returns a similar field that was not given (NULL: none was), or NULL.
 */
extern const char *slip_of(const char *field, const Argument *arguments,
						   int count, const char *const *given);

#endif							/* GATEWAY_SLIP_H */
