/* SPDX-License-Identifier: MIT */
/*
 * Random work on a file against a model in memory: read, write, append, truncate up and down,
 * stores and loads through shared mappings, fsync, dropping the file from the cache by writing
 * much else. Two processes do so at once, each on its own file, so that their blocks interleave
 * on the disk.
 *
 * machine: mem=12 swap=16 timeout=200
 */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "check.h"

#define FILE_MAX (700u * 1024)
#define ROUNDS 1500
#define CHUNK_MAX 20000u

static unsigned char model[FILE_MAX], buf[FILE_MAX];
static unsigned int size, seed;
static int fd;

static unsigned int rnd(unsigned int n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void fill(unsigned char *p, unsigned int n)
{
	unsigned int i, start = rnd(256);

	for (i = 0; i < n; i++)
		p[i] = start + i * 7;
}

static void do_write(int append)
{
	unsigned int at = append ? size : rnd(FILE_MAX - CHUNK_MAX), n = 1 + rnd(CHUNK_MAX);

	if (at + n > FILE_MAX)
		return;
	if (at > size)
		memset(model + size, 0, at - size);
	fill(model + at, n);
	check(pwrite(fd, model + at, n, at) == (ssize_t)n);
	if (at + n > size)
		size = at + n;
}

static void do_read(void)
{
	unsigned int at = rnd(FILE_MAX), n = rnd(3 * CHUNK_MAX);
	unsigned int want = at >= size ? 0 : n < size - at ? n : size - at;

	if (n > FILE_MAX)
		n = FILE_MAX;
	check(pread(fd, buf, n, at) == (ssize_t)want);
	check(!memcmp(buf, model + at, want));
}

static void do_truncate(void)
{
	unsigned int to = rnd(4) ? rnd(FILE_MAX) : size / 2;

	if (to > size)
		memset(model + size, 0, to - size);
	check(ftruncate(fd, to) == 0);
	size = to;
}

/* Load or store some pages through a shared mapping, never beyond the end. */
static void do_map(int store)
{
	unsigned int page = rnd(size / PAGE + 1) * PAGE, n = rnd(6 * PAGE) + 1, at;
	unsigned char *map;

	if (page >= size)
		return;
	if (n > size - page)
		n = size - page;
	map = mmap(NULL, n, store ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, page);
	check(map != MAP_FAILED);
	if (store) {
		at = rnd(n);
		fill(model + page + at, n - at);
		memcpy(map + at, model + page + at, n - at);
		if (rnd(4) == 0)
			check(msync(map, n, MS_SYNC) == 0);
	}
	check(!memcmp(map, model + page, n));
	check(munmap(map, n) == 0);
}

static void step(void)
{
	struct stat st;

	switch (rnd(12)) {
	case 0: case 1: case 2: do_write(0); break;
	case 3: do_write(1); break;
	case 4: case 5: case 6: do_read(); break;
	case 7: do_truncate(); break;
	case 8: case 9: if (size) do_map(1); break;
	case 10: if (size) do_map(0); break;
	default: if (rnd(8) == 0) check(fsync(fd) == 0); break;
	}
	check(fstat(fd, &st) == 0 && st.st_size == (off_t)size);
}

/* Much other data, so that little of the file stays in memory. */
static void flood(const char *name)
{
	int other = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600), i;

	check(other >= 0);
	for (i = 0; i < 40; i++)
		check(write(other, buf, 100000) == 100000);
	check(close(other) == 0 && unlink(name) == 0);
}

static void whole_file(void)
{
	check(pread(fd, buf, FILE_MAX, 0) == (ssize_t)size && !memcmp(buf, model, size));
}

static int worker(unsigned int number)
{
	char name[32], other[32];
	int i;

	sprintf(name, "/root/model.%u", number);
	sprintf(other, "/root/flood.%u", number);
	seed = number;
	fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0600);
	check(fd >= 0);
	for (i = 0; i < ROUNDS; i++) {
		step();
		if (i % 500 == 499)
			flood(other);
	}
	whole_file();
	check(fsync(fd) == 0 && close(fd) == 0);
	flood(other);
	fd = open(name, O_RDONLY);
	check(fd >= 0);
	whole_file();
	check(close(fd) == 0 && unlink(name) == 0);
	return 0;
}

int main(void)
{
	pid_t a, b;

	a = fork();
	if (a == 0)
		_exit(worker(1));
	b = fork();
	if (b == 0)
		_exit(worker(2));
	join(a);
	join(b);
	return 0;
}
