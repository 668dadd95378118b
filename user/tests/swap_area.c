/* SPDX-License-Identifier: MIT */
/*
 * What swapon believes of a header and what it does not; bad slots are never written to; an area that is full holds
 * exactly its good slots, and when its users are gone, none; a file that is swapped to keeps its name.
 *
 * machine: mem=16 swap=64 timeout=120
 * oracle: none, because Linux's root here is a RAM file system, which holds no swap file
 */
#include <stdint.h>
#include <sys/stat.h>
#include <sys/swap.h>

#include "proc.h"

#define NAME	"/root/swap_area.tmp"
#define OTHER	"/root/swap_other.tmp"
#define SLOTS	512u
#define FIRST_BAD 100u
#define LAST_BAD 131u
#define BAD	(LAST_BAD - FIRST_BAD + 1)
#define GOOD	(SLOTS - 1 - BAD)	/* slot 0 is the header */
#define MAX_BAD_IN_HEADER 637u
#define ALWAYS_FIRST (SWAP_FLAG_PREFER | 10)
#define LEFT_KIB 512		/* of processes that go on */

static unsigned char mark[PAGE];	/* what bad slots hold */

struct header {
	char boot[1024];
	uint32_t version, last_page, nr_bad, filler[125], bad[MAX_BAD_IN_HEADER];
	char pad[2], magic[10];
};

_Static_assert(sizeof(struct header) == PAGE, "the header is a page");

static struct header good_header(void)
{
	struct header h = { .version = 1, .last_page = SLOTS - 1, .nr_bad = BAD };

	for (uint32_t i = 0; i < BAD; i++)
		h.bad[i] = FIRST_BAD + i;
	memcpy(h.magic, "SWAPSPACE2", sizeof(h.magic));
	return h;
}

static int is_bad(unsigned int slot)
{
	return slot >= FIRST_BAD && slot <= LAST_BAD;
}

static void write_file(const struct header *h)
{
	static const unsigned char zeroes[PAGE];
	int fd = open(NAME, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0 && write(fd, h, sizeof(*h)) == sizeof(*h));
	for (unsigned int slot = 1; slot < SLOTS; slot++)
		check(write(fd, is_bad(slot) ? mark : zeroes, PAGE) == PAGE);
	check(close(fd) == 0);
}

/* Of our area in /proc/swaps, KiB.  => false: it is not there */
static int area(long *size, long *used)
{
	const char *line = strstr(proc_text("/proc/swaps"), NAME);

	if (!line)
		return 0;
	check(sscanf(line, "%*s %*s %ld %ld", size, used) == 2);
	return 1;
}

static void refused(const struct header *h)
{
	long size, used;

	write_file(h);
	check(swapon(NAME, 0) == -1 && errno == EINVAL);
	check(!area(&size, &used));
}

static void corrupt_headers(void)
{
	struct header h = good_header();

	h.magic[3] ^= 1;
	refused(&h);
	h = good_header();
	h.version = 2;
	refused(&h);
	h = good_header();
	h.last_page = SLOTS;
	refused(&h);
	h = good_header();
	h.nr_bad = MAX_BAD_IN_HEADER + 1;
	refused(&h);
	h = good_header();
	h.bad[5] = SLOTS;
	refused(&h);
	h = good_header();
	h.bad[5] = 0;
	refused(&h);
}

/*
 * Takes more than memory, says so, and keeps it until told.  It goes through all of it once more: what comes back
 * was written, while slots that were given out last may not be yet.
 */
static void hog(int ready, int stop)
{
	size_t size = meminfo("MemTotal") * 1024ul / 2 * 3;
	unsigned char *p = take_memory();
	char byte;

	for (size_t at = 0; at < size; at += PAGE)
		check(p[at]++ == 1);
	check(write(ready, "r", 1) == 1 && read(stop, &byte, 1) == 1);
	_exit(0);
}

static void fill_and_empty(void)
{
	int ready[2], stop[2];
	long size, used;
	char byte;
	pid_t pid;

	check(swapon(NAME, ALWAYS_FIRST) == 0);
	check(area(&size, &used) && size == (long)(GOOD * PAGE / 1024));
	check(pipe(ready) == 0 && pipe(stop) == 0);
	pid = fork();
	if (pid == 0)
		hog(ready[1], stop[0]);
	check(read(ready[0], &byte, 1) == 1);
	check(area(&size, &used));
	printf("%ld of %ld KiB used\n", used, size);
	check(used <= size && used > size - LEFT_KIB); /* some of the others may have come back */
	check(write(stop[1], "s", 1) == 1);
	join(pid);
	check(area(&size, &used) && used <= LEFT_KIB);
	check(swapoff(NAME) == 0);
	check(!area(&size, &used));
}

/* A file that is swapped to keeps its name and its contents; one without a name is not swapped to. */
static void names_stay(void)
{
	char path[32];
	int fd = open(OTHER, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0 && close(fd) == 0 && swapon(NAME, 0) == 0);
	check(unlink(NAME) == -1 && errno == EPERM);
	check(rename(NAME, OTHER) == -1 && errno == EPERM);
	check(rename(OTHER, NAME) == -1 && errno == EPERM);
	check(open(NAME, O_WRONLY) == -1 && errno == ETXTBSY);
	check(truncate(NAME, 0) == -1 && errno == ETXTBSY);
	check(swapon(NAME, 0) == -1 && errno == EBUSY);
	check(swapoff(NAME) == 0 && rename(NAME, OTHER) == 0);
	fd = open(OTHER, O_RDONLY);
	check(fd >= 0 && unlink(OTHER) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	check(swapon(path, 0) == -1 && errno == ENOENT && close(fd) == 0);
}

/* Nor is what is no area at all: and a FIFO that nobody writes to is not waited for. */
static void no_areas(void)
{
	check(mkfifo(OTHER, 0600) == 0);
	check(swapon(OTHER, 0) == -1 && errno == EINVAL && unlink(OTHER) == 0);
	check(swapon("/root", 0) == -1 && errno == EINVAL);
	check(swapon("/dev/null", 0) == -1 && errno == EINVAL);
	check(swapoff("/etc/passwd") == -1 && errno == EINVAL);
}

/* What stands on the disk now: bad slots as they were, good ones written to. */
static void look_at_slots(void)
{
	static unsigned char page[PAGE];
	unsigned int written = 0;
	int fd = open(NAME, O_RDONLY);

	check(fd >= 0);
	/* Not what the cache still holds of write_file(): swap goes past it. */
	sync();
	proc_write("/proc/sys/vm/drop_caches", "1");
	for (unsigned int slot = 0; slot < SLOTS; slot++) {
		check(read(fd, page, PAGE) == PAGE);
		if (is_bad(slot))
			check(memcmp(page, mark, PAGE) == 0);
		else if (slot)
			written += page[0] != 0;
	}
	printf("%u of %u good slots were written\n", written, GOOD);
	check(written > GOOD / 2);
	check(close(fd) == 0);
}

int main(void)
{
	struct header h = good_header();

	memset(mark, 0xbd, sizeof(mark));
	corrupt_headers();
	write_file(&h);
	fill_and_empty();
	look_at_slots();
	write_file(&h);
	names_stay();
	no_areas();
	return 0;
}
