/*
 * votes.c
 *		Votes of distinct people, on a thing of any kind.
 */
#include "postgres.h"

#include "core/scan.h"
#include "registry/votes.h"

List *
gov_votes_read(uint64 count)
{
	List	   *votes = NIL;
	uint64		i;

	for (i = 0; i < count; i++)
	{
		GovVote    *vote = palloc(sizeof(GovVote));

		vote->act = gov_act_read(i, 1);
		vote->status = gov_row_text(i, 4);
		vote->no = gov_row_int8(i, 5);
		votes = lappend(votes, vote);
	}
	return votes;
}

List *
gov_votes_on_version(const char *model_id, const char *version)
{
	List	   *votes = NIL;
	bool		is_request = false;
	GovScan		scan;

	gov_scan_begin_last(&scan, GOV_REL_APPROVAL_HISTORY,
						GOV_REL_APPROVAL_HISTORY_PKEY, "model_id", model_id,
						"version", version);
	while (!is_request && gov_scan_next(&scan))
	{
		GovVote    *vote = palloc(sizeof(GovVote));

		vote->act = gov_act_scan(&scan, "reviewer", "principals", "backers");
		vote->status = gov_scan_text(&scan, "approval_status");
		vote->no = gov_scan_int8(&scan, "approval_no");
		votes = lcons(vote, votes);
		is_request = strcmp(vote->status, "pending") == 0;
	}
	gov_scan_end(&scan);
	return votes;
}

int
gov_votes_count(const List *votes, const char *status)
{
	const ListCell *lc;
	int			count = 0;

	foreach(lc, votes)
	{
		if (strcmp(((const GovVote *) lfirst(lc))->status, status) == 0)
			count++;
	}
	return count;
}

static char *
vote_conflict(const GovAct *now, const GovVote *vote)
{
	return gov_act_conflict(now, &vote->act,
							psprintf("voted \"%s\"", vote->status));
}

const GovVote *
gov_votes_find_same(const GovAct *now, const List *votes)
{
	const ListCell *lc;

	foreach(lc, votes)
	{
		const GovVote *vote = lfirst(lc);

		if (strcmp(vote->status, "pending") != 0 &&
			(strcmp(vote->act.user_id, now->user_id) == 0 ||
			 vote_conflict(now, vote) != NULL))
			return vote;
	}
	return NULL;
}

void
gov_votes_require_first(const GovAct *now, const List *votes,
						const char *what, const GovDenial *denial)
{
	const GovVote *vote = gov_votes_find_same(now, votes);

	if (vote == NULL)
		return;
	if (strcmp(vote->act.user_id, now->user_id) == 0)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("user \"%s\" has voted on %s already",
						now->user_id, what),
				 errdetail("The vote was \"%s\".", vote->status),
				 errhint("%s", denial->hint)));
	gov_act_refuse(now, vote_conflict(now, vote), denial);
}
