/*
 * checkpoint.c
 *		gov_audit_checkpoint(): the log's head, signed, for whoever asks.
 *
 * A checkpoint cannot be taken back: whoever has two that contradict each
 * other has proof that the log was rewritten.  So it is made only of a head
 * that an earlier transaction committed ("seal; checkpoint; ROLLBACK" would
 * sign a head that never existed), only where the tree gives its root and
 * those of earlier checkpoints, and it is signed only in the database in which
 * the log began: a copy would go on differently under the same name.  A head
 * without leaves gets no checkpoint, because its signature would fit any log.
 *
 * Invariants: one snapshot, taken now, for head, tree and earlier
 * checkpoints.  Reading stays reading: where nothing can be written, on a
 * standby too, the checkpoint is still given out, but not stored.
 */
#include "postgres.h"

#include "access/transam.h"
#include "access/xact.h"
#include "access/xlog.h"
#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"

#include "access/require.h"
#include "audit/checkpoint.h"
#include "audit/seal.h"
#include "audit/tiles.h"
#include "audit/tree_head.h"
#include "core/args.h"
#include "core/errors.h"
#include "core/operation.h"
#include "core/scan.h"
#include "core/spi.h"

#define LOG_ID_LEN 36			/* a uuid as text */

PG_FUNCTION_INFO_V1(gov_audit_checkpoint);

GOV_SQL(insert_checkpoint,
		(INT8OID, BYTEAOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID),
		"INSERT INTO governance.audit_checkpoints"
		" (tree_size, root, origin, key_id, note, created_by)"
		" VALUES ($1, $2, $3, $4, $5, $6)"
		" ON CONFLICT (tree_size, origin, key_id) DO NOTHING");

/* The setting governance.checkpoint_origin; empty is "governance". */
static char *origin_prefix = NULL;

/* It becomes part of a line of text that others parse. */
static bool
check_origin(char **newval, void **extra, GucSource source)
{
	const char *c;

	if (strlen(*newval) > GOV_NOTE_MAX_NAME - 1 - LOG_ID_LEN)
	{
		GUC_check_errdetail("It is longer than %d characters.",
							GOV_NOTE_MAX_NAME - 1 - LOG_ID_LEN);
		return false;
	}
	for (c = *newval; *c != '\0'; c++)
	{
		if (*c <= ' ' || *c >= 0x7f || *c == '+')
		{
			GUC_check_errdetail("It may contain ASCII characters, but no spaces and no plus signs.");
			GUC_check_errhint("Use something like \"example.com/audit\".");
			return false;
		}
	}
	return true;
}

void
gov_checkpoint_init(void)
{
	DefineCustomStringVariable("governance.checkpoint_origin",
							   "The beginning of the name under which checkpoints are signed.",
							   "The log's id follows it, so that no two logs have one name; empty is \"governance\". Witnesses know a log by this name: change it before the first of them does.",
							   &origin_prefix, "",
							   PGC_SIGHUP, 0, check_origin, NULL, NULL);
}

/* The log's name in its checkpoints; palloc'd. */
char *
gov_checkpoint_origin(void)
{
	const char *prefix = origin_prefix;

	return psprintf("%s/%s", prefix && prefix[0] ? prefix : "governance",
					gov_log_id());
}

static char *
hash_hex(const GovTreeHash *hash)
{
	char	   *hex = palloc(2 * GOV_SHA256_LEN + 1);

	gov_hex(hash->bytes, GOV_SHA256_LEN, hex);
	return hex;
}

/*
 * gov_checkpoint_compare
 *		Raise MG005 unless the tree had that root at that size.
 *
 * "what" names the source of the claim.
 */
void
gov_checkpoint_compare(int64 tree_size, const GovTreeHash *root,
					   Snapshot snapshot, const char *what)
{
	GovTreeRange all = {0, tree_size};
	GovTreeHead head;
	GovTreeHash computed;
	GovTiles	tiles;

	gov_tree_head_last(snapshot, &head);
	if (tree_size > head.tree_size)
		ereport(ERROR,
				(errcode(ERRCODE_GOV_TRAIL_UNVERIFIED),
				 errmsg("the audit trail contradicts %s", what),
				 errdetail("That is of " INT64_FORMAT " leaves, the log has " INT64_FORMAT ".",
						   tree_size, head.tree_size),
				 errhint("Events were cut off the log, or an older copy of it was restored.")));
	gov_tiles_open(&tiles, snapshot);
	computed = gov_tiles_range_root(&tiles, all);
	gov_tiles_close(&tiles);
	if (memcmp(&computed, root, sizeof(computed)) != 0)
		ereport(ERROR,
				(errcode(ERRCODE_GOV_TRAIL_UNVERIFIED),
				 errmsg("the audit trail contradicts %s", what),
				 errdetail("At " INT64_FORMAT " leaves that has root %s, the log %s.",
						   tree_size, hash_hex(root), hash_hex(&computed)),
				 errhint("gov_audit_verify() says what was altered.")));
}

/*
 * gov_checkpoint_check_last
 *		Raise MG005 where the largest checkpoint so far is not of this tree.
 *		Returns its size, or 0 where there is none.
 *
 * Earlier ones were checked when it was made.
 */
int64
gov_checkpoint_check_last(Snapshot snapshot)
{
	GovLogScan	scan;
	int64		tree_size = 0;

	gov_log_scan_open(&scan, GOV_REL_AUDIT_CHECKPOINTS,
					  GOV_REL_AUDIT_CHECKPOINTS_TREE_SIZE_KEY, snapshot);
	gov_log_scan_seek(&scan, 0, NULL);
	if (gov_log_scan_previous(&scan))
	{
		GovTreeHash root = {{0}};
		bool		isnull;
		bytea	   *bytes;

		tree_size = gov_log_scan_int8(&scan,
									  gov_log_scan_column(&scan,
														  "tree_size"));
		bytes = DatumGetByteaPP(gov_log_scan_value(&scan,
												   gov_log_scan_column(&scan,
																	   "root"),
												   &isnull));
		if (VARSIZE_ANY_EXHDR(bytes) == GOV_SHA256_LEN)
			memcpy(root.bytes, VARDATA_ANY(bytes), GOV_SHA256_LEN);
		gov_checkpoint_compare(tree_size, &root, snapshot,
							   "an earlier checkpoint");
	}
	gov_log_scan_close(&scan);
	return tree_size;
}

/*
 * gov_checkpoint_is_home
 *		Is this the database in which the log began, and not a copy?
 *
 * "where" is set to what differs.
 */
bool
gov_checkpoint_is_home(const char **where)
{
	GovScan		scan;
	int64		system_identifier;
	int64		database;
	bool		isnull;

	gov_scan_begin(&scan, GOV_REL_AUDIT_HOME);
	if (!gov_scan_next(&scan))
		elog(ERROR, "table \"governance.audit_home\" is empty");
	system_identifier =
		DatumGetInt64(gov_scan_datum(&scan, "system_identifier", &isnull));
	database = DatumGetInt64(gov_scan_datum(&scan, "database_oid", &isnull));
	gov_scan_end(&scan);

	*where = database != (int64) MyDatabaseId ? "another database" :
		"another cluster";
	return system_identifier == (int64) GetSystemIdentifier() &&
		database == (int64) MyDatabaseId;
}

void
gov_checkpoint_check_home(const char *what)
{
	const char *where;

	if (!gov_checkpoint_is_home(&where))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no %s is signed in a copy of the database", what),
				 errdetail("The log was begun in %s.", where),
				 errhint("If the database as a whole has moved here (a restore, an upgrade of the server) and its original is gone, a superuser calls governance.continue_log(reason); to go on beside its original, governance.rename_log(reason).")));
}

/*
 * record_key
 *		Store who signed, so that old checkpoints can be told from forged ones
 *		when the key has changed.
 */
static void
record_key(const GovVerifier *verifier, const char *key_id)
{
	char		verifier_key[GOV_VERIFIER_ROOM];
	bool		found;

	found = gov_run(gov_sql("SELECT k.retired_at IS NULL"
							" FROM governance.checkpoint_keys AS k"
							" WHERE k.name = $1 AND k.key_id = $2"),
					gov_text(verifier->name), gov_text(key_id)) > 0;
	if (found && gov_row_bool(0, 1))
		return;
	gov_verifier_text(verifier, verifier_key);
	(void) gov_run_as("retire", NULL,
					  gov_sql("UPDATE governance.checkpoint_keys AS k"
							  " SET retired_at ="
							  " pg_catalog.clock_timestamp()"
							  " WHERE (k.name, k.key_id) <> ($1, $2)"
							  " AND k.retired_at IS NULL"),
					  gov_text(verifier->name), gov_text(key_id));
	gov_operation_begin("use", NULL);
	if (found)
		(void) gov_run(gov_sql("UPDATE governance.checkpoint_keys AS k"
							   " SET retired_at = NULL WHERE k.name = $1"
							   " AND k.key_id = $2"
							   " AND k.retired_at IS NOT NULL"),
					   gov_text(verifier->name), gov_text(key_id));
	else
		(void) gov_run(gov_sql("INSERT INTO governance.checkpoint_keys"
							   " (name, key_id, verifier_key)"
							   " VALUES ($1, $2, $3)"
							   " ON CONFLICT (name, key_id) DO NOTHING"),
					   gov_text(verifier->name), gov_text(key_id),
					   gov_text(verifier_key));
	gov_operation_end();
}

static void
record_checkpoint(int64 tree_size, const GovTreeHash *root,
				  const char *origin, const char *key_id, const char *note,
				  const char *user_id)
{
	/* asked for again and again: the common case writes nothing */
	if (gov_run(gov_sql("SELECT 1 FROM governance.audit_checkpoints AS c"
						" WHERE c.tree_size = $1 AND c.origin = $2"
						" AND c.key_id = $3"), gov_int8(tree_size),
				gov_text(origin), gov_text(key_id)) > 0)
		return;
	gov_seal_write_begin();
	(void) gov_run(&insert_checkpoint, gov_int8(tree_size),
				   gov_bytes(root->bytes, GOV_SHA256_LEN),
				   gov_text(origin), gov_text(key_id), gov_text(note),
				   gov_text(user_id));
	gov_seal_write_end();
}

/*
 * gov_checkpoint_note
 *		Make a checkpoint of that many leaves (0: of all), in UTF-8.
 *
 * It is of a head that an earlier transaction committed, or of an earlier tree
 * of that head.
 */
char *
gov_checkpoint_note(int64 *tree_size, const GovActor *actor)
{
	char	   *origin = gov_checkpoint_origin();
	char		key_id[2 * GOV_NOTE_KEY_ID_LEN + 1] = "";
	char		body[GOV_CHECKPOINT_ROOM];
	char		line[GOV_SIGNATURE_ROOM];
	GovVerifier verifier;
	GovTreeHash root;
	Snapshot	snapshot;
	char	   *note;
	int64		committed;

	snapshot = RegisterSnapshot(GetLatestSnapshot());
	committed = gov_tree_head_committed(snapshot, &root);
	if (committed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("no checkpoint is made of an audit trail without leaves"),
				 errdetail("No transaction before this one has sealed an event, and a checkpoint of nothing would vouch for nothing."),
				 errhint("gov_audit_seal() seals what has been committed, in a transaction of its own, as does the worker.")));
	gov_checkpoint_compare(committed, &root, snapshot, "its own tree head");
	(void) gov_checkpoint_check_last(snapshot);
	if (*tree_size > committed)
		gov_bad_value("tree_size",
					  psprintf("The log has " INT64_FORMAT " leaves, not "
							   INT64_FORMAT ".", committed, *tree_size),
					  "gov_audit_status() says how many there are.");
	if (*tree_size == 0)
		*tree_size = committed;
	else if (*tree_size < committed)
	{
		GovTreeRange all = {0, *tree_size};
		GovTiles	tiles;

		gov_tiles_open(&tiles, snapshot);
		root = gov_tiles_range_root(&tiles, all);
		gov_tiles_close(&tiles);
	}
	UnregisterSnapshot(snapshot);

	if (gov_checkpoint_text(origin, *tree_size, &root, body) != GOV_NOTE_OK)
		elog(ERROR, "could not write a checkpoint of \"%s\"", origin);
	note = pstrdup(body);
	if (gov_checkpoint_has_key())
	{
		gov_checkpoint_check_home("checkpoint");
		gov_checkpoint_sign(origin, body, &verifier, line);
		gov_hex(verifier.key_id, GOV_NOTE_KEY_ID_LEN, key_id);
		note = psprintf("%s\n%s", body, line);
	}
	else
		ereport(NOTICE,
				(errmsg("the checkpoint is not signed"),
				 errhint("Set governance.checkpoint_key_file: an unsigned checkpoint proves nothing to others.")));

	if (!XactReadOnly && !RecoveryInProgress() && !IsInParallelMode())
	{
		gov_spi_begin();
		if (key_id[0] != '\0')
			record_key(&verifier, key_id);
		record_checkpoint(*tree_size, &root, origin, key_id,
						  pg_any_to_server(note, strlen(note), PG_UTF8),
						  actor->user_id);
		gov_spi_end();
	}
	return note;
}

/*
 * gov_audit_checkpoint()
 */
Datum
gov_audit_checkpoint(PG_FUNCTION_ARGS)
{
	GovActor	actor = gov_require(GOV_PERM_AUDIT_READ, NULL);
	int64		tree_size = 0;
	char	   *note = gov_checkpoint_note(&tree_size, &actor);

	/* the note is UTF-8, and its signature lines begin with a dash */
	PG_RETURN_TEXT_P(cstring_to_text(pg_any_to_server(note, strlen(note),
													  PG_UTF8)));
}
