/* SPDX-License-Identifier: MIT */
/*
 * The kernel copies large pieces through SSE registers: a program's own registers, live or not yet
 * used, are the same after such a call.
 */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

#define BYTES	65536
#define ROUNDS	100

struct registers {
	unsigned int word[4][4];
};

static char in[BYTES], out[BYTES];

static void load(const struct registers *r)
{
	__asm__ volatile("movups (%0), %%xmm0; movups 16(%0), %%xmm1;"
			 "movups 32(%0), %%xmm2; movups 48(%0), %%xmm3" : : "r"(r), "m"(*r));
}

static void store(struct registers *r)
{
	__asm__ volatile("movups %%xmm0, (%1); movups %%xmm1, 16(%1);"
			 "movups %%xmm2, 32(%1); movups %%xmm3, 48(%1)" : "=m"(*r) : "r"(r));
}

/* Out to the file and back again: both directions of copying. */
static void copy_through(int fd)
{
	check(pwrite(fd, out, BYTES, 0) == BYTES);
	check(pread(fd, in, BYTES, 0) == BYTES);
	check(memcmp(in, out, BYTES) == 0);
}

int main(void)
{
	struct registers before, after;
	int fd = open("/tmp/fpu_live", O_RDWR | O_CREAT | O_TRUNC, 0600);

	check(fd >= 0);
	for (int i = 0; i < BYTES; i++)
		out[i] = (char)(i * 31 + (i >> 8));
	copy_through(fd);
	for (unsigned int round = 0; round < ROUNDS; round++) {
		memset(&before, (int)round + 1, sizeof(before));
		before.word[round % 4][round / 4 % 4] = ~round;
		load(&before);
		copy_through(fd);
		store(&after);
		check(memcmp(&before, &after, sizeof(before)) == 0);
	}
	close(fd);
	unlink("/tmp/fpu_live");
	return 0;
}
