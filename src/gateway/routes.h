/*
 * routes.h
 *		What the gateway answers to: THE list.
 *
 * ROUTE(method, path, function, arguments, call, show, status, flags, what,
 *		 summary)
 *	path		below /api/governance; {name} is one segment
 *	function	the SQL function that decides or reads
 *	arguments	"[-]field[|alias...][>argument]
 *				:type[(field:type,...)|=number][!]"
 *				each: a path segment, of GET a query parameter, of DELETE that
 *				or a field of the body, else a field of the body.  ! is needed;
 *				- is not passed by {*}; the number is that of a field which is
 *				left out, where null means something else; fields in brackets
 *				are all that an object, or each of several, may have.  Types:
 *				router.h
 *	call		SQL: {*} is every argument by name, {field} that one
 *	show		SQL that gives the answer, where call does not; it sees what
 *				call did.  {*} is then that of call
 *	status		of success
 *	flags		READS: may run on a standby; WRITES; PUBLIC: needs no token;
 *				TAGGED: has an ETag; PAGED: the second column is the cursor of
 *				the next page; VERSION, USECASE: what If-Match is about;
 *				METRICS, REPORT: told in handler.c
 *	what		what does not exist, where there is no row
 *
 * An answer is one row, its first column a text.  The router, openapi.json and
 * the README's table are made from this list.  No include guard: that is the
 * point.
 */

/* --- models -------------------------------------------------------------- */

ROUTE(POST, "/models/register", gov_register_model,
	  "model_id:text! version:text! description:text source_commit:text"
	  " training_data_hash:text hyperparameters:object model_path:text"
	  " model_size_bytes:long artifacts:json metadata:object",
	  "SELECT FROM gov_register_model({*})", SHOW_VERSION, 201,
	  WRITES | VERSION, WHAT_VERSION, "Register a model version, once")
ROUTE(GET, "/models", gov_models,
	  "search:text owner:text tag:text status:text limit|limit_rows>limit_rows:limit"
	  " cursor|after>after:text",
	  "SELECT " LIST_OF("models", "gov_row_json(t) ORDER BY t.model_id") ","
	  " CASE WHEN count(*) = coalesce({limit}, 100) THEN max(t.model_id) END"
	  " FROM gov_models({*}) AS t", "", 200,
	  READS | PAGED, "", "Models by id; search takes part of id or description")
ROUTE(GET, "/models/{model_id}/versions", gov_model_versions,
	  "model_id:text! limit|limit_rows>limit_rows:limit cursor|before>before:time",
	  "SELECT CASE WHEN EXISTS (SELECT FROM governance.models AS m"
	  " WHERE m.model_id = {model_id}) THEN concat('{\"count\": ', l.count,"
	  " ', \"model_id\": ', to_json({model_id}), ', \"versions\": ', l.list,"
	  " '}') END,"
	  " CASE WHEN l.count = coalesce({limit}, 50)"
	  " THEN extract(epoch FROM l.last)::text END"
	  " FROM (SELECT count(*), min(v.created_at) AS last,"
	  " gov_list_json(gov_model_version_json(v)"
	  " ORDER BY v.created_at DESC, v.version DESC) AS list"
	  " FROM gov_model_versions({*}) AS v) AS l", "", 200,
	  READS | PAGED, WHAT_MODEL, "The versions of a model, newest first")
ROUTE(GET, "/models/{model_id}/versions/{version}", gov_model_version,
	  "model_id:text! version:text!", SHOW_VERSION, "", 200,
	  READS | TAGGED, WHAT_VERSION, "A model version")
ROUTE(POST, "/models/{model_id}/versions/{version}/request-approval",
	  gov_request_model_approval,
	  "model_id:text! version:text! comments|comment:text",
	  "SELECT FROM gov_request_model_approval({*})", SHOW_VERSION, 200,
	  WRITES | VERSION, WHAT_VERSION, "Submit a model version for approval")
ROUTE(POST, "/models/{model_id}/versions/{version}/approve",
	  gov_approve_model, "model_id:text! version:text! comments|comment:text",
	  "SELECT FROM gov_approve_model({*})", SHOW_VERSION, 200,
	  WRITES | VERSION, WHAT_VERSION, "Vote for a model version")
ROUTE(POST, "/models/{model_id}/versions/{version}/reject",
	  gov_reject_model,
	  "model_id:text! version:text! reason|comments|comment:text!",
	  "SELECT FROM gov_reject_model({*})", SHOW_VERSION, 200,
	  WRITES | VERSION, WHAT_VERSION, "Vote against a model version")
ROUTE(POST, "/models/{model_id}/versions/{version}/request-changes",
	  gov_request_model_changes,
	  "model_id:text! version:text! comments|comment|reason:text!",
	  "SELECT FROM gov_request_model_changes({*})", SHOW_VERSION, 200,
	  WRITES | VERSION, WHAT_VERSION, "Send a model version back")
ROUTE(POST, "/models/{model_id}/versions/{version}/deploy",
	  gov_deploy_model,
	  "model_id:text! version:text! environment|stage:text deployment_id:text"
	  " notes|comments:text",
	  "SELECT FROM gov_deploy_model({*})", SHOW_VERSION, 200,
	  WRITES | VERSION, WHAT_VERSION, "Deploy a model version")
ROUTE(POST, "/models/{model_id}/versions/{version}/rollback",
	  gov_rollback_version,
	  "model_id:text! version:text! reason|comments:text! environment|stage:text"
	  " to_version:text",
	  "SELECT FROM gov_rollback_version({*})", SHOW_VERSION, 200,
	  WRITES | VERSION, WHAT_VERSION,
	  "Roll the active version back; 409 where another one is active")
ROUTE(POST, "/models/{model_id}/versions/{version}/deprecate",
	  gov_deprecate_model, "model_id:text! version:text! reason|comments:text",
	  "SELECT FROM gov_deprecate_model({*})", SHOW_VERSION, 200,
	  WRITES | VERSION, WHAT_VERSION, "Retire a model version")
ROUTE(POST, "/models/{model_id}/versions/{version}/metrics",
	  gov_record_model_metrics,
	  "model_id:text! version:text! metrics:metrics!",
	  "SELECT FROM gov_record_model_metrics({*})", SHOW_VERSION, 200,
	  WRITES | VERSION, WHAT_VERSION,
	  "Record metrics: numbers by name, or those under metrics")
ROUTE(GET, "/models/{model_id}/versions/{version}/history",
	  gov_model_history,
	  "model_id:text! version:text! limit|limit_rows>limit_rows:limit",
	  "SELECT" LIST_OF_VERSION("history")
	  " FROM gov_model_version({model_id}, {version}) AS v, LATERAL ("
	  "SELECT count(*), gov_list_json(gov_row_json(d)"
	  " ORDER BY d.deployment_no DESC) AS list"
	  " FROM gov_model_history({*}) AS d) AS l", "", 200,
	  READS, WHAT_VERSION, "The deployments of a model version, newest first")
ROUTE(GET, "/models/{model_id}/versions/{version}/approvals",
	  gov_model_approvals, "model_id:text! version:text!",
	  "SELECT" LIST_OF_VERSION("approvals")
	  " FROM gov_model_version({model_id}, {version}) AS v, LATERAL ("
	  "SELECT count(*), gov_list_json(gov_row_json(h)"
	  " ORDER BY h.approval_no DESC) AS list"
	  " FROM gov_model_approvals({*}) AS h) AS l", "", 200,
	  READS, WHAT_VERSION, "Requests for approval and votes, newest first")
ROUTE(GET, "/models/{model_id}/deployed", gov_deployed_model,
	  "model_id:text! environment|stage:text as_of:time",
	  "SELECT gov_model_version_json(v)::text"
	  " FROM gov_deployed_model({*}) AS v", "", 200,
	  READS | TAGGED, "deployed version of model \"{model_id}\"",
	  "The version that is live, or was at a moment")
ROUTE(PUT, "/models/{model_id}/aliases/{alias}", gov_set_model_alias,
	  "model_id:text! alias:text! version:text! protected|is_protected:bool",
	  "SELECT gov_row_json(t)::text FROM gov_set_model_alias({*}) AS t", "",
	  200, WRITES, WHAT_MODEL, "Point an alias at a version")
ROUTE(DELETE, "/models/{model_id}/aliases/{alias}", gov_drop_model_alias,
	  "model_id:text! alias:text!",
	  "SELECT jsonb_build_object('model_id', {model_id}, 'alias', {alias},"
	  " 'dropped', gov_drop_model_alias({*}))::text", "", 200,
	  WRITES, WHAT_MODEL, "Remove an alias")

/* --- use-cases ----------------------------------------------------------- */

ROUTE(POST, "/usecases/create", gov_create_usecase,
	  "usecase_id:text! name:text! description:text! owner:text!"
	  " model_ids:texts input_schema:object output_schema:object"
	  " impact_level:text affected_systems:texts dependencies:texts",
	  "SELECT FROM gov_create_usecase({*})", SHOW_USECASE, 201,
	  WRITES | USECASE, WHAT_USECASE, "Create a use-case as a draft")
ROUTE(GET, "/usecases", gov_usecases,
	  "status:text owner:text limit|limit_rows:limit -cursor:text",
	  "SELECT " LIST_OF("usecases", "gov_usecase_json(t.u) ORDER BY"
						" (t.u).created_at DESC, (t.u).usecase_id") ","
	  " CASE WHEN count(*) = coalesce({limit}, 100) THEN (array_agg("
	  "extract(epoch FROM (t.u).created_at) || '~' || (t.u).usecase_id"
	  " ORDER BY (t.u).created_at, (t.u).usecase_id DESC))[1] END"
	  " FROM (SELECT u FROM gov_usecases(status => {status},"
	  " owner => {owner}, limit_rows => CASE WHEN {cursor} IS NULL"
	  " THEN {limit} ELSE 10000 END) AS u WHERE {cursor} IS NULL"
	  " OR u.created_at < to_timestamp(split_part({cursor}, '~', 1)::float8)"
	  " OR u.created_at = to_timestamp(split_part({cursor}, '~', 1)::float8)"
	  " AND u.usecase_id > split_part({cursor}, '~', 2)"
	  " ORDER BY u.created_at DESC, u.usecase_id LIMIT coalesce({limit}, 100)"
	  ") AS t(u)", "", 200,
	  READS | PAGED, "", "Use-cases, newest first")
ROUTE(GET, "/usecases/{usecase_id}", gov_usecase, "usecase_id:text!",
	  SHOW_USECASE, "", 200, READS | TAGGED, WHAT_USECASE, "A use-case")
ROUTE(GET, "/usecases/{usecase_id}/deployments", gov_usecase_deployments,
	  "usecase_id:text!",
	  "SELECT concat('{\"count\": ', l.count, ', \"usecase_id\": ',"
	  " to_json(u.usecase_id), ', \"deployments\": ', l.list, '}')"
	  " FROM gov_usecase({usecase_id}) AS u, LATERAL ("
	  "SELECT count(*), gov_list_json(gov_row_json(d)"
	  " ORDER BY d.deployment_no DESC) AS list"
	  " FROM gov_usecase_deployments({*}) AS d) AS l", "", 200,
	  READS, WHAT_USECASE, "The deployments of a use-case, newest first")
ROUTE(GET, "/usecases/{usecase_id}/admit", gov_admit, "usecase_id:text!",
	  "SELECT gov_admit({*})::text", "", 200, READS, WHAT_USECASE,
	  "May a request for this use-case be served now, and by which versions?")
ROUTE(POST, "/usecases/{usecase_id}/submit", gov_submit_usecase,
	  "usecase_id:text! comments|comment:text",
	  "SELECT FROM gov_submit_usecase({*})", SHOW_USECASE, 200,
	  WRITES | USECASE, WHAT_USECASE, "Submit a draft for approval")
ROUTE(POST, "/usecases/{usecase_id}/approve", gov_approve_usecase,
	  "usecase_id:text! comments|comment:text",
	  "SELECT FROM gov_approve_usecase({*})", SHOW_USECASE, 200,
	  WRITES | USECASE, WHAT_USECASE, "Vote for a use-case")
ROUTE(POST, "/usecases/{usecase_id}/reject", gov_reject_usecase,
	  "usecase_id:text! reason|comments|comment:text!",
	  "SELECT FROM gov_reject_usecase({*})", SHOW_USECASE, 200,
	  WRITES | USECASE, WHAT_USECASE, "Send a use-case back to draft")
ROUTE(POST, "/usecases/{usecase_id}/deploy", gov_deploy_usecase,
	  "usecase_id:text! deployment_id:text environment|stage:text"
	  " notes|comments:text",
	  "SELECT FROM gov_deploy_usecase({*})", SHOW_USECASE, 200,
	  WRITES | USECASE, WHAT_USECASE, "Deploy a use-case")
ROUTE(POST, "/usecases/{usecase_id}/deprecate", gov_deprecate_usecase,
	  "usecase_id:text! reason|comments:text replaced_by:text",
	  "SELECT FROM gov_deprecate_usecase({*})", SHOW_USECASE, 200,
	  WRITES | USECASE, WHAT_USECASE, "End a use-case")
ROUTE(POST, "/usecases/{usecase_id}/archive", gov_archive_usecase,
	  "usecase_id:text!",
	  "SELECT FROM gov_archive_usecase({*})", SHOW_USECASE, 200,
	  WRITES | USECASE, WHAT_USECASE, "Archive a deprecated use-case")
ROUTE(POST, "/usecases/{usecase_id}/assess", gov_assess_impact,
	  "usecase_id:text! assessment:answers!",
	  "SELECT FROM gov_assess_impact({*})", SHOW_USECASE, 200,
	  WRITES | USECASE, WHAT_USECASE,
	  "Answer the questionnaire: answers by question, or those under assessment")
ROUTE(POST, "/usecases/{usecase_id}/metrics", gov_record_usecase_metrics,
	  "usecase_id:text! metrics:metrics!",
	  "SELECT FROM gov_record_usecase_metrics({*})", SHOW_USECASE, 200,
	  WRITES | USECASE, WHAT_USECASE,
	  "Record metrics: numbers by name, or those under metrics")

/* --- users and their rights ---------------------------------------------- */

ROUTE(POST, "/users/create", gov_create_user,
	  "user_id:text! email:text db_role:text metadata:object",
	  "SELECT jsonb_build_object('user_id', t.user_id, 'created', true)::text"
	  " FROM gov_create_user({*}) AS t", "", 201,
	  WRITES, WHAT_USER, "Make a user without roles")
ROUTE(GET, "/users/{user_id}/roles", gov_user_roles, "user_id:text!",
	  "SELECT CASE WHEN EXISTS (SELECT FROM governance.users AS u"
	  " WHERE u.user_id = {user_id}) THEN jsonb_build_object('user_id',"
	  " {user_id}, 'roles', l.roles, 'assignments', l.list)::text END"
	  " FROM (SELECT coalesce(jsonb_agg(DISTINCT r.role), '[]') AS roles,"
	  " coalesce(jsonb_agg(gov_row_json(r)), '[]') AS list"
	  " FROM gov_user_roles({*}) AS r) AS l", "", 200,
	  READS, WHAT_USER, "The roles of a user, inherited ones too")
ROUTE(POST, "/users/{user_id}/roles/{role}/assign", gov_assign_role,
	  "user_id:text! role:text! expires_at:time reason:text",
	  "SELECT jsonb_build_object('user_id', t.user_id, 'role', t.role,"
	  " 'assigned', true)::text FROM gov_assign_role({*}) AS t", "", 200,
	  WRITES, WHAT_USER, "Give a role to a user")
ROUTE(POST, "/users/{user_id}/revoke/{role}", gov_revoke_role,
	  "user_id:text! role:text! reason:text",
	  "SELECT jsonb_build_object('user_id', {user_id}, 'role', {role},"
	  " 'revoked', gov_revoke_role({*}))::text", "", 200,
	  WRITES, WHAT_USER, "Take a role from a user")
ROUTE(GET, "/users/{user_id}/permissions/{permission}", gov_has_permission,
	  "user_id:text! permission:text! resource:text",
	  "SELECT '{\"user_id\": ' || to_json({user_id}) || ', \"permission\": '"
	  " || to_json({permission}) || ', \"granted\": '"
	  " || gov_has_permission({*}) || '}'", "", 200,
	  READS, WHAT_USER, "Has a user a permission?")

/* --- approval requests --------------------------------------------------- */

ROUTE(POST, "/approvals/request", gov_request_approval,
	  "action:text!"
	  " context:object(model_id:text,version:text,usecase_id:text,role:text,permission:text,name:text)!"
	  " comments|comment:text timeout_hours:int",
	  "SELECT (gov_row_json(t) || '{\"approvals\": []}')::text"
	  " FROM gov_request_approval({*}) AS t", "", 200,
	  WRITES, "", "Ask for approval of one action on one thing")
ROUTE(POST, "/approvals/{request_id}/approve", gov_approve_request,
	  "request_id:uuid! comments|comment:text",
	  "SELECT FROM gov_approve_request({*})", SHOW_REQUEST, 200,
	  WRITES, WHAT_REQUEST, "Vote for an approval request")
ROUTE(POST, "/approvals/{request_id}/reject", gov_reject_request,
	  "request_id:uuid! reason|comments|comment:text!",
	  "SELECT FROM gov_reject_request({*})", SHOW_REQUEST, 200,
	  WRITES, WHAT_REQUEST, "Vote against an approval request")
ROUTE(POST, "/approvals/{request_id}/withdraw", gov_withdraw_request,
	  "request_id:uuid! reason|comments|comment:text",
	  "SELECT FROM gov_withdraw_request({*})", SHOW_REQUEST, 200,
	  WRITES, WHAT_REQUEST, "Take back one's own approval request")
ROUTE(GET, "/approvals", gov_approval_requests,
	  "status:text action:text limit|limit_rows:limit -cursor:time",
	  "SELECT " LIST_OF("approvals", "gov_row_json(t)"
						" ORDER BY t.requested_at DESC") ","
	  " CASE WHEN count(*) = coalesce({limit}, 100)"
	  " THEN extract(epoch FROM min(t.requested_at))::text END"
	  " FROM (SELECT r.* FROM gov_approval_requests(status => {status},"
	  " action => {action}, limit_rows => CASE WHEN {cursor} IS NULL"
	  " THEN {limit} ELSE 10000 END) AS r WHERE {cursor} IS NULL"
	  " OR r.requested_at < {cursor} ORDER BY r.requested_at DESC"
	  " LIMIT coalesce({limit}, 100)) AS t", "", 200,
	  READS | PAGED, "", "Approval requests, newest first")
ROUTE(GET, "/approvals/{request_id}", gov_approval_request,
	  "request_id:uuid!", SHOW_REQUEST, "", 200,
	  READS, WHAT_REQUEST, "An approval request with its votes")

/* --- incidents ----------------------------------------------------------- */

ROUTE(POST, "/incidents/report", gov_report_incident,
	  "category:text! severity:text! title:text! description:text!"
	  " resource:text! affected_count:int metadata:object aware_at:time"
	  " dedup_key:text",
	  "SELECT jsonb_build_object('incident_id', t.incident_id,"
	  " 'reported', true)::text FROM gov_report_incident({*}) AS t", "", 201,
	  WRITES, WHAT_INCIDENT, "Report an incident")
ROUTE(GET, "/incidents", gov_incidents,
	  "severity:text resource:text status:text category:text limit|limit_rows:limit"
	  " -cursor:long",
	  "SELECT " LIST_OF("incidents", "gov_row_json(t)"
						" ORDER BY t.incident_id DESC") ","
	  " CASE WHEN count(*) = coalesce({limit}, 100)"
	  " THEN min(t.incident_id)::text END FROM (SELECT i.*"
	  " FROM gov_incidents(severity => {severity}, resource => {resource},"
	  " status => coalesce({status}, 'unresolved'), category => {category},"
	  " limit_rows => CASE WHEN {cursor} IS NULL THEN {limit} ELSE 10000 END)"
	  " AS i WHERE {cursor} IS NULL OR i.incident_id < {cursor}"
	  " ORDER BY i.incident_id DESC LIMIT coalesce({limit}, 100)) AS t", "",
	  200, READS | PAGED, "", "Incidents, newest first; unresolved by default")
ROUTE(GET, "/incidents/{incident_id}", gov_incident, "incident_id:long!",
	  SHOW_INCIDENT, "", 200, READS, WHAT_INCIDENT, "An incident")
ROUTE(POST, "/incidents/{incident_id}/acknowledge", gov_acknowledge_incident,
	  "incident_id:long! comments|comment|notes:text",
	  "SELECT gov_row_json(t)::text FROM gov_acknowledge_incident({*}) AS t",
	  "", 200, WRITES, WHAT_INCIDENT, "Acknowledge an incident")
ROUTE(POST, "/incidents/{incident_id}/resolve", gov_resolve_incident,
	  "incident_id:long! resolution:text! root_cause:text",
	  "SELECT gov_row_json(t)::text FROM gov_resolve_incident({*}) AS t",
	  "", 200, WRITES, WHAT_INCIDENT, "Resolve an incident")
ROUTE(POST, "/incidents/{incident_id}/close", gov_close_incident,
	  "incident_id:long! comments|comment|notes:text",
	  "SELECT gov_row_json(t)::text FROM gov_close_incident({*}) AS t",
	  "", 200, WRITES, WHAT_INCIDENT, "Close an incident")
ROUTE(POST, "/incidents/{incident_id}/reopen", gov_reopen_incident,
	  "incident_id:long! reason|comments|comment:text!",
	  "SELECT gov_row_json(t)::text FROM gov_reopen_incident({*}) AS t",
	  "", 200, WRITES, WHAT_INCIDENT, "Reopen an incident")
ROUTE(POST, "/incidents/{incident_id}/comment", gov_comment_incident,
	  "incident_id:long! comments|comment:text!",
	  "SELECT gov_row_json(t)::text FROM gov_comment_incident({*}) AS t",
	  "", 200, WRITES, WHAT_INCIDENT, "Comment on an incident")

/* --- reports and the trail ----------------------------------------------- */

ROUTE(GET, "/compliance/report", gov_compliance_report,
	  "period_days:int report_type:text framework:text until:time",
	  "SELECT gov_compliance_report({*})::text", "", 200,
	  WRITES | REPORT, "",
	  "Make a compliance report: JSON, Markdown or HTML, as Accept says")
ROUTE(GET, "/audit-log", gov_audit_trail,
	  "user_id:text resource:text since:time until:time limit|limit_rows:limit"
	  " -cursor:mark",
	  "SELECT " LIST_OF("entries", "gov_row_json(t)"
						" ORDER BY t.occurred_at DESC, t.event_id DESC") ","
	  " CASE WHEN count(*) = coalesce({limit}, 100) THEN (array_agg("
	  "extract(epoch FROM t.occurred_at) || '~' || t.event_id"
	  " ORDER BY t.occurred_at, t.event_id))[1] END"
	  " FROM (SELECT e.* FROM gov_audit_trail(user_id => {user_id},"
	  " resource => {resource}, since => {since}, until => least({until},"
	  " to_timestamp(split_part({cursor}, '~', 1)::float8)"
	  " + interval '1 microsecond'), limit_rows => CASE WHEN {cursor} IS NULL"
	  " THEN {limit} ELSE least(coalesce({limit}, 100) + 1000, 10000) END)"
	  " AS e WHERE {cursor} IS NULL OR (e.occurred_at, e.event_id) <"
	  " (to_timestamp(split_part({cursor}, '~', 1)::float8),"
	  " split_part({cursor}, '~', 2)::bigint)"
	  " ORDER BY e.occurred_at DESC, e.event_id DESC"
	  " LIMIT coalesce({limit}, 100)) AS t", "", 200,
	  READS | PAGED, "", "Audit events, newest first")
ROUTE(GET, "/audit/checkpoint", gov_audit_checkpoint, "",
	  "SELECT jsonb_build_object('checkpoint', gov_audit_checkpoint())::text",
	  "", 200, WRITES, "", "The newest checkpoint of the trail")
ROUTE(GET, "/audit/proof/{event_id}", gov_audit_inclusion_proof,
	  "event_id:long! tree_size:long",
	  "SELECT gov_audit_inclusion_proof({*})::text", "", 200,
	  READS, "audit event {event_id}", "Proof that an event is in the tree")
ROUTE(GET, "/audit/consistency", gov_audit_consistency_proof,
	  "from|old_size>old_size:long! to|new_size>new_size:long",
	  "SELECT gov_audit_consistency_proof({*})::text", "", 200,
	  READS, "", "Proof that one tree is the continuation of another")

/* --- service levels ------------------------------------------------------ */

ROUTE(POST, "/sla/{resource_type}/{resource_id}/define", gov_define_sla,
	  "resource_type:text! resource_id:text!"
	  " response_time_p95|response_time_p95_ms:number=500"
	  " response_time_p99|response_time_p99_ms:number=1000"
	  " availability_target|availability_percent:number=99.9"
	  " error_rate_target|error_rate_percent:number=0.1"
	  " incident_response_minutes:int incident_resolution_hours:int"
	  " window_days:int metadata:object",
	  "SELECT jsonb_build_object('resource_type', t.resource_type,"
	  " 'resource_id', t.resource_id, 'revision', t.revision, 'target',"
	  " jsonb_build_object('response_time_p95_ms', t.response_time_p95,"
	  " 'response_time_p99_ms', t.response_time_p99,"
	  " 'availability_percent', t.availability_target,"
	  " 'error_rate_percent', t.error_rate_target))::text"
	  " FROM gov_define_sla({*}) AS t", "", 201,
	  WRITES, "", "Define the service level of a resource")
ROUTE(POST, "/sla/{resource_type}/{resource_id}/measurements",
	  gov_record_measurement,
	  "resource_type:text! resource_id:text! metrics:metrics!"
	  " measured_at:time",
	  "SELECT gov_row_json(t)::text FROM gov_record_measurement("
	  "resource_type => {resource_type}, resource_id => {resource_id},"
	  " metrics => {metrics}, measured_at => coalesce({measured_at}, now()))"
	  " AS t", "", 200,
	  WRITES, "", "Record a summary that was measured elsewhere")
ROUTE(POST, "/sla/{resource_type}/{resource_id}/observations",
	  gov_observe_many,
	  "resource_type:text! resource_id:text! latency_ms:numbers!"
	  " success:bools observed_at:times"
	  " -observations:rows(latency_ms:number!,success:bool,observed_at:time)",
	  "SELECT jsonb_build_object('resource_type', {resource_type},"
	  " 'resource_id', {resource_id}, 'recorded', gov_observe_many({*}))::text",
	  "", 200, WRITES, "",
	  "Record observations: one, arrays, or objects under observations")
ROUTE(GET, "/sla/{resource_type}/{resource_id}/status", gov_sla_report,
	  "resource_type:text! resource_id:text! hours:int",
	  "SELECT (gov_sla_report({*}) || jsonb_build_object('period_hours',"
	  " coalesce({hours}, 24)))::text", "", 200,
	  READS, "", "Is the service level kept, and what was measured?")
ROUTE(GET, "/sla/{resource_type}/{resource_id}/violations",
	  gov_sla_violations,
	  "resource_type:text! resource_id:text! hours:int open_only:bool"
	  " limit|limit_rows>limit_rows:limit",
	  "SELECT " LIST_OF("violations", "gov_row_json(t)"
						" ORDER BY t.violation_id DESC")
	  " FROM gov_sla_violations({*}) AS t", "", 200,
	  READS, "", "Violations open at any time in the last hours")
ROUTE(POST, "/sla/{resource_type}/{resource_id}/violations/{violation_id}/acknowledge",
	  gov_acknowledge_violation,
	  "-resource_type:text! -resource_id:text! violation_id:long! notes|comments|comment:text",
	  "SELECT CASE WHEN EXISTS (SELECT FROM governance.sla_violations AS v"
	  " WHERE v.violation_id = {violation_id}"
	  " AND v.resource_type = {resource_type}"
	  " AND v.resource_id = {resource_id}) OR NOT gov_can('incident:manage')"
	  " THEN (SELECT gov_row_json(t)::text"
	  " FROM gov_acknowledge_violation({*}) AS t) END", "", 200,
	  WRITES, "SLA violation {violation_id}", "Acknowledge a violation")

/* --- the service itself -------------------------------------------------- */

ROUTE(GET, "/health", gov_health, "", "SELECT gov_health()::text", "", 200,
	  READS | PUBLIC, "", "Is the service up, and what is degraded?")
ROUTE(GET, "/metrics", gov_metrics, "", "SELECT gov_metrics()", "", 200,
	  READS | METRICS, "", "Prometheus metrics of the gateway and the database")
ROUTE(GET, "/openapi.json", , "", "", "", 200, PUBLIC, "",
	  "This interface as an OpenAPI 3.1 document")
