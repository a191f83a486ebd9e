/*
 * endpoint.c
 *		Endpoints that events are delivered to, and one delivery.
 *
 * Only the configured URL is called: redirections are not followed, and no
 * other protocol than HTTP is spoken.
 */
#include <curl/curl.h>
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gateway/endpoint.h"
#include "gateway/file.h"
#include "gateway/memory.h"
#include "gateway/text.h"

#define MIN_SECRET 16
#define BLANKS " \t\r\n"
#define ENCODED "whsec_"		/* then base64, by Standard Webhooks */

/*
 * decode_secret
 *		Decode "whsec_" and base64 in place.  Returns false unless it is the
 *		canonical spelling, because readers differ in what else they accept.
 */
static bool
decode_secret(char *secret, size_t *len)
{
	const char *encoded = secret + strlen(ENCODED);
	size_t		room = *len + 4;
	unsigned char *bytes = must_alloc(room);
	char	   *again = must_alloc(room);
	int			decoded = EVP_DecodeBlock(bytes,
										  (const unsigned char *) encoded,
										  (int) strlen(encoded));
	size_t		padding = strspn(encoded + strcspn(encoded, "="), "=");
	bool		good = decoded > 0 && padding <= 2;

	if (good)
	{
		EVP_EncodeBlock((unsigned char *) again, bytes,
						decoded - (int) padding);
		good = strcmp(again, encoded) == 0;
	}
	if (good)
	{
		explicit_bzero(secret, *len);
		*len = (size_t) decoded - padding;
		memcpy(secret, bytes, *len);
	}
	explicit_bzero(bytes, room);
	free(bytes);
	file_forget(again);
	return good;
}

/* Read a secret: a file, without blanks at its end; base64 is decoded. */
static bool
read_secret(const char *path, Endpoint *endpoint, Text *problems)
{
	char	   *secret = file_read(path, true, problems);
	size_t		len;

	if (secret == NULL)
		return false;
	len = strlen(secret);
	while (len > 0 && strchr(BLANKS, secret[len - 1]) != NULL)
		secret[--len] = '\0';
	if (strncmp(secret, ENCODED, strlen(ENCODED)) == 0 &&
		!decode_secret(secret, &len))
	{
		text_printf(problems, "\"%s\" has no base64 behind \"%s\"\n", path,
					ENCODED);
		file_forget(secret);
		return false;
	}
	endpoint->secret = secret;
	endpoint->secret_len = len;
	if (len >= MIN_SECRET)
		return true;
	text_printf(problems, "\"%s\" is no secret of at least %d bytes\n", path,
				MIN_SECRET);
	return false;
}

static void
take_types(Endpoint *endpoint, char *types, Text *problems)
{
	char	   *save;
	char	   *type;

	for (type = strtok_r(types, ",", &save); type != NULL;
		 type = strtok_r(NULL, ",", &save))
	{
		if (endpoint->ntypes == MAX_TYPES)
		{
			text_printf(problems, "endpoint \"%s\" has too many types\n",
						endpoint->name);
			return;
		}
		endpoint->types[endpoint->ntypes++] = must_strdup(type);
	}
}

/* "name url secret-file [types]" */
static bool
read_line(char *line, Endpoint *endpoint, Text *problems)
{
	char	   *save;
	char	   *name = strtok_r(line, BLANKS, &save);
	char	   *url = strtok_r(NULL, BLANKS, &save);
	char	   *secret = strtok_r(NULL, BLANKS, &save);
	char	   *types = strtok_r(NULL, BLANKS, &save);

	if (name == NULL || name[0] == '#')
		return false;
	if (secret == NULL || (strncmp(url, "https://", 8) != 0 &&
						   strncmp(url, "http://", 7) != 0))
	{
		text_printf(problems, "endpoint \"%s\": not \"name URL secret-file [types]\"\n",
					name);
		return false;
	}
	memset(endpoint, 0, sizeof(*endpoint));
	endpoint->name = must_strdup(name);
	endpoint->url = must_strdup(url);
	if (types != NULL)
		take_types(endpoint, types, problems);
	if (read_secret(secret, endpoint, problems))
		return true;
	endpoint_free(endpoint);
	return false;
}

int
endpoints_read(const char *path, Endpoint endpoints[MAX_ENDPOINTS],
			   Text *problems)
{
	FILE	   *file = fopen(path, "r");
	char		line[4096];
	int			count = 0;

	if (file == NULL)
	{
		text_printf(problems, "webhooks \"%s\" cannot be read: %s\n", path,
					strerror(errno));
		return -1;
	}
	while (fgets(line, sizeof(line), file) != NULL)
	{
		if (count == MAX_ENDPOINTS)
		{
			text_printf(problems, "more than %d endpoints\n", MAX_ENDPOINTS);
			break;
		}
		if (read_line(line, &endpoints[count], problems))
			count++;
	}
	fclose(file);
	return count;
}

void
endpoint_free(Endpoint *endpoint)
{
	int			i;

	free(endpoint->name);
	free(endpoint->url);
	if (endpoint->secret != NULL)
		explicit_bzero(endpoint->secret, endpoint->secret_len);
	free(endpoint->secret);
	for (i = 0; i < endpoint->ntypes; i++)
		free(endpoint->types[i]);
	memset(endpoint, 0, sizeof(*endpoint));
}

bool
endpoint_wants(const Endpoint *endpoint, const char *type)
{
	int			i;

	for (i = 0; i < endpoint->ntypes; i++)
	{
		const char *wanted = endpoint->types[i];
		size_t		len = strlen(wanted);

		if (len > 0 && wanted[len - 1] == '*' ?
			strncmp(wanted, type, len - 1) == 0 : strcmp(wanted, type) == 0)
			return true;
	}
	return endpoint->ntypes == 0;
}

/* HMAC-SHA-256 over "id.timestamp.body", in base64. */
static void
sign(const Endpoint *endpoint, const char *id, const char *timestamp,
	 const char *body, char out[64])
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned int len = 0;
	Text		text = {0};

	text_printf(&text, "%s.%s.", id, timestamp);
	text_puts(&text, body);
	HMAC(EVP_sha256(), endpoint->secret, (int) endpoint->secret_len,
		 (const unsigned char *) text.data, text.len, mac, &len);
	EVP_EncodeBlock((unsigned char *) out, mac, (int) len);
	text_free(&text);
}

static size_t
ignore_answer(char *data, size_t size, size_t count, void *arg)
{
	return size * count;
}

static int
check_stopping(void *arg, curl_off_t down_total, curl_off_t down,
			   curl_off_t up_total, curl_off_t up)
{
	return atomic_load((atomic_bool *) arg);
}

static struct curl_slist *
add_header(struct curl_slist *list, const char *name, const char *value)
{
	Text		text = {0};

	text_printf(&text, "%s: %s", name, value);
	list = curl_slist_append(list, text.data);
	text_free(&text);
	return list;
}

static void
set_options(CURL *curl, const Endpoint *endpoint, const char *body,
			struct curl_slist *headers, atomic_bool *stopping)
{
	curl_easy_setopt(curl, CURLOPT_URL, endpoint->url);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
					 (curl_off_t) strlen(body));
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS,
					 (long) (CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 5L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 15L);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, check_stopping);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, stopping);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore_answer);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "governance-gateway");
}

bool
endpoint_deliver(const Endpoint *endpoint, const char *id, const char *body,
				 atomic_bool *stopping, char why[256])
{
	CURL	   *curl = curl_easy_init();
	struct curl_slist *headers = NULL;
	char		timestamp[32];
	char		signature[64 + 3] = "v1,";
	CURLcode	result;
	long		status = 0;

	if (curl == NULL)
	{
		snprintf(why, 256, "out of memory");
		return false;
	}
	snprintf(timestamp, sizeof(timestamp), "%lld", (long long) time(NULL));
	sign(endpoint, id, timestamp, body, signature + 3);
	headers = add_header(headers, "Content-Type",
						 "application/cloudevents+json; charset=utf-8");
	headers = add_header(headers, "Webhook-Id", id);
	headers = add_header(headers, "Webhook-Timestamp", timestamp);
	headers = add_header(headers, "Webhook-Signature", signature);
	set_options(curl, endpoint, body, headers, stopping);
	result = curl_easy_perform(curl);
	if (result == CURLE_OK)
		curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
	if (status >= 200 && status < 300)
		return true;
	if (result == CURLE_OK)
		snprintf(why, 256, "it answered %ld", status);
	else
		snprintf(why, 256, "%s", curl_easy_strerror(result));
	return false;
}
