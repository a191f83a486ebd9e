/*
 * canonical.h
 *		The bytes of an audit event that its leaf hash covers.
 *
 * Invariant: the same event gives the same bytes in every database, whatever
 * its settings, encoding, OIDs and column order (see src/audit/README.md).
 */
#ifndef GOV_CANONICAL_H
#define GOV_CANONICAL_H

#include "lib/stringinfo.h"

#include "core/sha256.h"

#define GOV_CANONICAL_VERSION 1

typedef enum GovAuditField
{
#define GOV_AUDIT_FIELD(number, column, type) GOV_AUDIT_##column,
#include "audit/fields.h"
#undef GOV_AUDIT_FIELD
	GOV_AUDIT_FIELDS
} GovAuditField;

/* values and nulls are indexed by GovAuditField. */
extern void gov_canonical_event(StringInfo out, const Datum *values,
								const bool *nulls);

/* SHA-256 of 0x00 and those bytes (the leaf hash of RFC 6962). */
extern void gov_canonical_leaf(const Datum *values, const bool *nulls,
							   uint8 leaf[GOV_SHA256_LEN]);

#endif							/* GOV_CANONICAL_H */
