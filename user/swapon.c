/* SPDX-License-Identifier: MIT */
/*
 * swapon: put swap areas to use.
 *
 *	swapon [-p PRIORITY] DEVICE...	use them
 *	swapon -a			use those of /etc/fstab
 *	swapon -s			show what is in use
 */
#include <err.h>
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/swap.h>
#include <unistd.h>

static int flags;

static int use(const char *device)
{
	if (swapon(device, flags) == 0)
		return 0;
	warn("%s", device);
	return 1;
}

static int use_fstab(void)
{
	FILE *fp = setmntent(MNTTAB, "r");
	struct mntent *m;
	int failed = 0;

	if (!fp)
		err(1, "%s", MNTTAB);
	while ((m = getmntent(fp))) {
		if (strcmp(m->mnt_type, MNTTYPE_SWAP) || hasmntopt(m, "noauto"))
			continue;
		if (hasmntopt(m, "nofail"))
			swapon(m->mnt_fsname, flags);
		else
			failed |= use(m->mnt_fsname);
	}
	endmntent(fp);
	return failed;
}

static int show(void)
{
	FILE *fp = fopen("/proc/swaps", "r");
	int c;

	if (!fp)
		err(1, "/proc/swaps");
	while ((c = getc(fp)) != EOF)
		putchar(c);
	fclose(fp);
	return 0;
}

static void usage(void)
{
	fprintf(stderr, "usage: swapon [-p PRIORITY] DEVICE... | -a | -s\n");
	exit(2);
}

int main(int argc, char *argv[])
{
	int c, failed = 0;

	while ((c = getopt(argc, argv, "asp:")) != -1)
		switch (c) {
		case 'a':
			return use_fstab();
		case 's':
			return show();
		case 'p':
			flags = SWAP_FLAG_PREFER | (atoi(optarg) & SWAP_FLAG_PRIO_MASK);
			break;
		default:
			usage();
		}
	if (optind == argc)
		usage();
	for (; optind < argc; optind++)
		failed |= use(argv[optind]);
	return failed;
}
