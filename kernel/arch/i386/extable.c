/* SPDX-License-Identifier: MIT */
/*
 * The exception table: sorted once at boot, then searched by halves.
 */
#include <arch/extable.h>
#include <arch/regs.h>
#include <quire/kernel.h>
#include <quire/uaccess.h>

extern struct extable_entry _ex_table_start[], _ex_table_end[];

/* Insertion sort: the linker leaves the table almost in order. */
void extable_init(void)
{
	for (struct extable_entry *e = _ex_table_start + 1; e < _ex_table_end; e++)
		for (struct extable_entry *p = e; p > _ex_table_start && p[-1].insn > p->insn; p--)
			swap(p[-1], p[0]);
}

unsigned long search_exception_table(unsigned long ip)
{
	const struct extable_entry *low = _ex_table_start, *high = _ex_table_end;

	while (low < high) {
		const struct extable_entry *mid = low + (high - low) / 2;

		if (mid->insn == ip)
			return mid->fixup;
		if (mid->insn < ip)
			low = mid + 1;
		else
			high = mid;
	}
	return 0;
}

bool fixup_exception(struct pt_regs *regs)
{
	unsigned long fixup = search_exception_table(regs->eip);

	if (fixup)
		regs->eip = fixup;
	return fixup != 0;
}
