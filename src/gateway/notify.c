/*
 * notify.c
 *		Notify the service manager (sd_notify(3)), if there is one.
 *
 * The protocol is just a datagram to the socket that NOTIFY_SOCKET names, so
 * no library is needed.
 */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "gateway/notify.h"

void
notify_manager(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	socklen_t	len;
	ssize_t		sent;
	int			fd;

	if (path == NULL || path[0] == '\0' ||
		strlen(path) >= sizeof(address.sun_path))
		return;
	memcpy(address.sun_path, path, strlen(path));
	len = offsetof(struct sockaddr_un, sun_path) + strlen(path);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	sent = sendto(fd, state, strlen(state), MSG_NOSIGNAL,
				  (struct sockaddr *) &address, len);
	(void) sent;
	close(fd);
}

void
notify_reloading(void)
{
	struct timespec now;
	char		state[64];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld\n",
			 (long long) now.tv_sec * 1000000 + now.tv_nsec / 1000);
	notify_manager(state);
}
