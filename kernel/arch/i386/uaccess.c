/* SPDX-License-Identifier: MIT */
/*
 * Copies between the kernel and user space. One instruction sequence does them all (large ones
 * only what block_move.c left over); when it faults the exception table sends it on to copy byte by
 * byte, so that the count left over is exact to the byte.
 */
#include <arch/block_move.h>
#include <arch/extable.h>
#include <quire/assert.h>
#include <quire/kernel.h>
#include <quire/string.h>
#include <quire/uaccess.h>

/* => bytes not copied. Word moves; at a fault the rest is tried in bytes, and the second fault ends it. */
static size_t copy_words(void *to, const void *from, size_t n)
{
	size_t left = n >> 2;

	__asm__ __volatile__(
		"1:	rep; movsl\n"
		"	movl %3, %0\n"
		"2:	rep; movsb\n"
		"3:\n"
		"\t.pushsection .text.fixup, \"ax\"\n"
		"4:	leal (%3, %0, 4), %0\n"
		"	jmp 2b\n"
		"\t.popsection\n"
		EXTABLE(1b, 4b)
		EXTABLE(2b, 3b)
		: "+c" (left), "+D" (to), "+S" (from) : "r" (n & 3) : "memory");
	return left;
}

/* Page by page, so that preemption is not off for long; what blocks cannot do, words can. */
static size_t copy_large(void *to, const void *from, size_t n)
{
	while (n >= BLOCK_MOVE_MIN) {
		size_t part = min_t(size_t, n, PAGE_SIZE), moved, rest;

		moved = (part & ~(MOVE_BLOCK - 1));
		moved -= copy_blocks(to, from, moved);
		rest = copy_words(to + moved, from + moved, part - moved);
		if (rest)
			return n - part + rest;
		to += part;
		from += part;
		n -= part;
	}
	return copy_words(to, from, n);
}

/* => bytes not copied */
static inline size_t copy_faulting(void *to, const void *from, size_t n)
{
	return n < BLOCK_MOVE_MIN ? copy_words(to, from, n) : copy_large(to, from, n);
}

static size_t clear_faulting(void *to, size_t n)
{
	size_t left = n >> 2;

	__asm__ __volatile__(
		"1:	rep; stosl\n"
		"	movl %2, %0\n"
		"2:	rep; stosb\n"
		"3:\n"
		"\t.pushsection .text.fixup, \"ax\"\n"
		"4:	leal (%2, %0, 4), %0\n"
		"	jmp 2b\n"
		"\t.popsection\n"
		EXTABLE(1b, 4b)
		EXTABLE(2b, 3b)
		: "+c" (left), "+D" (to) : "r" (n & 3), "a" (0) : "memory");
	return left;
}

size_t copy_to_user(void __user *to, const void *from, size_t n)
{
	might_sleep();
	return access_ok(to, n) ? copy_faulting((__force void *)to, from, n) : n;
}

size_t copy_from_user(void *to, const void __user *from, size_t n)
{
	size_t left = n;

	might_sleep();
	if (access_ok(from, n))
		left = copy_faulting(to, (__force const void *)from, n);
	if (unlikely(left))
		memset((char *)to + n - left, 0, left);
	return left;
}

size_t clear_user(void __user *to, size_t n)
{
	might_sleep();
	return access_ok(to, n) ? clear_faulting((__force void *)to, n) : n;
}

size_t copy_to_user_inatomic(void __user *to, const void *from, size_t n)
{
	size_t left = n;

	if (access_ok(to, n)) {
		preempt_disable();
		left = copy_faulting((__force void *)to, from, n);
		preempt_enable();
	}
	return left;
}

size_t copy_from_user_inatomic(void *to, const void __user *from, size_t n)
{
	size_t left = n;

	if (access_ok(from, n)) {
		preempt_disable();
		left = copy_faulting(to, (__force const void *)from, n);
		preempt_enable();
	}
	return left;
}

int copy_from_kernel_nofault(void *to, const void *from, size_t n)
{
	size_t left;

	if ((unsigned long)from < TASK_SIZE)
		return -EFAULT;
	preempt_disable();
	left = copy_faulting(to, from, n);
	preempt_enable_no_resched();
	return left ? -EFAULT : 0;
}

int fault_in_readable(const void __user *addr, size_t n)
{
	const char __user *p = addr, *end = p + n;
	char c;

	if (!access_ok(addr, n))
		return -EFAULT;
	for (; p < end; p = (const char __user *)(((unsigned long)p & PAGE_MASK) + PAGE_SIZE))
		if (copy_from_user(&c, p, 1))
			return -EFAULT;
	return 0;
}

/* Add 0 to a byte of user memory, which makes its page present and writable and loses no other writer's store. */
static int touch_write(char __user *p)
{
	int err = 0;

	__asm__ __volatile__(
		"1:	orb $0, %1\n"
		"2:\n"
		"\t.pushsection .text.fixup, \"ax\"\n"
		"3:	movl %2, %0\n"
		"	jmp 2b\n"
		"\t.popsection\n"
		EXTABLE(1b, 3b)
		: "+r" (err), "+m" (*(__force char *)p) : "i" (-EFAULT) : "cc");
	return err;
}

int fault_in_writeable(void __user *addr, size_t n)
{
	char __user *p = addr, *end = p + n;
	int err = 0;

	if (!access_ok(addr, n))
		return -EFAULT;
	for (; p < end && !err; p = (char __user *)(((unsigned long)p & PAGE_MASK) + PAGE_SIZE))
		err = touch_write(p);
	return err;
}

/* Most strings are short: look for the end in pieces of this size. */
#define STRING_CHUNK	128ul

/* Bytes from p to the end of its page, at most max: so that a string is read without touching the next page. */
static size_t to_page_end(const char __user *p, size_t max)
{
	size_t n = PAGE_SIZE - ((__force unsigned long)p & ~PAGE_MASK);

	return min(n, max);
}

long strncpy_from_user(char *dst, const char __user *src, long size)
{
	long done = 0;

	while (done < size) {
		size_t n = to_page_end(src + done, min_t(size_t, (size_t)(size - done), STRING_CHUNK));
		const char *nul;

		if (copy_from_user(dst + done, src + done, n))
			return -EFAULT;
		nul = memchr(dst + done, '\0', n);
		if (nul)
			return nul - dst;
		done += (long)n;
	}
	return size;
}

long strnlen_user(const char __user *s, long max)
{
	char buf[STRING_CHUNK];
	long done = 0;

	while (done < max) {
		size_t n = to_page_end(s + done, sizeof(buf));
		const char *nul;

		if (copy_from_user(buf, s + done, n))
			return 0;
		nul = memchr(buf, '\0', n);
		if (nul)
			return done + (nul - buf) + 1;
		done += (long)n;
	}
	return max + 1;
}

int cmpxchg_user_inatomic(u32 __user *addr, u32 expect, u32 val, u32 *old)
{
	int err = 0;

	if (!access_ok(addr, sizeof(*addr)))
		return -EFAULT;
	preempt_disable();
	__asm__ __volatile__(
		"1:	lock; cmpxchgl %4, %2\n"
		"2:\n"
		"\t.pushsection .text.fixup, \"ax\"\n"
		"3:	movl %3, %0\n"
		"	jmp 2b\n"
		"\t.popsection\n"
		EXTABLE(1b, 3b)
		: "+r" (err), "+a" (expect), "+m" (*(__force u32 *)addr)
		: "i" (-EFAULT), "r" (val) : "cc", "memory");
	preempt_enable();
	*old = expect;
	return err;
}
