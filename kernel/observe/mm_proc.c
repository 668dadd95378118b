/* SPDX-License-Identifier: MIT */
/*
 * What /proc/PID shows of an address space, in Linux's formats: maps, smaps and its sum smaps_rollup,
 * pagemap, the Vm lines of status, statm.
 *
 * The caller holds mm_users.  Each function takes mmap_sem for reading.
 */
#include <arch/vdso.h>
#include <quire/errno.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/seq_file.h>
#include <quire/swap.h>
#include <quire/uaccess.h>

#define MAPS_NAME_COLUMN 49
#define KIB(pages) ((unsigned long)(pages) << (PAGE_SHIFT - 10))

static const char *area_name(const struct vm_area_struct *vma)
{
	const struct mm_struct *mm = vma->vm_mm;

	if (vma_is_vdso(vma))
		return "[vdso]";
	if (vma->vm_start <= mm->brk && vma->vm_end >= mm->start_brk && mm->brk > mm->start_brk)
		return "[heap]";
	if (vma->vm_start <= mm->start_stack && vma->vm_end > mm->start_stack)
		return "[stack]";
	return NULL;
}

static void pad_to_name(struct seq_file *m, size_t line_start)
{
	do
		seq_putc(m, ' ');
	while (m->count - line_start < MAPS_NAME_COLUMN && !seq_overflow(m));
}

static void show_area_line(struct seq_file *m, const struct vm_area_struct *vma)
{
	const struct file *file = vma_is_vdso(vma) ? NULL : vma->vm_file;
	unsigned long flags = vma->vm_flags, ino = 0;
	size_t line_start = m->count;
	u64 offset = 0;
	dev_t dev = 0;

	if (file) {
		const struct inode *inode = file_inode(file);

		dev = inode->i_sb->s_dev;
		ino = inode->i_ino;
		offset = (u64)vma->vm_pgoff << PAGE_SHIFT;
	}
	seq_printf(m, "%08lx-%08lx %c%c%c%c %08llx %02x:%02x %lu", vma->vm_start, vma->vm_end,
		   flags & VM_READ ? 'r' : '-', flags & VM_WRITE ? 'w' : '-',
		   flags & VM_EXEC ? 'x' : '-', flags & VM_MAYSHARE ? 's' : 'p', offset, MAJOR(dev),
		   MINOR(dev), ino);
	if (file) {
		pad_to_name(m, line_start);
		seq_path(m, &file->f_path);
	} else if (area_name(vma)) {
		pad_to_name(m, line_start);
		seq_puts(m, area_name(vma));
	}
	seq_putc(m, '\n');
}

int maps_show(struct seq_file *m, struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	down_read(&mm->mmap_sem);
	list_for_each_entry(vma, &mm->mmap, vm_list)
		show_area_line(m, vma);
	up_read(&mm->mmap_sem);
	return 0;
}

/* ---- smaps ---- */

struct area_sizes {
	unsigned long resident, anonymous, lazyfree, referenced, swap, locked;	/* pages */
	unsigned long shared_clean, shared_dirty, private_clean, private_dirty;
	/* Bytes << PSS_SHIFT: each page divided among its mappers; all of them, and by kind. */
	u64 pss, pss_dirty, pss_anon, pss_file, pss_shmem, swap_pss;
};

#define PSS_SHIFT 12
#define PSS_KIB(pss) ((unsigned long)((pss) >> (PSS_SHIFT + 10)))

/* A page's share. */
static u64 pss_of(int users)
{
	return ((u32)PAGE_SIZE << PSS_SHIFT) / (u32)max(users, 1);
}

static void count_page_pss(struct area_sizes *s, const struct page *page, bool dirty)
{
	u64 pss = pss_of(page_mapcount(page));

	s->pss += pss;
	if (dirty)
		s->pss_dirty += pss;
	if (PageAnon(page))
		s->pss_anon += pss;
	else if (page->mapping && test_bit(AS_SWAPPABLE, &page->mapping->flags))
		s->pss_shmem += pss;
	else
		s->pss_file += pss;
}

static void count_pte(struct mm_struct *mm, unsigned long addr, pte_t pte, void *arg)
{
	struct area_sizes *s = arg;
	struct page *page;
	bool dirty;

	if (!pte_present(pte)) {
		s->swap++;
		s->swap_pss += pss_of(swap_count(pte_to_swp_entry(pte)));
		return;
	}
	if (!pfn_valid(pte_pfn(pte)) || PageReserved(pte_page(pte)))
		return;
	page = pte_page(pte);
	dirty = pte_dirty(pte) || PageDirty(page);
	s->resident++;
	s->anonymous += PageAnon(page);
	s->lazyfree += anon_is_lazyfree(page, pte);
	s->referenced += pte_young(pte) || PageReferenced(page);
	count_page_pss(s, page, dirty);
	if (page_mapcount(page) > 1)
		dirty ? s->shared_dirty++ : s->shared_clean++;
	else
		dirty ? s->private_dirty++ : s->private_clean++;
}

static void add_area_sizes(struct area_sizes *s, struct vm_area_struct *vma)
{
	struct mm_struct *mm = vma->vm_mm;
	u64 pss = s->pss;

	spin_lock(&mm->page_table_lock);
	walk_user_ptes(mm, vma->vm_start, vma->vm_end, count_pte, s);
	spin_unlock(&mm->page_table_lock);
	if (vma->vm_flags & VM_LOCKED)
		s->locked += PSS_KIB(s->pss - pss);
}

static void show_sizes(struct seq_file *m, const struct area_sizes *s, bool rollup)
{
	seq_printf(m, "Rss:            %8lu kB\nPss:            %8lu kB\nPss_Dirty:      %8lu kB\n",
		   KIB(s->resident), PSS_KIB(s->pss), PSS_KIB(s->pss_dirty));
	if (rollup)
		seq_printf(m,
			   "Pss_Anon:       %8lu kB\nPss_File:       %8lu kB\nPss_Shmem:      %8lu kB\n",
			   PSS_KIB(s->pss_anon), PSS_KIB(s->pss_file), PSS_KIB(s->pss_shmem));
	seq_printf(m,
		   "Shared_Clean:   %8lu kB\nShared_Dirty:   %8lu kB\nPrivate_Clean:  %8lu kB\n"
		   "Private_Dirty:  %8lu kB\nReferenced:     %8lu kB\nAnonymous:      %8lu kB\n",
		   KIB(s->shared_clean), KIB(s->shared_dirty), KIB(s->private_clean),
		   KIB(s->private_dirty), KIB(s->referenced), KIB(s->anonymous));
	seq_printf(m, "LazyFree:       %8lu kB\nSwap:           %8lu kB\nSwapPss:        %8lu kB\n"
		   "Locked:         %8lu kB\n", KIB(s->lazyfree), KIB(s->swap), PSS_KIB(s->swap_pss), s->locked);
}

/* An area's flags by Linux's two letters each; the line also tells readers that the area's part ends. */
static void show_flags(struct seq_file *m, unsigned long flags)
{
	static const struct {
		unsigned long flag;
		char name[3];
	} names[] = {
		{ VM_READ, "rd" },     { VM_WRITE, "wr" },    { VM_EXEC, "ex" },      { VM_SHARED, "sh" },
		{ VM_MAYREAD, "mr" },  { VM_MAYWRITE, "mw" }, { VM_MAYEXEC, "me" },   { VM_MAYSHARE, "ms" },
		{ VM_GROWSDOWN, "gd" }, { VM_LOCKED, "lo" },  { VM_IO, "io" },	      { VM_SEQ_READ, "sr" },
		{ VM_RAND_READ, "rr" }, { VM_DONTCOPY, "dc" }, { VM_DONTEXPAND, "de" }, { VM_LOCKONFAULT, "lf" },
		{ VM_ACCOUNT, "ac" },  { VM_NORESERVE, "nr" }, { VM_WIPEONFORK, "wf" },
	};
	unsigned int i;

	seq_puts(m, "VmFlags: ");
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (flags & names[i].flag)
			seq_printf(m, "%s ", names[i].name);
	seq_putc(m, '\n');
}

int smaps_show(struct seq_file *m, struct mm_struct *mm)
{
	struct vm_area_struct *vma;

	down_read(&mm->mmap_sem);
	list_for_each_entry(vma, &mm->mmap, vm_list) {
		struct area_sizes s = { 0 };

		show_area_line(m, vma);
		add_area_sizes(&s, vma);
		seq_printf(m, "Size:           %8lu kB\nKernelPageSize: %8lu kB\nMMUPageSize:    %8lu kB\n",
			   KIB(vma_pages(vma)), KIB(1), KIB(1));
		show_sizes(m, &s, false);
		show_flags(m, vma->vm_flags);
	}
	up_read(&mm->mmap_sem);
	return 0;
}

int smaps_rollup_show(struct seq_file *m, struct mm_struct *mm)
{
	unsigned long start = 0, end = 0;
	struct area_sizes s = { 0 };
	struct vm_area_struct *vma;
	size_t line_start = m->count;

	down_read(&mm->mmap_sem);
	list_for_each_entry(vma, &mm->mmap, vm_list) {
		start = start ? start : vma->vm_start;
		end = vma->vm_end;
		add_area_sizes(&s, vma);
	}
	up_read(&mm->mmap_sem);
	seq_printf(m, "%08lx-%08lx ---p 00000000 00:00 0", start, end);
	pad_to_name(m, line_start);
	seq_puts(m, "[rollup]\n");
	show_sizes(m, &s, true);
	return 0;
}

/* ---- pagemap: 64 bits a page (Linux Documentation/admin-guide/mm/pagemap) ---- */

#define PM_PRESENT (1ull << 63)
#define PM_SWAP (1ull << 62)
#define PM_FILE (1ull << 61)
#define PM_EXCLUSIVE (1ull << 56)
#define PM_SWAP_OFFSET_SHIFT 5

static u64 pagemap_entry(pte_t pte)
{
	struct page *page;
	u64 e;

	if (pte_none(pte))
		return 0;
	if (!pte_present(pte)) {
		swp_entry_t entry = pte_to_swp_entry(pte);

		return PM_SWAP | swp_type(entry) |
		       (u64)swp_offset(entry) << PM_SWAP_OFFSET_SHIFT;
	}
	e = PM_PRESENT | pte_pfn(pte);
	if (!pfn_valid(pte_pfn(pte)))
		return e;
	page = pte_page(pte);
	if (page_mapcount(page) == 1)
		e |= PM_EXCLUSIVE;
	return PageAnon(page) || PageReserved(page) ? e : e | PM_FILE;
}

#define PAGEMAP_CHUNK 64

ssize_t pagemap_read(struct mm_struct *mm, char __user *buf, size_t count, loff_t *ppos)
{
	u64 entries[PAGEMAP_CHUNK], page = (u64)*ppos / sizeof(u64);
	size_t done = 0, n, i;

	if ((*ppos | count) % sizeof(u64))
		return -EINVAL;
	while (done < count && page < TASK_SIZE >> PAGE_SHIFT) {
		n = min((count - done) / sizeof(u64), (size_t)PAGEMAP_CHUNK);
		n = min_t(u64, n, (TASK_SIZE >> PAGE_SHIFT) - page);
		for (i = 0; i < n; i++)
			entries[i] = pagemap_entry(pte_snapshot(mm, (unsigned long)(page + i) << PAGE_SHIFT));
		if (copy_to_user(buf + done, entries, n * sizeof(u64)))
			return -EFAULT;
		page += n;
		done += n * sizeof(u64);
	}
	*ppos += done;
	return done;
}

/* ---- totals ---- */

static void count_resident(struct mm_struct *mm, unsigned long addr, pte_t pte, void *arg)
{
	if (pte_present(pte) && !PageAnon(pte_page(pte)))
		++*(unsigned long *)arg;
}

/* Pages of memory objects: they are counted as file pages, and told apart only when somebody asks. */
static unsigned long shmem_resident(struct mm_struct *mm)
{
	unsigned long pages = 0;
	struct vm_area_struct *vma;

	down_read(&mm->mmap_sem);
	spin_lock(&mm->page_table_lock);
	list_for_each_entry(vma, &mm->mmap, vm_list)
		if (vma->vm_file && test_bit(AS_SWAPPABLE, &vma->vm_file->f_mapping->flags))
			walk_user_ptes(mm, vma->vm_start, vma->vm_end, count_resident, &pages);
	pages = min(pages, mm->file_rss);
	spin_unlock(&mm->page_table_lock);
	up_read(&mm->mmap_sem);
	return pages;
}

void task_mem_show(struct seq_file *m, struct mm_struct *mm)
{
	unsigned long shmem = shmem_resident(mm), file = mm->file_rss - min(shmem, mm->file_rss);
	unsigned long rss = mm->anon_rss + file + shmem;
	unsigned long text = (PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK)) >> PAGE_SHIFT;
	unsigned long lib = mm->exec_vm > text ? mm->exec_vm - text : 0;

	seq_printf(m, "VmPeak:\t%8lu kB\nVmSize:\t%8lu kB\nVmLck:\t%8lu kB\nVmPin:\t%8u kB\nVmHWM:\t%8lu kB\n",
		   KIB(max(mm->hiwater_vm, mm->total_vm)), KIB(mm->total_vm), KIB(mm->locked_vm), 0u,
		   KIB(max(mm->hiwater_rss, rss)));
	seq_printf(m, "VmRSS:\t%8lu kB\nRssAnon:\t%8lu kB\nRssFile:\t%8lu kB\nRssShmem:\t%8lu kB\n", KIB(rss),
		   KIB(mm->anon_rss), KIB(file), KIB(shmem));
	seq_printf(m, "VmData:\t%8lu kB\nVmStk:\t%8lu kB\nVmExe:\t%8lu kB\nVmLib:\t%8lu kB\n",
		   KIB(mm->data_vm), KIB(mm->stack_vm), KIB(text),
		   KIB(lib));
	seq_printf(m, "VmPTE:\t%8lu kB\nVmSwap:\t%8lu kB\n", KIB(mm->nr_ptes),
		   KIB(mm->swap_ptes));
}

/* size, resident, shared, text, lib (0), data, dirty (0): pages */
void task_statm(struct mm_struct *mm, unsigned long out[7])
{
	out[0] = mm->total_vm;
	out[1] = mm->anon_rss + mm->file_rss;
	out[2] = mm->file_rss;
	out[3] = (PAGE_ALIGN(mm->end_code) - (mm->start_code & PAGE_MASK)) >> PAGE_SHIFT;
	out[4] = 0;
	out[5] = mm->data_vm + mm->stack_vm;
	out[6] = 0;
}
