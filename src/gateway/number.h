/*
 * number.h
 *		Numbers that the database keeps as they are.
 */
#ifndef GATEWAY_NUMBER_H
#define GATEWAY_NUMBER_H

#include "text/json.h"

/*
 * Returns the first number in the value that would be another one once it is
 * kept, and what is wrong with it; or NULL if there is none.
 */
extern const GovJsonValue *number_unfit(const GovJsonValue *value,
										const char **why);

#endif							/* GATEWAY_NUMBER_H */
