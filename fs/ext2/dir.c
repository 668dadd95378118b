/* SPDX-License-Identifier: MIT */
/*
 * Directories: blocks of entries, read and written as buffers of the device.
 *
 * Invariant of a block: entries follow each other by rec_len and fill the block exactly; an entry
 * with inode 0 is room.  Every entry is checked before it is used; a bad one spoils the rest of
 * its block only.
 *
 * A directory that was hashed on another system is searched linearly here, and loses its INDEX
 * flag at the first change, since the change does not keep the index right; to those who know no
 * index its blocks are ordinary.
 *
 * Locking: i_mutex of the directory.
 */
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/string.h>

#include "ext2.h"

#define READAHEAD_BLOCKS 4u

static const u8 type_of_mode[16] = {
	[S_IFREG >> 12] = EXT2_FT_REG_FILE, [S_IFDIR >> 12] = EXT2_FT_DIR,
	[S_IFCHR >> 12] = EXT2_FT_CHRDEV,   [S_IFBLK >> 12] = EXT2_FT_BLKDEV,
	[S_IFIFO >> 12] = EXT2_FT_FIFO,	    [S_IFSOCK >> 12] = EXT2_FT_SOCK,
	[S_IFLNK >> 12] = EXT2_FT_SYMLINK,
};

static const u8 dt_of_type[EXT2_FT_MAX] = {
	[EXT2_FT_UNKNOWN] = DT_UNKNOWN, [EXT2_FT_REG_FILE] = DT_REG, [EXT2_FT_DIR] = DT_DIR,
	[EXT2_FT_CHRDEV] = DT_CHR,	[EXT2_FT_BLKDEV] = DT_BLK,   [EXT2_FT_FIFO] = DT_FIFO,
	[EXT2_FT_SOCK] = DT_SOCK,	[EXT2_FT_SYMLINK] = DT_LNK,
};

static u32 block_size(const struct inode *dir)
{
	return dir->i_sb->s_blocksize;
}

static u32 dir_blocks(const struct inode *dir)
{
	return i_size_read(dir) >> dir->i_blkbits;
}

static struct ext2_dir_entry *entry_at(struct buffer_head *bh, u32 offset)
{
	return (struct ext2_dir_entry *)(bh->b_data + offset);
}

/* => the device's block of directory block n; 0: a hole; *error */
static u32 map_dir_block(struct inode *dir, u32 n, bool create, int *error)
{
	struct buffer_head map = { .b_size = block_size(dir) };

	*error = ext2_get_block(dir, n, &map, create);
	return *error || !buffer_mapped(&map) ? 0 : map.b_blocknr;
}

static void read_ahead(struct inode *dir, u32 n)
{
	u32 end = min(n + READAHEAD_BLOCKS, dir_blocks(dir));
	int error;

	while (++n < end) {
		u32 block = map_dir_block(dir, n, false, &error);

		if (block)
			sb_breadahead(dir->i_sb, block);
	}
}

/*
 * Directory block n, referenced; NULL: *error, or (0) a hole, which is reported and holds no
 * names.
 */
static struct buffer_head *read_dir_block(struct inode *dir, u32 n, int *error)
{
	u32 block = map_dir_block(dir, n, false, error);
	struct buffer_head *bh;

	if (!block) {
		if (!*error)
			ext2_error(dir->i_sb, "directory %lu has a hole at block %u", dir->i_ino,
				   n);
		return NULL;
	}
	if (n % READAHEAD_BLOCKS == 0)
		read_ahead(dir, n);
	bh = sb_bread(dir->i_sb, block);
	if (!bh)
		*error = -EIO;
	return bh;
}

static bool entry_ok(struct inode *dir, const struct buffer_head *bh, u32 offset)
{
	const struct ext2_dir_entry *de = (const void *)(bh->b_data + offset);
	u32 room = block_size(dir) - offset;
	const char *wrong = NULL;

	if (room < EXT2_DIR_ENTRY_MIN || de->rec_len < EXT2_DIR_ENTRY_MIN)
		wrong = "is too short";
	else if (de->rec_len % 4)
		wrong = "is not aligned";
	else if (de->rec_len > room)
		wrong = "leaves its block";
	else if (EXT2_DIR_REC_LEN(de->name_len) > de->rec_len)
		wrong = "is shorter than its name";
	else if (de->inode > EXT2_SB(dir->i_sb)->inodes_count)
		wrong = "names no inode";
	if (wrong)
		ext2_error(dir->i_sb, "directory %lu: the entry at %u of block %llu %s", dir->i_ino,
			   offset, bh->b_blocknr, wrong);
	return !wrong;
}

static bool name_matches(const struct ext2_dir_entry *de, const struct qstr *name)
{
	return de->inode && de->name_len == name->len && !memcmp(de->name, name->name, name->len);
}

/* The entry of that name in the block, or NULL; *error when the block is bad. */
static struct ext2_dir_entry *find_in_block(struct inode *dir, struct buffer_head *bh,
					    const struct qstr *name, int *error)
{
	u32 offset = 0;

	while (offset < block_size(dir)) {
		struct ext2_dir_entry *de = entry_at(bh, offset);

		if (!entry_ok(dir, bh, offset)) {
			*error = -EIO;
			return NULL;
		}
		if (name_matches(de, name))
			return de;
		offset += de->rec_len;
	}
	return NULL;
}

int ext2_find_entry(struct inode *dir, const struct qstr *name, struct ext2_dir_slot *slot)
{
	u32 n, blocks = dir_blocks(dir);
	int error = 0;

	if (name->len > EXT2_NAME_LEN)
		return -ENAMETOOLONG;
	for (n = 0; n < blocks; n++) {
		int e = 0;
		struct buffer_head *bh = read_dir_block(dir, n, &e);

		if (bh) {
			slot->de = find_in_block(dir, bh, name, &e);
			slot->bh = bh;
			if (slot->de)
				return 0;
			brelse(bh);
		}
		/* A bad block does not hide the names in the others. */
		error = error ? error : e;
	}
	return error ? error : -ENOENT;
}

int ext2_find_dotdot(struct inode *dir, struct ext2_dir_slot *slot)
{
	static const struct qstr dotdot = { .name = "..", .len = 2 };

	return ext2_find_entry(dir, &dotdot, slot);
}

/* ---- changing ---- */

static void dir_changed(struct inode *dir)
{
	EXT2_I(dir)->flags &= ~EXT2_INDEX_FL;
	dir->i_mtime = dir->i_ctime = current_fs_time();
	mark_inode_dirty(dir);
}

static void fill_entry(struct ext2_dir_entry *de, const struct inode *inode)
{
	de->inode = inode->i_ino;
	de->file_type = EXT2_SB(inode->i_sb)->filetype ?
				type_of_mode[(inode->i_mode & S_IFMT) >> 12] : EXT2_FT_UNKNOWN;
}

/* Bytes of the entry that its own name does not need. */
static u32 spare_room(const struct ext2_dir_entry *de)
{
	return de->inode ? de->rec_len - EXT2_DIR_REC_LEN(de->name_len) : de->rec_len;
}

/* An entry with room for need bytes, from the one at offset on; or NULL */
static struct ext2_dir_entry *find_room(struct inode *dir, struct buffer_head *bh, u32 offset,
					u32 need, int *error)
{
	while (offset < block_size(dir)) {
		struct ext2_dir_entry *de = entry_at(bh, offset);

		if (!entry_ok(dir, bh, offset)) {
			*error = -EIO;
			return NULL;
		}
		if (spare_room(de) >= need)
			return de;
		offset += de->rec_len;
	}
	return NULL;
}

/* Put the name into the spare room of de, which is split if it is in use. => the name's entry */
static struct ext2_dir_entry *insert_name(struct ext2_dir_entry *de, const struct qstr *name,
					  const struct inode *inode)
{
	if (de->inode) {
		u32 used = EXT2_DIR_REC_LEN(de->name_len);
		struct ext2_dir_entry *rest = (void *)((char *)de + used);

		rest->rec_len = de->rec_len - used;
		de->rec_len = used;
		de = rest;
	}
	de->name_len = name->len;
	memcpy(de->name, name->name, name->len);
	fill_entry(de, inode);
	return de;
}

/* A block at the end of the directory, one empty entry; referenced, or NULL: *error */
static struct buffer_head *append_block(struct inode *dir, int *error)
{
	u32 block = map_dir_block(dir, dir_blocks(dir), true, error);
	struct buffer_head *bh = block ? sb_getblk(dir->i_sb, block) : NULL;

	if (!bh) {
		if (block) {
			ext2_trim(dir);
			*error = -EIO;
		}
		return NULL;
	}
	lock_buffer(bh);
	memset(bh->b_data, 0, bh->b_size);
	entry_at(bh, 0)->rec_len = block_size(dir);
	set_buffer_uptodate(bh);
	unlock_buffer(bh);
	mark_buffer_dirty(bh);
	i_size_write(dir, i_size_read(dir) + block_size(dir));
	mark_inode_dirty(dir);
	return bh;
}

static void set_hint(struct inode *dir, u32 block, u32 offset)
{
	EXT2_I(dir)->dir_hint = block;
	EXT2_I(dir)->dir_hint_offset = offset;
}

/* The first block, from the hint on and round, with room for need bytes; *de is where. */
static struct buffer_head *find_block_with_room(struct inode *dir, u32 need,
						struct ext2_dir_entry **de, int *error)
{
	struct ext2_inode_info *ei = EXT2_I(dir);
	u32 blocks = dir_blocks(dir), n = ei->dir_hint, offset = ei->dir_hint_offset, i;
	struct buffer_head *bh;

	for (i = 0; i < blocks; i++) {
		int e = 0;

		bh = read_dir_block(dir, n, &e);
		*de = bh ? find_room(dir, bh, offset, need, &e) : NULL;
		if (*de) {
			set_hint(dir, n, (char *)*de - bh->b_data);
			return bh;
		}
		brelse(bh);
		offset = 0;
		if (++n >= blocks)
			n = 0;
	}
	bh = append_block(dir, error);
	if (bh) {
		*de = entry_at(bh, 0);
		set_hint(dir, blocks, 0);
	}
	return bh;
}

/* The name is not there yet. => 0 or -errno */
int ext2_add_entry(struct inode *dir, const struct qstr *name, struct inode *inode)
{
	struct ext2_dir_entry *de;
	struct buffer_head *bh;
	int error = 0;

	if (name->len == 0 || name->len > EXT2_NAME_LEN)
		return name->len ? -ENAMETOOLONG : -EINVAL;
	bh = find_block_with_room(dir, EXT2_DIR_REC_LEN(name->len), &de, &error);
	if (!bh)
		return error;
	lock_buffer(bh);
	de = insert_name(de, name, inode);
	EXT2_I(dir)->dir_hint_offset = (char *)de - bh->b_data;
	unlock_buffer(bh);
	mark_buffer_dirty(bh);
	brelse(bh);
	dir_changed(dir);
	return 0;
}

int ext2_delete_entry(struct inode *dir, struct ext2_dir_slot *slot)
{
	struct ext2_dir_entry *prev = NULL, *de = entry_at(slot->bh, 0);
	u32 offset;

	while (de != slot->de) {
		offset = (char *)de - slot->bh->b_data;
		if (!entry_ok(dir, slot->bh, offset) || de > slot->de) {
			brelse(slot->bh);
			return -EIO;
		}
		prev = de;
		de = entry_at(slot->bh, offset + de->rec_len);
	}
	lock_buffer(slot->bh);
	if (prev)
		prev->rec_len += de->rec_len;
	de->inode = 0;
	unlock_buffer(slot->bh);
	mark_buffer_dirty(slot->bh);
	set_hint(dir, 0, 0);
	brelse(slot->bh);
	dir_changed(dir);
	return 0;
}

int ext2_set_entry(struct inode *dir, struct ext2_dir_slot *slot, struct inode *inode)
{
	lock_buffer(slot->bh);
	fill_entry(slot->de, inode);
	unlock_buffer(slot->bh);
	mark_buffer_dirty(slot->bh);
	brelse(slot->bh);
	dir_changed(dir);
	return 0;
}

/* "." and "..", in a new directory. */
int ext2_make_empty(struct inode *inode, struct inode *parent)
{
	static const struct qstr dot = { .name = ".", .len = 1 };
	static const struct qstr dotdot = { .name = "..", .len = 2 };
	int error = ext2_add_entry(inode, &dot, inode);

	return error ? error : ext2_add_entry(inode, &dotdot, parent);
}

static bool is_dots(const struct ext2_dir_entry *de)
{
	return de->name[0] == '.' &&
	       (de->name_len == 1 || (de->name_len == 2 && de->name[1] == '.'));
}

/* Only "." and ".."?  A block that cannot be read is not empty. */
bool ext2_empty_dir(struct inode *inode)
{
	u32 n, offset, blocks = dir_blocks(inode);
	int error = 0;

	for (n = 0; n < blocks; n++) {
		struct buffer_head *bh = read_dir_block(inode, n, &error);

		if (!bh && error)
			return false;
		for (offset = 0; bh && offset < block_size(inode);) {
			struct ext2_dir_entry *de = entry_at(bh, offset);

			if (!entry_ok(inode, bh, offset) || (de->inode && !is_dots(de))) {
				brelse(bh);
				return false;
			}
			offset += de->rec_len;
		}
		brelse(bh);
	}
	return true;
}

/* ---- readdir ---- */

/* A slash or a NUL in a name would confuse whoever uses it in a path. */
static bool name_usable(struct inode *dir, const struct ext2_dir_entry *de)
{
	if (de->name_len && !memchr(de->name, '/', de->name_len) &&
	    !memchr(de->name, '\0', de->name_len))
		return true;
	ext2_error(dir->i_sb, "directory %lu: an unusable name", dir->i_ino);
	return false;
}

/* Give the block's entries from f_pos on.  => 1: the reader is full; 0: end of block; -EIO */
static int read_block_entries(struct file *file, struct inode *dir, struct buffer_head *bh,
			      void *dirent, filldir_t filldir)
{
	u32 mask = block_size(dir) - 1, offset = 0;
	loff_t base = file->f_pos & ~(loff_t)mask;
	u32 start = file->f_pos & mask;

	/* From the block's start: the position may point into the middle of an entry by now. */
	while (offset < block_size(dir)) {
		struct ext2_dir_entry *de = entry_at(bh, offset);
		u8 type;

		if (!entry_ok(dir, bh, offset)) {
			file->f_pos = base + block_size(dir);
			return -EIO;
		}
		if (offset >= start && de->inode && name_usable(dir, de)) {
			type = de->file_type < EXT2_FT_MAX ? dt_of_type[de->file_type] : DT_UNKNOWN;
			file->f_pos = base + offset;
			if (filldir(dirent, de->name, de->name_len, file->f_pos, de->inode, type))
				return 1;
		}
		offset += de->rec_len;
	}
	file->f_pos = base + block_size(dir);
	return 0;
}

static int ext2_readdir(struct file *file, void *dirent, filldir_t filldir)
{
	struct inode *dir = file_inode(file);
	int error = 0, r = 0;

	while (file->f_pos < i_size_read(dir) && r == 0) {
		struct buffer_head *bh;

		bh = read_dir_block(dir, file->f_pos >> dir->i_blkbits, &error);
		if (!bh) {
			file->f_pos = (file->f_pos | (block_size(dir) - 1)) + 1;
			if (error)
				return error;
			continue;
		}
		r = read_block_entries(file, dir, bh, dirent, filldir);
		brelse(bh);
	}
	return r < 0 ? r : 0;
}

const struct file_operations ext2_dir_fops = {
	.llseek = generic_file_llseek,
	.read = generic_read_dir,
	.readdir = ext2_readdir,
	.fsync = ext2_fsync,
};
