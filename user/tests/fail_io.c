/* SPDX-License-Identifier: MIT */
/*
 * The n-th transfer fails, for every n. Of writing a file: fsync says so, once, and the next one works. Of reading it: read
 * says so, and the next read brings every byte. Of a page from swap: the process that needs it dies, another one that
 * needs it later does not; and when the page was only read ahead, nobody does. And with every n-th swap slot refused,
 * or every other one, memory's content is still right.
 *
 * machine: mem=16 swap=64 timeout=240
 * oracle: none, because Linux has no /proc/sys/vm/fail_nth
 */
#include <signal.h>
#include <sys/mman.h>

#include "countdown.h"

#define NAME "/root/fail_io"
#define FILE_SIZE (200 * PAGE)
#define WORD(set, page) (set)[(page) * (PAGE / sizeof(*(set)))]
#define AHEAD 20	/* read-aheads that fail */
#define SLOTS 40u	/* as many slots are refused one by one */

static unsigned char block[FILE_SIZE];
static unsigned int set_pages;	/* more than there is memory */

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), len = strlen(text);

	check(fd >= 0 && write(fd, text, len) == len && close(fd) == 0);
}

static void write_file(unsigned int n, const char *kind)
{
	int fd = open(NAME, O_CREAT | O_WRONLY, 0600), failed;

	check(fd >= 0 && write(fd, block, FILE_SIZE) == FILE_SIZE);
	set_countdown(n, kind);
	failed = fsync(fd);
	if (countdown() > 0) {
		check(failed == 0);
		_exit(NOT_REACHED);
	}
	check(failed == -1 && errno == EIO);
	check(fsync(fd) == 0 && close(fd) == 0);
	_exit(0);
}

static void read_file(unsigned int n, const char *kind)
{
	static unsigned char back[FILE_SIZE];
	int fd = open(NAME, O_RDONLY), errors = 0, left;
	ssize_t got, done = 0;

	put("/proc/sys/vm/drop_caches", "1\n");
	set_countdown(n, kind);
	while (done < (ssize_t)FILE_SIZE) {
		got = read(fd, back + done, FILE_SIZE - done);
		check(got > 0 || (got == -1 && errno == EIO && errors++ == 0));
		done += got > 0 ? got : 0;
	}
	left = countdown();
	check(memcmp(back, block, FILE_SIZE) == 0 && close(fd) == 0);
	_exit(left > 0 ? NOT_REACHED : 0);	/* what failed may have been read ahead: then nobody is told */
}

static void must_exit(int status)
{
	check(status == 0 || (WIFEXITED(status) && WEXITSTATUS(status) == NOT_REACHED));
}

static unsigned int each_fails(void (*work)(unsigned int n, const char *kind), const char *kind)
{
	unsigned int calls = for_every_n(work, kind, must_exit);

	check(calls > 0);
	return calls;
}

static unsigned int *new_set(void)
{
	unsigned int *set = mmap(NULL, set_pages * PAGE, PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	check(set != MAP_FAILED);
	for (unsigned int i = 0; i < set_pages; i++)
		WORD(set, i) = i * 7919 + 1;
	return set;
}

static void check_set(const unsigned int *set)
{
	for (unsigned int i = 0; i < set_pages; i++)
		check(WORD(set, i) == i * 7919 + 1);
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

/*
 * A fault on a swapped page reads that page first and then ahead, so the second read is nobody's. Who comes to a page
 * whose read has failed so reads it himself.
 */
static void read_ahead_fails(void)
{
	unsigned int *set = new_set(), failed = 0;

	for (unsigned int i = 0; i < set_pages; i++) {
		if (failed < AHEAD)
			set_countdown(2, "bio_read");
		check(WORD(set, i) == i * 7919 + 1);
		failed += failed < AHEAD && countdown() == 0;
	}
	set_countdown(0, "");
	check(failed == AHEAD);
	check_set(set);
	check(munmap(set, set_pages * PAGE) == 0);
}

static void nth_slot_fails(void)
{
	char text[16];

	for (unsigned int n = 1; n <= SLOTS; n++) {
		unsigned int *set;

		snprintf(text, sizeof(text), "%u\n", n);
		put("/proc/sys/vm/fail_swap_slot/times", "1\n");
		put("/proc/sys/vm/fail_swap_slot/interval", text);
		set = new_set();
		check_set(set);
		check(munmap(set, set_pages * PAGE) == 0);
	}
	put("/proc/sys/vm/fail_swap_slot/interval", "0\n");
	put("/proc/sys/vm/fail_swap_slot/times", "-1\n");
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
	printf("%u writes, each failed once\n", each_fails(write_file, "bio_write"));
	printf("%u reads, each failed once\n", each_fails(read_file, "bio_read"));
	check(unlink(NAME) == 0);
	swap_in_fails();
	read_ahead_fails();
	before = injected();
	nth_slot_fails();
	printf("%lu slots refused, one by one\n", injected() - before);
	check(injected() - before == SLOTS);
	before = injected();
	slots_fail();
	printf("%lu slots refused\n", injected() - before);
	check(injected() - before > 100);
	return 0;
}
