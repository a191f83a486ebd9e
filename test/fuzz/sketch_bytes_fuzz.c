/*
 * sketch_bytes_fuzz.c
 *		Any bytes as the stored form of a sketch.
 *
 * Either they are refused, or they are what would be written for what was
 * read, and everything that a sketch is asked has an answer that fits.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sla/sketch.h"
#include "sla/sketch_text.h"

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must(bool holds)
{
	if (!holds)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static GovSketch sketch;
	static GovSketch other;
	static uint8_t bytes[GOV_SKETCH_MAX_PACKED];
	static char text[GOV_SKETCH_MAX_TEXT];

	if (!gov_sketch_unpack(&sketch, data, size))
	{
		must(gov_sketch_count(&sketch) == 0);
		must(gov_sketch_merge_packed(&sketch, data, size) ==
			 GOV_SKETCH_MALFORMED && gov_sketch_count(&sketch) == 0);
		return 0;
	}
	must(gov_sketch_is_consistent(&sketch));
	must(gov_sketch_packed_size(&sketch) == size);
	must(gov_sketch_pack(&sketch, bytes) == size);
	must(memcmp(bytes, data, size) == 0);
	must(gov_sketch_print(&sketch, text) < sizeof(text));
	must(gov_sketch_parse(&other, text) == NULL);
	must(memcmp(&sketch, &other, sizeof(sketch)) == 0);
	for (double q = 0; q <= 1; q += 0.125)
	{
		double		value = gov_sketch_quantile(&sketch, q);

		must(gov_sketch_count(&sketch) == 0 ? isnan(value) :
			 value >= gov_sketch_min(&sketch) &&
			 value <= gov_sketch_max(&sketch));
	}
	must(gov_sketch_sum(&sketch) >= 0);
	if (!gov_sketch_can_merge(&sketch, &sketch))
	{
		must(gov_sketch_merge_packed(&other, data, size) ==
			 GOV_SKETCH_TOO_MANY);
		must(memcmp(&sketch, &other, sizeof(sketch)) == 0);
		return 0;
	}
	must(gov_sketch_merge_packed(&other, data, size) == GOV_SKETCH_MERGED);
	gov_sketch_merge(&sketch, &sketch);
	must(memcmp(&sketch, &other, sizeof(sketch)) == 0);
	must(gov_sketch_is_consistent(&other));
	return 0;
}
