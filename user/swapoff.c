/* SPDX-License-Identifier: MIT */
/*
 * swapoff: take swap areas out of use; what is in them comes back to memory.
 *
 *	swapoff DEVICE...
 *	swapoff -a		all of /proc/swaps
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>

#define LINE_LEN 512	/* the longest line of /proc/swaps that is understood */

static int retire(const char *device)
{
	if (swapoff(device) == 0)
		return 0;
	warn("%s", device);
	return 1;
}

/* The kernel writes a blank in a name as \040, and so on. In place. */
static void unescape(char *name)
{
	unsigned int c;
	char *to = name;

	for (; *name; *to++ = c) {
		c = (unsigned char)*name++;
		if (c == '\\' && sscanf(name, "%3o", &c) == 1)
			name += 3;
	}
	*to = '\0';
}

static int retire_all(void)
{
	FILE *fp = fopen("/proc/swaps", "r");
	char line[LINE_LEN], device[LINE_LEN];
	int failed = 0;

	if (!fp)
		err(1, "/proc/swaps");
	while (fgets(line, sizeof(line), fp))
		if (sscanf(line, "%s", device) == 1 && device[0] == '/') {
			unescape(device);
			failed |= retire(device);
		}
	fclose(fp);
	return failed;
}

int main(int argc, char *argv[])
{
	int failed = 0;

	if (argc == 2 && !strcmp(argv[1], "-a"))
		return retire_all();
	if (argc < 2) {
		fprintf(stderr, "usage: swapoff DEVICE... | -a\n");
		return 2;
	}
	for (int i = 1; i < argc; i++)
		failed |= retire(argv[i]);
	return failed;
}
