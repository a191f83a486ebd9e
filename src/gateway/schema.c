/*
 * schema.c
 *		Makes the schemas of the OpenAPI document from words.h and schemas.h.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/memory.h"
#include "gateway/schema.h"

static const struct
{
	const char *name;
	const char *words;
}			sets[] = {
#define WORDS(name, words) {#name, words},
#include "gateway/words.h"
#undef WORDS
};

static const struct
{
	const char *name;
	const char *table;
	const char *fields;
}			schemas[] = {
#define SCHEMA(name, table, fields) {#name, table, fields},
#include "gateway/schemas.h"
#undef SCHEMA
};

/* The schema of a type: its JSON types, and other members. */
static const struct
{
	const char *name;
	const char *type;
	const char *more;
}			types[] = {
	{"text", "\"string\"", ""},
	{"int", "\"integer\"", ", \"format\": \"int32\""},
	{"long", "\"integer\"", ", \"format\": \"int64\""},
	{"number", "\"number\"", ""},
	{"bool", "\"boolean\"", ""},
	{"time", "\"number\"", ", \"description\": \"seconds since 1970\""},
	{"bound", "\"number\", \"string\"", ", \"description\": \"seconds since 1970, or infinity\""},
	{"uuid", "\"string\"", ", \"format\": \"uuid\""},
	{"texts", "\"array\"", ", \"items\": {\"type\": \"string\"}"},
	{"numbers", "\"object\"", ", \"additionalProperties\": {\"type\": [\"number\", \"null\"]}"},
	{"object", "\"object\"", ", \"additionalProperties\": true"},
	{"json", "\"object\", \"array\"", ", \"additionalProperties\": true, \"items\": {}"},
	{"any", "", ""},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

const char *
schema_words(const char *name)
{
	size_t		i;

	for (i = 0; i < COUNT(sets); i++)
	{
		if (strcmp(sets[i].name, name) == 0)
			return sets[i].words;
	}
	return NULL;
}

void
schema_put_words(Text *out, const char *words, bool nullable)
{
	text_printf(out, "{\"type\": %s, \"enum\": [",
				nullable ? "[\"string\", \"null\"]" : "\"string\"");
	while (*words != '\0')
	{
		size_t		len = strcspn(words, ",");

		text_json_len(out, words, len);
		words += len;
		if (*words == ',')
		{
			text_puts(out, ", ");
			words++;
		}
	}
	text_puts(out, nullable ? ", null]}" : "]}");
}

static void
put_plain(Text *out, const char *name, bool nullable)
{
	size_t		i;

	for (i = 0; i < COUNT(types) - 1 && strcmp(types[i].name, name) != 0; i++)
		;
	if (types[i].type[0] == '\0')
		text_puts(out, "{}");
	else if (nullable)
		text_printf(out, "{\"type\": [%s, \"null\"]%s}", types[i].type,
					types[i].more);
	else
		text_printf(out, strchr(types[i].type, ',') ?
					"{\"type\": [%s]%s}" : "{\"type\": %s%s}", types[i].type,
					types[i].more);
}

static void
put_type(Text *out, const char *type)
{
	size_t		len = strlen(type);
	bool		nullable = len > 0 && type[len - 1] == '?';
	char	   *name = must_strdup(type);

	if (nullable)
		name[--len] = '\0';
	if (name[0] == '=')
		schema_put_words(out, schema_words(name + 1), nullable);
	else if (len > 2 && strcmp(name + len - 2, "[]") == 0)
	{
		name[len - 2] = '\0';
		text_puts(out, "{\"type\": \"array\", \"items\": ");
		put_type(out, name);
		text_puts(out, "}");
	}
	else if (!isupper((unsigned char) name[0]))
		put_plain(out, name, nullable);
	else
		text_printf(out, nullable ?
					"{\"anyOf\": [{\"$ref\": \"#/components/schemas/%s\"}, {\"type\": \"null\"}]}" :
					"{\"$ref\": \"#/components/schemas/%s\"}", name);
	free(name);
}

/* Put "field[?]:type ..." as an object, perhaps the row of a table. */
static void
put_fields(Text *out, const char *fields, const char *table)
{
	char	   *copy = must_strdup(fields);
	Text		required = {0};
	Text		properties = {0};
	bool		open = false;
	char	   *save;
	char	   *word;

	for (word = strtok_r(copy, " ", &save); word != NULL;
		 word = strtok_r(NULL, " ", &save))
	{
		char	   *type = strchr(word, ':');

		if (type == NULL)
		{
			open = true;
			continue;
		}
		*type++ = '\0';
		if (type[-2] == '?')
			type[-2] = '\0';
		else
			text_printf(&required, "%s\"%s\"", required.len ? ", " : "", word);
		text_printf(&properties, "%s\n        \"%s\": ",
					properties.len ? "," : "", word);
		put_type(&properties, type);
	}
	text_puts(out, "{\"type\": \"object\"");
	if (required.len > 0)
		text_printf(out, ", \"required\": [%s]", required.data);
	text_printf(out, ", \"properties\": {%s}%s", properties.data,
				open ? ", \"additionalProperties\": true" : "");
	if (table[0] != '\0')
		text_printf(out, ", \"x-sql-table\": \"%s\"", table);
	text_puts(out, "}");
	text_free(&required);
	text_free(&properties);
	free(copy);
}

void
schema_put_answer(Text *out, const char *answer)
{
	if (strchr(answer, ':') != NULL)
		put_fields(out, answer, "");
	else
		put_type(out, answer);
}

void
schema_put_all(Text *out)
{
	size_t		i;

	for (i = 0; i < COUNT(schemas); i++)
	{
		text_printf(out, "%s\n    \"%s\": ", i > 0 ? "," : "",
					schemas[i].name);
		put_fields(out, schemas[i].fields, schemas[i].table);
	}
}
