/* SPDX-License-Identifier: MIT */
/*
 * The 16550 serial ports (ttyS0, ttyS1), by interrupt with FIFOs, and the kernel's console on them.
 *
 * Output goes into a ring; the interrupt fills the chip's FIFO from it. Input goes from the chip to
 * the terminal's raw ring; when that is full the receive interrupt is turned off and RTS dropped,
 * so the sender waits (a real one by hardware flow control, QEMU because the chip's FIFO stays
 * full), until unthrottle. printk writes by polling past the ring: what it says is out before it
 * returns, even in a panic.
 *
 * Locking: port->lock, interrupts off, guards the ring and the chip's registers. tty_input() is
 * called with it held (port->lock -> raw.lock); wake-ups come after it is dropped.
 */
#include <arch/io.h>
#include <quire/errno.h>
#include <quire/irq.h>
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/tty.h>
#include "serial_regs.h"

#define OUT_SIZE	4096u		/* a power of two */
#define FIFO_SIZE	16u
#define IRQ_LOOPS	64		/* rounds in one interrupt; a broken chip must not hang the machine */
#define TX_SPINS	200000		/* polling gives up on a port that is stuck */

struct serial_port {
	const char *name;
	u16 base;
	int irq;
	bool present;
	struct tty_struct *tty;

	spinlock_t lock;
	u8 ier;				/* what IER holds */
	bool stopped;			/* ^S: the ring waits */
	u32 head, tail;			/* free-running */
	u8 out[OUT_SIZE];
	struct console con;
};

static struct serial_port ports[] = {
	{ .name = "ttyS0", .base = 0x3f8, .irq = 4 },
	{ .name = "ttyS1", .base = 0x2f8, .irq = 3 },
};

static u8 reg_read(const struct serial_port *p, u16 reg)
{
	return inb(p->base + reg);
}

static void reg_write(const struct serial_port *p, u16 reg, u8 v)
{
	outb(v, p->base + reg);
}

static void set_ier(struct serial_port *p, u8 ier)
{
	if (p->ier == ier)
		return;
	p->ier = ier;
	reg_write(p, UART_IER, ier);
}

/* Fill the chip's FIFO from the ring; the transmit interrupt is on as long as there is more. */
static void send_locked(struct serial_port *p)
{
	bool more = p->head != p->tail && !p->stopped;

	if (more && reg_read(p, UART_LSR) & LSR_THR_EMPTY) {
		for (unsigned int i = 0; i < FIFO_SIZE && p->head != p->tail; i++)
			reg_write(p, UART_DATA, p->out[p->tail++ % OUT_SIZE]);
		more = p->head != p->tail;
	}
	set_ier(p, (u8)(more ? p->ier | IER_THR_EMPTY : p->ier & ~IER_THR_EMPTY));
}

static void throttle_locked(struct serial_port *p)
{
	set_ier(p, p->ier & ~IER_RX);
	reg_write(p, UART_MCR, MCR_DTR | MCR_OUT2);
}

/* A byte is read from the chip only when the ring has room for it, so none is lost here. */
static void receive_locked(struct serial_port *p)
{
	u8 lsr = reg_read(p, UART_LSR);

	while (lsr & LSR_DATA_READY) {
		u8 c;

		if (!tty_input_room(p->tty)) {
			throttle_locked(p);
			return;
		}
		c = reg_read(p, UART_DATA);
		if (lsr & LSR_BREAK)
			tty_input_break(p->tty);
		else
			(void)tty_input(p->tty, &c, 1);
		lsr = reg_read(p, UART_LSR);
	}
}

static irqreturn_t serial_interrupt(int irq, void *dev)
{
	struct serial_port *p = dev;
	bool mine = false, sent = false;

	spin_lock(&p->lock);
	for (int i = 0; i < IRQ_LOOPS && !(reg_read(p, UART_IIR) & IIR_NONE); i++) {
		mine = true;
		if (p->ier & IER_RX)
			receive_locked(p);
		(void)reg_read(p, UART_MSR);
		if (p->ier & IER_THR_EMPTY) {
			send_locked(p);
			sent = true;
		}
	}
	spin_unlock(&p->lock);
	if (sent)
		tty_write_wakeup(p->tty);
	return mine ? IRQ_HANDLED : IRQ_NONE;
}

static size_t serial_write(struct tty_struct *tty, const u8 *buf, size_t n)
{
	struct serial_port *p = tty->driver_data;
	unsigned long flags;
	size_t done;

	spin_lock_irqsave(&p->lock, flags);
	for (done = 0; done < n && p->head - p->tail < OUT_SIZE; done++)
		p->out[p->head++ % OUT_SIZE] = buf[done];
	send_locked(p);
	spin_unlock_irqrestore(&p->lock, flags);
	return done;
}

static size_t serial_room(struct tty_struct *tty)
{
	struct serial_port *p = tty->driver_data;

	return OUT_SIZE - (p->head - p->tail);
}

static size_t serial_pending(struct tty_struct *tty)
{
	struct serial_port *p = tty->driver_data;

	return p->head - p->tail;
}

static void serial_flush(struct tty_struct *tty)
{
	struct serial_port *p = tty->driver_data;
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	p->tail = p->head;
	spin_unlock_irqrestore(&p->lock, flags);
}

static void set_stopped(struct tty_struct *tty, bool stopped)
{
	struct serial_port *p = tty->driver_data;
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	p->stopped = stopped;
	send_locked(p);
	spin_unlock_irqrestore(&p->lock, flags);
}

static void serial_stop(struct tty_struct *tty)
{
	set_stopped(tty, true);
}

static void serial_start(struct tty_struct *tty)
{
	set_stopped(tty, false);
}

static void serial_unthrottle(struct tty_struct *tty)
{
	struct serial_port *p = tty->driver_data;
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	reg_write(p, UART_MCR, MCR_DTR | MCR_RTS | MCR_OUT2);
	set_ier(p, p->ier | IER_RX);
	spin_unlock_irqrestore(&p->lock, flags);
}

/* Speed and frame as the termios says; B0 hangs up the modem lines. */
static void serial_set_termios(struct tty_struct *tty, const struct termios2 *old)
{
	struct serial_port *p = tty->driver_data;
	u32 cflag = tty->termios.c_cflag, speed = tty->termios.c_ospeed;
	u32 divisor = speed ? max_t(u32, SERIAL_CLOCK / speed, 1) : 1;
	u8 lcr = (u8)((cflag & CSIZE) >> 4);
	unsigned long flags;

	lcr |= (cflag & CSTOPB ? LCR_STOP2 : 0) | (cflag & PARENB ? LCR_PARITY : 0) |
	       (cflag & PARENB && !(cflag & PARODD) ? LCR_EVEN : 0);
	spin_lock_irqsave(&p->lock, flags);
	reg_write(p, UART_LCR, lcr | LCR_DLAB);
	reg_write(p, UART_DATA, (u8)divisor);
	reg_write(p, UART_IER, (u8)(divisor >> 8));
	reg_write(p, UART_LCR, lcr);
	reg_write(p, UART_IER, p->ier);
	reg_write(p, UART_MCR, speed ? MCR_DTR | MCR_RTS | MCR_OUT2 : MCR_OUT2);
	spin_unlock_irqrestore(&p->lock, flags);
}

static int serial_open(struct tty_struct *tty)
{
	struct serial_port *p = tty->driver_data;

	serial_set_termios(tty, &tty->termios);
	p->stopped = false;
	serial_unthrottle(tty);
	return 0;
}

static void serial_close(struct tty_struct *tty)
{
	struct serial_port *p = tty->driver_data;
	unsigned long flags;

	spin_lock_irqsave(&p->lock, flags);
	set_ier(p, 0);
	p->tail = p->head;
	spin_unlock_irqrestore(&p->lock, flags);
}

static const struct tty_operations serial_ops = {
	.open = serial_open,
	.close = serial_close,
	.write = serial_write,
	.write_room = serial_room,
	.chars_in_buffer = serial_pending,
	.flush_output = serial_flush,
	.stop = serial_stop,
	.start = serial_start,
	.unthrottle = serial_unthrottle,
	.set_termios = serial_set_termios,
};

/* ---- the kernel's console ---- */

static void poll_byte(const struct serial_port *p, u8 c)
{
	for (int i = 0; i < TX_SPINS && !(reg_read(p, UART_LSR) & LSR_THR_EMPTY); i++)
		;
	reg_write(p, UART_DATA, c);
}

static void console_write(struct console *con, const char *buf, size_t len)
{
	struct serial_port *p = con->data;

	bool locked = !panicking && spin_trylock(&p->lock);

	/* First what programs have written: the order on the line is the order in time. */
	while (locked && !p->stopped && p->head != p->tail)
		poll_byte(p, p->out[p->tail++ % OUT_SIZE]);
	for (size_t i = 0; i < len; i++) {
		if (buf[i] == '\n')
			poll_byte(p, '\r');
		poll_byte(p, (u8)buf[i]);
	}
	if (locked)
		spin_unlock(&p->lock);
}

static bool probe(const struct serial_port *p)
{
	static const u8 pattern = 0xa5;

	reg_write(p, UART_SCRATCH, pattern);
	return reg_read(p, UART_SCRATCH) == pattern;
}

static void start_port(struct serial_port *p, unsigned int n)
{
	dev_t dev = MKDEV(TTY_MAJOR, TTYS_MINOR + n);
	int err;

	spin_lock_init_named(&p->lock, "serial port");
	reg_write(p, UART_IER, 0);
	reg_write(p, UART_LCR, LCR_8BITS);
	reg_write(p, UART_FCR, FCR_ENABLE | FCR_CLEAR | FCR_TRIGGER_8);
	reg_write(p, UART_MCR, MCR_DTR | MCR_RTS | MCR_OUT2);
	p->tty = tty_register(p->name, dev, &serial_ops, p);
	if (!p->tty) {
		pr_err("%s: no memory\n", p->name);
		return;
	}
	err = request_irq(p->irq, serial_interrupt, p->name, p);
	if (err) {
		pr_err("%s: irq %d: error %d\n", p->name, p->irq, err);
		return;
	}
	p->present = true;
	p->con = (struct console){ .name = p->name, .write = console_write, .data = p, .dev = dev };
	register_console(&p->con);
	pr_info("%s: 16550 at %#x, irq %d\n", p->name, p->base, p->irq);
}

void serial_init(void)
{
	for (unsigned int n = 0; n < ARRAY_SIZE(ports); n++)
		if (probe(&ports[n]))
			start_port(&ports[n], n);
}
