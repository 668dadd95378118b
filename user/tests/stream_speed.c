/* SPDX-License-Identifier: MIT */
/*
 * A reader of a file of four times memory is not slowed by more than a tenth when others use memory: a set that is
 * touched five times a second and an idle one twice as large.
 *
 * An empty and a loaded machine take turns. A busy host makes some pieces of a reading slower, never faster, and other
 * ones each time; so of each piece the fastest reading counts, and their sum is compared. It goes on until the loaded
 * sum is near enough, but for LEAST rounds at least and MOST at the most. Transfers are counted besides: they do
 * not depend on the host.
 *
 * machine: mem=12 swap=32 timeout=240
 * oracle: none, because Linux's machine here has memory for the file and both sets
 */
#include <fcntl.h>
#include <signal.h>
#include <time.h>

#include "proc.h"

#define FILE_MIB 48	/* a piece is 1 MiB */
#define CHUNK (64 * 1024)
#define USED_PAGES 400
#define IDLE_PAGES 800
#define TOUCH_US 200000
#define LEAST 4	/* rounds */
#define MOST 12
#define SLOWER(t) ((t) + (t) / 10)

static const char name[] = "/root/stream_speed";
static char buffer[CHUNK];

struct best {
	long piece[FILE_MIB];	/* us */
	long read_kib, swap_ins;
};

static void make_file(void)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0);
	for (int i = 0; i < FILE_MIB * (int)(MIB / CHUNK); i++)
		check(write(fd, buffer, CHUNK) == CHUNK);
	check(fsync(fd) == 0 && close(fd) == 0);
}

static long now_us(void)
{
	struct timespec t;

	check(clock_gettime(CLOCK_MONOTONIC, &t) == 0);
	return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

static void keep_least(long *least, long value)
{
	if (value < *least)
		*least = value;
}

static void read_file(struct best *best)
{
	int fd = open(name, O_RDONLY);
	long start = now_us(), end;

	check(fd >= 0);
	for (int piece = 0; piece < FILE_MIB; piece++, start = end) {
		for (unsigned int done = 0; done < MIB; done += CHUNK)
			check(read(fd, buffer, CHUNK) == CHUNK);
		end = now_us();
		keep_least(&best->piece[piece], end - start);
	}
	check(close(fd) == 0);
}

static volatile char *new_set(int pages)
{
	volatile char *set = mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(set != MAP_FAILED);
	for (int i = 0; i < pages; i++)
		set[i * PAGE] = 1;
	return set;
}

/* A process that holds both sets and uses one of them, until it is killed. */
static pid_t start_load(void)
{
	int ready[2];
	pid_t pid;
	char c;

	check(pipe(ready) == 0);
	pid = fork();
	check(pid >= 0);
	if (pid == 0) {
		volatile char *used = new_set(USED_PAGES);

		(void)new_set(IDLE_PAGES);
		check(write(ready[1], "r", 1) == 1);
		for (;;) {
			for (int i = 0; i < USED_PAGES; i++)
				used[i * PAGE]++;
			usleep(TOUCH_US);
		}
	}
	check(read(ready[0], &c, 1) == 1 && close(ready[0]) == 0 && close(ready[1]) == 0);
	return pid;
}

/* One reading, behind another one that has pushed out what can be pushed out. */
static void measure(struct best *best, int loaded)
{
	pid_t load = loaded ? start_load() : 0;
	long read_kib, swap_ins;
	static struct best ignored;

	read_file(&ignored);
	proc_write("/proc/sys/vm/drop_caches", "1\n");
	read_kib = vmstat("pgpgin");
	swap_ins = vmstat("pswpin");
	read_file(best);
	keep_least(&best->read_kib, vmstat("pgpgin") - read_kib);
	keep_least(&best->swap_ins, vmstat("pswpin") - swap_ins);
	if (loaded)
		check(kill(load, SIGKILL) == 0 && status_of(load) == SIGKILL);
}

static long sum(const struct best *best)
{
	long us = 0;

	for (int i = 0; i < FILE_MIB; i++)
		us += best->piece[i];
	return us;
}

static int near_enough(const struct best *empty, const struct best *loaded)
{
	return sum(loaded) <= SLOWER(sum(empty)) && loaded->read_kib <= SLOWER(empty->read_kib);
}

int main(void)
{
	static struct best empty, loaded;
	int rounds = 0;

	memset(&empty, 0x7f, sizeof(empty));	/* more than anything takes */
	loaded = empty;
	make_file();
	while (rounds < MOST && (rounds < LEAST || !near_enough(&empty, &loaded))) {
		measure(&empty, 0);
		measure(&loaded, 1);
		rounds++;
	}
	printf("%d rounds; empty: %ld us, %ld KiB; loaded: %ld us, %ld KiB, %ld pages from swap\n", rounds, sum(&empty),
	       empty.read_kib, sum(&loaded), loaded.read_kib, loaded.swap_ins);
	check(near_enough(&empty, &loaded) && loaded.swap_ins < USED_PAGES / 20);
	check(unlink(name) == 0);
	return 0;
}
