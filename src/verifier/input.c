/*
 * input.c
 *		Reading files of unknown origin, with limits, and values in their JSON.
 *
 * Invariant: memory is bounded by the limits that callers give, whatever the
 * files hold.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "verifier/verifier.h"

#define FIRST_ROOM 65536

static FILE *
open_input(const char *name)
{
	FILE	   *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");

	if (file == NULL)
		unreadable("%s: cannot be opened: %s", name, strerror(errno));
	return file;
}

/* Read a whole small file, and end it with a zero byte; it is never freed. */
char *
read_whole(const char *name, size_t max, size_t *len)
{
	FILE	   *file = open_input(name);
	char	   *text = malloc(max + 2);

	if (text == NULL)
		unreadable("out of memory");
	*len = fread(text, 1, max + 1, file);
	if (ferror(file))
		unreadable("%s: cannot be read: %s", name, strerror(errno));
	if (*len > max)
		unreadable("%s: is too large: more than %zu bytes", name, max);
	text[*len] = '\0';
	if (file != stdin)
		fclose(file);
	return text;
}

/*
 * check_unconverted
 *		Check that a text is, byte for byte, what was given out.
 *
 * Editors, shells and transfers may convert it; that is reported in its own
 * words, so that nobody takes it for tampering.
 */
void
check_unconverted(const char *name, const char *text, size_t len)
{
	if ((len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) ||
		(len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 ||
					  memcmp(text, "\xfe\xff", 2) == 0)))
		unreadable("%s: begins with a byte order mark: a program has converted it since it was given out",
				   name);
	if (memchr(text, '\r', len) != NULL)
		unreadable("%s: has lines that end in CR LF: a program has converted it since it was given out",
				   name);
}

void
lines_open(Lines *lines, const char *name, size_t max)
{
	memset(lines, 0, sizeof(*lines));
	lines->name = name;
	lines->file = open_input(name);
	lines->max = max;
	lines->room = FIRST_ROOM;
	lines->buffer = malloc(lines->room);
	if (lines->buffer == NULL)
		unreadable("out of memory");
}

void
lines_close(Lines *lines)
{
	if (lines->file != stdin)
		fclose(lines->file);
	free(lines->buffer);
}

/* Make room for more of a line, by moving it to the front or by growing. */
static void
make_room(Lines *lines)
{
	char	   *larger;

	if (lines->begin > 0)
	{
		memmove(lines->buffer, lines->buffer + lines->begin,
				lines->end - lines->begin);
		lines->end -= lines->begin;
		lines->begin = 0;
	}
	if (lines->end < lines->room)
		return;
	larger = realloc(lines->buffer, lines->room * 2);
	if (larger == NULL)
		unreadable("out of memory");
	lines->buffer = larger;
	lines->room *= 2;
}

/* The next line without its newline, NULL at the end of the file. */
char *
lines_next(Lines *lines, size_t *len)
{
	size_t		seen = 0;		/* of the line, free of newlines */
	char	   *line;

	for (;;)
	{
		size_t		have = lines->end - lines->begin;
		char	   *newline = memchr(lines->buffer + lines->begin + seen, '\n',
									 have - seen);

		if (newline != NULL)
			*len = newline - (lines->buffer + lines->begin);
		if ((newline != NULL ? *len : have) > lines->max)
			unreadable("%s: line %" PRIu64 " is longer than %zu bytes (--max-line)",
					   lines->name, lines->number + 1, lines->max);
		if (newline != NULL)
			break;
		seen = have;
		make_room(lines);
		have = fread(lines->buffer + lines->end, 1, lines->room - lines->end,
					 lines->file);
		if (have == 0 && ferror(lines->file))
			unreadable("%s: cannot be read: %s", lines->name,
					   strerror(errno));
		lines->end += have;
		if (have > 0)
			continue;
		if (seen == 0)
			return NULL;
		*len = seen;			/* the last line has no newline */
		break;
	}
	line = lines->buffer + lines->begin;
	lines->begin += *len + (lines->begin + *len < lines->end ? 1 : 0);
	lines->number++;
	return line;
}

/* Lower-case hex, of the right length. */
static bool
hash_from_hex(const char *text, size_t len, GovTreeHash *hash)
{
	static const char digits[] = "0123456789abcdef";

	if (len != 2 * sizeof(hash->bytes))
		return false;
	for (size_t i = 0; i < len; i++)
	{
		const char *digit = memchr(digits, text[i], 16);

		if (digit == NULL)
			return false;
		if (i % 2 == 0)
			hash->bytes[i / 2] = 0;
		hash->bytes[i / 2] |= (digit - digits) << (i % 2 == 0 ? 4 : 0);
	}
	return true;
}

static bool
as_hash(json_object *value, GovTreeHash *hash)
{
	return json_object_is_type(value, json_type_string) &&
		hash_from_hex(json_object_get_string(value),
					  json_object_get_string_len(value), hash);
}

/*
 * A size or index; json-c turns numbers that are too large into the largest
 * one.
 */
bool
json_size(json_object *object, const char *name, uint64_t *size)
{
	json_object *value;
	int64_t		number;

	if (!json_object_object_get_ex(object, name, &value) ||
		!json_object_is_type(value, json_type_int))
		return false;
	number = json_object_get_int64(value);
	*size = (uint64_t) number;
	return number >= 0 && *size < GOV_TREE_MAX_SIZE;
}

bool
json_hash(json_object *object, const char *name, GovTreeHash *hash)
{
	json_object *value;

	return json_object_object_get_ex(object, name, &value) &&
		as_hash(value, hash);
}

bool
json_path(json_object *object, const char *name, GovTreeHash *path, int room,
		  int *length)
{
	json_object *value;
	size_t		count;

	if (!json_object_object_get_ex(object, name, &value) ||
		!json_object_is_type(value, json_type_array))
		return false;
	count = json_object_array_length(value);
	if (count > (size_t) room)
		return false;
	for (size_t i = 0; i < count; i++)
	{
		if (!as_hash(json_object_array_get_idx(value, i), &path[i]))
			return false;
	}
	*length = (int) count;
	return true;
}
