/*
 * canonical.h
 *		The bytes of an audit event that its leaf hash covers.
 *
 * Invariant: the same event gives the same bytes in every database, whatever
 * its settings, encoding, OIDs and column order (see src/audit/README.md).
 */
#ifndef GOV_CANONICAL_H
#define GOV_CANONICAL_H

#include "utils/timestamp.h"

#include "core/json_text.h"
#include "tlog/sha256.h"

#define GOV_CANONICAL_VERSION 1

typedef enum GovAuditField
{
#define GOV_AUDIT_FIELD(number, column, type) GOV_AUDIT_##column,
#include "audit/fields.h"
#undef GOV_AUDIT_FIELD
	GOV_AUDIT_FIELDS
} GovAuditField;

/*
 * Append the form; values and nulls are indexed by GovAuditField.  False:
 * "take" wanted no more (see core/json_text.h; it is also called to ask
 * whether to go on where nothing is given).  Without one all stays in "out".
 */
extern bool gov_canonical_event(StringInfo out, const Datum *values,
								const bool *nulls, GovTextTake take,
								void *arg);

/* What of an event is hashed, and of what length it was. */
typedef struct GovLeafLimit
{
	TimestampTz until;			/* or DT_NOEND */
	Size		max;			/* bytes */
	Size		len;			/* so many were there, or more than max */
} GovLeafLimit;

/*
 * SHA-256 of 0x00 and those bytes (the leaf hash of RFC 6962), "buf" being
 * room for a piece; false where the limit (NULL: none) was met.
 */
extern bool gov_canonical_leaf(StringInfo buf, const Datum *values,
							   const bool *nulls, GovLeafLimit *limit,
							   uint8 leaf[GOV_SHA256_LEN]);

#endif							/* GOV_CANONICAL_H */
