/*
 * retired.h
 *		Leaves whose rows were retired: the beginning of the log, up to a size.
 *
 * Retirements follow one another without a gap from leaf 0, so one number says
 * which rows are gone, and the newest event "audit_log.retire", whose own row
 * cannot be among them, confirms it.
 */
#ifndef GOV_RETIRED_H
#define GOV_RETIRED_H

#include "audit/verify.h"
#include "tlog/merkle.h"

#define GOV_RETIRE_EVENT "audit_log.retire"

/* The leaves before this one are recorded as retired. */
extern int64 gov_retired_size(Snapshot snapshot);

/*
 * The details in the event of a retirement, as text by key, for both the
 * writer and the checker.
 */
typedef struct GovRetirement
{
	int64		from;
	int64		to;
	bool		has_roots;		/* both of the right length */
	GovTreeHash root;
	GovTreeHash tree_root;
	int64		event_id;
} GovRetirement;

typedef struct GovRetirementDetail
{
	const char *key;
	char		value[2 * GOV_SHA256_LEN + 1];
	bool		is_number;
} GovRetirementDetail;

#define GOV_RETIREMENT_DETAILS 5

extern void gov_retirement_details(const GovRetirement *retirement,
								   GovRetirementDetail *details);

/* For gov_audit_verify(): which rows may be missing, and then their roots. */
extern void gov_verify_retired(GovVerify *verify);
extern void gov_verify_retired_begin(GovVerify *verify);
extern void gov_verify_retired_append(GovVerify *verify,
									  const GovTreeHash *leaf);
extern void gov_verify_retired_end(GovVerify *verify);

#endif							/* GOV_RETIRED_H */
