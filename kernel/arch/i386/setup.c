/* SPDX-License-Identifier: MIT */
/*
 * The first C code, and the machine's part of start-up, in the order start_kernel() calls it.
 */
#include <arch/extable.h>
#include <arch/processor.h>
#include <arch/setup.h>
#include <quire/assert.h>
#include <quire/bootinfo.h>
#include <quire/cmdline.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include "internal.h"

#define MULTIBOOT_MAGIC	0x2BADB002u

/* From head.S, on the boot stack, which becomes the idle task's. Before desc_init() there is no %fs. */
asmlinkage __noreturn void i386_start(u32 magic, phys_addr_t info)
{
	init_task.stack = boot_stack;
	desc_init();
	idt_init();
	extable_init();
	early_console_init();
	if (magic != MULTIBOOT_MAGIC)
		panic("not started by a Multiboot loader (EAX = %#x)", magic);
	multiboot_read(info);
	start_kernel();
}

void setup_arch(void)
{
	cpu_identify();
	sysenter_init();
	memmap_finish();
	paging_init();
	fpu_init();
}

void init_irq(void)
{
	pic_init();
}
