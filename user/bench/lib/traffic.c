/* SPDX-License-Identifier: MIT */
/* What a row moved between memory and disk: the difference of the kernel's own counters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../bench.h"
#include "../traffic.h"

#define KIB_PER_PAGE	(PAGE / KIB)

static const char *const counters[] = { "pswpin", "pswpout", "pgpgin", "pgpgout" };
#define COUNTERS (sizeof(counters) / sizeof(counters[0]))

static long counted[COUNTERS];

/* The number behind NAME in a file of /proc; 0 when it is not there. */
static long proc_number(const char *path, const char *name)
{
	char line[128];
	size_t length = strlen(name);
	FILE *file = fopen(path, "r");
	long value = 0;

	if (!file)
		return 0;
	while (fgets(line, sizeof(line), file))
		if (strncmp(line, name, length) == 0 && strchr(": ", line[length]))
			value = atol(line + length + 1);
	fclose(file);
	return value;
}

void traffic_start(void)
{
	static const char *const usable[] = { "MemFree", "Buffers", "Cached" };
	long kib = 0;

	sync();
	for (size_t i = 0; i < sizeof(usable) / sizeof(usable[0]); i++)
		kib += proc_number("/proc/meminfo", usable[i]);
	bench_note("frames", kib / KIB_PER_PAGE);
	for (size_t i = 0; i < COUNTERS; i++)
		counted[i] = proc_number("/proc/vmstat", counters[i]);
	bench_start();
}

void traffic_stop(long operations, int who)
{
	struct rusage usage;

	bench_stop(operations);
	getrusage(who, &usage);
	bench_note("major", usage.ru_majflt);
	bench_note("minor", usage.ru_minflt);
	for (size_t i = 0; i < COUNTERS; i++)
		bench_note(counters[i], proc_number("/proc/vmstat", counters[i]) - counted[i]);
}
