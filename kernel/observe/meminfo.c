/* SPDX-License-Identifier: MIT */
/*
 * /proc/meminfo and /proc/vmstat, in Linux's formats and with Linux's meanings.
 */
#include <arch/memlayout.h>
#include <quire/mm.h>
#include <quire/observe.h>
#include <quire/page_lists.h>
#include <quire/pagemap.h>
#include <quire/procfs.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/swap.h>
#include <quire/vmalloc.h>
#include <quire/vmstat.h>

#include "proc_internal.h"

#define KB(pages) ((unsigned long)(pages) << (PAGE_SHIFT - 10))

static void line(struct seq_file *m, const char *name, unsigned long pages)
{
	char label[20];

	snprintf(label, sizeof(label), "%s:", name);
	seq_printf(m, "%-15s %8lu kB\n", label, KB(pages));
}

/*
 * What a new program could use without swapping: free memory above the marks, and half or
 * more of what caches hold.
 */
static unsigned long available_pages(const struct page_census *c)
{
	unsigned long low = 0, cache, slab = slab_pages_reclaimable();
	const struct zone *zone;
	long available;

	for_each_zone(zone)
		low += zone->watermark[WMARK_LOW];
	cache = c->active_file + c->inactive_file;
	available = (long)nr_free_pages() - (long)low;
	available += (long)cache - (long)(cache / 2 < low ? cache / 2 : low);
	available += (long)slab - (long)(slab / 2 < low ? slab / 2 : low);
	return available > 0 ? available : 0;
}

static void show_lists(struct seq_file *m, const struct page_census *c)
{
	line(m, "Active", c->active_anon + c->active_file);
	line(m, "Inactive", c->inactive_anon + c->inactive_file);
	line(m, "Active(anon)", c->active_anon);
	line(m, "Inactive(anon)", c->inactive_anon);
	line(m, "Active(file)", c->active_file);
	line(m, "Inactive(file)", c->inactive_file);
	line(m, "Unevictable", 0);
	line(m, "Mlocked", c->mlocked);
}

static void show_zones(struct seq_file *m)
{
	line(m, "HighTotal", totalhigh_pages);
	line(m, "HighFree", nr_free_highpages());
	line(m, "LowTotal", totalram_pages - totalhigh_pages);
	line(m, "LowFree", nr_free_pages() - nr_free_highpages());
}

static void show_use(struct seq_file *m, const struct page_census *c)
{
	unsigned long slab = slab_pages_in_use(), reclaimable = slab_pages_reclaimable();

	line(m, "Dirty", nr_dirty_pages());
	line(m, "Writeback", nr_writeback_pages());
	line(m, "AnonPages", c->anon);
	line(m, "Mapped", c->mapped);
	line(m, "Shmem", c->shmem);
	line(m, "Slab", slab);
	line(m, "SReclaimable", reclaimable);
	line(m, "SUnreclaim", slab - reclaimable);
	line(m, "KernelStack", c->owner[OWNER_KSTACK]);
	line(m, "PageTables", c->owner[OWNER_PGTABLE] + c->owner[OWNER_PGD]);
}

static int meminfo_show(struct seq_file *m, void *v)
{
	struct page_census c;

	page_census_take(&c);
	line(m, "MemTotal", totalram_pages);
	line(m, "MemFree", nr_free_pages());
	line(m, "MemAvailable", available_pages(&c));
	line(m, "Buffers", c.buffers);
	line(m, "Cached", c.file + c.shmem);
	line(m, "SwapCached", c.swap_cache);
	show_lists(m, &c);
	show_zones(m);
	line(m, "SwapTotal", nr_total_swap_slots());
	line(m, "SwapFree", nr_free_swap_slots());
	show_use(m, &c);
	line(m, "CommitLimit", vm_commit_limit());
	line(m, "Committed_AS", atomic_read(&vm_committed_space));
	line(m, "VmallocTotal", (VMALLOC_END - VMALLOC_START) >> PAGE_SHIFT);
	line(m, "VmallocUsed", vmalloc_used() >> PAGE_SHIFT);
	line(m, "VmallocChunk", vmalloc_largest_gap() >> PAGE_SHIFT);
	return 0;
}

static void show_levels(struct seq_file *m)
{
	struct page_census c;

	page_census_take(&c);
	seq_printf(m, "nr_free_pages %lu\n", nr_free_pages());
	seq_printf(m, "nr_active_anon %lu\nnr_inactive_anon %lu\n", c.active_anon, c.inactive_anon);
	seq_printf(m, "nr_active_file %lu\nnr_inactive_file %lu\n", c.active_file, c.inactive_file);
	seq_printf(m, "nr_active %lu\n", nr_list_pages(LIST_ACTIVE));
	seq_printf(m, "nr_inactive_dirty %lu\n", nr_list_pages(LIST_INACTIVE_DIRTY));
	seq_printf(m, "nr_inactive_clean %lu\n", nr_list_pages(LIST_INACTIVE_CLEAN));
	seq_printf(m, "nr_mlock %lu\n", c.mlocked);
	seq_printf(m, "nr_anon_pages %lu\nnr_mapped %lu\n", c.anon, c.mapped);
	seq_printf(m, "nr_file_pages %lu\n", c.file + c.buffers + c.shmem + c.swap_cache);
	seq_printf(m, "nr_shmem %lu\nnr_swapcached %lu\n", c.shmem, c.swap_cache);
	seq_printf(m, "nr_dirty %lu\nnr_writeback %lu\n", nr_dirty_pages(), nr_writeback_pages());
	seq_printf(m, "nr_slab_reclaimable %lu\n", slab_pages_reclaimable());
	seq_printf(m, "nr_slab_unreclaimable %lu\n", slab_pages_in_use() - slab_pages_reclaimable());
	seq_printf(m, "nr_page_table_pages %lu\n", c.owner[OWNER_PGTABLE] + c.owner[OWNER_PGD]);
	seq_printf(m, "nr_kernel_stack %lu\n", KB(c.owner[OWNER_KSTACK]));
	seq_printf(m, "nr_pinned %lu\n", c.pinned);
}

static int vmstat_show(struct seq_file *m, void *v)
{
	int i;

	show_levels(m);
	for (i = 0; i < VM_EVENT_count; i++)
		seq_printf(m, "%s %lu\n", vm_event_name(i), vm_event_sum(i));
	return 0;
}

void meminfo_proc_init(void)
{
	proc_create_show("meminfo", 0444, meminfo_show);
	proc_create_show("vmstat", 0444, vmstat_show);
}
