/* SPDX-License-Identifier: MIT */
/* syslog.c: messages to the system log's socket, or to the console where nobody listens. */
#include <errno.h>
#include <fcntl.h>
#include <paths.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#define LOG_SOCKET	"/dev/log"
#define MESSAGE_MAX	1024

static const char *log_ident;
static int log_options, log_facility = LOG_USER, log_mask = LOG_UPTO(LOG_DEBUG), log_fd = -1;

static int connect_log(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = LOG_SOCKET };

	log_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (log_fd < 0)
		return -1;
	if (connect(log_fd, (struct sockaddr *)&addr, sizeof(addr)) == 0)
		return 0;
	closelog();
	return -1;
}

void openlog(const char *ident, int options, int facility)
{
	log_ident = ident;
	log_options = options;
	if (facility)
		log_facility = facility;
	if (options & LOG_NDELAY)
		connect_log();
}

void closelog(void)
{
	if (log_fd >= 0)
		close(log_fd);
	log_fd = -1;
}

int setlogmask(int mask)
{
	int old = log_mask;

	if (mask)
		log_mask = mask;
	return old;
}

static void deliver(const char *message, int len, const char *text)
{
	int fd;

	if (log_options & LOG_PERROR)
		fprintf(stderr, "%s\n", text);
	if ((log_fd >= 0 || connect_log() == 0) && send(log_fd, message, len, 0) >= 0)
		return;
	if (!(log_options & LOG_CONS))
		return;
	fd = open(_PATH_CONSOLE, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return;
	dprintf(fd, "%s\r\n", text);
	close(fd);
}

void vsyslog(int priority, const char *fmt, va_list args)
{
	const char *ident = log_ident ? log_ident : program_invocation_short_name;
	char message[MESSAGE_MAX], stamp[32], *text;
	time_t now = time(NULL);
	struct tm tm;
	int len;

	if (!(LOG_MASK(LOG_PRI(priority)) & log_mask))
		return;
	if (!(priority & LOG_FACMASK))
		priority |= log_facility;
	strftime(stamp, sizeof(stamp), "%b %e %H:%M:%S", localtime_r(&now, &tm));
	len = snprintf(message, sizeof(message), "<%d>%s ", priority, stamp);
	text = message + len;
	len += snprintf(text, sizeof(message) - len, "%s", ident);
	if (log_options & LOG_PID)
		len += snprintf(message + len, sizeof(message) - len, "[%d]", getpid());
	len += snprintf(message + len, sizeof(message) - len, ": ");
	len += vsnprintf(message + len, sizeof(message) - len, fmt, args);
	if (len > (int)sizeof(message) - 1)
		len = sizeof(message) - 1;
	deliver(message, len, text);
}

void syslog(int priority, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsyslog(priority, fmt, args);
	va_end(args);
}
