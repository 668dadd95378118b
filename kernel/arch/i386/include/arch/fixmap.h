/* SPDX-License-Identifier: MIT */
/*
 * Fixed kernel addresses, one page each, chosen at compile time; their page table exists from boot.
 * Slot 0 is just below FIXADDR_TOP, later slots lie lower. A spare unmapped page is left on each
 * side of the atomic kmap slots.
 */
#ifndef ARCH_FIXMAP_H
#define ARCH_FIXMAP_H

#include <arch/memlayout.h>
#include <arch/pgtable.h>
#include <quire/percpu.h>

/* Uses of atomic kmaps: one slot each and CPU. Nest only in this order; release in reverse. */
enum km_type {
	KM_USER0,		/* copying, clearing: source or only page */
	KM_USER1,		/* destination */
	KM_PTE0,
	KM_PTE1,
	KM_BIO,			/* block transfers in task context */
	KM_BIO_DST,
	KM_IRQ0,		/* interrupt handlers */
	KM_IRQ1,
	KM_AUDIT,		/* the auditor and dumps */
	KM_PAGE_CHECK,		/* debug build: poison of free frames; interrupts off */
	KM_TYPE_NR
};

enum fixed_address {
	FIX_HOLE,
	FIX_PHYS,		/* phys_read(): firmware tables */
	FIX_APIC,		/* local APIC, for several CPUs */
	FIX_KMAP_SPARE_TOP,
	FIX_KMAP_BEGIN,
	FIX_KMAP_END = FIX_KMAP_BEGIN + KM_TYPE_NR * NR_CPUS - 1,
	FIX_KMAP_SPARE_BOTTOM,
	FIX_COUNT
};

#define fix_to_virt(idx)	(FIXADDR_TOP - (((unsigned long)(idx) + 1) << PAGE_SHIFT))
#define virt_to_fix(addr)	((FIXADDR_TOP - ((unsigned long)(addr) & PAGE_MASK)) / PAGE_SIZE - 1)
#define FIXADDR_BOTTOM		fix_to_virt(FIX_COUNT - 1)

static_assert(FIXADDR_BOTTOM >= FIXMAP_BASE, "fixmap: one page table");

/* Map a physical page at a fixed address (replacing what was there), or unmap; flushes that address. */
void set_fixmap(enum fixed_address idx, phys_addr_t phys, pgprot_t prot);
void clear_fixmap(enum fixed_address idx);
/* The pte of a slot, for kmap_atomic; always present. */
pte_t *fixmap_pte(enum fixed_address idx);

#endif
