/* SPDX-License-Identifier: MIT */
/*
 * Open files: making them, their last reference, write access against execution.
 *
 * A struct file's reference count is its only state; the last fput releases locks, tells the file
 * system and drops the path.  i_writecount: > 0 open for writing that often; < 0 being executed (or
 * used as a swap area) that often; the two exclude each other (-ETXTBSY).
 *
 * Locking: writecount_lock (spin) guards every i_writecount.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/eventpoll.h>
#include <quire/file.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/page.h>
#include <quire/procfs.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/specfs.h>
#include <quire/string.h>
#include <quire/syscalls_fs.h>

#define FILES_PER_PAGES(pages) ((pages) * 4 / 10) /* a tenth of memory at 1 KiB each, as Linux has it */
#define MAX_NON_LFS 0x7fffffffll

static struct kmem_cache *filp_cachep;
static atomic_t open_files = ATOMIC_INIT(0);
static unsigned long file_max;
static DEFINE_SPINLOCK(writecount_lock);

void open_init(void)
{
	filp_cachep = kmem_cache_create("filp", sizeof(struct file), 0, SLAB_HWCACHE_ALIGN, NULL);
	file_max = FILES_PER_PAGES(totalram_pages);
}

static unsigned long nr_open_files(void)
{
	return (unsigned long)atomic_read(&open_files);
}

static int file_nr_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%lu\t0\t%lu\n", nr_open_files(), file_max);
	return 0;
}

void open_proc_init(void)
{
	proc_create_show("sys/fs/file-nr", 0444, file_nr_show);
	sysctl_register_ulong("sys/fs/file-max", &file_max, 0, INT_MAX, NULL);
}

/* One reference, nothing else set; ERR_PTR. */
struct file *get_empty_filp(void)
{
	struct file *file;

	if (nr_open_files() >= file_max && !capable())
		return ERR_PTR(-ENFILE);
	file = kmem_cache_zalloc(filp_cachep, GFP_KERNEL);
	if (!file)
		return ERR_PTR(-ENOMEM);
	atomic_inc(&open_files);
	atomic_set(&file->f_count, 1);
	mutex_init(&file->f_pos_lock);
	INIT_LIST_HEAD(&file->f_list);
	return file;
}

void file_free(struct file *file)
{
	atomic_dec(&open_files);
	kmem_cache_free(filp_cachep, file);
}

int get_write_access(struct inode *inode)
{
	int err = 0;

	spin_lock(&writecount_lock);
	if (inode->i_writecount < 0)
		err = -ETXTBSY;
	else
		inode->i_writecount++;
	spin_unlock(&writecount_lock);
	return err;
}

void put_write_access(struct inode *inode)
{
	spin_lock(&writecount_lock);
	inode->i_writecount--;
	spin_unlock(&writecount_lock);
}

int deny_write_access(struct file *file)
{
	struct inode *inode = file_inode(file);
	int err = 0;

	spin_lock(&writecount_lock);
	if (inode->i_writecount > 0)
		err = -ETXTBSY;
	else
		inode->i_writecount--;
	spin_unlock(&writecount_lock);
	return err;
}

void allow_write_access(struct file *file)
{
	struct inode *inode = file_inode(file);

	spin_lock(&writecount_lock);
	inode->i_writecount++;
	spin_unlock(&writecount_lock);
}

/* Does an open with this mode count as a writer? */
static bool counts_as_writer(const struct file *file)
{
	return file->f_mode & FMODE_WRITE && S_ISREG(file_inode(file)->i_mode);
}

static void __fput(struct file *file)
{
	struct inode *inode = file_inode(file);

	eventpoll_release(file);
	locks_remove_flock(file);
	if (file->f_op && file->f_op->release)
		file->f_op->release(inode, file);
	if (counts_as_writer(file))
		put_write_access(inode);
	path_put(&file->f_path);
	file_free(file);
}

/* One reference less; the last may sleep for long. */
void fput(struct file *file)
{
	if (atomic_dec_and_test(&file->f_count))
		__fput(file);
}

/*
 * A descriptor of the table owner is closed: what close(2) does to the open file; drops the table's
 * reference. => flush's error
 */
int filp_close_owner(struct file *file, struct files_struct *owner)
{
	int err = 0;

	if (!(file->f_mode & FMODE_PATH)) {
		if (file->f_op && file->f_op->flush)
			err = file->f_op->flush(file);
		locks_remove_posix(file, owner);
	}
	fput(file);
	return err;
}

int filp_close(struct file *file)
{
	return filp_close_owner(file, current->files);
}

/* Everything but the file system's own open. */
static int file_setup(struct file *file, const struct path *path, int flags)
{
	struct inode *inode = path->dentry->d_inode;
	int err;

	file->f_flags = (unsigned int)flags;
	file->f_mode = (unsigned int)(flags + 1) & O_ACCMODE;
	if (flags & O_PATH)
		file->f_mode = FMODE_PATH;
	if (file->f_mode & FMODE_WRITE && S_ISREG(inode->i_mode)) {
		err = get_write_access(inode);
		if (err)
			return err;
	}
	path_get(path);
	file->f_path = *path;
	file->f_mapping = inode->i_mapping;
	file->f_wb_seq = file_sample_wb_seq(inode->i_mapping);
	file_ra_state_init(&file->f_ra);
	if (!(flags & O_PATH)) {
		file->f_op = inode->i_fop;
		file->f_mode |= FMODE_LSEEK;
		if (S_ISREG(inode->i_mode) || S_ISDIR(inode->i_mode) || S_ISBLK(inode->i_mode))
			file->f_mode |= FMODE_LOCKED_POS;
	}
	return 0;
}

/* Open an inode by its path; takes references of its own. => ERR_PTR */
struct file *dentry_open(const struct path *path, int flags)
{
	struct file *file = get_empty_filp();
	int err;

	if (IS_ERR(file))
		return file;
	err = file_setup(file, path, flags);
	if (err) {
		file_free(file);
		return ERR_PTR(err);
	}
	if (file->f_op && file->f_op->open)
		err = file->f_op->open(path->dentry->d_inode, file);
	if (!err && flags & O_DIRECT && !(flags & O_PATH))
		err = -EINVAL;	/* no transfers past the cache */
	if (err) {
		if (counts_as_writer(file))
			put_write_access(path->dentry->d_inode);
		path_put(&file->f_path);
		file_free(file);
		return ERR_PTR(err);
	}
	file->f_flags &= ~(unsigned int)(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC);
	return file;
}

/* ---- files without a name ---- */

/*
 * A file on an inode that no directory holds.  Takes the inode's reference, also on failure.
 * The dentry is a root of its own, named for /proc/PID/fd.  => ERR_PTR
 */
struct file *alloc_anon_file(struct inode *inode, const char *name, unsigned int mode,
			     const struct file_operations *fops)
{
	struct qstr q = { .name = name, .len = strlen(name) };
	struct file *file = get_empty_filp();
	struct dentry *dentry;

	if (IS_ERR(file)) {
		iput(inode);
		return file;
	}
	dentry = d_alloc(NULL, &q);
	if (!dentry) {
		iput(inode);
		file_free(file);
		return ERR_PTR(-ENOMEM);
	}
	dentry->d_sb = inode->i_sb;
	d_instantiate(dentry, inode);
	file->f_path.dentry = dentry;
	file->f_path.mnt = mntget(anon_mnt());
	file->f_mapping = inode->i_mapping;
	file->f_wb_seq = file_sample_wb_seq(inode->i_mapping);
	file->f_mode = mode;
	file->f_op = fops;
	file_ra_state_init(&file->f_ra);
	if ((mode & (FMODE_READ | FMODE_WRITE)) == (FMODE_READ | FMODE_WRITE))
		file->f_flags = O_RDWR;
	else
		file->f_flags = mode & FMODE_WRITE ? O_WRONLY : O_RDONLY;
	if (counts_as_writer(file)) {
		int err = get_write_access(inode);

		assert(!err);
	}
	return file;
}

/* ---- for file systems and the kernel ---- */

int generic_file_open(struct inode *inode, struct file *file)
{
	if (!(file->f_flags & O_LARGEFILE) && i_size_read(inode) > MAX_NON_LFS)
		return -EOVERFLOW;
	return 0;
}

struct file *filp_open(const char *name, int flags, int mode)
{
	return do_filp_open(AT_FDCWD, name, flags | O_LARGEFILE, mode);
}

/* Opens a program: a regular file that may be executed; nobody writes it until allow_write_access. */
struct file *open_exec(const char *name)
{
	struct file *file;
	struct inode *inode;
	struct path path;
	int err = kern_path(name, LOOKUP_FOLLOW, &path);

	if (err)
		return ERR_PTR(err);
	inode = path.dentry->d_inode;
	err = -EACCES;
	if (S_ISREG(inode->i_mode) && !(path.mnt->mnt_flags & MNT_NOEXEC))
		err = inode_permission(inode, MAY_EXEC);
	file = err ? ERR_PTR(err) : dentry_open(&path, O_RDONLY | O_LARGEFILE);
	path_put(&path);
	if (IS_ERR(file))
		return file;
	err = deny_write_access(file);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	return file;
}

/* ---- system calls ---- */

long sys_openat(int dfd, const char __user *name, int flags, int mode)
{
	struct filename f;
	struct file *file;
	int fd = getname(&f, name);

	if (fd)
		return fd;
	fd = get_unused_fd((unsigned int)flags);
	if (fd >= 0) {
		file = do_filp_open(dfd, f.name, flags, mode & ~current->fs->umask & S_IALLUGO);
		if (IS_ERR(file)) {
			put_unused_fd((unsigned int)fd);
			fd = (int)PTR_ERR(file);
		} else {
			fd_install((unsigned int)fd, file);
		}
	}
	putname(&f);
	return fd;
}

long sys_open(const char __user *name, int flags, int mode)
{
	return sys_openat(AT_FDCWD, name, flags, mode);
}

long sys_creat(const char __user *name, int mode)
{
	return sys_openat(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

long sys_close(unsigned int fd)
{
	int err = sys_close_fd(fd);

	/* The descriptor is gone: a restarted close would hit somebody else's. */
	if (err == -ERESTARTSYS || err == -ERESTARTNOINTR || err == -ERESTARTNOHAND)
		err = -EINTR;
	return err;
}

/* access(2) judges by the real ids. */
long sys_faccessat2(int dfd, const char __user *name, int mode, int flags)
{
	uid_t fsuid = current->fsuid;
	gid_t fsgid = current->fsgid;
	unsigned int lookup = flags & AT_SYMLINK_NOFOLLOW ? 0 : LOOKUP_FOLLOW;
	struct path path;
	int err;

	if (mode & ~(MAY_READ | MAY_WRITE | MAY_EXEC) ||
	    flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
		return -EINVAL;
	if (flags & AT_EMPTY_PATH)
		lookup |= LOOKUP_EMPTY;
	if (!(flags & AT_EACCESS)) {
		current->fsuid = current->uid;
		current->fsgid = current->gid;
	}
	err = user_path_at(dfd, name, lookup, &path);
	if (!err) {
		struct inode *inode = path.dentry->d_inode;

		if (mode & MAY_EXEC && S_ISREG(inode->i_mode) && path.mnt->mnt_flags & MNT_NOEXEC)
			err = -EACCES;
		if (!err)
			err = inode_permission(inode, mode);
		if (!err && mode & MAY_WRITE && !S_ISCHR(inode->i_mode) && !S_ISBLK(inode->i_mode) &&
		    !S_ISFIFO(inode->i_mode))
			err = mnt_want_write(path.mnt);
		path_put(&path);
	}
	current->fsuid = fsuid;
	current->fsgid = fsgid;
	return err;
}

long sys_faccessat(int dfd, const char __user *name, int mode)
{
	return sys_faccessat2(dfd, name, mode, 0);
}

long sys_access(const char __user *name, int mode)
{
	return sys_faccessat2(AT_FDCWD, name, mode, 0);
}
