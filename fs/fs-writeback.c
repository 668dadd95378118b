/* SPDX-License-Identifier: MIT */
/*
 * Writing inodes back: the dirty lists, sync, and the table through which layer 5's threads
 * ask for dirty data by age.
 *
 * A dirty inode is on s_dirty (newest first, by dirtied_when) or, while a pass over its super block
 * runs, on s_io.  The one who writes it holds I_LOCK; dirtying it meanwhile sets the bits again, and
 * the writer requeues it at its end.
 *
 * Locking: inode_lock, see inode.c.
 */
#include <quire/blkdev.h>
#include <quire/buffer.h>
#include <quire/mount.h>
#include <quire/sched.h>

/* An unhashed inode is being deleted, except a block device's, which nobody looks up by number. */
static bool may_be_listed(const struct inode *inode)
{
	return !hlist_unhashed(&inode->i_hash) || S_ISBLK(inode->i_mode);
}

/* The caller's context may hold any spinlock but those inside inode_lock; does not sleep unless the
 * file system's dirty_inode does. */
void __mark_inode_dirty(struct inode *inode, int flags)
{
	struct super_block *sb = inode->i_sb;

	if (sb->s_flags & SB_NO_WRITEBACK)
		return;
	if (flags & I_DIRTY_SYNC && sb->s_op->dirty_inode)
		sb->s_op->dirty_inode(inode);
	if ((READ_ONCE(inode->i_state) & (unsigned)flags) == (unsigned)flags)
		return;
	spin_lock(&inode_lock);
	if ((inode->i_state & (unsigned)flags) != (unsigned)flags) {
		bool was_dirty = inode->i_state & I_DIRTY;

		/* An unused inode leaves the LRU: its i_list serves the dirty list now. */
		if (!was_dirty && !list_empty(&inode->i_list) && !(inode->i_state & I_LOCK)) {
			list_del_init(&inode->i_list);
			inodes_stat.nr_unused--;
		}
		inode->i_state |= (unsigned)flags;
		if (!was_dirty && !(inode->i_state & (I_LOCK | I_FREEING)) &&
		    may_be_listed(inode)) {
			inode->dirtied_when = jiffies;
			list_move(&inode->i_list, &sb->s_dirty);
		}
	}
	spin_unlock(&inode_lock);
}

static bool mapping_has_dirty(struct address_space *mapping)
{
	return radix_tree_tagged(&mapping->page_tree, PAGECACHE_TAG_DIRTY);
}

/* After a write, inode_lock held: where does it belong now? */
static void requeue_locked(struct inode *inode)
{
	inode->i_state &= ~I_LOCK;
	if (!(inode->i_state & I_FREEING)) {
		if (mapping_has_dirty(&inode->i_data))
			inode->i_state |= I_DIRTY_PAGES;
		if (inode->i_state & I_DIRTY && may_be_listed(inode)) {
			inode->dirtied_when = jiffies;
			list_move(&inode->i_list, &inode->i_sb->s_dirty);
		} else {
			inode->i_state &= ~I_DIRTY;
			inode_settle_locked(inode);
		}
	}
	wake_up_inode(inode);
}

/*
 * Write one inode: its pages (up to *nr, NULL: all), then itself.  The caller holds a reference.
 * inode_lock held at entry and exit, not in between.  => the first error
 */
static int write_one_locked(struct inode *inode, bool wait, long *nr)
{
	struct address_space *mapping = &inode->i_data;
	const struct super_operations *op = inode->i_sb->s_op;
	unsigned long dirty;
	int err, err2 = 0;

	while (inode->i_state & I_LOCK) {
		spin_unlock(&inode_lock);
		wait_on_inode(inode);
		spin_lock(&inode_lock);
	}
	dirty = inode->i_state & I_DIRTY;
	inode->i_state |= I_LOCK;
	inode->i_state &= ~I_DIRTY;
	list_del_init(&inode->i_list);
	spin_unlock(&inode_lock);

	err = filemap_fdatawrite_range(mapping, 0, ~0ul, nr);
	if (dirty & I_DIRTY_SYNC && op->write_inode && !is_bad_inode(inode))
		err2 = op->write_inode(inode, wait);
	if (wait) {
		int err3 = filemap_fdatawait(mapping);

		err = err ? err : err3;
	}
	spin_lock(&inode_lock);
	requeue_locked(inode);
	return err ? err : err2;
}

/* Write an inode now, dirty or not.  sync: wait for the transfers. */
int write_inode_now(struct inode *inode, bool sync)
{
	int err;

	might_sleep();
	if (inode->i_sb->s_flags & SB_NO_WRITEBACK)
		return 0;
	spin_lock(&inode_lock);
	/* Unlisted by write_one; count it off the LRU if it was there. */
	if (!(inode->i_state & I_DIRTY) && !list_empty(&inode->i_list))
		inodes_stat.nr_unused--;
	err = write_one_locked(inode, sync, NULL);
	spin_unlock(&inode_lock);
	return err;
}

/*
 * Write dirty inodes of sb, oldest first: those dirtied at or before `before` (if limit), until *nr
 * pages were started.  s_umount is held.
 */
static void sync_sb_inodes(struct super_block *sb, bool wait, bool limit, unsigned long before,
			   long *nr)
{
	struct inode *inode;

	spin_lock(&inode_lock);
	list_splice_tail_init(&sb->s_dirty, &sb->s_io);
	while (!list_empty(&sb->s_io)) {
		inode = list_last_entry(&sb->s_io, struct inode, i_list);
		if ((limit && time_after(inode->dirtied_when, before)) || (nr && *nr <= 0))
			break;
		__iget_locked(inode);
		write_one_locked(inode, wait, nr);
		spin_unlock(&inode_lock);
		iput(inode);
		cond_resched();
		spin_lock(&inode_lock);
	}
	/* What was not written goes back behind what was dirtied since: it is older. */
	list_splice_tail_init(&sb->s_io, &sb->s_dirty);
	spin_unlock(&inode_lock);
}

/* Wait for the transfers of inodes that are clean already: earlier passes started them. */
static void wait_sb_inodes(struct super_block *sb)
{
	struct inode *inode, *prev = NULL;

	spin_lock(&inode_lock);
	list_for_each_entry(inode, &sb->s_inodes, i_sb_list) {
		if (inode->i_state & I_FREEING ||
		    !radix_tree_tagged(&inode->i_data.page_tree, PAGECACHE_TAG_WRITEBACK))
			continue;
		__iget_locked(inode);
		spin_unlock(&inode_lock);
		iput(prev);
		filemap_fdatawait(&inode->i_data);
		prev = inode;
		spin_lock(&inode_lock);
	}
	spin_unlock(&inode_lock);
	iput(prev);
}

void sync_inodes_sb(struct super_block *sb, bool wait)
{
	sync_sb_inodes(sb, wait, false, 0, NULL);
	if (wait)
		wait_sb_inodes(sb);
}

struct writeback_pass {
	long nr;
	bool limit;
	unsigned long before;
};

static void writeback_sb(struct super_block *sb, void *arg)
{
	struct writeback_pass *pass = arg;

	if (pass->nr > 0 && !(sb->s_flags & SB_NO_WRITEBACK))
		sync_sb_inodes(sb, false, pass->limit, pass->before, &pass->nr);
}

static long writeback_inodes(long nr_pages, unsigned long older_than)
{
	struct writeback_pass pass = {
		.nr = nr_pages,
		.limit = older_than != 0,
		.before = jiffies - older_than,
	};

	for_each_super(writeback_sb, &pass, false);
	return nr_pages - pass.nr;
}

static void sync_super(struct super_block *sb, void *arg)
{
	bool wait = *(bool *)arg;

	if (sb->s_op->sync_fs && !(sb->s_flags & MS_RDONLY) && (sb->s_dirt || wait))
		sb->s_op->sync_fs(sb, wait);
}

static void sync_supers(void)
{
	bool wait = false;

	for_each_super(sync_super, &wait, false);
}

static void sync_one_sb(struct super_block *sb, void *arg)
{
	if (!(sb->s_flags & SB_NO_WRITEBACK))
		sync_inodes_sb(sb, *(bool *)arg);
}

/*
 * sync(2).  File systems write their metadata into the block devices' caches, and the devices are
 * super blocks in the same list: the last pass catches what the ones before have dirtied.
 */
void vfs_sync_all(bool wait)
{
	bool no = false;

	for_each_super(sync_one_sb, &no, true);
	for_each_super(sync_super, &wait, true);
	for_each_super(sync_one_sb, &wait, true);
	if (wait)
		for_each_super(sync_one_sb, &wait, true);
}

static void inode_pages_dirty(struct inode *inode)
{
	__mark_inode_dirty(inode, I_DIRTY_PAGES);
}

static const struct writeback_ops fs_writeback_ops = {
	.inode_pages_dirty = inode_pages_dirty,
	.writeback_inodes = writeback_inodes,
	.sync_supers = sync_supers,
};

void writeback_init(void)
{
	register_writeback_ops(&fs_writeback_ops);
}
