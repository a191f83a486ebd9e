/*
 * jwt.c
 *		Signed tokens (JSON Web Tokens, RFC 7519) that stand for a person.
 *
 * The order matters: form, header, which issuer's keys to try, signature; only
 * what a good signature covers is believed.
 */
#include "postgres.h"

#include <math.h>

#include "utils/timestamp.h"

#include "core/guc.h"
#include "identity/base64url.h"
#include "identity/issuer.h"
#include "identity/jwt.h"
#include "identity/json_fields.h"
#include "identity/jwks.h"
#include "identity/key_request.h"

typedef struct Header
{
	const GovJwsAlgorithm *algorithm;
	const char *kid;
} Header;

typedef struct Claims
{
	const char *iss;
	double		exp;
	double		nbf;			/* 0: at any time */
	double		iat;			/* 0: not told */
	bool		has_exp;
	bool		for_us;
	bool		email_verified;
	const char *subject;
	List	   *groups;
	bool		lacks_groups;
	/* what to look for */
	const char *audience;
	const char *user_claim;
	const char *groups_claim;	/* NULL: in none */
} Claims;

/* One claim that an issuer's row demands of a new user. */
typedef struct Required
{
	const char *name;
	const char *value;
	bool		found;
} Required;

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

/* A token that says what it is says that it is one of these. */
static bool
is_type(const char *typ)
{
	return typ != NULL &&
		(pg_strcasecmp(typ, "JWT") == 0 ||
		 pg_strcasecmp(typ, "JOSE") == 0 ||
		 pg_strcasecmp(typ, "at+jwt") == 0 ||
		 pg_strcasecmp(typ, "application/jwt") == 0 ||
		 pg_strcasecmp(typ, "application/at+jwt") == 0);
}

static bool
read_header(const GovJsonField *field, void *arg)
{
	Header	   *header = arg;

	if (field->depth != 1 || field->name == NULL)
		return true;
	if (strcmp(field->name, "alg") == 0)
	{
		header->algorithm = gov_jws_algorithm(field->string);
		return header->algorithm != NULL;
	}
	if (strcmp(field->name, "kid") == 0)
	{
		header->kid = field->string;
		return field->string != NULL;
	}
	if (strcmp(field->name, "typ") == 0)
		return is_type(field->string);

	/* An extension that must be understood: none is. */
	return strcmp(field->name, "crit") != 0 &&
		strcmp(field->name, "b64") != 0;
}

/* The issuer, to know which keys to try: nothing else is read yet. */
static bool
read_issuer(const GovJsonField *field, void *arg)
{
	const char **issuer = arg;

	if (field->depth != 1 || field->name == NULL ||
		strcmp(field->name, "iss") != 0)
		return true;
	*issuer = field->string;
	return field->string != NULL;
}

static bool
read_time(const GovJsonField *field, double *value)
{
	if (field->number == NULL)
		return false;
	*value = strtod(field->number, NULL);
	return isfinite(*value);
}

/* Is it an element of that claim, or the claim itself? */
static bool
is_of_claim(const GovJsonField *field, const char *claim)
{
	return claim != NULL && field->top != NULL &&
		strcmp(field->top, claim) == 0 &&
		(field->depth == 1 || (field->depth == 2 && field->in_array));
}

static bool
read_claim(const GovJsonField *field, void *arg)
{
	Claims	   *claims = arg;
	bool		is_top = field->depth == 1;

	if (field->name == NULL || field->is_end)
		return true;
	if (is_of_claim(field, "aud") && field->string != NULL &&
		strcmp(field->string, claims->audience) == 0)
		claims->for_us = true;
	if (is_of_claim(field, claims->groups_claim) && field->string != NULL)
		claims->groups = lappend(claims->groups,
								 unconstify(char *, field->string));
	if (is_top && strcmp(field->name, claims->user_claim) == 0)
	{
		claims->subject = field->string;
		if (field->string == NULL)
			return false;
	}

	/* Instead of more groups than it has room for, an issuer names a place. */
	if (claims->groups_claim != NULL &&
		((field->depth == 2 && !field->in_array &&
		  strcmp(field->top, "_claim_names") == 0 &&
		  strcmp(field->name, claims->groups_claim) == 0) ||
		 (is_top && strcmp(field->name, "hasgroups") == 0 &&
		  (field->is_true || field->string != NULL))))
		claims->lacks_groups = true;

	if (!is_top)
		return true;
	if (strcmp(field->name, "exp") == 0)
	{
		claims->has_exp = true;
		return read_time(field, &claims->exp);
	}
	if (strcmp(field->name, "nbf") == 0)
		return read_time(field, &claims->nbf);
	if (strcmp(field->name, "iat") == 0)
		return read_time(field, &claims->iat);
	if (strcmp(field->name, "email_verified") == 0)
		claims->email_verified = field->is_true;
	return true;
}

static bool
read_required(const GovJsonField *field, void *arg)
{
	ListCell   *lc;

	foreach(lc, (List *) arg)
	{
		Required   *required = lfirst(lc);

		if (is_of_claim(field, required->name) && field->string != NULL &&
			strcmp(field->string, required->value) == 0)
			required->found = true;
	}
	return true;
}

/* Has the token each claim that the issuer's row demands of a new user? */
static bool
has_required(const GovIssuer *issuer, const uint8 *payload, int len)
{
	List	   *all = NIL;
	JsonbIterator *it = JsonbIteratorInit(&issuer->required_claims->root);
	JsonbIteratorToken token;
	JsonbValue	v;
	Required   *required = NULL;
	ListCell   *lc;

	while ((token = JsonbIteratorNext(&it, &v, true)) != WJB_DONE)
	{
		if (token == WJB_KEY)
		{
			required = palloc0(sizeof(Required));
			required->name = pnstrdup(v.val.string.val, v.val.string.len);
			all = lappend(all, required);
		}
		else if (token == WJB_VALUE && required != NULL)
			required->value = pnstrdup(v.val.string.val, v.val.string.len);
	}
	if (all == NIL ||
		!gov_json_read((const char *) payload, len, read_required, all))
		return false;
	foreach(lc, all)
	{
		if (!((Required *) lfirst(lc))->found)
			return false;
	}
	return true;
}

/* Has one of the keys made this signature? */
static bool
is_signed(const GovJwkSet *keys, const Header *header, const char *text,
		  int len, const uint8 *signature, int signature_len)
{
	int			i;

	for (i = 0; i < keys->count; i++)
	{
		const GovJwk *key = &keys->keys[i];

		if (gov_jws_key_serves(&key->key, header->algorithm) &&
			(header->kid == NULL || key->kid == NULL ||
			 strcmp(header->kid, key->kid) == 0) &&
			gov_jws_verify(&key->key, header->algorithm, text, len,
						   signature, signature_len))
			return true;
	}
	return false;
}

/* Is there a key of that name, or of any where none is named? */
static bool
has_key(const GovJwkSet *keys, const char *kid)
{
	int			i;

	for (i = 0; i < keys->count; i++)
	{
		const char *name = keys->keys[i].kid;

		if (kid == NULL || (name != NULL && strcmp(name, kid) == 0))
			return true;
	}
	return false;
}

/* What is wrong with its times, or NULL. */
static const char *
time_flaw(const Claims *claims, double leeway, const char **hint)
{
	double		now = gov_seconds_since_1970(GetCurrentTimestamp());

	if (gov_looks_like_ms(claims->exp) || gov_looks_like_ms(claims->nbf) ||
		gov_looks_like_ms(claims->iat))
	{
		*hint = "A time of the token looks like milliseconds: exp, nbf and iat are seconds since 1970.";
		return "a time looks like milliseconds";
	}
	if (!claims->has_exp ||
		claims->exp > gov_seconds_since_1970(gov_last_expiry()))
		return "it does not expire within 100 years";
	if (claims->exp + leeway <= now)
	{
		*hint = "The token has expired.";
		return "it has expired";
	}
	if (claims->nbf < 0 || claims->nbf - leeway > now ||
		claims->iat < 0 || claims->iat - leeway > now)
	{
		*hint = "The token is not valid yet: is a clock wrong?";
		return "it is not valid yet";
	}
	return NULL;
}

/* The person's name is text of a length that people and machines have. */
static bool
is_subject(const char *subject)
{
	const char *c;

	if (subject == NULL || subject[0] == '\0' ||
		strlen(subject) > GOV_SUBJECT_LEN)
		return false;
	for (c = subject; *c != '\0'; c++)
	{
		if ((unsigned char) *c < ' ' || *c == 0x7f)
			return false;
	}
	return true;
}

/* What is wrong with a token that was signed by a key of its issuer. */
static const char *
claims_flaw(const GovIssuer *issuer, const uint8 *payload, int len,
			Claims *claims, const char **hint)
{
	const char *flaw;

	if (!gov_json_read((const char *) payload, len, read_claim, claims))
		return "a claim has not the type that it should have";
	if (!claims->for_us)
	{
		*hint = "The token is for another audience.";
		return "it is for another audience";
	}
	flaw = time_flaw(claims, issuer ? issuer->leeway : 0, hint);
	if (flaw != NULL)
		return flaw;
	if (!is_subject(claims->subject))
		return "it names nobody";
	if (strcmp(claims->user_claim, "email") == 0 && !claims->email_verified)
	{
		*hint = "The issuer has not verified the token's e-mail address.";
		return "its e-mail address is not verified";
	}
	return NULL;
}

/*
 * verify
 *		NULL, and what the token says, or what is wrong with it.
 */
static const char *
verify(const char *token, int len, GovJwt *jwt)
{
	const char *end = token + len;
	const char *first;
	const char *second;
	uint8	   *payload;
	uint8	   *bytes;
	int			payload_len;
	int			nbytes;
	Header		header = {0};
	Claims		claims = {0};
	const char *iss = NULL;
	const GovIssuer *issuer = NULL;
	const char *flaw;
	ListCell   *lc;

	if (len > GOV_JWT_MAX ||
		(first = memchr(token, '.', len)) == NULL ||
		(second = memchr(first + 1, '.', end - first - 1)) == NULL)
		return "it is no token";
	nbytes = decode_part(token, first, &bytes);
	if (nbytes <= 0 ||
		!gov_json_read((char *) bytes, nbytes, read_header, &header) ||
		header.algorithm == NULL)
		return "its header is malformed, or its algorithm none of ours";
	payload_len = decode_part(first + 1, second, &payload);
	if (payload_len <= 0 ||
		!gov_json_read((char *) payload, payload_len, read_issuer, &iss))
		return "its claims are malformed";
	nbytes = decode_part(second + 1, end, &bytes);
	if (nbytes <= 0)
		return "its signature is malformed";

	if (iss != NULL)
		issuer = gov_issuer_find(iss);
	if (issuer != NULL)
	{
		if (!is_signed(issuer->keys, &header, token, second - token, bytes,
					   nbytes))
		{
			if (!has_key(issuer->keys, header.kid))
				gov_key_request(issuer->issuer);
			return "no key of its issuer made its signature";
		}
		claims.audience = issuer->audience;
		claims.user_claim = issuer->user_claim;
		claims.groups_claim = issuer->groups_claim;
	}
	else
	{
		bool		is_ours = is_signed(gov_jwks_file_keys(), &header, token,
										second - token, bytes, nbytes);

		if (iss != NULL)
		{
			/* Maybe a letter was mistyped; who can sign may be told. */
			foreach(lc, gov_issuers())
				is_ours |= is_signed(((GovIssuer *) lfirst(lc))->keys, &header,
									 token, second - token, bytes, nbytes);
			if (is_ours)
				jwt->hint = "The issuer of the token is unknown here.";
			return "its issuer is unknown";
		}
		if (!is_ours || gov_jwt_audience == NULL ||
			gov_jwt_audience[0] == '\0')
			return "no key of governance.jwks_file made its signature";
		claims.audience = gov_jwt_audience;
		claims.user_claim = "sub";
	}

	flaw = claims_flaw(issuer, payload, payload_len, &claims, &jwt->hint);
	if (flaw != NULL)
		return flaw;
	jwt->issuer = issuer ? iss : NULL;
	jwt->subject = claims.subject;
	jwt->lacks_groups = claims.lacks_groups;
	jwt->groups = claims.lacks_groups ? NIL : claims.groups;
	jwt->may_create = issuer != NULL && issuer->create_users &&
		has_required(issuer, payload, payload_len);
	return NULL;
}

bool
gov_jwt_verify(const char *token, int len, GovJwt *jwt)
{
	memset(jwt, 0, sizeof(*jwt));
	jwt->flaw = verify(token, len, jwt);
	return jwt->flaw == NULL;
}
