/* SPDX-License-Identifier: MIT */
/*
 * init's side of qrun: read the records of the job disk and carry them out, one after the other.
 *
 * The page docs/qrun.md is the contract. Written against POSIX only: the same program does the same on
 * Linux, which is how the tests' oracle is driven.
 *
 * The command's output goes through a pipe that init itself copies to the stream, so that standard output
 * is no terminal. Two things end the copying: the death of the command, which a handler tells through a
 * pipe of its own (poll then wakes up without a race), and after that the end of the output, which comes
 * when everything that the command left behind has been killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "job.h"

#define STREAM		"/dev/ttyS1"
#define SECTOR		512
#define CHUNK		8192
#define ARGS_MAX	256
#define STATUS_MISSING	127	/* as a shell reports it */
#define STATUS_REFUSED	126

enum { QRUN_JOB = 1, QRUN_FILE, QRUN_EXEC, QRUN_SHOW, QRUN_GET, QRUN_END };

static const char magic[8] = "QRUNJOB1";

struct qrun_record {
	char magic[8];
	uint32_t kind, mode, arg, reserved;
	uint64_t size;
	char path[480];
};

static int disk, stream;
static char token[32];
static off_t out;			/* where the next record of the out area goes */
static int child_died[2];		/* the handler of SIGCHLD writes a byte */
static char chunk[CHUNK];

static int write_all(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno != EINTR)
			return -1;
		if (n > 0) {
			p += n;
			size -= (size_t)n;
		}
	}
	return 0;
}

static void say(const char *verb, unsigned int id, long value)
{
	char line[96];
	int n = snprintf(line, sizeof(line), "%s %s %u %ld\n", token, verb, id, value);

	write_all(stream, line, (size_t)n);
}

static off_t padded(uint64_t size)
{
	return (off_t)((size + SECTOR - 1) / SECTOR * SECTOR);
}

/* ---- QRUN_FILE ---- */

static void make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(path, 0755);
		*slash = '/';
	}
}

/* Copy size bytes at `from` of the disk to fd. */
static int copy_in(int fd, off_t from, uint64_t size)
{
	while (size) {
		size_t want = size < CHUNK ? (size_t)size : CHUNK;
		ssize_t n = pread(disk, chunk, want, from);

		if (n <= 0) {
			errno = n ? errno : EIO;
			return -1;
		}
		if (write_all(fd, chunk, (size_t)n))
			return -1;
		from += n;
		size -= (uint64_t)n;
	}
	return 0;
}

static void do_file(struct qrun_record *r, off_t data)
{
	int fd, error = 0;

	if (r->mode)
		make_parents(r->path);
	fd = open(r->path, r->mode ? O_WRONLY | O_CREAT | O_TRUNC : O_WRONLY, 0600);
	if (fd < 0) {
		say("file", r->arg, errno);
		return;
	}
	if (copy_in(fd, data, r->size) || (r->mode && fchmod(fd, (mode_t)r->mode)))
		error = errno;
	if (close(fd) && !error)
		error = errno;
	if (error)
		say("file", r->arg, error);
}

/* ---- QRUN_EXEC ---- */

static void on_child(int sig)
{
	int saved = errno;

	(void)sig;
	(void)!write(child_died[1], "", 1);
	errno = saved;
}

/* The arguments of an exec record, or NULL; one block of memory. */
static char **arguments(const struct qrun_record *r, off_t data)
{
	char **argv = malloc(sizeof(char *) * (ARGS_MAX + 1) + (size_t)r->size + 1);
	char *text = (char *)(argv + ARGS_MAX + 1);
	int argc = 0;

	if (!argv || pread(disk, text, (size_t)r->size, data) != (ssize_t)r->size) {
		free(argv);
		return NULL;
	}
	text[r->size] = 0;
	for (size_t at = 0; at < r->size && argc < ARGS_MAX; at += strlen(text + at) + 1)
		argv[argc++] = text + at;
	argv[argc] = NULL;
	return argv;
}

static void become(const char *directory, char **argv, int output)
{
	static char *const environment[] = { "PATH=/bin:/sbin:/usr/bin:/usr/sbin", "HOME=/root",
					     "TERM=dumb", "USER=root", NULL };
	int null = open("/dev/null", O_RDONLY);

	setsid();
	signal(SIGCHLD, SIG_DFL);
	dup2(null, 0);
	dup2(output, 1);
	dup2(output, 2);
	for (int fd = 3; fd < 16; fd++)
		close(fd);
	if (chdir(directory) == 0) {
		environ = (char **)environment;
		execvp(argv[0], argv);
	}
	fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
	fflush(stderr);
	_exit(errno == ENOENT ? STATUS_MISSING : STATUS_REFUSED);
}

/* Reap all that has died; true when pid was among it, its status in *status. */
static int reap(pid_t pid, int *status)
{
	int one, found = 0;
	pid_t dead;

	while ((dead = waitpid(-1, &one, WNOHANG)) > 0) {
		if (dead == pid) {
			*status = one;
			found = 1;
		}
	}
	return found;
}

/* Copy what is on the pipe; false at its end. */
static int pump(int from)
{
	ssize_t n = read(from, chunk, CHUNK);

	if (n > 0)
		write_all(stream, chunk, (size_t)n);
	return n > 0 || (n < 0 && errno == EINTR);
}

/* Copy the output until the command has died and, its survivors killed, the output has ended. */
static int attend(pid_t pid, int output)
{
	struct pollfd fds[2] = { { .fd = output, .events = POLLIN },
				 { .fd = child_died[0], .events = POLLIN } };
	int status = 0, dead = 0;
	char byte;

	while (!dead) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[1].revents) {
			(void)!read(child_died[0], &byte, 1);
			dead = reap(pid, &status);
		}
		if (fds[0].revents && !pump(output))
			fds[0].fd = -1;		/* the command closed its output but lives */
	}
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	while (pump(output))
		;
	return status;
}

static void do_exec(struct qrun_record *r, off_t data)
{
	char **argv = arguments(r, data);
	int output[2], status = STATUS_REFUSED << 8;
	pid_t pid = -1;

	say("begin", r->arg, 0);
	if (argv && argv[0] && pipe(output) == 0) {
		pid = fork();
		if (pid == 0)
			become(r->path, argv, output[1]);
		close(output[1]);
		if (pid > 0)
			status = attend(pid, output[0]);
		close(output[0]);
	}
	if (pid < 0)
		fprintf(stderr, "init: a command could not be started: %s\n", strerror(errno));
	free(argv);
	say("exit", r->arg, status);
}

/* ---- QRUN_SHOW, QRUN_GET ---- */

/* A whole file in memory (files in /proc do not tell their size); NULL when it cannot be read. */
static char *read_whole(const char *path, size_t *size)
{
	size_t room = CHUNK, have = 0;
	char *text = malloc(room);
	int fd = open(path, O_RDONLY);
	ssize_t n = -1;

	while (text && fd >= 0 && (n = read(fd, text + have, room - have)) > 0) {
		have += (size_t)n;
		if (have == room) {
			char *more = realloc(text, room *= 2);

			if (!more)
				free(text);
			text = more;
		}
	}
	if (fd >= 0)
		close(fd);
	if (n < 0) {
		free(text);
		return NULL;
	}
	*size = have;
	return text;
}

static void do_show(const struct qrun_record *r)
{
	size_t size = 0;
	char *text = read_whole(r->path, &size);

	say("show", r->arg, text ? (long)size : -1L);
	if (text)
		write_all(stream, text, size);
	free(text);
}

static int put_record(uint32_t kind, const char *path, uint32_t mode, uint64_t size)
{
	struct qrun_record r = { .kind = kind, .mode = mode, .size = size };

	memcpy(r.magic, magic, sizeof(magic));
	strncpy(r.path, path, sizeof(r.path) - 1);
	if (pwrite(disk, &r, sizeof(r), out) != sizeof(r))
		return -1;
	out += sizeof(r);
	return 0;
}

/* Copy size bytes of fd to the out area. */
static int copy_out(int fd, off_t size)
{
	off_t at = out;

	for (off_t left = size; left;) {
		ssize_t n = read(fd, chunk, left < CHUNK ? (size_t)left : CHUNK);

		if (n <= 0 || pwrite(disk, chunk, (size_t)n, at) != n)
			return -1;
		at += n;
		left -= n;
	}
	out += padded((uint64_t)size);
	return 0;
}

static void do_get(const struct qrun_record *r)
{
	int fd = open(r->path, O_RDONLY);
	off_t start = out;
	struct stat st;
	long size = -1;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
		size = (long)st.st_size;
		if (put_record(QRUN_FILE, r->path, st.st_mode & 07777u, (uint64_t)st.st_size) ||
		    copy_out(fd, st.st_size)) {
			size = -1;
			out = start;
		}
	}
	if (fd >= 0)
		close(fd);
	say("got", r->arg, size);
}

/* ---- the job ---- */

static int open_stream(void)
{
	struct termios t;

	stream = open(STREAM, O_RDWR | O_NOCTTY);
	if (stream < 0 || tcgetattr(stream, &t))
		return -1;
	t.c_iflag = 0;
	t.c_oflag = 0;
	t.c_lflag = 0;
	t.c_cflag |= CS8 | CLOCAL;
	return tcsetattr(stream, TCSANOW, &t);
}

static int next_record(struct qrun_record *r, off_t at)
{
	if (pread(disk, r, sizeof(*r), at) != sizeof(*r) || memcmp(r->magic, magic, sizeof(magic))) {
		fprintf(stderr, "init: the job disk has no record at %ld\n", (long)at);
		return -1;
	}
	r->path[sizeof(r->path) - 1] = 0;
	return 0;
}

static void finish(void)
{
	put_record(QRUN_END, "", 0, 0);
	fsync(disk);
	say("done", 0, 0);
	tcdrain(stream);
}

static int start(const char *device, off_t *at)
{
	struct qrun_record r;

	disk = open(device, O_RDWR);
	if (disk < 0 || open_stream() || pipe(child_died)) {
		fprintf(stderr, "init: cannot do the job on %s: %s\n", device, strerror(errno));
		return -1;
	}
	signal(SIGCHLD, on_child);
	signal(SIGPIPE, SIG_IGN);
	if (next_record(&r, 0))
		return -1;
	snprintf(token, sizeof(token), "%.16s", r.path);
	out = (off_t)r.arg * SECTOR;
	*at = SECTOR + padded(r.size);
	say("ready", 0, 0);
	return 0;
}

int job_run(const char *device)
{
	struct qrun_record r;
	off_t at, data;

	if (start(device, &at))
		return -1;
	for (;;) {
		if (next_record(&r, at))
			return -1;
		data = at + SECTOR;
		at = data + padded(r.size);
		switch (r.kind) {
		case QRUN_FILE:
			do_file(&r, data);
			break;
		case QRUN_EXEC:
			do_exec(&r, data);
			break;
		case QRUN_SHOW:
			do_show(&r);
			break;
		case QRUN_GET:
			do_get(&r);
			break;
		default:
			finish();
			return 0;
		}
	}
}
