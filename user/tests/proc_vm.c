/* SPDX-License-Identifier: MIT */
/*
 * /proc/meminfo, vmstat, zoneinfo, buddyinfo and slabinfo have the lines that tools read, and the
 * numbers belong together. The same on Linux; what only Quire promises is asked of Quire alone: which
 * zones there are on this machine, and where its page tables lie.
 *
 * machine: mem=24 args="dma=8M lowmem=16M"
 */
#include <fcntl.h>
#include <stdbool.h>

#include "check.h"

static char text[65536];

static bool on_quire(void)
{
	return access("/proc/vmaudit", F_OK) == 0;
}

static void slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	size_t n;

	check(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	check(n > 0);
	fclose(f);
}

/* The number after a line's name, or -1. */
static long field(const char *name)
{
	const char *p = text;
	size_t len = strlen(name);

	while (p) {
		if (!strncmp(p, name, len) && (p[len] == ':' || p[len] == ' '))
			return strtol(p + len + 1, NULL, 10);
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return -1;
}

static void must_have(const char *const *names)
{
	for (; *names; names++) {
		if (field(*names) < 0)
			printf("missing: %s\n", *names);
		check(field(*names) >= 0);
	}
}

static void meminfo(void)
{
	static const char *const names[] = {
		"MemTotal", "MemFree", "MemAvailable", "Buffers", "Cached", "SwapCached", "Active",
		"Inactive", "Active(anon)", "Inactive(anon)", "Active(file)", "Inactive(file)",
		"SwapTotal", "SwapFree", "Dirty", "Writeback", "AnonPages", "Mapped", "Shmem", "Slab",
		"SReclaimable", "SUnreclaim", "KernelStack", "PageTables", "CommitLimit",
		"Committed_AS", "VmallocTotal", "VmallocUsed", NULL
	};

	slurp("/proc/meminfo");
	must_have(names);
	check(field("MemFree") < field("MemTotal"));
	check(field("SReclaimable") + field("SUnreclaim") == field("Slab"));
	check(field("SwapFree") <= field("SwapTotal"));
	check(field("AnonPages") > 0 && field("PageTables") > 0 && field("KernelStack") > 0);
}

static void vmstat(void)
{
	static const char *const names[] = {
		"nr_free_pages", "nr_mapped", "nr_anon_pages", "nr_file_pages", "nr_dirty",
		"nr_writeback", "nr_page_table_pages", "pgpgin", "pgpgout", "pswpin", "pswpout",
		"pgfree", "pgactivate", "pgdeactivate", "pgfault", "pgmajfault", "pgrefill",
		"pgscan_kswapd", "pgscan_direct", "pgsteal_kswapd", "pgsteal_direct", "pageoutrun",
		"pgrotated", "drop_pagecache", "drop_slab", "oom_kill", NULL
	};
	static volatile char fresh[32 * PAGE];
	long before, i;

	slurp("/proc/vmstat");
	must_have(names);
	before = field("pgfault");
	for (i = 0; i < 32; i++)
		fresh[i * PAGE] = 1;
	slurp("/proc/vmstat");
	check(fresh[0] == 1 && field("pgfault") >= before + 31);
}

/* The number behind a word in the part of the text that is about a zone, or 0. */
static long in_zone(const char *part, const char *word)
{
	const char *end = strstr(part + 1, "Node 0, zone"), *p = strstr(part, word);

	return p && (!end || p < end) ? strtol(p + strlen(word), NULL, 10) : 0;
}

/* A zone's part of the text; NULL: it is not there. */
static const char *zone_part(const char *name)
{
	char head[32];

	snprintf(head, sizeof(head), "Node 0, zone %8s", name);
	return strstr(text, head);
}

static void zones(void)
{
	slurp("/proc/zoneinfo");
	check(zone_part("DMA") && zone_part("Normal") > zone_part("DMA"));
	check(!on_quire() || zone_part("HighMem") > zone_part("Normal"));
	check(in_zone(zone_part("Normal"), "pages free ") > 0);
	check(strstr(text, "        min ") && strstr(text, "        low ") &&
	      strstr(text, "        high ") && strstr(text, "protection: ("));
}

#define MOVING 64	/* frames that may come and go between two looks */
#define LOOKS 20	/* while others use memory */

/* Frames in the free blocks of all orders of a zone. */
static long frames_in_blocks(const char *name)
{
	const char *p;
	long sum = 0;

	slurp("/proc/buddyinfo");
	p = zone_part(name);
	check(p);
	p += strlen("Node 0, zone ") + 8;
	for (int order = 0; *p != '\n'; order++) {
		char *end;

		sum += strtol(p, &end, 10) << order;
		check(end > p);
		for (p = end; *p == ' '; p++)
			;
	}
	return sum;
}

/* The runs that are reported hold what is free, but for the single frames that Quire keeps beside them. */
static bool blocks_add_up(const char *name)
{
	long blocks = frames_in_blocks(name), free, single = 0;
	const char *part;

	slurp("/proc/zoneinfo");
	part = zone_part(name);
	free = in_zone(part, "pages free ");
	if (on_quire())
		single = in_zone(part, " count: ") + in_zone(part, "zeroed: ");
	return blocks > 0 && labs(blocks + single - free) <= MOVING;
}

static void buddyinfo(void)
{
	bool right = false;

	for (int look = 0; look < LOOKS && !right; look++)
		right = blocks_add_up("Normal");
	check(right);
}

/* Page tables come from zones that the kernel has an address for. */
static void page_tables(void)
{
	const char *high, *tables;

	if (!on_quire())
		return;
	slurp("/proc/pagetypeinfo");
	high = zone_part("HighMem");
	tables = strstr(text, "page tables");
	check(high && tables && tables < high && !strstr(high, "page tables"));
}

/* => 0 or errno */
static int put(const char *name, const char *words)
{
	char path[64];
	int fd, err;

	snprintf(path, sizeof(path), "/proc/sys/vm/%s", name);
	fd = open(path, O_WRONLY);
	check(fd >= 0);
	err = write(fd, words, strlen(words)) < 0 ? errno : 0;
	check(close(fd) == 0);
	return err;
}

/* What is no number, or has something behind it, is refused whole. */
static void refuses_rubbish(const char *name)
{
	static const char *const bad[] = { "\n", "x", "3x", "-", "1e2", "99999999999999999999" };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		check(put(name, bad[i]) == EINVAL);
}

static void tunables(void)
{
	refuses_rubbish("swappiness");
	refuses_rubbish("drop_caches");
	check(put("swappiness", " \t60\n") == 0 && put("swappiness", "0x3c") == 0);
	check(put("drop_caches", " 3\n") == 0 && put("drop_caches", "3") == 0);
	if (on_quire()) {	/* Linux takes anything for the ratios */
		refuses_rubbish("lowmem_reserve_ratio");
		refuses_rubbish("fail_nth");
	}
}

#define TMPFS_KIB 2048

static long lists(const char *kind)
{
	char active[32], inactive[32];

	snprintf(active, sizeof(active), "Active(%s)", kind);
	snprintf(inactive, sizeof(inactive), "Inactive(%s)", kind);
	return field(active) + field(inactive);
}

/* What is in tmpfs needs swap to go: it counts with anonymous memory, and is not available. */
static void tmpfs_pages(void)
{
	static char kib[1024];
	long anon, file, shmem, available;
	int fd = open("/tmp/proc_vm", O_RDWR | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0);
	slurp("/proc/meminfo");
	anon = lists("anon");
	file = lists("file");
	shmem = field("Shmem");
	available = field("MemAvailable");
	for (int i = 0; i < TMPFS_KIB; i++)
		check(write(fd, kib, sizeof(kib)) == sizeof(kib));
	slurp("/proc/meminfo");
	printf("of %d kB in tmpfs: Shmem %+ld, anon %+ld, file %+ld, MemAvailable %+ld\n", TMPFS_KIB,
	       field("Shmem") - shmem, lists("anon") - anon, lists("file") - file,
	       field("MemAvailable") - available);
	check(field("Shmem") - shmem > TMPFS_KIB * 3 / 4);
	check(lists("anon") - anon > TMPFS_KIB * 3 / 4);
	check(lists("file") - file < TMPFS_KIB / 4);
	check(available - field("MemAvailable") > TMPFS_KIB / 4); /* Linux counts in batches */
	check(close(fd) == 0 && unlink("/tmp/proc_vm") == 0);
}

static void slabinfo(void)
{
	char name[64];
	unsigned long active, total;

	slurp("/proc/slabinfo");
	check(!strncmp(text, "slabinfo - version: 2.1\n# name ", 31));
	check(sscanf(strchr(strchr(text, '\n') + 1, '\n') + 1, "%63s %lu %lu", name, &active,
		     &total) == 3);
	check(active <= total);
}

int main(void)
{
	meminfo();
	tunables();
	tmpfs_pages();
	vmstat();
	zones();
	buddyinfo();
	page_tables();
	slabinfo();
	return 0;
}
