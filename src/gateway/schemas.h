/*
 * schemas.h
 *		What answers consist of: THE list.
 *
 * SCHEMA(name, table, fields)
 *	table		whose rows they are, with all columns, as the tests look up in
 *				the catalogs; "" where no row is it
 *	fields		"field[?]:type[?]" each: the first ? may be left out, the
 *				second may be null.  Types: text int long number bool uuid
 *				texts; time (seconds since 1970), bound (that, or infinity);
 *				numbers (by name); object, json, any (of any shape); =name (a
 *				word of words.h); Name; Name[].
 *				"..." is more than is told here
 *
 * No include guard: that is the point.
 */

SCHEMA(Error, "", "error:text code:text detail:text? hint:text?")
SCHEMA(Warnings, "", "warnings?:texts")

/* --- models -------------------------------------------------------------- */

SCHEMA(Model, "models",
	   "model_id:text description:text owner:text? tags:texts created_at:time"
	   " created_by:text? name:text? looks_like:text?"
	   " last_updated_at:time deleted_at:time?")
SCHEMA(ModelVersion, "",
	   "model_id:text version:text created_at:time created_by:text?"
	   " description:text? source_commit:text? training_data_hash:text?"
	   " hyperparameters:object model_path:text model_size_bytes:long"
	   " artifacts:json metadata:object content_digest:text"
	   " status:=model_status approval_status:=approval_status"
	   " created_principals:texts created_backers:texts"
	   " last_updated_at:time deleted_at:time?"
	   " metrics:numbers approved_by:text? approved_at:time?"
	   " deployed_at:time? deployed_by:text? deployment_id:text?"
	   " deployment_history:Deployment[]")
SCHEMA(Deployment, "deployment_history",
	   "model_id:text deployment_no:long version:text deployment_id:text"
	   " environment:text deployed_at:time deployed_by:text"
	   " status:=deployment_status ended_at:time? ended_by:text? reason:text?"
	   " notes:text request_id:uuid? gate_results:json restores:long?"
	   " principals:texts backers:texts")
SCHEMA(ModelApproval, "approval_history",
	   "model_id:text version:text approval_no:long"
	   " approval_status:=approval_status reviewer:text reviewed_at:time"
	   " comments:text content_digest:text principals:texts backers:texts"
	   " by_group:object? manifest_digest:text?")
SCHEMA(ModelSignature, "model_signatures",
	   "model_id:text version:text signature_no:long status:=signature_status"
	   " method:=signature_method signer:text? identity:text?"
	   " manifest_digest:text bundle_digest:text certificates_end_at:time?"
	   " bundle:object attached_at:time attached_by:text")
SCHEMA(Signer, "trusted_signers",
	   "name:text kind:=signer_kind material:text fingerprint:text"
	   " identity:text? models:texts? valid_from:time valid_to:time?"
	   " created_at:time created_by:text? revoked_at:time? revoked_by:text?"
	   " revocation_reason:text?")
SCHEMA(ModelAlias, "model_aliases",
	   "model_id:text alias:text version:text is_protected:bool")
SCHEMA(ModelTag, "model_tags", "model_id:text key:text value:text")
SCHEMA(ModelVersionTag, "model_version_tags",
	   "model_id:text version:text key:text value:text")
SCHEMA(Gate, "deployment_gates",
	   "gate_id:long environment:text metric:text operator:=operator"
	   " threshold:number model_id:text?")
SCHEMA(Environment, "environments", "name:text rank:int description:text")

/* --- use-cases ----------------------------------------------------------- */

SCHEMA(UseCase, "",
	   "usecase_id:text name:text description:text owner:text model_ids:texts"
	   " input_schema:object output_schema:object impact_level:=impact_level"
	   " risk_class:=risk_class? impact_score:number? affected_systems:texts"
	   " dependencies:texts status:=usecase_status created_at:time"
	   " created_by:text? replaced_by:text? submitted_at:time?"
	   " submitted_by:text? review_round:int created_principals:texts"
	   " created_backers:texts owner_principals:texts"
	   " submitted_principals:texts submitted_backers:texts"
	   " next_class:=risk_class? next_class_on:text? prohibited_from:time?"
	   " reassessment_told_at:time?"
	   " metrics:numbers approved_by:text? approved_at:time? deployed_at:time?"
	   " deployed_by:text? deployment_id:text?")
SCHEMA(UseCaseDeployment, "usecase_deployments",
	   "usecase_id:text deployment_no:long deployment_id:text"
	   " environment:text deployed_at:time deployed_by:text"
	   " status:=usecase_deployment_status notes:text ended_at:time?"
	   " ended_by:text? principals:texts backers:texts")
SCHEMA(Admission, "", "admitted:bool reason:text models:object")
SCHEMA(ImpactQuestion, "impact_questions",
	   "question_id:text category:=question_category question:text"
	   " answer_type:=answer_type options:json weight:number"
	   " effect:=question_effect risk_class:=raised_class?"
	   " source:text position:int applies_from:text? applies_to:text?"
	   " older_than:text? older_from:text? amended_by:text checked_on:text?"
	   " owed_by:=owed_by?")

/* --- users and their rights ---------------------------------------------- */

SCHEMA(User, "users",
	   "user_id:text email:text? db_role:text? is_active:bool created_at:time"
	   " created_by:text? metadata:object")
SCHEMA(UserRole, "",
	   "role:text assigned_at:time assigned_by:text? expires_at:time?"
	   " via_role:text?")
SCHEMA(Delegation, "user_roles",
	   "user_id:text role:text assigned_at:time assigned_by:text?"
	   " expires_at:time? reason:text delegated_by:text?"
	   " lent_by:texts?")
SCHEMA(Role, "",
	   "role:text description:text is_builtin:bool created_at:time"
	   " created_by:text? permissions:texts inherits:texts")
SCHEMA(Permission, "", "permission:text description:text")
SCHEMA(Holder, "", "user_id:text via_role:text")
SCHEMA(Explanation, "", "user_id:text permission:text granted:bool ...")
SCHEMA(Token, "",
	   "token_id:long user_id:text name:text created_at:time"
	   " expires_at:time? revoked_at:time? last_used_at:time?")

/* --- approval requests and policies -------------------------------------- */

SCHEMA(ApprovalRequest, "approval_requests",
	   "request_id:uuid action:=action requester_id:text requested_at:time"
	   " expires_at:time status:=request_status context:object comments:text"
	   " resource_key:text consumed_at:time? consumed_by:text?"
	   " overdue_at:time? principals:texts backers:texts"
	   " approvals?:RequestVote[]")
SCHEMA(RequestWithVotes, "",
	   "request_id:uuid action:=action requester_id:text requested_at:time"
	   " expires_at:time status:=request_status context:object comments:text"
	   " consumed_at:time? consumed_by:text? required_role:text"
	   " required_count:int approvals:RequestVote[]")
SCHEMA(RequestVote, "",
	   "approver:text timestamp:time status:=vote comments:text")
SCHEMA(Policy, "policies",
	   "name:text value:any default_value:any value_type:=value_type"
	   " description:text")

/* --- incidents ----------------------------------------------------------- */

SCHEMA(Incident, "incidents",
	   "incident_id:long category:=category severity:=severity title:text"
	   " description:text resource:text affected_count:int"
	   " status:=incident_status reported_at:time reported_by:text?"
	   " aware_at:time acknowledged_at:time? resolved_at:time?"
	   " resolution:text root_cause:text dedup_key:text? metadata:object")
SCHEMA(IncidentEvent, "incident_events",
	   "incident_event_id:long incident_id:long occurred_at:time actor:text?"
	   " kind:=event_kind comments:text details:object")

SCHEMA(IncidentDeadline, "incident_deadlines",
	   "incident_id:long regime:text stage:text jurisdiction:text kind:text"
	   " act_by:time? due_at:time? marked_at:time marked_by:text?"
	   " notified_at:time? notified_by:text? escalated_at:time? unit:text"
	   " amount:int? jurisdiction_rule:text after_stage:text? source:text"
	   " reasons:text")
SCHEMA(InboxItem, "",
	   "kind:=inbox_kind id:text title:text waiting_since:time due_at:time?"
	   " call:text route:text?")

/* --- reports and the trail ----------------------------------------------- */

SCHEMA(ComplianceReport, "",
	   "report_id:long report_type:text framework:text? generated_at:time"
	   " generated_by:text? digest:text period:Period summary:ReportSummary"
	   " unresolved_incidents:ReportIncident[] incidents:object sla:object"
	   " deployments:object approvals:object access:object"
	   " controls:ControlResult[] audit:object ...")
SCHEMA(Period, "", "start:time end:time days:int")
SCHEMA(ReportSummary, "",
	   "total_incidents:long critical_incidents:long violations:numbers"
	   " audit_events:long average_resolution_hours:number?"
	   " policy_violations:long ...")
SCHEMA(ReportIncident, "",
	   "id:long category:=category severity:=severity title:text"
	   " resource:text ...")
SCHEMA(ControlResult, "",
	   "id:text framework:text title:text result:=result evidence_count:long"
	   " query:text ...")
SCHEMA(ReportHead, "",
	   "report_id:long report_type:text generated_at:time generated_by:text?"
	   " period_start:time period_end:time digest:text")
SCHEMA(Control, "controls",
	   "id:text framework:text title:text source:text judged:=judged"
	   " criterion:text query:text owner_role:text? is_builtin:bool"
	   " created_at:time created_by:text? applies_from:text?"
	   " effective_from:text? applies_to:text? amended_by:text"
	   " checked_on:text?")
SCHEMA(EvidenceBundle, "",
	   "model:Model? registration:object aliases:ModelAlias[] approvals:json"
	   " metrics:json deployments:Deployment[] usecases:json incidents:json"
	   " sla:object audit:object attestations:json digest:text ...")
SCHEMA(ModelBom, "",
	   "bomFormat:text specVersion:text serialNumber:text version:int"
	   " metadata:object components:json dependencies:json"
	   " declarations:object")
SCHEMA(AuditEvent, "audit_events",
	   "event_id:long incarnation:long occurred_at:time xid:text actor:text?"
	   " evidence:=evidence db_role:text? session_role:text?"
	   " event_type:text action:text resource:text? resource_type:text?"
	   " outcome:=outcome old_row:object? new_row:object? changes:object?"
	   " details:object? client_addr:text? application_name:text?"
	   " leaf_hash:text")
SCHEMA(InclusionProof, "",
	   "leaf_index:long leaf_hash:text tree_size:long root:text path:texts")
SCHEMA(ConsistencyProof, "",
	   "old_size:long new_size:long old_root:text new_root:text path:texts")

/* --- service levels ------------------------------------------------------ */

SCHEMA(SlaTarget, "sla_targets",
	   "resource_type:=resource_type resource_id:text revision:int"
	   " response_time_p95:number? response_time_p99:number?"
	   " availability_target:number? error_rate_target:number?"
	   " max_downtime_hours:number? incident_response_minutes:int"
	   " incident_resolution_hours:int window_days:int valid_from:time?"
	   " valid_to:time? updated_by:text? metadata:object openslo:any")
SCHEMA(SlaTargetShort, "",
	   "response_time_p95_ms:number? response_time_p99_ms:number?"
	   " availability_percent:number? error_rate_percent:number?")
SCHEMA(SlaReport, "",
	   "resource_type:=resource_type resource_id:text status:=sla_status"
	   " period_hours:int hours:int count:long failed:long p50:number?"
	   " p95:number? p99:number? over_p95_target:long over_p99_target:long"
	   " availability_percent:number? error_rate:number?"
	   " budget_left:number? burn_rates:BurnRate[] exhausted_at:time?"
	   " violations:long revision:int? ...")
SCHEMA(BurnRate, "",
	   "rule:text severity:text long:number? short:number? factor:number"
	   " alert:bool count:long minimum_count:long ...")
SCHEMA(SlaPoint, "",
	   "bucket:time count:long p50:number? p95:number? p99:number?"
	   " availability_percent:number? error_rate:number?")
SCHEMA(SlaMeasurement, "sla_measurements",
	   "measurement_id:long resource_type:=resource_type resource_id:text"
	   " measured_at:time metrics:numbers recorded_at:time recorded_by:text?")
SCHEMA(SlaViolation, "sla_violations",
	   "violation_id:long resource_type:=resource_type resource_id:text"
	   " violation_type:=violation_type status:=violation_status"
	   " opened_at:time closed_at:time? target_value:number"
	   " actual_value:number peak_value:number severity:=violation_severity"
	   " acknowledged_at:time? acknowledged_by:text? notes:text"
	   " incident_id:long? source:=violation_source measurement_id:long?"
	   " notified_at:time?")
SCHEMA(MaintenanceWindow, "maintenance_windows",
	   "window_id:long resource_type:=resource_type resource_id:text"
	   " starts_at:time ends_at:time reason:text created_at:time"
	   " created_by:text? observed_before:any")

/* --- the service itself -------------------------------------------------- */

SCHEMA(Transition, "",
	   "machine:text from_state:text? to_state:text permission:text?"
	   " rule:text?")
SCHEMA(Health, "", "status:text components:Components")
SCHEMA(Components, "",
	   "model_registry:text usecase_registry:text access_control:text"
	   " compliance_reporter:text sla_manager:text audit:text worker:text ...")
