/*
 * report.c
 *		gov_compliance_report(): one period, one snapshot, stored with its
 *		digest.
 *
 * SQL counts and lists (sql/parts/71_report.sql); this file sets the order and
 * takes the snapshot.
 *
 * Invariants: the parts and the controls read one snapshot, taken after the
 * end of the period was fixed; the digest is over everything but who made the
 * report and when, so the same period and state give the same digest.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/snapmgr.h"
#include "utils/timestamp.h"

#include "access/require.h"
#include "compliance/control.h"
#include "core/args.h"
#include "core/operation.h"
#include "core/row_json.h"
#include "core/spi.h"

PG_FUNCTION_INFO_V1(gov_compliance_report);
PG_FUNCTION_INFO_V1(gov_report_for_reading);

#define TREND_BUCKETS 31		/* most points of a series */

/* The results of controls are counted here, once they are known. */
GOV_SQL(complete_report,
		(JSONBOID, TEXTOID, TEXTOID, TIMESTAMPTZOID, TIMESTAMPTZOID, INT4OID,
		 JSONBOID),
		"SELECT d.report, governance.json_digest(d.report)"
		" FROM (SELECT pg_catalog.jsonb_set($1 ||"
		" pg_catalog.jsonb_build_object('report_type', $2, 'framework', $3,"
		" 'period', pg_catalog.jsonb_build_object("
		"'start', extract(epoch FROM $4),"
		" 'end', extract(epoch FROM $5), 'days', $6),"
		" 'controls', $7), '{summary,controls}',"
		" (SELECT pg_catalog.jsonb_object_agg(w.word,"
		" (SELECT pg_catalog.count(*)"
		" FROM pg_catalog.jsonb_array_elements($7) AS c"
		" WHERE c ->> 'result' = w.word))"
		" FROM (VALUES ('pass'), ('fail'), ('manual'),"
		" ('not_yet_applicable')) AS w(word)))"
		") AS d(report)",
		.isolated = true);

GOV_SQL(insert_report,
		(TEXTOID, TEXTOID, TIMESTAMPTZOID, TEXTOID, TIMESTAMPTZOID,
		 TIMESTAMPTZOID, JSONBOID, TEXTOID),
		"INSERT INTO governance.compliance_reports AS r (report_id,"
		" report_type, framework, generated_at, generated_by,"
		" period_start, period_end, report, digest)"
		" SELECT n.id, $1, $2, $3, $4, $5, $6, $7 ||"
		" pg_catalog.jsonb_build_object('report_id', n.id,"
		" 'generated_at', extract(epoch FROM $3), 'generated_by', $4,"
		" 'digest', $8), $8"
		" FROM pg_catalog.nextval("
		"'governance.compliance_reports_report_id_seq') AS n(id)"
		" RETURNING r.report");

GOV_SQL(find_report, (INT8OID),
		"SELECT r.report FROM governance.compliance_reports AS r"
		" WHERE r.report_id = $1",
		.isolated = true);

/* Raise 22023 with the list of frameworks. */
static void
check_framework(const char *framework)
{
	uint64		count = gov_run0(gov_sql("SELECT DISTINCT c.framework"
										 " FROM governance.controls AS c"
										 " ORDER BY c.framework"));
	StringInfoData names;
	uint64		i;

	initStringInfo(&names);
	for (i = 0; i < count; i++)
	{
		char	   *name = gov_row_text(i, 1);

		if (strcmp(name, framework) == 0)
			return;
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "", name);
	}
	gov_bad_value("framework",
				  psprintf("No control is of framework \"%s\".",
						   gov_excerpt(framework, strlen(framework))),
				  psprintf("Allowed: %s.", names.data));
}

/*
 * read_body
 *		The report without its controls.
 *
 * It is planned each time, with the period's own times, because their length
 * decides how to read.
 */
static Jsonb *
read_body(TimestampTz start, TimestampTz end, int days)
{
	Oid			types[] = {TIMESTAMPTZOID, TIMESTAMPTZOID, INTERVALOID};
	Interval	step = {0};
	Datum		values[3];
	bool		isnull;
	Jsonb	   *body;
	int			nest_level = NewGUCNestLevel();

	/* In hours, as a day may have 23 or 25 of them when the clocks change. */
	step.time = days == 1 ? USECS_PER_HOUR :
		(days + TREND_BUCKETS - 1) / TREND_BUCKETS * USECS_PER_DAY;
	/* Compiling the parts takes longer than running them. */
	(void) set_config_option("jit", "off", PGC_USERSET, PGC_S_SESSION,
							 GUC_ACTION_SAVE, true, 0, false);
	values[0] = TimestampTzGetDatum(start);
	values[1] = TimestampTzGetDatum(end);
	values[2] = IntervalPGetDatum(&step);
	if (SPI_execute_with_args("SELECT b FROM governance.report_body($1, $2, $3) AS b",
							  lengthof(types), types, values, NULL, true,
							  0) != SPI_OK_SELECT || SPI_processed != 1)
		elog(ERROR, "the report has no body");
	body = DatumGetJsonbPCopy(gov_row_datum(0, 1, &isnull));
	AtEOXact_GUC(false, nest_level);
	return body;
}

/*
 * gov_compliance_report(period_days, report_type, framework, until) → jsonb
 */
Datum
gov_compliance_report(PG_FUNCTION_ARGS)
{
	const char *report_type = gov_arg_id_or_null(fcinfo, 1, "report_type");
	const char *framework = gov_arg_text(fcinfo, 2, "framework", NULL);
	JsonbParseState *state = NULL;
	TimestampTz start;
	TimestampTz end;
	GovActor	actor;
	Jsonb	   *body;
	Jsonb	   *report;
	char	   *digest;
	Datum		result;
	bool		isnull;
	int			days;

	if (report_type == NULL)
		report_type = "on_demand";
	gov_report_period(fcinfo, 0, 3, &days, &start, &end);
	gov_refuse_read_only("gov_compliance_report()");
	actor = gov_require(GOV_PERM_COMPLIANCE_REPORT, NULL);

	gov_spi_begin();
	if (framework != NULL)
		check_framework(framework);

	PushActiveSnapshot(GetTransactionSnapshot());
	body = read_body(start, end, days);
	pushJsonbValue(&state, WJB_BEGIN_ARRAY, NULL);
	(void) gov_controls_run(framework, NULL, start, end, &state);
	PopActiveSnapshot();

	(void) gov_run(&complete_report, gov_json(body), gov_text(report_type),
				   gov_text(framework), gov_time(start), gov_time(end),
				   gov_int4(days),
				   gov_json(JsonbValueToJsonb(pushJsonbValue(&state,
															 WJB_END_ARRAY,
															 NULL))));
	report = DatumGetJsonbPCopy(gov_row_datum(0, 1, &isnull));
	digest = gov_row_text(0, 2);

	(void) gov_run_as("generate", NULL, &insert_report, gov_text(report_type),
					  gov_text(framework), gov_time(GetCurrentTimestamp()),
					  gov_text(actor.user_id), gov_time(start), gov_time(end),
					  gov_json(report), gov_text(digest));
	result = gov_spi_keep(0, 1, &isnull);
	gov_spi_end();
	PG_RETURN_DATUM(result);
}

/*
 * governance.report_for_reading(report_id): a stored report, for renderers
 */
Datum
gov_report_for_reading(PG_FUNCTION_ARGS)
{
	int64		report_id = gov_arg_int8(fcinfo, 0, "report_id",
										 PG_INT64_MIN, PG_INT64_MAX);
	Datum		result;
	bool		isnull;

	(void) gov_require(GOV_PERM_COMPLIANCE_REPORT,
					   psprintf("compliance_report/" INT64_FORMAT,
								report_id));
	gov_spi_begin();
	if (gov_run(&find_report, gov_int8(report_id)) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_OBJECT),
				 errmsg("compliance report " INT64_FORMAT " does not exist",
						report_id),
				 errhint("SELECT report_id, period_end FROM governance.compliance_reports lists them.")));
	result = gov_spi_keep(0, 1, &isnull);
	gov_spi_end();
	PG_RETURN_DATUM(result);
}
