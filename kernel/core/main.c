/* SPDX-License-Identifier: MIT */
/*
 * Start-up, in one list: which part of the kernel is initialised when, and why in this order.
 *
 * start_kernel() runs on the boot stack with interrupts off, as what becomes the idle task; nothing
 * in it may sleep. What may sleep (drivers that wait for interrupts, file systems) belongs in
 * kernel_init(), the task that becomes process 1. Every part adds its own line here, behind what it
 * needs.
 */
#include <arch/processor.h>
#include <arch/setup.h>
#include <arch/vdso.h>
#include <quire/assert.h>
#include <quire/blkdev.h>
#include <quire/cmdline.h>
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/gfp.h>
#include <quire/highmem.h>
#include <quire/irqflags.h>
#include <quire/ktest.h>
#include <quire/ktime.h>
#include <quire/mm.h>
#include <quire/observe.h>
#include <quire/page_lists.h>
#include <quire/pagemap.h>
#include <quire/pci.h>
#include <quire/printk.h>
#include <quire/reclaim.h>
#include <quire/reboot.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/swap.h>
#include <quire/tty.h>
#include <quire/vmalloc.h>
#include <quire/vmstat.h>

#include "shm_internal.h"

#define EXIT_CODE_KTEST	0x32		/* debug exit: self-tests failed */
#define EXIT_CODE_OK	0x30		/* debug exit: self-tests passed, nothing else was wanted */

static const char *init_path;
static bool ktest_only;

static int set_init(const char *v)
{
	init_path = v;
	return 0;
}
BOOT_OPTION("init=", set_init, "the first program (/sbin/init)");

static int set_ktest_only(const char *v)
{
	ktest_only = true;
	return 0;
}
BOOT_OPTION("ktest_only", set_ktest_only, "leave QEMU by its debug exit after the self-tests");

/* Standard input, output and error of process 1. Without a console it runs all the same. */
static void open_console(void)
{
	struct file *file = filp_open("/dev/console", O_RDWR, 0);

	if (IS_ERR(file)) {
		pr_warn("no /dev/console (%ld): init runs without one\n", PTR_ERR(file));
		return;
	}
	for (int i = 0; i < 3; i++) {
		int fd = get_unused_fd(0);

		if (fd < 0)
			break;
		get_file(file);
		fd_install((unsigned int)fd, file);
	}
	fput(file);
}

static int try_init(const char *path)
{
	int err;

	init_argv[0] = path;
	err = kernel_execve(path, init_argv, init_envp);
	if (err && err != -ENOENT)
		pr_err("init: %s cannot be run: error %d\n", path, err);
	return err;
}

/* => 0 when the new program is in place: returning from the thread's function enters it. */
static int run_init(void)
{
	static const char *const places[] = { "/sbin/init", "/etc/init", "/bin/init", "/init", "/bin/sh" };

	if (init_path) {
		if (!try_init(init_path))
			return 0;
		panic("init=%s cannot be run", init_path);
	}
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (!try_init(places[i]))
			return 0;
	panic("no init found: tried /sbin/init, /etc/init, /bin/init, /init, /bin/sh; see init= and root=");
}

static void run_self_tests(void)
{
	int failures = ktest_run();

	if (ktest_only)
		debug_exit(failures ? EXIT_CODE_KTEST : EXIT_CODE_OK);
}

static int kernel_init(void *unused)
{
	vfs_init();
	vdso_init();
	observe_init();			/* files in /proc */
	shm_proc_init();
	acpi_init();
	tty_init();
	vt_init();			/* before serial: without console= the screen is /dev/console */
	serial_init();
	keyboard_init();
	pty_init();
	reclaim_threads_start();
	oom_reaper_start();
	blkdev_init();
	pci_init();
	virtio_blk_init();
	ata_init();
	run_self_tests();
	prepare_namespace();
	open_console();
	return run_init();
}

__noreturn void start_kernel(void)
{
	cmdline_parse_early();
	pr_notice("Quire, a small Unix-like system for the 32-bit PC\n");
	pr_info("command line: %s\n", skip_spaces(boot_command_line));
	setup_arch();			/* memory map, page tables: before any allocator */
	mem_init();			/* zones own all free frames from here on */
	page_lists_init();
	kmem_cache_init();
	vmalloc_init();
	kmap_init();
	cmdline_parse();		/* options that may allocate */
	init_irq();
	sched_init();
	time_init();			/* the tick needs the scheduler */
	page_cache_init();
	reclaim_init();
	swap_init();
	mmap_init();
	fork_init();
	oom_kill_init();
	local_irq_enable();
	if (kernel_thread(kernel_init, NULL, "init") < 0)
		panic("the first task cannot be created");
	cpu_idle();
}
