/* SPDX-License-Identifier: MIT */
/*
 * /proc files about the whole machine that no other part of the kernel registers itself, in
 * Linux's formats (Linux Documentation/filesystems/proc.rst, section 1.2 on).
 */
#include <arch/processor.h>
#include <quire/cmdline.h>
#include <quire/irq.h>
#include <quire/kernel.h>
#include <quire/math64.h>
#include <quire/mount.h>
#include <quire/specfs.h>
#include <quire/string.h>
#include <quire/utsname.h>

#include "proc_internal.h"

#define NR_IRQ_LINES 16
#define CENTISECOND (NSEC_PER_SEC / 100)
#define TICKS_TO_USER(t) div_u64((t) * USER_HZ, HZ)

static int version_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s version %s (i686-quire-gcc) %s\n", system_utsname.sysname,
		   system_utsname.release, system_utsname.version);
	return 0;
}

static int cmdline_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", boot_command_line);
	return 0;
}

static int uptime_show(struct seq_file *m, void *v)
{
	u64 up = div_u64(ktime_get(), CENTISECOND);
	u64 idle = div_u64((cpu_times.idle + cpu_times.iowait) * 100, HZ);

	seq_printf(m, "%llu.%02llu %llu.%02llu\n", div_u64(up, 100), up - div_u64(up, 100) * 100,
		   div_u64(idle, 100), idle - div_u64(idle, 100) * 100);
	return 0;
}

#define LOAD_INT(x) ((x) >> FSHIFT)
#define LOAD_FRAC(x) LOAD_INT(((x) & (FIXED_1 - 1)) * 100)

static int loadavg_show(struct seq_file *m, void *v)
{
	unsigned long load[3];
	int i;

	for (i = 0; i < 3; i++) {
		load[i] = avenrun[i] + FIXED_1 / 200; /* rounded to hundredths */
		seq_printf(m, "%lu.%02lu ", LOAD_INT(load[i]), LOAD_FRAC(load[i]));
	}
	seq_printf(m, "%u/%d %d\n", nr_running(), nr_threads, last_pid_given());
	return 0;
}

static void show_cpu_line(struct seq_file *m, const char *name)
{
	seq_printf(m, "%s %llu %llu %llu %llu %llu 0 0 0 0 0\n", name, TICKS_TO_USER(cpu_times.user),
		   TICKS_TO_USER(cpu_times.nice), TICKS_TO_USER(cpu_times.system),
		   TICKS_TO_USER(cpu_times.idle), TICKS_TO_USER(cpu_times.iowait));
}

static int stat_show(struct seq_file *m, void *v)
{
	u64 total = 0, boot;
	int irq;

	show_cpu_line(m, "cpu ");
	show_cpu_line(m, "cpu0");
	for (irq = 0; irq < NR_IRQ_LINES; irq++)
		total += irq_count(irq);
	seq_printf(m, "intr %llu", total);
	for (irq = 0; irq < NR_IRQ_LINES; irq++)
		seq_printf(m, " %llu", irq_count(irq));
	boot = div_u64(ktime_get_real() - ktime_get(), NSEC_PER_SEC);
	seq_printf(m, "\nctxt %llu\nbtime %llu\nprocesses %lu\nprocs_running %u\nprocs_blocked %u\n",
		   nr_context_switches(), boot, total_forks, nr_running(), nr_iowait());
	return 0;
}

static int interrupts_show(struct seq_file *m, void *v)
{
	unsigned int action;
	const char *name;
	int irq;

	seq_puts(m, "           CPU0\n");
	for (irq = 0; irq < NR_IRQ_LINES; irq++) {
		if (!irq_action_name(irq, 0))
			continue;
		seq_printf(m, "%3d: %10llu  XT-PIC  ", irq, irq_count(irq));
		for (action = 0; (name = irq_action_name(irq, action)) != NULL; action++)
			seq_printf(m, "%s%s", action ? ", " : "", name);
		seq_putc(m, '\n');
	}
	return 0;
}

/* CPUID 1 edx, by bit; Intel SDM volume 2, CPUID */
static const char *const feature_names[32] = {
	"fpu", "vme", "de", "pse", "tsc", "msr", "pae", "mce", "cx8", "apic", NULL, "sep", "mtrr", "pge",
	"mca", "cmov", "pat", "pse36", "pn", "clflush", NULL, "dts", "acpi", "mmx", "fxsr", "sse", "sse2",
	"ss", "ht", "tm", "ia64", "pbe",
};

static int cpuinfo_show(struct seq_file *m, void *v)
{
	unsigned int i, khz = tsc_khz();

	seq_printf(m, "processor\t: 0\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\n",
		   boot_cpu.vendor, boot_cpu.family, boot_cpu.model);
	seq_printf(m, "model name\t: %s\nstepping\t: %u\ncpu MHz\t\t: %u.%03u\nflags\t\t:",
		   boot_cpu.model_name, boot_cpu.stepping, khz / 1000, khz % 1000);
	for (i = 0; i < ARRAY_SIZE(feature_names); i++)
		if (boot_cpu.features >> i & 1 && feature_names[i])
			seq_printf(m, " %s", feature_names[i]);
	seq_printf(m, "\nbogomips\t: %u.%02u\n\n", khz / 500, khz / 5 % 100);
	return 0;
}

void proc_misc_init(void)
{
	proc_create_show("version", 0444, version_show);
	proc_create_show("cmdline", 0444, cmdline_show);
	proc_create_show("uptime", 0444, uptime_show);
	proc_create_show("loadavg", 0444, loadavg_show);
	proc_create_show("stat", 0444, stat_show);
	proc_create_show("interrupts", 0444, interrupts_show);
	proc_create_show("cpuinfo", 0444, cpuinfo_show);
	proc_create_show("filesystems", 0444, filesystems_show);
	proc_create_show("mounts", 0444, mounts_show);
	proc_create_show("devices", 0444, chrdevs_show);
}

/* ---- /proc/sys/kernel ---- */

static int hostname_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", system_utsname.nodename);
	return 0;
}

static int hostname_write(char *line, size_t len)
{
	line[strcspn(line, "\n")] = '\0';
	mutex_lock(&uts_lock);
	strlcpy(system_utsname.nodename, line, sizeof(system_utsname.nodename));
	mutex_unlock(&uts_lock);
	return 0;
}

static int ostype_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", system_utsname.sysname);
	return 0;
}

static int osrelease_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%s\n", system_utsname.release);
	return 0;
}

static int pid_max_show(struct seq_file *m, void *v)
{
	seq_printf(m, "%d\n", PID_MAX);
	return 0;
}

#define THREADS_MAX_LIMIT 32768

void proc_sys_init(void)
{
	proc_create_rw("sys/kernel/hostname", 0644, hostname_show, hostname_write);
	proc_create_show("sys/kernel/ostype", 0444, ostype_show);
	proc_create_show("sys/kernel/osrelease", 0444, osrelease_show);
	proc_create_show("sys/kernel/pid_max", 0444, pid_max_show);
	sysctl_register_int("sys/kernel/threads-max", &max_threads, 1, THREADS_MAX_LIMIT, NULL);
}
