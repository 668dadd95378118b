/* SPDX-License-Identifier: MIT */
/*
 * init.h: the parts of Quire's init.
 *
 * init mounts what the system needs, then either keeps a shell on each console (console.c) or
 * carries out a job for the host (qrun.c), and in the end takes the system down (power.c).
 */
#ifndef INIT_H
#define INIT_H

#include <stddef.h>

/* What every command starts with. */
#define DEFAULT_PATH "PATH=/bin:/sbin:/usr/bin:/usr/sbin"

/* mounts.c: mount /proc, /dev and what /etc/fstab says, turn swap on, set the host's name. */
void mount_all(void);

/* swap.c: take every swap area out of use. */
void swap_off_all(void);

/* cmdline.c: the value of a word of the kernel's command line, "" for a word without one, NULL for
 * none. The answer stays valid. */
const char *kernel_option(const char *name);

/* console.c: start a shell on each console that exists; a shell of a console has ended. */
void start_consoles(void);
void console_ended(int pid);

/* power.c: end all processes, flush and unmount, then reboot(how). Does not return. */
void power_down(int how) __attribute__((noreturn));

/* qrun.c: do the job on the given disk. Returns when it is done. */
void qrun(const char *disk);

/* log.c: a line on the console. */
void say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif
