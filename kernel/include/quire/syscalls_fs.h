/* SPDX-License-Identifier: MIT */
/*
 * System calls on files (syscalls.h includes this): defined in fs/.
 */
#ifndef QUIRE_SYSCALLS_FS_H
#define QUIRE_SYSCALLS_FS_H

#include <quire/types.h>
#include <abi/time.h>

struct epoll_event;
struct iovec;
struct pollfd;
struct linux_dirent;
struct linux_dirent64;
struct old_linux_dirent;
struct old_linux_stat;
struct old_utimbuf32;
struct sel_arg_struct;
struct stat32;
struct stat64;
struct statfs32;
struct statfs64;
struct statx;

/* opening and closing */
long sys_open(const char __user *name, int flags, int mode);
long sys_openat(int dfd, const char __user *name, int flags, int mode);
long sys_creat(const char __user *name, int mode);
long sys_close(unsigned int fd);
long sys_close_range(unsigned int first, unsigned int last, unsigned int flags);
long sys_dup(unsigned int fd);
long sys_dup2(unsigned int oldfd, unsigned int newfd);
long sys_dup3(unsigned int oldfd, unsigned int newfd, int flags);
long sys_pipe(int __user *fds);
long sys_pipe2(int __user *fds, int flags);
long sys_fcntl(unsigned int fd, unsigned int cmd, unsigned long arg);
long sys_fcntl64(unsigned int fd, unsigned int cmd, unsigned long arg);
long sys_flock(unsigned int fd, unsigned int cmd);
long sys_ioctl(unsigned int fd, unsigned int cmd, unsigned long arg);
long sys_umask(int mask);
long sys_memfd_create(const char __user *name, unsigned int flags);
long sys_eventfd(unsigned int count);
long sys_eventfd2(unsigned int count, int flags);

/* reading and writing */
long sys_read(unsigned int fd, char __user *buf, size_t count);
long sys_write(unsigned int fd, const char __user *buf, size_t count);
long sys_readv(unsigned int fd, const struct iovec __user *vec, unsigned long vlen);
long sys_writev(unsigned int fd, const struct iovec __user *vec, unsigned long vlen);
long sys_pread64(unsigned int fd, char __user *buf, size_t count, loff_t pos);
long sys_pwrite64(unsigned int fd, const char __user *buf, size_t count, loff_t pos);
long sys_preadv(unsigned int fd, const struct iovec __user *vec, unsigned long vlen, unsigned long pos_l,
		unsigned long pos_h);
long sys_pwritev(unsigned int fd, const struct iovec __user *vec, unsigned long vlen, unsigned long pos_l,
		 unsigned long pos_h);
long sys_lseek(unsigned int fd, off_t offset, unsigned int whence);
long sys_llseek(unsigned int fd, unsigned long high, unsigned long low, loff_t __user *result,
		unsigned int whence);
long sys_sendfile(int out_fd, int in_fd, off_t __user *offset, size_t count);
long sys_sendfile64(int out_fd, int in_fd, loff_t __user *offset, size_t count);
long sys_readahead(int fd, loff_t offset, size_t count);
long sys_fadvise64(int fd, loff_t offset, size_t len, int advice);
long sys_fadvise64_64(int fd, loff_t offset, loff_t len, int advice);
long sys_fsync(unsigned int fd);
long sys_fdatasync(unsigned int fd);
long sys_sync(void);
long sys_syncfs(int fd);
long sys_sync_file_range(int fd, loff_t offset, loff_t nbytes, unsigned int flags);
long sys_truncate(const char __user *path, long length);
long sys_truncate64(const char __user *path, loff_t length);
long sys_ftruncate(unsigned int fd, unsigned long length);
long sys_ftruncate64(unsigned int fd, loff_t length);
long sys_fallocate(int fd, int mode, unsigned long offset_l, unsigned long offset_h, unsigned long len_l,
		   unsigned long len_h);

/* names */
long sys_chdir(const char __user *path);
long sys_fchdir(unsigned int fd);
long sys_chroot(const char __user *path);
long sys_getcwd(char __user *buf, unsigned long size);
long sys_link(const char __user *oldname, const char __user *newname);
long sys_linkat(int olddfd, const char __user *oldname, int newdfd, const char __user *newname, int flags);
long sys_unlink(const char __user *name);
long sys_unlinkat(int dfd, const char __user *name, int flags);
long sys_symlink(const char __user *target, const char __user *name);
long sys_symlinkat(const char __user *target, int dfd, const char __user *name);
long sys_readlink(const char __user *name, char __user *buf, int size);
long sys_readlinkat(int dfd, const char __user *name, char __user *buf, int size);
long sys_mknod(const char __user *name, int mode, unsigned int dev);
long sys_mknodat(int dfd, const char __user *name, int mode, unsigned int dev);
long sys_mkdir(const char __user *name, int mode);
long sys_mkdirat(int dfd, const char __user *name, int mode);
long sys_rmdir(const char __user *name);
long sys_rename(const char __user *oldname, const char __user *newname);
long sys_renameat(int olddfd, const char __user *oldname, int newdfd, const char __user *newname);
long sys_renameat2(int olddfd, const char __user *oldname, int newdfd, const char __user *newname,
		   unsigned int flags);
long sys_old_readdir(unsigned int fd, struct old_linux_dirent __user *dirent, unsigned int count);
long sys_getdents(unsigned int fd, struct linux_dirent __user *dirent, unsigned int count);
long sys_getdents64(unsigned int fd, struct linux_dirent64 __user *dirent, unsigned int count);

/* attributes */
long sys_access(const char __user *name, int mode);
long sys_faccessat(int dfd, const char __user *name, int mode);
long sys_faccessat2(int dfd, const char __user *name, int mode, int flags);
long sys_chmod(const char __user *name, mode_t mode);
long sys_fchmod(unsigned int fd, mode_t mode);
long sys_fchmodat(int dfd, const char __user *name, mode_t mode);
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
long sys_utimensat(int dfd, const char __user *name, const struct old_timespec32 __user *times, int flags);
long sys_utimensat_time64(int dfd, const char __user *name, const struct kernel_timespec __user *times,
			  int flags);
long sys_stat(const char __user *name, struct old_linux_stat __user *buf);
long sys_lstat(const char __user *name, struct old_linux_stat __user *buf);
long sys_fstat(unsigned int fd, struct old_linux_stat __user *buf);
long sys_newstat(const char __user *name, struct stat32 __user *buf);
long sys_newlstat(const char __user *name, struct stat32 __user *buf);
long sys_newfstat(unsigned int fd, struct stat32 __user *buf);
long sys_stat64(const char __user *name, struct stat64 __user *buf);
long sys_lstat64(const char __user *name, struct stat64 __user *buf);
long sys_fstat64(unsigned int fd, struct stat64 __user *buf);
long sys_fstatat64(int dfd, const char __user *name, struct stat64 __user *buf, int flags);
long sys_statx(int dfd, const char __user *name, unsigned int flags, unsigned int mask,
	       struct statx __user *buf);
long sys_statfs(const char __user *name, struct statfs32 __user *buf);
long sys_fstatfs(unsigned int fd, struct statfs32 __user *buf);
long sys_statfs64(const char __user *name, size_t size, struct statfs64 __user *buf);
long sys_fstatfs64(unsigned int fd, size_t size, struct statfs64 __user *buf);
long sys_ustat(unsigned int dev, void __user *buf);

/* extended attributes (none is there) */
long sys_setxattr(const char __user *path, const char __user *name, const void __user *value, size_t size,
		  int flags);
long sys_lsetxattr(const char __user *path, const char __user *name, const void __user *value, size_t size,
		   int flags);
long sys_fsetxattr(unsigned int fd, const char __user *name, const void __user *value, size_t size, int flags);
long sys_getxattr(const char __user *path, const char __user *name, void __user *value, size_t size);
long sys_lgetxattr(const char __user *path, const char __user *name, void __user *value, size_t size);
long sys_fgetxattr(unsigned int fd, const char __user *name, void __user *value, size_t size);
long sys_listxattr(const char __user *path, char __user *list, size_t size);
long sys_llistxattr(const char __user *path, char __user *list, size_t size);
long sys_flistxattr(unsigned int fd, char __user *list, size_t size);
long sys_removexattr(const char __user *path, const char __user *name);
long sys_lremovexattr(const char __user *path, const char __user *name);
long sys_fremovexattr(unsigned int fd, const char __user *name);

/* mounts */
long sys_mount(const char __user *dev, const char __user *dir, const char __user *type, unsigned long flags,
	       void __user *data);
long sys_oldumount(const char __user *name);
long sys_umount(const char __user *name, int flags);

/* waiting for files */
long sys_old_select(struct sel_arg_struct __user *arg);
long sys_select(int n, unsigned long __user *in, unsigned long __user *out, unsigned long __user *ex,
		struct old_timeval32 __user *timeout);
long sys_pselect6(int n, unsigned long __user *in, unsigned long __user *out, unsigned long __user *ex,
		  struct old_timespec32 __user *timeout, void __user *sig);
long sys_pselect6_time64(int n, unsigned long __user *in, unsigned long __user *out,
			 unsigned long __user *ex, struct kernel_timespec __user *timeout,
			 void __user *sig);
long sys_poll(struct pollfd __user *fds, unsigned int nfds, int timeout);
long sys_ppoll(struct pollfd __user *fds, unsigned int nfds, struct old_timespec32 __user *timeout,
	       const void __user *sigmask, size_t sigsetsize);
long sys_ppoll_time64(struct pollfd __user *fds, unsigned int nfds, struct kernel_timespec __user *timeout,
		      const void __user *sigmask, size_t sigsetsize);
long sys_epoll_create(int size);
long sys_epoll_create1(int flags);
long sys_epoll_ctl(int epfd, int op, int fd, struct epoll_event __user *event);
long sys_epoll_wait(int epfd, struct epoll_event __user *events, int max, int timeout);
long sys_epoll_pwait(int epfd, struct epoll_event __user *events, int max, int timeout,
		     const void __user *sigmask, size_t sigsetsize);

#endif
