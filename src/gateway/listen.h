/*
 * listen.h
 *		The socket that clients connect to.
 */
#ifndef GATEWAY_LISTEN_H
#define GATEWAY_LISTEN_H

/* One that listens at HOST:PORT or unix:PATH; -1 and a message. */
extern int	listen_where(const char *where);

#endif							/* GATEWAY_LISTEN_H */
