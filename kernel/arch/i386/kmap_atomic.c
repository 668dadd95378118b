/* SPDX-License-Identifier: MIT */
/*
 * A frame's bytes for a moment: fixmap slots of this CPU, one per purpose.
 *
 * The slot is empty whenever it is not in use, so a nesting that would clobber
 * an outer user is caught when it happens, and a HighMem page that is free has no
 * address (the notes' worry about page->virtual).
 */
#include <arch/block_move.h>
#include <arch/tlb.h>
#include <quire/assert.h>
#include <quire/kmap_atomic.h>
#include <quire/preempt.h>
#include <quire/string.h>

static enum fixed_address slot_of(enum km_type type)
{
	return FIX_KMAP_BEGIN + type + KM_TYPE_NR * smp_processor_id();
}

void *kmap_atomic(struct page *page, enum km_type type)
{
	enum fixed_address slot;
	pte_t *pte;

	preempt_disable();
	if (!PageHighMem(page))
		return page_address(page);
	slot = slot_of(type);
	pte = fixmap_pte(slot);
	assert(pte_none(*pte));
	set_pte(pte, mk_pte(page, PAGE_KERNEL));
	return (void *)fix_to_virt(slot);
}

void kunmap_atomic(void *addr, enum km_type type)
{
	unsigned long vaddr = (unsigned long)addr & PAGE_MASK;

	if (vaddr >= FIXADDR_BOTTOM) {
		assert(vaddr == fix_to_virt(slot_of(type)));
		pte_clear(fixmap_pte(slot_of(type)));
		flush_tlb_one(vaddr);
	}
	preempt_enable();
}

void clear_highpage(struct page *page)
{
	void *addr = kmap_atomic(page, KM_USER0);

	clear_page(addr);
	kunmap_atomic(addr, KM_USER0);
}

void copy_highpage(struct page *to, struct page *from)
{
	void *src = kmap_atomic(from, KM_USER0);
	void *dst = kmap_atomic(to, KM_USER1);

	copy_page(dst, src);
	kunmap_atomic(dst, KM_USER1);
	kunmap_atomic(src, KM_USER0);
}

void zero_highpage_range(struct page *page, unsigned int offset, unsigned int len)
{
	u8 *addr = kmap_atomic(page, KM_USER0);

	assert(offset + len <= PAGE_SIZE);
	memset(addr + offset, 0, len);
	kunmap_atomic(addr, KM_USER0);
}

void copy_from_page(void *to, struct page *page, unsigned int offset, unsigned int len)
{
	char *addr = kmap_atomic(page, KM_USER0);

	assert(offset + len <= PAGE_SIZE);
	block_copy(to, addr + offset, len);
	kunmap_atomic(addr, KM_USER0);
}

void copy_to_page(struct page *page, unsigned int offset, const void *from, unsigned int len)
{
	char *addr = kmap_atomic(page, KM_USER0);

	assert(offset + len <= PAGE_SIZE);
	block_copy(addr + offset, from, len);
	kunmap_atomic(addr, KM_USER0);
}
