/*
 * numbers.c
 *		Numbers that are about as long as text as they are when stored.
 *
 * Every double passes, subnormal ones included, and so do keys, counts and
 * amounts of far more digits.
 */
#include "postgres.h"

#include "fmgr.h"
#include "miscadmin.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"

#include "core/numbers.h"

#define LARGEST "1e308"
#define MAX_DIGITS 100
/*
 * The most digits after the point: for numbers as near to 0 as LARGEST is far
 * from it.
 */
#define MAX_SCALE (308 + MAX_DIGITS)

/* As stored, each base-10000 digit takes two bytes, and the header two. */
#define FEW_BYTES (2 + 2 * (MAX_DIGITS / 4))

/* Digits from the first to the last one that is not 0. */
static int
count_digits(Numeric number)
{
	char	   *text =
		DatumGetCString(DirectFunctionCall1(numeric_out,
											NumericGetDatum(number)));
	const char *c;
	int			digits = 0;
	int			zeros = 0;

	for (c = text; *c != '\0'; c++)
	{
		if (*c == '0')
			zeros += digits > 0;
		else if (*c >= '1' && *c <= '9')
		{
			digits += zeros + 1;
			zeros = 0;
		}
	}
	pfree(text);
	return digits;
}

static bool
is_beyond(Numeric number)
{
	static Datum largest = (Datum) 0;
	static Datum smallest = (Datum) 0;
	Datum		value = NumericGetDatum(number);

	if (smallest == (Datum) 0)
	{
		MemoryContext caller = MemoryContextSwitchTo(TopMemoryContext);

		largest = DirectFunctionCall3(numeric_in, CStringGetDatum(LARGEST),
									  ObjectIdGetDatum(InvalidOid),
									  Int32GetDatum(-1));
		smallest = DirectFunctionCall1(numeric_uminus, largest);
		MemoryContextSwitchTo(caller);
	}
	return DatumGetBool(DirectFunctionCall2(numeric_gt, value, largest)) ||
		DatumGetBool(DirectFunctionCall2(numeric_lt, value, smallest));
}

const char *
gov_number_flaw(Numeric number)
{
	Datum		value = NumericGetDatum(number);

	if (numeric_is_nan(number) || numeric_is_inf(number))
		return "It is not a finite number.";
	if (is_beyond(number))
		return "A number is not between -" LARGEST " and " LARGEST ".";
	if (DatumGetInt32(DirectFunctionCall1(numeric_scale, value)) > MAX_SCALE)
		return psprintf("A number has more than %d digits after the point.",
						MAX_SCALE);
	if (VARSIZE_ANY_EXHDR(number) > FEW_BYTES &&
		count_digits(number) > MAX_DIGITS)
		return psprintf("A number has more than %d significant digits.",
						MAX_DIGITS);
	return NULL;
}

const char *
gov_json_flaw(const Jsonb *jb)
{
	JsonbContainer *root = unconstify(JsonbContainer *, &jb->root);
	JsonbIterator *it = JsonbIteratorInit(root);
	JsonbIteratorToken token;
	JsonbValue	value;
	const char *flaw = NULL;

	while (flaw == NULL &&
		   (token = JsonbIteratorNext(&it, &value, false)) != WJB_DONE)
	{
		CHECK_FOR_INTERRUPTS();
		if ((token == WJB_ELEM || token == WJB_VALUE) &&
			value.type == jbvNumeric)
			flaw = gov_number_flaw(value.val.numeric);
	}
	return flaw;
}
