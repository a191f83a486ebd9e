/*
 * fields.h
 *		The fields that an audit event's leaf is computed over: THE list.
 *
 * GOV_AUDIT_FIELD(number, column, type).  Numbers and types are part of the
 * canonical form (src/audit/README.md): never change or reuse one.  A new
 * field gets the next number and a column that is NULL in older events, so
 * their bytes stay the same.
 */
GOV_AUDIT_FIELD(1, event_id, INT)
GOV_AUDIT_FIELD(2, incarnation, INT)
GOV_AUDIT_FIELD(3, occurred_at, TIME)
GOV_AUDIT_FIELD(4, xid, INT)
GOV_AUDIT_FIELD(5, actor, TEXT)
GOV_AUDIT_FIELD(6, evidence, TEXT)
GOV_AUDIT_FIELD(7, db_role, TEXT)
GOV_AUDIT_FIELD(8, session_role, TEXT)
GOV_AUDIT_FIELD(9, event_type, TEXT)
GOV_AUDIT_FIELD(10, action, TEXT)
GOV_AUDIT_FIELD(11, resource, TEXT)
GOV_AUDIT_FIELD(12, resource_type, TEXT)
GOV_AUDIT_FIELD(13, outcome, TEXT)
GOV_AUDIT_FIELD(14, old_row, JSON)
GOV_AUDIT_FIELD(15, new_row, JSON)
GOV_AUDIT_FIELD(16, changes, JSON)
GOV_AUDIT_FIELD(17, details, JSON)
GOV_AUDIT_FIELD(18, client_addr, INET)
GOV_AUDIT_FIELD(19, application_name, TEXT)
