/* SPDX-License-Identifier: MIT */
/* process.c: small process calls that need a word of C. */
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>
#include "../libquire.h"

/* reboot() wants these two before it believes the request. */
#define REBOOT_MAGIC1 0xfee1dead
#define REBOOT_MAGIC2 672274793

int reboot(int how)
{
	return sysret(SYSCALL3(SYS_reboot, REBOOT_MAGIC1, REBOOT_MAGIC2, how));
}

int umount(const char *target)
{
	return umount2(target, 0);
}

pid_t getpgrp(void)
{
	return getpgid(0);
}

int setpgrp(void)
{
	return setpgid(0, 0);
}

int seteuid(uid_t uid)
{
	return setresuid(-1, uid, -1);
}

int setegid(gid_t gid)
{
	return setresgid(-1, gid, -1);
}

int sched_rr_get_interval(pid_t pid, struct timespec *interval)
{
	long ts[2];

	if (sysret(SYSCALL2(SYS_sched_rr_get_interval, pid, ts)) < 0)
		return -1;
	*interval = (struct timespec){ ts[0], ts[1] };
	return 0;
}

/* The kernel answers how many bytes it has filled in. */
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set)
{
	long ret = sysret(SYSCALL3(SYS_sched_getaffinity, pid, size, set));

	if (ret < 0)
		return -1;
	memset((char *)set + ret, 0, size - ret);
	return 0;
}

int _getentropy(void *buf, size_t len)
{
	return sysret(SYSCALL3(SYS_getrandom, buf, len, 0)) == (long)len ? 0 : -1;
}
weak_alias(getentropy, _getentropy);

int getloadavg(double loads[], int count)
{
	struct sysinfo info;
	int i;

	if (sysinfo(&info) < 0)
		return -1;
	for (i = 0; i < count && i < 3; i++)
		loads[i] = (double)info.loads[i] / (1 << SI_LOAD_SHIFT);
	return i;
}
