/*
 * permission_cache.c
 *		What each user may do, from a cache in this backend.
 *
 * Two levels, dropped together when the access tables change
 * (core/cached.h): the role graph, loaded at once (roles are few), and a mask
 * per user, loaded when the user is first asked about.  So a revocation
 * reaches a check in the middle of a transaction.
 *
 * Unknown users are not remembered, so asking about made-up names costs an
 * index look-up each and no memory.
 */
#include "postgres.h"

#include "common/hashfn.h"
#include "miscadmin.h"
#include "nodes/pg_list.h"
#include "utils/hsearch.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"

#include "access/permission_cache.h"
#include "core/args.h"
#include "core/cached.h"
#include "core/scan.h"
#include "identity/actor.h"

/* What users may do: most have the same as many others, and share it. */
typedef struct UserRights
{
	uint64		mask;			/* own and lent */
	uint64		own_mask;
	TimestampTz good_until;		/* nearest expiry; DT_NOEND: none */
} UserRights;

#define SHARE_AMONG 64			/* where the rights of a new user go */

/*
 * Where there are many users, a look-up costs as much as its misses of the
 * processor's caches.  So an entry is half a cache line and holds the name
 * itself.  A key to look up points to the name: copying the name first would
 * cost more than the look-up does.
 */
#define INLINE_NAME 22
#define APART 6					/* where in "name" a pointer is aligned */

typedef struct UserKey
{
	uint8		len;
	bool		is_apart;		/* "name" has a pointer to the name */
	char		name[INLINE_NAME];
} UserKey;

typedef struct UserEntry
{
	UserKey		key;
	uint32		hash;
	uint32		status:2;
	uint32		rights:30;		/* index into the list of them */
} UserEntry;

#define CACHE_LINE 64

StaticAssertDecl(CACHE_LINE == 2 * sizeof(UserEntry),
				 "two entries fill a cache line");
StaticAssertDecl(GOV_ID_LEN <= 255, "the length of a name is a byte");

static inline const char *
name_of(const UserKey *key)
{
	const char *name;

	if (!key->is_apart)
		return key->name;
	memcpy(&name, key->name + APART, sizeof(name));
	return name;
}

/* A key that points to a name, of at most GOV_ID_LEN bytes. */
static inline UserKey
key_apart(const char *name, int len)
{
	UserKey		key;

	key.len = len;
	key.is_apart = true;
	memcpy(key.name + APART, &name, sizeof(name));
	return key;
}

/* A key that is kept: it holds the name itself, if that fits. */
static UserKey
key_to_keep(MemoryContext context, const char *name, int len)
{
	UserKey		key;

	if (len > INLINE_NAME)
		return key_apart(memcpy(MemoryContextAlloc(context, len), name, len),
						 len);
	key.len = len;
	key.is_apart = false;
	memcpy(key.name, name, len);
	return key;
}

/* Memory that begins with a cache line; before it lies what to free. */
static void *
allocate_lines(MemoryContext context, Size size)
{
	char	   *memory = MemoryContextAllocExtended(context,
													size + sizeof(void *) +
													CACHE_LINE,
													MCXT_ALLOC_HUGE |
													MCXT_ALLOC_ZERO);
	void	  **lines = (void **) TYPEALIGN(CACHE_LINE,
											memory + sizeof(void *));

	lines[-1] = memory;
	return lines;
}

#define SH_PREFIX users
#define SH_ELEMENT_TYPE UserEntry
#define SH_KEY_TYPE UserKey
#define SH_KEY key
#define SH_HASH_KEY(tb, k) \
	hash_bytes((const unsigned char *) name_of(&(k)), (k).len)
#define SH_EQUAL(tb, a, b) \
	((a).len == (b).len && memcmp(name_of(&(a)), name_of(&(b)), (a).len) == 0)
#define SH_USE_NONDEFAULT_ALLOCATOR
#define SH_STORE_HASH
#define SH_GET_HASH(tb, e) (e)->hash
#define SH_SCOPE static inline
#define SH_DECLARE
#define SH_DEFINE
#include "lib/simplehash.h"

static inline void *
users_allocate(users_hash *type, Size size)
{
	return allocate_lines(type->ctx, size);
}

static inline void
users_free(users_hash *type, void *pointer)
{
	pfree(((void **) pointer)[-1]);
}

typedef struct Access
{
	GovRoleGraph *graph;
	users_hash *users;
	UserRights *rights;			/* shared by users */
	uint32		rights_count;
	uint32		rights_allocated;
} Access;

static int
compare_roles(const void *a, const void *b)
{
	return strcmp(((const GovRole *) a)->name, ((const GovRole *) b)->name);
}

int
gov_role_index(const GovRoleGraph *graph, const char *role)
{
	GovRole		key = {0};
	GovRole    *found;

	if (graph->count == 0)
		return -1;
	key.name = role;
	found = bsearch(&key, graph->roles, graph->count, sizeof(GovRole),
					compare_roles);
	return found ? found - graph->roles : -1;
}

Bitmapset *
gov_roles_granting(const GovRoleGraph *graph, GovPermission permission)
{
	Bitmapset  *roles = NULL;
	int			i;

	for (i = 0; i < graph->count; i++)
	{
		if (graph->roles[i].mask & GOV_MASK(permission))
			roles = bms_add_member(roles, i);
	}
	return roles;
}

Bitmapset *
gov_role_heirs(const GovRoleGraph *graph, const char *role)
{
	int			index = gov_role_index(graph, role);
	Bitmapset  *heirs = NULL;
	int			i;

	for (i = 0; i < graph->count; i++)
	{
		if (bms_is_member(index, graph->roles[i].closure))
			heirs = bms_add_member(heirs, i);
	}
	return heirs;
}

/*
 * close_role
 *		Fold what a role inherits into its closure and mask.
 *
 * The graph is acyclic (it is checked at each change), but a superuser may
 * have written anything: a role whose closure is being made contributes what
 * it has so far, so a cycle ends.
 */
static void
close_role(GovRoleGraph *graph, int index, Bitmapset **started)
{
	GovRole    *role = &graph->roles[index];
	int			parent = -1;

	check_stack_depth();
	if (bms_is_member(index, *started))
		return;
	*started = bms_add_member(*started, index);
	role->closure = bms_make_singleton(index);
	role->mask = role->direct;
	while ((parent = bms_next_member(role->inherits, parent)) >= 0)
	{
		close_role(graph, parent, started);
		role->closure = bms_add_members(role->closure,
										graph->roles[parent].closure);
		role->mask |= graph->roles[parent].mask;
	}
}

static GovRoleGraph *
load_role_graph(void)
{
	GovRoleGraph *graph = palloc0(sizeof(GovRoleGraph));
	Bitmapset  *started = NULL;
	GovScan		scan;
	int			allocated = 32;
	int			i;

	graph->roles = palloc0(sizeof(GovRole) * allocated);
	gov_scan_begin(&scan, GOV_REL_ROLES);
	while (gov_scan_next(&scan))
	{
		CHECK_FOR_INTERRUPTS();
		if (graph->count == allocated)
		{
			allocated *= 2;
			graph->roles = repalloc_huge(graph->roles,
										 sizeof(GovRole) * allocated);
		}
		memset(&graph->roles[graph->count], 0, sizeof(GovRole));
		graph->roles[graph->count++].name = gov_scan_text(&scan, "role");
	}
	gov_scan_end(&scan);
	qsort(graph->roles, graph->count, sizeof(GovRole), compare_roles);

	gov_scan_begin(&scan, GOV_REL_ROLE_PERMISSIONS);
	while (gov_scan_next(&scan))
	{
		char	   *name = gov_scan_text(&scan, "permission");
		int			permission = gov_permission_find(name, strlen(name));
		int			role = gov_role_index(graph, gov_scan_text(&scan, "role"));

		CHECK_FOR_INTERRUPTS();
		if (role >= 0 && permission >= 0)
			graph->roles[role].direct |= GOV_MASK(permission);
	}
	gov_scan_end(&scan);

	gov_scan_begin(&scan, GOV_REL_ROLE_INHERITANCE);
	while (gov_scan_next(&scan))
	{
		int			role = gov_role_index(graph, gov_scan_text(&scan, "role"));
		int			parent = gov_role_index(graph,
											gov_scan_text(&scan,
														  "inherited_role"));

		CHECK_FOR_INTERRUPTS();
		if (role >= 0 && parent >= 0)
			graph->roles[role].inherits =
				bms_add_member(graph->roles[role].inherits, parent);
	}
	gov_scan_end(&scan);

	for (i = 0; i < graph->count; i++)
		close_role(graph, i, &started);
	return graph;
}

static void *
load_access(void)
{
	Access	   *access = palloc(sizeof(Access));

	access->graph = load_role_graph();
	access->users = users_create(CurrentMemoryContext, 64, NULL);
	access->rights = palloc(sizeof(UserRights) * SHARE_AMONG);
	access->rights_count = 0;
	access->rights_allocated = SHARE_AMONG;
	return access;
}

static GovCached access_cache = {
	.cache = GOV_CACHE_ACCESS,
	.name = "permissions",
	.load = load_access
};

const GovRoleGraph *
gov_role_graph(void)
{
	return ((Access *) gov_cached(&access_cache))->graph;
}

List *
gov_user_assignment_rows(const GovRoleGraph *graph, const char *user_id)
{
	TimestampTz now = GetCurrentTimestamp();
	List	   *result = NIL;
	GovScan		scan;

	gov_scan_begin_key(&scan, GOV_REL_USER_ROLES, GOV_REL_USER_ROLES_PKEY,
					   "user_id", user_id);
	while (gov_scan_next(&scan))
	{
		GovAssignment *assignment;
		bool		isnull;
		Datum		lent_by;
		Datum		expires = gov_scan_datum(&scan, "expires_at", &isnull);
		int			role = gov_role_index(graph, gov_scan_text(&scan, "role"));

		if (role < 0)
			continue;
		if (!isnull && DatumGetTimestampTz(expires) <= now)
			continue;
		assignment = palloc(sizeof(GovAssignment));
		assignment->role = role;
		assignment->expires_at = isnull ? DT_NOEND :
			DatumGetTimestampTz(expires);
		assignment->lender = gov_scan_text(&scan, "delegated_by");
		lent_by = gov_scan_datum(&scan, "lent_by", &isnull);
		assignment->lent_by = isnull ? NULL : DatumGetArrayTypePCopy(lent_by);
		assignment->assigned_at =
			DatumGetTimestampTz(gov_scan_datum(&scan, "assigned_at", &isnull));
		assignment->assigned_by = gov_scan_text(&scan, "assigned_by");
		result = lappend(result, assignment);
	}
	gov_scan_end(&scan);
	return result;
}

bool
gov_user_owns_role(const GovRoleGraph *graph, const char *user_id, int role,
				   TimestampTz *until)
{
	List	   *assignments;
	ListCell   *lc;
	bool		is_active;
	bool		holds = false;

	*until = DT_NOBEGIN;
	if (!gov_user_exists(user_id, &is_active) || !is_active)
		return false;
	assignments = gov_user_assignment_rows(graph, user_id);
	foreach(lc, assignments)
	{
		GovAssignment *assignment = lfirst(lc);

		if (assignment->lender == NULL &&
			bms_is_member(role, graph->roles[assignment->role].closure))
		{
			holds = true;
			*until = Max(*until, assignment->expires_at);
		}
	}
	return holds;
}

List *
gov_user_assignments(const GovRoleGraph *graph, const char *user_id)
{
	List	   *rows = gov_user_assignment_rows(graph, user_id);
	List	   *result = NIL;
	ListCell   *lc;

	foreach(lc, rows)
	{
		GovAssignment *assignment = lfirst(lc);
		TimestampTz until;

		if (assignment->lender != NULL)
		{
			if (!gov_user_owns_role(graph, assignment->lender,
									assignment->role, &until))
				continue;
			assignment->expires_at = Min(assignment->expires_at, until);
		}
		result = lappend(result, assignment);
	}
	return result;
}

Bitmapset *
gov_assigned_roles(const GovRoleGraph *graph, List *assignments)
{
	Bitmapset  *held = NULL;
	ListCell   *lc;

	foreach(lc, assignments)
	{
		GovAssignment *assignment = lfirst(lc);

		held = bms_add_members(held,
							   graph->roles[assignment->role].closure);
	}
	return held;
}

static int
compare_names(const ListCell *a, const ListCell *b)
{
	return strcmp(lfirst(a), lfirst(b));
}

/* Append those that a scan of user_roles finds and that were not seen yet. */
static List *
append_users(List *users, GovScan *scan, HTAB *seen)
{
	while (gov_scan_next(scan))
	{
		char	   *user_id = gov_scan_text(scan, "user_id");
		bool		found;

		CHECK_FOR_INTERRUPTS();
		(void) hash_search(seen, user_id, HASH_ENTER, &found);
		if (found)
			pfree(user_id);
		else
			users = lappend(users, user_id);
	}
	gov_scan_end(scan);
	return users;
}

List *
gov_users_with_roles(const GovRoleGraph *graph, const Bitmapset *roles)
{
	HASHCTL		ctl;
	HTAB	   *seen;
	List	   *users = NIL;
	GovScan		scan;
	int			role = -1;

	ctl.keysize = GOV_ID_LEN + 1;
	ctl.entrysize = GOV_ID_LEN + 1;
	ctl.hcxt = CurrentMemoryContext;
	seen = hash_create("governance users with roles", 1024, &ctl,
					   HASH_ELEM | HASH_STRINGS | HASH_CONTEXT);
	if (roles == NULL)
	{
		gov_scan_begin(&scan, GOV_REL_USER_ROLES);
		users = append_users(users, &scan, seen);
	}
	while ((role = bms_next_member(roles, role)) >= 0)
	{
		gov_scan_begin_key(&scan, GOV_REL_USER_ROLES,
						   GOV_REL_USER_ROLES_ROLE_IDX, "role",
						   graph->roles[role].name);
		users = append_users(users, &scan, seen);
	}
	hash_destroy(seen);
	list_sort(users, compare_names);
	return users;
}

/* The place of these rights in the list; they are added if need be. */
static uint32
share_rights(Access *access, const UserRights *rights)
{
	uint32		oldest = access->rights_count > SHARE_AMONG ?
		access->rights_count - SHARE_AMONG : 0;
	uint32		i;

	for (i = access->rights_count; i > oldest; i--)
	{
		if (memcmp(&access->rights[i - 1], rights, sizeof(UserRights)) == 0)
			return i - 1;
	}
	if (access->rights_count == access->rights_allocated)
	{
		access->rights = repalloc_huge(access->rights, sizeof(UserRights) *
									   2 * access->rights_allocated);
		access->rights_allocated *= 2;
	}
	access->rights[access->rights_count] = *rights;
	return access->rights_count++;
}

/* Read a user into the cache; NULL where there is no active one. */
static const UserRights *
load_user(const char *name, int len)
{
	MemoryContext scratch;
	MemoryContext caller;
	Access	   *access;
	UserKey		key;
	UserRights	rights;
	uint32		shared;
	bool		is_active;
	bool		found;
	int			attempt = 1;

	if (!gov_id_is_valid(name, len))
		return NULL;

	scratch = AllocSetContextCreate(CurrentMemoryContext,
									"governance user look-up",
									ALLOCSET_SMALL_SIZES);
	caller = MemoryContextSwitchTo(scratch);
	do
	{
		char	   *user_id = pnstrdup(name, len);
		List	   *assignments;
		ListCell   *lc;

		CHECK_FOR_INTERRUPTS();
		access = gov_cached(&access_cache);
		rights.mask = rights.own_mask = 0;
		rights.good_until = DT_NOEND;

		(void) gov_user_exists(user_id, &is_active);
		if (is_active)
		{
			/*
			 * A loan that does not count now will not count later by itself.
			 */
			assignments = gov_user_assignments(access->graph, user_id);
			foreach(lc, assignments)
			{
				GovAssignment *assignment = lfirst(lc);
				GovRole    *role = &access->graph->roles[assignment->role];

				rights.mask |= role->mask;
				if (assignment->lender == NULL)
					rights.own_mask |= role->mask;
				rights.good_until = Min(rights.good_until,
										assignment->expires_at);
			}
		}
	} while (!gov_cached_is_settled(&access_cache, attempt++));

	MemoryContextSwitchTo(caller);
	MemoryContextDelete(scratch);
	if (!is_active)
		return NULL;

	/* Whatever fails here, the table never keeps half an entry. */
	shared = share_rights(access, &rights);
	key = key_to_keep(access_cache.context, name, len);
	users_insert(access->users, key, &found)->rights = shared;
	return &access->rights[shared];
}

/* The rights of a user, until the next look-up; NULL where none is active. */
static inline const UserRights *
find_user(const char *name, int len)
{
	Access	   *access = gov_cached(&access_cache);
	UserEntry  *entry;

	if (unlikely(len > GOV_ID_LEN))
		return NULL;
	entry = users_lookup(access->users, key_apart(name, len));
	if (likely(entry != NULL))
	{
		const UserRights *rights = &access->rights[entry->rights];

		if (likely(rights->good_until == DT_NOEND ||
				   rights->good_until > GetCurrentTimestamp()))
			return rights;
		users_delete_item(access->users, entry);
	}
	return load_user(name, len);
}

bool
gov_user_mask(const char *user_id, int len, uint64 *mask)
{
	const UserRights *rights = find_user(user_id, len);

	*mask = rights ? rights->mask : 0;
	return rights != NULL;
}

bool
gov_user_own_mask(const char *user_id, uint64 *mask)
{
	const UserRights *rights = find_user(user_id, strlen(user_id));

	*mask = rights ? rights->own_mask : 0;
	return rights != NULL;
}
