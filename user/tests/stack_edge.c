/* SPDX-License-Identifier: MIT */
/*
 * How far below the stack pointer an access may be to grow the stack: pusha stores 32 bytes below it, so up to
 * there; one byte more is a stray pointer.
 *
 * machine: mem=8
 * oracle: none, because Linux gave this check up in 5.0: there any access below the stack grows it
 */
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>

#include "proc.h"

#define STORED_BY_PUSHA 32u

static sigjmp_buf back;
static char alternate[16384];

static void on_fault(int sig)
{
	siglongjmp(back, sig);
}

/* The lowest address of the stack's area. */
static unsigned char *stack_start(void)
{
	char *line = proc_text("/proc/self/maps"), *end;

	for (; (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		if (strstr(line, "[stack]"))
			return (unsigned char *)strtoul(line, NULL, 16);
	}
	check(!"the stack has an area");
	return NULL;
}

/* With esp 16 bytes above the area's start, store that far below esp.  => the signal, 0 if it was allowed */
static int store_below(unsigned int distance)
{
	unsigned char *esp = stack_start() + 16;
	int sig = sigsetjmp(back, 1);

	if (sig)
		return sig;
	__asm__ volatile("xchgl %%esp, %0\n\t"
			 "movb $1, (%1)\n\t"
			 "xchgl %%esp, %0"
			 : "+r"(esp) : "r"(esp - distance) : "memory");
	return 0;
}

int main(void)
{
	stack_t stack = { .ss_sp = alternate, .ss_size = sizeof(alternate) };
	struct sigaction act = { .sa_handler = on_fault, .sa_flags = SA_ONSTACK };
	unsigned char *start = stack_start();

	check(sigaltstack(&stack, NULL) == 0 && sigaction(SIGSEGV, &act, NULL) == 0);
	check(store_below(64) == SIGSEGV);
	check(store_below(STORED_BY_PUSHA + 1) == SIGSEGV);
	check(stack_start() == start);
	check(store_below(STORED_BY_PUSHA) == 0);
	check(stack_start() < start);
	check(store_below(64) == SIGSEGV);
	return 0;
}
