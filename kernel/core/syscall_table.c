/* SPDX-License-Identifier: MIT */
/*
 * The table that the entry code indexes, and what answers where it has a hole.
 *
 * Every entry of syscall_list.h is also a weak symbol that stands for sys_ni_syscall, so that the kernel links
 * and tells the truth (ENOSYS) for a call whose file is not there.  The list of such calls is printed by
 * the self-test below.
 */
#include <arch/processor.h>
#include <arch/traps.h>
#include <quire/bitops.h>
#include <quire/kernel.h>
#include <quire/ktest.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/syscalls.h>

/* Unused numbers between the first and the last hold sys_ni_syscall as well. */
#define NR_SYSCALLS 453
#define NO_CALL ((syscall_fn)(void (*)(void))sys_ni_syscall)

#define NONE(nr, name)
#define CALL(nr, name, entry)                                                                                \
	__asm__(".weak sys_" #entry "\n\t.set sys_" #entry ", sys_ni_syscall");
#include "syscall_list.h"
#undef CALL

/* The range designator fills the holes; the entries after it override it on purpose. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#define CALL(nr, name, entry) [nr] = (syscall_fn)(void (*)(void))sys_##entry,
const syscall_fn sys_call_table[NR_SYSCALLS] = {
	[0 ... NR_SYSCALLS - 1] = NO_CALL,
#include "syscall_list.h"
};
#pragma GCC diagnostic pop
#undef CALL
#undef NONE

const unsigned int nr_syscalls = NR_SYSCALLS;

#define CALL(nr, name, entry) [nr] = #name,
#define NONE(nr, name) [nr] = #name,
static const char *const syscall_names[NR_SYSCALLS] = {
#include "syscall_list.h"
};

static unsigned long reported[BITS_TO_LONGS(NR_SYSCALLS)];

long sys_ni_syscall(void)
{
	u32 nr = current_pt_regs()->orig_eax;

	if (nr < NR_SYSCALLS && !test_and_set_bit(nr, reported))
		pr_info("%s[%d]: system call %u (%s) is not there\n", current->comm, current->pid, nr,
			syscall_names[nr] ? syscall_names[nr] : "never assigned");
	return -ENOSYS;
}

/* Never fails: it tells which calls of the list have no code yet. */
KTEST(syscall_table)
{
	unsigned int missing = 0;

#undef CALL
#undef NONE
#define NONE(nr, name)
#define CALL(nr, name, entry) [nr] = true,
	static const bool wanted[NR_SYSCALLS] = {
#include "syscall_list.h"
	};

	for (unsigned int nr = 0; nr < NR_SYSCALLS; nr++) {
		ktest_assert(sys_call_table[nr] != NULL);
		if (!wanted[nr] || sys_call_table[nr] != NO_CALL)
			continue;
		missing++;
		pr_info("no code for system call %u (%s)\n", nr, syscall_names[nr]);
	}
	pr_info("%u system calls of the list have no code\n", missing);
}
