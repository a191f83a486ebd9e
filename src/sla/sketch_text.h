/*
 * sketch_text.h
 *		A sketch as readable text, which is JSON, and back.
 *
 *		{"version": 1, "count": 4, "min": 0.5, "max": 20, "sum": 41.25,
 *		 "bins": [[666, 1], [818, 2, 1]]}
 *
 * "bins" are the runs of neighbouring bins that are not empty: the number of
 * the first, then the count of each.  Bin 0 counts zeros, bin k values from
 * 2^(-20 + (k-1)/35) to before the edge of the next.  A sum that no double
 * is equal to is written "0x<hexadecimal digits>p<exponent of two>", in a
 * string, so that nothing is lost.  An empty sketch is
 * {"version": 1, "count": 0}.
 *
 * Reading accepts only these keys in this order, white space where JSON allows
 * it, and a sketch that values could have made.  Numbers are written and read
 * in the C locale.
 */
#ifndef GOV_SKETCH_TEXT_H
#define GOV_SKETCH_TEXT_H

#include "sla/sketch.h"

/* Room for any sketch's text and the zero byte after it. */
#define GOV_SKETCH_MAX_TEXT (1024 + 33 * GOV_SKETCH_MAX_BINS)

/* Returns the length. */
extern size_t gov_sketch_print(const GovSketch *sketch, char *out);

/*
 * Returns NULL, or in words what is wrong with the text; the sketch is then
 * empty.
 */
extern const char *gov_sketch_parse(GovSketch *sketch, const char *text);

#endif							/* GOV_SKETCH_TEXT_H */
