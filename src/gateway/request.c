/*
 * request.c
 *		A request as it came: path, query, header fields.
 *
 * It knows neither libmicrohttpd nor the database, so that it can be fuzzed.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/request.h"
#include "text/utf8.h"

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* Decode %XX, and + in a query; returns NULL if the result is not UTF-8. */
static const char *
decode(Arena *arena, const char *text, size_t len, bool plus)
{
	char	   *out = arena_alloc(arena, len + 1);
	size_t		n = 0;
	size_t		i;

	for (i = 0; i < len; i++)
	{
		char		c = text[i];

		if (c == '%')
		{
			int			high = i + 2 < len ? hex_digit(text[i + 1]) : -1;
			int			low = i + 2 < len ? hex_digit(text[i + 2]) : -1;

			if (high < 0 || low < 0)
				return NULL;
			c = (char) (high * 16 + low);
			i += 2;
		}
		else if (c == '+' && plus)
			c = ' ';
		out[n++] = c;
	}
	out[n] = '\0';
	return gov_utf8_span(out, n) == n ? out : NULL;
}

/* Returns the path for the log, in printable ASCII. */
static const char *
for_log(Arena *arena, const char *path, size_t len)
{
	char	   *out = arena_copy(arena, path, len);
	size_t		i;

	for (i = 0; i < len; i++)
	{
		if (out[i] < 0x20 || out[i] > 0x7e)
			out[i] = '?';
	}
	return out;
}

/* The prefixes of MLflow, for its clients and for its pages. */
static const char *const mlflow_paths[] = {
	"/api/2.0/mlflow", "/ajax-api/2.0/mlflow",
	"/api/3.0/mlflow", "/ajax-api/3.0/mlflow"
};

/* Remove the prefix of a kind of paths; returns false if it is not there. */
static bool
take_base(const char **path, size_t *len, const char *base)
{
	size_t		base_len = strlen(base);

	if (*len < base_len || memcmp(*path, base, base_len) != 0 ||
		(*len > base_len && (*path)[base_len] != '/'))
		return false;
	*path += base_len;
	*len -= base_len;
	return true;
}

static void
take_segments(Request *request, const char *path, size_t len)
{
	const char *end;
	size_t		i;

	request->has_base = take_base(&path, &len, BASE_PATH);
	for (i = 0; !request->has_base && !request->is_mlflow &&
		 i < sizeof(mlflow_paths) / sizeof(mlflow_paths[0]); i++)
		request->is_mlflow = take_base(&path, &len, mlflow_paths[i]);
	end = path + len;
	while (path < end && *path == '/')
	{
		const char *begin = path + 1;
		const char *slash = memchr(begin, '/', end - begin);
		const char *stop = slash ? slash : end;

		/* one slash at the end means nothing */
		if (stop == end && begin == end && request->nsegments > 0)
			break;
		if (request->nsegments == MAX_SEGMENTS)
		{
			/* no route is that long */
			request->nsegments = 0;
			return;
		}
		request->segments[request->nsegments] = decode(request->arena, begin,
													   stop - begin, false);
		if (request->segments[request->nsegments++] == NULL)
			request->bad = "The path is not well-formed UTF-8 in percent-encoding.";
		path = stop;
	}
}

static void
take_query(Request *request, const char *query)
{
	while (*query != '\0')
	{
		size_t		len = strcspn(query, "&");
		const char *equals = memchr(query, '=', len);
		size_t		name_len = equals ? (size_t) (equals - query) : len;
		QueryParameter *parameter;

		if (len > 0)
		{
			if (request->nquery == MAX_QUERY)
			{
				request->bad = "The query has more than 32 parameters.";
				return;
			}
			parameter = &request->query[request->nquery++];
			parameter->name = decode(request->arena, query, name_len, true);
			parameter->value = equals ?
				decode(request->arena, equals + 1, len - name_len - 1, true) :
				"";
			if (parameter->name == NULL || parameter->value == NULL)
			{
				request->bad = "The query is not well-formed UTF-8 in percent-encoding.";
				return;
			}
		}
		query += len;
		if (*query == '&')
			query++;
	}
}

void
request_target(Request *request, const char *target)
{
	const char *query;
	const char *path = target;
	size_t		len;

	/* the absolute form, which proxies use */
	if (strncasecmp(path, "http://", 7) == 0 ||
		strncasecmp(path, "https://", 8) == 0)
	{
		path = strstr(path, "://") + 3;
		path += strcspn(path, "/?");
	}
	len = strcspn(path, "?#");
	query = path[len] == '?' ? path + len + 1 : "";
	request->path = for_log(request->arena, path, len);
	request->raw_query = arena_copy(request->arena, query,
									strcspn(query, "#"));
	if (len == 0 || path[0] != '/')
	{
		request->bad = "The path does not begin with a slash.";
		return;
	}
	take_segments(request, path, len);
	take_query(request, request->raw_query);
}

const char *
bearer_token(const char *authorization)
{
	const char *token;
	const char *c;

	if (authorization == NULL || strncasecmp(authorization, "Bearer ", 7) != 0)
		return NULL;
	token = authorization + 7;
	while (*token == ' ')
		token++;
	for (c = token; *c != '\0'; c++)
	{
		if (!((*c >= 'A' && *c <= 'Z') || (*c >= 'a' && *c <= 'z') ||
			  (*c >= '0' && *c <= '9') || strchr("-._~+/=", *c) != NULL))
			return NULL;
	}
	return c == token ? NULL : token;
}

/* Returns the quality that a range in Accept gives a type, in thousandths. */
static int
quality(const char *range, size_t len, const char *type, int *exactness)
{
	size_t		name = 0;
	const char *q;
	const char *slash = strchr(type, '/');

	while (name < len && strchr(" \t;", range[name]) == NULL)
		name++;
	if (name == 3 && memcmp(range, "*/*", 3) == 0)
		*exactness = 1;
	else if (name == (size_t) (slash - type) + 2 &&
			 strncasecmp(range, type, slash - type + 1) == 0 &&
			 range[name - 1] == '*')
		*exactness = 2;
	else if (name == strlen(type) && strncasecmp(range, type, name) == 0)
		*exactness = 3;
	else
	{
		*exactness = 0;
		return 0;
	}
	for (q = range + name; q + 2 < range + len; q++)
	{
		if (*q == ';')
		{
			const char *value = q + 1;

			while (value < range + len && *value == ' ')
				value++;
			if (value + 1 < range + len && (*value == 'q' || *value == 'Q') &&
				value[1] == '=')
			{
				double		weight = strtod(value + 2, NULL);

				return weight >= 0 && weight <= 1 ? (int) (weight * 1000) : 0;
			}
		}
	}
	return 1000;
}

int
accepted_type(const char *accept, const char *const *types, int count)
{
	int			best = accept != NULL && accept[0] != '\0' ? -1 : 0;
	int			best_quality = 0;
	int			i;

	for (i = 0; accept != NULL && i < count; i++)
	{
		const char *range = accept;
		int			of_type = 0;
		int			closest = 0;

		while (*range != '\0')
		{
			size_t		len = strcspn(range, ",");
			size_t		skip = strspn(range, " \t");
			int			exactness = 0;
			int			q = 0;

			if (skip < len)
				q = quality(range + skip, len - skip, types[i], &exactness);
			if (exactness > closest)
			{
				closest = exactness;
				of_type = q;
			}
			range += len;
			if (*range == ',')
				range++;
		}
		if (of_type > best_quality)
		{
			best = i;
			best_quality = of_type;
		}
	}
	return best;
}
