/* SPDX-License-Identifier: MIT */
/*
 * What the frames are used for, counted in one pass over mem_map.
 *
 * Counters of such things would have to be kept on every path that maps, caches or
 * frees a page; /proc/meminfo is read seldom, so it counts instead.  No locks: a page that
 * changes meanwhile may be counted as what it was, or not at all.
 */
#include <abi/stat.h>
#include <quire/fs.h>
#include <quire/mm.h>
#include <quire/observe.h>
#include <quire/page.h>
#include <quire/page_lists.h>
#include <quire/string.h>

static_assert(OWNER_count <= 16, "page_census.owner");

static void count_cached(struct page_census *c, const struct page *page)
{
	const struct address_space *mapping = READ_ONCE(page->mapping);

	if (PageSwapCache(page)) {
		c->swap_cache++;
		c->anon += PageAnon(page);
		c->shmem += !PageAnon(page);
		return;
	}
	if (!mapping)
		c->anon += PageAnon(page);
	else if (mapping->host && S_ISBLK(mapping->host->i_mode))
		c->buffers++;
	else if (test_bit(AS_SWAPPABLE, &mapping->flags))
		c->shmem++;
	else
		c->file++;
}

/* Linux's lists "anon" hold what only swap can take, tmpfs and shared memory too; "file" what goes for nothing. */
static void count_listed(struct page_census *c, const struct page *page)
{
	const struct address_space *mapping = READ_ONCE(page->mapping);
	bool anon = PageAnon(page) || PageSwapCache(page) ||
		    (mapping && test_bit(AS_SWAPPABLE, &mapping->flags));

	if (PageActive(page))
		*(anon ? &c->active_anon : &c->active_file) += 1;
	else
		*(anon ? &c->inactive_anon : &c->inactive_file) += 1;
}

static void count_user_page(struct page_census *c, const struct page *page)
{
	count_cached(c, page);
	if (PageOnList(page))
		count_listed(c, page);
	if (page_mapcount(page) && !PageAnon(page))
		c->mapped++;
	if (PageMlocked(page))
		c->mlocked++;
	if (!PageOnList(page) && !page->mapping && !PageAnon(page))
		c->pinned++;
}

void page_census_take(struct page_census *c)
{
	const struct page *page, *end = mem_map + max_pfn;
	u8 owner = OWNER_NONE; /* of the block that a tail belongs to */

	memset(c, 0, sizeof(*c));
	mark_mlocked_pages();
	for (page = mem_map; page < end; page++) {
		if (PageReserved(page)) {
			c->reserved++;
			continue;
		}
		if (!PageCompound(page)) {
			owner = page->owner;
			if (!page_count(page)) {
				c->free++;
				continue;
			}
		}
		if (owner != OWNER_NONE)
			c->owner[owner]++;
		else
			count_user_page(c, page);
	}
}
