/* SPDX-License-Identifier: MIT */
/*
 * ELF programs: static, static-pie, and dynamic ones with their interpreter.
 *
 * Every number of a file is checked before it is used; the checks come first
 * (check_program), then the mapping.  Segments are mapped, not read: pages
 * come by faults.  bss: the tail of the last file page is cleared, the rest is anonymous.
 * Sources: System V ABI, chapter 5; its Intel386 supplement.
 */
#include <abi/mman.h>
#include <arch/elf.h>
#include <arch/vdso.h>
#include <quire/binfmts.h>
#include <quire/elf_load.h>
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#define MAX_PHNUM (PAGE_SIZE / sizeof(struct elf32_phdr))

/* A file of which everything that matters has been checked. */
struct elf_image {
	struct file *file;
	struct elf32_ehdr ehdr;
	struct elf32_phdr *phdr;	/* kmalloc */
	unsigned long low, high;	/* page-aligned span of its PT_LOADs */
	unsigned long bias;		/* what was added to its addresses */
	unsigned long brk;		/* end of the highest segment */
};

/* ---- checking ---- */

static bool ehdr_ok(const struct elf32_ehdr *e)
{
	return memcmp(e->e_ident, ELFMAG, SELFMAG) == 0 && e->e_ident[EI_CLASS] == ELFCLASS32 &&
	       e->e_ident[EI_DATA] == ELFDATA2LSB && e->e_machine == EM_386 &&
	       (e->e_type == ET_EXEC || e->e_type == ET_DYN) &&
	       e->e_phentsize == sizeof(struct elf32_phdr) && e->e_phnum >= 1 &&
	       e->e_phnum <= MAX_PHNUM;
}

static bool load_segment_ok(const struct elf32_phdr *p)
{
	if (p->p_memsz < p->p_filesz || p->p_vaddr >= TASK_SIZE)
		return false;
	if (p->p_memsz > TASK_SIZE - p->p_vaddr || p->p_offset + p->p_filesz < p->p_offset)
		return false;
	return ((p->p_vaddr ^ p->p_offset) & ~PAGE_MASK) == 0 || p->p_filesz == 0;
}

/* All PT_LOADs together: ascending, legal, at least one.  Fills low, high. */
static bool load_segments_ok(struct elf_image *img)
{
	const struct elf32_phdr *p = img->phdr, *end = p + img->ehdr.e_phnum;
	unsigned long last = 0;

	img->low = TASK_SIZE;
	img->high = 0;
	for (; p < end; p++) {
		if (p->p_type != PT_LOAD || p->p_memsz == 0)
			continue;
		if (!load_segment_ok(p) || p->p_vaddr < last)
			return false;
		last = p->p_vaddr + p->p_memsz;
		img->low = min(img->low, p->p_vaddr & PAGE_MASK);
		img->high = max(img->high, PAGE_ALIGN(last));
	}
	return img->high > img->low;
}

/* => 0, -ENOEXEC for what is no good ELF file, -ENOMEM, or the read's error */
static int read_image(struct elf_image *img, struct file *file)
{
	size_t size = img->ehdr.e_phnum * sizeof(struct elf32_phdr);
	ssize_t n;

	img->file = file;
	img->phdr = kmalloc(size, GFP_KERNEL);
	if (!img->phdr)
		return -ENOMEM;
	n = kernel_read(file, img->ehdr.e_phoff, img->phdr, size);
	if (n != (ssize_t)size)
		return n < 0 ? n : -ENOEXEC;
	return load_segments_ok(img) ? 0 : -ENOEXEC;
}

/* ---- mapping ---- */

static unsigned long segment_prot(const struct elf32_phdr *p)
{
	return (p->p_flags & PF_R ? PROT_READ : 0) | (p->p_flags & PF_W ? PROT_WRITE : 0) |
	       (p->p_flags & PF_X ? PROT_EXEC : 0);
}

/*
 * The part beyond the file: clear to the page's end, then anonymous pages.  To the page's end even where the segment
 * ends before it: programs use the rest of their last page and expect zeroes there (ld.so's first allocations).
 */
static int map_bss(const struct elf_image *img, const struct elf32_phdr *p)
{
	unsigned long start = img->bias + p->p_vaddr + p->p_filesz;
	unsigned long end = img->bias + p->p_vaddr + p->p_memsz, page_end = PAGE_ALIGN(start);
	unsigned long flags = MAP_PRIVATE | MAP_FIXED | MAP_ANONYMOUS, addr;

	/* Only a writable segment can be cleared; a read-only one shows the file's bytes, as on Linux. */
	if (p->p_filesz && page_end > start && (p->p_flags & PF_W) &&
	    clear_user((void __user *)start, page_end - start))
		return -EFAULT;
	if (p->p_filesz == 0)
		page_end = start & PAGE_MASK;
	if (PAGE_ALIGN(end) <= page_end)
		return 0;
	down_write(&current->mm->mmap_sem);
	addr = do_mmap_pgoff(NULL, page_end, PAGE_ALIGN(end) - page_end, segment_prot(p), flags, 0);
	up_write(&current->mm->mmap_sem);
	return IS_ERR_VALUE(addr) ? (int)addr : 0;
}

static int map_segment(const struct elf_image *img, const struct elf32_phdr *p)
{
	unsigned long start = (img->bias + p->p_vaddr) & PAGE_MASK, addr;
	unsigned long len = p->p_filesz + (p->p_vaddr & ~PAGE_MASK);
	unsigned long flags = MAP_PRIVATE | MAP_FIXED | MAP_DENYWRITE | MAP_EXECUTABLE;

	if (p->p_filesz) {
		down_write(&current->mm->mmap_sem);
		addr = do_mmap_pgoff(img->file, start, len, segment_prot(p), flags,
				     p->p_offset >> PAGE_SHIFT);
		up_write(&current->mm->mmap_sem);
		if (IS_ERR_VALUE(addr))
			return addr;
	}
	return p->p_memsz > p->p_filesz ? map_bss(img, p) : 0;
}

/* Where may a position-independent image go?  => bias, or -ENOMEM */
static unsigned long choose_bias(const struct elf_image *img, unsigned long hint)
{
	unsigned long addr;

	if (img->ehdr.e_type == ET_EXEC)
		return 0;
	down_write(&current->mm->mmap_sem);
	addr = get_unmapped_area(NULL, hint, img->high - img->low, 0, 0);
	up_write(&current->mm->mmap_sem);
	return IS_ERR_VALUE(addr) ? addr : addr - img->low;
}

static int map_image(struct elf_image *img, unsigned long hint)
{
	unsigned int i;
	int err;

	img->bias = choose_bias(img, hint);
	if (IS_ERR_VALUE(img->bias))
		return -ENOMEM;
	img->brk = 0;
	for (i = 0; i < img->ehdr.e_phnum; i++) {
		const struct elf32_phdr *p = &img->phdr[i];

		if (p->p_type != PT_LOAD || p->p_memsz == 0)
			continue;
		err = map_segment(img, p);
		if (err)
			return err;
		img->brk = max(img->brk, img->bias + p->p_vaddr + p->p_memsz);
	}
	return 0;
}

/* ---- the interpreter ---- */

/* Path of PT_INTERP in *path (kmalloc), NULL if there is none. */
static int read_interp_path(const struct elf_image *img, char **path)
{
	const struct elf32_phdr *p = img->phdr, *end = p + img->ehdr.e_phnum;
	ssize_t n;

	*path = NULL;
	while (p < end && p->p_type != PT_INTERP)
		p++;
	if (p == end)
		return 0;
	if (p->p_filesz < 2 || p->p_filesz > PATH_MAX)
		return -ENOEXEC;
	*path = kmalloc(p->p_filesz, GFP_KERNEL);
	if (!*path)
		return -ENOMEM;
	n = kernel_read(img->file, p->p_offset, *path, p->p_filesz);
	if (n == (ssize_t)p->p_filesz && (*path)[n - 1] == '\0')
		return 0;
	kfree(*path);
	*path = NULL;
	return n < 0 ? n : -ENOEXEC;
}

static int open_interp(struct elf_image *interp, const char *path)
{
	struct file *file = open_exec(path);
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	interp->file = file;
	n = kernel_read(file, 0, &interp->ehdr, sizeof(interp->ehdr));
	if (n < 0)
		return n;
	if (n != sizeof(interp->ehdr) || !ehdr_ok(&interp->ehdr))
		return -ELIBBAD;
	return read_image(interp, file);
}

static void close_interp(struct elf_image *interp)
{
	kfree(interp->phdr);
	if (interp->file) {
		allow_write_access(interp->file);
		fput(interp->file);
	}
}

/* ---- loading ---- */

static unsigned long phdr_address(const struct elf_image *img)
{
	const struct elf32_phdr *p;

	for (p = img->phdr; p < img->phdr + img->ehdr.e_phnum; p++)
		if (p->p_type == PT_LOAD && p->p_offset <= img->ehdr.e_phoff &&
		    img->ehdr.e_phoff - p->p_offset < p->p_filesz)
			return img->bias + p->p_vaddr + (img->ehdr.e_phoff - p->p_offset);
	return 0;
}

static void record_layout(struct mm_struct *mm, const struct elf_image *img)
{
	const struct elf32_phdr *p;
	unsigned long end;

	mm->start_code = TASK_SIZE;
	for (p = img->phdr; p < img->phdr + img->ehdr.e_phnum; p++) {
		if (p->p_type != PT_LOAD)
			continue;
		end = img->bias + p->p_vaddr + p->p_filesz;
		mm->start_code = min(mm->start_code, img->bias + p->p_vaddr);
		if (p->p_flags & PF_X)
			mm->end_code = max(mm->end_code, end);
		if (p->p_flags & PF_W) {
			mm->start_data = img->bias + p->p_vaddr;
			mm->end_data = max(mm->end_data, end);
		}
	}
	mm->start_brk = mm->brk = PAGE_ALIGN(img->brk);
}

/* On the new mm; everything here can fail and be undone. */
static int map_program(struct linux_binprm *bprm, struct elf_image *img, struct elf_image *interp,
		       struct elf_auxinfo *aux)
{
	int err = map_image(img, ELF_ET_DYN_BASE);

	if (err)
		return err;
	record_layout(current->mm, img);
	aux->phdr = phdr_address(img);
	aux->phnum = img->ehdr.e_phnum;
	aux->program_entry = img->bias + img->ehdr.e_entry;
	aux->start = aux->program_entry;
	if (interp->file) {
		err = map_image(interp, 0);
		if (err)
			return err;
		aux->base = interp->bias;
		aux->start = interp->bias + interp->ehdr.e_entry;
	}
	if (aux->start >= TASK_SIZE)
		return -ENOEXEC;
	set_mm_exe_file(current->mm, bprm->file);
	err = map_vdso();
	return err ? err : elf_create_tables(bprm, aux);
}

static int load_elf(struct linux_binprm *bprm, struct pt_regs *regs)
{
	struct elf_image img = { 0 }, interp = { 0 };
	struct elf_auxinfo aux = { 0 };
	char *interp_path = NULL;
	int err;

	memcpy(&img.ehdr, bprm->buf, sizeof(img.ehdr));
	if (!ehdr_ok(&img.ehdr))
		return -ENOEXEC;
	err = read_image(&img, bprm->file);
	if (!err)
		err = read_interp_path(&img, &interp_path);
	if (!err && interp_path)
		err = open_interp(&interp, interp_path);
	if (err)
		goto out;
	exec_use_new_mm(bprm);
	err = map_program(bprm, &img, &interp, &aux);
	if (!err)
		err = exec_commit(bprm);
	if (!err)
		start_thread(regs, aux.start, aux.stack);
out:
	close_interp(&interp);
	kfree(interp_path);
	kfree(img.phdr);
	return err;
}

const struct linux_binfmt elf_format = { .name = "elf", .load = load_elf };
