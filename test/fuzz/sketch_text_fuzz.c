/*
 * sketch_text_fuzz.c
 *		Any text as a sketch: refused, or the same after writing it.
 */
#include <stdlib.h>
#include <string.h>

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
	static char printed[GOV_SKETCH_MAX_TEXT];
	char	   *text = malloc(size + 1);	/* nothing lies behind it */
	const char *wrong;

	memcpy(text, data, size);
	text[size] = '\0';
	wrong = gov_sketch_parse(&sketch, text);
	free(text);
	if (wrong != NULL)
	{
		must(gov_sketch_count(&sketch) == 0);
		return 0;
	}
	must(gov_sketch_is_consistent(&sketch));
	must(gov_sketch_print(&sketch, printed) < sizeof(printed));
	must(gov_sketch_parse(&other, printed) == NULL);
	must(memcmp(&sketch, &other, sizeof(sketch)) == 0);
	size = gov_sketch_pack(&sketch, bytes);
	must(gov_sketch_unpack(&other, bytes, size));
	must(memcmp(&sketch, &other, sizeof(sketch)) == 0);
	return 0;
}
