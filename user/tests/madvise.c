/* SPDX-License-Identifier: MIT */
/*
 * MADV_DONTNEED throws away what a process has changed: anonymous memory reads as zeroes again, a private mapping of
 * a file as the file; its neighbours keep theirs, and a shared mapping loses nothing.
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "check.h"

#define PAGES 8u
#define FIRST 2u
#define DROPPED 3u

static void all_pages(char *p, char mark)
{
	for (unsigned int i = 0; i < PAGES; i++)
		memset(p + i * PAGE, mark, PAGE);
}

/* The dropped pages are full of one mark, the others of another. */
static void expect(const char *p, char dropped, char kept)
{
	for (unsigned int i = 0; i < PAGES * PAGE; i++) {
		unsigned int n = i / PAGE;

		check(p[i] == (n >= FIRST && n < FIRST + DROPPED ? dropped : kept));
	}
}

static void drop(char *p)
{
	check(madvise(p + FIRST * PAGE, DROPPED * PAGE, MADV_DONTNEED) == 0);
}

static char *map(int flags, int fd)
{
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);

	check(p != MAP_FAILED);
	return p;
}

int main(void)
{
	static char content[PAGES * PAGE];
	int fd = open("/tmp/madvise.file", O_RDWR | O_CREAT | O_TRUNC, 0600);
	char *anon = map(MAP_PRIVATE | MAP_ANONYMOUS, -1), *private, *shared;

	memset(content, 'f', sizeof(content));
	check(fd >= 0 && write(fd, content, sizeof(content)) == sizeof(content));
	private = map(MAP_PRIVATE, fd);
	shared = map(MAP_SHARED, fd);
	all_pages(anon, 'a');
	drop(anon);
	expect(anon, 0, 'a');
	all_pages(private, 'p');
	drop(private);
	expect(private, 'f', 'p');
	all_pages(shared, 's');
	drop(shared);
	expect(shared, 's', 's');
	check(madvise(anon + 1, PAGE, MADV_DONTNEED) == -1 && errno == EINVAL);
	check(unlink("/tmp/madvise.file") == 0);
	return 0;
}
