/*
 * search.c
 *		Models and versions by a filter, in an order, page by page.
 *
 * The statement is put together from texts in this file.  All that comes from
 * the caller, keys, values and where a page begins, is passed as parameters.
 *
 * A page's token has the keys of its last row, so that rows which come or go
 * between two pages make no other row appear twice or be missed.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "catalog/pg_type.h"
#include "common/base64.h"
#include "fmgr.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/typcache.h"

#include "access/require.h"
#include "core/args.h"
#include "core/json_text.h"
#include "core/row_json.h"
#include "core/spi.h"
#include "registry/filter.h"
#include "registry/search.h"

PG_FUNCTION_INFO_V1(gov_search_models);
PG_FUNCTION_INFO_V1(gov_search_model_versions);

#define PAGE_BYTES (8 * 1024 * 1024)
#define FETCH 100
#define MAX_KEYS 6
#define MAX_PARAMS (2 * GOV_FILTER_TERMS + 2 * MAX_KEYS)

typedef enum KeyType
{
	KEY_TEXT,
	KEY_NUMBER,
	KEY_TIME
} KeyType;

typedef struct Key
{
	const char *name;			/* in order_by; NULL: it only breaks ties */
	const char *sql;
	KeyType		type;
	bool		descends;		/* where it breaks ties */
} Key;

/* Those from "name" on break ties, in this order. */
static const Key model_keys[] = {
	{"timestamp", "u.at", KEY_TIME},
	{"last_updated_timestamp", "u.at", KEY_TIME},
	{"name", "m.name", KEY_TEXT, false},
};

static const Key version_keys[] = {
	{"creation_timestamp", "v.created_at", KEY_TIME},
	{"last_updated_timestamp", "v.last_updated_at", KEY_TIME, true},
	{"name", "m.name", KEY_TEXT, false},
	{"version_number", "coalesce(" GOV_VERSION_NUMBER ", 0)", KEY_NUMBER, true},
	{NULL, "v.version", KEY_TEXT, true},
};

typedef struct Finding
{
	const GovSearch *search;
	StringInfoData sql;
	int			nparams;
	Oid			types[MAX_PARAMS];
	Datum		values[MAX_PARAMS];
	int			nkeys;
	const Key  *keys[MAX_KEYS];
	bool		descends[MAX_KEYS];
	bool		by_moved_at;
} Finding;

pg_noreturn static void refuse(const Finding *finding, const char *argument,
							   const char *format, ...)
			pg_attribute_printf(3, 4);

/* MLflow's words; in SQL they are the detail. */
static void
refuse(const Finding *finding, const char *argument, const char *format, ...)
{
	va_list		args;
	char		text[512];

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!finding->search->is_of_mlflow)
		gov_bad_value(argument, text, NULL);
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg_internal("%s", text)));
}

/* Add a parameter; returns its number. */
static int
add_param(Finding *finding, Oid type, Datum value)
{
	if (finding->nparams == MAX_PARAMS)
		elog(ERROR, "too many parameters");
	finding->types[finding->nparams] = type;
	finding->values[finding->nparams] = value;
	return ++finding->nparams;
}

static int
add_text(Finding *finding, const char *text)
{
	return add_param(finding, TEXTOID, CStringGetTextDatum(text));
}

/* --- the filter ---------------------------------------------------------- */

/* A pattern must not end with half an escape. */
static void
check_pattern(const Finding *finding, const char *pattern)
{
	const char *s;

	for (s = pattern; *s != '\0'; s += pg_mblen(s))
	{
		if (*s == '\\' && *++s == '\0')
			refuse(finding, "filter", "Invalid pattern '%s': it ends with a backslash.",
				   gov_excerpt(pattern, strlen(pattern)));
	}
}

static void
put_comparison(Finding *finding, const char *column, const GovFilterTerm *term)
{
	static const char *const signs[] = {
		[GOV_FILTER_EQ] = "=", [GOV_FILTER_NE] = "<>",
		[GOV_FILTER_LIKE] = "LIKE", [GOV_FILTER_ILIKE] = "ILIKE",
		[GOV_FILTER_LT] = "<", [GOV_FILTER_LE] = "<=",
		[GOV_FILTER_GT] = ">", [GOV_FILTER_GE] = ">="
	};
	bool		is_number = !term->is_tag &&
		strcmp(term->key, "version_number") == 0;

	if (term->op == GOV_FILTER_LIKE || term->op == GOV_FILTER_ILIKE)
		check_pattern(finding, term->values);
	appendStringInfo(&finding->sql, " (%s%s) %s $%d", column,
					 term->op == GOV_FILTER_ILIKE ?
					 " COLLATE pg_catalog.\"default\"" : "", signs[term->op],
					 is_number ?
					 add_param(finding, INT4OID,
							   Int32GetDatum(pg_strtoint32(term->values))) :
					 add_text(finding, term->values));
}

/* Is it about whether a model is a prompt? */
static bool
is_of_prompts(const GovFilterTerm *term)
{
	return term->is_tag && strcmp(term->key, GOV_PROMPT_TAG) == 0;
}

/* Does the filter ask for prompts?  The first term about them says it. */
static bool
wants_prompts(const GovFilter *filter)
{
	int			i;

	for (i = 0; i < filter->nterms; i++)
	{
		const GovFilterTerm *term = &filter->terms[i];

		if (is_of_prompts(term))
			return (term->op == GOV_FILTER_EQ &&
					pg_strcasecmp(term->values, "true") == 0) ||
				(term->op == GOV_FILTER_NE &&
				 pg_strcasecmp(term->values, "false") == 0);
	}
	return false;
}

static void
put_tag(Finding *finding, const GovFilterTerm *term)
{
	bool		of_version = finding->search->versions &&
		!(finding->search->hides_prompts && is_of_prompts(term));

	appendStringInfo(&finding->sql, of_version ?
					 " (v.model_id, v.version) IN (SELECT t.model_id, t.version"
					 " FROM governance.model_version_tags AS t WHERE t.key = $%d AND" :
					 " m.model_id IN (SELECT t.model_id"
					 " FROM governance.model_tags AS t WHERE t.key = $%d AND",
					 add_text(finding, term->key));
	put_comparison(finding, "t.value", term);
	if (term->op == GOV_FILTER_EQ)	/* as the index has it */
		appendStringInfo(&finding->sql,
						 " AND pg_catalog.\"left\"(t.value, 64) = pg_catalog.\"left\"($%d, 64)",
						 finding->nparams);
	appendStringInfoChar(&finding->sql, ')');
}

/* The run_id of a version without a run is '', which no index has. */
static const char *
run_id_column(const GovFilterTerm *term)
{
	const char *value = term->values;
	bool		may_be_empty = term->op != GOV_FILTER_EQ &&
		term->op != GOV_FILTER_IN;
	int			i;

	for (i = 0; i < term->nvalues; i++, value += strlen(value) + 1)
		may_be_empty |= value[0] == '\0';
	return may_be_empty ? "coalesce(v.metadata ->> 'run_id', '')" :
		"v.metadata ->> 'run_id'";
}

static void
put_list(Finding *finding, const GovFilterTerm *term)
{
	Datum	   *values = palloc(sizeof(Datum) * term->nvalues);
	const char *value = term->values;
	ArrayType  *list;
	int			i;

	for (i = 0; i < term->nvalues; i++, value += strlen(value) + 1)
		values[i] = CStringGetTextDatum(value);
	list = construct_array(values, term->nvalues, TEXTOID, -1, false,
						   TYPALIGN_INT);
	appendStringInfo(&finding->sql, " (%s) = ANY ($%d)", run_id_column(term),
					 add_param(finding, TEXTARRAYOID, PointerGetDatum(list)));
}

static void
put_attribute(Finding *finding, const GovFilterTerm *term)
{
	if (term->op == GOV_FILTER_IN)
		put_list(finding, term);
	else
		put_comparison(finding, strcmp(term->key, "name") == 0 ? "m.name" :
					   strcmp(term->key, "run_id") == 0 ?
					   run_id_column(term) :
					   strcmp(term->key, "source_path") == 0 ?
					   "coalesce(v.metadata ->> 'source', v.model_path)" :
					   GOV_VERSION_NUMBER, term);
}

static void
put_filter(Finding *finding)
{
	const GovSearch *search = finding->search;
	Size		len = strlen(search->filter);
	GovFilter  *filter = palloc(sizeof(GovFilter));
	bool		hides;
	int			i;

	if (!gov_filter_parse(search->filter, search->versions,
						  palloc(GOV_FILTER_BUFFER(len)), filter))
		refuse(finding, "filter", "%s", filter->error);
	hides = search->hides_prompts && !wants_prompts(filter);
	for (i = 0; i < filter->nterms; i++)
	{
		const GovFilterTerm *term = &filter->terms[i];

		/* clients of 3.x ask for != 'true', which models without it meet */
		if (hides && is_of_prompts(term))
			continue;
		appendStringInfoString(&finding->sql, " AND");
		if (term->is_tag)
			put_tag(finding, term);
		else
			put_attribute(finding, term);
	}
	if (hides)
		appendStringInfoString(&finding->sql,
							   " AND NOT EXISTS (SELECT FROM governance.model_tags AS p"
							   " WHERE p.model_id = m.model_id AND p.key = '"
							   GOV_PROMPT_TAG "' AND p.value = 'true')");
}

/* --- the order ----------------------------------------------------------- */

static void
add_key(Finding *finding, const Key *key, bool descends)
{
	if (finding->nkeys == MAX_KEYS)
		elog(ERROR, "too many keys");
	finding->by_moved_at |= strcmp(key->sql, "u.at") == 0;
	finding->keys[finding->nkeys] = key;
	finding->descends[finding->nkeys++] = descends;
}

static bool
has_key(const Finding *finding, const Key *key)
{
	int			i;

	for (i = 0; i < finding->nkeys; i++)
	{
		if (strcmp(finding->keys[i]->sql, key->sql) == 0)
			return true;
	}
	return false;
}

/* "name", "name DESC" */
static void
take_order(Finding *finding, const Key *keys, int nkeys, const char *clause)
{
	char	   *copy = pstrdup(clause);
	char	   *save;
	char	   *word = strtok_r(copy, " \t\r\n", &save);
	char	   *way = strtok_r(NULL, " \t\r\n", &save);
	int			i;

	if (word == NULL || strtok_r(NULL, " \t\r\n", &save) != NULL)
		refuse(finding, "order_by",
			   "Invalid order_by clause '%s'. Could not be parsed.",
			   gov_excerpt(clause, strlen(clause)));
	for (i = 0; i < nkeys; i++)
	{
		if (keys[i].name != NULL && strcmp(keys[i].name, word) == 0)
			break;
	}
	if (i == nkeys)
		refuse(finding, "order_by",
			   "Invalid order by key '%s' specified. Valid keys are %s",
			   gov_excerpt(word, strlen(word)), finding->search->versions ?
			   "{'name', 'version_number', 'creation_timestamp', 'last_updated_timestamp'}" :
			   "{'name', 'timestamp', 'last_updated_timestamp'}");
	if (way != NULL && pg_strcasecmp(way, "ASC") != 0 &&
		pg_strcasecmp(way, "DESC") != 0)
		refuse(finding, "order_by",
			   "Invalid ordering key in order_by clause '%s'.",
			   gov_excerpt(clause, strlen(clause)));
	if (has_key(finding, &keys[i]))
		refuse(finding, "order_by",
			   "`order_by` contains duplicate fields: '%s'.",
			   gov_excerpt(clause, strlen(clause)));
	add_key(finding, &keys[i], way != NULL && pg_strcasecmp(way, "DESC") == 0);
}

static void
take_orders(Finding *finding)
{
	const GovSearch *search = finding->search;
	const Key  *keys = search->versions ? version_keys : model_keys;
	int			nkeys = search->versions ? lengthof(version_keys) :
		lengthof(model_keys);
	int			i;

	for (i = 0; i < search->norder; i++)
		take_order(finding, keys, nkeys, search->order_by[i]);
	/* by default the newest versions come first */
	for (i = search->versions && search->norder == 0 ? 1 : 2; i < nkeys; i++)
	{
		if (!has_key(finding, &keys[i]))
			add_key(finding, &keys[i], keys[i].descends);
	}
}

/* --- pages --------------------------------------------------------------- */

/* What order a page belongs to. */
static char *
order_name(const Finding *finding)
{
	StringInfoData name;
	int			i;

	initStringInfo(&name);
	appendStringInfoChar(&name, finding->search->versions ? 'v' : 'm');
	for (i = 0; i < finding->nkeys; i++)
		appendStringInfo(&name, "%c%s", finding->descends[i] ? '-' : '+',
						 finding->keys[i]->name ? finding->keys[i]->name : "");
	return name.data;
}

/* "order;3:abc,1:2," in base64 */
static char *
page_token(const Finding *finding, char **keys)
{
	StringInfoData text;
	char	   *token;
	int			len;
	int			i;

	initStringInfo(&text);
	appendStringInfo(&text, "%s;", order_name(finding));
	for (i = 0; i < finding->nkeys; i++)
		appendStringInfo(&text, "%zu:%s,", strlen(keys[i]), keys[i]);
	len = pg_b64_enc_len(text.len);
	token = palloc(len + 1);
	len = pg_b64_encode((void *) text.data, text.len, token, len);
	if (len < 0)
		elog(ERROR, "base64 has no room");
	token[len] = '\0';
	return token;
}

pg_noreturn static void
refuse_page(const Finding *finding, const char *text)
{
	refuse(finding, "page", "Invalid page token, decoded value='%s'",
		   gov_excerpt(text, strlen(text)));
}

static char *
decode_page(const Finding *finding, const char *page)
{
	int			room = pg_b64_dec_len(strlen(page));
	char	   *text = palloc(room + 1);
	int			len = pg_b64_decode(page, strlen(page), (void *) text, room);

	if (len < 0 || memchr(text, '\0', len) != NULL ||
		!pg_verify_mbstr(GetDatabaseEncoding(), text, len, true))
		refuse(finding, "page", "Invalid page token, could not base64-decode");
	text[len] = '\0';
	return text;
}

static bool
is_whole_number(const char *text, int64 *value)
{
	char	   *end;

	errno = 0;
	*value = strtoll(text, &end, 10);
	return errno == 0 && end > text && *end == '\0';
}

/* Add the key of the last row before the page as a parameter. */
static int
add_key_param(Finding *finding, const Key *key, const char *value,
			  const char *page)
{
	int64		number;

	if (key->type == KEY_TEXT)
		return add_text(finding, value);
	if (!is_whole_number(value, &number))
		refuse_page(finding, page);
	if (key->type == KEY_NUMBER)
		return add_param(finding, INT8OID, Int64GetDatum(number));
	/* microseconds since 1970 */
	number -= (POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY;
	if (!IS_VALID_TIMESTAMP(number))
		refuse_page(finding, page);
	return add_param(finding, TIMESTAMPTZOID, TimestampTzGetDatum(number));
}

/* The condition for rows after the last one of the page before. */
static void
put_page(Finding *finding)
{
	char	   *text = decode_page(finding, finding->search->page);
	const char *order = order_name(finding);
	char	   *at = text + strlen(order);
	int			i;

	if (strncmp(text, order, strlen(order)) != 0 || *at++ != ';')
		refuse_page(finding, text);
	for (i = 0; i < finding->nkeys; i++)
	{
		const Key  *key = finding->keys[i];
		const char *sign = finding->descends[i] ? "<" : ">";
		char	   *value;
		long		len = strtol(at, &value, 10);
		int			param;

		if (*value++ != ':' || len < 0 || (Size) len >= strlen(value) ||
			value[len] != ',')
			refuse_page(finding, text);
		at = value + len + 1;
		param = add_key_param(finding, key, pnstrdup(value, len), text);
		/* the first bound lets an index scan begin there */
		if (i == 0)
			appendStringInfo(&finding->sql, " AND %s %s= $%d AND (", key->sql,
							 sign, param);
		appendStringInfo(&finding->sql, "%s %s $%d", key->sql, sign, param);
		if (i + 1 < finding->nkeys)
			appendStringInfo(&finding->sql, " OR %s = $%d AND (", key->sql,
							 param);
	}
	for (i = 0; i < finding->nkeys; i++)
		appendStringInfoChar(&finding->sql, ')');
}

/* --- the answer ---------------------------------------------------------- */

static void
put_select(Finding *finding)
{
	int			i;

	appendStringInfo(&finding->sql, "SELECT %s", finding->search->row);
	for (i = 0; i < finding->nkeys; i++)
		appendStringInfo(&finding->sql, finding->keys[i]->type == KEY_TIME ?
						 ", (extract(epoch FROM %s) * 1000000)::bigint::text" :
						 ", (%s)::text", finding->keys[i]->sql);
	appendStringInfoString(&finding->sql, finding->search->versions ?
						   " FROM governance.model_versions AS v"
						   " JOIN governance.models AS m ON m.model_id = v.model_id" :
						   " FROM governance.models AS m");
	if (finding->by_moved_at)
		appendStringInfoString(&finding->sql, " CROSS JOIN LATERAL (SELECT "
							   GOV_MODEL_MOVED_AT " AS at) AS u");
	appendStringInfoString(&finding->sql, " WHERE m.deleted_at IS NULL");
	if (finding->search->versions)
		appendStringInfoString(&finding->sql, " AND v.deleted_at IS NULL");
}

static void
put_order(Finding *finding)
{
	int			i;

	for (i = 0; i < finding->nkeys; i++)
		appendStringInfo(&finding->sql, "%s%s%s", i ? ", " : " ORDER BY ",
						 finding->keys[i]->sql,
						 finding->descends[i] ? " DESC" : "");
	appendStringInfo(&finding->sql, " LIMIT %d", finding->search->limit + 1);
}

/* Append the first column: a text as it is, a row as an object. */
static void
put_row(StringInfo out, HeapTuple tuple, TupleDesc desc)
{
	bool		isnull;
	Datum		value = SPI_getbinval(tuple, desc, 1, &isnull);
	Jsonb	   *object;

	if (SPI_gettypeid(desc, 1) == TEXTOID)
	{
		text	   *shown = DatumGetTextPP(value);

		appendBinaryStringInfo(out, VARDATA_ANY(shown),
							   VARSIZE_ANY_EXHDR(shown));
	}
	else
	{
		HeapTupleHeader header = DatumGetHeapTupleHeader(value);
		HeapTupleData row = {.t_len = HeapTupleHeaderGetDatumLength(header),
		.t_data = header};
		TupleDesc	row_desc =
			lookup_rowtype_tupdesc(HeapTupleHeaderGetTypeId(header),
								   HeapTupleHeaderGetTypMod(header));

		object = gov_row_to_jsonb(&row, row_desc, InvalidAttrNumber);
		(void) gov_json_text(out, object, NULL, NULL);
		ReleaseTupleDesc(row_desc);
	}
}

static char **
keys_of(const Finding *finding, HeapTuple tuple, TupleDesc desc)
{
	char	  **keys = palloc(sizeof(char *) * finding->nkeys);
	int			i;

	for (i = 0; i < finding->nkeys; i++)
		keys[i] = SPI_getvalue(tuple, desc, i + 2);
	return keys;
}

/*
 * put_rows
 *		Append as many rows as fit; returns the token of the next page, or NULL
 *		where there are no more.
 */
static char *
put_rows(Finding *finding, Portal portal, StringInfo out)
{
	int			begin = out->len;
	int			count = 0;
	char	  **keys = NULL;

	for (;;)
	{
		uint64		i;

		SPI_cursor_fetch(portal, true, FETCH);
		for (i = 0; i < SPI_processed; i++)
		{
			HeapTuple	tuple = SPI_tuptable->vals[i];

			CHECK_FOR_INTERRUPTS();
			if (count == finding->search->limit ||
				(count > 0 && out->len - begin > PAGE_BYTES))
				return page_token(finding, keys);
			if (count++ > 0)
				appendStringInfoString(out, ", ");
			put_row(out, tuple, SPI_tuptable->tupdesc);
			keys = keys_of(finding, tuple, SPI_tuptable->tupdesc);
		}
		if (SPI_processed < FETCH)
			return NULL;
		SPI_freetuptable(SPI_tuptable);
	}
}

void
gov_search_run(const GovSearch *search, StringInfo out)
{
	Finding		finding = {.search = search};
	Portal		portal;
	int			begin = out->len;
	int			empty;
	char	   *token;

	gov_spi_begin();
	initStringInfo(&finding.sql);
	take_orders(&finding);
	put_select(&finding);
	put_filter(&finding);
	if (search->page[0] != '\0')
		put_page(&finding);
	put_order(&finding);
	portal = SPI_cursor_open_with_args(NULL, finding.sql.data,
									   finding.nparams, finding.types,
									   finding.values, NULL, true,
									   CURSOR_OPT_NO_SCROLL);
	appendStringInfo(out, "{\"%s\": [", search->list);
	empty = out->len;
	token = put_rows(&finding, portal, out);
	if (search->is_of_mlflow && out->len == empty)
	{
		out->len = begin;
		appendStringInfoString(out, "{}");
	}
	else if (token != NULL)
		appendStringInfo(out, "], \"%s\": \"%s\"}", search->next, token);
	else if (search->is_of_mlflow)
		appendStringInfoString(out, "]}");
	else
		appendStringInfo(out, "], \"%s\": null}", search->next);
	SPI_cursor_close(portal);
	gov_spi_end();
}

static Datum
search_by_sql(FunctionCallInfo fcinfo, GovSearch *search)
{
	StringInfoData out;

	search->filter = gov_arg_text(fcinfo, 0, "filter", "");
	search->order_by = gov_arg_text_array(fcinfo, 1, "order_by",
										  &search->norder);
	search->norder = Max(search->norder, 0);	/* NULL */
	search->limit = PG_ARGISNULL(2) ? 100 :
		gov_arg_int4(fcinfo, 2, "limit_rows", 1, GOV_SEARCH_MAX);
	search->page = gov_arg_text(fcinfo, 3, "page", "");
	search->next = "next_page";
	(void) gov_require_actor();
	initStringInfo(&out);
	gov_search_run(search, &out);
	return DirectFunctionCall1(jsonb_in, CStringGetDatum(out.data));
}

/*
 * gov_search_models(filter, order_by, limit_rows, page) → jsonb
 */
Datum
gov_search_models(PG_FUNCTION_ARGS)
{
	GovSearch	search = {.row = "m",.list = "models"};

	return search_by_sql(fcinfo, &search);
}

/*
 * gov_search_model_versions(filter, order_by, limit_rows, page) → jsonb
 */
Datum
gov_search_model_versions(PG_FUNCTION_ARGS)
{
	GovSearch	search = {.versions = true,.row = "v",
	.list = "model_versions"};

	return search_by_sql(fcinfo, &search);
}
