/* SPDX-License-Identifier: MIT */
/* fork.c: fork(), which newlib calls _fork(). */
#include <unistd.h>
#include "../libquire.h"

pid_t _fork(void)
{
	return sysret(SYSCALL0(SYS_fork));
}
weak_alias(fork, _fork);
