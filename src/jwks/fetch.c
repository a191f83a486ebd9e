/*
 * fetch.c
 *		The key set of an issuer, by OpenID Connect Discovery 1.0: first the
 *		document that names the set's address, then the set.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "jwks/jwks.h"

#define DISCOVERY "/.well-known/openid-configuration"
#define MAX_REDIRECTS 3
#define MAX_DEPTH 16			/* of JSON */

/* The parts of an address that matter; free them by url_free(). */
typedef struct Url
{
	char	   *scheme;
	char	   *host;
	char	   *port;
} Url;

typedef struct Answer
{
	char	   *text;
	size_t		len;
	bool		is_too_large;
	bool		is_elsewhere;	/* http to another machine */
} Answer;

static void
url_free(Url *url)
{
	curl_free(url->scheme);
	curl_free(url->host);
	curl_free(url->port);
}

/* Split it into parts; false where we would not ask such an address. */
static bool
url_read(const char *text, Url *url)
{
	CURLU	   *handle = curl_url();
	char	   *user = NULL;
	char	   *fragment = NULL;
	bool		good;

	memset(url, 0, sizeof(*url));
	good = handle != NULL &&
		curl_url_set(handle, CURLUPART_URL, text, 0) == CURLUE_OK &&
		curl_url_get(handle, CURLUPART_SCHEME, &url->scheme, 0) == CURLUE_OK &&
		curl_url_get(handle, CURLUPART_HOST, &url->host, 0) == CURLUE_OK &&
		curl_url_get(handle, CURLUPART_PORT, &url->port,
					 CURLU_DEFAULT_PORT) == CURLUE_OK &&
		curl_url_get(handle, CURLUPART_USER, &user, 0) != CURLUE_OK &&
		curl_url_get(handle, CURLUPART_FRAGMENT, &fragment, 0) != CURLUE_OK &&
		(strcmp(url->scheme, "https") == 0 ||
		 strcmp(url->scheme, "http") == 0);
	curl_free(user);
	curl_free(fragment);
	curl_url_cleanup(handle);
	return good;
}

bool
is_url(const char *issuer)
{
	return strncasecmp(issuer, "https://", 8) == 0 ||
		strncasecmp(issuer, "http://", 7) == 0;
}

static bool
is_loopback(const struct sockaddr *address)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *) address;

	if (address->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *) address)->sin_addr.s_addr)
			>> 24 == 127;
	return address->sa_family == AF_INET6 &&
		IN6_IS_ADDR_LOOPBACK(&six->sin6_addr);
}

/* Only here is it known where a name leads. */
static curl_socket_t
open_plain_socket(void *arg, curlsocktype purpose,
				  struct curl_sockaddr *address)
{
	Answer	   *answer = arg;

	answer->is_elsewhere = !is_loopback(&address->addr);
	if (answer->is_elsewhere)
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
				  address->protocol);
}

static size_t
take(char *data, size_t size, size_t n, void *arg)
{
	Answer	   *answer = arg;
	size_t		len = size * n;

	if (len > MAX_ANSWER - answer->len)
	{
		answer->is_too_large = true;
		return 0;
	}
	memcpy(answer->text + answer->len, data, len);
	answer->len += len;
	answer->text[answer->len] = '\0';
	return len;
}

static int
is_stopped(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	return stopping;
}

static void
configure(CURL *curl, const Url *url, const Settings *settings,
		  Answer *answer)
{
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, settings->timeout);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, settings->timeout);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "governance-jwks");
	curl_easy_setopt(curl, CURLOPT_NETRC, (long) CURL_NETRC_IGNORED);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_stopped);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
	if (settings->ca_file != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file);
	if (strcmp(url->scheme, "http") == 0)
	{
		curl_easy_setopt(curl, CURLOPT_PROXY, "");
		curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_plain_socket);
		curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, answer);
	}
}

/* One request; a redirection does not count as an answer. */
static bool
ask(CURL *curl, Answer *answer, char *why)
{
	char		error[CURL_ERROR_SIZE] = "";
	CURLcode	code;
	long		status = 0;

	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (answer->is_too_large)
		snprintf(why, WHY_LEN, "the answer is larger than %d kB",
				 MAX_ANSWER / 1024);
	else if (answer->is_elsewhere)
		snprintf(why, WHY_LEN, "http is spoken to this machine alone");
	else if (code != CURLE_OK)
		snprintf(why, WHY_LEN, "%s", error[0] ? error :
				 curl_easy_strerror(code));
	else if (status != 200)
		snprintf(why, WHY_LEN, "the answer is HTTP %ld", status);
	else if (strlen(answer->text) != answer->len)
		snprintf(why, WHY_LEN, "the answer is no text");
	else
		return true;
	return false;
}

/* The address of a redirection within the same host, or NULL. */
static char *
redirection(CURL *curl, const Url *url, char *why)
{
	char	   *target = NULL;
	Url			next;
	bool		is_same;

	curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &target);
	if (target == NULL)
		return NULL;
	is_same = url_read(target, &next) &&
		strcmp(next.scheme, url->scheme) == 0 &&
		strcasecmp(next.host, url->host) == 0 &&
		strcmp(next.port, url->port) == 0;
	url_free(&next);
	if (is_same)
		return strdup(target);
	snprintf(why, WHY_LEN, "the answer sends to another host");
	return NULL;
}

/* Get what is at that address; or NULL, and why. */
static char *
fetch(const char *where, bool may_be_plain, const Settings *settings,
	  char *why)
{
	CURL	   *curl = curl_easy_init();
	char	   *address = strdup(where);
	Answer		answer = {.text = malloc(MAX_ANSWER + 1)};
	Url			url;
	bool		good = false;
	int			redirects;

	if (curl == NULL || address == NULL || answer.text == NULL)
		abort();
	if (!url_read(address, &url))
		snprintf(why, WHY_LEN, "it is no address that keys are fetched from");
	else if (strcmp(url.scheme, "http") == 0 && !may_be_plain)
		snprintf(why, WHY_LEN, "it is not https");
	else
	{
		configure(curl, &url, settings, &answer);
		for (redirects = 0; !good && address != NULL; redirects++)
		{
			char	   *next;

			answer.len = 0;
			answer.text[0] = '\0';
			curl_easy_setopt(curl, CURLOPT_URL, address);
			good = ask(curl, &answer, why);
			next = good || redirects == MAX_REDIRECTS ? NULL :
				redirection(curl, &url, why);
			free(address);
			address = next;
		}
	}
	url_free(&url);
	free(address);
	curl_easy_cleanup(curl);
	if (good)
		return answer.text;
	free(answer.text);
	return NULL;
}

/* Parse a JSON object with nothing after it; NULL where it is not one. */
static struct json_object *
parse_object(const char *text)
{
	struct json_tokener *tokener = json_tokener_new_ex(MAX_DEPTH);
	struct json_object *object;

	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT |
						   JSON_TOKENER_VALIDATE_UTF8);
	object = json_tokener_parse_ex(tokener, text, strlen(text));
	json_tokener_free(tokener);
	if (json_object_is_type(object, json_type_object))
		return object;
	json_object_put(object);
	return NULL;
}

/* A member that is text without zero bytes; NULL where there is none. */
static const char *
text_member(struct json_object *object, const char *name)
{
	struct json_object *value;

	if (!json_object_object_get_ex(object, name, &value) ||
		!json_object_is_type(value, json_type_string) ||
		strlen(json_object_get_string(value)) !=
		(size_t) json_object_get_string_len(value))
		return NULL;
	return json_object_get_string(value);
}

/* Where the issuer says that its keys are (free it). */
static char *
find_keys(const char *issuer, bool may_be_plain, const Settings *settings,
		  char *why)
{
	size_t		len = strlen(issuer);
	char	   *address = malloc(len + sizeof(DISCOVERY));
	char	   *text;
	char	   *found = NULL;
	struct json_object *document;
	const char *named;
	const char *keys;

	if (address == NULL)
		abort();
	while (len > 0 && issuer[len - 1] == '/')
		len--;
	memcpy(address, issuer, len);
	strcpy(address + len, DISCOVERY);
	text = fetch(address, may_be_plain, settings, why);
	free(address);
	if (text == NULL)
		return NULL;

	document = parse_object(text);
	named = text_member(document, "issuer");
	keys = text_member(document, "jwks_uri");
	if (document == NULL)
		snprintf(why, WHY_LEN, "its configuration is no JSON object");
	else if (named == NULL || strcmp(named, issuer) != 0)
		snprintf(why, WHY_LEN, "its configuration is that of another issuer");
	else if (keys == NULL)
		snprintf(why, WHY_LEN, "its configuration names no jwks_uri");
	else
		found = strdup(keys);
	json_object_put(document);
	free(text);
	return found;
}

/*
 * keys_flaw
 *		What is wrong with a set, or NULL.  The database judges each key; but
 *		it cannot know that a secret was published here for everybody to fetch.
 */
static const char *
keys_flaw(const char *text)
{
	struct json_object *set = parse_object(text);
	struct json_object *keys;
	const char *flaw = NULL;
	size_t		i;

	if (set == NULL)
		flaw = "its keys are no JSON object";
	else if (!json_object_object_get_ex(set, "keys", &keys) ||
			 !json_object_is_type(keys, json_type_array))
		flaw = "its keys are no key set";
	else
	{
		for (i = 0; i < json_object_array_length(keys); i++)
		{
			const char *kty = text_member(json_object_array_get_idx(keys, i),
										  "kty");

			if (kty != NULL && strcmp(kty, "oct") == 0)
				flaw = "its key set has a secret, which everybody can read";
		}
	}
	json_object_put(set);
	return flaw;
}

char *
fetch_keys(const char *issuer, const Settings *settings, char why[WHY_LEN])
{
	bool		may_be_plain = strncasecmp(issuer, "http://", 7) == 0;
	char	   *address;
	char	   *text;
	const char *flaw;

	if (strpbrk(issuer, "?#") != NULL)
	{
		snprintf(why, WHY_LEN, "it is no address that keys are fetched from");
		return NULL;
	}
	address = find_keys(issuer, may_be_plain, settings, why);
	if (address == NULL)
		return NULL;
	text = fetch(address, may_be_plain, settings, why);
	free(address);
	flaw = text ? keys_flaw(text) : NULL;
	if (flaw == NULL)
		return text;
	snprintf(why, WHY_LEN, "%s", flaw);
	free(text);
	return NULL;
}
