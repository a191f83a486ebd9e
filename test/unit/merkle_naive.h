/*
 * merkle_naive.h
 *		A second Merkle tree for the tests of the first.
 *
 * It follows the RFC's recursive definitions word by word and shares nothing
 * with the first, not even the hashing.
 *
 * A property that holds for thousands of trees is one check: expect() counts
 * what breaks it and prints the first few cases, none_wrong() reports.
 */
#ifndef GOV_MERKLE_NAIVE_H
#define GOV_MERKLE_NAIVE_H

#include <stdarg.h>
#include <stdlib.h>

#include <openssl/evp.h>

#include "tlog/merkle.h"
#include "unit.h"

/* Two more than a power of two: every shape of right edge occurs. */
#define LARGEST 130

/* Leaf hashes: make_leaves() fills them. */
#define LEAVES (LARGEST + 200)

static GovTreeHash leaves[LEAVES];

/* --- counting --- */

static int	wrong;

static inline void __attribute__((format(printf, 2, 3)))
expect(bool holds, const char *format,...)
{
	va_list		args;

	if (holds)
		return;
	if (wrong++ >= 5)
		return;
	va_start(args, format);
	printf("# wrong: ");
	vprintf(format, args);
	printf("\n");
	va_end(args);
}

static inline void
none_wrong(const char *what)
{
	is_int(wrong, 0, what);
	wrong = 0;
}

/* Which bits of a size are turned: the low ones and the topmost. */
static inline int
next_bit(int bit)
{
	return bit == 9 ? 61 : bit + 1;
}

static inline bool
same(const GovTreeHash *a, const GovTreeHash *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static inline bool
same_path(const GovTreeHash *a, int a_length, const GovTreeHash *b,
		  int b_length)
{
	if (a_length != b_length)
		return false;
	for (int i = 0; i < a_length; i++)
	{
		if (!same(&a[i], &b[i]))
			return false;
	}
	return true;
}

/* --- the tree by definition --- */

static inline GovTreeHash
naive_sha256(const uint8_t *data, size_t len)
{
	static EVP_MD *sha256 = NULL;
	GovTreeHash hash;

	if (sha256 == NULL)
		sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
	if (EVP_Digest(data, len, hash.bytes, NULL, sha256, NULL) != 1)
		abort();
	return hash;
}

static inline GovTreeHash
naive_leaf(const void *data, size_t len)
{
	uint8_t    *input = malloc(len + 1);
	GovTreeHash hash;

	input[0] = 0;
	memcpy(input + 1, data, len);
	hash = naive_sha256(input, len + 1);
	free(input);
	return hash;
}

static inline GovTreeHash
naive_node(GovTreeHash left, GovTreeHash right)
{
	uint8_t		input[65];

	input[0] = 1;
	memcpy(input + 1, &left, 32);
	memcpy(input + 33, &right, 32);
	return naive_sha256(input, 65);
}

static inline uint64_t
naive_k(uint64_t n)
{
	uint64_t	k = 1;

	while (k * 2 < n)
		k *= 2;
	return k;
}

/* MTH */
static inline GovTreeHash
naive_root(const GovTreeHash *d, uint64_t n)
{
	uint64_t	k;

	if (n == 0)
		return naive_sha256(NULL, 0);
	if (n == 1)
		return d[0];
	k = naive_k(n);
	return naive_node(naive_root(d, k), naive_root(d + k, n - k));
}

/* PATH(m, D_n); the length */
static inline int
naive_path(uint64_t m, const GovTreeHash *d, uint64_t n, GovTreeHash *path)
{
	uint64_t	k;
	int			length;

	if (n == 1)
		return 0;
	k = naive_k(n);
	if (m < k)
	{
		length = naive_path(m, d, k, path);
		path[length] = naive_root(d + k, n - k);
	}
	else
	{
		length = naive_path(m - k, d + k, n - k, path);
		path[length] = naive_root(d, k);
	}
	return length + 1;
}

/* SUBPROOF(m, D_n, b); the length */
static inline int
naive_subproof(uint64_t m, const GovTreeHash *d, uint64_t n, bool b,
			   GovTreeHash *path)
{
	uint64_t	k;
	int			length;

	if (m == n)
	{
		if (b)
			return 0;
		path[0] = naive_root(d, n);
		return 1;
	}
	k = naive_k(n);
	if (m <= k)
	{
		length = naive_subproof(m, d, k, b, path);
		path[length] = naive_root(d + k, n - k);
	}
	else
	{
		length = naive_subproof(m - k, d + k, n - k, false, path);
		path[length] = naive_root(d, k);
	}
	return length + 1;
}

/*
 * The steps of a way up, as letters: the other node is on the Left or on the
 * Right.  Where two questions have the same steps, whatever proves one proves
 * the other: an inclusion proof says nothing about the size of the tree beyond
 * its steps.
 */
static inline int
inclusion_steps(uint64_t m, uint64_t n, char *steps)
{
	uint64_t	k;
	int			length;

	steps[0] = '\0';
	if (n == 1)
		return 0;
	k = naive_k(n);
	if (m < k)
		length = inclusion_steps(m, k, steps);
	else
		length = inclusion_steps(m - k, n - k, steps);
	steps[length] = m < k ? 'R' : 'L';
	steps[length + 1] = '\0';
	return length + 1;
}

/*
 * Likewise, after a first letter: the way starts at the Old root, or at the
 * Path's first hash.
 */
static inline int
consistency_steps(uint64_t m, uint64_t n, bool b, char *steps)
{
	uint64_t	k;
	int			length;

	if (m == n)
	{
		strcpy(steps, b ? "O" : "P");
		return 1;
	}
	k = naive_k(n);
	if (m <= k)
		length = consistency_steps(m, k, b, steps);
	else
		length = consistency_steps(m - k, n - k, false, steps);
	steps[length] = m <= k ? 'R' : 'L';
	steps[length + 1] = '\0';
	return length + 1;
}

/* Leaf number i holds i bytes of value i. */
static inline void
make_leaves(void)
{
	uint8_t		data[LEAVES];

	for (size_t i = 0; i < LEAVES; i++)
	{
		memset(data, (int) i, i);
		leaves[i] = naive_leaf(data, i);
	}
}

/* --- trees that no memory holds --- */

static const uint64_t large_sizes[] = {
	UINT64_C(1) << 31, (UINT64_C(1) << 32) + 1, UINT64_C(1000000000000),
	(UINT64_C(1) << 53) + 1, UINT64_C(1) << 62, (UINT64_C(1) << 62) + 1,
	UINT64_C(0x5555555555555555), GOV_TREE_MAX_SIZE - 1, GOV_TREE_MAX_SIZE
};

#define LARGE_SIZES (sizeof(large_sizes) / sizeof(large_sizes[0]))

/* Some numbers below "size", of all magnitudes. */
static inline int
numbers_below(uint64_t size, uint64_t *numbers)
{
	int			count = 0;

	for (int b = 0; b < 63; b++)
	{
		uint64_t	power = UINT64_C(1) << b;

		if (power < size)
		{
			numbers[count++] = power - 1;
			numbers[count++] = power;
			numbers[count++] = size - power;
		}
	}
	return count;
}

#endif							/* GOV_MERKLE_NAIVE_H */
