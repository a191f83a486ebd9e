/*
 * event.h
 *		An audit event read from its canonical bytes.
 *
 * src/audit/README.md has the form; the list of fields is fields.h, which the
 * extension itself uses.  Pure: no allocation.  What is decoded points into
 * the bytes that it was decoded from.
 */
#ifndef VERIFIER_EVENT_H
#define VERIFIER_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EVENT_NUMBERS 256		/* a field's number is one byte */
#define EVENT_ID_END (1 + 6 + 8)	/* the version, event_id */

typedef struct EventField
{
	char		type;			/* 'i', 't', 's' or 'j'; 0: not there */
	const uint8_t *bytes;
	size_t		len;
} EventField;

typedef struct Event
{
	EventField	field[EVENT_NUMBERS];	/* by number */
	int64_t		event_id;
} Event;

/* The fields by the names that they have in fields.h. */
enum
{
#define GOV_AUDIT_FIELD(number, column, type) EVENT_##column = number,
#include "audit/fields.h"
#undef GOV_AUDIT_FIELD
};

/* Returns NULL, or what is wrong with the bytes. */
extern const char *event_decode(const uint8_t *bytes, size_t len,
								Event *event);

/* A field's column, NULL for a field that this program does not know. */
extern const char *event_column(int number);

extern int64_t event_int(const EventField *field);
extern bool event_text_is(const EventField *field, const char *text);

#endif							/* VERIFIER_EVENT_H */
