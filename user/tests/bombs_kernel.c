/* SPDX-License-Identifier: MIT */
/*
 * Bombs of kernel memory (bomb.h), which cannot go to swap: pages in pipes and sockets, page tables, areas, open
 * files, shared memory that nobody maps, arguments of exec, record locks, watches, timers. Each user may have so much
 * of a thing and no more (user_limits.c, unix_limits.c), or his process dies.
 *
 * machine: mem=16 swap=16 timeout=600
 * oracle: none, because Linux's own machine here has ten times the memory, and no swap
 */
#include <limits.h>
#include <poll.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>

#include "bomb.h"

#define PROCESSES 12
#define TABLE_REACH (4 * MIB)	/* what one page table maps */
#define SPAN 0x60000000u
#define IPC_CREAT 01000
#define IPC_EXCL 02000
#define IPC_RMID 0
#define SEGMENTS 128

/* The same in many processes, each of which is replaced when it dies. */
static void in_many(void (*work)(void))
{
	int n = 0;

	for (;;) {
		pid_t pid = n < PROCESSES ? fork() : -1;

		if (pid == 0) {
			work();
			for (;;)
				pause();
		}
		n += pid > 0;
		if (waitpid(-1, NULL, WNOHANG) > 0)
			n--;
		if (pid < 0)
			usleep(1000);
	}
}

static void fill_pipes(void)
{
	static char block[16 * PAGE];
	int fd[2];

	while (pipe2(fd, O_NONBLOCK) == 0)
		while (write(fd[1], block, sizeof(block)) > 0)
			;
}

static void pipe_bomb(void)
{
	in_many(fill_pipes);
}

/* Messages that nobody reads, large and empty ones. */
static void fill_sockets(void)
{
	static char block[16 * PAGE];
	int fd[2];

	while (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd) == 0) {
		while (write(fd[1], block, sizeof(block)) > 0)
			;
		while (send(fd[1], block, 0, 0) == 0)
			;
	}
}

static void socket_bomb(void)
{
	in_many(fill_sockets);
}

/* Connections that nobody accepts, of sockets that are closed at once. */
static void fill_backlogs(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	socklen_t none = sizeof(addr.sun_family), len = sizeof(addr);
	int server, fd;

	while ((server = socket(AF_UNIX, SOCK_STREAM, 0)) >= 0) {
		bind(server, (struct sockaddr *)&addr, none);
		len = sizeof(addr);
		getsockname(server, (struct sockaddr *)&addr, &len);
		listen(server, INT_MAX);
		do {
			fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
		} while (connect(fd, (struct sockaddr *)&addr, len) == 0 && close(fd) == 0);
		close(fd);
	}
}

static void connection_bomb(void)
{
	in_many(fill_backlogs);
}

static void send_fd(int sock, int fd)
{
	union {
		struct cmsghdr first;
		char bytes[CMSG_SPACE(sizeof(fd))];
	} control = { .first = { CMSG_LEN(sizeof(fd)), SOL_SOCKET, SCM_RIGHTS } };
	struct iovec iov = { "f", 1 };
	struct msghdr m = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = &control,
			    .msg_controllen = sizeof(control) };

	memcpy(CMSG_DATA(&control.first), &fd, sizeof(fd));
	sendmsg(sock, &m, MSG_DONTWAIT);
}

/* Rings of sockets that hold each other in messages, full of bytes as well, and no descriptor left. */
static void make_rings(void)
{
	static char block[4 * PAGE];
	int a[2], b[2];

	for (;;) {
		if (socketpair(AF_UNIX, SOCK_STREAM, 0, a) || socketpair(AF_UNIX, SOCK_STREAM, 0, b))
			return;
		fcntl(a[0], F_SETFL, O_NONBLOCK);
		while (write(a[0], block, sizeof(block)) > 0)
			;
		send_fd(b[0], a[1]);
		send_fd(a[1], b[1]);
		send_fd(b[0], b[1]);
		close(a[0]);
		close(a[1]);
		close(b[0]);
		close(b[1]);
	}
}

static void ring_bomb(void)
{
	in_many(make_rings);
}

/* Address space costs nothing; a page table for each page touched costs as much as the page. */
static void fill_tables(void)
{
	char *p = mmap(NULL, SPAN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	check(p != MAP_FAILED);
	for (unsigned int i = 0; i < SPAN; i += TABLE_REACH)
		p[i] = 1;
}

/* Pages that are only read cost a table and nothing else. */
static void read_tables(void)
{
	volatile char *p = mmap(NULL, SPAN, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	for (unsigned int i = 0; i < SPAN; i += TABLE_REACH)
		(void)p[i];
}

static void table_bomb(void)
{
	in_many(fill_tables);
}

static void read_table_bomb(void)
{
	in_many(read_tables);
}

/* Areas that cannot be merged. */
static void fill_areas(void)
{
	unsigned int i = 0;

	while (mmap(NULL, PAGE, i++ % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		;
}

static void map_bomb(void)
{
	in_many(fill_areas);
}

static void fill_objects(void)
{
	while (mmap(NULL, PAGE, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		;
}

static void object_bomb(void)
{
	in_many(fill_objects);
}

static void open_files(void)
{
	struct rlimit limit;

	check(getrlimit(RLIMIT_NOFILE, &limit) == 0);
	limit.rlim_cur = limit.rlim_max;
	check(setrlimit(RLIMIT_NOFILE, &limit) == 0);
	while (syscall(SYS_memfd_create, "bomb", 0) >= 0)
		;
}

static void file_bomb(void)
{
	in_many(open_files);
}

/* Segments stay when their maker dies. */
static void fill_segments(void)
{
	long id, address;

	for (int key = 1; key <= SEGMENTS; key++) {
		id = syscall(SYS_shmget, key, MIB, IPC_CREAT | IPC_EXCL | 0600);
		if (id < 0)
			continue;
		address = syscall(SYS_shmat, id, NULL, 0);
		check(address != -1);
		memset((char *)address, 1, MIB);
		syscall(SYS_shmdt, address);
	}
}

static void segment_bomb(void)
{
	in_many(fill_segments);
}

static void fill_tmp(void)
{
	static char block[16 * PAGE];
	char name[32];
	int fd;

	snprintf(name, sizeof(name), "/tmp/bomb.%d", (int)getpid());
	fd = open(name, O_CREAT | O_WRONLY, 0600);
	while (fd >= 0 && write(fd, block, sizeof(block)) > 0)
		;
}

static void tmp_bomb(void)
{
	in_many(fill_tmp);
}

/* Six MiB of arguments, for a program that does not go on before they are all there. */
static void long_arguments(void)
{
	static char argument[100000];
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };
	char *argv[2000];

	memset(argument, 'a', sizeof(argument) - 1);
	for (int i = 0; i < 1999; i++)
		argv[i] = argument;
	argv[1999] = NULL;
	setrlimit(RLIMIT_STACK, &limit);
	for (int n = 1999; n > 0; n -= 20) {
		argv[n] = NULL;
		execv("/bin/sleep", argv);
	}
}

static void argument_bomb(void)
{
	in_many(long_arguments);
}

static void small_things(void)
{
	struct { uint32_t events; uint64_t data; } __attribute__((packed)) event = { POLLIN, 1 };
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1 };
	union sigval value = { .sival_int = 1 };
	int fd[2], timer, set = syscall(SYS_epoll_create1, 0), file;
	char name[32];
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	snprintf(name, sizeof(name), "/tmp/bomb.%d", (int)getpid());
	file = open(name, O_CREAT | O_RDWR, 0600);
	while (fcntl(file, F_SETLK, &lock) == 0)
		lock.l_start += 2;
	while (pipe(fd) == 0 && syscall(SYS_epoll_ctl, set, 1, fd[0], &event) == 0)
		;
	while (sigqueue(getpid(), SIGRTMIN, value) == 0)
		;
	while (syscall(SYS_timer_create, CLOCK_MONOTONIC, NULL, &timer) == 0)
		;
}

static void small_bomb(void)
{
	in_many(small_things);
}

/* As root: what survives the processes. */
static void tidy(void)
{
	char name[32];

	for (int i = 0; i < 32768; i++) {
		snprintf(name, sizeof(name), "/tmp/bomb.%d", i);
		unlink(name);
	}
	for (int key = 1; key <= SEGMENTS; key++) {
		long id = syscall(SYS_shmget, key, 0, 0);

		if (id >= 0)
			check(syscall(SYS_shmctl, id, IPC_RMID, NULL) == 0);
	}
}

int main(int argc, char **argv)
{
	static const struct bomb bombs[] = {
		{ "pipes", pipe_bomb }, { "tables", table_bomb }, { "areas", map_bomb },
	};

	if (argc > 1)
		throw_bomb(argv[1], bombs, sizeof(bombs) / sizeof(bombs[0]));
	explode("pipes", pipe_bomb);
	explode("messages in sockets", socket_bomb);
	explode("connections", connection_bomb);
	explode("rings of sockets", ring_bomb);
	explode("page tables", table_bomb);
	explode("page tables, read only", read_table_bomb);
	explode("areas", map_bomb);
	explode("shared objects", object_bomb);
	explode("open files", file_bomb);
	explode("shared memory segments", segment_bomb);
	tidy();
	explode("files on tmpfs", tmp_bomb);
	tidy();
	explode("arguments", argument_bomb);
	explode("locks, watches, signals, timers", small_bomb);
	tidy();
	return 0;
}
