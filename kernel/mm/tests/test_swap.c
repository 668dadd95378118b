/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of slots and of the swap cache, on an area that exists only as a map: nothing here starts a transfer.
 */
#include <quire/ktest.h>
#include <quire/mm.h>
#include <quire/page_lists.h>
#include <quire/reclaim.h>
#include <quire/string.h>
#include <quire/swap.h>

#include "../cache_internal.h"
#include "../mm_internal.h"
#include "../swap_internal.h"

#define TYPE (MAX_SWAPFILES - 1)
#define SLOTS 600
#define PLACE (STACK_TOP - PAGE_SIZE)

static u16 map[SLOTS];

static void area_on(void)
{
	struct swap_info *si = &swap_areas[TYPE];
	unsigned long flags;

	memset(map, 0, sizeof(map));
	map[0] = SWAP_MAP_BAD;
	*si = (struct swap_info){ .swap_map = map, .max = SLOTS, .pages = SLOTS - 1 };
	swap_scan_init(&si->scan, SLOTS);
	spin_lock_irqsave(&swap_lock, flags);
	si->flags = SWP_USED | SWP_WRITEOK;
	list_add(&si->link, &swap_list);
	nr_swap_total += si->pages;
	nr_swap_free += si->pages;
	spin_unlock_irqrestore(&swap_lock, flags);
}

static void area_off(void)
{
	struct swap_info *si = &swap_areas[TYPE];
	unsigned long flags;

	ktest_equal(si->inuse_pages, 0);
	spin_lock_irqsave(&swap_lock, flags);
	list_del(&si->link);
	si->flags = 0;
	nr_swap_total -= si->pages;
	nr_swap_free -= si->pages;
	spin_unlock_irqrestore(&swap_lock, flags);
}

KTEST(swap_slot_counts)
{
	swp_entry_t entry, bad = swp_entry(TYPE, SLOTS);
	long free = nr_free_swap_slots();

	area_on();
	ktest_equal(nr_free_swap_slots(), free + SLOTS - 1);
	entry = get_swap_page();
	ktest_equal(swp_type(entry), TYPE);
	ktest_equal(swp_offset(entry), 1);
	ktest_equal(swap_count(entry), 1);
	ktest_equal(swap_duplicate(entry), 0);
	ktest_equal(swap_count(entry), 2);
	swap_free(entry);
	swap_free(entry);
	ktest_equal(swap_count(entry), 0);
	ktest_assert(swap_duplicate(entry) < 0);
	ktest_assert(swap_duplicate(bad) < 0);
	ktest_equal(nr_free_swap_slots(), free + SLOTS - 1);
	area_off();
	ktest_equal(nr_free_swap_slots(), free);
}

static struct page *anon_page(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER);

	if (!ktest_assert(page))
		return NULL;
	SetPageAnon(page);
	SetPageUptodate(page);
	lru_cache_add_active(page);
	lock_page(page);
	return page;
}

/* Into the cache, shared by a pte, alone again, and out. */
KTEST(swap_cache_life)
{
	struct page *page = anon_page(), *found;
	swp_entry_t entry;

	if (!page)
		return;
	area_on();
	ktest_assert(add_to_swap(page));
	ktest_assert(PageSwapCache(page) && PageDirty(page));
	ktest_equal(page_count(page), 2);
	entry.val = page->index;
	found = lookup_swap_cache(entry);
	ktest_equal(found, page);
	unpin_page(found);

	swap_duplicate(entry); /* a swap pte */
	ktest_assert(can_share_swap_page(page));
	swap_duplicate(entry); /* and another */
	ktest_assert(!can_share_swap_page(page));
	ktest_assert(!remove_exclusive_swap_page(page));
	ktest_assert(!drop_swap_orphan(page));
	swap_free(entry);
	swap_free(entry);
	ktest_assert(remove_exclusive_swap_page(page));
	ktest_assert(!PageSwapCache(page) && PageDirty(page));
	ktest_equal(swap_count(entry), 0);
	ktest_equal(page_count(page), 1);
	area_off();
	unlock_page(page);
	unpin_page(page);
}

/* Does the page of the last swap pte go with it? */
KTEST(swap_orphan_goes)
{
	struct page *page = anon_page();
	swp_entry_t entry;

	if (!page)
		return;
	area_on();
	ktest_assert(add_to_swap(page));
	entry.val = page->index;
	swap_duplicate(entry);
	unlock_page(page);
	unpin_page(page); /* now only the cache holds it */
	free_swap_and_cache(entry);
	ktest_equal(lookup_swap_cache(entry), NULL);
	area_off();
}

/* ---- swap_out: no program runs yet, so there is one address space, with one page ---- */

static struct mm_struct *one_page_mm(void)
{
	struct mm_struct *mm = mm_alloc();

	if (!ktest_assert(mm))
		return NULL;
	ktest_equal(setup_stack_vma(mm, STACK_TOP, PAGE_SIZE), 0);
	down_read(&mm->mmap_sem);
	ktest_equal(handle_mm_fault(mm, find_vma(mm, PLACE), PLACE, true), VM_FAULT_MINOR);
	up_read(&mm->mmap_sem);
	return mm;
}

/* Nobody has used it of late, and it is that old; then swap_out looks at it. => the pte */
static pte_t look_at_page(struct mm_struct *mm, unsigned int age)
{
	struct scan_control sc = { .class = ZONE_HIGHMEM, .gfp = GFP_KERNEL, .priority = DEF_PRIORITY };
	pte_t *ptep = pte_lookup(mm, PLACE);

	if (!ktest_assert(pte_present(*ptep)))
		return *ptep;
	(void)ptep_test_and_clear_young(ptep);
	pte_page(*ptep)->age = age;
	(void)swap_out(&sc, 1);
	return *ptep;
}

/* Each look halves the age of a page that is not used; at 0, and no sooner, its pte goes. */
KTEST(swap_out_waits_for_age)
{
	struct mm_struct *mm = one_page_mm();

	if (!mm)
		return;
	area_on();
	ktest_assert(pte_present(look_at_page(mm, 4)));
	ktest_equal(pte_page(*pte_lookup(mm, PLACE))->age, 2);
	ktest_assert(pte_present(look_at_page(mm, 2)));
	ktest_assert(pte_is_swap(look_at_page(mm, 1)));
	mmput(mm);
	area_off();
}

/* A page is stored to while it is being written: it stays in the swap cache, and its slot is not what it holds. */
KTEST(swap_out_keeps_stores_during_a_write)
{
	struct mm_struct *mm = one_page_mm();
	struct page *page;

	if (!mm)
		return;
	area_on();
	page = lookup_swap_cache(pte_to_swp_entry(look_at_page(mm, 0)));
	lock_page(page);
	ktest_assert(clear_page_dirty_for_io(page));
	set_page_writeback(page);
	unlock_page(page);

	down_read(&mm->mmap_sem);
	ktest_equal(handle_mm_fault(mm, find_vma(mm, PLACE), PLACE, true), VM_FAULT_MINOR);
	up_read(&mm->mmap_sem);
	ktest_equal(pte_page(*pte_lookup(mm, PLACE)), page);
	end_page_writeback(page);
	ktest_assert(PageSwapCache(page) && !PageDirty(page));

	ktest_assert(pte_is_swap(look_at_page(mm, 0)));
	ktest_assert(PageSwapCache(page) && PageDirty(page));
	unpin_page(page);
	mmput(mm);
	area_off();
}
