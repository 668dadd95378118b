/* SPDX-License-Identifier: MIT */
/* Bench: bytes from one process to another, and waiting for several files at once. */
#include <errno.h>
#include <poll.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define CHUNK		(64 * KIB)
#define WATCHED		10

/* Sends back each byte until there are no more. */
static void echo(int from, int to)
{
	char byte;

	while (read(from, &byte, 1) == 1 && write(to, &byte, 1) == 1)
		;
	_exit(0);
}

static void round_trips(long n, int to, int from)
{
	char byte = 0;

	bench_start();
	for (long i = 0; i < n; i++) {
		bench_need(write(to, &byte, 1) == 1);
		bench_need(read(from, &byte, 1) == 1);
	}
	bench_stop(n);
}

static void pipe_latency(long n, long arg)
{
	int there[2], back[2];
	pid_t pid;

	(void)arg;
	bench_need(pipe(there) == 0 && pipe(back) == 0);
	pid = fork();
	if (pid == 0) {
		close(there[1]);
		echo(there[0], back[1]);
	}
	round_trips(n, there[1], back[0]);
	close(there[1]);
	bench_join(pid);
}

static void unix_latency(long n, long arg)
{
	int ends[2];
	pid_t pid;

	(void)arg;
	bench_need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		echo(ends[1], ends[1]);
	}
	close(ends[1]);
	round_trips(n, ends[0], ends[0]);
	close(ends[0]);
	bench_join(pid);
}

/* All that comes, in pieces of the same size as it is sent. */
static void drain(int from)
{
	char *buffer = bench_memory(CHUNK);

	while (read(from, buffer, CHUNK) > 0)
		;
	_exit(0);
}

static void bandwidth(long n, int to, pid_t reader)
{
	char *buffer = bench_memory(CHUNK);

	bench_touch(buffer, CHUNK);
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(write(to, buffer, CHUNK) == CHUNK);
	close(to);
	bench_join(reader);
	bench_stop(n * (CHUNK / KIB));
}

static void pipe_bandwidth(long n, long arg)
{
	int ends[2];
	pid_t pid;

	(void)arg;
	bench_need(pipe(ends) == 0);
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		drain(ends[0]);
	}
	close(ends[0]);
	bandwidth(n, ends[1], pid);
}

static void unix_bandwidth(long n, long arg)
{
	int ends[2];
	pid_t pid;

	(void)arg;
	bench_need(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		drain(ends[0]);
	}
	close(ends[0]);
	bandwidth(n, ends[1], pid);
}

/* The read ends of empty pipes; the last one has a byte. */
static void open_watched(int fds[WATCHED])
{
	int ends[2];

	for (int i = 0; i < WATCHED; i++) {
		bench_need(pipe(ends) == 0);
		fds[i] = ends[0];
	}
	bench_need(write(ends[1], "", 1) == 1);
}

static void poll_ten(long n, long arg)
{
	struct pollfd watched[WATCHED];
	int fds[WATCHED];

	(void)arg;
	open_watched(fds);
	for (int i = 0; i < WATCHED; i++)
		watched[i] = (struct pollfd){ .fd = fds[i], .events = POLLIN };
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(poll(watched, WATCHED, -1) == 1);
	bench_stop(n);
}

static void select_ten(long n, long arg)
{
	int fds[WATCHED];
	fd_set all, ready;

	(void)arg;
	open_watched(fds);
	FD_ZERO(&all);
	for (int i = 0; i < WATCHED; i++)
		FD_SET(fds[i], &all);
	bench_start();
	for (long i = 0; i < n; i++) {
		ready = all;
		bench_need(select(fds[WATCHED - 1] + 1, &ready, NULL, NULL, NULL) == 1);
	}
	bench_stop(n);
}

static const struct bench_row rows[] = {
	{ "pipe_latency", "round", pipe_latency, 4000, 0 },
	{ "pipe_bandwidth", "KiB", pipe_bandwidth, 200, 0 },
	{ "unix_latency", "round", unix_latency, 4000, 0 },
	{ "unix_bandwidth", "KiB", unix_bandwidth, 200, 0 },
	{ "poll_10", "call", poll_ten, 5000, 0 },
	{ "select_10", "call", select_ten, 5000, 0 },
};

BENCH_MAIN(rows)
