/* SPDX-License-Identifier: MIT */
/*
 * ext2 as it lies on the disk.  All fields are little-endian, as the machine is.
 */
#ifndef EXT2_FS_H
#define EXT2_FS_H

#include <quire/types.h>

#define EXT2_SUPER_MAGIC 0xef53
#define EXT2_SUPER_OFFSET 1024 /* bytes from the start of the device */
#define EXT2_MIN_BLOCK_SIZE 1024
#define EXT2_MAX_BLOCK_SIZE 4096
#define EXT2_MIN_BLOCK_LOG 10

#define EXT2_ROOT_INO 2
#define EXT2_GOOD_OLD_REV 0
#define EXT2_DYNAMIC_REV 1
#define EXT2_GOOD_OLD_FIRST_INO 11
#define EXT2_GOOD_OLD_INODE_SIZE 128

#define EXT2_VALID_FS 0x1 /* s_state: unmounted cleanly */
#define EXT2_ERROR_FS 0x2 /* errors were found */

#define EXT2_ERRORS_CONTINUE 1
#define EXT2_ERRORS_RO 2
#define EXT2_ERRORS_PANIC 3

#define EXT2_FEATURE_COMPAT_DIR_INDEX 0x20u
#define EXT2_FEATURE_INCOMPAT_FILETYPE 0x2u
#define EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER 0x1u
#define EXT2_FEATURE_RO_COMPAT_LARGE_FILE 0x2u
#define EXT2_FEATURE_RO_COMPAT_BTREE_DIR 0x4u
#define EXT2_INCOMPAT_SUPPORTED EXT2_FEATURE_INCOMPAT_FILETYPE
#define EXT2_RO_COMPAT_SUPPORTED                                                                   \
	(EXT2_FEATURE_RO_COMPAT_SPARSE_SUPER | EXT2_FEATURE_RO_COMPAT_LARGE_FILE |                 \
	 EXT2_FEATURE_RO_COMPAT_BTREE_DIR)

struct ext2_super_block {
	u32 s_inodes_count, s_blocks_count, s_r_blocks_count;
	u32 s_free_blocks_count, s_free_inodes_count;
	u32 s_first_data_block;
	u32 s_log_block_size; /* 1024 << this */
	s32 s_log_frag_size;
	u32 s_blocks_per_group, s_frags_per_group, s_inodes_per_group;
	u32 s_mtime, s_wtime;
	u16 s_mnt_count;
	s16 s_max_mnt_count;
	u16 s_magic, s_state, s_errors, s_minor_rev_level;
	u32 s_lastcheck, s_checkinterval, s_creator_os, s_rev_level;
	u16 s_def_resuid, s_def_resgid;
	/* revision 1 */
	u32 s_first_ino;
	u16 s_inode_size, s_block_group_nr;
	u32 s_feature_compat, s_feature_incompat, s_feature_ro_compat;
	u8 s_uuid[16];
	char s_volume_name[16], s_last_mounted[64];
	u32 s_algorithm_usage_bitmap;
	u8 s_prealloc_blocks, s_prealloc_dir_blocks;
	u16 s_reserved_gdt_blocks;
	u8 s_journal_uuid[16];
	u32 s_journal_inum, s_journal_dev, s_last_orphan;
	u32 s_hash_seed[4];
	u8 s_def_hash_version, s_reserved_char_pad;
	u16 s_reserved_word_pad;
	u32 s_default_mount_opts, s_first_meta_bg;
	u32 s_reserved[190];
};
static_assert(sizeof(struct ext2_super_block) == 1024, "the super block fills its kibibyte");

struct ext2_group_desc {
	u32 bg_block_bitmap, bg_inode_bitmap, bg_inode_table;
	u16 bg_free_blocks_count, bg_free_inodes_count, bg_used_dirs_count, bg_pad;
	u32 bg_reserved[3];
};
static_assert(sizeof(struct ext2_group_desc) == 32, "a group descriptor has 32 bytes");

#define EXT2_NDIR_BLOCKS 12
#define EXT2_IND_BLOCK 12
#define EXT2_DIND_BLOCK 13
#define EXT2_TIND_BLOCK 14
#define EXT2_N_BLOCKS 15

struct ext2_inode {
	u16 i_mode, i_uid;
	u32 i_size, i_atime, i_ctime, i_mtime, i_dtime;
	u16 i_gid, i_links_count;
	u32 i_blocks; /* 512-byte units, indirect and attribute blocks included */
	u32 i_flags, i_osd1;
	u32 i_block[EXT2_N_BLOCKS];
	u32 i_generation, i_file_acl;
	u32 i_size_high; /* i_dir_acl of directories */
	u32 i_faddr;
	u8 i_frag, i_fsize;
	u16 i_pad1, i_uid_high, i_gid_high;
	u32 i_reserved2;
};
static_assert(sizeof(struct ext2_inode) == 128, "an inode has 128 bytes");

#define EXT2_SYNC_FL 0x8u
#define EXT2_IMMUTABLE_FL 0x10u
#define EXT2_APPEND_FL 0x20u
#define EXT2_INDEX_FL 0x1000u /* hashed directory */
/* What a new file takes over from its directory. */
#define EXT2_FL_INHERITED (EXT2_SYNC_FL)

/* An extended attribute block: only its reference count matters here. */
#define EXT2_XATTR_MAGIC 0xea020000u
struct ext2_xattr_header {
	u32 h_magic, h_refcount, h_blocks, h_hash;
};

struct ext2_dir_entry {
	u32 inode; /* 0: unused */
	u16 rec_len;
	u8 name_len;
	u8 file_type; /* with FILETYPE; else the high byte of name_len, which is 0 */
	char name[];
};
#define EXT2_NAME_LEN 255
#define EXT2_DIR_ENTRY_MIN 12
#define EXT2_DIR_REC_LEN(name_len) (((name_len) + 8u + 3u) & ~3u)

enum ext2_file_type {
	EXT2_FT_UNKNOWN, EXT2_FT_REG_FILE, EXT2_FT_DIR, EXT2_FT_CHRDEV, EXT2_FT_BLKDEV,
	EXT2_FT_FIFO, EXT2_FT_SOCK, EXT2_FT_SYMLINK, EXT2_FT_MAX
};

#define EXT2_LINK_MAX 32000

#endif
