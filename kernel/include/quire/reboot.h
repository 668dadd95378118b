/* SPDX-License-Identifier: MIT */
/*
 * The end of the machine's day.  reboot(2) syncs and closes the file systems, then calls one of
 * these.
 */
#ifndef QUIRE_REBOOT_H
#define QUIRE_REBOOT_H

#include <quire/types.h>

/* Set by a driver that can turn the machine off (ACPI); NULL: nobody can, the machine halts.  May return when it
 * failed. */
extern void (*pm_power_off)(void);

/* drivers/acpi.c, at boot: reads the firmware's tables and sets pm_power_off if they allow it. */
void acpi_init(void);

/* File systems written and closed, then off, restart or halt.  Task context. */
void kernel_power_off(void) __attribute__((noreturn));
void kernel_restart(void) __attribute__((noreturn));
void kernel_halt(void) __attribute__((noreturn));

/* The three keys, from any context: init gets SIGINT; before it has asked for that (reboot(2)), and with another init
 * that never does, the machine restarts at once, as with Linux. */
void ctrl_alt_del(void);

#endif
