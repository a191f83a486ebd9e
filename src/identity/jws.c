/*
 * jws.c
 *		Signatures of JSON Web Tokens: the algorithms, and the keys they take.
 */
#include "identity/jws.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>

#include "identity/base64url.h"
#include "tlog/sha256.h"

#define MIN_RSA_BITS 2048		/* RFC 7518, section 3.3 */
#define MAX_RSA_BITS 16384		/* more cost minutes, and OpenSSL refuses */
#define MAX_EXPONENT_BITS 64	/* of e */
#define MIN_SECRET_LEN 32		/* RFC 7518, section 3.2 */
#define MAX_SECRET_LEN 512
#define MAX_NUMBER_LEN (MAX_RSA_BITS / 8 + 1)
#define MAX_COORDINATE_LEN 66	/* P-521 */
#define ED25519_KEY_LEN 32
#define ED25519_LEN 64
#define HS256_LEN 32

typedef struct KeyType
{
	const char *kty;
	const char *crv;			/* NULL: it has none */
	const char *group;			/* OpenSSL's name of the curve */
	int			coordinate_len;
} KeyType;

static const KeyType rsa = {"RSA", NULL, NULL, 0};
static const KeyType p256 = {"EC", "P-256", "prime256v1", 32};
static const KeyType p384 = {"EC", "P-384", "secp384r1", 48};
static const KeyType p521 = {"EC", "P-521", "secp521r1", 66};
static const KeyType ed25519 = {"OKP", "Ed25519", NULL, 0};
static const KeyType oct = {"oct", NULL, NULL, 0};

static const KeyType *const key_types[] = {
	&rsa, &p256, &p384, &p521, &ed25519, &oct
};

struct GovJwsAlgorithm
{
	const char *name;
	const KeyType *type;
	const char *digest;			/* NULL: the signature has its own */
	bool		is_pss;
};

static const GovJwsAlgorithm algorithms[] = {
	{"RS256", &rsa, "SHA256", false},
	{"RS384", &rsa, "SHA384", false},
	{"RS512", &rsa, "SHA512", false},
	{"PS256", &rsa, "SHA256", true},
	{"PS384", &rsa, "SHA384", true},
	{"PS512", &rsa, "SHA512", true},
	{"ES256", &p256, "SHA256", false},
	{"ES384", &p384, "SHA384", false},
	{"ES512", &p521, "SHA512", false},
	{"EdDSA", &ed25519, NULL, false},
	{"HS256", &oct, "SHA256", false},
};

#define ELEMENTS(array) (sizeof(array) / sizeof((array)[0]))

/* A member's bytes, at most "max"; their number, or -1. */
static int
decode(const char *text, uint8_t *out, size_t max)
{
	size_t		len = text ? strlen(text) : 0;

	/* the decoder rejects what is too long by less than a character */
	if (len == 0 || len > (max * 4 + 2) / 3)
		return -1;
	return gov_base64url_decode(text, (int) len, out);
}

/* --- algorithms ---------------------------------------------------------- */

const GovJwsAlgorithm *
gov_jws_algorithm(const char *name)
{
	size_t		i;

	if (name == NULL)
		return NULL;
	if (strcmp(name, "Ed25519") == 0)
		name = "EdDSA";
	for (i = 0; i < ELEMENTS(algorithms); i++)
	{
		if (strcmp(algorithms[i].name, name) == 0)
			return &algorithms[i];
	}
	return NULL;
}

bool
gov_jws_key_serves(const GovJwsKey *key, const GovJwsAlgorithm *algorithm)
{
	return key->type == algorithm->type &&
		(key->only == NULL || key->only == algorithm);
}

/* --- keys ---------------------------------------------------------------- */

static const KeyType *
type_of(const GovJwkText *text)
{
	size_t		i;

	for (i = 0; text->kty != NULL && i < ELEMENTS(key_types); i++)
	{
		const KeyType *type = key_types[i];

		if (strcmp(type->kty, text->kty) == 0 &&
			(type->crv == NULL ||
			 (text->crv != NULL && strcmp(type->crv, text->crv) == 0)))
			return type;
	}
	return NULL;
}

/*
 * Make a public key of those parameters, which are freed; NULL where it is not
 * one.
 */
static EVP_PKEY *
key_of_params(const char *name, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = build ? OSSL_PARAM_BLD_to_param(build) : NULL;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, name, NULL);
	EVP_PKEY   *key = NULL;

	if (params == NULL || context == NULL ||
		EVP_PKEY_fromdata_init(context) != 1 ||
		EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	return key;
}

static EVP_PKEY *
make_rsa(const GovJwkText *text, const char **flaw)
{
	uint8_t		bytes[MAX_NUMBER_LEN + 3];
	BIGNUM	   *n = NULL;
	BIGNUM	   *e = NULL;
	EVP_PKEY   *key = NULL;
	int			len;

	if ((len = decode(text->n, bytes, MAX_NUMBER_LEN)) > 0)
		n = BN_bin2bn(bytes, len, NULL);
	if ((len = decode(text->e, bytes, MAX_NUMBER_LEN)) > 0)
		e = BN_bin2bn(bytes, len, NULL);
	if (n == NULL || e == NULL || BN_num_bits(n) > MAX_RSA_BITS)
		*flaw = "Its modulus or exponent cannot be read.";
	else if (BN_num_bits(n) < MIN_RSA_BITS)
		*flaw = "It has less than 2048 bits.";
	else if (!BN_is_odd(e) || BN_num_bits(e) < 2 ||
			 BN_num_bits(e) > MAX_EXPONENT_BITS || !BN_is_odd(n))
		*flaw = "Its exponent is no odd number from 3 up, or its modulus is even.";
	else
	{
		OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();

		if (build != NULL &&
			OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
			OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e) == 1)
			key = key_of_params("RSA", build);
		else
			OSSL_PARAM_BLD_free(build);
		if (key == NULL)
			*flaw = "It is no RSA key.";
	}
	BN_free(n);
	BN_free(e);
	return key;
}

/* Is its point on its curve, and not at infinity? */
static bool
is_point(EVP_PKEY *key)
{
	EVP_PKEY_CTX *context = key ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	bool		good = context != NULL &&
		EVP_PKEY_public_check(context) == 1;

	EVP_PKEY_CTX_free(context);
	return good;
}

static EVP_PKEY *
make_ec(const GovJwkText *text, const KeyType *type, const char **flaw)
{
	uint8_t		point[1 + 2 * MAX_COORDINATE_LEN + 3];
	int			len = type->coordinate_len;
	OSSL_PARAM_BLD *build;
	EVP_PKEY   *key = NULL;

	point[0] = POINT_CONVERSION_UNCOMPRESSED;
	if (decode(text->x, point + 1, len) != len ||
		decode(text->y, point + 1 + len, len) != len)
	{
		*flaw = "Its coordinates have not the length of its curve.";
		return NULL;
	}
	build = OSSL_PARAM_BLD_new();
	if (build != NULL &&
		OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
										type->group, 0) == 1 &&
		OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY,
										 point, 1 + 2 * len) == 1)
		key = key_of_params("EC", build);
	else
		OSSL_PARAM_BLD_free(build);
	if (is_point(key))
		return key;
	*flaw = "Its point is not on its curve.";
	EVP_PKEY_free(key);
	return NULL;
}

static EVP_PKEY *
make_ed25519(const GovJwkText *text, const char **flaw)
{
	uint8_t		bytes[ED25519_KEY_LEN + 3];
	EVP_PKEY   *key = NULL;

	if (decode(text->x, bytes, ED25519_KEY_LEN) == ED25519_KEY_LEN)
		key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, bytes,
										  ED25519_KEY_LEN);
	if (key == NULL)
		*flaw = "It has not 32 bytes.";
	return key;
}

static bool
make_secret(const GovJwkText *text, GovJwsKey *key, const char **flaw)
{
	uint8_t		bytes[MAX_SECRET_LEN + 3];
	int			len = decode(text->k, bytes, MAX_SECRET_LEN);

	if (len < MIN_SECRET_LEN || len > MAX_SECRET_LEN)
		*flaw = "It has not 32 to 512 bytes.";
	else
	{
		key->secret = OPENSSL_memdup(bytes, len);
		key->secret_len = len;
	}
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return key->secret != NULL;
}

bool
gov_jws_key_make(const GovJwkText *text, GovJwsKey *key, const char **flaw)
{
	memset(key, 0, sizeof(*key));
	*flaw = NULL;
	key->type = type_of(text);

	/* A set may have other keys: for encryption, or for other algorithms. */
	if (key->type == NULL ||
		(text->use != NULL && strcmp(text->use, "sig") != 0 &&
		 strcmp(text->use, "jwt-svid") != 0) || /* SPIFFE's word for it */
		(text->has_key_ops && !text->may_verify))
		return false;
	if (text->alg != NULL)
	{
		key->only = gov_jws_algorithm(text->alg);
		if (key->only == NULL || key->only->type != key->type)
			return false;
	}

	if (key->type == &oct)
		return make_secret(text, key, flaw);
	if (key->type == &rsa)
		key->public_key = make_rsa(text, flaw);
	else if (key->type == &ed25519)
		key->public_key = make_ed25519(text, flaw);
	else
		key->public_key = make_ec(text, key->type, flaw);
	ERR_clear_error();
	return key->public_key != NULL;
}

void
gov_jws_key_free(GovJwsKey *key)
{
	EVP_PKEY_free(key->public_key);
	OPENSSL_clear_free(key->secret, key->secret_len);
	memset(key, 0, sizeof(*key));
}

bool
gov_jwk_thumbprint(const GovJwkText *text, char out[GOV_JWK_THUMBPRINT_LEN])
{
	/* The members that make the key, in the order of their names. */
	const char *const members[][2] = {
		{"crv", text->crv}, {"e", text->e}, {"k", text->k},
		{"kty", text->kty}, {"n", text->n}, {"x", text->x}, {"y", text->y}
	};
	const KeyType *type = type_of(text);
	const char *wanted = type == &rsa ? "e kty n" :
		type == &oct ? "k kty" :
		type == &ed25519 ? "crv kty x" : "crv kty x y";
	GovSha256  *hash = gov_sha256_new();
	uint8_t		digest[GOV_SHA256_LEN];
	const char *before = "{\"";
	bool		good = hash != NULL;
	size_t		i;

	for (i = 0; i < ELEMENTS(members); i++)
	{
		const char *name = members[i][0];
		const char *value = members[i][1];
		const char *at = strstr(wanted, name);

		/* "k" is the beginning of "kty", too */
		while (at != NULL && at[strlen(name)] != ' ' &&
			   at[strlen(name)] != '\0')
			at = strstr(at + 1, name);
		if (at == NULL || value == NULL)
			continue;
		good = good && gov_sha256_update(hash, before, strlen(before)) &&
			gov_sha256_update(hash, name, strlen(name)) &&
			gov_sha256_update(hash, "\":\"", 3) &&
			gov_sha256_update(hash, value, strlen(value));
		before = "\",\"";
	}
	good = good && gov_sha256_update(hash, "\"}", 2) &&
		gov_sha256_final(hash, digest);
	gov_sha256_free(hash);
	if (good)
		gov_base64url_encode(digest, GOV_SHA256_LEN, out);
	return good;
}

/* --- signatures ---------------------------------------------------------- */

static bool
verify_hmac(const GovJwsKey *key, const void *text, size_t len,
			const uint8_t *signature, size_t signature_len)
{
	uint8_t		expected[EVP_MAX_MD_SIZE];
	unsigned int expected_len = 0;
	bool		good;

	good = HMAC(EVP_sha256(), key->secret, (int) key->secret_len, text, len,
				expected, &expected_len) != NULL &&
		expected_len == HS256_LEN && signature_len == HS256_LEN &&
		CRYPTO_memcmp(expected, signature, HS256_LEN) == 0;
	OPENSSL_cleanse(expected, sizeof(expected));
	return good;
}

/*
 * der_of
 *		Convert an ECDSA signature to OpenSSL's form; returns its length, or 0.
 *
 * JOSE has the two numbers one after the other, each as long as the curve's
 * order (RFC 7518, section 3.4).  OpenSSL refuses numbers that are not between
 * 1 and the order less one.
 */
static int
der_of(const GovJwsKey *key, const uint8_t *signature, size_t signature_len,
	   uint8_t **der)
{
	int			half = key->type->coordinate_len;
	ECDSA_SIG  *pair;
	BIGNUM	   *r;
	BIGNUM	   *s;
	int			len = 0;

	if (signature_len != 2 * (size_t) half)
		return 0;
	pair = ECDSA_SIG_new();
	r = BN_bin2bn(signature, half, NULL);
	s = BN_bin2bn(signature + half, half, NULL);
	if (pair == NULL || r == NULL || s == NULL ||
		ECDSA_SIG_set0(pair, r, s) != 1)
	{
		BN_free(r);
		BN_free(s);
	}
	else
		len = i2d_ECDSA_SIG(pair, der);
	ECDSA_SIG_free(pair);
	return len < 0 ? 0 : len;
}

static bool
verify_public(const GovJwsKey *key, const GovJwsAlgorithm *algorithm,
			  const void *text, size_t len, const uint8_t *signature,
			  size_t signature_len)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *settings = NULL;	/* the other's part */
	bool		good;

	good = context != NULL &&
		EVP_DigestVerifyInit_ex(context, &settings, algorithm->digest, NULL,
								NULL, key->public_key, NULL) == 1;
	/* Otherwise the salt could have any length. */
	if (algorithm->is_pss)
		good = good &&
			EVP_PKEY_CTX_set_rsa_padding(settings,
										 RSA_PKCS1_PSS_PADDING) == 1 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(settings,
											 RSA_PSS_SALTLEN_DIGEST) == 1;
	good = good && EVP_DigestVerify(context, signature, signature_len,
									text, len) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return good;
}

bool
gov_jws_verify(const GovJwsKey *key, const GovJwsAlgorithm *algorithm,
			   const void *text, size_t len, const uint8_t *signature,
			   size_t signature_len)
{
	uint8_t    *der = NULL;
	int			der_len;
	bool		good;

	if (!gov_jws_key_serves(key, algorithm))
		return false;
	if (key->type == &oct)
		return verify_hmac(key, text, len, signature, signature_len);
	if (key->type == &ed25519)
		return signature_len == ED25519_LEN &&
			verify_public(key, algorithm, text, len, signature,
						  signature_len);
	if (key->type == &rsa)
		return signature_len == (size_t) EVP_PKEY_get_size(key->public_key) &&
			verify_public(key, algorithm, text, len, signature,
						  signature_len);

	der_len = der_of(key, signature, signature_len, &der);
	good = der_len > 0 &&
		verify_public(key, algorithm, text, len, der, der_len);
	OPENSSL_free(der);
	return good;
}
