/* SPDX-License-Identifier: MIT */
/*
 * qrun.c: doing a job for the host, as docs/qrun.md describes it.
 *
 * The job is a sequence of records on a disk of its own; answers and the output of the commands go
 * to the second serial line, files to the out area of the disk. When a command has ended, whatever
 * it left running is killed from the handler of SIGCHLD: that closes the last write end of its
 * output, so init, which copies the output to the line, sees the end without waiting for more.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include "init.h"

#define MAGIC		"QRUNJOB1"
#define MAGIC_LEN	8
#define SECTOR		512
#define STREAM		"/dev/ttyS1"
#define MAX_ARGS	256

enum { QRUN_JOB = 1, QRUN_FILE, QRUN_EXEC, QRUN_SHOW, QRUN_GET, QRUN_END };

struct qrun_record {
	char magic[MAGIC_LEN];
	uint32_t kind;
	uint32_t mode;
	uint32_t arg;
	uint32_t reserved;
	uint64_t size;
	char path[480];
};

_Static_assert(sizeof(struct qrun_record) == SECTOR, "a record is one sector");

static int disk, stream;
static off_t in_pos, out_pos, disk_end;
static char token[32];
static char buffer[64 * 1024];

static off_t round_up(off_t n)
{
	return (n + SECTOR - 1) / SECTOR * SECTOR;
}

/* --- the stream --- */

static void send_bytes(const char *data, size_t len)
{
	while (len) {
		ssize_t done = write(stream, data, len);

		if (done < 0 && errno != EINTR)
			return;
		if (done > 0) {
			data += done;
			len -= done;
		}
	}
}

static void answer(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void answer(const char *fmt, ...)
{
	char line[128];
	va_list args;
	int len = snprintf(line, sizeof(line), "%s ", token);

	va_start(args, fmt);
	len += vsnprintf(line + len, sizeof(line) - len - 1, fmt, args);
	va_end(args);
	line[len++] = '\n';
	send_bytes(line, len);
}

static int open_stream(void)
{
	struct termios t;

	stream = open(STREAM, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (stream < 0 || tcgetattr(stream, &t) < 0)
		return -1;
	cfmakeraw(&t);
	cfsetspeed(&t, B115200);
	t.c_cflag |= CLOCAL | CREAD;
	return tcsetattr(stream, TCSANOW, &t);
}

/* --- files --- */

static int write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t done = write(fd, data, len);

		if (done < 0)
			return -1;
		data += done;
		len -= done;
	}
	return 0;
}

static void make_parents(char *path)
{
	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0755);
		*p = '/';
	}
}

static int put_data(int fd, uint64_t size)
{
	off_t pos = in_pos;

	while (size) {
		size_t want = size < sizeof(buffer) ? size : sizeof(buffer);
		ssize_t got = pread(disk, buffer, want, pos);

		if (got <= 0) {
			errno = got < 0 ? errno : EIO;
			return -1;
		}
		if (write_all(fd, buffer, got) < 0)
			return -1;
		pos += got;
		size -= got;
	}
	return 0;
}

/* mode 0: the file exists and keeps its mode (files of /proc/sys). */
static int put_file(struct qrun_record *r)
{
	int fd, failed;

	if (r->mode) {
		make_parents(r->path);
		fd = open(r->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	} else {
		fd = open(r->path, O_WRONLY | O_CLOEXEC);
	}
	if (fd < 0)
		return errno;
	failed = put_data(fd, r->size) < 0 || (r->mode && fchmod(fd, r->mode) < 0) ? errno : 0;
	if (close(fd) < 0 && !failed)
		failed = errno;
	return failed;
}

static void show_file(const struct qrun_record *r)
{
	int fd = open(r->path, O_RDONLY | O_CLOEXEC);
	char *data = NULL;
	size_t len = 0, room = 0;
	ssize_t got = -1;

	while (fd >= 0) {
		if (room - len < sizeof(buffer)) {
			char *grown = realloc(data, room += sizeof(buffer));

			if (!grown)
				break;
			data = grown;
		}
		got = read(fd, data + len, room - len);
		if (got <= 0)
			break;
		len += got;
	}
	answer("show %u %d", (unsigned int)r->arg, got < 0 ? -1 : (int)len);
	if (got == 0)
		send_bytes(data, len);
	free(data);
	if (fd >= 0)
		close(fd);
}

/* Fill the buffer from fd, as far as there is something. */
static ssize_t fill(int fd)
{
	size_t len = 0;
	ssize_t got;

	while (len < sizeof(buffer) && (got = read(fd, buffer + len, sizeof(buffer) - len)))
		if (got < 0)
			return -1;
		else
			len += got;
	return len;
}

static int write_record(uint32_t kind, const char *path, mode_t mode, uint64_t size)
{
	struct qrun_record r = { .kind = kind, .mode = mode, .size = size };

	memcpy(r.magic, MAGIC, MAGIC_LEN);
	snprintf(r.path, sizeof(r.path), "%s", path);
	return pwrite(disk, &r, SECTOR, out_pos) == SECTOR ? 0 : -1;
}

/* The length is known only at the end (files of /proc), so the record is written after the data. */
static long long get_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	long long size = 0;
	struct stat st;
	ssize_t len = -1;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		goto out;
	while ((len = fill(fd)) > 0) {
		off_t pos = out_pos + SECTOR + size;

		memset(buffer + len, 0, round_up(len) - len);
		/* Room stays for the record that ends the area. */
		if (pos + round_up(len) + SECTOR > disk_end ||
		    pwrite(disk, buffer, round_up(len), pos) != round_up(len)) {
			len = -1;
			goto out;
		}
		size += len;
	}
	if (len == 0)
		len = write_record(QRUN_FILE, path, st.st_mode & 07777, size);
out:
	close(fd);
	if (len < 0)
		return -1;
	out_pos += SECTOR + round_up(size);
	return size;
}

/* --- commands --- */

static volatile sig_atomic_t command, command_ended, command_status;

static void on_child(int sig)
{
	int saved = errno, status, pid;

	(void)sig;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == command) {
			command_status = status;
			command_ended = 1;
			kill(-1, SIGKILL);
		}
	errno = saved;
}

static void run_child(const struct qrun_record *r, char *argv[], int output)
{
	char *envp[] = { DEFAULT_PATH, "HOME=/root", "TERM=dumb", "USER=root", NULL };
	int null = open("/dev/null", O_RDONLY);
	sigset_t none;

	signal(SIGCHLD, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	dup2(null, STDIN_FILENO);
	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	for (int fd = STDERR_FILENO + 1; fd < 16; fd++)
		close(fd);
	setenv("PATH", DEFAULT_PATH + sizeof("PATH=") - 1, 1);
	if (chdir(r->path) == 0)
		execvpe(argv[0], argv, envp);
	dprintf(STDERR_FILENO, "qrun: %s: %s\n", argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

static void copy_output(int fd)
{
	ssize_t got;

	while ((got = read(fd, buffer, sizeof(buffer))) > 0 || (got < 0 && errno == EINTR))
		if (got > 0)
			send_bytes(buffer, got);
}

/* A command may close its output long before it ends. */
static void wait_for_command(const sigset_t *outside)
{
	while (!command_ended)
		sigsuspend(outside);
	while (waitpid(-1, NULL, 0) > 0)
		;
}

static void execute(const struct qrun_record *r, char *argv[])
{
	struct sigaction act = { .sa_handler = on_child, .sa_flags = SA_RESTART };
	sigset_t child, outside;
	int fds[2];

	sigemptyset(&act.sa_mask);
	sigaction(SIGCHLD, &act, NULL);
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	answer("begin %u", (unsigned int)r->arg);
	if (pipe(fds) < 0)
		return;
	command_ended = 0;
	command_status = 127 << 8;
	/* Blocked until `command` is set, or a quick child would be taken for a stranger. */
	sigprocmask(SIG_BLOCK, &child, &outside);
	command = fork();
	if (command == 0)
		run_child(r, argv, fds[1]);
	command_ended = command < 0;
	close(fds[1]);
	sigprocmask(SIG_SETMASK, &outside, NULL);
	copy_output(fds[0]);
	close(fds[0]);
	sigprocmask(SIG_BLOCK, &child, NULL);
	wait_for_command(&outside);
	sigprocmask(SIG_SETMASK, &outside, NULL);
	answer("exit %u %d", (unsigned int)r->arg, (int)command_status);
}

static void run_record(const struct qrun_record *r)
{
	static char text[128 * 1024 + 1];
	char *argv[MAX_ARGS + 1];
	int argc = 0;

	if (r->size >= sizeof(text) || pread(disk, text, r->size, in_pos) != (ssize_t)r->size) {
		answer("exit %u %d", (unsigned int)r->arg, 126 << 8);
		return;
	}
	text[r->size] = '\0';
	for (char *p = text; p < text + r->size && argc < MAX_ARGS; p += strlen(p) + 1)
		argv[argc++] = p;
	argv[argc] = NULL;
	if (argc)
		execute(r, argv);
}

/* --- the job --- */

/* => 0 at the end of the job */
static int carry_out(struct qrun_record *r)
{
	int error;

	switch (r->kind) {
	case QRUN_JOB:
		snprintf(token, sizeof(token), "%.31s", r->path);
		out_pos = (off_t)r->arg * SECTOR;
		answer("ready");
		break;
	case QRUN_FILE:
		error = put_file(r);
		if (error)
			answer("file %u %d", (unsigned int)r->arg, error);
		break;
	case QRUN_EXEC:
		run_record(r);
		break;
	case QRUN_SHOW:
		show_file(r);
		break;
	case QRUN_GET:
		answer("got %u %lld", (unsigned int)r->arg, get_file(r->path));
		break;
	case QRUN_END:
		return 0;
	default:
		say("qrun: a record of the unknown kind %u", (unsigned int)r->kind);
	}
	return 1;
}

void qrun(const char *device)
{
	struct qrun_record r;

	disk = open(device, O_RDWR | O_CLOEXEC);
	if (disk < 0 || open_stream() < 0) {
		say("qrun: cannot open %s and %s: %s", device, STREAM, strerror(errno));
		return;
	}
	disk_end = lseek(disk, 0, SEEK_END);
	do {
		if (pread(disk, &r, SECTOR, in_pos) != SECTOR ||
		    memcmp(r.magic, MAGIC, MAGIC_LEN)) {
			say("qrun: no record at byte %lld", (long long)in_pos);
			break;
		}
		r.path[sizeof(r.path) - 1] = '\0';
		in_pos += SECTOR;
		if (!carry_out(&r))
			break;
		in_pos += round_up(r.size);
	} while (1);
	if (out_pos && write_record(QRUN_END, "", 0, 0) < 0)
		say("qrun: cannot end the out area: %s", strerror(errno));
	fsync(disk);
	answer("done");
	tcdrain(stream);
}
