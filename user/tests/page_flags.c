/* SPDX-License-Identifier: MIT */
/*
 * /proc/PID/pagemap and /proc/kpageflags tell what a page is: anonymous memory, a file's page in use, a page that
 * is only cached. On Quire anonymous memory is on the active list from its first fault on; and pages that nobody
 * maps are on the lists too, so being on one says nothing about being mapped.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

#include "check.h"

#define PAGES 64u
#define PRESENT (1ull << 63)
#define FRAME ((1ull << 55) - 1)

/* Bits of /proc/kpageflags, as linux/kernel-page-flags.h numbers them. */
#define UPTODATE (1ull << 3)
#define LRU (1ull << 5)
#define ACTIVE (1ull << 6)
#define MMAP (1ull << 11)
#define ANON (1ull << 12)
#define SWAPBACKED (1ull << 14)

static uint64_t number_at(const char *path, uint64_t index)
{
	uint64_t value;
	int fd = open(path, O_RDONLY);

	check(fd >= 0 && pread(fd, &value, sizeof(value), index * sizeof(value)) == sizeof(value));
	close(fd);
	return value;
}

/* The frame of a mapped address. */
static uint64_t frame_of(const void *address)
{
	uint64_t entry = number_at("/proc/self/pagemap", (uintptr_t)address / PAGE);

	check(entry & PRESENT);
	return entry & FRAME;
}

static uint64_t flags_of(const void *address)
{
	return number_at("/proc/kpageflags", frame_of(address));
}

static void anonymous(bool quire)
{
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	for (unsigned int i = 0; i < PAGES; i++) {
		uint64_t want = UPTODATE | MMAP | ANON | SWAPBACKED | (quire ? LRU | ACTIVE : 0);

		p[i * PAGE] = 1;
		if ((flags_of(p + i * PAGE) & want) != want)
			printf("page %u: flags %#llx\n", i, (unsigned long long)flags_of(p + i * PAGE));
		check((flags_of(p + i * PAGE) & want) == want);
	}
	munmap(p, PAGES * PAGE);
}

/* The same page while it is mapped and afterwards. */
static void file_page(const char *path, bool quire)
{
	int fd = open(path, O_RDONLY);
	volatile const char *p = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	uint64_t frame, flags;

	check(fd >= 0 && p != MAP_FAILED && p[0] == 0x7f);
	frame = frame_of((const void *)p);
	flags = number_at("/proc/kpageflags", frame);
	check((flags & (UPTODATE | MMAP)) == (UPTODATE | MMAP) && !(flags & ANON));
	munmap((void *)p, PAGE);
	flags = number_at("/proc/kpageflags", frame);
	check(flags & UPTODATE && !(flags & ANON));
	check(!quire || (flags & LRU));
	close(fd);
}

int main(void)
{
	bool quire = access("/proc/vmaudit", F_OK) == 0;

	anonymous(quire);
	file_page("/bin/true", quire);
	return 0;
}
