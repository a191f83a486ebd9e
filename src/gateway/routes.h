/*
 * routes.h
 *		What the gateway answers to: THE list.
 *
 * ROUTE(method, path, function, arguments, call, then, answer, status, flags,
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
 *				type.c
 *	call		SQL: {call} is the function with every argument by name, {*}
 *				the arguments alone, {field} one of them; router.c has the
 *				shapes
 *	then		SQL that follows.  After a change it gives the answer, and sees
 *				what call did; with a list it looks for what the list belongs
 *				to: no row is 404
 *	answer		what the answer is, as schemas.h says it; LISTED is a list
 *	status		of success
 *	flags		READS: may run on a standby; WRITES; PUBLIC: needs no token;
 *				TAGGED: has an ETag; PAGED: the second column is the cursor of
 *				the next page; VERSION, USECASE, MODEL, USER: what If-Match is
 *				about; SECRET: kept nowhere; METRICS: text, and the gateway's
 *				own; REPORT: three formats, as Accept says, OSCAL: four, and
 *				406 for others; SEARCHES: how long it takes is the caller's
 *				making, so that too long is 400
 *	what		what does not exist, where there is no row
 *
 * ACT_ON_...(verb, function, arguments, summary): such a row with what is the
 * same in all that do something to one thing; router.c says what.
 *
 * An answer is one row, its first column a text.  The router and openapi.json
 * are made from this list.  No include guard: that is the point.
 */

/* --- models -------------------------------------------------------------- */

ROUTE(POST, "/models/register", gov_register_model,
	  "model_id:text! version:text! description:text source_commit:text"
	  " training_data_hash:text hyperparameters:object model_path:text"
	  " model_size_bytes:long artifacts:json metadata:object", ACT,
	  SHOW_VERSION, "ModelVersion", 201, WRITES | VERSION, WHAT_VERSION,
	  "Register a model version, once")
ROUTE(POST, "/models/create", gov_create_model,
	  "name:text! description:text tags:object", ROW, "", "Model", 201, WRITES,
	  "", "Make a model by name, before it has a version")
ROUTE(GET, "/models", gov_models,
	  "search:text owner:text tag:text status:=model_status"
	  NEXT_OF_100("text"), LIST("models", LAST("t.model_id")) OF_CALL, "",
	  LISTED("models", "Model"), 200, READS | PAGED, "",
	  "Models by id; search takes part of id or description")
ROUTE(GET, "/models/{model_id}/versions", gov_model_versions,
	  "model_id:text! limit|limit_rows>limit_rows:limit=50"
	  " cursor|before>before:time",
	  LIST_OF("gov_model_version_json(t)", ECHO("model_id"), "versions",
			  "extract(epoch FROM " LAST("t.created_at") ")") OF_CALL,
	  FIND_MODEL, "model_id:text " LISTED("versions", "ModelVersion"), 200,
	  READS | PAGED, WHAT_MODEL, "The versions of a model, newest first")
ROUTE(GET, "/models/{model_id}/versions/{version}", gov_model_version,
	  "model_id:text! version:text!", SHOW_VERSION, "", "ModelVersion", 200,
	  READS | TAGGED, WHAT_VERSION, "A model version")
ROUTE(PUT, "/models/{model_id}/versions/{version}/description",
	  gov_describe_model_version,
	  "model_id:text! version:text! description:text", ACT, SHOW_VERSION,
	  "ModelVersion", 200, WRITES | VERSION, WHAT_VERSION,
	  "Say something else of a model version, or null: nothing")
ROUTE(DELETE, "/models/{model_id}/versions/{version}",
	  gov_delete_model_version,
	  "model_id:text! version:text! reason|comments|comment:text", ACT,
	  "SELECT gov_model_version_json(t)::text"
	  " FROM governance.model_versions AS t"
	  " WHERE t.model_id = {model_id} AND t.version = {version}",
	  "ModelVersion", 200, WRITES | VERSION, WHAT_VERSION,
	  "Take a model version off every list")
ACT_ON_VERSION("request-approval", gov_request_model_approval,
	  " comments|comment:text", "Submit a model version for approval")
ACT_ON_VERSION("approve", gov_approve_model, " comments|comment:text",
	  "Vote for a model version")
ACT_ON_VERSION("reject", gov_reject_model, " reason|comments|comment:text!",
	  "Vote against a model version")
ACT_ON_VERSION("request-changes", gov_request_model_changes,
	  " comments|comment|reason:text!", "Send a model version back")
ACT_ON_VERSION("deploy", gov_deploy_model,
	  " environment|stage:text deployment_id:text notes|comments:text",
	  "Deploy a model version")
ACT_ON_VERSION("rollback", gov_rollback_version,
	  " reason|comments:text! environment|stage:text to_version:text",
	  "Roll the active version back; 409 where another one is active")
ACT_ON_VERSION("deprecate", gov_deprecate_model, " reason|comments:text",
	  "Retire a model version")
ACT_ON_VERSION("metrics", gov_record_model_metrics, " metrics:metrics!",
	  "Record metrics: numbers by name, or those under metrics")
ROUTE(GET, "/models/{model_id}/versions/{version}/history", gov_model_history,
	  "model_id:text! version:text! limit|limit_rows>limit_rows:limit=50"
	  " cursor|after>after:long",
	  LIST_WITH(ECHO("version") ECHO("model_id"), "history",
				LAST("t.deployment_no")) OF_CALL, FIND_VERSION,
	  "model_id:text version:text " LISTED("history", "Deployment"), 200,
	  READS | PAGED, WHAT_VERSION,
	  "The deployments of a model version, newest first")
ROUTE(GET, "/models/{model_id}/versions/{version}/approvals",
	  gov_model_approvals, "model_id:text! version:text!" ALL_OR_PAGE,
	  LIST_WITH(ECHO("version") ECHO("model_id"), "approvals",
				LAST("t.approval_no"))
	  PAGE_OF("{call}", "s.approval_no < {cursor}", "", "s.approval_no DESC"),
	  FIND_VERSION,
	  "model_id:text version:text " LISTED("approvals", "ModelApproval"), 200,
	  READS | PAGED, WHAT_VERSION,
	  "Requests for approval and votes, newest first")
ROUTE(PUT, "/models/{model_id}/versions/{version}/signatures",
	  gov_attach_signature, "model_id:text! version:text! bundle:document!",
	  ROW, "", "ModelSignature", 200, WRITES, WHAT_VERSION,
	  "Attach a signature of the version's files: a Sigstore bundle, or that under bundle")
ROUTE(GET, "/models/{model_id}/versions/{version}/signatures",
	  model_signatures, "model_id:text! version:text!" BY_NUMBER,
	  LIST_WITH(ECHO("version") ECHO("model_id"), "signatures",
				LAST("t.signature_no"))
	  PAGE_OF("governance.model_signatures", "s.signature_no < {cursor}",
			  " AND s.model_id = {model_id} AND s.version = {version}",
			  "s.signature_no DESC"), FIND_VERSION,
	  "model_id:text version:text "
	  LISTED("signatures", "ModelSignature"), 200, READS | PAGED,
	  WHAT_VERSION, "Signatures of a version's files, newest first")
ROUTE(GET, "/models/{model_id}/versions/{version}/tags", model_version_tags,
	  "model_id:text! version:text!" BY_NAME,
	  LIST_WITH(ECHO("version") ECHO("model_id"), "tags", LAST("t.key"))
	  PAGE_OF("governance.model_version_tags", "s.key > {cursor}",
			  " AND s.model_id = {model_id} AND s.version = {version}",
			  "s.key"), FIND_VERSION,
	  "model_id:text version:text " LISTED("tags", "ModelVersionTag"), 200,
	  READS | PAGED, WHAT_VERSION, "The tags of a model version")
ROUTE(PUT, "/models/{model_id}/versions/{version}/tags/{key}",
	  gov_set_version_tag,
	  "model_id:text! version:text! key:text! value:text", ROW, "",
	  "ModelVersionTag", 200, WRITES, WHAT_VERSION,
	  "Set a tag of a model version")
ROUTE(DELETE, "/models/{model_id}/versions/{version}/tags/{key}",
	  gov_drop_version_tag, "model_id:text! version:text! key:text!",
	  SAYS("'model_id', {model_id}, 'version', {version}, 'key', {key},"
		   " 'dropped', {call}"), "",
	  "model_id:text version:text key:text dropped:bool", 200, WRITES,
	  WHAT_VERSION, "Remove a tag of a model version")
ROUTE(GET, "/models/{model_id}/deployed", gov_deployed_model,
	  "model_id:text! environment|stage:text as_of:time",
	  "SELECT gov_model_version_json(t)::text FROM {call} AS t", "",
	  "ModelVersion", 200, READS | TAGGED,
	  "deployed version of model \"{model_id}\"",
	  "The version that is live, or was at a moment")
ROUTE(GET, "/models/{model_id}", model, "model_id:text!", SHOW_MODEL, "",
	  "Model", 200, READS | TAGGED, WHAT_MODEL, "A model")
ROUTE(PATCH, "/models/{model_id}", gov_update_model,
	  "model_id:text! description:text owner:text tags:texts", ACT, SHOW_MODEL,
	  "Model", 200, WRITES | MODEL, WHAT_MODEL,
	  "Change a model's description, owner or tags")
ROUTE(DELETE, "/models/{model_id}", gov_delete_model,
	  "model_id:text! reason|comments|comment:text", ACT,
	  "SELECT gov_row_json(t)::text FROM governance.models AS t"
	  " WHERE t.model_id = {model_id}", "Model", 200, WRITES | MODEL,
	  WHAT_MODEL, "Take a model and its versions off every list")
ROUTE(POST, "/models/{model_id}/rename", gov_rename_model,
	  "model_id:text! name:text!", ACT, SHOW_MODEL, "Model", 200,
	  WRITES | MODEL, WHAT_MODEL, "Give a model another name")
ROUTE(POST, "/models/{model_id}/undeploy", gov_undeploy_model,
	  "model_id:text! environment|stage:text! reason|comments|comment:text",
	  ROW, "", "Deployment", 200, WRITES, WHAT_MODEL,
	  "End the active deployment of an environment")
ROUTE(GET, "/models/{model_id}/versions/{version}/evidence",
	  gov_evidence_bundle, "model_id:text! version:text!", JSON, "",
	  "EvidenceBundle", 200, READS, WHAT_VERSION,
	  "Everything about a model version, with proofs")
ROUTE(GET, "/models/{model_id}/versions/{version}/attestations",
	  gov_attestations, "model_id:text! version:text!" BY_NUMBER,
	  LIST_OF("t.bundle", ECHO("version") ECHO("model_id"), "attestations",
			  SEEN)
	  " FROM (SELECT s.bundle FROM {call} AS s(bundle)"
	  " OFFSET greatest({cursor}, 0) LIMIT {limit}) AS t", FIND_VERSION,
	  "model_id:text version:text " LISTED("attestations", "object"), 200,
	  READS | PAGED, WHAT_VERSION,
	  "Approvals, deployments and rollbacks, each signed, newest first")
ROUTE(GET, "/models/{model_id}/versions/{version}/bom", gov_model_bom,
	  "model_id:text! version:text!", JSON, "", "ModelBom", 200, READS,
	  WHAT_VERSION, "A model version as a bill of materials (CycloneDX 1.6)")
ROUTE(GET, "/models/{model_id}/aliases", model_aliases,
	  "model_id:text!" BY_NAME,
	  LIST_WITH(ECHO("model_id"), "aliases", LAST("t.alias"))
	  PAGE_OF("governance.model_aliases", "s.alias > {cursor}",
			  " AND s.model_id = {model_id}", "s.alias"), FIND_MODEL,
	  "model_id:text " LISTED("aliases", "ModelAlias"), 200, READS | PAGED,
	  WHAT_MODEL, "The aliases of a model")
ROUTE(PUT, "/models/{model_id}/aliases/{alias}", gov_set_model_alias,
	  "model_id:text! alias:text! version:text! protected|is_protected:bool",
	  ROW, "", "ModelAlias", 200, WRITES, WHAT_MODEL,
	  "Point an alias at a version")
ROUTE(DELETE, "/models/{model_id}/aliases/{alias}", gov_drop_model_alias,
	  "model_id:text! alias:text!",
	  SAYS("'model_id', {model_id}, 'alias', {alias}, 'dropped', {call}"), "",
	  "model_id:text alias:text dropped:bool", 200, WRITES, WHAT_MODEL,
	  "Remove an alias")
ROUTE(GET, "/models/{model_id}/tags", model_tags, "model_id:text!" BY_NAME,
	  LIST_WITH(ECHO("model_id"), "tags", LAST("t.key"))
	  PAGE_OF("governance.model_tags", "s.key > {cursor}",
			  " AND s.model_id = {model_id}", "s.key"), FIND_MODEL,
	  "model_id:text " LISTED("tags", "ModelTag"), 200, READS | PAGED,
	  WHAT_MODEL, "The tags of a model")
ROUTE(PUT, "/models/{model_id}/tags/{key}", gov_set_model_tag,
	  "model_id:text! key:text! value:text", ROW, "", "ModelTag", 200,
	  WRITES, WHAT_MODEL, "Set a tag of a model")
ROUTE(DELETE, "/models/{model_id}/tags/{key}", gov_drop_model_tag,
	  "model_id:text! key:text!",
	  SAYS("'model_id', {model_id}, 'key', {key}, 'dropped', {call}"), "",
	  "model_id:text key:text dropped:bool", 200, WRITES, WHAT_MODEL,
	  "Remove a tag of a model")
ROUTE(GET, "/search/models", gov_search_models, SEARCH,
	  "SELECT jsonb_build_object('models', r -> 'models', 'count',"
	  " jsonb_array_length(r -> 'models'))::text, r ->> 'next_page'"
	  " FROM gov_search_models(" SOUGHT ") AS r", "",
	  LISTED("models", "Model"), 200, READS | PAGED | SEARCHES, "",
	  "Models by a filter as MLflow has it, such as name LIKE 'a%' AND tags.k = 'v'")
ROUTE(GET, "/search/versions", gov_search_model_versions, SEARCH,
	  "SELECT s.list, f.r ->> 'next_page'"
	  " FROM gov_search_model_versions(" SOUGHT ") AS f(r)"
	  " CROSS JOIN LATERAL ("
	  ITEMS("gov_model_version_json(t) ORDER BY e.n", "", "versions")
	  " AS list FROM jsonb_array_elements(f.r -> 'model_versions')"
	  " WITH ORDINALITY AS e(v, n) CROSS JOIN LATERAL"
	  " gov_model_version(e.v ->> 'model_id', e.v ->> 'version') AS t) AS s",
	  "", LISTED("versions", "ModelVersion"), 200, READS | PAGED | SEARCHES,
	  "", "Model versions by a filter as MLflow has it")

/* --- what holds for all models ------------------------------------------- */

ROUTE(GET, "/gates", gates, "environment|stage:text model_id:text" BY_NUMBER,
	  LIST("gates", LAST("t.gate_id"))
	  PAGE_OF("governance.deployment_gates", "s.gate_id > {cursor}",
			  " AND ({environment} IS NULL OR s.environment = {environment})"
			  " AND ({model_id} IS NULL OR s.model_id = {model_id}"
			  " OR s.model_id IS NULL)", "s.gate_id"), "",
	  LISTED("gates", "Gate"), 200, READS | PAGED, "",
	  "Deployment gates, also those that hold for every model")
ROUTE(POST, "/gates", gov_set_deployment_gate,
	  "environment|stage:text! metric:text! operator:=operator!"
	  " threshold:numeric! model_id:text", ROW, "", "Gate", 201, WRITES, "",
	  "Let deployments depend on a metric, of one model or of all")
ROUTE(DELETE, "/gates/{gate_id}", gov_drop_deployment_gate, "gate_id:long!",
	  SAYS("'gate_id', {gate_id}, 'dropped', t") OF_CALL " WHERE t", "",
	  "gate_id:long dropped:bool", 200, WRITES, WHAT_GATE, "Remove a gate")
ROUTE(GET, "/signers", signers, BY_NAME,
	  LIST("signers", LAST("t.name"))
	  PAGE_OF("governance.trusted_signers", "s.name > {cursor}", "",
			  "s.name"), "", LISTED("signers", "Signer"), 200,
	  READS | PAGED, "", "Whose signatures of models count")
ROUTE(POST, "/signers", gov_trust_signer,
	  "name:text! kind:=signer_kind! material:text! identity:text"
	  " models:texts valid_from:time valid_to:time", ROW, "", "Signer", 201,
	  WRITES, "", "Let signatures of models by a signer count")
ROUTE(POST, "/signers/{name}/revoke", gov_revoke_signer,
	  "name:text! reason|comments|comment:text!", ROW, "", "Signer", 200,
	  WRITES, "trusted signer \"{name}\"",
	  "Let no signature of a signer count any more")
ROUTE(GET, "/environments", gov_environments, NEXT_OF_100("text"),
	  LIST("environments", LAST("t.name")) OF_CALL, "",
	  LISTED("environments", "Environment"), 200, READS | PAGED, "",
	  "Environments, the lowest first")
ROUTE(POST, "/environments", gov_create_environment,
	  "name:text! rank:int! description:text", ROW, "", "Environment", 201,
	  WRITES, "", "Make an environment")
ROUTE(GET, "/transitions", gov_transitions, "-machine:=machine" BY_NUMBER,
	  LIST_OF("gov_row_json(t)", "", "transitions", SEEN)
	  " FROM (SELECT s.* FROM {call} AS s"
	  " WHERE {machine} IS NULL OR s.machine = {machine}"
	  " OFFSET greatest({cursor}, 0) LIMIT {limit}) AS t", "",
	  LISTED("transitions", "Transition"), 200, READS | PAGED, "",
	  "From which state to which a thing may go")

/* --- use-cases ----------------------------------------------------------- */

ROUTE(POST, "/usecases/create", gov_create_usecase,
	  "usecase_id:text! name:text! description:text! owner:text!"
	  " model_ids:texts input_schema:object output_schema:object"
	  " impact_level:=impact_level affected_systems:texts dependencies:texts",
	  ACT, SHOW_USECASE, "UseCase", 201, WRITES | USECASE, WHAT_USECASE,
	  "Create a use-case as a draft")
ROUTE(GET, "/usecases", gov_usecases,
	  "status:=usecase_status owner:text" NEXT_OF_100("text"),
	  LIST_OF("gov_usecase_json(t)", "", "usecases", LAST("t.usecase_id"))
	  OF_CALL, "", LISTED("usecases", "UseCase"), 200, READS | PAGED, "",
	  "Use-cases, newest first")
ROUTE(GET, "/usecases/{usecase_id}", gov_usecase, "usecase_id:text!",
	  SHOW_USECASE, "", "UseCase", 200, READS | TAGGED, WHAT_USECASE,
	  "A use-case")
ROUTE(GET, "/usecases/{usecase_id}/deployments", gov_usecase_deployments,
	  "usecase_id:text!" ALL_OR_PAGE,
	  LIST_WITH(ECHO("usecase_id"), "deployments", LAST("t.deployment_no"))
	  PAGE_OF("{call}", "s.deployment_no < {cursor}", "",
			  "s.deployment_no DESC"), FIND_USECASE,
	  "usecase_id:text " LISTED("deployments", "UseCaseDeployment"), 200,
	  READS | PAGED, WHAT_USECASE,
	  "The deployments of a use-case, newest first")
ROUTE(GET, "/usecases/{usecase_id}/admit", gov_admit, "usecase_id:text!", JSON,
	  "", "Admission", 200, READS, WHAT_USECASE,
	  "May a request for this use-case be served now, and by which versions?")
ACT_ON_USECASE("submit", gov_submit_usecase, " comments|comment:text",
	  "Submit a draft for approval")
ACT_ON_USECASE("approve", gov_approve_usecase, " comments|comment:text",
	  "Vote for a use-case")
ACT_ON_USECASE("reject", gov_reject_usecase, " reason|comments|comment:text!",
	  "Send a use-case back to draft")
ACT_ON_USECASE("deploy", gov_deploy_usecase,
	  " deployment_id:text environment|stage:text notes|comments:text",
	  "Deploy a use-case")
ACT_ON_USECASE("deprecate", gov_deprecate_usecase,
	  " reason|comments:text replaced_by:text", "End a use-case")
ACT_ON_USECASE("archive", gov_archive_usecase, "",
	  "Archive a deprecated use-case")
ACT_ON_USECASE("assess", gov_assess_impact, " assessment:answers!",
	  "Answer the questionnaire: answers by question, or those under assessment")
ACT_ON_USECASE("metrics", gov_record_usecase_metrics, " metrics:metrics!",
	  "Record metrics: numbers by name, or those under metrics")

ROUTE(GET, "/impact-questions", impact_questions, BY_NUMBER,
	  LIST("questions", LAST("t.position"))
	  PAGE_OF("governance.impact_questions", "s.position > {cursor}", "",
			  "s.position"), "", LISTED("questions", "ImpactQuestion"), 200,
	  READS | PAGED, "", "The questionnaire that an impact assessment answers")

/* --- users and their rights ---------------------------------------------- */

ROUTE(POST, "/users/create", gov_create_user,
	  "user_id:text! email:text db_role:text metadata:object",
	  SAYS("'user_id', t.user_id, 'created', true") OF_CALL, "",
	  "user_id:text created:bool", 201, WRITES, WHAT_USER,
	  "Make a user without roles")
ROUTE(GET, "/users", users, "is_active:bool" BY_NAME,
	  LIST("users", LAST("t.user_id"))
	  PAGE_OF("governance.users", "s.user_id > {cursor}",
			  " AND ({is_active} IS NULL OR s.is_active = {is_active})",
			  "s.user_id"), "", LISTED("users", "User"), 200, READS | PAGED,
	  "", "Users by id: those that one may see, at least oneself")
ROUTE(GET, "/users/{user_id}", user, "user_id:text!", SHOW_USER, "", "User",
	  200, READS | TAGGED, WHAT_USER, "A user")
ROUTE(PATCH, "/users/{user_id}", gov_update_user,
	  "user_id:text! email:text db_role:text metadata:object", ACT, SHOW_USER,
	  "User", 200, WRITES | USER, WHAT_USER,
	  "Change a user's address, database role or metadata")
ROUTE(POST, "/users/{user_id}/activate", gov_reactivate_user,
	  "user_id:text! reason|comments|comment:text", ROW, "", "User", 200,
	  WRITES, WHAT_USER, "Make an inactive user active again")
ROUTE(POST, "/users/{user_id}/deactivate", gov_deactivate_user,
	  "user_id:text! reason|comments|comment:text", ROW, "", "User", 200,
	  WRITES, WHAT_USER, "Take a user out of service")
ROUTE(GET, "/users/{user_id}/explain/{permission}", gov_explain_permission,
	  "user_id:text! permission:text!", JSON, "", "Explanation", 200, READS,
	  WHAT_USER, "Why a user has a permission, or what is missing")
ROUTE(GET, "/permissions", gov_permissions, BY_NAME,
	  LIST("permissions", LAST("t.permission"))
	  PAGE_OF("{call}", "s.permission > {cursor}", "", "s.permission"), "",
	  LISTED("permissions", "Permission"), 200, READS | PAGED, "",
	  "Permissions, and what each allows")
ROUTE(GET, "/permissions/{permission}/holders", gov_who_can,
	  "permission:text!" BY_NAME, LIST_WITH(ECHO("permission"), "holders",
				LAST("t.user_id || '/' || t.via_role"))
	  PAGE_OF("{call}", "s.user_id || '/' || s.via_role > {cursor}", "",
			  "s.user_id || '/' || s.via_role"), "",
	  "permission:text " LISTED("holders", "Holder"), 200, READS | PAGED, "",
	  "Who has a permission, and by which role")
ROUTE(GET, "/roles", gov_roles, NEXT_OF_100("text"),
	  LIST("roles", LAST("t.role")) OF_CALL, "", LISTED("roles", "Role"), 200,
	  READS | PAGED, "",
	  "Roles, with their own permissions and what they inherit")
ROUTE(GET, "/users/{user_id}/roles", gov_user_roles, "user_id:text!",
	  SAYS("'user_id', {user_id},"
		   " 'roles', coalesce(jsonb_agg(DISTINCT t.role), '[]'),"
		   " 'assignments', coalesce(jsonb_agg(gov_row_json(t)), '[]')")
	  OF_CALL, FIND_USER, "user_id:text roles:texts assignments:UserRole[]",
	  200, READS, WHAT_USER, "The roles of a user, inherited ones too")
ROUTE(POST, "/users/{user_id}/roles/{role}/assign", gov_assign_role,
	  "user_id:text! role:text! expires_at:time reason:text",
	  SAYS("'user_id', t.user_id, 'role', t.role, 'assigned', true") OF_CALL,
	  "", "user_id:text role:text assigned:bool", 200, WRITES, WHAT_USER,
	  "Give a role to a user")
ROUTE(POST, "/users/{user_id}/revoke/{role}", gov_revoke_role,
	  "user_id:text! role:text! reason:text",
	  SAYS("'user_id', {user_id}, 'role', {role}, 'revoked', {call}"), "",
	  "user_id:text role:text revoked:bool", 200, WRITES, WHAT_USER,
	  "Take a role from a user")
ROUTE(GET, "/users/{user_id}/permissions/{permission}", gov_has_permission,
	  "user_id:text! permission:text! resource:text",
	  "SELECT '{\"user_id\": ' || to_json({user_id}) || ', \"permission\": '"
	  " || to_json({permission}) || ', \"granted\": ' || {call} || '}'", "",
	  "user_id:text permission:text granted:bool", 200, READS, WHAT_USER,
	  "Has a user a permission?")
ROUTE(POST, "/delegations", gov_delegate,
	  "role:text! to_user|user_id:text! until|expires_at:time!"
	  " reason|comments|comment:text!", ROW, "", "Delegation", 201, WRITES, "",
	  "Lend a role that one holds")
ROUTE(DELETE, "/delegations", gov_revoke_role,
	  "role:text! to_user|user_id:text! reason|comments|comment:text",
	  SAYS("'role', {role}, 'to_user', {to_user}, 'ended', t")
	  " FROM gov_end_delegation({*}) AS t WHERE t IS NOT NULL", "",
	  "role:text to_user:text ended:bool", 200, WRITES,
	  "loan of role \"{role}\" to user \"{to_user}\"",
	  "End a loan of a role, as lender or as who manages roles")
ROUTE(GET, "/tokens", gov_api_tokens, BY_NUMBER,
	  LIST("tokens", LAST("t.token_id"))
	  PAGE_OF("{call}", "s.token_id < {cursor}",
			  " AND s.user_id = (SELECT gov_current_actor())",
			  "s.token_id DESC"), "", LISTED("tokens", "Token"), 200,
	  READS | PAGED, "",
	  "One's own API tokens, newest first; the tokens themselves are not kept")
ROUTE(POST, "/tokens", gov_create_api_token, "name:text! expires_at:time",
	  SAYS("'token', gov_create_api_token(gov_current_actor(), {*}),"
		   " 'user_id', gov_current_actor(), 'name', {name}"), "",
	  "token:text user_id:text name:text", 201, WRITES | SECRET, "",
	  "Make an API token for oneself: shown once")
ROUTE(DELETE, "/tokens/{token_id}", gov_revoke_api_token, "token_id:long!",
	  SAYS("'token_id', {token_id}, 'revoked', {call}"), "",
	  "token_id:long revoked:bool", 200, WRITES, "API token {token_id}",
	  "Revoke an API token: one's own, or with user:manage any")

/* --- approval requests --------------------------------------------------- */

ROUTE(POST, "/approvals/request", gov_request_approval,
	  "action:=action!"
	  " context:object(model_id:text,version:text,usecase_id:text,role:text,permission:text,name:text)!"
	  " comments|comment:text timeout_hours:int",
	  "SELECT (gov_row_json(t) || '{\"approvals\": []}')::text" OF_CALL, "",
	  "ApprovalRequest", 200, WRITES, "",
	  "Ask for approval of one action on one thing")
ACT_ON_REQUEST("approve", gov_approve_request, " comments|comment:text",
	  "Vote for an approval request")
ACT_ON_REQUEST("reject", gov_reject_request, " reason|comments|comment:text!",
	  "Vote against an approval request")
ACT_ON_REQUEST("withdraw", gov_withdraw_request,
	  " reason|comments|comment:text", "Take back one's own approval request")
ROUTE(GET, "/approvals", gov_approval_requests,
	  "status:=request_status action:=action" NEXT_OF_100("uuid"),
	  LIST("approvals", LAST("t.request_id")) OF_CALL, "",
	  LISTED("approvals", "ApprovalRequest"), 200, READS | PAGED, "",
	  "Approval requests, newest first")
ROUTE(GET, "/approvals/{request_id}", gov_approval_request, "request_id:uuid!",
	  JSON, "", "RequestWithVotes", 200, READS, WHAT_REQUEST,
	  "An approval request with its votes")

/* --- what waits ---------------------------------------------------------- */

ROUTE(GET, "/inbox", gov_inbox, "limit|limit_rows>limit_rows:limit",
	  WHOLE_LIST("", "inbox") OF_CALL, "", LISTED("inbox", "InboxItem"), 200,
	  READS, "",
	  "What the caller may decide now: what is due, then what waits longest")

/* --- policies ------------------------------------------------------------ */

ROUTE(GET, "/policies", policies, BY_NAME, LIST("policies", LAST("t.name"))
	  PAGE_OF("governance.policies", "s.name > {cursor}", "", "s.name"), "",
	  LISTED("policies", "Policy"), 200, READS | PAGED, "",
	  "Policies, with what they are unless set")
ROUTE(PUT, "/policies/{name}", gov_set_policy,
	  "name:text! value:any! reason|comments|comment:text", ROW, "", "Policy",
	  200, WRITES, "policy \"{name}\"", "Set a policy")

/* --- incidents ----------------------------------------------------------- */

ROUTE(POST, "/incidents/report", gov_report_incident,
	  "category:=category! severity:=severity! title:text! description:text!"
	  " resource:text! affected_count:int metadata:object aware_at:time"
	  " dedup_key:text",
	  SAYS("'incident_id', t.incident_id, 'reported', true") OF_CALL, "",
	  "incident_id:long reported:bool", 201, WRITES, WHAT_INCIDENT,
	  "Report an incident")
ROUTE(GET, "/incidents", gov_incidents,
	  "severity:=severity resource:text status:=incident_filter category:=category"
	  NEXT_OF_100("long"), LIST("incidents", LAST("t.incident_id")) OF_CALL,
	  "", LISTED("incidents", "Incident"), 200, READS | PAGED, "",
	  "Incidents, newest first; unresolved by default")
ROUTE(GET, "/incidents/{incident_id}", gov_incident, "incident_id:long!", ROW,
	  "", "Incident", 200, READS, WHAT_INCIDENT, "An incident")
ACT_ON_INCIDENT("acknowledge", gov_acknowledge_incident,
	  " comments|comment|notes:text", "Incident", "Acknowledge an incident")
ACT_ON_INCIDENT("resolve", gov_resolve_incident,
	  " resolution:text! root_cause:text", "Incident", "Resolve an incident")
ACT_ON_INCIDENT("close", gov_close_incident, " comments|comment|notes:text",
	  "Incident", "Close an incident")
ACT_ON_INCIDENT("reopen", gov_reopen_incident,
	  " reason|comments|comment:text!", "Incident", "Reopen an incident")
ACT_ON_INCIDENT("comment", gov_comment_incident, " comments|comment:text!",
	  "IncidentEvent", "Comment on an incident")

ROUTE(POST, "/incidents/{incident_id}/reportable",
	  gov_mark_incident_reportable,
	  "incident_id:long! regime:text! kind:text! jurisdictions:texts",
	  WHOLE_LIST(ECHO("incident_id"), "deadlines") OF_CALL, "",
	  "incident_id:long " LISTED("deadlines", "IncidentDeadline"), 200, WRITES,
	  WHAT_INCIDENT, "Start the clocks of the reports that an incident owes")
ROUTE(POST,
	  "/incidents/{incident_id}/notifications/{regime}/{stage}/{jurisdiction}",
	  gov_record_notification,
	  "incident_id:long! regime:text! stage:text! jurisdiction:text!"
	  " reasons:text", ROW, "", "IncidentDeadline", 200, WRITES, WHAT_INCIDENT,
	  "Record that an authority was notified of an incident")
ROUTE(GET, "/incidents/{incident_id}/timeline", gov_incident_timeline,
	  "incident_id:long!" NEXT_OF_100("long"),
	  LIST_WITH(ECHO("incident_id"), "timeline", LAST("t.incident_event_id"))
	  OF_CALL, FIND_INCIDENT,
	  "incident_id:long " LISTED("timeline", "IncidentEvent"), 200,
	  READS | PAGED, WHAT_INCIDENT,
	  "What happened to an incident, newest first")

/* --- reports and the trail ----------------------------------------------- */

ROUTE(GET, "/compliance/report", gov_compliance_report,
	  "period_days:int report_type:text framework:text until:time", JSON, "",
	  "ComplianceReport", 200, WRITES | REPORT, "",
	  "Make a compliance report: JSON, Markdown or HTML, as Accept says")
ROUTE(GET, "/compliance/reports", gov_compliance_reports,
	  "limit|limit_rows>limit_rows:limit=50 cursor|before>before:long",
	  LIST("reports", LAST("t.report_id")) OF_CALL, "",
	  LISTED("reports", "ReportHead"), 200, READS | PAGED, "",
	  "Compliance reports that were made, newest first")
ROUTE(POST, "/compliance/reports", gov_compliance_report,
	  "period_days:int report_type:text framework:text until:time", JSON, "",
	  "ComplianceReport", 201, WRITES | OSCAL, "",
	  "Make a compliance report: JSON, Markdown, HTML or OSCAL, as Accept says")
ROUTE(GET, "/compliance/reports/{report_id}", gov_compliance_report_json,
	  "report_id:long!", JSON, "", "ComplianceReport", 200, READS | OSCAL,
	  WHAT_REPORT,
	  "A compliance report: JSON, Markdown, HTML or OSCAL, as Accept says")
ROUTE(GET, "/compliance/controls", controls, "framework:text" BY_NAME,
	  LIST("controls", LAST("t.id"))
	  PAGE_OF("governance.controls", "s.id > {cursor}",
			  " AND ({framework} IS NULL OR s.framework = {framework})",
			  "s.id"), "", LISTED("controls", "Control"), 200, READS | PAGED,
	  "", "Controls, and how each is judged")
ROUTE(GET, "/compliance/controls/{control_id}/evidence", gov_control_evidence,
	  "control_id:text! report_id:long" BY_NUMBER,
	  LIST_OF("t.found", ECHO("control_id"), "evidence", SEEN)
	  " FROM (SELECT s.found FROM {call} AS s(found)"
	  " OFFSET greatest({cursor}, 0) LIMIT {limit}) AS t", "",
	  "control_id:text " LISTED("evidence", "object"), 200, READS | PAGED,
	  "control \"{control_id}\"",
	  "What a control's query finds, in a report's period or up to now")
ROUTE(GET, "/audit-log", gov_audit_trail,
	  "user_id:text resource:text since:time until:time"
	  " limit|limit_rows>limit_rows:limit=100 cursor>after:mark",
	  LIST("entries",
		   LAST("extract(epoch FROM t.occurred_at) || '~' || t.event_id"))
	  " FROM gov_audit_page({*}) AS t", "", LISTED("entries", "AuditEvent"),
	  200, READS | PAGED, "", "Audit events, newest first")
ROUTE(GET, "/audit/checkpoint", gov_audit_checkpoint, "",
	  SAYS("'checkpoint', {call}"), "", "checkpoint:text", 200, WRITES, "",
	  "The newest checkpoint of the trail")
ROUTE(GET, "/audit/proof/{event_id}", gov_audit_inclusion_proof,
	  "event_id:long! tree_size:long", JSON, "", "InclusionProof", 200, READS,
	  "audit event {event_id}", "Proof that an event is in the tree")
ROUTE(GET, "/audit/proof/{event_id}/file", gov_audit_proof_file,
	  "event_id:long! tree_size:long",
	  SAYS("'event_id', {event_id}, 'proof_file', {call}"), "",
	  "event_id:long proof_file:text", 200, WRITES, "audit event {event_id}",
	  "An event, its proof and a checkpoint in one text (C2SP tlog-proof)")
ROUTE(GET, "/audit/consistency", gov_audit_consistency_proof,
	  "from|old_size>old_size:long! to|new_size>new_size:long", JSON, "",
	  "ConsistencyProof", 200, READS, "",
	  "Proof that one tree is the continuation of another")

/* --- service levels ------------------------------------------------------ */

ROUTE(GET, "/sla", gov_sla_targets,
	  "resource_type:=resource_type" NEXT_OF_100("text"),
	  LIST("sla", LAST("t.resource_type || '/' || t.resource_id")) OF_CALL, "",
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
	  SAYS("'resource_type', t.resource_type, 'resource_id', t.resource_id,"
		   " 'revision', t.revision, 'target', jsonb_build_object("
		   "'response_time_p95_ms', t.response_time_p95,"
		   " 'response_time_p99_ms', t.response_time_p99,"
		   " 'availability_percent', t.availability_target,"
		   " 'error_rate_percent', t.error_rate_target)") OF_CALL, "",
	  "resource_type:=resource_type resource_id:text revision:int target:SlaTargetShort",
	  201, WRITES, "", "Define the service level of a resource")
ROUTE(POST, "/sla/{resource_type}/{resource_id}/measurements",
	  gov_record_measurement,
	  "resource_type:=resource_type! resource_id:text! metrics:metrics!"
	  " measured_at:time", ROW, "", "SlaMeasurement", 200, WRITES, "",
	  "Record a summary that was measured elsewhere")
ROUTE(POST, "/sla/{resource_type}/{resource_id}/observations",
	  gov_observe_many,
	  "resource_type:=resource_type! resource_id:text! latency_ms:numbers!"
	  " success:bools observed_at:times"
	  " -observations:rows(latency_ms:number!,success:bool,observed_at:time)",
	  SAYS("'resource_type', {resource_type}, 'resource_id', {resource_id},"
		   " 'recorded', {call}"), "",
	  "resource_type:=resource_type resource_id:text recorded:long", 200,
	  WRITES, "",
	  "Record observations: one, arrays, or objects under observations")
ROUTE(GET, "/sla/{resource_type}/{resource_id}/status", gov_sla_report,
	  "resource_type:=resource_type! resource_id:text! hours:int=24",
	  "SELECT ({call} || jsonb_build_object('period_hours', {hours}))::text",
	  "", "SlaReport", 200, READS, "",
	  "Is the service level kept, and what was measured?")
ROUTE(GET, "/sla/{resource_type}/{resource_id}/series", gov_sla_series,
	  "resource_type:=resource_type! resource_id:text! since:time! until:time"
	  " step:seconds", WHOLE_LIST(ECHO("resource_id"), "series") OF_CALL, "",
	  "resource_id:text " LISTED("series", "SlaPoint"), 200, READS, "",
	  "What was observed, in steps of so many seconds")
ROUTE(POST, "/sla/{resource_type}/{resource_id}/maintenance-windows",
	  gov_add_maintenance_window,
	  "resource_type:=resource_type! resource_id:text! starts_at:time!"
	  " ends_at:time! reason|comments|comment:text!", ROW, "",
	  "MaintenanceWindow", 201, WRITES, "",
	  "Announce maintenance, or mark what was")
ROUTE(GET, "/sla/{resource_type}/{resource_id}/violations", gov_sla_violations,
	  "resource_type:=resource_type! resource_id:text! hours:int open_only:bool"
	  NEXT_OF_100("long"), LIST("violations", LAST("t.violation_id")) OF_CALL,
	  "", LISTED("violations", "SlaViolation"), 200, READS | PAGED, "",
	  "Violations open at any time in the last hours")
ROUTE(POST,
	  "/sla/{resource_type}/{resource_id}/violations/{violation_id}/acknowledge",
	  gov_acknowledge_violation,
	  "resource_type:=resource_type! resource_id:text! violation_id:long!"
	  " notes|comments|comment:text",
	  "SELECT gov_row_json(t)::text FROM gov_acknowledge_violation_of({*}) AS t",
	  "", "SlaViolation", 200, WRITES, "SLA violation {violation_id}",
	  "Acknowledge a violation")
ROUTE(GET, "/violations", gov_sla_violations,
	  "resource_type:=resource_type resource_id:text hours:int open_only:bool"
	  NEXT_OF_100("long"), LIST("violations", LAST("t.violation_id")) OF_CALL,
	  "", LISTED("violations", "SlaViolation"), 200, READS | PAGED, "",
	  "Violations of all service levels, open at any time in the last hours")

/* --- the service itself -------------------------------------------------- */

ROUTE(GET, "/health", gov_health, "", JSON, "", "Health", 200, READS | PUBLIC,
	  "", "Is the service up, and what is degraded?")
ROUTE(GET, "/metrics", gov_metrics, "", "SELECT {call}", "", "", 200,
	  READS | METRICS, "",
	  "Prometheus metrics of the gateway and the database")
ROUTE(GET, "/openapi.json", , "", "", "", "object", 200, PUBLIC, "",
	  "This interface as an OpenAPI 3.1 document")
