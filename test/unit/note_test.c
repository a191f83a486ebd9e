/*
 * note_test.c
 *		Signed notes, checkpoints and cosignatures: published values, notes
 *		built by hand, and what must be refused.
 */
#include <stdlib.h>

#include <openssl/evp.h>

#include "tlog/base64.h"
#include "tlog/note.h"
#include "unit.h"

#define DASH "\xe2\x80\x94 "

/* Ed25519 of RFC 8032, section 7.1: tests 1 to 3. */
static const struct
{
	const char *seed;
	const char *public_key;
	const char *message;
	const char *signature;
}			rfc8032[] =
{
	{
		"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
		"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
		"",
		"e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
	},
	{
		"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
		"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
		"72",
		"92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
	},
	{
		"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
		"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
		"af82",
		"6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
	}
};

/* The example of golang.org/x/mod/sumdb/note, which others test against. */
#define NEUMANN_KEY \
	"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define NEUMANN_TEXT \
	"If you think cryptography is the answer to your problem,\n" \
	"then you don't know what your problem is.\n"
#define NEUMANN_LINE DASH \
	"PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

/* The example of c2sp.org/tlog-cosignature; its keys are not published. */
#define SOFA_TEXT \
	"example.com/behind-the-sofa\n20852163\n" \
	"CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
#define SOFA_LINES \
	DASH "example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n" \
	DASH "witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"

static size_t
from_hex(const char *hex, uint8_t *out)
{
	size_t		len = strlen(hex) / 2;

	for (size_t i = 0; i < len; i++)
	{
		unsigned	byte;

		sscanf(hex + 2 * i, "%2x", &byte);
		out[i] = (uint8_t) byte;
	}
	return len;
}

static GovNoteStatus
parse(GovNote *note, const char *text)
{
	return gov_note_parse(note, text, strlen(text));
}

static GovVerifier
verifier_of(const char *text)
{
	GovVerifier verifier;

	memset(&verifier, 0, sizeof(verifier));
	is_int(gov_verifier_parse(&verifier, text, strlen(text)), GOV_NOTE_OK,
		   text);
	return verifier;
}

static GovVerifier
verifier_made(const char *name, GovKeyType type, EVP_PKEY *key)
{
	GovVerifier verifier;
	uint8_t		public_key[GOV_ED25519_KEY_LEN] = {0};

	(void) gov_signing_key_public(key, public_key);
	if (gov_verifier_make(&verifier, name, strlen(name), type,
						  public_key) != GOV_NOTE_OK)
		ok(false, "a verifier");
	return verifier;
}

/* A private key from its seed, by way of a PEM file as openssl makes it. */
static EVP_PKEY *
key_of_seed(const char *seed)
{
	uint8_t		der[48];
	char		pem[200];
	char		encoded[GOV_BASE64_ROOM(sizeof(der))];

	from_hex("302e020100300506032b657004220420", der);
	from_hex(seed, der + 16);
	gov_base64_encode(der, sizeof(der), encoded);
	snprintf(pem, sizeof(pem),
			 "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n",
			 encoded);
	return gov_signing_key_read(pem, strlen(pem));
}

static void
ed25519(void)
{
	for (size_t i = 0; i < sizeof(rfc8032) / sizeof(rfc8032[0]); i++)
	{
		EVP_PKEY   *key = key_of_seed(rfc8032[i].seed);
		uint8_t		public_key[GOV_ED25519_KEY_LEN];
		uint8_t		message[8];
		GovVerifier verifier;
		GovNote		note;
		uint64_t	time;
		int			wrong = 0;

		ok(key != NULL, "RFC 8032: the private key is read");
		ok(gov_signing_key_public(key, public_key), "it has a public key");
		is_hex(public_key, sizeof(public_key), rfc8032[i].public_key,
			   "the RFC's");
		verifier = verifier_made("rfc8032", GOV_KEY_ED25519, key);
		note.text = (const char *) message;
		note.text_len = from_hex(rfc8032[i].message, message);
		note.count = 1;
		note.signature[0].name = "rfc8032";
		note.signature[0].name_len = 7;
		memcpy(note.signature[0].key_id, verifier.key_id,
			   GOV_NOTE_KEY_ID_LEN);
		note.signature[0].len = from_hex(rfc8032[i].signature,
										 note.signature[0].bytes);
		is_int(gov_note_verify(&note, &verifier, &time), GOV_NOTE_OK,
			   "RFC 8032: the signature verifies");
		for (int bit = 0; bit < 8 * GOV_ED25519_SIGNATURE_LEN; bit++)
		{
			note.signature[0].bytes[bit / 8] ^= 1 << bit % 8;
			if (gov_note_verify(&note, &verifier,
								&time) != GOV_NOTE_BAD_SIGNATURE)
				wrong++;
			note.signature[0].bytes[bit / 8] ^= 1 << bit % 8;
		}
		is_int(wrong, 0, "with any bit turned it does not");
		gov_signing_key_free(key);
	}
}

static void
base64(void)
{
	static const char *const bad[] = {
		"A", "AA", "AAA", "AAAAA", "=", "====", "A===", "AA=A", "AAA=AAAA",
		"AA==AAAA", "AB==", "AAB=", "AA\n=", "AA-_", "AAA ", "AA=\n"
	};
	uint8_t		bytes[40];
	uint8_t		back[40];
	char		text[GOV_BASE64_ROOM(sizeof(bytes))];
	size_t		len;
	int			wrong = 0;

	for (size_t n = 0; n <= sizeof(bytes); n++)
	{
		for (size_t i = 0; i < n; i++)
			bytes[i] = (uint8_t) (31 * n + 97 * i + 3);
		gov_base64_encode(bytes, n, text);
		if (strlen(text) + 1 != GOV_BASE64_ROOM(n) ||
			!gov_base64_decode(text, strlen(text), back, sizeof(back), &len) ||
			len != n || memcmp(bytes, back, n) != 0)
			wrong++;
	}
	is_int(wrong, 0, "base64 of 0 to 40 bytes and back");
	gov_base64_encode((const uint8_t *) "foobar", 6, text);
	is_str(text, "Zm9vYmFy", "RFC 4648: foobar");
	gov_base64_encode((const uint8_t *) "foob", 4, text);
	is_str(text, "Zm9vYg==", "RFC 4648: foob");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!gov_base64_decode(bad[i], strlen(bad[i]), back, sizeof(back),
							  &len), bad[i]);
	memset(back, 7, sizeof(back));
	ok(gov_base64_decode("Zm9vYmFy", 8, back, 2, &len) && len == 6 &&
	   memcmp(back, "fo\7", 3) == 0, "no more is written than there is room");
}

static void
verifier_keys(void)
{
	static const char *const bad[] = {
		"", "+", "++", "PeterNeumann", "PeterNeumann+c74f20a3",
		"PeterNeumann+c74f20a3+",
		"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWAAAA",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TX",
		"PeterNeumann+c74f20a3+AhpC2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n",
		"+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
	};
	GovVerifier verifier = verifier_of(NEUMANN_KEY);
	GovVerifier witness;
	char		text[GOV_VERIFIER_ROOM];
	char		longest[GOV_NOTE_MAX_NAME + 2];

	is_str(verifier.name, "PeterNeumann", "its name");
	is_int(verifier.type, GOV_KEY_ED25519, "its type");
	is_hex(verifier.key_id, GOV_NOTE_KEY_ID_LEN, "c74f20a3", "its id");
	gov_verifier_text(&verifier, text);
	is_str(text, NEUMANN_KEY, "and as text again");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(gov_verifier_parse(&verifier, bad[i], strlen(bad[i])),
			   GOV_NOTE_MALFORMED, bad[i]);

	/* the id depends on the type, so one key can't pass for the other's */
	verifier = verifier_of(NEUMANN_KEY);
	is_int(gov_verifier_make(&witness, "PeterNeumann", 12,
							 GOV_KEY_COSIGNATURE, verifier.public_key),
		   GOV_NOTE_OK, "the same key as a witness");
	ok(memcmp(witness.key_id, verifier.key_id, GOV_NOTE_KEY_ID_LEN) != 0,
	   "has another id");
	gov_verifier_text(&witness, text);
	is_int(gov_verifier_parse(&verifier, text, strlen(text)), GOV_NOTE_OK,
		   "a witness key is read back");
	is_int(verifier.type, GOV_KEY_COSIGNATURE, "as one");

	memset(longest, 'n', sizeof(longest));
	is_int(gov_verifier_make(&witness, longest, GOV_NOTE_MAX_NAME,
							 GOV_KEY_ED25519, verifier.public_key),
		   GOV_NOTE_OK, "the longest name");
	gov_verifier_text(&witness, text);
	is_int((int) strlen(text) + 1, GOV_VERIFIER_ROOM, "fills the room");
	is_int(gov_verifier_make(&witness, longest, GOV_NOTE_MAX_NAME + 1,
							 GOV_KEY_ED25519, verifier.public_key),
		   GOV_NOTE_MALFORMED, "a longer one");
}

static void
names(void)
{
	static const char *const good[] = {
		"a", "example.com/log42", "quasimodo.example/salvatore", "\xc3\xa9",
		"governance/6f1c0d5e-0000-4000-8000-000000000000", "\xf0\x9f\x94\x92"
	};
	static const char *const bad[] = {
		"", " ", "a b", "a+b", "a\tb", "a\nb", "a\xc2\xa0" "b",
		"a\xe2\x80\x83" "b", "\xe3\x80\x80", "\xff", "\xc3", "\xc0\xaf",
		"\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x80", "a\x01"
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(gov_note_name_is_valid(good[i], strlen(good[i])), good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!gov_note_name_is_valid(bad[i], strlen(bad[i])), "a bad name");
	ok(!gov_note_name_is_valid("a\0b", 3), "a zero byte in a name");
}

static void
signed_notes(void)
{
	GovVerifier neumann = verifier_of(NEUMANN_KEY);
	GovVerifier other = neumann;
	GovNote		note;
	uint64_t	time;

	is_int(parse(&note, NEUMANN_TEXT "\n" NEUMANN_LINE), GOV_NOTE_OK,
		   "a published note");
	is_int((int) note.text_len, (int) strlen(NEUMANN_TEXT), "its text");
	is_int(note.count, 1, "its signature");
	is_int(gov_note_verify(&note, &neumann, &time), GOV_NOTE_OK, "verifies");

	is_int(parse(&note, "x" NEUMANN_TEXT "\n" NEUMANN_LINE), GOV_NOTE_OK,
		   "another text");
	is_int(gov_note_verify(&note, &neumann, &time), GOV_NOTE_BAD_SIGNATURE,
		   "is not what was signed");

	/* name or id alone do not make a known key */
	is_int(parse(&note, NEUMANN_TEXT "\n" NEUMANN_LINE), GOV_NOTE_OK, "again");
	other.name[0] = 'p';
	is_int(gov_note_verify(&note, &other, &time), GOV_NOTE_NOT_SIGNED,
		   "another name");
	other = neumann;
	other.key_id[3] ^= 1;
	is_int(gov_note_verify(&note, &other, &time), GOV_NOTE_NOT_SIGNED,
		   "another id");

	/* a good signature does not make up for a bad one by the same key */
	is_int(parse(&note, NEUMANN_TEXT "\n" NEUMANN_LINE DASH
				 "PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAQ=\n"),
		   GOV_NOTE_OK, "a second line by the same key");
	is_int(gov_note_verify(&note, &neumann, &time), GOV_NOTE_BAD_SIGNATURE,
		   "which is wrong");
	is_int(parse(&note, NEUMANN_TEXT "\n" DASH
				 "PeterNeumann x08gowAA\n"), GOV_NOTE_OK, "a short one");
	is_int(gov_note_verify(&note, &neumann, &time), GOV_NOTE_BAD_SIGNATURE,
		   "is wrong");
	is_int(parse(&note, NEUMANN_TEXT "\n" DASH "somebody AAAAAAAA\n"
				 NEUMANN_LINE), GOV_NOTE_OK, "strangers' signatures");
	is_int(gov_note_verify(&note, &neumann, &time), GOV_NOTE_OK,
		   "are passed over");

	is_int(parse(&note, "a\n\nb\n\n" NEUMANN_LINE), GOV_NOTE_OK,
		   "a text with an empty line");
	is_int((int) note.text_len, 5, "the last one divides");
}

static void
malformed_notes(void)
{
	static const char *const bad[] = {
		"", "\n", "\n\n", "\n\n\n", "a", "a\n", "a\n\n", NEUMANN_TEXT,
		NEUMANN_TEXT NEUMANN_LINE, "\n" NEUMANN_LINE,
		NEUMANN_TEXT "\nx" NEUMANN_LINE,
		NEUMANN_TEXT "\n" NEUMANN_LINE "x",
		NEUMANN_TEXT "\n" NEUMANN_LINE "x\n",
		NEUMANN_TEXT "\n" NEUMANN_LINE "\n",
		NEUMANN_TEXT "\n-- PeterNeumann AAAAAAAA\n",
		NEUMANN_TEXT "\n" DASH "\n", NEUMANN_TEXT "\n" DASH "PeterNeumann\n",
		NEUMANN_TEXT "\n" DASH "PeterNeumann \n",
		NEUMANN_TEXT "\n" DASH " AAAAAAAA\n",
		NEUMANN_TEXT "\n" DASH "a+b AAAAAAAA\n",
		NEUMANN_TEXT "\n" DASH "a AAAAAA==\n",
		NEUMANN_TEXT "\n" DASH "a AAAAAAA\n",
		NEUMANN_TEXT "\n" DASH "a AAAAAAAA \n",
		NEUMANN_TEXT "\n" DASH "a AAAA AAAA\n",
		NEUMANN_TEXT "\n" DASH "a  AAAAAAAA\n",
		NEUMANN_TEXT "\r\n\n" NEUMANN_LINE, "a\tb\n\n" NEUMANN_LINE,
		"\xff\n\n" NEUMANN_LINE
	};
	GovNote		note;
	char		many[GOV_NOTE_MAX_LEN + 10];
	size_t		len;
	int			wrong = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		if (!ok(parse(&note, bad[i]) == GOV_NOTE_MALFORMED, "malformed"))
			printf("#   %s", bad[i]);
	}
	ok(gov_note_parse(&note, "a\0\n\n" DASH "a AAAAAAAA\n", 19) ==
	   GOV_NOTE_MALFORMED, "a zero byte in the text");

	/* as many signatures as are read, and one more */
	strcpy(many, "a\n\n");
	for (int i = 0; i < GOV_NOTE_MAX_SIGNATURES; i++)
		strcat(many, DASH "a AAAAAAAA\n");
	is_int(parse(&note, many), GOV_NOTE_OK, "64 signatures");
	strcat(many, DASH "a AAAAAAAA\n");
	is_int(parse(&note, many), GOV_NOTE_MALFORMED, "65 signatures");
	memset(many, 'a', sizeof(many));
	memcpy(many + GOV_NOTE_MAX_LEN - 17, "\n\n" DASH "a AAAAAAAA\n", 17);
	is_int(gov_note_parse(&note, many, GOV_NOTE_MAX_LEN - 1),
		   GOV_NOTE_MALFORMED, "no newline at its end");
	is_int(gov_note_parse(&note, many, GOV_NOTE_MAX_LEN), GOV_NOTE_OK,
		   "the longest note");
	memmove(many + 1, many, GOV_NOTE_MAX_LEN);
	is_int(gov_note_parse(&note, many, GOV_NOTE_MAX_LEN + 1),
		   GOV_NOTE_MALFORMED, "a longer one");

	/* cut anywhere, or with any byte turned, it is never good */
	len = strlen(NEUMANN_TEXT "\n" NEUMANN_LINE);
	for (size_t i = 0; i < len; i++)
	{
		GovVerifier neumann;
		uint64_t	time;
		char	   *copy = malloc(len);

		(void) gov_verifier_parse(&neumann, NEUMANN_KEY, strlen(NEUMANN_KEY));
		memcpy(copy, NEUMANN_TEXT "\n" NEUMANN_LINE, len);
		copy[i] ^= 1 << i % 7;
		if (gov_note_parse(&note, copy, len) == GOV_NOTE_OK &&
			gov_note_verify(&note, &neumann, &time) == GOV_NOTE_OK)
			wrong++;
		free(copy);

		copy = malloc(i + 1);
		memcpy(copy, NEUMANN_TEXT "\n" NEUMANN_LINE, i);
		if (gov_note_parse(&note, copy, i) == GOV_NOTE_OK)
			wrong++;
		free(copy);
	}
	is_int(wrong, 0, "cut anywhere, or with any byte turned, it is not good");
}

static void
checkpoints(void)
{
	static const char *const bad[] = {
		"", "\n", "a", "a\n", "a\n0\n", "a\n0\nx\n", "a\n0\n\n",
		"\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n020852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n00\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n-1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n+1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n1 \nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n0x1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n9223372036854775808\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n18446744073709551617\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxqw==\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2J=\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nx",
		"a\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\nx\n\ny\n",
		"a\r\n1\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
	};
	GovCheckpoint checkpoint;
	GovTreeHash root;
	GovNote		note;
	char		text[GOV_CHECKPOINT_ROOM];

	is_int(parse(&note, SOFA_TEXT "\n" SOFA_LINES), GOV_NOTE_OK,
		   "the specification's checkpoint");
	is_int(note.count, 2, "by a log and a witness");
	is_int((int) note.signature[1].len, 72, "whose signature has a time");
	is_hex(note.signature[1].bytes, 8, "00000000641850cb", "1679315147");
	is_int(gov_checkpoint_parse(&checkpoint, note.text, note.text_len),
		   GOV_NOTE_OK, "is read");
	is_int((int) checkpoint.tree_size, 20852163, "its size");
	is_int((int) checkpoint.origin_len, 27, "its origin");
	is_hex(checkpoint.root.bytes, GOV_SHA256_LEN,
		   "0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62",
		   "its root");
	is_int((int) checkpoint.extensions_len, 0, "no more lines");
	root = checkpoint.root;
	is_int(gov_checkpoint_text("example.com/behind-the-sofa", 20852163, &root,
							   text), GOV_NOTE_OK, "and written again");
	is_str(text, SOFA_TEXT, "as it was");
	is_int(gov_checkpoint_text("a b", 1, &root, text), GOV_NOTE_MALFORMED,
		   "an origin with a space");
	is_int(gov_checkpoint_text("a", UINT64_MAX, &root, text),
		   GOV_NOTE_MALFORMED, "a size that no tree has");
	is_int(gov_checkpoint_text("a", 0, &root, text), GOV_NOTE_OK, "size 0");
	is_int(gov_checkpoint_parse(&checkpoint, text, strlen(text)), GOV_NOTE_OK,
		   "is read");
	is_int(gov_checkpoint_parse(&checkpoint, SOFA_TEXT "one\ntwo\n",
								strlen(SOFA_TEXT "one\ntwo\n")), GOV_NOTE_OK,
		   "further lines");
	is_int((int) checkpoint.extensions_len, 8, "are kept apart");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
	{
		if (!ok(gov_checkpoint_parse(&checkpoint, bad[i], strlen(bad[i])) ==
				GOV_NOTE_MALFORMED, "malformed"))
			printf("#   %s", bad[i]);
	}
}

static void
signing(void)
{
	EVP_PKEY   *key = key_of_seed(rfc8032[0].seed);
	EVP_PKEY   *other = key_of_seed(rfc8032[1].seed);
	GovVerifier log = verifier_made("example.com/log", GOV_KEY_ED25519, key);
	GovVerifier witness = verifier_made("w.example/1", GOV_KEY_COSIGNATURE,
										other);
	char		line[GOV_SIGNATURE_ROOM];
	char		cosignature[GOV_SIGNATURE_ROOM];
	char		text[2048];
	GovNote		note;
	uint64_t	time;

	is_int(gov_note_sign(SOFA_TEXT, strlen(SOFA_TEXT), &log, key, 0, line),
		   GOV_NOTE_OK, "a log signs");
	is_int(gov_note_sign(SOFA_TEXT, strlen(SOFA_TEXT), &witness, other,
						 1700000000, cosignature), GOV_NOTE_OK,
		   "a witness cosigns");
	snprintf(text, sizeof(text), "%s\n%s%s", SOFA_TEXT, line, cosignature);
	is_int(parse(&note, text), GOV_NOTE_OK, "together a note");
	is_int(gov_note_verify(&note, &log, &time), GOV_NOTE_OK, "by the log");
	is_int((int) time, 0, "at no time");
	is_int(gov_note_verify(&note, &witness, &time), GOV_NOTE_OK,
		   "by the witness");
	is_int((int) time, 1700000000, "at that time");

	/* the time is signed */
	note.signature[1].bytes[7] ^= 1;
	is_int(gov_note_verify(&note, &witness, &time), GOV_NOTE_BAD_SIGNATURE,
		   "not at another");
	note.signature[1].bytes[7] ^= 1;
	note.signature[1].bytes[0] = 0x80;
	is_int(gov_note_verify(&note, &witness, &time), GOV_NOTE_BAD_SIGNATURE,
		   "nor beyond all times");

	/* neither kind of signature passes for the other */
	log = verifier_made("w.example/1", GOV_KEY_ED25519, other);
	is_int(gov_note_verify(&note, &log, &time), GOV_NOTE_NOT_SIGNED,
		   "a cosignature is no signature of the text");
	memcpy(log.key_id, witness.key_id, GOV_NOTE_KEY_ID_LEN);
	is_int(gov_note_verify(&note, &log, &time), GOV_NOTE_BAD_SIGNATURE,
		   "even under its id");

	is_int(gov_note_sign(SOFA_TEXT, strlen(SOFA_TEXT), &witness, key, 1,
						 line), GOV_NOTE_CRYPTO_FAILED,
		   "a key does not sign in another's name");
	is_int(gov_note_sign("a", 1, &witness, other, 1, line),
		   GOV_NOTE_MALFORMED, "a text without a newline");
	is_int(gov_note_sign("", 0, &witness, other, 1, line),
		   GOV_NOTE_MALFORMED, "no text");
	is_int(gov_note_sign("a\r\n", 3, &witness, other, 1, line),
		   GOV_NOTE_MALFORMED, "a text with a control character");
	is_int(gov_note_sign("a\n", 2, &witness, other, UINT64_MAX, line),
		   GOV_NOTE_MALFORMED, "a time beyond all times");

	memset(witness.name, 'n', GOV_NOTE_MAX_NAME);
	witness.name[GOV_NOTE_MAX_NAME] = '\0';
	witness = verifier_made(witness.name, GOV_KEY_COSIGNATURE, other);
	is_int(gov_note_sign(SOFA_TEXT, strlen(SOFA_TEXT), &witness, other,
						 INT64_MAX, line), GOV_NOTE_OK, "the longest name");
	is_int((int) strlen(line) + 1, GOV_SIGNATURE_ROOM, "fills the room");
	snprintf(text, sizeof(text), "%s\n%s", SOFA_TEXT, line);
	is_int(parse(&note, text), GOV_NOTE_OK, "and is read");
	is_int(gov_note_verify(&note, &witness, &time), GOV_NOTE_OK,
		   "and verifies");
	gov_signing_key_free(key);
	gov_signing_key_free(other);
}

static void
private_keys(void)
{
	static const char *const bad[] = {
		"", "nonsense", "-----BEGIN PRIVATE KEY-----\n",
		/* P-256, made by openssl genpkey */
		"-----BEGIN PRIVATE KEY-----\n"
		"MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgevZzL1gdAFr88hb2\n"
		"OF/2NxApJCzGCEDdfSp6VQO30hyhRANCAAQRWz+jn65BtOMvdyHKcvjBeBSDZH2r\n"
		"1RTwjmYSi9R/zpBnuQ4EiMnCqfMPWiZqB4QdbAd0E7oH50VpuZ1P087G\n"
		"-----END PRIVATE KEY-----\n",
		/* a public key */
		"-----BEGIN PUBLIC KEY-----\n"
		"MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
		"-----END PUBLIC KEY-----\n"
	};
	static char longer[GOV_NOTE_MAX_LEN + 1];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(gov_signing_key_read(bad[i], strlen(bad[i])) == NULL,
		   "no Ed25519 private key");
	ok(gov_signing_key_read(longer, sizeof(longer)) == NULL,
	   "a file that is too long");
}

int
main(void)
{
	base64();
	names();
	ed25519();
	verifier_keys();
	signed_notes();
	malformed_notes();
	checkpoints();
	signing();
	private_keys();
	return unit_done();
}
