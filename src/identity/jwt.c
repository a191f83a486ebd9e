/*
 * jwt.c
 *		Signed tokens (JSON Web Tokens, RFC 7519) that stand for a user.
 *
 * The order matters: form, header, signature, and only what a good signature
 * covers is read for its claims.
 */
#include "postgres.h"

#include <math.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/guc.h"
#include "identity/base64url.h"
#include "identity/jwt.h"
#include "identity/jwt_internal.h"
#include "utils/timestamp.h"

#define HS256_LEN 32
#define ED25519_LEN 64

typedef struct Header
{
	GovJwtAlgorithm algorithm;
	const char *kid;
	int			seen;			/* "alg" so many times */
} Header;

typedef struct Claims
{
	const char *sub;
	double		exp;
	double		nbf;			/* 0: at any time */
	bool		has_exp;
	bool		for_us;
	int			seen_sub;
	int			seen_exp;
	int			seen_nbf;
} Claims;

/* The part of a token between dots, decoded; its length, or -1. */
static int
decode_part(const char *begin, const char *end, uint8 **out)
{
	int			len = end - begin;

	if (len <= 0)
		return -1;
	*out = palloc(len);
	return gov_base64url_decode(begin, len, *out);
}

static bool
read_header(const GovJsonField *field, void *arg)
{
	Header	   *header = arg;

	if (field->depth != 1 || field->name == NULL)
		return true;
	if (strcmp(field->name, "alg") == 0)
	{
		header->algorithm = gov_jwt_algorithm(field->string);
		header->seen++;
	}
	else if (strcmp(field->name, "kid") == 0)
	{
		if (field->string == NULL || header->kid != NULL)
			return false;
		header->kid = field->string;
	}
	/* An extension that must be understood: none is. */
	else if (strcmp(field->name, "crit") == 0 ||
			 strcmp(field->name, "b64") == 0)
		return false;
	return true;
}

static bool
read_time(const GovJsonField *field, double *value)
{
	if (field->number == NULL)
		return false;
	*value = strtod(field->number, NULL);
	return isfinite(*value);
}

static bool
read_claim(const GovJsonField *field, void *arg)
{
	Claims	   *claims = arg;

	if (field->name == NULL || field->is_end)
		return true;
	if (field->depth == 1 && strcmp(field->name, "sub") == 0)
	{
		claims->sub = field->string;
		return field->string != NULL && ++claims->seen_sub == 1;
	}
	if (field->depth == 1 && strcmp(field->name, "exp") == 0)
	{
		claims->has_exp = true;
		return read_time(field, &claims->exp) && ++claims->seen_exp == 1;
	}
	if (field->depth == 1 && strcmp(field->name, "nbf") == 0)
		return read_time(field, &claims->nbf) && ++claims->seen_nbf == 1;
	if (strcmp(field->name, "aud") == 0 && field->string != NULL &&
		(field->depth == 1 || (field->depth == 2 && field->in_array)) &&
		strcmp(field->string, gov_jwt_audience) == 0)
		claims->for_us = true;
	return true;
}

static bool
verify_eddsa(const GovJwk *key, const char *signed_text, int len,
			 const uint8 *signature)
{
	EVP_PKEY   *public_key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519,
														 NULL, key->bytes,
														 key->len);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool		good;

	good = public_key != NULL && context != NULL &&
		EVP_DigestVerifyInit(context, NULL, NULL, NULL, public_key) == 1 &&
		EVP_DigestVerify(context, signature, ED25519_LEN,
						 (const unsigned char *) signed_text, len) == 1;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(public_key);
	return good;
}

static bool
verify_hs256(const GovJwk *key, const char *signed_text, int len,
			 const uint8 *signature)
{
	uint8		expected[EVP_MAX_MD_SIZE];
	unsigned int expected_len = 0;
	bool		good;

	good = HMAC(EVP_sha256(), key->bytes, key->len,
				(const unsigned char *) signed_text, len, expected,
				&expected_len) != NULL &&
		expected_len == HS256_LEN &&
		CRYPTO_memcmp(expected, signature, HS256_LEN) == 0;
	explicit_bzero(expected, sizeof(expected));
	return good;
}

/* Has one of the keys, of the header's kind, made this signature? */
static bool
verify_signature(const Header *header, const char *signed_text, int len,
				 const uint8 *signature, int signature_len)
{
	const GovJwk *keys;
	int			count = gov_jwks_load(&keys);
	bool		is_eddsa = header->algorithm == GOV_JWT_EDDSA;
	int			i;

	if (signature_len != (is_eddsa ? ED25519_LEN : HS256_LEN))
		return false;
	for (i = 0; i < count; i++)
	{
		const GovJwk *key = &keys[i];

		if (key->algorithm != header->algorithm ||
			(header->kid != NULL && key->kid != NULL &&
			 strcmp(header->kid, key->kid) != 0))
			continue;
		if (is_eddsa ? verify_eddsa(key, signed_text, len, signature) :
			verify_hs256(key, signed_text, len, signature))
			return true;
	}
	return false;
}

/* Begun, not expired, and of the years that other moments are of? */
static bool
is_in_time(const Claims *claims, const char **hint)
{
	double		now = gov_seconds_since_1970(GetCurrentTimestamp());

	if (gov_looks_like_ms(claims->exp) || gov_looks_like_ms(claims->nbf))
	{
		*hint = "A time of the token looks like milliseconds: exp and nbf are seconds since 1970.";
		return false;
	}
	return claims->exp > now &&
		claims->exp <= gov_seconds_since_1970(gov_last_expiry()) &&
		claims->nbf >= 0 && claims->nbf <= now;
}

bool
gov_jwt_verify(const char *token, int len, char user_id[GOV_ID_LEN + 1],
			   const char **hint)
{
	const char *end = token + len;
	const char *first;
	const char *second;
	uint8	   *bytes;
	uint8	   *signature;
	int			nbytes;
	int			nsignature;
	Header		header = {0};
	Claims		claims = {0};

	if (gov_jwt_audience == NULL || gov_jwt_audience[0] == '\0' ||
		len > GOV_JWT_MAX ||
		(first = memchr(token, '.', len)) == NULL ||
		(second = memchr(first + 1, '.', end - first - 1)) == NULL)
		return false;

	nbytes = decode_part(token, first, &bytes);
	if (nbytes <= 0 ||
		!gov_json_read((char *) bytes, nbytes, read_header, &header) ||
		header.seen != 1 || header.algorithm == GOV_JWT_NONE)
		return false;
	nsignature = decode_part(second + 1, end, &signature);
	if (nsignature <= 0 ||
		!verify_signature(&header, token, second - token, signature,
						  nsignature))
		return false;

	nbytes = decode_part(first + 1, second, &bytes);
	if (nbytes <= 0 ||
		!gov_json_read((char *) bytes, nbytes, read_claim, &claims))
		return false;
	if (!claims.for_us || !claims.has_exp || claims.sub == NULL ||
		!gov_id_is_valid(claims.sub, strlen(claims.sub)) ||
		!is_in_time(&claims, hint))
		return false;
	strlcpy(user_id, claims.sub, GOV_ID_LEN + 1);
	return true;
}
