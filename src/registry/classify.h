/*
 * classify.h
 *		Which class the answers to the questionnaire give on a day.
 */
#ifndef GOV_CLASSIFY_H
#define GOV_CLASSIFY_H

#include "utils/date.h"
#include "utils/jsonb.h"
#include "utils/timestamp.h"

#include "core/spi.h"

typedef struct GovClass
{
	GovParam	impact_score;
	char	   *risk_class;
	char	   *suggested_level;
	char	   *next_class;		/* NULL: none */
	GovParam	next_class_on;
	TimestampTz prohibited_from;	/* DT_NOEND: never */
} GovClass;

/*
 * Classify by today's law; 22023, naming the argument, unless every question
 * has an answer that it allows.  Inside SPI, in whose memory the result is.
 */
extern void gov_classify_today(const Jsonb *answers, const char *name,
							   GovClass *found);

/* The answers in an argument; 22023 where there are too many. */
extern Jsonb *gov_arg_answers(FunctionCallInfo fcinfo, int n,
							  const char *name);

#endif							/* GOV_CLASSIFY_H */
