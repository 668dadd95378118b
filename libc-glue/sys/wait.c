/* SPDX-License-Identifier: MIT */
/* wait.c: waiting for children. */
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include "../libquire.h"
#include "rusage.h"

pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
	struct kernel_rusage k;
	pid_t got = sysret(SYSCALL4(SYS_wait4, pid, status, options, usage ? &k : NULL));

	if (got > 0 && usage)
		rusage_from_kernel(usage, &k);
	return got;
}

pid_t wait3(int *status, int options, struct rusage *usage)
{
	return wait4(-1, status, options, usage);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
	return wait4(pid, status, options, NULL);
}

pid_t _wait(int *status)
{
	return wait4(-1, status, 0, NULL);
}
weak_alias(wait, _wait);

int waitid(idtype_t idtype, id_t id, siginfo_t *info, int options)
{
	return sysret(SYSCALL5(SYS_waitid, idtype, id, info, options, NULL));
}
