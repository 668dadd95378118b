/* SPDX-License-Identifier: MIT */
/*
 * The n-th transfer fails, for every n. Of writing a file: fsync says so, once, and the next one works. Of reading it: read
 * says so, and the next read brings every byte. Of a page from swap: the process that needs it dies, another one that
 * needs it later does not. And with every other swap slot refused, memory's content is still right.
 *
 * machine: mem=16 swap=64 timeout=240
 * oracle: none, because Linux has no /proc/sys/vm/fail_nth
 */
#include <signal.h>
#include <sys/mman.h>

#include "countdown.h"

#define NAME "/root/fail_io"
#define FILE_SIZE (200 * PAGE)
#define MOST 500

static unsigned char block[FILE_SIZE];
static unsigned int set_pages;	/* more than there is memory */

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), len = strlen(text);

	check(fd >= 0 && write(fd, text, len) == len && close(fd) == 0);
}

static int write_file(unsigned int n)
{
	int fd = open(NAME, O_CREAT | O_WRONLY, 0600), failed;

	check(fd >= 0 && write(fd, block, FILE_SIZE) == FILE_SIZE);
	set_countdown(n, "bio_write");
	failed = fsync(fd);
	if (countdown() > 0) {
		check(failed == 0);
		return NOT_REACHED;
	}
	check(failed == -1 && errno == EIO);
	check(fsync(fd) == 0 && close(fd) == 0);
	return 0;
}

static int read_file(unsigned int n)
{
	static unsigned char back[FILE_SIZE];
	int fd = open(NAME, O_RDONLY), errors = 0, left;
	ssize_t got, done = 0;

	put("/proc/sys/vm/drop_caches", "1\n");
	set_countdown(n, "bio_read");
	while (done < (ssize_t)FILE_SIZE) {
		got = read(fd, back + done, FILE_SIZE - done);
		check(got > 0 || (got == -1 && errno == EIO && errors++ == 0));
		done += got > 0 ? got : 0;
	}
	left = countdown();
	check(memcmp(back, block, FILE_SIZE) == 0 && close(fd) == 0);
	return left > 0 ? NOT_REACHED : 0;	/* what failed may have been read ahead: then nobody is told */
}

static unsigned int for_every_n(int (*work)(unsigned int n))
{
	unsigned int n;

	for (n = 1; n < MOST; n++) {
		pid_t pid = fork();
		int status;

		check(pid >= 0);
		if (pid == 0)
			_exit(work(n));
		status = status_of(pid);
		if (WIFEXITED(status) && WEXITSTATUS(status) == NOT_REACHED)
			break;
		check(status == 0);
	}
	check(n > 1 && n < MOST);
	return n - 1;
}

static unsigned int *new_set(void)
{
	unsigned int *set = mmap(NULL, set_pages * PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	check(set != MAP_FAILED);
	for (unsigned int i = 0; i < set_pages; i++)
		set[i * (PAGE / sizeof(*set))] = i * 7919 + 1;
	return set;
}

static void check_set(const unsigned int *set)
{
	for (unsigned int i = 0; i < set_pages; i++)
		check(set[i * (PAGE / sizeof(*set))] == i * 7919 + 1);
}

static void swap_in_fails(void)
{
	unsigned int *set = new_set();
	int status;
	pid_t pid = fork();

	check(pid >= 0);
	if (pid == 0) {
		set_countdown(1, "bio_read");
		check_set(set);
		_exit(0);
	}
	status = status_of(pid);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
	check_set(set);
	check(munmap(set, set_pages * PAGE) == 0);
}

static void slots_fail(void)
{
	unsigned int *set;

	put("/proc/sys/vm/fail_swap_slot/ratio", "5000\n");
	set = new_set();
	check_set(set);
	put("/proc/sys/vm/fail_swap_slot/ratio", "0\n");
	check(munmap(set, set_pages * PAGE) == 0);
}

static unsigned long injected(void)
{
	static char text[8192];
	int fd = open("/proc/vmstat", O_RDONLY);
	char *at;

	check(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && close(fd) == 0);
	at = strstr(text, "alloc_injected ");
	check(at);
	return strtoul(at + strlen("alloc_injected "), NULL, 10);
}

int main(void)
{
	unsigned long before;

	set_pages = sysconf(_SC_PHYS_PAGES) * 5 / 4;
	for (unsigned int i = 0; i < FILE_SIZE; i++)
		block[i] = (unsigned char)(i * 31 + i / PAGE);
	printf("%u writes, each failed once\n", for_every_n(write_file));
	printf("%u reads, each failed once\n", for_every_n(read_file));
	check(unlink(NAME) == 0);
	swap_in_fails();
	before = injected();
	slots_fail();
	printf("%lu slots refused\n", injected() - before);
	check(injected() - before > 100);
	return 0;
}
