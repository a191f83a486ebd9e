/*
 * filter.c
 *		The filters of MLflow's clients, such as "name LIKE 'a%' AND tags.k =
 *		'v'".
 *
 * A filter is comparisons joined by AND, in upper or lower case; there is no
 * OR, no NOT and no brackets but those of a list.  The result is keys and
 * values, never SQL: whoever builds a statement passes them as parameters.
 *
 * Each text in the buffer is shorter than what it was read from, by its quotes
 * or by the operator after it, so the buffer never overflows.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "registry/filter.h"

#define BLANKS " \t\r\n\f\v"
#define EXCERPT 80

typedef struct Reader
{
	const char *at;
	char	   *out;			/* where the next text goes */
	bool		versions;
	GovFilter  *filter;
} Reader;

static bool fail(Reader *r, const char *format, ...)
			__attribute__((format(printf, 2, 3)));

static bool
fail(Reader *r, const char *format, ...)
{
	va_list		args;

	va_start(args, format);
	vsnprintf(r->filter->error, GOV_FILTER_ERROR, format, args);
	va_end(args);
	return false;
}

/* As much of a text as an error shows; it ends with a whole character. */
static int
excerpt(const char *text)
{
	int			len = (int) strnlen(text, EXCERPT + 1);

	if (len <= EXCERPT)
		return len;
	len = EXCERPT;
	while (len > 0 && ((unsigned char) text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static bool
fail_clause(Reader *r, const char *at)
{
	return fail(r, "Invalid clause(s) in filter string: %.*s", excerpt(at),
				at);
}

static void
skip_blanks(Reader *r)
{
	r->at += strspn(r->at, BLANKS);
}

static bool
is_word_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		(c >= '0' && c <= '9') || c == '_';
}

static size_t
word_length(const char *s)
{
	size_t		len = 0;

	while (is_word_char(s[len]))
		len++;
	return len;
}

/* Is this the next word, in upper or lower case?  Then step over it. */
static bool
take_word(Reader *r, const char *word)
{
	size_t		len = word_length(r->at);

	if (len != strlen(word) || strncasecmp(r->at, word, len) != 0)
		return false;
	r->at += len;
	return true;
}

/* Copy what is between quotes, in which two of them are one. */
static bool
take_quoted(Reader *r, const char **text)
{
	const char *begin = r->at;
	char		quote = *r->at++;

	*text = r->out;
	for (;;)
	{
		if (*r->at == '\0')
			return fail_clause(r, begin);
		if (*r->at == quote)
		{
			if (r->at[1] != quote)
				break;
			r->at++;
		}
		*r->out++ = *r->at++;
	}
	r->at++;
	*r->out++ = '\0';
	return true;
}

static void
copy(Reader *r, const char *begin, size_t len, const char **text)
{
	*text = r->out;
	memcpy(r->out, begin, len);
	r->out += len;
	*r->out++ = '\0';
}

/* A key: in back quotes, in quotes, or as it is. */
static bool
take_key(Reader *r, const char *term, const char **key)
{
	size_t		len = 0;

	if (*r->at == '`' || *r->at == '"')
		return take_quoted(r, key);
	while (is_word_char(r->at[len]) ||
		   (r->at[len] != '\0' && strchr(".-/:", r->at[len]) != NULL) ||
		   ((unsigned char) r->at[len] & 0x80) != 0)
		len++;
	/* it ends at an operator, or is not of this grammar */
	if (len == 0 || r->at[len] == '\0')
		return fail_clause(r, term);
	copy(r, r->at, len, key);
	r->at += len;
	return true;
}

static bool
is_attribute(const Reader *r, const char *key)
{
	static const char *const names[] = {
		"name", "version_number", "run_id", "source_path"
	};
	int			i;

	for (i = 0; i < (r->versions ? 4 : 1); i++)
	{
		if (strcmp(names[i], key) == 0)
			return true;
	}
	return false;
}

/* "name", "attribute.name", "tags.key" */
static bool
take_left(Reader *r, GovFilterTerm *term)
{
	const char *begin = r->at;
	size_t		len = word_length(r->at);

	if (r->at[len] == '.' && len > 0)
	{
		bool		attribute = len == 9 &&
			strncmp(begin, "attribute", 9) == 0;

		term->is_tag = (len == 3 && strncmp(begin, "tag", 3) == 0) ||
			(len == 4 && strncmp(begin, "tags", 4) == 0);
		if (!term->is_tag && !attribute)
			return fail(r, "Invalid entity type '%.*s'. Valid entity types are ('attribute', 'tag', 'tags')",
						(int) (len > EXCERPT ? EXCERPT : len), begin);
		r->at += len + 1;
	}
	if (!take_key(r, begin, &term->key))
		return false;
	if (!term->is_tag && !is_attribute(r, term->key))
		return fail(r, "Invalid attribute key '%.*s' specified. Valid keys are '%s'",
					excerpt(term->key), term->key, r->versions ?
					"{'name', 'version_number', 'run_id', 'source_path'}" :
					"{'name'}");
	return true;
}

static bool
take_operator(Reader *r, const char *begin, GovFilterOp *op)
{
	static const struct
	{
		const char *sign;
		GovFilterOp op;
	}			signs[] = {
		{"!=", GOV_FILTER_NE}, {">=", GOV_FILTER_GE}, {"<=", GOV_FILTER_LE},
		{"=", GOV_FILTER_EQ}, {">", GOV_FILTER_GT}, {"<", GOV_FILTER_LT},
	};
	int			i;

	for (i = 0; i < (int) (sizeof(signs) / sizeof(signs[0])); i++)
	{
		size_t		len = strlen(signs[i].sign);

		if (strncmp(r->at, signs[i].sign, len) == 0)
		{
			*op = signs[i].op;
			r->at += len;
			return true;
		}
	}
	if (take_word(r, "LIKE"))
		*op = GOV_FILTER_LIKE;
	else if (take_word(r, "ILIKE"))
		*op = GOV_FILTER_ILIKE;
	else if (take_word(r, "IN"))
		*op = GOV_FILTER_IN;
	else
		return fail_clause(r, begin);
	return true;
}

static bool
check_operator(Reader *r, const GovFilterTerm *term, const char *sign,
			   const char *end)
{
	bool		is_number = !term->is_tag &&
		strcmp(term->key, "version_number") == 0;
	bool		compares = term->op >= GOV_FILTER_LT;
	bool		fits = is_number ?
		compares || term->op == GOV_FILTER_EQ || term->op == GOV_FILTER_NE :
		!compares;

	if (term->op == GOV_FILTER_IN)
	{
		if (!term->is_tag && strcmp(term->key, "run_id") == 0)
			return true;
		return fail(r, "Only the 'run_id' attribute supports comparison with a list of quoted string values.");
	}
	return fits || fail(r, "Invalid comparator for %s: %.*s",
						term->is_tag ? "tag" : "attribute",
						(int) (end - sign), sign);
}

/* ('a', 'b') */
static bool
take_list(Reader *r, GovFilterTerm *term)
{
	const char *text;

	if (*r->at != '(')
		return fail_clause(r, r->at);
	term->values = r->out;
	do
	{
		r->at++;
		skip_blanks(r);
		if ((*r->at != '\'' && *r->at != '"') ||
			term->nvalues == GOV_FILTER_VALUES)
			return fail(r, "While parsing a list in the query, expected a non-empty list of at most %d string values, each quoted.",
						GOV_FILTER_VALUES);
		if (!take_quoted(r, &text))
			return false;
		term->nvalues++;
		skip_blanks(r);
	} while (*r->at == ',');
	if (*r->at != ')')
		return fail_clause(r, r->at);
	r->at++;
	return true;
}

static bool
is_integer(const char *text)
{
	size_t		digits = strspn(text + (*text == '-'), "0123456789");

	return digits > 0 && digits <= 9 &&
		text[(*text == '-') + digits] == '\0';
}

static bool
take_value(Reader *r, const char *begin, GovFilterTerm *term)
{
	bool		is_number = term->op >= GOV_FILTER_LT ||
		(!term->is_tag && strcmp(term->key, "version_number") == 0);
	size_t		len = strcspn(r->at, BLANKS);

	if (*r->at == '\0')
		return fail_clause(r, begin);
	term->nvalues = 1;
	if (*r->at == '\'' || *r->at == '"')
	{
		if (!take_quoted(r, &term->values))
			return false;
	}
	else if (is_number)
	{
		/* after it comes a blank or the end, so there is room for a NUL */
		copy(r, r->at, len, &term->values);
		r->at += len;
	}
	else
		return fail(r, "Parameter value is either not quoted or unidentified quote types used for string value %.*s. Use either single or double quotes.",
					(int) (len < EXCERPT ? len : (size_t) excerpt(r->at)),
					r->at);
	if (is_number && !is_integer(term->values))
		return fail(r, "Invalid value for version_number: '%.*s' is no whole number of at most nine digits.",
					excerpt(term->values), term->values);
	return true;
}

static bool
take_term(Reader *r)
{
	GovFilterTerm *term = &r->filter->terms[r->filter->nterms];
	const char *begin = r->at;
	const char *sign;

	if (r->filter->nterms == GOV_FILTER_TERMS)
		return fail(r, "The filter has more than %d comparisons.",
					GOV_FILTER_TERMS);
	memset(term, 0, sizeof(*term));
	if (!take_left(r, term))
		return false;
	skip_blanks(r);
	sign = r->at;
	if (!take_operator(r, begin, &term->op) ||
		!check_operator(r, term, sign, r->at))
		return false;
	skip_blanks(r);
	r->filter->nterms++;
	return term->op == GOV_FILTER_IN ? take_list(r, term) :
		take_value(r, begin, term);
}

bool
gov_filter_parse(const char *text, bool versions, char *buffer,
				 GovFilter *filter)
{
	Reader		reader = {text, buffer, versions, filter};
	Reader	   *r = &reader;

	filter->nterms = 0;
	filter->error[0] = '\0';
	skip_blanks(r);
	while (*r->at != '\0')
	{
		if (!take_term(r))
			return false;
		skip_blanks(r);
		if (*r->at == '\0')
			break;
		if (!take_word(r, "AND"))
		{
			size_t		len = word_length(r->at);

			if (strpbrk(r->at, "=<>") != NULL && len > 0 &&
				!(len == 2 && strncasecmp(r->at, "OR", 2) == 0))
				return fail(r, "Search filter contained multiple expression '%.*s'. Provide AND-ed expression list.",
							excerpt(text), text);
			return fail_clause(r, r->at);
		}
		skip_blanks(r);
		if (*r->at == '\0')
			return fail(r, "Invalid clause(s) in filter string: AND");
	}
	return true;
}
