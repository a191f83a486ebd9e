/*
 * columns.h
 *		Many things of one kind in a request, stored as a column for each
 *		field.
 *
 * They come as parallel arrays, as objects in an array, or as a single thing;
 * a single value next to an array counts for each of its elements.
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

/* Take a field.  Returns NULL, or what the field should be. */
extern const char *columns_take(Columns *columns, Arena *arena,
								const Route *route, int i,
								const GovJsonValue *json);

/*
 * Take an array of objects whose fields are known; returns NULL, or what is
 * wrong.
 */
extern const char *columns_take_rows(Columns *columns, Arena *arena,
									 const Route *route, int i,
									 const GovJsonValue *json);

/* Make values of all columns; returns NULL, or what is wrong. */
extern const char *columns_end(Columns *columns, Request *request,
							   const Route *route);
extern void columns_free(Columns *columns);

#endif							/* GATEWAY_COLUMNS_H */
