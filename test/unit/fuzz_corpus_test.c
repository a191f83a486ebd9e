/*
 * fuzz_corpus_test.c
 *		What the fuzzers have found worth keeping, once more: each input, its
 *		beginnings, and each with single bits of it turned.
 *
 * The fuzz targets are taken as they are; an input that breaks one aborts.
 * No compiler with libFuzzer is needed.
 */
#include <dirent.h>
#include <stdlib.h>

#include "unit.h"

#define LLVMFuzzerTestOneInput sketch_bytes_input
#define must sketch_bytes_must
#include "../fuzz/sketch_bytes_fuzz.c"
#undef LLVMFuzzerTestOneInput
#undef must

#define LLVMFuzzerTestOneInput sketch_text_input
#define must sketch_text_must
#include "../fuzz/sketch_text_fuzz.c"
#undef LLVMFuzzerTestOneInput
#undef must

#define INPUT_ROOM (1 << 16)
#define MAX_TURNED 256			/* bytes whose bits are turned */

typedef int (*Target) (const uint8_t *data, size_t size);

/* On memory of its own size, so that reading beyond it is seen. */
static void
feed(Target target, const uint8_t *data, size_t size)
{
	uint8_t    *copy = malloc(size > 0 ? size : 1);

	if (copy == NULL)
		abort();
	memcpy(copy, data, size);
	target(copy, size);
	free(copy);
}

static void
feed_around(Target target, uint8_t *data, size_t size)
{
	size_t		i;

	feed(target, data, size);
	for (i = 0; i < size && i < MAX_TURNED; i++)
	{
		int			bit = 1 << (i % 8);

		feed(target, data, i);
		data[i] ^= bit;
		feed(target, data, size);
		data[i] ^= bit;
	}
}

static void
replay(Target target, const char *folder)
{
	static uint8_t data[INPUT_ROOM];
	int			inputs = 0;
	struct dirent *entry;
	DIR		   *dir = opendir(folder);

	if (dir == NULL)
	{
		ok(false, folder);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
	{
		char		path[1024];
		FILE	   *file;
		size_t		size;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		file = fopen(path, "rb");
		if (file == NULL)
			continue;
		size = fread(data, 1, sizeof(data), file);
		fclose(file);
		feed_around(target, data, size);
		inputs++;
	}
	closedir(dir);
	ok(inputs > 10, folder);
}

int
main(void)
{
	replay(sketch_bytes_input, "test/fuzz/corpus/sketch_bytes");
	replay(sketch_text_input, "test/fuzz/corpus/sketch_text");
	return unit_done();
}
