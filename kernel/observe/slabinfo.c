/* SPDX-License-Identifier: MIT */
/*
 * /proc/slabinfo (Linux's version 2.1) and /proc/vmallocinfo.
 */
#include <quire/ksyms.h>
#include <quire/procfs.h>
#include <quire/slab.h>
#include <quire/vmalloc.h>

#include "proc_internal.h"

static void show_cache(const struct slab_info *info, void *arg)
{
	struct seq_file *m = arg;

	seq_printf(m, "%-17s %6lu %6lu %6zu %4u %4u : tunables %4u %4u %4u"
		   " : slabdata %6lu %6lu %6u\n",
		   info->name, info->nr_active, info->nr_slabs * info->num, info->stride, info->num,
		   1u << info->order, 0u, 0u, 0u, info->nr_slabs - info->nr_free_slabs,
		   info->nr_slabs, 0u);
}

static int slabinfo_show(struct seq_file *m, void *v)
{
	seq_puts(m, "slabinfo - version: 2.1\n"
		 "# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>"
		 " : tunables <limit> <batchcount> <sharedfactor>"
		 " : slabdata <active_slabs> <num_slabs> <sharedavail>\n");
	slab_for_each(show_cache, m);
	return 0;
}

static void show_area(const struct vmalloc_info *info, void *arg)
{
	struct seq_file *m = arg;
	unsigned long end = info->start + info->size + PAGE_SIZE; /* the guard page as well */
	char caller[KSYM_BUF];

	seq_printf(m, "0x%08lx-0x%08lx %7lu %s", info->start, end, end - info->start,
		   ksym_format(info->caller, caller, sizeof(caller)));
	if (info->device)
		seq_printf(m, " phys=0x%08x ioremap\n", info->phys);
	else
		seq_printf(m, " pages=%lu vmalloc\n", info->size / PAGE_SIZE);
}

static int vmallocinfo_show(struct seq_file *m, void *v)
{
	vmalloc_for_each(show_area, m);
	return 0;
}

void slabinfo_proc_init(void)
{
	proc_create_show("slabinfo", 0400, slabinfo_show);
	proc_create_show("vmallocinfo", 0400, vmallocinfo_show);
}
