/* SPDX-License-Identifier: MIT */
/*
 * The map of physical memory, from the loader's raw list to sorted disjoint regions, and early
 * allocation from it.
 *
 * Firmware lists overlap at times; where RAM and something else claim the same bytes, the something
 * else wins. mem= cuts RAM from above; lowmem= and dma= move the borders between the zones, so that
 * a small machine can have all three. Early allocation is first fit above frame 0, around what is
 * reserved, below what is mapped.
 *
 * Runs on one CPU before the scheduler; no locks. After boot_alloc_end() everything here is
 * constant.
 */
#include <arch/memlayout.h>
#include <quire/assert.h>
#include <quire/bootinfo.h>
#include <quire/cmdline.h>
#include <quire/kernel.h>
#include <quire/page.h>
#include <quire/printk.h>
#include <quire/string.h>
#include "internal.h"

#define RAW_MAX		64
#define RESERVED_MAX	32
#define DMA_LIMIT	(16ul << 20)
#define LOWMEM_MIN	(4ul << 20)
#define ADDRESS_LIMIT	0x100000000ull	/* two-level paging reaches 4 GiB */

struct range {
	u64 start, end;
};

struct bootinfo bootinfo;
unsigned long max_pfn, max_low_pfn, max_dma_pfn;
void *high_memory;

static struct boot_region raw[RAW_MAX];
static unsigned int nr_raw;
static struct range reserved[RESERVED_MAX];
static unsigned int nr_reserved;
static phys_addr_t mapped_end = BOOT_MAP_SIZE;
static bool alloc_ended;
static unsigned long opt_mem, opt_lowmem = LOWMEM_MAX, opt_dma = DMA_LIMIT;

static int set_mem(const char *v) { return cmdline_size(v, &opt_mem); }
static int set_lowmem(const char *v) { return cmdline_size(v, &opt_lowmem); }
static int set_dma(const char *v) { return cmdline_size(v, &opt_dma); }
BOOT_OPTION_EARLY("mem=", set_mem, "use only so much memory");
BOOT_OPTION_EARLY("lowmem=", set_lowmem, "size of low memory; what is above becomes HighMem");
BOOT_OPTION_EARLY("dma=", set_dma, "end of ZONE_DMA (16M)");

void memmap_add(u64 start, u64 end, unsigned int type)
{
	end = min_t(u64, end, ADDRESS_LIMIT);
	if (start < end && nr_raw < RAW_MAX)
		raw[nr_raw++] = (struct boot_region){ start, end, type };
}

/* What the raw list says about [start, end), which no border cuts: anything but RAM wins; 0: nothing. */
static unsigned int type_of(u64 start, u64 end)
{
	unsigned int type = 0;

	for (unsigned int i = 0; i < nr_raw; i++)
		if (raw[i].start <= start && raw[i].end >= end && (!type || type == REGION_RAM))
			type = raw[i].type;
	return type;
}

static u64 next_border(u64 after)
{
	u64 best = ADDRESS_LIMIT;

	for (unsigned int i = 0; i < nr_raw; i++) {
		if (raw[i].start > after)
			best = min(best, raw[i].start);
		if (raw[i].end > after)
			best = min(best, raw[i].end);
	}
	return best;
}

static void append_region(u64 start, u64 end, unsigned int type)
{
	struct boot_region *last = bootinfo.nr_regions ? &bootinfo.region[bootinfo.nr_regions - 1] : NULL;

	if (opt_mem && type == REGION_RAM)
		end = min_t(u64, end, opt_mem);
	if (start >= end)
		return;
	if (last && last->end == start && last->type == type)
		last->end = end;
	else if (bootinfo.nr_regions < BOOT_REGIONS_MAX)
		bootinfo.region[bootinfo.nr_regions++] = (struct boot_region){ start, end, type };
}

static void set_limits(void)
{
	unsigned long low_pages;

	for (unsigned int i = 0; i < bootinfo.nr_regions; i++)
		if (bootinfo.region[i].type == REGION_RAM)
			max_pfn = (unsigned long)(bootinfo.region[i].end >> PAGE_SHIFT);
	low_pages = clamp(opt_lowmem & PAGE_MASK, LOWMEM_MIN, LOWMEM_MAX) >> PAGE_SHIFT;
	max_low_pfn = min(max_pfn, low_pages);
	max_dma_pfn = min(max_low_pfn, opt_dma >> PAGE_SHIFT);
	high_memory = __va(max_low_pfn << PAGE_SHIFT);
}

void memmap_finish(void)
{
	static const char *const names[] = { "", "RAM", "reserved", "ACPI", "NVS", "bad" };

	for (u64 at = 0, next; at < ADDRESS_LIMIT; at = next) {
		unsigned int type;

		next = next_border(at);
		type = type_of(at, next);
		if (type)
			append_region(at, next, type);
	}
	for (unsigned int i = 0; i < bootinfo.nr_regions; i++) {
		const struct boot_region *r = &bootinfo.region[i];

		pr_info("memory: %09llx-%09llx %s\n", r->start, r->end - 1,
			r->type < ARRAY_SIZE(names) ? names[r->type] : "unknown");
	}
	set_limits();
	if (max_pfn < PFN_UP(__pa(_image_end)))
		panic("no usable memory map: the kernel's own memory is not in it");
	boot_reserve(0, PAGE_SIZE);
	boot_reserve(__pa(_image_start), PAGE_ALIGN(__pa(_image_end)));
	for (unsigned int i = 0; i < bootinfo.nr_modules; i++)
		boot_reserve(bootinfo.module[i].start, bootinfo.module[i].end);
}

bool boot_frame_is_ram(unsigned long pfn)
{
	u64 start = (u64)pfn << PAGE_SHIFT;

	for (unsigned int i = 0; i < bootinfo.nr_regions; i++) {
		const struct boot_region *r = &bootinfo.region[i];

		if (r->type == REGION_RAM && r->start <= start && r->end >= start + PAGE_SIZE)
			return true;
	}
	return false;
}

bool boot_frame_reserved(unsigned long pfn)
{
	u64 start = (u64)pfn << PAGE_SHIFT;

	for (unsigned int i = 0; i < nr_reserved; i++)
		if (reserved[i].start < start + PAGE_SIZE && reserved[i].end > start)
			return true;
	return false;
}

void boot_reserve(phys_addr_t start, phys_addr_t end)
{
	assert_msg(nr_reserved < RESERVED_MAX, "too many early reservations");
	for (unsigned int i = 0; i < nr_reserved; i++) {
		if (reserved[i].end == start) {
			reserved[i].end = end;
			return;
		}
	}
	reserved[nr_reserved++] = (struct range){ start, end };
}

/* The first reservation that [start, start + size) runs into, or NULL. */
static const struct range *find_overlap(u64 start, u64 size)
{
	for (unsigned int i = 0; i < nr_reserved; i++)
		if (reserved[i].start < start + size && reserved[i].end > start)
			return &reserved[i];
	return NULL;
}

static u64 find_room(const struct boot_region *r, size_t size, size_t align)
{
	u64 at = ALIGN(r->start, align), end = min_t(u64, r->end, mapped_end);
	const struct range *hit;

	while (at + size <= end) {
		hit = find_overlap(at, size);
		if (!hit)
			return at;
		at = ALIGN(hit->end, align);
	}
	return 0;
}

void *boot_alloc(size_t size, size_t align)
{
	assert_msg(!alloc_ended, "boot_alloc after the zone allocator took over");
	for (unsigned int i = 0; i < bootinfo.nr_regions; i++) {
		const struct boot_region *r = &bootinfo.region[i];
		u64 at = r->type == REGION_RAM ? find_room(r, size, align) : 0;

		if (at) {
			boot_reserve((phys_addr_t)at, (phys_addr_t)(at + size));
			return memset(__va((phys_addr_t)at), 0, size);
		}
	}
	panic("no room for %zu bytes of early memory", size);
}

void boot_mapped_to(phys_addr_t end)
{
	mapped_end = max(mapped_end, end);
}

void boot_alloc_end(void)
{
	alloc_ended = true;
}
