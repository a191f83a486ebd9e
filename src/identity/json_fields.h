/*
 * json_fields.h
 *		A way to read the few fields of a JSON text that matter.
 */
#ifndef GOV_JSON_FIELDS_H
#define GOV_JSON_FIELDS_H

/*
 * A JSON text, field by field.  The callback gets each scalar with the path
 * to it: depth counts objects and arrays around it, name is that of the
 * innermost field.  scalar is NULL for what is no string.  False: stop.
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
 * False where it is malformed, is no object, names a member twice, or the
 * reader said so; raises nothing.
 */
extern bool gov_json_read(const char *json, int len, GovJsonReader reader,
						  void *arg);

#endif							/* GOV_JSON_FIELDS_H */
