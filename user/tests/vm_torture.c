/* SPDX-License-Identifier: MIT */
/*
 * Several kinds of work at once on a machine that is too small for them, each checking what it wrote:
 * private memory, shared memory, files, fork storms, mappings that come and go; and swap taken away and
 * given back meanwhile. Argument: seconds (default 20); which = letters of the kinds to run.
 *
 * machine: mem=16 swap=64 timeout=240
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>

#include "check.h"

#define WORDS (PAGE / sizeof(uint32_t))
#define SWAP_DEVICE "/dev/vda2"
#define PREFERRED (0x8000 + 10) /* so that pages go there while another area can take them in */

static time_t end_time;
static uint32_t seed;

static uint32_t random32(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static bool go_on(void)
{
	return time(NULL) < end_time;
}

static void fill(uint32_t *page, uint32_t tag)
{
	for (size_t i = 0; i < WORDS; i += 16)
		page[i] = tag + (uint32_t)i;
}

static void verify(const uint32_t *page, uint32_t tag)
{
	for (size_t i = 0; i < WORDS; i += 16)
		check(page[i] == tag + (uint32_t)i);
}

/* Private memory: random pages rewritten, every page checked against what it must hold. */
static void private_memory(void)
{
	enum { PAGES = 3000 };
	uint32_t *base = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	static uint32_t tags[PAGES];

	check(base != MAP_FAILED);
	while (go_on()) {
		uint32_t n = random32() % PAGES;

		if (tags[n])
			verify(base + n * WORDS, tags[n]);
		tags[n] = random32() | 1;
		fill(base + n * WORDS, tags[n]);
	}
	for (uint32_t n = 0; n < PAGES; n++)
		if (tags[n])
			verify(base + n * WORDS, tags[n]);
}

/* Shared memory: two processes fill alternating pages and check the other's. */
static void shared_memory(void)
{
	enum { PAGES = 1200 };
	uint32_t *base = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	uint32_t me;

	check(base != MAP_FAILED);
	pid = fork();
	check(pid >= 0);
	me = pid == 0;
	seed += me;
	while (go_on()) {
		uint32_t n = random32() % PAGES;

		if (n % 2 == me)
			fill(base + n * WORDS, n * 7919);
		else if (base[n * WORDS])
			verify(base + n * WORDS, n * 7919);
	}
	if (me)
		_exit(0);
	join(pid);
}

/* A file: written, read back and mapped, cut and extended. */
static void files(void)
{
	enum { PAGES = 1200 };
	static uint32_t page[WORDS], tags[PAGES];
	char name[32];
	uint32_t *map;
	int fd;

	snprintf(name, sizeof(name), "/root/torture.%d", (int)getpid());
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(fd >= 0);
	check(ftruncate(fd, PAGES * PAGE) == 0);
	map = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(map != MAP_FAILED);
	while (go_on()) {
		uint32_t n = random32() % PAGES;

		check(pread(fd, page, PAGE, (off_t)n * PAGE) == PAGE);
		if (tags[n])
			verify(page, tags[n]);
		else
			check(page[0] == 0);
		tags[n] = random32() | 1;
		if (random32() % 2) {
			fill(page, tags[n]);
			check(pwrite(fd, page, PAGE, (off_t)n * PAGE) == PAGE);
		} else {
			fill(map + n * WORDS, tags[n]);
		}
		verify(map + n * WORDS, tags[n]);
		if (random32() % 512 == 0) {
			uint32_t keep = random32() % PAGES;

			check(ftruncate(fd, (off_t)keep * PAGE) == 0 && ftruncate(fd, PAGES * PAGE) == 0);
			memset(tags + keep, 0, (PAGES - keep) * sizeof(tags[0]));
		}
		if (random32() % 256 == 0)
			check(fsync(fd) == 0);
	}
	check(unlink(name) == 0);
}

/* fork with memory to copy; children write some, check the rest, and end. */
static void forks(void)
{
	enum { PAGES = 700, CHILDREN = 3 };
	uint32_t *base = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(base != MAP_FAILED);
	for (uint32_t n = 0; n < PAGES; n++)
		fill(base + n * WORDS, n);
	while (go_on()) {
		pid_t pids[CHILDREN];

		for (int c = 0; c < CHILDREN; c++) {
			pids[c] = fork();
			check(pids[c] >= 0);
			if (pids[c])
				continue;
			for (uint32_t n = (uint32_t)c; n < PAGES; n += 5)
				fill(base + n * WORDS, n + 1000);
			for (uint32_t n = 0; n < PAGES; n++)
				verify(base + n * WORDS, n % 5 == (uint32_t)c ? n + 1000 : n);
			_exit(0);
		}
		for (int c = 0; c < CHILDREN; c++)
			join(pids[c]);
		fill(base + random32() % PAGES * WORDS, 0);
		for (uint32_t n = 0; n < PAGES; n++)
			fill(base + n * WORDS, n);
	}
}

/* Mappings that come, are touched, and go. */
static void mappings(void)
{
	while (go_on()) {
		size_t pages = 1 + random32() % 1500;
		uint32_t *p = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		check(p != MAP_FAILED);
		for (size_t n = 0; n < pages; n++)
			fill(p + n * WORDS, (uint32_t)n);
		for (size_t n = 0; n < pages; n++)
			verify(p + n * WORDS, (uint32_t)n);
		check(munmap(p, pages * PAGE) == 0);
	}
}

static void swap_off_and_on(void)
{
	unsigned int off = 0, refused = 0;

	while (go_on()) {
		usleep(700000);
		if (syscall(SYS_swapoff, SWAP_DEVICE) == 0) {
			off++;
			usleep(50000);
			check(syscall(SYS_swapon, SWAP_DEVICE, PREFERRED) == 0);
		} else {
			check(errno == ENOMEM || errno == EINTR);
			refused++;
		}
	}
	printf("swapoff: %u done, %u refused for lack of memory\n", off, refused);
}

static const struct {
	char letter;
	void (*run)(void);
} kinds[] = {
	{ 'p', private_memory }, { 's', shared_memory }, { 'f', files }, { 'k', forks }, { 'm', mappings },
	{ 'o', swap_off_and_on },
};

int main(int argc, char **argv)
{
	int seconds = argc > 1 ? atoi(argv[1]) : 20;
	const char *which = argc > 2 ? argv[2] : "psfkmo";
	pid_t pids[16];
	int n = 0;

	end_time = time(NULL) + seconds;
	for (const char *c = which; *c && n < 16; c++) {
		for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
			if (kinds[k].letter != *c)
				continue;
			fflush(stdout);
			pids[n] = fork();
			check(pids[n] >= 0);
			if (pids[n] == 0) {
				seed = 77777u + (uint32_t)n * 1001;
				kinds[k].run();
				fflush(stdout);
				_exit(0);
			}
			n++;
		}
	}
	while (n--)
		join(pids[n]);
	return 0;
}
