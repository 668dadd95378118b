/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of address spaces as such.
 */
#include <quire/ktest.h>
#include <quire/mm.h>

#include "../mm_internal.h"

#define PLACE 0x08048000ul

/* Each has a directory of its own: what one maps, the other does not; the kernel's part alone is common. */
KTEST(mm_has_its_own_directory)
{
	struct mm_struct *one = mm_alloc(), *other = mm_alloc();

	if (ktest_assert(one && other)) {
		ktest_assert(one->pgd != other->pgd);
		ktest_assert(one->pgd != swapper_pg_dir && other->pgd != swapper_pg_dir);
		if (ktest_assert(pte_alloc_map_lock(one, PLACE)))
			spin_unlock(&one->page_table_lock);
		ktest_assert(pte_lookup(one, PLACE) && !pte_lookup(other, PLACE));
		ktest_equal(pgd_val(*pgd_offset(one, PAGE_OFFSET)), pgd_val(*pgd_offset(other, PAGE_OFFSET)));
	}
	if (one)
		mmput(one);
	if (other)
		mmput(other);
}
