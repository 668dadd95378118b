/* SPDX-License-Identifier: MIT */
/*
 * The dentry cache: names found before, and names known not to exist.
 *
 * Life.  d_alloc makes a dentry with count 1, unhashed, child of its parent (whose count it holds).
 * d_add/d_instantiate give it its inode (or none: negative) and hash it.  When its count falls to 0
 * it goes to the LRU if hashed, else it dies: the inode reference and the parent's go with it, and the
 * parent may die next (dput loops, it does not recurse).
 *
 * Locking: see dcache.h.
 */
#include <quire/assert.h>
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/kernel.h>
#include <quire/mount.h>
#include <quire/reclaim.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>

#define D_HASH_BITS 10
#define D_HASH_SIZE (1u << D_HASH_BITS)
#define DCACHE_REFERENCED 1u	/* used since the shrinker last looked */

DEFINE_SPINLOCK(dcache_lock);
struct dcache_stat dentry_stat;

static struct hlist_head dentry_hashtable[D_HASH_SIZE];
static LIST_HEAD(dentry_unused);	/* newest first */
static struct kmem_cache *dentry_cachep;

unsigned int full_name_hash(const char *name, unsigned int len)
{
	unsigned int hash = 0;

	while (len--)
		hash = name_hash_add(hash, *name++);
	return hash;
}

static struct hlist_head *d_bucket(const struct dentry *parent, unsigned int hash)
{
	unsigned int h = hash + (unsigned int)((unsigned long)parent / 64) * 0x9e370001u;

	return &dentry_hashtable[(h ^ h >> D_HASH_BITS ^ h >> 2 * D_HASH_BITS) & (D_HASH_SIZE - 1)];
}

/* name is copied.  => a dentry with count 1, negative and unhashed; NULL when out of memory */
struct dentry *d_alloc(struct dentry *parent, const struct qstr *name)
{
	struct dentry *dentry = kmem_cache_alloc(dentry_cachep, GFP_KERNEL);
	char *text;

	if (!dentry)
		return NULL;
	memset(dentry, 0, sizeof(*dentry));
	text = dentry->d_iname;
	if (name->len >= DNAME_INLINE_LEN) {
		text = kmalloc(name->len + 1, GFP_KERNEL);
		if (!text) {
			kmem_cache_free(dentry_cachep, dentry);
			return NULL;
		}
	}
	memcpy(text, name->name, name->len);
	text[name->len] = '\0';
	dentry->d_name = (struct qstr){ .name = text, .len = name->len, .hash = name->hash };
	atomic_set(&dentry->d_count, 1);
	INIT_HLIST_NODE(&dentry->d_hash);
	INIT_LIST_HEAD(&dentry->d_lru);
	INIT_LIST_HEAD(&dentry->d_child);
	INIT_LIST_HEAD(&dentry->d_subdirs);
	INIT_LIST_HEAD(&dentry->d_alias);
	dentry->d_parent = dentry;
	spin_lock(&dcache_lock);
	dentry_stat.nr_dentry++;
	if (parent) {
		atomic_inc(&parent->d_count);
		dentry->d_parent = parent;
		dentry->d_sb = parent->d_sb;
		list_add(&dentry->d_child, &parent->d_subdirs);
	}
	spin_unlock(&dcache_lock);
	return dentry;
}

struct dentry *d_alloc_name(struct dentry *parent, const char *name)
{
	struct qstr q = { .name = name, .len = strlen(name) };

	q.hash = full_name_hash(q.name, q.len);
	return d_alloc(parent, &q);
}

struct dentry *d_alloc_root(struct inode *inode)
{
	static const struct qstr name = { .name = "/", .len = 1 };
	struct dentry *root;

	if (!inode)
		return NULL;
	root = d_alloc(NULL, &name);
	if (!root) {
		iput(inode);
		return NULL;
	}
	root->d_sb = inode->i_sb;
	d_instantiate(root, inode);
	return root;
}

void d_instantiate(struct dentry *dentry, struct inode *inode)
{
	assert(list_empty(&dentry->d_alias));
	spin_lock(&dcache_lock);
	if (inode)
		list_add(&dentry->d_alias, &inode->i_dentry);
	dentry->d_inode = inode;
	spin_unlock(&dcache_lock);
}

void d_rehash(struct dentry *dentry)
{
	spin_lock(&dcache_lock);
	if (d_unhashed(dentry))
		hlist_add_head(&dentry->d_hash, d_bucket(dentry->d_parent, dentry->d_name.hash));
	spin_unlock(&dcache_lock);
}

void d_add(struct dentry *dentry, struct inode *inode)
{
	d_instantiate(dentry, inode);
	d_rehash(dentry);
}

void d_drop(struct dentry *dentry)
{
	spin_lock(&dcache_lock);
	hlist_del_init(&dentry->d_hash);
	spin_unlock(&dcache_lock);
}

static void lru_del_locked(struct dentry *dentry)
{
	if (list_empty(&dentry->d_lru))
		return;
	list_del_init(&dentry->d_lru);
	dentry_stat.nr_unused--;
}

struct dentry *dget(struct dentry *dentry)
{
	if (dentry)
		atomic_inc(&dentry->d_count);
	return dentry;
}

/* Most names are a few letters: no call for that. */
static bool same_name(const struct qstr *a, const struct qstr *b)
{
	const char *p = a->name, *q = b->name;
	unsigned int n = a->len;

	if (a->hash != b->hash || n != b->len)
		return false;
	while (n && p[n - 1] == q[n - 1])
		n--;
	return n == 0;
}

struct dentry *d_lookup_locked(struct dentry *parent, const struct qstr *name)
{
	struct dentry *d;

	hlist_for_each_entry(d, d_bucket(parent, name->hash), d_hash) {
		if (d->d_parent != parent || !same_name(&d->d_name, name))
			continue;
		d->d_flags |= DCACHE_REFERENCED;
		return d;
	}
	return NULL;
}

struct dentry *d_lookup(struct dentry *parent, const struct qstr *name)
{
	struct dentry *dentry;

	spin_lock(&dcache_lock);
	dentry = d_lookup_locked(parent, name);
	if (dentry)
		atomic_inc(&dentry->d_count);
	spin_unlock(&dcache_lock);
	return dentry;
}

static void free_dentry(struct dentry *dentry)
{
	if (dentry->d_name.name != dentry->d_iname)
		kfree(dentry->d_name.name);
	kmem_cache_free(dentry_cachep, dentry);
}

/*
 * An unused dentry dies: dcache_lock held at entry, dropped.  => its parent, whose reference is now
 * the caller's, or NULL for a root.
 */
static struct dentry *kill_dentry(struct dentry *dentry)
{
	struct dentry *parent = IS_ROOT(dentry) ? NULL : dentry->d_parent;
	struct inode *inode = dentry->d_inode;

	assert(atomic_read(&dentry->d_count) == 0);
	assert(list_empty(&dentry->d_subdirs));
	lru_del_locked(dentry);
	hlist_del_init(&dentry->d_hash);
	list_del_init(&dentry->d_child);
	list_del_init(&dentry->d_alias);
	dentry->d_inode = NULL;
	dentry_stat.nr_dentry--;
	spin_unlock(&dcache_lock);
	iput(inode);
	free_dentry(dentry);
	return parent;
}

/* One reference less; may free the dentry, its inode and ancestors: sleeps. */
void dput(struct dentry *dentry)
{
	might_sleep();
	while (dentry) {
		if (atomic_add_unless(&dentry->d_count, -1, 1))
			return;
		spin_lock(&dcache_lock);
		if (!atomic_dec_and_test(&dentry->d_count)) {
			spin_unlock(&dcache_lock);
			return;
		}
		if (dentry->d_op && dentry->d_op->d_delete && dentry->d_op->d_delete(dentry))
			hlist_del_init(&dentry->d_hash);
		if (!d_unhashed(dentry)) {
			if (list_empty(&dentry->d_lru)) {
				list_add(&dentry->d_lru, &dentry_unused);
				dentry_stat.nr_unused++;
			}
			spin_unlock(&dcache_lock);
			return;
		}
		dentry = kill_dentry(dentry);
	}
}

/*
 * The name is gone from its directory.  If only the caller uses the dentry it becomes negative, else it
 * is unhashed and lives on, nameless, with its inode.
 */
void d_delete(struct dentry *dentry)
{
	struct inode *inode;

	spin_lock(&dcache_lock);
	if (atomic_read(&dentry->d_count) != 1) {
		hlist_del_init(&dentry->d_hash);
		spin_unlock(&dcache_lock);
		return;
	}
	inode = dentry->d_inode;
	list_del_init(&dentry->d_alias);
	dentry->d_inode = NULL;
	spin_unlock(&dcache_lock);
	iput(inode);
}

/* The two names, which may be inline, change places. */
static void swap_names(struct dentry *a, struct dentry *b)
{
	bool a_inline = a->d_name.name == a->d_iname, b_inline = b->d_name.name == b->d_iname;
	char tmp[DNAME_INLINE_LEN];

	memcpy(tmp, a->d_iname, sizeof(tmp));
	memcpy(a->d_iname, b->d_iname, sizeof(tmp));
	memcpy(b->d_iname, tmp, sizeof(tmp));
	swap(a->d_name, b->d_name);
	if (b_inline)
		a->d_name.name = a->d_iname;
	if (a_inline)
		b->d_name.name = b->d_iname;
}

/*
 * After a rename: dentry gets the name and place of target, which is unhashed and gets the old
 * ones (so that parents' references stay right).  The caller holds s_rename_mutex and both
 * directories.
 */
void d_move(struct dentry *dentry, struct dentry *target)
{
	spin_lock(&dcache_lock);
	hlist_del_init(&dentry->d_hash);
	hlist_del_init(&target->d_hash);
	swap_names(dentry, target);
	if (dentry->d_parent != target->d_parent) {
		swap(dentry->d_parent, target->d_parent);
		list_move(&dentry->d_child, &dentry->d_parent->d_subdirs);
		list_move(&target->d_child, &target->d_parent->d_subdirs);
	}
	hlist_add_head(&dentry->d_hash, d_bucket(dentry->d_parent, dentry->d_name.hash));
	spin_unlock(&dcache_lock);
}

int d_invalidate(struct dentry *dentry)
{
	int err = 0;

	shrink_dcache_parent(dentry);
	spin_lock(&dcache_lock);
	/* Used as a directory by others (a working directory, a mount): names below must still work. */
	if (atomic_read(&dentry->d_count) > 1 && dentry->d_inode && S_ISDIR(dentry->d_inode->i_mode))
		err = -EBUSY;
	else
		hlist_del_init(&dentry->d_hash);
	spin_unlock(&dcache_lock);
	return err;
}

bool is_subdir(struct dentry *child, struct dentry *ancestor)
{
	bool found = false;

	spin_lock(&dcache_lock);
	for (;;) {
		if (child == ancestor)
			found = true;
		if (found || IS_ROOT(child))
			break;
		child = child->d_parent;
	}
	spin_unlock(&dcache_lock);
	return found;
}

/* ---- shrinking ---- */

/* Next dentry after d in a walk of the tree under root, parents first; NULL at the end. */
static struct dentry *next_in_tree(struct dentry *d, const struct dentry *root)
{
	if (!list_empty(&d->d_subdirs))
		return list_first_entry(&d->d_subdirs, struct dentry, d_child);
	while (d != root) {
		if (!list_is_last(&d->d_child, &d->d_parent->d_subdirs))
			return list_next_entry(d, d_child);
		d = d->d_parent;
	}
	return NULL;
}

bool have_submounts(struct dentry *dentry)
{
	struct dentry *d;
	bool found = false;

	spin_lock(&dcache_lock);
	for (d = dentry; d && !found; d = next_in_tree(d, dentry))
		found = d->d_mounted != 0;
	spin_unlock(&dcache_lock);
	return found;
}

/* Kill one unused dentry, then whatever of its ancestors became unused. dcache_lock held, dropped. */
static void prune_one(struct dentry *dentry)
{
	struct dentry *parent = kill_dentry(dentry);

	if (parent)
		dput(parent);
}

void shrink_dcache_parent(struct dentry *parent)
{
	struct dentry *d;

again:
	spin_lock(&dcache_lock);
	for (d = parent; d; d = next_in_tree(d, parent)) {
		if (d == parent || atomic_read(&d->d_count) || !list_empty(&d->d_subdirs))
			continue;
		prune_one(d);
		goto again;
	}
	spin_unlock(&dcache_lock);
}

void shrink_dcache_for_umount(struct super_block *sb)
{
	struct dentry *root = sb->s_root;

	shrink_dcache_parent(root);
	if (atomic_read(&root->d_count) != 1)
		warn_report(__FILE__, __LINE__, "busy dentries at umount of %s", sb->s_type->name);
	sb->s_root = NULL;
	d_drop(root);
	dput(root);
}

/*
 * Files of an in-memory file system are pinned by one extra reference of their dentry.  Before
 * umount these go, children first, so that shrinking finds everything unused.
 */
void d_genocide(struct dentry *root)
{
	struct dentry *d;

	spin_lock(&dcache_lock);
	for (d = next_in_tree(root, root); d; d = next_in_tree(d, root)) {
		if (!d->d_inode || d_unhashed(d))
			continue;
		assert(atomic_read(&d->d_count) > 0);
		atomic_dec(&d->d_count);
	}
	spin_unlock(&dcache_lock);
}

/* Look at up to nr of the oldest unused dentries; free those not used since the last look. */
static void prune_dcache(long nr)
{
	struct dentry *d;

	spin_lock(&dcache_lock);
	while (nr-- > 0 && !list_empty(&dentry_unused)) {
		d = list_last_entry(&dentry_unused, struct dentry, d_lru);
		if (atomic_read(&d->d_count)) {
			lru_del_locked(d);
			continue;
		}
		if (d->d_flags & DCACHE_REFERENCED) {
			d->d_flags &= ~DCACHE_REFERENCED;
			list_move(&d->d_lru, &dentry_unused);
			continue;
		}
		prune_one(d);
		cond_resched();
		spin_lock(&dcache_lock);
	}
	spin_unlock(&dcache_lock);
}

static long shrink_dcache(long nr, gfp_t gfp)
{
	if (nr) {
		if (!(gfp & __GFP_FS))
			return -1;
		prune_dcache(nr);
	}
	return dentry_stat.nr_unused;
}

static struct shrinker dcache_shrinker = {
	.name = "dentry",
	.shrink = shrink_dcache,
	.seeks = DEFAULT_SEEKS,
};

void dcache_init(void)
{
	dentry_cachep = kmem_cache_create("dentry_cache", sizeof(struct dentry), 0,
					  SLAB_RECLAIM_ACCOUNT, NULL);
	register_shrinker(&dcache_shrinker);
}
