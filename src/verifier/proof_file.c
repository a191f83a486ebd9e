/*
 * proof_file.c
 *		An event with its proof and a checkpoint, as gov_audit_proof_file()
 *		gives them (c2sp.org/tlog-proof).
 *
 * The event is in the file's extra line; all that is verified is that its hash
 * is in the tree of the checkpoint.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "tlog/base64.h"
#include "verifier/verifier.h"

#define PROOF_FILE_MAX	(2 * 1024 * 1024 + GOV_NOTE_MAX_LEN)
#define FORMAT "c2sp.org/tlog-proof@v1"

/* The next line, without its newline; NULL where there is none. */
static char *
next_line(char **at, size_t *len)
{
	char	   *line = *at;
	char	   *end = strchr(line, '\n');

	if (end == NULL)
		return NULL;
	*end = '\0';
	*len = end - line;
	*at = end + 1;
	return line;
}

/* The text after a word and a blank, or NULL. */
static char *
behind(char *line, const char *word)
{
	size_t		len = strlen(word);

	return line != NULL && strncmp(line, word, len) == 0 &&
		line[len] == ' ' ? line + len + 1 : NULL;
}

static bool
read_index(const char *digits, uint64_t *index)
{
	size_t		len = strlen(digits);

	if (len == 0 || len > 18 || strspn(digits, "0123456789") != len ||
		(len > 1 && digits[0] == '0'))
		return false;
	*index = strtoull(digits, NULL, 10);
	return true;
}

static void
take_event(Inclusion *proof, const uint8_t *bytes, size_t len)
{
	Event		event;
	const char *flaw = event_decode(bytes, len, &event);

	if (flaw != NULL)
		unreadable("%s: its event %s", proof->file, flaw);
	proof->has_event = true;
	proof->event_id = event.event_id;
}

void
read_proof_file(Task *task, const char *file)
{
	Inclusion  *proof = &task->inclusion[task->inclusions++];
	GovTreeHash path[GOV_TREE_MAX_PATH];
	const Tree *tree;
	size_t		text_len;
	char	   *text = read_whole(file, PROOF_FILE_MAX, &text_len);
	char	   *at = text;
	char	   *line;
	char	   *extra;
	uint8_t    *bytes;
	size_t		len;
	size_t		room;
	int			length = 0;

	proof->file = file;
	check_unconverted(file, text, text_len);
	if (strlen(text) != text_len ||
		(line = next_line(&at, &len)) == NULL || strcmp(line, FORMAT) != 0)
		unreadable("%s: is no proof file (" FORMAT ")", file);
	extra = behind(next_line(&at, &len), "extra");
	if (extra == NULL)
		unreadable("%s: has no event (a line \"extra\")", file);
	room = len / 4 * 3 + 3;
	bytes = malloc(room);
	if (bytes == NULL)
		unreadable("out of memory");
	if (!gov_base64_decode(extra, strlen(extra), bytes, room, &room))
		unreadable("%s: its event is not base64", file);
	line = behind(next_line(&at, &len), "index");
	if (line == NULL || !read_index(line, &proof->leaf_index))
		unreadable("%s: has no index", file);
	while ((line = next_line(&at, &len)) != NULL && len > 0)
	{
		size_t		hash_len;

		if (length == GOV_TREE_MAX_PATH ||
			!gov_base64_decode(line, len, path[length].bytes, GOV_SHA256_LEN,
							   &hash_len) || hash_len != GOV_SHA256_LEN)
			unreadable("%s: its path is not one of hashes", file);
		length++;
	}
	if (line == NULL)
		unreadable("%s: has no checkpoint", file);
	tree = &task->trees.tree[take_checkpoint(task, file, at,
											 strlen(at))->tree];
	proof->tree_size = tree->size;
	if (gov_tree_leaf_hash(bytes, room, &proof->leaf_hash) != GOV_TREE_OK)
		unreadable("OpenSSL could not compute SHA-256");
	if (gov_tree_verify_inclusion(&proof->leaf_hash, proof->leaf_index,
								  proof->tree_size, path, length,
								  &tree->root) != GOV_TREE_OK)
		fails(task, "the proof file %s does not prove that its event is leaf %" PRIu64 " of %" PRIu64,
			  file, proof->leaf_index, proof->tree_size);
	else
		take_event(proof, bytes, room);
	free(bytes);
	free(text);
}
