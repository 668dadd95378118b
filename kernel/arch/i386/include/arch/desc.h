/* SPDX-License-Identifier: MIT */
/*
 * Descriptor tables: selectors as Linux i386 has them where user space can see them (user CS 0x73,
 * DS 0x7b, TLS entries 6 to 8), descriptors, the TSS, set_thread_area's structure.
 */
#ifndef ARCH_DESC_H
#define ARCH_DESC_H

#define GDT_TLS_MIN	6
#define GDT_TLS_ENTRIES	3
#define GDT_TLS_MAX	(GDT_TLS_MIN + GDT_TLS_ENTRIES - 1)
#define GDT_KERNEL_CS	12
#define GDT_KERNEL_DS	13
#define GDT_USER_CS	14
#define GDT_USER_DS	15
#define GDT_TSS		16
#define GDT_PERCPU	27
#define GDT_DF_TSS	31
#define GDT_ENTRIES	32

#define KERNEL_CS	(GDT_KERNEL_CS * 8)
#define KERNEL_DS	(GDT_KERNEL_DS * 8)
#define USER_CS		(GDT_USER_CS * 8 + 3)
#define USER_DS		(GDT_USER_DS * 8 + 3)
#define TSS_SEL		(GDT_TSS * 8)
#define PERCPU_SEL	(GDT_PERCPU * 8)
#define DF_TSS_SEL	(GDT_DF_TSS * 8)

#define SYSCALL_VECTOR	0x80
#define IRQ_VECTOR_BASE	0x20

#ifndef __ASSEMBLY__
#include <quire/types.h>

struct desc {
	u32 a, b;
};

struct desc_ptr {
	u16 limit;
	u32 base;
} __packed;

struct tss {
	u32 link, esp0, ss0, esp1, ss1, esp2, ss2, cr3;
	u32 eip, eflags, eax, ecx, edx, ebx, esp, ebp, esi, edi;
	u32 es, cs, ss, ds, fs, gs, ldt;
	u16 trace, io_map_base;
};
static_assert(sizeof(struct tss) == 104, "TSS");

/* What set_thread_area and clone(CLONE_SETTLS) pass. */
struct user_desc {
	u32 entry_number;
	u32 base_addr;
	u32 limit;
	u32 seg_32bit : 1;
	u32 contents : 2;
	u32 read_exec_only : 1;
	u32 limit_in_pages : 1;
	u32 seg_not_present : 1;
	u32 useable : 1;
};

void desc_init(void);			/* GDT, TSS, percpu segment: loaded, on this CPU */
void idt_init(void);
void set_gdt_tls(const struct desc tls[GDT_TLS_ENTRIES]);
#endif

#endif
