/*
 * witness.c
 *		Witnesses, who have seen a checkpoint from outside, and their
 *		cosignatures.
 *
 * A witness cosigns a checkpoint only if the log that it saw before is the
 * beginning of it.  What it has cosigned cannot be rewritten unnoticed, not
 * even by a superuser; that is why one has witnesses.
 *
 * Invariant: a cosignature is recorded only if a key that signed for this log
 * signed the checkpoint, and the tree gives its root.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "audit/checkpoint.h"
#include "audit/seal.h"
#include "core/args.h"
#include "core/operation.h"
#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_audit_witness);
PG_FUNCTION_INFO_V1(gov_add_witness);
PG_FUNCTION_INFO_V1(gov_drop_witness);

/* The end of the year 9999: only a broken clock is later. */
#define LAST_SECOND UINT64CONST(253402300799)

GOV_SQL(list_keys, (),
		"SELECT k.verifier_key FROM governance.checkpoint_keys AS k"
		" ORDER BY k.first_used_at DESC");

GOV_SQL(list_witnesses, (),
		"SELECT w.verifier_key FROM governance.witnesses AS w"
		" ORDER BY w.name");

GOV_SQL(insert_cosignature,
		(TEXTOID, INT8OID, TIMESTAMPTZOID, TEXTOID, TEXTOID),
		"INSERT INTO governance.audit_cosignatures"
		" (verifier_key, tree_size, cosigned_at, note, recorded_by)"
		" VALUES ($1, $2, $3, $4, $5)"
		" ON CONFLICT (verifier_key, tree_size, cosigned_at) DO NOTHING");

pg_noreturn static void
bad_checkpoint(const char *detail)
{
	gov_bad_value("checkpoint", detail,
				  "Give a checkpoint that gov_audit_checkpoint() signed, with the lines that witnesses added.");
}

/* The verifiers that a list statement gives; palloc'd. */
static GovVerifier *
load_verifiers(GovStatement *list, int *count)
{
	uint64		found = gov_run0(list);
	GovVerifier *verifiers = palloc(sizeof(GovVerifier) * (found + 1));
	uint64		i;

	*count = 0;
	for (i = 0; i < found; i++)
	{
		char	   *key = gov_row_text(i, 1);

		key = pg_server_to_any(key, strlen(key), PG_UTF8);
		if (gov_verifier_parse(&verifiers[*count], key,
							   strlen(key)) == GOV_NOTE_OK)
			(*count)++;
	}
	return verifiers;
}

/*
 * check_own_signature
 *		Raise 22023 unless one of our keys signed it, and none signed something
 *		else.
 */
static void
check_own_signature(const GovNote *note, const GovCheckpoint *checkpoint)
{
	GovVerifier *keys;
	bool		is_ours = false;
	int			count;
	int			i;

	keys = load_verifiers(&list_keys, &count);
	for (i = 0; i < count; i++)
	{
		uint64_t	time;
		GovNoteStatus status;

		/* a key signs for the log that it is named after */
		if (strlen(keys[i].name) != checkpoint->origin_len ||
			memcmp(keys[i].name, checkpoint->origin,
				   checkpoint->origin_len) != 0)
			continue;
		status = gov_note_verify(note, &keys[i], &time);
		if (status == GOV_NOTE_BAD_SIGNATURE)
			bad_checkpoint("The signature in the name of this log is not of this text.");
		if (status == GOV_NOTE_CRYPTO_FAILED)
			elog(ERROR, "could not verify a signature");
		is_ours = is_ours || status == GOV_NOTE_OK;
	}
	if (!is_ours)
		bad_checkpoint("It has no signature by a key of this log.");
}

/* Record the cosignature of one witness; returns whether it is new. */
static bool
record_cosignatures(const GovNote *note, const GovVerifier *witness,
					int64 tree_size, const char *text, const char *user_id)
{
	char		verifier_key[GOV_VERIFIER_ROOM];
	bool		is_new = false;
	int			i;

	gov_verifier_text(witness, verifier_key);
	for (i = 0; i < note->count; i++)
	{
		TimestampTz cosigned_at;
		GovNoteStatus status;
		uint64_t	time;

		status = gov_note_check(note, &note->signature[i], witness, &time);
		if (status == GOV_NOTE_NOT_SIGNED)
			continue;
		if (status == GOV_NOTE_CRYPTO_FAILED)
			elog(ERROR, "could not verify a signature");
		if (status != GOV_NOTE_OK || time > LAST_SECOND)
		{
			ereport(WARNING,
					(errmsg("the cosignature of witness \"%s\" does not verify",
							pg_any_to_server(witness->name,
											 strlen(witness->name),
											 PG_UTF8)),
					 errdetail("It was not recorded.")));
			continue;
		}
		cosigned_at = ((int64) time - (POSTGRES_EPOCH_JDATE -
									   UNIX_EPOCH_JDATE) * SECS_PER_DAY) *
			USECS_PER_SEC;
		gov_seal_write_begin();
		is_new |= gov_run(&insert_cosignature, gov_text(verifier_key),
						  gov_int8(tree_size), gov_time(cosigned_at),
						  gov_text(text), gov_text(user_id)) > 0;
		gov_seal_write_end();
	}
	return is_new;
}

/*
 * gov_audit_witness(checkpoint) → boolean
 */
Datum
gov_audit_witness(PG_FUNCTION_ARGS)
{
	const char *text = gov_arg_reason(fcinfo, 0, "checkpoint");
	const char *utf8;
	GovCheckpoint checkpoint;
	GovNote    *note = palloc(sizeof(GovNote));
	GovVerifier *witnesses;
	GovActor	actor;
	Snapshot	snapshot;
	bool		is_new = false;
	int			count;
	int			i;

	utf8 = pg_server_to_any(text, strlen(text), PG_UTF8);
	if (gov_note_parse(note, utf8, strlen(utf8)) != GOV_NOTE_OK)
		bad_checkpoint("It is no signed note (c2sp.org/signed-note).");
	if (gov_checkpoint_parse(&checkpoint, note->text,
							 note->text_len) != GOV_NOTE_OK)
		bad_checkpoint("What it signs is no checkpoint (c2sp.org/tlog-checkpoint).");
	if (checkpoint.tree_size == 0)
		bad_checkpoint("It is of no leaves, so to have seen it shows nothing.");

	gov_refuse_read_only("gov_audit_witness()");
	actor = gov_require(GOV_PERM_AUDIT_SEAL, NULL);

	gov_spi_begin();
	check_own_signature(note, &checkpoint);
	snapshot = RegisterSnapshot(GetLatestSnapshot());
	gov_checkpoint_compare((int64) checkpoint.tree_size, &checkpoint.root,
						   snapshot, "a checkpoint that it signed");
	UnregisterSnapshot(snapshot);
	witnesses = load_verifiers(&list_witnesses, &count);
	for (i = 0; i < count; i++)
		is_new |= record_cosignatures(note, &witnesses[i],
									  (int64) checkpoint.tree_size, text,
									  actor.user_id);
	gov_spi_end();
	PG_RETURN_BOOL(is_new);
}

/*
 * gov_add_witness(key) → witnesses
 */
Datum
gov_add_witness(PG_FUNCTION_ARGS)
{
	const char *key = gov_arg_reason(fcinfo, 0, "key");
	char		key_id[2 * GOV_NOTE_KEY_ID_LEN + 1];
	GovVerifier witness;
	GovActor	actor;
	char	   *name;

	key = pg_server_to_any(key, strlen(key), PG_UTF8);
	if (gov_verifier_parse(&witness, key, strlen(key)) != GOV_NOTE_OK ||
		witness.type != GOV_KEY_COSIGNATURE)
		gov_bad_value("key", "It is no verifier key of a witness.",
					  "Give <name>+<key id>+<base64 of a byte 4 and the Ed25519 public key>, as c2sp.org/tlog-cosignature has it.");
	name = pg_any_to_server(witness.name, strlen(witness.name), PG_UTF8);
	key = pg_any_to_server(key, strlen(key), PG_UTF8);
	gov_hex(witness.key_id, GOV_NOTE_KEY_ID_LEN, key_id);

	gov_refuse_read_only("gov_add_witness()");
	actor = gov_require(GOV_PERM_AUDIT_SEAL, psprintf("witness/%s", name));

	gov_spi_begin();
	gov_operation_begin("add", NULL);
	if (gov_run(gov_sql("INSERT INTO governance.witnesses AS w (name,"
						" key_id, verifier_key, added_by)"
						" VALUES ($1, $2, $3, $4)"
						" ON CONFLICT (name) DO NOTHING RETURNING w"),
				gov_text(name), gov_text(key_id), gov_text(key),
				gov_text(actor.user_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNIQUE_VIOLATION),
				 errmsg("witness \"%s\" exists already", name),
				 errhint("For another key, gov_drop_witness() it first: what it cosigned stays recorded.")));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_drop_witness(name) → boolean
 */
Datum
gov_drop_witness(PG_FUNCTION_ARGS)
{
	const char *name = gov_arg_reason(fcinfo, 0, "name");
	bool		found;

	gov_refuse_read_only("gov_drop_witness()");
	(void) gov_require(GOV_PERM_AUDIT_SEAL, psprintf("witness/%s", name));

	gov_spi_begin();
	found = gov_run_as("drop", NULL,
					   gov_sql("DELETE FROM governance.witnesses AS w"
							   " WHERE w.name = $1"), gov_text(name)) > 0;
	gov_spi_end();
	if (!found)
		ereport(NOTICE,
				(errmsg("witness \"%s\" does not exist, skipping", name)));
	PG_RETURN_BOOL(found);
}
