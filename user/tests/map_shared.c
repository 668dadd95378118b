/* SPDX-License-Identifier: MIT */
/*
 * Shared memory between relatives: what one writes the other sees, across fork, for anonymous and file mappings;
 * private mappings of the same file see the file until they write, and never write to it.
 *
 * machine: mem=8
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "check.h"

#define SIZE (16 * PAGE)

static char path[] = "/tmp/map_shared.XXXXXX";

static void anonymous(void)
{
	volatile int *p = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	check(p != MAP_FAILED);
	p[0] = 1;
	pid = fork();
	if (pid == 0) {
		check(p[0] == 1);
		p[PAGE] = 2;		/* a page that nobody has touched yet */
		p[0] = 3;
		while (p[1] == 0)
			usleep(1000);
		check(p[1] == 4);
		_exit(0);
	}
	while (p[0] != 3)
		usleep(1000);
	check(p[PAGE] == 2);
	p[1] = 4;
	join(pid);
	check(munmap((void *)p, SIZE) == 0);
}

static void of_a_file(int fd)
{
	char *shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	char *private = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	char byte;

	check(shared != MAP_FAILED && private != MAP_FAILED);
	shared[0] = 'a';
	check(private[0] == 'a' && pread(fd, &byte, 1, 0) == 1 && byte == 'a');
	check(pwrite(fd, "b", 1, PAGE) == 1 && shared[PAGE] == 'b' && private[PAGE] == 'b');
	private[PAGE] = 'c';
	check(shared[PAGE] == 'b' && pread(fd, &byte, 1, PAGE) == 1 && byte == 'b');
	shared[PAGE] = 'd';
	check(private[PAGE] == 'c');
	if (fork() == 0) {
		shared[2 * PAGE] = 'e';
		private[3 * PAGE] = 'f';
		_exit(0);
	}
	check(wait(NULL) > 0 && shared[2 * PAGE] == 'e' && private[3 * PAGE] == 0);
	check(msync(shared, SIZE, MS_SYNC) == 0);
	check(munmap(shared, SIZE) == 0 && munmap(private, SIZE) == 0);
	check(pread(fd, &byte, 1, 2 * PAGE) == 1 && byte == 'e');
	check(pread(fd, &byte, 1, 3 * PAGE) == 1 && byte == 0);
}

/* Rights come from the descriptor; offsets count. */
static void rights_and_offsets(int fd)
{
	int ro = open(path, O_RDONLY);
	char *p;

	check(ro >= 0);
	check(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, ro, 0) == MAP_FAILED && errno == EACCES);
	p = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, ro, 0);
	check(p != MAP_FAILED && p[0] == 'a');
	p[0] = 'z';
	check(munmap(p, PAGE) == 0);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, ro, 0);
	check(p != MAP_FAILED && mprotect(p, PAGE, PROT_READ | PROT_WRITE) == -1 && errno == EACCES);
	check(munmap(p, PAGE) == 0);
	p = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 2 * PAGE);
	check(p != MAP_FAILED && p[0] == 'e' && close(ro) == 0);
	check(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 100) == MAP_FAILED && errno == EINVAL);
	check(munmap(p, PAGE) == 0);
}

int main(void)
{
	int fd = mkstemp(path);

	check(fd >= 0 && ftruncate(fd, SIZE) == 0);
	anonymous();
	of_a_file(fd);
	rights_and_offsets(fd);
	check(unlink(path) == 0);
	return 0;
}
