/* SPDX-License-Identifier: MIT */
/*
 * Start-up of the file systems, and the choice of the root.
 *
 * vfs_init makes a tmpfs the root.  prepare_namespace then mounts what root= names and makes it the
 * root; without root=, or when that cannot be mounted, the tmpfs stays and the initramfs is unpacked into
 * it: the live system.  In both cases devfs is mounted on /dev here, so that a console exists before the
 * first program.
 */
#include <quire/cmdline.h>
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/eventpoll.h>
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/shmem.h>
#include <quire/socket.h>
#include <quire/specfs.h>
#include <quire/string.h>

#include "ext2/ext2.h"
#include "init.h"

#define NEW_ROOT "/.root"	/* where the root is mounted before it becomes the root */
#define ROOT_LIST_LEN 128

static const char *root_device, *root_type = "ext2";
static unsigned long root_flags;

static int set_root(const char *value)
{
	root_device = value;
	return 0;
}
BOOT_OPTION("root=", set_root, "the root's device, as /dev/vda1, or several with commas; none: the live system");

static int set_root_type(const char *value)
{
	root_type = value;
	return 0;
}
BOOT_OPTION("rootfstype=", set_root_type, "its file system (ext2)");

static int set_root_ro(const char *value)
{
	root_flags |= MS_RDONLY;
	return 0;
}
BOOT_OPTION("ro", set_root_ro, "mount the root read-only");

static int set_root_rw(const char *value)
{
	root_flags &= ~(unsigned long)MS_RDONLY;
	return 0;
}
BOOT_OPTION("rw", set_root_rw, "mount the root read-write (the default)");

static void mount_rootfs(void)
{
	static char options[] = "size=90%,mode=0755";
	struct file_system_type *type = get_fs_type("tmpfs");
	struct vfsmount *mnt = vfs_kern_mount(type, 0, "rootfs", options);

	if (IS_ERR(mnt))
		panic("VFS: no root tmpfs: %ld", PTR_ERR(mnt));
	mnt_set_rootfs(mnt);
}

void vfs_init(void)
{
	namei_init();
	open_init();
	dcache_init();
	inode_cache_init();
	writeback_init();
	fs_struct_init();
	files_init();
	shmem_init();
	anon_inode_init();
	mount_rootfs();
	devfs_init();
	mem_devices_init();
	proc_init();
	open_proc_init();
	pipe_limits_init();
	eventpoll_init();
	socket_init();
	ext2_init();
}

/* => 0: the new root, the file system on `device`, is this task's root */
static int mount_root(const char *device)
{
	struct path root;
	int err = kern_mkdir(NEW_ROOT, S_IRWXU);

	if (err && err != -EEXIST)
		return err;
	err = do_mount(device, NEW_ROOT, root_type, root_flags, NULL);
	if (err)
		return err;
	err = kern_path(NEW_ROOT, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &root);
	if (err)
		return err;
	set_fs_root(current->fs, &root);
	set_fs_pwd(current->fs, &root);
	path_put(&root);
	return 0;
}

static const char *error_hint(int err)
{
	switch (err) {
	case -ENODEV:
		return "this kernel has no such file system";
	case -ENXIO:
	case -ENOENT:
		return "no such disk or partition";
	case -EINVAL:
		return "no such file system on it";
	case -EBUSY:
		return "it is in use";
	case -EIO:
		return "it cannot be read";
	default:
		return "see the log";
	}
}

/* The devices that root= names, in this order, until one can be mounted: the ISO fits any disk. */
static bool mount_a_root(void)
{
	char list[ROOT_LIST_LEN], *rest = list, *device;
	int err;

	strlcpy(list, root_device, sizeof(list));
	while ((device = strsep(&rest, ","))) {
		err = mount_root(device);
		if (!err) {
			pr_info("VFS: root is %s (%s)%s\n", device, root_type,
				root_flags & MS_RDONLY ? ", read-only" : "");
			return true;
		}
		pr_err("VFS: cannot mount root=%s (%s): error %d, %s\n", device, root_type, err,
		       error_hint(err));
	}
	return false;
}

void prepare_namespace(void)
{
	bool live = !root_device || !mount_a_root();
	int err;

	if (live && root_device)
		pr_err("VFS: no root; staying in the live system\n");
	if (live)
		unpack_initramfs();
	else
		drop_initramfs();
	err = devfs_mount();
	if (err)
		pr_err("VFS: cannot mount /dev: error %d\n", err);
}
