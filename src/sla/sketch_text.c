/*
 * sketch_text.c
 *		Write and read the text form of a sketch; sketch_text.h shows it.
 *
 * Pure, as sketch.c is.  The parser allocates nothing, never reads past the
 * byte that ends the text, and takes time in proportion to its length.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sla/sketch_text.h"

#define LEAST_EXPONENT	(-1074)
#define SUM_BITS		(64 * GOV_SKETCH_SUM_WORDS)

/* --- writing ------------------------------------------------------------ */

/* The shorter of two common forms that read as the same double. */
static char *
put_double(char *out, double value)
{
	int			length = 0;

	for (int digits = 15; digits <= 17; digits++)
	{
		length = sprintf(out, "%.*g", digits, value);
		if (strtod(out, NULL) == value)
			break;
	}
	return out + length;
}

static unsigned
sum_bit(const GovSketch *sketch, int i)
{
	return sketch->sum[i / 64] >> i % 64 & 1;
}

/* The sum as a number if that is exact, else in hexadecimal. */
static char *
put_sum(char *out, const GovSketch *sketch)
{
	int			low = 0;
	int			high = SUM_BITS;

	while (high > 0 && !sum_bit(sketch, high - 1))
		high--;
	while (low < high && !sum_bit(sketch, low))
		low++;
	/* what a double with its 53 bits can hold */
	if (high - low <= 53 && high + LEAST_EXPONENT <= 1024)
		return put_double(out, gov_sketch_sum(sketch));

	out += sprintf(out, "\"0x");
	for (int digit = (high - low - 1) / 4; digit >= 0; digit--)
	{
		unsigned	value = 0;

		for (int i = low + 4 * digit + 3; i >= low + 4 * digit; i--)
			value = value << 1 | (i < high ? sum_bit(sketch, i) : 0);
		*out++ = "0123456789abcdef"[value];
	}
	return out + sprintf(out, "p%d\"", low + LEAST_EXPONENT);
}

/*
 * gov_sketch_print
 *		Write the text of a sketch, at most GOV_SKETCH_MAX_TEXT bytes with the
 *		0 at its end.
 */
size_t
gov_sketch_print(const GovSketch *sketch, char *out)
{
	char	   *at = out;
	const char *comma = "";
	bool		is_inside = false;

	at += sprintf(at, "{\"version\": 1, \"count\": %" PRIu64, sketch->count);
	if (sketch->count == 0)
		return (size_t) (at + sprintf(at, "}") - out);
	at += sprintf(at, ", \"min\": ");
	at = put_double(at, sketch->min);
	at += sprintf(at, ", \"max\": ");
	at = put_double(at, sketch->max);
	at += sprintf(at, ", \"sum\": ");
	at = put_sum(at, sketch);
	at += sprintf(at, ", \"bins\": [");
	for (int bin = 0; bin < GOV_SKETCH_MAX_BINS; bin++)
	{
		if (sketch->bins[bin] == 0)
		{
			if (is_inside)
				*at++ = ']';
			is_inside = false;
			continue;
		}
		if (!is_inside)
			at += sprintf(at, "%s[%d", comma, bin);
		at += sprintf(at, ", %" PRIu64, sketch->bins[bin]);
		is_inside = true;
		comma = ", ";
	}
	at += sprintf(at, is_inside ? "]]}" : "]}");
	return (size_t) (at - out);
}

/* --- reading ------------------------------------------------------------ */

static void
skip_space(const char **at)
{
	while (**at == ' ' || **at == '\t' || **at == '\n' || **at == '\r')
		(*at)++;
}

/* Is this mark next?  Then step over it. */
static bool
take(const char **at, char mark)
{
	skip_space(at);
	if (**at != mark)
		return false;
	(*at)++;
	return true;
}

static bool
take_key(const char **at, const char *key)
{
	size_t		length = strlen(key);

	if (!take(at, '"') || strncmp(*at, key, length) != 0 ||
		(*at)[length] != '"')
		return false;
	*at += length + 1;
	return take(at, ':');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A whole number of at most "limit", without a needless zero. */
static bool
take_whole(const char **at, uint64_t limit, uint64_t *number)
{
	uint64_t	value = 0;

	skip_space(at);
	if (!is_digit(**at) || (**at == '0' && is_digit((*at)[1])))
		return false;
	for (; is_digit(**at); (*at)++)
	{
		uint64_t	digit = **at - '0';

		if (digit > limit || value > (limit - digit) / 10)
			return false;
		value = 10 * value + digit;
	}
	*number = value;
	return true;
}

/* A decimal number that a sketch accepts. */
static bool
take_double(const char **at, double *value)
{
	const char *from;
	char	   *end;

	skip_space(at);
	from = *at;
	/* strtod would take hexadecimal digits, infinity and more */
	if (!is_digit(from[0]) || from[1] == 'x' || from[1] == 'X')
		return false;
	*value = strtod(from, &end);
	*at = end;
	return end > from && gov_sketch_accepts(*value);
}

static int
hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "0x<digits>p<exponent>", after its opening quote. */
static bool
take_hex_sum(const char **at, GovSketch *sketch)
{
	const char *first;
	const char *behind;
	uint64_t	exponent;
	bool		is_negative;
	int			bit;

	if ((*at)[0] != '0' || (*at)[1] != 'x')
		return false;
	first = behind = *at + 2;
	while (hex_digit(*behind) >= 0)
		behind++;
	if (behind == first || behind - first > SUM_BITS / 4 || *behind != 'p')
		return false;
	*at = behind + 1;
	is_negative = **at == '-';
	if (is_negative)
		(*at)++;
	if (!is_digit(**at) || !take_whole(at, SUM_BITS, &exponent))
		return false;
	bit = (is_negative ? -(int) exponent : (int) exponent) - LEAST_EXPONENT;
	for (const char *c = behind - 1; c >= first; c--, bit += 4)
	{
		for (int i = 0; i < 4; i++)
		{
			if (!(hex_digit(*c) >> i & 1))
				continue;
			if (bit + i < 0 || bit + i >= SUM_BITS)
				return false;
			sketch->sum[(bit + i) / 64] |= UINT64_C(1) << (bit + i) % 64;
		}
	}
	return *(*at)++ == '"';
}

static bool
take_sum(const char **at, GovSketch *sketch)
{
	GovSketch	one;
	double		sum;

	if (take(at, '"'))
		return take_hex_sum(at, sketch);
	if (!take_double(at, &sum))
		return false;
	gov_sketch_init(&one);
	gov_sketch_add(&one, sum);
	memcpy(sketch->sum, one.sum, sizeof(sketch->sum));
	return true;
}

/* Count a run of bins; *next is the lowest bin that it may begin with. */
static bool
take_run(const char **at, GovSketch *sketch, uint64_t *next, uint64_t *total)
{
	uint64_t	bin;

	if (!take(at, '[') || !take_whole(at, GOV_SKETCH_MAX_BINS - 1, &bin) ||
		bin < *next || !take(at, ','))
		return false;
	do
	{
		uint64_t	count;

		if (bin >= GOV_SKETCH_MAX_BINS ||
			!take_whole(at, INT64_MAX - *total, &count) || count == 0)
			return false;
		sketch->bins[bin++] = count;
		*total += count;
	} while (take(at, ','));
	*next = bin;
	return take(at, ']');
}

static const char *
parse(GovSketch *sketch, const char *at)
{
	uint64_t	version;
	uint64_t	next = 0;
	uint64_t	total = 0;

	if (!take(&at, '{') || !take_key(&at, "version") ||
		!take_whole(&at, UINT64_MAX, &version))
		return "It must begin with {\"version\": 1.";
	if (version != 1)
		return "Only version 1 of this form is known.";
	if (!take(&at, ',') || !take_key(&at, "count") ||
		!take_whole(&at, INT64_MAX, &sketch->count))
		return "After the version, \"count\" must follow, a whole number.";
	if (sketch->count > 0)
	{
		if (!take(&at, ',') || !take_key(&at, "min") ||
			!take_double(&at, &sketch->min) ||
			!take(&at, ',') || !take_key(&at, "max") ||
			!take_double(&at, &sketch->max))
			return "After the count, \"min\" and \"max\" must follow, finite numbers of at least 0.";
		if (!take(&at, ',') || !take_key(&at, "sum") ||
			!take_sum(&at, sketch))
			return "After the maximum, \"sum\" must follow, a number or a string of its hexadecimal form.";
		if (!take(&at, ',') || !take_key(&at, "bins") || !take(&at, '['))
			return "After the sum, \"bins\" must follow, an array.";
		do
		{
			if (!take_run(&at, sketch, &next, &total))
				return "A run of bins must be an array: the number of a bin above those before it, then the counts of it and its neighbours, at least 1 each.";
		} while (take(&at, ','));
		if (!take(&at, ']'))
			return "The array of bins does not end.";
	}
	if (!take(&at, '}'))
		return "It must end with }.";
	skip_space(&at);
	if (*at != '\0')
		return "Something follows the end.";
	if (!gov_sketch_is_consistent(sketch))
		return "Count, least and greatest value, sum and bins do not fit together.";
	return NULL;
}

const char *
gov_sketch_parse(GovSketch *sketch, const char *text)
{
	const char *wrong;

	gov_sketch_init(sketch);
	wrong = parse(sketch, text);
	if (wrong != NULL)
		gov_sketch_init(sketch);
	return wrong;
}
