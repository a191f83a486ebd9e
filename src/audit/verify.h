/*
 * verify.h
 *		What the parts of gov_audit_verify() share.
 */
#ifndef GOV_VERIFY_H
#define GOV_VERIFY_H

#include "lib/stringinfo.h"
#include "nodes/execnodes.h"

#include "audit/event_scan.h"
#include "audit/tiles.h"
#include "audit/tree_head.h"

typedef enum GovCheck
{
	GOV_CHECK_EVENTS,			/* every sealed event is there, unaltered */
	GOV_CHECK_ADDED,			/* no event is there that was never sealed */
	GOV_CHECK_LEAF_MAP,			/* every leaf is some event's, and no other */
	GOV_CHECK_TILES,			/* every tile follows from the one below */
	GOV_CHECK_TREE_HEADS,		/* every root follows from the tiles */
	GOV_CHECK_RETIREMENTS,		/* every retirement has its event, its roots */
	GOV_CHECK_COUNT
} GovCheck;

/* A tree that is computed anew, by levels of tiles. */
typedef struct GovRollup
{
	int64		size;			/* leaves so far */
	GovTreeEdge level[GOV_TILE_LEVELS]; /* of the tile that is being filled */
} GovRollup;

typedef struct GovVerify
{
	ReturnSetInfo *result;		/* NULL: the first failures go into "named" */
	StringInfo	named;
	int64		failures[GOV_CHECK_COUNT];
	int			failures_named;
	Snapshot	snapshot;
	GovTreeHead head;
	int64		from;
	int64		to;
	GovTiles	tiles;
	GovRollup	rollup;
	GovHeadScan heads;
	bool		has_head;		/* the scan's current head is yet to come */
	int64		heads_checked;
	int64		last_head_size;
	int64		retired;		/* rows of the leaves before this are gone */
	int64		retired_seen;	/* of them in the range */
	int64		retirements;	/* how many records say so */
	GovLogScan	retired_log;
	int64		retirement_from;	/* the one that the walk comes to */
	int64		retirement_to;	/* 0: none */
	GovTreeHash retirement_root;
	GovTreeHash retirement_tree_root;
	GovTreeEdge retirement_edge;	/* of its leaves so far */
} GovVerify;

/*
 * gov_audit_verify_all
 *		Verify the whole log; returns the number of failures, and names the
 *		first.
 *
 * It writes nothing and asks for no right.
 */
extern int64 gov_audit_verify_all(StringInfo named);

/* verify_report.c: report that a check failed; returns how often any has. */
extern void gov_verify_failed(GovVerify *verify, GovCheck check,
							  const char *format,...)
			pg_attribute_printf(3, 4);

extern int64 gov_verify_failures(const GovVerify *verify);

/* Add a row for each check that did not fail. */
extern void gov_verify_report(GovVerify *verify);

/* verify_tree.c: compute tiles and heads again from leaves, in order. */
extern void gov_verify_tree_begin(GovVerify *verify);
extern void gov_verify_tree_append(GovVerify *verify,
								   const GovTreeHash *leaf);
extern void gov_verify_tree_end(GovVerify *verify);

/* The root of the leaves so far. */
extern void gov_verify_tree_root(GovVerify *verify, GovTreeHash *root);

/* How wide a tile of the tree must be. */
extern int	gov_verify_tile_width(GovVerify *verify, int level,
								  int64 tile_index);

#endif							/* GOV_VERIFY_H */
