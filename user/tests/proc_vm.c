/* SPDX-License-Identifier: MIT */
/*
 * /proc/meminfo, vmstat, zoneinfo, buddyinfo and slabinfo have the lines that tools read, and the
 * numbers belong together. The same on Linux.
 */
#include "check.h"

static char text[65536];

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

static void zones(void)
{
	const char *p;
	long blocks = 0;

	slurp("/proc/zoneinfo");
	check(strstr(text, "Node 0, zone") && strstr(text, "  pages free"));
	check(strstr(text, "        min ") && strstr(text, "        low ") &&
	      strstr(text, "        high ") && strstr(text, "protection: ("));
	slurp("/proc/buddyinfo");
	check(!strncmp(text, "Node 0, zone ", 13));
	for (p = strchr(text + 13, ' '); p && *p != '\n'; p++)
		blocks += *p >= '1' && *p <= '9';
	check(blocks > 0);
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
	vmstat();
	zones();
	slabinfo();
	return 0;
}
