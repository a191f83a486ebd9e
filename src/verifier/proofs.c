/*
 * proofs.c
 *		Inclusion and consistency proofs, as gov_audit_inclusion_proof() and
 *		gov_audit_consistency_proof() give them.
 *
 * A proof's roots count only if they can be traced to a checkpoint or an
 * export: main.c checks that.
 */
#include <stdlib.h>
#include <string.h>

#include "verifier/verifier.h"

#define PROOF_FILE_MAX	65536
#define PROOF_DEPTH		4

/* Parse a file that is one JSON object. */
static json_object *
read_proof(const char *file)
{
	size_t		len;
	char	   *text = read_whole(file, PROOF_FILE_MAX, &len);
	json_tokener *tokener = json_tokener_new_ex(PROOF_DEPTH);
	json_object *object;
	size_t		used;

	if (tokener == NULL)
		unreadable("out of memory");
	check_unconverted(file, text, len);
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
						   JSON_TOKENER_ALLOW_TRAILING_CHARS |
						   JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, (int) len);
	used = json_tokener_get_parse_end(tokener);
	while (used < len && strchr(" \t\n", text[used]) != NULL &&
		   text[used] != '\0')
		used++;
	if (json_tokener_get_error(tokener) != json_tokener_success ||
		used != len || !json_object_is_type(object, json_type_object))
		unreadable("%s: is not one JSON object", file);
	json_tokener_free(tokener);
	free(text);
	return object;
}

static bool
is_proven(GovTreeStatus status)
{
	if (status == GOV_TREE_HASH_FAILED)
		unreadable("OpenSSL could not compute SHA-256");
	return status == GOV_TREE_OK;
}

void
read_inclusion(Task *task, const char *file)
{
	Inclusion  *proof = &task->inclusion[task->inclusions++];
	json_object *object = read_proof(file);
	GovTreeHash path[GOV_TREE_MAX_PATH];
	GovTreeHash root;
	char		name[160];
	int			length;

	proof->file = file;
	if (!json_size(object, "leaf_index", &proof->leaf_index) ||
		!json_hash(object, "leaf_hash", &proof->leaf_hash) ||
		!json_size(object, "tree_size", &proof->tree_size) ||
		!json_hash(object, "root", &root) ||
		!json_path(object, "path", path, GOV_TREE_MAX_PATH, &length))
		unreadable("%s: is no inclusion proof", file);
	json_object_put(object);
	if (!is_proven(gov_tree_verify_inclusion(&proof->leaf_hash,
											 proof->leaf_index,
											 proof->tree_size, path, length,
											 &root)))
	{
		fails(task, "the inclusion proof %s does not prove that its hash is leaf %" PRIu64 " of %" PRIu64,
			  file, proof->leaf_index, proof->tree_size);
		return;
	}
	snprintf(name, sizeof(name), "the inclusion proof %s", file);
	(void) add_tree(task, name, proof->tree_size, &root);
}

void
read_consistency(Task *task, const char *file)
{
	json_object *object = read_proof(file);
	GovTreeHash path[GOV_TREE_MAX_PATH];
	GovTreeHash old_root;
	GovTreeHash new_root;
	uint64_t	old_size;
	uint64_t	new_size;
	char		name[160];
	int			length;
	int			old_tree;

	if (!json_size(object, "old_size", &old_size) ||
		!json_size(object, "new_size", &new_size) ||
		!json_hash(object, "old_root", &old_root) ||
		!json_hash(object, "new_root", &new_root) ||
		!json_path(object, "path", path, GOV_TREE_MAX_PATH, &length))
		unreadable("%s: is no consistency proof", file);
	json_object_put(object);
	if (!is_proven(gov_tree_verify_consistency(old_size, new_size, path,
											   length, &old_root, &new_root)))
	{
		fails(task, "the consistency proof %s does not prove that the log of %" PRIu64 " leaves begins with that of %" PRIu64,
			  file, new_size, old_size);
		return;
	}
	snprintf(name, sizeof(name), "the consistency proof %s", file);
	old_tree = add_tree(task, name, old_size, &old_root);
	trees_begin(&task->trees, old_tree,
				add_tree(task, name, new_size, &new_root));
}
