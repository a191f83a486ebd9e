/*
 * sketch.h
 *		DDSketch: quantiles within 1 %, mergeable, the same in any order.
 *
 * Charles Masson, Jee E. Rim, Homin K. Lee, "DDSketch: A Fast and
 * Fully-Mergeable Quantile Sketch with Relative-Error Guarantees",
 * PVLDB 12(12), 2019.  Values are counted in bins whose edges form a
 * geometric series.  Here the ratio of neighbouring edges is 2^(1/35), 35 bins
 * to each factor of two, from 2^-20 (a millionth) to 2^32 (four thousand
 * million).
 *
 * The error.  A bin [a, b) answers with 2ab/(a + b), which differs from any
 * true value in the bin by at most (b - a)/(b + a) of it (the same at both
 * ends).  With b = 2^(1/35) a this is below 0.9902 %. The edges are not
 * computed but kept as integers: an edge is the smallest double not below
 * 2^(k/35), so that a double is in a bin exactly when the real number is, on
 * every machine and with every compiler.
 *
 * Finding the bin.  The exponent of the double gives the factor of two.  The
 * upper 6 bits of its fraction give one of 64 cells of equal width, at most
 * 1/64 of the value and so narrower than a bin: a cell contains at most one
 * edge.  A table says in which bin a cell begins, and one comparison with the
 * edge above tells whether the value is beyond it.  No logarithm is taken.
 *
 * Beyond the range.  Zero has a bin of its own.  Values below 2^-20 count in
 * the lowest bin, values of 2^32 and more in the highest; there the 1 % does
 * not hold.  Count, sum, least and greatest value are exact everywhere, and a
 * quantile is never outside of the least and the greatest.
 *
 * The sum is a fixed-point number of 2176 bits, which holds any number of
 * doubles without rounding, because a sum of doubles would depend on the order
 * of adding.  It is rounded once, when it is asked for.
 *
 * Which value is meant: the q-quantile of n values is the ceil(q * n)-th
 * smallest (the smallest for q = 0), a value that occurred.  So p95 <= T
 * exactly when at least ceil(0.95 * n) values are <= T.  The sketch estimates
 * that value within 1 %; for rank 1 and rank n it is exact.
 *
 * Pure: it needs no server, allocates nothing and cannot fail.  A GovSketch is
 * plain memory and can be copied by assignment; the packed form is for
 * storing.
 */
#ifndef GOV_SKETCH_H
#define GOV_SKETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GOV_SKETCH_MIN_EXPONENT (-20)
#define GOV_SKETCH_MAX_EXPONENT 32
#define GOV_SKETCH_PER_OCTAVE	35

/* Bin 0 is for zero. */
#define GOV_SKETCH_MAX_BINS \
	(1 + (GOV_SKETCH_MAX_EXPONENT - GOV_SKETCH_MIN_EXPONENT) * \
	 GOV_SKETCH_PER_OCTAVE)

/* Bit 0 is worth 2^-1074; 2^63 values below 2^1024 need 2161 bits. */
#define GOV_SKETCH_SUM_WORDS	34

/* No packed form is longer. */
#define GOV_SKETCH_MAX_PACKED	(32 + 8 * GOV_SKETCH_SUM_WORDS + \
								 10 * GOV_SKETCH_MAX_BINS)

typedef struct GovSketch
{
	uint64_t	count;			/* at most INT64_MAX */
	double		min;			/* both mean nothing if the count is 0 */
	double		max;
	uint64_t	sum[GOV_SKETCH_SUM_WORDS];	/* lowest word first */
	uint64_t	bins[GOV_SKETCH_MAX_BINS];
} GovSketch;

/* May it be added: is it finite and not negative?  -0 counts as 0. */
extern bool gov_sketch_accepts(double value);

/* Add values, which must be acceptable: these functions do not check. */
extern void gov_sketch_init(GovSketch *sketch);
extern void gov_sketch_add(GovSketch *sketch, double value);
extern void gov_sketch_add_many(GovSketch *sketch, const double *values,
								size_t n);

/* False if the count of both would exceed INT64_MAX. */
extern bool gov_sketch_can_merge(const GovSketch *a, const GovSketch *b);
extern void gov_sketch_merge(GovSketch *into, const GovSketch *from);

/* For an empty sketch the count and the sum are 0, the others NaN. */
extern int64_t gov_sketch_count(const GovSketch *sketch);
extern double gov_sketch_sum(const GovSketch *sketch);	/* may be infinite */
extern double gov_sketch_min(const GovSketch *sketch);
extern double gov_sketch_max(const GovSketch *sketch);

/* q is from 0 to 1. */
extern double gov_sketch_quantile(const GovSketch *sketch, double q);

/*
 * The form to keep: the same content makes the same bytes.  gov_sketch_unpack
 * is safe with any bytes and returns false unless gov_sketch_pack could have
 * made them; the sketch is then empty.  gov_sketch_merge_packed does not need
 * the room of a second sketch, and merges nothing unless it says so.
 */
extern size_t gov_sketch_packed_size(const GovSketch *sketch);
extern size_t gov_sketch_pack(const GovSketch *sketch, uint8_t *out);
extern bool gov_sketch_unpack(GovSketch *sketch, const uint8_t *in,
							  size_t len);

typedef enum GovSketchMerge
{
	GOV_SKETCH_MERGED,
	GOV_SKETCH_MALFORMED,
	GOV_SKETCH_TOO_MANY			/* the count would exceed INT64_MAX */
} GovSketchMerge;

extern GovSketchMerge gov_sketch_merge_packed(GovSketch *into,
											  const uint8_t *in, size_t len);

/*
 * For the two forms: the bin of a value, and whether the parts fit together.
 */
extern int	gov_sketch_bin(double value);
extern bool gov_sketch_is_consistent(const GovSketch *sketch);

#endif							/* GOV_SKETCH_H */
