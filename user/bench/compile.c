/* SPDX-License-Identifier: MIT */
/*
 * Bench: a compiler that needs more memory than there is. tcc compiles generated C of MODULES small
 * modules, each a structure and two functions that a macro expands to; it keeps all symbols and all
 * code until it writes the object file.
 *
 * Notes: those of traffic.h.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"
#include "traffic.h"

#define COMPILER	"/bin/tcc"
#define SOURCE		"/var/tmp/bench-compile.c"
#define OBJECT		"/var/tmp/bench-compile.o"

static const char module[] =
	"#define MODULE(n) \\\n"
	"struct node_##n { int key, value; struct node_##n *next; }; \\\n"
	"static int sum_##n(const struct node_##n *node, int limit) \\\n"
	"{ \\\n"
	"	int total = n; \\\n"
	"	for (; node && limit > 0; node = node->next, limit--) \\\n"
	"		if (node->key > limit) \\\n"
	"			total += node->value * n; \\\n"
	"		else \\\n"
	"			total -= node->key ^ limit; \\\n"
	"	return total; \\\n"
	"} \\\n"
	"int run_##n(int x) \\\n"
	"{ \\\n"
	"	struct node_##n a = { x, x + n, 0 }, b = { x * 3, 7, &a }; \\\n"
	"	return sum_##n(&b, x & 15); \\\n"
	"}\n";

static void write_source(long modules)
{
	FILE *file = fopen(SOURCE, "w");

	bench_need(file);
	fputs(module, file);
	for (long i = 0; i < modules; i++)
		fprintf(file, "MODULE(%ld)\n", i);
	bench_need(fclose(file) == 0);
}

static void compile(long modules, long arg)
{
	pid_t pid;

	(void)arg;
	write_source(modules);
	traffic_start();
	pid = vfork();
	if (pid == 0) {
		execl(COMPILER, "tcc", "-c", SOURCE, "-o", OBJECT, NULL);
		bench_fail(errno);
	}
	bench_join(pid);
	traffic_stop(modules, RUSAGE_CHILDREN);
	unlink(SOURCE);
	bench_need(unlink(OBJECT) == 0);
}

static const struct bench_row rows[] = {
	{ "compile_1half", "module", compile, 80000, 0 },
};

BENCH_MAIN(rows)
