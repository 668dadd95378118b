/* SPDX-License-Identifier: MIT */
/*
 * Reading physical memory through one page of the fixmap, which is there before anything else is
 * mapped.
 */
#include <arch/fixmap.h>
#include <arch/phys.h>
#include <quire/kernel.h>
#include <quire/string.h>

void phys_read(phys_addr_t phys, void *buf, size_t n)
{
	u8 *to = buf;

	while (n) {
		size_t offset = phys & ~PAGE_MASK, part = min_t(size_t, n, PAGE_SIZE - offset);

		set_fixmap(FIX_PHYS, phys, PAGE_KERNEL);
		memcpy(to, (u8 *)fix_to_virt(FIX_PHYS) + offset, part);
		to += part;
		phys += part;
		n -= part;
	}
	clear_fixmap(FIX_PHYS);
}
