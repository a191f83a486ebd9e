/*
 * evidence.c
 *		gov_evidence_bundle(): everything about one model version, with proofs
 *		that it is in the trail.
 *
 * SQL selects what belongs to a version (sql/parts/75_evidence.sql).  The
 * proofs are made here, because whoever may make reports need not have the
 * right to read the trail.
 *
 * Invariant: one snapshot, so every proof is under the same tree head.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/base64.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"
#include "utils/typcache.h"

#include "access/require.h"
#include "audit/event_scan.h"
#include "audit/proofs.h"
#include "audit/tree_head.h"
#include "core/args.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "registry/model.h"

PG_FUNCTION_INFO_V1(gov_evidence_bundle);
PG_FUNCTION_INFO_V1(gov_event_evidence);

/* The digest does not cover who asked and when. */
static const char bundle_sql[] =
	"SELECT d.body || pg_catalog.jsonb_build_object("
	"'generated_at', extract(epoch FROM $3), 'generated_by', $4,"
	" 'digest', governance.json_digest(d.body))"
	" FROM governance.evidence_bundle($1, $2) AS d(body)";

/* A longer canonical form is not shown. */
static bool
take_until_long(StringInfo out, void *arg)
{
	return out->len <= GOV_SHOWN_MAX;
}

/*
 * governance.event_evidence(event_id) → jsonb: {canonical, leaf_hash, proof}
 *
 * It is all that is needed to check that the event is in the tree: the leaf
 * hash is SHA-256 of 0x00 and the canonical bytes.
 */
Datum
gov_event_evidence(PG_FUNCTION_ARGS)
{
	int64		event_id = PG_GETARG_INT64(0);
	Snapshot	snapshot = GetActiveSnapshot();
	JsonbParseState *state = NULL;
	GovEventScan events;
	GovTreeHead head;
	GovTreeHash leaf;
	StringInfo	canonical = &events.canonical;
	char	   *text = NULL;
	char		hex[2 * GOV_SHA256_LEN + 1];
	int64		leaf_index;
	int			len;

	gov_event_scan_open(&events, false, snapshot);
	gov_event_seek_ids(&events, event_id, event_id);
	if (!gov_event_next(&events))
	{
		gov_event_scan_close(&events);
		PG_RETURN_NULL();
	}
	if (gov_event_canonical(&events, take_until_long, NULL))
	{
		text = palloc(pg_b64_enc_len(canonical->len) + 1);
		len = pg_b64_encode((const void *) canonical->data, canonical->len,
							text, pg_b64_enc_len(canonical->len));
		if (len < 0)
			elog(ERROR, "could not encode audit event " INT64_FORMAT,
				 event_id);
		text[len] = '\0';
	}
	gov_event_stored_leaf(&events, &leaf);
	gov_event_scan_close(&events);

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	gov_json_put_text(&state, "canonical", text);
	gov_hex(leaf.bytes, GOV_SHA256_LEN, hex);
	gov_json_put_text(&state, "leaf_hash", hex);
	gov_json_push_key(&state, "proof");
	leaf_index = gov_log_leaf_of(event_id, snapshot);
	gov_tree_head_last(snapshot, &head);
	if (leaf_index >= 0)
		gov_json_push(&state, WJB_VALUE,
					  JsonbPGetDatum(gov_log_inclusion_proof(leaf_index,
															 head.tree_size,
															 snapshot)),
					  false, JSONBOID);
	else
		gov_json_push(&state, WJB_VALUE, (Datum) 0, true, JSONBOID);
	PG_RETURN_JSONB_P(gov_json_end(&state));
}

/*
 * gov_evidence_bundle(model_id, version) → jsonb
 */
Datum
gov_evidence_bundle(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *version = gov_arg_version(fcinfo, 1);
	Oid			types[] = {TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID};
	Datum		values[4];
	GovActor	actor;
	Datum		result;
	bool		isnull;

	actor = gov_require(GOV_PERM_COMPLIANCE_REPORT,
						gov_version_resource(model_id, version));
	gov_spi_begin();
	values[0] = CStringGetTextDatum(model_id);
	values[1] = CStringGetTextDatum(version);
	values[2] = TimestampTzGetDatum(GetCurrentTimestamp());
	values[3] = CStringGetTextDatum(actor.user_id);
	if (SPI_execute_with_args(bundle_sql, lengthof(types), types, values,
							  NULL, true, 0) != SPI_OK_SELECT)
		elog(ERROR, "the bundle could not be read");
	if (SPI_processed == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("model version \"%s\" does not exist",
						gov_version_name(model_id, version)),
				 errhint("SELECT version FROM gov_model_versions(%s) lists those that do.",
						 quote_literal_cstr(model_id))));
	result = gov_spi_keep(0, 1, &isnull);
	gov_spi_end();
	PG_RETURN_DATUM(result);
}
