/* SPDX-License-Identifier: MIT */
/*
 * Registers of the 16550 UART.
 */
#ifndef TTY_SERIAL_REGS_H
#define TTY_SERIAL_REGS_H

#define SERIAL_CLOCK	115200u		/* divisor 1 */

#define UART_DATA	0		/* with LCR_DLAB: divisor, low byte */
#define UART_IER	1		/* with LCR_DLAB: divisor, high byte */
#define UART_IIR	2		/* read */
#define UART_FCR	2		/* write */
#define UART_LCR	3
#define UART_MCR	4
#define UART_LSR	5
#define UART_MSR	6
#define UART_SCRATCH	7

#define IER_RX		0x01
#define IER_THR_EMPTY	0x02
#define IIR_NONE	0x01
#define FCR_ENABLE	0x01
#define FCR_CLEAR	0x06
#define FCR_TRIGGER_8	0x80
#define LCR_8BITS	0x03
#define LCR_STOP2	0x04
#define LCR_PARITY	0x08
#define LCR_EVEN	0x10
#define LCR_DLAB	0x80
#define MCR_DTR		0x01
#define MCR_RTS		0x02
#define MCR_OUT2	0x08		/* lets the interrupt out on PCs */
#define LSR_DATA_READY	0x01
#define LSR_BREAK	0x10
#define LSR_THR_EMPTY	0x20

#endif
