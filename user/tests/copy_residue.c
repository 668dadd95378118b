/* SPDX-License-Identifier: MIT */
/*
 * A copy to a buffer that ends in unmapped memory stops at the exact byte: read() says how far it came.
 *
 * machine: mem=8
 * oracle: none, because Linux's copy stops at the word that does not fit
 */
#include <fcntl.h>
#include <sys/mman.h>

#include "check.h"

#define NAME "/tmp/copy_residue.tmp"
#define MOST 70	/* bytes before the end of the page: words, and what is left of one */
#define MORE 200	/* beyond it */

int main(void)
{
	unsigned char *page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char *end = page + PAGE, content[MOST + MORE];
	int fd = open(NAME, O_RDWR | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0 && page != MAP_FAILED && munmap(end, PAGE) == 0);
	for (unsigned int i = 0; i < sizeof(content); i++)
		content[i] = i + 1;
	check(write(fd, content, sizeof(content)) == sizeof(content));
	for (int n = 1; n <= MOST; n++) {
		memset(end - n, 0, n);
		check(pread(fd, end - n, n + MORE, 0) == n);
		check(memcmp(end - n, content, n) == 0);
	}
	check(pread(fd, end, MORE, 0) == -1 && errno == EFAULT);
	check(close(fd) == 0 && unlink(NAME) == 0);
	return 0;
}
