/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of page frames: when one is free, and what its flags are called.
 */
#include <quire/gfp.h>
#include <quire/ktest.h>
#include <quire/string.h>

/* What a free frame on a list of single frames may say of itself. */
#define ALLOWED_FLAGS (1ul << PG_pcp | 1ul << PG_zeroed | 1ul << PG_highmem)

/* One condition of "free" is broken, seen, and mended again. */
#define SEEN(lvalue, wrong) do {				\
	__typeof__(lvalue) kept__ = (lvalue);			\
	(lvalue) = (wrong);					\
	if (page_is_free(page))					\
		ktest_fail(__FILE__, __LINE__, "free in spite of %s", #lvalue);	\
	(lvalue) = kept__;					\
} while (0)

/* Is each condition that the notes list needed?  The page is free; interrupts are off. */
static void break_each_condition(struct page *page)
{
	unsigned int flag;

	SEEN(page->count, (atomic_t)ATOMIC_INIT(1));
	SEEN(page->mapcount, (atomic_t)ATOMIC_INIT(1));
	SEEN(page->pins, (atomic_t)ATOMIC_INIT(1));
	SEEN(page->owner, OWNER_SLAB);
	SEEN(page->io, 1);
	SEEN(page->mapping, (struct address_space *)page);
	SEEN(page->buffers, (struct buffer_head *)page);
	if (PageHighMem(page))
		SEEN(page->virtual, page);
	for (flag = 0; flag < PG_flag_count; flag++)
		if (!(ALLOWED_FLAGS >> flag & 1))
			SEEN(page->flags, page->flags | 1ul << flag);
	/* In no free block, and on no list of single frames. */
	SEEN(page->flags, page->flags & ~(1ul << PG_pcp));
}

KTEST(page_free_conditions)
{
	static const gfp_t classes[] = { GFP_KERNEL, GFP_HIGHUSER };
	struct page *page;
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		page = alloc_page(classes[i]);
		if (!ktest_assert(page))
			return;
		local_irq_save(flags);
		__free_page(page);
		if (ktest_assert(page_is_free(page) && PagePcp(page)))
			break_each_condition(page);
		ktest_assert(page_is_free(page));
		local_irq_restore(flags);
	}
}

/* A frame of a free block is in one block, and on no other list. */
KTEST(page_free_in_one_block)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	unsigned long flags;

	if (!ktest_assert(page))
		return;
	local_irq_save(flags);
	__free_pages(page, 1);
	ktest_assert(page_is_free(page) && page_is_free(page + 1));
	SEEN(page->flags, page->flags | 1ul << PG_pcp);
	local_irq_restore(flags);
}

/* The one list of flags names each of them, in dumps as in code. */
KTEST(page_flags_have_names)
{
	char text[160];
	unsigned int i, j;

	for (i = 0; i < PG_flag_count; i++) {
		page_flags_text(1ul << i, text, sizeof(text));
		if (!ktest_assert(text[0]) || !ktest_assert(!strcmp(text, page_flag_name(i))))
			break;
		for (j = 0; j < i; j++)
			ktest_assert(strcmp(text, page_flag_name(j)));
	}
	page_flags_text(1ul << PG_dirty | 1ul << PG_inactive_clean | 1ul << PG_anon, text, sizeof(text));
	ktest_assert(!strcmp(text, "dirty|inactive_clean|anon"));
	page_flags_text(0, text, sizeof(text));
	ktest_assert(!text[0]);
}
