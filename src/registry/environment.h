/*
 * environment.h
 *		Environments: where versions are deployed, and how near to users that
 *		is.
 */
#ifndef GOV_ENVIRONMENT_H
#define GOV_ENVIRONMENT_H

#define GOV_PRODUCTION	"production"
#define GOV_STAGING		"staging"

typedef struct GovEnvironment
{
	const char *name;
	int32		rank;
	bool		is_production;	/* ranked at least as high as production */
} GovEnvironment;

/* The rank of an environment as committed now; false where there is none. */
extern bool gov_environment_rank(const char *name, int32 *rank);

/*
 * Is what ranks so as strict as production?  Where a superuser took that away,
 * every environment is.
 */
extern bool gov_rank_is_production(int32 rank);

/*
 * Read it as committed now; 42704 if there is none.  Needs an SPI connection.
 */
extern void gov_environment_find(const char *name, GovEnvironment *found);

#endif							/* GOV_ENVIRONMENT_H */
