/* SPDX-License-Identifier: MIT */
/*
 * power.c: taking the system down.
 *
 * Every process is asked to end, then made to; swap is taken out of use; what is mounted is flushed
 * and unmounted, the root made read-only; and the machine is told to stop.
 */
#include <errno.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "init.h"

#define GRACE_MS	2000	/* how long processes have to end by themselves */
#define STEP_MS		20
#define MAX_MOUNTS	64

/* Wait until no process but this one is left. */
static void wait_for_all(int limit_ms)
{
	struct timespec step = { 0, STEP_MS * 1000000L };

	for (int waited = 0; waited < limit_ms; waited += STEP_MS) {
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (kill(-1, 0) < 0 && errno == ESRCH)
			return;
		nanosleep(&step, NULL);
	}
}

static void end_processes(void)
{
	kill(-1, SIGTERM);
	kill(-1, SIGCONT);
	kill(-1, SIGHUP);
	wait_for_all(GRACE_MS);
	kill(-1, SIGKILL);
	wait_for_all(GRACE_MS);
}

/* Unmount in the reverse order of mounting. */
static void unmount_all(void)
{
	static char targets[MAX_MOUNTS][128];
	FILE *fp = setmntent("/proc/mounts", "re");
	struct mntent *m;
	int count = 0;

	if (!fp)
		return;
	while (count < MAX_MOUNTS && (m = getmntent(fp)))
		if (strcmp(m->mnt_dir, "/") && strcmp(m->mnt_dir, "/proc") &&
		    strcmp(m->mnt_dir, "/dev"))
			snprintf(targets[count++], sizeof(targets[0]), "%s", m->mnt_dir);
	endmntent(fp);
	while (count-- > 0)
		if (umount(targets[count]) < 0)
			say("cannot unmount %s: %s", targets[count], strerror(errno));
}

void power_down(int how)
{
	chdir("/");
	end_processes();
	swap_off_all();
	sync();
	unmount_all();
	mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL);
	sync();
	reboot(how);
	say("the machine does not stop: %s", strerror(errno));
	for (;;)
		pause();
}
