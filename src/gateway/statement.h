/*
 * statement.h
 *		From the SQL of routes.h to statements with parameters.
 */
#ifndef GATEWAY_STATEMENT_H
#define GATEWAY_STATEMENT_H

#include "gateway/router.h"

/* From a text with places: {call}, {*}, {field}; "" gives none. */
extern void statement_make(Arena *arena, const Route *route,
						   Statement *statement, const char *text);

/* One that belongs to no route. */
extern void statement_init(Statement *statement, const char *sql,
						   int nparameters);

/* All statements, by number. */
extern const Statement *statements[MAX_STATEMENTS];
extern int	nstatements;

#endif							/* GATEWAY_STATEMENT_H */
