/* SPDX-License-Identifier: MIT */
/*
 * Layer 1: the zones themselves: their bounds, zonelists, marks and protection.
 *
 * Marks.  min_free_kbytes is shared out over DMA and Normal by size; low = 2 min,
 * high = 3 min.  kswapd wakes at low and works up to high; min is where ordinary requests
 * stop.  HighMem, which no kernel structure needs, gets a small min of its own.
 *
 * Protection.  A zone keeps frames back from requests that could have been served
 * by a higher zone, in proportion to the size of what lies above:
 *
 *	protection[class] = present pages of zones above this one, up to class
 *			    / zone_protection_ratio[this zone]
 *
 * Both are recomputed when /proc/sys/vm changes them.
 */
#include <quire/bootinfo.h>
#include <quire/kernel.h>
#include <quire/math64.h>
#include <quire/printk.h>
#include <quire/string.h>

#include "zone_internal.h"

#define MIN_FREE_KB_LEAST 128ul
#define MIN_FREE_KB_MOST 16384ul
#define MIN_FREE_SHARE 64	/* never more than 1/64 of low memory */
#define HIGHMEM_MIN_SHARE 1024	/* HighMem's own min, within these bounds */
#define HIGHMEM_MIN_LEAST 32ul
#define HIGHMEM_MIN_MOST 512ul

struct zone zones[MAX_NR_ZONES] = {
	[ZONE_DMA] = { .name = "DMA" },
	[ZONE_NORMAL] = { .name = "Normal" },
	[ZONE_HIGHMEM] = { .name = "HighMem" },
};

struct zonelist zonelists[MAX_NR_ZONES];
unsigned int zone_protection_ratio[MAX_NR_ZONES] = { 256, 32, 1 };
unsigned long min_free_kbytes;

static void zone_init(struct zone *zone, unsigned long start, unsigned long end)
{
	spin_lock_init_named(&zone->lock, "zone->lock");
	spin_lock_init_named(&zone->lru_lock, "zone->lru_lock");
	INIT_LIST_HEAD(&zone->active_list);
	INIT_LIST_HEAD(&zone->inactive_dirty_list);
	INIT_LIST_HEAD(&zone->inactive_clean_list);
	zone->start_pfn = start;
	zone->spanned_pages = end > start ? end - start : 0;
	buddy_init(zone);
	hot_pages_init(zone);
}

void zones_init(unsigned long dma_limit, unsigned long low_end, unsigned long end)
{
	zone_init(&zones[ZONE_DMA], 0, min(dma_limit, low_end));
	zone_init(&zones[ZONE_NORMAL], min(dma_limit, low_end), low_end);
	zone_init(&zones[ZONE_HIGHMEM], low_end, end);
}

static enum zone_type zone_of_pfn(unsigned long pfn)
{
	enum zone_type z = ZONE_DMA;

	while (pfn >= zones[z].start_pfn + zones[z].spanned_pages)
		z++;
	return z;
}

/* The largest aligned block that starts at pfn and ends by end. */
static unsigned int block_order(unsigned long pfn, unsigned long end)
{
	unsigned int order = 0;

	while (order + 1 < MAX_ORDER && !(pfn & ((2ul << order) - 1)) && pfn + (2ul << order) <= end)
		order++;
	return order;
}

static void add_block(enum zone_type z, unsigned long pfn, unsigned int order)
{
	unsigned long flags = (unsigned long)z << PAGE_ZONE_SHIFT, n = 1ul << order, i;

	if (z == ZONE_HIGHMEM) {
		flags |= 1ul << PG_highmem;
		totalhigh_pages += n;
	}
	for (i = 0; i < n; i++)
		pfn_to_page(pfn + i)->flags = flags | (i ? 1ul << PG_compound : 0);
	zones[z].present_pages += n;
	totalram_pages += n;
	free_frames(pfn_to_page(pfn), order);
}

void zone_add_range(unsigned long pfn, unsigned long end)
{
	while (pfn < end) {
		enum zone_type z = zone_of_pfn(pfn);
		unsigned long zone_end = zones[z].start_pfn + zones[z].spanned_pages;
		unsigned int order = block_order(pfn, min(end, zone_end));

		add_block(z, pfn, order);
		pfn += 1ul << order;
	}
}

static void build_zonelists(void)
{
	int class, z;

	for (class = 0; class < MAX_NR_ZONES; class++) {
		struct zonelist *zl = &zonelists[class];

		zl->nr = 0;
		for (z = class; z >= 0; z--)
			if (zones[z].present_pages)
				zl->zone[zl->nr++] = &zones[z];
	}
}

#define KB_PER_PAGE (PAGE_SIZE / 1024)

static unsigned long lowmem_pages(void)
{
	return zones[ZONE_DMA].present_pages + zones[ZONE_NORMAL].present_pages;
}

static void set_default_min_free(void)
{
	unsigned long lowmem_kb = lowmem_pages() * KB_PER_PAGE;
	unsigned long kb = int_sqrt(lowmem_kb * 16);

	min_free_kbytes = min(clamp(kb, MIN_FREE_KB_LEAST, MIN_FREE_KB_MOST),
			      lowmem_kb / MIN_FREE_SHARE);
}

static unsigned long min_mark(const struct zone *zone)
{
	unsigned long pages = min_free_kbytes / KB_PER_PAGE;

	if (zone == &zones[ZONE_HIGHMEM])
		return clamp(zone->present_pages / HIGHMEM_MIN_SHARE, HIGHMEM_MIN_LEAST,
			     HIGHMEM_MIN_MOST);
	/* Tens of pages times the share of a zone: no overflow below 128 GiB. */
	return pages * (zone->present_pages / KB_PER_PAGE) / (lowmem_pages() / KB_PER_PAGE);
}

static void set_protection(enum zone_type z)
{
	unsigned long above = 0;
	int class;

	for (class = 0; class < MAX_NR_ZONES; class++) {
		if (class > (int)z)
			above += zones[class].present_pages;
		zones[z].protection[class] = above / max(zone_protection_ratio[z], 1u);
	}
}

void setup_zone_watermarks(void)
{
	int z;

	for (z = 0; z < MAX_NR_ZONES; z++) {
		struct zone *zone = &zones[z];
		unsigned long min = zone->present_pages ? min_mark(zone) : 0;

		zone->watermark[WMARK_MIN] = min;
		zone->watermark[WMARK_LOW] = 2 * min;
		zone->watermark[WMARK_HIGH] = 3 * min;
		set_protection(z);
	}
}

void zones_finish(void)
{
	struct zone *zone;

	build_zonelists();
	set_default_min_free();
	setup_zone_watermarks();
	for_each_zone(zone) {
		hot_pages_set_size(zone);
		if (!zone->present_pages)
			continue;
		printk(KERN_INFO "zone %-7s %5lx-%5lx, %6lu present, marks %lu/%lu/%lu\n",
		       zone->name, zone->start_pfn, zone->start_pfn + zone->spanned_pages,
		       zone->present_pages, zone->watermark[WMARK_MIN], zone->watermark[WMARK_LOW],
		       zone->watermark[WMARK_HIGH]);
	}
}

unsigned long nr_free_pages(void)
{
	return zones[ZONE_DMA].free_pages + zones[ZONE_NORMAL].free_pages +
	       zones[ZONE_HIGHMEM].free_pages;
}

unsigned long nr_free_highpages(void)
{
	return zones[ZONE_HIGHMEM].free_pages;
}

/* ---- from the boot memory map to a running allocator ---- */

/*
 * mem_map itself is placed at the top of low memory, so that on a large machine
 * it does not eat the DMA zone.  Every frame starts as PG_reserved; the frames of RAM
 * that boot does not keep are then handed to their zones.  What stays
 * reserved (kernel image, holes, mem_map) is outside counting for ever, except
 * ranges that boot gives back later (free_reserved_range).
 */

#define FIRST_FRAME_OF_TOP 256 /* mem_map never goes below 1 MiB */

static bool frame_usable(unsigned long pfn)
{
	return boot_frame_is_ram(pfn) && !boot_frame_reserved(pfn);
}

/* The highest run of n usable low frames; => its first frame, or panics. */
static unsigned long find_top_run(unsigned long n)
{
	unsigned long pfn = max_low_pfn, run = 0;

	while (pfn-- > FIRST_FRAME_OF_TOP) {
		run = frame_usable(pfn) ? run + 1 : 0;
		if (run == n)
			return pfn;
	}
	panic("no room for mem_map: %lu frames of low memory in a row", n);
}

static void reserve_all(void)
{
	unsigned long pfn;

	memset(mem_map, 0, max_pfn * sizeof(struct page));
	for (pfn = 0; pfn < max_pfn; pfn++)
		mem_map[pfn].flags = 1ul << PG_reserved;
}

/* Give every usable run of frames to its zones, but for mem_map's own. */
static void hand_out_frames(unsigned long map_pfn, unsigned long map_frames)
{
	unsigned long pfn, run = 0; /* usable frames just before pfn */

	for (pfn = 0; pfn < max_pfn; pfn++) {
		bool ram = boot_frame_is_ram(pfn);

		num_physpages += ram;
		if (ram && !boot_frame_reserved(pfn) &&
		    (pfn < map_pfn || pfn >= map_pfn + map_frames)) {
			run++;
			continue;
		}
		zone_add_range(pfn - run, pfn);
		run = 0;
	}
	zone_add_range(max_pfn - run, max_pfn);
}

void mem_init(void)
{
	unsigned long n = PFN_UP(max_pfn * sizeof(struct page));
	unsigned long map_pfn;

	boot_alloc_end();
	map_pfn = find_top_run(n);
	mem_map = __va(PFN_PHYS(map_pfn));
	reserve_all();
	register_page_free(free_one_frame);
	zones_init(max_dma_pfn, max_low_pfn, max_pfn);
	hand_out_frames(map_pfn, n);
	zones_finish();
	printk(KERN_INFO "memory: %lu KiB; free %lu, HighMem %lu, mem_map %lu\n",
	       num_physpages * (PAGE_SIZE / 1024), nr_free_pages() * (PAGE_SIZE / 1024),
	       totalhigh_pages * (PAGE_SIZE / 1024), n * (PAGE_SIZE / 1024));
}

void free_reserved_range(unsigned long start_pfn, unsigned long end_pfn)
{
	unsigned long pfn;

	for (pfn = start_pfn; pfn < end_pfn; pfn++)
		assert(boot_frame_is_ram(pfn) && PageReserved(pfn_to_page(pfn)));
	zone_add_range(start_pfn, end_pfn);
	setup_zone_watermarks();
}
