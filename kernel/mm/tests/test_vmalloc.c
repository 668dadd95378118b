/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of vmalloc, ioremap and kmap.
 */
#include <arch/memlayout.h>
#include <arch/pgtable.h>
#include <arch/tlb.h>
#include <quire/gfp.h>
#include <quire/highmem.h>
#include <quire/ktest.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/timer.h>
#include <quire/uaccess.h>
#include <quire/vmalloc.h>
#include <quire/vmstat.h>

#define AREA (5 * PAGE_SIZE + 100)

KTEST(vmalloc_contents_and_guard)
{
	char *p = vmalloc(AREA), *q = vmalloc(AREA), byte;
	unsigned long i;

	if (!ktest_assert(p && q))
		return;
	ktest_assert(is_vmalloc_addr(p) && is_vmalloc_addr(q));
	for (i = 0; i < AREA; i++)
		p[i] = (char)i;
	memset(q, 0x77, AREA);
	for (i = 0; i < AREA; i++)
		if (p[i] != (char)i)
			break;
	ktest_equal(i, AREA);
	/* The page behind the last one is not there; touching it is a fault, not a neighbour. */
	ktest_equal(copy_from_kernel_nofault(&byte, p + 6 * PAGE_SIZE - 1, 1), 0);
	ktest_equal(copy_from_kernel_nofault(&byte, p + 6 * PAGE_SIZE, 1), -EFAULT);
	vfree(p);
	ktest_equal(copy_from_kernel_nofault(&byte, p, 1), -EFAULT);
	vfree(q);
	vfree(NULL);
	ktest_assert(!vmalloc(0));
	ktest_assert(!vmalloc(~0ul - PAGE_SIZE));
}

KTEST(vmalloc_returns_frames)
{
	unsigned long used = vmalloc_used();
	char *p = vzalloc(AREA);
	struct page *page;

	if (!ktest_assert(p))
		return;
	ktest_assert(!memchr_inv(p, 0, AREA));
	ktest_equal(vmalloc_used(), used + PAGE_ALIGN(AREA));
	page = pte_page(*kernel_pte((unsigned long)p));
	ktest_equal(page->owner, OWNER_VMALLOC);
	vfree(p);
	ktest_equal(vmalloc_used(), used);
	ktest_assert(page->owner != OWNER_VMALLOC || page_count(page) == 0);
}

#define PIECE (16ul << 20)
#define PIECES_MOST 64
#define DEVICE 0xe0000000u
#define ROOMY (64ul << (20 - PAGE_SHIFT))

/* Address space runs out before memory when no frames are needed. */
KTEST(vmalloc_until_full)
{
	char *last = NULL, *area[PIECES_MOST];
	unsigned int n = 0;

	if (totalram_pages < ROOMY) {
		ktest_skip("the page tables would take a small machine's memory for ever");
		return;
	}
	while (n < PIECES_MOST && (area[n] = ioremap(DEVICE, PIECE)) != NULL) {
		ktest_assert((unsigned long)area[n] >= VMALLOC_START);
		ktest_assert((unsigned long)area[n] + PIECE + PAGE_SIZE <= VMALLOC_END);
		ktest_assert(!last || area[n] > last);
		last = area[n++];
	}
	ktest_assert(n > 0 && n < PIECES_MOST);
	while (n)
		iounmap(area[--n]);
	ktest_assert(vmalloc_largest_gap() > PIECE);
}

KTEST(ioremap_offset)
{
	char *p = ioremap(0xb8000 + 0x123, 16), *q = __va(0xb8123);

	if (!ktest_assert(p))
		return;
	ktest_equal((unsigned long)p & ~PAGE_MASK, 0x123);
	ktest_equal(pte_val(*kernel_pte((unsigned long)p)) & PAGE_MASK, 0xb8000);
	ktest_assert(p != q);
	iounmap(p);
	ktest_assert(!ioremap(0xfffff000, 0x2000));
}

static struct page *high_page(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER | __GFP_NOWARN | __GFP_NORETRY);

	if (page && !PageHighMem(page)) {
		__free_page(page);
		return NULL;
	}
	return page;
}

KTEST(kmap_nests_and_clears)
{
	struct page *page = high_page();
	unsigned int used = kmap_slots_used();
	char *a, *b, byte;

	if (!page) {
		ktest_skip("no HighMem");
		return;
	}
	ktest_assert(!page->virtual);
	a = kmap(page);
	b = kmap(page);
	ktest_assert(a == b && page_address(page) == a);
	*a = 42;
	ktest_equal(kmap_slots_used(), used + 1);
	kunmap(page);
	ktest_assert(page->virtual == a);
	kunmap(page);
	ktest_assert(!page->virtual);
	ktest_equal(kmap_slots_used(), used);
	ktest_equal(copy_from_kernel_nofault(&byte, a, 1), -EFAULT);
	a = kmap_atomic(page, KM_USER0);
	ktest_equal(*a, 42);
	ktest_assert(!page->virtual);
	kunmap_atomic(a, KM_USER0);
	clear_highpage(page);
	a = kmap(page);
	ktest_assert(!memchr_inv(a, 0, PAGE_SIZE));
	kunmap(page);
	__free_page(page);
}

/* Copying and clearing reach pages without an address, and nothing else. */
KTEST(kmap_atomic_copies_and_clears)
{
	struct page *from = high_page(), *to = high_page();
	u8 *bytes;

	if (from && to) {
		bytes = kmap_atomic(from, KM_USER0);
		memset(bytes, 0x5a, PAGE_SIZE);
		kunmap_atomic(bytes, KM_USER0);
		clear_highpage(to);
		copy_highpage(to, from);
		zero_highpage_range(from, 0, PAGE_SIZE);
		bytes = kmap_atomic(to, KM_USER0);
		ktest_assert(!memchr_inv(bytes, 0x5a, PAGE_SIZE));
		kunmap_atomic(bytes, KM_USER0);
		bytes = kmap_atomic(from, KM_USER0);
		ktest_assert(!memchr_inv(bytes, 0, PAGE_SIZE));
		kunmap_atomic(bytes, KM_USER0);
		ktest_assert(!from->virtual && !to->virtual);
	} else {
		ktest_skip("no HighMem");
	}
	if (from)
		__free_page(from);
	if (to)
		__free_page(to);
}

static struct page *late_page;
static volatile bool late_done;

/* The holder for whom there is no slot. */
static int late_holder(void *arg)
{
	kmap(late_page);
	late_done = true;
	kunmap(late_page);
	return 0;
}

KTEST(kmap_1025_holders)
{
	unsigned long waits = vm_events(kmap_waits);
	LIST_HEAD(held);
	struct page *page = NULL, *next;
	unsigned int n = 0;

	while (kmap_slots_used() < PKMAP_SLOTS && (page = high_page())) {
		kmap(page);
		list_add(&page->lru, &held);
		n++;
	}
	late_page = page ? high_page() : NULL;
	late_done = false;
	if (late_page && kernel_thread(late_holder, NULL, "late-kmap") > 0) {
		msleep(100);
		ktest_assert(!late_done);
		ktest_equal(vm_events(kmap_waits), waits + 1);
		page = list_first_entry(&held, struct page, lru);
		kunmap(page);
		kmap_slots_used();
		msleep(100);
		ktest_assert(late_done);
		kmap(page);
	} else {
		ktest_skip("not enough HighMem");
	}
	list_for_each_entry_safe(page, next, &held, lru) {
		list_del(&page->lru);
		kunmap(page);
		ktest_assert(!page->virtual);
		__free_page(page);
	}
	if (late_page)
		__free_page(late_page);
}

/* A vmalloc entry made after a directory reaches it by the fault, and is counted. */
KTEST(vmalloc_fault_syncs)
{
	pgd_t *pgd = pgd_alloc(), *before;
	unsigned long syncs;
	char *p;

	if (!ktest_assert(pgd))
		return;
	p = vmalloc(PAGE_SIZE);
	if (!ktest_assert(p)) {
		pgd_free(pgd);
		return;
	}
	preempt_disable();
	pgd_clear(pgd_offset_pgd(pgd, (unsigned long)p));
	before = loaded_pgd();
	load_pgd(pgd);
	flush_tlb_all();
	syncs = vm_events(vmalloc_fault);
	*(volatile char *)p = 1;
	ktest_equal(vm_events(vmalloc_fault), syncs + 1);
	ktest_equal(pgd_val(*pgd_offset_pgd(pgd, (unsigned long)p)),
		    pgd_val(*pgd_offset_k((unsigned long)p)));
	load_pgd(before);
	preempt_enable();
	vfree(p);
	pgd_free(pgd);
}
