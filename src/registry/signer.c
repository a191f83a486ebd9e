/*
 * signer.c
 *		gov_trust_signer() and gov_revoke_signer(): whose signatures of models
 *		count.
 *
 * A signer is written once and can be revoked; all else about it never
 * changes, so what was verified by it once was verified by the same row.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "mb/pg_wchar.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "access/require.h"
#include "core/args.h"
#include "core/operation.h"
#include "core/spi.h"
#include "registry/approval.h"
#include "signing/signer.h"
#include "tlog/sha256.h"

PG_FUNCTION_INFO_V1(gov_trust_signer);
PG_FUNCTION_INFO_V1(gov_revoke_signer);

#define MATERIAL_MAX 65536		/* bytes of PEM */

GOV_SQL(find_revoked_key, (TEXTOID),
		"SELECT t.name FROM governance.trusted_signers AS t"
		" WHERE t.kind = 'key' AND t.fingerprint = $1"
		" AND t.revoked_at IS NOT NULL LIMIT 1");

GOV_SQL(insert_signer,
		(TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTOID, TEXTARRAYOID,
		 TIMESTAMPTZOID, TIMESTAMPTZOID, TEXTOID),
		"INSERT INTO governance.trusted_signers AS t"
		" (name, kind, material, fingerprint, identity, models, valid_from,"
		" valid_to, created_by)"
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
		" ON CONFLICT (name) DO NOTHING RETURNING t");

GOV_SQL(lock_signer, (TEXTOID),
		"SELECT t.revoked_at IS NOT NULL FROM governance.trusted_signers AS t"
		" WHERE t.name = $1 FOR NO KEY UPDATE");

/* What is live without another signature that still counts. */
GOV_SQL(find_live, (TEXTOID),
		"SELECT pg_catalog.string_agg(DISTINCT v.model_id || ':' ||"
		" v.version, ', ') FROM governance.v_signed_versions AS v"
		" WHERE v.signer = $1 AND v.live_in <> '{}'");

static char *
signer_resource(const char *name)
{
	return psprintf("trusted_signer/%s", name);
}

/* Check the PEM of a key or a root; returns its fingerprint in hex. */
static char *
arg_material(FunctionCallInfo fcinfo, int n, bool is_root,
			 const char **material)
{
	char	   *hex = palloc(2 * GOV_SHA256_LEN + 1);
	GovTrusted	trusted;
	const char *utf8;
	const char *flaw;

	*material = gov_arg_reason(fcinfo, n, "material");
	if (strlen(*material) > MATERIAL_MAX)
		gov_bad_value("material", "It has more than 64 kB.", NULL);
	utf8 = pg_server_to_any(*material, strlen(*material), PG_UTF8);
	if (!gov_trusted_read(&trusted, utf8, strlen(utf8), is_root, &flaw))
		gov_bad_value("material", flaw, is_root ?
					  "A root is the certificate (BEGIN CERTIFICATE) of an authority that signs certificates." :
					  "A key is a public key (BEGIN PUBLIC KEY), as openssl pkey -pubout writes it.");
	gov_hex(trusted.fingerprint, GOV_SHA256_LEN, hex);
	gov_trusted_free(&trusted);
	return hex;
}

static const char *
arg_identity(FunctionCallInfo fcinfo, int n, bool is_root)
{
	const char *identity;

	if (PG_ARGISNULL(n))
		return NULL;
	identity = gov_arg_reason(fcinfo, n, "identity");
	if (!is_root)
		gov_bad_value("identity", "A key names nobody.",
					  "An identity is what a certificate under a root must name.");
	if (strlen(identity) >= GOV_IDENTITY_ROOM)
		gov_bad_value("identity",
					  psprintf("It has %d bytes or more.", GOV_IDENTITY_ROOM),
					  NULL);
	return identity;
}

/*
 * gov_trust_signer(name, kind, material, identity, models, valid_from,
 *		valid_to) → trusted_signers
 */
Datum
gov_trust_signer(PG_FUNCTION_ARGS)
{
	static const char *const kinds[] = {"key", "root", NULL};
	const char *name = gov_arg_id(fcinfo, 0, "name");
	TimestampTz valid_from = gov_arg_time(fcinfo, 5, "valid_from", true);
	TimestampTz valid_to = gov_arg_time(fcinfo, 6, "valid_to", true);
	const char *kind = gov_arg_word(fcinfo, 1, "kind", kinds, NULL);
	bool		is_root = strcmp(kind, "root") == 0;
	const char *material;
	const char *fingerprint = arg_material(fcinfo, 2, is_root, &material);
	const char *identity = arg_identity(fcinfo, 3, is_root);
	int			models;
	GovActor	actor;
	bool		found;

	(void) gov_arg_id_array(fcinfo, 4, "models", &models);
	if (models == 0)
		gov_bad_value("models", "It names no model.",
					  "Leave it out for a signer of every model.");
	if (valid_from == DT_NOEND)
		valid_from = GetCurrentTimestamp();
	if (valid_to <= valid_from)
		gov_bad_value("valid_to", "It is not after valid_from.", NULL);

	gov_refuse_read_only("gov_trust_signer()");
	actor = gov_require_locking(GOV_PERM_SYSTEM_CONFIG,
								signer_resource(name),
								found = gov_run(&lock_signer,
												gov_text(name)) > 0);
	if (!found)
	{
		if (!is_root && gov_run(&find_revoked_key, gov_text(fingerprint)) > 0)
			ereport(ERROR,
					(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
					 errmsg("the key of trusted signer \"%s\" is revoked",
							name),
					 errdetail("It was that of trusted signer \"%s\".",
							   gov_row_text(0, 1)),
					 errhint("Trust another key: a revoked one stays revoked.")));
		(void) gov_approval_use(GOV_ACTION_SYSTEM_CONFIG_CHANGE, &actor,
								name, NULL);
		gov_operation_begin("trust", NULL);
		if (gov_run(&insert_signer, gov_text(name), gov_text(kind),
					gov_text(material), gov_text(fingerprint),
					gov_text(identity),
					gov_datum(models < 0 ? (Datum) 0 : PG_GETARG_DATUM(4),
							  models < 0),
					gov_datum(TimestampTzGetDatum(valid_from), false),
					gov_time(valid_to), gov_text(actor.user_id)) > 0)
		{
			gov_operation_end();
			return gov_spi_end_row(fcinfo);
		}
	}
	ereport(ERROR,
			(errcode(ERRCODE_UNIQUE_VIOLATION),
			 errmsg("trusted signer \"%s\" exists already", name),
			 errhint("What a signer is trusted with never changes: revoke it with gov_revoke_signer(), and trust another name.")));
	return (Datum) 0;			/* keep the compiler quiet */
}

/*
 * gov_revoke_signer(name, reason) → trusted_signers
 *
 * Whoever verifies a signature locks the signers that could have made it, so a
 * deployment is either before this, and named in a NOTICE, or after it, and
 * refused.
 */
Datum
gov_revoke_signer(PG_FUNCTION_ARGS)
{
	const char *name = gov_arg_id(fcinfo, 0, "name");
	const char *reason = gov_arg_reason(fcinfo, 1, "reason");
	GovActor	actor;
	bool		found;
	char	   *live;

	gov_refuse_read_only("gov_revoke_signer()");
	actor = gov_require_locking(GOV_PERM_SYSTEM_CONFIG,
								signer_resource(name),
								found = gov_run(&lock_signer,
												gov_text(name)) > 0);
	if (!found)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("trusted signer \"%s\" does not exist", name),
				 errhint("SELECT name FROM governance.trusted_signers lists those that do.")));
	if (gov_row_bool(0, 1))
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("trusted signer \"%s\" is revoked already", name)));
	(void) gov_run(&find_live, gov_text(name));
	live = gov_row_text(0, 1);
	if (live != NULL)
		ereport(NOTICE,
				(errmsg("what trusted signer \"%s\" signed is live", name),
				 errdetail("%s.", live),
				 errhint("It stays until it is rolled back: SELECT * FROM governance.v_signed_versions shows where.")));
	gov_operation_begin("revoke", reason);
	(void) gov_run(gov_sql("UPDATE governance.trusted_signers AS t"
						   " SET revoked_at = pg_catalog.clock_timestamp(),"
						   " revoked_by = $2, revocation_reason = $3"
						   " WHERE t.name = $1 RETURNING t"), gov_text(name),
				   gov_text(actor.user_id), gov_text(reason));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}
