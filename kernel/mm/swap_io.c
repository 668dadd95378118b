/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: transfers between pages and swap slots: one bio a page, straight to the device; neighbours become one
 * request in the queue.
 *
 * Memory.  bio_alloc with __GFP_WAIT is backed by a pool, so writing never waits for the memory it makes.
 *
 * Errors.  A failed write leaves the page dirty, in memory, and active; nobody is hurt.  A failed read
 * leaves it without PG_uptodate: the fault that needs it gets SIGBUS, others do not notice.
 */
#include <quire/blkdev.h>
#include <quire/errno.h>
#include <quire/fs.h>
#include <quire/page_lists.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "cache_internal.h"
#include "swap_internal.h"

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
