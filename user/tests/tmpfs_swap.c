/* SPDX-License-Identifier: MIT */
/*
 * tmpfs files and shared anonymous memory bigger than memory: every page goes to swap and comes back, by
 * read, by write, by fault and by truncation; a child sees what the parent wrote.
 *
 * machine: mem=16 swap=48 timeout=180
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "check.h"

#define PAGES (20 * MIB / PAGE)

static unsigned int buf[PAGE / 4];

static void fill(unsigned int i, unsigned int round)
{
	for (unsigned int j = 0; j < PAGE / 4; j++)
		buf[j] = (i * 2654435761u) ^ (j * 40503u) ^ round;
}

static int is_filled(const unsigned int *p, unsigned int i, unsigned int round)
{
	fill(i, round);
	return !memcmp(p, buf, PAGE);
}

static void file(void)
{
	static unsigned int in[PAGE / 4];
	int fd = open("/tmp/big/f", O_CREAT | O_RDWR | O_TRUNC, 0600);
	unsigned int i;

	check(fd >= 0 && unlink("/tmp/big/f") == 0);
	for (i = 0; i < PAGES; i++) {
		fill(i, 0);
		check(write(fd, buf, PAGE) == (ssize_t)PAGE);
	}
	for (i = 0; i < PAGES; i++)
		check(pread(fd, in, PAGE, (off_t)i * PAGE) == (ssize_t)PAGE && is_filled(in, i, 0));
	/* Every third page anew, half of each: the rest must come back from swap first. */
	for (i = 0; i < PAGES; i += 3) {
		fill(i, 1);
		check(pwrite(fd, buf, PAGE / 2, (off_t)i * PAGE) == (ssize_t)(PAGE / 2));
	}
	for (i = 0; i < PAGES; i++) {
		check(pread(fd, in, PAGE, (off_t)i * PAGE) == (ssize_t)PAGE);
		fill(i, 0);
		check(!memcmp(in + PAGE / 8, buf + PAGE / 8, PAGE / 2));
		fill(i, i % 3 == 0);
		check(!memcmp(in, buf, PAGE / 2));
	}
	/* Cut in the middle of a page that is in swap. */
	check(ftruncate(fd, (off_t)PAGES / 2 * PAGE + 100) == 0 && ftruncate(fd, (off_t)PAGES * PAGE) == 0);
	check(pread(fd, in, PAGE, (off_t)PAGES / 2 * PAGE) == (ssize_t)PAGE);
	for (i = 25; i < PAGE / 4; i++)
		check(in[i] == 0);
	check(pread(fd, in, PAGE, (off_t)(PAGES - 1) * PAGE) == (ssize_t)PAGE && in[0] == 0);
	check(close(fd) == 0);
}

static void shared_memory(void)
{
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned int i;
	pid_t pid;

	check(p != MAP_FAILED);
	for (i = 0; i < PAGES; i++) {
		fill(i, 2);
		memcpy(p + i * PAGE, buf, PAGE);
	}
	check((pid = fork()) >= 0);
	if (!pid) {
		for (i = 0; i < PAGES; i++) {
			check(is_filled((unsigned int *)(p + i * PAGE), i, 2));
			fill(i, 3);
			memcpy(p + i * PAGE, buf, PAGE);
		}
		_exit(0);
	}
	join(pid);
	for (i = 0; i < PAGES; i++)
		check(is_filled((unsigned int *)(p + i * PAGE), i, 3));
	check(munmap(p, PAGES * PAGE) == 0);
}

int main(void)
{
	check(mkdir("/tmp/big", 0700) == 0 && mount("big", "/tmp/big", "tmpfs", 0, "size=64m") == 0);
	file();
	check(umount("/tmp/big") == 0 && rmdir("/tmp/big") == 0);
	shared_memory();
	return 0;
}
