/*
 * proof_file.c
 *		gov_audit_proof_file(): a proof that an event is in the log, in one
 *		file.
 *
 * c2sp.org/tlog-proof: the event's canonical form, its place, the path to the
 * root, and a checkpoint with the cosignatures of witnesses.  Whoever has the
 * log's public key needs nothing else.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"

#include "access/require.h"
#include "audit/checkpoint.h"
#include "audit/event_scan.h"
#include "audit/proofs.h"
#include "audit/tiles.h"
#include "core/append_base64.h"
#include "core/args.h"
#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_audit_proof_file);

#define FORMAT "c2sp.org/tlog-proof@v1\n"
#define EXTRA_MAX (1024 * 1024) /* bytes of a canonical form */

/* A checkpoint that covers the leaf, preferably one that witnesses saw. */
GOV_SQL(find_checkpoint, (INT8OID, TEXTOID),
		"SELECT c.tree_size FROM governance.audit_checkpoints AS c"
		" WHERE c.tree_size > $1"
		" AND c.origin = $2"
		" AND c.key_id <> ''"
		" ORDER BY EXISTS (SELECT FROM governance.audit_cosignatures AS w"
		" WHERE w.tree_size = c.tree_size) DESC,"
		" c.tree_size DESC LIMIT 1",
		.isolated = true);

GOV_SQL(find_cosignatures, (INT8OID),
		"SELECT DISTINCT ON (c.verifier_key) c.verifier_key, c.note"
		" FROM governance.audit_cosignatures AS c"
		" WHERE c.tree_size = $1"
		" ORDER BY c.verifier_key, c.cosigned_at DESC",
		.isolated = true);

static bool
take_until_long(StringInfo out, void *arg)
{
	return out->len <= EXTRA_MAX;
}

/* The bytes that the leaf is the hash of; the reader hashes them. */
static void
append_event(StringInfo out, int64 event_id, Snapshot snapshot)
{
	GovEventScan events;
	bool		found;

	gov_event_scan_open(&events, false, snapshot);
	gov_event_seek_ids(&events, event_id, event_id);
	found = gov_event_next(&events) &&
		gov_event_canonical(&events, take_until_long, NULL) &&
		events.canonical.len <= EXTRA_MAX;
	if (found)
	{
		appendStringInfoString(out, "extra ");
		gov_append_base64(out, events.canonical.data, events.canonical.len);
		appendStringInfoChar(out, '\n');
	}
	gov_event_scan_close(&events);
	if (!found)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("audit event " INT64_FORMAT " is not in a proof file",
						event_id),
				 errdetail("It is retired, or has more than %d bytes.",
						   EXTRA_MAX),
				 errhint("gov_audit_inclusion_proof() proves its hash.")));
}

/* The path, from the leaf's sibling to the root's child. */
static void
append_path(StringInfo out, int64 leaf_index, int64 tree_size,
			Snapshot snapshot)
{
	GovTreeRange ranges[GOV_TREE_MAX_PATH];
	GovTiles	tiles;
	int			length;
	int			i;

	if (gov_tree_inclusion_ranges(leaf_index, tree_size, ranges,
								  &length) != GOV_TREE_OK)
		elog(ERROR, "leaf " INT64_FORMAT " has no path", leaf_index);
	gov_tiles_open(&tiles, snapshot);
	for (i = 0; i < length; i++)
	{
		GovTreeHash root = gov_tiles_range_root(&tiles, ranges[i]);

		gov_append_base64(out, root.bytes, GOV_SHA256_LEN);
		appendStringInfoChar(out, '\n');
	}
	gov_tiles_close(&tiles);
}

static char *
utf8_row(uint64 row, int column)
{
	char	   *text = gov_row_text(row, column);

	return pg_server_to_any(text, strlen(text), PG_UTF8);
}

/* The cosignatures of witnesses that saw this checkpoint. */
static void
append_cosignatures(StringInfo out, const char *checkpoint, int64 tree_size)
{
	GovNote    *note = palloc(sizeof(GovNote));
	uint64		count = gov_run(&find_cosignatures, gov_int8(tree_size));
	uint64		row;
	int			i;

	for (row = 0; row < count; row++)
	{
		char	   *key = utf8_row(row, 1);
		char	   *seen = utf8_row(row, 2);
		GovVerifier witness;

		if (gov_verifier_parse(&witness, key, strlen(key)) != GOV_NOTE_OK ||
			gov_note_parse(note, seen, strlen(seen)) != GOV_NOTE_OK ||
			strncmp(checkpoint, note->text, note->text_len) != 0)
			continue;
		for (i = 0; i < note->count; i++)
		{
			uint64_t	time;

			if (gov_note_check(note, &note->signature[i], &witness,
							   &time) != GOV_NOTE_OK)
				continue;
			appendBinaryStringInfo(out, note->signature[i].line,
								   note->signature[i].line_len);
			break;
		}
	}
}

/*
 * gov_audit_proof_file(event_id, tree_size) → text
 */
Datum
gov_audit_proof_file(PG_FUNCTION_ARGS)
{
	int64		event_id = gov_arg_int8(fcinfo, 0, "event_id", PG_INT64_MIN,
										PG_INT64_MAX);
	int64		tree_size = PG_ARGISNULL(1) ? 0 :
		gov_arg_int8(fcinfo, 1, "tree_size", 1, PG_INT64_MAX);
	GovActor	actor = gov_require(GOV_PERM_AUDIT_READ, NULL);
	Snapshot	snapshot = RegisterSnapshot(GetLatestSnapshot());
	int64		leaf_index = gov_log_find_leaf(event_id, snapshot);
	StringInfoData file;
	char	   *checkpoint;

	if (!gov_checkpoint_has_key())
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no proof file is made without a key"),
				 errdetail("It ends in a checkpoint, and one that nobody signed proves nothing."),
				 errhint("Set governance.checkpoint_key_file.")));
	initStringInfo(&file);
	appendStringInfoString(&file, FORMAT);
	append_event(&file, event_id, snapshot);
	appendStringInfo(&file, "index " INT64_FORMAT "\n", leaf_index);

	gov_spi_begin();
	if (tree_size == 0 &&
		gov_run(&find_checkpoint, gov_int8(leaf_index),
				gov_text(gov_checkpoint_origin())) > 0)
		tree_size = gov_row_int8(0, 1);
	gov_spi_end();
	checkpoint = gov_checkpoint_note(&tree_size, &actor);
	gov_log_require_leaf(event_id, leaf_index, tree_size);
	append_path(&file, leaf_index, tree_size, snapshot);
	UnregisterSnapshot(snapshot);
	appendStringInfo(&file, "\n%s", checkpoint);
	gov_spi_begin();
	append_cosignatures(&file, checkpoint, tree_size);
	gov_spi_end();
	PG_RETURN_TEXT_P(cstring_to_text(pg_any_to_server(file.data, file.len,
													  PG_UTF8)));
}
