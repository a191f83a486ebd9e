/*
 * fixed.h
 *		The gateway's statements that are no calls of routes: THE list.
 *
 * FIXED(name, nparameters, sql): statement.h declares name_statement.  It has
 * no include guard, so that it can be included more than once.
 */
FIXED(begin, 0, "BEGIN")
FIXED(commit, 0, "COMMIT")
FIXED(rollback, 0, "ROLLBACK")
FIXED(actor, 1, "SELECT gov_begin_as($1::text)")
FIXED(actor_for, 2, "SELECT gov_begin_for($1::text, $2::text)")
FIXED(remember, 2, "SELECT same_request, status, reply"
	  " FROM gov_idempotency_begin($1::text, $2::text)")
FIXED(answered, 3, "SELECT gov_idempotency_end($1::text, $2::int4, $3::text)")
FIXED(hold_version, 2, "SELECT gov_hold_model_version($1::text, $2::text)")
FIXED(hold_usecase, 1, "SELECT gov_hold_usecase($1::text)")
/* an update without values locks the row */
FIXED(hold_model, 1, "SELECT FROM gov_update_model($1::text)")
FIXED(hold_user, 1, "SELECT FROM gov_update_user($1::text)")
FIXED(mlflow, 2, "SELECT gov_mlflow($1::text, $2::jsonb)::text")
FIXED(markdown, 1, "SELECT gov_compliance_report_markdown($1::int8)")
FIXED(html, 1, "SELECT gov_compliance_report_html($1::int8)")
FIXED(oscal, 1, "SELECT gov_compliance_report_oscal($1::int8)::text")
