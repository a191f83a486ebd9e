/*
 * signer.c
 *		Who can have signed: public keys, and certificates under a root.
 */
#include "signing/signer.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "tlog/sha256.h"

#define MIN_RSA_BITS 2048
#define MAX_RSA_BITS 16384
#define SECURITY_LEVEL 2		/* OpenSSL's: no SHA-1, at least 112 bits */

/* --- keys ---------------------------------------------------------------- */

/*
 * The hash of a key's signatures; NULL where the algorithm has its own, or the
 * key is of another kind.
 */
static const char *
digest_of(EVP_PKEY *key)
{
	char		group[64];

	if (EVP_PKEY_is_a(key, "RSA"))
		return "SHA256";
	if (EVP_PKEY_is_a(key, "EC") &&
		EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1)
		return strcmp(group, "prime256v1") == 0 ? "SHA256" :
			strcmp(group, "secp384r1") == 0 ? "SHA384" :
			strcmp(group, "secp521r1") == 0 ? "SHA512" : NULL;
	return NULL;
}

/* An exponent of 1 would let anybody sign. */
static bool
has_good_exponent(EVP_PKEY *key)
{
	BIGNUM	   *e = NULL;
	bool		good = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E,
											 &e) == 1 &&
		BN_is_odd(e) && BN_num_bits(e) >= 2 && BN_num_bits(e) <= 64;

	BN_free(e);
	return good;
}

/* Explicit parameters may be those of a curve with another generator. */
static bool
is_named_curve(EVP_PKEY *key)
{
	static const char name[] = OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS;
	int			is_explicit = 0;

	return EVP_PKEY_get_int_param(key, name, &is_explicit) == 1 &&
		!is_explicit && digest_of(key) != NULL;
}

static const char *
key_flaw(EVP_PKEY *key)
{
	if (key == NULL)
		return "Its key cannot be read.";
	if (EVP_PKEY_is_a(key, "ED25519"))
		return NULL;
	if (EVP_PKEY_is_a(key, "RSA"))
		return EVP_PKEY_get_bits(key) < MIN_RSA_BITS ?
			"Its RSA key has less than 2048 bits." :
			EVP_PKEY_get_bits(key) > MAX_RSA_BITS ?
			"Its RSA key has more than 16384 bits." :
			!has_good_exponent(key) ?
			"The exponent of its RSA key is no odd number from 3 up." : NULL;
	if (EVP_PKEY_is_a(key, "EC") && is_named_curve(key))
		return NULL;
	return "Its key is none of ECDSA (P-256, P-384, P-521), Ed25519 and RSA.";
}

/* --- a trusted signer's material ----------------------------------------- */

/*
 * A certificate may sign others only if it says so; one of version 1 cannot
 * say so.
 */
static const char *
root_flaw(X509 *root)
{
	if (X509_check_ca(root) != 1)
		return "It is no certificate of an authority (CA:TRUE, keyCertSign).";
	return key_flaw(X509_get0_pubkey(root));
}

static bool
fingerprint(GovTrusted *trusted)
{
	unsigned char *der = NULL;
	int			len = trusted->root != NULL ?
		i2d_X509(trusted->root, &der) : i2d_PUBKEY(trusted->key, &der);
	bool		good = len > 0 &&
		gov_sha256(der, len, trusted->fingerprint);

	OPENSSL_free(der);
	return good;
}

/* Nobody types a pass phrase. */
static int
no_password(char *buf, int size, int rwflag, void *arg)
{
	return -1;
}

bool
gov_trusted_read(GovTrusted *trusted, const char *pem, size_t len,
				 bool is_root, const char **flaw)
{
	BIO		   *bio = BIO_new_mem_buf(pem, (int) len);
	char	   *name = NULL;
	char	   *header = NULL;
	unsigned char *data = NULL;
	long		data_len;

	memset(trusted, 0, sizeof(*trusted));
	*flaw = NULL;
	if (bio == NULL)
		*flaw = "It cannot be read.";
	else if (is_root)
	{
		trusted->root = PEM_read_bio_X509(bio, NULL, no_password, NULL);
		*flaw = trusted->root == NULL ? "It is no certificate in PEM." :
			root_flaw(trusted->root);
	}
	else
	{
		trusted->key = PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL);
		*flaw = trusted->key == NULL ?
			"It is no public key in PEM (BEGIN PUBLIC KEY)." :
			key_flaw(trusted->key);
	}
	/* With two, it would be unclear which one is meant. */
	if (*flaw == NULL &&
		PEM_read_bio(bio, &name, &header, &data, &data_len) == 1)
		*flaw = "It has more than one thing in PEM.";
	if (*flaw == NULL && !fingerprint(trusted))
		*flaw = "It cannot be read.";
	OPENSSL_free(name);
	OPENSSL_free(header);
	OPENSSL_free(data);
	BIO_free(bio);
	ERR_clear_error();
	if (*flaw == NULL)
		return true;
	gov_trusted_free(trusted);
	return false;
}

void
gov_trusted_free(GovTrusted *trusted)
{
	EVP_PKEY_free(trusted->key);
	X509_free(trusted->root);
	memset(trusted, 0, sizeof(*trusted));
}

/* --- certificates -------------------------------------------------------- */

static X509 *
read_certificate(const GovBytes *der)
{
	const unsigned char *at = der->data;
	X509	   *certificate = d2i_X509(NULL, &at, (long) der->len);

	if (certificate != NULL && at != der->data + der->len)
	{
		X509_free(certificate);
		certificate = NULL;
	}
	return certificate;
}

/* Does the certificate say that it may sign? */
static const char *
usage_flaw(X509 *leaf)
{
	uint32_t	flags = X509_get_extension_flags(leaf);

	if ((flags & EXFLAG_INVALID) != 0)
		return "Its certificate has an extension that cannot be read.";
	if ((flags & EXFLAG_KUSAGE) == 0 ||
		(X509_get_key_usage(leaf) & KU_DIGITAL_SIGNATURE) == 0)
		return "Its certificate is not for signing (key usage digitalSignature).";
	if ((flags & EXFLAG_XKUSAGE) != 0 &&
		(X509_get_extended_key_usage(leaf) & XKU_CODE_SIGN) == 0)
		return "Its certificate is not for signing code (extended key usage codeSigning).";
	return NULL;
}

bool
gov_chain_read(GovChain *chain, const GovBundle *bundle, const char **flaw)
{
	int			i;

	memset(chain, 0, sizeof(*chain));
	*flaw = NULL;
	chain->others = sk_X509_new_null();
	for (i = 0; i < bundle->certificate_count && *flaw == NULL; i++)
	{
		X509	   *certificate = read_certificate(&bundle->certificates[i]);

		if (certificate == NULL)
			*flaw = "One of its certificates cannot be read.";
		else if (i == 0)
			chain->leaf = certificate;
		else if (sk_X509_push(chain->others, certificate) <= 0)
			X509_free(certificate);
		if (*flaw == NULL)
			*flaw = key_flaw(X509_get0_pubkey(certificate));
	}
	if (*flaw == NULL && chain->leaf == NULL)
		*flaw = "It has no certificate.";
	if (*flaw == NULL)
	{
		*flaw = usage_flaw(chain->leaf);
		chain->key = X509_get0_pubkey(chain->leaf);
	}
	ERR_clear_error();
	return *flaw == NULL;
}

void
gov_chain_free(GovChain *chain)
{
	X509_free(chain->leaf);
	sk_X509_pop_free(chain->others, X509_free);
	memset(chain, 0, sizeof(*chain));
}

/*
 * gov_chain_verify
 *
 * The store has only that root, so every path ends there.  The root may be
 * signed by another authority: whoever trusts it has decided that.
 */
bool
gov_chain_verify(const GovChain *chain, const GovTrusted *root, time_t at,
				 const char **flaw)
{
	X509_STORE *store = X509_STORE_new();
	X509_STORE_CTX *context = X509_STORE_CTX_new();
	bool		good = false;

	*flaw = "Its certificates cannot be verified.";
	if (store != NULL && context != NULL &&
		X509_STORE_add_cert(store, root->root) == 1 &&
		X509_STORE_CTX_init(context, store, chain->leaf,
							chain->others) == 1)
	{
		X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(context);

		X509_VERIFY_PARAM_set_time(param, at);
		X509_VERIFY_PARAM_set_auth_level(param, SECURITY_LEVEL);
		X509_VERIFY_PARAM_set_depth(param, GOV_BUNDLE_MAX_CERTIFICATES);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		good = X509_verify_cert(context) == 1;
		*flaw = good ? NULL :
			X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
	}
	X509_STORE_CTX_free(context);
	X509_STORE_free(store);
	ERR_clear_error();
	return good;
}

static void
lower_end(X509 *certificate, struct tm *end)
{
	struct tm	tm;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &tm) != 1)
		return;
	if (end->tm_year == 0 || timegm(&tm) < timegm(end))
		*end = tm;
}

time_t
gov_chain_end(const GovChain *chain, const GovTrusted *root)
{
	struct tm	end = {0};
	int			i;

	lower_end(root->root, &end);
	lower_end(chain->leaf, &end);
	for (i = 0; i < sk_X509_num(chain->others); i++)
		lower_end(sk_X509_value(chain->others, i), &end);
	return timegm(&end);
}

/* --- identities ---------------------------------------------------------- */

/* Does the pattern, in which * stands for any text, match the whole text? */
static bool
fits(const char *pattern, const char *text)
{
	const char *star = NULL;
	const char *mark = NULL;

	while (*text != '\0')
	{
		if (*pattern == '*')
		{
			star = pattern++;
			mark = text;
		}
		else if (*pattern == *text)
		{
			pattern++;
			text++;
		}
		else if (star != NULL)
		{
			pattern = star + 1;
			text = ++mark;
		}
		else
			return false;
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

/* The text of an alternative name; NULL where it is of another kind. */
static const char *
name_text(const GENERAL_NAME *name)
{
	const ASN1_STRING *string;
	const char *text;
	int			len;
	int			i;

	if (name->type != GEN_EMAIL && name->type != GEN_URI &&
		name->type != GEN_DNS)
		return NULL;
	string = name->d.ia5;
	text = (const char *) ASN1_STRING_get0_data(string);
	len = ASN1_STRING_length(string);
	if (len == 0 || len >= GOV_IDENTITY_ROOM)
		return NULL;
	for (i = 0; i < len; i++)
	{
		if (text[i] < ' ' || text[i] > '~')
			return NULL;
	}
	return text;				/* OpenSSL ends it with a zero byte */
}

/* The subject in the form of RFC 2253, or its only common name. */
static bool
subject_text(X509 *leaf, bool only_common_name, char out[GOV_IDENTITY_ROOM])
{
	X509_NAME  *subject = X509_get_subject_name(leaf);
	unsigned char *utf8 = NULL;
	X509_NAME_ENTRY *entry;
	BIO		   *bio;
	int			at;
	int			len = -1;

	if (only_common_name)
	{
		at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
		if (at < 0 ||
			X509_NAME_get_index_by_NID(subject, NID_commonName, at) >= 0)
			return false;
		entry = X509_NAME_get_entry(subject, at);
		len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
		if (len > 0 && len < GOV_IDENTITY_ROOM &&
			memchr(utf8, '\0', len) == NULL)
			memcpy(out, utf8, len);
		else
			len = -1;
		OPENSSL_free(utf8);
	}
	else if ((bio = BIO_new(BIO_s_mem())) != NULL)
	{
		/* escapes control characters, keeps UTF-8 */
		if (X509_NAME_print_ex(bio, subject, 0, XN_FLAG_RFC2253 &
							   ~ASN1_STRFLGS_ESC_MSB) >= 0)
			len = BIO_read(bio, out, GOV_IDENTITY_ROOM);
		BIO_free(bio);
		if (len >= GOV_IDENTITY_ROOM)
			len = -1;
	}
	if (len <= 0)
		return false;
	out[len] = '\0';
	return true;
}

void
gov_chain_identity(const GovChain *chain, char out[GOV_IDENTITY_ROOM])
{
	GENERAL_NAMES *names = X509_get_ext_d2i(chain->leaf,
											NID_subject_alt_name, NULL, NULL);
	const char *text = NULL;
	int			i;

	for (i = 0; i < sk_GENERAL_NAME_num(names) && text == NULL; i++)
		text = name_text(sk_GENERAL_NAME_value(names, i));
	if (text != NULL)
		strcpy(out, text);
	else if (!subject_text(chain->leaf, false, out))
		out[0] = '\0';
	GENERAL_NAMES_free(names);
	ERR_clear_error();
}

bool
gov_chain_names(const GovChain *chain, const char *pattern)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(chain->leaf,
											NID_subject_alt_name, NULL, NULL);
	char		subject[GOV_IDENTITY_ROOM];
	bool		found = false;
	int			i;

	for (i = 0; i < sk_GENERAL_NAME_num(names) && !found; i++)
	{
		const char *text = name_text(sk_GENERAL_NAME_value(names, i));

		found = text != NULL && fits(pattern, text);
	}
	if (names == NULL &&
		X509_get_ext_by_NID(chain->leaf, NID_subject_alt_name, -1) < 0)
		found = (subject_text(chain->leaf, true, subject) &&
				 fits(pattern, subject)) ||
			(subject_text(chain->leaf, false, subject) &&
			 fits(pattern, subject));
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	return found;
}

/* --- signatures ---------------------------------------------------------- */

static bool
verify(const GovBundle *bundle, EVP_PKEY *key, bool is_pss)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *settings = NULL;	/* the other's part */
	bool		good;

	good = context != NULL &&
		EVP_DigestVerifyInit_ex(context, &settings, digest_of(key), NULL,
								NULL, key, NULL) == 1;
	/* Otherwise the salt could have any length. */
	if (is_pss)
		good = good &&
			EVP_PKEY_CTX_set_rsa_padding(settings,
										 RSA_PKCS1_PSS_PADDING) == 1 &&
			EVP_PKEY_CTX_set_rsa_pss_saltlen(settings,
											 RSA_PSS_SALTLEN_DIGEST) == 1;
	good = good && EVP_DigestVerify(context, bundle->signature.data,
									bundle->signature.len,
									bundle->signed_bytes.data,
									bundle->signed_bytes.len) == 1;
	EVP_MD_CTX_free(context);
	ERR_clear_error();
	return good;
}

/*
 * Can a signature of that length be by that key?  For a larger curve, numbers
 * this short come up less than once in 2^180 times, and trying takes a
 * millisecond.
 */
static bool
fits_key(size_t len, EVP_PKEY *key)
{
	size_t		max = EVP_PKEY_get_size(key);

	return EVP_PKEY_is_a(key, "EC") ?
		len <= max && len + 32 > max : len == max;
}

bool
gov_bundle_is_signed_by(const GovBundle *bundle, struct evp_pkey_st *key)
{
	if (!fits_key(bundle->signature.len, key))
		return false;
	return verify(bundle, key, false) ||
		(EVP_PKEY_is_a(key, "RSA") && verify(bundle, key, true));
}
