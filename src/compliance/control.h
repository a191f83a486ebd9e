/*
 * control.h
 *		Controls: queries kept as data, and their results.
 *
 * A control's query lists the evidence of a period, one row each: what it is
 * (text) and whether it is an exception (boolean, NULL where a person must
 * judge it); $1 and $2 are the period's start and end.
 *
 * Invariants: a query runs under the active snapshot, in a subtransaction that
 * is read-only, as the database role that added it (a built-in one as the
 * extension's owner), under SECURITY_RESTRICTED_OPERATION, and for at most
 * governance.control_timeout.  Whatever goes wrong in it is the result of that
 * control and affects no other.
 */
#ifndef GOV_CONTROL_H
#define GOV_CONTROL_H

#include "datatype/timestamp.h"
#include "utils/jsonb.h"

typedef struct GovControl
{
	const char *id;
	const char *framework;
	const char *title;
	const char *source;
	const char *criterion;
	const char *query;
	const char *judged;			/* no_exceptions, evidence, manual */
	const char *owner_role;		/* NULL: built in */
	const char *applies_from;	/* days, or NULL */
	const char *effective_from;
	const char *amended_by;
	const char *checked_on;
	bool		is_to_come;		/* not in force when the period ends */
} GovControl;

typedef struct GovControlResult
{
	const char *result;			/* pass, fail, manual, not_yet_applicable */
	int64		evidence;
	int64		exceptions;
	int64		unknown;		/* neither: for a person to judge */
	bool		is_for_person;	/* "manual": all rows are findings */
	Datum		findings;		/* text[], the first exceptions; or 0 */
	const char *error;			/* or NULL */
} GovControlResult;

#define GOV_CONTROL_ROWS_MAX 10000	/* as in any list */

typedef struct GovControlRows
{
	Datum	   *row;			/* jsonb */
	uint64		count;
} GovControlRows;

/* Raise an error unless the text is a query that can be a control (SPI). */
extern void gov_control_check_query(const char *query);

/* Run one control (SPI). */
extern void gov_control_run(const GovControl *control, TimestampTz start,
							TimestampTz end, GovControlResult *result);

/* Read a control's evidence; returns NULL, or what went wrong (SPI). */
extern char *gov_control_list(const GovControl *control, TimestampTz start,
							  TimestampTz end, GovControlRows *rows);

/* The query with the period as literals, so that it can be pasted. */
extern char *gov_control_query_text(const char *query, TimestampTz start,
									TimestampTz end);

/*
 * Run the controls of a framework (NULL: of all), or one of them, and append
 * an object for each to an array that the caller has begun (SPI).
 */
extern int	gov_controls_run(const char *framework, const char *id,
							 TimestampTz start, TimestampTz end,
							 JsonbParseState **state);

/*
 * The period of so many days that ends at "until", or now where that is not in
 * the past.
 */
extern void gov_report_period(FunctionCallInfo fcinfo, int days_arg,
							  int until_arg, int *days, TimestampTz *start,
							  TimestampTz *end);

#endif							/* GOV_CONTROL_H */
