/*
 * sketch.c
 *		DDSketch with exact count, sum, least and greatest value.
 *
 * sketch.h says what is counted and why the error is below 1 %.
 *
 * The packed form, version 1, is a byte 1 and, unless the sketch is empty:
 *
 *		least and greatest value, each 8 bytes of a double, lowest first
 *		where the sum begins, in bytes from 2^-1074 upwards
 *		how many bytes the sum has; these bytes, lowest first
 *		runs of neighbouring bins that are not empty, until the end:
 *			how many empty bins come before it
 *			how many bins it has
 *			the count of each
 *
 * Numbers without a length are LEB128: 7 bits a byte, lowest first, the
 * upper bit set in all but the last.  There is only one form of each: no
 * needless last byte, no needless zero byte at either end of the sum, runs as
 * long as possible.  The count is the sum of the bins'.
 */
#include <float.h>
#include <math.h>
#include <string.h>

#include "sla/sketch.h"

#define FORMAT_VERSION	1
#define FRACTION_BITS	52
#define FRACTION_MASK	((UINT64_C(1) << FRACTION_BITS) - 1)
#define CELL_BITS		6
#define LOWEST_EXPONENT (1023 + GOV_SKETCH_MIN_EXPONENT)
#define OCTAVES \
	(GOV_SKETCH_MAX_EXPONENT - GOV_SKETCH_MIN_EXPONENT)
#define SUM_BITS		(64 * GOV_SKETCH_SUM_WORDS)
#define SUM_BYTES		(8 * GOV_SKETCH_SUM_WORDS)

/*
 * Edge k of an octave as the fraction of a double: the least f with
 * (1 + f / 2^52)^35 >= 2^k.  The unit test proves each with integers.
 */
static const uint64_t edge[GOV_SKETCH_PER_OCTAVE + 1] = {
	UINT64_C(0x00000000000000), UINT64_C(0x0051ed35254d7b),
	UINT64_C(0x00a57de9c16bc8), UINT64_C(0x00faba81d4e5e0),
	UINT64_C(0x0151ab8c56eea3), UINT64_C(0x01aa59c4115e7e),
	UINT64_C(0x0204ce10811782), UINT64_C(0x02611186bae675),
	UINT64_C(0x02bf2d6a54f7db), UINT64_C(0x031f2b2e54f85d),
	UINT64_C(0x0381147622f887), UINT64_C(0x03e4f316812c30),
	UINT64_C(0x044ad116889e7c), UINT64_C(0x04b2b8b0aaf3c8),
	UINT64_C(0x051cb453b9536d), UINT64_C(0x0588cea3f093be),
	UINT64_C(0x05f7127c0ac32a), UINT64_C(0x06678aee5629f8),
	UINT64_C(0x06da4345d1e0ae), UINT64_C(0x074f47075017a0),
	UINT64_C(0x07c6a1f29e2ce7), UINT64_C(0x08406003b2ae5d),
	UINT64_C(0x08bc8d73e16610), UINT64_C(0x093b36bb158fff),
	UINT64_C(0x09bc68911258c0), UINT64_C(0x0a402feeb9c533),
	UINT64_C(0x0ac69a0f5a241d), UINT64_C(0x0b4fb472022b1b),
	UINT64_C(0x0bdb8cdadbe121), UINT64_C(0x0c6a31548e794e),
	UINT64_C(0x0cfbb031a741a5), UINT64_C(0x0d90180e09c9e4),
	UINT64_C(0x0e2777d0676771), UINT64_C(0x0ec1deabbe3c15),
	UINT64_C(0x0f5f5c20dfe5f3), UINT64_C(0x10000000000000)
};

/* The bin, of an octave, in which each of its 64 cells begins. */
static const uint8_t cell_bin[1 << CELL_BITS] = {
	0, 0, 1, 2, 3, 3, 4, 5, 5, 6, 7, 8, 8, 9, 9, 10,
	11, 11, 12, 13, 13, 14, 14, 15, 16, 16, 17, 17, 18, 18, 19, 19,
	20, 20, 21, 22, 22, 23, 23, 24, 24, 24, 25, 25, 26, 26, 27, 27,
	28, 28, 29, 29, 30, 30, 30, 31, 31, 32, 32, 32, 33, 33, 34, 34
};

static inline uint64_t
bits_of(double value)
{
	uint64_t	bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static inline double
double_of(uint64_t bits)
{
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

bool
gov_sketch_accepts(double value)
{
	return value >= 0 && value <= DBL_MAX;
}

/* The bin of a double that is not negative, by its bits. */
static inline int
bin_of(uint64_t bits)
{
	int			octave = (int) (bits >> FRACTION_BITS) - LOWEST_EXPONENT;
	uint64_t	fraction = bits & FRACTION_MASK;
	int			bin;

	if (octave < 0)
		return bits == 0 ? 0 : 1;
	if (octave >= OCTAVES)
		return GOV_SKETCH_MAX_BINS - 1;
	bin = cell_bin[fraction >> (FRACTION_BITS - CELL_BITS)];
	bin += fraction >= edge[bin + 1];
	return 1 + octave * GOV_SKETCH_PER_OCTAVE + bin;
}

int
gov_sketch_bin(double value)
{
	/* adding 0 makes 0 of -0 */
	return bin_of(bits_of(value + 0.0));
}

/* The lower edge of a bin, from 1 to GOV_SKETCH_MAX_BINS. */
static double
lower_edge(int bin)
{
	uint64_t	exponent = LOWEST_EXPONENT + (bin - 1) / GOV_SKETCH_PER_OCTAVE;

	return double_of(exponent << FRACTION_BITS |
					 edge[(bin - 1) % GOV_SKETCH_PER_OCTAVE]);
}

/*
 * sum_add
 *		Add value * 2^shift to the sum, whose bit 0 is worth 1 here.
 *
 * There is room: see GOV_SKETCH_SUM_WORDS.
 */
static inline void
sum_add(uint64_t *sum, uint64_t value, unsigned shift)
{
	unsigned	word = shift / 64;
	unsigned	offset = shift % 64;
	uint64_t	low = value << offset;
	uint64_t	high = offset > 0 ? value >> (64 - offset) : 0;

	/* high has lost a bit at least, so this cannot overflow */
	sum[word] += low;
	if (offset == 0)
	{
		uint64_t	carry = sum[word] < low;

		while (carry && ++word < GOV_SKETCH_SUM_WORDS)
			carry = ++sum[word] == 0;
		return;
	}
	high += sum[word] < low;
	while (high > 0 && ++word < GOV_SKETCH_SUM_WORDS)
	{
		sum[word] += high;
		high = sum[word] < high;
	}
}

/* A double as value * 2^shift, where a shift of 0 is 2^-1074. */
static inline uint64_t
digits_of(uint64_t bits, unsigned *shift)
{
	unsigned	exponent = (unsigned) (bits >> FRACTION_BITS) & 0x7ff;

	*shift = exponent > 0 ? exponent - 1 : 0;
	return (bits & FRACTION_MASK) |
		(uint64_t) (exponent > 0) << FRACTION_BITS;
}

static inline void
sum_words(uint64_t *into, const uint64_t *from)
{
	uint64_t	carry = 0;

	for (int i = 0; i < GOV_SKETCH_SUM_WORDS; i++)
	{
		uint64_t	partial = into[i] + carry;

		carry = partial < carry;
		into[i] = partial + from[i];
		carry += into[i] < partial;
	}
}

void
gov_sketch_init(GovSketch *sketch)
{
	memset(sketch, 0, sizeof(*sketch));
}

static inline void
add(GovSketch *sketch, double value)
{
	uint64_t	bits;
	uint64_t	digits;
	unsigned	shift;

	value += 0.0;
	bits = bits_of(value);
	digits = digits_of(bits, &shift);
	if (sketch->count == 0 || value < sketch->min)
		sketch->min = value;
	if (sketch->count == 0 || value > sketch->max)
		sketch->max = value;
	sketch->count++;
	sketch->bins[bin_of(bits)]++;
	sum_add(sketch->sum, digits, shift);
}

void
gov_sketch_add(GovSketch *sketch, double value)
{
	add(sketch, value);
}

void
gov_sketch_add_many(GovSketch *sketch, const double *values, size_t n)
{
	for (size_t i = 0; i < n; i++)
		add(sketch, values[i]);
}

bool
gov_sketch_can_merge(const GovSketch *a, const GovSketch *b)
{
	return a->count <= INT64_MAX - b->count;
}

/* Merge all but the bins; there is something to merge. */
static void
add_ends(GovSketch *into, uint64_t count, double min, double max,
		 const uint64_t *sum)
{
	if (into->count == 0 || min < into->min)
		into->min = min;
	if (into->count == 0 || max > into->max)
		into->max = max;
	into->count += count;
	sum_words(into->sum, sum);
}

void
gov_sketch_merge(GovSketch *into, const GovSketch *from)
{
	int			last;

	if (from->count == 0)
		return;
	last = gov_sketch_bin(from->max);
	for (int bin = gov_sketch_bin(from->min); bin <= last; bin++)
		into->bins[bin] += from->bins[bin];
	add_ends(into, from->count, from->min, from->max, from->sum);
}

int64_t
gov_sketch_count(const GovSketch *sketch)
{
	return (int64_t) sketch->count;
}

double
gov_sketch_min(const GovSketch *sketch)
{
	return sketch->count > 0 ? sketch->min : NAN;
}

double
gov_sketch_max(const GovSketch *sketch)
{
	return sketch->count > 0 ? sketch->max : NAN;
}

/* Bit i of the sum and the 63 bits above it. */
static uint64_t
sum_window(const uint64_t *sum, int i)
{
	int			word = i / 64;
	int			offset = i % 64;
	uint64_t	window = sum[word] >> offset;

	if (offset > 0 && word + 1 < GOV_SKETCH_SUM_WORDS)
		window |= sum[word + 1] << (64 - offset);
	return window;
}

/*
 * gov_sketch_sum
 *		The sum, rounded to the nearest double, between two to the even one.
 */
double
gov_sketch_sum(const GovSketch *sketch)
{
	const uint64_t *sum = sketch->sum;
	int			top = SUM_BITS - 1;
	int			low;
	uint64_t	digits;

	while (top >= 0 && !(sum[top / 64] >> top % 64 & 1))
		top -= sum[top / 64] == 0 ? top % 64 + 1 : 1;
	if (top <= FRACTION_BITS)
		return ldexp((double) sum[0], -1074);

	low = top - FRACTION_BITS;
	digits = sum_window(sum, low) & (FRACTION_MASK << 1 | 1);
	if (sum[(low - 1) / 64] >> (low - 1) % 64 & 1)
	{
		bool		rest = digits & 1;

		/* a half: up if anything follows, or from an odd one */
		for (int i = 0; !rest && i < (low - 1) / 64; i++)
			rest = sum[i] != 0;
		if (!rest)
			rest = (sum[(low - 1) / 64] &
					((UINT64_C(1) << (low - 1) % 64) - 1)) != 0;
		digits += rest;
	}
	return ldexp((double) digits, low - 1074);
}

/*
 * gov_sketch_quantile
 *		The estimate of the ceil(q * n)-th smallest value.
 *
 * q is a decimal number that a double only approximates: 0.07 * 100 gives a
 * little more than 7.  So q * n counts as whole if it is so within rounding.
 */
double
gov_sketch_quantile(const GovSketch *sketch, double q)
{
	double		exact = ceil(q * (double) sketch->count * (1 - 0x1p-50));
	uint64_t	rank = exact < 1 ? 1 : (uint64_t) exact;
	uint64_t	below = 0;
	int			bin;
	double		a;
	double		b;
	double		value;

	if (sketch->count == 0)
		return NAN;
	if (rank <= 1)
		return sketch->min;
	if (rank >= sketch->count)
		return sketch->max;
	for (bin = gov_sketch_bin(sketch->min); bin < GOV_SKETCH_MAX_BINS; bin++)
	{
		below += sketch->bins[bin];
		if (below >= rank)
			break;
	}
	if (bin == 0)
		return 0;
	a = lower_edge(bin);
	b = lower_edge(bin + 1);
	value = 2 * a * b / (a + b);
	if (value < sketch->min)
		return sketch->min;
	return value > sketch->max ? sketch->max : value;
}

/* --- the packed form --------------------------------------------------- */

static uint8_t *
put_number(uint8_t *out, uint64_t number)
{
	while (number >= 0x80)
	{
		*out++ = (uint8_t) (number | 0x80);
		number >>= 7;
	}
	*out++ = (uint8_t) number;
	return out;
}

static size_t
number_size(uint64_t number)
{
	size_t		size = 1;

	while (number >>= 7)
		size++;
	return size;
}

static uint8_t *
put_double(uint8_t *out, double value)
{
	uint64_t	bits = bits_of(value);

	for (int i = 0; i < 8; i++)
		*out++ = (uint8_t) (bits >> 8 * i);
	return out;
}

static uint8_t
sum_byte(const GovSketch *sketch, unsigned i)
{
	return (uint8_t) (sketch->sum[i / 8] >> i % 8 * 8);
}

/* Where the bytes of the sum that are not zero begin and end. */
static void
sum_range(const GovSketch *sketch, unsigned *begin, unsigned *end)
{
	unsigned	first = 0;
	unsigned	last = GOV_SKETCH_SUM_WORDS;

	*begin = *end = 0;
	while (last > 0 && sketch->sum[last - 1] == 0)
		last--;
	if (last == 0)
		return;
	while (sketch->sum[first] == 0)
		first++;
	*begin = 8 * first;
	while (sum_byte(sketch, *begin) == 0)
		(*begin)++;
	*end = 8 * last;
	while (sum_byte(sketch, *end - 1) == 0)
		(*end)--;
}

/*
 * next_run
 *		Move *bin to the next bin that is not empty, *end behind its run.
 *
 * False if there is none up to "last".
 */
static bool
next_run(const GovSketch *sketch, int last, int *bin, int *end)
{
	while (*bin <= last && sketch->bins[*bin] == 0)
		(*bin)++;
	*end = *bin;
	while (*end <= last && sketch->bins[*end] != 0)
		(*end)++;
	return *bin <= last;
}

size_t
gov_sketch_packed_size(const GovSketch *sketch)
{
	size_t		size = 1;
	unsigned	begin;
	unsigned	end;
	int			before = 0;
	int			bin;
	int			last;
	int			behind;

	if (sketch->count == 0)
		return size;
	sum_range(sketch, &begin, &end);
	size += 16 + number_size(begin) + number_size(end - begin) + end - begin;
	bin = gov_sketch_bin(sketch->min);
	last = gov_sketch_bin(sketch->max);
	for (; next_run(sketch, last, &bin, &behind); before = behind)
	{
		size += number_size(bin - before) + number_size(behind - bin);
		for (; bin < behind; bin++)
			size += number_size(sketch->bins[bin]);
	}
	return size;
}

/*
 * gov_sketch_pack
 *		Write the packed form, gov_sketch_packed_size() bytes; return how many.
 */
size_t
gov_sketch_pack(const GovSketch *sketch, uint8_t *out)
{
	uint8_t    *at = out;
	unsigned	begin;
	unsigned	end;
	int			before = 0;
	int			bin;
	int			last;
	int			behind;

	*at++ = FORMAT_VERSION;
	if (sketch->count == 0)
		return 1;
	at = put_double(at, sketch->min);
	at = put_double(at, sketch->max);
	sum_range(sketch, &begin, &end);
	at = put_number(at, begin);
	at = put_number(at, end - begin);
	for (; begin < end; begin++)
		*at++ = sum_byte(sketch, begin);
	bin = gov_sketch_bin(sketch->min);
	last = gov_sketch_bin(sketch->max);
	for (; next_run(sketch, last, &bin, &behind); before = behind)
	{
		at = put_number(at, bin - before);
		at = put_number(at, behind - bin);
		for (; bin < behind; bin++)
			at = put_number(at, sketch->bins[bin]);
	}
	return (size_t) (at - out);
}

/* The bytes that are still to be read. */
typedef struct Input
{
	const uint8_t *at;
	const uint8_t *end;
} Input;

/* A number of at most "limit", in its shortest form. */
static bool
get_long_number(Input *in, uint64_t limit, uint64_t *number)
{
	uint64_t	value = 0;

	for (unsigned shift = 0; shift < 64 && in->at < in->end; shift += 7)
	{
		uint8_t		byte = *in->at++;
		uint64_t	part = byte & 0x7f;

		if (part << shift >> shift != part)
			return false;
		value |= part << shift;
		if (byte < 0x80)
		{
			*number = value;
			return value <= limit && (byte > 0 || shift == 0);
		}
	}
	return false;
}

/* Most numbers are one byte. */
static inline bool
get_number(Input *in, uint64_t limit, uint64_t *number)
{
	if (in->at < in->end && *in->at < 0x80)
	{
		*number = *in->at++;
		return *number <= limit;
	}
	return get_long_number(in, limit, number);
}

static bool
get_double(Input *in, double *value)
{
	uint64_t	bits = 0;

	if (in->end - in->at < 8)
		return false;
	for (int i = 0; i < 8; i++)
		bits |= (uint64_t) *in->at++ << 8 * i;
	*value = double_of(bits);
	return bits >> 63 == 0 && gov_sketch_accepts(*value);
}

/* A packed form that has been checked. */
typedef struct Packed
{
	uint64_t	count;
	double		min;
	double		max;
	uint64_t	sum[GOV_SKETCH_SUM_WORDS];
	Input		runs;
} Packed;

static bool
get_sum(Input *in, uint64_t *sum)
{
	uint64_t	begin;
	uint64_t	length;

	if (!get_number(in, SUM_BYTES - 1, &begin) ||
		!get_number(in, SUM_BYTES - begin, &length) ||
		(uint64_t) (in->end - in->at) < length)
		return false;
	if (length == 0)
		return begin == 0;
	if (in->at[0] == 0 || in->at[length - 1] == 0)
		return false;
	for (; length > 0; length--, begin++)
		sum[begin / 8] |= (uint64_t) *in->at++ << begin % 8 * 8;
	return true;
}

/*
 * get_runs
 *		Add up the counts of the runs, and find where they begin and end.
 *
 * False unless they are in their only form.
 */
static bool
get_runs(Input in, uint64_t *count, int *first, int *last)
{
	uint64_t	bin = 0;
	uint64_t	total = 0;

	*first = -1;
	while (in.at < in.end)
	{
		uint64_t	gap;
		uint64_t	length;

		/* there is a bin after the gap, and a gap after each run */
		if (bin >= GOV_SKETCH_MAX_BINS ||
			!get_number(&in, GOV_SKETCH_MAX_BINS - 1 - bin, &gap) ||
			(gap == 0 && *first >= 0))
			return false;
		bin += gap;
		if (!get_number(&in, GOV_SKETCH_MAX_BINS - bin, &length) ||
			length == 0)
			return false;
		if (*first < 0)
			*first = (int) bin;
		bin += length;
		for (; length > 0; length--)
		{
			uint64_t	here;

			if (!get_number(&in, INT64_MAX - total, &here) || here == 0)
				return false;
			total += here;
		}
	}
	*count = total;
	*last = (int) bin - 1;
	return total > 0;
}

/* Add value * times to the sum, both of any size. */
static void
sum_add_times(uint64_t *sum, double value, uint64_t times)
{
	unsigned	shift;
	uint64_t	digits = digits_of(bits_of(value), &shift);
	uint64_t	part[2] = {digits & UINT32_MAX, digits >> 32};

	for (int i = 0; i < 2; i++)
	{
		sum_add(sum, part[i] * (times & UINT32_MAX), shift + 32 * i);
		sum_add(sum, part[i] * (times >> 32), shift + 32 * i + 32);
	}
}

static int
sum_compare(const uint64_t *a, const uint64_t *b)
{
	for (int i = GOV_SKETCH_SUM_WORDS - 1; i >= 0; i--)
	{
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	}
	return 0;
}

/*
 * ends_fit
 *		Can so many values have this sum and be in bins first to last?
 *
 * One of them is the least and another the greatest, unless there is only one.
 */
static bool
ends_fit(uint64_t count, double min, double max, const uint64_t *sum,
		 int first, int last)
{
	uint64_t	bound[GOV_SKETCH_SUM_WORDS] = {0};

	if (min > max || (count == 1 && min < max) ||
		gov_sketch_bin(min) != first || gov_sketch_bin(max) != last)
		return false;
	sum_add_times(bound, min, count - 1);
	sum_add_times(bound, max, 1);
	if (sum_compare(sum, bound) < 0)
		return false;
	memset(bound, 0, sizeof(bound));
	sum_add_times(bound, max, count - 1);
	sum_add_times(bound, min, 1);
	return sum_compare(sum, bound) <= 0;
}

/* Could gov_sketch_pack have made these bytes?  If so, say what is in them. */
static bool
read_packed(Packed *packed, const uint8_t *bytes, size_t len)
{
	Input		in = {bytes, bytes + len};
	int			first;
	int			last;

	memset(packed, 0, sizeof(*packed));
	if (len == 0 || *in.at++ != FORMAT_VERSION)
		return false;
	if (len == 1)
		return true;
	if (!get_double(&in, &packed->min) || !get_double(&in, &packed->max) ||
		!get_sum(&in, packed->sum))
		return false;
	packed->runs = in;
	return get_runs(in, &packed->count, &first, &last) &&
		ends_fit(packed->count, packed->min, packed->max, packed->sum,
				 first, last);
}

/* Add what has been checked. */
static void
add_packed(GovSketch *into, const Packed *packed)
{
	Input		in = packed->runs;
	uint64_t	bin = 0;

	if (packed->count == 0)
		return;
	while (in.at < in.end)
	{
		uint64_t	gap = 0;
		uint64_t	length = 0;
		uint64_t	here = 0;

		(void) get_number(&in, UINT64_MAX, &gap);
		(void) get_number(&in, UINT64_MAX, &length);
		for (bin += gap; length > 0; length--, bin++)
		{
			(void) get_number(&in, UINT64_MAX, &here);
			into->bins[bin] += here;
		}
	}
	add_ends(into, packed->count, packed->min, packed->max, packed->sum);
}

bool
gov_sketch_unpack(GovSketch *sketch, const uint8_t *bytes, size_t len)
{
	Packed		packed;

	gov_sketch_init(sketch);
	if (!read_packed(&packed, bytes, len))
		return false;
	add_packed(sketch, &packed);
	return true;
}

/*
 * gov_sketch_merge_packed
 *		Merge a packed sketch; it does the same as unpacking and merging, but
 *		faster.
 *
 * Nothing is merged unless GOV_SKETCH_MERGED is returned.
 */
GovSketchMerge
gov_sketch_merge_packed(GovSketch *into, const uint8_t *bytes, size_t len)
{
	Packed		packed;

	if (!read_packed(&packed, bytes, len))
		return GOV_SKETCH_MALFORMED;
	if (into->count > INT64_MAX - packed.count)
		return GOV_SKETCH_TOO_MANY;
	add_packed(into, &packed);
	return GOV_SKETCH_MERGED;
}

/*
 * gov_sketch_is_consistent
 *		Can any values have made it?
 *
 * The least and the greatest are in the outermost bins, the bins add up to the
 * count, and the sum is possible for so many values between the least and the
 * greatest.
 */
bool
gov_sketch_is_consistent(const GovSketch *sketch)
{
	static const uint64_t nothing[GOV_SKETCH_SUM_WORDS];
	uint64_t	count = 0;
	int			first = -1;
	int			last = -1;

	for (int bin = 0; bin < GOV_SKETCH_MAX_BINS; bin++)
	{
		if (sketch->bins[bin] == 0)
			continue;
		if (first < 0)
			first = bin;
		last = bin;
		if (sketch->bins[bin] > INT64_MAX - count)
			return false;
		count += sketch->bins[bin];
	}
	if (count != sketch->count)
		return false;
	if (count == 0)
		return sum_compare(sketch->sum, nothing) == 0;
	return gov_sketch_accepts(sketch->min) && !signbit(sketch->min) &&
		gov_sketch_accepts(sketch->max) && !signbit(sketch->max) &&
		ends_fit(count, sketch->min, sketch->max, sketch->sum, first, last);
}
