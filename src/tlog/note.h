/*
 * note.h
 *		Signed notes, checkpoints and cosignatures as C2SP specifies them.
 *
 * c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature.
 * Pure: no server, no memory of its own but what OpenSSL takes for a call;
 * the unit tests and the offline verifier use the same code as the extension.
 *
 * Invariants: parsing is strict (what could be written in two ways is read in
 * one) and never reads past the length it is given.  What is parsed points
 * into the text it was parsed from.  Output goes into the caller's room and
 * ends with a zero byte.  Results mean nothing unless the status is
 * GOV_NOTE_OK.
 */
#ifndef GOV_NOTE_H
#define GOV_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tlog/merkle.h"

#define GOV_ED25519_KEY_LEN		32
#define GOV_ED25519_SIGNATURE_LEN 64

#define GOV_NOTE_MAX_LEN		65536	/* bytes of a note */
#define GOV_NOTE_MAX_NAME		255 /* bytes of a key's name, or an origin */
#define GOV_NOTE_MAX_SIGNATURES	64
#define GOV_NOTE_KEY_ID_LEN		4

/* Room for a verifier key, a signature line and a checkpoint's text. */
#define GOV_VERIFIER_ROOM		(GOV_NOTE_MAX_NAME + 1 + 8 + 1 + 44 + 1)
#define GOV_SIGNATURE_ROOM		(3 + 1 + GOV_NOTE_MAX_NAME + 1 + 104 + 1 + 1)
#define GOV_CHECKPOINT_ROOM		(GOV_NOTE_MAX_NAME + 1 + 20 + 1 + 44 + 1 + 1)

typedef enum GovNoteStatus
{
	GOV_NOTE_OK = 0,
	GOV_NOTE_MALFORMED,			/* not what the format says */
	GOV_NOTE_NOT_SIGNED,		/* well-formed, no signature by that key */
	GOV_NOTE_BAD_SIGNATURE,		/* one that claims to be, and is not */
	GOV_NOTE_CRYPTO_FAILED		/* OpenSSL failed: no answer */
} GovNoteStatus;

/* The types are part of the formats. */
typedef enum GovKeyType
{
	GOV_KEY_ED25519 = 0x01,		/* signs the note's text */
	GOV_KEY_COSIGNATURE = 0x04	/* a witness: signs text and time */
} GovKeyType;

/* A verifier: the name, the type and the public key of a signer. */
typedef struct GovVerifier
{
	char		name[GOV_NOTE_MAX_NAME + 1];
	GovKeyType	type;
	uint8_t		key_id[GOV_NOTE_KEY_ID_LEN];
	uint8_t		public_key[GOV_ED25519_KEY_LEN];
} GovVerifier;

/* The longest signature that is decoded: a time and Ed25519. */
#define GOV_NOTE_SIGNATURE_KEEP (8 + GOV_ED25519_SIGNATURE_LEN)

typedef struct GovNoteSignature
{
	const char *name;
	size_t		name_len;
	uint8_t		key_id[GOV_NOTE_KEY_ID_LEN];
	size_t		len;			/* without the key id; as much as is kept: */
	uint8_t		bytes[GOV_NOTE_SIGNATURE_KEEP];
	const char *line;			/* the whole line, newline included */
	size_t		line_len;
} GovNoteSignature;

typedef struct GovNote
{
	const char *text;			/* what is signed, its last newline too */
	size_t		text_len;
	int			count;
	GovNoteSignature signature[GOV_NOTE_MAX_SIGNATURES];
} GovNote;

typedef struct GovCheckpoint
{
	const char *origin;
	size_t		origin_len;
	uint64_t	tree_size;
	GovTreeHash root;
	const char *extensions;		/* further lines, each with its newline */
	size_t		extensions_len;
} GovCheckpoint;

/* OpenSSL's EVP_PKEY, by the name that needs none of its headers. */
struct evp_pkey_st;

/* Is it a name that a key may have? */
extern bool gov_note_name_is_valid(const char *name, size_t len);

/* Verifier keys: "<name>+<hex key id>+<base64 of type and public key>". */
extern GovNoteStatus gov_verifier_make(GovVerifier *verifier,
									   const char *name, size_t name_len,
									   GovKeyType type,
									   const uint8_t *public_key);
extern GovNoteStatus gov_verifier_parse(GovVerifier *verifier,
										const char *text, size_t len);
extern void gov_verifier_text(const GovVerifier *verifier,
							  char out[GOV_VERIFIER_ROOM]);

/* A private key: PEM, PKCS #8, Ed25519, not encrypted.  NULL if it is not. */
extern struct evp_pkey_st *gov_signing_key_read(const char *pem, size_t len);
extern bool gov_signing_key_public(struct evp_pkey_st *key,
								   uint8_t public_key[GOV_ED25519_KEY_LEN]);
extern void gov_signing_key_free(struct evp_pkey_st *key);

/* Sign any bytes; the signature is always the same (RFC 8032). */
extern bool gov_signing_key_sign(struct evp_pkey_st *key,
								 const uint8_t *message, size_t len,
								 uint8_t signature[GOV_ED25519_SIGNATURE_LEN]);

/* Parse a note.  An unsigned text is not a note: MALFORMED. */
extern GovNoteStatus gov_note_parse(GovNote *note, const char *text,
									size_t len);

/* One signature; of a cosignature, *time is when (seconds since 1970). */
extern GovNoteStatus gov_note_check(const GovNote *note,
									const GovNoteSignature *signature,
									const GovVerifier *verifier,
									uint64_t *time);

/*
 * Every signature that claims to be by the verifier must be (the newest time
 * counts), and there must be one.
 */
extern GovNoteStatus gov_note_verify(const GovNote *note,
									 const GovVerifier *verifier,
									 uint64_t *time);

/*
 * A signature line for a text; "time" counts for cosignatures only.  A signed
 * note is text, an empty line, and such lines.
 */
extern GovNoteStatus gov_note_sign(const char *text, size_t len,
								   const GovVerifier *verifier,
								   struct evp_pkey_st *key, uint64_t time,
								   char out[GOV_SIGNATURE_ROOM]);

/* A checkpoint's text (the text of a note, or one that nobody signed). */
extern GovNoteStatus gov_checkpoint_parse(GovCheckpoint *checkpoint,
										  const char *text, size_t len);
extern GovNoteStatus gov_checkpoint_text(const char *origin,
										 uint64_t tree_size,
										 const GovTreeHash *root,
										 char out[GOV_CHECKPOINT_ROOM]);

#endif							/* GOV_NOTE_H */
