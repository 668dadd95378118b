/* SPDX-License-Identifier: MIT */
/*
 * The descriptor tables of each CPU: GDT with the percpu segment that %fs selects, the TSS that
 * holds the kernel stack pointer for entries from user mode, and a second TSS with a stack of its
 * own for the double fault. sysenter, which does not look at the TSS, is given the address of that
 * pointer for a stack; its first instruction goes on from there to the task's stack.
 *
 * All other segments are flat. %fs is valid only after desc_init(), so that function is the first C
 * code that runs and uses neither `current` nor a lock.
 */
#include <arch/desc.h>
#include <arch/pgtable.h>
#include <arch/processor.h>
#include <arch/traps.h>
#include <quire/assert.h>
#include <quire/percpu.h>
#include <quire/string.h>
#include "internal.h"

#define ACC_PRESENT	0x8000u
#define ACC_DPL3	0x6000u
#define ACC_CODE	0x1a00u		/* code, readable */
#define ACC_DATA	0x1200u		/* data, writable */
#define ACC_TSS		0x0900u		/* 32-bit TSS, available */
#define FLAG_32		0x00400000u
#define FLAG_PAGES	0x00800000u
#define LIMIT_ALL	0xfffffu
#define DF_STACK_SIZE	4096
#define ENTRY_STACK_SIZE 2048

/* What a debug exception or an NMI before sysenter's first instruction pushes goes below esp0. */
struct cpu_entry {
	u8 stack[ENTRY_STACK_SIZE];
	struct tss tss;			/* its link, lowest, is never used: no task calls another */
};

struct percpu percpu_area[NR_CPUS];
static struct desc gdt[NR_CPUS][GDT_ENTRIES] __aligned(16);
static struct cpu_entry cpu_entry[NR_CPUS] __aligned(16);
static struct tss df_tss[NR_CPUS];
static u8 df_stack[NR_CPUS][DF_STACK_SIZE] __aligned(16);

static struct desc make_desc(unsigned long base, u32 limit, u32 access)
{
	return (struct desc){
		.a = (base & 0xffff) << 16 | (limit & 0xffff),
		.b = (base & 0xff000000u) | (limit & 0xf0000u) | (base >> 16 & 0xff) | access,
	};
}

void set_gdt_tls(const struct desc tls[GDT_TLS_ENTRIES])
{
	memcpy(&gdt[smp_processor_id()][GDT_TLS_MIN], tls, GDT_TLS_ENTRIES * sizeof(*tls));
}

static void load_gdt(unsigned int cpu)
{
	struct desc_ptr ptr = { .limit = sizeof(gdt[cpu]) - 1, .base = (u32)gdt[cpu] };

	__asm__ __volatile__("lgdt %0\n\t"
			     "ljmp %1, $1f\n1:\n\t"
			     "movl %2, %%ds\n\tmovl %2, %%es\n\t"
			     "movl %3, %%ss\n\t"
			     "movl %4, %%fs\n\t"
			     "movl %5, %%gs"
			     : : "m" (ptr), "i" (KERNEL_CS), "r" (USER_DS), "r" (KERNEL_DS),
			     "r" (PERCPU_SEL), "r" (0) : "memory");
}

static void init_tss(unsigned int cpu)
{
	struct tss *tss = &cpu_entry[cpu].tss, *df = &df_tss[cpu];

	tss->ss0 = KERNEL_DS;
	tss->esp0 = (u32)boot_stack + KSTACK_SIZE;
	tss->io_map_base = sizeof(struct tss);	/* beyond the limit: no port for user mode */
	df->io_map_base = sizeof(struct tss);
	df->cr3 = __pa(swapper_pg_dir);
	df->eip = (u32)double_fault_stub;
	df->eflags = X86_EFLAGS_FIXED;
	df->esp = (u32)df_stack[cpu] + DF_STACK_SIZE;
	df->cs = KERNEL_CS;
	df->ss = KERNEL_DS;
	df->ds = df->es = USER_DS;
	df->fs = PERCPU_SEL;
}

void desc_init(void)
{
	const unsigned int cpu = 0;
	struct percpu *pc = &percpu_area[cpu];
	struct desc *g = gdt[cpu];

	pc->self = pc;
	pc->cpu = cpu;
	pc->task = &init_task;
	pc->kstack_top = (unsigned long)boot_stack + KSTACK_SIZE;
	init_tss(cpu);
	g[GDT_KERNEL_CS] = make_desc(0, LIMIT_ALL, ACC_PRESENT | ACC_CODE | FLAG_32 | FLAG_PAGES);
	g[GDT_KERNEL_DS] = make_desc(0, LIMIT_ALL, ACC_PRESENT | ACC_DATA | FLAG_32 | FLAG_PAGES);
	g[GDT_USER_CS] = make_desc(0, LIMIT_ALL, ACC_PRESENT | ACC_CODE | ACC_DPL3 | FLAG_32 | FLAG_PAGES);
	g[GDT_USER_DS] = make_desc(0, LIMIT_ALL, ACC_PRESENT | ACC_DATA | ACC_DPL3 | FLAG_32 | FLAG_PAGES);
	g[GDT_PERCPU] = make_desc((unsigned long)pc, sizeof(*pc) - 1, ACC_PRESENT | ACC_DATA | FLAG_32);
	g[GDT_TSS] = make_desc((unsigned long)&cpu_entry[cpu].tss, sizeof(struct tss) - 1, ACC_PRESENT | ACC_TSS);
	g[GDT_DF_TSS] = make_desc((unsigned long)&df_tss[cpu], sizeof(struct tss) - 1, ACC_PRESENT | ACC_TSS);
	load_gdt(cpu);
	/* A reset leaves LDTR at address 0, 64 KiB long (SDM vol. 3, 9.1.1): programs could put gates there. */
	__asm__ __volatile__("lldt %w0" : : "r" (0));
	__asm__ __volatile__("ltr %w0" : : "r" (TSS_SEL));
}

/* Intel SDM, vol. 2, SYSENTER: %cs, then %ss, then the user's two, in this order in the GDT. */
static_assert(KERNEL_DS == KERNEL_CS + 8 && (USER_CS & ~3) == KERNEL_CS + 16 &&
	      (USER_DS & ~3) == KERNEL_CS + 24, "the order of segments that sysenter and sysexit want");

void sysenter_init(void)
{
	if (!boot_cpu.sysenter)
		return;
	wrmsr(MSR_SYSENTER_CS, KERNEL_CS);
	wrmsr(MSR_SYSENTER_ESP, (u32)&cpu_entry[smp_processor_id()].tss.esp0);
	wrmsr(MSR_SYSENTER_EIP, (u32)sysenter_stub);
}

void set_kernel_stack(unsigned long top)
{
	cpu_entry[smp_processor_id()].tss.esp0 = top;
	percpu_write(kstack_top, top);
}

/* The registers at a double fault: the hardware saved them in the task's TSS. */
const struct tss *interrupted_tss(void)
{
	return &cpu_entry[smp_processor_id()].tss;
}
