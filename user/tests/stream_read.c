/* SPDX-License-Identifier: MIT */
/*
 * A working set that is used, an idle one, and a stream four times as big as memory beside them: the stream
 * must not push out what is used every second; what is idle must go in the end, when the stream lasts.
 *
 * machine: mem=12 swap=32 timeout=240
 * oracle: none, because Linux's machine here has memory for the stream and both sets
 */
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>

#include "proc.h"

#define FILE_MIB 48
#define WORKING_PAGES 400
#define IDLE_KIB (WORKING_PAGES * 4)
#define CHUNK (64 * 1024)
#define STREAM_US (16 * 1000000LL)

static char buffer[CHUNK];

static void make_file(const char *name)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0);
	for (int i = 0; i < FILE_MIB * (int)(MIB / CHUNK); i++)
		check(write(fd, buffer, CHUNK) == CHUNK);
	check(fsync(fd) == 0 && close(fd) == 0);
}

static void touch(volatile char *set)
{
	for (int i = 0; i < WORKING_PAGES; i++)
		set[i * PAGE]++;
}

static long major_faults(void)
{
	struct rusage use;

	check(getrusage(RUSAGE_SELF, &use) == 0);
	return use.ru_majflt;
}

static long long now_us(void)
{
	struct timeval tv;

	check(gettimeofday(&tv, NULL) == 0);
	return tv.tv_sec * 1000000LL + tv.tv_usec;
}

static char *new_set(void)
{
	char *set = mmap(NULL, WORKING_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(set != MAP_FAILED);
	touch(set);
	return set;
}

/* Read the whole file, touching the set (if any) whenever the period has passed.  => bytes */
static ssize_t stream(const char *name, char *set, long long period)
{
	static long long next;
	ssize_t n, total = 0;
	int fd = open(name, O_RDONLY);

	check(fd >= 0);
	while ((n = read(fd, buffer, CHUNK)) > 0) {
		total += n;
		if (now_us() >= next) {
			touch(set);
			next = now_us() + period;
		}
	}
	check(n == 0 && close(fd) == 0);
	return total;
}

int main(void)
{
	static const char name[] = "/root/stream";
	char *used, *idle;
	long before, of_used, of_idle, swapped;
	long long begin;
	int rounds = 0;

	make_file(name);
	used = new_set();
	idle = new_set();
	before = major_faults();
	check(stream(name, used, 100000) == FILE_MIB * MIB);
	touch(used);
	of_used = major_faults() - before;
	printf("one stream: %ld major faults on the set that is used\n", of_used);
	check(of_used < WORKING_PAGES / 20);

	before = major_faults();
	begin = now_us();
	for (; now_us() < begin + STREAM_US; rounds++)
		check(stream(name, used, 1000000) == FILE_MIB * MIB);
	touch(used);
	of_used = major_faults() - before;
	swapped = proc_number("/proc/self/status", "VmSwap");
	before = major_faults();
	touch(idle);
	of_idle = major_faults() - before;
	printf("%d streams: %ld major faults on the set that is used every second, %ld on the idle one, %ld KiB swapped\n",
	       rounds, of_used, of_idle, swapped);
	check(of_used < WORKING_PAGES / 20);
	check(swapped >= IDLE_KIB / 2 && of_idle > 0);
	check(unlink(name) == 0);
	return 0;
}
