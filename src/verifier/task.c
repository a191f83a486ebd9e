/*
 * task.c
 *		The task of a run, and what it has found to be wrong.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "verifier/verifier.h"

/*
 * A contradiction found before says more than a file that cannot be read now.
 */
static Task *current = NULL;

Task *
task_new(void)
{
	Task	   *task = calloc(1, sizeof(Task));

	if (task == NULL)
		unreadable("out of memory");
	current = task;
	return task;
}

void
fails(Task *task, const char *format,...)
{
	va_list		args;

	if (task->failures++ > 0)
		return;
	va_start(args, format);
	vsnprintf(task->failure, sizeof(task->failure), format, args);
	va_end(args);
}

int
report_failure(const Task *task)
{
	printf("does not hold: %s", task->failure);
	if (task->failures > 1)
		printf("; and %" PRIu64 " more", task->failures - 1);
	putchar('\n');
	return fflush(stdout) == 0 ? STATUS_FAILS : STATUS_UNREADABLE;
}

void
unreadable(const char *format,...)
{
	va_list		args;

	if (current != NULL && current->failures > 0)
		exit(report_failure(current));
	fflush(stdout);
	fputs("governance-verify: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(STATUS_UNREADABLE);
}

int
add_tree(Task *task, const char *name, uint64_t size,
		 const GovTreeHash *root)
{
	int			other;
	int			place = trees_add(&task->trees, name, size, root, &other);
	GovTreeHash empty;

	if (place < 0)
		unreadable("too many trees");
	if (gov_tree_root(NULL, 0, &empty) != GOV_TREE_OK)
		unreadable("OpenSSL could not compute SHA-256");
	if (size == 0 && memcmp(&empty, root, sizeof(empty)) != 0)
		fails(task, "%s has no leaves, but not the root of none", name);
	if (other >= 0)
		fails(task, "%s and %s both have %" PRIu64 " leaves, but not the same root: the log was forked or rewritten",
			  task->trees.tree[other].name, name, size);
	return place;
}
