/*
 * deadline.h
 *		What an incident owes to authorities, and by when.
 */
#ifndef GOV_DEADLINE_H
#define GOV_DEADLINE_H

/* The clocks of a corrective measure begin when the incident is resolved. */
extern void gov_incident_begin_measure(int64 incident_id);

/*
 * Raise 55000 while an incident about that id (a model's, with or without the
 * version, or a use-case's; NULL: any) is reportable and unreported. what is
 * for the message.  Inside SPI.
 */
extern void gov_incident_refuse_held(const char *id, const char *version,
									 const char *what);

/* Escalate at most so many missed deadlines, each once; returns how many. */
extern int64 gov_incident_escalate_deadlines(int limit);

#endif							/* GOV_DEADLINE_H */
