/*
 * verifier.h
 *		What the parts of governance-verify share.
 *
 * The program trusts nothing that it reads except the public keys: it computes
 * what it can, and compares claims with each other.
 *
 * There are two kinds of failure.  A contradiction (fails(), exit status 1) is
 * counted, the first one is reported, and reading goes on where that makes
 * sense.  Something that cannot be read or decided (unreadable(), exit status
 * 2) ends the program.
 *
 * A result may also be only partly right: leaves from "vouched" on are in no
 * tree that a checkpoint vouches for.  That a file is consistent proves
 * nothing about them, so nothing in the result may depend on them.
 */
#ifndef VERIFIER_VERIFIER_H
#define VERIFIER_VERIFIER_H

#include <stdio.h>

#include <json-c/json.h>

#include "tlog/note.h"
#include "verifier/event.h"
#include "verifier/trees.h"

#define STATUS_HOLDS		0
#define STATUS_FAILS		1
#define STATUS_UNREADABLE	2
#define STATUS_IN_PART		3

#define MAX_KEYS			16
#define MAX_CHECKPOINTS		10	/* two, and those of proof files */
#define MAX_PROOFS			8
#define LOG_ID_LEN			36	/* a uuid */

#define NO_INDEX			UINT64_MAX

/* A key that was given: a C2SP verifier key, or the bare one of a PEM file. */
typedef struct Key
{
	const char *given;
	bool		has_name;
	GovVerifier verifier;
} Key;

typedef struct Checkpoint
{
	const char *file;
	int			tree;
	bool		is_signed;
	GovVerifier signer;
} Checkpoint;

typedef struct Inclusion
{
	const char *file;
	uint64_t	leaf_index;
	uint64_t	tree_size;
	GovTreeHash leaf_hash;
	bool		has_event;		/* the export has the leaf: */
	int64_t		event_id;
} Inclusion;

/* A witness, and the largest checkpoint that it cosigned. */
typedef struct Witness
{
	Key			key;
	bool		has_cosigned;
	uint64_t	tree_size;
	uint64_t	time;
} Witness;

/* What was asked for, and the result. */
typedef struct Task
{
	const char *export_file;
	bool		hash_only;		/* leaves without their event are fine */
	bool		is_unsigned;	/* checkpoints without signature are fine */
	bool		allow_tail;		/* leaves that nothing vouches for are fine */
	bool		print;
	size_t		max_line;

	int			keys;
	Key			key[MAX_KEYS];
	int			witnesses;
	Witness		witness[MAX_KEYS];
	int			checkpoints;
	Checkpoint	checkpoint[MAX_CHECKPOINTS];
	int			inclusions;
	Inclusion	inclusion[MAX_PROOFS];
	Trees		trees;
	uint64_t	vouched;		/* so many leaves are vouched for */
	char		log_id[LOG_ID_LEN + 1]; /* empty: not known yet */

	/* of the export */
	uint64_t	from;
	uint64_t	to;
	uint64_t	head_size;
	int			export_tree;	/* the tree that ends with the range */
	uint64_t	by_hash;		/* leaves vouched for whose event is gone */
	bool		is_proven;		/* each leaf by an inclusion proof */

	uint64_t	failures;
	char		failure[512];	/* the first */
} Task;

/* task.c */
extern Task *task_new(void);
extern void fails(Task *task, const char *format,...)
			__attribute__((format(printf, 2, 3)));
extern void unreadable(const char *format,...)
			__attribute__((format(printf, 1, 2), noreturn));
extern int	report_failure(const Task *task);
extern int	add_tree(Task *task, const char *name, uint64_t size,
					 const GovTreeHash *root);

/* report.c: what holds, and how far; the exit status. */
extern int	report(const Task *task);

/* input.c: files, and values in JSON. */
typedef struct Lines
{
	const char *name;
	FILE	   *file;
	char	   *buffer;
	size_t		room;
	size_t		begin;			/* of the text not given out yet */
	size_t		end;
	size_t		max;
	uint64_t	number;			/* of the line given out last */
} Lines;

extern char *read_whole(const char *name, size_t max, size_t *len);
extern void check_unconverted(const char *name, const char *text, size_t len);
extern void lines_open(Lines *lines, const char *name, size_t max);
extern char *lines_next(Lines *lines, size_t *len);
extern void lines_close(Lines *lines);
extern bool json_size(json_object *object, const char *name,
					  uint64_t *size);
extern bool json_hash(json_object *object, const char *name,
					  GovTreeHash *hash);
extern bool json_path(json_object *object, const char *name,
					  GovTreeHash *path, int room, int *length);

/* signed.c: keys and checkpoints; proofs.c; export.c */
extern void read_key(Key *key, const char *given, GovKeyType type);
extern void read_checkpoint(Task *task, const char *file);
extern const Checkpoint *take_checkpoint(Task *task, const char *file,
										 const char *text, size_t len);
extern void read_inclusion(Task *task, const char *file);
extern void read_proof_file(Task *task, const char *file);
extern void read_consistency(Task *task, const char *file);
extern void read_export(Task *task);

/* statement.c: a signed statement, by itself; the exit status. */
extern int	verify_statement(const char *file, const char *signer);

/* print.c: an event as a line of JSON, marked where nothing vouches for it. */
extern void print_event(uint64_t leaf_index, bool is_vouched,
						const Event *event);

#endif							/* VERIFIER_VERIFIER_H */
