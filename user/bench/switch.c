/* SPDX-License-Identifier: MIT */
/*
 * Bench: from one process or thread to another. A ring of processes hands a token round through
 * pipes (one operation is one hop: write, switch, read), with some memory read at each stop;
 * two wake each other through a futex; a thread is made and waited for.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench.h"

#define FUTEX_WAIT	0
#define FUTEX_WAKE	1
#define FUTEX_PRIVATE	128
#define RING_MAX	16
#define RING(processes, kib) ((processes) << 16 | (kib))
#define CACHE_LINE	64
#define STACK_SIZE	(16 * KIB)
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | \
		      CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID)

/* Reads each cache line: what a switch costs is to be counted, not arithmetic. */
static void work(const char *memory, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += CACHE_LINE)
		(void)*(const volatile char *)(memory + at);
}

/* One stop of the ring: takes the token, works, hands it on. */
static int pass(int from, int to, const char *memory, size_t bytes)
{
	char token;

	if (read(from, &token, 1) != 1)
		return 0;
	work(memory, bytes);
	return write(to, &token, 1) == 1;
}

/* Stop number `which` of the ring; pipe i leads to stop i. Ends when the pipe to it does. */
static void stop_in_ring(int pipes[][2], long count, long which, size_t bytes)
{
	char *memory = bench_memory(bytes + PAGE);
	long next = (which + 1) % count;

	bench_touch(memory, bytes + PAGE);
	for (long i = 0; i < count; i++) {
		if (i != which)
			close(pipes[i][0]);
		if (i != next)
			close(pipes[i][1]);
	}
	while (pass(pipes[which][0], pipes[next][1], memory, bytes))
		;
	_exit(0);
}

static void context_switch(long n, long arg)
{
	long count = arg >> 16;
	size_t bytes = (arg & 0xffff) * KIB;
	int pipes[RING_MAX][2];
	pid_t pids[RING_MAX];
	char *memory = bench_memory(bytes + PAGE);

	bench_touch(memory, bytes + PAGE);
	for (long i = 0; i < count; i++)
		bench_need(pipe(pipes[i]) == 0);
	for (long i = 1; i < count; i++) {
		pids[i] = fork();
		bench_need(pids[i] >= 0);
		if (pids[i] == 0)
			stop_in_ring(pipes, count, i, bytes);
	}
	bench_need(write(pipes[1][1], "", 1) == 1);
	bench_need(pass(pipes[0][0], pipes[1][1], memory, bytes));
	bench_start();
	for (long round = 0; round < n / count; round++)
		bench_need(pass(pipes[0][0], pipes[1][1], memory, bytes));
	bench_stop(n / count * count);
	for (long i = 0; i < count; i++)
		close(pipes[i][1]);
	for (long i = 1; i < count; i++)
		bench_join(pids[i]);
}

static int futex(int *word, int op, int value)
{
	return syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

/* Wait for our turn, then make it the other's; `op_bits` is FUTEX_PRIVATE or 0. */
static void take_turn(int *turn, int mine, int op_bits)
{
	while (__atomic_load_n(turn, __ATOMIC_ACQUIRE) != mine)
		futex(turn, FUTEX_WAIT | op_bits, !mine);
	__atomic_store_n(turn, !mine, __ATOMIC_RELEASE);
	futex(turn, FUTEX_WAKE | op_bits, 1);
}

struct turns {
	int turn;
	int op_bits;
	long rounds;
	pid_t tid;		/* of the thread; the kernel clears it */
};

static int other_thread(void *arg)
{
	struct turns *t = arg;

	for (long i = 0; i < t->rounds; i++)
		take_turn(&t->turn, 1, t->op_bits);
	return 0;
}

static void measure_turns(struct turns *t)
{
	bench_start();
	for (long i = 0; i < t->rounds; i++)
		take_turn(&t->turn, 0, t->op_bits);
	bench_stop(t->rounds);
}

static void join_thread(pid_t *tid)
{
	pid_t now;

	while ((now = __atomic_load_n(tid, __ATOMIC_ACQUIRE)))
		futex(tid, FUTEX_WAIT, now);
}

static void futex_threads(long n, long arg)
{
	static struct turns turns;
	char *stack = bench_memory(STACK_SIZE);

	(void)arg;
	turns = (struct turns){ .op_bits = FUTEX_PRIVATE, .rounds = n };
	bench_need(clone(other_thread, stack + STACK_SIZE, THREAD_FLAGS, &turns, &turns.tid, NULL,
			 &turns.tid) > 0);
	measure_turns(&turns);
	join_thread(&turns.tid);
}

static void futex_processes(long n, long arg)
{
	struct turns *t = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	(void)arg;
	bench_need(t != MAP_FAILED);
	t->rounds = n;
	pid = fork();
	if (pid == 0)
		_exit(other_thread(t));
	measure_turns(t);
	bench_join(pid);
}

static int nothing(void *arg)
{
	(void)arg;
	return 0;
}

static void thread_create(long n, long arg)
{
	static pid_t tid;
	char *stack = bench_memory(STACK_SIZE);

	(void)arg;
	bench_start();
	for (long i = 0; i < n; i++) {
		bench_need(clone(nothing, stack + STACK_SIZE, THREAD_FLAGS, NULL, &tid, NULL, &tid) > 0);
		join_thread(&tid);
	}
	bench_stop(n);
}

/* Two processes that give way to each other; the calls of both count. */
static void yield_two(long n, long arg)
{
	volatile long *others = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	long before;
	pid_t pid;

	(void)arg;
	bench_need(others != MAP_FAILED);
	pid = fork();
	bench_need(pid >= 0);
	while (pid == 0) {
		sched_yield();
		++*others;
	}
	while (!*others)
		sched_yield();
	before = *others;
	bench_start();
	for (long i = 0; i < n; i++)
		sched_yield();
	bench_stop(n + *others - before);
	kill(pid, SIGKILL);
}

static const struct bench_row rows[] = {
	{ "context_2_0k", "switch", context_switch, 8000, RING(2, 0) },
	{ "context_2_16k", "switch", context_switch, 4000, RING(2, 16) },
	{ "context_8_0k", "switch", context_switch, 8000, RING(8, 0) },
	{ "context_8_16k", "switch", context_switch, 4000, RING(8, 16) },
	{ "context_16_0k", "switch", context_switch, 8000, RING(16, 0) },
	{ "context_16_16k", "switch", context_switch, 4000, RING(16, 16) },
	{ "yield_two", "call", yield_two, 4000, 0 },
	{ "futex_threads", "round", futex_threads, 4000, 0 },
	{ "futex_processes", "round", futex_processes, 4000, 0 },
	{ "thread_create", "thread", thread_create, 1000, 0 },
};

BENCH_MAIN(rows)
