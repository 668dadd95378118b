/* SPDX-License-Identifier: MIT */
/*
 * The auditor sees what it should: one thing of each kind is put wrong, and named; afterwards all is right again.
 *
 * machine: mem=16 swap=16
 * oracle: none, because only Quire has /proc/vmaudit
 */
#include <fcntl.h>

#include "check.h"

#define AUDIT "/proc/vmaudit"
#define NAME_COLUMN 11	/* in the lines of the sum */

static char text[65536];

/* => differences found by an audit; the text is kept. */
static unsigned long audit(void)
{
	unsigned long frames, differences = ~0ul;
	ssize_t used = 0, n;
	const char *last;
	int fd = open(AUDIT, O_RDONLY);

	check(fd >= 0);
	while ((n = read(fd, text + used, sizeof(text) - 1 - used)) > 0)
		used += n;
	check(n == 0);
	close(fd);
	text[used] = '\0';
	last = strstr(text, "audit: ");
	check(last && sscanf(last, "audit: %lu frames, %lu differences", &frames, &differences) == 2);
	return differences;
}

/* "of N frames:", then a line for each owner; those in parentheses are counted above.  => the sum is N */
static int sum_is_right(void)
{
	unsigned long all, n, sum = 0;
	const char *line = strstr(text, "of ");

	check(line && sscanf(line, "of %lu frames:", &all) == 1);
	while ((line = strchr(line, '\n')) && sscanf(++line, "  %lu", &n) == 1)
		if (line[NAME_COLUMN] != '(')
			sum += n;
	printf("of %lu frames %lu have an owner\n", all, sum);
	return sum == all;
}

static void corrupt(const char *kind)
{
	char command[64];
	int fd = open(AUDIT, O_WRONLY), n;

	check(fd >= 0);
	n = snprintf(command, sizeof(command), "corrupt %s\n", kind);
	check(write(fd, command, n) == n);
	close(fd);
}

/* What must stand in a line that begins with "difference:". */
static const struct {
	const char *kind, *words;
} kinds[] = {
	{ "count", "count is" },
	{ "mapcount", "mapcount is" },
	{ "list-flag", "list flag and list do not agree" },
	{ "list-count", "active is" },
	{ "buddy-order", "not such a block" },
	{ "free-count", "free_pages is" },
	{ "free-lost", "on no free list" },
	{ "zeroed", "kept as zeroed" },
	{ "dirty", "dirty" },
	{ "index", "not in the tree" },
	{ "owner", "found as page tables" },
	{ "pgd", "kernel entry" },
	{ "rss", "anon_rss is" },
	{ "swap-map", "swap_map is" },
};

int main(void)
{
	static char dirty[64 * PAGE];
	unsigned int i, seen = 0;
	int fd;

	memset(dirty, 1, sizeof(dirty));
	usleep(200000); /* the idle CPU clears some frames */
	check(audit() == 0);
	check(sum_is_right());
	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		unsigned long differences;

		corrupt(kinds[i].kind);
		differences = audit();
		if (strstr(text, "nothing to corrupt")) {
			printf("%s: nothing to corrupt\n", kinds[i].kind);
			continue;
		}
		printf("%s: %lu differences\n", kinds[i].kind, differences);
		check(differences > 0);
		check(strstr(text, "difference: ") && strstr(text, kinds[i].words));
		seen++;
		check(audit() == 0);
	}
	check(seen >= sizeof(kinds) / sizeof(kinds[0]) - 2);
	fd = open(AUDIT, O_WRONLY);
	check(write(fd, "corrupt nonsense", 16) < 0 && errno == EINVAL);
	close(fd);
	return 0;
}
