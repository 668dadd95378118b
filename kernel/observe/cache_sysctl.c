/* SPDX-License-Identifier: MIT */
/*
 * /proc/sys/vm: the tunables of the caches, of writeback and of reclaim; /proc/swaps.
 */
#include <arch/processor.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/observe.h>
#include <quire/pagemap.h>
#include <quire/procfs.h>
#include <quire/reclaim.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/swap.h>

#include "proc_internal.h"

#define DROP_PAGECACHE 1
#define DROP_SLAB 2
#define REAP_ROUNDS 64 /* each looks at some caches: enough to come round all of them, twice */
#define PAGE_CLUSTER_MOST 5
#define READAHEAD_MOST 256
#define CENTISECS_MOST (24 * 3600 * 100)

static int drop_caches_show(struct seq_file *m, void *v)
{
	seq_puts(m, "0\n");
	return 0;
}

/* What is kept only to be handed out again faster: empty slabs, stacks of tasks that are gone. */
static void drop_stores(void)
{
	int i;

	for (i = 0; i < REAP_ROUNDS; i++)
		(void)kmem_cache_reap(GFP_KERNEL);
	(void)kstack_shrink();
}

static int drop_caches_write(char *text, size_t len)
{
	unsigned int what;

	if (kstrtouint(cut_word(&text), 0, &what) || !what || what > (DROP_PAGECACHE | DROP_SLAB))
		return -EINVAL;
	if (what & DROP_SLAB) {
		drop_slab();
		drop_stores();
	}
	if (what & DROP_PAGECACHE)
		drop_pagecache();
	return 0;
}

void cache_sysctl_init(void)
{
	sysctl_register_int("sys/vm/swappiness", &vm_swappiness, 0, 100, NULL);
	sysctl_register_int("sys/vm/dirty_ratio", &dirty_ratio, 1, 100, NULL);
	sysctl_register_int("sys/vm/dirty_background_ratio", &dirty_background_ratio, 0, 100, NULL);
	sysctl_register_int("sys/vm/dirty_expire_centisecs", &dirty_expire_centisecs, 0,
			    CENTISECS_MOST, NULL);
	sysctl_register_int("sys/vm/dirty_writeback_centisecs", &dirty_writeback_centisecs, 0,
			    CENTISECS_MOST, NULL);
	sysctl_register_int("sys/vm/page-cluster", (int *)&page_cluster, 0, PAGE_CLUSTER_MOST, NULL);
	sysctl_register_int("sys/vm/max-readahead", (int *)&max_readahead_pages, 0, READAHEAD_MOST,
			    NULL);
	proc_create_rw("sys/vm/drop_caches", 0200, drop_caches_show, drop_caches_write);
	proc_create_show("swaps", 0444, swaps_show);
}
