/*
 * error_list.h
 *		The error conditions a user of the extension can meet: THE list.
 *
 * GOV_ERROR(symbol, SQLSTATE, HTTP status, meaning), included wherever the
 * list is needed with GOV_ERROR defined: errors.h makes the codes of class MG
 * (classes A to H and 0 to 4 belong to the SQL standard), the gateway makes
 * its map to HTTP, and docs/REFERENCE.md is made from it.
 * It has no include guard, so that it can be included more than once.
 */
GOV_ERROR(BAD_VALUE, "22023", 400, "bad value")
GOV_ERROR(BAD_TEXT, "22P02", 400, "bad value: text does not fit the type")
GOV_ERROR(NULL_VALUE, "23502", 400, "bad value: a required value is missing")
GOV_ERROR(CHECK_FAILED, "23514", 400, "bad value: a check is not met")
GOV_ERROR(BAD_CREDENTIALS, "28000", 401, "no or bad credentials")
GOV_ERROR(DENIED, "42501", 403,
		  "actor unknown, inactive, or without the permission")
GOV_ERROR(SEPARATION_OF_DUTIES, "MG001", 403, "separation of duties")
GOV_ERROR(UNKNOWN_OBJECT, "42704", 404, "no such thing")
GOV_ERROR(DUPLICATE, "23505", 409, "exists already")
GOV_ERROR(WRONG_STATE, "55000", 409, "not allowed in its present state")
GOV_ERROR(APPROVAL_REQUIRED, "MG002", 409, "an approval is required")
GOV_ERROR(GATE_NOT_MET, "MG003", 409, "a deployment gate is not met")
GOV_ERROR(APPEND_ONLY, "MG004", 403, "the audit trail is append-only")
GOV_ERROR(TRAIL_UNVERIFIED, "MG005", 500,
		  "the audit trail fails verification")
GOV_ERROR(SERIALIZATION, "40001", 503, "serialization failure: retry")
GOV_ERROR(DEADLOCK, "40P01", 503, "deadlock: retry")
