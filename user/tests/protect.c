/* SPDX-License-Identifier: MIT */
/*
 * mprotect, munmap, mremap and brk: which access faults where, with which siginfo; areas split and merge.
 *
 * machine: mem=8
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "check.h"

static sigjmp_buf back;
static void *volatile fault_address;
static volatile int fault_code;

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)context;
	fault_address = info->si_addr;
	fault_code = info->si_code;
	siglongjmp(back, sig);
}

static int signal_of_write(char *p)
{
	int sig = sigsetjmp(back, 1);

	if (sig == 0)
		*(volatile char *)p = 1;
	return sig;
}

static int signal_of_read(const char *p)
{
	int sig = sigsetjmp(back, 1);

	if (sig == 0)
		(void)*(const volatile char *)p;
	return sig;
}

static char *map(size_t pages)
{
	char *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	return p;
}

static void protections(void)
{
	char *p = map(3);

	memset(p, 7, 3 * PAGE);
	check(mprotect(p + PAGE, PAGE, PROT_READ) == 0);
	check(signal_of_write(p) == 0 && signal_of_write(p + 2 * PAGE) == 0);
	check(signal_of_write(p + PAGE + 5) == SIGSEGV);
	check(fault_address == p + PAGE + 5 && fault_code == SEGV_ACCERR);
	check(signal_of_read(p + PAGE) == 0);
	check(mprotect(p + PAGE, PAGE, PROT_NONE) == 0);
	check(signal_of_read(p + PAGE) == SIGSEGV && fault_code == SEGV_ACCERR);
	check(mprotect(p, 3 * PAGE, PROT_READ | PROT_WRITE) == 0);
	check(p[PAGE + 5] == 7 && signal_of_write(p + PAGE) == 0);
	check(munmap(p + PAGE, PAGE) == 0);
	check(signal_of_read(p + PAGE) == SIGSEGV && fault_code == SEGV_MAPERR);
	check(p[0] == 1 && p[2 * PAGE] == 1);
	check(mprotect(p, 3 * PAGE, PROT_READ) == -1 && errno == ENOMEM);
	check(munmap(p, 3 * PAGE) == 0);
	check(signal_of_read(NULL) == SIGSEGV && fault_address == NULL && fault_code == SEGV_MAPERR);
}

static void moves(void)
{
	char *p = map(3), *q;

	p[0] = 'a';
	p[PAGE] = 'b';
	p[2 * PAGE] = 'c';	/* in the way: the first two must move */
	q = mremap(p, 2 * PAGE, 64 * PAGE, MREMAP_MAYMOVE);
	check(q != MAP_FAILED && q != p && q[0] == 'a' && q[PAGE] == 'b' && q[2 * PAGE] == 0);
	check(signal_of_read(p) == SIGSEGV && p[2 * PAGE] == 'c' && munmap(p + 2 * PAGE, PAGE) == 0);
	check(mremap(q, 64 * PAGE, PAGE, 0) == q);
	check(signal_of_read(q + PAGE) == SIGSEGV);
	check(munmap(q, PAGE) == 0);
	check(munmap((void *)1, PAGE) == -1 && errno == EINVAL);
	check(mmap(NULL, 0, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED && errno == EINVAL);
	check(mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, 99, 0) == MAP_FAILED && errno == EBADF);
}

static void heap(void)
{
	char *start = sbrk(0);

	check(sbrk(100 * PAGE) == start);
	start[0] = 1;
	start[99 * PAGE] = 2;
	check(sbrk(-50 * (int)PAGE) != (void *)-1);
	check(signal_of_read(start + 99 * PAGE) == SIGSEGV);
	check(sbrk(50 * PAGE) != (void *)-1);
	check(start[99 * PAGE] == 0);
	check(sbrk(-100 * (int)PAGE) != (void *)-1);
}

static unsigned int deep(unsigned int levels)
{
	volatile char frame[2 * PAGE];

	frame[0] = (char)levels;
	return levels ? deep(levels - 1) + (unsigned char)frame[0] % 2u : 0;
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	check(sigaction(SIGSEGV, &action, NULL) == 0);
	protections();
	moves();
	heap();
	check(deep(200) == 100);	/* 1.6 MiB of stack */
	return 0;
}
