/*
 * model_tag.c
 *		Tags of models and versions: a value for each key.
 *
 * Tags may change at any time, and are no part of what is approved.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"

#include "core/args.h"
#include "core/operation.h"
#include "core/spi.h"
#include "registry/model.h"
#include "registry/model_tag.h"

PG_FUNCTION_INFO_V1(gov_set_model_tag);
PG_FUNCTION_INFO_V1(gov_drop_model_tag);
PG_FUNCTION_INFO_V1(gov_set_version_tag);
PG_FUNCTION_INFO_V1(gov_drop_version_tag);

GOV_SQL(set_model_tag, (TEXTOID, TEXTOID, TEXTOID),
		"INSERT INTO governance.model_tags AS t (model_id, key, value)"
		" VALUES ($1, $2, $3) ON CONFLICT (model_id, key) DO UPDATE"
		" SET value = excluded.value WHERE t.value <> excluded.value"
		" RETURNING t");

GOV_SQL(set_version_tag, (TEXTOID, TEXTOID, TEXTOID, TEXTOID),
		"INSERT INTO governance.model_version_tags AS t"
		" (model_id, version, key, value) VALUES ($1, $2, $3, $4)"
		" ON CONFLICT (model_id, version, key) DO UPDATE"
		" SET value = excluded.value WHERE t.value <> excluded.value"
		" RETURNING t");

/* Is it one segment of a path that means nothing but itself? */
static bool
is_segment(const char *s, int len)
{
	return len > 0 && !(len == 1 && s[0] == '.') &&
		!(len == 2 && s[0] == '.' && s[1] == '.');
}

/* Why it is not a key, or NULL. */
static const char *
key_flaw(const char *key)
{
	const char *s;
	const char *segment = key;

	if (key[0] == '\0')
		return "It is empty.";
	if (pg_mbstrlen(key) > GOV_TAG_KEY_MAX)
		return psprintf("It is longer than %d characters.", GOV_TAG_KEY_MAX);
	for (s = key;; s++)
	{
		if ((*s == '/' || *s == '\0') && !is_segment(segment, s - segment))
			return "It is a path with an empty part, \".\" or \"..\".";
		if (*s == '\0')
			return NULL;
		if (*s == '/')
			segment = s + 1;
		else if (!IS_HIGHBIT_SET(*s) && !gov_id_is_valid(s, 1) &&
				 strchr("_.- :", *s) == NULL)
			return "It has other characters than letters, digits, \"_\", \".\", \"-\", \":\", \"/\" and spaces.";
	}
}

static void
check_key(const char *key, const char *name)
{
	const char *flaw = key_flaw(key);

	if (flaw != NULL)
		gov_bad_value(name, flaw, NULL);
}

static void
check_value(const char *value, int len, const char *name)
{
	if (pg_mbstrlen_with_len(value, len) > GOV_TAG_VALUE_MAX)
		gov_bad_value(name, psprintf("It is longer than %d characters.",
									 GOV_TAG_VALUE_MAX), NULL);
}

static const char *
arg_key(FunctionCallInfo fcinfo, int n)
{
	const char *key = gov_arg_text(fcinfo, n, "key", NULL);

	if (key == NULL)
		gov_missing_value("key");
	check_key(key, "key");
	return key;
}

static const char *
arg_value(FunctionCallInfo fcinfo, int n)
{
	const char *value = gov_arg_text(fcinfo, n, "value", "");

	check_value(value, strlen(value), "value");
	return value;
}

/* The next tag of an object; false at its end. */
static bool
next_tag(JsonbIterator **it, char **key, JsonbValue *value)
{
	JsonbIteratorToken token;
	JsonbValue	v;

	while ((token = JsonbIteratorNext(it, &v, true)) != WJB_DONE)
	{
		if (token != WJB_KEY)
			continue;
		*key = pnstrdup(v.val.string.val, v.val.string.len);
		(void) JsonbIteratorNext(it, value, true);
		return true;
	}
	return false;
}

void
gov_tags_check(Jsonb *tags)
{
	JsonbIterator *it = JsonbIteratorInit(&tags->root);
	JsonbValue	value;
	char	   *key;

	if (JB_ROOT_COUNT(tags) > GOV_ARRAY_MAX)
		gov_bad_value("tags", psprintf("There are more than %d of them.",
									   GOV_ARRAY_MAX), NULL);
	while (next_tag(&it, &key, &value))
	{
		check_key(key, "tags");
		if (value.type != jbvString)
			gov_bad_value("tags",
						  psprintf("The value of \"%s\" is no string.",
								   gov_excerpt(key, strlen(key))),
						  "Give an object such as {\"key\": \"value\"}.");
		check_value(value.val.string.val, value.val.string.len, "tags");
	}
}

Jsonb *
gov_arg_tags(FunctionCallInfo fcinfo, int n)
{
	Jsonb	   *tags = gov_arg_object(fcinfo, n, "tags", false);

	gov_tags_check(tags);
	return tags;
}

void
gov_tags_put(const char *model_id, const char *version, Jsonb *tags)
{
	JsonbIterator *it = JsonbIteratorInit(&tags->root);
	JsonbValue	value;
	char	   *key;

	gov_operation_begin("set", NULL);
	while (next_tag(&it, &key, &value))
	{
		char	   *text = pnstrdup(value.val.string.val,
									value.val.string.len);

		CHECK_FOR_INTERRUPTS();
		if (version == NULL)
			(void) gov_run(&set_model_tag, gov_text(model_id), gov_text(key),
						   gov_text(text));
		else
			(void) gov_run(&set_version_tag, gov_text(model_id),
						   gov_text(version), gov_text(key), gov_text(text));
	}
	gov_operation_end();
}

/*
 * gov_set_model_tag(model_id, key, value) → model_tags
 */
Datum
gov_set_model_tag(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *key = arg_key(fcinfo, 1);
	const char *value = arg_value(fcinfo, 2);

	gov_refuse_read_only("gov_set_model_tag()");
	(void) gov_require_locking(GOV_PERM_MODEL_REGISTER,
							   gov_model_resource(model_id),
							   gov_model_lock(model_id));
	gov_operation_begin("set", NULL);
	if (gov_run(&set_model_tag, gov_text(model_id), gov_text(key),
				gov_text(value)) == 0)
		(void) gov_run(gov_sql("SELECT t FROM governance.model_tags AS t"
							   " WHERE t.model_id = $1 AND t.key = $2"),
					   gov_text(model_id), gov_text(key));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_drop_model_tag(model_id, key) → boolean: was there one
 */
Datum
gov_drop_model_tag(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *key = arg_key(fcinfo, 1);
	bool		dropped;

	gov_refuse_read_only("gov_drop_model_tag()");
	(void) gov_require_locking(GOV_PERM_MODEL_REGISTER,
							   gov_model_resource(model_id),
							   gov_model_lock(model_id));
	gov_operation_begin("drop", NULL);
	dropped = gov_run(gov_sql("DELETE FROM governance.model_tags"
							  " WHERE model_id = $1 AND key = $2"),
					  gov_text(model_id), gov_text(key)) > 0;
	gov_operation_end();
	gov_spi_end();
	PG_RETURN_BOOL(dropped);
}

/*
 * gov_set_version_tag(model_id, version, key, value) → model_version_tags
 */
Datum
gov_set_version_tag(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *version = gov_arg_version(fcinfo, 1);
	const char *key = arg_key(fcinfo, 2);
	const char *value = arg_value(fcinfo, 3);
	GovVersion	found;

	gov_refuse_read_only("gov_set_version_tag()");
	(void) gov_require_locking(GOV_PERM_MODEL_REGISTER,
							   gov_version_resource(model_id, version),
							   gov_version_lock_listed(model_id, version,
													   &found));
	gov_operation_begin("set", NULL);
	if (gov_run(&set_version_tag, gov_text(model_id), gov_text(version),
				gov_text(key), gov_text(value)) == 0)
		(void) gov_run(gov_sql("SELECT t"
							   " FROM governance.model_version_tags AS t"
							   " WHERE t.model_id = $1 AND t.version = $2"
							   " AND t.key = $3"), gov_text(model_id),
					   gov_text(version), gov_text(key));
	gov_operation_end();
	return gov_spi_end_row(fcinfo);
}

/*
 * gov_drop_version_tag(model_id, version, key) → boolean: was there one
 */
Datum
gov_drop_version_tag(PG_FUNCTION_ARGS)
{
	const char *model_id = gov_arg_id(fcinfo, 0, "model_id");
	const char *version = gov_arg_version(fcinfo, 1);
	const char *key = arg_key(fcinfo, 2);
	GovVersion	found;
	bool		dropped;

	gov_refuse_read_only("gov_drop_version_tag()");
	(void) gov_require_locking(GOV_PERM_MODEL_REGISTER,
							   gov_version_resource(model_id, version),
							   gov_version_lock_listed(model_id, version,
													   &found));
	gov_operation_begin("drop", NULL);
	dropped = gov_run(gov_sql("DELETE FROM governance.model_version_tags"
							  " WHERE model_id = $1 AND version = $2"
							  " AND key = $3"), gov_text(model_id),
					  gov_text(version), gov_text(key)) > 0;
	gov_operation_end();
	gov_spi_end();
	PG_RETURN_BOOL(dropped);
}
