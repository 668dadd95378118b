/* SPDX-License-Identifier: MIT */
/*
 * tmpfs: limits of size and inodes, remount, sparse files, mappings and read/write that see each
 * other, unlinked files that live on, truncation under a mapping, memfd, busy and lazy unmounts.
 */
#include <fcntl.h>
#include <signal.h>
#include <setjmp.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>

#include "check.h"

#define fails(call, error) check((call) == -1 && errno == (error))

static struct stat st;
static char page[PAGE];
static sigjmp_buf jump;

static void on_sigbus(int sig)
{
	(void)sig;
	siglongjmp(jump, 1);
}

static void limits(void)
{
	struct statfs fs;
	int fd, i;

	check(mount("small", "m", "tmpfs", 0, "size=64k,nr_inodes=5,mode=0700") == 0);
	check(stat("m", &st) == 0 && (st.st_mode & 07777) == 0700);
	check(statfs("m", &fs) == 0 && fs.f_type == 0x01021994 && fs.f_blocks == 16 && fs.f_bfree == 16);
	check((fd = open("m/f", O_CREAT | O_RDWR, 0600)) >= 0);
	for (i = 0; i < 16; i++)
		check(write(fd, page, PAGE) == PAGE);
	fails(write(fd, page, PAGE), ENOSPC);
	check(fstat(fd, &st) == 0 && st.st_size == 16 * PAGE && st.st_blocks == 128);
	check(ftruncate(fd, PAGE) == 0 && statfs("m", &fs) == 0 && fs.f_bfree == 15);
	check(pwrite(fd, "x", 1, 1 << 20) == 1 && fstat(fd, &st) == 0 && st.st_blocks == 16);
	for (i = 0; i < 3; i++) {
		char name[8];

		snprintf(name, sizeof(name), "m/%d", i);
		check(mkdir(name, 0700) == 0);
	}
	fails(mkdir("m/x", 0700), ENOSPC);
	fails(mount("small", "m", "tmpfs", MS_REMOUNT, "size=4k"), EINVAL);
	check(mount("small", "m", "tmpfs", MS_REMOUNT, "size=128k,nr_inodes=9") == 0 && mkdir("m/x", 0700) == 0);
	fails(umount("m"), EBUSY);
	check(close(fd) == 0 && umount("m") == 0);
	fails(umount("m"), EINVAL);
	fails(mount("x", "m", "tmpfs", 0, "nonsense=1"), EINVAL);
	fails(mount("x", "m", "nosuchfs", 0, NULL), ENODEV);
	fails(mount("x", "none", "tmpfs", 0, NULL), ENOENT);
}

static void read_only(void)
{
	int fd;

	check(mount("ro", "m", "tmpfs", 0, NULL) == 0 && (fd = open("m/f", O_CREAT | O_RDWR, 0600)) >= 0);
	fails(mount("ro", "m", "tmpfs", MS_REMOUNT | MS_RDONLY, NULL), EBUSY);
	check(close(fd) == 0 && mount("ro", "m", "tmpfs", MS_REMOUNT | MS_RDONLY, NULL) == 0);
	fails(open("m/f", O_RDWR), EROFS);
	fails(open("m/g", O_CREAT | O_RDWR, 0600), EROFS);
	fails(unlink("m/f"), EROFS);
	fails(chmod("m/f", 0777), EROFS);
	fails(access("m/f", W_OK), EROFS);
	check((fd = open("m/f", O_RDONLY)) >= 0 && umount2("m", MNT_DETACH) == 0);
	fails(stat("m/f", &st), ENOENT);
	check(fstat(fd, &st) == 0 && close(fd) == 0);
}

static void mappings(void)
{
	int fd = open("f", O_CREAT | O_RDWR | O_TRUNC, 0600);
	char *p, *q;

	check(ftruncate(fd, 3 * PAGE) == 0);
	p = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	q = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	check(p != MAP_FAILED && q != MAP_FAILED && p[PAGE] == 0);
	strcpy(p + PAGE, "mapped");
	check(pread(fd, page, 7, PAGE) == 7 && !strcmp(page, "mapped") && !strcmp(q + PAGE, "mapped"));
	check(pwrite(fd, "written", 8, 2 * PAGE) == 8 && !strcmp(p + 2 * PAGE, "written"));
	q[PAGE] = 'M';
	check(p[PAGE] == 'm');
	check(unlink("f") == 0 && fstat(fd, &st) == 0 && st.st_nlink == 0 && close(fd) == 0);
	check(!strcmp(p + PAGE, "mapped"));
	check(munmap(p, 3 * PAGE) == 0 && q[PAGE] == 'M' && munmap(q, 3 * PAGE) == 0);
}

static void truncated_mapping(void)
{
	int fd = syscall(SYS_memfd_create, "memory", 0);
	volatile char *p;
	char link[64];
	ssize_t n;

	check(fd >= 0 && ftruncate(fd, 2 * PAGE) == 0);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, page, sizeof(page) - 1);
	check(n > 0);
	page[n] = 0;
	check(!strcmp(page, "/memfd:memory (deleted)"));
	p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	check(p != MAP_FAILED);
	p[0] = p[PAGE] = 1;
	p[10] = 7;
	check(ftruncate(fd, 10) == 0 && p[10] == 0);
	signal(SIGBUS, on_sigbus);
	if (sigsetjmp(jump, 1) == 0) {
		p[PAGE] = 2;
		check(!"a write beyond the end must raise SIGBUS");
	}
	check(ftruncate(fd, 2 * PAGE) == 0 && p[PAGE] == 0 && p[0] == 1);
	check(munmap((void *)p, 2 * PAGE) == 0 && close(fd) == 0);
}

static void directory_offsets(void)
{
	fails(mount("a", "m", "tmpfs", 0, "size=banana"), EINVAL);
	check(mount("a", "m", "tmpfs", 0, NULL) == 0 && mount("b", "m", "tmpfs", 0, NULL) == 0);
	check(mkdir("m/b", 0700) == 0 && umount("m") == 0);
	fails(stat("m/b", &st), ENOENT);
	check(umount("m") == 0);
	/* A bind shows the same files; the mount point itself cannot be removed. */
	check(mkdir("src", 0700) == 0 && mkdir("src/d", 0700) == 0 && mount("src", "m", NULL, MS_BIND, NULL) == 0);
	check(stat("m/d", &st) == 0);
	fails(rmdir("m"), EBUSY);
	fails(rename("m", "n"), EBUSY);
	fails(rename("m/d", "d"), EXDEV);
	fails(link("m/d", "l"), EXDEV);
	check(umount("m") == 0 && rmdir("src/d") == 0 && rmdir("src") == 0);
}

int main(void)
{
	static const char dir[] = "/tmp/tmpfs.test";

	check(mkdir(dir, 0755) == 0 && chdir(dir) == 0 && mkdir("m", 0755) == 0);
	limits();
	read_only();
	mappings();
	truncated_mapping();
	directory_offsets();
	return 0;
}
