/*
 * main.c
 *		governance-verify: does the audit trail hold?
 *
 * It works without a server and trusts nothing that comes from one: it trusts
 * only the public keys, and checkpoints that they signed.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "verifier/verifier.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

#define DEFAULT_MAX_LINE	(64 * 1024 * 1024)
#define LARGEST_MAX_LINE	(1024 * 1024 * 1024)

enum
{
	OPTION_HASH_ONLY = 256, OPTION_UNSIGNED, OPTION_ALLOW_TAIL,
	OPTION_MAX_LINE, OPTION_STATEMENT, OPTION_SIGNER
};

static const struct option options[] = {
	{"checkpoint", required_argument, NULL, 'c'},
	{"key", required_argument, NULL, 'k'},
	{"witness", required_argument, NULL, 'w'},
	{"inclusion", required_argument, NULL, 'i'},
	{"consistency", required_argument, NULL, 'C'},
	{"proof", required_argument, NULL, 'P'},
	{"statement", required_argument, NULL, OPTION_STATEMENT},
	{"signer", required_argument, NULL, OPTION_SIGNER},
	{"print", no_argument, NULL, 'p'},
	{"hash-only", no_argument, NULL, OPTION_HASH_ONLY},
	{"unsigned", no_argument, NULL, OPTION_UNSIGNED},
	{"allow-unsigned-tail", no_argument, NULL, OPTION_ALLOW_TAIL},
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
"  -P, --proof=FILE        an event with its proof and a checkpoint, by\n"
"                          gov_audit_proof_file() (C2SP tlog-proof)\n"
"      --statement=FILE    a Sigstore bundle: one of gov_attestations(), or the\n"
"                          signature of a model; by itself, with:\n"
"      --signer=FILE       who signs it: a public key or root certificate, PEM\n"
"  -p, --print             print each event as JSON; believe them if the last\n"
"                          line begins with \"holds\", but for those marked\n"
"                          \"vouched_for\":false, which somebody may have made up\n"
"      --hash-only         take leaves whose event is gone by their hash,\n"
"                          though nothing says that they were retired\n"
"      --unsigned          take checkpoints that are not signed, because they\n"
"                          come from a place that you trust\n"
"      --allow-unsigned-tail\n"
"                          end with 0, not 3, where no checkpoint vouches for\n"
"                          the last leaves\n"
"      --max-line=BYTES    the longest line of an export (67108864)\n"
"  -h, --help              this text\n"
"  -V, --version           the version\n"
"\n"
"Exit status: 0 what was given holds, wholly; 1 it does not, and the line says\n"
"which event or proof; 2 it cannot be read, or not be decided; 3 it holds up to\n"
"a leaf, and no checkpoint (or not the witness) vouches for the rest.\n";

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
	Files		proofs = {0};
	const char *statement = NULL;
	const char *signer = NULL;
	int			option;

	while ((option = getopt_long(argc, argv, "c:k:w:i:C:P:phV", options,
								 NULL)) != -1)
	{
		switch (option)
		{
			case 'c':
				add_file(&checkpoints, 2, optarg,
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
			case 'P':
				add_file(&proofs, MAX_PROOFS, optarg, "too many proof files");
				break;
			case 'p':
				task->print = true;
				break;
			case OPTION_STATEMENT:
				statement = optarg;
				break;
			case OPTION_SIGNER:
				signer = optarg;
				break;
			case OPTION_HASH_ONLY:
				task->hash_only = true;
				break;
			case OPTION_UNSIGNED:
				task->is_unsigned = true;
				break;
			case OPTION_ALLOW_TAIL:
				task->allow_tail = true;
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
				exit(STATUS_UNREADABLE);	/* getopt has reported why */
		}
	}
	if (statement != NULL || signer != NULL)
	{
		if (argc != 3 && argc != 5)
			bad_usage("a statement is verified by itself");
		if (statement == NULL || signer == NULL)
			bad_usage("--statement and --signer need each other");
		exit(verify_statement(statement, signer));
	}
	if (optind + 1 < argc)
		bad_usage("one export at most");
	if (optind < argc)
		task->export_file = argv[optind];
	if (inclusions.count + proofs.count > MAX_PROOFS)
		bad_usage("too many proofs");
	if (task->export_file == NULL && checkpoints.count + proofs.count == 0)
		bad_usage("neither an export nor a checkpoint was given");
	if (checkpoints.count + proofs.count > 0 && task->keys == 0 &&
		!task->is_unsigned)
		bad_usage("a checkpoint proves nothing without the key that signed it: --key");
	if (checkpoints.count + proofs.count == 0 &&
		task->keys + task->witnesses > 0)
		bad_usage("a key, but no checkpoint that it could have signed: --checkpoint");

	for (int i = 0; i < checkpoints.count; i++)
		read_checkpoint(task, checkpoints.name[i]);
	for (int i = 0; i < proofs.count; i++)
		read_proof_file(task, proofs.name[i]);
	for (int i = 0; i < consistencies.count; i++)
		read_consistency(task, consistencies.name[i]);
	for (int i = 0; i < inclusions.count; i++)
		read_inclusion(task, inclusions.name[i]);
}

/*
 * find_vouched
 *		Find how many leaves the checkpoints vouch for, and each witness with
 *		them.
 */
static void
find_vouched(Task *task)
{
	for (int i = 0; i < task->checkpoints; i++)
	{
		uint64_t	size = task->trees.tree[task->checkpoint[i].tree].size;

		if (size > task->vouched)
			task->vouched = size;
	}
	for (int i = 0; i < task->witnesses; i++)
	{
		const Witness *witness = &task->witness[i];

		if (!witness->has_cosigned)
			fails(task, "no checkpoint given has a cosignature by the witness %s",
				  witness->key.verifier.name);
		else if (witness->tree_size < task->vouched)
			task->vouched = witness->tree_size;
	}
}

static void
check_one_log(const Trees *trees, int a, int b)
{
	if (!trees_are_one_log(trees, a, b))
		unreadable("nothing proves that %s (%" PRIu64 " leaves) and %s (%" PRIu64 " leaves) are one log: --consistency",
				   trees->tree[a].name, trees->tree[a].size,
				   trees->tree[b].name, trees->tree[b].size);
}

/*
 * check_not_cut
 *		Check that a checkpoint with more leaves than the export's log is
 *		proven to extend it.
 */
static void
check_not_cut(Task *task)
{
	const Trees *trees = &task->trees;
	int			shown = task->export_tree + (task->to == 0 ? 1 : 0);

	for (int i = 0; i < task->export_tree; i++)
	{
		if (trees->tree[i].size > task->head_size &&
			(task->head_size == 0 || !trees_are_one_log(trees, i, shown)))
			fails(task, "%s has %" PRIu64 " leaves, the log of the export has only %" PRIu64 ": events were cut off, or the export is older (then prove it: --consistency)",
				  trees->tree[i].name, trees->tree[i].size, task->head_size);
	}
}

/*
 * check_connected
 *		Check that everything given is proven to be one log.
 *
 * The export's head is left out, as nothing is said about it.  Neither is its
 * own tree needed where a proof shows each of its leaves in another tree.
 */
static void
check_connected(Task *task)
{
	const Trees *trees = &task->trees;
	bool		by_tree = task->export_file != NULL && !task->is_proven;
	int			others = task->export_file != NULL ? task->export_tree :
		trees->count;

	if (by_tree)
		check_not_cut(task);
	for (int i = 0; task->failures == 0 && i < others; i++)
	{
		for (int j = 0; j < i; j++)
			check_one_log(trees, i, j);
		if (by_tree)
			check_one_log(trees, i, task->export_tree);
	}
}

int
main(int argc, char **argv)
{
	Task	   *task = task_new();

	task->max_line = DEFAULT_MAX_LINE;
	task->export_tree = -1;
	parse_options(task, argc, argv);
	find_vouched(task);
	if (task->export_file != NULL)
		read_export(task);
	if (task->failures == 0)
		check_connected(task);
	if (task->failures > 0)
		return report_failure(task);
	return report(task);
}
