/* SPDX-License-Identifier: MIT */
/*
 * What the messages of one user's AF_UNIX sockets may hold: up to the soft limit each socket has its send buffer,
 * beyond it two pages, beyond the hard one none has anything. What is read, or dies with its reader, is his again;
 * connections that nobody accepts count too; root and other users are not touched.
 *
 * oracle: none, because Linux has no such limit
 */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "check.h"
#include "user_limit.h"

#define SOFT		"/proc/sys/net/unix/user_pages_soft"
#define HARD		"/proc/sys/net/unix/user_pages_hard"
#define SOFT_PAGES	80
#define HARD_PAGES	100
#define OTHER		65533

static char block[64 * 1024];

static void pair(int fd[2])
{
	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) == 0);
}

/* => pages that a socket took before it said so; errno tells why */
static int fill(int fd)
{
	int total = 0, n;

	while ((n = write(fd, block, sizeof(block))) > 0)
		total += n;
	return total / (int)PAGE;
}

static void full_and_small(void)
{
	int fd[2], total, n = 0;

	pair(fd);
	total = fill(fd[0]);
	check(errno == EAGAIN && total >= 32);
	do {
		pair(fd);
		total += fill(fd[0]);
		n++;
	} while (errno == EAGAIN);
	check(errno == ENOBUFS && total <= HARD_PAGES + 16);
	check(n > 3);			/* beyond the soft limit, pages go by twos */
}

static void readers_die(void)
{
	int fd[40][2];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 40; i++) {
			pair(fd[i]);
			fill(fd[i][0]);
		}
		check(errno == ENOBUFS);
		for (int i = 0; i < 40; i++)
			check(close(fd[i][i % 2]) == 0 && close(fd[i][1 - i % 2]) == 0);
	}
	pair(fd[0]);
	check(fill(fd[0][0]) >= 32 && errno == EAGAIN);
}

static void connections(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = "\0unix_limits" };
	socklen_t len = offsetof(struct sockaddr_un, sun_path) + 12;
	int server = socket(AF_UNIX, SOCK_STREAM, 0), fd, n = 0, err;

	check(bind(server, (struct sockaddr *)&addr, len) == 0 && listen(server, INT_MAX) == 0);
	do {
		fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		check(fd >= 0);
		err = connect(fd, (struct sockaddr *)&addr, len) ? errno : 0;
		check(close(fd) == 0);
	} while (!err && ++n < 4096);
	check(err == ENOBUFS && n >= 200);
	check(close(server) == 0);
	server = socket(AF_UNIX, SOCK_STREAM, 0);
	check(bind(server, (struct sockaddr *)&addr, len) == 0 && listen(server, 1) == 0);
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	check(connect(fd, (struct sockaddr *)&addr, len) == 0);
}

static void one_buffer(void)
{
	int fd[2];

	pair(fd);
	check(fill(fd[0]) >= 32 && errno == EAGAIN);
}

/* Nobody has all that he may; then root and somebody else work. */
static void others(void)
{
	int fd[40][2], ends[2];
	pid_t pid;
	char c;

	check(pipe(ends) == 0);
	pid = fork();
	if (pid == 0) {
		check(setuid(NOBODY) == 0);
		for (int i = 0; i < 40; i++) {
			pair(fd[i]);
			fill(fd[i][0]);
		}
		check(errno == ENOBUFS && write(ends[1], "x", 1) == 1);
		pause();
	}
	check(read(ends[0], &c, 1) == 1);
	as_user(OTHER, one_buffer);
	for (int i = 0; i < 10; i++) {
		pair(fd[i]);
		check(fill(fd[i][0]) >= 32 && errno == EAGAIN);
	}
	check(kill(pid, SIGKILL) == 0);
	check(WTERMSIG(status_of(pid)) == SIGKILL);
	as_user(NOBODY, one_buffer);
}

int main(void)
{
	long soft = get(SOFT), hard = get(HARD);

	check(soft > 0 && hard > soft);
	check(set(SOFT, SOFT_PAGES) == 0);
	check(set(HARD, HARD_PAGES) == 0);
	as_user(NOBODY, full_and_small);
	as_user(NOBODY, readers_die);
	as_user(NOBODY, connections);
	others();
	check(set(SOFT, soft) == 0);
	check(set(HARD, hard) == 0);
	return 0;
}
