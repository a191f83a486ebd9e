/*
 * checkpoint.h
 *		Checkpoints: tree heads for the world outside.
 */
#ifndef GOV_CHECKPOINT_H
#define GOV_CHECKPOINT_H

#include "utils/snapshot.h"

#include "identity/actor.h"
#include "tlog/note.h"

extern void gov_checkpoint_init(void);

/* The log's name in its checkpoints; palloc'd. */
extern char *gov_checkpoint_origin(void);

/*
 * Is this the database in which the log began?  If not, "where" says which
 * was.
 */
extern bool gov_checkpoint_is_home(const char **where);

/*
 * Raise 55000 in a copy of the database, which would sign in the log's name.
 */
extern void gov_checkpoint_check_home(const char *what);

/* Is there a key to sign with? */
extern bool gov_checkpoint_has_key(void);

/*
 * Sign a checkpoint's text with the configured key; returns a line for the
 * note, and whose it is.  55000 where the key cannot be used.
 */
extern void gov_checkpoint_sign(const char *origin, const char *text,
								GovVerifier *verifier,
								char line[GOV_SIGNATURE_ROOM]);

/*
 * Make a checkpoint of that many leaves (0: of all, and sets how many), signed
 * where there is a key, and stored where writing is allowed; UTF-8.
 */
extern char *gov_checkpoint_note(int64 *tree_size, const GovActor *actor);

/* Raise MG005 where the tree under the snapshot has another root. */
extern void gov_checkpoint_compare(int64 tree_size, const GovTreeHash *root,
								   Snapshot snapshot, const char *what);

/* Check the largest checkpoint given out against the tree; 0 for none. */
extern int64 gov_checkpoint_check_last(Snapshot snapshot);

#endif							/* GOV_CHECKPOINT_H */
