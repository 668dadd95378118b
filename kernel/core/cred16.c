/* SPDX-License-Identifier: MIT */
/*
 * The identity calls with 16-bit ids: numbers from before Linux 2.4.  An id that does not fit is shown as 65534;
 * 65535 means "unchanged", as -1 does in 32 bits.  And capget, capset.
 */
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

#include "task_internal.h"

#define OVERFLOW_ID 65534u

static u16 to16(u32 id)
{
	return (u16)(id > U16_MAX ? OVERFLOW_ID : id);
}

static u32 to32(u16 id)
{
	return id == U16_MAX ? (u32)-1 : id;
}

long sys_getuid16(void)
{
	return to16(current->uid);
}

long sys_geteuid16(void)
{
	return to16(current->euid);
}

long sys_getgid16(void)
{
	return to16(current->gid);
}

long sys_getegid16(void)
{
	return to16(current->egid);
}

long sys_setuid16(u16 uid)
{
	return sys_setuid(to32(uid));
}

long sys_setgid16(u16 gid)
{
	return sys_setgid(to32(gid));
}

long sys_setreuid16(u16 ruid, u16 euid)
{
	return sys_setreuid(to32(ruid), to32(euid));
}

long sys_setregid16(u16 rgid, u16 egid)
{
	return sys_setregid(to32(rgid), to32(egid));
}

long sys_setresuid16(u16 ruid, u16 euid, u16 suid)
{
	return sys_setresuid(to32(ruid), to32(euid), to32(suid));
}

long sys_setresgid16(u16 rgid, u16 egid, u16 sgid)
{
	return sys_setresgid(to32(rgid), to32(egid), to32(sgid));
}

static long put_three(u16 __user *a, u32 x, u16 __user *b, u32 y, u16 __user *c, u32 z)
{
	return put_user(to16(x), a) || put_user(to16(y), b) || put_user(to16(z), c) ? -EFAULT : 0;
}

long sys_getresuid16(u16 __user *ruid, u16 __user *euid, u16 __user *suid)
{
	return put_three(ruid, current->uid, euid, current->euid, suid, current->suid);
}

long sys_getresgid16(u16 __user *rgid, u16 __user *egid, u16 __user *sgid)
{
	return put_three(rgid, current->gid, egid, current->egid, sgid, current->sgid);
}

long sys_setfsuid16(u16 uid)
{
	return to16((u32)sys_setfsuid(to32(uid)));
}

long sys_setfsgid16(u16 gid)
{
	return to16((u32)sys_setfsgid(to32(gid)));
}

long sys_getgroups16(int size, u16 __user *list)
{
	u16 groups[NGROUPS_MAX];
	int n = current->ngroups;

	if (size < 0 || (size && n > size))
		return -EINVAL;
	if (size == 0)
		return n;
	for (int i = 0; i < n; i++)
		groups[i] = to16(current->groups[i]);
	return copy_to_user(list, groups, (size_t)n * sizeof(u16)) ? -EFAULT : n;
}

long sys_setgroups16(int size, const u16 __user *list)
{
	u16 groups[NGROUPS_MAX];

	if (!capable())
		return -EPERM;
	if (size < 0 || size > NGROUPS_MAX)
		return -EINVAL;
	if (copy_from_user(groups, list, (size_t)size * sizeof(u16)))
		return -EFAULT;
	for (int i = 0; i < size; i++)
		current->groups[i] = groups[i];
	current->ngroups = size;
	return 0;
}

/* ---- capabilities: the superuser has all of them, others none ---- */

#define CAP_VERSION_1 0x19980330u
#define CAP_VERSION_2 0x20071026u
#define CAP_VERSION_3 0x20080522u
#define CAP_WORDS 2u

struct cap_header {
	u32 version;
	s32 pid;
};

struct cap_data {
	u32 effective, permitted, inheritable;
};

/* => words of each set, or -errno; an unknown version is answered with ours */
static int cap_words(struct cap_header __user *uheader, struct cap_header *header)
{
	if (copy_from_user(header, uheader, sizeof(*header)))
		return -EFAULT;
	if (header->version == CAP_VERSION_1)
		return 1;
	if (header->version == CAP_VERSION_2 || header->version == CAP_VERSION_3)
		return (int)CAP_WORDS;
	return put_user(CAP_VERSION_3, &uheader->version) ? -EFAULT : -EINVAL;
}

static int cap_target_euid(pid_t pid, uid_t *euid)
{
	struct task_struct *t;

	if (pid < 0)
		return -EINVAL;
	*euid = current->euid;
	if (pid == 0)
		return 0;
	t = get_task_by_pid(pid);
	if (!t)
		return -ESRCH;
	*euid = t->euid;
	put_task_struct(t);
	return 0;
}

long sys_capget(void __user *uheader, void __user *udata)
{
	struct cap_data data[CAP_WORDS];
	struct cap_header header;
	int words = cap_words(uheader, &header), err;
	uid_t euid;

	if (words < 0)
		return !udata && words == -EINVAL ? 0 : words;
	err = cap_target_euid(header.pid, &euid);
	if (err)
		return err;
	memset(data, 0, sizeof(data));
	for (unsigned int i = 0; euid == 0 && i < CAP_WORDS; i++)
		data[i].effective = data[i].permitted = U32_MAX;
	return copy_to_user(udata, data, (size_t)words * sizeof(data[0])) ? -EFAULT : 0;
}

/* Giving up what one has not, or keeping what one has, is all that works. */
long sys_capset(void __user *uheader, const void __user *udata)
{
	struct cap_data data[CAP_WORDS];
	struct cap_header header;
	int words = cap_words(uheader, &header);

	if (words < 0)
		return words;
	if (header.pid != 0 && header.pid != current->pid)
		return -EPERM;
	if (copy_from_user(data, udata, (size_t)words * sizeof(data[0])))
		return -EFAULT;
	for (int i = 0; i < words; i++)
		if (!capable() && (data[i].effective || data[i].permitted))
			return -EPERM;
	return 0;
}
