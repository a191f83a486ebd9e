/*
 * json_text.c
 *		The text of a jsonb value, made fast.
 *
 * Most of the time that a leaf takes goes into this.  JsonbToCString() copies
 * every string and then looks at each of its bytes on the way; here runs of
 * bytes that need no escape are found many at a time and copied as they are.
 *
 * Invariants: the result is that of the cast to text.  A hash is computed over
 * it, so the two must never differ; the regression tests compare them. A value
 * that is short as stored may be long as text (1e131071 has 131,072 digits),
 * so where a text is handed over piece by piece, memory is bounded by a piece
 * and the longest number.
 */
#include "postgres.h"

#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/numeric.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "core/json_text.h"

#define EVERY_BYTE(b)	(~UINT64CONST(0) / 255 * (b))

/* Is one of eight bytes zero?  Only bytes above a zero can be mistaken. */
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

/*
 * A block of bytes is copied before it is looked at, so the destination has
 * room for a whole block.
 */
#define WORD 8

/*
 * Copy eight bytes; does one need an escape?  Below a space, none of three
 * bits is set.
 */
static inline bool
copy_word(char *to, const char *from)
{
	uint64		v;

	memcpy(&v, from, sizeof(v));
	memcpy(to, &v, sizeof(v));
	return has_zero(v & EVERY_BYTE(0xe0)) ||
		has_zero(v ^ EVERY_BYTE('"')) || has_zero(v ^ EVERY_BYTE('\\'));
}

#ifdef __SSE2__
#define BLOCK 16

/* The same for sixteen bytes. */
static inline bool
copy_block(char *to, const char *from)
{
	__m128i		v = _mm_loadu_si128((const __m128i *) from);
	__m128i		below = _mm_cmpeq_epi8(_mm_min_epu8(v, _mm_set1_epi8(0x1f)),
									   v);
	__m128i		quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
	__m128i		slash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));

	_mm_storeu_si128((__m128i *) to, v);
	return _mm_movemask_epi8(_mm_or_si128(below,
										  _mm_or_si128(quote, slash))) != 0;
}
#else
#define BLOCK WORD
#define copy_block copy_word
#endif

/*
 * copy_plain
 *		Copy the first bytes, up to one that needs an escape; returns how many.
 *
 * An incomplete block at the end is not read byte by byte: it is looked at
 * once more together with bytes before it, because most strings are short.
 */
static inline int
copy_plain(char *to, const char *from, int len)
{
	int			i = 0;

	while (i + BLOCK <= len && !copy_block(to + i, from + i))
		i += BLOCK;
	if (i == len)
		return len;
	if (len >= BLOCK && i + BLOCK > len)
	{
		if (!copy_block(to + len - BLOCK, from + len - BLOCK))
			return len;
	}
	else if (len >= WORD && len < BLOCK)
	{
		if (!copy_word(to, from) &&
			!copy_word(to + len - WORD, from + len - WORD))
			return len;
	}
	for (; i < len && !needs_escape((unsigned char) from[i]); i++)
		to[i] = from[i];
	return i;
}

/* Make room for so many more bytes, mostly without a call. */
static inline void
reserve(StringInfo out, int len)
{
	if (out->len + len >= out->maxlen)
		enlargeStringInfo(out, len);
}

static inline void
append(StringInfo out, const char *s, int len)
{
	reserve(out, len);
	memcpy(out->data + out->len, s, len);
	out->len += len;
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
append_plainly(StringInfo out, const char *s, int len)
{
	for (;;)
	{
		int			plain;

		reserve(out, len + 1);
		plain = copy_plain(out->data + out->len, s, len);
		out->len += plain;
		if (plain == len)
			break;
		append_escaped(out, (unsigned char) s[plain]);
		s += plain + 1;
		len -= plain + 1;
	}
}

/* Hand over a piece if it is complete; false: no more is wanted. */
static inline bool
give(StringInfo out, GovTextTake take, void *arg)
{
	return out->len < GOV_TEXT_PIECE || take == NULL || take(out, arg);
}

static bool
append_string(StringInfo out, const char *s, int len, GovTextTake take,
			  void *arg)
{
	reserve(out, len < GOV_TEXT_PIECE ? len + 2 : 2);
	out->data[out->len++] = '"';
	while (len > GOV_TEXT_PIECE)
	{
		int			piece = pg_mbcliplen(s, len, GOV_TEXT_PIECE);

		append_plainly(out, s, piece);
		if (!give(out, take, arg))
			return false;
		s += piece;
		len -= piece;
	}
	append_plainly(out, s, len);
	append(out, "\"", 1);
	return true;
}

/*
 * A number as numeric_out() shows it, from the digits as they are stored: four
 * decimal ones in each.  False: it is one of another form.
 */
#define SHORT_FORM(header) (((header) & 0xC000) == 0x8000)
#define SHORT_NEGATIVE 0x2000
#define SHORT_SCALE(header) (((header) & 0x1F80) >> 7)
#define SHORT_WEIGHT(header) (((header) & 0x003F) - ((header) & 0x0040))
#define DIGITS 4
#define SHORT_MAX 20			/* digits of which a number is short */

static inline char *
put_digits(char *to, int digit)
{
	to[0] = '0' + digit / 1000;
	to[1] = '0' + digit / 100 % 10;
	to[2] = '0' + digit / 10 % 10;
	to[3] = '0' + digit % 10;
	return to + DIGITS;
}

static bool
append_short_number(StringInfo out, Numeric number)
{
	const char *data = VARDATA_ANY(number);
	int			count = VARSIZE_ANY_EXHDR(number) / sizeof(int16) - 1;
	uint16		header;
	int16		digits[SHORT_MAX];
	int			weight;
	int			scale;
	int			i = 0;
	char	   *start;
	char	   *to;
	char	   *end;

	memcpy(&header, data, sizeof(header));
	weight = SHORT_WEIGHT(header);
	scale = SHORT_SCALE(header);
	if (!SHORT_FORM(header) || count > SHORT_MAX || weight < -1 ||
		weight >= SHORT_MAX || scale > DIGITS * SHORT_MAX)
		return false;
	memcpy(digits, data + sizeof(header), sizeof(int16) * count);
	reserve(out, DIGITS * (weight + 1) + scale + DIGITS + 3);
	start = to = out->data + out->len;
	if (header & SHORT_NEGATIVE)
		*to++ = '-';
	if (weight < 0)
		*to++ = '0';
	else
	{
		char		first[DIGITS];
		int			zeros = 0;

		(void) put_digits(first, count > 0 ? digits[0] : 0);
		while (zeros < DIGITS - 1 && first[zeros] == '0')
			zeros++;
		memcpy(to, first + zeros, DIGITS - zeros);
		to += DIGITS - zeros;
		for (i = 1; i <= weight; i++)
			to = put_digits(to, i < count ? digits[i] : 0);
	}
	if (scale > 0)
	{
		*to++ = '.';
		end = to + scale;
		for (; to < end; i++)
			to = put_digits(to, i < count ? digits[i] : 0);
		to = end;
	}
	out->len += to - start;
	return true;
}

static void
append_number(StringInfo out, Numeric number)
{
	char	   *text;

	if (append_short_number(out, number))
		return;
	text = DatumGetCString(DirectFunctionCall1(numeric_out,
											   NumericGetDatum(number)));
	append(out, text, strlen(text));
	pfree(text);
}

/*
 * Children of a container lie one behind the other, in the order of their
 * entries; now and then an entry has where it ends, else its length.
 */
typedef struct Children
{
	const JEntry *entry;		/* of the next one */
	uint32		offset;			/* of the next one */
} Children;

typedef struct Child
{
	JEntry		entry;
	uint32		offset;
	uint32		len;
} Child;

static inline Child
next_child(Children *children)
{
	Child		child = {*children->entry++, children->offset};
	uint32		end = JBE_OFFLENFLD(child.entry);

	if (!JBE_HAS_OFF(child.entry))
		end += child.offset;
	child.len = end - child.offset;
	children->offset = end;
	return child;
}

/* A container of which some is appended. */
typedef struct Level
{
	const char *base;			/* offsets are from here */
	Children	keys;			/* of an object */
	Children	values;
	uint32		left;
	bool		is_object;
	bool		is_scalar;		/* shown without what encloses it */
	bool		is_begun;
} Level;

static Level
level_of(const JsonbContainer *container)
{
	uint32		count = JsonContainerSize(container);
	Level		level = {0};

	level.is_object = JsonContainerIsObject(container);
	level.is_scalar = JsonContainerIsScalar(container);
	level.keys.entry = level.values.entry = container->children;
	level.left = count;
	level.base = (const char *) (container->children + count);
	if (level.is_object)
	{
		level.values.entry += count;
		level.values.offset = getJsonbOffset(container, count);
		level.base += count * sizeof(JEntry);
	}
	return level;
}

/* Anything but a container. */
static bool
append_scalar(StringInfo out, const Child *child, const char *base,
			  GovTextTake take, void *arg)
{
	if (JBE_ISSTRING(child->entry))
		return append_string(out, base + child->offset, child->len, take,
							 arg);
	if (JBE_ISNUMERIC(child->entry))
		append_number(out, (Numeric) (base + INTALIGN(child->offset)));
	else if (JBE_ISBOOL_TRUE(child->entry))
		append(out, "true", 4);
	else if (JBE_ISBOOL_FALSE(child->entry))
		append(out, "false", 5);
	else if (JBE_ISNULL(child->entry))
		append(out, "null", 4);
	else
		elog(ERROR, "unexpected jsonb entry %x", child->entry);
	return true;
}

#define FEW_LEVELS 8

/* Levels of any depth: a stack of ours, for the server's has an end. */
bool
gov_json_text(StringInfo out, Jsonb *jb, GovTextTake take, void *arg)
{
	Level		few[FEW_LEVELS];
	Level	   *levels = few;
	int			allocated = FEW_LEVELS;
	int			depth = 0;
	bool		more = true;

	levels[0] = level_of(&jb->root);
	if (!levels[0].is_scalar)
		append(out, levels[0].is_object ? "{" : "[", 1);
	while (more && depth >= 0)
	{
		Level	   *level = &levels[depth];
		Child		child;

		if (level->left == 0)
		{
			if (!level->is_scalar)
				append(out, level->is_object ? "}" : "]", 1);
			depth--;
			more = give(out, take, arg);
			continue;
		}
		level->left--;
		if (level->is_begun)
			append(out, ", ", 2);
		level->is_begun = true;
		if (level->is_object)
		{
			child = next_child(&level->keys);
			more = append_string(out, level->base + child.offset, child.len,
								 take, arg);
			append(out, ": ", 2);
		}
		child = next_child(&level->values);
		if (!JBE_ISCONTAINER(child.entry))
		{
			more = more &&
				append_scalar(out, &child, level->base, take, arg) &&
				give(out, take, arg);
			continue;
		}
		if (++depth == allocated)
		{
			Level	   *deeper = palloc(sizeof(Level) * 2 * allocated);

			memcpy(deeper, levels, sizeof(Level) * allocated);
			if (levels != few)
				pfree(levels);
			levels = deeper;
			allocated *= 2;
			level = &levels[depth - 1];
		}
		levels[depth] = level_of((const JsonbContainer *)
								 (level->base + INTALIGN(child.offset)));
		append(out, levels[depth].is_object ? "{" : "[", 1);
	}
	if (levels != few)
		pfree(levels);
	return more;
}

typedef struct Count
{
	Size		len;
	Size		max;
} Count;

static bool
take_count(StringInfo out, void *arg)
{
	Count	   *count = arg;

	CHECK_FOR_INTERRUPTS();
	count->len += out->len;
	resetStringInfo(out);
	return count->len <= count->max;
}

bool
gov_json_exceeds(Jsonb *jb, Size max)
{
	StringInfoData piece;
	Count		count = {0, max};

	/* even if it were full of the longest numbers */
	if (VARSIZE(jb) < max / GOV_TEXT_MAX_GROWTH)
		return false;
	initStringInfo(&piece);
	(void) gov_json_text(&piece, jb, take_count, &count);
	count.len += piece.len;
	pfree(piece.data);
	return count.len > max;
}
