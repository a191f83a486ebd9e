/*
 * listen.h
 *		The socket that clients connect to.
 */
#ifndef GATEWAY_LISTEN_H
#define GATEWAY_LISTEN_H

/*
 * Returns a socket that listens at HOST:PORT or unix:PATH, or -1 after a
 * message.
 */
extern int	listen_where(const char *where);

#endif							/* GATEWAY_LISTEN_H */
