/* SPDX-License-Identifier: MIT */
/*
 * Layer 2: kmap: kernel mappings of HighMem pages that may live across a sleep.
 *
 * Idea.  One page table, PKMAP_SLOTS slots.  A slot maps one page for any number of
 * users; page->virtual is the slot's address as long as there is one.
 *
 * States of a slot.  Free (users 0, pte empty) or in use (users > 0).  2.4 had a third,
 * mapped without users, so page->virtual outlived kunmap and even the page; here
 * the last kunmap clears the pte, flushes the address and clears page->virtual.
 *
 * Locking.  kmap_lock guards slots, users, and page->virtual.  kmap sleeps on kmap_wait
 * while all slots are in use.
 *
 * Leaks.  Who goes back to user mode holds no kmap (debug builds look), and no page with an address becomes free.
 *
 * Limits.  A task must not hold a kmap while it waits for another one: with all
 * slots so held nobody could go on.  Two pages at once: kmap_atomic.
 */
#include <arch/memlayout.h>
#include <arch/pgtable.h>
#include <arch/tlb.h>
#include <quire/bitmap.h>
#include <quire/highmem.h>
#include <quire/lock.h>
#include <quire/sched.h>
#include <quire/vmstat.h>
#include <quire/wait.h>

static DEFINE_SPINLOCK(kmap_lock);
static DECLARE_WAIT_QUEUE_HEAD(kmap_wait);
static DECLARE_BITMAP(slot_used, PKMAP_SLOTS); /* kmap_lock */
static u16 slot_users[PKMAP_SLOTS];	       /* kmap_lock */
static unsigned int slots_used, next_slot;     /* kmap_lock */

static unsigned long slot_addr(unsigned int slot)
{
	return PKMAP_BASE + ((unsigned long)slot << PAGE_SHIFT);
}

/* Slots are taken in a circle, so an address used wrongly after kunmap faults for long. */
static bool take_slot_locked(struct page *page)
{
	unsigned int slot = find_next_zero_bit(slot_used, PKMAP_SLOTS, next_slot);

	if (slot == PKMAP_SLOTS)
		slot = find_first_zero_bit(slot_used, PKMAP_SLOTS);
	if (slot == PKMAP_SLOTS)
		return false;
	next_slot = (slot + 1) % PKMAP_SLOTS;
	__set_bit(slot, slot_used);
	slots_used++;
	set_pte(kernel_pte(slot_addr(slot)), mk_pte(page, PAGE_KERNEL));
	page->virtual = (void *)slot_addr(slot);
	return true;
}

static void *try_kmap(struct page *page)
{
	void *addr = NULL;

	spin_lock(&kmap_lock);
	if (page->virtual || take_slot_locked(page)) {
		addr = page->virtual;
		slot_users[((unsigned long)addr - PKMAP_BASE) >> PAGE_SHIFT]++;
	}
	spin_unlock(&kmap_lock);
	return addr;
}

void *kmap_high(struct page *page)
{
	void *addr = try_kmap(page);

	if (!addr) {
		count_vm_event(kmap_waits);
		wait_event(kmap_wait, (addr = try_kmap(page)) != NULL);
	}
	current->kmaps++;
	return addr;
}

void kunmap_high(struct page *page)
{
	unsigned long addr;
	unsigned int slot;
	bool freed;

	current->kmaps--;
	spin_lock(&kmap_lock);
	addr = (unsigned long)page->virtual;
	assert(addr >= PKMAP_BASE && addr < PKMAP_END);
	slot = (addr - PKMAP_BASE) >> PAGE_SHIFT;
	assert(slot_users[slot] > 0);
	freed = --slot_users[slot] == 0;
	if (freed) {
		pte_clear(kernel_pte(addr));
		flush_tlb_kernel_page(addr);
		page->virtual = NULL;
		__clear_bit(slot, slot_used);
		slots_used--;
	}
	spin_unlock(&kmap_lock);
	if (freed && waitqueue_active(&kmap_wait))
		wake_up(&kmap_wait);
}

void kmap_init(void)
{
	assert(kernel_pte(PKMAP_BASE));
}

unsigned int kmap_slots_used(void)
{
	return slots_used;
}
