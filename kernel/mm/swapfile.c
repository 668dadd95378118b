/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: swap areas and their slots.
 *
 * Idea.  An area is a row of page-sized slots on a partition or in a file.  A page that loses its last
 * place in page tables gets a slot; the slot's number (a swap entry) takes the pte's place.
 *
 * Structures.  swap_areas[type]; swap_map[slot] counts who needs the slot's contents:
 *
 *	swap_map == swap ptes + shmem entries + (page in the swap cache) + short holds
 *
 *	0 free, SWAP_MAP_MAX sticks (never freed before swapoff), SWAP_MAP_BAD not usable
 *
 * swap_list holds the areas that take pages by descending priority; those of equal
 * priority take turns, a cluster each.
 *
 * States of a slot.  free -> cache only (get_swap_page, add_to_swap) -> cache and
 * ptes (swap_out) -> ptes only (reclaimed) -> cache and ptes (read back) -> ...
 * The slot of a page that nobody but the cache needs is an orphan: it is freed when the
 * last swap pte goes, when its transfer ends, or when page_launder meets it.
 * A slot is never freed while a write to it is in flight.
 *
 * Locking.  swap_lock, interrupts off, inside mapping->lock: list, maps, counts.
 * PG_locked of the page in the swap cache is the lock of its slot's identity.
 *
 * Limits.  MAX_SWAPFILES areas of 2^24 slots.  A search looks at each slot of an area at
 * most three times, and stops at once while a cluster lasts.
 */
#include <quire/errno.h>
#include <quire/fault_inject.h>
#include <quire/list.h>
#include <quire/mutex.h>
#include <quire/page_lists.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/swap_slots.h>
#include <quire/timer.h>
#include <quire/trace.h>
#include <quire/vmstat.h>

#include "cache_internal.h"
#include "swap_internal.h"

DEFINE_SPINLOCK(swap_lock);
struct swap_info swap_areas[MAX_SWAPFILES];
LIST_HEAD(swap_list);
long nr_swap_total, nr_swap_free;

struct swap_info *swap_info_get(unsigned int type)
{
	if (type >= MAX_SWAPFILES || !(swap_areas[type].flags & SWP_USED))
		return NULL;
	return &swap_areas[type];
}

long nr_free_swap_slots(void)
{
	return nr_swap_free;
}

long nr_total_swap_slots(void)
{
	return nr_swap_total;
}

bool vm_swap_full(void)
{
	return nr_swap_free * 2 < nr_swap_total;
}

/* The slot of an entry in its area's map; NULL (and a report) for an entry that cannot be. */
static u16 *slot_of(swp_entry_t entry)
{
	struct swap_info *si = swap_info_get(swp_type(entry));
	unsigned long slot = swp_offset(entry);

	if (si && slot && slot < si->max && si->swap_map[slot] != SWAP_MAP_BAD)
		return &si->swap_map[slot];
	printk_ratelimited(KERN_ERR "swap: bad entry %08x\n", entry.val);
	return NULL;
}

/* Behind the last area of its priority. */
static void rotate_locked(struct swap_info *si)
{
	struct list_head *pos = si->link.next;

	while (pos != &swap_list && list_entry(pos, struct swap_info, link)->prio == si->prio)
		pos = pos->next;
	list_del(&si->link);
	list_add_tail(&si->link, pos);
}

static swp_entry_t take_slot_locked(void)
{
	swp_entry_t none = { 0 };
	struct swap_info *si;
	unsigned long slot;

	list_for_each_entry(si, &swap_list, link) {
		slot = scan_swap_map(&si->scan, si->swap_map);
		if (!slot)
			continue;
		si->swap_map[slot] = 1;
		si->inuse_pages++;
		nr_swap_free--;
		if (!si->scan.cluster_nr)
			rotate_locked(si);
		return swp_entry(si - swap_areas, slot);
	}
	return none;
}

swp_entry_t get_swap_page(void)
{
	swp_entry_t entry = { 0 };
	unsigned long flags;

	if (should_fail(FAIL_SWAP_SLOT))
		return entry;
	spin_lock_irqsave(&swap_lock, flags);
	if (nr_swap_free > 0)
		entry = take_slot_locked();
	spin_unlock_irqrestore(&swap_lock, flags);
	if (entry.val)
		count_vm_event(swap_slot_alloc);
	return entry;
}

int swap_duplicate(swp_entry_t entry)
{
	unsigned long flags;
	int err = 0;
	u16 *slot;

	spin_lock_irqsave(&swap_lock, flags);
	slot = slot_of(entry);
	if (!slot || !*slot)
		err = -EINVAL;
	else if (*slot < SWAP_MAP_MAX)
		++*slot;
	spin_unlock_irqrestore(&swap_lock, flags);
	return err;
}

static void free_slot_locked(struct swap_info *si, unsigned long slot)
{
	si->inuse_pages--;
	swap_scan_freed(&si->scan, slot);
	if (si->flags & SWP_WRITEOK)
		nr_swap_free++;
	count_vm_event(swap_slot_free);
	trace_vm(slot_free, NULL, NULL, 0, 0, swp_entry(si - swap_areas, slot).val);
}

/* => users left */
static int swap_entry_free(swp_entry_t entry)
{
	unsigned long flags;
	int left = 0;
	u16 *slot;

	spin_lock_irqsave(&swap_lock, flags);
	slot = slot_of(entry);
	if (slot) {
		assert_msg(*slot, "swap_free of the free slot %08x", entry.val);
		if (*slot < SWAP_MAP_MAX)
			--*slot;
		left = *slot;
		if (!left)
			free_slot_locked(&swap_areas[swp_type(entry)], swp_offset(entry));
	}
	spin_unlock_irqrestore(&swap_lock, flags);
	return left;
}

void swap_free(swp_entry_t entry)
{
	(void)swap_entry_free(entry);
}

int swap_count(swp_entry_t entry)
{
	unsigned long flags;
	int count = 0;
	u16 *slot;

	spin_lock_irqsave(&swap_lock, flags);
	slot = slot_of(entry);
	if (slot)
		count = *slot;
	spin_unlock_irqrestore(&swap_lock, flags);
	return count;
}

void free_swap_and_cache(swp_entry_t entry)
{
	struct page *page;

	if (swap_entry_free(entry) != 1)
		return;
	/* Only the cache may be left.  The page cannot be waited for here: its holder drops it. */
	page = lookup_swap_cache(entry);
	if (!page)
		return;
	if (trylock_page(page)) {
		if (PageSwapCache(page) && page->index == entry.val)
			drop_swap_orphan(page);
		unlock_page(page);
	}
	unpin_page(page);
}

/* ---- emptying an area while it is in use (swapoff) ---- */

/*
 * For each slot with users: read its page into the swap cache, lock it, and ask
 * every kind of user (layer 6 for ptes, shared memory for its objects) to put the page in the
 * entry's place.  The page lock is held throughout, so no fault or swap_out changes this
 * slot's meaning meanwhile; PG_dirty is set before the slot goes, so that nobody drops a page whose
 * only copy it now is.
 *
 * Users may be in between: fork copies entries from a page table that was already visited into one
 * that was, too; a fault holds an entry it has not looked up yet.  So a slot may have users after the
 * visit, and the rule is simply to scan again until no slot is used.
 */

#define ENOMEM_TRIES 16 /* a second of waiting for memory before swapoff gives up */

static LIST_HEAD(swap_users);
static DEFINE_MUTEX(swap_users_mutex);
static struct task_struct *volatile unuser; /* whose swapoff is under way */
static volatile bool give_up;		    /* memory has run out by it */

void register_swap_user(struct swap_user_ops *ops)
{
	mutex_lock(&swap_users_mutex);
	list_add_tail(&ops->link, &swap_users);
	mutex_unlock(&swap_users_mutex);
}

bool swapoff_give_up(void)
{
	bool first = unuser && !give_up;

	if (first)
		give_up = true;
	return first;
}

bool swapoff_fails(const struct task_struct *t)
{
	return t == unuser && give_up;
}

/* The next slot with users after prev, going round; 0: none. */
static unsigned long next_used_slot(struct swap_info *si, unsigned long prev)
{
	unsigned long i, slot = prev, found = 0;
	unsigned long flags;

	spin_lock_irqsave(&swap_lock, flags);
	for (i = 1; i < si->max && !found; i++) {
		slot = slot + 1 < si->max ? slot + 1 : 1;
		if (si->swap_map[slot] && si->swap_map[slot] != SWAP_MAP_BAD)
			found = slot;
	}
	spin_unlock_irqrestore(&swap_lock, flags);
	return found;
}

/* A count that stuck at its maximum says nothing: when all users have been asked, only the cache is left. */
static void unstick(swp_entry_t entry)
{
	u16 *slot = &swap_areas[swp_type(entry)].swap_map[swp_offset(entry)];
	unsigned long flags;

	spin_lock_irqsave(&swap_lock, flags);
	if (*slot == SWAP_MAP_MAX)
		*slot = 1;
	spin_unlock_irqrestore(&swap_lock, flags);
}

/* Locked page of the entry, in the cache: give it to all users. */
static int unuse_page(swp_entry_t entry, struct page *page)
{
	struct swap_user_ops *ops;
	int ret;

	if (!PageUptodate(page))
		return -EIO;
	list_for_each_entry(ops, &swap_users, link) {
		ret = ops->unuse(entry, page);
		if (ret < 0)
			return ret;
	}
	if (!PageSwapCache(page))
		return 0; /* shared memory took it */
	unstick(entry);
	if (swap_count(entry) == 1) {
		SetPageDirty(page);
		delete_from_swap_cache(page);
		activate_page(page);
	}
	return 0;
}

static int unuse_slot(swp_entry_t entry)
{
	struct page *page = read_swap_cache_async(entry);
	int err = 0;

	if (!page)
		return swap_count(entry) ? -ENOMEM : 0;
	lock_page(page);
	wait_on_page_writeback(page);
	if (PageSwapCache(page) && page->index == entry.val)
		err = unuse_page(entry, page);
	unlock_page(page);
	unpin_page(page);
	return err;
}

static int unuse_all_slots(unsigned int type)
{
	struct swap_info *si = &swap_areas[type];
	unsigned long slot = 0, prev;
	int err, tries = 0;

	for (;;) {
		prev = slot;
		slot = next_used_slot(si, prev);
		if (!slot)
			return 0;
		if (signal_pending(current))
			return -EINTR;
		if (give_up)
			return -ENOMEM;
		err = unuse_slot(swp_entry(type, slot));
		if (err == -ENOMEM && tries++ < ENOMEM_TRIES)
			schedule_timeout_uninterruptible(HZ / ENOMEM_TRIES);
		else if (err)
			return err;
		else
			tries = 0;
		/* A whole round brought us back to the same slot: its user needs time to show up. */
		if (slot == prev)
			schedule_timeout_uninterruptible(1);
		cond_resched();
	}
}

int try_to_unuse(unsigned int type)
{
	int err;

	mutex_lock(&swap_users_mutex);
	give_up = false;
	unuser = current;
	err = unuse_all_slots(type);
	unuser = NULL;
	mutex_unlock(&swap_users_mutex);
	return err;
}

/* ---- the search for a free slot ---- */

/*
 * The caller holds swap_lock.  First go on in the current cluster; then look for a run of SWAPFILE_CLUSTER free
 * slots; when the area is too full for one, take the first free slot at or after the cluster's end
 * (next-fit: first-fit would look at the same full slots again each time), at last the first.
 */

void swap_scan_init(struct swap_scan *scan, unsigned long max)
{
	scan->lowest_bit = 1;
	scan->highest_bit = max - 1;
	scan->cluster_next = 1;
	scan->cluster_nr = 0;
}

/* The first run of SWAPFILE_CLUSTER free slots; 0: none. */
static unsigned long find_cluster(const struct swap_scan *scan, const u16 *map)
{
	unsigned long slot, run = 0;

	for (slot = scan->lowest_bit; slot <= scan->highest_bit; slot++) {
		run = map[slot] ? 0 : run + 1;
		if (run == SWAPFILE_CLUSTER)
			return slot - (SWAPFILE_CLUSTER - 1);
	}
	return 0;
}

static unsigned long first_free(const u16 *map, unsigned long from, unsigned long to)
{
	for (; from <= to; from++)
		if (!map[from])
			return from;
	return 0;
}

/* A slot leaves the free ones: the bounds close in when it lay on one. */
static unsigned long take_from_map(struct swap_scan *scan, unsigned long slot)
{
	if (slot == scan->lowest_bit)
		scan->lowest_bit++;
	if (slot == scan->highest_bit)
		scan->highest_bit--;
	if (scan->lowest_bit > scan->highest_bit) {
		scan->lowest_bit = ~0ul;
		scan->highest_bit = 0;
	}
	scan->cluster_next = slot + 1;
	return slot;
}

unsigned long scan_swap_map(struct swap_scan *scan, const u16 *map)
{
	unsigned long slot;

	if (!scan->highest_bit)
		return 0;
	if (scan->cluster_nr) {
		scan->cluster_nr--;
		slot = scan->cluster_next;
		if (slot >= scan->lowest_bit && slot <= scan->highest_bit && !map[slot])
			return take_from_map(scan, slot);
	}
	scan->cluster_nr = SWAPFILE_CLUSTER - 1;
	slot = find_cluster(scan, map);
	if (!slot && scan->cluster_next > scan->lowest_bit)
		slot = first_free(map, scan->cluster_next, scan->highest_bit);
	if (!slot)
		slot = first_free(map, scan->lowest_bit, scan->highest_bit);
	if (slot)
		return take_from_map(scan, slot);
	scan->lowest_bit = ~0ul;
	scan->highest_bit = 0;
	return 0;
}

void swap_scan_freed(struct swap_scan *scan, unsigned long slot)
{
	if (slot < scan->lowest_bit)
		scan->lowest_bit = slot;
	if (slot > scan->highest_bit)
		scan->highest_bit = slot;
}

/* ---- the header, as mkswap writes it ---- */

/*
 * SWAPSPACE2, version 1.  Everything on the page is checked here before anybody believes it.
 *
 *	0	1024 bytes for a boot loader
 *	1024	u32 version, last_page, nr_badpages; uuid, label and padding up to 1536
 *	1536	u32 badpages[]
 *	4086	"SWAPSPACE2"
 */

#define HEADER_BYTES 4096
#define MAGIC "SWAPSPACE2"
#define MAGIC_BYTES 10
#define SWAP_VERSION 1
#define MAX_SLOTS (1ul << 24) /* the offset in a swap entry has 24 bits */

struct swap_header {
	u8 bootbits[1024];
	u32 version;
	u32 last_page;
	u32 nr_badpages;
	u8 uuid[16], label[16];
	u32 padding[117];
	u32 badpages[637];
	u8 pad_to_magic[2];
	char magic[MAGIC_BYTES];
};

static_assert(sizeof(struct swap_header) == HEADER_BYTES, "the header is one page");

static const char *header_fault(const struct swap_header *h, unsigned long pages)
{
	unsigned int i;

	if (memcmp(h->magic, MAGIC, MAGIC_BYTES))
		return "no SWAPSPACE2 signature";
	if (h->version != SWAP_VERSION)
		return "unknown version (or other byte order)";
	if (!h->last_page)
		return "empty";
	if (h->last_page >= pages)
		return "shorter than its header says";
	if (h->nr_badpages > sizeof(h->badpages) / sizeof(h->badpages[0]))
		return "too many bad pages";
	for (i = 0; i < h->nr_badpages; i++)
		if (!h->badpages[i] || h->badpages[i] > h->last_page)
			return "bad page out of range";
	return NULL;
}

int parse_swap_header(const void *header, unsigned long pages, struct swap_layout *layout,
		      const char **why)
{
	const struct swap_header *h = header;

	*why = header_fault(h, pages);
	if (*why)
		return -EINVAL;
	layout->last_page = h->last_page < MAX_SLOTS ? h->last_page : MAX_SLOTS - 1;
	layout->nr_badpages = h->nr_badpages;
	layout->badpages = h->badpages;
	return 0;
}
