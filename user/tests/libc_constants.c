/* SPDX-License-Identifier: MIT */
/*
 * The C library's constants and structures are those of the Linux i386 ABI: numbers that programs
 * compiled elsewhere, and the kernel, take for granted.
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/ucontext.h>
#include <sys/utsname.h>
#include <termios.h>
#include <time.h>

#include "check.h"

#define IS(name, value) _Static_assert((name) == (value), #name)
#define SIZE(type, size) _Static_assert(sizeof(type) == (size), #type)
#define AT(type, field, offset) _Static_assert(offsetof(type, field) == (offset), #type "." #field)

IS(EDEADLK, 35); IS(ENAMETOOLONG, 36); IS(ENOSYS, 38); IS(ENOTEMPTY, 39); IS(ELOOP, 40);
IS(EOVERFLOW, 75); IS(EILSEQ, 84); IS(EOPNOTSUPP, 95); IS(ETIMEDOUT, 110); IS(EINPROGRESS, 115);

IS(O_CREAT, 0x40); IS(O_EXCL, 0x80); IS(O_NOCTTY, 0x100); IS(O_TRUNC, 0x200); IS(O_APPEND, 0x400);
IS(O_NONBLOCK, 0x800); IS(O_DIRECTORY, 0x10000); IS(O_NOFOLLOW, 0x20000); IS(O_CLOEXEC, 0x80000);
IS(AT_FDCWD, -100); IS(AT_SYMLINK_NOFOLLOW, 0x100); IS(AT_REMOVEDIR, 0x200);
IS(F_GETLK, 12); IS(F_SETLK, 13); IS(F_SETLKW, 14); IS(F_RDLCK, 0); IS(F_WRLCK, 1); IS(F_UNLCK, 2);
IS(F_DUPFD_CLOEXEC, 1030);
SIZE(struct flock, 24); AT(struct flock, l_start, 4); AT(struct flock, l_pid, 20);

IS(SIGBUS, 7); IS(SIGUSR1, 10); IS(SIGUSR2, 12); IS(SIGCHLD, 17); IS(SIGCONT, 18); IS(SIGSTOP, 19);
IS(SIGTSTP, 20); IS(SIGTTIN, 21); IS(SIGTTOU, 22); IS(SIGWINCH, 28); IS(NSIG, 65);
IS(SIG_BLOCK, 0); IS(SIG_UNBLOCK, 1); IS(SIG_SETMASK, 2);
IS(SA_SIGINFO, 4); IS(SA_RESTART, 0x10000000); IS(SA_RESTORER, 0x04000000);
SIZE(sigset_t, 8); SIZE(siginfo_t, 128); SIZE(struct sigaction, 20);
AT(struct sigaction, sa_flags, 4); AT(struct sigaction, sa_mask, 12);
AT(siginfo_t, si_pid, 12); AT(siginfo_t, si_addr, 12); AT(siginfo_t, si_status, 20);
AT(siginfo_t, si_value, 20);
SIZE(stack_t, 12); AT(ucontext_t, uc_mcontext, 20); AT(ucontext_t, uc_sigmask, 108);
IS(REG_EIP, 14); IS(REG_EAX, 11); IS(REG_ESP, 7);

IS(PROT_EXEC, 4); IS(MAP_SHARED, 1); IS(MAP_PRIVATE, 2); IS(MAP_FIXED, 0x10); IS(MAP_ANONYMOUS, 0x20);
IS(MAP_GROWSDOWN, 0x100); IS(MAP_NORESERVE, 0x4000); IS(MS_ASYNC, 1); IS(MS_INVALIDATE, 2); IS(MS_SYNC, 4);
IS(MREMAP_MAYMOVE, 1);
SIZE(struct shmid_ds, 84); AT(struct shmid_ds, shm_atime, 40); AT(struct shmid_ds, shm_cpid, 64);
SIZE(struct semid_ds, 64); SIZE(struct msqid_ds, 88); SIZE(struct shm_info, 24);

SIZE(off_t, 8); SIZE(ino_t, 8); SIZE(dev_t, 8); SIZE(time_t, 8); SIZE(uid_t, 4); SIZE(mode_t, 4);
SIZE(struct timespec, 16); SIZE(clock_t, 4);
AT(struct dirent, d_off, 8); AT(struct dirent, d_reclen, 16); AT(struct dirent, d_type, 18);
AT(struct dirent, d_name, 19);
SIZE(struct statfs, 84); AT(struct statfs, f_blocks, 8); AT(struct statfs, f_namelen, 56);
SIZE(struct sysinfo, 64); AT(struct sysinfo, procs, 40); AT(struct sysinfo, mem_unit, 52);
SIZE(struct utsname, 390); SIZE(struct rlimit, 8);
SIZE(struct pollfd, 8); IS(POLLHUP, 0x10); IS(POLLNVAL, 0x20); SIZE(fd_set, 128);

SIZE(struct termios, 36); AT(struct termios, c_line, 16); AT(struct termios, c_cc, 17);
IS(ICANON, 2); IS(ECHO, 8); IS(ISIG, 1); IS(TOSTOP, 0x100); IS(IEXTEN, 0x8000); IS(ONLCR, 4);
IS(ICRNL, 0x100); IS(IXON, 0x400); IS(VMIN, 6); IS(VTIME, 5); IS(VSUSP, 10); IS(VERASE, 2);
IS(TCGETS, 0x5401); IS(TIOCGWINSZ, 0x5413); IS(TIOCSCTTY, 0x540e); IS(TIOCGPTN, 0x80045430U);
IS(RLIMIT_STACK, 3); IS(RLIMIT_NOFILE, 7); IS(RLIMIT_AS, 9);
IS(SYS_mmap2, 192); IS(SYS_stat64, 195); IS(SYS_futex, 240); IS(SYS_clock_gettime64, 403);
IS(CLOCK_MONOTONIC, 1);

int main(void)
{
	/* The same through the kernel: what it fills in lies where the headers say. */
	struct utsname name;
	struct stat st;

	check(uname(&name) == 0 && name.sysname[0] && name.release[0]);
	check(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
	check(major(st.st_rdev) == 1 && minor(st.st_rdev) == 3 && makedev(1, 3) == st.st_rdev);
	return 0;
}
