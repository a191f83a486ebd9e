/*
 * export.c
 *		An export of the log, gone through leaf by leaf.
 *
 * src/audit/SEALING.md has the format.  The tree is built from the leaf hashes
 * "h", and each "h" is compared with the event's bytes "c": so a wrong event
 * is named, and the roots tell whether the hashes are the log's.
 *
 * Rows that were retired have no bytes any more.  An event of the log itself
 * must say that they were (retirement always starts at the log's beginning, so
 * one event covers all before): whoever deletes rows behind the log's back has
 * no such event.  For leaves that are vouched for, the event must be vouched
 * for, too.
 *
 * Invariant: memory is bounded by the longest line, and by a limit on the
 * number of gaps.  An event that is longer comes in parts, and is not kept.
 */
#include <stdlib.h>
#include <string.h>

#include "tlog/base64.h"
#include "tlog/sha256.h"
#include "verifier/verifier.h"

#define FORMAT			"governance-audit-export"
#define FORMAT_VERSION	1
#define DEPTH			3
#define PART_LEN		(3 * 1024 * 1024)	/* bytes, but of the last part */
#define MAX_SPANS		65536

#define RETIRE_EVENT	"audit_log.retire"

/* Leaves from "first" to before "end". */
typedef struct Span
{
	uint64_t	first;
	uint64_t	end;
	bool		has_event;		/* the first leaf's event is known: */
	int64_t		event_id;
} Span;

typedef struct Spans
{
	int			count;
	int			room;
	Span	   *span;
} Spans;

typedef struct Reader
{
	Task	   *task;
	Lines		lines;
	json_tokener *tokener;
	GovTreeEdge edge;
	GovTreeHash head_root;
	uint64_t	confirmed;		/* a root of that size was the log's */
	bool		is_confirmed[TREES_MAX];
	Spans		missing;		/* leaves without their event */
	uint64_t	claimed;		/* retired, by the header */
	uint64_t	retired;		/* retired, by an event of the export */
	uint64_t	vouched_retired;	/* one that is vouched for */
	uint64_t	proven;			/* leaves of which a proof was given */
	uint8_t    *bytes;			/* canonical ones of a leaf, or a part */
	size_t		room;
	Event		event;
	GovSha256  *parts;			/* of a leaf whose bytes come in parts */
	bool		in_parts;		/* there was one of the leaf to come */
	uint8_t		head[EVENT_ID_END]; /* what they begin with */
} Reader;

static void
add_span(Spans *spans, const Span *span)
{
	if (spans->count == spans->room)
	{
		spans->room = spans->room == 0 ? 64 : spans->room * 2;
		if (spans->room > MAX_SPANS)
			unreadable("the export has more than %d gaps", MAX_SPANS / 2);
		spans->span = realloc(spans->span, spans->room * sizeof(Span));
		if (spans->span == NULL)
			unreadable("out of memory");
	}
	spans->span[spans->count++] = *span;
}

static void
bad_line(Reader *reader, const char *what)
{
	unreadable("%s: line %" PRIu64 " %s", reader->lines.name,
			   reader->lines.number, what);
}

/*
 * next_object
 *		The next line; NULL at the end.
 *
 * It must be spelt as the extension spells it, so that nothing can be read
 * differently by two parsers (such as a key that comes twice).
 */
static json_object *
next_object(Reader *reader)
{
	size_t		len;
	size_t		spelt_len;
	char	   *line = lines_next(&reader->lines, &len);
	const char *spelt;
	json_object *object;

	if (line == NULL)
		return NULL;
	check_unconverted(reader->lines.name, line, len);
	json_tokener_reset(reader->tokener);
	object = json_tokener_parse_ex(reader->tokener, line, (int) len);
	if (json_tokener_get_error(reader->tokener) != json_tokener_success ||
		!json_object_is_type(object, json_type_object))
		bad_line(reader, "is not a JSON object");
	spelt = json_object_to_json_string_length(object, JSON_C_TO_STRING_PLAIN |
											  JSON_C_TO_STRING_NOSLASHESCAPE,
											  &spelt_len);
	if (spelt_len != len || memcmp(spelt, line, len) != 0)
		bad_line(reader, "is not spelt as gov_audit_export() spells it");
	return object;
}

/*
 * compare_roots
 *		Compare the tree so far with every claim about a tree of its size.
 */
static void
compare_roots(Reader *reader)
{
	Task	   *task = reader->task;
	bool		have_root = false;
	GovTreeHash root;

	for (int i = 0; i < task->trees.count; i++)
	{
		Tree	   *tree = &task->trees.tree[i];

		if (tree->size != reader->edge.size)
			continue;
		if (!have_root && gov_tree_edge_root(&reader->edge,
											 &root) != GOV_TREE_OK)
			unreadable("OpenSSL could not compute SHA-256");
		have_root = true;
		if (memcmp(&root, &tree->root, sizeof(root)) == 0)
		{
			reader->is_confirmed[i] = true;
			reader->confirmed = tree->size;
		}
		else if (tree->size == task->from)
			fails(task, "what the export says of the leaves before %" PRIu64 " does not give the root of %s",
				  task->from, tree->name);
		else
			fails(task, "leaves %" PRIu64 " to %" PRIu64 " do not give the root of %s: among them one was altered, added or removed",
				  reader->confirmed, tree->size - 1, tree->name);
	}
}

static void
read_header(Reader *reader)
{
	Task	   *task = reader->task;
	json_object *object = next_object(reader);
	json_object *value;
	const char *log_id;
	uint64_t	version;
	int			depth;

	if (object == NULL)
		unreadable("%s: is empty", task->export_file);
	if (!json_object_object_get_ex(object, "format", &value) ||
		!json_object_is_type(value, json_type_string) ||
		strcmp(json_object_get_string(value), FORMAT) != 0)
		unreadable("%s: is no export by gov_audit_export()",
				   task->export_file);
	if (!json_size(object, "version", &version) || version != FORMAT_VERSION)
		unreadable("%s: is of another version than %d of the format",
				   task->export_file, FORMAT_VERSION);
	if (json_object_object_get_ex(object, "retired", &value) &&
		!json_size(object, "retired", &reader->claimed))
		bad_line(reader, "is no header");
	if (json_object_object_length(object) != (reader->claimed > 0 ? 9 : 8) ||
		!json_object_object_get_ex(object, "log_id", &value) ||
		!json_object_is_type(value, json_type_string) ||
		json_object_get_string_len(value) != LOG_ID_LEN ||
		!json_size(object, "from", &task->from) ||
		!json_size(object, "to", &task->to) ||
		!json_size(object, "tree_size", &task->head_size) ||
		!json_hash(object, "root", &reader->head_root) ||
		!json_path(object, "before", reader->edge.node, GOV_TREE_MAX_HEIGHT,
				   &depth) ||
		task->from > task->to || task->to > task->head_size ||
		depth != __builtin_popcountll(task->from))
		bad_line(reader, "is no header");
	reader->edge.size = task->from;
	reader->edge.depth = depth;
	reader->confirmed = task->from;

	log_id = json_object_get_string(value);
	if (task->log_id[0] != '\0' && memcmp(task->log_id, log_id, LOG_ID_LEN))
		fails(task, "the checkpoint is of another log than the export");
	json_object_put(object);
	if (task->from > 0)
		compare_roots(reader);
}

/*
 * read_retirement
 *		Read an event of the log that says which leaves lost their events.
 */
static void
read_retirement(Reader *reader, uint64_t leaf_index)
{
	const EventField *details = &reader->event.field[EVENT_details];
	char	   *text;
	json_object *object;
	uint64_t	to;

	if (!event_text_is(&reader->event.field[EVENT_event_type],
					   RETIRE_EVENT) || details->type == 0)
		return;
	text = strndup((const char *) details->bytes, details->len);
	if (text == NULL)
		unreadable("out of memory");
	object = json_tokener_parse(text);
	free(text);
	if (json_object_is_type(object, json_type_object) &&
		json_size(object, "to_index", &to) && to <= leaf_index)
	{
		if (to > reader->retired)
			reader->retired = to;
		if (leaf_index < reader->task->vouched && to > reader->vouched_retired)
			reader->vouched_retired = to;
	}
	json_object_put(object);
}

/* Read a leaf that is only a hash. */
static void
take_missing(Reader *reader, uint64_t leaf_index, bool has_event,
			 int64_t event_id)
{
	Spans	   *missing = &reader->missing;
	Span		span = {leaf_index, leaf_index + 1, has_event, event_id};

	if (leaf_index < reader->task->vouched)
		reader->task->by_hash++;
	if (missing->count > 0 && leaf_index != reader->claimed &&
		missing->span[missing->count - 1].end == leaf_index)
		missing->span[missing->count - 1].end++;
	else
		add_span(missing, &span);
}

/* Decode base64 into reader->bytes; returns the length. */
static size_t
decode(Reader *reader, json_object *base64, const char *otherwise)
{
	size_t		base64_len = json_object_get_string_len(base64);
	size_t		len;

	if (reader->room < base64_len)
	{
		free(reader->bytes);
		reader->room = base64_len;
		reader->bytes = malloc(reader->room);
		if (reader->bytes == NULL)
			unreadable("out of memory");
	}
	if (!gov_base64_decode(json_object_get_string(base64), base64_len,
						   reader->bytes, reader->room, &len))
		bad_line(reader, otherwise);
	return len;
}

/*
 * read_part
 *		Read some bytes of a leaf that is too large for one line.
 *
 * They are hashed as they come.  Only the event's id, with which they begin,
 * is kept; false where the order is lost.
 */
static bool
read_part(Reader *reader, json_object *object)
{
	json_object *part;
	uint64_t	leaf_index;
	size_t		len;

	if (json_object_object_length(object) != 2 ||
		!json_size(object, "i", &leaf_index) ||
		!json_object_object_get_ex(object, "part", &part) ||
		!json_object_is_type(part, json_type_string))
		bad_line(reader, "is no part of a leaf");
	if (leaf_index != reader->edge.size)
	{
		fails(reader->task, "line %" PRIu64 " has a part of leaf %" PRIu64
			  " where leaf %" PRIu64 " belongs: it was added or moved",
			  reader->lines.number, leaf_index, reader->edge.size);
		return false;
	}
	len = decode(reader, part, "has a \"part\" that is not base64");
	/* In shorter parts events could be hidden from whoever prints them. */
	if (len != PART_LEN)
		bad_line(reader, "has a part of another length");
	if (!reader->in_parts)
	{
		memcpy(reader->head, reader->bytes, EVENT_ID_END);
		if (reader->parts == NULL)
			reader->parts = gov_sha256_new();
		if (reader->parts == NULL || !gov_sha256_reset(reader->parts) ||
			!gov_sha256_update(reader->parts, "", 1))
			unreadable("OpenSSL could not compute SHA-256");
		reader->in_parts = true;
	}
	if (!gov_sha256_update(reader->parts, reader->bytes, len))
		unreadable("OpenSSL could not compute SHA-256");
	return true;
}

/*
 * Decode the event's bytes into reader->event; false, and reported, where they
 * are wrong.
 */
static bool
check_bytes(Reader *reader, json_object *c, uint64_t leaf_index,
			bool has_event, int64_t event_id, const GovTreeHash *sealed)
{
	Task	   *task = reader->task;
	size_t		len = decode(reader, c, "has a \"c\" that is not base64");
	const char *wrong;
	char		who[80];
	GovTreeHash hash;
	bool		hashed;

	if (has_event)
		snprintf(who, sizeof(who), "event %" PRId64 " (leaf %" PRIu64 ")",
				 event_id, leaf_index);
	else
		snprintf(who, sizeof(who), "leaf %" PRIu64, leaf_index);
	if (reader->in_parts)
		hashed = gov_sha256_update(reader->parts, reader->bytes, len) &&
			gov_sha256_final(reader->parts, hash.bytes);
	else
		hashed = gov_tree_leaf_hash(reader->bytes, len,
									&hash) == GOV_TREE_OK;
	if (!hashed)
		unreadable("OpenSSL could not compute SHA-256");
	if (memcmp(&hash, sealed, sizeof(hash)) != 0)
	{
		fails(task, "%s was altered or moved: its bytes do not give the leaf hash that the log has",
			  who);
		return false;
	}
	wrong = reader->in_parts ?
		event_decode(reader->head, EVENT_ID_END, &reader->event) :
		event_decode(reader->bytes, len, &reader->event);
	if (wrong != NULL)
	{
		fails(task, "%s: its bytes are no event: %s", who, wrong);
		return false;
	}
	if (!has_event)
		fails(task, "event %" PRId64 " (leaf %" PRIu64 ") is no longer in the leaf map",
			  reader->event.event_id, leaf_index);
	else if (reader->event.event_id != event_id)
	{
		fails(task, "leaf %" PRIu64 " is event %" PRId64
			  ", not event %" PRId64 " as the export says",
			  leaf_index, reader->event.event_id, event_id);
		return false;
	}
	return true;
}

static void
match_inclusion(Reader *reader, uint64_t leaf_index, bool has_bytes,
				const GovTreeHash *sealed)
{
	Task	   *task = reader->task;
	bool		is_proven = false;

	for (int i = 0; i < task->inclusions; i++)
	{
		Inclusion  *proof = &task->inclusion[i];

		if (proof->leaf_index != leaf_index)
			continue;
		is_proven = true;
		if (memcmp(&proof->leaf_hash, sealed, sizeof(*sealed)) != 0)
			fails(task, "leaf %" PRIu64 " is not the one that the inclusion proof %s is of",
				  leaf_index, proof->file);
		else if (has_bytes)
		{
			proof->has_event = true;
			proof->event_id = reader->event.event_id;
		}
	}
	if (is_proven)
		reader->proven++;
}

/*
 * read_leaf
 *		Read one leaf; false where the order is lost, so that no root can be
 *		computed.
 */
static bool
read_leaf(Reader *reader, json_object *object)
{
	Task	   *task = reader->task;
	json_object *c;
	json_object *e;
	json_object *i;
	uint64_t	leaf_index = NO_INDEX;
	int64_t		event_id = 0;
	bool		has_event;
	bool		has_bytes = false;
	char		who[40] = "";
	GovTreeHash sealed;

	if (json_object_object_length(object) != 4 ||
		!json_object_object_get_ex(object, "i", &i) ||
		!json_object_object_get_ex(object, "e", &e) ||
		!json_object_object_get_ex(object, "c", &c) ||
		(e != NULL && !json_object_is_type(e, json_type_int)) ||
		(c != NULL && !json_object_is_type(c, json_type_string)))
		bad_line(reader, "is no leaf");
	has_event = e != NULL;
	if (has_event)
		event_id = json_object_get_int64(e);
	if (i == NULL && has_event)
	{
		fails(task, "event %" PRId64 " is in no leaf: it was added, or its entry in the leaf map removed",
			  event_id);
		return true;
	}
	if (!json_size(object, "i", &leaf_index) ||
		!json_hash(object, "h", &sealed))
		bad_line(reader, "is no leaf");
	if (has_event)
		snprintf(who, sizeof(who), " (event %" PRId64 ")", event_id);
	if (leaf_index != reader->edge.size)
	{
		if (leaf_index > reader->edge.size)
			fails(task, "leaf %" PRIu64 " is missing: line %" PRIu64
				  " has leaf %" PRIu64 "%s in its place",
				  reader->edge.size, reader->lines.number, leaf_index, who);
		else
			fails(task, "line %" PRIu64 " has leaf %" PRIu64 "%s where leaf %" PRIu64 " belongs: it was added or moved",
				  reader->lines.number, leaf_index, who, reader->edge.size);
		return false;
	}
	if (leaf_index >= task->to)
	{
		fails(task, "line %" PRIu64 " has leaf %" PRIu64
			  "%s though the export ends before it",
			  reader->lines.number, leaf_index, who);
		return false;
	}

	if (c == NULL)
		take_missing(reader, leaf_index, has_event, event_id);
	else if (check_bytes(reader, c, leaf_index, has_event, event_id, &sealed))
	{
		has_bytes = true;
		read_retirement(reader, leaf_index);
		if (task->print)
			print_event(leaf_index, leaf_index < task->vouched,
						&reader->event);
	}
	reader->in_parts = false;
	match_inclusion(reader, leaf_index, has_bytes, &sealed);
	if (gov_tree_edge_append(&reader->edge, &sealed) != GOV_TREE_OK)
		unreadable("OpenSSL could not compute SHA-256");
	compare_roots(reader);
	return true;
}

/*
 * read_trailer
 *		Read the last line: the tree of the range, and a proof that the log
 *		extends it.
 */
static void
read_trailer(Reader *reader, json_object *object)
{
	Task	   *task = reader->task;
	GovTreeHash path[GOV_TREE_MAX_PATH];
	GovTreeHash claimed;
	GovTreeHash root;
	uint64_t	leaves;
	uint64_t	tree_size;
	int			length;
	int			other;
	int			head;

	if (json_object_object_length(object) != 4 ||
		!json_size(object, "leaves", &leaves) ||
		!json_size(object, "tree_size", &tree_size) ||
		!json_hash(object, "root", &claimed) ||
		!json_path(object, "consistency", path, GOV_TREE_MAX_PATH, &length) ||
		tree_size != task->to || leaves != task->to - task->from)
		bad_line(reader, "is no last line of this export");
	if (reader->edge.size != task->to)
	{
		fails(task, "leaf %" PRIu64 " is missing: line %" PRIu64
			  " is the last one",
			  reader->edge.size, reader->lines.number);
		return;
	}
	if (gov_tree_edge_root(&reader->edge, &root) != GOV_TREE_OK)
		unreadable("OpenSSL could not compute SHA-256");
	if (memcmp(&root, &claimed, sizeof(root)) != 0)
		fails(task, "leaves %" PRIu64 " to %" PRIu64 " do not give the root that the export ends with: among them one was altered, added or removed",
			  reader->confirmed, task->to - 1);

	/* contradictions that compare_roots() reported */
	task->is_proven = reader->proven > 0 && reader->proven == leaves;
	task->export_tree = trees_add(&task->trees, "the export", task->to, &root,
								  &other);
	head = task->export_tree < 0 ? -1 :
		add_tree(task, "the export's tree head", task->head_size,
				 &reader->head_root);
	if (head < 0)
		unreadable("too many trees");
	for (int i = 0; i < TREES_MAX; i++)
	{
		if (reader->is_confirmed[i])
			trees_begin(&task->trees, i, task->export_tree);
	}
	if (task->to == 0 ? length == 0 :
		gov_tree_verify_consistency(task->to, task->head_size, path, length,
									&root,
									&reader->head_root) == GOV_TREE_OK)
		trees_begin(&task->trees, task->export_tree, head);
	else
		fails(task, "the log of %" PRIu64 " leaves is not proven to begin with the %" PRIu64 " that the export goes up to",
			  task->head_size, task->to);
}

/*
 * check_missing
 *		Check that every leaf without its event was retired.
 */
static void
check_missing(Reader *reader)
{
	for (int i = 0; !reader->task->hash_only && i < reader->missing.count; i++)
	{
		const Span *span = &reader->missing.span[i];
		uint64_t	first = span->first;
		uint64_t	retired = first < reader->task->vouched ?
			reader->vouched_retired : reader->retired;
		char		who[80];

		/* a gap across that limit has lost the event that would explain it */
		if (span->end <= retired)
			continue;
		if (first < retired)
			first = retired;
		if (first == span->first && span->has_event)
			snprintf(who, sizeof(who), "event %" PRId64 " (leaf %" PRIu64 ")",
					 span->event_id, first);
		else
			snprintf(who, sizeof(who), "the event of leaf %" PRIu64, first);
		fails(reader->task, "%s was removed: it is sealed, its row is gone, and %s says that it was retired (--hash-only takes its hash alone)",
			  who, first < reader->retired ?
			  "only an event that nothing vouches for" :
			  "no event in the export");
	}
}

/*
 * read_export
 */
void
read_export(Task *task)
{
	Reader	   *reader = calloc(1, sizeof(Reader));
	json_object *object;
	bool		in_order = true;
	bool		is_last = false;

	if (reader == NULL)
		unreadable("out of memory");
	reader->task = task;
	reader->tokener = json_tokener_new_ex(DEPTH);
	if (reader->tokener == NULL)
		unreadable("out of memory");
	json_tokener_set_flags(reader->tokener, JSON_TOKENER_STRICT |
						   JSON_TOKENER_VALIDATE_UTF8);
	lines_open(&reader->lines, task->export_file, task->max_line);
	read_header(reader);
	while (in_order && (object = next_object(reader)) != NULL)
	{
		if (is_last)
			bad_line(reader, "comes after the last one");
		is_last = json_object_object_get_ex(object, "leaves", NULL);
		if (is_last)
			read_trailer(reader, object);
		else if (json_object_object_get_ex(object, "part", NULL))
			in_order = read_part(reader, object);
		else
			in_order = read_leaf(reader, object);
		json_object_put(object);
	}
	if (in_order && !is_last)
		unreadable("%s: was cut off: it ends after line %" PRIu64 ", before leaf %" PRIu64 " of %" PRIu64,
				   task->export_file, reader->lines.number,
				   reader->edge.size, task->to);
	if (in_order)
		check_missing(reader);
	lines_close(&reader->lines);
	json_tokener_free(reader->tokener);
	free(reader->missing.span);
	free(reader->bytes);
	gov_sha256_free(reader->parts);
	free(reader);
}
