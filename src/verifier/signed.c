/*
 * signed.c
 *		Public keys, checkpoints and cosignatures.
 *
 * A checkpoint counts only if one of the given keys signed it, under the name
 * of its own origin: a key of another log proves nothing about this one.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "verifier/verifier.h"

#define KEY_FILE_MAX 8192

/* There is nobody here to enter a password. */
static int
no_password(char *buffer, int size, int writing, void *data)
{
	return -1;
}

static bool
public_key_of_pem(const char *pem, size_t len,
				  uint8_t public_key[GOV_ED25519_KEY_LEN])
{
	BIO		   *bio = BIO_new_mem_buf(pem, (int) len);
	EVP_PKEY   *key = bio == NULL ? NULL :
		PEM_read_bio_PUBKEY(bio, NULL, no_password, NULL);
	size_t		key_len = GOV_ED25519_KEY_LEN;
	bool		ok;

	ok = key != NULL && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 &&
		EVP_PKEY_get_raw_public_key(key, public_key, &key_len) == 1 &&
		key_len == GOV_ED25519_KEY_LEN;
	EVP_PKEY_free(key);
	BIO_free(bio);
	ERR_clear_error();
	return ok;
}

/*
 * read_key
 *		Read a verifier key itself, or a file with one, or with a PEM public
 *		key.
 */
void
read_key(Key *key, const char *given, GovKeyType type)
{
	size_t		len = strlen(given);

	key->given = given;
	key->has_name = true;
	if (gov_verifier_parse(&key->verifier, given, len) != GOV_NOTE_OK)
	{
		char	   *text = read_whole(given, KEY_FILE_MAX, &len);
		bool		is_private = strstr(text, "PRIVATE KEY") != NULL;
		bool		is_key;

		while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
			len--;
		is_key = gov_verifier_parse(&key->verifier, text, len) == GOV_NOTE_OK;
		if (!is_key && type == GOV_KEY_ED25519 &&
			public_key_of_pem(text, len, key->verifier.public_key))
		{
			is_key = true;
			key->has_name = false;
			key->verifier.type = type;
		}
		free(text);
		if (is_private)
			unreadable("%s: is a private key, which nobody but the server should have: openssl pkey -pubout makes the public one",
					   given);
		if (!is_key)
			unreadable("%s: is no verifier key%s", given,
					   type == GOV_KEY_ED25519 ?
					   ", and no Ed25519 public key in PEM" : "");
	}
	if (key->verifier.type != type)
		unreadable("%s: is the key of a %s, not of a %s", given,
				   type == GOV_KEY_ED25519 ? "witness" : "log",
				   type == GOV_KEY_ED25519 ? "log" : "witness");
}

/* Use the key for this origin; false where it belongs to another. */
static bool
key_for_origin(const Key *key, const GovCheckpoint *parsed,
			   GovVerifier *verifier)
{
	if (!key->has_name)
		return gov_verifier_make(verifier, parsed->origin, parsed->origin_len,
								 GOV_KEY_ED25519,
								 key->verifier.public_key) == GOV_NOTE_OK;
	*verifier = key->verifier;
	return strlen(verifier->name) == parsed->origin_len &&
		memcmp(verifier->name, parsed->origin, parsed->origin_len) == 0;
}

static void
check_signature(Task *task, Checkpoint *checkpoint, const GovNote *note,
				const GovCheckpoint *parsed)
{
	for (int i = 0; i < task->keys; i++)
	{
		GovVerifier verifier;
		uint64_t	time;

		if (!key_for_origin(&task->key[i], parsed, &verifier))
			continue;
		switch (gov_note_verify(note, &verifier, &time))
		{
			case GOV_NOTE_OK:
				checkpoint->is_signed = true;
				checkpoint->signer = verifier;
				break;
			case GOV_NOTE_BAD_SIGNATURE:
				fails(task, "the checkpoint %s has a wrong signature by %s",
					  checkpoint->file, verifier.name);
				return;
			case GOV_NOTE_CRYPTO_FAILED:
				unreadable("OpenSSL could not verify a signature");
			default:
				break;
		}
	}
	if (!checkpoint->is_signed && !task->is_unsigned)
		fails(task, "the checkpoint %s is signed by none of the keys given",
			  checkpoint->file);
}

static void
check_witnesses(Task *task, const Checkpoint *checkpoint,
				const GovNote *note, uint64_t tree_size)
{
	for (int i = 0; i < task->witnesses; i++)
	{
		Witness    *witness = &task->witness[i];
		uint64_t	time;

		switch (gov_note_verify(note, &witness->key.verifier, &time))
		{
			case GOV_NOTE_OK:
				if (!witness->has_cosigned || tree_size > witness->tree_size)
				{
					witness->tree_size = tree_size;
					witness->time = time;
				}
				witness->has_cosigned = true;
				break;
			case GOV_NOTE_BAD_SIGNATURE:
				fails(task, "the checkpoint %s has a wrong cosignature by %s",
					  checkpoint->file, witness->key.verifier.name);
				break;
			case GOV_NOTE_CRYPTO_FAILED:
				unreadable("OpenSSL could not verify a signature");
			default:
				break;
		}
	}
}

/* Check that all origins end with the same log. */
static void
check_log(Task *task, const char *file, const GovCheckpoint *parsed)
{
	const char *log_id;

	if (parsed->origin_len <= LOG_ID_LEN)
		unreadable("%s: its origin does not end in a log's id", file);
	log_id = parsed->origin + parsed->origin_len - LOG_ID_LEN;
	if (log_id[-1] != '/')
		unreadable("%s: its origin does not end in a log's id", file);
	if (task->log_id[0] != '\0' &&
		memcmp(task->log_id, log_id, LOG_ID_LEN) != 0)
		fails(task, "the checkpoints are of different logs");
	memcpy(task->log_id, log_id, LOG_ID_LEN);
}

const Checkpoint *
take_checkpoint(Task *task, const char *file, const char *text, size_t len)
{
	Checkpoint *checkpoint = &task->checkpoint[task->checkpoints++];
	GovCheckpoint parsed;
	GovNote    *note = calloc(1, sizeof(GovNote));
	char		name[160];

	if (note == NULL)
		unreadable("out of memory");
	checkpoint->file = file;

	/* psql adds a newline of its own */
	if (len > 2 && text[len - 1] == '\n' && text[len - 2] == '\n')
		len--;
	if (gov_note_parse(note, text, len) != GOV_NOTE_OK)
	{
		note->text = text;
		note->text_len = len;
		note->count = 0;
	}
	if (gov_checkpoint_parse(&parsed, note->text,
							 note->text_len) != GOV_NOTE_OK)
		unreadable("%s: is no checkpoint", file);
	if (parsed.tree_size >= GOV_TREE_MAX_SIZE)
		unreadable("%s: is of more leaves than a log can have", file);
	check_log(task, file, &parsed);
	check_signature(task, checkpoint, note, &parsed);
	check_witnesses(task, checkpoint, note, parsed.tree_size);
	snprintf(name, sizeof(name), "the checkpoint %s", file);
	checkpoint->tree = add_tree(task, name, parsed.tree_size, &parsed.root);
	free(note);
	return checkpoint;
}

/*
 * read_checkpoint
 */
void
read_checkpoint(Task *task, const char *file)
{
	size_t		len;
	char	   *text = read_whole(file, GOV_NOTE_MAX_LEN, &len);

	check_unconverted(file, text, len);
	(void) take_checkpoint(task, file, text, len);
	free(text);
}
