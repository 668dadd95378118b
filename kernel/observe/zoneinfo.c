/* SPDX-License-Identifier: MIT */
/*
 * /proc/zoneinfo, /proc/buddyinfo and /proc/pagetypeinfo.
 *
 * pagetypeinfo: Linux tells there by mobility what free blocks are for; these zones do
 * not group by mobility, so it tells by owner what the frames of each zone are used for.
 */
#include <quire/gfp.h>
#include <quire/observe.h>
#include <quire/page_lists.h>
#include <quire/procfs.h>

#include "proc_internal.h"

static void show_pages(struct seq_file *m, const struct zone *zone)
{
	seq_printf(m, "Node 0, zone %8s\n", zone->name);
	seq_printf(m, "  pages free     %lu\n", zone->free_pages);
	seq_printf(m, "        min      %lu\n", zone->watermark[WMARK_MIN]);
	seq_printf(m, "        low      %lu\n", zone->watermark[WMARK_LOW]);
	seq_printf(m, "        high     %lu\n", zone->watermark[WMARK_HIGH]);
	seq_printf(m, "        spanned  %lu\n", zone->spanned_pages);
	seq_printf(m, "        present  %lu\n", zone->present_pages);
	seq_printf(m, "        managed  %lu\n", zone->present_pages);
	seq_printf(m, "        protection: (%lu, %lu, %lu)\n", zone->protection[ZONE_DMA],
		   zone->protection[ZONE_NORMAL], zone->protection[ZONE_HIGHMEM]);
}

static int zoneinfo_show(struct seq_file *m, void *v)
{
	const struct zone *zone;

	for_each_zone(zone) {
		if (!zone->present_pages)
			continue;
		show_pages(m, zone);
		seq_printf(m, "    nr_free_pages %lu\n", zone->free_pages);
		seq_printf(m, "    nr_active    %lu\n", zone->nr_active);
		seq_printf(m, "    nr_inactive_dirty %lu\n", zone->nr_inactive_dirty);
		seq_printf(m, "    nr_inactive_clean %lu\n", zone->nr_inactive_clean);
		seq_printf(m, "    alloc_preferred %lu\n", zone->stat_preferred);
		seq_printf(m, "    alloc_fallback %lu\n", zone->stat_fallback);
		seq_printf(m, "    alloc_refused %lu\n", zone->stat_refused);
		seq_printf(m, "  pagesets\n    cpu: 0\n              count: %u\n"
			   "              high:  %u\n              batch: %u\n",
			   zone->pcp.count, zone->pcp.high, zone->pcp.batch);
		seq_printf(m, "              zeroed: %u\n", zone->zeroed.count);
		seq_printf(m, "  start_pfn:         %lu\n", zone->start_pfn);
	}
	return 0;
}

static int buddyinfo_show(struct seq_file *m, void *v)
{
	const struct zone *zone;
	int order;

	for_each_zone(zone) {
		if (!zone->present_pages)
			continue;
		seq_printf(m, "Node 0, zone %8s ", zone->name);
		for (order = 0; order < MAX_ORDER; order++)
			seq_printf(m, "%6lu ", zone->free_area[order].nr_free);
		seq_putc(m, '\n');
	}
	return 0;
}

static void count_owners(const struct zone *zone, unsigned long *owner, unsigned long *other)
{
	const struct page *page = pfn_to_page(zone->start_pfn), *end = page + zone->spanned_pages;
	u8 block_owner = OWNER_NONE;

	for (; page < end; page++) {
		if (PageReserved(page) || (!PageCompound(page) && !page_count(page)))
			continue;
		if (!PageCompound(page))
			block_owner = page->owner;
		if (block_owner == OWNER_NONE)
			++*other;
		else
			owner[block_owner]++;
	}
}

static int pagetypeinfo_show(struct seq_file *m, void *v)
{
	const struct zone *zone;
	int i;

	seq_printf(m, "Page block order: %d\nPages per block:  %d\n\n", MAX_ORDER - 1,
		   1 << (MAX_ORDER - 1));
	for_each_zone(zone) {
		unsigned long owner[OWNER_count] = { 0 }, other = 0;

		if (!zone->present_pages)
			continue;
		count_owners(zone, owner, &other);
		seq_printf(m, "Node 0, zone %8s, free %lu, user and cache %lu", zone->name,
			   zone->free_pages, other);
		for (i = OWNER_NONE + 1; i < OWNER_count; i++)
			if (owner[i])
				seq_printf(m, ", %s %lu", page_owner_name(i), owner[i]);
		seq_putc(m, '\n');
	}
	return 0;
}

void zoneinfo_proc_init(void)
{
	proc_create_show("zoneinfo", 0444, zoneinfo_show);
	proc_create_show("buddyinfo", 0444, buddyinfo_show);
	proc_create_show("pagetypeinfo", 0400, pagetypeinfo_show);
}
