/* SPDX-License-Identifier: MIT */
/*
 * Boot options. A module names its options where it uses them; the linker collects them. Words of
 * the command line that no option matches and that have no '=' or '.' go to init as arguments,
 * NAME=value words to its environment, as on Linux; what looks like an option of ours but is not is
 * reported at boot.
 */
#ifndef QUIRE_CMDLINE_H
#define QUIRE_CMDLINE_H

#include <quire/types.h>

struct boot_option {
	const char *name;		/* "mem=": takes a value; "nosmp": a flag, exact match */
	int (*fn)(const char *value);	/* value is "" for a flag; 0, or a negative errno: reported */
	const char *help;
};

/*
 * Early options are read before memory is set up (mem=, lowmem=, dma=, loglevel=, console=): fn may
 * only store. The others run from start_kernel after the allocators are up.
 */
#define __BOOT_OPTION(nm, f, h, sec)							\
	static const struct boot_option __unique_name(boot_option_) __used __section(sec) =	\
		{ .name = (nm), .fn = (f), .help = (h) }
#define BOOT_OPTION(name, fn, help)		__BOOT_OPTION(name, fn, help, ".boot_options")
#define BOOT_OPTION_EARLY(name, fn, help)	__BOOT_OPTION(name, fn, help, ".boot_options_early")

#define CMDLINE_MAX	1024
extern char boot_command_line[CMDLINE_MAX];	/* as given; /proc/cmdline */

void cmdline_parse_early(void);
void cmdline_parse(void);

/* What is left for init, NULL-terminated; argv[0] is to be filled in by who runs it. */
#define INIT_ARGS_MAX	16
extern const char *init_argv[INIT_ARGS_MAX + 2];
extern const char *init_envp[INIT_ARGS_MAX + 2];

/* Helpers for option functions: parse and store, 0 or -EINVAL. */
int cmdline_uint(const char *value, unsigned int *out);
int cmdline_size(const char *value, unsigned long *out);	/* with K, M, G */

#endif
