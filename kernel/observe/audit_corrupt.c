/* SPDX-License-Identifier: MIT */
/*
 * Auditor: one wrong thing of each kind, put there and taken away while everything stands still, so that a test can
 * prove that the auditor names it.
 */
#include <arch/memlayout.h>
#include <arch/pgtable.h>
#include <quire/gfp.h>
#include <quire/kmap_atomic.h>
#include <quire/mm.h>
#include <quire/page_lists.h>
#include <quire/string.h>
#include <quire/swap.h>

#include "audit_internal.h"

static struct page *victim; /* what apply chose, for undo */
static struct mm_struct *victim_mm;

/* The first frame that passes; NULL when there is none. */
static bool choose(bool (*fits)(const struct page *page))
{
	for (victim = mem_map; victim < mem_map + max_pfn; victim++)
		if (!PageReserved(victim) && fits(victim))
			return true;
	return false;
}

static bool is_anon(const struct page *page)
{
	return page_count(page) && PageAnon(page) && page_mapcount(page);
}

static bool is_cached(const struct page *page)
{
	return page_count(page) && !PageSlab(page) && page->mapping && !PageDirty(page);
}

static bool is_listed(const struct page *page)
{
	return PageActive(page);
}

static bool is_block(const struct page *page)
{
	return PageBuddy(page) && page->private > 0;
}

static bool is_zeroed(const struct page *page)
{
	return PageZeroed(page);
}

static bool is_table(const struct page *page)
{
	return page_count(page) && page->owner == OWNER_PGTABLE;
}

static bool is_pgd(const struct page *page)
{
	return page_count(page) && page->owner == OWNER_PGD && page_address(page) != loaded_pgd();
}

/* ---- the kinds ---- */

static bool count_up(void)
{
	if (!choose(is_anon))
		return false;
	atomic_inc(&victim->count);
	return true;
}

static void count_down(void)
{
	atomic_dec(&victim->count);
}

static bool maps_up(void)
{
	if (!choose(is_anon))
		return false;
	atomic_inc(&victim->mapcount);
	return true;
}

static void maps_down(void)
{
	atomic_dec(&victim->mapcount);
}

static bool flag_off(void)
{
	if (!choose(is_listed))
		return false;
	ClearPageActive(victim);
	return true;
}

static void flag_on(void)
{
	SetPageActive(victim);
}

static bool list_count_up(void)
{
	zones[ZONE_DMA].nr_active++;
	return true;
}

static void list_count_down(void)
{
	zones[ZONE_DMA].nr_active--;
}

static bool order_down(void)
{
	if (!choose(is_block))
		return false;
	victim->private--;
	return true;
}

static void order_up(void)
{
	victim->private++;
}

static bool free_count_up(void)
{
	zones[ZONE_DMA].free_pages++;
	return true;
}

static void free_count_down(void)
{
	zones[ZONE_DMA].free_pages--;
}

/* A frame that is free, but on no list. */
static bool lose_block(void)
{
	if (!choose(is_block))
		return false;
	list_del(&victim->lru);
	return true;
}

static void find_block(void)
{
	list_add(&victim->lru, &page_zone(victim)->free_area[victim->private].free_list);
}

static bool dirt_up(void)
{
	if (!choose(is_cached))
		return false;
	SetPageDirty(victim);
	return true;
}

static void dirt_down(void)
{
	ClearPageDirty(victim);
}

static bool index_up(void)
{
	if (!choose(is_cached))
		return false;
	victim->index++;
	return true;
}

static void index_down(void)
{
	victim->index--;
}

static void write_first_byte(u8 byte)
{
	u8 *addr = kmap_atomic(victim, KM_AUDIT);

	*addr = byte;
	kunmap_atomic(addr, KM_AUDIT);
}

static bool spoil_zeroed(void)
{
	if (!choose(is_zeroed))
		return false;
	write_first_byte(1);
	return true;
}

static void clean_zeroed(void)
{
	write_first_byte(0);
}

static bool owner_off(void)
{
	if (!choose(is_table))
		return false;
	victim->owner = OWNER_KERNEL;
	return true;
}

static void owner_on(void)
{
	victim->owner = OWNER_PGTABLE;
}

static pgd_t *kernel_entry(void)
{
	return (pgd_t *)page_address(victim) + pgd_index(PKMAP_BASE);
}

static bool pgd_off(void)
{
	if (!choose(is_pgd))
		return false;
	pgd_clear(kernel_entry());
	return true;
}

static void pgd_on(void)
{
	set_pgd(kernel_entry(), *pgd_offset_k(PKMAP_BASE));
}

static bool rss_up(void)
{
	if (list_empty(&mmlist))
		return false;
	victim_mm = list_first_entry(&mmlist, struct mm_struct, mmlist);
	victim_mm->anon_rss++;
	return true;
}

static void rss_down(void)
{
	victim_mm->anon_rss--;
}

#define SLOT_OF_TEST 1 /* slot 0 holds the header */

static bool slot_up(void)
{
	struct swap_info *area = swap_info_get(0);

	if (!area || area->swap_map[SLOT_OF_TEST] >= SWAP_MAP_MAX - 1)
		return false;
	area->swap_map[SLOT_OF_TEST]++;
	return true;
}

static void slot_down(void)
{
	swap_info_get(0)->swap_map[SLOT_OF_TEST]--;
}

static const struct corruption kinds[] = {
	{ "count", count_up, count_down },
	{ "mapcount", maps_up, maps_down },
	{ "list-flag", flag_off, flag_on },
	{ "list-count", list_count_up, list_count_down },
	{ "buddy-order", order_down, order_up },
	{ "free-count", free_count_up, free_count_down },
	{ "free-lost", lose_block, find_block },
	{ "zeroed", spoil_zeroed, clean_zeroed },
	{ "dirty", dirt_up, dirt_down },
	{ "index", index_up, index_down },
	{ "owner", owner_off, owner_on },
	{ "pgd", pgd_off, pgd_on },
	{ "rss", rss_up, rss_down },
	{ "swap-map", slot_up, slot_down },
};

const struct corruption *corruption_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}
