/* SPDX-License-Identifier: MIT */
/*
 * The names of the system, as uname tells them.  nodename and domainname change under uts_lock.
 *
 * The release is one that the C libraries of Linux programs accept: they look only at its number.
 */
#ifndef QUIRE_UTSNAME_H
#define QUIRE_UTSNAME_H

#include <quire/mutex.h>

#define UTS_LEN 64
#define QUIRE_SYSNAME "Quire"
#define QUIRE_RELEASE "4.4.0-quire"

struct new_utsname {
	char sysname[UTS_LEN + 1];
	char nodename[UTS_LEN + 1];
	char release[UTS_LEN + 1];
	char version[UTS_LEN + 1];
	char machine[UTS_LEN + 1];
	char domainname[UTS_LEN + 1];
};

extern struct new_utsname system_utsname;
extern struct mutex uts_lock;

#endif
