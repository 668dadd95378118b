/* SPDX-License-Identifier: MIT */
/*
 * What one user may have of the memory that cannot go to swap: page tables and areas.
 *
 * oracle: none, because Linux has no such limits
 */
#include <signal.h>
#include <sys/mman.h>

#include "check.h"
#include "user_limit.h"

#define TABLES		"/proc/sys/vm/user_page_tables"
#define AREAS		"/proc/sys/vm/user_areas"
#define TABLE_REACH	(4 * MIB)	/* what one page table maps */

/* One page table for each page. */
static void touch_tables(unsigned int n)
{
	char *p = mmap(NULL, n * TABLE_REACH, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	check(p != MAP_FAILED);
	for (unsigned int i = 0; i < n; i++)
		p[i * TABLE_REACH] = 1;
}

static void few_tables(void)
{
	touch_tables(60);
}

static void many_tables(void)
{
	touch_tables(200);
}

static void fork_is_refused(void)
{
	touch_tables(60);
	check(fork() == -1 && errno == ENOMEM);
}

/* A fault that may have no table ends the process; a fork fails; root has no limit. */
static void table_limit(void)
{
	unsigned long max = get(TABLES);
	pid_t pid;

	check(set(TABLES, 100) == 0);
	as_nobody(few_tables);
	pid = fork();
	if (pid == 0) {
		check(setuid(NOBODY) == 0);
		many_tables();
		_exit(0);
	}
	check(status_of(pid) == SIGKILL);
	as_nobody(fork_is_refused);
	as_nobody(few_tables);	/* all are given back */
	many_tables();
	check(set(TABLES, max) == 0);
}

static void map_until_refused(void)
{
	int n = 0;

	while (n < 300 && mmap(NULL, PAGE, n % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		n++;
	check(errno == ENOMEM && n > 50 && n <= 100);
}

static void area_limit(void)
{
	unsigned long max = get(AREAS);

	check(set(AREAS, 100) == 0);
	as_nobody(map_until_refused);
	as_nobody(map_until_refused);
	check(set(AREAS, max) == 0);
}

int main(void)
{
	table_limit();
	area_limit();
	return 0;
}
