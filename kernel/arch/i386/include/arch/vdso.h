/* SPDX-License-Identifier: MIT */
/*
 * The vDSO: the kernel's page in every process, an ELF shared object with the way in that is best on
 * this CPU and the ways back from signal handlers. vdso.c maps it, entry.S and signal.c know the places
 * in it, which vdso/vdso.S and vdso/vdso.ld keep.
 */
#ifndef ARCH_VDSO_H
#define ARCH_VDSO_H

#define VDSO_CODE		0x400
#define VDSO_VSYSCALL		VDSO_CODE
/* Where sysexit arrives: behind the int $0x80 that runs a system call again. */
#define VDSO_LANDING		(VDSO_VSYSCALL + 9)
#define VDSO_SIGRETURN		(VDSO_CODE + 0x20)
#define VDSO_RT_SIGRETURN	(VDSO_CODE + 0x40)

#ifndef __ASSEMBLY__
#include <quire/types.h>

struct vm_area_struct;

void vdso_init(void);	/* once tmpfs is there */
/* Map it into the current (new) mm: mm->vdso. => 0 or -errno; sleeps */
int map_vdso(void);
bool vma_is_vdso(const struct vm_area_struct *vma);
#endif

#endif
