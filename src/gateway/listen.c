/*
 * listen.c
 *		The socket that clients connect to.
 */
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "gateway/listen.h"
#include "gateway/log.h"

static int
listen_unix(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int			fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		errno = ENAMETOOLONG;
	else
	{
		strcpy(address.sun_path, path);
		unlink(path);
		if (fd >= 0 &&
			bind(fd, (struct sockaddr *) &address, sizeof(address)) == 0 &&
			listen(fd, 1024) == 0)
			return fd;
	}
	log_message("error", NULL, "cannot listen on unix:%s: %s", path,
				strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

static int
listen_at(const struct addrinfo *address)
{
	int			fd = socket(address->ai_family,
							address->ai_socktype | SOCK_CLOEXEC,
							address->ai_protocol);
	int			on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address->ai_addr, address->ai_addrlen) == 0 &&
		listen(fd, 1024) == 0)
		return fd;
	close(fd);
	return -1;
}

int
listen_where(const char *where)
{
	const char *all = where;
	char		host[256];
	const char *colon = strrchr(where, ':');
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM,
	.ai_flags = AI_PASSIVE};
	struct addrinfo *found = NULL;
	struct addrinfo *one;
	size_t		len;
	int			fd = -1;

	if (strncmp(where, "unix:", 5) == 0)
		return listen_unix(where + 5);
	if (colon == NULL || (size_t) (colon - where) >= sizeof(host))
	{
		log_message("error", NULL, "listen \"%s\" is not HOST:PORT", where);
		return -1;
	}
	len = colon - where;
	if (len > 1 && where[0] == '[' && where[len - 1] == ']')
	{
		where++;
		len -= 2;
	}
	memcpy(host, where, len);
	host[len] = '\0';
	if (getaddrinfo(len == 0 || strcmp(host, "*") == 0 ? NULL : host,
					colon + 1, &hints, &found) == 0)
	{
		for (one = found; one != NULL && fd < 0; one = one->ai_next)
			fd = listen_at(one);
		freeaddrinfo(found);
	}
	if (fd < 0)
		log_message("error", NULL, "cannot listen on %s: %s", all,
					strerror(errno));
	return fd;
}
