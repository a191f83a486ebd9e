/*
 * citus.h
 *		Sessions that Citus opened for itself.
 *
 * Citus makes the extension on every node, and runs parts of a query in
 * sessions of its own on the others.  There another governance database would
 * answer who may do what, for another actor, and often wrongly without an
 * error.  So nothing is decided or written in such a session, except that
 * Citus creates and updates the extension there.
 */
#ifndef GOV_CITUS_H
#define GOV_CITUS_H

/* 55000 in a session that Citus opened for itself. */
extern void gov_citus_refuse(void);

/*
 * An observation belongs to the database in which it is made, whoever sends
 * it.  This allows it, until it is set back or the transaction ends.
 */
extern void gov_citus_allow(bool allow);

#endif							/* GOV_CITUS_H */
