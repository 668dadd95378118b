/* SPDX-License-Identifier: MIT */
/*
 * Where the rows about files put them. Both places vanish with the row: the tmpfs is in no directory
 * any more, and the names of the disk's are taken away by the next row that asks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../bench.h"

#define DISK_FOLDER	"/var/tmp/bench"
#define TMPFS_FOLDER	"/mnt"

static void enter_tmpfs(void)
{
	bench_need(mount("bench", TMPFS_FOLDER, "tmpfs", 0, "size=64m") == 0);
	bench_need(chdir(TMPFS_FOLDER) == 0);
	bench_need(umount2(TMPFS_FOLDER, MNT_DETACH) == 0);
}

void bench_enter(enum bench_place place)
{
	if (place == ON_TMPFS) {
		enter_tmpfs();
		return;
	}
	bench_need(system("rm -rf " DISK_FOLDER) == 0);
	bench_need(mkdir(DISK_FOLDER, 0755) == 0);
	bench_need(chdir(DISK_FOLDER) == 0);
}

int bench_file(const char *name, size_t bytes)
{
	static char page[PAGE];
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);

	bench_need(fd >= 0);
	for (size_t done = 0; done < bytes; done += PAGE)
		bench_need(write(fd, page, PAGE) == (ssize_t)PAGE);
	bench_need(fsync(fd) == 0);
	bench_need(lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}
