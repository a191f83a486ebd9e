/*
 * json_text.c
 *		The text of a jsonb value, made fast.
 *
 * Most of the time that a leaf takes goes into this.  JsonbToCString() copies
 * every string and then looks at each of its bytes on the way; here runs of
 * bytes that need no escape are found eight at a time and copied as they are.
 *
 * Invariant: the result is that of the cast to text.  A hash is computed over
 * it, so the two may never differ; the regression tests hold them together.
 */
#include "postgres.h"

#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#include "audit/json_text.h"

#define EVERY_BYTE(b)	(~UINT64CONST(0) / 255 * (b))

/* Is one of eight bytes zero?  Only carries above one can mislead. */
static inline bool
has_zero(uint64 v)
{
	return ((v - EVERY_BYTE(0x01)) & ~v & EVERY_BYTE(0x80)) != 0;
}

static inline bool
needs_escape(unsigned char c)
{
	return c < ' ' || c == '"' || c == '\\';
}

/* The number of bytes from the beginning that need no escape. */
static inline int
plain_length(const char *s, int len)
{
	int			i = 0;

	while (i + (int) sizeof(uint64) <= len)
	{
		uint64		v;

		memcpy(&v, s + i, sizeof(v));
		/* below a space: none of the three upper bits is set */
		if (has_zero(v & EVERY_BYTE(0xe0)) ||
			has_zero(v ^ EVERY_BYTE('"')) || has_zero(v ^ EVERY_BYTE('\\')))
			break;
		i += sizeof(v);
	}
	while (i < len && !needs_escape((unsigned char) s[i]))
		i++;
	return i;
}

static void
append_escaped(StringInfo out, unsigned char c)
{
	switch (c)
	{
		case '\b':
			appendStringInfoString(out, "\\b");
			break;
		case '\f':
			appendStringInfoString(out, "\\f");
			break;
		case '\n':
			appendStringInfoString(out, "\\n");
			break;
		case '\r':
			appendStringInfoString(out, "\\r");
			break;
		case '\t':
			appendStringInfoString(out, "\\t");
			break;
		case '"':
			appendStringInfoString(out, "\\\"");
			break;
		case '\\':
			appendStringInfoString(out, "\\\\");
			break;
		default:
			appendStringInfo(out, "\\u%04x", c);
			break;
	}
}

static void
append_string(StringInfo out, const char *s, int len)
{
	/* two quotation marks and a terminator */
	enlargeStringInfo(out, len + 3);
	appendStringInfoCharMacro(out, '"');
	while (len > 0)
	{
		int			plain = plain_length(s, len);

		appendBinaryStringInfo(out, s, plain);
		s += plain;
		len -= plain;
		if (len > 0)
		{
			append_escaped(out, (unsigned char) *s);
			s++;
			len--;
		}
	}
	appendStringInfoCharMacro(out, '"');
}

static void
append_scalar(StringInfo out, const JsonbValue *v)
{
	switch (v->type)
	{
		case jbvNull:
			appendBinaryStringInfo(out, "null", 4);
			break;
		case jbvBool:
			if (v->val.boolean)
				appendBinaryStringInfo(out, "true", 4);
			else
				appendBinaryStringInfo(out, "false", 5);
			break;
		case jbvNumeric:
			appendStringInfoString(out,
								   DatumGetCString(DirectFunctionCall1(numeric_out,
																	   NumericGetDatum(v->val.numeric))));
			break;
		case jbvString:
			append_string(out, v->val.string.val, v->val.string.len);
			break;
		default:
			elog(ERROR, "unexpected jsonb scalar type %d", (int) v->type);
	}
}

void
gov_json_text(StringInfo out, Jsonb *jb)
{
	JsonbIterator *it = JsonbIteratorInit(&jb->root);
	JsonbIteratorToken token;
	JsonbValue	v;
	bool		first = true;	/* nothing before it in its container */
	bool		raw_scalar = false;

	while ((token = JsonbIteratorNext(&it, &v, false)) != WJB_DONE)
	{
		switch (token)
		{
			case WJB_BEGIN_ARRAY:
				if (!first)
					appendBinaryStringInfo(out, ", ", 2);
				raw_scalar = v.val.array.rawScalar;
				if (!raw_scalar)
					appendStringInfoCharMacro(out, '[');
				first = true;
				break;
			case WJB_BEGIN_OBJECT:
				if (!first)
					appendBinaryStringInfo(out, ", ", 2);
				appendStringInfoCharMacro(out, '{');
				first = true;
				break;
			case WJB_KEY:
				if (!first)
					appendBinaryStringInfo(out, ", ", 2);
				append_string(out, v.val.string.val, v.val.string.len);
				appendBinaryStringInfo(out, ": ", 2);
				/* the value follows without a comma */
				first = true;
				break;
			case WJB_ELEM:
				if (!first)
					appendBinaryStringInfo(out, ", ", 2);
				append_scalar(out, &v);
				first = false;
				break;
			case WJB_VALUE:
				append_scalar(out, &v);
				first = false;
				break;
			case WJB_END_ARRAY:
				if (!raw_scalar)
					appendStringInfoCharMacro(out, ']');
				raw_scalar = false;
				first = false;
				break;
			case WJB_END_OBJECT:
				appendStringInfoCharMacro(out, '}');
				first = false;
				break;
			default:
				elog(ERROR, "unexpected jsonb token %d", (int) token);
		}
	}
}
