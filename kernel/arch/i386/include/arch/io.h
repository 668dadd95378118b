/* SPDX-License-Identifier: MIT */
/*
 * I/O ports and device memory.
 */
#ifndef ARCH_IO_H
#define ARCH_IO_H

#include <quire/types.h>

static inline void outb(u8 v, u16 port) { __asm__ __volatile__("outb %0, %1" : : "a" (v), "Nd" (port) : "memory"); }
static inline void outw(u16 v, u16 port) { __asm__ __volatile__("outw %0, %1" : : "a" (v), "Nd" (port) : "memory"); }
static inline void outl(u32 v, u16 port) { __asm__ __volatile__("outl %0, %1" : : "a" (v), "Nd" (port) : "memory"); }

static inline u8 inb(u16 port)
{
	u8 v;

	__asm__ __volatile__("inb %1, %0" : "=a" (v) : "Nd" (port) : "memory");
	return v;
}

static inline u16 inw(u16 port)
{
	u16 v;

	__asm__ __volatile__("inw %1, %0" : "=a" (v) : "Nd" (port) : "memory");
	return v;
}

static inline u32 inl(u16 port)
{
	u32 v;

	__asm__ __volatile__("inl %1, %0" : "=a" (v) : "Nd" (port) : "memory");
	return v;
}

/* count words from or to a port (PIO transfers). */
static inline void insw(u16 port, void *buf, unsigned long count)
{
	__asm__ __volatile__("rep; insw" : "+D" (buf), "+c" (count) : "d" (port) : "memory");
}

static inline void outsw(u16 port, const void *buf, unsigned long count)
{
	__asm__ __volatile__("rep; outsw" : "+S" (buf), "+c" (count) : "d" (port) : "memory");
}

/* About a microsecond, for old devices: a write to a port that nobody owns. */
static inline void io_delay(void) { outb(0, 0x80); }

static inline u8 readb(const volatile void __iomem *p) { return *(const volatile __force u8 *)p; }
static inline u16 readw(const volatile void __iomem *p) { return *(const volatile __force u16 *)p; }
static inline u32 readl(const volatile void __iomem *p) { return *(const volatile __force u32 *)p; }
static inline void writeb(u8 v, volatile void __iomem *p) { *(volatile __force u8 *)p = v; }
static inline void writew(u16 v, volatile void __iomem *p) { *(volatile __force u16 *)p = v; }
static inline void writel(u32 v, volatile void __iomem *p) { *(volatile __force u32 *)p = v; }

#endif
