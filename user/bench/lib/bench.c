/* SPDX-License-Identifier: MIT */
/*
 * Runs the rows of a bench program. Each run of a row is a process of its own: it starts from the
 * same state, and one that fails or dies takes nothing with it. The times come back through a
 * shared page.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../bench.h"
#include "../mark.h"

#define RUNS		5
#define MACHINE_MIB	64
#define CHILD_FAILED	77	/* the errno is in the shared page */

static struct {
	uint64_t tick, ns;
	long operations;
	int error;
	int notes;
	struct {
		const char *key;
		long number;
	} note[BENCH_NOTES];
} *shared;

long bench_machine_mib = MACHINE_MIB;
bool bench_tracing;

static inline uint64_t tick(void)
{
	uint32_t low, high;

	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	return (uint64_t)high << 32 | low;
}

static uint64_t nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + now.tv_nsec;
}

void bench_start(void)
{
	shared->ns = nanoseconds();
	shared->tick = tick();
	MARK_START();
}

void bench_stop(long operations)
{
	uint64_t end;

	MARK_STOP();
	end = tick();
	shared->tick = end - shared->tick;
	shared->ns = nanoseconds() - shared->ns;
	shared->operations = operations;
}

void bench_note(const char *key, long number)
{
	bench_need(shared->notes < BENCH_NOTES);
	shared->note[shared->notes].key = key;
	shared->note[shared->notes++].number = number;
}

void bench_fail(int error)
{
	shared->error = error;
	_exit(CHILD_FAILED);
}

void bench_join(pid_t pid)
{
	int status;

	bench_need(pid > 0);
	bench_need(waitpid(pid, &status, 0) == pid);
	if (status)
		bench_fail(shared->error ? shared->error : ECHILD);
}

char *bench_memory(size_t bytes)
{
	char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	bench_need(memory != MAP_FAILED);
	return memory;
}

void bench_touch(char *memory, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += PAGE)
		*(volatile char *)(memory + at) = 1;
}

static void print_run(const struct bench_row *row)
{
	printf("row %s %s %llu %llu %ld\n", row->name, row->unit, (unsigned long long)shared->tick,
	       (unsigned long long)shared->ns, shared->operations);
	if (shared->notes)
		printf("note %s", row->name);
	for (int i = 0; i < shared->notes; i++)
		printf(" %s %ld%s", shared->note[i].key, shared->note[i].number,
		       i + 1 < shared->notes ? "" : "\n");
}

static void run_once(const struct bench_row *row)
{
	int status = 0;
	pid_t pid;

	memset(shared, 0, sizeof(*shared));
	pid = fork();
	if (pid == 0) {
		errno = 0;
		row->run(row->n, row->arg);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		shared->error = errno;
	else if (status && !shared->error)
		shared->error = EINTR;
	if (shared->error)
		printf("row %s %s failed %d\n", row->name, row->unit, shared->error);
	else
		print_run(row);
	fflush(stdout);
}

static int wanted(const char *name, char **names)
{
	if (!*names)
		return 1;
	for (; *names; names++)
		if (strcmp(name, *names) == 0)
			return 1;
	return 0;
}

int bench_main(int argc, char **argv, const struct bench_row *rows, int count)
{
	int runs = RUNS, list = 0, option;

	while ((option = getopt(argc, argv, "r:m:lt")) != -1) {
		if (option == 'r')
			runs = atoi(optarg);
		else if (option == 'm')
			bench_machine_mib = atol(optarg);
		else if (option == 'l')
			list = 1;
		else if (option == 't')
			bench_tracing = true;
		else
			return 2;
	}
	shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED) {
		perror("bench: shared memory");
		return 1;
	}
	for (int i = 0; i < count; i++) {
		if (!wanted(rows[i].name, argv + optind))
			continue;
		if (list)
			printf("%s %s\n", rows[i].name, rows[i].unit);
		else if (bench_tracing)
			rows[i].run(rows[i].n, rows[i].arg);
		for (int run = 0; run < runs && !list && !bench_tracing; run++)
			run_once(&rows[i]);
	}
	return 0;
}
