/*
 * source.c
 *		Sources: where the files of a version are, in MLflow's terms.
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_type.h"

#include "core/args.h"
#include "core/spi.h"
#include "mlflow/request.h"
#include "mlflow/source.h"
#include "registry/search.h"

GOV_SQL(find_path, (TEXTOID, TEXTOID, TEXTOID),
		"SELECT v.model_path FROM governance.models AS m"
		" JOIN governance.model_versions AS v ON v.model_id = m.model_id"
		" LEFT JOIN governance.model_aliases AS a"
		" ON a.model_id = v.model_id AND a.version = v.version"
		" AND a.alias = $3"
		" WHERE m.name = $1 AND m.deleted_at IS NULL"
		" AND v.deleted_at IS NULL"
		" AND (v.version = $2 OR a.alias IS NOT NULL)");

pg_noreturn static void
refuse(const char *source, const char *why)
{
	gov_mlflow_bad("Invalid model version source: '%s'. %s",
				   gov_excerpt(source, strlen(source)), why);
}

static bool
is_prompt(const Jsonb *tags)
{
	JsonbValue *value =
		getKeyJsonValueFromContainer((JsonbContainer *) &tags->root,
									 GOV_PROMPT_TAG, strlen(GOV_PROMPT_TAG),
									 NULL);

	return value != NULL && value->type == jbvString &&
		value->val.string.len == 4 &&
		memcmp(value->val.string.val, "true", 4) == 0;
}

/* The length of "s3" in "s3://bucket/x"; 0 where there is none. */
static int
scheme_length(const char *source)
{
	int			len = 0;

	if (!isalpha((unsigned char) source[0]))
		return 0;
	while (isalnum((unsigned char) source[len]) ||
		   (source[len] != '\0' && strchr("+-.", source[len]) != NULL))
		len++;
	/* one letter is a drive */
	return source[len] == ':' && len > 1 ? len : 0;
}

/* Decode %XX once; false where there was none. */
static bool
decode(char *text)
{
	char	   *to = text;
	bool		found = false;

	for (; *text != '\0'; text++, to++)
	{
		if (text[0] == '%' && isxdigit((unsigned char) text[1]) &&
			isxdigit((unsigned char) text[2]))
		{
			char		digits[3] = {text[1], text[2], '\0'};

			*to = (char) strtol(digits, NULL, 16);
			if (*to == '\0')
				*to = '\\';		/* refused below, like a backslash */
			found = true;
			text += 2;
		}
		else
			*to = *text;
	}
	*to = '\0';
	return found;
}

/* Does a part of the path lead upwards, however many times it was encoded? */
static bool
leads_elsewhere(const char *source)
{
	char	   *path = pstrdup(source);

	do
	{
		const char *part = path;

		for (;;)
		{
			int			len = strcspn(part, "/?#");

			if (len == 2 && memcmp(part, "..", 2) == 0)
				return true;
			if (part[len] == '\0')
				break;
			part += len + 1;
		}
		if (strchr(path, '\\') != NULL)
			return true;
	} while (decode(path));
	return false;
}

/* "models:/name/version" or "models:/name@alias"; a logged model has neither. */
static const char *
resolve(const char *source)
{
	const char *name = source + strlen("models:/");
	const char *mark;

	name += strspn(name, "/");
	mark = strpbrk(name, "@/");
	if (mark == NULL)
		return source;
	if (gov_run(&find_path, gov_text(pnstrdup(name, mark - name)),
				gov_text(*mark == '/' ? mark + 1 : NULL),
				gov_text(*mark == '@' ? mark + 1 : NULL)) == 0)
		refuse(source, "There is no such model version.");
	return gov_row_text(0, 1);
}

const char *
gov_mlflow_source(const char *source, const Jsonb *tags)
{
	int			len = scheme_length(source);

	if (leads_elsewhere(source))
		refuse(source, "It leads elsewhere than it says.");
	if (len == 0 && source[0] != '/' && is_prompt(tags))
		return source;
	if (len == 0 || (len == 4 && pg_strncasecmp(source, "file", 4) == 0))
		refuse(source, "To use a local path as a model version source is not possible here: upload the files, and give their URI.");
	return strncmp(source, "models:/", strlen("models:/")) == 0 ?
		resolve(source) : source;
}
