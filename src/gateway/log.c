/*
 * log.c
 *		The gateway's logs: JSON, one object a line.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gateway/log.h"
#include "gateway/text.h"

#define GATHER (32 * 1024)
#define HOLD (4 * 1024 * 1024)	/* of lines that cannot be written */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Text gathered;
static int	access_fd = -1;

static void
put_time(Text *text)
{
	struct timespec now;
	struct tm	utc;
	char		buffer[64];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(buffer, sizeof(buffer), "%Y-%m-%dT%H:%M:%S", &utc);
	text_printf(text, "{\"time\":\"%s.%03ldZ\"", buffer,
				now.tv_nsec / 1000000);
}

static void
put_field(Text *text, const char *name, const char *value)
{
	text_printf(text, ",\"%s\":", name);
	text_json(text, value);
}

/* With the lock held. */
static void
write_gathered(void)
{
	size_t		done = 0;

	while (done < gathered.len)
	{
		ssize_t		n = write(access_fd, gathered.data + done,
							  gathered.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += n;
	}
	if (done < gathered.len && gathered.len - done < HOLD)
		memmove(gathered.data, gathered.data + done, gathered.len - done);
	else
		done = gathered.len;
	gathered.len -= done;
}

bool
log_open(const char *path)
{
	int			fd = -1;
	int			old;

	if (strcmp(path, "-") == 0)
		fd = dup(STDOUT_FILENO);
	else if (strcmp(path, "off") != 0)
		fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd < 0 && strcmp(path, "off") != 0)
	{
		log_message("error", NULL, "access log \"%s\" cannot be opened: %s",
					path, strerror(errno));
		return false;
	}
	pthread_mutex_lock(&lock);
	if (access_fd >= 0)
		write_gathered();
	else
		text_free(&gathered);
	old = access_fd;
	access_fd = fd;
	pthread_mutex_unlock(&lock);
	if (old >= 0)
		close(old);
	return true;
}

void
log_access(const AccessLine *line)
{
	Text		text = {0};

	put_time(&text);
	put_field(&text, "request_id", line->request_id);
	put_field(&text, "remote", line->remote);
	put_field(&text, "method", line->method);
	put_field(&text, "path", line->path);
	put_field(&text, "route", line->route);
	put_field(&text, "user", line->user);
	text_printf(&text, ",\"status\":%d", line->status);
	if (line->code != NULL)
		put_field(&text, "code", line->code);
	text_printf(&text, ",\"bytes\":%zu,\"ms\":%.3f}\n", line->bytes,
				line->seconds * 1000);

	pthread_mutex_lock(&lock);
	if (access_fd >= 0)
	{
		text_append(&gathered, text.data, text.len);
		if (gathered.len >= GATHER)
			write_gathered();
	}
	pthread_mutex_unlock(&lock);
	text_free(&text);
}

void
log_flush(void)
{
	pthread_mutex_lock(&lock);
	if (access_fd >= 0 && gathered.len > 0)
		write_gathered();
	pthread_mutex_unlock(&lock);
}

void
log_message(const char *level, const char *request_id, const char *format,
			...)
{
	Text		text = {0};
	Text		message = {0};
	va_list		args;
	ssize_t		n;

	va_start(args, format);
	text_vprintf(&message, format, args);
	va_end(args);
	put_time(&text);
	put_field(&text, "level", level);
	if (request_id != NULL)
		put_field(&text, "request_id", request_id);
	put_field(&text, "message", message.data);
	text_puts(&text, "}\n");
	n = write(STDERR_FILENO, text.data, text.len);
	(void) n;
	text_free(&text);
	text_free(&message);
}
