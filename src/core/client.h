/*
 * client.h
 *		The address of this session's client.
 */
#ifndef GOV_CLIENT_H
#define GOV_CLIENT_H

#include "utils/inet.h"

/* The address, in static memory; NULL for a unix socket or no client. */
extern const inet *gov_client_addr(void);

#endif							/* GOV_CLIENT_H */
