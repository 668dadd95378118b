/* SPDX-License-Identifier: MIT */
/* unistd.h: newlib's, with the calls of Linux and BSD that it does not declare. */
#ifndef _QUIRE_UNISTD_H
#define _QUIRE_UNISTD_H

#include_next <unistd.h>
#include <sys/cdefs.h>
#include <sys/types.h>

__BEGIN_DECLS
int acct(const char *path);
int brk(void *end);
int chroot(const char *path);
char *ctermid(char *s);
int dup3(int fd, int fd2, int flags);
int execvpe(const char *file, char *const argv[], char *const envp[]);
char *get_current_dir_name(void);
int getresgid(gid_t *rgid, gid_t *egid, gid_t *sgid);
int getresuid(uid_t *ruid, uid_t *euid, uid_t *suid);
int getlogin_r(char *name, size_t len);
pid_t gettid(void);
int getdtablesize(void);
int pipe2(int fd[2], int flags);
int setresgid(gid_t rgid, gid_t egid, gid_t sgid);
int setresuid(uid_t ruid, uid_t euid, uid_t suid);
int setfsuid(uid_t uid);
int setfsgid(gid_t gid);
int setdomainname(const char *name, size_t len);
int swapoff(const char *path);
int swapon(const char *path, int flags);
int syncfs(int fd);
long syscall(long number, ...);
void swab(const void *__restrict from, void *__restrict to, ssize_t len);
__END_DECLS

/* environ is always declared here, so this promise holds for programs that ask for it. */
#define HAVE_DECL_ENVIRON 1

#endif
