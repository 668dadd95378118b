/* SPDX-License-Identifier: MIT */
/*
 * Memory torture: everything at once on a machine that is far too small, for two minutes (or as many seconds
 * as the argument says). Each worker checks every byte it reads; the first wrong one ends the test.
 *
 *	maps	random mmap, mremap, munmap, mprotect, madvise against a model with a pattern in each page
 *	forks	processes that share pages by COW, write some, exec, and vanish
 *	shared	processes that write their own lanes of one shared anonymous segment and read the others'
 *	files	blocks with checksums, written by write() and by shared mappings, read by the other way
 *	trunc	one maps and reads a file that another truncates and extends: SIGBUS or the right bytes
 *	swap	swapoff and swapon, again and again, under all of it
 *	audit	the auditor, once a minute: it must find nothing (only Quire has one)
 *
 * The long version, which no `make test` has time for, stands in docs/testing.md.
 *
 * machine: mem=16 swap=64 timeout=600
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <time.h>

#include "check.h"

#define DEFAULT_SECONDS 120
#define WORDS	(PAGE / sizeof(uint32_t))
#define STEP	128u	/* words between those that carry the pattern */

static time_t deadline;
static int seconds = DEFAULT_SECONDS;
static uint32_t rng;

static uint32_t next(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 17;
	rng ^= rng << 5;
	return rng;
}

static uint32_t below(uint32_t n)
{
	return next() % n;
}

static bool time_left(void)
{
	return time(NULL) < deadline;
}

static void fill(void *page, uint32_t seed)
{
	uint32_t *w = page;

	for (uint32_t i = 0; i < WORDS; i += STEP)
		w[i] = seed * 2654435761u + i;
}

static bool holds(const void *page, uint32_t seed)
{
	const uint32_t *w = page;

	for (uint32_t i = 0; i < WORDS; i += STEP)
		if (w[i] != (seed ? seed * 2654435761u + i : 0))
			return false;
	return true;
}

/* The wait status of any child. */
static int reap(void)
{
	int status;

	check(wait(&status) > 0);
	return status;
}

/* ---- maps ---- */

#define AREAS	24
#define AREA_MAX 96u	/* pages */

static struct area {
	unsigned char *base;
	uint32_t pages;
	uint32_t seed[AREA_MAX];	/* of each page; 0: zeroes */
} areas[AREAS];

static void area_verify(const struct area *a)
{
	for (uint32_t i = 0; i < a->pages; i++)
		check(holds(a->base + i * PAGE, a->seed[i]));
}

static void area_map(struct area *a)
{
	a->pages = 1 + below(AREA_MAX);
	a->base = mmap(NULL, a->pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(a->base != MAP_FAILED);
	memset(a->seed, 0, sizeof(a->seed));
}

static void area_unmap(struct area *a)
{
	area_verify(a);
	check(munmap(a->base, a->pages * PAGE) == 0);
	a->base = NULL;
}

static void area_remap(struct area *a)
{
	uint32_t pages = 1 + below(AREA_MAX);
	void *base = mremap(a->base, a->pages * PAGE, pages * PAGE, MREMAP_MAYMOVE);

	check(base != MAP_FAILED);
	for (uint32_t i = a->pages; i < pages; i++)
		a->seed[i] = 0;
	a->base = base;
	a->pages = pages;
}

static void area_write(struct area *a)
{
	for (uint32_t n = below(a->pages) + 1; n--;) {
		uint32_t i = below(a->pages);

		a->seed[i] = next() | 1;
		fill(a->base + i * PAGE, a->seed[i]);
	}
}

static void area_drop(struct area *a)
{
	uint32_t first = below(a->pages), n = 1 + below(a->pages - first);

	check(madvise(a->base + first * PAGE, n * PAGE, MADV_DONTNEED) == 0);
	while (n--)
		a->seed[first++] = 0;
}

static void area_protect(struct area *a)
{
	check(mprotect(a->base, a->pages * PAGE, PROT_READ) == 0);
	area_verify(a);
	check(mprotect(a->base, a->pages * PAGE, PROT_READ | PROT_WRITE) == 0);
}

static void maps_worker(void)
{
	static void (*const ops[])(struct area *) = { area_write, area_write, area_remap, area_drop,
						      area_protect, area_unmap };

	while (time_left()) {
		struct area *a = &areas[below(AREAS)];

		if (!a->base)
			area_map(a);
		else
			ops[below(sizeof(ops) / sizeof(ops[0]))](a);
	}
	for (struct area *a = areas; a < areas + AREAS; a++)
		if (a->base)
			area_unmap(a);
}

/* ---- forks ---- */

#define COW_PAGES 256u

static void cow_child(unsigned char *base, const char *self)
{
	for (uint32_t i = 0; i < COW_PAGES; i++) {
		check(holds(base + i * PAGE, i + 1));
		if (below(3) == 0)
			fill(base + i * PAGE, ~i);
	}
	if (below(2))
		execl(self, self, "exec", (char *)NULL);
	_exit(0);
}

static void forks_worker(const char *self)
{
	unsigned char *base = mmap(NULL, COW_PAGES * PAGE, PROT_READ | PROT_WRITE,
				   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(base != MAP_FAILED);
	for (uint32_t i = 0; i < COW_PAGES; i++)
		fill(base + i * PAGE, i + 1);
	while (time_left()) {
		int children = 1 + below(4);

		for (int c = 0; c < children; c++) {
			pid_t pid = fork();

			check(pid >= 0);
			next();
			if (pid == 0)
				cow_child(base, self);
		}
		while (children--)
			check(reap() == 0);
		for (uint32_t i = 0; i < COW_PAGES; i++)
			check(holds(base + i * PAGE, i + 1));
	}
}

/* ---- shared ---- */

#define LANES	3u
#define LANE_PAGES 200u

static void lane_worker(unsigned char *base, uint32_t lane)
{
	for (uint32_t round = 1; time_left(); round++) {
		for (uint32_t i = 0; i < LANE_PAGES; i++)
			fill(base + (lane * LANE_PAGES + i) * PAGE, round * LANES + lane + 1);
		for (uint32_t i = 0; i < LANE_PAGES; i++)
			check(holds(base + (lane * LANE_PAGES + i) * PAGE, round * LANES + lane + 1));
		/* The others' words: of their lane, whatever the round. */
		for (uint32_t i = 0; i < LANES * LANE_PAGES; i++) {
			uint32_t seed = *(volatile uint32_t *)(base + i * PAGE) * 244002641u;

			check(seed == 0 || (seed - 1) % LANES == i / LANE_PAGES);
		}
	}
	_exit(0);
}

static void shared_worker(void)
{
	unsigned char *base = mmap(NULL, LANES * LANE_PAGES * PAGE, PROT_READ | PROT_WRITE,
				   MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check(base != MAP_FAILED);
	for (uint32_t lane = 0; lane < LANES; lane++)
		if (fork() == 0)
			lane_worker(base, lane);
	for (uint32_t lane = 0; lane < LANES; lane++)
		check(reap() == 0);
}

/* ---- files ---- */

#define FILE_PAGES 300u

static void block_write(int fd, unsigned char *map, uint32_t i, uint32_t seed)
{
	static unsigned char block[PAGE];

	if (below(2)) {
		fill(map + i * PAGE, seed);
	} else {
		memset(block, 0, sizeof(block));
		fill(block, seed);
		check(pwrite(fd, block, PAGE, i * PAGE) == PAGE);
	}
}

static void block_verify(int fd, const unsigned char *map, uint32_t i, uint32_t seed)
{
	static unsigned char block[PAGE];

	if (below(2)) {
		check(holds(map + i * PAGE, seed));
	} else {
		check(pread(fd, block, PAGE, i * PAGE) == PAGE);
		check(holds(block, seed));
	}
}

static void files_worker(const char *dir)
{
	static uint32_t seeds[FILE_PAGES];
	unsigned char *map;
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "%s/torture.%d", dir, (int)getpid());
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(fd >= 0);
	check(ftruncate(fd, FILE_PAGES * PAGE) == 0);
	map = mmap(NULL, FILE_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(map != MAP_FAILED);
	while (time_left()) {
		uint32_t i = below(FILE_PAGES);

		block_verify(fd, map, i, seeds[i]);
		seeds[i] = next() | 1;
		block_write(fd, map, i, seeds[i]);
		if (below(500) == 0)
			check(fsync(fd) == 0);
	}
	for (uint32_t i = 0; i < FILE_PAGES; i++)
		block_verify(fd, map, i, seeds[i]);
	check(munmap(map, FILE_PAGES * PAGE) == 0);
	check(close(fd) == 0 && unlink(name) == 0);
}

/* ---- trunc ---- */

#define TRUNC_PAGES 64u
static sigjmp_buf beyond_end;

static void on_sigbus(int sig)
{
	siglongjmp(beyond_end, sig);
}

/* A page of the file holds zeroes or its pattern; or it is not there. */
static void trunc_reader(int fd)
{
	unsigned char *map = mmap(NULL, TRUNC_PAGES * PAGE, PROT_READ, MAP_SHARED, fd, 0);

	check(map != MAP_FAILED);
	signal(SIGBUS, on_sigbus);
	while (time_left()) {
		uint32_t i = below(TRUNC_PAGES);

		if (sigsetjmp(beyond_end, 1) == 0) {
			uint32_t word = *(volatile uint32_t *)(map + i * PAGE);

			check(word == 0 || word == (i + 1) * 2654435761u);
		}
	}
	_exit(0);
}

static void trunc_worker(const char *dir)
{
	static unsigned char block[PAGE];
	char name[64];
	pid_t reader;
	int fd;

	snprintf(name, sizeof(name), "%s/trunc.%d", dir, (int)getpid());
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(fd >= 0);
	reader = fork();
	if (reader == 0)
		trunc_reader(fd);
	while (time_left()) {
		uint32_t i = below(TRUNC_PAGES);

		check(ftruncate(fd, below(TRUNC_PAGES) * PAGE) == 0);
		fill(block, i + 1);
		check(pwrite(fd, block, PAGE, i * PAGE) == PAGE);
	}
	join(reader);
	check(close(fd) == 0 && unlink(name) == 0);
}

/* ---- swap ---- */

/* The first swap device, if there is one. */
static bool swap_device(char *name, size_t size)
{
	FILE *f = fopen("/proc/swaps", "r");
	char line[256];
	bool found = false;

	if (f && fgets(line, sizeof(line), f) && fgets(line, sizeof(line), f)) {
		size_t n = strcspn(line, " \t");

		found = n && n < size;
		if (found) {
			memcpy(name, line, n);
			name[n] = '\0';
		}
	}
	if (f)
		fclose(f);
	return found;
}

static void swap_worker(void)
{
	char name[64];

	if (!swap_device(name, sizeof(name)))
		return;
	while (time_left()) {
		sleep(1 + below(5));
		/* Not enough memory to take everything back is an answer too. */
		if (swapoff(name) == 0)
			check(swapon(name, 0) == 0);
		else
			check(errno == ENOMEM || errno == EINTR);
	}
}

/* ---- audit ---- */

#define AUDIT "/proc/vmaudit"
#define AUDIT_SECONDS 60
#define AUDIT_TRIES 20	/* a machine so busy may not stand still at once, nor have memory for the report */

/* => its last line says that there are no differences; all of it is shown when it does not */
static bool audit_clean(int fd)
{
	static char text[65536];
	unsigned long frames, differences = 1;
	const char *last;
	size_t used = 0;
	ssize_t n;

	while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += n;
	text[used] = '\0';
	last = strstr(text, "audit: ");
	if (last && sscanf(last, "audit: %lu frames, %lu differences", &frames, &differences) == 2 &&
	    differences == 0)
		return true;
	fputs(text, stdout);
	return false;
}

static void audit_once(void)
{
	int fd, tries = 0;

	do
		fd = open(AUDIT, O_RDONLY);
	while (fd < 0 && (errno == EBUSY || errno == ENOMEM) && ++tries < AUDIT_TRIES && !sleep(1));
	check(fd >= 0);
	check(audit_clean(fd) && close(fd) == 0);
}

static void audit_worker(void)
{
	time_t begin = time(NULL), next_audit = begin + AUDIT_SECONDS, last = begin, longest = 0;
	int audits = 0;

	if (access(AUDIT, R_OK))
		return;
	for (; time_left(); sleep(1)) {
		longest = time(NULL) - last > longest ? time(NULL) - last : longest;
		last = time(NULL);
		if (last >= next_audit) {
			audit_once();
			audits++;
			next_audit += AUDIT_SECONDS;
		}
	}
	printf("%d audits, no differences; begun after %ld s, the longest turn took %ld s\n", audits,
	       (long)(begin - (deadline - seconds)), (long)longest);
	fflush(stdout);
	check(audits + 1 >= seconds / AUDIT_SECONDS);
}

/* ---- all of it ---- */

static void start(int worker, const char *self)
{
	fflush(stdout);
	rng = 88172645u + worker * 7919u;
	if (fork())
		return;
	switch (worker) {
	case 0: maps_worker(); break;
	case 1: forks_worker(self); break;
	case 2: shared_worker(); break;
	case 3: files_worker("/root"); break;
	case 4: files_worker("/tmp"); break;
	case 5: trunc_worker("/root"); break;
	case 6: trunc_worker("/tmp"); break;
	case 7: swap_worker(); break;
	default: audit_worker(); break;
	}
	_exit(0);
}

#define WORKERS 9

int main(int argc, char **argv)
{
	int failures = 0;

	if (argc > 1 && strcmp(argv[1], "exec") == 0)
		return 0;
	if (argc > 1)
		seconds = atoi(argv[1]);
	deadline = time(NULL) + seconds;
	mkdir("/root", 0700);
	for (int w = 0; w < WORKERS; w++)
		start(w, argv[0]);
	for (int w = 0; w < WORKERS; w++)
		failures += reap() != 0;
	printf("%d workers, %d failed\n", WORKERS, failures);
	return failures != 0;
}
