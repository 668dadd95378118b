/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of address spaces as such.
 */
#include <quire/ktest.h>
#include <quire/mm.h>

#include "../mm_internal.h"

#define PLACE 0x08048000ul
#define WORD_PLACE (STACK_TOP - PAGE_SIZE)

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

static u32 word_of(struct mm_struct *mm)
{
	u32 word = 0;

	ktest_equal(access_remote_vm(mm, WORD_PLACE, &word, sizeof(word), false), sizeof(word));
	return word;
}

static void set_word(struct mm_struct *mm, u32 word)
{
	ktest_equal(access_remote_vm(mm, WORD_PLACE, &word, sizeof(word), true), sizeof(word));
}

/* After a fork one frame stands in two tables, to be written in neither; a write takes a copy. */
KTEST(mm_fork_shares_until_a_write)
{
	struct mm_struct *parent = mm_alloc(), *child = NULL;
	pte_t ours, theirs;

	if (!ktest_assert(parent))
		return;
	if (ktest_equal(setup_stack_vma(parent, STACK_TOP, PAGE_SIZE), 0)) {
		set_word(parent, 1);
		child = dup_mm(parent);
	}
	if (ktest_assert(child)) {
		ours = *pte_lookup(parent, WORD_PLACE);
		theirs = *pte_lookup(child, WORD_PLACE);
		ktest_assert(!pte_write(ours) && !pte_write(theirs));
		ktest_equal(pte_pfn(ours), pte_pfn(theirs));
		ktest_equal(page_mapcount(pte_page(ours)), 2);
		set_word(parent, 2);
		ktest_equal(word_of(child), 1);
		ktest_equal(word_of(parent), 2);
		mmput(child);
	}
	mmput(parent);
}
