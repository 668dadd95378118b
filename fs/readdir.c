/* SPDX-License-Identifier: MIT */
/*
 * getdents in its three forms.
 *
 * The file system calls filldir for each entry with the position of that entry; the entry before gets
 * it as its d_off.  What does not fit any more stops the walk, and the position stays in front of it.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/mount.h>
#include <quire/sched.h>
#include <quire/syscalls_fs.h>
#include <quire/uaccess.h>

struct linux_dirent {
	unsigned long d_ino, d_off;
	u16 d_reclen;
	char d_name[];	/* behind its NUL, in the last byte of the record: the type */
};

struct linux_dirent64 {
	u64 d_ino;
	s64 d_off;
	u16 d_reclen;
	u8 d_type;
	char d_name[];
};

struct old_linux_dirent {
	unsigned long d_ino, d_offset;
	u16 d_namlen;
	char d_name[];
};

struct getdents_buf {
	char __user *current_dir;	/* where the next record goes */
	char __user *previous;		/* the last one written */
	int count;			/* bytes left */
	int error;			/* why filldir stopped */
};

/* The directory from its position on, its i_mutex held. => 0 or -errno */
static int vfs_readdir(struct file *file, filldir_t filldir, void *buf)
{
	struct inode *inode = file_inode(file);
	int err = -ENOENT;

	if (!file->f_op || !file->f_op->readdir)
		return -ENOTDIR;
	mutex_lock(&inode->i_mutex);
	if (!IS_DEADDIR(inode))
		err = file->f_op->readdir(file, buf, filldir);
	mutex_unlock(&inode->i_mutex);
	touch_atime(file->f_vfsmnt, file->f_dentry);
	return err;
}

/* A record's offset is known when the next one comes.  => 0, -EFAULT */
static int put_offset64(char __user *record, loff_t offset)
{
	return put_user(offset, &((struct linux_dirent64 __user *)record)->d_off);
}

static int put_offset32(char __user *record, loff_t offset)
{
	return put_user((unsigned long)offset, &((struct linux_dirent __user *)record)->d_off);
}

static int filldir64(void *arg, const char *name, int len, loff_t offset, u64 ino, unsigned int type)
{
	struct getdents_buf *b = arg;
	int reclen = (int)ALIGN(offsetof(struct linux_dirent64, d_name) + (unsigned int)len + 1, 8u);
	struct linux_dirent64 __user *d = (struct linux_dirent64 __user *)b->current_dir;
	struct linux_dirent64 head = {
		.d_ino = ino, .d_reclen = (u16)reclen, .d_type = (u8)type,
	};

	b->error = -EINVAL;
	if (reclen > b->count)
		return -EINVAL;
	if (b->previous && signal_pending(current)) {
		b->error = -EINTR;
		return -EINTR;
	}
	b->error = -EFAULT;
	if (b->previous && put_offset64(b->previous, offset))
		return -EFAULT;
	if (copy_to_user(d, &head, offsetof(struct linux_dirent64, d_name)) ||
	    copy_to_user(d->d_name, name, (size_t)len) || put_user((char)0, d->d_name + len))
		return -EFAULT;
	b->error = 0;
	b->previous = b->current_dir;
	b->current_dir += reclen;
	b->count -= reclen;
	return 0;
}

static int filldir(void *arg, const char *name, int len, loff_t offset, u64 ino, unsigned int type)
{
	struct getdents_buf *b = arg;
	int reclen = (int)ALIGN(offsetof(struct linux_dirent, d_name) + (unsigned int)len + 2, 4u);
	struct linux_dirent __user *d = (struct linux_dirent __user *)b->current_dir;

	b->error = -EINVAL;
	if (reclen > b->count)
		return -EINVAL;
	b->error = -EOVERFLOW;
	if (ino > U32_MAX)
		return -EOVERFLOW;
	b->error = -EFAULT;
	if (b->previous && put_offset32(b->previous, offset))
		return -EFAULT;
	if (put_user((unsigned long)ino, &d->d_ino) || put_user((u16)reclen, &d->d_reclen) ||
	    copy_to_user(d->d_name, name, (size_t)len) || put_user((char)0, d->d_name + len) ||
	    put_user((char)type, b->current_dir + reclen - 1))
		return -EFAULT;
	b->error = 0;
	b->previous = b->current_dir;
	b->current_dir += reclen;
	b->count -= reclen;
	return 0;
}

static struct file *get_directory(unsigned int fd, const void __user *buf, unsigned int count)
{
	struct file *file;

	if (!access_ok(buf, count))
		return ERR_PTR(-EFAULT);
	file = fget(fd);
	return file ? file : ERR_PTR(-EBADF);
}

/* The calls differ in the form of their records, which fill writes. */
static long do_getdents(unsigned int fd, char __user *dirent, unsigned int count, filldir_t fill,
			int (*put_offset)(char __user *record, loff_t offset))
{
	struct getdents_buf buf = {
		.current_dir = dirent,
		.count = (int)min(count, (unsigned int)S32_MAX),
	};
	struct file *file = get_directory(fd, dirent, count);
	long err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	mutex_lock(&file->f_pos_lock);
	err = vfs_readdir(file, fill, &buf);
	if (!err && buf.error && !buf.previous)
		err = buf.error;
	if (buf.previous)
		err = put_offset(buf.previous, file->f_pos) ?: buf.current_dir - dirent;
	mutex_unlock(&file->f_pos_lock);
	fput(file);
	return err;
}

long sys_getdents64(unsigned int fd, struct linux_dirent64 __user *dirent, unsigned int count)
{
	return do_getdents(fd, (char __user *)dirent, count, filldir64, put_offset64);
}

long sys_getdents(unsigned int fd, struct linux_dirent __user *dirent, unsigned int count)
{
	return do_getdents(fd, (char __user *)dirent, count, filldir, put_offset32);
}

/* readdir(89): one entry a call. */
struct old_readdir_buf {
	struct old_linux_dirent __user *dirent;
	int result;
};

static int fill_one(void *arg, const char *name, int len, loff_t offset, u64 ino, unsigned int type)
{
	struct old_readdir_buf *b = arg;
	struct old_linux_dirent __user *d = b->dirent;

	if (b->result)
		return -EINVAL;
	b->result = 1;
	if (put_user((unsigned long)ino, &d->d_ino) || put_user((unsigned long)offset, &d->d_offset) ||
	    put_user((u16)len, &d->d_namlen) || copy_to_user(d->d_name, name, (size_t)len) ||
	    put_user((char)0, d->d_name + len)) {
		b->result = -EFAULT;
		return -EFAULT;
	}
	return 0;
}

long sys_old_readdir(unsigned int fd, struct old_linux_dirent __user *dirent, unsigned int count)
{
	struct old_readdir_buf buf = { .dirent = dirent };
	struct file *file = fget(fd);
	int err;

	if (!file)
		return -EBADF;
	mutex_lock(&file->f_pos_lock);
	err = vfs_readdir(file, fill_one, &buf);
	mutex_unlock(&file->f_pos_lock);
	fput(file);
	return buf.result ? buf.result : err;
}
