/* SPDX-License-Identifier: MIT */
/*
 * The first instructions of the kernel.
 *
 * Contract with the loader (Multiboot 1; GRUB or QEMU's -kernel): 32-bit protected mode with flat
 * segments, paging and interrupts off, the image at physical 1 MiB with its bss cleared, EAX the
 * magic number, EBX the physical address of the information structure. No stack is assumed.
 *
 * The code is linked at PAGE_OFFSET and runs at physical addresses until paging is on, so every
 * symbol is used minus PAGE_OFFSET. Two page tables map the first 8 MiB twice, at 0 and at
 * PAGE_OFFSET. Near jumps are relative to EIP and stay low; the one indirect jump below is what
 * moves EIP high. Then the copy at 0 is removed. The page tables of fixmap and pkmap are plugged in
 * here too: they are there before any C code runs.
 */
#include <arch/page_types.h>
#include <arch/pgtable.h>
#include <arch/desc.h>

#define MB_MAGIC	0x1BADB002
#define MB_PAGE_ALIGN	(1 << 0)	/* modules start at page boundaries */
#define MB_MEMORY_INFO	(1 << 1)
#define MB_FLAGS	(MB_PAGE_ALIGN | MB_MEMORY_INFO)

#define BOOT_TABLES	2
#define KERNEL_PGD	(PAGE_OFFSET >> 22)
#define CR0_BOOT	0x80010001	/* PG, WP, PE */
#define STACK_SIZE	0x2000		/* KSTACK_SIZE */
#define phys(sym)	(sym - PAGE_OFFSET)

	.section .multiboot, "a"
	.balign 4
	.long MB_MAGIC, MB_FLAGS, -(MB_MAGIC + MB_FLAGS)

	.text
	.globl _start
	.type _start, @function
_start:
	cld
	cli
	movl %eax, %esi			/* magic */

	/* Fill both boot tables with consecutive frames. */
	movl $phys(boot_tables), %edi
	movl $(_PAGE_PRESENT | _PAGE_RW), %eax
	movl $(BOOT_TABLES * 1024), %ecx
1:	movl %eax, (%edi)
	addl $PAGE_SIZE, %eax
	addl $4, %edi
	decl %ecx
	jnz 1b

	movl $phys(swapper_pg_dir), %edi
	movl $(phys(boot_tables) + _PAGE_PRESENT + _PAGE_RW), %eax
	movl %eax, 0(%edi)
	movl %eax, (KERNEL_PGD * 4)(%edi)
	addl $PAGE_SIZE, %eax
	movl %eax, 4(%edi)
	movl %eax, (KERNEL_PGD * 4 + 4)(%edi)
	movl $(phys(fixmap_table) + _PAGE_PRESENT + _PAGE_RW + _PAGE_ACCESSED + _PAGE_DIRTY), (1023 * 4)(%edi)
	movl $(phys(pkmap_table) + _PAGE_PRESENT + _PAGE_RW + _PAGE_ACCESSED + _PAGE_DIRTY), (1022 * 4)(%edi)

	movl %edi, %cr3
	movl %cr0, %eax
	orl $CR0_BOOT, %eax
	movl %eax, %cr0

	movl $high, %eax
	jmp *%eax			/* the one jump to link-time addresses */
high:
	movl $(boot_stack + STACK_SIZE), %esp
	xorl %ebp, %ebp			/* end of every backtrace */
	pushl $0
	popfl

	movl $0, swapper_pg_dir		/* the identity map goes away */
	movl $0, swapper_pg_dir + 4
	movl %cr3, %eax
	movl %eax, %cr3

	pushl %ebx
	pushl %esi
	call i386_start
2:	hlt
	jmp 2b
	.size _start, . - _start

	.section .bss.page_aligned, "aw", @nobits
	.balign STACK_SIZE
	.globl boot_stack
boot_stack:
	.skip STACK_SIZE
	.globl swapper_pg_dir
swapper_pg_dir:
	.skip PAGE_SIZE
	.globl fixmap_table
fixmap_table:
	.skip PAGE_SIZE
	.globl pkmap_table
pkmap_table:
	.skip PAGE_SIZE
boot_tables:
	.skip BOOT_TABLES * PAGE_SIZE

	.section .note.GNU-stack, "", @progbits
