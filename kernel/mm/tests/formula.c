/* SPDX-License-Identifier: MIT */
/*
 * The object whose store is a formula (formula.h).
 */
#include <quire/errno.h>
#include <quire/fs.h>
#include <quire/kmap_atomic.h>
#include <quire/mount.h>

#include "formula.h"

struct formula formula;

static int formula_readpage(struct file *file, struct page *page)
{
	u32 *word = kmap_atomic(page, KM_USER0);
	unsigned int i;

	for (i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		word[i] = page->index + FORMULA_SALT;
	kunmap_atomic(word, KM_USER0);
	page_io_get(page);
	formula.reads++;
	end_page_read(page, 0);
	return 0;
}

/* A frame of the zone that the object's pages come from. => -ENOMEM, the page dirty again and unlocked; 0 */
static int take_memory(struct page *page)
{
	gfp_t zone = page->mapping->gfp_mask & __GFP_DMA;
	struct page *frame = alloc_page(zone | GFP_NOIO | __GFP_NORETRY | __GFP_NOWARN);

	if (frame) {
		__free_page(frame);
		return 0;
	}
	set_page_dirty(page);
	unlock_page(page);
	return -ENOMEM;
}

static int formula_writepage(struct page *page)
{
	int err = formula.writes_need_memory ? take_memory(page) : 0;

	if (err)
		return err;
	set_page_writeback(page);
	unlock_page(page);
	formula.writes++;
	if (formula.write_error)
		mapping_set_error(page->mapping, formula.write_error);
	end_page_writeback(page);
	return 0;
}

static const struct address_space_operations formula_aops = {
	.readpage = formula_readpage,
	.writepage = formula_writepage,
};

struct address_space *formula_object(void)
{
	static struct super_block sb = { .s_flags = SB_NO_WRITEBACK };
	static struct inode inode;
	struct address_space *mapping = &inode.i_data;

	inode = (struct inode){ .i_sb = &sb, .i_mapping = mapping };
	inode.i_size = FORMULA_PAGES * PAGE_SIZE;
	address_space_init(mapping, &inode, &formula_aops, GFP_HIGHUSER);
	formula = (struct formula){ .reads = 0 };
	return mapping;
}

u32 formula_word(struct page *page)
{
	u32 *word = kmap_atomic(page, KM_USER0), value = *word;

	kunmap_atomic(word, KM_USER0);
	return value;
}
