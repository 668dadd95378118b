/* SPDX-License-Identifier: MIT */
/*
 * Every system call with wild arguments: each gives an error or does something harmless to the calling child,
 * and the kernel lives on. Each call runs in a child of its own, since some end or stop the caller.
 *
 * machine: mem=16 timeout=240
 */
#include <signal.h>
#include <sys/syscall.h>

#include "check.h"

#define LAST_CALL	439

/* Calls that would end the test's machine or its file systems for everybody, on Linux as on Quire. */
static const int left_out[] = {
	2, 120, 190,	/* fork, clone, vfork: wild stacks are their own test */
	21, 22, 52,	/* mount, umount, umount2 */
	26,		/* ptrace */
	37, 238, 270,	/* kill, tkill, tgkill: a wild pid may be -1 */
	25, 79, 124, 264, 343, 404, 405,	/* stime, settimeofday, adjtimex, clock_*: shift time */
	61, 217,	/* chroot, pivot_root */
	74, 121,	/* sethostname, setdomainname */
	87, 115,	/* swapon, swapoff */
	88, 169, 283,	/* reboot, nfsservctl, kexec_load */
	36, 111,	/* sync, vhangup */
};

static const unsigned long values[] = {
	0, 1, ~0ul, 0x1000, 0xbfffffff, 0xc0000000, 0xc0100000, 0xfffff000, 0x80000000, 0x7fffffff,
};

#define VALUES	(sizeof(values) / sizeof(*values))

static int is_left_out(int call)
{
	for (size_t i = 0; i < sizeof(left_out) / sizeof(*left_out); i++)
		if (left_out[i] == call)
			return 1;
	return 0;
}

static void child(int call)
{
	alarm(2);
	close(0);
	for (size_t i = 0; i < VALUES; i++)
		for (size_t j = 0; j < VALUES; j++)
			syscall(call, values[i], values[j], values[(i + j) % VALUES], values[j], values[i],
				values[j]);
	_exit(0);
}

int main(void)
{
	for (int call = 1; call <= LAST_CALL; call++) {
		int status;
		pid_t pid;

		if (is_left_out(call))
			continue;
		pid = fork();
		if (pid == 0) {
			setpgid(0, 0);
			child(call);
		}
		check(pid > 0);
		/* Some calls stop or trace the child for good. */
		for (int tenths = 0; waitpid(pid, &status, WNOHANG) == 0; tenths++) {
			usleep(tenths < 20 ? 5000 : 100000);
			if (tenths > 60)
				kill(pid, SIGKILL);
		}
	}
	printf("alive\n");
	return 0;
}
