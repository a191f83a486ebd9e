/*
 * job_list.h
 *		The jobs of a visit, in order: THE list.
 *
 * GOV_JOB(name in the result of gov_run_maintenance(), C function).
 * Publishing events and sealing come last, so that they include what the
 * others wrote.
 */
GOV_JOB("denials", gov_job_denials)
GOV_JOB("approval_requests", gov_job_expiry)
GOV_JOB("deadlines", gov_job_deadlines)
GOV_JOB("classes", gov_job_classes)
GOV_JOB("sla_fold", gov_job_sla_fold)
GOV_JOB("sla_evaluate", gov_job_sla_evaluate)
GOV_JOB("sla_retention", gov_job_sla_retention)
GOV_JOB("idempotency_keys", gov_job_idempotency)
GOV_JOB("issuer_keys", gov_job_issuer_keys)
GOV_JOB("events", gov_job_events)
GOV_JOB("seal", gov_job_seal)
