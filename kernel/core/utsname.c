/* SPDX-License-Identifier: MIT */
/* The names of the system (utsname.h). */
#include <quire/utsname.h>

DEFINE_MUTEX(uts_lock);

struct new_utsname system_utsname = {
	.sysname = QUIRE_SYSNAME,
	.nodename = "quire",
	.release = QUIRE_RELEASE,
	.version = "#1",
	.machine = "i686",
	.domainname = "(none)",
};
