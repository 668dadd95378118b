/* SPDX-License-Identifier: MIT */
/*
 * The system calls that fs/ implements, by file, in the form of the i386 call table: arguments as
 * user space passes them, 64-bit ones as two words, low first.  => result or -errno
 */
#ifndef QUIRE_FS_SYSCALLS_H
#define QUIRE_FS_SYSCALLS_H

#include <abi/signal.h>
#include <abi/stat.h>
#include <abi/time.h>
#include <quire/types.h>

struct iovec;
struct linux_dirent;
struct linux_dirent64;
struct old_linux_dirent;
struct epoll_event;
struct pollfd;
struct sel_arg_struct;

/* namespace.c, sync.c */
long sys_mount(const char __user *dev_name, const char __user *dir_name, const char __user *type,
	       unsigned long flags, const void __user *data);
long sys_umount(const char __user *name, int flags);
long sys_oldumount(const char __user *name);
long sys_sync(void);
long sys_fsync(unsigned int fd);
long sys_fdatasync(unsigned int fd);
long sys_syncfs(unsigned int fd);
long sys_sync_file_range(unsigned int fd, loff_t offset, loff_t nbytes, unsigned int flags);

/* open.c */
long sys_open(const char __user *name, int flags, umode_t mode);
long sys_openat(int dfd, const char __user *name, int flags, umode_t mode);
long sys_creat(const char __user *name, umode_t mode);
long sys_close(unsigned int fd);
long sys_close_range(unsigned int first, unsigned int last, unsigned int flags);
long sys_access(const char __user *name, int mode);
long sys_faccessat(int dfd, const char __user *name, int mode);
long sys_faccessat2(int dfd, const char __user *name, int mode, int flags);

/* read_write.c */
long sys_read(unsigned int fd, char __user *buf, size_t count);
long sys_write(unsigned int fd, const char __user *buf, size_t count);
long sys_pread64(unsigned int fd, char __user *buf, size_t count, loff_t pos);
long sys_pwrite64(unsigned int fd, const char __user *buf, size_t count, loff_t pos);
long sys_readv(unsigned int fd, const struct iovec __user *vec, unsigned long nr);
long sys_writev(unsigned int fd, const struct iovec __user *vec, unsigned long nr);
long sys_preadv(unsigned int fd, const struct iovec __user *vec, unsigned long nr,
		unsigned long pos_l, unsigned long pos_h);
long sys_pwritev(unsigned int fd, const struct iovec __user *vec, unsigned long nr,
		 unsigned long pos_l, unsigned long pos_h);
long sys_lseek(unsigned int fd, off_t offset, unsigned int whence);
long sys_llseek(unsigned int fd, unsigned long high, unsigned long low, loff_t __user *result,
		unsigned int whence);
long sys_sendfile(int out_fd, int in_fd, off_t __user *offset, size_t count);
long sys_sendfile64(int out_fd, int in_fd, loff_t __user *offset, size_t count);

/* stat.c, statfs.c */
long sys_newstat(const char __user *name, struct stat32 __user *buf);
long sys_newlstat(const char __user *name, struct stat32 __user *buf);
long sys_newfstat(unsigned int fd, struct stat32 __user *buf);
long sys_stat64(const char __user *name, struct stat64 __user *buf);
long sys_lstat64(const char __user *name, struct stat64 __user *buf);
long sys_fstat64(unsigned int fd, struct stat64 __user *buf);
long sys_fstatat64(int dfd, const char __user *name, struct stat64 __user *buf, int flags);
long sys_statx(int dfd, const char __user *name, unsigned int flags, unsigned int mask,
	       void __user *buf);
long sys_readlink(const char __user *name, char __user *buf, int size);
long sys_readlinkat(int dfd, const char __user *name, char __user *buf, int size);
long sys_statfs(const char __user *name, struct statfs32 __user *buf);
long sys_fstatfs(unsigned int fd, struct statfs32 __user *buf);
long sys_statfs64(const char __user *name, size_t size, struct statfs64 __user *buf);
long sys_fstatfs64(unsigned int fd, size_t size, struct statfs64 __user *buf);
long sys_ustat(unsigned int dev, void __user *buf);

/* readdir.c */
long sys_old_readdir(unsigned int fd, struct old_linux_dirent __user *dirent, unsigned int count);
long sys_getdents(unsigned int fd, struct linux_dirent __user *dirent, unsigned int count);
long sys_getdents64(unsigned int fd, struct linux_dirent64 __user *dirent, unsigned int count);

/* namei_calls.c */
long sys_mkdir(const char __user *name, umode_t mode);
long sys_mkdirat(int dfd, const char __user *name, umode_t mode);
long sys_mknod(const char __user *name, umode_t mode, unsigned int dev);
long sys_mknodat(int dfd, const char __user *name, umode_t mode, unsigned int dev);
long sys_rmdir(const char __user *name);
long sys_unlink(const char __user *name);
long sys_unlinkat(int dfd, const char __user *name, int flags);
long sys_symlink(const char __user *target, const char __user *name);
long sys_symlinkat(const char __user *target, int dfd, const char __user *name);
long sys_link(const char __user *old, const char __user *name);
long sys_linkat(int old_dfd, const char __user *old, int dfd, const char __user *name, int flags);
long sys_rename(const char __user *old, const char __user *name);
long sys_renameat(int old_dfd, const char __user *old, int dfd, const char __user *name);
long sys_renameat2(int old_dfd, const char __user *old, int dfd, const char __user *name,
		   unsigned int flags);

/* fcntl.c, locks.c */
long sys_dup(unsigned int fd);
long sys_dup2(unsigned int old, unsigned int fd);
long sys_dup3(unsigned int old, unsigned int fd, int flags);
long sys_fcntl(unsigned int fd, unsigned int cmd, unsigned long arg);
long sys_fcntl64(unsigned int fd, unsigned int cmd, unsigned long arg);
long sys_flock(unsigned int fd, unsigned int cmd);

/* fs_struct.c */
long sys_chdir(const char __user *name);
long sys_fchdir(unsigned int fd);
long sys_chroot(const char __user *name);
long sys_getcwd(char __user *buf, unsigned long size);
long sys_umask(int mask);

/* attr.c, chown.c, utimes.c, truncate.c */
long sys_chmod(const char __user *name, umode_t mode);
long sys_fchmod(unsigned int fd, umode_t mode);
long sys_fchmodat(int dfd, const char __user *name, umode_t mode);
long sys_chown(const char __user *name, uid_t uid, gid_t gid);
long sys_lchown(const char __user *name, uid_t uid, gid_t gid);
long sys_fchown(unsigned int fd, uid_t uid, gid_t gid);
long sys_fchownat(int dfd, const char __user *name, uid_t uid, gid_t gid, int flags);
long sys_chown16(const char __user *name, u16 uid, u16 gid);
long sys_lchown16(const char __user *name, u16 uid, u16 gid);
long sys_fchown16(unsigned int fd, u16 uid, u16 gid);
long sys_utime(const char __user *name, const struct old_utimbuf32 __user *times);
long sys_utimes(const char __user *name, const struct old_timeval32 __user *times);
long sys_futimesat(int dfd, const char __user *name, const struct old_timeval32 __user *times);
long sys_utimensat(int dfd, const char __user *name, const struct old_timespec32 __user *times,
		   int flags);
long sys_utimensat_time64(int dfd, const char __user *name,
			  const struct kernel_timespec __user *times, int flags);
long sys_truncate(const char __user *name, long length);
long sys_ftruncate(unsigned int fd, unsigned long length);
long sys_truncate64(const char __user *name, loff_t length);
long sys_ftruncate64(unsigned int fd, loff_t length);
long sys_fallocate(unsigned int fd, int mode, loff_t offset, loff_t len);
long sys_fadvise64(unsigned int fd, loff_t offset, size_t len, int advice);
long sys_fadvise64_64(unsigned int fd, loff_t offset, loff_t len, int advice);
long sys_readahead(unsigned int fd, loff_t offset, size_t count);

/* select.c, poll.c, eventpoll.c, eventfd.c */
long sys_old_select(struct sel_arg_struct __user *arg);
long sys_select(int n, unsigned long __user *in, unsigned long __user *out,
		unsigned long __user *ex, struct old_timeval32 __user *tv);
long sys_pselect6(int n, unsigned long __user *in, unsigned long __user *out,
		  unsigned long __user *ex, struct old_timespec32 __user *ts, void __user *sig);
long sys_pselect6_time64(int n, unsigned long __user *in, unsigned long __user *out,
			 unsigned long __user *ex, struct kernel_timespec __user *ts,
			 void __user *sig);
long sys_poll(struct pollfd __user *fds, unsigned int nfds, int timeout_ms);
long sys_ppoll(struct pollfd __user *fds, unsigned int nfds, struct old_timespec32 __user *ts,
	       const sigset_t __user *sigmask, size_t sigsetsize);
long sys_ppoll_time64(struct pollfd __user *fds, unsigned int nfds,
		      struct kernel_timespec __user *ts, const sigset_t __user *sigmask,
		      size_t sigsetsize);
long sys_epoll_create(int size);
long sys_epoll_create1(int flags);
long sys_epoll_ctl(int epfd, int op, int fd, struct epoll_event __user *event);
long sys_epoll_wait(int epfd, struct epoll_event __user *events, int max, int timeout_ms);
long sys_epoll_pwait(int epfd, struct epoll_event __user *events, int max, int timeout_ms,
		     const sigset_t __user *sigmask, size_t sigsetsize);
long sys_eventfd(unsigned int count);
long sys_eventfd2(unsigned int count, int flags);

/* pipe.c, ioctl.c */
long sys_pipe(int __user *fds);
long sys_pipe2(int __user *fds, int flags);
long sys_ioctl(unsigned int fd, unsigned int cmd, unsigned long arg);

#endif
