/*
 * number.c
 *		Checks that the database can store a number as it is.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>

#include "gateway/number.h"

#define MAX_DIGITS 100			/* that count */
#define MAX_NUMBER 1e308
#define MAX_SCALE 408			/* digits behind the point */
#define MAX_EXPONENT 10000		/* 0 can have any */

/*
 * Returns what is wrong with a number, or NULL; an exponent moves the point.
 */
static const char *
flaw_of(const char *text)
{
	int			seen = 0;
	int			digits = 0;
	long		scale = 0;
	bool		is_behind = false;
	const char *c;
	double		value = strtod(text, NULL);

	for (c = text; *c != '\0' && tolower((unsigned char) *c) != 'e'; c++)
	{
		is_behind |= *c == '.';
		if (!isdigit((unsigned char) *c))
			continue;
		scale += is_behind;
		if (seen > 0 || *c != '0')
			seen++;
		if (*c != '0')
			digits = seen;
	}
	if (digits > MAX_DIGITS)
		return "A number has more than 100 digits";
	if (fabs(value) > MAX_NUMBER || (value == 0 && digits > 0))
		return "A number is larger than 1e308, or too small to be told from 0";
	if (*c != '\0')
	{
		long		exponent = strtol(c + 1, NULL, 10);

		if (exponent > MAX_EXPONENT || exponent < -MAX_EXPONENT)
			return "A number has an exponent beyond 10000";
		scale -= exponent;
	}
	return scale > MAX_SCALE ?
		"A number has more than 408 digits behind the point" : NULL;
}

const GovJsonValue *
number_unfit(const GovJsonValue *value, const char **why)
{
	const GovJsonValue *item;
	const GovJsonValue *unfit = NULL;

	if (value->type == GOV_JSON_NUMBER)
		return (*why = flaw_of(value->text)) != NULL ? value : NULL;
	for (item = value->first; item != NULL && unfit == NULL; item = item->next)
		unfit = number_unfit(item, why);
	return unfit;
}
