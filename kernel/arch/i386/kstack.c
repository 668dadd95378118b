/* SPDX-License-Identifier: MIT */
/*
 * Kernel stacks with guards: slots of the stack window (memlayout.h), each an unmapped guard below
 * two mapped frames. Running off a stack faults in the guard, cannot push its own frame, and so
 * becomes a double fault, which has a stack of its own and says so.
 *
 * The window's page tables exist from boot, so a stack is visible in every page directory at once.
 * Some freed stacks stay mapped in a small cache. The frames may be HighMem: nobody needs a stack's
 * linear address.
 *
 * Locking: kstack_lock guards the slot bitmap and the cache; ptes of a slot belong to whoever has
 * the slot.
 */
#include <arch/memlayout.h>
#include <arch/pgtable.h>
#include <arch/processor.h>
#include <arch/tlb.h>
#include <quire/bitmap.h>
#include <quire/gfp.h>
#include <quire/lock.h>
#include "internal.h"

#define STACK_PAGES	(KSTACK_SIZE / PAGE_SIZE)
#define GUARD_SIZE	(KSTACK_SLOT - KSTACK_SIZE)
#define CACHE_MAX	8
#define STACK_FILL	0x5a		/* debug build: bytes never written */

static DEFINE_SPINLOCK(kstack_lock);
static DECLARE_BITMAP(slots, KSTACK_SLOTS);
static unsigned int next_slot;		/* where the search starts */
static void *cache[CACHE_MAX];
static unsigned int cached;
unsigned int kstacks_in_use;

static unsigned int slot_of(const void *stack)
{
	return ((unsigned long)stack - KSTACK_BASE) / KSTACK_SLOT;
}

static int get_slot(void)
{
	unsigned int slot;

	spin_lock(&kstack_lock);
	slot = find_next_zero_bit(slots, KSTACK_SLOTS, next_slot);
	if (slot == KSTACK_SLOTS)
		slot = find_first_zero_bit(slots, KSTACK_SLOTS);
	if (slot < KSTACK_SLOTS) {
		__set_bit(slot, slots);
		next_slot = slot + 1;
	}
	spin_unlock(&kstack_lock);
	return slot < KSTACK_SLOTS ? (int)slot : -1;
}

static void put_slot(unsigned int slot)
{
	spin_lock(&kstack_lock);
	__clear_bit(slot, slots);
	spin_unlock(&kstack_lock);
}

static void unmap_stack(unsigned long addr, unsigned long pages)
{
	for (unsigned long i = 0; i < pages; i++) {
		pte_t pte = ptep_get_and_clear(kernel_pte(addr + i * PAGE_SIZE));
		struct page *page = pte_page(pte);

		flush_tlb_kernel_page(addr + i * PAGE_SIZE);
		page_disclaim(page);
		unpin_page(page);
	}
}

static void *map_new_stack(void)
{
	int slot = get_slot();
	unsigned long addr;

	if (slot < 0)
		return NULL;
	addr = KSTACK_BASE + (unsigned long)slot * KSTACK_SLOT + GUARD_SIZE;
	for (unsigned long i = 0; i < STACK_PAGES; i++) {
		struct page *page = alloc_page(GFP_KERNEL | __GFP_HIGHMEM);

		if (!page) {
			unmap_stack(addr, i);
			put_slot((unsigned int)slot);
			return NULL;
		}
		page_claim(page, OWNER_KSTACK);
		set_pte(kernel_pte(addr + i * PAGE_SIZE), mk_pte(page, PAGE_KERNEL));
	}
	return (void *)addr;
}

static void *take_cached(void)
{
	void *stack = NULL;

	spin_lock(&kstack_lock);
	if (cached)
		stack = cache[--cached];
	spin_unlock(&kstack_lock);
	return stack;
}

void *kstack_alloc(void)
{
	void *stack = take_cached();

	if (!stack)
		stack = map_new_stack();
	if (!stack)
		return NULL;
#ifdef CONFIG_DEBUG
	memset(stack, STACK_FILL, KSTACK_SIZE);
#endif
	spin_lock(&kstack_lock);
	kstacks_in_use++;
	spin_unlock(&kstack_lock);
	return stack;
}

void kstack_free(void *stack)
{
	bool keep;

	spin_lock(&kstack_lock);
	kstacks_in_use--;
	keep = cached < CACHE_MAX;
	if (keep)
		cache[cached++] = stack;
	spin_unlock(&kstack_lock);
	if (keep)
		return;
	unmap_stack((unsigned long)stack, STACK_PAGES);
	put_slot(slot_of(stack));
}

/* Give cached stacks back to the allocator; => frames freed. */
unsigned long kstack_shrink(void)
{
	unsigned long freed = 0;
	void *stack;

	while ((stack = take_cached())) {
		unmap_stack((unsigned long)stack, STACK_PAGES);
		put_slot(slot_of(stack));
		freed += STACK_PAGES;
	}
	return freed;
}

bool is_kstack_guard(unsigned long addr)
{
	return addr >= KSTACK_BASE && addr < KSTACK_END && addr % KSTACK_SLOT < GUARD_SIZE;
}

unsigned long kstack_unused(const void *stack)
{
	const void *used = memchr_inv(stack, STACK_FILL, KSTACK_SIZE);

	return used ? (unsigned long)used - (unsigned long)stack : KSTACK_SIZE;
}
