/*
 * main.c
 *		governance-verify: does the audit trail hold?
 *
 * Works without a server and trusts nothing that comes out of one: what it
 * believes are the public keys, and checkpoints that they signed.  Says in
 * one line what holds, or what does not.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "verify/verify.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

#define DEFAULT_MAX_LINE	(64 * 1024 * 1024)
#define LARGEST_MAX_LINE	(1024 * 1024 * 1024)

enum
{
	OPTION_HASH_ONLY = 256, OPTION_UNSIGNED, OPTION_MAX_LINE
};

static const struct option options[] = {
	{"checkpoint", required_argument, NULL, 'c'},
	{"key", required_argument, NULL, 'k'},
	{"witness", required_argument, NULL, 'w'},
	{"inclusion", required_argument, NULL, 'i'},
	{"consistency", required_argument, NULL, 'C'},
	{"print", no_argument, NULL, 'p'},
	{"hash-only", no_argument, NULL, OPTION_HASH_ONLY},
	{"unsigned", no_argument, NULL, OPTION_UNSIGNED},
	{"max-line", required_argument, NULL, OPTION_MAX_LINE},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{0}
};

static const char help[] =
"governance-verify checks the audit trail of the PostgreSQL extension\n"
"governance, without a server.\n"
"\n"
"Usage: governance-verify [OPTION]... [EXPORT]\n"
"\n"
"EXPORT is what gov_audit_export() gave, one line a row; - is standard input.\n"
"\n"
"  -c, --checkpoint=FILE   a checkpoint (gov_audit_checkpoint()); two at most\n"
"  -k, --key=KEY           a public key that signs checkpoints: a PEM file, a\n"
"                          verifier key, or a file with one; also several\n"
"  -w, --witness=KEY       a witness's verifier key, or a file with one: one of\n"
"                          the checkpoints must have its cosignature\n"
"  -i, --inclusion=FILE    a proof by gov_audit_inclusion_proof()\n"
"  -C, --consistency=FILE  a proof by gov_audit_consistency_proof()\n"
"  -p, --print             print each event that is as it was sealed, as JSON;\n"
"                          believe them if the last line says \"holds\"\n"
"      --hash-only         take leaves whose event is gone by their hash,\n"
"                          though nothing says that they were retired\n"
"      --unsigned          take checkpoints that are not signed, because they\n"
"                          come from a place that you trust\n"
"      --max-line=BYTES    the longest line of an export (67108864)\n"
"  -h, --help              this text\n"
"  -V, --version           the version\n"
"\n"
"Exit status: 0 what was given holds; 1 it does not, and the line says which\n"
"event or proof; 2 it cannot be read, or not be decided.\n";

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

/* What was found before tells more than what cannot be read now: see main. */
static Task *current = NULL;

static int
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

	if (place < 0)
		unreadable("too many trees");
	if (other >= 0)
		fails(task, "%s and %s both have %" PRIu64 " leaves, but not the same root: the log was forked or rewritten",
			  task->trees.tree[other].name, name, size);
	return place;
}

static void
bad_usage(const char *text)
{
	unreadable("%s (--help tells more)", text);
}

static size_t
parse_max_line(const char *text)
{
	char	   *end;
	unsigned long long value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno != 0 || *end != '\0' || end == text || text[0] == '-' ||
		value < 1024 || value > LARGEST_MAX_LINE)
		bad_usage("--max-line is from 1024 to 1073741824");
	return (size_t) value;
}

/* Names of files, read once all keys are known. */
typedef struct Files
{
	int			count;
	const char *name[MAX_PROOFS];
} Files;

static void
add_file(Files *files, int max, const char *name, const char *complaint)
{
	if (files->count == max)
		bad_usage(complaint);
	files->name[files->count++] = name;
}

static void
parse_options(Task *task, int argc, char **argv)
{
	Files		checkpoints = {0};
	Files		inclusions = {0};
	Files		consistencies = {0};
	int			option;

	while ((option = getopt_long(argc, argv, "c:k:w:i:C:phV", options,
								 NULL)) != -1)
	{
		switch (option)
		{
			case 'c':
				add_file(&checkpoints, MAX_CHECKPOINTS, optarg,
						 "two checkpoints at most");
				break;
			case 'k':
				if (task->keys == MAX_KEYS)
					bad_usage("too many keys");
				read_key(&task->key[task->keys++], optarg, GOV_KEY_ED25519);
				break;
			case 'w':
				if (task->witnesses == MAX_KEYS)
					bad_usage("too many witnesses");
				read_key(&task->witness[task->witnesses++].key, optarg,
						 GOV_KEY_COSIGNATURE);
				break;
			case 'i':
				add_file(&inclusions, MAX_PROOFS, optarg,
						 "too many inclusion proofs");
				break;
			case 'C':
				add_file(&consistencies, MAX_PROOFS, optarg,
						 "too many consistency proofs");
				break;
			case 'p':
				task->print = true;
				break;
			case OPTION_HASH_ONLY:
				task->hash_only = true;
				break;
			case OPTION_UNSIGNED:
				task->is_unsigned = true;
				break;
			case OPTION_MAX_LINE:
				task->max_line = parse_max_line(optarg);
				break;
			case 'h':
				fputs(help, stdout);
				exit(STATUS_HOLDS);
			case 'V':
				puts("governance-verify " VERSION);
				exit(STATUS_HOLDS);
			default:
				exit(STATUS_UNREADABLE);	/* getopt has said why */
		}
	}
	if (optind + 1 < argc)
		bad_usage("one export at most");
	if (optind < argc)
		task->export_file = argv[optind];
	if (task->export_file == NULL && checkpoints.count == 0)
		bad_usage("neither an export nor a checkpoint was given");
	if (checkpoints.count > 0 && task->keys == 0 && !task->is_unsigned)
		bad_usage("a checkpoint proves nothing without the key that signed it: --key");
	if (checkpoints.count == 0 && task->keys + task->witnesses > 0)
		bad_usage("a key, but no checkpoint that it could have signed: --checkpoint");

	for (int i = 0; i < checkpoints.count; i++)
		read_checkpoint(task, checkpoints.name[i]);
	for (int i = 0; i < consistencies.count; i++)
		read_consistency(task, consistencies.name[i]);
	for (int i = 0; i < inclusions.count; i++)
		read_inclusion(task, inclusions.name[i]);
}

static void
check_cosigned(Task *task)
{
	for (int i = 0; i < task->witnesses; i++)
	{
		if (!task->witness[i].has_cosigned)
			fails(task, "no checkpoint given has a cosignature by the witness %s",
				  task->witness[i].key.verifier.name);
	}
}

/*
 * check_connected
 *		All that was given must be proven to be one log.
 */
static void
check_connected(Task *task)
{
	int			anchor = task->export_file != NULL ? task->export_tree :
		task->checkpoint[0].tree;
	int			stranger = trees_stranger(&task->trees, anchor);
	const Tree *tree;

	if (stranger < 0)
		return;
	tree = &task->trees.tree[stranger];
	if (task->export_file != NULL && tree->size > task->head_size)
		fails(task, "%s has %" PRIu64 " leaves, the log of the export has only %" PRIu64 ": events were cut off, or the export is older (then prove it: --consistency)",
			  tree->name, tree->size, task->head_size);
	else
		unreadable("nothing proves that %s (%" PRIu64 " leaves) and %s (%" PRIu64 " leaves) are one log: --consistency",
				   tree->name, tree->size, task->trees.tree[anchor].name,
				   task->trees.tree[anchor].size);
}

static void
report_export(const Task *task)
{
	uint64_t	leaves = task->to - task->from;

	if (leaves == 0)
		printf("no leaves were exported, of %" PRIu64, task->head_size);
	else
	{
		printf("%" PRIu64 " events (leaves %" PRIu64 " to %" PRIu64 " of %"
			   PRIu64 ") are as they were sealed", leaves - task->by_hash,
			   task->from, task->to - 1, task->head_size);
		if (task->by_hash > 0)
			printf(", %" PRIu64 " more were verified by hash only",
				   task->by_hash);
	}
	if (task->checkpoints == 0)
	{
		char		hex[2 * GOV_SHA256_LEN + 1];
		const Tree *tree = &task->trees.tree[task->export_tree];

		gov_hex(tree->root.bytes, GOV_SHA256_LEN, hex);
		printf("; no checkpoint vouches for their root %s", hex);
	}
}

static void
report(const Task *task)
{
	const char *between = "";

	printf("holds: ");
	if (task->export_file != NULL)
	{
		report_export(task);
		between = "; ";
	}
	for (int i = 0; i < task->checkpoints; i++)
	{
		const Checkpoint *checkpoint = &task->checkpoint[i];

		printf("%scheckpoint of %" PRIu64 " leaves", between,
			   task->trees.tree[checkpoint->tree].size);
		if (checkpoint->is_signed)
		{
			char		hex[2 * GOV_NOTE_KEY_ID_LEN + 1];

			gov_hex(checkpoint->signer.key_id, GOV_NOTE_KEY_ID_LEN, hex);
			printf(" signed by %s+%s", checkpoint->signer.name, hex);
		}
		else
			printf(" not signed");
		between = "; ";
	}
	if (task->checkpoints == 2)
	{
		uint64_t	a = task->trees.tree[task->checkpoint[0].tree].size;
		uint64_t	b = task->trees.tree[task->checkpoint[1].tree].size;

		printf("; the log of %" PRIu64 " leaves begins with that of %" PRIu64,
			   a > b ? a : b, a > b ? b : a);
	}
	for (int i = 0; i < task->inclusions; i++)
	{
		const Inclusion *proof = &task->inclusion[i];

		printf("; leaf %" PRIu64, proof->leaf_index);
		if (proof->has_event)
			printf(" (event %" PRId64 ")", proof->event_id);
		printf(" is in the log of %" PRIu64 " leaves", proof->tree_size);
	}
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
	putchar('\n');
}

int
main(int argc, char **argv)
{
	Task	   *task = calloc(1, sizeof(Task));

	if (task == NULL)
		unreadable("out of memory");
	current = task;
	task->max_line = DEFAULT_MAX_LINE;
	task->export_tree = -1;
	parse_options(task, argc, argv);
	check_cosigned(task);
	if (task->export_file != NULL)
		read_export(task);
	if (task->failures == 0)
		check_connected(task);
	if (task->failures > 0)
		return report_failure(task);
	report(task);
	if (fflush(stdout) != 0 || ferror(stdout))
		return STATUS_UNREADABLE;
	return STATUS_HOLDS;
}
