/* SPDX-License-Identifier: MIT */
/*
 * /proc/kpageflags and /proc/kpagecount: 64 bits for each frame, with Linux's flag numbers. MLOCKED is as of the opening.
 */
#include <quire/fs.h>
#include <quire/errno.h>
#include <quire/mm.h>
#include <quire/page.h>
#include <quire/page_lists.h>
#include <quire/procfs.h>
#include <quire/uaccess.h>

#include "proc_internal.h"

/* Bit numbers of /proc/kpageflags (the ABI). */
enum kpf {
	KPF_LOCKED = 0, KPF_ERROR = 1, KPF_REFERENCED = 2, KPF_UPTODATE = 3, KPF_DIRTY = 4,
	KPF_LRU = 5, KPF_ACTIVE = 6, KPF_SLAB = 7, KPF_WRITEBACK = 8, KPF_RECLAIM = 9,
	KPF_BUDDY = 10, KPF_MMAP = 11, KPF_ANON = 12, KPF_SWAPCACHE = 13, KPF_SWAPBACKED = 14,
	KPF_COMPOUND_HEAD = 15, KPF_COMPOUND_TAIL = 16, KPF_NOPAGE = 20, KPF_PGTABLE = 26,
	KPF_RESERVED = 32, KPF_MLOCKED = 33, KPF_PRIVATE = 35,
};

/* Flags that are one bit here and one bit there. */
static const struct {
	u8 ours, abi;
} same[] = {
	{ PG_locked, KPF_LOCKED },	   { PG_error, KPF_ERROR },
	{ PG_referenced, KPF_REFERENCED }, { PG_uptodate, KPF_UPTODATE },
	{ PG_dirty, KPF_DIRTY },	   { PG_active, KPF_ACTIVE },
	{ PG_slab, KPF_SLAB },		   { PG_writeback, KPF_WRITEBACK },
	{ PG_reclaim, KPF_RECLAIM },	   { PG_buddy, KPF_BUDDY },
	{ PG_anon, KPF_ANON },		   { PG_swap_cache, KPF_SWAPCACHE },
	{ PG_compound, KPF_COMPOUND_TAIL }, { PG_reserved, KPF_RESERVED },
	{ PG_mlocked, KPF_MLOCKED },
};

static u64 kpageflags_of(const struct page *page)
{
	u64 flags = 0;
	unsigned int i;

	for (i = 0; i < sizeof(same) / sizeof(same[0]); i++)
		flags |= (u64)(page->flags >> same[i].ours & 1) << same[i].abi;
	if (PageOnList(page))
		flags |= 1ull << KPF_LRU;
	if (page_mapcount(page))
		flags |= 1ull << KPF_MMAP;
	if (PageAnon(page))
		flags |= 1ull << KPF_SWAPBACKED;
	if (page->owner == OWNER_PGTABLE)
		flags |= 1ull << KPF_PGTABLE;
	if (!PageSlab(page) && !PageBuddy(page) && page->buffers)
		flags |= 1ull << KPF_PRIVATE;
	if (!PageCompound(page) && page < mem_map + max_pfn - 1 && PageCompound(page + 1))
		flags |= 1ull << KPF_COMPOUND_HEAD;
	return flags;
}

static u64 kpagecount_of(const struct page *page)
{
	return page_mapcount(page);
}

static ssize_t read_each(char __user *buf, size_t count, loff_t *pos,
			 u64 (*value)(const struct page *page))
{
	u64 __user *out = (u64 __user *)buf;
	size_t done = 0;

	if (*pos < 0 || *pos % sizeof(u64) || count % sizeof(u64))
		return -EINVAL;
	while (done < count && *pos / (loff_t)sizeof(u64) < (loff_t)max_pfn) {
		u64 v = value(pfn_to_page((unsigned long)(*pos / (loff_t)sizeof(u64))));

		if (put_user(v, out++))
			return done ? (ssize_t)done : -EFAULT;
		done += sizeof(u64);
		*pos += sizeof(u64);
	}
	return done;
}

static int kpageflags_open(struct inode *inode, struct file *file)
{
	mark_mlocked_pages();
	return 0;
}

static ssize_t kpageflags_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return read_each(buf, count, pos, kpageflags_of);
}

static ssize_t kpagecount_read(struct file *file, char __user *buf, size_t count, loff_t *pos)
{
	return read_each(buf, count, pos, kpagecount_of);
}

static const struct file_operations kpageflags_fops = {
	.open = kpageflags_open, .read = kpageflags_read, .llseek = generic_file_llseek,
};
static const struct file_operations kpagecount_fops = {
	.read = kpagecount_read, .llseek = generic_file_llseek,
};

void kpage_proc_init(void)
{
	proc_create("kpageflags", 0400, &kpageflags_fops, NULL);
	proc_create("kpagecount", 0400, &kpagecount_fops, NULL);
}
