/* SPDX-License-Identifier: MIT */
/*
 * The vDSO, one page of code that the kernel maps into each program (arch/vdso.h).
 *
 * It is a shared memory object of one page, mapped privately: what holds for every mapped file holds
 * for it, and a program that writes to it writes to a copy. mm->vdso is its address, which follows an
 * mremap; what a program does to it otherwise, it does to itself.
 */
#include <abi/mman.h>
#include <arch/processor.h>
#include <arch/vdso.h>
#include <quire/err.h>
#include <quire/mm.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/shmem.h>
#include "internal.h"

static struct file *vdso_file;

void vdso_init(void)
{
	const u8 *image = boot_cpu.sysenter ? vdso_sysenter : vdso_int80;
	const u8 *end = boot_cpu.sysenter ? vdso_sysenter_end : vdso_int80_end;
	size_t size = (size_t)(end - image);

	vdso_file = shmem_file_setup("vdso", PAGE_SIZE, 0);
	if (IS_ERR(vdso_file) || kernel_write(vdso_file, 0, image, size) != (ssize_t)size)
		panic("no memory for the vDSO");
}

int map_vdso(void)
{
	struct mm_struct *mm = current->mm;
	unsigned long addr;

	down_write(&mm->mmap_sem);
	addr = do_mmap_pgoff(vdso_file, 0, PAGE_SIZE, PROT_READ | PROT_EXEC, MAP_PRIVATE, 0);
	up_write(&mm->mmap_sem);
	if (IS_ERR_VALUE(addr))
		return (int)addr;
	mm->vdso = addr;
	return 0;
}

bool vma_is_vdso(const struct vm_area_struct *vma)
{
	return vma->vm_file && vma->vm_file == vdso_file;
}
