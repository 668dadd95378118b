/* SPDX-License-Identifier: MIT */
/* swap.c: taking every swap area out of use, as /proc/swaps lists them. */
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include "init.h"

/* A line of /proc/swaps begins as one of /etc/fstab does, with a name in which blanks are \040. */
void swap_off_all(void)
{
	FILE *fp = setmntent("/proc/swaps", "re");
	struct mntent *m;

	if (!fp)
		return;
	while ((m = getmntent(fp)))
		if (m->mnt_fsname[0] == '/' && swapoff(m->mnt_fsname) < 0)
			say("cannot take %s out of use: %s", m->mnt_fsname, strerror(errno));
	endmntent(fp);
}
