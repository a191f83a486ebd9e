/*
 * verify_test.c
 *		The pure parts of governance-verify: events from their bytes, and which
 *		trees begin which.
 */
#include <stdlib.h>

#include "unit.h"
#include "verifier/event.h"
#include "verifier/trees.h"

/* The worked example of src/audit/README.md. */
static const char *const example =
"01"
"0169000000080000000000000007" "0269000000080000000000000001"
"0374000000080006474846222240" "0469000000080000000000000321"
"057300000003616461" "06730000000773657373696f6e"
"077300000003616461" "087300000003616461"
"0973000000056c756e6368" "0a7300000003656174"
"0d730000000773756363657373"
"116a0000000e7b22736f7570223a20312e35307d";

static size_t
from_hex(const char *hex, uint8_t *out)
{
	size_t		len = strlen(hex) / 2;

	for (size_t i = 0; i < len; i++)
	{
		unsigned	byte;

		sscanf(hex + 2 * i, "%2x", &byte);
		out[i] = (uint8_t) byte;
	}
	return len;
}

/* Decode from memory of just that size, so that reading beyond it shows. */
static const char *
decode(const uint8_t *bytes, size_t len, Event *event)
{
	uint8_t    *copy = malloc(len > 0 ? len : 1);
	const char *wrong;

	memcpy(copy, bytes, len);
	wrong = event_decode(copy, len, event);
	free(copy);
	return wrong;
}

static void
worked_example(void)
{
	uint8_t		bytes[300];
	size_t		len = from_hex(example, bytes);
	Event		event;
	GovTreeHash hash;
	int			accepted = 0;

	is_int(gov_tree_leaf_hash(bytes, len, &hash), GOV_TREE_OK, "the example");
	is_hex(hash.bytes, sizeof(hash.bytes),
		   "8b013f724bea4e39eb3b27d2fd16890bcd630a40d20d922e8f2def453d56e7b6",
		   "has the documented hash");
	is_str(event_decode(bytes, len, &event), NULL, "is read");
	is_int(event.event_id, 7, "its id");
	is_int(event_int(&event.field[EVENT_xid]), 801, "a number");
	is_int(event_int(&event.field[EVENT_occurred_at]),
		   INT64_C(1767225600123456), "the time");
	ok(event_text_is(&event.field[EVENT_event_type], "lunch"), "a text");
	ok(!event_text_is(&event.field[EVENT_event_type], "lunc") &&
	   !event_text_is(&event.field[EVENT_event_type], "lunches") &&
	   !event_text_is(&event.field[EVENT_details], "{\"soup\": 1.50}"),
	   "and no other");
	is_int((int64_t) event.field[EVENT_details].len, 14, "a document");
	is_int(event.field[EVENT_old_row].type, 0, "a field that is NULL");
	is_str(event_column(EVENT_event_type), "event_type", "a column's name");
	is_str(event_column(200), NULL, "one that is not known");

	/* only the ends of fields are ends of an event */
	for (size_t n = 0; n < len; n++)
	{
		if (decode(bytes, n, &event) == NULL)
			accepted++;
	}
	is_int(accepted, 11, "cut off: whole fields or nothing");
}

static void
malformed_events(void)
{
	static const struct
	{
		const char *hex;
		const char *wrong;
	}			bad[] =
	{
		{"", "they are none"},
		{"02", "they are of another version of the canonical form"},
		{"01", "they have no event_id"},
		{"010969000000080000000000000007", "they have a field of the wrong type"},
		{"0101690000000400000007", "they have a number of the wrong length"},
		{"010173000000080000000000000007", "they have a field of the wrong type"},
		{"0101780000000161", "they have a field of an unknown type"},
		{"010169000000ff0000000000000007", "they end within a field"},
		{"010169ffffffff0000000000000007", "they end within a field"},
		{"0101690000", "they end within the head of a field"},
		{"01016900000008000000000000000701690000000800000000000000070a",
		"their fields are not in ascending order"},
		{"010269000000080000000000000001016900000008000000000000000700",
		"their fields are not in ascending order"},
		{"0100690000000800000000000000070169", "their fields are not in ascending order"}
	};
	uint8_t		bytes[64];
	Event		event;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_str(decode(bytes, from_hex(bad[i].hex, bytes), &event),
			   bad[i].wrong, bad[i].hex);
	is_str(decode(bytes, from_hex("010169000000080000000000000007"
								  "c87300000001" "61", bytes), &event),
		   NULL, "a field of a later version");
	is_int(event.field[200].type, 's', "is kept");
}

static void
one_log(void)
{
	Trees		trees = {0};
	GovTreeHash root[4];
	int			other;
	int			small;
	int			middle;
	int			large;
	int			again;
	int			empty;
	int			apart;

	for (int i = 0; i < 4; i++)
		memset(&root[i], i + 1, sizeof(root[i]));
	small = trees_add(&trees, "small", 5, &root[0], &other);
	is_int(other, -1, "the first tree contradicts nothing");
	large = trees_add(&trees, "large", 9, &root[1], &other);
	is_int(other, -1, "nor does one of another size");
	ok(!trees_are_one_log(&trees, small, large), "nothing is proven of them");
	again = trees_add(&trees, "again", 9, &root[1], &other);
	is_int(other, -1, "the same tree again");
	ok(trees_are_one_log(&trees, large, again), "is that tree");
	trees_begin(&trees, small, again);
	ok(trees_are_one_log(&trees, small, large),
	   "what is proven of it is proven of the first");
	ok(trees_are_one_log(&trees, large, small), "either way");

	middle = trees_add(&trees, "middle", 7, &root[3], &other);
	trees_begin(&trees, middle, large);
	ok(trees_are_one_log(&trees, small, middle),
	   "of two beginnings of a tree one is the beginning of the other");
	apart = trees_add(&trees, "apart", 8, &root[3], &other);
	trees_begin(&trees, small, apart);
	ok(trees_are_one_log(&trees, small, apart), "a continuation");
	ok(!trees_are_one_log(&trees, apart, large) &&
	   !trees_are_one_log(&trees, apart, middle),
	   "two continuations of one tree may be two logs");
	again = trees_add(&trees, "first", 2, &root[3], &other);
	trees_begin(&trees, again, small);
	ok(trees_are_one_log(&trees, again, large) &&
	   trees_are_one_log(&trees, again, apart), "the beginning of a beginning");

	empty = trees_add(&trees, "empty", 0, &root[2], &other);
	ok(trees_are_one_log(&trees, large, empty) &&
	   trees_are_one_log(&trees, empty, apart),
	   "a tree without leaves begins every log");
	ok(!trees_are_one_log(&trees, apart, large), "and proves nothing");
	(void) trees_add(&trees, "fork", 8, &root[2], &other);
	is_int(other, apart, "of one size with another root: a fork");
	for (int i = trees.count; i < TREES_MAX; i++)
		(void) trees_add(&trees, "more", 100 + i, &root[0], &other);
	is_int(trees_add(&trees, "too many", 7, &root[0], &other), -1,
		   "there is an end");
}

int
main(void)
{
	worked_example();
	malformed_events();
	one_log();
	return unit_done();
}
