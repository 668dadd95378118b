/* SPDX-License-Identifier: MIT */
/*
 * Bench: names and what stands behind them. A thousand files are created and deleted in one folder,
 * as lat_fs of lmbench does it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define SIZED(place, bytes)	((place) | (bytes) << 1)
#define PLACE(arg)		((arg) & 1)
#define BYTES(arg)		((arg) >> 1)
#define NAME_SIZE		16
#define TEN_KIB			(10 * KIB)

static char contents[TEN_KIB];

static char *name_of(long i, char *name)
{
	snprintf(name, NAME_SIZE, "file%ld", i);
	return name;
}

/* The names are made before the clock starts. */
static char (*names_of(long n))[NAME_SIZE]
{
	char (*names)[NAME_SIZE] = (void *)bench_memory(n * NAME_SIZE);

	for (long i = 0; i < n; i++)
		name_of(i, names[i]);
	return names;
}

static void make_files(char (*names)[NAME_SIZE], long n, size_t bytes)
{
	for (long i = 0; i < n; i++) {
		int fd = open(names[i], O_WRONLY | O_CREAT | O_EXCL, 0644);

		bench_need(fd >= 0);
		if (bytes)
			bench_need(write(fd, contents, bytes) == (ssize_t)bytes);
		close(fd);
	}
}

static void delete_files(char (*names)[NAME_SIZE], long n)
{
	for (long i = 0; i < n; i++)
		bench_need(unlink(names[i]) == 0);
}

/* Once before the clock starts: then bitmaps and inode tables are in memory. */
static void create(long n, long arg)
{
	char (*names)[NAME_SIZE] = names_of(n);

	bench_enter(PLACE(arg));
	make_files(names, n, BYTES(arg));
	delete_files(names, n);
	bench_start();
	make_files(names, n, BYTES(arg));
	bench_stop(n);
}

static void delete(long n, long arg)
{
	char (*names)[NAME_SIZE] = names_of(n);

	bench_enter(PLACE(arg));
	make_files(names, n, BYTES(arg));
	bench_start();
	delete_files(names, n);
	bench_stop(n);
}

static void rename_file(long n, long place)
{
	char (*names)[NAME_SIZE] = names_of(n + 1);

	bench_enter(place);
	make_files(names, 1, 0);
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(rename(names[i], names[i + 1]) == 0);
	bench_stop(n);
}

static void make_folders(long n, long place)
{
	char (*names)[NAME_SIZE] = names_of(n);

	bench_enter(place);
	for (int round = 0; round < 2; round++) {
		bench_start();
		for (long i = 0; i < n; i++) {
			bench_need(mkdir(names[i], 0755) == 0);
			bench_need(rmdir(names[i]) == 0);
		}
	}
	bench_stop(n);
}

static void link_unlink(long n, long place)
{
	bench_enter(place);
	bench_file("file", 0);
	bench_start();
	for (long i = 0; i < n; i++) {
		bench_need(link("file", "other") == 0);
		bench_need(unlink("other") == 0);
	}
	bench_stop(n);
}

/* n names, of a folder with a thousand. */
static void read_folder(long n, long place)
{
	char (*names)[NAME_SIZE] = names_of(1000);
	long seen = 0;
	DIR *dir;

	bench_enter(place);
	make_files(names, 1000, 0);
	dir = opendir(".");
	bench_need(dir);
	bench_start();
	while (seen < n)
		if (readdir(dir))
			seen++;
		else
			rewinddir(dir);
	bench_stop(n);
}

/* stat() of each file of a folder with a thousand, as `ls -l` does it. */
static void stat_files(long n, long place)
{
	char (*names)[NAME_SIZE] = names_of(1000);
	struct stat st;

	bench_enter(place);
	make_files(names, 1000, 0);
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(stat(names[i % 1000], &st) == 0);
	bench_stop(n);
}

static void enter_deep(void)
{
	bench_enter(ON_DISK);
	for (int depth = 0; depth < 8; depth++) {
		bench_need(mkdir("folder", 0755) == 0);
		bench_need(chdir("folder") == 0);
	}
	bench_file("file", 0);
	bench_need(chdir("/var/tmp/bench") == 0);
}

#define DEEP	"folder/folder/folder/folder/folder/folder/folder/folder/"

static void stat_deep(long n, long arg)
{
	struct stat st;

	(void)arg;
	enter_deep();
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(stat(DEEP "file", &st) == 0);
	bench_stop(n);
}

static void stat_missing(long n, long arg)
{
	struct stat st;

	(void)arg;
	enter_deep();
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(stat("missing", &st) < 0 && errno == ENOENT);
	bench_stop(n);
}

static void open_deep(long n, long arg)
{
	(void)arg;
	enter_deep();
	bench_start();
	for (long i = 0; i < n; i++) {
		int fd = open(DEEP "file", O_RDONLY);

		bench_need(fd >= 0);
		close(fd);
	}
	bench_stop(n);
}

static const struct bench_row rows[] = {
	{ "create_0k_tmpfs", "file", create, 1000, SIZED(ON_TMPFS, 0) },
	{ "create_10k_tmpfs", "file", create, 1000, SIZED(ON_TMPFS, TEN_KIB) },
	{ "create_0k_ext2", "file", create, 1000, SIZED(ON_DISK, 0) },
	{ "create_10k_ext2", "file", create, 1000, SIZED(ON_DISK, TEN_KIB) },
	{ "delete_0k_tmpfs", "file", delete, 1000, SIZED(ON_TMPFS, 0) },
	{ "delete_10k_tmpfs", "file", delete, 1000, SIZED(ON_TMPFS, TEN_KIB) },
	{ "delete_0k_ext2", "file", delete, 1000, SIZED(ON_DISK, 0) },
	{ "delete_10k_ext2", "file", delete, 1000, SIZED(ON_DISK, TEN_KIB) },
	{ "rename_tmpfs", "call", rename_file, 1000, ON_TMPFS },
	{ "rename_ext2", "call", rename_file, 1000, ON_DISK },
	{ "mkdir_rmdir_tmpfs", "pair", make_folders, 500, ON_TMPFS },
	{ "mkdir_rmdir_ext2", "pair", make_folders, 500, ON_DISK },
	{ "link_unlink_tmpfs", "pair", link_unlink, 1000, ON_TMPFS },
	{ "link_unlink_ext2", "pair", link_unlink, 1000, ON_DISK },
	{ "readdir_tmpfs", "name", read_folder, 10000, ON_TMPFS },
	{ "readdir_ext2", "name", read_folder, 10000, ON_DISK },
	{ "stat_1000_tmpfs", "call", stat_files, 5000, ON_TMPFS },
	{ "stat_1000_ext2", "call", stat_files, 5000, ON_DISK },
	{ "stat_deep", "call", stat_deep, 5000, 0 },
	{ "stat_missing", "call", stat_missing, 5000, 0 },
	{ "open_close_deep", "call", open_deep, 5000, 0 },
};

BENCH_MAIN(rows)
