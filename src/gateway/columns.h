/*
 * columns.h
 *		Many things of one kind in a request, a column for each field.
 *
 * They come as arrays beside each other, as objects in an array, or as one
 * thing; one value beside an array stands for as many as the array has.
 */
#ifndef GATEWAY_COLUMNS_H
#define GATEWAY_COLUMNS_H

#include "gateway/request.h"
#include "gateway/value.h"

typedef struct Columns
{
	const Argument *rows;		/* they came as objects in this array */
	const char *array;			/* they came as this field, among others */
	bool		filled[MAX_ARGUMENTS];
	Column		column[MAX_ARGUMENTS];
	const char *one[MAX_ARGUMENTS]; /* a value instead of a column */
} Columns;

/* Take a field.  Returns what it should be, or NULL if it fits. */
extern const char *columns_take(Columns *columns, Arena *arena,
								const Route *route, int i,
								const GovJsonValue *json);

/* Take an array of objects of known fields; returns what is wrong, or NULL. */
extern const char *columns_take_rows(Columns *columns, Arena *arena,
									 const Route *route, int i,
									 const GovJsonValue *json);

/* Make values of all of them; returns what is wrong, or NULL. */
extern const char *columns_end(Columns *columns, Request *request,
							   const Route *route);
extern void columns_free(Columns *columns);

#endif							/* GATEWAY_COLUMNS_H */
