/*
 * header.c
 *		The header of a request, as libmicrohttpd shows it.
 */
#include <string.h>
#include <strings.h>

#include "gateway/header.h"
#include "text/utf8.h"

#define MAX_KEY 255

typedef enum Repeated
{
	REFUSED,
	UNSAFE,						/* they say where the request ends */
	JOINED						/* a list may be in several fields */
} Repeated;

static const struct
{
	const char *name;
	size_t		offset;
	Repeated	repeated;
}			fields[] = {
#define FIELD(name, member, repeated) \
	{name, offsetof(Request, member), repeated}
	FIELD("Host", host, REFUSED),
	FIELD("Authorization", authorization, REFUSED),
	FIELD("Content-Length", content_length, UNSAFE),
	FIELD("Transfer-Encoding", transfer_encoding, UNSAFE),
	FIELD("Content-Type", content_type, REFUSED),
	FIELD("Expect", expect, REFUSED),
	FIELD("Accept", accept, JOINED),
	FIELD("If-Match", if_match, JOINED),
	FIELD("If-None-Match", if_none_match, JOINED),
	FIELD("Idempotency-Key", idempotency_key, REFUSED),
	FIELD("X-Request-Id", given_id, JOINED),
	FIELD("Origin", origin, REFUSED),
	FIELD("Access-Control-Request-Method", request_method, REFUSED),
#undef FIELD
};

typedef struct Taking
{
	Request    *request;
	const char *next;			/* where the next text begins, or NULL */
} Taking;

static void
refuse(Request *request, const char *why, bool unsafe)
{
	if (request->bad == NULL || unsafe)
		request->bad = why;
	request->unsafe |= unsafe;
}

/*
 * follows
 *		Does a text begin where the one before it ends, apart from blanks?
 *
 * Before 1.0 the library ends a text at a NUL that the client sent, joins
 * folded lines and accepts a bare LF as the end of a line, without saying so.
 * But its texts point to where they arrived, so that anything it hides leaves
 * a gap.
 */
static bool
follows(Taking *taking, const char *text, size_t len, size_t separator,
		const char *blanks)
{
	const char *next = taking->next;

	if (next == NULL)
		return true;
	while (next < text && *next != '\0' && strchr(blanks, *next) != NULL)
		next++;
	taking->next = text + len + separator;
	return next == text;
}

static bool
is_name(const char *name, size_t len)
{
	size_t		i;

	for (i = 0; i < len; i++)
	{
		if (name[i] <= ' ' || name[i] > '~' ||
			strchr("\"(),/:;<=>?@[\\]{}", name[i]) != NULL)
			return false;
	}
	return true;
}

static bool
is_printable(const char *value, size_t len)
{
	size_t		i;

	for (i = 0; i < len; i++)
	{
		if (((unsigned char) value[i] < ' ' && value[i] != '\t') ||
			value[i] == 0x7f)
			return false;
	}
	return true;
}

static void
take_value(Request *request, int field, const char *value)
{
	const char **member = (const char **) ((char *) request +
										   fields[field].offset);

	if (*member == NULL)
		*member = value;
	else if (fields[field].repeated == JOINED)
		*member = arena_printf(request->arena, "%s, %s", *member, value);
	else
		refuse(request, arena_printf(request->arena,
									 "The header field %s is there twice.",
									 fields[field].name),
			   fields[field].repeated == UNSAFE);
}

static enum MHD_Result
take_field(void *cls, enum MHD_ValueKind kind, const char *name,
		   size_t name_len, const char *value, size_t value_len)
{
	Taking	   *taking = cls;
	int			i;

	if (value == NULL)
		value = "";
	if (!follows(taking, name, name_len, 1, "") ||
		!follows(taking, value, value_len, 2, " \t"))
		refuse(taking->request, "A line of the header is folded, holds a NUL, or does not end in CR LF.", true);
	if (!is_name(name, name_len) || !is_printable(value, value_len))
		refuse(taking->request, "A line of the header is no \"Name: value\" of printable text.", true);
	for (i = 0; i < (int) (sizeof(fields) / sizeof(fields[0])); i++)
	{
		if (strlen(fields[i].name) == name_len &&
			strncasecmp(fields[i].name, name, name_len) == 0)
		{
			take_value(taking->request, i, value);
			break;
		}
	}
	return MHD_YES;
}

/* The length of the body must be given once, and in one way. */
static void
check_framing(Request *request, const char *version)
{
	const char *encoding = request->transfer_encoding;

	if (encoding == NULL)
		return;
	if (request->content_length != NULL)
		refuse(request, "Content-Length and Transfer-Encoding are both there.",
			   true);
	else if (strcasecmp(encoding, "chunked") != 0)
		refuse(request, "The Transfer-Encoding is another one than chunked.",
			   true);
	else if (strcmp(version, "HTTP/1.1") != 0)
		refuse(request, "Transfer-Encoding needs HTTP/1.1.", true);
}

static void
check_key(Request *request)
{
	const char *key = request->idempotency_key;

	if (key != NULL && (key[0] == '\0' || strlen(key) > MAX_KEY ||
						gov_utf8_span(key, strlen(key)) < strlen(key)))
		refuse(request, "The Idempotency-Key is empty, longer than 255 bytes, or no UTF-8.",
			   false);
}

void
header_take(Request *request, struct MHD_Connection *connection,
			const RequestLine *line)
{
	Taking		taking = {.request = request,.next = line->method};
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection,
								MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);

	request->header_len = info ? info->header_size : 0;
	if (!follows(&taking, line->method, strlen(line->method), 1, "") ||
		!follows(&taking, line->target, line->target_len, 1, "") ||
		!follows(&taking, line->version, strlen(line->version), 2, ""))
		refuse(request, "The request line is no \"METHOD TARGET VERSION\", or holds a NUL.", true);

	/* newer libraries refuse what older ones hide, but they trim values */
	if (MHD_get_version()[0] != '0')
		taking.next = NULL;
	MHD_get_connection_values_n(connection, MHD_HEADER_KIND, take_field,
								&taking);
	if (taking.next != NULL &&
		taking.next + 2 != line->method + request->header_len)
		refuse(request, "The header does not end in CR LF.", true);
	check_framing(request, line->version);
	check_key(request);
}
