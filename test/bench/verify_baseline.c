/*
 * verify_baseline.c
 *		What OpenSSL takes to verify a signature: microseconds of the
 *		processor, for files KEY.pub, SIGNED, SIGNATURE and HASH ("-": none).
 *
 * The key is decoded once, as a session of the database does it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/pem.h>

#define CALLS 2000
#define ROOM 65536

static size_t
read_file(const char *name, unsigned char *out)
{
	FILE	   *file = fopen(name, "rb");
	size_t		len = file ? fread(out, 1, ROOM, file) : 0;

	if (len == 0)
	{
		perror(name);
		exit(1);
	}
	fclose(file);
	return len;
}

int
main(int argc, char **argv)
{
	static unsigned char pem[ROOM];
	static unsigned char text[ROOM];
	static unsigned char signature[ROOM];
	size_t		len;
	size_t		signature_len;
	const char *hash;
	EVP_PKEY   *key;
	clock_t		began;

	if (argc != 5)
		return 2;
	hash = strcmp(argv[4], "-") == 0 ? NULL : argv[4];
	key = PEM_read_bio_PUBKEY(BIO_new_mem_buf(pem,
											  (int) read_file(argv[1], pem)),
							  NULL, NULL, NULL);
	len = read_file(argv[2], text);
	signature_len = read_file(argv[3], signature);
	began = clock();
	for (int i = 0; i < CALLS; i++)
	{
		EVP_MD_CTX *context = EVP_MD_CTX_new();

		if (EVP_DigestVerifyInit_ex(context, NULL, hash, NULL, NULL, key,
									NULL) != 1 ||
			EVP_DigestVerify(context, signature, signature_len, text,
							 len) != 1)
			return 1;
		EVP_MD_CTX_free(context);
	}
	printf("%.1f\n",
		   (double) (clock() - began) * 1e6 / CLOCKS_PER_SEC / CALLS);
	return 0;
}
