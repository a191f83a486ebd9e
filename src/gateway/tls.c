/*
 * tls.c
 *		Settings of HTTPS: certificate, key, versions.
 */
#include <string.h>

#include "gateway/file.h"
#include "gateway/text.h"
#include "gateway/tls.h"

#define AND_NEWER(versions) "NORMAL:-VERS-ALL:+VERS-TLS1.3" versions

static const struct
{
	const char *version;
	const char *priorities;
}			least[] = {
	{"1.0", AND_NEWER(":+VERS-TLS1.2:+VERS-TLS1.1:+VERS-TLS1.0")},
	{"1.1", AND_NEWER(":+VERS-TLS1.2:+VERS-TLS1.1")},
	{"1.2", AND_NEWER(":+VERS-TLS1.2")},
	{"1.3", AND_NEWER("")},
};

const char *
tls_priorities(const char *version)
{
	size_t		i;

	for (i = 0; i < sizeof(least) / sizeof(least[0]); i++)
	{
		if (strcmp(least[i].version, version) == 0)
			return least[i].priorities;
	}
	return NULL;
}

bool
tls_read(const Config *config, Tls *tls, Text *problems)
{
	memset(tls, 0, sizeof(*tls));
	if (config->tls_cert[0] == '\0')
		return true;
	tls->priorities = tls_priorities(config->tls_min_version);
	tls->certificate = file_read(config->tls_cert, false, problems);
	tls->key = file_read(config->tls_key, true, problems);
	return tls->certificate != NULL && tls->key != NULL;
}

void
tls_forget(Tls *tls)
{
	file_forget(tls->certificate);
	file_forget(tls->key);
	memset(tls, 0, sizeof(*tls));
}
