/* SPDX-License-Identifier: MIT */
/*
 * What the files of arch/i386 share among themselves and nobody else includes.
 */
#ifndef I386_INTERNAL_H
#define I386_INTERNAL_H

#include <arch/desc.h>
#include <arch/pgtable.h>
#include <arch/regs.h>
#include <quire/types.h>

struct task_struct;
extern struct task_struct init_task;

/* head.S */
extern u8 boot_stack[];
extern pte_t fixmap_table[PTRS_PER_PTE], pkmap_table[PTRS_PER_PTE];
/* kernel.ld */
extern u8 _image_start[], _image_end[], _text_start[], _text_end[];

/* entry.S */
void double_fault_stub(void);
struct task_struct *switch_stacks(unsigned long *save_esp, unsigned long new_esp, struct task_struct *prev);

/* vdso_images.S */
extern const u8 vdso_int80[], vdso_int80_end[], vdso_sysenter[], vdso_sysenter_end[];

/* desc.c */
void sysenter_init(void);
void set_kernel_stack(unsigned long top);
const struct tss *interrupted_tss(void);

/* process.c: a selector that cannot be loaded becomes 0 */
void set_user_gs(u32 gs);

/* tls.c */
int set_tls_desc(struct task_struct *task, const struct user_desc *info);
void load_tls(struct task_struct *task);

/* fpu.c */
void fpu_init(void);
void fpu_switch(struct task_struct *prev);
void fpu_forget(struct task_struct *task);
extern u32 mxcsr_feature_mask;

/* memmap.c, multiboot.c */
void multiboot_read(phys_addr_t info);
void memmap_add(u64 start, u64 end, unsigned int type);
void memmap_finish(void);
void boot_reserve(phys_addr_t start, phys_addr_t end);
void boot_mapped_to(phys_addr_t end);
#define BOOT_MAP_SIZE	0x800000ul	/* what head.S maps */

/* irq.c, time.c */
void pic_init(void);
void timer_interrupt(struct pt_regs *regs);
void enable_timer_irq(void);
u32 rtc_read(void);

/* backtrace.c */
void backtrace(unsigned long ebp, unsigned long eip);

asmlinkage __noreturn void i386_start(u32 magic, phys_addr_t info);

#endif
