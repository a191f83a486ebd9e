/*
 * sketch_test.c
 *		The sketch: its edges proven with integers, its quantiles against
 *		sorted values, merging in any order, and what its forms refuse.
 */
#include <float.h>
#include <stdlib.h>

#include "sla/sketch.h"
#include "sla/sketch_text.h"
#include "unit.h"

#define MANY	1000000
#define PARTS	200
#define BIN_OF_ONE 701

static double values[MANY];
static double sorted[MANY];
static GovSketch parts[PARTS];
static GovSketch whole;
static GovSketch other;
static uint8_t bytes[GOV_SKETCH_MAX_PACKED];
static uint8_t again[GOV_SKETCH_MAX_PACKED];
static char text[GOV_SKETCH_MAX_TEXT];

/* splitmix64: the same numbers in every run */
static uint64_t random_state;

static uint64_t
random_bits(void)
{
	uint64_t	z = random_state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static double
random_unit(void)
{
	return (random_bits() >> 11) * 0x1p-53;
}

static double
random_normal(void)
{
	return sqrt(-2 * log(1 - random_unit())) *
		cos(6.283185307179586 * random_unit());
}

static double
double_of(uint64_t bits)
{
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return (x > y) - (x < y);
}

static bool
is_same(const GovSketch *a, const GovSketch *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* --- the edges ----------------------------------------------------------- */

#define LIMBS	72

/* number *= by; lowest limb first */
static void
multiply(uint32_t *number, uint64_t by)
{
	uint32_t	product[LIMBS] = {0};
	uint32_t	half[2] = {(uint32_t) by, (uint32_t) (by >> 32)};

	for (int h = 0; h < 2; h++)
	{
		uint64_t	carry = 0;

		for (int i = 0; i + h < LIMBS; i++)
		{
			carry += (uint64_t) number[i] * half[h] + product[i + h];
			product[i + h] = (uint32_t) carry;
			carry >>= 32;
		}
	}
	memcpy(number, product, sizeof(product));
}

/* Is (digits / 2^52)^35 at least 2^k? */
static bool
is_at_least(uint64_t digits, int k)
{
	uint32_t	number[LIMBS] = {1};
	int			bit = GOV_SKETCH_PER_OCTAVE * 52 + k;

	for (int i = 0; i < GOV_SKETCH_PER_OCTAVE; i++)
		multiply(number, digits);
	for (int i = LIMBS - 1; i > bit / 32; i--)
	{
		if (number[i] != 0)
			return true;
	}
	return number[bit / 32] >> bit % 32 != 0;
}

/* The least double of a bin, as bits; by bisection. */
static uint64_t
first_of_bin(int bin)
{
	uint64_t	low = 0;
	uint64_t	high = UINT64_C(0x7ff) << 52;

	while (low < high)
	{
		uint64_t	middle = low + (high - low) / 2;

		if (gov_sketch_bin(double_of(middle)) < bin)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
edges(void)
{
	uint64_t	one = first_of_bin(BIN_OF_ONE);
	int			wrong = 0;

	ok(double_of(one) == 1, "a bin begins at 1");
	for (int k = 1; k <= GOV_SKETCH_PER_OCTAVE; k++)
	{
		uint64_t	digits = first_of_bin(BIN_OF_ONE + k) - one +
			(UINT64_C(1) << 52);

		if (!is_at_least(digits, k) || is_at_least(digits - 1, k))
			wrong++;
	}
	is_int(wrong, 0, "each edge is the least double from 2^(k/35) on");

	/* the same in each octave, and what lies between is where it belongs */
	wrong = 0;
	for (int bin = 2; bin < GOV_SKETCH_MAX_BINS; bin++)
	{
		int			octave = (bin - 1) / GOV_SKETCH_PER_OCTAVE - 20;
		uint64_t	first = first_of_bin(bin);

		if (first != first_of_bin(BIN_OF_ONE + (bin - 1) %
								  GOV_SKETCH_PER_OCTAVE) +
			octave * (INT64_C(1) << 52) ||
			gov_sketch_bin(double_of(first)) != bin ||
			gov_sketch_bin(double_of(first - 1)) != bin - 1)
			wrong++;
	}
	is_int(wrong, 0, "the bins meet, alike in every octave");
	wrong = 0;
	for (int i = 0; i < MANY; i++)
	{
		double		value = ldexp(1 + random_unit(),
								  (int) (random_bits() % 52) - 20);
		double		k = log2(value) * GOV_SKETCH_PER_OCTAVE;

		/* where the logarithm is not too near to an edge to tell */
		if (fabs(k - nearbyint(k)) > 1e-9 &&
			gov_sketch_bin(value) != BIN_OF_ONE + (int) floor(k))
			wrong++;
	}
	is_int(wrong, 0, "the bin of a value is that of its logarithm");

	/* what a bin answers is wrong by (b - a) / (b + a) */
	wrong = 0;
	for (int k = 0; k < GOV_SKETCH_PER_OCTAVE; k++)
	{
		uint64_t	a = first_of_bin(BIN_OF_ONE + k) - one +
			(UINT64_C(1) << 52);
		uint64_t	b = first_of_bin(BIN_OF_ONE + k + 1) - one +
			(UINT64_C(1) << 52);

		if ((b - a) * 100 > b + a)
			wrong++;
	}
	is_int(wrong, 0, "no bin is wider than 1 % allows");

	is_int(gov_sketch_bin(0.0), 0, "zero has a bin of its own");
	is_int(gov_sketch_bin(-0.0), 0, "and so has -0");
	is_int(gov_sketch_bin(double_of(1)), 1, "the least double is clamped");
	is_int(gov_sketch_bin(0x1p-20), 1, "the range begins at 2^-20");
	is_int(gov_sketch_bin(0x1p32), GOV_SKETCH_MAX_BINS - 1,
		   "and ends before 2^32");
	is_int(gov_sketch_bin(DBL_MAX), GOV_SKETCH_MAX_BINS - 1,
		   "the greatest double is clamped");
}

/* --- quantiles ----------------------------------------------------------- */

static void
within_one_per_cent(const char *name)
{
	static const double quantiles[] = {0, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99,
	0.999, 1};
	char		what[100];

	memcpy(sorted, values, sizeof(values));
	qsort(sorted, MANY, sizeof(double), compare);
	gov_sketch_init(&whole);
	gov_sketch_add_many(&whole, values, MANY);
	for (size_t i = 0; i < sizeof(quantiles) / sizeof(quantiles[0]); i++)
	{
		double		q = quantiles[i];
		int			rank = (int) ceil(q * MANY - 1e-6);
		double		exact = sorted[rank > 0 ? rank - 1 : 0];

		snprintf(what, sizeof(what), "%s: quantile %g within 1 %%", name, q);
		is_near(gov_sketch_quantile(&whole, q) / exact, 1, 0.01, what);
	}
	ok(gov_sketch_min(&whole) == sorted[0] &&
	   gov_sketch_max(&whole) == sorted[MANY - 1], "least and greatest");
	is_int(gov_sketch_count(&whole), MANY, "the count");
	ok(gov_sketch_is_consistent(&whole), "consistent");
}

/* Merge the parts in a random tree. */
static void
merge_at_random(void)
{
	for (int left = PARTS; left > 1; left--)
	{
		int			i = (int) (random_bits() % left);
		int			j = (int) (random_bits() % (left - 1));

		j += j >= i;
		gov_sketch_merge(&parts[i], &parts[j]);
		if (j < left - 1)
			parts[j] = parts[left - 1];
	}
}

static void
any_order(const char *name)
{
	size_t		size = gov_sketch_pack(&whole, bytes);
	char		what[100];
	int			differing = 0;

	/* from the packed form of each part, one after the other */
	gov_sketch_init(&other);
	for (int i = 0; i < MANY; i += 1000)
	{
		gov_sketch_init(&parts[0]);
		gov_sketch_add_many(&parts[0], values + i, 1000);
		if (gov_sketch_merge_packed(&other, again,
									gov_sketch_pack(&parts[0], again)) !=
			GOV_SKETCH_MERGED)
			differing++;
	}
	differing += !is_same(&other, &whole);

	for (int tree = 0; tree < 10; tree++)
	{
		for (int i = 0; i < PARTS; i++)
			gov_sketch_init(&parts[i]);
		for (int i = 0; i < MANY; i++)
			gov_sketch_add(&parts[random_bits() % PARTS], values[i]);
		/* half of the trees go through the packed form */
		for (int i = 0; i < PARTS && tree % 2; i++)
		{
			size_t		length = gov_sketch_pack(&parts[i], again);

			if (!gov_sketch_unpack(&other, again, length) ||
				!is_same(&other, &parts[i]))
				differing++;
		}
		merge_at_random();
		if (!is_same(&parts[0], &whole) ||
			gov_sketch_packed_size(&parts[0]) != size ||
			gov_sketch_pack(&parts[0], again) != size ||
			memcmp(bytes, again, size) != 0)
			differing++;
	}
	snprintf(what, sizeof(what), "%s: random merge trees, the same bytes",
			 name);
	is_int(differing, 0, what);
}

static void
distributions(void)
{
	for (int i = 0; i < MANY; i++)
		values[i] = 1000 * random_unit();
	within_one_per_cent("uniform");
	any_order("uniform");
	for (int i = 0; i < MANY; i++)
		values[i] = exp(4 + 1.5 * random_normal());
	within_one_per_cent("log-normal");
	any_order("log-normal");
	for (int i = 0; i < MANY; i++)
		values[i] = pow(1 - random_unit(), -1 / 1.1);
	within_one_per_cent("Pareto");
	any_order("Pareto");
	for (int i = 0; i < MANY; i++)
		values[i] = random_bits() % 10 < 8 ?
			fabs(20 + 2 * random_normal()) : 3000 + 100 * random_normal();
	within_one_per_cent("bimodal");
	any_order("bimodal");
}

static void
add_all(GovSketch *sketch, const double *list, int n)
{
	gov_sketch_init(sketch);
	gov_sketch_add_many(sketch, list, n);
}

static void
few_values(void)
{
	static const double one[] = {123.456};
	static const double two[] = {200, 100};
	static const double ends[] = {0, -0.0, 4.9406564584124654e-324, DBL_MAX};
	static const double small[] = {0x1p-30, 0x1p-25, 0x1p-22};
	static const double zeros[] = {0, 0, 0, 5};
	static const double high[] = {1.018, 1.019, 1.0195};
	static const double low[] = {1.0001, 1.0002, 1.0003};

	gov_sketch_init(&whole);
	ok(isnan(gov_sketch_quantile(&whole, 0.5)) &&
	   isnan(gov_sketch_min(&whole)) && isnan(gov_sketch_max(&whole)) &&
	   gov_sketch_sum(&whole) == 0 && gov_sketch_count(&whole) == 0,
	   "an empty sketch");

	add_all(&whole, one, 1);
	ok(gov_sketch_quantile(&whole, 0) == 123.456 &&
	   gov_sketch_quantile(&whole, 0.5) == 123.456 &&
	   gov_sketch_quantile(&whole, 1) == 123.456, "one value, exactly");
	for (int i = 0; i < 999; i++)
		gov_sketch_add(&whole, 123.456);
	ok(gov_sketch_quantile(&whole, 0.5) == 123.456, "a constant, exactly");

	add_all(&whole, two, 2);
	ok(gov_sketch_quantile(&whole, 0.5) == 100 &&
	   gov_sketch_quantile(&whole, 0.51) == 200, "two values");

	add_all(&whole, ends, 4);
	ok(gov_sketch_min(&whole) == 0 && !signbit(gov_sketch_min(&whole)) &&
	   gov_sketch_max(&whole) == DBL_MAX &&
	   gov_sketch_quantile(&whole, 0.5) == 0, "the ends of a double");

	add_all(&whole, small, 3);
	ok(gov_sketch_quantile(&whole, 0.5) >= 0x1p-30 &&
	   gov_sketch_quantile(&whole, 0.5) <= 0x1p-22,
	   "below the range: never beyond least and greatest");

	add_all(&whole, high, 3);
	ok(gov_sketch_quantile(&whole, 0.5) == 1.018,
	   "the middle of a bin is below the least value");
	add_all(&whole, low, 3);
	ok(gov_sketch_quantile(&whole, 0.5) == 1.0003,
	   "the middle of a bin is above the greatest value");

	add_all(&whole, zeros, 4);
	ok(gov_sketch_quantile(&whole, 0.75) == 0 &&
	   gov_sketch_quantile(&whole, 0.76) == 5, "zeros");

	ok(gov_sketch_accepts(0) && gov_sketch_accepts(-0.0) &&
	   gov_sketch_accepts(DBL_MAX) && !gov_sketch_accepts(-1e-300) &&
	   !gov_sketch_accepts(NAN) && !gov_sketch_accepts(INFINITY) &&
	   !gov_sketch_accepts(-INFINITY), "what is accepted");
}

/* Ranks: each decimal quantile of each count against integers. */
static void
ranks(void)
{
	int			wrong = 0;

	gov_sketch_init(&whole);
	for (int n = 1; n <= 700; n++)
	{
		/* of two bins to a value, so that each has one of its own */
		gov_sketch_add(&whole, exp2(n * 2.0 / 35 - 20 + 1.0 / 70));
		for (int mille = 1; mille <= 1000; mille++)
		{
			int			rank = (mille * n + 999) / 1000;
			double		value = gov_sketch_quantile(&whole, mille / 1000.0);

			if (fabs((log2(value) + 20) * 17.5 - rank) > 0.5)
				wrong++;
		}
	}
	is_int(wrong, 0, "the ceil(q * n)-th smallest for each q of 3 decimals");
}

/* --- the sum ------------------------------------------------------------- */

static void
sums(void)
{
	static const struct
	{
		double		values[4];
		double		sum;
		const char *what;
	}			cases[] =
	{
		{{1, 0x1p-53, 0, 0}, 1, "a half, from even"},
		{{1 + 0x1p-52, 0x1p-53, 0, 0}, 1 + 0x1p-51, "a half, from odd"},
		{{1, 0x1p-53, 0x1p-1074, 0}, 1 + 0x1p-52, "a little more than a half"},
		{{1, 0x1p-53, 0x1p-53, 0}, 1 + 0x1p-52, "two halves"},
		{{2 - 0x1p-52, 0x1p-53, 0, 0}, 2, "rounded up to a power of two"},
		{{1e300, 1, 0, 0}, 1e300, "far apart"},
		{{0x1p-1074, 0x1p-1074, 0x1p-1074, 0}, 3 * 0x1p-1074, "subnormal"},
		{{0x1p-1022, 0x1p-1074, 0, 0}, 0x1p-1022 + 0x1p-1074, "least normal"},
		{{0, 0, 0, 0}, 0, "nothing"},
		{{DBL_MAX, 0x1p969, 0, 0}, DBL_MAX, "less than a half at the end"},
		{{DBL_MAX, DBL_MAX, 0, 0}, INFINITY, "beyond the end"},
		{{DBL_MAX, 0x1p970, 0, 0}, INFINITY, "just beyond the end"},
		{{0x1p64, 0x1p12, 0x1p11, 1}, 0x1p64 + 0x1p13, "word to word"}
	};
	uint64_t	integers = 0;
	int			wrong = 0;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		add_all(&whole, cases[i].values, 4);
		ok(gov_sketch_sum(&whole) == cases[i].sum, cases[i].what);
	}

	/* against integers, at each place of the fixed point */
	for (int place = -1074; place <= 1024 - 53; place++)
	{
		gov_sketch_init(&whole);
		integers = 0;
		for (int i = 0; i < 100; i++)
		{
			uint64_t	value = random_bits() >> 18 >> random_bits() % 46;

			integers += value;
			gov_sketch_add(&whole, ldexp((double) value, place));
		}
		/* below 2^53: exact */
		if (gov_sketch_sum(&whole) != ldexp((double) integers, place))
			wrong++;
	}
	is_int(wrong, 0, "sums of integers, at each place");
}

/* --- the forms ----------------------------------------------------------- */

static bool
comes_back(void)
{
	size_t		size = gov_sketch_pack(&whole, bytes);
	size_t		length;

	if (size != gov_sketch_packed_size(&whole) ||
		size > GOV_SKETCH_MAX_PACKED ||
		!gov_sketch_unpack(&other, bytes, size) || !is_same(&other, &whole))
		return false;
	length = gov_sketch_print(&whole, text);
	return length == strlen(text) && length < GOV_SKETCH_MAX_TEXT &&
		gov_sketch_parse(&other, text) == NULL && is_same(&other, &whole);
}

/* Whatever is read from these bytes would be written as these bytes. */
static bool
is_canonical(const uint8_t *in, size_t len)
{
	if (!gov_sketch_unpack(&other, in, len))
		return other.count == 0 &&
			gov_sketch_merge_packed(&other, in, len) == GOV_SKETCH_MALFORMED;
	return gov_sketch_packed_size(&other) == len &&
		gov_sketch_pack(&other, again) == len && memcmp(in, again, len) == 0;
}

static void
forms(void)
{
	static const char misfit[] =
		"Count, least and greatest value, sum and bins do not fit together.";
	static const char *const impossible[] = {
		"{\"version\": 1, \"count\": 2, \"min\": 1, \"max\": 1.01, \"sum\": 2.02, \"bins\": [[701, 2]]}",
		"{\"version\": 1, \"count\": 2, \"min\": 1, \"max\": 1.01, \"sum\": 2, \"bins\": [[701, 2]]}",
		"{\"version\": 1, \"count\": 1, \"min\": 1, \"max\": 1.01, \"sum\": 1, \"bins\": [[701, 1]]}",
		"{\"version\": 1, \"count\": 2, \"min\": 1, \"max\": 1, \"sum\": 2, \"bins\": [[701, 1], [703, 1]]}",
		"{\"version\": 1, \"count\": 1, \"min\": 1, \"max\": 1, \"sum\": 2, \"bins\": [[701, 2]]}"
	};
	size_t		size;
	int			wrong = 0;
	int			read = 0;

	gov_sketch_init(&whole);
	ok(comes_back() && gov_sketch_packed_size(&whole) == 1,
	   "an empty sketch, in one byte");
	gov_sketch_add(&whole, 0.1);
	ok(comes_back(), "one value");
	is_str(text, "{\"version\": 1, \"count\": 1, \"min\": 0.1, \"max\": 0.1, \"sum\": 0.1, \"bins\": [[584, 1]]}",
		   "as text");
	for (int i = 0; i < 1000; i++)
	{
		int			n = (int) (random_bits() % 50);

		gov_sketch_init(&whole);
		for (int k = 0; k < n; k++)
			gov_sketch_add(&whole,
						   double_of(random_bits() % (UINT64_C(0x7ff) << 52)));
		if (!comes_back())
			wrong++;
	}
	is_int(wrong, 0, "random sketches come back from bytes and text");

	/* the largest there is */
	gov_sketch_init(&whole);
	for (int bin = 0; bin < GOV_SKETCH_MAX_BINS; bin += 2)
		gov_sketch_add(&whole, double_of(first_of_bin(bin)));
	gov_sketch_add(&whole, 0x1p-1074);
	gov_sketch_add(&whole, DBL_MAX);
	for (int i = 0; i < 49; i++)
		gov_sketch_merge(&whole, &whole);
	ok(comes_back(), "a very full sketch comes back");
	other = whole;
	for (int i = 0; i < 4; i++)
		gov_sketch_merge(&other, &other);
	is_int(gov_sketch_merge_packed(&other, bytes,
								   gov_sketch_pack(&other, bytes)),
		   GOV_SKETCH_TOO_MANY, "too many to merge from bytes");
	ok(gov_sketch_can_merge(&whole, &whole) &&
	   !gov_sketch_can_merge(&other, &other), "counts end at 2^63 - 1");

	/* cut, lengthened, changed */
	gov_sketch_init(&whole);
	for (int i = 0; i < 300; i++)
		gov_sketch_add(&whole, exp(3 + random_normal()));
	gov_sketch_add(&whole, 0);
	size = gov_sketch_pack(&whole, bytes);
	for (size_t len = 0; len < size; len++)
		read += len != 1 && gov_sketch_unpack(&other, bytes, len);
	bytes[size] = 0;
	read += gov_sketch_unpack(&other, bytes, size + 1);
	is_int(read, 0, "nothing is read from bytes that are cut or too many");
	for (size_t i = 0; i < size; i++)
	{
		uint8_t		was = bytes[i];

		for (int byte = 0; byte < 256; byte++)
		{
			bytes[i] = (uint8_t) byte;
			wrong += !is_canonical(bytes, size);
		}
		bytes[i] = was;
	}
	is_int(wrong, 0, "each byte changed: refused, or the form of another");
	read = 0;
	for (size_t i = 0; i < size; i++)
	{
		/* a number that ends with a needless byte */
		memcpy(again, bytes, i + 1);
		again[i] |= 0x80;
		again[i + 1] = 0;
		memcpy(again + i + 2, bytes + i + 1, size - i - 1);
		memcpy(bytes + size + 1, again, size + 1);
		wrong += !is_canonical(bytes + size + 1, size + 1);
	}
	is_int(wrong, 0, "no number has two forms");
	for (int i = 0; i < 200000; i++)
	{
		uint8_t		noise[64];
		size_t		len = random_bits() % sizeof(noise);

		for (size_t k = 0; k < len; k++)
			noise[k] = (uint8_t) (random_bits() >> random_bits() % 8);
		if (len > 0 && i % 4)
			noise[0] = 1;
		wrong += !is_canonical(noise, len);
	}
	is_int(wrong, 0, "noise is refused");

	/* 1 and 1.03, of neighbouring bins: one run, not two */
	gov_sketch_init(&whole);
	gov_sketch_add(&whole, 1);
	gov_sketch_add(&whole, 1.03);
	size = gov_sketch_pack(&whole, bytes);
	is_hex(bytes + size - 5, 5, "bd05020101", "a run of two bins");
	memcpy(bytes + size - 3, "\x01\x01\x00\x01\x01", 5);
	ok(!gov_sketch_unpack(&other, bytes, size + 2), "not as two runs of one");

	/* what no values could have made */
	for (size_t i = 0; i < sizeof(impossible) / sizeof(impossible[0]); i++)
		is_str(gov_sketch_parse(&other, impossible[i]), misfit,
			   impossible[i]);
}

int
main(void)
{
	random_state = 1;
	edges();
	distributions();
	few_values();
	ranks();
	sums();
	forms();
	return unit_done();
}
