/*
 * sha256.h
 *		SHA-256 over OpenSSL, for code with and without a server around it.
 *
 * Pure: no postgres.h, no allocation by palloc, no error that jumps.  Every
 * function that can fail returns false; the reason stays in OpenSSL's error
 * queue for the caller.
 *
 * Invariants: gov_sha256() and gov_sha256_two() share one context per process
 * and belong to one thread; other threads each use a GovSha256 of their own.
 */
#ifndef GOV_SHA256_H
#define GOV_SHA256_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GOV_SHA256_LEN 32

typedef struct GovSha256 GovSha256;

/* The digest of "data", and of "head" followed by "tail". */
extern bool gov_sha256(const void *data, size_t len,
					   uint8_t out[GOV_SHA256_LEN]);
extern bool gov_sha256_two(const void *head, size_t head_len,
						   const void *tail, size_t tail_len,
						   uint8_t out[GOV_SHA256_LEN]);

/* Piece by piece.  new is ready for update; after final comes reset. */
extern GovSha256 *gov_sha256_new(void);
extern bool gov_sha256_reset(GovSha256 *hash);
extern bool gov_sha256_update(GovSha256 *hash, const void *data, size_t len);
extern bool gov_sha256_final(GovSha256 *hash, uint8_t out[GOV_SHA256_LEN]);
extern void gov_sha256_free(GovSha256 *hash);

/* Lower-case hex; "out" has room for 2 * len + 1. */
extern void gov_hex(const uint8_t *bytes, size_t len, char *out);

#endif							/* GOV_SHA256_H */
