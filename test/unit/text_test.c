/*
 * text_test.c
 *		UTF-8 and JSON, for all that read what strangers wrote.
 */
#include <stdlib.h>

#include "text/json.h"
#include "text/utf8.h"
#include "unit.h"

static size_t memory_left = SIZE_MAX;

/* What is kept lives as long as the program does. */
static void *
keep(void *arg, size_t size)
{
	if (size > memory_left)
		return NULL;
	memory_left -= size;
	return calloc(1, size + 1);
}

/* Read from memory of just that size, so that reading beyond it shows. */
static const GovJsonValue *
read_json(const char *text, size_t len, GovJsonFlaw *flaw)
{
	char	   *copy = malloc(len > 0 ? len : 1);

	memcpy(copy, text, len);
	return gov_json_parse(copy, len, keep, NULL, flaw);
}

static void
utf8(void)
{
	static const char *const bad[] = {
		"\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf",
		"\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xff"
	};
	static const struct
	{
		const char *text;
		uint32_t	character;
	}			good[] = {
		{"\x7f", 0x7f}, {"\xc2\x80", 0x80}, {"\xdf\xbf", 0x7ff},
		{"\xe0\xa0\x80", 0x800}, {"\xed\x9f\xbf", 0xd7ff},
		{"\xee\x80\x80", 0xe000}, {"\xef\xbf\xbf", 0xffff},
		{"\xf0\x90\x80\x80", 0x10000}, {"\xf4\x8f\xbf\xbf", 0x10ffff}
	};
	uint32_t	character;
	size_t		i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(gov_utf8_next(bad[i], strlen(bad[i]), &character), 0,
			   "no character");
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
	{
		is_int(gov_utf8_next(good[i].text, strlen(good[i].text), &character),
			   strlen(good[i].text), "a character");
		is_int(character, good[i].character, "  its code");
	}
	is_int(gov_utf8_span("a\xc3\xa4z", 4), 4, "all of it");
	is_int(gov_utf8_span("a\xc3\xa4\xff", 4), 3, "up to what is none");
	is_int(gov_utf8_span("a\0b", 3), 1, "up to a NUL");
}

static void
flaws(void)
{
	static const struct
	{
		const char *json;
		const char *what;
		int			at;
	}			bad[] = {
		{"", "It ends too early", 1},
		{" [1,", "It ends too early", 5},
		{"[1 2]", "A comma or the end is missing", 4},
		{"{} {}", "Something follows it", 4},
		{"{1:2}", "A field has no name in quotes", 2},
		{"{\"a\" 1}", "A colon is missing", 6},
		{"[1,]", "Something is no value", 4},
		{"nul", "Something is no value", 1},
		{"01", "Something is no value", 3},
		{"[-]", "Something is no value", 3},
		{"1.", "Something is no value", 3},
		{"1e+", "Something is no value", 4},
		{"\"a", "A string does not end", 3},
		{"\"\\", "A string has an escape that does not exist", 3},
		{"\"\\x\"", "A string has an escape that does not exist", 4},
		{"\"\t\"", "A string has a control character", 2},
		{"\"\\u12\"", "Behind \\u are not four hexadecimal digits", 6},
		{"\"\\u0000\"", "A string has a NUL", 8},
		{"\"\\ud800\"", "A string has half of a surrogate pair", 8},
		{"\"\\ud800\\u0041\"", "A string has half of a surrogate pair", 14},
		{"\"\\udc00\"", "A string has half of a surrogate pair", 8},
		{"[\"\xff\"]", "It is not well-formed UTF-8, or contains a NUL", 3},
		{"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]", "It is nested more than 32 levels deep", 34},
		{"[{\"b\":1,\"a\":2,\"\\u0062\":3}]", "An object has a name twice", 26},
	};
	GovJsonFlaw flaw;
	size_t		i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		flaw.what = "";
		ok(read_json(bad[i].json, strlen(bad[i].json), &flaw) == NULL,
		   bad[i].json);
		is_str(flaw.what, bad[i].what, "  why");
		is_int(flaw.at, bad[i].at, "  where");
	}
	is_str(flaw.twice, "b", "  which");
	ok(read_json("[\"\0\"]", 5, &flaw) == NULL, "a NUL");
	is_int(flaw.at, 3, "  where");
}

static void
values(void)
{
	static const char json[] =
		" {\"a\":[36893488147419103232,-0.5e+3 ,true,false,null,[],{}],"
		"\"\\u20ac\\ud83d\\ude00\\\"\\\\\\/\\b\\f\\n\\r\\t\":\"\\u00e4\xc3\xa4\"}\n";
	GovJsonFlaw flaw;
	const GovJsonValue *value = read_json(json, strlen(json), &flaw);
	const GovJsonValue *item;
	size_t		room;

	ok(value != NULL && value->type == GOV_JSON_OBJECT, "an object");
	is_int(value->count, 2, "its members");
	item = gov_json_member(value, "a", GOV_JSON_ARRAY);
	ok(item == value->first && item->count == 7, "a member by its name");
	ok(gov_json_member(value, "a", GOV_JSON_STRING) == NULL,
	   "none of that type");
	ok(gov_json_member(item, "a", GOV_JSON_ARRAY) == NULL,
	   "what is no object has none");
	is_int(item->end - item->member, 57, "where it stands, with its name");
	is_str(item->first->text, "36893488147419103232", "each digit");
	is_str(item->first->next->text, "-0.5e+3", "a number as it came");
	is_int(item->first->next->end - item->first->next->begin, 7,
		   "  up to where it ends");
	is_str(item->next->name,
		   "\xe2\x82\xac\xf0\x9f\x98\x80\"\\/\b\f\n\r\t", "every escape");
	is_str(item->next->text, "\xc3\xa4\xc3\xa4", "escaped or not");
	is_int(item->next->len, 4, "  its bytes");
	value = read_json("7", 1, &flaw);
	is_str(value->text, "7", "a number that nothing follows");

	/* memory may end at any place; nothing is taken for good then */
	for (room = 0; room < 1200; room += 8)
	{
		memory_left = room;
		if (read_json("{\"a\":[1],\"a\":2}", 15, &flaw) != NULL)
			break;
	}
	memory_left = SIZE_MAX;
	is_int(room, 1200, "no memory, no value");
}

int
main(void)
{
	utf8();
	flaws();
	values();
	return unit_done();
}
