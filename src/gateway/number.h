/*
 * number.h
 *		Checks that the database can store a number as it is.
 */
#ifndef GATEWAY_NUMBER_H
#define GATEWAY_NUMBER_H

#include "text/json.h"

/*
 * Returns the first number in the value that could not be stored as it is, and
 * what is wrong with it; or NULL if there is none.
 */
extern const GovJsonValue *number_unfit(const GovJsonValue *value,
										const char **why);

#endif							/* GATEWAY_NUMBER_H */
