/* SPDX-License-Identifier: MIT */
/*
 * tmpfs: super blocks, options, inodes.
 *
 * Options: size= (bytes with k, m, g, or %), nr_blocks=, nr_inodes=, mode=, uid=, gid=.  The default
 * limit is half of memory, as on Linux; size=0 means none.
 */
#include <quire/bitops.h>
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/math64.h>
#include <quire/mount.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/seq_file.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/swap.h>

#include "tmpfs.h"

#define TMPFS_MAGIC 0x01021994ul
#define TMPFS_DIR_SIZE 40	/* i_size of an empty directory: "." and ".." */
#define TMPFS_ROOT_MODE (S_IRWXUGO | S_ISVTX)
#define MAX_LFS_FILESIZE (((loff_t)0xffffffff << PAGE_SHIFT) - 1)

static struct kmem_cache *shmem_inode_cachep;
static struct vfsmount *kernel_mnt;

static void init_once(void *object)
{
	struct shmem_inode_info *info = object;

	inode_init_once(&info->vfs_inode);
}

static struct inode *tmpfs_alloc_inode(struct super_block *sb)
{
	struct shmem_inode_info *info = kmem_cache_alloc(shmem_inode_cachep, GFP_KERNEL);

	if (!info)
		return NULL;
	spin_lock_init(&info->lock);
	info->entries = (struct radix_tree_root)RADIX_TREE_INIT;
	info->nr_entries = 0;
	info->nr_pages = 0;
	info->accounted = 0;
	info->per_page = true;
	info->locked = false;
	INIT_LIST_HEAD(&info->all);
	return &info->vfs_inode;
}

static void tmpfs_destroy_inode(struct inode *inode)
{
	kmem_cache_free(shmem_inode_cachep, SHMEM_I(inode));
}

static bool count_inode(struct shmem_sb_info *sbi)
{
	bool ok;

	spin_lock(&sbi->lock);
	ok = !sbi->max_inodes || sbi->used_inodes < sbi->max_inodes;
	if (ok)
		sbi->used_inodes++;
	spin_unlock(&sbi->lock);
	return ok;
}

static void uncount_inode(struct shmem_sb_info *sbi)
{
	spin_lock(&sbi->lock);
	sbi->used_inodes--;
	spin_unlock(&sbi->lock);
}

static void set_operations(struct inode *inode, umode_t mode, dev_t dev)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &shmem_file_inode_ops;
		inode->i_fop = &shmem_file_operations;
		inode->i_data.a_ops = &shmem_aops;
		set_bit(AS_SWAPPABLE, &inode->i_data.flags);
		break;
	case S_IFDIR:
		inode->i_op = &tmpfs_dir_inode_ops;
		inode->i_fop = &simple_dir_operations;
		inode->i_size = TMPFS_DIR_SIZE;
		inode->i_nlink = 2;
		break;
	case S_IFLNK:
		break;	/* its text is all there is of it: i_link */
	default:
		init_special_inode(inode, mode, dev);
	}
}

/* count 1, unhashed: it lives as long as its names and users.  NULL: no memory, or too many inodes */
struct inode *tmpfs_new_inode(struct super_block *sb, umode_t mode, dev_t dev)
{
	struct inode *inode;

	if (!count_inode(SHMEM_SB(sb)))
		return NULL;
	inode = new_inode(sb);
	if (!inode) {
		uncount_inode(SHMEM_SB(sb));
		return NULL;
	}
	inode->i_mode = mode;
	inode->i_uid = current->fsuid;
	inode->i_gid = current->fsgid;
	inode->i_atime = inode->i_mtime = inode->i_ctime = current_fs_time();
	set_operations(inode, mode, dev);
	if (S_ISREG(mode)) {
		mutex_lock(&shmem_list_mutex);
		list_add_tail(&SHMEM_I(inode)->all, &shmem_list);
		mutex_unlock(&shmem_list_mutex);
	}
	return inode;
}

/* The inode goes; its pages are gone, its swap entries may not be. */
static void tmpfs_clear_inode(struct inode *inode)
{
	struct shmem_inode_info *info = SHMEM_I(inode);

	if (!list_empty(&info->all)) {
		mutex_lock(&shmem_list_mutex);
		list_del_init(&info->all);
		mutex_unlock(&shmem_list_mutex);
		shmem_free_object(inode);
	}
	kfree(inode->i_link);
	inode->i_link = NULL;
	uncount_inode(SHMEM_SB(inode->i_sb));
}

/* ---- options ---- */

/* "size=": bytes, or a percentage of memory.  => pages */
static int parse_size(const char *value, unsigned long *pages)
{
	const char *end;
	u64 size = memparse(value, &end);

	if (*end == '%') {
		size = div_u64((u64)totalram_pages * size, 100) << PAGE_SHIFT;
		end++;
	}
	if (*end || end == value)
		return -EINVAL;
	*pages = (unsigned long)((size + PAGE_SIZE - 1) >> PAGE_SHIFT);
	return 0;
}

static int parse_count(const char *value, unsigned int base, unsigned long *n)
{
	const char *end;

	if (base == 8)
		return kstrtoul(value, base, n);
	*n = (unsigned long)memparse(value, &end);
	return *end || end == value ? -EINVAL : 0;
}

static int parse_option(struct shmem_sb_info *sbi, char *option)
{
	char *value = strchr(option, '=');
	unsigned long n = 0;
	int err = 0;

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	if (!strcmp(option, "size"))
		err = parse_size(value, &sbi->max_blocks);
	else if (!strcmp(option, "nr_blocks"))
		err = parse_count(value, 0, &sbi->max_blocks);
	else if (!strcmp(option, "nr_inodes"))
		err = parse_count(value, 0, &sbi->max_inodes);
	else if (!strcmp(option, "mode") && !(err = parse_count(value, 8, &n)))
		sbi->mode = (umode_t)(n & S_IALLUGO);
	else if (!strcmp(option, "uid") && !(err = parse_count(value, 0, &n)))
		sbi->uid = (uid_t)n;
	else if (!strcmp(option, "gid") && !(err = parse_count(value, 0, &n)))
		sbi->gid = (gid_t)n;
	else if (!err)
		err = -EINVAL;
	return err;
}

static int parse_options(struct shmem_sb_info *sbi, char *options)
{
	char *option;
	int err = 0;

	while (!err && (option = strsep(&options, ",")) != NULL)
		if (*option)
			err = parse_option(sbi, option);
	return err;
}

/* Limits can change while mounted, but not below what is used. */
static int tmpfs_remount(struct super_block *sb, int *flags, char *data)
{
	struct shmem_sb_info *sbi = SHMEM_SB(sb), new;
	int err;

	if (!data)
		return 0;
	spin_lock(&sbi->lock);
	new = *sbi;
	spin_unlock(&sbi->lock);
	err = parse_options(&new, data);
	if (err)
		return err;
	spin_lock(&sbi->lock);
	if ((new.max_blocks && new.max_blocks < sbi->used_blocks) ||
	    (new.max_inodes && new.max_inodes < sbi->used_inodes)) {
		err = -EINVAL;
	} else {
		sbi->max_blocks = new.max_blocks;
		sbi->max_inodes = new.max_inodes;
	}
	spin_unlock(&sbi->lock);
	return err;
}

static int tmpfs_show_options(struct seq_file *m, struct vfsmount *mnt)
{
	struct shmem_sb_info *sbi = SHMEM_SB(mnt->mnt_sb);

	if (sbi->max_blocks && sbi->max_blocks != totalram_pages / 2)
		seq_printf(m, ",size=%luk", sbi->max_blocks << (PAGE_SHIFT - 10));
	if (sbi->mode != TMPFS_ROOT_MODE)
		seq_printf(m, ",mode=%03o", sbi->mode);
	return 0;
}

static int tmpfs_statfs(struct dentry *dentry, struct statfs64 *buf)
{
	struct shmem_sb_info *sbi = SHMEM_SB(dentry->d_sb);

	buf->f_type = TMPFS_MAGIC;
	buf->f_bsize = PAGE_SIZE;
	buf->f_namelen = NAME_MAX;
	spin_lock(&sbi->lock);
	if (sbi->max_blocks) {
		buf->f_blocks = sbi->max_blocks;
		buf->f_bavail = buf->f_bfree = sbi->max_blocks - sbi->used_blocks;
	}
	if (sbi->max_inodes) {
		buf->f_files = sbi->max_inodes;
		buf->f_ffree = sbi->max_inodes - sbi->used_inodes;
	}
	spin_unlock(&sbi->lock);
	return 0;
}

static void tmpfs_put_super(struct super_block *sb)
{
	kfree(sb->s_fs_info);
	sb->s_fs_info = NULL;
}

static const struct super_operations tmpfs_ops = {
	.alloc_inode = tmpfs_alloc_inode,
	.destroy_inode = tmpfs_destroy_inode,
	.clear_inode = tmpfs_clear_inode,
	.put_super = tmpfs_put_super,
	.statfs = tmpfs_statfs,
	.remount_fs = tmpfs_remount,
	.show_options = tmpfs_show_options,
};

int tmpfs_fill_super(struct super_block *sb, void *data, bool silent)
{
	struct shmem_sb_info *sbi = kzalloc(sizeof(*sbi), GFP_KERNEL);
	struct inode *root;
	int err;

	if (!sbi)
		return -ENOMEM;
	spin_lock_init(&sbi->lock);
	sbi->max_blocks = totalram_pages / 2;
	sbi->max_inodes = totalram_pages / 2;
	sbi->mode = TMPFS_ROOT_MODE;
	sbi->uid = current->fsuid;
	sbi->gid = current->fsgid;
	err = data ? parse_options(sbi, data) : 0;
	if (err)
		goto free_sbi;
	sb->s_fs_info = sbi;
	sb->s_op = &tmpfs_ops;
	sb->s_magic = TMPFS_MAGIC;
	sb->s_maxbytes = MAX_LFS_FILESIZE;
	sb->s_flags |= SB_NO_WRITEBACK | SB_PINNED_DENTRIES;
	err = -ENOMEM;
	root = tmpfs_new_inode(sb, S_IFDIR | sbi->mode, 0);
	if (!root)
		goto free_sbi;
	root->i_uid = sbi->uid;
	root->i_gid = sbi->gid;
	sb->s_root = d_alloc_root(root);
	if (sb->s_root)
		return 0;
free_sbi:
	sb->s_fs_info = NULL;
	kfree(sbi);
	return err;
}

struct file_system_type tmpfs_fs_type = {
	.name = "tmpfs",
	.fill_super = tmpfs_fill_super,
};

struct vfsmount *shmem_mnt(void)
{
	return kernel_mnt;
}

/* Nameless objects have no limit of their own but the commit limit. */
static void mount_kernel_instance(void)
{
	char options[] = "size=0,nr_inodes=0";

	kernel_mnt = vfs_kern_mount(&tmpfs_fs_type, 0, "tmpfs", options);
	if (IS_ERR(kernel_mnt))
		panic("tmpfs: no kernel instance: %ld", PTR_ERR(kernel_mnt));
}

void shmem_init(void)
{
	shmem_inode_cachep = kmem_cache_create("shmem_inode_cache", sizeof(struct shmem_inode_info),
					       0, 0, init_once);
	register_filesystem(&tmpfs_fs_type);
	shmem_swap_init();
	mount_kernel_instance();
}
