/* SPDX-License-Identifier: MIT */
/*
 * The initramfs: cpio archives that the boot loader left in memory, unpacked into the root tmpfs;
 * their frames go back to the allocator afterwards.
 *
 * An archive that is corrupt is unpacked as far as it goes, with a message: what boots from it may
 * still tell the person more.
 */
#include <quire/bootinfo.h>
#include <quire/cpio.h>
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/gfp.h>
#include <quire/highmem.h>
#include <quire/kernel.h>
#include <quire/mount.h>
#include <quire/namei.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/vmalloc.h>

#include "init.h"

/* Names of files with several links, to find the first by inode number. */
struct hard_link {
	struct hard_link *next;
	u32 ino;
	char name[];
};

static void free_links(struct hard_link *links)
{
	while (links) {
		struct hard_link *next = links->next;

		kfree(links);
		links = next;
	}
}

static const char *find_link(const struct hard_link *links, u32 ino)
{
	for (; links; links = links->next)
		if (links->ino == ino)
			return links->name;
	return NULL;
}

static void remember_link(struct hard_link **links, u32 ino, const char *name)
{
	struct hard_link *l = kmalloc(sizeof(*l) + strlen(name) + 1, GFP_KERNEL);

	if (!l)
		return;
	strlcpy(l->name, name, strlen(name) + 1);
	l->ino = ino;
	l->next = *links;
	*links = l;
}

static int set_attributes(const char *name, const struct cpio_entry *e)
{
	struct iattr attr = {
		.ia_valid = ATTR_UID | ATTR_GID | ATTR_MTIME | ATTR_MTIME_SET | ATTR_FORCE,
		.ia_uid = e->uid,
		.ia_gid = e->gid,
		.ia_mtime = { .tv_sec = e->mtime },
	};
	struct path path;
	int err = kern_path(name, 0, &path);

	if (err)
		return err;
	if (!S_ISLNK(e->mode)) {
		attr.ia_valid |= ATTR_MODE;
		attr.ia_mode = (umode_t)e->mode;
	}
	mutex_lock(&path.dentry->d_inode->i_mutex);
	err = notify_change(path.dentry, &attr);
	mutex_unlock(&path.dentry->d_inode->i_mutex);
	path_put(&path);
	return err;
}

static int unpack_file(const char *name, const struct cpio_entry *e)
{
	struct file *file = filp_open(name, O_WRONLY | O_CREAT | O_TRUNC, S_IRWXU);
	ssize_t n = 0;

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	if (e->size)
		n = kernel_write(file, 0, e->data, e->size);
	fput(file);
	if (n < 0)
		return (int)n;
	return (u32)n == e->size ? 0 : -ENOSPC;
}

/* With newc archives the data of several links is with the last of them. */
static int unpack_regular(const char *name, const struct cpio_entry *e, struct hard_link **links)
{
	const char *first = e->nlink > 1 ? find_link(*links, e->ino) : NULL;
	int err = 0;

	if (first)
		err = kern_link(first, name);
	else if (e->nlink > 1)
		remember_link(links, e->ino, name);
	if (!err && (e->size || !first))
		err = unpack_file(name, e);
	return err;
}

static int unpack_symlink(const char *name, const struct cpio_entry *e)
{
	char *target;
	int err;

	if (e->size == 0 || e->size >= PATH_MAX)
		return -EINVAL;
	target = kmalloc(e->size + 1, GFP_KERNEL);
	if (!target)
		return -ENOMEM;
	memcpy(target, e->data, e->size);
	target[e->size] = '\0';
	err = kern_symlink(target, name);
	kfree(target);
	return err;
}

static int unpack_entry(const struct cpio_entry *e, struct hard_link **links)
{
	const char *name = e->name;
	int err;

	while (*name == '/' || (name[0] == '.' && (name[1] == '/' || !name[1])))
		name++;
	if (!*name)
		return 0;
	if (S_ISDIR(e->mode)) {
		err = kern_mkdir(name, S_IRWXU);
		err = err == -EEXIST ? 0 : err;
	} else if (S_ISREG(e->mode)) {
		err = unpack_regular(name, e, links);
	} else if (S_ISLNK(e->mode)) {
		err = unpack_symlink(name, e);
	} else {
		err = kern_mknod(name, (int)e->mode, MKDEV(e->rdev_major, e->rdev_minor), NULL);
	}
	return err ? err : set_attributes(name, e);
}

/* => entries unpacked */
static unsigned int unpack_archive(const void *start, size_t size)
{
	struct hard_link *links = NULL;
	struct cpio_reader reader;
	struct cpio_entry e;
	unsigned int n = 0;
	int more, err;

	cpio_open(&reader, start, size);
	while ((more = cpio_next(&reader, &e)) == 1) {
		err = unpack_entry(&e, &links);
		if (err)
			pr_warn("initramfs: %s: error %d\n", e.name, err);
		else
			n++;
	}
	if (more < 0)
		pr_err("initramfs: corrupt at byte %zu of %zu\n", (size_t)(reader.pos - reader.start),
		       size);
	free_links(links);
	return n;
}

/* A module lies in low memory, or is mapped for the time of unpacking. */
static void unpack_module(const struct boot_module *mod)
{
	const char *file = strrchr(mod->name, '/');	/* QEMU names the host's file, GRUB none */
	size_t size = mod->end - mod->start;
	unsigned int n;
	void *image;

	if (mod->end <= max_low_pfn << PAGE_SHIFT) {
		n = unpack_archive(__va(mod->start), size);
	} else {
		image = ioremap(mod->start, size);
		if (!image) {
			pr_err("initramfs: no room to map %zu bytes\n", size);
			return;
		}
		n = unpack_archive(image, size);
		iounmap(image);
	}
	pr_info("initramfs: %u files from %s, %zu KiB\n", n, file ? file + 1 : "the boot loader", size >> 10);
}

/* Modules are page-aligned, as multiboot loads them: their frames are theirs alone. */
static void for_each_module(void (*use)(const struct boot_module *mod))
{
	const struct boot_module *mod, *end = bootinfo.module + bootinfo.nr_modules;

	for (mod = bootinfo.module; mod < end; mod++) {
		if (mod->end <= mod->start)
			continue;
		if (use)
			use(mod);
		free_reserved_range(mod->start >> PAGE_SHIFT, (mod->end + PAGE_SIZE - 1) >> PAGE_SHIFT);
	}
}

void unpack_initramfs(void)
{
	for_each_module(unpack_module);
}

void drop_initramfs(void)
{
	for_each_module(NULL);
}
