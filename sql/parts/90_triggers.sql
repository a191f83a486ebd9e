-- All tables and their guards.

-- AFTER ROW and ENABLE ALWAYS: no trigger with a later name undoes it and no
-- session_replication_role turns it off.
DO $$
DECLARE
    governed text;
BEGIN
    FOREACH governed IN ARRAY ARRAY[
        'users', 'api_tokens',
        'roles', 'role_permissions', 'role_inheritance', 'user_roles', 'sod_sets',
        'issuers', 'issuer_keys', 'user_identities', 'group_roles',
        'audit_log', 'audit_home', 'checkpoint_keys', 'witnesses',
        'models', 'model_versions', 'model_metrics', 'model_aliases',
        'model_tags', 'model_version_tags',
        'trusted_signers', 'model_signatures', 'approval_history', 'environments', 'deployment_gates', 'deployment_history',
        'use_cases', 'usecase_approvals', 'usecase_deployments', 'usecase_metrics',
        'impact_questions', 'impact_facts', 'usecase_assessments',
        'policies', 'approval_policies', 'approval_requests', 'approvals',
        'system_state',
        'jurisdictions', 'holiday_rules', 'holidays',
        'incidents', 'incident_events', 'regulatory_deadlines', 'incident_deadlines',
        'sla_targets',
        'sla_measurements', 'maintenance_windows', 'sla_violations', 'burn_rate_rules',
        'escalation_rules', 'sla_escalations',
        'controls', 'compliance_reports'
    ]
    LOOP
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER guard AFTER INSERT OR UPDATE OR DELETE ON governance.%I'
            ' FOR EACH ROW EXECUTE FUNCTION governance.guard()', governed);
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER guard_truncate BEFORE TRUNCATE ON governance.%I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION governance.guard()', governed);
        EXECUTE pg_catalog.format(
            'ALTER TABLE governance.%I ENABLE ALWAYS TRIGGER guard,'
            ' ENABLE ALWAYS TRIGGER guard_truncate', governed);
    END LOOP;
END
$$;

-- Where a CHECK ties other columns to the state, it would fail first.
DO $$
DECLARE
    tied text;
BEGIN
    FOREACH tied IN ARRAY ARRAY[
        'deployment_history', 'usecase_deployments', 'incidents', 'sla_violations'
    ]
    LOOP
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER moves BEFORE UPDATE ON governance.%I'
            ' FOR EACH ROW EXECUTE FUNCTION governance.guard_moves()', tied);
        EXECUTE pg_catalog.format(
            'ALTER TABLE governance.%I ENABLE ALWAYS TRIGGER moves', tied);
    END LOOP;
END
$$;

CREATE TRIGGER append_only BEFORE INSERT OR UPDATE OR DELETE ON governance.audit_events
    FOR EACH ROW EXECUTE FUNCTION governance.audit_append_only();
CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON governance.audit_events
    FOR EACH STATEMENT EXECUTE FUNCTION governance.audit_append_only();
ALTER TABLE governance.audit_events
    ENABLE ALWAYS TRIGGER append_only,
    ENABLE ALWAYS TRIGGER append_only_truncate;

-- If it has lost its access method, nothing counts its rows.
CREATE TRIGGER counts BEFORE INSERT ON governance.sla_observations
    FOR EACH STATEMENT EXECUTE FUNCTION governance.observations_guard();
ALTER TABLE governance.sla_observations ENABLE ALWAYS TRIGGER counts;

-- Only the sealer writes the sealed log.
DO $$
DECLARE
    sealed text;
BEGIN
    FOREACH sealed IN ARRAY ARRAY[
        'audit_leaves', 'audit_tiles', 'audit_tree_heads', 'audit_seal_flags',
        'audit_verify_progress', 'audit_checkpoints', 'audit_cosignatures',
        'audit_retirements'
    ]
    LOOP
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER append_only BEFORE INSERT OR UPDATE OR DELETE ON governance.%I'
            ' FOR EACH ROW EXECUTE FUNCTION governance.audit_seal_guard()', sealed);
        EXECUTE pg_catalog.format(
            'CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON governance.%I'
            ' FOR EACH STATEMENT EXECUTE FUNCTION governance.audit_seal_guard()', sealed);
        EXECUTE pg_catalog.format(
            'ALTER TABLE governance.%I ENABLE ALWAYS TRIGGER append_only,'
            ' ENABLE ALWAYS TRIGGER append_only_truncate', sealed);
    END LOOP;
END
$$;
