/*
 * inbox.c
 *		How things get into the inbox, those that have waited longest first.
 *
 * Rows are read in parts and judged one by one, with the checks that the
 * decision itself makes.  Each part has an SPI connection of its own, whose
 * end frees the memory that judging took.
 */
#include "postgres.h"

#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "core/spi.h"
#include "lifecycle/suspension.h"
#include "registry/inbox.h"

#define PART 100				/* rows read at once */

bool
gov_inbox_may(GovPermission permission, const char *kind, const char *verb)
{
	return gov_actor_can(permission) &&
		(!gov_is_suspended() || gov_suspension_allows(kind, verb));
}

void
gov_inbox_put(GovInbox *inbox, const GovInboxItem *item)
{
	Datum		values[7];
	bool		nulls[7] = {0};

	values[0] = CStringGetTextDatum(item->kind);
	values[1] = CStringGetTextDatum(item->id);
	values[2] = CStringGetTextDatum(item->title);
	values[3] = TimestampTzGetDatum(item->waiting_since);
	values[4] = TimestampTzGetDatum(item->due_at);
	nulls[4] = item->due_at == DT_NOEND;
	values[5] = CStringGetTextDatum(item->call);
	nulls[6] = item->route == NULL;
	if (item->route != NULL)
		values[6] = CStringGetTextDatum(item->route);
	tuplestore_putvalues(inbox->result->setResult, inbox->result->setDesc,
						 values, nulls);
	inbox->count++;
}

void
gov_inbox_walk(GovInbox *inbox, GovStatement *statement,
			   GovInboxJudge judge, void *context)
{
	MemoryContext caller = CurrentMemoryContext;
	TimestampTz moment = DT_NOBEGIN;
	char	   *id = NULL;
	uint64		count = PART;

	inbox->count = 0;
	while (count == PART && inbox->count < inbox->limit)
	{
		SPITupleTable *part;
		uint64		row;

		CHECK_FOR_INTERRUPTS();
		gov_spi_begin();
		count = gov_run(statement,
						gov_datum(TimestampTzGetDatum(moment), false),
						gov_text(id), gov_int4(PART));
		part = SPI_tuptable;
		for (row = 0; row < count && inbox->count < inbox->limit; row++)
		{
			/* Judging runs statements of its own. */
			SPI_tuptable = part;
			judge(inbox, row, context);
		}
		if (count == PART)
		{
			SPI_tuptable = part;
			moment = gov_row_time(count - 1, 1);
			id = MemoryContextStrdup(caller, gov_row_text(count - 1, 2));
		}
		gov_spi_end();
	}
}
