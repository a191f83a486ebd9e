/*
 * limiter.c
 *		Limits the requests a second of each token, by token buckets.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "gateway/limiter.h"
#include "gateway/memory.h"

#define BUCKETS 16384
#define PROBES 8

typedef struct Bucket
{
	uint64_t	token;			/* 0: free */
	double		level;
	double		at;
} Bucket;

struct Limiter
{
	pthread_mutex_t lock;
	uint64_t	seed;
	double		rate;
	double		burst;
	Bucket		buckets[BUCKETS];
};

Limiter *
limiter_new(long rate, long burst)
{
	Limiter    *limiter = must_alloc(sizeof(Limiter));

	pthread_mutex_init(&limiter->lock, NULL);
	limiter->rate = rate;
	limiter->burst = burst > 0 ? burst : rate;
	if (getrandom(&limiter->seed, sizeof(limiter->seed), 0) !=
		(ssize_t) sizeof(limiter->seed))
		limiter->seed = (uint64_t) time(NULL) * 0x9e3779b97f4a7c15;
	return limiter;
}

void
limiter_free(Limiter *limiter)
{
	if (limiter == NULL)
		return;
	pthread_mutex_destroy(&limiter->lock);
	free(limiter);
}

static uint64_t
hash_of(const Limiter *limiter, const char *token)
{
	uint64_t	hash = limiter->seed ^ 0xcbf29ce484222325;

	for (; *token != '\0'; token++)
	{
		hash = (hash ^ (unsigned char) *token) * 0x100000001b3;
		hash ^= hash >> 29;
	}
	return hash ? hash : 1;
}

/*
 * Returns the token's bucket, or else a free one, or else the one idle
 * longest.
 */
static Bucket *
place_of(Limiter *limiter, uint64_t token, double now)
{
	Bucket	   *oldest = NULL;
	int			i;

	for (i = 0; i < PROBES; i++)
	{
		Bucket	   *bucket = &limiter->buckets[(token + i) % BUCKETS];

		if (bucket->token == token)
			return bucket;
		if (oldest == NULL || bucket->at < oldest->at)
			oldest = bucket;
	}
	if (oldest->token == 0 || now - oldest->at > 1.0)
	{
		oldest->token = token;
		oldest->level = limiter->burst;
		oldest->at = now;
	}
	return oldest;
}

bool
limiter_allows(Limiter *limiter, const char *token, int *seconds)
{
	uint64_t	hash = hash_of(limiter, token);
	struct timespec clock;
	double		now;
	Bucket	   *bucket;
	bool		allows;

	clock_gettime(CLOCK_MONOTONIC, &clock);
	now = clock.tv_sec + clock.tv_nsec / 1e9;
	pthread_mutex_lock(&limiter->lock);
	bucket = place_of(limiter, hash, now);
	bucket->level += (now - bucket->at) * limiter->rate;
	if (bucket->level > limiter->burst)
		bucket->level = limiter->burst;
	bucket->at = now;
	allows = bucket->level >= 1;
	if (allows)
		bucket->level -= 1;
	*seconds = 1 + (int) ((1 - bucket->level) / limiter->rate);
	pthread_mutex_unlock(&limiter->lock);
	return allows;
}
