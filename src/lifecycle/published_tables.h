/*
 * published_tables.h
 *		Which changes make events in the outbox: THE list.
 *
 * GOV_PUBLISHED(table, columns): a row that is new, or one of whose columns
 * listed here has changed, leaves an event of type "governance.<kind>.<verb>"
 * whose data has those columns, "action", "actor" and, after a change,
 * "previous" with what they were.
 */
GOV_PUBLISHED("model_versions", "model_id version status approval_status")
GOV_PUBLISHED("deployment_history",
			  "deployment_id model_id version environment status")
GOV_PUBLISHED("use_cases", "usecase_id name impact_level risk_class next_class next_class_on"
			  " reassessment_told_at status")
GOV_PUBLISHED("usecase_deployments",
			  "deployment_id usecase_id environment status")
GOV_PUBLISHED("approval_requests",
			  "request_id action requester_id expires_at status context")
GOV_PUBLISHED("incidents",
			  "incident_id category severity title resource affected_count"
			  " status aware_at dedup_key")
GOV_PUBLISHED("incident_deadlines",
			  "incident_id regime kind stage jurisdiction act_by due_at notified_at"
			  " escalated_at")
