/* SPDX-License-Identifier: MIT */
/*
 * The only way the kernel touches user memory. Every address is checked against TASK_SIZE, and a
 * fault on the way is caught by the exception table: bad pointers give -EFAULT or the number of
 * bytes not copied, never an oops. All of these may sleep (the page may have to come from disk)
 * except the _inatomic and _nofault ones.
 */
#ifndef QUIRE_UACCESS_H
#define QUIRE_UACCESS_H

#include <quire/errno.h>
#include <quire/preempt.h>
#include <quire/types.h>
#include <arch/page_types.h>

static inline bool access_ok(const void __user *addr, size_t size)
{
	unsigned long a = (__force unsigned long)addr;

	return size <= TASK_SIZE && a <= TASK_SIZE - size;
}

/* => the number of bytes NOT copied; copy_from_user zero-fills those in `to`. */
size_t __must_check copy_to_user(void __user *to, const void *from, size_t n);
size_t __must_check copy_from_user(void *to, const void __user *from, size_t n);
size_t __must_check clear_user(void __user *to, size_t n);

/*
 * Under a spinlock or an atomic kmap: a page that is not there is an error, not a sleep. The fault
 * handler sees in_atomic() and goes to the exception table. from_user does not zero-fill.
 */
size_t __must_check copy_to_user_inatomic(void __user *to, const void *from, size_t n);
size_t __must_check copy_from_user_inatomic(void *to, const void __user *from, size_t n);

/* Touch one byte for reading / writing in each page of the range. 0 or -EFAULT. */
int fault_in_readable(const void __user *addr, size_t n);
int fault_in_writeable(void __user *addr, size_t n);

/* => length without the NUL, `size` if there was none in size bytes (dst is then not terminated), or -EFAULT. */
long __must_check strncpy_from_user(char *dst, const char __user *src, long size);
/* => length including the NUL, a value > max if there is none in max bytes, 0 on a fault. */
long __must_check strnlen_user(const char __user *s, long max);

/* Kernel addresses that may not be mapped (dumps, backtraces): 0 or -EFAULT; any context. */
int copy_from_kernel_nofault(void *to, const void *from, size_t n);

/* One scalar of 1, 2, 4 or 8 bytes; 0 or -EFAULT, with *v set to 0. */
int put_user_1(u8 v, void __user *to);
int put_user_2(u16 v, void __user *to);
int put_user_4(u32 v, void __user *to);
int put_user_8(u64 v, void __user *to);
int get_user_1(u8 *v, const void __user *from);
int get_user_2(u16 *v, const void __user *from);
int get_user_4(u32 *v, const void __user *from);
int get_user_8(u64 *v, const void __user *from);

static __always_inline int put_user_scalar(const void *v, void __user *to, size_t n)
{
	return n == 1 ? put_user_1(*(const u8 *)v, to) : n == 2 ? put_user_2(*(const u16 *)v, to) :
	       n == 4 ? put_user_4(*(const u32 *)v, to) : put_user_8(*(const u64 *)v, to);
}

static __always_inline int get_user_scalar(void *v, const void __user *from, size_t n)
{
	return n == 1 ? get_user_1(v, from) : n == 2 ? get_user_2(v, from) :
	       n == 4 ? get_user_4(v, from) : get_user_8(v, from);
}

#define put_user(x, ptr) ({									\
	__typeof__((__typeof__(*(ptr)))0) v__ = (x);						\
	static_assert(sizeof(v__) <= 8, "put_user: scalar");					\
	put_user_scalar(&v__, (ptr), sizeof(v__)); })

#define get_user(x, ptr) ({									\
	__typeof__((__typeof__(*(ptr)))0) v__;	/* the cast drops const and __user */		\
	static_assert(sizeof(v__) <= 8, "get_user: scalar");					\
	int err__ = get_user_scalar(&v__, (ptr), sizeof(v__));					\
	(x) = v__;										\
	err__; })

/* Compare and exchange in user memory (futex): 0 with *old set to what was there, or -EFAULT; may not sleep. */
int cmpxchg_user_inatomic(u32 __user *addr, u32 expect, u32 val, u32 *old);

/* uaccess.S / extable.c: where to go on after a fault at instruction ip, 0 if nowhere. */
unsigned long search_exception_table(unsigned long ip);

#endif
