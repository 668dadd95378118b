/* SPDX-License-Identifier: MIT */
/*
 * swapoff: take swap areas out of use; what is in them comes back to memory.
 *
 *	swapoff DEVICE...
 *	swapoff -a		all of /proc/swaps
 */
#include <err.h>
#include <mntent.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>

static int retire(const char *device)
{
	if (swapoff(device) == 0)
		return 0;
	warn("%s", device);
	return 1;
}

/* A line of /proc/swaps begins as one of /etc/fstab does, with a name in which blanks are \040. */
static int retire_all(void)
{
	FILE *fp = setmntent("/proc/swaps", "r");
	struct mntent *m;
	int failed = 0;

	if (!fp)
		err(1, "/proc/swaps");
	while ((m = getmntent(fp)))
		if (m->mnt_fsname[0] == '/')
			failed |= retire(m->mnt_fsname);
	endmntent(fp);
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
