/* SPDX-License-Identifier: MIT */
/* swap.c: taking every swap area out of use, as /proc/swaps lists them. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/swap.h>
#include "init.h"

void swap_off_all(void)
{
	FILE *fp = fopen("/proc/swaps", "re");
	char line[256], device[128];

	if (!fp)
		return;
	while (fgets(line, sizeof(line), fp))
		if (sscanf(line, "%127s", device) == 1 && device[0] == '/' && swapoff(device) < 0)
			say("cannot take %s out of use: %s", device, strerror(errno));
	fclose(fp);
}
