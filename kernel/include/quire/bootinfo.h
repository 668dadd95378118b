/* SPDX-License-Identifier: MIT */
/*
 * What the boot loader told us, copied out of its memory before that memory is used for anything
 * else.
 */
#ifndef QUIRE_BOOTINFO_H
#define QUIRE_BOOTINFO_H

#include <quire/types.h>

#define BOOT_REGIONS_MAX	64
#define BOOT_MODULES_MAX	8
#define BOOT_NAME_MAX		64

enum boot_region_type { REGION_RAM = 1, REGION_RESERVED, REGION_ACPI, REGION_NVS, REGION_BAD };

struct boot_region {
	u64 start, end;			/* physical, end exclusive */
	enum boot_region_type type;
};

struct boot_module {
	phys_addr_t start, end;		/* end exclusive */
	char name[BOOT_NAME_MAX];	/* the module's command line, cut */
};

struct boot_framebuffer {
	phys_addr_t addr;
	u32 pitch, width, height;
	u8 bpp, type;			/* type: 0 indexed, 1 RGB, 2 EGA text */
	u8 red_pos, red_size, green_pos, green_size, blue_pos, blue_size;
};

struct bootinfo {
	struct boot_region region[BOOT_REGIONS_MAX];	/* sorted, disjoint, cut by mem= */
	unsigned int nr_regions;
	struct boot_module module[BOOT_MODULES_MAX];
	unsigned int nr_modules;
	bool have_framebuffer;
	struct boot_framebuffer fb;
	char loader[BOOT_NAME_MAX];
};

extern struct bootinfo bootinfo;

/* Set by arch (setup.c) before memory is initialised; max_pfn, max_low_pfn, high_memory too: page.h. */
extern unsigned long max_dma_pfn;	/* one past the last frame of ZONE_DMA (dma=) */

/*
 * Frames that are RAM but in use from the start: frame 0, the kernel image, the boot page tables
 * and modules. boot_alloc() takes zeroed low memory (align: a power of two, at least 16) before the
 * zone allocator exists: mem_map, page tables. It panics when there is none; what it took is
 * reserved. bootmem_alloc() of gfp.h is it.
 */
bool boot_frame_is_ram(unsigned long pfn);
bool boot_frame_reserved(unsigned long pfn);
void *boot_alloc(size_t size, size_t align);
/* From here on boot_alloc() panics: the zone allocator owns what is free. */
void boot_alloc_end(void);

#endif
