/* SPDX-License-Identifier: MIT */
/* mntent.h: tables of mounted file systems. */
#ifndef _MNTENT_H
#define _MNTENT_H

#include <sys/cdefs.h>
#include <stdio.h>
#include <paths.h>

#define MNTTAB		_PATH_MNTTAB
#define MOUNTED		_PATH_MOUNTED
#define MNTTYPE_IGNORE	"ignore"
#define MNTTYPE_NFS	"nfs"
#define MNTTYPE_SWAP	"swap"
#define MNTOPT_DEFAULTS	"defaults"
#define MNTOPT_RO	"ro"
#define MNTOPT_RW	"rw"
#define MNTOPT_SUID	"suid"
#define MNTOPT_NOSUID	"nosuid"
#define MNTOPT_NOAUTO	"noauto"

struct mntent {
	char *mnt_fsname;
	char *mnt_dir;
	char *mnt_type;
	char *mnt_opts;
	int mnt_freq;
	int mnt_passno;
};

__BEGIN_DECLS
FILE *setmntent(const char *file, const char *mode);
struct mntent *getmntent(FILE *fp);
struct mntent *getmntent_r(FILE *fp, struct mntent *m, char *buf, int len);
int addmntent(FILE *fp, const struct mntent *m);
int endmntent(FILE *fp);
char *hasmntopt(const struct mntent *m, const char *opt);
__END_DECLS

#endif
