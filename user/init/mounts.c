/* SPDX-License-Identifier: MIT */
/*
 * mounts.c: what is mounted at the start.
 *
 * The file systems that live in memory are always mounted; a line of /etc/fstab says what else. A
 * mount that fails is reported and passed over, so that a damaged disk still ends at a shell.
 */
#include <errno.h>
#include <fcntl.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <unistd.h>
#include "init.h"

static const struct builtin {
	const char *type, *target;
	unsigned long flags;
	const char *data;
} builtins[] = {
	{ "proc", "/proc", 0, NULL },
	{ "devfs", "/dev", 0, NULL },
	{ "devpts", "/dev/pts", 0, "mode=620,ptmxmode=666" },
	{ "tmpfs", "/dev/shm", 0, "mode=1777" },
	{ "tmpfs", "/tmp", 0, "mode=1777" },
};

#define BUILTINS (sizeof(builtins) / sizeof(builtins[0]))

static int mount_builtin(const struct builtin *b)
{
	mkdir(b->target, 0755);
	if (mount(b->type, b->target, b->type, b->flags, b->data) == 0 || errno == EBUSY)
		return 0;
	/* Linux calls its own devices' file system so. */
	if (!strcmp(b->type, "devfs") &&
	    mount("devtmpfs", b->target, "devtmpfs", b->flags, b->data) == 0)
		return 0;
	/* What one kernel needs, another has built in or does without. */
	return errno == EBUSY || errno == ENODEV ? 0 : -1;
}

static int is_builtin(const char *target)
{
	for (size_t i = 0; i < BUILTINS; i++)
		if (!strcmp(builtins[i].target, target))
			return 1;
	return 0;
}

/* Options that are flags of mount(); the rest is for the file system. */
static unsigned long mount_flags(const char *options, char *rest, size_t len)
{
	static const struct {
		const char *name;
		unsigned long flag;
	} known[] = {
		{ "ro", MS_RDONLY }, { "nosuid", MS_NOSUID }, { "nodev", MS_NODEV },
		{ "noexec", MS_NOEXEC }, { "sync", MS_SYNCHRONOUS }, { "noatime", MS_NOATIME },
		{ "rw", 0 }, { "defaults", 0 }, { "auto", 0 }, { "sw", 0 },
		{ "nofail", 0 },
	};
	unsigned long flags = 0;
	char copy[128], *option, *p = copy;
	size_t i, used = 0;

	rest[0] = '\0';
	snprintf(copy, sizeof(copy), "%s", options);
	while ((option = strsep(&p, ","))) {
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (!strcmp(option, known[i].name))
				break;
		if (i < sizeof(known) / sizeof(known[0]))
			flags |= known[i].flag;
		else if (used < len)
			used += snprintf(rest + used, len - used, "%s%s", used ? "," : "", option);
	}
	return flags;
}

static void mount_entry(const struct mntent *m)
{
	char data[128];
	unsigned long flags = mount_flags(m->mnt_opts, data, sizeof(data));

	if (hasmntopt(m, "noauto") || is_builtin(m->mnt_dir))
		return;
	if (!strcmp(m->mnt_type, MNTTYPE_SWAP)) {
		if (swapon(m->mnt_fsname, 0) < 0 && !hasmntopt(m, "nofail"))
			say("cannot swap on %s: %s", m->mnt_fsname, strerror(errno));
		return;
	}
	/* The kernel has mounted the root; it is made writable unless somebody said otherwise. */
	if (!strcmp(m->mnt_dir, "/")) {
		if (kernel_option("ro") == NULL)
			mount(NULL, "/", NULL, MS_REMOUNT | flags, data);
		return;
	}
	mkdir(m->mnt_dir, 0755);
	if (mount(m->mnt_fsname, m->mnt_dir, m->mnt_type, flags, data) < 0 &&
	    !hasmntopt(m, "nofail"))
		say("cannot mount %s on %s: %s", m->mnt_fsname, m->mnt_dir, strerror(errno));
}

static void mount_fstab(void)
{
	FILE *fp = setmntent(MNTTAB, "re");
	struct mntent *m;

	if (!fp)
		return;
	while ((m = getmntent(fp)))
		mount_entry(m);
	endmntent(fp);
}

static void set_hostname(void)
{
	char name[65];
	int fd = open("/etc/hostname", O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return;
	got = read(fd, name, sizeof(name) - 1);
	close(fd);
	if (got > 0 && name[got - 1] == '\n')
		got--;
	if (got > 0)
		sethostname(name, got);
}

void mount_all(void)
{
	for (size_t i = 0; i < BUILTINS; i++)
		if (mount_builtin(&builtins[i]) < 0)
			say("cannot mount %s: %s", builtins[i].target, strerror(errno));
	mount_fstab();
	set_hostname();
}
