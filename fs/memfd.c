/* SPDX-License-Identifier: MIT */
/*
 * memfd_create: a shared memory object with no name but in /proc/PID/fd.  Sealing is not there:
 * asking for it is refused.
 */
#include <quire/err.h>
#include <quire/file.h>
#include <quire/mm.h>
#include <quire/shmem.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/syscalls_fs.h>
#include <quire/uaccess.h>

#define MFD_CLOEXEC 1u
#define MFD_NAME_MAX (NAME_MAX - 6)	/* "memfd:" comes before it */
#define MFD_PREFIX "memfd:"

/* "memfd:NAME", kmalloc; ERR_PTR */
static char *memfd_name(const char __user *uname)
{
	size_t prefix = sizeof(MFD_PREFIX) - 1;
	char *name = kmalloc(NAME_MAX + 1, GFP_KERNEL);
	long len;

	if (!name)
		return ERR_PTR(-ENOMEM);
	strlcpy(name, MFD_PREFIX, NAME_MAX + 1);
	len = strncpy_from_user(name + prefix, uname, MFD_NAME_MAX + 1);
	if (len < 0 || len > MFD_NAME_MAX) {
		kfree(name);
		return ERR_PTR(len < 0 ? len : -EINVAL);
	}
	return name;
}

long sys_memfd_create(const char __user *uname, unsigned int flags)
{
	struct file *file;
	char *name;
	int fd;

	if (flags & ~MFD_CLOEXEC)
		return -EINVAL;
	name = memfd_name(uname);
	if (IS_ERR(name))
		return PTR_ERR(name);
	fd = get_unused_fd(flags & MFD_CLOEXEC ? O_CLOEXEC : 0);
	if (fd >= 0) {
		file = shmem_file_setup(name, 0, VM_NORESERVE);
		if (IS_ERR(file)) {
			put_unused_fd((unsigned int)fd);
			fd = (int)PTR_ERR(file);
		} else {
			fd_install((unsigned int)fd, file);
		}
	}
	kfree(name);
	return fd;
}
