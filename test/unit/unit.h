/*
 * unit.h
 *		A harness for tests of pure C, without a server.
 *
 * A test is a program of its own, test/unit/NAME.c, linked with every source
 * that knows nothing of PostgreSQL.  It prints TAP and ends main() with
 * "return unit_done();", which is 1 when something failed.  A failed check
 * says where, and what it got and wanted; the program goes on.
 *
 * Each argument is evaluated once.
 */
#ifndef GOV_UNIT_H
#define GOV_UNIT_H

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int	unit_count = 0;
static int	unit_failures = 0;

/* The one place where a result is counted and printed. */
static inline bool
unit_report(bool passed, const char *what, const char *file, int line)
{
	unit_count++;
	printf("%s %d - %s\n", passed ? "ok" : "not ok", unit_count, what);
	if (!passed)
	{
		unit_failures++;
		printf("#   at %s line %d\n", file, line);
	}
	return passed;
}

static inline void
unit_is_int(int64_t got, int64_t want, const char *what, const char *file,
			int line)
{
	if (!unit_report(got == want, what, file, line))
		printf("#   got %" PRId64 ", wanted %" PRId64 "\n", got, want);
}

/* Within tolerance of want; not-a-number equals nothing. */
static inline void
unit_is_near(double got, double want, double tolerance, const char *what,
			 const char *file, int line)
{
	if (!unit_report(fabs(got - want) <= tolerance, what, file, line))
		printf("#   got %.17g, wanted %.17g, %g apart at most\n", got, want,
			   tolerance);
}

static inline void
unit_is_str(const char *got, const char *want, const char *what,
			const char *file, int line)
{
	bool		same = got == want;

	if (got != NULL && want != NULL)
		same = strcmp(got, want) == 0;
	if (!unit_report(same, what, file, line))
		printf("#   got \"%s\", wanted \"%s\"\n", got ? got : "(null)",
			   want ? want : "(null)");
}

/* Compare len bytes with what a string of hex digits says. */
static inline void
unit_is_hex(const void *got, size_t len, const char *want, const char *what,
			const char *file, int line)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *bytes = got;
	bool		same = strlen(want) == 2 * len;

	for (size_t i = 0; same && i < len; i++)
		same = want[2 * i] == digits[bytes[i] >> 4] &&
			want[2 * i + 1] == digits[bytes[i] & 15];
	if (!unit_report(same, what, file, line))
	{
		printf("#   got ");
		for (size_t i = 0; i < len; i++)
			printf("%02x", bytes[i]);
		printf(", wanted %s\n", want);
	}
}

/* Print the plan; what main() returns. */
static inline int
unit_done(void)
{
	printf("1..%d\n", unit_count);
	if (unit_failures > 0)
		printf("# %d of %d failed\n", unit_failures, unit_count);
	return unit_failures > 0 || unit_count == 0;
}

#define ok(cond, what) \
	unit_report((cond), (what), __FILE__, __LINE__)
#define is_int(got, want, what) \
	unit_is_int((got), (want), (what), __FILE__, __LINE__)
#define is_near(got, want, tolerance, what) \
	unit_is_near((got), (want), (tolerance), (what), __FILE__, __LINE__)
#define is_str(got, want, what) \
	unit_is_str((got), (want), (what), __FILE__, __LINE__)
#define is_hex(got, len, want, what) \
	unit_is_hex((got), (len), (want), (what), __FILE__, __LINE__)

#endif							/* GOV_UNIT_H */
