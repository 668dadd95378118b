/* SPDX-License-Identifier: MIT */
/*
 * The corners of the calls on mappings: which advice there is and for what, what a child gets, locks that wait for the
 * first touch, msync on locked pages, flags that are refused, lengths and places at the edge of the address space.
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "proc.h"

#define PAGES 4
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define RW (PROT_READ | PROT_WRITE)
#define PROT_SEM 8
#define PROT_GROWSDOWN 0x01000000
#define MAP_SHARED_VALIDATE 3
#define MAP_SYNC 0x80000
#define MAP_UNKNOWN 0x2000000
#define MLOCK_ONFAULT 1
#define MCL_ONFAULT 4
#define SYS_MLOCK2 376
#define SYS_BRK 45
#define GUARD_GAP (256 * PAGE)	/* below a stack */

enum {
	ADV_NORMAL, ADV_RANDOM, ADV_SEQUENTIAL, ADV_WILLNEED, ADV_DONTNEED, ADV_FREE = 8, ADV_DONTFORK = 10, ADV_DOFORK,
	ADV_DONTDUMP = 16, ADV_DODUMP, ADV_WIPEONFORK, ADV_KEEPONFORK, ADV_DONTNEED_LOCKED = 24,
};

static char *map(int prot, int flags, int fd)
{
	char *p = mmap(NULL, PAGES * PAGE, prot, flags, fd, 0);

	check(p != MAP_FAILED);
	return p;
}

static int error_of(long result)
{
	return result == -1 ? errno : 0;
}

static int file_of_pages(void)
{
	char path[] = "/tmp/vm_calls.XXXXXX";
	int fd = mkstemp(path);

	check(fd >= 0 && unlink(path) == 0 && ftruncate(fd, PAGES * PAGE) == 0);
	return fd;
}

static void advice(void)
{
	static const int anon_only[] = { ADV_FREE, ADV_WIPEONFORK };
	static const int all[] = {
		ADV_NORMAL, ADV_RANDOM, ADV_SEQUENTIAL, ADV_WILLNEED, ADV_DONTNEED, ADV_DONTFORK, ADV_DOFORK,
		ADV_DONTDUMP, ADV_DODUMP, ADV_KEEPONFORK, ADV_DONTNEED_LOCKED,
	};
	char *anon = map(RW, PRIVATE, -1), *shared = map(RW, MAP_SHARED, file_of_pages());
	char *file = map(RW, MAP_PRIVATE, file_of_pages());

	for (unsigned int i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		check(madvise(anon, PAGE, all[i]) == 0 && madvise(shared, PAGE, all[i]) == 0 &&
		      madvise(file, PAGE, all[i]) == 0);
	for (unsigned int i = 0; i < sizeof(anon_only) / sizeof(anon_only[0]); i++) {
		check(madvise(anon, PAGE, anon_only[i]) == 0);
		check(error_of(madvise(shared, PAGE, anon_only[i])) == EINVAL);
		check(error_of(madvise(file, PAGE, anon_only[i])) == EINVAL);
	}
	check(error_of(madvise(anon, PAGE, 5)) == EINVAL && error_of(madvise(anon, PAGE, 77)) == EINVAL);
	check(error_of(madvise(anon, 0, 77)) == EINVAL && madvise(anon, 0, ADV_DONTNEED) == 0);
	check(error_of(madvise(anon + 1, PAGE, 0)) == EINVAL && error_of(madvise(anon, SIZE_MAX, ADV_DONTNEED)) == EINVAL);
	/* Locked pages are only given up by the advice that says so. */
	anon[0] = 1;
	check(mlock(anon, PAGE) == 0 && error_of(madvise(anon, PAGE, ADV_DONTNEED)) == EINVAL && anon[0] == 1);
	check(error_of(madvise(anon, PAGE, ADV_FREE)) == EINVAL);
	check(madvise(anon, PAGE, ADV_DONTNEED_LOCKED) == 0 && anon[0] == 0 && munlock(anon, PAGE) == 0);
	/* A hole: what is mapped is treated all the same. */
	memset(anon, 1, PAGES * PAGE);
	check(munmap(anon + PAGE, PAGE) == 0);
	check(error_of(madvise(anon, PAGES * PAGE, ADV_DONTNEED)) == ENOMEM && anon[0] == 0 && anon[2 * PAGE] == 0);
}

static void what_a_child_gets(void)
{
	char *p = map(RW, PRIVATE, -1);
	pid_t pid;

	memset(p, 1, PAGES * PAGE);
	check(madvise(p, PAGE, ADV_WIPEONFORK) == 0 && madvise(p + 2 * PAGE, PAGE, ADV_DONTFORK) == 0);
	pid = fork();
	if (pid == 0) {
		unsigned char vec;

		check(p[0] == 0 && p[PAGE] == 1 && p[3 * PAGE] == 1);
		check(error_of(mincore(p + 2 * PAGE, PAGE, &vec)) == ENOMEM);
		p[0] = 2;
		pid = fork();	/* the advice is inherited */
		if (pid == 0)
			_exit(p[0]);
		join(pid);
		check(p[0] == 2 && madvise(p, PAGE, ADV_KEEPONFORK) == 0);
		pid = fork();
		if (pid == 0)
			_exit(p[0] != 2);
		join(pid);
		_exit(0);
	}
	join(pid);
	check(p[0] == 1 && p[2 * PAGE] == 1);
}

/* Which pages are there, as digits. */
static const char *resident(char *p)
{
	static char text[PAGES + 1];
	unsigned char vec[PAGES];

	check(mincore(p, PAGES * PAGE, vec) == 0);
	for (int i = 0; i < PAGES; i++)
		text[i] = '0' + (vec[i] & 1);
	return text;
}

static void locks(void)
{
	char *p = map(RW, PRIVATE, -1);

	check(error_of(syscall(SYS_MLOCK2, p, PAGE, 2)) == EINVAL);
	check(syscall(SYS_MLOCK2, p, PAGES * PAGE, MLOCK_ONFAULT) == 0 && !strcmp(resident(p), "0000"));
	check(proc_number("/proc/self/status", "VmLck") == 16);
	p[PAGE] = 1;
	check(!strcmp(resident(p), "0100") && mlock(p, 2 * PAGE) == 0 && !strcmp(resident(p), "1100"));
	check(proc_number("/proc/self/status", "VmLck") == 16 && munlock(p, PAGES * PAGE) == 0);
	check(proc_number("/proc/self/status", "VmLck") == 0);

	check(error_of(mlockall(0)) == EINVAL && error_of(mlockall(8)) == EINVAL && error_of(mlockall(MCL_ONFAULT)) == EINVAL);
	check(mlockall(MCL_FUTURE | MCL_ONFAULT) == 0 && !strcmp(resident(map(RW, PRIVATE, -1)), "0000"));
	check(mlockall(MCL_FUTURE) == 0 && !strcmp(resident(map(RW, PRIVATE, -1)), "1111"));
	check(munlockall() == 0 && !strcmp(resident(map(RW, PRIVATE, -1)), "0000"));
	check(mlockall(MCL_CURRENT | MCL_ONFAULT) == 0 && proc_number("/proc/self/status", "VmLck") > 0);
	check(munlockall() == 0 && proc_number("/proc/self/status", "VmLck") == 0);
}

static void syncing(void)
{
	char *p = map(RW, MAP_SHARED, file_of_pages());

	p[0] = 1;
	check(msync(p, PAGE, 0) == 0 && msync(p, PAGE, MS_INVALIDATE) == 0 && msync(p, PAGE, MS_SYNC | MS_INVALIDATE) == 0);
	check(error_of(msync(p, PAGE, MS_ASYNC | MS_SYNC)) == EINVAL && error_of(msync(p, PAGE, 8)) == EINVAL);
	check(error_of(msync(p + 1, PAGE, MS_SYNC)) == EINVAL && error_of(msync((void *)~4095u, 2 * PAGE, MS_SYNC)) == ENOMEM);
	check(mlock(p, PAGE) == 0 && error_of(msync(p, PAGE, MS_INVALIDATE)) == EBUSY);
	check(error_of(msync(p, 2 * PAGE, MS_SYNC | MS_INVALIDATE)) == EBUSY && msync(p, PAGE, MS_SYNC) == 0);
	check(munlock(p, PAGE) == 0 && msync(p, PAGE, MS_INVALIDATE) == 0);
	check(munmap(p + PAGE, PAGE) == 0 && error_of(msync(p, PAGES * PAGE, MS_SYNC)) == ENOMEM);
	check(error_of(msync(p, PAGES * PAGE, MS_ASYNC)) == ENOMEM && p[0] == 1);
}

static void looking(void)
{
	char *p = map(RW, PRIVATE, -1);
	unsigned char vec[PAGES] = { 9, 9, 9, 9 };

	p[PAGE] = 1;
	check(mincore(p, PAGES * PAGE, vec) == 0 && vec[0] == 0 && vec[1] == 1 && vec[2] == 0);
	check(error_of(mincore(p + 1, PAGE, vec)) == EINVAL && error_of(mincore(p, PAGE, (void *)8)) == EFAULT);
	check(mincore(p, 0, vec) == 0 && error_of(mincore((void *)0xc0000000, PAGE, vec)) == ENOMEM);
	check(munmap(p + 2 * PAGE, PAGE) == 0 && error_of(mincore(p, PAGES * PAGE, vec)) == ENOMEM);
}

static int map_error(int prot, int flags, int fd)
{
	return error_of((long)mmap(NULL, PAGE, prot, flags, fd, 0));
}

static void flags(void)
{
	int fd = file_of_pages();
	char *p = map(RW, PRIVATE, -1);

	check(map_error(RW, MAP_ANONYMOUS, -1) == EINVAL && map_error(RW, MAP_ANONYMOUS | MAP_SHARED_VALIDATE, -1) == EINVAL);
	check(map_error(RW, MAP_SHARED_VALIDATE, fd) == 0 && map_error(RW, MAP_SHARED | MAP_UNKNOWN, fd) == 0);
	check(map_error(RW, MAP_SHARED_VALIDATE | MAP_UNKNOWN, fd) == EOPNOTSUPP);
	check(map_error(RW, MAP_SHARED_VALIDATE | MAP_SYNC, fd) == EOPNOTSUPP);
	check(mprotect(p, PAGE, RW | PROT_SEM) == 0 && error_of(mprotect(p, PAGE, 0x40)) == EINVAL);
	check(error_of(mprotect(p, PAGE, PROT_READ | PROT_GROWSDOWN)) == EINVAL);
	check(error_of(mprotect(p, PAGE, PROT_READ | 2 * PROT_GROWSDOWN)) == EINVAL);
	check(mprotect((char *)((uintptr_t)&fd & ~(PAGE - 1)), PAGE, RW | PROT_GROWSDOWN) == 0);
}

static void growing_down(void)
{
	int fd = file_of_pages(), ends[2];
	char *p = map(RW, PRIVATE, -1);

	check(map_error(RW, MAP_SHARED | MAP_ANONYMOUS | MAP_GROWSDOWN, -1) == EINVAL);
	check(map_error(RW, MAP_SHARED | MAP_GROWSDOWN, fd) == EINVAL && map_error(RW, MAP_PRIVATE | MAP_GROWSDOWN, fd) == EINVAL);
	check(map_error(RW, PRIVATE | MAP_GROWSDOWN, -1) == 0);
	check(error_of(mprotect(p, PAGE, PROT_READ | PROT_GROWSDOWN)) == EINVAL && munmap(p, PAGE) == 0);
	check(error_of(mprotect(p, PAGE, PROT_READ | PROT_GROWSDOWN)) == ENOMEM);
	check(pipe(ends) == 0 && map_error(PROT_READ, MAP_PRIVATE, ends[1]) == EACCES);
	check(map_error(PROT_READ, MAP_PRIVATE, ends[0]) == ENODEV);
}

/* A length that the rounding to pages makes 0, ranges that reach over the end, a place that is no page's first byte. */
static void edges(void)
{
	char *p = map(RW, PRIVATE, -1), *end = (char *)~(uintptr_t)(PAGE - 1);
	unsigned char vec[1];

	check(mmap(NULL, SIZE_MAX, RW, PRIVATE, -1, 0) == MAP_FAILED && errno == ENOMEM);
	check(mmap(NULL, 0, RW, PRIVATE, -1, 0) == MAP_FAILED && errno == EINVAL);
	check(mmap(end, 2 * PAGE, RW, PRIVATE | MAP_FIXED, -1, 0) == MAP_FAILED && errno == ENOMEM);
	check(munmap(p + PAGE, PAGE) == 0 && mmap(p + PAGE + 1, PAGE, RW, PRIVATE, -1, 0) == p + PAGE);
	check(error_of(mprotect(p, SIZE_MAX, PROT_READ)) == ENOMEM && error_of(mprotect(end, 2 * PAGE, PROT_READ)) == ENOMEM);
	check(mprotect(p, 0, 0x40) == 0 && error_of(mprotect(p + 1, 0, RW)) == EINVAL);
	check(error_of(mincore(p, SIZE_MAX, vec)) == ENOMEM && error_of(munmap(p, SIZE_MAX)) == EINVAL);
	p[PAGE] = 1;
}

/* The heap ends where it can, and keeps away from what grows towards it. */
static void heap(void)
{
	char *old = sbrk(0), *top = (char *)(((uintptr_t)old + PAGE - 1) & ~(PAGE - 1));
	char *stack = top + 2 * GUARD_GAP;

	check(syscall(SYS_BRK, SIZE_MAX) == (long)old && syscall(SYS_BRK, 0xc0000000) == (long)old);
	check(syscall(SYS_BRK, 1) == (long)old && sbrk(0) == old);
	check(mmap(stack, PAGE, RW, PRIVATE | MAP_GROWSDOWN | MAP_FIXED, -1, 0) == stack);
	check(syscall(SYS_BRK, stack - GUARD_GAP) == (long)old);
	check(syscall(SYS_BRK, stack - GUARD_GAP - PAGE) == (long)stack - (long)(GUARD_GAP + PAGE));
	check(syscall(SYS_BRK, old) == (long)old && munmap(stack, PAGE) == 0);
}

int main(void)
{
	advice();
	what_a_child_gets();
	locks();
	syncing();
	looking();
	flags();
	growing_down();
	edges();
	heap();
	return 0;
}
