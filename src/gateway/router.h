/*
 * router.h
 *		From routes.h to what is looked up for each request.
 *
 * Invariants: built once at start and never changed; a statement's number is
 * its place among all statements, the same in every connection.
 */
#ifndef GATEWAY_ROUTER_H
#define GATEWAY_ROUTER_H

#include <stdbool.h>

#include "gateway/arena.h"
#include "gateway/request.h"

#define MAX_ARGUMENTS 14
#define MAX_FIELDS 3
#define MAX_PARAMETERS 16
#define MAX_STATEMENTS 256

/* Flags of routes. */
#define READS 1
#define WRITES 2
#define PUBLIC 4
#define TAGGED 8
#define PAGED 16
#define VERSION 32
#define USECASE 64
#define METRICS 128
#define REPORT 256

typedef enum ArgumentType
{
	TYPE_TEXT,
	TYPE_INT,
	TYPE_LONG,
	TYPE_NUMBER,
	TYPE_BOOL,
	TYPE_TIME,
	TYPE_UUID,
	TYPE_OBJECT,				/* a JSON object */
	TYPE_JSON,					/* a JSON object or array */
	TYPE_TEXTS,					/* an array of strings */
	TYPE_METRICS,				/* an object, or all that is left of a body */
	TYPE_ANSWERS,				/* the same */
	TYPE_ANY
} ArgumentType;

typedef enum Place
{
	IN_PATH,
	IN_QUERY,
	IN_BODY
} Place;

typedef struct Argument
{
	const char *fields[MAX_FIELDS]; /* the first is its name */
	int			nfields;
	const char *argument;		/* of the SQL function */
	ArgumentType type;
	Place		place;
	int			segment;		/* where it is in the path */
	bool		needed;
	bool		passed;			/* part of {*} */
} Argument;

typedef struct Statement
{
	int			number;
	const char *sql;
	int			nparameters;
	int			source[MAX_PARAMETERS]; /* argument, or BODY */
} Statement;

#define BODY (-1)

typedef struct Route
{
	const char *method;
	const char *path;
	const char *function;		/* "" where there is none */
	const char *summary;
	const char *what;
	int			status;
	int			flags;
	const char *segments[MAX_SEGMENTS]; /* "{name}" or the word itself */
	int			nsegments;
	Argument	arguments[MAX_ARGUMENTS];
	int			narguments;
	Statement	call;			/* number -1: none */
	Statement	show;
} Route;

extern const Route *routes;
extern int	nroutes;

extern void router_init(void);
extern void router_free(void);

/* A statement that belongs to no route. */
extern void statement_init(Statement *statement, const char *sql,
						   int nparameters);

/* All statements, by number. */
extern const Statement *statements[MAX_STATEMENTS];
extern int	nstatements;

/*
 * The route of a request; NULL where none is, with "allow" the methods that
 * the path knows, as for the header field, or NULL where it knows none.
 */
extern const Route *route_find(const Request *request, const char **allow);

/* The argument of that name (any of its fields), or NULL. */
extern const Argument *route_argument(const Route *route, const char *field);

#endif							/* GATEWAY_ROUTER_H */
