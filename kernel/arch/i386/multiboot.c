/* SPDX-License-Identifier: MIT */
/*
 * Reading the Multiboot 1 information. The loader may have put any part of it anywhere, beyond what
 * the boot tables map too, so every byte is read through phys_read() and copied out at once.
 */
#include <arch/phys.h>
#include <quire/bootinfo.h>
#include <quire/cmdline.h>
#include <quire/kernel.h>
#include <quire/string.h>
#include "internal.h"

#define MBI_MEMORY	0x0001u
#define MBI_CMDLINE	0x0004u
#define MBI_MODULES	0x0008u
#define MBI_MMAP	0x0040u
#define MBI_LOADER	0x0200u
#define MBI_FRAMEBUFFER	0x1000u
#define EBDA_START	0x9f000ul	/* used when the loader gives no map */
#define HIGH_START	0x100000ul

struct mb_info {
	u32 flags, mem_lower, mem_upper, boot_device, cmdline, mods_count, mods_addr;
	u32 syms[4];
	u32 mmap_length, mmap_addr, drives_length, drives_addr, config_table, loader_name, apm_table;
	u32 vbe_control_info, vbe_mode_info;
	u16 vbe_mode, vbe_interface_seg, vbe_interface_off, vbe_interface_len;
	u64 fb_addr;
	u32 fb_pitch, fb_width, fb_height;
	u8 fb_bpp, fb_type;
	u8 fb_red_pos, fb_red_size, fb_green_pos, fb_green_size, fb_blue_pos, fb_blue_size;
} __packed;

struct mb_module {
	u32 start, end, name, reserved;
};

struct mb_mmap {
	u32 size;			/* of what follows */
	u64 base, length;
	u32 type;
} __packed;

static void phys_read_string(phys_addr_t phys, char *buf, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		phys_read(phys + i, &buf[i], 1);
		if (!buf[i])
			return;
	}
	buf[size - 1] = '\0';
}

static void read_mmap(const struct mb_info *mbi)
{
	struct mb_mmap e;

	for (u32 at = 0; at < mbi->mmap_length; at += e.size + sizeof(e.size)) {
		phys_read(mbi->mmap_addr + at, &e, sizeof(e));
		memmap_add(e.base, e.base + e.length, e.type);
	}
}

static void read_modules(const struct mb_info *mbi)
{
	bootinfo.nr_modules = min(mbi->mods_count, (u32)BOOT_MODULES_MAX);
	for (unsigned int i = 0; i < bootinfo.nr_modules; i++) {
		struct boot_module *to = &bootinfo.module[i];
		struct mb_module m;

		phys_read(mbi->mods_addr + i * sizeof(m), &m, sizeof(m));
		to->start = m.start;
		to->end = m.end;
		if (m.name)
			phys_read_string(m.name, to->name, sizeof(to->name));
	}
}

static void read_framebuffer(const struct mb_info *mbi)
{
	bootinfo.have_framebuffer = true;
	bootinfo.fb = (struct boot_framebuffer){
		.addr = (phys_addr_t)mbi->fb_addr,
		.pitch = mbi->fb_pitch, .width = mbi->fb_width, .height = mbi->fb_height,
		.bpp = mbi->fb_bpp, .type = mbi->fb_type,
		.red_pos = mbi->fb_red_pos, .red_size = mbi->fb_red_size,
		.green_pos = mbi->fb_green_pos, .green_size = mbi->fb_green_size,
		.blue_pos = mbi->fb_blue_pos, .blue_size = mbi->fb_blue_size,
	};
}

/* QEMU puts the kernel's file name in front; GRUB 2 does not. */
static void drop_file_name(void)
{
	size_t n = strcspn(boot_command_line, " ");

	if (strcmp(bootinfo.loader, "qemu"))
		return;
	memmove(boot_command_line, boot_command_line + n, strlen(boot_command_line + n) + 1);
}

void multiboot_read(phys_addr_t info)
{
	struct mb_info mbi;

	phys_read(info, &mbi, sizeof(mbi));
	if (mbi.flags & MBI_CMDLINE)
		phys_read_string(mbi.cmdline, boot_command_line, CMDLINE_MAX);
	if (mbi.flags & MBI_LOADER)
		phys_read_string(mbi.loader_name, bootinfo.loader, sizeof(bootinfo.loader));
	drop_file_name();
	if (mbi.flags & MBI_MODULES)
		read_modules(&mbi);
	if (mbi.flags & MBI_FRAMEBUFFER)
		read_framebuffer(&mbi);
	if (mbi.flags & MBI_MMAP) {
		read_mmap(&mbi);
	} else if (mbi.flags & MBI_MEMORY) {
		memmap_add(0, EBDA_START, REGION_RAM);
		memmap_add(HIGH_START, HIGH_START + ((u64)mbi.mem_upper << 10), REGION_RAM);
	}
}
