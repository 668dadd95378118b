/* SPDX-License-Identifier: MIT */
/*
 * ext2: what its files share.
 *
 * Idea.  File data goes through the page cache by the generic buffer code; everything else (super
 * block, descriptors, bitmaps, inodes, indirect blocks, directories, long symlinks) is read and
 * written as buffers of the device.  Nothing read from the disk is believed: numbers are checked
 * where they are used, and what is wrong goes to ext2_error, which marks the file system and may
 * make it read-only.
 *
 * Locking, outer to inner:
 *	inode->i_mutex	(VFS) names in a directory, size of a file
 *	meta_mutex	one per inode: its block pointers, in memory and in indirect blocks
 *	alloc_mutex	one per file system: bitmaps, group descriptors, free counts, reservations
 * Under meta_mutex and alloc_mutex memory is asked for with GFP_NOFS only.
 */
#ifndef EXT2_H
#define EXT2_H

#include <quire/buffer.h>
#include <quire/fs.h>
#include <quire/list.h>
#include <quire/mutex.h>
#include <quire/printk.h>

#include "ext2_fs.h"
#include "path.h"

struct ext2_sb_info {
	struct buffer_head *sbh;	/* the super block's buffer, held */
	struct ext2_super_block *es;	/* in sbh: counts and state under alloc_mutex */
	struct buffer_head **group_desc; /* held */

	/* constant while mounted */
	u32 inodes_count, blocks_count, first_data_block;
	u32 blocks_per_group, inodes_per_group;
	u32 groups_count, desc_blocks, desc_per_block;
	u32 inode_size, inodes_per_block, itable_blocks; /* of one group */
	u32 first_ino, ptrs_per_block;
	u32 overhead;			/* blocks that hold no files, for statfs */
	bool filetype;			/* directory entries carry types */

	/* alloc_mutex */
	struct mutex alloc_mutex;
	u32 free_blocks, free_inodes, dirs;
	u32 next_generation;
	struct list_head reservations;

	/* mount options; s_umount */
	unsigned int errors;		/* EXT2_ERRORS_* */
	uid_t resuid;			/* who may use the reserved blocks, beside root */
	gid_t resgid;
	u16 mount_state;		/* s_state before we mounted */
};

/*
 * Blocks that other files keep away from, so that this one stays in one piece. Under alloc_mutex.
 */
struct ext2_reservation {
	struct list_head link;		/* empty list: no window */
	u32 start, end;			/* [start, end) */
	u32 size;			/* of the next window */
};

struct ext2_inode_info {
	struct mutex meta_mutex;	/* data[], last_*; and the indirect blocks behind them */
	u32 data[EXT2_N_BLOCKS];	/* block pointers, or a short symlink, or a device number */
	u32 last_logical, last_physical; /* the latest allocation: where the next goes */
	struct ext2_reservation rsv;
	u32 flags;			/* EXT2_*_FL */
	u32 file_acl, dir_acl, dtime;
	u32 group;			/* where its blocks should be */
	/* A directory's block to look for space in first, and the entry to begin with there: i_mutex */
	u32 dir_hint, dir_hint_offset;
	bool tree_clean;		/* no indirect block became dirty since the last fsync: meta_mutex */
	bool fresh;			/* never written: the disk has an old inode's remains */
	struct inode vfs_inode;
};

static inline struct ext2_sb_info *EXT2_SB(const struct super_block *sb)
{
	return sb->s_fs_info;
}

static inline struct ext2_inode_info *EXT2_I(struct inode *inode)
{
	return container_of(inode, struct ext2_inode_info, vfs_inode);
}

/* The target stands in data[]: no block but perhaps one of extended attributes. */
static inline bool ext2_is_fast_symlink(struct inode *inode)
{
	u64 acl = EXT2_I(inode)->file_acl ? 1u << (inode->i_blkbits - SECTOR_SHIFT) : 0;

	return inode->i_blocks == acl;
}

static inline bool ext2_read_only(const struct super_block *sb)
{
	return sb->s_flags & MS_RDONLY;
}

/* A number that may stand for a block of data or metadata. */
static inline bool ext2_valid_block(const struct ext2_sb_info *sbi, u32 block)
{
	return block > sbi->first_data_block && block < sbi->blocks_count;
}

static inline u32 ext2_group_first_block(const struct ext2_sb_info *sbi, u32 group)
{
	return sbi->first_data_block + group * sbi->blocks_per_group;
}

/* ---- options.c ---- */
int ext2_parse_options(struct super_block *sb, char *data); /* => 0, -EINVAL */
int ext2_show_options(struct seq_file *m, struct vfsmount *mnt);

/* ---- super_check.c ---- */
/*
 * Read and check the super block, fill s_fs_info.  => 0 or -errno; sbi->sbh is released by the
 * caller.
 */
int ext2_load_super(struct super_block *sb, bool silent);

/* ---- super.c ---- */
/*
 * The file system is wrong: says so, marks it, makes it read-only if that was asked for. Any task
 * context.
 */
__printf(2, 3) void ext2_error(struct super_block *sb, const char *fmt, ...);

/* ---- groups.c ---- */
int ext2_load_groups(struct super_block *sb); /* => 0, -EIO, -EINVAL, -ENOMEM */
void ext2_release_groups(struct super_block *sb);
/* The descriptor; its buffer in *bh (borrowed). group < groups_count. */
struct ext2_group_desc *ext2_group_desc(struct super_block *sb, u32 group,
					struct buffer_head **bh);
bool ext2_has_super(const struct super_block *sb, u32 group);
u32 ext2_group_blocks(const struct ext2_sb_info *sbi, u32 group);
bool ext2_is_system_block(struct super_block *sb, u32 group, u32 block);
u32 ext2_overhead(struct super_block *sb); /* blocks that hold no files */

/* ---- balloc.c ---- */
/* A free block near goal, marked used. => 0: *error says why not */
u32 ext2_new_block(struct inode *inode, u32 goal, int *error);
int ext2_free_blocks(struct super_block *sb, u32 block, u32 count);
void ext2_discard_reservation(struct inode *inode);

/* ---- ialloc.c ---- */
struct inode *ext2_new_inode(struct inode *dir, umode_t mode); /* => ERR_PTR */
/* The number is free again.  The inode has been cleared. */
void ext2_free_ino(struct super_block *sb, u32 ino, bool is_dir);

/* ---- tree.c, truncate.c ---- */
int ext2_get_block(struct inode *inode, sector_t iblock, struct buffer_head *bh, bool create);
/* i_size is the new size; pages beyond it are gone. */
void ext2_truncate(struct inode *inode);
void ext2_free_all_blocks(struct inode *inode);
/* Free blocks beyond i_size that a failed write has left. */
void ext2_trim(struct inode *inode);
/* Write indirect blocks (and a directory's blocks) that are dirty, and wait. => 0, -EIO */
int ext2_sync_tree(struct inode *inode);

/* ---- inode.c ---- */
int ext2_read_inode(struct inode *inode);
int ext2_write_inode(struct inode *inode, bool wait);
void ext2_delete_inode(struct inode *inode);
void ext2_set_ops(struct inode *inode);
extern const struct address_space_operations ext2_aops;

/* ---- dir.c ---- */
struct ext2_dir_slot {
	struct buffer_head *bh;		/* the caller's reference: brelse */
	struct ext2_dir_entry *de;
};
/* => 0, -ENOENT, -EIO */
int ext2_find_entry(struct inode *dir, const struct qstr *name, struct ext2_dir_slot *slot);
int ext2_add_entry(struct inode *dir, const struct qstr *name, struct inode *inode);
int ext2_delete_entry(struct inode *dir, struct ext2_dir_slot *slot); /* consumes the slot */
int ext2_set_entry(struct inode *dir, struct ext2_dir_slot *slot, struct inode *inode); /* too */
int ext2_find_dotdot(struct inode *dir, struct ext2_dir_slot *slot);
int ext2_make_empty(struct inode *inode, struct inode *parent);
bool ext2_empty_dir(struct inode *inode);
extern const struct file_operations ext2_dir_fops;

/* ---- file.c, namei.c, symlink.c ---- */
int ext2_fsync(struct file *file, bool datasync);
extern const struct file_operations ext2_file_fops;
extern const struct inode_operations ext2_file_iops, ext2_dir_iops, ext2_special_iops,
	ext2_symlink_iops;
/* Write the target of a new symlink. => 0 or -errno */
int ext2_set_symlink(struct inode *inode, const char *target);
void ext2_show_fast_symlink(struct inode *inode);

#endif
