/*
 * jws_test.c
 *		Signatures of JSON Web Tokens: published ones, and what none may be.
 */
#include <stdlib.h>

#include "identity/base64url.h"
#include "identity/jws.h"
#include "unit.h"

typedef struct Vector
{
	const char *source;
	const char *algorithm;
	GovJwkText	key;
	const char *token;
} Vector;

static const Vector vectors[] = {
	{
		"RFC 7515, A.1", "HS256",
		{.kty = "oct",
			.k =
			"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0i"
			"PS4hcgUuTwjAzZr1Z9CAow"},
		"eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJ"
		"leHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp"
		"0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	},
	{
		"RFC 7515, A.2", "RS256",
		{.kty = "RSA",
			.n =
			"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp"
			"-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOW"
			"vG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUs"
			"LA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9k"
			"G4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2"
			"PAcDTW9gb54h4FRWyuXpoQ", .e = "AQAB"},
		"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODA"
		"sDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Ee"
		"tdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Q"
		"c_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--"
		"f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN"
		"9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6I"
		"eYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypG"
		"lUPQGe77Rw"
	},
	{
		"RFC 7515, A.3", "ES256",
		{.kty = "EC", .crv = "P-256",
			.x =
			"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
			.y =
			"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},
		"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODA"
		"sDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8"
		"L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqP"
		"P3-Kg6NU1Q"
	},
	{
		"RFC 7515, A.4", "ES512",
		{.kty = "EC", .crv = "P-521",
			.x =
			"AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvL"
			"FV1jSfS9tsz4qUxcWceqwQGk",
			.y =
			"ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4K"
			"kd0AZMaZmh9ubmf63e3kyMj2"},
		"eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA.AdwMgeerwtHoh-l192l60hp9wAHZFVJb"
		"LfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtAG8GaSwF"
		"KdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9E"
		"RBXukOXolLzeO_Jn"
	},
	{
		"RFC 7520, 4.1", "RS256",
		{.kty = "RSA",
			.n =
			"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRoj"
			"dNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2l"
			"bzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6c"
			"S6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3"
			"-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwU"
			"kRz5iaiQkqgc5gHdrNP5zw", .e = "AQAB"},
		"eyJhbGciOiJSUzI1NiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhh"
		"bXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmc"
		"gb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHl"
		"vdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2h"
		"lcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.MRjdkly7_-oTPTS3AXP41iQ"
		"IGKa80A0ZmTuV5MEaHoxnW2e5CZ5NlKtainoFmKZopdHM1O2U4mwzJdQx996ivp8"
		"3xuglII7PNDi84wnB-BDkoBwA78185hX-Es4JIwmDLJK3lfWRa-XtL0RnltuYv74"
		"6iYTh_qHRD68BNt1uSNCrUCTJDt5aAE6x8wW1Kt9eRo4QPocSadnHXFxnt8Is9Uz"
		"pERV0ePPQdLuW3IS_de3xyIrDaLGdjluPxUAhb6L2aXic1U12podGU0KLUQSE_oI"
		"-ZnmKJ3F4uOZDnd6QZWJushZ41Axf_fcIe8u9ipH84ogoree7vjbU5y18kDquDg"
	},
	{
		"RFC 7520, 4.2", "PS384",
		{.kty = "RSA",
			.n =
			"n4EPtAOCc9AlkeQHPzHStgAbgs7bTZLwUBZdR8_KuKPEHLd4rHVTeT-O-XV2jRoj"
			"dNhxJWTDvNd7nqQ0VEiZQHz_AJmSCpMaJMRBSFKrKb2wqVwGU_NsYOYL-QtiWN2l"
			"bzcEe6XC0dApr5ydQLrHqkHHig3RBordaZ6Aj-oBHqFEHYpPe7Tpe-OfVfHd1E6c"
			"S6M1FZcD1NNLYD5lFHpPI9bTwJlsde3uhGqC0ZCuEHg8lhzwOHrtIQbS0FVbb9k3"
			"-tVTU4fg_3L_vniUFAKwuCLqKnS2BYwdq_mzSnbLY7h_qixoR7jig3__kRhuaxwU"
			"kRz5iaiQkqgc5gHdrNP5zw", .e = "AQAB"},
		"eyJhbGciOiJQUzM4NCIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhh"
		"bXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmc"
		"gb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHl"
		"vdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2h"
		"lcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.cu22eBqkYDKgIlTpzDXGvaF"
		"fz6WGoz7fUDcfT0kkOy42miAh2qyBzk1xEsnk2IpN6-tPid6VrklHkqsGqDqHCdP"
		"6O8TTB5dDDItllVo6_1OLPpcbUrhiUSMxbbXUvdvWXzg-UD8biiReQFlfz28zGWV"
		"sdiNAUf8ZnyPEgVFn442ZdNqiVJRmBqrYRXe8P_ijQ7p8Vdz0TTrxUeT3lm8d9sh"
		"nr2lfJT8ImUjvAA2Xez2Mlp8cBE5awDzT0qI0n6uiP1aCN_2_jLAeQTlqRHtfa64"
		"QQSUmFAAjVKPbByi7xho0uTOcbH510a6GYmJUAfmWjwZ6oD4ifKo8DYM-X72Eaw"
	},
	{
		"RFC 7520, 4.3", "ES512",
		{.kty = "EC", .crv = "P-521",
			.x =
			"AHKZLLOsCOzz5cY97ewNUajB957y-C-U88c3v13nmGZx6sYl_oJXu9A5RkTKqjqv"
			"jyekWF-7ytDyRXYgCF5cj0Kt",
			.y =
			"AdymlHvOiLxXkEhayXQnNCvDX4h9htZaCJN34kfmC6pV5OhQHiraVySsUdaQkAgD"
			"PrwQrJmbnX9cwlGfP-HqHZR1"},
		"eyJhbGciOiJFUzUxMiIsImtpZCI6ImJpbGJvLmJhZ2dpbnNAaG9iYml0b24uZXhh"
		"bXBsZSJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbywgZ29pbmc"
		"gb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5kIGlmIHl"
		"vdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3dpbmcgd2h"
		"lcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.AE_R_YZCChjn4791jSQCrdP"
		"ZCNYqHXCTZH0-JZGYNlaAjP2kqaluUIIUnC9qvbu9Plon7KRTzoNEuT4Va2cmL1e"
		"JAQy3mtPBu_u_sDDyYjnAMDxXPn7XrT0lw-kvAD890jl8e2puQens_IEKBpHABls"
		"bEPX6sFY8OcGDqoRuBomu9xQ2"
	},
	{
		"RFC 7520, 4.4", "HS256",
		{.kty = "oct",
			.k =
			"hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg"},
		"eyJhbGciOiJIUzI1NiIsImtpZCI6IjAxOGMwYWU1LTRkOWItNDcxYi1iZmQ2LWVl"
		"ZjMxNGJjNzAzNyJ9.SXTigJlzIGEgZGFuZ2Vyb3VzIGJ1c2luZXNzLCBGcm9kbyw"
		"gZ29pbmcgb3V0IHlvdXIgZG9vci4gWW91IHN0ZXAgb250byB0aGUgcm9hZCwgYW5"
		"kIGlmIHlvdSBkb24ndCBrZWVwIHlvdXIgZmVldCwgdGhlcmXigJlzIG5vIGtub3d"
		"pbmcgd2hlcmUgeW91IG1pZ2h0IGJlIHN3ZXB0IG9mZiB0by4.s0h6KThzkfBBBkL"
		"spW1h84VsJZFTsPPqMDA7g1Md7p0"
	},
	{
		"RFC 8037, A.4", "EdDSA",
		{.kty = "OKP", .crv = "Ed25519",
			.x =
			"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
		"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il"
		"_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g"
		"7sVvpAr_MuM0KAg"
	},
};

#define VECTORS (sizeof(vectors) / sizeof(vectors[0]))

/* A token, taken apart. */
typedef struct Signed
{
	size_t		len;			/* of what is signed */
	uint8_t		signature[1024];
	int			signature_len;
} Signed;

static Signed
take_apart(const char *token)
{
	const char *dot = strrchr(token, '.');
	Signed		s = {0};

	s.len = dot - token;
	s.signature_len = gov_base64url_decode(dot + 1, (int) strlen(dot + 1),
										   s.signature);
	return s;
}

static GovJwsKey
make(const GovJwkText *text)
{
	GovJwsKey	key;
	const char *flaw;

	if (!gov_jws_key_make(text, &key, &flaw))
		memset(&key, 0, sizeof(key));
	return key;
}

/* Is there no key in it?  "flaw" is what is wrong, or NULL. */
static void
no_key(const GovJwkText text, const char *flaw, const char *what)
{
	GovJwsKey	key;
	const char *got;

	ok(!gov_jws_key_make(&text, &key, &got), what);
	is_str(got, flaw, what);
	gov_jws_key_free(&key);
}

/* Each by its own algorithm, and by no other, and of no other text. */
static void
published_signatures(void)
{
	static const char *const names[] = {
		"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256",
		"ES384", "ES512", "EdDSA", "HS256"
	};
	size_t		i;
	size_t		j;

	for (i = 0; i < VECTORS; i++)
	{
		const Vector *v = &vectors[i];
		const GovJwsAlgorithm *own = gov_jws_algorithm(v->algorithm);
		GovJwsKey	key = make(&v->key);
		Signed		s = take_apart(v->token);
		int			wrong = 0;

		ok(gov_jws_verify(&key, own, v->token, s.len, s.signature,
						  s.signature_len), v->source);
		for (j = 0; j < sizeof(names) / sizeof(names[0]); j++)
		{
			const GovJwsAlgorithm *other = gov_jws_algorithm(names[j]);

			wrong += other != own &&
				gov_jws_verify(&key, other, v->token, s.len, s.signature,
							   s.signature_len);
		}
		is_int(wrong, 0, "by no other algorithm");
		for (j = 0; j < VECTORS; j++)
		{
			GovJwsKey	other = make(&vectors[j].key);

			/* two of them are of one key */
			wrong += (v->key.n == NULL || vectors[j].key.n == NULL ||
					  strcmp(v->key.n, vectors[j].key.n) != 0) && j != i &&
				gov_jws_verify(&other, own, v->token, s.len, s.signature,
							   s.signature_len);
			gov_jws_key_free(&other);
		}
		is_int(wrong, 0, "with no other key");
		ok(!gov_jws_verify(&key, own, v->token, s.len - 1, s.signature,
						   s.signature_len), "not of another text");
		for (j = 0; (int) j < s.signature_len; j++)
		{
			s.signature[j] ^= 1;
			wrong += gov_jws_verify(&key, own, v->token, s.len, s.signature,
									s.signature_len);
			s.signature[j] ^= 1;
		}
		is_int(wrong, 0, "not with a bit turned");
		ok(!gov_jws_verify(&key, own, v->token, s.len, s.signature,
						   s.signature_len - 1), "not one byte short");
		ok(!gov_jws_verify(&key, own, v->token, s.len, s.signature,
						   s.signature_len + 1), "not one byte long");
		gov_jws_key_free(&key);
	}
}

static void
names(void)
{
	ok(gov_jws_algorithm("Ed25519") == gov_jws_algorithm("EdDSA"),
	   "Ed25519 is EdDSA (RFC 9864)");
	ok(gov_jws_algorithm("none") == NULL, "none is none");
	ok(gov_jws_algorithm("rs256") == NULL, "a name has its letters");
	ok(gov_jws_algorithm("HS512") == NULL, "HS512 is not there");
	ok(gov_jws_algorithm("ES256K") == NULL, "nor is ES256K");
	ok(gov_jws_algorithm("") == NULL, "nor no name");
	ok(gov_jws_algorithm(NULL) == NULL, "nor NULL");
}

/* A signature whose r or s is none: both from 1 to the order less 1. */
static void
ecdsa_range(void)
{
	/* the order of P-256: SEC 2, section 2.4.2 */
	static const char *const order =
		"_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE";
	const Vector *v = &vectors[2];
	const GovJwsAlgorithm *es256 = gov_jws_algorithm("ES256");
	GovJwsKey	key = make(&v->key);
	Signed		s = take_apart(v->token);
	uint8_t		bad[64];
	int			half;

	for (half = 0; half < 64; half += 32)
	{
		memcpy(bad, s.signature, 64);
		memset(bad + half, 0, 32);
		ok(!gov_jws_verify(&key, es256, v->token, s.len, bad, 64), "zero");
		(void) gov_base64url_decode(order, (int) strlen(order), bad + half);
		ok(!gov_jws_verify(&key, es256, v->token, s.len, bad, 64),
		   "the order");
		memset(bad + half, 0xff, 32);
		ok(!gov_jws_verify(&key, es256, v->token, s.len, bad, 64),
		   "above the order");
	}
	memset(bad, 0, 64);
	ok(!gov_jws_verify(&key, es256, v->token, s.len, bad, 64),
	   "nothing but zeros");
	gov_jws_key_free(&key);
}

/* What is no key, and what is one for something else. */
static void
keys(void)
{
	GovJwkText	rsa = vectors[1].key;
	GovJwkText	ec = vectors[2].key;
	GovJwkText	p521 = vectors[3].key;
	GovJwkText	ed = vectors[8].key;
	GovJwkText	oct = vectors[0].key;
	GovJwkText	text;
	GovJwsKey	key;
	char		n[400];

	/* for something else: no flaw */
	text = ec, text.use = "enc";
	no_key(text, NULL, "use: enc");
	text.use = "x509-svid";
	no_key(text, NULL, "use: x509-svid");
	text.use = "jwt-svid";
	key = make(&text);
	ok(key.type != NULL, "use: jwt-svid");
	gov_jws_key_free(&key);
	text = ec, text.has_key_ops = true;
	no_key(text, NULL, "key_ops without verify");
	text.may_verify = true;
	key = make(&text);
	ok(key.type != NULL, "key_ops with verify");
	gov_jws_key_free(&key);
	text = ec, text.alg = "ES384";
	no_key(text, NULL, "alg of another curve");
	text = rsa, text.alg = "HS256";
	no_key(text, NULL, "alg of a secret");
	text = rsa, text.alg = "RSA-OAEP";
	no_key(text, NULL, "alg of encryption");
	text = rsa, text.kty = "rsa";
	no_key(text, NULL, "kty in other letters");
	text = ec, text.crv = "secp256k1";
	no_key(text, NULL, "another curve");
	text = ed, text.crv = "Ed448";
	no_key(text, NULL, "another Edwards curve");
	text = ed, text.crv = "X25519";
	no_key(text, NULL, "a key to agree on others");
	text = ec, text.crv = NULL;
	no_key(text, NULL, "no curve");
	memset(&text, 0, sizeof(text));
	no_key(text, NULL, "nothing");

	/* RSA */
	snprintf(n, sizeof(n), "%.341s", rsa.n);
	text = rsa, text.n = n;
	no_key(text, "Its modulus or exponent cannot be read.",
		   "a modulus that is no base64url");
	snprintf(n, sizeof(n), "%.340s", rsa.n);
	no_key(text, "It has less than 2048 bits.", "a modulus one byte short");
	snprintf(n, sizeof(n), "AAAA%.336s", rsa.n);
	no_key(text, "It has less than 2048 bits.", "zeros are no bits");
	text = rsa, text.e = "AQ";
	no_key(text, "Its exponent is no odd number from 3 up, or its modulus is even.",
		   "exponent 1");
	text.e = "AA";
	no_key(text, "Its exponent is no odd number from 3 up, or its modulus is even.",
		   "exponent 0");
	text.e = "AQAA";
	no_key(text, "Its exponent is no odd number from 3 up, or its modulus is even.",
		   "an even exponent");
	text.e = "AQAAAAAAAAAB";
	no_key(text, "Its exponent is no odd number from 3 up, or its modulus is even.",
		   "an exponent of 65 bits");
	text = rsa, text.e = NULL;
	no_key(text, "Its modulus or exponent cannot be read.", "no exponent");
	text = rsa, text.n = NULL;
	no_key(text, "Its modulus or exponent cannot be read.", "no modulus");
	text = rsa, text.e = "Aw";
	key = make(&text);
	ok(key.type != NULL, "exponent 3");
	gov_jws_key_free(&key);

	/* points */
	text = ec, text.y = ec.x;
	no_key(text, "Its point is not on its curve.", "a point of no curve");
	text.x = text.y = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	no_key(text, "Its point is not on its curve.", "zero and zero");
	text = p521, text.crv = "P-256";
	no_key(text, "Its coordinates have not the length of its curve.",
		   "a point of another curve");
	text = ec, text.crv = "P-521";
	no_key(text, "Its coordinates have not the length of its curve.",
		   "the other way");
	text = ec, text.y = NULL;
	no_key(text, "Its coordinates have not the length of its curve.",
		   "half a point");
	text = ed, text.x = ec.x + 1;
	no_key(text, "It has not 32 bytes.", "31 bytes");
	text = ed, text.x = NULL;
	no_key(text, "It has not 32 bytes.", "no bytes");

	/* secrets */
	text = oct, text.k = "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr";
	no_key(text, "It has not 32 to 512 bytes.", "31 bytes of a secret");
	text.k = NULL;
	no_key(text, "It has not 32 to 512 bytes.", "no secret");

	/* a public key is no secret, whatever it is called */
	key = make(&rsa);
	ok(!gov_jws_key_serves(&key, gov_jws_algorithm("HS256")),
	   "RSA serves no HMAC");
	ok(gov_jws_key_serves(&key, gov_jws_algorithm("PS512")),
	   "RSA that names no algorithm serves PS512");
	gov_jws_key_free(&key);
	text = rsa, text.alg = "PS256";
	key = make(&text);
	ok(!gov_jws_key_serves(&key, gov_jws_algorithm("RS256")),
	   "one that names PS256 serves that alone");
	gov_jws_key_free(&key);
}

static void
thumbprints(void)
{
	/* RFC 7638, section 3.1; RFC 8037, A.3 */
	static const GovJwkText rsa = {
		.kty = "RSA", .e = "AQAB", .alg = "RS256", .kid = "2011-04-29",
		.n =
		"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86z"
		"wu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5Js"
		"GY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMic"
		"AtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-"
		"bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csF"
		"Cur-kEgU8awapJzKnqDKgw"
	};
	char		out[GOV_JWK_THUMBPRINT_LEN];

	ok(gov_jwk_thumbprint(&rsa, out), "of RSA");
	is_str(out, "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs",
		   "RFC 7638's own");
	ok(gov_jwk_thumbprint(&vectors[8].key, out), "of Ed25519");
	is_str(out, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
		   "RFC 8037's own");
}

static void
base64url(void)
{
	uint8_t		out[8];

	is_int(gov_base64url_decode("", 0, out), 0, "nothing");
	is_int(gov_base64url_decode("AQAB", 4, out), 3, "three bytes");
	is_int(gov_base64url_decode("_-8", 3, out), 2, "two");
	is_int(gov_base64url_decode("AQ", 2, out), 1, "one");
	is_int(gov_base64url_decode("AR", 2, out), -1, "bits left over");
	is_int(gov_base64url_decode("AQB", 3, out), -1, "bits left over, of two");
	is_int(gov_base64url_decode("A", 1, out), -1, "a part of a byte");
	is_int(gov_base64url_decode("AQABA", 5, out), -1, "and behind others");
	is_int(gov_base64url_decode("AQ==", 4, out), -1, "padding");
	is_int(gov_base64url_decode("/+8", 3, out), -1, "the other alphabet");
	is_int(gov_base64url_decode("A\nQA", 4, out), -1, "a new line");
}

int
main(void)
{
	published_signatures();
	names();
	ecdsa_range();
	keys();
	thumbprints();
	base64url();
	return unit_done();
}
