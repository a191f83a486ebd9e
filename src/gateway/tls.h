/*
 * tls.h
 *		Settings of HTTPS: certificate, key, versions.
 */
#ifndef GATEWAY_TLS_H
#define GATEWAY_TLS_H

#include "gateway/config.h"
#include "gateway/text.h"

typedef struct Tls
{
	char	   *certificate;	/* PEM; NULL: plain HTTP */
	char	   *key;
	const char *priorities;		/* as GnuTLS names them */
} Tls;

/*
 * Read the files; returns false, and adds the problems, if one cannot be used.
 */
extern bool tls_read(const Config *config, Tls *tls, Text *problems);
extern void tls_forget(Tls *tls);

/* Returns what GnuTLS calls that version ("1.2") and all above it, or NULL. */
extern const char *tls_priorities(const char *version);

#endif							/* GATEWAY_TLS_H */
