/* SPDX-License-Identifier: MIT */
/*
 * The machine's part of start-up, called by start_kernel() in this order.
 */
#ifndef ARCH_SETUP_H
#define ARCH_SETUP_H

/* CPU, memory map (after the early boot options), kernel page tables, FPU. */
void setup_arch(void);
void init_irq(void);

/* core/main.c, from the architecture's first C code: interrupts off, nothing initialised. */
void start_kernel(void) __attribute__((noreturn));

/* core/early_console.c: serial port and VGA text, polled; from the very first on. */
void early_console_init(void);

#endif
