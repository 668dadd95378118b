/* SPDX-License-Identifier: MIT */
/*
 * Page table entries of two-level i386 paging without PAE, as types that do not mix with integers.
 *
 * A pte is none (0), present (PRESENT, or PROT_NONE: mapped but without access), or a swap entry
 * (neither bit, not 0: see swap.h). The CPU sets A and D by itself, so a live entry is changed by
 * the ptep_ functions, which are atomic against that. After a change the caller flushes (tlb.h).
 */
#ifndef ARCH_PGTABLE_H
#define ARCH_PGTABLE_H

#include <arch/page_types.h>

#define _PAGE_PRESENT	0x001u
#define _PAGE_RW	0x002u
#define _PAGE_USER	0x004u
#define _PAGE_PWT	0x008u
#define _PAGE_PCD	0x010u
#define _PAGE_ACCESSED	0x020u
#define _PAGE_DIRTY	0x040u
#define _PAGE_PSE	0x080u		/* directory entry: 4 MiB page */
#define _PAGE_PROTNONE	0x080u		/* table entry, not present: PROT_NONE */
#define _PAGE_GLOBAL	0x100u

#ifndef __ASSEMBLY__
typedef struct { u32 pte; } pte_t;
typedef struct { u32 pgd; } pgd_t;
typedef struct { u32 pgprot; } pgprot_t;

#define pte_val(x)	((x).pte)
#define pgd_val(x)	((x).pgd)
#define pgprot_val(x)	((x).pgprot)
#define __pte(x)	((pte_t){ (u32)(x) })
#define __pgd(x)	((pgd_t){ (u32)(x) })
#define __pgprot(x)	((pgprot_t){ (u32)(x) })

#define PTRS_PER_PGD	1024u
#define PTRS_PER_PTE	1024u
#define PGDIR_SHIFT	22
#define PGDIR_SIZE	(1ul << PGDIR_SHIFT)
#define PGDIR_MASK	(~(PGDIR_SIZE - 1))
#define USER_PGD_PTRS	(TASK_SIZE >> PGDIR_SHIFT)

#define _PAGE_TABLE	(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED | _PAGE_DIRTY)
#define _PAGE_KERNEL	(_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL)

#define PAGE_NONE	__pgprot(_PAGE_PROTNONE | _PAGE_ACCESSED)
#define PAGE_SHARED	__pgprot(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED)
#define PAGE_COPY	__pgprot(_PAGE_PRESENT | _PAGE_USER | _PAGE_ACCESSED)
#define PAGE_READONLY	PAGE_COPY
#define PAGE_KERNEL	__pgprot(_PAGE_KERNEL)
#define PAGE_KERNEL_RO	__pgprot(_PAGE_KERNEL & ~_PAGE_RW)
#define PAGE_KERNEL_NOCACHE	__pgprot(_PAGE_KERNEL | _PAGE_PCD | _PAGE_PWT)

/* What pte_modify keeps: frame, A and D. */
#define _PAGE_CHG_MASK	((u32)PAGE_MASK | _PAGE_ACCESSED | _PAGE_DIRTY)

static inline bool pte_none(pte_t pte) { return pte_val(pte) == 0; }
static inline bool pte_present(pte_t pte) { return (pte_val(pte) & (_PAGE_PRESENT | _PAGE_PROTNONE)) != 0; }
static inline bool pte_write(pte_t pte) { return (pte_val(pte) & _PAGE_RW) != 0; }
static inline bool pte_dirty(pte_t pte) { return (pte_val(pte) & _PAGE_DIRTY) != 0; }
static inline bool pte_young(pte_t pte) { return (pte_val(pte) & _PAGE_ACCESSED) != 0; }
static inline bool pte_user(pte_t pte) { return (pte_val(pte) & _PAGE_USER) != 0; }

static inline pte_t pte_mkwrite(pte_t pte) { return __pte(pte_val(pte) | _PAGE_RW); }
static inline pte_t pte_wrprotect(pte_t pte) { return __pte(pte_val(pte) & ~_PAGE_RW); }
static inline pte_t pte_mkdirty(pte_t pte) { return __pte(pte_val(pte) | _PAGE_DIRTY); }
static inline pte_t pte_mkclean(pte_t pte) { return __pte(pte_val(pte) & ~_PAGE_DIRTY); }
static inline pte_t pte_mkyoung(pte_t pte) { return __pte(pte_val(pte) | _PAGE_ACCESSED); }
static inline pte_t pte_mkold(pte_t pte) { return __pte(pte_val(pte) & ~_PAGE_ACCESSED); }
static inline bool pte_same(pte_t a, pte_t b) { return pte_val(a) == pte_val(b); }

static inline unsigned long pte_pfn(pte_t pte) { return pte_val(pte) >> PAGE_SHIFT; }
#define pte_page(pte)	pfn_to_page(pte_pfn(pte))	/* with <quire/page.h> */

static inline pte_t pfn_pte(unsigned long pfn, pgprot_t prot)
{
	return __pte((u32)pfn << PAGE_SHIFT | pgprot_val(prot));
}
#define mk_pte(page, prot)	pfn_pte(page_to_pfn(page), prot)	/* with <quire/page.h> */

/* New protection, same frame, A and D kept. */
static inline pte_t pte_modify(pte_t pte, pgprot_t prot)
{
	return __pte((pte_val(pte) & _PAGE_CHG_MASK) | (pgprot_val(prot) & ~(_PAGE_CHG_MASK & ~_PAGE_ACCESSED)));
}

static inline void set_pte(pte_t *ptep, pte_t pte) { *(volatile u32 *)&ptep->pte = pte_val(pte); }
static inline void pte_clear(pte_t *ptep) { set_pte(ptep, __pte(0)); }

/* Take the entry out in one step: no A or D bit that the CPU sets meanwhile is lost. */
static inline pte_t ptep_get_and_clear(pte_t *ptep)
{
	u32 old = 0;

	__asm__ __volatile__("xchgl %0, %1" : "+r" (old), "+m" (ptep->pte) : : "memory");
	return __pte(old);
}

static inline bool ptep_test_and_clear_bits(pte_t *ptep, u32 bits)
{
	u32 old = READ_ONCE(ptep->pte);

	while (!__atomic_compare_exchange_n(&ptep->pte, &old, old & ~bits, false,
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
	return (old & bits) != 0;
}

static inline void ptep_clear_bits(pte_t *ptep, u32 bits) { __atomic_and_fetch(&ptep->pte, ~bits, __ATOMIC_SEQ_CST); }
static inline bool ptep_test_and_clear_young(pte_t *ptep) { return ptep_test_and_clear_bits(ptep, _PAGE_ACCESSED); }
static inline bool ptep_test_and_clear_dirty(pte_t *ptep) { return ptep_test_and_clear_bits(ptep, _PAGE_DIRTY); }
static inline void ptep_set_wrprotect(pte_t *ptep) { ptep_clear_bits(ptep, _PAGE_RW); }

/* The first entry of [ptep, end) that is not none, or end. Most entries of most tables are none. */
static inline pte_t *pte_next_used(pte_t *ptep, pte_t *end)
{
	unsigned long left = (unsigned long)(end - ptep);
	bool none;

	if (!left || !pte_none(*ptep))
		return ptep;
	__asm__ __volatile__("repe scasl" : "+D" (ptep), "+c" (left), "=@cce" (none) : "a" (0) : "memory");
	return none ? end : ptep - 1;
}

/* Page directory entries. A user page table is one low frame; the entry holds its physical address. */
static inline bool pgd_none(pgd_t pgd) { return pgd_val(pgd) == 0; }
static inline bool pgd_present(pgd_t pgd) { return (pgd_val(pgd) & _PAGE_PRESENT) != 0; }
static inline bool pgd_large(pgd_t pgd) { return (pgd_val(pgd) & _PAGE_PSE) != 0; }
static inline bool pgd_bad(pgd_t pgd)
{
	return (pgd_val(pgd) & (~(u32)PAGE_MASK & ~(_PAGE_USER | _PAGE_PWT | _PAGE_PCD))) !=
	       (_PAGE_TABLE & ~_PAGE_USER);
}
static inline void set_pgd(pgd_t *pgdp, pgd_t pgd) { *(volatile u32 *)&pgdp->pgd = pgd_val(pgd); }
static inline void pgd_clear(pgd_t *pgdp) { set_pgd(pgdp, __pgd(0)); }
static inline void pgd_populate(pgd_t *pgdp, pte_t *table) { set_pgd(pgdp, __pgd(__pa(table) | _PAGE_TABLE)); }
static inline unsigned long pgd_pfn(pgd_t pgd) { return pgd_val(pgd) >> PAGE_SHIFT; }
static inline pte_t *pgd_table(pgd_t pgd) { return __va(pgd_val(pgd) & PAGE_MASK); }

static inline unsigned int pgd_index(unsigned long addr) { return (unsigned int)(addr >> PGDIR_SHIFT); }
static inline unsigned int pte_index(unsigned long addr) { return (addr >> PAGE_SHIFT) & (PTRS_PER_PTE - 1); }
/* The directory entry for an address in a directory (mm->pgd); the pte below a present directory entry. */
static inline pgd_t *pgd_offset_pgd(pgd_t *pgd, unsigned long addr) { return pgd + pgd_index(addr); }
#define pgd_offset(mm, addr)	pgd_offset_pgd((mm)->pgd, addr)
#define pgd_offset_k(addr)	pgd_offset_pgd(swapper_pg_dir, addr)
static inline pte_t *pte_offset(pgd_t *pgdp, unsigned long addr) { return pgd_table(*pgdp) + pte_index(addr); }

extern pgd_t swapper_pg_dir[PTRS_PER_PGD];	/* the master: every directory's kernel part is a copy */

/* A directory with no user entries and the master's kernel entries; NULL without memory; may sleep. */
pgd_t *pgd_alloc(void);
void pgd_free(pgd_t *pgd);		/* its user part must be empty; must not be loaded */
pte_t *pte_alloc_one(void);		/* a zeroed page table, or NULL; may sleep */
void pte_free_one(pte_t *table);
/* The kernel pte for a vmalloc or window address, its table made if need be (GFP_KERNEL); NULL without memory. */
pte_t *pte_alloc_kernel(unsigned long addr);
/* The pte that maps a kernel address in the master, or NULL (large page, nothing there). */
pte_t *kernel_pte(unsigned long addr);
bool kernel_addr_mapped(unsigned long addr);

void load_pgd(pgd_t *pgd);		/* into CR3; flushes what is not global */
pgd_t *loaded_pgd(void);

void paging_init(void);
#endif

#endif
