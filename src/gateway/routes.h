/*
 * routes.h
 *		What the gateway answers to: THE list.
 *
 * ROUTE(method, path, function, arguments, call, show, answer, status, flags,
 *		 what, summary)
 *	path		below /api/governance; {name} is one segment
 *	function	the SQL function that decides or reads; where tables are read,
 *				what the operation is called
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
 *	answer		what the answer is, as schemas.h says it; LISTED is a list
 *	status		of success
 *	flags		READS: may run on a standby; WRITES; PUBLIC: needs no token;
 *				TAGGED: has an ETag; PAGED: the second column is the cursor of
 *				the next page; VERSION, USECASE, MODEL, USER: what If-Match is
 *				about; SECRET: kept nowhere; METRICS: text, and the gateway's
 *				own; REPORT: three formats, as Accept says, OSCAL: four, and
 *				406 for others
 *	what		what does not exist, where there is no row
 *
 * An answer is one row, its first column a text.  The router, openapi.json and
 * docs/REFERENCE.md are made from this list.  No include guard: that is the
 * point.
 */

/* --- models -------------------------------------------------------------- */

ROUTE(POST, "/models/register", gov_register_model,
	  "model_id:text! version:text! description:text source_commit:text"
	  " training_data_hash:text hyperparameters:object model_path:text"
	  " model_size_bytes:long artifacts:json metadata:object",
	  "SELECT FROM gov_register_model({*})", SHOW_VERSION,
	  "ModelVersion", 201,
	  WRITES | VERSION, WHAT_VERSION, "Register a model version, once")
ROUTE(GET, "/models", gov_models,
	  "search:text owner:text tag:text status:=model_status limit|limit_rows>limit_rows:limit"
	  " cursor|after>after:text",
	  "SELECT " LIST_OF("models", "gov_row_json(t) ORDER BY t.model_id") ","
	  " CASE WHEN count(*) = coalesce({limit}, 100) THEN max(t.model_id) END"
	  " FROM gov_models({*}) AS t", "",
	  LISTED("models", "Model"), 200,
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
	  " FROM gov_model_versions({*}) AS v) AS l", "",
	  "model_id:text " LISTED("versions", "ModelVersion"), 200,
	  READS | PAGED, WHAT_MODEL, "The versions of a model, newest first")
ROUTE(GET, "/models/{model_id}/versions/{version}", gov_model_version,
	  "model_id:text! version:text!", SHOW_VERSION, "",
	  "ModelVersion", 200,
	  READS | TAGGED, WHAT_VERSION, "A model version")
ROUTE(POST, "/models/{model_id}/versions/{version}/request-approval",
	  gov_request_model_approval,
	  "model_id:text! version:text! comments|comment:text",
	  "SELECT FROM gov_request_model_approval({*})", SHOW_VERSION,
	  "ModelVersion", 200,
	  WRITES | VERSION, WHAT_VERSION, "Submit a model version for approval")
ROUTE(POST, "/models/{model_id}/versions/{version}/approve",
	  gov_approve_model, "model_id:text! version:text! comments|comment:text",
	  "SELECT FROM gov_approve_model({*})", SHOW_VERSION,
	  "ModelVersion", 200,
	  WRITES | VERSION, WHAT_VERSION, "Vote for a model version")
ROUTE(POST, "/models/{model_id}/versions/{version}/reject",
	  gov_reject_model,
	  "model_id:text! version:text! reason|comments|comment:text!",
	  "SELECT FROM gov_reject_model({*})", SHOW_VERSION,
	  "ModelVersion", 200,
	  WRITES | VERSION, WHAT_VERSION, "Vote against a model version")
ROUTE(POST, "/models/{model_id}/versions/{version}/request-changes",
	  gov_request_model_changes,
	  "model_id:text! version:text! comments|comment|reason:text!",
	  "SELECT FROM gov_request_model_changes({*})", SHOW_VERSION,
	  "ModelVersion", 200,
	  WRITES | VERSION, WHAT_VERSION, "Send a model version back")
ROUTE(POST, "/models/{model_id}/versions/{version}/deploy",
	  gov_deploy_model,
	  "model_id:text! version:text! environment|stage:text deployment_id:text"
	  " notes|comments:text",
	  "SELECT FROM gov_deploy_model({*})", SHOW_VERSION,
	  "ModelVersion", 200,
	  WRITES | VERSION, WHAT_VERSION, "Deploy a model version")
ROUTE(POST, "/models/{model_id}/versions/{version}/rollback",
	  gov_rollback_version,
	  "model_id:text! version:text! reason|comments:text! environment|stage:text"
	  " to_version:text",
	  "SELECT FROM gov_rollback_version({*})", SHOW_VERSION,
	  "ModelVersion", 200,
	  WRITES | VERSION, WHAT_VERSION,
	  "Roll the active version back; 409 where another one is active")
ROUTE(POST, "/models/{model_id}/versions/{version}/deprecate",
	  gov_deprecate_model, "model_id:text! version:text! reason|comments:text",
	  "SELECT FROM gov_deprecate_model({*})", SHOW_VERSION,
	  "ModelVersion", 200,
	  WRITES | VERSION, WHAT_VERSION, "Retire a model version")
ROUTE(POST, "/models/{model_id}/versions/{version}/metrics",
	  gov_record_model_metrics,
	  "model_id:text! version:text! metrics:metrics!",
	  "SELECT FROM gov_record_model_metrics({*})", SHOW_VERSION,
	  "ModelVersion", 200,
	  WRITES | VERSION, WHAT_VERSION,
	  "Record metrics: numbers by name, or those under metrics")
ROUTE(GET, "/models/{model_id}/versions/{version}/history",
	  gov_model_history,
	  "model_id:text! version:text! limit|limit_rows>limit_rows:limit"
	  " cursor|after>after:long",
	  "SELECT" LIST_OF_VERSION("history")
	  " FROM gov_model_version({model_id}, {version}) AS v, LATERAL ("
	  "SELECT count(*), gov_list_json(gov_row_json(d)"
	  " ORDER BY d.deployment_no DESC) AS list,"
	  " CASE WHEN count(*) = coalesce({limit}, 50)"
	  " THEN min(d.deployment_no)::text END AS next"
	  " FROM gov_model_history({*}) AS d) AS l", "",
	  "model_id:text version:text " LISTED("history", "Deployment"), 200,
	  READS | PAGED, WHAT_VERSION, "The deployments of a model version, newest first")
ROUTE(GET, "/models/{model_id}/versions/{version}/approvals",
	  gov_model_approvals,
	  "model_id:text! version:text!" BY_NUMBER,
	  "SELECT" LIST_OF_VERSION("approvals")
	  " FROM gov_model_version({model_id}, {version}) AS v, LATERAL ("
	  "SELECT count(*), gov_list_json(gov_row_json(h)"
	  " ORDER BY h.approval_no DESC) AS list,"
	  " CASE WHEN count(*) = {limit} THEN min(h.approval_no)::text END AS next"
	  " FROM (SELECT a.* FROM gov_model_approvals({*}) AS a"
	  " WHERE {cursor} IS NULL OR a.approval_no < {cursor}"
	  " ORDER BY a.approval_no DESC LIMIT {limit}) AS h) AS l", "",
	  "model_id:text version:text " LISTED("approvals", "ModelApproval"), 200,
	  READS | PAGED, WHAT_VERSION, "Requests for approval and votes, newest first")
ROUTE(GET, "/models/{model_id}/deployed", gov_deployed_model,
	  "model_id:text! environment|stage:text as_of:time",
	  "SELECT gov_model_version_json(v)::text"
	  " FROM gov_deployed_model({*}) AS v", "",
	  "ModelVersion", 200,
	  READS | TAGGED, "deployed version of model \"{model_id}\"",
	  "The version that is live, or was at a moment")
ROUTE(GET, "/models/{model_id}", model, "model_id:text!",
	  SHOW_MODEL, "", "Model", 200, READS | TAGGED, WHAT_MODEL, "A model")
ROUTE(PATCH, "/models/{model_id}", gov_update_model,
	  "model_id:text! description:text owner:text tags:texts",
	  "SELECT FROM gov_update_model({*})", SHOW_MODEL,
	  "Model", 200, WRITES | MODEL, WHAT_MODEL,
	  "Change a model's description, owner or tags")
ROUTE(POST, "/models/{model_id}/undeploy", gov_undeploy_model,
	  "model_id:text! environment|stage:text! reason|comments|comment:text",
	  "SELECT gov_row_json(t)::text FROM gov_undeploy_model({*}) AS t", "",
	  "Deployment", 200, WRITES, WHAT_MODEL,
	  "End the active deployment of an environment")
ROUTE(GET, "/models/{model_id}/versions/{version}/evidence",
	  gov_evidence_bundle, "model_id:text! version:text!",
	  "SELECT gov_evidence_bundle({*})::text", "", "EvidenceBundle", 200,
	  READS, WHAT_VERSION, "Everything about a model version, with proofs")
ROUTE(GET, "/models/{model_id}/aliases", model_aliases,
	  "model_id:text!" BY_NAME,
	  "SELECT l.* FROM governance.models AS m, LATERAL ("
	  PAGE_OF(LIST_WITH("model_id", "aliases",
						"gov_row_json(t) ORDER BY t.alias"),
			  "governance.model_aliases", "alias",
			  " AND s.model_id = m.model_id")
	  ") AS l WHERE m.model_id = {model_id}", "",
	  "model_id:text " LISTED("aliases", "ModelAlias"), 200,
	  READS | PAGED, WHAT_MODEL, "The aliases of a model")
ROUTE(PUT, "/models/{model_id}/aliases/{alias}", gov_set_model_alias,
	  "model_id:text! alias:text! version:text! protected|is_protected:bool",
	  "SELECT gov_row_json(t)::text FROM gov_set_model_alias({*}) AS t", "",
	  "ModelAlias", 200, WRITES, WHAT_MODEL, "Point an alias at a version")
ROUTE(DELETE, "/models/{model_id}/aliases/{alias}", gov_drop_model_alias,
	  "model_id:text! alias:text!",
	  "SELECT jsonb_build_object('model_id', {model_id}, 'alias', {alias},"
	  " 'dropped', gov_drop_model_alias({*}))::text", "",
	  "model_id:text alias:text dropped:bool", 200,
	  WRITES, WHAT_MODEL, "Remove an alias")

/* --- what holds for all models ------------------------------------------- */

ROUTE(GET, "/gates", gates, "environment|stage:text model_id:text" BY_NUMBER,
	  PAGE_OF(LIST_OF("gates", "gov_row_json(t) ORDER BY t.gate_id"),
			  "governance.deployment_gates", "gate_id",
			  " AND ({environment} IS NULL OR s.environment = {environment})"
			  " AND ({model_id} IS NULL OR s.model_id = {model_id}"
			  " OR s.model_id IS NULL)"), "",
	  LISTED("gates", "Gate"), 200, READS | PAGED, "",
	  "Deployment gates, also those that hold for every model")
ROUTE(POST, "/gates", gov_set_deployment_gate,
	  "environment|stage:text! metric:text! operator:=operator!"
	  " threshold:numeric! model_id:text",
	  "SELECT gov_row_json(t)::text FROM gov_set_deployment_gate({*}) AS t",
	  "", "Gate", 201, WRITES, "",
	  "Let deployments depend on a metric, of one model or of all")
ROUTE(DELETE, "/gates/{gate_id}", gov_drop_deployment_gate, "gate_id:long!",
	  "SELECT CASE WHEN gov_drop_deployment_gate({*}) THEN"
	  " jsonb_build_object('gate_id', {gate_id}, 'dropped', true)::text END",
	  "", "gate_id:long dropped:bool", 200, WRITES, WHAT_GATE,
	  "Remove a gate")
ROUTE(GET, "/environments", environments, BY_NAME,
	  "SELECT " LIST_OF("environments", "gov_row_json(t)"
						" ORDER BY t.rank, t.name") ","
	  " CASE WHEN count(*) = coalesce({limit}, 100) THEN (array_agg(t.name"
	  " ORDER BY t.rank DESC, t.name DESC))[1] END"
	  " FROM (SELECT s.* FROM governance.environments AS s"
	  " WHERE {cursor} IS NULL OR (s.rank, s.name) > (SELECT e.rank, e.name"
	  " FROM governance.environments AS e WHERE e.name = {cursor})"
	  " ORDER BY s.rank, s.name LIMIT coalesce({limit}, 100)) AS t", "",
	  LISTED("environments", "Environment"), 200, READS | PAGED, "",
	  "Environments, the lowest first")
ROUTE(POST, "/environments", gov_create_environment,
	  "name:text! rank:int! description:text",
	  "SELECT gov_row_json(t)::text FROM gov_create_environment({*}) AS t",
	  "", "Environment", 201, WRITES, "", "Make an environment")
ROUTE(GET, "/transitions", gov_transitions, "machine:=machine" BY_NUMBER,
	  PAGE_OF(LIST_OF("transitions", "gov_row_json(t) - 'n' ORDER BY t.n"),
			  "(SELECT * FROM gov_transitions() WITH ORDINALITY"
			  " AS g(machine, from_state, to_state, permission, rule, n))", "n",
			  " AND ({machine} IS NULL OR s.machine = {machine})"), "",
	  LISTED("transitions", "Transition"), 200, READS | PAGED, "",
	  "From which state to which a thing may go")

/* --- use-cases ----------------------------------------------------------- */

ROUTE(POST, "/usecases/create", gov_create_usecase,
	  "usecase_id:text! name:text! description:text! owner:text!"
	  " model_ids:texts input_schema:object output_schema:object"
	  " impact_level:=impact_level affected_systems:texts dependencies:texts",
	  "SELECT FROM gov_create_usecase({*})", SHOW_USECASE,
	  "UseCase", 201,
	  WRITES | USECASE, WHAT_USECASE, "Create a use-case as a draft")
ROUTE(GET, "/usecases", gov_usecases,
	  "status:=usecase_status owner:text limit|limit_rows>limit_rows:limit"
	  " cursor|after>after:text",
	  "SELECT " LIST_OF("usecases", "gov_usecase_json(u)"
						" ORDER BY u.created_at DESC, u.usecase_id DESC") ","
	  " CASE WHEN count(*) = coalesce({limit}, 100) THEN (array_agg("
	  "u.usecase_id ORDER BY u.created_at, u.usecase_id))[1] END"
	  " FROM gov_usecases({*}) AS u", "",
	  LISTED("usecases", "UseCase"), 200,
	  READS | PAGED, "", "Use-cases, newest first")
ROUTE(GET, "/usecases/{usecase_id}", gov_usecase, "usecase_id:text!",
	  SHOW_USECASE, "",
	  "UseCase", 200, READS | TAGGED, WHAT_USECASE, "A use-case")
ROUTE(GET, "/usecases/{usecase_id}/deployments", gov_usecase_deployments,
	  "usecase_id:text!" BY_NUMBER,
	  "SELECT concat('{\"count\": ', l.count, ', \"usecase_id\": ',"
	  " to_json(u.usecase_id), ', \"deployments\": ', l.list, '}'), l.next"
	  " FROM gov_usecase({usecase_id}) AS u, LATERAL ("
	  "SELECT count(*), gov_list_json(gov_row_json(d)"
	  " ORDER BY d.deployment_no DESC) AS list,"
	  " CASE WHEN count(*) = {limit} THEN min(d.deployment_no)::text END"
	  " AS next FROM (SELECT t.* FROM gov_usecase_deployments({*}) AS t"
	  " WHERE {cursor} IS NULL OR t.deployment_no < {cursor}"
	  " ORDER BY t.deployment_no DESC LIMIT {limit}) AS d) AS l", "",
	  "usecase_id:text " LISTED("deployments", "UseCaseDeployment"), 200,
	  READS | PAGED, WHAT_USECASE, "The deployments of a use-case, newest first")
ROUTE(GET, "/usecases/{usecase_id}/admit", gov_admit, "usecase_id:text!",
	  "SELECT gov_admit({*})::text", "",
	  "Admission", 200, READS, WHAT_USECASE,
	  "May a request for this use-case be served now, and by which versions?")
ROUTE(POST, "/usecases/{usecase_id}/submit", gov_submit_usecase,
	  "usecase_id:text! comments|comment:text",
	  "SELECT FROM gov_submit_usecase({*})", SHOW_USECASE,
	  "UseCase", 200,
	  WRITES | USECASE, WHAT_USECASE, "Submit a draft for approval")
ROUTE(POST, "/usecases/{usecase_id}/approve", gov_approve_usecase,
	  "usecase_id:text! comments|comment:text",
	  "SELECT FROM gov_approve_usecase({*})", SHOW_USECASE,
	  "UseCase", 200,
	  WRITES | USECASE, WHAT_USECASE, "Vote for a use-case")
ROUTE(POST, "/usecases/{usecase_id}/reject", gov_reject_usecase,
	  "usecase_id:text! reason|comments|comment:text!",
	  "SELECT FROM gov_reject_usecase({*})", SHOW_USECASE,
	  "UseCase", 200,
	  WRITES | USECASE, WHAT_USECASE, "Send a use-case back to draft")
ROUTE(POST, "/usecases/{usecase_id}/deploy", gov_deploy_usecase,
	  "usecase_id:text! deployment_id:text environment|stage:text"
	  " notes|comments:text",
	  "SELECT FROM gov_deploy_usecase({*})", SHOW_USECASE,
	  "UseCase", 200,
	  WRITES | USECASE, WHAT_USECASE, "Deploy a use-case")
ROUTE(POST, "/usecases/{usecase_id}/deprecate", gov_deprecate_usecase,
	  "usecase_id:text! reason|comments:text replaced_by:text",
	  "SELECT FROM gov_deprecate_usecase({*})", SHOW_USECASE,
	  "UseCase", 200,
	  WRITES | USECASE, WHAT_USECASE, "End a use-case")
ROUTE(POST, "/usecases/{usecase_id}/archive", gov_archive_usecase,
	  "usecase_id:text!",
	  "SELECT FROM gov_archive_usecase({*})", SHOW_USECASE,
	  "UseCase", 200,
	  WRITES | USECASE, WHAT_USECASE, "Archive a deprecated use-case")
ROUTE(POST, "/usecases/{usecase_id}/assess", gov_assess_impact,
	  "usecase_id:text! assessment:answers!",
	  "SELECT FROM gov_assess_impact({*})", SHOW_USECASE,
	  "UseCase", 200,
	  WRITES | USECASE, WHAT_USECASE,
	  "Answer the questionnaire: answers by question, or those under assessment")
ROUTE(POST, "/usecases/{usecase_id}/metrics", gov_record_usecase_metrics,
	  "usecase_id:text! metrics:metrics!",
	  "SELECT FROM gov_record_usecase_metrics({*})", SHOW_USECASE,
	  "UseCase", 200,
	  WRITES | USECASE, WHAT_USECASE,
	  "Record metrics: numbers by name, or those under metrics")

ROUTE(GET, "/impact-questions", impact_questions, BY_NUMBER,
	  PAGE_OF(LIST_OF("questions", "gov_row_json(t) ORDER BY t.position"),
			  "governance.impact_questions", "position", ""), "",
	  LISTED("questions", "ImpactQuestion"), 200, READS | PAGED, "",
	  "The questionnaire that an impact assessment answers")

/* --- users and their rights ---------------------------------------------- */

ROUTE(POST, "/users/create", gov_create_user,
	  "user_id:text! email:text db_role:text metadata:object",
	  "SELECT jsonb_build_object('user_id', t.user_id, 'created', true)::text"
	  " FROM gov_create_user({*}) AS t", "",
	  "user_id:text created:bool", 201,
	  WRITES, WHAT_USER, "Make a user without roles")
ROUTE(GET, "/users", users,
	  "is_active:bool" BY_NAME,
	  PAGE_OF(LIST_OF("users", "gov_row_json(t) ORDER BY t.user_id"),
			  "governance.users", "user_id",
			  " AND ({is_active} IS NULL OR s.is_active = {is_active})"), "",
	  LISTED("users", "User"), 200, READS | PAGED, "",
	  "Users by id: those that one may see, at least oneself")
ROUTE(GET, "/users/{user_id}", user, "user_id:text!",
	  SHOW_USER, "", "User", 200, READS | TAGGED, WHAT_USER, "A user")
ROUTE(PATCH, "/users/{user_id}", gov_update_user,
	  "user_id:text! email:text db_role:text metadata:object",
	  "SELECT FROM gov_update_user({*})", SHOW_USER,
	  "User", 200, WRITES | USER, WHAT_USER,
	  "Change a user's address, database role or metadata")
ROUTE(POST, "/users/{user_id}/activate", gov_reactivate_user,
	  "user_id:text! reason|comments|comment:text",
	  "SELECT gov_row_json(t)::text FROM gov_reactivate_user({*}) AS t", "",
	  "User", 200, WRITES, WHAT_USER, "Make an inactive user active again")
ROUTE(POST, "/users/{user_id}/deactivate", gov_deactivate_user,
	  "user_id:text! reason|comments|comment:text",
	  "SELECT gov_row_json(t)::text FROM gov_deactivate_user({*}) AS t", "",
	  "User", 200, WRITES, WHAT_USER, "Take a user out of service")
ROUTE(GET, "/users/{user_id}/explain/{permission}", gov_explain_permission,
	  "user_id:text! permission:text!",
	  "SELECT gov_explain_permission({*})::text", "", "Explanation", 200,
	  READS, WHAT_USER, "Why a user has a permission, or what is missing")
ROUTE(GET, "/permissions", gov_permissions, BY_NAME,
	  PAGE_OF(LIST_OF("permissions", "gov_row_json(t) ORDER BY t.permission"),
			  "gov_permissions()", "permission", ""), "",
	  LISTED("permissions", "Permission"), 200, READS | PAGED, "",
	  "Permissions, and what each allows")
ROUTE(GET, "/permissions/{permission}/holders", gov_who_can,
	  "permission:text!" BY_NAME,
	  PAGE_OF(LIST_WITH("permission", "holders", "gov_row_json(t) - 'place'"
						" ORDER BY t.place"),
			  "(SELECT w.*, w.user_id || '/' || w.via_role AS place"
			  " FROM gov_who_can({*}) AS w)", "place", ""), "",
	  "permission:text " LISTED("holders", "Holder"), 200, READS | PAGED, "",
	  "Who has a permission, and by which role")
ROUTE(GET, "/roles", roles, BY_NAME,
	  PAGE_OF(LIST_OF("roles", "gov_row_json(t) || jsonb_build_object("
					  "'permissions', to_jsonb(ARRAY(SELECT p.permission"
					  " FROM governance.role_permissions AS p"
					  " WHERE p.role = t.role ORDER BY p.permission)),"
					  " 'inherits', to_jsonb(ARRAY(SELECT i.inherited_role"
					  " FROM governance.role_inheritance AS i"
					  " WHERE i.role = t.role ORDER BY i.inherited_role)))"
					  " ORDER BY t.role"),
			  "governance.roles", "role", ""), "",
	  LISTED("roles", "Role"), 200, READS | PAGED, "",
	  "Roles, with their own permissions and what they inherit")
ROUTE(GET, "/users/{user_id}/roles", gov_user_roles, "user_id:text!",
	  "SELECT CASE WHEN EXISTS (SELECT FROM governance.users AS u"
	  " WHERE u.user_id = {user_id}) THEN jsonb_build_object('user_id',"
	  " {user_id}, 'roles', l.roles, 'assignments', l.list)::text END"
	  " FROM (SELECT coalesce(jsonb_agg(DISTINCT r.role), '[]') AS roles,"
	  " coalesce(jsonb_agg(gov_row_json(r)), '[]') AS list"
	  " FROM gov_user_roles({*}) AS r) AS l", "",
	  "user_id:text roles:texts assignments:UserRole[]", 200,
	  READS, WHAT_USER, "The roles of a user, inherited ones too")
ROUTE(POST, "/users/{user_id}/roles/{role}/assign", gov_assign_role,
	  "user_id:text! role:text! expires_at:time reason:text",
	  "SELECT jsonb_build_object('user_id', t.user_id, 'role', t.role,"
	  " 'assigned', true)::text FROM gov_assign_role({*}) AS t", "",
	  "user_id:text role:text assigned:bool", 200,
	  WRITES, WHAT_USER, "Give a role to a user")
ROUTE(POST, "/users/{user_id}/revoke/{role}", gov_revoke_role,
	  "user_id:text! role:text! reason:text",
	  "SELECT jsonb_build_object('user_id', {user_id}, 'role', {role},"
	  " 'revoked', gov_revoke_role({*}))::text", "",
	  "user_id:text role:text revoked:bool", 200,
	  WRITES, WHAT_USER, "Take a role from a user")
ROUTE(GET, "/users/{user_id}/permissions/{permission}", gov_has_permission,
	  "user_id:text! permission:text! resource:text",
	  "SELECT '{\"user_id\": ' || to_json({user_id}) || ', \"permission\": '"
	  " || to_json({permission}) || ', \"granted\": '"
	  " || gov_has_permission({*}) || '}'", "",
	  "user_id:text permission:text granted:bool", 200,
	  READS, WHAT_USER, "Has a user a permission?")
ROUTE(POST, "/delegations", gov_delegate,
	  "role:text! to_user|user_id:text! until|expires_at:time!"
	  " reason|comments|comment:text!",
	  "SELECT gov_row_json(t)::text FROM gov_delegate({*}) AS t", "",
	  "Delegation", 201, WRITES, "", "Lend a role that one holds")
ROUTE(DELETE, "/delegations", gov_revoke_role,
	  "role:text! to_user|user_id>user_id:text! reason|comments|comment:text",
	  "SELECT CASE WHEN EXISTS (SELECT FROM governance.user_roles AS r"
	  " WHERE r.user_id = {to_user} AND r.role = {role}"
	  " AND r.delegated_by IS NOT NULL) THEN jsonb_build_object('role',"
	  " {role}, 'to_user', {to_user}, 'ended', gov_revoke_role({*}))::text END",
	  "", "role:text to_user:text ended:bool", 200,
	  WRITES, "loan of role \"{role}\" to user \"{to_user}\"",
	  "End a loan of a role, as lender or as who manages roles")
ROUTE(GET, "/tokens", gov_api_tokens, BY_NUMBER,
	  "SELECT " LIST_OF("tokens", "gov_row_json(t)"
						" ORDER BY t.token_id DESC") ","
	  " CASE WHEN count(*) = coalesce({limit}, 100)"
	  " THEN min(t.token_id)::text END FROM (SELECT s.*"
	  " FROM gov_api_tokens() AS s"
	  " WHERE s.user_id = (SELECT gov_current_actor())"
	  " AND ({cursor} IS NULL OR s.token_id < {cursor})"
	  " ORDER BY s.token_id DESC LIMIT coalesce({limit}, 100)) AS t", "",
	  LISTED("tokens", "Token"), 200, READS | PAGED, "",
	  "One's own API tokens, newest first; the tokens themselves are not kept")
ROUTE(POST, "/tokens", gov_create_api_token, "name:text! expires_at:time",
	  "SELECT jsonb_build_object('token', gov_create_api_token("
	  "gov_current_actor(), {*}), 'user_id', gov_current_actor(), 'name',"
	  " {name})::text", "", "token:text user_id:text name:text", 201,
	  WRITES | SECRET, "", "Make an API token for oneself: shown once")
ROUTE(DELETE, "/tokens/{token_id}", gov_revoke_api_token, "token_id:long!",
	  "SELECT jsonb_build_object('token_id', {token_id},"
	  " 'revoked', gov_revoke_api_token({*}))::text", "",
	  "token_id:long revoked:bool", 200, WRITES, "API token {token_id}",
	  "Revoke an API token: one's own, or with user:manage any")

/* --- approval requests --------------------------------------------------- */

ROUTE(POST, "/approvals/request", gov_request_approval,
	  "action:=action!"
	  " context:object(model_id:text,version:text,usecase_id:text,role:text,permission:text,name:text)!"
	  " comments|comment:text timeout_hours:int",
	  "SELECT (gov_row_json(t) || '{\"approvals\": []}')::text"
	  " FROM gov_request_approval({*}) AS t", "",
	  "ApprovalRequest", 200,
	  WRITES, "", "Ask for approval of one action on one thing")
ROUTE(POST, "/approvals/{request_id}/approve", gov_approve_request,
	  "request_id:uuid! comments|comment:text",
	  "SELECT FROM gov_approve_request({*})", SHOW_REQUEST,
	  "RequestWithVotes", 200,
	  WRITES, WHAT_REQUEST, "Vote for an approval request")
ROUTE(POST, "/approvals/{request_id}/reject", gov_reject_request,
	  "request_id:uuid! reason|comments|comment:text!",
	  "SELECT FROM gov_reject_request({*})", SHOW_REQUEST,
	  "RequestWithVotes", 200,
	  WRITES, WHAT_REQUEST, "Vote against an approval request")
ROUTE(POST, "/approvals/{request_id}/withdraw", gov_withdraw_request,
	  "request_id:uuid! reason|comments|comment:text",
	  "SELECT FROM gov_withdraw_request({*})", SHOW_REQUEST,
	  "RequestWithVotes", 200,
	  WRITES, WHAT_REQUEST, "Take back one's own approval request")
ROUTE(GET, "/approvals", gov_approval_requests,
	  "status:=request_status action:=action limit|limit_rows>limit_rows:limit"
	  " cursor|after>after:uuid",
	  "SELECT " LIST_OF("approvals", "gov_row_json(t)"
						" ORDER BY t.requested_at DESC, t.request_id DESC") ","
	  " CASE WHEN count(*) = coalesce({limit}, 100) THEN (array_agg("
	  "t.request_id::text ORDER BY t.requested_at, t.request_id))[1] END"
	  " FROM gov_approval_requests({*}) AS t", "",
	  LISTED("approvals", "ApprovalRequest"), 200,
	  READS | PAGED, "", "Approval requests, newest first")
ROUTE(GET, "/approvals/{request_id}", gov_approval_request,
	  "request_id:uuid!", SHOW_REQUEST, "",
	  "RequestWithVotes", 200,
	  READS, WHAT_REQUEST, "An approval request with its votes")

/* --- what waits ---------------------------------------------------------- */

ROUTE(GET, "/inbox", gov_inbox, "limit|limit_rows>limit_rows:limit",
	  "SELECT " LIST_OF("inbox", "gov_row_json(t) ORDER BY t.due_at,"
						" t.waiting_since, t.kind, t.id")
	  " FROM gov_inbox({*}) AS t", "",
	  LISTED("inbox", "InboxItem"), 200, READS, "",
	  "What the caller may decide now: what is due, then what waits longest")

/* --- policies ------------------------------------------------------------ */

ROUTE(GET, "/policies", policies, BY_NAME,
	  PAGE_OF(LIST_OF("policies", "gov_row_json(t) ORDER BY t.name"),
			  "governance.policies", "name", ""), "",
	  LISTED("policies", "Policy"), 200, READS | PAGED, "",
	  "Policies, with what they are unless set")
ROUTE(PUT, "/policies/{name}", gov_set_policy,
	  "name:text! value:any! reason|comments|comment:text",
	  "SELECT gov_row_json(t)::text FROM gov_set_policy({*}) AS t", "",
	  "Policy", 200, WRITES, "policy \"{name}\"", "Set a policy")

/* --- incidents ----------------------------------------------------------- */

ROUTE(POST, "/incidents/report", gov_report_incident,
	  "category:=category! severity:=severity! title:text! description:text!"
	  " resource:text! affected_count:int metadata:object aware_at:time"
	  " dedup_key:text",
	  "SELECT jsonb_build_object('incident_id', t.incident_id,"
	  " 'reported', true)::text FROM gov_report_incident({*}) AS t", "",
	  "incident_id:long reported:bool", 201,
	  WRITES, WHAT_INCIDENT, "Report an incident")
ROUTE(GET, "/incidents", gov_incidents,
	  "severity:=severity resource:text status:=incident_filter category:=category"
	  " limit|limit_rows>limit_rows:limit cursor|after>after:long",
	  "SELECT " LIST_OF("incidents", "gov_row_json(t)"
						" ORDER BY t.reported_at DESC, t.incident_id DESC") ","
	  " CASE WHEN count(*) = coalesce({limit}, 100) THEN (array_agg("
	  "t.incident_id::text ORDER BY t.reported_at, t.incident_id))[1] END"
	  " FROM gov_incidents({*}) AS t", "",
	  LISTED("incidents", "Incident"), 200,
	  READS | PAGED, "", "Incidents, newest first; unresolved by default")
ROUTE(GET, "/incidents/{incident_id}", gov_incident, "incident_id:long!",
	  SHOW_INCIDENT, "",
	  "Incident", 200, READS, WHAT_INCIDENT, "An incident")
ROUTE(POST, "/incidents/{incident_id}/acknowledge", gov_acknowledge_incident,
	  "incident_id:long! comments|comment|notes:text",
	  "SELECT gov_row_json(t)::text FROM gov_acknowledge_incident({*}) AS t",
	  "",
	  "Incident", 200, WRITES, WHAT_INCIDENT, "Acknowledge an incident")
ROUTE(POST, "/incidents/{incident_id}/resolve", gov_resolve_incident,
	  "incident_id:long! resolution:text! root_cause:text",
	  "SELECT gov_row_json(t)::text FROM gov_resolve_incident({*}) AS t",
	  "",
	  "Incident", 200, WRITES, WHAT_INCIDENT, "Resolve an incident")
ROUTE(POST, "/incidents/{incident_id}/close", gov_close_incident,
	  "incident_id:long! comments|comment|notes:text",
	  "SELECT gov_row_json(t)::text FROM gov_close_incident({*}) AS t",
	  "",
	  "Incident", 200, WRITES, WHAT_INCIDENT, "Close an incident")
ROUTE(POST, "/incidents/{incident_id}/reopen", gov_reopen_incident,
	  "incident_id:long! reason|comments|comment:text!",
	  "SELECT gov_row_json(t)::text FROM gov_reopen_incident({*}) AS t",
	  "",
	  "Incident", 200, WRITES, WHAT_INCIDENT, "Reopen an incident")
ROUTE(POST, "/incidents/{incident_id}/comment", gov_comment_incident,
	  "incident_id:long! comments|comment:text!",
	  "SELECT gov_row_json(t)::text FROM gov_comment_incident({*}) AS t",
	  "",
	  "IncidentEvent", 200, WRITES, WHAT_INCIDENT, "Comment on an incident")

ROUTE(POST, "/incidents/{incident_id}/reportable", gov_mark_incident_reportable,
	  "incident_id:long! regime:text! kind:text! jurisdictions:texts",
	  "SELECT " LIST_WITH("incident_id", "deadlines", "gov_row_json(t)"
						  " ORDER BY t.due_at, t.stage, t.jurisdiction")
	  " FROM gov_mark_incident_reportable({*}) AS t", "",
	  "incident_id:long " LISTED("deadlines", "IncidentDeadline"), 200,
	  WRITES, WHAT_INCIDENT,
	  "Start the clocks of the reports that an incident owes")
ROUTE(POST, "/incidents/{incident_id}/notifications/{regime}/{stage}/{jurisdiction}",
	  gov_record_notification,
	  "incident_id:long! regime:text! stage:text! jurisdiction:text!"
	  " reasons:text",
	  "SELECT gov_row_json(t)::text FROM gov_record_notification({*}) AS t",
	  "", "IncidentDeadline", 200, WRITES, WHAT_INCIDENT,
	  "Record that an authority was notified of an incident")
ROUTE(GET, "/incidents/{incident_id}/timeline", gov_incident_timeline,
	  "incident_id:long! limit|limit_rows>limit_rows:limit"
	  " cursor|after>after:long",
	  "SELECT l.* FROM gov_incident({incident_id}) AS i, LATERAL (SELECT "
	  LIST_WITH("incident_id", "timeline", "gov_row_json(e)"
				" ORDER BY e.incident_event_id DESC") ","
	  " CASE WHEN count(*) = coalesce({limit}, 100)"
	  " THEN min(e.incident_event_id)::text END"
	  " FROM gov_incident_timeline({*}) AS e) AS l", "",
	  "incident_id:long " LISTED("timeline", "IncidentEvent"), 200,
	  READS | PAGED, WHAT_INCIDENT, "What happened to an incident, newest first")

/* --- reports and the trail ----------------------------------------------- */

ROUTE(GET, "/compliance/report", gov_compliance_report,
	  "period_days:int report_type:text framework:text until:time",
	  "SELECT gov_compliance_report({*})::text", "",
	  "ComplianceReport", 200,
	  WRITES | REPORT, "",
	  "Make a compliance report: JSON, Markdown or HTML, as Accept says")
ROUTE(GET, "/compliance/reports", gov_compliance_reports,
	  "limit|limit_rows>limit_rows:limit cursor|before>before:long",
	  "SELECT " LIST_OF("reports", "gov_row_json(t)"
						" ORDER BY t.report_id DESC") ","
	  " CASE WHEN count(*) = coalesce({limit}, 50)"
	  " THEN min(t.report_id)::text END FROM gov_compliance_reports({*}) AS t",
	  "", LISTED("reports", "ReportHead"), 200, READS | PAGED, "",
	  "Compliance reports that were made, newest first")
ROUTE(POST, "/compliance/reports", gov_compliance_report,
	  "period_days:int report_type:text framework:text until:time",
	  "SELECT gov_compliance_report({*})::text", "", "ComplianceReport", 201,
	  WRITES | OSCAL, "",
	  "Make a compliance report: JSON, Markdown, HTML or OSCAL, as Accept says")
ROUTE(GET, "/compliance/reports/{report_id}", gov_compliance_report_json,
	  "report_id:long!", "SELECT gov_compliance_report_json({*})::text", "",
	  "ComplianceReport", 200, READS | OSCAL, WHAT_REPORT,
	  "A compliance report: JSON, Markdown, HTML or OSCAL, as Accept says")
ROUTE(GET, "/compliance/controls", controls, "framework:text" BY_NAME,
	  PAGE_OF(LIST_OF("controls", "gov_row_json(t) ORDER BY t.id"),
			  "governance.controls", "id",
			  " AND ({framework} IS NULL OR s.framework = {framework})"), "",
	  LISTED("controls", "Control"), 200, READS | PAGED, "",
	  "Controls, and how each is judged")
ROUTE(GET, "/compliance/controls/{control_id}/evidence", gov_control_evidence,
	  "control_id:text! report_id:long" BY_NUMBER,
	  PAGE_OF(LIST_WITH("control_id", "evidence", "t.found ORDER BY t.n"),
			  "(SELECT * FROM gov_control_evidence({*}) WITH ORDINALITY"
			  " AS e(found, n))", "n", ""), "",
	  "control_id:text " LISTED("evidence", "object"), 200, READS | PAGED,
	  "control \"{control_id}\"",
	  "What a control's query finds, in a report's period or up to now")
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
	  " LIMIT coalesce({limit}, 100)) AS t", "",
	  LISTED("entries", "AuditEvent"), 200,
	  READS | PAGED, "", "Audit events, newest first")
ROUTE(GET, "/audit/checkpoint", gov_audit_checkpoint, "",
	  "SELECT jsonb_build_object('checkpoint', gov_audit_checkpoint())::text",
	  "",
	  "checkpoint:text", 200, WRITES, "", "The newest checkpoint of the trail")
ROUTE(GET, "/audit/proof/{event_id}", gov_audit_inclusion_proof,
	  "event_id:long! tree_size:long",
	  "SELECT gov_audit_inclusion_proof({*})::text", "",
	  "InclusionProof", 200,
	  READS, "audit event {event_id}", "Proof that an event is in the tree")
ROUTE(GET, "/audit/consistency", gov_audit_consistency_proof,
	  "from|old_size>old_size:long! to|new_size>new_size:long",
	  "SELECT gov_audit_consistency_proof({*})::text", "",
	  "ConsistencyProof", 200,
	  READS, "", "Proof that one tree is the continuation of another")

/* --- service levels ------------------------------------------------------ */

ROUTE(GET, "/sla", sla_targets,
	  "resource_type:=resource_type limit|limit_rows:limit -cursor:text",
	  "SELECT " LIST_OF("sla", "gov_row_json(t)"
						" ORDER BY t.resource_type, t.resource_id") ","
	  " CASE WHEN count(*) = coalesce({limit}, 100)"
	  " THEN (array_agg(t.resource_type || '/' || t.resource_id"
	  " ORDER BY t.resource_type DESC, t.resource_id DESC))[1] END"
	  " FROM (SELECT s.* FROM governance.sla_targets AS s"
	  " WHERE s.valid_to IS NULL"
	  " AND ({resource_type} IS NULL OR s.resource_type = {resource_type})"
	  " AND ({cursor} IS NULL OR (s.resource_type, s.resource_id) >"
	  " (split_part({cursor}, '/', 1), split_part({cursor}, '/', 2)))"
	  " ORDER BY s.resource_type, s.resource_id"
	  " LIMIT coalesce({limit}, 100)) AS t", "",
	  LISTED("sla", "SlaTarget"), 200, READS | PAGED, "",
	  "The service levels that are defined, as they are now")
ROUTE(POST, "/sla/{resource_type}/{resource_id}/define", gov_define_sla,
	  "resource_type:=resource_type! resource_id:text!"
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
	  " FROM gov_define_sla({*}) AS t", "",
	  "resource_type:=resource_type resource_id:text revision:int target:SlaTargetShort", 201,
	  WRITES, "", "Define the service level of a resource")
ROUTE(POST, "/sla/{resource_type}/{resource_id}/measurements",
	  gov_record_measurement,
	  "resource_type:=resource_type! resource_id:text! metrics:metrics!"
	  " measured_at:time",
	  "SELECT gov_row_json(t)::text FROM gov_record_measurement("
	  "resource_type => {resource_type}, resource_id => {resource_id},"
	  " metrics => {metrics}, measured_at => coalesce({measured_at}, now()))"
	  " AS t", "",
	  "SlaMeasurement", 200,
	  WRITES, "", "Record a summary that was measured elsewhere")
ROUTE(POST, "/sla/{resource_type}/{resource_id}/observations",
	  gov_observe_many,
	  "resource_type:=resource_type! resource_id:text! latency_ms:numbers!"
	  " success:bools observed_at:times"
	  " -observations:rows(latency_ms:number!,success:bool,observed_at:time)",
	  "SELECT jsonb_build_object('resource_type', {resource_type},"
	  " 'resource_id', {resource_id}, 'recorded', gov_observe_many({*}))::text",
	  "",
	  "resource_type:=resource_type resource_id:text recorded:long", 200, WRITES, "",
	  "Record observations: one, arrays, or objects under observations")
ROUTE(GET, "/sla/{resource_type}/{resource_id}/status", gov_sla_report,
	  "resource_type:=resource_type! resource_id:text! hours:int",
	  "SELECT (gov_sla_report({*}) || jsonb_build_object('period_hours',"
	  " coalesce({hours}, 24)))::text", "",
	  "SlaReport", 200,
	  READS, "", "Is the service level kept, and what was measured?")
ROUTE(GET, "/sla/{resource_type}/{resource_id}/series", gov_sla_series,
	  "resource_type:=resource_type! resource_id:text! since:time! until:time"
	  " -step:int",
	  "SELECT " LIST_WITH("resource_id", "series", "gov_row_json(t)"
						  " ORDER BY t.bucket")
	  " FROM gov_sla_series(resource_type => {resource_type},"
	  " resource_id => {resource_id}, since => {since},"
	  " until => coalesce({until}, now()),"
	  " step => make_interval(secs => coalesce({step}, 300))) AS t", "",
	  "resource_id:text " LISTED("series", "SlaPoint"), 200, READS, "",
	  "What was observed, in steps of so many seconds")
ROUTE(POST, "/sla/{resource_type}/{resource_id}/maintenance-windows",
	  gov_add_maintenance_window,
	  "resource_type:=resource_type! resource_id:text! starts_at:time!"
	  " ends_at:time! reason|comments|comment:text!",
	  "SELECT gov_row_json(t)::text"
	  " FROM gov_add_maintenance_window({*}) AS t", "",
	  "MaintenanceWindow", 201, WRITES, "",
	  "Announce maintenance, or mark what was")
ROUTE(GET, "/sla/{resource_type}/{resource_id}/violations",
	  gov_sla_violations,
	  "resource_type:=resource_type! resource_id:text! hours:int open_only:bool"
	  " limit|limit_rows>limit_rows:limit cursor|after>after:long",
	  LIST_OF_VIOLATIONS, "",
	  LISTED("violations", "SlaViolation"), 200,
	  READS | PAGED, "", "Violations open at any time in the last hours")
ROUTE(POST, "/sla/{resource_type}/{resource_id}/violations/{violation_id}/acknowledge",
	  gov_acknowledge_violation,
	  "-resource_type:=resource_type! -resource_id:text! violation_id:long! notes|comments|comment:text",
	  "SELECT CASE WHEN EXISTS (SELECT FROM governance.sla_violations AS v"
	  " WHERE v.violation_id = {violation_id}"
	  " AND v.resource_type = {resource_type}"
	  " AND v.resource_id = {resource_id}) OR NOT gov_can('incident:manage')"
	  " THEN (SELECT gov_row_json(t)::text"
	  " FROM gov_acknowledge_violation({*}) AS t) END", "",
	  "SlaViolation", 200,
	  WRITES, "SLA violation {violation_id}", "Acknowledge a violation")
ROUTE(GET, "/violations", gov_sla_violations,
	  "resource_type:=resource_type resource_id:text hours:int open_only:bool"
	  " limit|limit_rows>limit_rows:limit cursor|after>after:long",
	  LIST_OF_VIOLATIONS, "",
	  LISTED("violations", "SlaViolation"), 200, READS | PAGED, "",
	  "Violations of all service levels, open at any time in the last hours")

/* --- the service itself -------------------------------------------------- */

ROUTE(GET, "/health", gov_health, "", "SELECT gov_health()::text", "",
	  "Health", 200,
	  READS | PUBLIC, "", "Is the service up, and what is degraded?")
ROUTE(GET, "/metrics", gov_metrics, "", "SELECT gov_metrics()", "",
	  "", 200,
	  READS | METRICS, "", "Prometheus metrics of the gateway and the database")
ROUTE(GET, "/openapi.json", , "", "", "",
	  "object", 200, PUBLIC, "",
	  "This interface as an OpenAPI 3.1 document")
