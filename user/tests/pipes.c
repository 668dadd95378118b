/* SPDX-License-Identifier: MIT */
/* Pipes and FIFOs: order, capacity, atomic writes, ends of file, SIGPIPE, blocking and not, many writers. */
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "check.h"

static int fd[2];

static void ends(void)
{
	pid_t pid;
	char c;

	check(pipe(fd) == 0 && close(fd[1]) == 0);
	check(read(fd[0], &c, 1) == 0 && close(fd[0]) == 0);
	check(pipe(fd) == 0 && close(fd[0]) == 0);
	signal(SIGPIPE, SIG_IGN);
	check(write(fd[1], "x", 1) == -1 && errno == EPIPE);
	signal(SIGPIPE, SIG_DFL);
	pid = fork();
	if (pid == 0) {
		write(fd[1], "x", 1);
		_exit(0);
	}
	check(WTERMSIG(status_of(pid)) == SIGPIPE);
	check(close(fd[1]) == 0);
}

static void capacity(void)
{
	static char block[PIPE_BUF];
	int n, total = 0;

	check(pipe2(fd, O_NONBLOCK | O_CLOEXEC) == 0);
	check(fcntl(fd[0], F_GETFD) == FD_CLOEXEC && (fcntl(fd[1], F_GETFL) & O_NONBLOCK));
	check(read(fd[0], block, 1) == -1 && errno == EAGAIN);
	while ((n = write(fd[1], block, sizeof(block))) > 0)
		total += n;
	check(errno == EAGAIN && total == 65536);
	check(ioctl(fd[0], FIONREAD, &n) == 0 && n == total);
	check(read(fd[0], block, sizeof(block)) == PIPE_BUF);
	check(write(fd[1], block, sizeof(block)) == PIPE_BUF);
	check(lseek(fd[0], 0, SEEK_CUR) == -1 && errno == ESPIPE);
	check(close(fd[0]) == 0 && close(fd[1]) == 0);
}

/* Eight writers; a write of up to PIPE_BUF bytes is never torn. */
static void many_writers(void)
{
	char block[512], first;
	int per_writer = 200, writers = 8, got = 0, n;

	check(pipe(fd) == 0);
	for (int w = 0; w < writers; w++)
		if (fork() == 0) {
			memset(block, 'a' + w, sizeof(block));
			for (int i = 0; i < per_writer; i++)
				if (write(fd[1], block, sizeof(block)) != sizeof(block))
					_exit(1);
			_exit(0);
		}
	close(fd[1]);
	for (;;) {
		int have = 0;

		while (have < (int)sizeof(block) && (n = read(fd[0], block + have, sizeof(block) - have)) > 0)
			have += n;
		if (have == 0)
			break;
		check(have == sizeof(block));
		first = block[0];
		for (int i = 1; i < have; i++)
			check(block[i] == first);
		got++;
	}
	check(got == per_writer * writers && close(fd[0]) == 0);
	while (wait(&n) > 0)
		check(n == 0);
}

static void vectors(void)
{
	char a[3], b[4];
	struct iovec out[] = { { "abc", 3 }, { NULL, 0 }, { "defg", 4 } }, in[] = { { a, 3 }, { b, 4 } };

	check(pipe(fd) == 0 && writev(fd[1], out, 3) == 7);
	check(readv(fd[0], in, 2) == 7 && !memcmp(a, "abc", 3) && !memcmp(b, "defg", 4));
	check(close(fd[0]) == 0 && close(fd[1]) == 0);
}

static void fifos(void)
{
	char path[] = "/tmp/pipes.fifo", c;
	struct stat st;
	int r;

	unlink(path);
	check(mkfifo(path, 0600) == 0 && stat(path, &st) == 0 && S_ISFIFO(st.st_mode));
	check(open(path, O_WRONLY | O_NONBLOCK) == -1 && errno == ENXIO);
	if (fork() == 0) {
		int w = open(path, O_WRONLY);	/* waits for the reader */

		write(w, "q", 1);
		_exit(0);
	}
	r = open(path, O_RDONLY);
	check(r >= 0 && read(r, &c, 1) == 1 && c == 'q' && read(r, &c, 1) == 0);
	check(wait(NULL) > 0 && close(r) == 0 && unlink(path) == 0);
}

#define STREAM (8 * 16 * 4096)

static unsigned char stream_byte(unsigned int at)
{
	return (unsigned char)(at * 2654435761u >> 23);
}

static void write_stream(void)
{
	static unsigned char out[STREAM];

	for (unsigned int i = 0; i < STREAM; i++)
		out[i] = stream_byte(i);
	check(write(fd[1], out, STREAM) == STREAM);
	_exit(0);
}

/* A writer that always waits for room, so that pages are used again; then the ring changes its size. */
static void pages_go_round(void)
{
	static unsigned char in[STREAM];
	unsigned int got = 0;
	ssize_t n;
	pid_t pid;

	check(pipe(fd) == 0);
	pid = fork();
	if (pid == 0)
		write_stream();
	for (unsigned int piece = 1; got < STREAM; piece = piece * 5 % 65521 + 1) {
		n = read(fd[0], in + got, piece < STREAM - got ? piece : STREAM - got);
		check(n > 0);
		got += (unsigned int)n;
	}
	join(pid);
	for (unsigned int i = 0; i < STREAM; i++)
		check(in[i] == stream_byte(i));
	check(fcntl(fd[1], F_SETPIPE_SZ, 4096) == 4096);
	check(write(fd[1], "one page", 8) == 8);
	check(fcntl(fd[1], F_SETPIPE_SZ, 65536) == 65536);
	check(write(fd[1], " and more", 9) == 9);
	check(read(fd[0], in, sizeof(in)) == 17 && memcmp(in, "one page and more", 17) == 0);
	close(fd[0]);
	close(fd[1]);
}

int main(void)
{
	ends();
	capacity();
	many_writers();
	vectors();
	fifos();
	pages_go_round();
	return 0;
}
