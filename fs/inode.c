/* SPDX-License-Identifier: MIT */
/*
 * The inode cache: finding, making and forgetting inodes.
 *
 * States.  New (I_NEW|I_LOCK: read_inode is filling it; others wait), in use (count > 0), dirty (on
 * its super block's s_dirty or s_io), unused (count 0, clean, hashed: on inode_unused until the
 * shrinker wants it), freeing (I_FREEING: found by nobody; a lookup waits until it has left the
 * hash).  An unhashed inode (pipe, /proc) dies with its last reference.  An inode with links 0 is
 * deleted on its store at its last iput.
 *
 * Locking: inode_lock (spin) guards hash, i_list, i_sb_list, i_state and the fall of i_count to 0.
 * It is inside dcache_lock and taken under page locks; it never covers a call into a file system.
 */
#include <quire/assert.h>
#include <quire/bitops.h>
#include <quire/err.h>
#include <quire/mount.h>
#include <quire/reclaim.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/vmstat.h>

#define INODE_HASH_BITS 9
#define INODE_HASH_SIZE (1u << INODE_HASH_BITS)

DEFINE_SPINLOCK(inode_lock);
struct inodes_stat inodes_stat;

static struct hlist_head inode_hashtable[INODE_HASH_SIZE];
static LIST_HEAD(inode_unused);			/* newest first */
static struct kmem_cache *inode_cachep;
static DECLARE_WAIT_QUEUE_HEAD(inode_waitq);	/* I_LOCK of any inode was cleared */
static unsigned long last_anon_ino;		/* numbers for new_inode: inode_lock */

static const struct address_space_operations empty_aops;
static const struct inode_operations empty_iops;
static const struct file_operations empty_fops;

static struct hlist_head *inode_bucket(const struct super_block *sb, unsigned long ino)
{
	unsigned long h = (ino * 0x9e370001ul) ^ ((unsigned long)sb / sizeof(*sb));

	return &inode_hashtable[(h ^ h >> INODE_HASH_BITS) & (INODE_HASH_SIZE - 1)];
}

/* Once per slab object, also of file systems' own caches: what is the same at every free. */
void inode_init_once(struct inode *inode)
{
	memset(inode, 0, sizeof(*inode));
	INIT_HLIST_NODE(&inode->i_hash);
	INIT_LIST_HEAD(&inode->i_list);
	INIT_LIST_HEAD(&inode->i_sb_list);
	INIT_LIST_HEAD(&inode->i_dentry);
	mutex_init(&inode->i_mutex);
}

static void init_once(void *object)
{
	inode_init_once(object);
}

/* Every field that a former life may have left behind. */
static void inode_init_fields(struct super_block *sb, struct inode *inode)
{
	atomic_set(&inode->i_count, 1);
	inode->i_state = 0;
	inode->i_ino = 0;
	inode->i_mode = 0;
	inode->i_nlink = 1;
	inode->i_uid = 0;
	inode->i_gid = 0;
	inode->i_rdev = 0;
	inode->i_size = 0;
	inode->i_blocks = 0;
	inode->i_generation = 0;
	inode->i_blkbits = sb->s_blocksize_bits;
	inode->i_op = &empty_iops;
	inode->i_fop = &empty_fops;
	inode->i_sb = sb;
	inode->i_private = NULL;
	inode->i_link = NULL;
	inode->i_flock = NULL;
	inode->i_writecount = 0;
	address_space_init(&inode->i_data, inode, &empty_aops, GFP_HIGHUSER);
	inode->i_mapping = &inode->i_data;
}

static struct inode *alloc_inode(struct super_block *sb)
{
	struct inode *inode;

	if (sb->s_op->alloc_inode)
		inode = sb->s_op->alloc_inode(sb);
	else
		inode = kmem_cache_alloc(inode_cachep, GFP_KERNEL);
	if (inode)
		inode_init_fields(sb, inode);
	return inode;
}

static void destroy_inode(struct inode *inode)
{
	assert(list_empty(&inode->i_dentry));
	assert(inode->i_data.nrpages == 0);
	if (inode->i_sb->s_op->destroy_inode)
		inode->i_sb->s_op->destroy_inode(inode);
	else
		kmem_cache_free(inode_cachep, inode);
}

/* A fresh inode with count 1, not hashed, numbered; NULL when out of memory. */
struct inode *new_inode(struct super_block *sb)
{
	struct inode *inode = alloc_inode(sb);

	if (!inode)
		return NULL;
	spin_lock(&inode_lock);
	inodes_stat.nr_inodes++;
	list_add(&inode->i_sb_list, &sb->s_inodes);
	inode->i_ino = ++last_anon_ino;
	spin_unlock(&inode_lock);
	return inode;
}

void wait_on_inode(struct inode *inode)
{
	wait_event(inode_waitq, !(READ_ONCE(inode->i_state) & I_LOCK));
}

void wake_up_inode(struct inode *inode)
{
	wake_up_all(&inode_waitq);
}

void __iget_locked(struct inode *inode)
{
	if (atomic_inc_return(&inode->i_count) != 1)
		return;
	if (!(inode->i_state & I_DIRTY) && !list_empty(&inode->i_list)) {
		list_del_init(&inode->i_list);
		inodes_stat.nr_unused--;
	}
}

/* One more reference; NULL when the inode is already on its way out. */
struct inode *igrab(struct inode *inode)
{
	spin_lock(&inode_lock);
	if (inode->i_state & I_FREEING)
		inode = NULL;
	else
		__iget_locked(inode);
	spin_unlock(&inode_lock);
	return inode;
}

static struct inode *find_inode_locked(struct super_block *sb, unsigned long ino)
{
	struct inode *inode;

	hlist_for_each_entry(inode, inode_bucket(sb, ino), i_hash)
		if (inode->i_sb == sb && inode->i_ino == ino)
			return inode;
	return NULL;
}

/* inode_lock held: wait until a dying inode has left the hash; returns with the lock held. */
static void wait_while_freeing_locked(struct super_block *sb, unsigned long ino)
{
	DEFINE_WAIT(wait);
	struct inode *inode;

	prepare_to_wait(&inode_waitq, &wait, TASK_UNINTERRUPTIBLE);
	inode = find_inode_locked(sb, ino);
	if (inode && inode->i_state & I_FREEING) {
		spin_unlock(&inode_lock);
		schedule();
		spin_lock(&inode_lock);
	}
	finish_wait(&inode_waitq, &wait);
}

/* The cached inode, referenced and filled; NULL when there is none. */
static struct inode *ilookup_wait(struct super_block *sb, unsigned long ino)
{
	struct inode *inode;

	spin_lock(&inode_lock);
	while ((inode = find_inode_locked(sb, ino)) && inode->i_state & I_FREEING)
		wait_while_freeing_locked(sb, ino);
	if (inode)
		__iget_locked(inode);
	spin_unlock(&inode_lock);
	if (inode)
		wait_on_inode(inode);
	return inode;
}

/* Hash the new inode unless somebody was faster. => it, or NULL */
static bool insert_new_inode(struct inode *inode, unsigned long ino)
{
	struct super_block *sb = inode->i_sb;
	bool unique;

	spin_lock(&inode_lock);
	unique = !find_inode_locked(sb, ino);
	if (unique) {
		inode->i_ino = ino;
		inode->i_state = I_LOCK | I_NEW;
		inodes_stat.nr_inodes++;
		list_add(&inode->i_sb_list, &sb->s_inodes);
		hlist_add_head(&inode->i_hash, inode_bucket(sb, ino));
	}
	spin_unlock(&inode_lock);
	return unique;
}

static int fill_new_inode(struct inode *inode)
{
	int err = inode->i_sb->s_op->read_inode(inode);

	if (err) {
		make_bad_inode(inode);
		remove_inode_hash(inode);
	}
	spin_lock(&inode_lock);
	inode->i_state &= ~(I_LOCK | I_NEW);
	spin_unlock(&inode_lock);
	wake_up_inode(inode);
	return err;
}

/* Inode number ino of sb, read from its store when it is not cached.  Sleeps.  => ERR_PTR */
struct inode *iget(struct super_block *sb, unsigned long ino)
{
	struct inode *inode;
	int err;

	for (;;) {
		inode = ilookup_wait(sb, ino);
		if (inode && is_bad_inode(inode)) {
			iput(inode);
			return ERR_PTR(-EIO);
		}
		if (inode)
			return inode;
		inode = alloc_inode(sb);
		if (!inode)
			return ERR_PTR(-ENOMEM);
		if (insert_new_inode(inode, ino))
			break;
		destroy_inode(inode);
	}
	err = fill_new_inode(inode);
	if (err) {
		iput(inode);
		return ERR_PTR(err);
	}
	return inode;
}

void insert_inode_hash(struct inode *inode)
{
	spin_lock(&inode_lock);
	hlist_add_head(&inode->i_hash, inode_bucket(inode->i_sb, inode->i_ino));
	spin_unlock(&inode_lock);
}

void remove_inode_hash(struct inode *inode)
{
	spin_lock(&inode_lock);
	hlist_del_init(&inode->i_hash);
	spin_unlock(&inode_lock);
}

/*
 * The end of a file system's use of the inode (called by delete_inode, or by us): its pages are
 * gone, a write of it that runs is waited for, the file system lets go of what it hung on it.
 */
void clear_inode(struct inode *inode)
{
	assert(inode->i_data.nrpages == 0);
	assert(inode->i_state & I_FREEING);
	wait_on_inode(inode);
	if (inode->i_sb->s_op->clear_inode)
		inode->i_sb->s_op->clear_inode(inode);
	spin_lock(&inode_lock);
	inode->i_state |= I_CLEAR;
	spin_unlock(&inode_lock);
}

/* I_FREEING is set and the inode is on no list but the hash and s_inodes. */
static void evict(struct inode *inode, bool delete)
{
	const struct super_operations *op = inode->i_sb->s_op;

	wait_on_inode(inode);
	truncate_inode_pages(&inode->i_data, 0);
	if (delete && op->delete_inode && !is_bad_inode(inode))
		op->delete_inode(inode);
	else
		clear_inode(inode);
	assert(inode->i_state & I_CLEAR);
	spin_lock(&inode_lock);
	hlist_del_init(&inode->i_hash);
	list_del_init(&inode->i_sb_list);
	inodes_stat.nr_inodes--;
	spin_unlock(&inode_lock);
	wake_up_inode(inode);
	destroy_inode(inode);
}

/* Take an unused inode off its list and mark it. */
static void start_freeing_locked(struct inode *inode)
{
	assert(!(inode->i_state & I_FREEING));
	if (!list_empty(&inode->i_list)) {
		if (!(inode->i_state & I_DIRTY))
			inodes_stat.nr_unused--;
		list_del_init(&inode->i_list);
	}
	inode->i_state |= I_FREEING;
}

/* Count 0 and neither dirty nor freeing: onto the LRU. */
void inode_settle_locked(struct inode *inode)
{
	if (inode->i_state & (I_DIRTY | I_FREEING))
		return;
	list_del_init(&inode->i_list);
	if (atomic_read(&inode->i_count) == 0) {
		list_add(&inode->i_list, &inode_unused);
		inodes_stat.nr_unused++;
	}
}

static bool keep_unused(const struct inode *inode)
{
	return inode->i_nlink && !hlist_unhashed(&inode->i_hash) && inode->i_sb->s_active > 0;
}

/* One reference less.  The last may delete the file on its store: sleeps. */
void iput(struct inode *inode)
{
	if (!inode)
		return;
	might_sleep();
	if (atomic_add_unless(&inode->i_count, -1, 1))
		return;
	spin_lock(&inode_lock);
	if (!atomic_dec_and_test(&inode->i_count)) {
		spin_unlock(&inode_lock);
		return;
	}
	if (keep_unused(inode)) {
		inode->i_state |= I_REFERENCED;
		if (!(inode->i_state & I_LOCK))
			inode_settle_locked(inode);
		spin_unlock(&inode_lock);
		return;
	}
	if (inode->i_nlink && !hlist_unhashed(&inode->i_hash) && inode->i_state & I_DIRTY) {
		/* The super block goes: what is dirty must reach the store first. */
		atomic_set(&inode->i_count, 1);
		spin_unlock(&inode_lock);
		write_inode_now(inode, true);
		spin_lock(&inode_lock);
		atomic_dec(&inode->i_count);
	}
	start_freeing_locked(inode);
	inode->i_state &= ~I_DIRTY;
	spin_unlock(&inode_lock);
	evict(inode, inode->i_nlink == 0);
}

/* Unmounting.  => true: some inodes are still referenced. */
bool invalidate_inodes(struct super_block *sb)
{
	struct inode *inode;
	bool busy;

again:
	busy = false;
	spin_lock(&inode_lock);
	list_for_each_entry(inode, &sb->s_inodes, i_sb_list) {
		if (atomic_read(&inode->i_count) || inode->i_state & I_FREEING) {
			busy = true;
			continue;
		}
		start_freeing_locked(inode);
		inode->i_state &= ~I_DIRTY;
		spin_unlock(&inode_lock);
		evict(inode, false);
		goto again;
	}
	spin_unlock(&inode_lock);
	return busy;
}

bool fs_may_not_remount_ro(struct super_block *sb)
{
	struct inode *inode;
	bool busy = false;

	spin_lock(&inode_lock);
	list_for_each_entry(inode, &sb->s_inodes, i_sb_list)
		if (atomic_read(&inode->i_count) && !(inode->i_state & I_FREEING) &&
		    (inode->i_writecount > 0 || inode->i_nlink == 0 ||
		     test_bit(AS_SWAPFILE, &inode->i_data.flags)))
			busy = true;
	spin_unlock(&inode_lock);
	return busy;
}

/* An unused inode whose pages keep it: drop those that are clean. inode_lock held, dropped, retaken. */
static void drop_pages_of_unused(struct inode *inode)
{
	unsigned long freed;

	__iget_locked(inode);
	spin_unlock(&inode_lock);
	freed = invalidate_mapping_pages(&inode->i_data, 0, ~0ul);
	if (current->flags & PF_KSWAPD)
		count_vm_events(kswapd_inodesteal, freed);
	iput(inode);
	spin_lock(&inode_lock);
}

/* Free up to nr of the oldest unused inodes. */
static void prune_icache(long nr)
{
	struct inode *inode;
	long seen;

	spin_lock(&inode_lock);
	for (seen = 0; seen < nr && !list_empty(&inode_unused); seen++) {
		inode = list_last_entry(&inode_unused, struct inode, i_list);
		if (inode->i_state & (I_REFERENCED | I_LOCK)) {
			inode->i_state &= ~I_REFERENCED;
			list_move(&inode->i_list, &inode_unused);
			continue;
		}
		if (inode->i_data.nrpages) {
			drop_pages_of_unused(inode);
			continue;
		}
		start_freeing_locked(inode);
		spin_unlock(&inode_lock);
		evict(inode, false);
		spin_lock(&inode_lock);
	}
	spin_unlock(&inode_lock);
}

static long shrink_icache(long nr, gfp_t gfp)
{
	if (nr) {
		if (!(gfp & __GFP_FS))
			return -1;
		prune_icache(nr);
	}
	return inodes_stat.nr_unused;
}

static struct shrinker icache_shrinker = {
	.name = "inode",
	.shrink = shrink_icache,
	.seeks = DEFAULT_SEEKS,
};

void inode_cache_init(void)
{
	inode_cachep = kmem_cache_create("inode_cache", sizeof(struct inode), 0, SLAB_RECLAIM_ACCOUNT,
					 init_once);
	register_shrinker(&icache_shrinker);
}
