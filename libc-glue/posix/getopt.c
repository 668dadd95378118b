/* SPDX-License-Identifier: MIT */
/*
 * getopt.c: options of a command line, short and long, as GNU programs expect them.
 *
 * newlib's own takes a lone "-" for an option. Here operands may stand between options: what has
 * been parsed is moved in front of them, so that in the end argv[optind...] are the operands. "+" at
 * the start of the option string, or POSIXLY_CORRECT, ends the options at the first operand; "-"
 * there hands operands out as arguments of an option 1. A program begins anew by setting optind to 0.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *optarg;
int optind = 1, opterr = 1, optopt = '?', optreset;

/* Where in a cluster of short options (-abc) the next call goes on; NULL or "" between arguments. */
static const char *cluster;
/* The operands passed over on the way to the current argument: argv[operands] to argv[argument - 1].
 * They change places with it when all of it, and its last option's argument, has been parsed. */
static int operands, argument;

struct parse {
	int argc;
	char **argv;
	const char *shorts;	/* without the leading '+' or '-' */
	const struct option *longs;
	int *index;
	int long_only;
	int quiet;
};

static int complain(const struct parse *p, const char *what, const char *name, int len)
{
	if (opterr && !p->quiet)
		fprintf(stderr, "%s: %s -- '%.*s'\n", p->argv[0], what, len, name);
	return '?';
}

static int missing(const struct parse *p, const char *name, int len)
{
	complain(p, "option requires an argument", name, len);
	return p->shorts[0] == ':' ? ':' : '?';
}

/* A lone "-" is an operand. */
static int is_option(const char *arg)
{
	return arg[0] == '-' && arg[1] != '\0';
}

/* Put what has been parsed in front of the operands that were passed over. */
static void settle(char **argv)
{
	int count = argument - operands;

	if (cluster && *cluster)
		return;
	for (; argument < optind; argument++, operands++) {
		char *arg = argv[argument];

		memmove(argv + operands + 1, argv + operands, count * sizeof(*argv));
		argv[operands] = arg;
	}
	optind -= count;
}

/* The long option of that name or its only abbreviation; *ambiguous when there are several. */
static const struct option *find_long(const struct parse *p, const char *name, size_t len,
				      int *ambiguous)
{
	const struct option *found = NULL;

	*ambiguous = 0;
	for (const struct option *o = p->longs; o->name; o++) {
		if (strncmp(o->name, name, len))
			continue;
		if (strlen(o->name) == len) {
			*ambiguous = 0;
			return o;
		}
		if (found && (found->val != o->val || found->flag != o->flag))
			*ambiguous = 1;
		found = o;
	}
	return found;
}

static int take_long(struct parse *p, const struct option *o, const char *name, size_t len)
{
	const char *value = name[len] == '=' ? name + len + 1 : NULL;

	optopt = o->val;
	if (value && o->has_arg == no_argument)
		return complain(p, "option takes no argument", name, len);
	if (!value && o->has_arg == required_argument) {
		if (optind >= p->argc)
			return missing(p, name, len);
		value = p->argv[optind++];
	}
	optarg = (char *)value;
	if (p->index)
		*p->index = o - p->longs;
	if (!o->flag)
		return o->val;
	*o->flag = o->val;
	return 0;
}

static int long_option(struct parse *p, const char *name)
{
	size_t len = strcspn(name, "=");
	int ambiguous;
	const struct option *o = find_long(p, name, len, &ambiguous);

	optopt = 0;
	if (ambiguous)
		return complain(p, "option is ambiguous", name, len);
	return o ? take_long(p, o, name, len) : complain(p, "unrecognized option", name, len);
}

static int short_option(struct parse *p)
{
	const char *name = cluster++, *spec = *name == ':' ? NULL : strchr(p->shorts, *name);

	optopt = *name;
	if (!spec)
		return complain(p, "invalid option", name, 1);
	if (spec[1] != ':')
		return *name;
	if (*cluster)
		optarg = (char *)cluster;
	else if (spec[2] != ':') {
		if (optind >= p->argc)
			return missing(p, name, 1);
		optarg = p->argv[optind++];
	}
	cluster = NULL;
	return *name;
}

/* -name with getopt_long_only() is a long option unless it can only be a short one. */
static int is_long(const struct parse *p, const char *arg)
{
	int ambiguous;

	if (!p->longs)
		return 0;
	if (arg[1] == '-')
		return 1;
	return p->long_only && (arg[2] || !strchr(p->shorts, arg[1])) &&
	       find_long(p, arg + 1, strcspn(arg + 1, "="), &ambiguous);
}

static int parse(struct parse *p, int in_order)
{
	const char *arg;

	operands = optind;
	while (optind < p->argc && !is_option(p->argv[optind])) {
		if (in_order == '-') {
			optarg = p->argv[optind++];
			return 1;
		}
		if (in_order == '+')
			return -1;
		optind++;
	}
	argument = optind;
	if (optind >= p->argc) {
		optind = operands;
		return -1;
	}
	arg = p->argv[optind++];
	if (!strcmp(arg, "--"))
		return -1;
	if (is_long(p, arg))
		return long_option(p, arg + 1 + (arg[1] == '-'));
	cluster = arg + 1;
	return short_option(p);
}

static int getopt_any(struct parse p)
{
	int in_order = 0, result;

	if (optind == 0 || optreset) {
		optind = 1;
		optreset = 0;
		cluster = NULL;
	}
	if (*p.shorts == '+' || *p.shorts == '-')
		in_order = *p.shorts++;
	else if (getenv("POSIXLY_CORRECT"))
		in_order = '+';
	p.quiet = *p.shorts == ':';
	optarg = NULL;
	if (cluster && *cluster) {
		result = short_option(&p);
	} else {
		argument = operands = optind;
		result = parse(&p, in_order);
		if (result == 1 || optind == operands)
			return result;
	}
	settle(p.argv);
	return result;
}

int getopt(int argc, char *const argv[], const char *shorts)
{
	return getopt_any((struct parse){ .argc = argc, .argv = (char **)argv, .shorts = shorts });
}

int getopt_long(int argc, char *const argv[], const char *shorts, const struct option *longs,
		int *index)
{
	return getopt_any((struct parse){ .argc = argc, .argv = (char **)argv, .shorts = shorts,
					  .longs = longs, .index = index });
}

int getopt_long_only(int argc, char *const argv[], const char *shorts, const struct option *longs,
		     int *index)
{
	return getopt_any((struct parse){ .argc = argc, .argv = (char **)argv, .shorts = shorts,
					  .longs = longs, .index = index, .long_only = 1 });
}
