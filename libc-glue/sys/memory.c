/* SPDX-License-Identifier: MIT */
/* memory.c: mmap(), and the program break that newlib's malloc grows. */
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../libquire.h"

/* mmap2 counts its offset in units of this, whatever the page size. */
#define MMAP2_UNIT 4096

void *mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	unsigned long long units = (unsigned long long)offset / MMAP2_UNIT;

	if (offset % MMAP2_UNIT || units > UINT32_MAX) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	return (void *)sysret(SYSCALL6(SYS_mmap2, addr, len, prot, flags, fd, (long)units));
}

/* Where the break is; 0 before the first question. The kernel answers a refused brk() with the
 * break as it was. */
static uintptr_t current_break;

int brk(void *end)
{
	current_break = SYSCALL1(SYS_brk, end);
	if (current_break >= (uintptr_t)end)
		return 0;
	errno = ENOMEM;
	return -1;
}

void *_sbrk(ptrdiff_t increment)
{
	uintptr_t old;

	if (current_break == 0)
		current_break = SYSCALL1(SYS_brk, 0);
	old = current_break;
	if (increment == 0)
		return (void *)old;
	current_break = SYSCALL1(SYS_brk, old + increment);
	if (current_break == old + increment)
		return (void *)old;
	errno = ENOMEM;
	return (void *)-1;
}
weak_alias(sbrk, _sbrk);

int posix_madvise(void *addr, size_t len, int advice)
{
	return -SYSCALL3(SYS_madvise, addr, len, advice);
}
