/*
 * model.h
 *		Models and their versions: names, locks and look-ups that the
 *		registry's functions share.
 *
 * Invariants: a protected alias names an approved version that is not
 * deprecated.  Locks are taken in the order model, versions in key order.
 * Whoever changes a version's status, votes on it, or begins or ends a
 * deployment of it holds the lock on its row; what is decided about it is
 * read after that lock, on the newest snapshot.
 *
 * The locks and look-ups need an SPI connection; what they find lives until
 * gov_spi_end().
 */
#ifndef GOV_MODEL_H
#define GOV_MODEL_H

#include "access/act.h"
#include "registry/inbox.h"

typedef struct GovVersion
{
	char	   *status;
	char	   *approval_status;
	char	   *content_digest;
	GovAct		created;
	bool		is_deleted;
} GovVersion;

/* "risk:1.0.0", "model/risk", "model_version/risk:1.0.0" */
extern char *gov_version_name(const char *model_id, const char *version);
extern char *gov_model_resource(const char *model_id);
extern char *gov_version_resource(const char *model_id, const char *version);

/*
 * Lock the model's row FOR NO KEY UPDATE; 42704 if there is none, or it is
 * deleted.
 */
extern void gov_model_lock(const char *model_id);

/* The same; false instead of 42704. */
extern bool gov_model_lock_listed(const char *model_id);

/*
 * Lock a version's row FOR NO KEY UPDATE and read it; 42704 if there is none.
 */
extern void gov_version_lock(const char *model_id, const char *version,
							 GovVersion *found);

/*
 * The same, and 42704 if it is deleted; otherwise a deleted one reads as
 * deprecated.
 */
extern void gov_version_lock_listed(const char *model_id, const char *version,
									GovVersion *found);

/* Read six columns of the last statement: status to created_backers. */
extern void gov_version_read(uint64 row, int column, GovVersion *found);

/* Read it as committed now, without a lock; 42704 if there is none. */
extern void gov_version_find(const char *model_id, const char *version,
							 GovVersion *found);

/*
 * Move a version, whose lock the caller holds, in the operation that owns the
 * move; its row then.  Or its row as it is.
 */
extern Datum gov_version_move(const char *model_id, const char *version,
							  const char *status,
							  const char *approval_status);
extern Datum gov_version_row(const char *model_id, const char *version);

/*
 * The names of a version's protected aliases, or NULL; and move them to
 * another version.
 */
extern char *gov_protected_aliases(const char *model_id, const char *version);
extern void gov_protected_aliases_leave(const char *model_id,
										const char *from, const char *to,
										const char *reason);

/* Add those that wait for the caller's decision. */
extern void gov_inbox_versions(GovInbox *inbox);

#endif							/* GOV_MODEL_H */
