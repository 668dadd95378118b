/* SPDX-License-Identifier: MIT */
/*
 * reboot(2): the file systems are flushed and closed, then the machine is turned off, restarted or halted.
 */
#include <arch/processor.h>
#include <quire/errno.h>
#include <quire/fs.h>
#include <quire/irqflags.h>
#include <quire/printk.h>
#include <quire/reboot.h>
#include <quire/sched.h>
#include <quire/signal.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

/* Two words that nobody passes by accident: Linux's. */
#define REBOOT_MAGIC1 0xfee1deadu
#define REBOOT_MAGIC2 672274793u	/* and three birthdays */
#define REBOOT_MAGIC2A 85072278u
#define REBOOT_MAGIC2B 369367448u
#define REBOOT_MAGIC2C 537993216u

#define REBOOT_CMD_RESTART 0x01234567u
#define REBOOT_CMD_HALT 0xcdef0123u
#define REBOOT_CMD_CAD_ON 0x89abcdefu
#define REBOOT_CMD_CAD_OFF 0x00000000u
#define REBOOT_CMD_POWER_OFF 0x4321fedcu
#define REBOOT_CMD_RESTART2 0xa1b2c3d4u

void (*pm_power_off)(void);

void kernel_halt(void)
{
	vfs_shutdown();
	pr_notice("system halted\n");
	machine_halt();
}

void kernel_power_off(void)
{
	vfs_shutdown();
	pr_notice("power off\n");
	if (pm_power_off)
		pm_power_off();
	pr_warn("the machine cannot be turned off by software: halted\n");
	machine_halt();
}

void kernel_restart(void)
{
	vfs_shutdown();
	pr_notice("restart\n");
	machine_restart();
}

/* Does Ctrl-Alt-Del restart at once?  Until init says that it wants to hear of it. */
static bool cad_restarts = true;

void ctrl_alt_del(void)
{
	if (cad_restarts)
		machine_restart();
	(void)kill_proc(INIT_PID, SIGINT, 1);
}

static bool magic_ok(int magic1, int magic2)
{
	u32 m2 = (u32)magic2;

	return (u32)magic1 == REBOOT_MAGIC1 && (m2 == REBOOT_MAGIC2 || m2 == REBOOT_MAGIC2A ||
						m2 == REBOOT_MAGIC2B || m2 == REBOOT_MAGIC2C);
}

long sys_reboot(int magic1, int magic2, unsigned int cmd, void __user *arg)
{
	if (!capable())
		return -EPERM;
	if (!magic_ok(magic1, magic2))
		return -EINVAL;
	switch (cmd) {
	case REBOOT_CMD_CAD_ON:
	case REBOOT_CMD_CAD_OFF:
		cad_restarts = cmd == REBOOT_CMD_CAD_ON;
		return 0;
	case REBOOT_CMD_HALT:
		kernel_halt();
	case REBOOT_CMD_POWER_OFF:
		kernel_power_off();
	case REBOOT_CMD_RESTART:
	case REBOOT_CMD_RESTART2:
		kernel_restart();
	default:
		return -EINVAL;
	}
}
