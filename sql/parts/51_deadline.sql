-- Regulatory clocks: which report is owed to whom, and until when.

CREATE TABLE governance.regulatory_deadlines (
    regime                text COLLATE "C" NOT NULL,
    kind                  text COLLATE "C" NOT NULL,
    stage                 text COLLATE "C" NOT NULL,
    hours                 integer,
    source                text NOT NULL,
    description           text NOT NULL DEFAULT '',
    is_incomplete_allowed boolean NOT NULL DEFAULT false,
    is_final              boolean NOT NULL DEFAULT false,
    CONSTRAINT regulatory_deadlines_pkey PRIMARY KEY (regime, kind, stage),
    CONSTRAINT regulatory_deadlines_regime_check CHECK (regime ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
    CONSTRAINT regulatory_deadlines_kind_check CHECK (kind ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
    CONSTRAINT regulatory_deadlines_stage_check CHECK (stage ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$'),
    CONSTRAINT regulatory_deadlines_hours_check CHECK (hours BETWEEN 1 AND 87600)
);
COMMENT ON TABLE governance.regulatory_deadlines IS
'What each regime demands for each kind of incident: the stages of reporting, each with its hours from aware_at.  An organisation adds its own by gov_set_regulatory_deadline().';
COMMENT ON COLUMN governance.regulatory_deadlines.hours IS 'Hours from the incident''s aware_at; NULL: owed, without a fixed time.';
COMMENT ON COLUMN governance.regulatory_deadlines.source IS 'The article that says so.';
COMMENT ON COLUMN governance.regulatory_deadlines.is_incomplete_allowed IS 'May this report be incomplete, if a complete one follows?';
COMMENT ON COLUMN governance.regulatory_deadlines.is_final IS 'A report of this stage leaves no earlier one owed.';

INSERT INTO governance.regulatory_deadlines
    (regime, kind, stage, hours, source, description, is_incomplete_allowed, is_final)
VALUES
    ('eu_ai_act', 'serious_incident', 'initial', 360, 'Regulation (EU) 2024/1689, Article 73(2) and (5)',
     'report of a serious incident to the market surveillance authority: 15 days', true, false),
    ('eu_ai_act', 'serious_incident', 'complete', NULL, 'Regulation (EU) 2024/1689, Article 73(5)',
     'the complete report after an incomplete one', false, true),
    ('eu_ai_act', 'critical_infrastructure', 'initial', 48, 'Regulation (EU) 2024/1689, Article 73(3) and (5)',
     'report of a serious and irreversible disruption of critical infrastructure: 2 days', true, false),
    ('eu_ai_act', 'critical_infrastructure', 'complete', NULL, 'Regulation (EU) 2024/1689, Article 73(5)',
     'the complete report after an incomplete one', false, true),
    ('eu_ai_act', 'widespread_infringement', 'initial', 48, 'Regulation (EU) 2024/1689, Article 73(3) and (5)',
     'report of a widespread infringement: 2 days', true, false),
    ('eu_ai_act', 'widespread_infringement', 'complete', NULL, 'Regulation (EU) 2024/1689, Article 73(5)',
     'the complete report after an incomplete one', false, true),
    ('eu_ai_act', 'death', 'initial', 240, 'Regulation (EU) 2024/1689, Article 73(4) and (5)',
     'report of a serious incident in which a person died: 10 days', true, false),
    ('eu_ai_act', 'death', 'complete', NULL, 'Regulation (EU) 2024/1689, Article 73(5)',
     'the complete report after an incomplete one', false, true),
    ('gdpr', 'personal_data_breach', 'initial', 72, 'Regulation (EU) 2016/679, Article 33(1) and (4)',
     'notification of a personal data breach to the supervisory authority: 72 hours; information may be provided in phases', true, false),
    ('gdpr', 'personal_data_breach', 'complete', NULL, 'Regulation (EU) 2016/679, Article 33(4)',
     'what was not known at first, without undue further delay', false, true);

CREATE TABLE governance.incident_deadlines (
    incident_id  bigint NOT NULL,
    regime       text COLLATE "C" NOT NULL,
    stage        text COLLATE "C" NOT NULL,
    kind         text COLLATE "C" NOT NULL,
    due_at       timestamptz,
    marked_at    timestamptz NOT NULL DEFAULT pg_catalog.clock_timestamp(),
    marked_by    text COLLATE "C",
    notified_at  timestamptz,
    notified_by  text COLLATE "C",
    escalated_at timestamptz,
    source       text NOT NULL,
    CONSTRAINT incident_deadlines_pkey PRIMARY KEY (incident_id, regime, stage),
    CONSTRAINT incident_deadlines_incident_id_fkey FOREIGN KEY (incident_id)
        REFERENCES governance.incidents
);
CREATE INDEX incident_deadlines_due_at_idx ON governance.incident_deadlines (due_at) WHERE notified_at IS NULL;
COMMENT ON TABLE governance.incident_deadlines IS
'Reports owed for an incident: one row for each stage of a regime, with the hours and the article that counted when it was marked.';
COMMENT ON COLUMN governance.incident_deadlines.due_at IS 'aware_at and the hours of the regime; NULL: without a fixed time.';
COMMENT ON COLUMN governance.incident_deadlines.notified_at IS 'When gov_record_notification() recorded the report; NULL: still owed.';
COMMENT ON COLUMN governance.incident_deadlines.escalated_at IS 'When its being overdue was escalated, once.';

CREATE FUNCTION @extschema@.gov_set_regulatory_deadline(
    regime text,
    kind text,
    stage text,
    hours int,
    source text,
    description text = '',
    is_incomplete_allowed boolean = false,
    is_final boolean = false)
RETURNS governance.regulatory_deadlines
AS 'MODULE_PATHNAME', 'gov_set_regulatory_deadline'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_set_regulatory_deadline(text, text, text, int, text, text, boolean, boolean) IS
'Say what a regime demands: a report of this stage, so many hours (1 to 87600) after becoming aware; NULL: without a fixed time.  is_final: it leaves no earlier stage owed.  Incidents already marked keep what they have.  Needs system:config.';

CREATE FUNCTION @extschema@.gov_mark_incident_reportable(
    incident_id bigint,
    regime text,
    kind text)
RETURNS governance.incident_deadlines
AS 'MODULE_PATHNAME', 'gov_mark_incident_reportable'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_mark_incident_reportable(bigint, text, text) IS
'Start a regime''s clocks for an incident, from its aware_at: a row in incident_deadlines for each stage of regulatory_deadlines; returned is the one that is due first.  Another kind of the same regime replaces what is still owed.  Needs incident:manage.  Unknown incident, regime or kind: 42704; marked with that kind already: 55000.';

CREATE FUNCTION @extschema@.gov_record_notification(
    incident_id bigint,
    regime text,
    stage text)
RETURNS governance.incident_deadlines
AS 'MODULE_PATHNAME', 'gov_record_notification'
LANGUAGE C VOLATILE PARALLEL UNSAFE
SECURITY DEFINER SET search_path = pg_catalog, pg_temp;
COMMENT ON FUNCTION @extschema@.gov_record_notification(bigint, text, text) IS
'Record that the authority was notified now; the row of that stage.  A final report ("complete") settles the stages before it too.  Needs incident:manage.  Unknown incident, or not marked for that regime and stage: 42704; recorded already: 55000.';
