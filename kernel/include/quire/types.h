/* SPDX-License-Identifier: MIT */
/*
 * The integer types of the kernel and the scalar types of its interfaces.
 * A page frame number is an unsigned long; a physical address is a phys_addr_t (32 bits: no PAE).
 * With QUIRE_HOST (host unit tests) what the host's C library names comes from there.
 */
#ifndef QUIRE_TYPES_H
#define QUIRE_TYPES_H

#include <quire/compiler.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef signed char s8;
typedef short s16;
typedef int s32;
typedef long long s64;

#ifdef QUIRE_HOST
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#else
typedef u8 uint8_t;
typedef u16 uint16_t;
typedef u32 uint32_t;
typedef u64 uint64_t;
typedef s8 int8_t;
typedef s16 int16_t;
typedef s32 int32_t;
typedef s64 int64_t;
typedef unsigned long uintptr_t;
typedef long intptr_t;
typedef __SIZE_TYPE__ size_t;
typedef __PTRDIFF_TYPE__ ptrdiff_t;
typedef int ssize_t;

typedef _Bool bool;
#define true	1
#define false	0
#define NULL	((void *)0)

typedef s64 loff_t;		/* a position in a file, everywhere inside the kernel */
typedef long off_t;		/* a position as the old 32-bit system calls pass it */
typedef int pid_t;
typedef u32 uid_t;
typedef u32 gid_t;
typedef u32 mode_t;
typedef u32 dev_t;		/* see MAJOR, MINOR, MKDEV */
typedef unsigned long ino_t;
typedef u32 nlink_t;
typedef long time_t;		/* seconds as the 32-bit system calls pass them */
#endif

typedef unsigned short umode_t;
typedef s64 time64_t;		/* seconds inside the kernel */
typedef unsigned int gfp_t;	/* __GFP_* */
typedef unsigned long pgoff_t;	/* a position in an object, in pages */
typedef u64 sector_t;		/* a position on a device, in 512-byte sectors or in blocks */
typedef unsigned long phys_addr_t;
typedef unsigned int poll_t;	/* POLLIN, ... */

/* Device numbers: 8-bit majors, 20-bit minors; the encoding is the one user space sees in stat64. */
#define MAJOR(dev)	((unsigned int)(((dev) >> 8) & 0xfffu))
#define MINOR(dev)	((unsigned int)(((dev) & 0xffu) | (((dev) >> 12) & 0xfff00u)))
#define MKDEV(ma, mi)	((dev_t)((((ma) & 0xfffu) << 8) | ((mi) & 0xffu) | (((mi) & 0xfff00u) << 12)))

#define U8_MAX		0xffu
#define U16_MAX		0xffffu
#define U32_MAX		0xffffffffu
#define S32_MAX		0x7fffffff
#define S32_MIN		(-S32_MAX - 1)
#define U64_MAX		0xffffffffffffffffull
#define S64_MAX		0x7fffffffffffffffll
#define S64_MIN		(-S64_MAX - 1)
#ifndef INT_MAX
#define INT_MAX		S32_MAX
#define INT_MIN		S32_MIN
#define UINT_MAX	U32_MAX
#define LONG_MAX	((long)(~0ul >> 1))
#define LONG_MIN	(-LONG_MAX - 1)
#define ULONG_MAX	(~0ul)
#endif

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#endif
