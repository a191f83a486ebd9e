/*
 * lifecycle.c
 *		State machines by the list in transitions.h, and their diagrams.
 */
#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "lib/stringinfo.h"
#include "utils/builtins.h"
#include "utils/tuplestore.h"

#include "core/args.h"
#include "lifecycle/lifecycle.h"

PG_FUNCTION_INFO_V1(gov_transitions);
PG_FUNCTION_INFO_V1(gov_state_diagram);

static const GovTransition transitions[] = {
#define GOV_TRANSITION(machine, from, to, verb, permission, rule) \
	{#machine, from, to, verb, GOV_PERM_##permission, rule},
#include "lifecycle/transitions.h"
#undef GOV_TRANSITION
};

#define MAX_MACHINES 16

static bool
same_state(const char *a, const char *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return strcmp(a, b) == 0;
}

/*
 * gov_transition_find
 *		Return the transition of "machine" from one state to another that an
 *		operation owns, or NULL.
 *
 * from is NULL for creation.  The result points into static memory.
 */
const GovTransition *
gov_transition_find(const char *machine, const char *from, const char *to,
					const char *verb)
{
	int			i;

	for (i = 0; i < lengthof(transitions); i++)
	{
		const GovTransition *t = &transitions[i];

		if (strcmp(t->machine, machine) == 0 && same_state(t->from, from) &&
			strcmp(t->to, to) == 0 && strcmp(t->verb, verb) == 0)
			return t;
	}
	return NULL;
}

char *
gov_transition_targets(const char *machine, const char *from)
{
	StringInfoData buf;
	int			i;
	int			j;

	initStringInfo(&buf);
	for (i = 0; i < lengthof(transitions); i++)
	{
		const GovTransition *t = &transitions[i];

		if (strcmp(t->machine, machine) != 0 || !same_state(t->from, from))
			continue;
		for (j = 0; j < i; j++)
		{
			if (strcmp(transitions[j].machine, machine) == 0 &&
				same_state(transitions[j].from, from) &&
				strcmp(transitions[j].to, t->to) == 0)
				break;
		}
		if (j == i)
			appendStringInfo(&buf, "%s%s", buf.len > 0 ? ", " : "", t->to);
	}
	return buf.data;
}

/*
 * gov_transitions() → SETOF (machine, from_state, to_state, permission, rule)
 */
Datum
gov_transitions(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			i;

	InitMaterializedSRF(fcinfo, 0);
	for (i = 0; i < lengthof(transitions); i++)
	{
		const GovTransition *t = &transitions[i];
		Datum		values[5];
		bool		nulls[5] = {false};

		values[0] = CStringGetTextDatum(t->machine);
		nulls[1] = t->from == NULL;
		values[1] = t->from ? CStringGetTextDatum(t->from) : (Datum) 0;
		values[2] = CStringGetTextDatum(t->to);
		nulls[3] = t->permission == GOV_PERM_NONE;
		if (!nulls[3])
			values[3] =
				CStringGetTextDatum(gov_permission_name(t->permission));
		values[4] = CStringGetTextDatum(t->rule);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}

/* The machines' names, each once, NULL at the end. */
static const char *const *
machine_names(void)
{
	static const char *names[MAX_MACHINES + 1];
	int			count = 0;
	int			i;
	int			j;

	for (i = 0; i < lengthof(transitions); i++)
	{
		for (j = 0; j < count; j++)
		{
			if (strcmp(names[j], transitions[i].machine) == 0)
				break;
		}
		if (j == count)
		{
			Assert(count < MAX_MACHINES);
			names[count++] = transitions[i].machine;
		}
	}
	names[count] = NULL;
	return names;
}

/*
 * gov_state_diagram(machine text) → text
 *		A Mermaid state diagram, with one arrow for each move and verb.
 */
Datum
gov_state_diagram(PG_FUNCTION_ARGS)
{
	const char *machine = gov_arg_word(fcinfo, 0, "machine", machine_names(),
									   NULL);
	StringInfoData buf;
	int			i;

	initStringInfo(&buf);
	appendStringInfoString(&buf, "stateDiagram-v2\n");
	for (i = 0; i < lengthof(transitions); i++)
	{
		const GovTransition *t = &transitions[i];

		if (strcmp(t->machine, machine) == 0)
			appendStringInfo(&buf, "    %s --> %s: %s\n",
							 t->from ? t->from : "[*]", t->to, t->verb);
	}
	PG_RETURN_TEXT_P(cstring_to_text_with_len(buf.data, buf.len));
}
