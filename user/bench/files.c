/* SPDX-License-Identifier: MIT */
/* Bench: reading and writing files that are in memory already. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "bench.h"

#define FILE_SIZE	(8 * MIB)
#define CHUNK		(64 * KIB)
#define LINE		64	/* of a processor's cache: what mmap rows read one word of */

/* A chunk's bytes at a time through the whole file, n chunks. */
static void read_chunks(long n, long place)
{
	char *chunk = bench_memory(CHUNK);
	int fd;

	bench_enter(place);
	fd = bench_file("file", FILE_SIZE);
	bench_touch(chunk, CHUNK);
	while (read(fd, chunk, CHUNK) > 0)
		;
	bench_start();
	for (long i = 0; i < n; i++) {
		if (i % (FILE_SIZE / CHUNK) == 0)
			lseek(fd, 0, SEEK_SET);
		bench_need(read(fd, chunk, CHUNK) == (ssize_t)CHUNK);
	}
	bench_stop(n * (CHUNK / KIB));
}

static void write_chunks(long n, long place)
{
	char *chunk = bench_memory(CHUNK);
	int fd;

	bench_enter(place);
	fd = bench_file("file", FILE_SIZE);
	bench_touch(chunk, CHUNK);
	bench_start();
	for (long i = 0; i < n; i++) {
		if (i % (FILE_SIZE / CHUNK) == 0)
			lseek(fd, 0, SEEK_SET);
		bench_need(write(fd, chunk, CHUNK) == (ssize_t)CHUNK);
	}
	bench_stop(n * (CHUNK / KIB));
}

/* Chunks behind the end of a file that grows. */
static void append_chunks(long n, long place)
{
	char *chunk = bench_memory(CHUNK);
	int fd;

	bench_enter(place);
	fd = bench_file("file", 0);
	bench_touch(chunk, CHUNK);
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(write(fd, chunk, CHUNK) == (ssize_t)CHUNK);
	bench_stop(n * (CHUNK / KIB));
}

/* Pages of the file in no order. */
static void pread_page(long n, long place)
{
	static char page[PAGE];
	unsigned int seed = 1;
	int fd;

	bench_enter(place);
	fd = bench_file("file", FILE_SIZE);
	bench_start();
	for (long i = 0; i < n; i++) {
		bench_need(pread(fd, page, PAGE, rand_r(&seed) % (FILE_SIZE / PAGE) * PAGE) == (ssize_t)PAGE);
	}
	bench_stop(n);
}

static void pread_byte(long n, long place)
{
	char byte;
	int fd;

	bench_enter(place);
	fd = bench_file("file", PAGE);
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(pread(fd, &byte, 1, i % PAGE) == 1);
	bench_stop(n);
}

static void pwrite_byte(long n, long place)
{
	int fd;

	bench_enter(place);
	fd = bench_file("file", PAGE);
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(pwrite(fd, "x", 1, i % PAGE) == 1);
	bench_stop(n);
}

/* Map the whole file, look at each line of it, unmap: n times. */
static void mmap_read(long n, long place)
{
	volatile char *map;
	int fd;

	bench_enter(place);
	fd = bench_file("file", FILE_SIZE);
	bench_start();
	for (long i = 0; i < n; i++) {
		map = mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
		bench_need(map != MAP_FAILED);
		for (unsigned int at = 0; at < FILE_SIZE; at += LINE)
			(void)map[at];
		munmap((void *)map, FILE_SIZE);
	}
	bench_stop(n * (FILE_SIZE / KIB));
}

/* From one file to another. */
static void send_file(long n, long place)
{
	int from, to;

	bench_enter(place);
	from = bench_file("from", FILE_SIZE);
	to = bench_file("to", FILE_SIZE);
	bench_start();
	for (long i = 0; i < n; i++) {
		if (i % (FILE_SIZE / CHUNK) == 0) {
			lseek(from, 0, SEEK_SET);
			lseek(to, 0, SEEK_SET);
		}
		bench_need(sendfile(to, from, NULL, CHUNK) == (ssize_t)CHUNK);
	}
	bench_stop(n * (CHUNK / KIB));
}

static const struct bench_row rows[] = {
	{ "read_tmpfs", "KiB", read_chunks, 256, ON_TMPFS },
	{ "read_ext2", "KiB", read_chunks, 256, ON_DISK },
	{ "write_tmpfs", "KiB", write_chunks, 128, ON_TMPFS },
	{ "write_ext2", "KiB", write_chunks, 128, ON_DISK },
	{ "append_tmpfs", "KiB", append_chunks, 128, ON_TMPFS },
	{ "append_ext2", "KiB", append_chunks, 128, ON_DISK },
	{ "pread_page_tmpfs", "call", pread_page, 5000, ON_TMPFS },
	{ "pread_page_ext2", "call", pread_page, 5000, ON_DISK },
	{ "pread_byte_ext2", "call", pread_byte, 10000, ON_DISK },
	{ "pwrite_byte_tmpfs", "call", pwrite_byte, 10000, ON_TMPFS },
	{ "pwrite_byte_ext2", "call", pwrite_byte, 10000, ON_DISK },
	{ "mmap_read_tmpfs", "KiB", mmap_read, 4, ON_TMPFS },
	{ "mmap_read_ext2", "KiB", mmap_read, 4, ON_DISK },
	{ "sendfile_ext2", "KiB", send_file, 128, ON_DISK },
};

BENCH_MAIN(rows)
