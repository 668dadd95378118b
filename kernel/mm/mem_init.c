/* SPDX-License-Identifier: MIT */
/*
 * From the boot memory map to a running zone allocator.
 *
 * mem_map itself is placed at the top of low memory, so that on a large machine
 * it does not eat the DMA zone.  Every frame starts as PG_reserved; the frames of RAM
 * that boot does not keep are then handed to their zones.  What stays
 * reserved (kernel image, holes, mem_map) is outside counting for ever, except
 * ranges that boot gives back later (free_reserved_range).
 */
#include <quire/bootinfo.h>
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/string.h>

#include "zone_internal.h"

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
	printk(KERN_INFO "memory: %lu KiB of RAM, %lu KiB free, %lu KiB HighMem, mem_map %lu KiB\n",
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
