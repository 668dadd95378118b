/* SPDX-License-Identifier: MIT */
/*
 * vmaudit: let the kernel check its memory from scratch, and say what it found.
 *
 * Prints /proc/vmaudit, whose last line is `audit: N frames, D differences`. Status 0 when D is 0,
 * 1 when it is not, 2 when there is no such line.
 */
#include <err.h>
#include <stdio.h>

#define AUDIT_FILE "/proc/vmaudit"

int main(void)
{
	FILE *fp = fopen(AUDIT_FILE, "r");
	char line[512];
	unsigned long frames, differences;
	int found = 0;

	if (!fp)
		err(2, AUDIT_FILE);
	while (fgets(line, sizeof(line), fp)) {
		fputs(line, stdout);
		if (sscanf(line, "audit: %lu frames, %lu differences", &frames, &differences) == 2)
			found = 1;
	}
	fclose(fp);
	if (!found)
		errx(2, "%s does not say how it ended", AUDIT_FILE);
	return differences != 0;
}
