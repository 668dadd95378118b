/* SPDX-License-Identifier: MIT */
/*
 * /proc/sys/vm: the tunables of the zone allocator and failure injection; and
 * observe_init(), which registers all of this folder.
 */
#include <quire/errno.h>
#include <quire/fault_inject.h>
#include <quire/gfp.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/observe.h>
#include <quire/procfs.h>
#include <quire/sched.h>
#include <quire/string.h>

#include "proc_internal.h"

#define MIN_FREE_MOST_SHARE 4 /* min_free_kbytes: at most a quarter of memory */
#define FAIL_RATIO_MOST 10000
#define OVERCOMMIT_MOST 2
#define OVERCOMMIT_RATIO_MOST 1000
#define PATH_LEN 48

static int reserve_ratio_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\t%u\t%u\n", zone_protection_ratio[ZONE_DMA],
		   zone_protection_ratio[ZONE_NORMAL], zone_protection_ratio[ZONE_HIGHMEM]);
	return 0;
}

static int reserve_ratio_write(char *text, size_t len)
{
	unsigned int ratio[MAX_NR_ZONES];
	const char *number;
	int i;

	for (i = 0; i < MAX_NR_ZONES; i++) {
		number = cut_word(&text);
		if (i && !*number)
			break;
		if (kstrtouint(number, 0, &ratio[i]) || !ratio[i])
			return -EINVAL;
	}
	memcpy(zone_protection_ratio, ratio, i * sizeof(ratio[0]));
	setup_zone_watermarks();
	return 0;
}

/* Of the two ways to set the limit of mode 2, the one written last counts, and the other reads 0. */
static void ratio_changed(void)
{
	sysctl_overcommit_kbytes = 0;
}

static void kbytes_changed(void)
{
	sysctl_overcommit_ratio = 0;
}

/* The writer's own countdown: its n-th call that may fail does. */
static int fail_nth_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%u\n", current->fail_nth);
	return 0;
}

static int fail_nth_write(char *text, size_t len)
{
	return fail_set_countdown(text);
}

/* sys/vm/fail_KIND/{interval,ratio,times} */
static void register_fail_kind(enum fail_kind kind)
{
	struct fail_attr *attr = &fail_attr[kind];
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "sys/vm/fail_%s/interval", fail_kind_name(kind));
	sysctl_register_int(path, &attr->interval, 0, INT_MAX, NULL);
	snprintf(path, sizeof(path), "sys/vm/fail_%s/ratio", fail_kind_name(kind));
	sysctl_register_int(path, &attr->ratio, 0, FAIL_RATIO_MOST, NULL);
	snprintf(path, sizeof(path), "sys/vm/fail_%s/times", fail_kind_name(kind));
	sysctl_register_int(path, &attr->times, -1, INT_MAX, NULL);
}

void vm_sysctl_init(void)
{
	int kind;

	sysctl_register_ulong("sys/vm/min_free_kbytes", &min_free_kbytes, 0,
			      totalram_pages / MIN_FREE_MOST_SHARE * (PAGE_SIZE / 1024),
			      setup_zone_watermarks);
	proc_create_rw("sys/vm/lowmem_reserve_ratio", 0644, reserve_ratio_show,
		       reserve_ratio_write);
	sysctl_register_int("sys/vm/overcommit_memory", &sysctl_overcommit_memory, 0,
			    OVERCOMMIT_MOST, NULL);
	sysctl_register_int("sys/vm/overcommit_ratio", &sysctl_overcommit_ratio, 0,
			    OVERCOMMIT_RATIO_MOST, ratio_changed);
	sysctl_register_ulong("sys/vm/overcommit_kbytes", &sysctl_overcommit_kbytes, 0, ULONG_MAX,
			      kbytes_changed);
	sysctl_register_ulong("sys/vm/admin_reserve_kbytes", &sysctl_admin_reserve_kbytes, 0, ULONG_MAX,
			      NULL);
	sysctl_register_ulong("sys/vm/user_reserve_kbytes", &sysctl_user_reserve_kbytes, 0, ULONG_MAX, NULL);
	sysctl_register_ulong("sys/vm/mmap_min_addr", &mmap_min_addr, 0, TASK_SIZE, NULL);
	sysctl_register_ulong("sys/vm/user_page_tables", &sysctl_user_page_tables, 0, INT_MAX, NULL);
	sysctl_register_ulong("sys/vm/user_areas", &sysctl_user_areas, 0, INT_MAX, NULL);
	sysctl_register_int("sys/vm/max_map_count", &sysctl_max_map_count, 1, INT_MAX, NULL);
	for (kind = 0; kind < FAIL_count; kind++)
		register_fail_kind(kind);
	sysctl_register_int("sys/vm/fail_pid", &fail_task_pid, 0, INT_MAX, NULL);
	proc_create_rw("sys/vm/fail_nth", 0666, fail_nth_show, fail_nth_write);
	sysctl_register_int("sys/vm/fail_seed", &fail_seed, 1, INT_MAX, fail_inject_reset);
	commit_init();
	cache_sysctl_init();
}

void observe_init(void)
{
	meminfo_proc_init();
	zoneinfo_proc_init();
	slabinfo_proc_init();
	kpage_proc_init();
	vm_sysctl_init();
	trace_proc_init();
	audit_proc_init();
	panic_report_init();
}
