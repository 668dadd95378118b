/* SPDX-License-Identifier: MIT */
/*
 * Names and facts of the system, and what a process tells about itself: uname, sysinfo, prctl, personality.
 */
#include <abi/resource.h>
#include <quire/gfp.h>
#include <quire/kernel.h>
#include <quire/math64.h>
#include <quire/mutex.h>
#include <quire/string.h>
#include <quire/swap.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>
#include <quire/utsname.h>
#include <quire/observe.h>

#include "task_internal.h"

long sys_newuname(struct new_utsname __user *name)
{
	long err;

	mutex_lock(&uts_lock);
	err = copy_to_user(name, &system_utsname, sizeof(*name)) ? -EFAULT : 0;
	mutex_unlock(&uts_lock);
	return err;
}

long sys_olduname(struct old_utsname __user *name)
{
	return copy_to_user(name, &system_utsname, sizeof(*name)) ? -EFAULT : 0;
}

long sys_oldolduname(struct oldold_utsname __user *name)
{
	struct oldold_utsname old;

	memset(&old, 0, sizeof(old));
	strlcpy(old.sysname, system_utsname.sysname, sizeof(old.sysname));
	strlcpy(old.nodename, system_utsname.nodename, sizeof(old.nodename));
	strlcpy(old.release, system_utsname.release, sizeof(old.release));
	strlcpy(old.version, system_utsname.version, sizeof(old.version));
	strlcpy(old.machine, system_utsname.machine, sizeof(old.machine));
	return copy_to_user(name, &old, sizeof(old)) ? -EFAULT : 0;
}

static long set_name(char *to, const char __user *uname, int len)
{
	char name[UTS_LEN + 1] = { 0 };

	if (!capable())
		return -EPERM;
	if (len < 0 || len > UTS_LEN)
		return -EINVAL;
	if (copy_from_user(name, uname, (size_t)len))
		return -EFAULT;
	mutex_lock(&uts_lock);
	memcpy(to, name, sizeof(name));
	mutex_unlock(&uts_lock);
	return 0;
}

long sys_sethostname(const char __user *name, int len)
{
	return set_name(system_utsname.nodename, name, len);
}

long sys_setdomainname(const char __user *name, int len)
{
	return set_name(system_utsname.domainname, name, len);
}

#define LOAD_SHIFT (16 - FSHIFT)

static void fill_memory(struct sysinfo *si)
{
	struct page_census census;

	page_census_take(&census);
	si->totalram = (u32)totalram_pages;
	si->freeram = (u32)nr_free_pages();
	si->sharedram = (u32)census.shmem;
	si->bufferram = (u32)census.buffers;
	si->totalswap = (u32)nr_total_swap_slots();
	si->freeswap = (u32)nr_free_swap_slots();
	si->totalhigh = (u32)totalhigh_pages;
	si->freehigh = (u32)nr_free_highpages();
	si->mem_unit = PAGE_SIZE;
}

long sys_sysinfo(struct sysinfo __user *info)
{
	struct sysinfo si;

	memset(&si, 0, sizeof(si));
	si.uptime = (s32)div_u64(ktime_get(), NSEC_PER_SEC);
	for (unsigned int i = 0; i < ARRAY_SIZE(si.loads); i++)
		si.loads[i] = avenrun[i] << LOAD_SHIFT;
	si.procs = (u16)min(nr_threads, (int)U16_MAX);
	fill_memory(&si);
	return copy_to_user(info, &si, sizeof(si)) ? -EFAULT : 0;
}

/* ---- prctl ---- */

#define PR_SET_PDEATHSIG 1
#define PR_GET_PDEATHSIG 2
#define PR_GET_DUMPABLE 3
#define PR_SET_DUMPABLE 4
#define PR_GET_KEEPCAPS 7
#define PR_SET_NAME 15
#define PR_GET_NAME 16
#define PR_CAPBSET_READ 23
#define PR_GET_SECUREBITS 27
#define PR_SET_NO_NEW_PRIVS 38
#define PR_GET_NO_NEW_PRIVS 39
#define CAP_LAST 40ul

static long set_comm(const char __user *uname)
{
	char name[TASK_COMM_LEN];
	long len = strncpy_from_user(name, uname, sizeof(name) - 1);

	if (len < 0)
		return -EFAULT;
	name[len] = '\0';
	task_lock(current);
	strlcpy(current->comm, name, sizeof(current->comm));
	task_unlock(current);
	return 0;
}

long sys_prctl(int option, unsigned long arg2, unsigned long arg3, unsigned long arg4, unsigned long arg5)
{
	switch (option) {
	case PR_SET_PDEATHSIG:
		if (arg2 > _NSIG)
			return -EINVAL;
		current->pdeath_signal = (int)arg2;
		return 0;
	case PR_GET_PDEATHSIG:
		return put_user(current->pdeath_signal, (int __user *)arg2);
	case PR_GET_DUMPABLE:
		return 1;
	case PR_GET_KEEPCAPS:
	case PR_GET_SECUREBITS:
		return 0;
	case PR_SET_NAME:
		return set_comm((const char __user *)arg2);
	case PR_GET_NAME:
		return copy_to_user((char __user *)arg2, current->comm, TASK_COMM_LEN) ? -EFAULT : 0;
	case PR_CAPBSET_READ:
		return arg2 <= CAP_LAST ? 1 : -EINVAL;
	case PR_SET_NO_NEW_PRIVS:
		if (arg2 != 1 || arg3 || arg4 || arg5)
			return -EINVAL;
		current->no_new_privs = true;
		return 0;
	case PR_GET_NO_NEW_PRIVS:
		return current->no_new_privs;
	default:
		return -EINVAL;
	}
}

/* ---- personality: Linux's own is the only one; flags are kept and given back ---- */

#define PERSONALITY_QUERY 0xffffffffu
#define PERSONALITY_TYPE 0xffu

long sys_personality(unsigned int persona)
{
	unsigned int old = current->personality;

	if (persona == PERSONALITY_QUERY)
		return (long)old;
	if (persona & PERSONALITY_TYPE)
		return -EINVAL;
	current->personality = persona;
	return (long)old;
}
