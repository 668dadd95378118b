/* SPDX-License-Identifier: MIT */
/*
 * A task's table of open files.
 *
 * The table starts with one word of descriptors and doubles up to MAX_FDS.  open_fds says which
 * numbers are taken (a number may be taken and its file not yet there: between get_unused_fd and
 * fd_install); close_on_exec is a subset.  Invariant: next_fd <= the lowest free number.
 *
 * Locking: files->file_lock (spin) guards everything in files_struct; fget takes the file's
 * reference under it.
 */
#include <quire/assert.h>
#include <quire/bitmap.h>
#include <quire/err.h>
#include <quire/file.h>
#include <quire/syscalls_fs.h>
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#define FIRST_FDS 32u

/* Room for n descriptors, all empty, in one piece: the file pointers, then the two bitmaps. */
static struct file **alloc_table(unsigned int n, unsigned long **open_fds, unsigned long **cloexec)
{
	size_t map = BITS_TO_LONGS(n) * sizeof(long);
	struct file **fd = kzalloc(n * sizeof(*fd) + 2 * map, GFP_KERNEL);

	if (fd) {
		*open_fds = (unsigned long *)(fd + n);
		*cloexec = *open_fds + BITS_TO_LONGS(n);
	}
	return fd;
}

static struct files_struct *alloc_files(unsigned int n)
{
	struct files_struct *files = kzalloc(sizeof(*files), GFP_KERNEL);

	if (!files)
		return NULL;
	atomic_set(&files->count, 1);
	spin_lock_init(&files->file_lock);
	files->max_fds = n;
	files->fd = alloc_table(n, &files->open_fds, &files->close_on_exec);
	if (files->fd)
		return files;
	kfree(files);
	return NULL;
}

/* Boot: the running task gets an empty table. */
void files_init(void)
{
	current->files = alloc_files(FIRST_FDS);
	if (!current->files)
		panic("no memory for the first file table");
}

/* Make room for number nr.  file_lock held at entry and exit, not in between.  => 0, -ENOMEM */
static int expand_files_locked(struct files_struct *files, unsigned int nr)
{
	unsigned int n = files->max_fds, old_n;
	unsigned long *open_fds, *cloexec;
	struct file **fd, **old_fd;

	while (n <= nr)
		n *= 2;
	spin_unlock(&files->file_lock);
	fd = alloc_table(n, &open_fds, &cloexec);
	spin_lock(&files->file_lock);
	if (!fd)
		return -ENOMEM;
	old_n = files->max_fds;
	if (old_n > nr) { /* somebody else was faster */
		kfree(fd);
		return 0;
	}
	old_fd = files->fd;
	memcpy(fd, old_fd, old_n * sizeof(*fd));
	memcpy(open_fds, files->open_fds, BITS_TO_LONGS(old_n) * sizeof(long));
	memcpy(cloexec, files->close_on_exec, BITS_TO_LONGS(old_n) * sizeof(long));
	files->fd = fd;
	files->open_fds = open_fds;
	files->close_on_exec = cloexec;
	files->max_fds = n;
	kfree(old_fd);
	return 0;
}

static void set_cloexec_locked(struct files_struct *files, unsigned int fd, bool on)
{
	if (on)
		__set_bit(fd, files->close_on_exec);
	else
		__clear_bit(fd, files->close_on_exec);
}

/* Lowest free number >= start; taken.  flags: O_CLOEXEC.  => fd, -EMFILE, -ENOMEM */
int get_unused_fd_from(unsigned int start, unsigned int flags)
{
	struct files_struct *files = current->files;
	unsigned long limit = min_t(unsigned long, rlimit(RLIMIT_NOFILE), MAX_FDS);
	unsigned int fd;
	int err;

	spin_lock(&files->file_lock);
	for (;;) {
		fd = max(start, files->next_fd);
		if (fd < files->max_fds)
			fd = find_next_zero_bit(files->open_fds, files->max_fds, fd);
		err = -EMFILE;
		if (fd >= limit)
			goto out;
		if (fd < files->max_fds)
			break;
		err = expand_files_locked(files, fd);
		if (err)
			goto out;
	}
	__set_bit(fd, files->open_fds);
	set_cloexec_locked(files, fd, flags & O_CLOEXEC);
	if (start <= files->next_fd)
		files->next_fd = fd + 1;
	assert(!files->fd[fd]);
	err = (int)fd;
out:
	spin_unlock(&files->file_lock);
	return err;
}

int get_unused_fd(unsigned int flags)
{
	return get_unused_fd_from(0, flags);
}

static void free_fd_locked(struct files_struct *files, unsigned int fd)
{
	__clear_bit(fd, files->open_fds);
	__clear_bit(fd, files->close_on_exec);
	if (fd < files->next_fd)
		files->next_fd = fd;
}

void put_unused_fd(unsigned int fd)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	free_fd_locked(files, fd);
	spin_unlock(&files->file_lock);
}

int get_unused_fd_pair(unsigned int flags, int fd[2], int __user *fds)
{
	fd[0] = get_unused_fd(flags);
	if (fd[0] < 0)
		return fd[0];
	fd[1] = get_unused_fd(flags);
	if (fd[1] < 0) {
		put_unused_fd((unsigned int)fd[0]);
		return fd[1];
	}
	if (!copy_to_user(fds, fd, 2 * sizeof(fd[0])))
		return 0;
	put_unused_fd_pair(fd);
	return -EFAULT;
}

void put_unused_fd_pair(const int fd[2])
{
	put_unused_fd((unsigned int)fd[0]);
	put_unused_fd((unsigned int)fd[1]);
}

/* The file's reference becomes the table's. */
void fd_install(unsigned int fd, struct file *file)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	assert(!files->fd[fd]);
	files->fd[fd] = file;
	spin_unlock(&files->file_lock);
}

static struct file *fget_files(struct files_struct *files, unsigned int fd)
{
	struct file *file = NULL;

	spin_lock(&files->file_lock);
	if (fd < files->max_fds && files->fd[fd])
		file = get_file(files->fd[fd]);
	spin_unlock(&files->file_lock);
	return file;
}

struct file *fget_raw(unsigned int fd)
{
	return fget_files(current->files, fd);
}

/* Not an O_PATH file: those can do nothing but name a place. */
struct file *fget(unsigned int fd)
{
	struct file *file = fget_raw(fd);

	if (file && file->f_mode & FMODE_PATH) {
		fput(file);
		return NULL;
	}
	return file;
}

/* The files of a table that nobody else uses cannot go while its only user is in a system call. */
struct file *fget_light(unsigned int fd, bool *put)
{
	struct files_struct *files = current->files;
	struct file *file;

	*put = atomic_read(&files->count) > 1;
	if (*put)
		return fget(fd);
	file = fd < files->max_fds ? files->fd[fd] : NULL;
	return file && !(file->f_mode & FMODE_PATH) ? file : NULL;
}

/* File fd of another task, referenced; NULL: not open. */
struct file *fget_task(struct task_struct *t, unsigned int fd)
{
	struct files_struct *files = get_files_struct(t);
	struct file *file = files ? fget_files(files, fd) : NULL;

	if (files)
		put_files_struct(files);
	return file;
}

/* The next open descriptor of a task from *fd on, its file referenced; NULL: no more. */
struct file *fget_task_next(struct task_struct *t, unsigned int *fd)
{
	struct files_struct *files = get_files_struct(t);
	struct file *file = NULL;

	if (!files)
		return NULL;
	spin_lock(&files->file_lock);
	for (; *fd < files->max_fds && !file; ++*fd) {
		if (files->fd[*fd]) {
			file = get_file(files->fd[*fd]);
			break;
		}
	}
	spin_unlock(&files->file_lock);
	put_files_struct(files);
	return file;
}

int sys_close_fd(unsigned int fd)
{
	struct files_struct *files = current->files;
	struct file *file = NULL;

	spin_lock(&files->file_lock);
	if (fd < files->max_fds && files->fd[fd]) {
		file = files->fd[fd];
		files->fd[fd] = NULL;
		free_fd_locked(files, fd);
	}
	spin_unlock(&files->file_lock);
	return file ? filp_close(file) : -EBADF;
}

/* dup2: fd becomes file (takes a reference), closing what it was. => fd or -errno */
int replace_fd(unsigned int fd, struct file *file, unsigned int flags)
{
	struct files_struct *files = current->files;
	struct file *old;
	int err = 0;

	if (fd >= min_t(unsigned long, rlimit(RLIMIT_NOFILE), MAX_FDS))
		return -EBADF;
	spin_lock(&files->file_lock);
	if (fd >= files->max_fds)
		err = expand_files_locked(files, fd);
	old = err ? NULL : files->fd[fd];
	/* Taken but not there yet: another thread is between get_unused_fd and fd_install. */
	if (!err && !old && test_bit(fd, files->open_fds))
		err = -EBUSY;
	if (err) {
		spin_unlock(&files->file_lock);
		return err;
	}
	files->fd[fd] = get_file(file);
	__set_bit(fd, files->open_fds);
	set_cloexec_locked(files, fd, flags & O_CLOEXEC);
	spin_unlock(&files->file_lock);
	if (old)
		filp_close(old);
	return (int)fd;
}

/* F_GETFD, F_SETFD; => 0/1 or -EBADF */
int get_close_on_exec(unsigned int fd)
{
	struct files_struct *files = current->files;
	int on = -EBADF;

	spin_lock(&files->file_lock);
	if (fd < files->max_fds && files->fd[fd])
		on = test_bit(fd, files->close_on_exec);
	spin_unlock(&files->file_lock);
	return on;
}

void set_close_on_exec(unsigned int fd, bool on)
{
	struct files_struct *files = current->files;

	spin_lock(&files->file_lock);
	if (fd < files->max_fds && files->fd[fd])
		set_cloexec_locked(files, fd, on);
	spin_unlock(&files->file_lock);
}

/* ---- fork, exec, exit ---- */

/* The table of a task, with its count raised; NULL when it is exiting. */
struct files_struct *get_files_struct(struct task_struct *t)
{
	struct files_struct *files;

	task_lock(t);
	files = t->files;
	if (files)
		atomic_inc(&files->count);
	task_unlock(t);
	return files;
}

static void close_all(struct files_struct *files)
{
	unsigned int fd;

	for (fd = 0; fd < files->max_fds; fd++) {
		struct file *file = files->fd[fd];

		files->fd[fd] = NULL;
		if (file)
			filp_close_owner(file, files);
	}
}

void put_files_struct(struct files_struct *files)
{
	if (!atomic_dec_and_test(&files->count))
		return;
	close_all(files);
	kfree(files->fd);
	kfree(files);
}

static unsigned int table_size_for_copy(struct files_struct *old)
{
	unsigned int n = FIRST_FDS, last = old->max_fds;

	while (last > 0 && !test_bit(last - 1, old->open_fds))
		last--;
	while (n < last)
		n *= 2;
	return n;
}

static struct files_struct *dup_files(struct files_struct *old)
{
	struct files_struct *files = NULL;
	unsigned int n, fd;

	spin_lock(&old->file_lock);
	for (;;) {
		n = table_size_for_copy(old);
		if (files && files->max_fds >= n)
			break;
		spin_unlock(&old->file_lock);
		if (files)
			put_files_struct(files);
		files = alloc_files(n);
		if (!files)
			return NULL;
		spin_lock(&old->file_lock);
	}
	for (fd = 0; fd < min(n, old->max_fds); fd++) {
		if (!old->fd[fd])
			continue;
		files->fd[fd] = get_file(old->fd[fd]);
		__set_bit(fd, files->open_fds);
		set_cloexec_locked(files, fd, test_bit(fd, old->close_on_exec));
	}
	spin_unlock(&old->file_lock);
	return files;
}

int copy_files(unsigned long clone_flags, struct task_struct *t)
{
	struct files_struct *old = current->files;

	if (!old) { /* a kernel thread that gave its table up */
		t->files = NULL;
		return 0;
	}
	if (clone_flags & CLONE_FILES) {
		atomic_inc(&old->count);
		t->files = old;
		return 0;
	}
	t->files = dup_files(old);
	return t->files ? 0 : -ENOMEM;
}

void exit_files(struct task_struct *t)
{
	struct files_struct *files;

	task_lock(t);
	files = t->files;
	t->files = NULL;
	task_unlock(t);
	if (files)
		put_files_struct(files);
}

int unshare_files(void)
{
	struct files_struct *old = current->files, *files;

	if (atomic_read(&old->count) == 1)
		return 0;
	files = dup_files(old);
	if (!files)
		return -ENOMEM;
	task_lock(current);
	current->files = files;
	task_unlock(current);
	put_files_struct(old);
	return 0;
}

void flush_old_files(struct files_struct *files)
{
	unsigned int fd;

	for (fd = 0; fd < files->max_fds; fd++)
		if (test_bit(fd, files->close_on_exec))
			sys_close_fd(fd);
}

#define CLOSE_RANGE_UNSHARE 2u
#define CLOSE_RANGE_CLOEXEC 4u

long sys_close_range(unsigned int first, unsigned int last, unsigned int flags)
{
	unsigned int fd, end;
	int err;

	if (flags & ~(CLOSE_RANGE_UNSHARE | CLOSE_RANGE_CLOEXEC) || first > last)
		return -EINVAL;
	if (flags & CLOSE_RANGE_UNSHARE) {
		err = unshare_files();
		if (err)
			return err;
	}
	end = min(last, current->files->max_fds - 1);
	for (fd = first; fd <= end; fd++) {
		if (flags & CLOSE_RANGE_CLOEXEC)
			set_close_on_exec(fd, true);
		else
			sys_close_fd(fd);
	}
	return 0;
}
