/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: the swap cache: the address_space of all swap areas, indexed by swap entry; and its transfers.
 *
 * Its purpose: a slot has at most one page, so sharers that fault meet in the same page, and the page
 * lock is the slot's lock.  A page whose slot holds the same contents is clean: it goes without I/O.
 * The cache counts once in swap_map for each of its pages.
 *
 * PG_dirty of a page in the cache means: newer than the slot.  A page that leaves the cache while it is in use
 * becomes dirty, since nothing else holds its contents from then on.
 */
#include <quire/blkdev.h>
#include <quire/errno.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/page_lists.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "cache_internal.h"
#include "swap_internal.h"

#define DEFAULT_PAGE_CLUSTER 3
#define SLOT_TRIES 4 /* slots tried when readahead has a page of the first already */
#define SWAP_RA_GFP (GFP_HIGHUSER | __GFP_COLD | __GFP_NORETRY | __GFP_NOWARN)

unsigned int page_cluster = DEFAULT_PAGE_CLUSTER;

static const struct address_space_operations swap_aops = {
	.writepage = swap_writepage,
};

struct address_space swapper_space;

void swap_init(void)
{
	static const unsigned long small = 16ul << (20 - PAGE_SHIFT);

	address_space_init(&swapper_space, NULL, &swap_aops, GFP_HIGHUSER);
	/* Blocks of readahead: 16 KiB on the smallest machines, 64 KiB from 32 MiB on. */
	page_cluster = num_physpages < small ? 2 : num_physpages < 2 * small ? 3 : 4;
}

static swp_entry_t entry_of(const struct page *page)
{
	return (swp_entry_t){ page->index };
}

/* ---- entering ---- */

int add_to_swap_cache(struct page *page, swp_entry_t entry)
{
	int err = cache_insert(&swapper_space, page, entry.val);

	if (!err)
		trace_vm(swap_cache_add, page, NULL, 0, 0, entry.val);
	return err;
}

int add_to_swap(struct page *page)
{
	int tries;

	assert(PageLocked(page) && PageUptodate(page) && !PageSwapCache(page));
	for (tries = 0; tries < SLOT_TRIES; tries++) {
		swp_entry_t entry = get_swap_page();
		int err;

		if (!entry.val)
			return 0;
		err = add_to_swap_cache(page, entry);
		if (!err) {
			trace_vm(slot_alloc, page, NULL, 0, 0, entry.val);
			set_page_dirty(page);
			return 1;
		}
		swap_free(entry);
		if (err != -EEXIST)
			break;
	}
	return 0;
}

int move_to_swap_cache(struct page *page, swp_entry_t entry)
{
	int err = swap_duplicate(entry);

	if (err)
		return err;
	err = cache_move(page, &swapper_space, entry.val);
	if (err)
		swap_free(entry);
	else
		trace_vm(swap_cache_add, page, NULL, 0, 0, entry.val);
	return err;
}

int move_from_swap_cache(struct page *page, pgoff_t index, struct address_space *mapping)
{
	swp_entry_t entry = entry_of(page);
	int err = cache_move(page, mapping, index);

	if (err)
		return err;
	trace_vm(swap_cache_del, page, NULL, 0, 0, entry.val);
	ClearPageAnon(page);
	set_page_dirty(page);
	swap_free(entry);
	return 0;
}

/* ---- leaving ---- */

void delete_from_swap_cache(struct page *page)
{
	swp_entry_t entry = entry_of(page);

	assert(PageLocked(page) && PageSwapCache(page) && !PageWriteback(page));
	trace_vm(swap_cache_del, page, NULL, 0, 0, entry.val);
	remove_from_page_cache(page);
	swap_free(entry);
}

bool drop_swap_orphan(struct page *page)
{
	if (!PageSwapCache(page) || PageWriteback(page) || page_mapcount(page) ||
	    swap_count(entry_of(page)) != 1)
		return false;
	delete_from_swap_cache(page);
	return true;
}

bool remove_exclusive_swap_page(struct page *page)
{
	if (!PageSwapCache(page) || PageWriteback(page) || swap_count(entry_of(page)) != 1)
		return false;
	SetPageDirty(page);
	delete_from_swap_cache(page);
	return true;
}

bool can_share_swap_page(struct page *page)
{
	int users = page_mapcount(page);

	assert(PageLocked(page));
	if (PageSwapCache(page))
		users += swap_count(entry_of(page)) - 1;
	return users <= 1;
}

/* ---- lookup and reading ---- */

struct page *lookup_swap_cache(swp_entry_t entry)
{
	struct page *page = find_get_page(&swapper_space, swap_tree_index(entry));

	if (page && PageReadahead(page) && TestClearPageReadahead(page))
		count_vm_event(swap_ra_hit);
	return page;
}

/* Give a new page (pinned) the entry and start reading. => 0; -EEXIST: look again; -errno: gone */
static int start_swap_in(struct page *page, swp_entry_t entry, bool ahead)
{
	int err = swap_duplicate(entry);

	if (err)
		return err;
	err = add_to_page_cache(page, &swapper_space, entry.val, GFP_KERNEL | __GFP_NOWARN);
	if (err) {
		swap_free(entry);
		return err;
	}
	SetPageAnon(page);
	trace_vm(swap_cache_add, page, NULL, 0, 0, entry.val);
	if (ahead) {
		SetPageReadahead(page);
		lru_cache_add_inactive(page);
		count_vm_event(swap_ra);
	} else {
		lru_cache_add_active(page);
	}
	swap_readpage(page);
	return 0;
}

static struct page *swap_in(swp_entry_t entry, bool ahead)
{
	struct page *new = NULL;

	for (;;) {
		struct page *page = find_get_page(&swapper_space, swap_tree_index(entry));
		int err;

		if (page) {
			if (new)
				unpin_page(new);
			return page;
		}
		if (!new)
			new = alloc_page(ahead ? SWAP_RA_GFP : GFP_HIGHUSER);
		if (!new)
			return NULL;
		err = start_swap_in(new, entry, ahead);
		if (!err)
			return new;
		if (err != -EEXIST)
			break;
		/* Whoever is between its slot and the cache must get on. */
		cond_resched();
	}
	unpin_page(new);
	return NULL;
}

struct page *read_swap_cache_async(swp_entry_t entry)
{
	return swap_in(entry, false);
}

/* => false: no memory */
static bool read_one_ahead(swp_entry_t entry)
{
	struct page *page = swap_in(entry, true);

	if (page)
		unpin_page(page);
	return page;
}

void swap_read_ahead(const swp_entry_t *entries, unsigned long nr)
{
	unsigned long i;

	for (i = 0; i < nr && read_one_ahead(entries[i]); i++)
		;
	blk_run_queues();
}

/* A slot that may be read ahead. */
static bool slot_in_use(struct swap_info *si, unsigned long slot)
{
	bool used;
	unsigned long flags;

	spin_lock_irqsave(&swap_lock, flags);
	used = si->flags & SWP_USED && slot && slot < si->max && si->swap_map[slot] &&
	       si->swap_map[slot] != SWAP_MAP_BAD;
	spin_unlock_irqrestore(&swap_lock, flags);
	return used;
}

/* The aligned block of slots around the entry, in order, so that the queue makes one transfer of it. */
struct page *swapin_readahead(swp_entry_t entry)
{
	struct swap_info *si = &swap_areas[swp_type(entry)];
	unsigned long slot, base = swp_offset(entry) & ~((1ul << page_cluster) - 1);
	struct page *wanted = NULL;
	bool more = true;

	for (slot = base; slot < base + (1ul << page_cluster); slot++) {
		if (slot == swp_offset(entry))
			wanted = swap_in(entry, false);
		else if (more && slot_in_use(si, slot))
			more = read_one_ahead(swp_entry(swp_type(entry), slot));
	}
	blk_run_queues();
	return wanted;
}

/* ---- transfers between pages and slots ---- */

/*
 * Transfers between pages and swap slots: one bio a page, straight to the device; neighbours become one
 * request in the queue.
 *
 * Memory.  bio_alloc with __GFP_WAIT is backed by a pool, so writing never waits for the memory it makes.
 *
 * Errors.  A failed write leaves the page dirty, in memory, and active; nobody is hurt.  A failed read
 * leaves it without PG_uptodate: the fault that needs it gets SIGBUS, others do not notice.
 */

#define PAGE_SECTORS (PAGE_SIZE >> SECTOR_SHIFT)

/* The device sector of a slot.  Extents are sorted and cover every slot. */
static sector_t slot_sector(const struct swap_info *si, unsigned long slot)
{
	unsigned int low = 0, high = si->nr_extents;

	if (!si->extents)
		return (sector_t)slot * PAGE_SECTORS;
	while (high - low > 1) {
		unsigned int mid = (low + high) / 2;

		if (si->extents[mid].start_page <= slot)
			low = mid;
		else
			high = mid;
	}
	assert(slot - si->extents[low].start_page < si->extents[low].nr_pages);
	return si->extents[low].start_sector +
	       (sector_t)(slot - si->extents[low].start_page) * PAGE_SECTORS;
}

static struct bio *swap_bio(struct page *page, void (*end_io)(struct bio *bio))
{
	swp_entry_t entry = { page->index };
	struct swap_info *si = swap_info_get(swp_type(entry));
	struct bio *bio = bio_alloc(GFP_NOIO, 1);

	assert(si && PageSwapCache(page));
	bio->bdev = si->bdev ? si->bdev : file_inode(si->file)->i_sb->s_bdev;
	bio->sector = slot_sector(si, swp_offset(entry));
	bio->end_io = end_io;
	bio->private = page;
	bio_add_page(bio, page, PAGE_SIZE, 0);
	return bio;
}

/* Interrupt context.  A page whose last user went during the transfer goes with it. */
static void end_swap_write(struct bio *bio)
{
	struct page *page = bio->private;

	pin_page(page, PIN_RECLAIM);
	if (bio->error) {
		printk_ratelimited(KERN_ERR "swap: write error on entry %08lx\n", page->index);
		SetPageError(page);
		ClearPageReclaim(page);
		set_page_dirty(page);
		activate_page(page);
	}
	end_page_writeback(page);
	if (trylock_page(page)) {
		(void)drop_swap_orphan(page);
		unlock_page(page);
	}
	unpin_page(page);
	bio_put(bio);
}

int swap_writepage(struct page *page)
{
	struct bio *bio;

	/* Nobody else wants the slot: then it need not be written at all. */
	if (remove_exclusive_swap_page(page)) {
		unlock_page(page);
		return 0;
	}
	bio = swap_bio(page, end_swap_write);
	set_page_writeback(page);
	unlock_page(page);
	count_vm_event(pswpout);
	if (current->flags & PF_KSWAPD)
		count_vm_event(swapout_kswapd);
	else
		count_vm_event(swapout_direct);
	submit_bio(WRITE, bio);
	return 0;
}

/* Interrupt context; the page is still locked for us. */
static void end_swap_read(struct bio *bio)
{
	struct page *page = bio->private;

	if (bio->error)
		printk_ratelimited(KERN_ERR "swap: read error on entry %08lx\n", page->index);
	pin_page(page, PIN_RECLAIM);
	(void)drop_swap_orphan(page);
	end_page_read(page, bio->error);
	unpin_page(page);
	bio_put(bio);
}

int swap_readpage(struct page *page)
{
	struct bio *bio;

	assert(PageLocked(page) && !PageUptodate(page));
	bio = swap_bio(page, end_swap_read);
	page_io_get(page);
	trace_vm(readpage, page, NULL, 0, 0, page->index);
	count_vm_event(pswpin);
	submit_bio(READ, bio);
	return 0;
}
