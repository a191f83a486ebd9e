/*
 * jwk_set.c
 *		JSON Web Key Sets (RFC 7517), read key by key.
 */
#include "postgres.h"

#include "utils/memutils.h"

#include "identity/jwk_set.h"
#include "identity/json_fields.h"

#define MAX_KEYS 64

typedef struct Parsing
{
	GovJwkTaker take;
	void	   *arg;
	bool		is_set;			/* there is a member "keys" */
	bool		is_doubled;		/* a kid */
	int			count;
	const char *kids[MAX_KEYS];
	/* the key being read */
	GovJwkText	text;
	bool		is_private;
} Parsing;

static bool
end_key(Parsing *parsing)
{
	int			i;

	if (parsing->count == MAX_KEYS)
		return false;
	for (i = 0; i < parsing->count; i++)
	{
		if (parsing->text.kid != NULL && parsing->kids[i] != NULL &&
			strcmp(parsing->text.kid, parsing->kids[i]) == 0)
		{
			parsing->is_doubled = true;
			return false;
		}
	}
	parsing->kids[parsing->count++] = parsing->text.kid;
	parsing->take(&parsing->text, parsing->is_private, parsing->arg);
	return true;
}

/* Members that only a private key has; a secret's is one of them. */
static bool
is_private_member(const char *name)
{
	static const char *const members[] = {
		"d", "p", "q", "dp", "dq", "qi", "oth"
	};
	int			i;

	for (i = 0; i < lengthof(members); i++)
	{
		if (strcmp(members[i], name) == 0)
			return true;
	}
	return false;
}

static bool
read_member(GovJwkText *text, const GovJsonField *field)
{
#define TAKE(member) \
	if (strcmp(field->name, #member) == 0) \
	{ \
		text->member = field->string; \
		return field->string != NULL; \
	}
	TAKE(kty);
	TAKE(crv);
	TAKE(alg);
	TAKE(use);
	TAKE(kid);
	TAKE(n);
	TAKE(e);
	TAKE(x);
	TAKE(y);
	TAKE(k);
#undef TAKE
	if (strcmp(field->name, "key_ops") == 0)
	{
		text->has_key_ops = true;
		return field->is_compound;
	}
	return true;
}

/* {"keys": [{...}, ...]}: depth 3 is inside a key, 4 inside its lists. */
static bool
read_field(const GovJsonField *field, void *arg)
{
	Parsing    *parsing = arg;

	if (field->top == NULL || strcmp(field->top, "keys") != 0)
		return true;
	if (field->depth == 1)
	{
		parsing->is_set = true;
		return field->is_compound;
	}
	if (field->depth == 2)
	{
		memset(&parsing->text, 0, sizeof(parsing->text));
		parsing->is_private = false;
		return field->in_array && field->is_compound;
	}
	if (field->depth == 3 && field->is_end)
		return end_key(parsing);
	if (field->name == NULL || field->is_end)
		return true;
	if (field->depth == 3 && !field->in_array)
	{
		parsing->is_private |= is_private_member(field->name);
		return read_member(&parsing->text, field);
	}
	if (field->depth == 4 && field->in_array && field->string != NULL &&
		strcmp(field->name, "key_ops") == 0)
		parsing->text.may_verify |= strcmp(field->string, "verify") == 0;
	return true;
}

const char *
gov_jwk_set_read(const char *json, int len, GovJwkTaker take, void *arg)
{
	Parsing    *parsing = palloc0(sizeof(Parsing));

	parsing->take = take;
	parsing->arg = arg;
	if (len > GOV_JWKS_MAX)
		return "is larger than 64 kB";
	if (!gov_json_read(json, len, read_field, parsing))
		return parsing->is_doubled ? "has two keys of one \"kid\"" :
			parsing->count == MAX_KEYS ? "has more than 64 keys" :
			"is no JSON Web Key Set";
	return parsing->is_set ? NULL : "is no JSON Web Key Set";
}

/* The memory context does not free OpenSSL's objects. */
void
gov_jwk_set_clear(void *arg)
{
	GovJwkSet  *set = arg;
	int			i;

	for (i = 0; i < set->count; i++)
		gov_jws_key_free(&set->keys[i].key);
	set->count = 0;
}

GovJwkSet *
gov_jwk_set_new(void)
{
	GovJwkSet  *set = palloc0(sizeof(GovJwkSet));
	MemoryContextCallback *callback = palloc0(sizeof(MemoryContextCallback));

	set->allocated = 8;
	set->keys = palloc(sizeof(GovJwk) * set->allocated);
	callback->func = gov_jwk_set_clear;
	callback->arg = set;
	MemoryContextRegisterResetCallback(CurrentMemoryContext, callback);
	return set;
}

void
gov_jwk_set_add(GovJwkSet *set, const char *kid, const GovJwsKey *key)
{
	GovJwk	   *added;

	if (set->count == set->allocated)
	{
		set->allocated *= 2;
		set->keys = repalloc(set->keys, sizeof(GovJwk) * set->allocated);
	}
	added = &set->keys[set->count++];
	added->key = *key;
	added->kid = kid ? MemoryContextStrdup(GetMemoryChunkContext(set), kid) :
		NULL;
}
