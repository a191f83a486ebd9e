/*
 * note.c
 *		Signed notes, checkpoints and cosignatures as C2SP specifies them.
 *
 * A note is a text, an empty line, and signature lines; the last empty line
 * is the one that divides.  A key's id is the beginning of a hash over name,
 * type and public key, so it proves nothing by itself: whoever verifies has
 * the whole key from elsewhere.
 *
 * Invariants: see note.h.  Nothing here keeps state between calls.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "text/utf8.h"
#include "tlog/base64.h"
#include "tlog/note.h"

/* An em dash and a space, in UTF-8. */
#define SIGNATURE_MARK		"\xe2\x80\x94 "
#define SIGNATURE_MARK_LEN	4

#define COSIGNATURE_HEADER	"cosignature/v1\ntime "
#define TIME_LEN			8

/* --- text --- */

/* Unicode's White_Space. */
static bool
is_space(uint32_t character)
{
	return character == ' ' || (character >= 0x09 && character <= 0x0d) ||
		character == 0x85 || character == 0xa0 || character == 0x1680 ||
		(character >= 0x2000 && character <= 0x200a) ||
		character == 0x2028 || character == 0x2029 || character == 0x202f ||
		character == 0x205f || character == 0x3000;
}

/* Is it UTF-8 without control characters other than newlines? */
static bool
is_note_text(const char *text, size_t len)
{
	size_t		i = 0;

	while (i < len)
	{
		uint32_t	character;
		size_t		n = gov_utf8_next(text + i, len - i, &character);

		if (n == 0 || (character < ' ' && character != '\n'))
			return false;
		i += n;
	}
	return true;
}

bool
gov_note_name_is_valid(const char *name, size_t len)
{
	size_t		i = 0;

	if (len == 0 || len > GOV_NOTE_MAX_NAME)
		return false;
	while (i < len)
	{
		uint32_t	character;
		size_t		n = gov_utf8_next(name + i, len - i, &character);

		if (n == 0 || character < ' ' || character == '+' ||
			is_space(character))
			return false;
		i += n;
	}
	return true;
}

/* --- keys --- */

static bool
is_known_type(int type)
{
	return type == GOV_KEY_ED25519 || type == GOV_KEY_COSIGNATURE;
}

GovNoteStatus
gov_verifier_make(GovVerifier *verifier, const char *name, size_t name_len,
				  GovKeyType type, const uint8_t *public_key)
{
	uint8_t		input[GOV_NOTE_MAX_NAME + 2 + GOV_ED25519_KEY_LEN];
	uint8_t		digest[GOV_SHA256_LEN];

	if (!is_known_type(type) || !gov_note_name_is_valid(name, name_len))
		return GOV_NOTE_MALFORMED;
	memcpy(input, name, name_len);
	input[name_len] = '\n';
	input[name_len + 1] = (uint8_t) type;
	memcpy(input + name_len + 2, public_key, GOV_ED25519_KEY_LEN);
	if (!gov_sha256(input, name_len + 2 + GOV_ED25519_KEY_LEN, digest))
		return GOV_NOTE_CRYPTO_FAILED;

	memcpy(verifier->name, name, name_len);
	verifier->name[name_len] = '\0';
	verifier->type = type;
	memcpy(verifier->key_id, digest, GOV_NOTE_KEY_ID_LEN);
	memcpy(verifier->public_key, public_key, GOV_ED25519_KEY_LEN);
	return GOV_NOTE_OK;
}

/*
 * gov_verifier_parse
 *		Read a verifier key; its id must be that of the key.
 */
GovNoteStatus
gov_verifier_parse(GovVerifier *verifier, const char *text, size_t len)
{
	const size_t id_digits = 2 * GOV_NOTE_KEY_ID_LEN;
	const char *plus = memchr(text, '+', len);
	uint8_t		key[1 + GOV_ED25519_KEY_LEN];
	char		id[2 * GOV_NOTE_KEY_ID_LEN + 1];
	GovNoteStatus status;
	size_t		rest;
	size_t		key_len;

	if (plus == NULL)
		return GOV_NOTE_MALFORMED;
	rest = len - (size_t) (plus + 1 - text);
	if (rest < id_digits + 1 || plus[1 + id_digits] != '+' ||
		!gov_base64_decode(plus + 2 + id_digits, rest - id_digits - 1, key,
						   sizeof(key), &key_len) ||
		key_len != sizeof(key) || !is_known_type(key[0]))
		return GOV_NOTE_MALFORMED;
	status = gov_verifier_make(verifier, text, (size_t) (plus - text),
							   (GovKeyType) key[0], key + 1);
	if (status != GOV_NOTE_OK)
		return status;
	gov_hex(verifier->key_id, GOV_NOTE_KEY_ID_LEN, id);
	return memcmp(id, plus + 1, id_digits) == 0 ?
		GOV_NOTE_OK : GOV_NOTE_MALFORMED;
}

void
gov_verifier_text(const GovVerifier *verifier, char out[GOV_VERIFIER_ROOM])
{
	uint8_t		key[1 + GOV_ED25519_KEY_LEN];
	char		id[2 * GOV_NOTE_KEY_ID_LEN + 1];
	char		encoded[GOV_BASE64_ROOM(sizeof(key))];

	key[0] = (uint8_t) verifier->type;
	memcpy(key + 1, verifier->public_key, GOV_ED25519_KEY_LEN);
	gov_base64_encode(key, sizeof(key), encoded);
	gov_hex(verifier->key_id, GOV_NOTE_KEY_ID_LEN, id);
	snprintf(out, GOV_VERIFIER_ROOM, "%s+%s+%s", verifier->name, id, encoded);
}

/* An encrypted key is refused, as nobody can be asked for its password. */
static int
no_password(char *buf, int size, int rwflag, void *arg)
{
	(void) buf;
	(void) size;
	(void) rwflag;
	(void) arg;
	return -1;
}

struct evp_pkey_st *
gov_signing_key_read(const char *pem, size_t len)
{
	BIO		   *bio;
	EVP_PKEY   *key;

	if (len > GOV_NOTE_MAX_LEN)
		return NULL;
	bio = BIO_new_mem_buf(pem, (int) len);
	if (bio == NULL)
		return NULL;
	key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
	BIO_free(bio);
	ERR_clear_error();
	if (key != NULL && EVP_PKEY_id(key) != EVP_PKEY_ED25519)
	{
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

bool
gov_signing_key_public(struct evp_pkey_st *key,
					   uint8_t public_key[GOV_ED25519_KEY_LEN])
{
	size_t		len = GOV_ED25519_KEY_LEN;

	return EVP_PKEY_get_raw_public_key(key, public_key, &len) == 1 &&
		len == GOV_ED25519_KEY_LEN;
}

void
gov_signing_key_free(struct evp_pkey_st *key)
{
	EVP_PKEY_free(key);
}

/* --- signatures --- */

/*
 * cosigned_message
 *		What a witness signs at that time: the header and, behind it, the
 *		text.  Ed25519 hashes in two passes and takes no pieces.
 *
 * "out" is allocated; NULL where there is no memory.
 */
static uint8_t *
cosigned_message(const char *text, size_t len, uint64_t time,
				 size_t *message_len)
{
	char		header[sizeof(COSIGNATURE_HEADER) + 24];
	uint8_t    *message;
	int			header_len;

	header_len = snprintf(header, sizeof(header),
						  COSIGNATURE_HEADER "%" PRIu64 "\n", time);
	*message_len = (size_t) header_len + len;
	message = OPENSSL_malloc(*message_len);
	if (message != NULL)
	{
		memcpy(message, header, (size_t) header_len);
		memcpy(message + header_len, text, len);
	}
	return message;
}

static GovNoteStatus
verify_bytes(const uint8_t *public_key, const uint8_t *message, size_t len,
			 const uint8_t *signature)
{
	GovNoteStatus status = GOV_NOTE_CRYPTO_FAILED;
	EVP_PKEY   *key;
	EVP_MD_CTX *context;

	key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key,
									  GOV_ED25519_KEY_LEN);
	context = EVP_MD_CTX_new();
	if (key != NULL && context != NULL &&
		EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1)
		status = EVP_DigestVerify(context, signature,
								  GOV_ED25519_SIGNATURE_LEN, message,
								  len) == 1 ?
			GOV_NOTE_OK : GOV_NOTE_BAD_SIGNATURE;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	ERR_clear_error();
	return status;
}

bool
gov_signing_key_sign(EVP_PKEY *key, const uint8_t *message, size_t len,
					 uint8_t signature[GOV_ED25519_SIGNATURE_LEN])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t		signature_len = GOV_ED25519_SIGNATURE_LEN;
	bool		signed_it;

	signed_it = context != NULL &&
		EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
		EVP_DigestSign(context, signature, &signature_len, message,
					   len) == 1 &&
		signature_len == GOV_ED25519_SIGNATURE_LEN;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return signed_it;
}

/* Is the signature's name and key id the verifier's? */
static bool
is_by(const GovNoteSignature *signature, const GovVerifier *verifier)
{
	return signature->name_len == strlen(verifier->name) &&
		memcmp(signature->name, verifier->name, signature->name_len) == 0 &&
		memcmp(signature->key_id, verifier->key_id,
			   GOV_NOTE_KEY_ID_LEN) == 0;
}

static GovNoteStatus
check_cosignature(const GovNote *note, const GovNoteSignature *signature,
				  const GovVerifier *verifier, uint64_t *time)
{
	GovNoteStatus status;
	uint8_t    *message;
	size_t		len;
	int			i;

	*time = 0;
	for (i = 0; i < TIME_LEN; i++)
		*time = *time << 8 | signature->bytes[i];
	if (*time > INT64_MAX)
		return GOV_NOTE_BAD_SIGNATURE;
	message = cosigned_message(note->text, note->text_len, *time, &len);
	if (message == NULL)
		return GOV_NOTE_CRYPTO_FAILED;
	status = verify_bytes(verifier->public_key, message, len,
						  signature->bytes + TIME_LEN);
	OPENSSL_free(message);
	return status;
}

GovNoteStatus
gov_note_check(const GovNote *note, const GovNoteSignature *signature,
			   const GovVerifier *verifier, uint64_t *time)
{
	size_t		len = GOV_ED25519_SIGNATURE_LEN;

	if (verifier->type == GOV_KEY_COSIGNATURE)
		len += TIME_LEN;
	*time = 0;
	if (!is_by(signature, verifier))
		return GOV_NOTE_NOT_SIGNED;
	if (signature->len != len)
		return GOV_NOTE_BAD_SIGNATURE;
	if (verifier->type == GOV_KEY_COSIGNATURE)
		return check_cosignature(note, signature, verifier, time);
	return verify_bytes(verifier->public_key, (const uint8_t *) note->text,
						note->text_len, signature->bytes);
}

GovNoteStatus
gov_note_verify(const GovNote *note, const GovVerifier *verifier,
				uint64_t *time)
{
	GovNoteStatus result = GOV_NOTE_NOT_SIGNED;
	int			i;

	*time = 0;
	for (i = 0; i < note->count; i++)
	{
		GovNoteStatus status;
		uint64_t	when;

		status = gov_note_check(note, &note->signature[i], verifier, &when);
		if (status == GOV_NOTE_NOT_SIGNED)
			continue;
		if (status != GOV_NOTE_OK)
			return status;
		if (when > *time)
			*time = when;
		result = GOV_NOTE_OK;
	}
	return result;
}

GovNoteStatus
gov_note_sign(const char *text, size_t len, const GovVerifier *verifier,
			  struct evp_pkey_st *key, uint64_t time,
			  char out[GOV_SIGNATURE_ROOM])
{
	uint8_t		bytes[GOV_NOTE_KEY_ID_LEN + GOV_NOTE_SIGNATURE_KEEP];
	char		encoded[GOV_BASE64_ROOM(sizeof(bytes))];
	uint8_t		public_key[GOV_ED25519_KEY_LEN];
	size_t		n = GOV_NOTE_KEY_ID_LEN;
	bool		signed_it;
	int			i;

	if (len == 0 || len > GOV_NOTE_MAX_LEN || text[len - 1] != '\n' ||
		!is_note_text(text, len) || time > INT64_MAX ||
		!gov_note_name_is_valid(verifier->name, strlen(verifier->name)))
		return GOV_NOTE_MALFORMED;
	/* a signature by another key than the one it names never verifies */
	if (!gov_signing_key_public(key, public_key) ||
		memcmp(public_key, verifier->public_key, sizeof(public_key)) != 0)
		return GOV_NOTE_CRYPTO_FAILED;

	memcpy(bytes, verifier->key_id, GOV_NOTE_KEY_ID_LEN);
	if (verifier->type == GOV_KEY_COSIGNATURE)
	{
		size_t		message_len;
		uint8_t    *message = cosigned_message(text, len, time, &message_len);

		if (message == NULL)
			return GOV_NOTE_CRYPTO_FAILED;
		for (i = 0; i < TIME_LEN; i++)
			bytes[n++] = (uint8_t) (time >> (8 * (TIME_LEN - 1 - i)));
		signed_it = gov_signing_key_sign(key, message, message_len, bytes + n);
		OPENSSL_free(message);
	}
	else
		signed_it = gov_signing_key_sign(key, (const uint8_t *) text, len,
										 bytes + n);
	if (!signed_it)
		return GOV_NOTE_CRYPTO_FAILED;
	gov_base64_encode(bytes, n + GOV_ED25519_SIGNATURE_LEN, encoded);
	snprintf(out, GOV_SIGNATURE_ROOM, SIGNATURE_MARK "%s %s\n",
			 verifier->name, encoded);
	return GOV_NOTE_OK;
}

/* --- notes --- */

/* One signature line, without its newline. */
static bool
parse_signature(const char *line, size_t len, GovNoteSignature *signature)
{
	uint8_t		bytes[GOV_NOTE_KEY_ID_LEN + GOV_NOTE_SIGNATURE_KEEP];
	const char *name = line + SIGNATURE_MARK_LEN;
	const char *space;
	const char *encoded;
	size_t		n;

	if (len <= SIGNATURE_MARK_LEN ||
		memcmp(line, SIGNATURE_MARK, SIGNATURE_MARK_LEN) != 0)
		return false;
	space = memchr(name, ' ', len - SIGNATURE_MARK_LEN);
	if (space == NULL)
		return false;
	encoded = space + 1;
	if (!gov_note_name_is_valid(name, (size_t) (space - name)) ||
		!gov_base64_decode(encoded, (size_t) (line + len - encoded), bytes,
						   sizeof(bytes), &n) ||
		n <= GOV_NOTE_KEY_ID_LEN)
		return false;
	signature->name = name;
	signature->name_len = (size_t) (space - name);
	memcpy(signature->key_id, bytes, GOV_NOTE_KEY_ID_LEN);
	signature->len = n - GOV_NOTE_KEY_ID_LEN;
	memcpy(signature->bytes, bytes + GOV_NOTE_KEY_ID_LEN,
		   signature->len < GOV_NOTE_SIGNATURE_KEEP ?
		   signature->len : GOV_NOTE_SIGNATURE_KEEP);
	signature->line = line;
	signature->line_len = len + 1;
	return true;
}

GovNoteStatus
gov_note_parse(GovNote *note, const char *text, size_t len)
{
	const char *end = text + len;
	const char *line;
	size_t		split;

	if (len < 3 || len > GOV_NOTE_MAX_LEN || end[-1] != '\n' ||
		!is_note_text(text, len))
		return GOV_NOTE_MALFORMED;

	/*
	 * the last empty line; a text without one, or with nothing before it, is
	 * no note
	 */
	split = len - 1;
	while (split > 0 && !(text[split] == '\n' && text[split - 1] == '\n'))
		split--;
	if (split == 0 || split == len - 1)
		return GOV_NOTE_MALFORMED;
	note->text = text;
	note->text_len = split;
	note->count = 0;
	for (line = text + split + 1; line < end;)
	{
		const char *newline = memchr(line, '\n', (size_t) (end - line));

		if (newline == NULL || note->count == GOV_NOTE_MAX_SIGNATURES ||
			!parse_signature(line, (size_t) (newline - line),
							 &note->signature[note->count]))
			return GOV_NOTE_MALFORMED;
		note->count++;
		line = newline + 1;
	}
	return GOV_NOTE_OK;
}

/* --- checkpoints --- */

/* Read a decimal number, which has no leading zeros. */
static bool
parse_size(const char *digits, size_t len, uint64_t *size)
{
	size_t		i;

	if (len == 0 || len > 19 || (len > 1 && digits[0] == '0'))
		return false;
	*size = 0;
	for (i = 0; i < len; i++)
	{
		if (digits[i] < '0' || digits[i] > '9')
			return false;
		*size = *size * 10 + (uint64_t) (digits[i] - '0');
	}
	return *size <= GOV_TREE_MAX_SIZE;
}

/* Read the line at "*at", which moves past its newline. */
static bool
next_line(const char **at, const char *end, const char **line, size_t *len)
{
	const char *newline = NULL;

	if (*at < end)
		newline = memchr(*at, '\n', (size_t) (end - *at));
	if (newline == NULL || newline == *at)
		return false;
	*line = *at;
	*len = (size_t) (newline - *at);
	*at = newline + 1;
	return true;
}

GovNoteStatus
gov_checkpoint_parse(GovCheckpoint *checkpoint, const char *text, size_t len)
{
	const char *end = text + len;
	const char *at = text;
	const char *line;
	size_t		line_len;
	size_t		root_len;

	if (len == 0 || len > GOV_NOTE_MAX_LEN || !is_note_text(text, len) ||
		!next_line(&at, end, &checkpoint->origin, &checkpoint->origin_len) ||
		checkpoint->origin_len > GOV_NOTE_MAX_NAME ||
		!next_line(&at, end, &line, &line_len) ||
		!parse_size(line, line_len, &checkpoint->tree_size) ||
		!next_line(&at, end, &line, &line_len) ||
		!gov_base64_decode(line, line_len, checkpoint->root.bytes,
						   GOV_SHA256_LEN, &root_len) ||
		root_len != GOV_SHA256_LEN)
		return GOV_NOTE_MALFORMED;
	checkpoint->extensions = at;
	checkpoint->extensions_len = (size_t) (end - at);
	while (at < end)
	{
		if (!next_line(&at, end, &line, &line_len))
			return GOV_NOTE_MALFORMED;
	}
	return GOV_NOTE_OK;
}

GovNoteStatus
gov_checkpoint_text(const char *origin, uint64_t tree_size,
					const GovTreeHash *root, char out[GOV_CHECKPOINT_ROOM])
{
	char		encoded[GOV_BASE64_ROOM(GOV_SHA256_LEN)];

	if (!gov_note_name_is_valid(origin, strlen(origin)) ||
		tree_size > GOV_TREE_MAX_SIZE)
		return GOV_NOTE_MALFORMED;
	gov_base64_encode(root->bytes, GOV_SHA256_LEN, encoded);
	snprintf(out, GOV_CHECKPOINT_ROOM, "%s\n%" PRIu64 "\n%s\n", origin,
			 tree_size, encoded);
	return GOV_NOTE_OK;
}
