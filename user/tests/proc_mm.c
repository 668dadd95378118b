/* SPDX-License-Identifier: MIT */
/*
 * What /proc tells of one address space adds up: smaps, smaps_rollup, status, statm, pagemap and kpagecount, for
 * anonymous, file and shared pages, alone and shared with a child.
 *
 * machine: mem=16 swap=32
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "proc.h"

#define PAGES 16
#define LINE 200
#define LARGEST_LAG 800	/* KiB: Linux adds up to 64 pages of each kind to status later */
#define MOST_AREAS 16
#define PRESENT (1ull << 63)
#define PFN_MASK ((1ull << 55) - 1)
#define TABLE_SPAN (4 * MIB)
#define ADV_NOHUGEPAGE 15

static const char *const sizes[] = {
	"Rss", "Pss", "Pss_Dirty", "Shared_Clean", "Shared_Dirty", "Private_Clean", "Private_Dirty", "Referenced",
	"Anonymous", "LazyFree", "Swap", "SwapPss", "Locked",
};
enum { RSS, PSS, PSS_DIRTY, SHARED_CLEAN, SHARED_DIRTY, PRIVATE_CLEAN, PRIVATE_DIRTY, ANONYMOUS = 8, LOCKED = 12 };
#define SIZES (sizeof(sizes) / sizeof(sizes[0]))

struct area {
	unsigned long start, end;
	long kib[SIZES];
	char flags[LINE];
};

static bool on_quire(void)
{
	return access("/proc/vmaudit", F_OK) == 0;
}

/* One line of smaps behind an area's first.  => false: it was the last one, VmFlags */
static bool take_line(struct area *a, const char *line)
{
	char name[24];
	long value;

	if (!strncmp(line, "VmFlags: ", 9)) {
		snprintf(a->flags, sizeof(a->flags), "%s", line + 8);
		return false;
	}
	if (sscanf(line, "%23[^:]: %ld kB", name, &value) == 2)
		for (unsigned int i = 0; i < SIZES; i++)
			if (!strcmp(name, sizes[i]))
				a->kib[i] = value;
	return true;
}

static void check_area(const struct area *a)
{
	const long *k = a->kib;

	for (unsigned int i = 0; i < SIZES; i++)
		check(k[i] >= 0);	/* each line was there */
	check(k[RSS] == k[SHARED_CLEAN] + k[SHARED_DIRTY] + k[PRIVATE_CLEAN] + k[PRIVATE_DIRTY]);
	check(k[PSS] <= k[RSS] && k[PSS] >= k[PRIVATE_CLEAN] + k[PRIVATE_DIRTY] && k[PSS_DIRTY] <= k[PSS]);
	check(k[ANONYMOUS] <= k[RSS] && k[RSS] <= (long)(a->end - a->start) / 1024);
}

/* The area that holds addr; *sum: of all. */
static struct area read_smaps(const void *addr, struct area *sum)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	struct area a, found = { 0 };
	char line[LINE];

	check(f);
	memset(sum, 0, sizeof(*sum));
	while (fgets(line, sizeof(line), f)) {
		memset(a.kib, 0xff, sizeof(a.kib));
		check(sscanf(line, "%lx-%lx ", &a.start, &a.end) == 2);
		do
			check(fgets(line, sizeof(line), f));
		while (take_line(&a, line));
		check_area(&a);
		for (unsigned int i = 0; i < SIZES; i++)
			sum->kib[i] += a.kib[i];
		if (a.start <= (uintptr_t)addr && (uintptr_t)addr < a.end)
			found = a;
	}
	fclose(f);
	check(found.end);
	return found;
}

static long present_pages(void *start, int pages)
{
	int fd = open("/proc/self/pagemap", O_RDONLY), n = 0;
	uint64_t entry;

	for (int i = 0; i < pages; i++) {
		off_t at = ((uintptr_t)start / PAGE + i) * sizeof(entry);

		check(pread(fd, &entry, sizeof(entry), at) == sizeof(entry));
		n += entry & PRESENT ? 1 : 0;
	}
	close(fd);
	return n;
}

/* How often the frame behind addr is mapped. */
static uint64_t mappers(void *addr)
{
	int map = open("/proc/self/pagemap", O_RDONLY), count = open("/proc/kpagecount", O_RDONLY);
	uint64_t entry, n;

	check(pread(map, &entry, sizeof(entry), (uintptr_t)addr / PAGE * sizeof(entry)) == sizeof(entry));
	check(pread(count, &n, sizeof(n), (entry & PFN_MASK) * sizeof(n)) == sizeof(n));
	close(map);
	close(count);
	return n;
}

static char *map(int flags, int fd)
{
	char *p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, flags, fd, 0);

	check(p != MAP_FAILED);
	return p;
}

static void check_sums(char *any)
{
	long rollup[SIZES], status, parts, lag = on_quire() ? 0 : LARGEST_LAG, size, resident, shared, pss;
	struct area sum;

	read_smaps(any, &sum);	/* so that looking brings in no page of this program later */
	(void)proc_number("/proc/self/smaps_rollup", "Rss");
	read_smaps(any, &sum);
	for (unsigned int i = 0; i < SIZES; i++)
		rollup[i] = proc_number("/proc/self/smaps_rollup", sizes[i]);
	check(rollup[RSS] == sum.kib[RSS] && rollup[ANONYMOUS] == sum.kib[ANONYMOUS]);
	check(labs(rollup[PSS] - sum.kib[PSS]) <= MOST_AREAS);	/* each area loses its part of a KiB */
	pss = proc_number("/proc/self/smaps_rollup", "Pss_Anon") + proc_number("/proc/self/smaps_rollup", "Pss_File") +
	      proc_number("/proc/self/smaps_rollup", "Pss_Shmem");
	check(labs(rollup[PSS] - pss) <= 3);
	status = proc_number("/proc/self/status", "VmRSS");
	parts = proc_number("/proc/self/status", "RssAnon") + proc_number("/proc/self/status", "RssFile") +
		proc_number("/proc/self/status", "RssShmem");
	check(status == parts && labs(status - sum.kib[RSS]) <= lag);
	check(sscanf(proc_text("/proc/self/statm"), "%ld %ld %ld", &size, &resident, &shared) == 3);
	check(size * 4 == proc_number("/proc/self/status", "VmSize") && labs(resident * 4 - status) <= lag);
	check(shared * 4 == parts - proc_number("/proc/self/status", "RssAnon"));
}

/* A child that holds what it got by fork, until it is killed. */
static pid_t start_sharer(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	check(pid > 0);
	usleep(100000);	/* its own first faults are behind it then */
	return pid;
}

int main(void)
{
	char path[] = "/tmp/proc_mm.XXXXXX";
	char *anon = map(MAP_PRIVATE | MAP_ANONYMOUS, -1), *shm = map(MAP_SHARED | MAP_ANONYMOUS, -1), *tables;
	long before, shmem = proc_number("/proc/self/status", "RssShmem");
	struct area a, sum;
	pid_t child;

	check(mkstemp(path) >= 0 && unlink(path) == 0);
	memset(anon, 1, 8 * PAGE);
	memset(shm, 1, PAGES * PAGE);
	check(mlock(anon, PAGES * PAGE) == 0);
	a = read_smaps(anon, &sum);
	check(a.kib[RSS] == PAGES * 4 && a.kib[PRIVATE_DIRTY] == a.kib[RSS] && a.kib[ANONYMOUS] == a.kib[RSS]);
	check(a.kib[LOCKED] == a.kib[PSS] && strstr(a.flags, " lo ") && strstr(a.flags, " wr ") && !strstr(a.flags, " sh "));
	a = read_smaps(shm, &sum);
	check(a.kib[RSS] == PAGES * 4 && a.kib[ANONYMOUS] == 0 && strstr(a.flags, " sh "));
	check(present_pages(anon, PAGES) == PAGES && mappers(anon) == 1);
	check(!on_quire() || proc_number("/proc/self/status", "RssShmem") == shmem + PAGES * 4);
	check_sums(anon);

	child = start_sharer();
	anon[0] = 2;	/* this one is the parent's own again */
	shm[0] = 2;
	a = read_smaps(anon, &sum);
	check(a.kib[RSS] == PAGES * 4 && a.kib[PRIVATE_DIRTY] == 4 && a.kib[PSS] == 4 + (PAGES - 1) * 2);
	check(mappers(anon) == 1 && mappers(anon + PAGE) == 2);
	check_sums(anon);
	check(kill(child, SIGKILL) == 0 && status_of(child) == SIGKILL && mappers(anon + PAGE) == 1);

	tables = mmap(NULL, 8 * TABLE_SPAN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	check(tables != MAP_FAILED && madvise(tables, 8 * TABLE_SPAN, ADV_NOHUGEPAGE) == 0);
	before = proc_number("/proc/self/status", "VmPTE");
	for (int i = 0; i < 8; i++)
		tables[i * TABLE_SPAN] = 1;
	check(proc_number("/proc/self/status", "VmPTE") - before >= 7 * 4);
	check(proc_number("/proc/self/status", "VmPTE") - before <= 9 * 4 && munmap(tables, 8 * TABLE_SPAN) == 0);
	check(proc_number("/proc/self/status", "VmPTE") - before <= 4);
	return 0;
}
