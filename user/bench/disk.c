/* SPDX-License-Identifier: MIT */
/*
 * Bench: a file that is not in memory yet, and one that must reach its disk. What counts here is
 * wall time; instructions show what the machine did beside waiting.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"

#define FILE_SIZE	(16 * MIB)

/* The file's pages leave memory. => the file, open */
static int cold_file(void)
{
	int fd, drop;

	bench_enter(ON_DISK);
	fd = bench_file("file", FILE_SIZE);
	sync();
	drop = open("/proc/sys/vm/drop_caches", O_WRONLY);
	bench_need(drop >= 0);
	bench_need(write(drop, "1", 1) == 1);
	close(drop);
	return fd;
}

/* From the start, so many bytes a call. */
static void read_sequential(long n, long bytes)
{
	char *buffer = bench_memory(bytes);
	int fd = cold_file();

	bench_touch(buffer, bytes);
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(read(fd, buffer, bytes) == bytes);
	bench_stop(n * (bytes / KIB));
}

static void read_random(long n, long bytes)
{
	char *buffer = bench_memory(bytes);
	int fd = cold_file();
	unsigned int seed = 1;

	bench_touch(buffer, bytes);
	bench_start();
	for (long i = 0; i < n; i++) {
		bench_need(pread(fd, buffer, bytes, rand_r(&seed) % (FILE_SIZE / bytes) * bytes) == bytes);
	}
	bench_stop(n);
}

static void map_sequential(long n, long arg)
{
	int fd = cold_file();
	volatile char *map = mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, fd, 0);

	(void)arg;
	bench_need(map != MAP_FAILED);
	bench_start();
	for (long i = 0; i < n; i++)
		(void)map[i * PAGE];
	bench_stop(n);
}

/* A database's commit: so many bytes over the old ones, and on the disk. */
static void overwrite_fsync(long n, long bytes)
{
	char *buffer = bench_memory(bytes);
	int fd = cold_file();

	bench_start();
	for (long i = 0; i < n; i++) {
		bench_need(pwrite(fd, buffer, bytes, i * bytes) == bytes);
		bench_need(fsync(fd) == 0);
	}
	bench_stop(n);
}

/* A log's: the file grows. */
static void append_fsync(long n, long bytes)
{
	char *buffer = bench_memory(bytes);
	int fd;

	bench_enter(ON_DISK);
	fd = bench_file("file", 0);
	bench_start();
	for (long i = 0; i < n; i++) {
		bench_need(write(fd, buffer, bytes) == bytes);
		bench_need(fsync(fd) == 0);
	}
	bench_stop(n);
}

/* A large new file, until it is on the disk. */
static void write_out(long n, long bytes)
{
	char *buffer = bench_memory(bytes);
	int fd;

	bench_enter(ON_DISK);
	fd = bench_file("file", 0);
	bench_touch(buffer, bytes);
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(write(fd, buffer, bytes) == bytes);
	bench_need(fsync(fd) == 0);
	bench_stop(n * (bytes / KIB));
}

static const struct bench_row rows[] = {
	{ "disk_read_64k", "KiB", read_sequential, FILE_SIZE / (64 * KIB), 64 * KIB },
	{ "disk_read_4k", "KiB", read_sequential, FILE_SIZE / (4 * KIB), 4 * KIB },
	{ "disk_read_random", "call", read_random, 500, 4 * KIB },
	{ "disk_map_read", "page", map_sequential, FILE_SIZE / PAGE, 0 },
	{ "disk_fsync_4k", "call", overwrite_fsync, 100, 4 * KIB },
	{ "disk_append_fsync_4k", "call", append_fsync, 100, 4 * KIB },
	{ "disk_write_fsync_16m", "KiB", write_out, FILE_SIZE / (64 * KIB), 64 * KIB },
};

BENCH_MAIN(rows)
