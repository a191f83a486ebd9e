/*
 * log.h
 *		The gateway's logs: JSON, one object a line.
 *
 * Invariants: no token, no body and no query is ever written.  Access lines
 * are buffered, and written when there are many and at least once a second.
 */
#ifndef GATEWAY_LOG_H
#define GATEWAY_LOG_H

#include <stdbool.h>
#include <stddef.h>

typedef struct AccessLine
{
	const char *request_id;
	const char *remote;
	const char *method;
	const char *path;			/* without the query */
	const char *route;			/* NULL: none matched */
	const char *user;			/* NULL: not known */
	const char *code;			/* of the error, or NULL */
	int			status;
	size_t		bytes;
	double		seconds;
} AccessLine;

/* Open the access log, "-" being stdout and "off" none; returns success. */
extern bool log_open(const char *path);
extern void log_access(const AccessLine *line);
extern void log_flush(void);

/* Write a message to standard error. */
extern void log_message(const char *level, const char *request_id,
						const char *format, ...)
			__attribute__((format(printf, 3, 4)));

#endif							/* GATEWAY_LOG_H */
