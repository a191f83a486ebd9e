/*
 * transaction.c
 *		The one transaction of a request.
 *
 * Mostly it is one round trip: bind the actor, make the call, run what follows
 * it, and end the pipeline, which commits.  If-Match, Idempotency-Key and a
 * report in another format need to read something in between: then it is
 * BEGIN, several round trips and COMMIT.
 *
 * After a serialization failure it begins again.  After a lost connection only
 * reads begin again: nobody knows whether a write was committed.
 */
#include <ctype.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/argument.h"
#include "gateway/fields.h"
#include "gateway/hint.h"
#include "gateway/log.h"
#include "gateway/statement.h"
#include "gateway/stats.h"
#include "gateway/text.h"
#include "gateway/transaction.h"

#define TRIES 4

/*
 * Formats of a report: the name in Accept, the type sent, and the function
 * that makes it.
 */
static const char *const report_types[] = {
	JSON_TYPE, "text/markdown", "text/html", "application/oscal+json"
};

static const char *const sent_types[] = {
	JSON_TYPE, "text/markdown; charset=utf-8", "text/html; charset=utf-8",
	"application/oscal+json"
};

static const Statement *const report_statements[] = {
	NULL, &markdown_statement, &html_statement, &oscal_statement
};

typedef struct Work
{
	Service    *service;
	Request    *request;
	const Route *route;
	Reply	   *reply;
	const char *actor_values[2];
	const Statement *actor_statement;	/* NULL: the route is public */
	const char *digest;			/* of the request, with Idempotency-Key */
	DbConnection *connection;
	DbError		error;
	Text		warnings;
} Work;

static const char *
sha256_hex(Arena *arena, const char *data, size_t len)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int digest_len = 0;
	char	   *hex = arena_alloc(arena, 65);
	unsigned int i;

	EVP_Digest(data, len, digest, &digest_len, EVP_sha256(), NULL);
	for (i = 0; i < digest_len && i < 32; i++)
		sprintf(hex + 2 * i, "%02x", digest[i]);
	return hex;
}

/* Returns the digest of all that must be the same in a repeated request. */
static const char *
digest_of(Request *request)
{
	Text		text = {0};
	const char *digest;

	text_printf(&text, "%s %s?%s\n%s\n", request->method, request->path,
				request->raw_query, report_types[request->format]);
	text_append(&text, request->body, request->body_len);
	digest = sha256_hex(request->arena, text.data, text.len);
	text_free(&text);
	return digest;
}

bool
transaction_format(Request *request, const Route *route)
{
	/* a route of three formats answers JSON if none of them fits */
	bool		strict = (route->flags & OSCAL) != 0;

	if ((route->flags & (REPORT | OSCAL)) != 0)
		request->format = accepted_type(request->accept, report_types,
										strict ? 4 : 3);
	if (request->format >= 0)
		return true;
	request->format = 0;
	return !strict;
}

static const char *
etag_of(Arena *arena, const char *body, size_t len)
{
	return arena_printf(arena, "\"%.32s\"", sha256_hex(arena, body, len));
}

/*
 * Is the tag in a list of tags, or is the list "*"?  A weak one, W/"a", says
 * that the thing means the same, not that it is the same.
 */
static bool
tag_matches(const char *list, const char *tag, bool weakly)
{
	for (;;)
	{
		bool		weak;
		const char *end;

		list += strspn(list, " \t,");
		if (*list == '*')
			return true;
		weak = strncmp(list, "W/", 2) == 0;
		list += weak ? 2 : 0;
		if (*list != '"' || (end = strchr(list + 1, '"')) == NULL)
			return false;
		end++;
		if ((weakly || !weak) && strlen(tag) == (size_t) (end - list) &&
			memcmp(list, tag, end - list) == 0)
			return true;
		list = end;
	}
}

/* Returns "model version \"{model_id}:{version}\"" with the values put in. */
static const char *
what_is_missing(const Request *request, const Route *route)
{
	Text		text = {0};
	const char *c = route->what[0] ? route->what : "what was asked for";
	const char *what;

	while (*c != '\0')
	{
		size_t		len = strcspn(c, "}");
		char	   *name;
		int			i;

		if (*c != '{')
		{
			text_append(&text, c++, 1);
			continue;
		}
		name = arena_copy(request->arena, c + 1, len - 1);
		i = argument_find(route->arguments, route->narguments, name);
		if (i >= 0 && request->values[i] != NULL)
			text_puts(&text, request->values[i]);
		c += len + 1;
	}
	what = arena_copy(request->arena, text.data, text.len);
	text_free(&text);
	return what;
}

static void
reply_field_missing(Work *work, const char *field)
{
	reply_error(work->reply, work->request, 400, "22023",
				arena_printf(work->request->arena, "field \"%s\" is missing",
							 field), NULL, NULL);
}

static void
reply_missing(Work *work)
{
	const char *field = missing_field(work->request, work->route, NULL);

	if (field != NULL)
	{
		reply_field_missing(work, field);
		return;
	}
	reply_error(work->reply, work->request, 404, "42704",
				arena_printf(work->request->arena, "%s does not exist",
							 what_is_missing(work->request, work->route)),
				NULL, NULL);
}

static void
put_escaped(Text *text, const char *value)
{
	for (; *value != '\0'; value++)
	{
		unsigned char c = *value;

		if (isalnum(c) || strchr("-._~", c) != NULL)
			text_append(text, value, 1);
		else
			text_printf(text, "%%%02X", c);
	}
}

/* Add the link to the next page: the same query with another cursor. */
static void
add_link(Work *work, const char *cursor)
{
	Request    *request = work->request;
	const Route *route = work->route;
	const Argument *at = &route->arguments[argument_find(route->arguments,
														 route->narguments,
														 "cursor")];
	Text		text = {0};
	int			i;

	text_printf(&text, "<%s?", request->path);
	for (i = 0; i < request->nquery; i++)
	{
		/* the old cursor, under any of its names */
		if (argument_find(at, 1, request->query[i].name) == 0)
			continue;
		put_escaped(&text, request->query[i].name);
		text_puts(&text, "=");
		put_escaped(&text, request->query[i].value);
		text_puts(&text, "&");
	}
	text_puts(&text, "cursor=");
	put_escaped(&text, cursor);
	text_puts(&text, ">; rel=\"next\"");
	reply_header(work->reply, "Link",
				 arena_copy(request->arena, text.data, text.len));
	text_free(&text);
}

/*
 * Reply with a row; if there is none, or it is NULL, the thing does not exist.
 */
static void
reply_row(Work *work, const PGresult *result)
{
	const Route *route = work->route;
	Request    *request = work->request;
	Reply	   *reply = work->reply;

	if (PQntuples(result) == 0 || PQgetisnull(result, 0, 0))
	{
		reply_missing(work);
		return;
	}
	reply_text(reply, request, route->status, JSON_TYPE,
			   PQgetvalue(result, 0, 0), PQgetlength(result, 0, 0));
	if ((route->flags & METRICS) != 0)
		reply->type = "text/plain; version=0.0.4; charset=utf-8";
	if ((route->flags & PAGED) != 0 && PQnfields(result) > 1 &&
		!PQgetisnull(result, 0, 1))
		add_link(work, PQgetvalue(result, 0, 1));
	if ((route->flags & (TAGGED | MATCHED)) != 0)
	{
		const char *tag = etag_of(request->arena, reply->body, reply->len);

		if ((route->flags & TAGGED) != 0 && request->if_none_match != NULL &&
			tag_matches(request->if_none_match, tag, true))
			reply_text(reply, request, 304, NULL, "", 0);
		reply_header(reply, "ETag", tag);
	}
}

/* Add a member to the answer with the texts of NOTICEs. */
static void
add_warnings(Work *work)
{
	Request    *request = work->request;
	Reply	   *reply = work->reply;

	if (work->warnings.len == 0 || reply->status >= 400 || reply->len < 2 ||
		request->is_mlflow ||
		reply->body[0] != '{' || reply->body[reply->len - 1] != '}')
		return;
	reply->body = arena_printf(request->arena, "%.*s%s\"warnings\": [%s]}",
							   (int) reply->len - 1, reply->body,
							   reply->len > 2 ? ", " : "",
							   work->warnings.data);
	reply->len = strlen(reply->body);
}

static Step
step_of(const Work *work, const Statement *statement)
{
	return (Step) {statement, parameters_of(work->request, statement), NULL};
}

static void
clear(Step *steps, int count)
{
	int			i;

	for (i = 0; i < count; i++)
		PQclear(steps[i].result);
}

/* Note for the log who acted, even if the database then refused. */
static void
note_user(Work *work, const PGresult *result)
{
	if (result != NULL && PQntuples(result) == 1 &&
		!PQgetisnull(result, 0, 0))
		work->reply->user = arena_strdup(work->request->arena,
										 PQgetvalue(result, 0, 0));
}

/* Run the steps; returns false if one failed, and then clears them. */
static bool
run(Work *work, Step *steps, int count)
{
	int			i;

	if (db_run(work->connection, work->request->arena, steps, count,
			   &work->error))
		return true;
	for (i = 0; i < count; i++)
	{
		if (steps[i].statement == work->actor_statement)
			note_user(work, steps[i].result);
	}
	clear(steps, count);
	return false;
}

/* Run "count" steps, the call and what follows it, in one round trip. */
static bool
run_call(Work *work, Step *steps, int count)
{
	const Route *route = work->route;
	int			before = count;
	bool		finds;

	steps[count++] = step_of(work, &route->call);
	if (route->then.number >= 0)
		steps[count++] = step_of(work, &route->then);
	if (!run(work, steps, count))
		return false;
	if (before > 0)
		note_user(work, steps[before - 1].result);
	finds = (route->flags & READS) != 0 && count > before + 1;
	if (finds && PQntuples(steps[before + 1].result) == 0)
		reply_missing(work);
	else
		reply_row(work, steps[finds ? before : count - 1].result);
	clear(steps, count);
	add_warnings(work);
	return true;
}

static bool
run_at_once(Work *work)
{
	Step		steps[MAX_STEPS];
	int			count = 0;

	if (work->actor_statement != NULL)
		steps[count++] = (Step) {work->actor_statement, work->actor_values,
			NULL};
	return run_call(work, steps, count);
}

static bool
run_one(Work *work, const Statement *statement)
{
	Step		step = {statement, NULL, NULL};
	bool		good = run(work, &step, 1);

	if (good)
		PQclear(step.result);
	return good;
}

/* Reply in the format that was asked for. */
static void
reply_format(Work *work, int status, const PGresult *row, int column)
{
	Request    *request = work->request;

	reply_text(work->reply, request, status, sent_types[request->format],
			   PQgetvalue(row, 0, column), PQgetlength(row, 0, column));
	if (request->format > 0)
		reply_header(work->reply, "Content-Security-Policy",
					 "default-src 'none'; style-src 'unsafe-inline'; img-src data:");
}

/* If this request was answered before, reply the same and set *done. */
static bool
look_up_key(Work *work, bool *done)
{
	Request    *request = work->request;
	const char *values[] = {request->idempotency_key, work->digest};
	Step		step = {&remember_statement, values, NULL};
	PGresult   *row;

	if (!run(work, &step, 1))
		return false;
	row = step.result;
	if (PQntuples(row) != 1 || strcmp(PQgetvalue(row, 0, 0), "t") != 0)
	{
		reply_error(work->reply, request, 422, "key_reused",
					"the Idempotency-Key was used for another request", NULL,
					"Take another key for another request.");
		*done = true;
	}
	else if (!PQgetisnull(row, 0, 1))
	{
		reply_format(work, atoi(PQgetvalue(row, 0, 1)), row, 2);
		reply_header(work->reply, "Idempotency-Replayed", "true");
		*done = true;
	}
	PQclear(row);
	return true;
}

/* If the thing is not what the client saw any more, refuse and set *done. */
static bool
look_at_tag(Work *work, bool *done)
{
	const Route *route = work->route;
	Request    *request = work->request;
	const char *values[2];
	Step		steps[2];
	PGresult   *row;

	values[0] = request->segments[1];
	values[1] = request->nsegments > 3 ? request->segments[3] : NULL;
	steps[0] = (Step) {(route->flags & VERSION) != 0 ?
		&hold_version_statement : (route->flags & USECASE) != 0 ?
			&hold_usecase_statement : (route->flags & MODEL) != 0 ?
				&hold_model_statement : &hold_user_statement, values, NULL};
	steps[1] = step_of(work, &route->then);
	if (!run(work, steps, 2))
		return false;
	row = steps[1].result;
	if (PQntuples(row) != 1 ||
		!tag_matches(request->if_match,
					 etag_of(request->arena, PQgetvalue(row, 0, 0),
							 PQgetlength(row, 0, 0)), false))
	{
		reply_error(work->reply, request, 412, "changed",
					"it is no longer what If-Match names", NULL,
					"Read it again, and decide anew.");
		*done = true;
	}
	clear(steps, 2);
	return true;
}

/* Returns the place of the number of "report_id" in a report, or "". */
static const char *
report_id_of(const char *report)
{
	const char *at = strstr(report, "\"report_id\": ");

	return at ? at + strlen("\"report_id\": ") : "";
}

static bool
run_report(Work *work)
{
	Request    *request = work->request;
	const char *at = report_id_of(work->reply->body);
	const char *id = arena_copy(request->arena, at,
								strspn(at, "0123456789"));
	const char *values[] = {id};
	Step		step = {report_statements[request->format], values, NULL};

	if (!run(work, &step, 1))
		return false;
	reply_format(work, work->route->status, step.result, 0);
	PQclear(step.result);
	return true;
}

/* Keep the answer with its key, if there is one, and commit. */
static bool
finish(Work *work)
{
	char		status[16];
	const char *values[] = {work->request->idempotency_key, status,
	work->reply->body};
	Step		steps[2];
	int			count = 0;

	snprintf(status, sizeof(status), "%d", work->reply->status);
	if (work->digest != NULL)
		steps[count++] = (Step) {&answered_statement, values, NULL};
	steps[count++] = (Step) {&commit_statement, NULL, NULL};
	if (!run(work, steps, count))
		return false;
	clear(steps, count);
	return true;
}

static bool
run_in_phases(Work *work)
{
	Step		steps[MAX_STEPS] = {{&begin_statement, NULL, NULL},
	{work->actor_statement, work->actor_values, NULL}};
	bool		done = false;

	if (!run(work, steps, 2))
		return false;
	note_user(work, steps[1].result);
	clear(steps, 2);
	if (work->digest != NULL && !look_up_key(work, &done))
		return false;
	if (!done && work->request->if_match != NULL &&
		route_takes_tag(work->route) && !look_at_tag(work, &done))
		return false;
	if (done)
		return run_one(work, &rollback_statement);
	if (!run_call(work, steps, 0))
		return false;
	if (work->reply->status >= 400)
		return run_one(work, &rollback_statement);
	if (work->request->format > 0 && !run_report(work))
		return false;
	return finish(work);
}

static bool
needs_phases(const Work *work)
{
	return work->digest != NULL || work->request->format > 0 ||
		(work->request->if_match != NULL && route_takes_tag(work->route));
}

/* Reply that there is no connection, or that it was lost. */
static void
reply_unavailable(Work *work, const char *detail, const char *hint)
{
	reply_error(work->reply, work->request, 503, "08006",
				"the database cannot be reached now", detail, hint);
	reply_header(work->reply, "Retry-After", "1");
}

/*
 * What the holder of a token is told about it (RFC 6750, section 3).
 *
 * The database says "The token ..." or "The issuer ..." to holders of a token
 * that the issuer signed, and nothing of the kind to a stranger.
 */
static const char *
challenge(Arena *arena, const char *hint)
{
	static const char plain[] =
		"Bearer realm=\"governance\", error=\"invalid_token\"";

	if (hint == NULL || strncmp(hint, "The ", 4) != 0)
		return plain;
	return arena_printf(arena, "%s, error_description=\"%s\"", plain, hint);
}

static void
reply_db_error(Work *work)
{
	const DbError *error = &work->error;
	Request    *request = work->request;
	Reply	   *reply = work->reply;
	int			status = status_of_sqlstate(error->sqlstate);
	const char *missing;

	if (strncmp(error->sqlstate, "08", 2) == 0 ||
		strcmp(error->sqlstate, "57P01") == 0 ||
		strcmp(error->sqlstate, "57P02") == 0 ||
		strcmp(error->sqlstate, "57P03") == 0)
	{
		reply_unavailable(work, NULL,
						  (work->route->flags & WRITES) != 0 &&
						  !error->before ?
						  "Whether the request was carried out is not known: look, or repeat it with its Idempotency-Key." :
						  "Try again.");
		return;
	}
	if (status == 0 || status == 500)
	{
		log_message("error", request->id, "%s: %s%s%s (%s)",
					error->sqlstate, error->message,
					error->detail ? "; " : "",
					error->detail ? error->detail : "", work->route->path);
		reply_error(reply, request, 500,
					status == 500 ? error->sqlstate : "XX000",
					status == 500 ? "the audit trail fails verification" :
					"internal error", NULL,
					arena_printf(request->arena, "The gateway's log has it under request id \"%s\".",
								 request->id));
		return;
	}
	if (strcmp(error->sqlstate, "57014") == 0 &&
		(work->route->flags & SEARCHES) != 0)
	{
		reply_error(reply, request, 400, error->sqlstate,
					"the search took too long", NULL,
					"Ask for less: for a name or a tag by =, or by LIKE with what it begins with.");
		return;
	}
	if (status == 503)
	{
		log_message("warning", request->id, "%s: %s (%s)", error->sqlstate,
					error->message, work->route->path);
		reply_error(reply, request, 503, error->sqlstate,
					strcmp(error->sqlstate, "57014") == 0 ?
					"the request took too long" :
					"the database cannot serve the request now", NULL,
					"Try again.");
		reply_header(reply, "Retry-After", "1");
		return;
	}
	missing = strcmp(error->sqlstate, "22023") == 0 ?
		missing_field(request, work->route, error->message) : NULL;
	if (missing != NULL)
		reply_field_missing(work, missing);
	else
		reply_error(reply, request, status, error->sqlstate, error->message,
					error->detail,
					hint_for_client(request->arena, error->hint));
	if (status == 401)
		reply_header(reply, "WWW-Authenticate",
					 challenge(request->arena, error->hint));
}

static DbConnection *
take_connection(Work *work, int try)
{
	const char *why = "";
	DbConnection *connection = NULL;

	if (work->service->read_pool != NULL && try == 0 &&
		(work->route->flags & READS) != 0)
		connection = pool_take(work->service->read_pool, &why);
	if (connection == NULL)
		connection = pool_take(work->service->pool, &why);
	if (connection == NULL)
		reply_unavailable(work, arena_printf(work->request->arena, "%s.", why),
						  "Try again.");
	return connection;
}

static void
pause_before(int try)
{
	struct timespec wait = {0};
	struct timespec now;

	/* longer each time, by a random amount */
	clock_gettime(CLOCK_MONOTONIC, &now);
	wait.tv_nsec = (5L << try) * 1000000 + now.tv_nsec % 5000000;
	nanosleep(&wait, NULL);
}

/* Returns whether another attempt may help and is safe. */
static bool
try_again(const Work *work, int *lost)
{
	const char *sqlstate = work->error.sqlstate;

	if (strcmp(sqlstate, "40001") == 0 || strcmp(sqlstate, "40P01") == 0 ||
		strcmp(sqlstate, "0A000") == 0 || strcmp(sqlstate, "26000") == 0)
		return true;
	return (strncmp(sqlstate, "08", 2) == 0 ||
			strncmp(sqlstate, "57P0", 4) == 0 ||
			strcmp(sqlstate, "25006") == 0) &&
		((work->route->flags & READS) != 0 || work->error.before) &&
		(*lost)++ == 0;
}

/*
 * Try until it is done; returns false, with an error replied, if that fails.
 */
static bool
carry_out(Work *work, bool (*attempt) (Work *work))
{
	int			lost = 0;
	int			try;

	for (try = 0; try < TRIES; try++)
	{
		bool		good;

		if (try > 0)
		{
			stats_retry();
			pause_before(try);
		}
		work->reply->nheaders = 0;
		work->connection = take_connection(work, try);
		if (work->connection == NULL)
			return false;
		db_listen(work->connection, &work->warnings);
		good = attempt(work);
		pool_give(work->connection);
		text_free(&work->warnings);
		if (good)
			return true;
		if (!try_again(work, &lost))
			break;
	}
	work->reply->nheaders = 0;
	reply_db_error(work);
	return false;
}

static void
set_actor(Work *work, const char *token, const char *actor)
{
	work->actor_values[0] = token;
	work->actor_values[1] = actor;
	work->actor_statement = actor ? &actor_for_statement : &actor_statement;
}

void
transaction_run(Service *service, Request *request, const Route *route,
				const char *token, const char *actor, Reply *reply)
{
	Work		work = {.service = service, .request = request,
	.route = route, .reply = reply};

	if (token != NULL)
		set_actor(&work, token, actor);
	if (request->idempotency_key != NULL &&
		strcmp(request->method, "POST") == 0)
		work.digest = digest_of(request);
	carry_out(&work, needs_phases(&work) ? run_in_phases : run_at_once);
}

/* Bind the actor and do nothing else. */
static bool
run_actor(Work *work)
{
	Step		step = {work->actor_statement, work->actor_values, NULL};

	if (!run(work, &step, 1))
		return false;
	note_user(work, step.result);
	PQclear(step.result);
	return true;
}

bool
transaction_ask(Service *service, Request *request, const Route *route,
				const char *token, Reply *reply)
{
	Work		work = {.service = service, .request = request,
	.route = route, .reply = reply};

	set_actor(&work, token, NULL);
	return carry_out(&work, run_actor);
}
