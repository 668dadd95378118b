/* SPDX-License-Identifier: MIT */
/* getopt and getopt_long: clusters, arguments, operands between options, abbreviations, errors. */
#include <getopt.h>

#include "check.h"

static const struct option longs[] = {
	{ "all", no_argument, NULL, 'a' },
	{ "block", required_argument, NULL, 'b' },
	{ "color", optional_argument, NULL, 'c' },
	{ "colour", optional_argument, NULL, 'c' },
	{ "count", no_argument, NULL, 'n' },
	{ NULL, 0, NULL, 0 },
};

/* Parse the words of a line; what was found is written as text: each option, [its argument], then the operands. */
static const char *parsed(const char *line, const char *shorts)
{
	static char words[256], result[256];
	char *argv[32], *r = result;
	int argc = 0, c;

	strcpy(words, line);
	for (char *w = strtok(words, " "); w; w = strtok(NULL, " "))
		argv[argc++] = w;
	argv[argc] = NULL;
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		r += sprintf(r, "%c", c == 1 ? '1' : c);
		if (optarg)
			r += sprintf(r, "[%s]", optarg);
	}
	for (; optind < argc; optind++)
		r += sprintf(r, " %s", argv[optind]);
	*r = '\0';
	return result;
}

#define gives(line, shorts, expected) check(!strcmp(parsed("prog " line, shorts), expected))

int main(void)
{
	gives("-a -bx -b y z", "ab:c::", "ab[x]b[y] z");
	gives("-abx z", "ab:", "ab[x] z");
	gives("one -a two -b x three", "ab:", "ab[x] one two three");
	gives("one -ab x two", "ab:", "ab[x] one two");
	gives("-a - -b x -", "ab:", "ab[x] - -");
	gives("-a -- -b x", "ab:", "a -b x");
	gives("one -- -b two -a", "ab:", " one -b two -a");
	gives("-a one -b x", "+ab:", "a one -b x");
	gives("one -a two", "-ab:", "1[one]a1[two]");
	gives("-c -cred x", "c::", "cc[red] x");
	gives("--all --block=5 --block 6 --bl 7 --color --colo=red x", "ab:c::", "ab[5]b[6]b[7]cc[red] x");
	gives("--co x", "a", "? x");
	gives("--none -z --all=1 -b", "ab:", "????");
	gives("-b", ":b:", ":");
	gives("", "a", "");
	return 0;
}
