/*
 * report.c
 *		The result in one line: what holds, and how far; and the exit status.
 *
 * Invariant: of a leaf or a tree that no checkpoint vouches for, only that is
 * said.  So sizes are those of checkpoints, never what an export or a proof
 * claims.
 */
#include <inttypes.h>
#include <time.h>

#include "verifier/verifier.h"

static uint64_t
smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t
larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t
checkpoint_size(const Task *task, int i)
{
	return task->trees.tree[task->checkpoint[i].tree].size;
}

/* How many leaves have to be vouched for. */
static uint64_t
claimed_size(const Task *task)
{
	uint64_t	size = task->from < task->to ? task->to : 0;

	for (int i = 0; i < task->inclusions; i++)
		size = larger(size, task->inclusion[i].leaf_index + 1);
	if (task->export_file != NULL || task->inclusions > 0)
		return size;
	for (int i = 0; i < task->trees.count; i++)
		size = larger(size, task->trees.tree[i].size);
	return size;
}

/* The words for who does not vouch for it. */
static void
print_lack(const Task *task)
{
	uint64_t	size = 0;

	for (int i = 0; i < task->checkpoints; i++)
		size = larger(size, checkpoint_size(task, i));
	for (int i = 0; task->vouched < size && i < task->witnesses; i++)
	{
		if (task->witness[i].tree_size != task->vouched)
			continue;
		printf("%s did not cosign ", task->witness[i].key.verifier.name);
		return;
	}
	printf("nothing vouches for ");
}

static void
print_leaves(uint64_t from, uint64_t to)
{
	if (to - from == 1)
		printf("leaf %" PRIu64, from);
	else
		printf("leaves %" PRIu64 " to %" PRIu64, from, to - 1);
}

static void
report_export(const Task *task)
{
	uint64_t	end = larger(smaller(task->to, task->vouched), task->from);
	uint64_t	leaves = end - task->from;

	if (task->from == task->to)
		printf("no leaves were exported");
	if (leaves > 0)
	{
		printf("%" PRIu64 " events (leaves %" PRIu64 " to %" PRIu64 " of %"
			   PRIu64 ") are as they were sealed", leaves - task->by_hash,
			   task->from, end - 1, task->vouched);
		if (task->by_hash > 0)
			printf(", %" PRIu64 " more were verified by hash only",
				   task->by_hash);
	}
	if (end < task->to)
	{
		if (leaves > 0)
			printf("; ");
		print_lack(task);
		print_leaves(end, task->to);
	}
	if (task->checkpoints == 0)
	{
		char		hex[2 * GOV_SHA256_LEN + 1];
		const Tree *tree = &task->trees.tree[task->export_tree];

		gov_hex(tree->root.bytes, GOV_SHA256_LEN, hex);
		printf("; no checkpoint was given that could be of their root %s",
			   hex);
	}
}

static void
report_checkpoints(const Task *task)
{
	for (int i = 0; i < task->checkpoints; i++)
	{
		const Checkpoint *checkpoint = &task->checkpoint[i];

		printf("%scheckpoint of %" PRIu64 " leaves",
			   i > 0 || task->export_file != NULL ? "; " : "",
			   checkpoint_size(task, i));
		if (checkpoint->is_signed)
		{
			char		hex[2 * GOV_NOTE_KEY_ID_LEN + 1];

			gov_hex(checkpoint->signer.key_id, GOV_NOTE_KEY_ID_LEN, hex);
			printf(" signed by %s+%s", checkpoint->signer.name, hex);
		}
		else
			printf(" not signed");
	}
	if (task->checkpoints == 2)
	{
		uint64_t	a = checkpoint_size(task, 0);
		uint64_t	b = checkpoint_size(task, 1);

		printf("; the log of %" PRIu64 " leaves begins with that of %" PRIu64,
			   larger(a, b), smaller(a, b));
	}
}

static void
report_inclusions(const Task *task)
{
	for (int i = 0; i < task->inclusions; i++)
	{
		const Inclusion *proof = &task->inclusion[i];
		bool		is_vouched = proof->leaf_index < task->vouched;

		printf("; ");
		if (!is_vouched)
			print_lack(task);
		printf("leaf %" PRIu64, proof->leaf_index);
		if (proof->has_event)
			printf(" (event %" PRId64 ")", proof->event_id);
		if (is_vouched)
			printf(" is in the log of %" PRIu64 " leaves",
				   smaller(proof->tree_size, task->vouched));
	}
}

static void
report_witnesses(const Task *task)
{
	for (int i = 0; i < task->witnesses; i++)
	{
		const Witness *witness = &task->witness[i];
		time_t		seconds = (time_t) witness->time;
		struct tm	tm;
		char		text[40] = "an unknown time";

		if (gmtime_r(&seconds, &tm) != NULL)
			(void) strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
		printf("; %s cosigned %" PRIu64 " leaves at %s",
			   witness->key.verifier.name, witness->tree_size, text);
	}
}

int
report(const Task *task)
{
	uint64_t	claimed = claimed_size(task);
	bool		is_whole = task->vouched > 0 && claimed <= task->vouched;

	if (is_whole)
		printf("holds: ");
	else if (task->vouched > 0)
		printf("holds up to leaf %" PRIu64 ": ", task->vouched - 1);
	else
		printf("holds up to no leaf: ");
	if (task->export_file != NULL)
		report_export(task);
	report_checkpoints(task);
	report_inclusions(task);
	report_witnesses(task);
	if (!is_whole && task->export_file == NULL && task->inclusions == 0)
	{
		printf("; ");
		print_lack(task);
		printf("the log of %" PRIu64 " leaves", claimed);
	}
	putchar('\n');
	if (fflush(stdout) != 0 || ferror(stdout))
		return STATUS_UNREADABLE;
	return is_whole || task->allow_tail ? STATUS_HOLDS : STATUS_IN_PART;
}
