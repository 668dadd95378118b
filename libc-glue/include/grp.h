/* SPDX-License-Identifier: MIT */
/* grp.h: newlib's, with the calls that set a process's groups. */
#ifndef _QUIRE_GRP_H
#define _QUIRE_GRP_H

#include_next <grp.h>

__BEGIN_DECLS
int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count);
int setgroups(int count, const gid_t *groups);
int initgroups(const char *user, gid_t group);
__END_DECLS

#endif
