/* SPDX-License-Identifier: MIT */
/*
 * Memory's state in the log when the kernel panics: zones and what the frames were used for.
 *
 * The auditor proper needs memory of its own and a world that stands still; in a panic nothing may be
 * trusted, so this reads only mem_map and the zones, follows no list and takes no lock.
 */
#include <quire/gfp.h>
#include <quire/observe.h>
#include <quire/page.h>
#include <quire/printk.h>

#include "proc_internal.h"

static void report(void)
{
	static struct page_census c; /* not on a stack that may be short */
	const struct zone *zone;
	int owner;

	if (!mem_map)
		return;
	for_each_zone(zone)
		if (zone->present_pages)
			printk(KERN_EMERG "zone %s: free %lu (marks %lu/%lu/%lu) active %lu "
			       "inactive_dirty %lu inactive_clean %lu\n",
			       zone->name, zone->free_pages, zone->watermark[WMARK_MIN],
			       zone->watermark[WMARK_LOW], zone->watermark[WMARK_HIGH],
			       zone->nr_active, zone->nr_inactive_dirty, zone->nr_inactive_clean);
	page_census_take(&c);
	printk(KERN_EMERG "frames: %lu free, %lu reserved, %lu anonymous, %lu file, %lu device, "
	       "%lu shmem, %lu pinned\n",
	       c.free, c.reserved, c.anon, c.file, c.buffers, c.shmem, c.pinned);
	for (owner = OWNER_NONE + 1; owner < OWNER_count; owner++)
		if (c.owner[owner])
			printk(KERN_EMERG "frames: %lu %s\n", c.owner[owner], page_owner_name(owner));
}

void panic_report_init(void)
{
	static struct panic_notifier notifier = { .fn = report };

	register_panic_notifier(&notifier);
}
