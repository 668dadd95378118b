/* SPDX-License-Identifier: MIT */
/*
 * tmpfs inside: the object behind a file, its place in the accounts.
 */
#ifndef FS_TMPFS_H
#define FS_TMPFS_H

#include <quire/kernel.h>
#include <quire/radix_tree.h>
#include <quire/shmem.h>

struct shmem_inode_info {
	spinlock_t lock;		/* entries and the counts; see shmem.c */
	struct radix_tree_root entries;	/* index -> swp_entry_t.val of pages in swap */
	unsigned long nr_entries;
	unsigned long nr_pages;		/* in cache or swap: what the super block's limit counts */
	unsigned long accounted;	/* pages reserved against the commit limit at set-up */
	bool per_page;			/* account each page when it comes */
	bool locked;			/* its pages do not go to swap */
	struct list_head all;		/* every object: shmem_list_mutex */
	struct inode vfs_inode;
};

static inline struct shmem_inode_info *SHMEM_I(const struct inode *inode)
{
	return container_of(inode, struct shmem_inode_info, vfs_inode);
}

struct shmem_sb_info {
	spinlock_t lock;		/* the counts */
	unsigned long max_blocks, used_blocks; /* pages; max 0: no limit */
	unsigned long max_inodes, used_inodes;
	umode_t mode;			/* of the root */
	uid_t uid;
	gid_t gid;
};

static inline struct shmem_sb_info *SHMEM_SB(const struct super_block *sb)
{
	return sb->s_fs_info;
}

/* What to do about a hole. */
enum shmem_get { SGP_READ, SGP_WRITE };

/* shmem.c */
extern const struct address_space_operations shmem_aops;
extern struct list_head shmem_list;
extern struct mutex shmem_list_mutex;
/*
 * The page of an object, locked, pinned, uptodate.  SGP_READ: a hole gives 0 and *page NULL.
 * *major is set when it waited for a transfer (may be NULL).  Sleeps.
 * => 0, -ENOSPC, -ENOMEM, -EIO, -EFAULT: beyond the end
 */
int shmem_get_page(struct inode *inode, pgoff_t index, enum shmem_get how, struct page **page,
		   bool *major);
void shmem_truncate(struct inode *inode);	/* i_op->truncate */
void shmem_recalc(struct inode *inode);		/* account for pages that have gone */
void shmem_free_object(struct inode *inode);	/* the inode goes: everything */

/* shmem_swap.c */
swp_entry_t shmem_lookup_entry(struct shmem_inode_info *info, pgoff_t index);
int shmem_set_entry(struct shmem_inode_info *info, pgoff_t index, swp_entry_t entry);
bool shmem_clear_entry(struct shmem_inode_info *info, pgoff_t index, swp_entry_t entry);
void shmem_free_entries(struct inode *inode, pgoff_t from);
int shmem_writepage(struct page *page);
void shmem_will_need(struct address_space *mapping, pgoff_t index, unsigned long nr);
/* Bring the page of this entry back.  => 0 with *page locked and in the mapping; -EAGAIN: look again */
int shmem_swapin(struct inode *inode, pgoff_t index, swp_entry_t entry, struct page **page,
		 bool *major);
void shmem_swap_init(void);

/* tmpfs_file.c, tmpfs_dir.c, tmpfs_super.c */
extern const struct file_operations shmem_file_operations;
extern const struct inode_operations shmem_file_inode_ops, tmpfs_dir_inode_ops;
struct inode *tmpfs_new_inode(struct super_block *sb, umode_t mode, dev_t dev);
extern struct file_system_type tmpfs_fs_type;
int tmpfs_fill_super(struct super_block *sb, void *data, bool silent);
struct vfsmount *shmem_mnt(void);	/* the kernel's own instance, for nameless objects */

#endif
