/* SPDX-License-Identifier: MIT */
/*
 * Files in memory: private and shared mappings, what a write shows where, the zeroes behind the end,
 * SIGBUS beyond it, truncation under a mapping, and unlink of a mapped file.
 *
 * machine: mem=16
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "check.h"

#define NAME	"/root/map_file.tmp"

static sigjmp_buf back;

static void on_bus(int sig)
{
	siglongjmp(back, sig);
}

static int signal_of_read(volatile char *p)
{
	int sig = sigsetjmp(back, 1);

	if (sig == 0)
		(void)*p;
	return sig;
}

static int make(size_t size)
{
	int fd = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0644);
	char byte;

	check(fd >= 0);
	for (size_t i = 0; i < size; i++) {
		byte = (char)('a' + i / PAGE);
		if (i % PAGE == 0 || i == size - 1)
			check(pwrite(fd, &byte, 1, (off_t)i) == 1);
	}
	return fd;
}

static char at(int fd, off_t offset)
{
	char byte = 0;

	check(pread(fd, &byte, 1, offset) == 1);
	return byte;
}

static void private_and_shared(void)
{
	int fd = make(3 * PAGE + 100);
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	char *s = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	check(p != MAP_FAILED && s != MAP_FAILED);
	check(p[0] == 'a' && s[PAGE] == 'b' && p[3 * PAGE] == 'd' && p[3 * PAGE + 100] == 0);
	p[0] = 'P';
	check(s[0] == 'a' && at(fd, 0) == 'a');
	s[PAGE] = 'S';
	check(p[PAGE] == 'S' && at(fd, PAGE) == 'S');
	check(pwrite(fd, "W", 1, 2 * PAGE) == 1);
	check(s[2 * PAGE] == 'W' && p[2 * PAGE] == 'W');
	check(msync(s, 4 * PAGE, MS_SYNC) == 0);
	check(munmap(p, 4 * PAGE) == 0 && munmap(s, 4 * PAGE) == 0);
	check(close(fd) == 0);
}

static void beyond_the_end(void)
{
	int fd = make(2 * PAGE);
	char *s = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

	check(s != MAP_FAILED && p != MAP_FAILED);
	check(signal_of_read(s + PAGE) == 0);
	check(signal_of_read(s + 2 * PAGE) == SIGBUS);
	p[PAGE] = 'x';
	check(ftruncate(fd, PAGE) == 0);
	check(signal_of_read(s + PAGE) == SIGBUS);
	check(signal_of_read(p + PAGE) == SIGBUS);
	check(ftruncate(fd, 3 * PAGE) == 0);
	check(s[PAGE] == 0 && s[2 * PAGE] == 0);
	check(unlink(NAME) == 0);
	s[0] = 'u';
	check(at(fd, 0) == 'u');
	check(munmap(s, 4 * PAGE) == 0 && munmap(p, 4 * PAGE) == 0 && close(fd) == 0);
	check(access(NAME, F_OK) < 0 && errno == ENOENT);
}

static void shared_by_processes(void)
{
	int *shared = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	check(shared != MAP_FAILED);
	pid = fork();
	if (pid == 0) {
		shared[1] = 4711;
		_exit(0);
	}
	join(pid);
	check(shared[1] == 4711);
	check(munmap(shared, PAGE) == 0);
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_bus };

	check(sigaction(SIGBUS, &action, NULL) == 0);
	private_and_shared();
	beyond_the_end();
	shared_by_processes();
	return 0;
}
