/* SPDX-License-Identifier: MIT */
/*
 * start.c: from the kernel's stack image to main() and exit().
 *
 * Reads argc, argv, envp and auxv where the kernel put them, gives the library its environment and
 * its name, runs the constructors, and ends the process with main's value.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "../libquire.h"

void __libc_init_array(void);
void __libc_fini_array(void);
void __quire_start(long *stack, int (*main_fn)(int, char **, char **)) __attribute__((noreturn));

char *program_invocation_name = "";
char *program_invocation_short_name = "";
unsigned long *__quire_auxv;

static void name_program(char *arg0)
{
	char *slash = strrchr(arg0, '/');

	program_invocation_name = arg0;
	program_invocation_short_name = slash ? slash + 1 : arg0;
}

void __quire_start(long *stack, int (*main_fn)(int, char **, char **))
{
	int argc = stack[0];
	char **argv = (char **)(stack + 1);
	char **envp = argv + argc + 1;
	char **end = envp;

	while (*end)
		end++;
	__quire_auxv = (unsigned long *)(end + 1);
	environ = envp;
	if (argc > 0)
		name_program(argv[0]);
	atexit(__libc_fini_array);
	__libc_init_array();
	exit(main_fn(argc, argv, environ));
}
