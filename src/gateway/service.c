/*
 * service.c
 *		Serving a request: route, token, one transaction, reply.
 *
 * No rule of governance is here: the database decides, and error_list.h turns
 * its errors into a status.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gateway/fields.h"
#include "gateway/memory.h"
#include "gateway/mlflow.h"
#include "gateway/openapi.h"
#include "gateway/service.h"
#include "gateway/stats.h"
#include "gateway/transaction.h"

#define CORS_HEADERS \
	"Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match," \
	" X-Request-Id"

Service *
service_new(const Config *config)
{
	Service    *service = must_alloc(sizeof(Service));

	service->config = config;
	service->pool = pool_new(config->db, config);
	if (config->db_read[0] != '\0')
		service->read_pool = pool_new(config->db_read, config);
	if (config->rate_limit > 0)
		service->limiter = limiter_new(config->rate_limit,
									   config->rate_burst);
	return service;
}

void
service_free(Service *service)
{
	if (service == NULL)
		return;
	pool_free(service->pool);
	pool_free(service->read_pool);
	limiter_free(service->limiter);
	free(service);
}

/* Returns whether a web page of that origin may call us. */
static bool
origin_allowed(const Config *config, const char *origin)
{
	const char *list = config->cors_origin;

	while (*list != '\0')
	{
		size_t		skip = strspn(list, ", ");
		size_t		len = strcspn(list + skip, ", ");

		if (len > 0 && ((len == strlen(origin) &&
						 memcmp(list + skip, origin, len) == 0) ||
						(len == 1 && list[skip] == '*')))
			return true;
		list += skip + len;
	}
	return false;
}

static void
allow_origin(const Service *service, const Request *request, Reply *reply)
{
	if (request->origin == NULL ||
		!origin_allowed(service->config, request->origin))
		return;
	reply_header(reply, "Access-Control-Allow-Origin", request->origin);
	reply_header(reply, "Vary", "Origin");
	reply_header(reply, "Access-Control-Expose-Headers",
				 "ETag, Link, X-Request-Id, Retry-After");
}

/* Answer OPTIONS, including the preflight of a call from another origin. */
static void
answer_options(const Service *service, Request *request, const char *allow,
			   Reply *reply)
{
	reply_text(reply, request, 204, NULL, "", 0);
	reply_header(reply, "Allow", allow);
	if (request->origin != NULL && request->request_method != NULL &&
		origin_allowed(service->config, request->origin))
	{
		reply_header(reply, "Access-Control-Allow-Methods", allow);
		reply_header(reply, "Access-Control-Allow-Headers", CORS_HEADERS);
		reply_header(reply, "Access-Control-Max-Age", "600");
	}
}

static void
no_route(const Service *service, Request *request, const char *allow,
		 Reply *reply)
{
	if (request->nsegments == 1 && !request->has_base &&
		!request->is_mlflow && strcmp(request->segments[0], "version") == 0)
		reply_text(reply, request, 200, "text/plain; charset=utf-8",
				   MLFLOW_VERSION, strlen(MLFLOW_VERSION));
	else if (allow == NULL)
		reply_error(reply, request, 404, "not_found", "there is no such path",
					NULL, "GET " BASE_PATH "/openapi.json lists them.");
	else if (strcmp(request->method, "OPTIONS") == 0)
		answer_options(service, request, allow, reply);
	else
	{
		reply_error(reply, request, 405, "method_not_allowed",
					"the path does not know this method",
					arena_printf(request->arena, "It knows %s.", allow), NULL);
		reply_header(reply, "Allow", allow);
	}
}

static bool
is_json_type(const char *type)
{
	size_t		len = strcspn(type, "; \t");
	const char *charset = strcasestr(type, "charset");

	if (charset != NULL && strcasestr(charset, "utf-8") == NULL &&
		strcasestr(charset, "utf8") == NULL)
		return false;
	return (len == 16 && strncasecmp(type, JSON_TYPE, 16) == 0) ||
		(len > 17 && strncasecmp(type, "application/", 12) == 0 &&
		 strncasecmp(type + len - 5, "+json", 5) == 0);
}

static bool
check_type(Request *request, const Route *route, Reply *reply)
{
	if (strcmp(route->method, "GET") == 0 || request->body_len == 0 ||
		request->content_type == NULL || is_json_type(request->content_type))
		return true;
	reply_error(reply, request, 415, "unsupported_media_type",
				"the body is not application/json",
				arena_printf(request->arena, "It is said to be %.100s.",
							 request->content_type), NULL);
	return false;
}

/*
 * An answer with an idempotency key is stored for a day, but a secret must not
 * be.
 */
static bool
check_key(Request *request, const Route *route, Reply *reply)
{
	if ((route->flags & SECRET) == 0 || request->idempotency_key == NULL)
		return true;
	reply_error(reply, request, 400, "22023",
				"this route takes no Idempotency-Key",
				"Its answer has a secret, which is kept nowhere.", NULL);
	return false;
}

static bool
check_accept(Request *request, const Route *route, Reply *reply)
{
	if (transaction_format(request, route))
		return true;
	reply_error(reply, request, 406, "not_acceptable",
				"there is no format here that Accept takes",
				"There are: application/json, text/markdown, text/html, application/oscal+json.", NULL);
	return false;
}

/*
 * Find the token; returns false, with the reply made, if the request may not
 * go on.
 */
static bool
check_token(const Service *service, Request *request, const Route *route,
			const char **token, Reply *reply)
{
	int			seconds;

	*token = NULL;
	if ((route->flags & PUBLIC) != 0)
		return true;
	*token = bearer_token(request->authorization);
	if (*token == NULL)
	{
		reply_error(reply, request, 401, "28000",
					"the request has no credentials", NULL,
					"Send a header \"Authorization: Bearer TOKEN\" with an API token or a signed JWT.");
		reply_header(reply, "WWW-Authenticate", "Bearer realm=\"governance\"");
		return false;
	}
	if (service->limiter != NULL &&
		!limiter_allows(service->limiter, *token, &seconds))
	{
		reply_error(reply, request, 429, "rate_limited",
					"too many requests with this token", NULL,
					"Wait as long as Retry-After says.");
		reply_header(reply, "Retry-After",
					 arena_printf(request->arena, "%d", seconds));
		return false;
	}
	return true;
}

/* Refuse; a caller without a valid token learns no more than that. */
static void
refuse(Service *service, Request *request, const Route *route,
	   const char *token, Reply *reply)
{
	Reply		refusal = *reply;

	if (token != NULL &&
		!transaction_ask(service, request, route, token, reply))
		return;
	refusal.user = reply->user;
	*reply = refusal;
}

static void
answer(Service *service, Request *request, Reply *reply)
{
	const char *allow = NULL;
	const char *token;
	const char *actor = NULL;
	const Route *route;

	if (request->bad != NULL)
	{
		reply_error(reply, request, 400, "bad_request",
					"the request cannot be understood", request->bad, NULL);
		return;
	}
	if (request->header_too_large)
	{
		reply_error(reply, request, 431, "too_large",
					"the request line and the header are too large",
					arena_printf(request->arena, "At most %ld bytes are taken.",
								 service->config->max_header), NULL);
		return;
	}
	route = request->is_mlflow ? mlflow_find(request, reply) :
		route_find(request, &allow);
	if (route == NULL)
	{
		if (reply->status == 0)
			no_route(service, request, allow, reply);
		return;
	}
	reply->route = route->path;
	if (request->too_large)
	{
		reply_error(reply, request, 413, "too_large",
					"the body is too large",
					arena_printf(request->arena, "At most %ld bytes are taken.",
								 service->config->max_body), NULL);
		return;
	}
	if (route->function[0] == '\0')
	{
		size_t		len;
		const char *document = openapi_document(&len);

		reply_text(reply, request, 200, JSON_TYPE, document, len);
		return;
	}
	if (!check_token(service, request, route, &token, reply) ||
		!check_type(request, route, reply) ||
		!check_key(request, route, reply))
		return;
	if (!(request->is_mlflow ? mlflow_take(request, route, reply) :
		  fields_take(request, route, &actor, reply)) ||
		!check_accept(request, route, reply))
	{
		refuse(service, request, route, token, reply);
		return;
	}
	transaction_run(service, request, route, token, actor, reply);
	if ((route->flags & METRICS) != 0 && reply->status == 200)
		stats_append(service, request, reply);
}

void
service_answer(Service *service, Request *request, Reply *reply)
{
	answer(service, request, reply);
	reply_header(reply, "X-Request-Id", request->id);
	reply_header(reply, "X-Content-Type-Options", "nosniff");
	allow_origin(service, request, reply);
}
