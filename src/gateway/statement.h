/*
 * statement.h
 *		Makes statements with parameters from the SQL of routes.h.
 */
#ifndef GATEWAY_STATEMENT_H
#define GATEWAY_STATEMENT_H

#include "gateway/router.h"

/* Make a statement of a text with {call}, {*} and {field}; "" makes none. */
extern void statement_make(Arena *arena, const Route *route,
						   Statement *statement, const char *text);

/* The statements of fixed.h, which belong to no route. */
#define FIXED(name, nparameters, sql) extern Statement name##_statement;
#include "gateway/fixed.h"
#undef FIXED

/* Number the statements of fixed.h, once. */
extern void statements_init(void);

/* All statements, by number. */
extern const Statement *statements[MAX_STATEMENTS];
extern int	nstatements;

#endif							/* GATEWAY_STATEMENT_H */
