/*
 * json_fields.h
 *		Reading the few fields of a JSON text that matter.
 */
#ifndef GOV_JSON_FIELDS_H
#define GOV_JSON_FIELDS_H

/*
 * A JSON text, field by field.  The callback gets each scalar with the path to
 * it: depth counts the objects and arrays around it, name is that of the
 * innermost field.  scalar is NULL for anything but a string.  Returning false
 * stops.
 */
typedef struct GovJsonField
{
	int			depth;
	bool		in_array;
	const char *name;
	const char *top;			/* that of the outermost */
	const char *string;			/* of a string */
	const char *number;			/* of a number, as written */
	bool		is_true;
	bool		is_compound;	/* an object or an array begins */
	bool		is_end;			/* of an object, at that depth */
} GovJsonField;

typedef bool (*GovJsonReader) (const GovJsonField *field, void *arg);

/*
 * Returns false where the text is malformed, is not an object or names a
 * member twice, or where the reader said so.  It raises no error.
 */
extern bool gov_json_read(const char *json, int len, GovJsonReader reader,
						  void *arg);

#endif							/* GOV_JSON_FIELDS_H */
