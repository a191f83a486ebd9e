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
#include "gateway/type.h"

#define MAX_ARGUMENTS 16
#define MAX_INNER 8
#define MAX_FIELDS 3
#define MAX_PARAMETERS MAX_ARGUMENTS
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
#define SECRET 512
#define OSCAL 1024
#define MODEL 2048
#define USER 4096
#define SEARCHES 8192
#define MATCHED (VERSION | USECASE | MODEL | USER)

typedef enum Place
{
	IN_PATH,
	IN_QUERY,
	IN_BODY,
	IN_EITHER					/* query or body */
} Place;

typedef struct Argument
{
	const char *fields[MAX_FIELDS]; /* the first is its name */
	int			nfields;
	const char *argument;		/* of the SQL function */
	ArgumentType type;
	const char *words;			/* of a closed set, or NULL */
	Place		place;
	int			segment;		/* where it is in the path */
	bool		needed;
	const char *missing;		/* its value where it is left out, or NULL */
	bool		passed;			/* part of {*} */
	struct Argument *inner;		/* the fields of objects that have a shape */
	int			ninner;
} Argument;

typedef struct Statement
{
	int			number;
	const char *sql;
	int			nparameters;
	int			source[MAX_PARAMETERS]; /* the argument of each */
} Statement;

typedef struct Route
{
	const char *method;
	const char *path;
	const char *function;		/* or a name of our own; "": none */
	const char *summary;
	const char *what;
	const char *answer;			/* as schemas.h says it */
	int			status;
	int			flags;
	const char *segments[MAX_SEGMENTS]; /* "{name}" or the word itself */
	int			nsegments;
	Argument	arguments[MAX_ARGUMENTS];
	int			narguments;
	Statement	call;			/* number -1: none */
	Statement	then;
} Route;

extern const Route *routes;
extern int	nroutes;

extern void router_init(void);
extern void router_free(void);

/*
 * Returns the route of a request, or NULL.  Then "allow" is the list of
 * methods that the path knows, for the header field, or NULL if it knows none.
 */
extern const Route *route_find(const Request *request, const char **allow);

/* Returns whether it changes something that has an ETag already. */
extern bool route_takes_tag(const Route *route);

#endif							/* GATEWAY_ROUTER_H */
