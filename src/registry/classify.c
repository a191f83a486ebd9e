/*
 * classify.c
 *		gov_classify(): which class the answers to the questionnaire give on a
 *		day.
 *
 * The judgement is SQL (governance.judge_impact): rows say what an answer
 * forces, and from which day.
 */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#include "core/args.h"
#include "core/citus.h"
#include "registry/classify.h"

PG_FUNCTION_INFO_V1(gov_classify);

/* The Act entered into force on this day. */
#define FIRST_DAY (date2j(2024, 8, 1) - POSTGRES_EPOCH_JDATE)
#define LAST_DAY (date2j(2200, 12, 31) - POSTGRES_EPOCH_JDATE)

GOV_SQL(judge_on, (JSONBOID, DATEOID),
		"SELECT j.unknown, j.wrong, pg_catalog.jsonb_build_object("
		"'on_date', $2, 'risk_class', j.risk_class,"
		" 'impact_score', j.impact_score,"
		" 'impact_level', j.suggested_level, 'reasons', j.reasons,"
		" 'later', j.later, 'unanswered', coalesce(pg_catalog.to_jsonb("
		"pg_catalog.string_to_array(j.missing, ', ')), '[]'))"
		" FROM governance.judge_impact($1, $2) AS j",
		.isolated = true);

GOV_SQL(list_questions, (),
		"SELECT pg_catalog.string_agg(q.question_id, ', '"
		" ORDER BY q.position) FROM governance.impact_questions AS q",
		.isolated = true);

Jsonb *
gov_arg_answers(FunctionCallInfo fcinfo, int n, const char *name)
{
	Jsonb	   *answers = gov_arg_object(fcinfo, n, name, false);

	if (JB_ROOT_COUNT(answers) > GOV_ARRAY_MAX)
		gov_bad_value(name, psprintf("It has more than %d answers.",
									 GOV_ARRAY_MAX), NULL);
	return answers;
}

/*
 * Raise 22023 where the last result lists unknown questions or wrong answers.
 */
static void
check_answers(const char *name)
{
	char	   *unknown = gov_row_text(0, 1);
	char	   *wrong = gov_row_text(0, 2);

	if (unknown != NULL)
	{
		gov_run0(&list_questions);
		gov_bad_value(name,
					  psprintf("There is no question: %s.", unknown),
					  psprintf("The questions are: %s.", gov_row_text(0, 1)));
	}
	if (wrong != NULL)
		gov_bad_value(name,
					  psprintf("Not an allowed answer to: %s.", wrong),
					  "The answers allowed are in brackets.");
}

void
gov_classify_today(const Jsonb *answers, const char *name, GovClass *found)
{
	char	   *missing;
	bool		isnull;

	gov_run(gov_sql("SELECT j.unknown, j.wrong, j.missing, j.impact_score,"
					" j.risk_class, j.suggested_level, j.next_class,"
					" j.next_class_on, j.prohibited_from"
					" FROM governance.judge_impact($1,"
					" governance.law_today()) AS j"), gov_json(answers));
	check_answers(name);

	/* A missing answer must not read as a harmless one. */
	missing = gov_row_text(0, 3);
	if (missing != NULL)
		gov_bad_value(name,
					  psprintf("Not answered: %s.", missing),
					  "SELECT question_id, question, answer_type, options FROM governance.impact_questions ORDER BY position; shows them.");
	found->impact_score.value = gov_row_datum(0, 4, &isnull);
	found->impact_score.isnull = isnull;
	found->risk_class = gov_row_text(0, 5);
	found->suggested_level = gov_row_text(0, 6);
	found->next_class = gov_row_text(0, 7);
	found->next_class_on.value = gov_row_datum(0, 8, &isnull);
	found->next_class_on.isnull = isnull;
	found->prohibited_from = gov_row_time(0, 9);
}

/*
 * gov_classify(answers, on_date) → jsonb
 */
Datum
gov_classify(PG_FUNCTION_ARGS)
{
	Jsonb	   *answers = gov_arg_answers(fcinfo, 0, "answers");
	DateADT		on_date;
	Datum		result;
	bool		isnull;

	gov_citus_refuse();
	if (PG_ARGISNULL(0))
		gov_missing_value("answers");
	if (PG_ARGISNULL(1))
		gov_missing_value("on_date");
	on_date = PG_GETARG_DATEADT(1);
	if (on_date < FIRST_DAY)
		gov_bad_value("on_date",
					  "Regulation (EU) 2024/1689 is in force since 1 August 2024.",
					  NULL);
	if (on_date > LAST_DAY)
		gov_bad_value("on_date", "It is after the year 2200.", NULL);

	gov_spi_begin();
	gov_run(&judge_on, gov_json(answers),
			gov_datum(DateADTGetDatum(on_date), false));
	check_answers("answers");
	result = gov_spi_keep(0, 3, &isnull);
	gov_spi_end();
	PG_RETURN_DATUM(result);
}
