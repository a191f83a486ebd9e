/*
 * gateway_target_fuzz.c
 *		What the gateway makes of a request line, of Authorization, Accept and
 *		of a body: input "target\nauthorization\naccept\nmethod\nbody".
 *
 * Whatever comes, what it then takes for text is UTF-8 without NUL, and a
 * route that it finds has all its segments.
 */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/fields.h"
#include "gateway/router.h"
#include "text/utf8.h"

int			LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const methods[] = {
	"GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"
};

static const char *const types[] = {
	"application/json", "text/markdown", "text/html"
};

/* The next line of the input, as a text of its own. */
static char *
next_line(const uint8_t **data, size_t *size)
{
	const uint8_t *end = memchr(*data, '\n', *size);
	size_t		len = end ? (size_t) (end - *data) : *size;
	char	   *line = malloc(len + 1);

	memcpy(line, *data, len);
	line[len] = '\0';
	*data += len + (end != NULL);
	*size -= len + (end != NULL);
	return line;
}

static bool
is_utf8(const char *text, size_t len)
{
	return gov_utf8_span(text, len) == len;
}

static void
check_text(const char *text)
{
	assert(text == NULL || is_utf8(text, strlen(text)));
}

static void
check_request(Request *request)
{
	const char *allow = NULL;
	const char *actor = NULL;
	const Route *route = request->bad ? NULL : route_find(request, &allow);
	Reply		reply = {0};
	int			i;

	for (i = 0; !request->bad && i < request->nsegments; i++)
		check_text(request->segments[i]);
	for (i = 0; !request->bad && i < request->nquery; i++)
	{
		check_text(request->query[i].name);
		check_text(request->query[i].value);
	}
	if (route == NULL)
		return;
	assert(route->nsegments == request->nsegments);
	if (!fields_take(request, route, &actor, &reply))
	{
		assert(reply.status >= 400 && reply.status < 500);
		assert(is_utf8(reply.body, reply.len));
		return;
	}
	if (route->call.number >= 0)
	{
		const char **values = parameters_of(request, &route->call);

		for (i = 0; i < route->call.nparameters; i++)
			check_text(values[i]);
	}
	check_text(actor);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Request		request = {0};
	char	   *target;
	char	   *authorization;
	char	   *accept;
	char	   *method;
	const char *token;

	if (nroutes == 0)
		router_init();
	target = next_line(&data, &size);
	authorization = next_line(&data, &size);
	accept = next_line(&data, &size);
	method = next_line(&data, &size);
	request.arena = arena_new();
	request.id = "fuzz";
	request.method = methods[(unsigned char) method[0] %
							 (sizeof(methods) / sizeof(methods[0]))];
	request_target(&request, target);
	request.body = malloc(size + 1);
	memcpy(request.body, data, size);
	request.body[size] = '\0';
	request.body_len = size;

	token = bearer_token(authorization);
	assert(token == NULL || is_utf8(token, strlen(token)));
	assert(accepted_type(accept, types, 3) < 3);
	data = (const uint8_t *) request.body;
	check_request(&request);

	free((void *) data);
	arena_free(request.arena);
	free(target);
	free(authorization);
	free(accept);
	free(method);
	return 0;
}
