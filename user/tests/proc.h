/* SPDX-License-Identifier: MIT */
/*
 * Numbers of the kernel, for tests that count: without malloc or stdio, so that looking changes nothing that is
 * looked at.
 */
#ifndef QUIRE_TESTS_PROC_H
#define QUIRE_TESTS_PROC_H

#include <fcntl.h>
#include <sys/mman.h>

#include "check.h"

#define PROC_TEXT 16384

/* The whole of a small file, NUL-terminated; the same buffer each time. */
static inline char *proc_text(const char *path)
{
	static char text[PROC_TEXT];
	size_t used = 0;
	ssize_t n;
	int fd = open(path, O_RDONLY);

	check(fd >= 0);
	while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += n;
	check(n == 0 && close(fd) == 0);
	text[used] = '\0';
	return text;
}

/* The number behind a line's name ("name 7", "Name:   7 kB"). */
static inline long proc_number(const char *path, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = proc_text(path); p; p = strchr(p, '\n')) {
		p += *p == '\n';
		if (!strncmp(p, name, len) && (p[len] == ' ' || p[len] == ':'))
			return strtol(p + len + 1, NULL, 10);
		if (!*p)
			break;
	}
	printf("%s has no %s\n", path, name);
	check(!"the line is there");
	return -1;
}

static inline long vmstat(const char *name)
{
	return proc_number("/proc/vmstat", name);
}

/* kB */
static inline long meminfo(const char *name)
{
	return proc_number("/proc/meminfo", name);
}

/* The first area in /proc/swaps. */
static inline void first_swap_area(char *name, size_t size)
{
	const char *line = strchr(proc_text("/proc/swaps"), '\n');

	check(line);
	snprintf(name, size, "%.*s", (int)strcspn(line + 1, " \t"), line + 1);
	check(*name == '/');
}

/* Write to more than memory.  => what was written, never given back: for a process that ends soon */
static inline unsigned char *take_memory(void)
{
	size_t size = meminfo("MemTotal") * 1024ul / 2 * 3;
	unsigned char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	for (size_t at = 0; at < size; at += PAGE)
		p[at] = 1;
	return p;
}

static inline void proc_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	check(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
}

/* A process takes more than memory and ends: what was idle may be on swap now. */
static inline void press_memory(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		take_memory();
		_exit(0);
	}
	join(pid);
}

/* Again, until so much of the caller is there. */
static inline void press_to_swap(long kib)
{
	int times = 0;

	do {
		check(times++ < 8);
		press_memory();
	} while (proc_number("/proc/self/status", "VmSwap") < kib);
}

static inline void vm_tunable(const char *name, long value)
{
	char path[64], text[24];

	snprintf(path, sizeof(path), "/proc/sys/vm/%s", name);
	snprintf(text, sizeof(text), "%ld", value);
	proc_write(path, text);
}

#endif
