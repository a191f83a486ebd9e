/*
 * bundle.c
 *		Signatures of models: OpenSSF Model Signing in a Sigstore bundle v0.3.
 */
#include "signing/bundle.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/json.h"
#include "tlog/base64.h"
#include "tlog/sha256.h"

#define MAX_NAME_LEN 4096		/* of a file, in bytes */

typedef struct Block
{
	struct Block *next;
	uint64_t	data[];			/* aligned for anything */
} Block;

typedef struct Reading
{
	GovBundle  *bundle;
	char	   *flaw;
} Reading;

static bool fail(Reading *reading, const char *format, ...)
			__attribute__((format(printf, 2, 3)));

static bool
fail(Reading *reading, const char *format, ...)
{
	va_list		args;

	va_start(args, format);
	vsnprintf(reading->flaw, GOV_BUNDLE_FLAW_ROOM, format, args);
	va_end(args);
	return false;
}

/* How many bytes of a text an error shows: at most 80, in whole characters. */
static int
shown(const char *text)
{
	int			len = (int) strnlen(text, 80);

	while (len > 0 && ((unsigned char) text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

/* Memory that is freed with the bundle; NULL where there is none. */
static void *
keep(void *arg, size_t size)
{
	Reading    *reading = arg;
	Block	   *block = calloc(1, sizeof(Block) + size);

	if (block == NULL)
	{
		fail(reading, "There is not enough memory to read it.");
		return NULL;
	}
	block->next = reading->bundle->memory;
	reading->bundle->memory = block;
	return block->data;
}

void
gov_bundle_free(GovBundle *bundle)
{
	while (bundle->memory != NULL)
	{
		Block	   *block = bundle->memory;

		bundle->memory = block->next;
		free(block);
	}
}

bool
gov_is_digest(const char *text)
{
	return strlen(text) == GOV_DIGEST_HEX_LEN &&
		strspn(text, "0123456789abcdef") == GOV_DIGEST_HEX_LEN;
}

static const GovJsonValue *
parse(Reading *reading, const void *text, size_t len, const char *what)
{
	GovJsonFlaw flaw;
	const GovJsonValue *root = gov_json_parse(text, len, keep, reading, &flaw);

	if (root == NULL && flaw.twice != NULL)
		fail(reading, "%s has the member \"%.*s\" twice.", what,
			 shown(flaw.twice), flaw.twice);
	else if (root == NULL)
		fail(reading, "%s is not JSON.  %s, at byte %zu.", what, flaw.what,
			 flaw.at);
	else if (root->type == GOV_JSON_OBJECT)
		return root;
	else
		fail(reading, "%s is no JSON object.", what);
	return NULL;
}

/* A member that must be there; "where" ends with a blank, or is empty. */
static const GovJsonValue *
need(Reading *reading, const GovJsonValue *object, const char *where,
	 const char *name, GovJsonType type)
{
	static const char *const types[] = {
		[GOV_JSON_STRING] = "text", [GOV_JSON_ARRAY] = "list",
		[GOV_JSON_OBJECT] = "object"
	};
	const GovJsonValue *member = gov_json_member(object, name, type);

	if (member == NULL)
		fail(reading, "It has no %s \"%s%s\".", types[type], where, name);
	return member;
}

static bool
need_text(Reading *reading, const GovJsonValue *object, const char *where,
		  const char *name, const char *expected)
{
	const GovJsonValue *member = need(reading, object, where, name,
									  GOV_JSON_STRING);

	if (member == NULL)
		return false;
	return strcmp(member->text, expected) == 0 ||
		fail(reading, "\"%s%s\" is \"%.*s\", not \"%s\".", where, name,
			 shown(member->text), member->text, expected);
}

static bool
need_bytes(Reading *reading, const GovJsonValue *object, const char *where,
		   const char *name, GovBytes *bytes)
{
	const GovJsonValue *member = need(reading, object, where, name,
									  GOV_JSON_STRING);
	size_t		room;

	if (member == NULL)
		return false;
	room = member->len / 4 * 3;
	if ((bytes->data = keep(reading, room + 1)) == NULL)
		return false;
	if (!gov_base64_decode(member->text, member->len, bytes->data, room,
						   &bytes->len) || bytes->len == 0)
		return fail(reading, "\"%s%s\" is not base64 (RFC 4648, without white space).",
					where, name);
	return true;
}

/* --- what it is to be verified with -------------------------------------- */

static bool
read_chain(Reading *reading, const GovJsonValue *chain)
{
	GovBundle  *bundle = reading->bundle;
	const GovJsonValue *list = need(reading, chain, "x509CertificateChain.",
									"certificates", GOV_JSON_ARRAY);
	const GovJsonValue *item;

	if (list == NULL)
		return false;
	if (list->count < 1 || list->count > GOV_BUNDLE_MAX_CERTIFICATES)
		return fail(reading, "It has %d certificates, not 1 to %d.",
					list->count, GOV_BUNDLE_MAX_CERTIFICATES);
	for (item = list->first; item != NULL; item = item->next)
	{
		if (!need_bytes(reading, item, "certificates.", "rawBytes",
						&bundle->certificates[bundle->certificate_count++]))
			return false;
	}
	return true;
}

static bool
read_material(Reading *reading, const GovJsonValue *root)
{
	GovBundle  *bundle = reading->bundle;
	const GovJsonValue *material = need(reading, root, "",
										"verificationMaterial",
										GOV_JSON_OBJECT);
	const GovJsonValue *key = gov_json_member(material, "publicKey",
											  GOV_JSON_OBJECT);
	const GovJsonValue *chain = gov_json_member(material,
												"x509CertificateChain",
												GOV_JSON_OBJECT);
	const GovJsonValue *single = gov_json_member(material, "certificate",
												 GOV_JSON_OBJECT);
	const GovJsonValue *entries = gov_json_member(material, "tlogEntries",
												  GOV_JSON_ARRAY);

	if (material == NULL)
		return false;
	if ((key != NULL) + (chain != NULL) + (single != NULL) != 1)
		return fail(reading, "It has not one of \"publicKey\", \"x509CertificateChain\" and \"certificate\".");
	/*
	 * The database knows whose key it is; what the bundle says is only a hint.
	 */
	bundle->method = key != NULL ? GOV_BUNDLE_KEY : GOV_BUNDLE_CERTIFICATE;
	if (chain != NULL)
		return read_chain(reading, chain);
	if (single != NULL)
	{
		if (entries != NULL && entries->count > 0)
			bundle->method = GOV_BUNDLE_KEYLESS;
		bundle->certificate_count = 1;
		return need_bytes(reading, single, "certificate.", "rawBytes",
						  &bundle->certificates[0]);
	}
	return true;
}

/* --- the envelope -------------------------------------------------------- */

/* DSSEv1 LEN(type) type LEN(payload) payload */
static bool
encode(Reading *reading)
{
	GovBundle  *bundle = reading->bundle;
	GovBytes   *out = &bundle->signed_bytes;
	size_t		room = sizeof(GOV_STATEMENT_MEDIA_TYPE) + 64 +
		bundle->payload.len;

	if ((out->data = keep(reading, room)) == NULL)
		return false;
	out->len = snprintf((char *) out->data, room, "DSSEv1 %zu %s %zu ",
						strlen(GOV_STATEMENT_MEDIA_TYPE),
						GOV_STATEMENT_MEDIA_TYPE, bundle->payload.len);
	memcpy(out->data + out->len, bundle->payload.data, bundle->payload.len);
	out->len += bundle->payload.len;
	return true;
}

static bool
read_envelope(Reading *reading, const GovJsonValue *root)
{
	GovBundle  *bundle = reading->bundle;
	const GovJsonValue *envelope = need(reading, root, "", "dsseEnvelope",
										GOV_JSON_OBJECT);
	const GovJsonValue *signatures;

	if (envelope == NULL ||
		!need_text(reading, envelope, "dsseEnvelope.", "payloadType",
				   GOV_STATEMENT_MEDIA_TYPE) ||
		!need_bytes(reading, envelope, "dsseEnvelope.", "payload",
					&bundle->payload))
		return false;
	signatures = need(reading, envelope, "dsseEnvelope.", "signatures",
					  GOV_JSON_ARRAY);
	if (signatures == NULL)
		return false;
	if (signatures->count != 1)
		return fail(reading, "It has %d signatures, not 1.",
					signatures->count);
	if (!need_bytes(reading, signatures->first, "signatures.", "sig",
					&bundle->signature))
		return false;
	if (bundle->signature.len > GOV_SIGNATURE_MAX_LEN)
		return fail(reading, "Its signature has %zu bytes, more than %d.",
					bundle->signature.len, GOV_SIGNATURE_MAX_LEN);
	return encode(reading);
}

/* --- the statement ------------------------------------------------------- */

static int
compare_resources(const void *a, const void *b)
{
	return strcmp(((const GovResource *) a)->name,
				  ((const GovResource *) b)->name);
}

static int
hex_value(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

static bool
read_resource(Reading *reading, const GovJsonValue *item, GovSha256 *hash)
{
	GovBundle  *bundle = reading->bundle;
	GovResource *resource = &bundle->resources[bundle->resource_count];
	const GovJsonValue *name = need(reading, item, "resources.", "name",
									GOV_JSON_STRING);
	const GovJsonValue *digest = need(reading, item, "resources.", "digest",
									  GOV_JSON_STRING);
	uint8_t		bytes[GOV_SHA256_LEN];
	int			i;

	if (name == NULL || digest == NULL ||
		!need_text(reading, item, "resources.", "algorithm", "sha256"))
		return false;
	if (name->len == 0 || name->len > MAX_NAME_LEN)
		return fail(reading, "The name of a resource has not 1 to %d bytes.",
					MAX_NAME_LEN);
	if (!gov_is_digest(digest->text))
		return fail(reading, "The digest of resource \"%.*s\" is not SHA-256 in hex.",
					shown(name->text), name->text);
	for (i = 0; i < GOV_SHA256_LEN; i++)
		bytes[i] = (uint8_t) (hex_value(digest->text[2 * i]) << 4 |
							  hex_value(digest->text[2 * i + 1]));
	if (!gov_sha256_update(hash, bytes, sizeof(bytes)))
		return fail(reading, "SHA-256 failed.");
	resource->name = name->text;
	resource->digest = digest->text;
	bundle->resource_count++;
	return true;
}

/* The files, and that the subject is the digest of their digests. */
static bool
read_resources(Reading *reading, const GovJsonValue *list, GovSha256 *hash)
{
	GovBundle  *bundle = reading->bundle;
	const GovJsonValue *item;
	uint8_t		root[GOV_SHA256_LEN];
	char		hex[GOV_DIGEST_HEX_LEN + 1];
	int			i;

	if (list->count == 0)
		return fail(reading, "It signs no resource.");
	bundle->resources = keep(reading, list->count * sizeof(GovResource));
	if (bundle->resources == NULL)
		return false;
	for (item = list->first; item != NULL; item = item->next)
	{
		if (!read_resource(reading, item, hash))
			return false;
	}
	if (!gov_sha256_final(hash, root))
		return fail(reading, "SHA-256 failed.");
	gov_hex(root, sizeof(root), hex);
	if (strcmp(hex, bundle->manifest_digest) != 0)
		return fail(reading, "Its subject is not the digest of its resources.");
	qsort(bundle->resources, bundle->resource_count, sizeof(GovResource),
		  compare_resources);
	for (i = 1; i < bundle->resource_count; i++)
	{
		if (strcmp(bundle->resources[i - 1].name,
				   bundle->resources[i].name) == 0)
			return fail(reading, "Resource \"%.*s\" is there twice.",
						shown(bundle->resources[i].name),
						bundle->resources[i].name);
	}
	return true;
}

static bool
read_statement(Reading *reading)
{
	GovBundle  *bundle = reading->bundle;
	const GovJsonValue *statement = parse(reading, bundle->payload.data,
										  bundle->payload.len, "Its payload");
	const GovJsonValue *subjects;
	const GovJsonValue *digest;
	const GovJsonValue *predicate;
	const GovJsonValue *settings;
	const GovJsonValue *list;
	GovSha256  *hash;
	bool		good;

	if (statement == NULL ||
		!need_text(reading, statement, "", "_type", GOV_STATEMENT_TYPE) ||
		!need_text(reading, statement, "", "predicateType",
				   GOV_SIGNATURE_PREDICATE) ||
		(subjects = need(reading, statement, "", "subject",
						 GOV_JSON_ARRAY)) == NULL)
		return false;
	if (subjects->count != 1)
		return fail(reading, "It has %d subjects, not 1.", subjects->count);
	digest = gov_json_member(gov_json_member(subjects->first, "digest",
											 GOV_JSON_OBJECT),
							 "sha256", GOV_JSON_STRING);
	if (digest == NULL || !gov_is_digest(digest->text))
		return fail(reading, "Its subject has no digest \"sha256\".");
	bundle->manifest_digest = digest->text;

	predicate = need(reading, statement, "", "predicate", GOV_JSON_OBJECT);
	settings = predicate == NULL ? NULL :
		need(reading, predicate, "predicate.", "serialization",
			 GOV_JSON_OBJECT);
	list = settings == NULL ? NULL :
		need(reading, predicate, "predicate.", "resources", GOV_JSON_ARRAY);
	if (list == NULL ||
		!need_text(reading, settings, "serialization.", "hash_type",
				   "sha256"))
		return false;
	hash = gov_sha256_new();
	good = hash != NULL ? read_resources(reading, list, hash) :
		fail(reading, "SHA-256 failed.");
	gov_sha256_free(hash);
	return good;
}

static bool
read_signed(Reading *reading, const char *text, size_t len)
{
	const GovJsonValue *root;

	memset(reading->bundle, 0, sizeof(*reading->bundle));
	reading->flaw[0] = '\0';
	root = parse(reading, text, len, "The bundle");
	return root != NULL &&
		need_text(reading, root, "", "mediaType", GOV_BUNDLE_MEDIA_TYPE) &&
		read_envelope(reading, root) &&
		read_material(reading, root);
}

bool
gov_bundle_read_envelope(GovBundle *bundle, const char *text, size_t len,
						 char flaw[GOV_BUNDLE_FLAW_ROOM])
{
	Reading		reading = {bundle, flaw};

	return read_signed(&reading, text, len);
}

bool
gov_bundle_read(GovBundle *bundle, const char *text, size_t len,
				char flaw[GOV_BUNDLE_FLAW_ROOM])
{
	Reading		reading = {bundle, flaw};

	return read_signed(&reading, text, len) && read_statement(&reading);
}
