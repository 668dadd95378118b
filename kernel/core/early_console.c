/* SPDX-License-Identifier: MIT */
/*
 * Consoles for the first moments: the serial port and the VGA text screen, written by polling. They
 * are there before anything else works and make way when the tty layer's drivers register under the
 * same names. A port that does not answer is left alone, so a machine without one loses no time.
 */
#include <arch/io.h>
#include <arch/page_types.h>
#include <arch/setup.h>
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/string.h>

#define COM1		0x3f8
#define UART_DATA	0
#define UART_IER	1
#define UART_FCR	2
#define UART_LCR	3
#define UART_MCR	4
#define UART_LSR	5
#define UART_SCRATCH	7
#define LCR_DLAB	0x80
#define LCR_8N1		0x03
#define MCR_DTR_RTS	0x03
#define FCR_ENABLE	0x07
#define LSR_THR_EMPTY	0x20
#define DIVISOR_115200	1
#define UART_SPINS	100000		/* give up on a port that is stuck */

#define VGA_BASE	0xb8000ul
#define VGA_COLS	80
#define VGA_ROWS	25
#define VGA_ATTR	0x0700u		/* grey on black */

static void serial_putc(char c)
{
	for (unsigned int i = 0; i < UART_SPINS && !(inb(COM1 + UART_LSR) & LSR_THR_EMPTY); i++)
		;
	outb((u8)c, COM1 + UART_DATA);
}

static void serial_write(struct console *con, const char *buf, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (buf[i] == '\n')
			serial_putc('\r');
		serial_putc(buf[i]);
	}
}

static bool serial_probe(void)
{
	outb(0x5a, COM1 + UART_SCRATCH);
	if (inb(COM1 + UART_SCRATCH) != 0x5a)
		return false;
	outb(0, COM1 + UART_IER);
	outb(LCR_DLAB, COM1 + UART_LCR);
	outb(DIVISOR_115200, COM1 + UART_DATA);
	outb(0, COM1 + UART_IER);
	outb(LCR_8N1, COM1 + UART_LCR);
	outb(FCR_ENABLE, COM1 + UART_FCR);
	outb(MCR_DTR_RTS, COM1 + UART_MCR);
	return true;
}

static unsigned int vga_row, vga_col;

static void vga_newline(volatile u16 *screen)
{
	vga_col = 0;
	if (++vga_row < VGA_ROWS)
		return;
	vga_row = VGA_ROWS - 1;
	for (unsigned int i = 0; i < (VGA_ROWS - 1) * VGA_COLS; i++)
		screen[i] = screen[i + VGA_COLS];
	for (unsigned int i = 0; i < VGA_COLS; i++)
		screen[(VGA_ROWS - 1) * VGA_COLS + i] = VGA_ATTR | ' ';
}

static void vga_write(struct console *con, const char *buf, size_t len)
{
	volatile u16 *screen = __va(VGA_BASE);

	for (size_t i = 0; i < len; i++) {
		if (buf[i] == '\n' || vga_col == VGA_COLS)
			vga_newline(screen);
		if (buf[i] != '\n')
			screen[vga_row * VGA_COLS + vga_col++] = VGA_ATTR | (u8)buf[i];
	}
}

static struct console early_serial = { .name = "ttyS0", .write = serial_write, .flags = CON_BOOT };
static struct console early_vga = { .name = "tty0", .write = vga_write, .flags = CON_BOOT };

void early_console_init(void)
{
	volatile u16 *screen = __va(VGA_BASE);

	for (unsigned int i = 0; i < VGA_ROWS * VGA_COLS; i++)
		screen[i] = VGA_ATTR | ' ';
	register_console(&early_vga);
	if (serial_probe())
		register_console(&early_serial);
}
