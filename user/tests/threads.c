/* SPDX-License-Identifier: MIT */
/*
 * What threads are made of: clone with shared memory, futexes, thread areas (%gs), identities of threads, and the
 * end of a process with all its threads.
 *
 * machine: mem=8
 */
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "check.h"

#define THREADS		4
#define ROUNDS		2000
#define STACK_SIZE	16384
#define FUTEX_WAIT	0
#define FUTEX_WAKE	1
#define THREAD_FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | \
		      CLONE_CHILD_CLEARTID | CLONE_PARENT_SETTID)

/* What the kernel wants to know about a segment of the GDT. */
struct user_desc {
	unsigned int entry_number;
	unsigned int base_addr;
	unsigned int limit;
	unsigned int flags;
};
#define DESC_DATA_32_PAGES 0x51	/* 32 bits, limit in pages, usable */

static int lock, total;		/* lock: 0 free, 1 held, 2 held and wanted */
static pid_t tids[THREADS];

static int futex(int *addr, int op, int val)
{
	return syscall(SYS_futex, addr, op, val, NULL, NULL, 0);
}

static void take(void)
{
	int free = 0;

	if (__atomic_compare_exchange_n(&lock, &free, 1, 0, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
		return;
	while (__atomic_exchange_n(&lock, 2, __ATOMIC_ACQUIRE))
		futex(&lock, FUTEX_WAIT, 2);
}

static void release(void)
{
	if (__atomic_exchange_n(&lock, 0, __ATOMIC_RELEASE) == 2)
		futex(&lock, FUTEX_WAKE, 1);
}

static char *new_stack(void)
{
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(stack != MAP_FAILED);
	return stack + STACK_SIZE;
}

static int add_up(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		int old;

		take();
		old = total;
		if (i % 16 == 0)
			sched_yield();
		total = old + 1;
		release();
	}
	return (int)(intptr_t)arg;
}

/* The kernel clears the thread's id and wakes whoever waits for it. */
static void wait_for_thread(pid_t *tid)
{
	pid_t now;

	while ((now = __atomic_load_n(tid, __ATOMIC_ACQUIRE)))
		futex(tid, FUTEX_WAIT, now);
}

static void counting(void)
{
	for (int i = 0; i < THREADS; i++) {
		int got = clone(add_up, new_stack(), THREAD_FLAGS, (void *)(intptr_t)i, &tids[i], NULL, &tids[i]);

		check(got > 0);
	}
	for (int i = 0; i < THREADS; i++)
		wait_for_thread(&tids[i]);
	check(total == THREADS * ROUNDS);
}

static unsigned int of_gs(void)
{
	unsigned int value;

	__asm__ volatile("movl %%gs:0, %0" : "=r"(value));
	return value;
}

static void thread_area(void)
{
	static unsigned int block[2] = { 0xfeedface, 0 };
	struct user_desc d = { (unsigned int)-1, (unsigned int)block, 0xfffff, DESC_DATA_32_PAGES };
	pid_t pid;

	check(syscall(SYS_set_thread_area, &d) == 0 && d.entry_number >= 6 && d.entry_number <= 14);
	__asm__ volatile("movw %w0, %%gs" : : "r"(d.entry_number * 8 + 3));
	check(of_gs() == 0xfeedface);
	sched_yield();
	usleep(1000);
	check(of_gs() == 0xfeedface);
	pid = fork();
	if (pid == 0)
		_exit(of_gs() == 0xfeedface ? 0 : 1);
	join(pid);
}

static int tell_ids(void *arg)
{
	pid_t *ids = arg;

	ids[0] = getpid();
	ids[1] = gettid();
	ids[2] = getppid();
	return 0;
}

static void identities(void)
{
	static pid_t ids[3];

	check(clone(tell_ids, new_stack(), THREAD_FLAGS, ids, &tids[0], NULL, &tids[0]) > 0);
	wait_for_thread(&tids[0]);
	check(ids[0] == getpid() && ids[1] != getpid() && ids[2] == getppid());
}

static int leave(void *arg)
{
	(void)arg;
	_exit(5);
}

/* exit_group by one thread ends them all. */
static void end_of_all(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		check(clone(leave, new_stack(), THREAD_FLAGS, NULL, &tids[0], NULL, &tids[0]) > 0);
		for (;;)
			pause();
	}
	status = status_of(pid);
	check(WIFEXITED(status) && WEXITSTATUS(status) == 5);
}

/* Memory is shared, the rest is not: a vfork-like child that is waited for. */
static int write_there(void *arg)
{
	*(int *)arg = 9;
	return 3;
}

static void shared_memory_only(void)
{
	volatile int seen = 0;
	int status;
	pid_t pid = clone(write_there, new_stack(), CLONE_VM | SIGCHLD, (void *)&seen);

	check(pid > 0 && waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3 && seen == 9);
	check(clone(write_there, new_stack(), CLONE_THREAD, NULL) == -1 && errno == EINVAL);
}

int main(void)
{
	check(futex(&lock, FUTEX_WAIT, 1) == -1 && errno == EAGAIN);
	counting();
	identities();
	shared_memory_only();
	thread_area();
	end_of_all();
	return 0;
}
