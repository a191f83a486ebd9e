-- Regulatory clocks: which report is owed to whom, and until when.

CREATE TABLE governance.regulatory_deadlines (
    regime                text COLLATE "C" NOT NULL,
    kind                  text COLLATE "C" NOT NULL,
    stage                 text COLLATE "C" NOT NULL,
    unit                  text NOT NULL DEFAULT 'hours',
    amount                integer,
    jurisdiction_rule     text NOT NULL DEFAULT 'elapsed',
    trigger               text NOT NULL DEFAULT 'aware',
    after_stage           text COLLATE "C",
    act_on                text NOT NULL DEFAULT 'aware',
    hours_from_marking    integer,
    recipient             text NOT NULL DEFAULT '',
    source                text NOT NULL,
    description           text NOT NULL DEFAULT '',
    is_incomplete_allowed boolean NOT NULL DEFAULT false,
    is_final              boolean NOT NULL DEFAULT false,
    applies_from          date,
    effective_from        date,
    applies_to            date,
    amended_by            text NOT NULL DEFAULT '',
    checked_on            date,
    CONSTRAINT regulatory_deadlines_pkey PRIMARY KEY (regime, kind, stage),
    CONSTRAINT regulatory_deadlines_regime_check CHECK (governance.is_id(regime)),
    CONSTRAINT regulatory_deadlines_kind_check CHECK (governance.is_id(kind)),
    CONSTRAINT regulatory_deadlines_stage_check CHECK (governance.is_id(stage)),
    CONSTRAINT regulatory_deadlines_unit_check CHECK (unit IN ('hours', 'days', 'working_days', 'weeks', 'months', 'years')),
    CONSTRAINT regulatory_deadlines_amount_check CHECK (amount >= 1 AND amount <= CASE unit
        WHEN 'hours' THEN 87600 WHEN 'days' THEN 3653 WHEN 'working_days' THEN 2500 WHEN 'weeks' THEN 520 WHEN 'months' THEN 120 ELSE 10 END),
    CONSTRAINT regulatory_deadlines_rule_check CHECK (jurisdiction_rule IN ('member_state', 'dora', 'institution', 'elapsed')
        AND (jurisdiction_rule <> 'elapsed' OR unit <> 'working_days')),
    CONSTRAINT regulatory_deadlines_trigger_check CHECK (trigger IN ('aware', 'causal_link', 'measure', 'stage')
        AND (trigger = 'stage') = (after_stage IS NOT NULL) AND after_stage IS DISTINCT FROM stage),
    CONSTRAINT regulatory_deadlines_act_on_check CHECK (act_on IN ('aware', 'causal_link', 'stage')),
    CONSTRAINT regulatory_deadlines_hours_from_marking_check CHECK (hours_from_marking BETWEEN 1 AND 87600),
    CONSTRAINT regulatory_deadlines_applies_check CHECK (applies_from < applies_to)
);
COMMENT ON TABLE governance.regulatory_deadlines IS
'What each regime demands for each kind of incident: the stages of reporting, each with its period.  An organisation adds its own by gov_set_regulatory_deadline().';
COMMENT ON COLUMN governance.regulatory_deadlines.unit IS
'hours, days, working_days, weeks, months or years; NULL: there is no fixed time.';
COMMENT ON COLUMN governance.regulatory_deadlines.amount IS
'The length of the period in units; NULL: the report is owed at once, or there is no fixed time.';
COMMENT ON COLUMN governance.regulatory_deadlines.jurisdiction_rule IS
'How the period is counted.  member_state: by Regulation (EEC, Euratom) No 1182/71, a clock for each Member State whose authority is told, with its holidays; dora: likewise, but what ends on no working day ends at noon of the next one; institution: likewise, by the calendar of the EU''s institutions; elapsed: by plain addition, where no law that is known here says how.';
COMMENT ON COLUMN governance.regulatory_deadlines.trigger IS
'What the period runs from.  aware: the incident''s aware_at; causal_link: that a causal link is established or suspected, which marking says; stage: the report of after_stage; measure: that a corrective or mitigating measure is available, which it is when the incident is resolved.';
COMMENT ON COLUMN governance.regulatory_deadlines.act_on IS
'The event from which the report is owed at once, whatever the period: aware, causal_link (both when the incident is marked), or stage (the report before it).';
COMMENT ON COLUMN governance.regulatory_deadlines.hours_from_marking IS
'The report is due this many hours after the incident was marked, which classifies it, where that is before the end of the period or the period has ended; NULL: no such rule.';
COMMENT ON COLUMN governance.regulatory_deadlines.recipient IS 'Who is to be told.';
COMMENT ON COLUMN governance.regulatory_deadlines.source IS
'The act, article and paragraph that demand the report.';
COMMENT ON COLUMN governance.regulatory_deadlines.is_incomplete_allowed IS
'Whether this report may be incomplete if a complete one follows.';
COMMENT ON COLUMN governance.regulatory_deadlines.is_final IS
'Whether a report of this stage settles all earlier ones.';
COMMENT ON COLUMN governance.regulatory_deadlines.applies_from IS
'The first day on which it applies by its text; NULL: it comes from national law or the organisation itself.';
COMMENT ON COLUMN governance.regulatory_deadlines.effective_from IS
'The first day on which anybody can owe it, where that is later than applies_from: no authority has said which of the two counts.  NULL: applies_from.';
COMMENT ON COLUMN governance.regulatory_deadlines.applies_to IS
'The first day on which it no longer binds anybody; NULL: it has no end.';
COMMENT ON COLUMN governance.regulatory_deadlines.amended_by IS 'The act that last changed it.';
COMMENT ON COLUMN governance.regulatory_deadlines.checked_on IS
'The day on which this row was last compared with the law; NULL: it was not.';

INSERT INTO governance.regulatory_deadlines
    (regime, kind, stage, amount, unit, jurisdiction_rule, act_on, recipient, source, description, is_incomplete_allowed, applies_from, effective_from, amended_by, checked_on)
SELECT 'eu_ai_act', k.kind || r.suffix, 'initial', k.amount, 'days', r.jurisdiction_rule, 'causal_link', r.recipient,
    'Regulation (EU) 2024/1689, ' || r.source || k.source, k.description || r.description, true, r.applies_from, date '2027-12-02', r.amended_by, r.checked_on
FROM (VALUES
    ('serious_incident', 15, 'Article 73(2) and (5)', 'report of a serious incident: at once when a causal link is established or likely, at the latest 15 days'),
    ('critical_infrastructure', 2, 'Article 73(3) and (5)', 'report of a serious and irreversible disruption of critical infrastructure: at once, at the latest 2 days'),
    ('widespread_infringement', 2, 'Article 73(3) and (5)', 'report of a widespread infringement: at once, at the latest 2 days'),
    ('death', 10, 'Article 73(4) and (5)', 'report of a serious incident in which a person died: at once when a causal link is established or suspected, at the latest 10 days')
) AS k(kind, amount, source, description)
CROSS JOIN (VALUES
    ('', 'member_state', 'market surveillance authority of the Member State of occurrence', '', '', date '2026-08-02', '', date '2026-11-28'),
    -- only one source has this wording: unchecked
    ('_to_ai_office', 'institution', 'AI Office', 'Article 75(1a) with ', ', of a system of Article 75(1)', '2026-07-27', 'Regulation (EU) 2026/1744', NULL)
) AS r(suffix, jurisdiction_rule, recipient, source, description, applies_from, amended_by, checked_on);

INSERT INTO governance.regulatory_deadlines
    (regime, kind, stage, jurisdiction_rule, act_on, recipient, source, description, is_final, applies_from, effective_from, amended_by, checked_on)
SELECT d.regime, d.kind, 'complete', d.jurisdiction_rule, 'stage', d.recipient,
    CASE d.jurisdiction_rule WHEN 'institution' THEN 'Regulation (EU) 2024/1689, Article 75(1a) with Article 73(5)' ELSE 'Regulation (EU) 2024/1689, Article 73(5)' END,
    'the complete report after an incomplete one', true, d.applies_from, d.effective_from, d.amended_by, d.checked_on
FROM governance.regulatory_deadlines AS d;

INSERT INTO governance.regulatory_deadlines
    (regime, kind, stage, amount, unit, jurisdiction_rule, act_on, hours_from_marking, recipient, source, description, is_incomplete_allowed, is_final, applies_from, checked_on)
VALUES
    ('eu_ai_act', 'serious_incident_at_deployer', 'provider', NULL, 'hours', 'member_state', 'aware', NULL, 'provider',
     'Regulation (EU) 2024/1689, Article 26(5)', 'a deployer tells of a serious incident: at once, and the provider first', true, false, '2027-12-02', '2026-11-28'),
    ('eu_ai_act', 'gpai_systemic', 'initial', NULL, 'hours', 'institution', 'aware', NULL, 'AI Office',
     'Regulation (EU) 2024/1689, Article 55(1)(c)', 'serious incident of a general-purpose model with systemic risk: without undue delay', true, false, '2025-08-02', '2026-11-28'),
    ('gdpr', 'personal_data_breach', 'initial', 72, 'hours', 'member_state', 'aware', NULL, 'supervisory authority',
     'Regulation (EU) 2016/679, Article 33(1) and (4)', 'notification of a personal data breach: where feasible within 72 hours; later with reasons; information may be provided in phases', true, false, '2018-05-25', '2026-11-28'),
    ('gdpr', 'personal_data_breach', 'complete', NULL, 'hours', 'member_state', 'stage', NULL, 'supervisory authority',
     'Regulation (EU) 2016/679, Article 33(4)', 'what was not known at first, without undue further delay', false, true, '2018-05-25', '2026-11-28'),
    ('gdpr', 'high_risk_to_persons', 'data_subjects', NULL, 'hours', 'member_state', 'aware', NULL, 'persons concerned',
     'Regulation (EU) 2016/679, Article 34(1)', 'persons are told of a breach that is likely a high risk to them: without undue delay', false, false, '2018-05-25', '2026-11-28'),
    ('gdpr', 'breach_at_processor', 'controller', NULL, 'hours', 'member_state', 'aware', NULL, 'controller',
     'Regulation (EU) 2016/679, Article 33(2)', 'a processor tells the controller: without undue delay', true, false, '2018-05-25', '2026-11-28'),
    ('nis2', 'significant', 'early_warning', 24, 'hours', 'elapsed', 'aware', NULL, 'CSIRT or competent authority',
     'Directive (EU) 2022/2555, Article 23(4)(a), as transposed', 'early warning: 24 hours', true, false, NULL, '2026-11-28'),
    ('nis2', 'significant', 'notification', 72, 'hours', 'elapsed', 'aware', NULL, 'CSIRT or competent authority',
     'Directive (EU) 2022/2555, Article 23(4)(b), as transposed', 'notification: 72 hours', true, false, NULL, '2026-11-28'),
    ('nis2', 'significant_trust_service', 'early_warning', 24, 'hours', 'elapsed', 'aware', NULL, 'CSIRT or competent authority',
     'Directive (EU) 2022/2555, Article 23(4)(a), as transposed', 'early warning: 24 hours', true, false, NULL, '2026-11-28'),
    ('nis2', 'significant_trust_service', 'notification', 24, 'hours', 'elapsed', 'aware', NULL, 'CSIRT or competent authority',
     'Directive (EU) 2022/2555, Article 23(4), as transposed', 'notification by a trust service provider: 24 hours', true, false, NULL, NULL),
    ('dora', 'major', 'initial', 24, 'hours', 'dora', 'aware', 4, 'competent authority',
     'Delegated Regulation (EU) 2025/301, Article 5(1)(a), (2), (4)', '4 hours from the classification as major, and 24 hours from awareness', true, false, '2025-01-17', '2026-11-28'),
    ('dora', 'major_essential', 'initial', 24, 'hours', 'member_state', 'aware', 4, 'competent authority',
     'Delegated Regulation (EU) 2025/301, Article 5(1)(a), (2), (5)', 'the same of credit institutions, central counterparties, trading venues, essential and important entities: no noon of the next working day', true, false, '2025-01-17', '2026-11-28'),
    ('cra', 'vulnerability', 'early_warning', 24, 'hours', 'member_state', 'aware', NULL, 'CSIRT and ENISA, by the single platform',
     'Regulation (EU) 2024/2847, Article 14(2)(a)', 'actively exploited vulnerability, early warning: 24 hours', true, false, '2026-09-11', '2026-11-28'),
    ('cra', 'vulnerability', 'notification', 72, 'hours', 'member_state', 'aware', NULL, 'CSIRT and ENISA, by the single platform',
     'Regulation (EU) 2024/2847, Article 14(2)(b)', 'actively exploited vulnerability, notification: 72 hours', true, false, '2026-09-11', '2026-11-28'),
    ('cra', 'incident', 'early_warning', 24, 'hours', 'member_state', 'aware', NULL, 'CSIRT and ENISA, by the single platform',
     'Regulation (EU) 2024/2847, Article 14(4)(a)', 'severe incident, early warning: 24 hours', true, false, '2026-09-11', '2026-11-28'),
    ('cra', 'incident', 'notification', 72, 'hours', 'member_state', 'aware', NULL, 'CSIRT and ENISA, by the single platform',
     'Regulation (EU) 2024/2847, Article 14(4)(b)', 'severe incident, notification: 72 hours', true, false, '2026-09-11', '2026-11-28'),
    ('us_ca_sb53', 'critical_safety', 'report', 15, 'days', 'elapsed', 'aware', NULL, 'Office of Emergency Services',
     'California Business and Professions Code, section 22757.13(c)(1)', 'critical safety incident of a frontier model: 15 days from discovery', true, false, '2026-01-01', NULL),
    ('us_ca_sb53', 'critical_safety_imminent', 'report', 24, 'hours', 'elapsed', 'aware', NULL, 'an authority, law enforcement included',
     'California Business and Professions Code, section 22757.13(c)(2)', 'imminent risk of death or serious physical injury: 24 hours', true, false, '2026-01-01', NULL),
    ('us_ny_raise', 'critical_safety', 'report', 72, 'hours', 'elapsed', 'aware', NULL, 'office at the Department of Financial Services',
     'New York General Business Law, section 1422', 'safety incident of a frontier model: 72 hours from determining it, or from a reasonable belief', true, false, '2027-01-01', NULL),
    ('us_ny_raise', 'critical_safety_imminent', 'report', 24, 'hours', 'elapsed', 'aware', NULL, 'law enforcement',
     'New York General Business Law, section 1422', 'imminent danger: 24 hours', true, false, '2027-01-01', NULL);

INSERT INTO governance.regulatory_deadlines
    (regime, kind, stage, amount, unit, jurisdiction_rule, trigger, after_stage, act_on, recipient, source, description, is_final, applies_from, checked_on)
SELECT f.regime, f.kind, f.stage, f.amount, f.unit, f.jurisdiction_rule, CASE WHEN f.after_stage IS NULL THEN 'measure' ELSE 'stage' END, f.after_stage, 'stage',
    coalesce(f.recipient, d.recipient), f.source, f.description, f.stage = 'final', d.applies_from, d.checked_on
FROM (VALUES
    ('eu_ai_act', 'serious_incident_at_deployer', 'authority', NULL, 'hours', 'member_state', 'provider', 'Regulation (EU) 2024/1689, Article 26(5)', 'then importer or distributor and authorities; where the provider cannot be reached, Article 73 binds the deployer', 'importer or distributor, and market surveillance authority'),
    ('nis2', 'significant', 'final', 1, 'months', 'elapsed', 'notification', 'Directive (EU) 2022/2555, Article 23(4)(d), as transposed', 'final report: a month from the notification', NULL),
    ('nis2', 'significant_trust_service', 'final', 1, 'months', 'elapsed', 'notification', 'Directive (EU) 2022/2555, Article 23(4)(d), as transposed', 'final report: a month from the notification', NULL),
    ('dora', 'major', 'intermediate', 72, 'hours', 'dora', 'initial', 'Delegated Regulation (EU) 2025/301, Article 5(1)(b), (4)', 'intermediate report: 72 hours from the initial one', NULL),
    ('dora', 'major', 'final', 1, 'months', 'dora', 'intermediate', 'Delegated Regulation (EU) 2025/301, Article 5(1)(c), (4)', 'final report: a month from the intermediate one', NULL),
    ('dora', 'major_essential', 'intermediate', 72, 'hours', 'member_state', 'initial', 'Delegated Regulation (EU) 2025/301, Article 5(1)(b), (5)', 'intermediate report: 72 hours from the initial one', NULL),
    ('dora', 'major_essential', 'final', 1, 'months', 'dora', 'intermediate', 'Delegated Regulation (EU) 2025/301, Article 5(1)(c), (4)', 'final report: a month from the intermediate one', NULL),
    ('cra', 'vulnerability', 'final', 14, 'days', 'member_state', NULL, 'Regulation (EU) 2024/2847, Article 14(2)(c)', 'final report: 14 days after a corrective or mitigating measure is available', NULL),
    ('cra', 'incident', 'final', 1, 'months', 'member_state', 'notification', 'Regulation (EU) 2024/2847, Article 14(4)(c)', 'final report: a month from the notification', NULL)
) AS f(regime, kind, stage, amount, unit, jurisdiction_rule, after_stage, source, description, recipient)
JOIN governance.regulatory_deadlines AS d
    ON d.regime = f.regime AND d.kind = f.kind AND d.stage = CASE f.regime WHEN 'dora' THEN 'initial' WHEN 'eu_ai_act' THEN 'provider' ELSE 'notification' END;

-- The provider is told first, and then the authority.
CREATE FUNCTION governance.tells_authority(regime text, kind text, stage text) RETURNS boolean
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT NOT EXISTS (
        SELECT
        FROM governance.regulatory_deadlines AS r
        JOIN governance.regulatory_deadlines AS n
            ON n.regime = r.regime AND n.kind = r.kind AND n.after_stage = r.stage AND n.recipient <> r.recipient
        WHERE r.regime = tells_authority.regime AND r.kind = tells_authority.kind AND r.stage = tells_authority.stage);
END;
COMMENT ON FUNCTION governance.tells_authority(text, text, text) IS
'Is a report of that stage one to the authority?  It is not where somebody else is told after it.';

CREATE TABLE governance.incident_deadlines (
    incident_id       bigint NOT NULL,
    regime            text COLLATE "C" NOT NULL,
    stage             text COLLATE "C" NOT NULL,
    jurisdiction      text COLLATE "C" NOT NULL,
    kind              text COLLATE "C" NOT NULL,
    act_by            timestamptz,
    due_at            timestamptz,
    marked_at         timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    marked_by         text COLLATE "C",
    notified_at       timestamptz,
    notified_by       text COLLATE "C",
    escalated_at      timestamptz,
    unit              text NOT NULL,
    amount            integer,
    jurisdiction_rule text NOT NULL,
    after_stage       text COLLATE "C",
    source            text NOT NULL,
    reasons           text NOT NULL DEFAULT '',
    CONSTRAINT incident_deadlines_pkey PRIMARY KEY (incident_id, regime, stage, jurisdiction),
    CONSTRAINT incident_deadlines_incident_id_fkey FOREIGN KEY (incident_id)
        REFERENCES governance.incidents
);
CREATE INDEX incident_deadlines_due_at_idx ON governance.incident_deadlines (due_at) WHERE notified_at IS NULL;
CREATE INDEX incident_deadlines_owed_idx ON governance.incident_deadlines (coalesce(due_at, 'infinity'), (incident_id || ':' || regime || ':' || stage || ':' || jurisdiction))
    WHERE notified_at IS NULL;
COMMENT ON TABLE governance.incident_deadlines IS
'Reports owed for an incident: a clock for each stage of a regime and each Member State concerned, with the period and the article that counted when it was marked.';
COMMENT ON COLUMN governance.incident_deadlines.jurisdiction IS
'The jurisdiction whose authority is told and whose calendar counts; "-": no calendar does.';
COMMENT ON COLUMN governance.incident_deadlines.act_by IS
'When the report begins to be owed without delay, for alarms.  Whoever reports after it but before due_at is in time.  NULL: an earlier report comes first.';
COMMENT ON COLUMN governance.incident_deadlines.due_at IS
'The end of the period: a report at this moment or later is late.  NULL: there is no fixed time, or the clock does not run yet.';
COMMENT ON COLUMN governance.incident_deadlines.reasons IS
'The reasons for being late that the report to the authority gives: GDPR, Article 33(1).';
COMMENT ON COLUMN governance.incident_deadlines.notified_at IS 'When gov_record_notification() recorded the report; NULL: still owed.';
COMMENT ON COLUMN governance.incident_deadlines.escalated_at IS
'When it was escalated that the report is overdue, which happens once.';

-- Plain addition is by UTC, whatever the session's time zone.
CREATE FUNCTION governance.period_end(
    jurisdiction text,
    unit text,
    amount int,
    from_moment timestamptz,
    to_noon boolean)
RETURNS timestamptz
AS 'MODULE_PATHNAME', 'gov_period_end_by_rule'
LANGUAGE C STABLE STRICT PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION governance.period_end(text, text, int, timestamptz, boolean) IS
'gov_period_end() of values that are in order; to_noon: an end on no working day is noon of the next one.';

CREATE FUNCTION governance.deadline_end(
    jurisdiction_rule text,
    jurisdiction text,
    unit text,
    amount int,
    from_moment timestamptz)
RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL RESTRICTED
SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
    SELECT CASE
        WHEN amount IS NULL OR from_moment IS NULL THEN NULL
        WHEN jurisdiction_rule = 'elapsed' THEN
            (from_moment AT TIME ZONE 'UTC' + (amount::text || ' ' || unit)::interval) AT TIME ZONE 'UTC'
        ELSE governance.period_end(CASE jurisdiction_rule WHEN 'institution' THEN 'EU' ELSE jurisdiction END,
            unit, amount, from_moment, jurisdiction_rule = 'dora')
    END;
END;
COMMENT ON FUNCTION governance.deadline_end(text, text, text, int, timestamptz) IS
'The first moment after a regime''s period; NULL where it has none, or does not run yet.';

CREATE FUNCTION @extschema@.gov_set_regulatory_deadline(
    regime text,
    kind text,
    stage text,
    amount int,
    source text,
    description text = '',
    is_incomplete_allowed boolean = false,
    is_final boolean = false,
    unit text = 'hours',
    jurisdiction_rule text = 'elapsed',
    trigger text = 'aware',
    after_stage text = NULL)
RETURNS governance.regulatory_deadlines
AS 'MODULE_PATHNAME', 'gov_set_regulatory_deadline'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_set_regulatory_deadline(text, text, text, int, text, text, boolean, boolean, text, text, text, text) IS
'Say which report a regime demands, and when.  One of this stage, so many (at most ten years) hours, days, working_days, weeks, months or years after its trigger; NULL: without a fixed time.  The columns of regulatory_deadlines say what jurisdiction_rule (member_state, dora, institution, elapsed) and trigger (aware, causal_link, measure, stage with after_stage) mean.  is_final: it leaves no earlier stage owed.  Incidents already marked keep what they have.  Needs system:config.';

CREATE FUNCTION governance.mark_incident_reportable(
    incident_id bigint,
    regime text,
    kind text,
    jurisdictions text[])
RETURNS text[]
AS 'MODULE_PATHNAME', 'gov_mark_incident_reportable'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION governance.mark_incident_reportable(bigint, text, text, text[]) IS
'What gov_mark_incident_reportable() does; the jurisdictions concerned.';

-- VOLATILE: it sees what the same statement has written before it.
CREATE FUNCTION governance.marked_deadlines(
    incident_id bigint,
    regime text,
    kind text,
    jurisdictions text[])
RETURNS SETOF governance.incident_deadlines
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
ROWS 4
BEGIN ATOMIC
    SELECT d.*
    FROM governance.incident_deadlines AS d
    WHERE d.incident_id = marked_deadlines.incident_id AND d.regime = marked_deadlines.regime
        AND d.kind = marked_deadlines.kind AND d.jurisdiction = ANY (marked_deadlines.jurisdictions);
END;
COMMENT ON FUNCTION governance.marked_deadlines(bigint, text, text, text[]) IS
'The clocks of one regime, kind and some jurisdictions.';

CREATE FUNCTION @extschema@.gov_mark_incident_reportable(
    incident_id bigint,
    regime text,
    kind text,
    jurisdictions text[] = NULL)
RETURNS SETOF governance.incident_deadlines
LANGUAGE sql VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET jit = off
ROWS 4
BEGIN ATOMIC
    SELECT d.*
    FROM governance.mark_incident_reportable(incident_id, regime, kind, jurisdictions) AS m(jurisdictions),
        LATERAL governance.marked_deadlines(gov_mark_incident_reportable.incident_id, gov_mark_incident_reportable.regime,
            gov_mark_incident_reportable.kind, m.jurisdictions) AS d
    ORDER BY d.due_at, d.stage, d.jurisdiction;
END;
COMMENT ON FUNCTION @extschema@.gov_mark_incident_reportable(bigint, text, text, text[]) IS
'Start a regime''s clocks for an incident, from its aware_at.  There is a row of incident_deadlines for each stage of regulatory_deadlines and each Member State concerned; those are returned, the one due first at the top.  jurisdictions NULL: those it is marked for already, else the calendar of the EU''s institutions.  Another kind of the same regime replaces what is still owed.  Needs incident:manage.  Unknown incident, regime or kind: 42704; an unknown jurisdiction, or one twice: 22023; marked with that kind already: 55000.';

CREATE FUNCTION @extschema@.gov_record_notification(
    incident_id bigint,
    regime text,
    stage text,
    jurisdiction text = NULL,
    reasons text = '')
RETURNS governance.incident_deadlines
AS 'MODULE_PATHNAME', 'gov_record_notification'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_record_notification(bigint, text, text, text, text) IS
'Record that an authority was notified now; the row of that stage.  jurisdiction NULL: those of all Member States concerned.  reasons: why a late one is, which by the GDPR leaves the verdict to a person.  A final report ("complete") settles the stages before it too; a stage that runs from this one begins.  Needs incident:manage.  Unknown incident, or not marked for that regime, stage and jurisdiction: 42704; recorded already: 55000.';
