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

/* At most a page at a time, so that preemption is not off for long; what blocks cannot do, words can. */
static size_t copy_large(void *to, const void *from, size_t n)
{
	while (n >= BLOCK_MOVE_MIN) {
		size_t part = min_t(size_t, n, PAGE_SIZE) & ~(MOVE_BLOCK - 1);
		size_t left = copy_blocks(to, from, part);

		if (left)
			left = copy_words(to + part - left, from + part - left, left);
		if (left)
			return n - part + left;
		to += part;
		from += part;
		n -= part;
	}
	return n ? copy_words(to, from, n) : 0;
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

#define DEFINE_USER_SCALAR(n, type, move, reg)						\
int put_user_##n(type v, void __user *to)						\
{											\
	int err = 0;									\
											\
	might_sleep();									\
	if (!access_ok(to, n))								\
		return -EFAULT;								\
	__asm__ __volatile__(								\
		"1:	" move " %2, %1\n"						\
		"2:\n"									\
		"\t.pushsection .text.fixup, \"ax\"\n"					\
		"3:	movl %3, %0\n"							\
		"	jmp 2b\n"							\
		"\t.popsection\n"							\
		EXTABLE(1b, 3b)								\
		: "+r" (err), "=m" (*(__force type *)to) : reg (v), "i" (-EFAULT));	\
	return err;									\
}											\
											\
int get_user_##n(type *v, const void __user *from)					\
{											\
	type got = 0;									\
	int err = -EFAULT;								\
											\
	might_sleep();									\
	if (access_ok(from, n))								\
		__asm__ __volatile__(							\
			"1:	" move " %2, %1\n"					\
			"	xorl %0, %0\n"						\
			"2:\n"								\
			EXTABLE(1b, 2b)							\
			: "+r" (err), "+" reg (got)					\
			: "m" (*(__force const type *)from) : "cc");			\
	*v = got;									\
	return err;									\
}

DEFINE_USER_SCALAR(1, u8, "movb", "q")
DEFINE_USER_SCALAR(2, u16, "movw", "r")
DEFINE_USER_SCALAR(4, u32, "movl", "r")

int put_user_8(u64 v, void __user *to)
{
	return put_user_4((u32)v, to) ?: put_user_4((u32)(v >> 32), to + sizeof(u32));
}

int get_user_8(u64 *v, const void __user *from)
{
	u32 low, high = 0;
	int err = get_user_4(&low, from) ?: get_user_4(&high, from + sizeof(u32));

	*v = err ? 0 : (u64)high << 32 | low;
	return err;
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

/* ---- strings ---- */

/* One byte or word; at a fault: to the label. */
#define LOAD_USER(instruction, to, from, fault)						\
	asm goto("1:	" instruction " %1, %0\n" EXTABLE(1b, %l[fault])		\
		 : "=q" (to) : "m" (*(__force const __typeof__(to) *)(from)) : : fault)

static bool has_zero_byte(u32 word)
{
	return ((word - 0x01010101u) & ~word & 0x80808080u) != 0;
}

/* What of max bytes from p on is user memory at all. */
static size_t user_part(const char __user *p, long max)
{
	unsigned long at = (__force unsigned long)p;

	return at < TASK_SIZE ? min(TASK_SIZE - at, (unsigned long)max) : 0;
}

/*
 * Words of a string, up to the one that holds its end, or that does not fit before `end`, or that
 * is not there; p is aligned, so no word reaches into a page that the string does not.  => bytes
 */
static __noinline size_t copy_string_words(char *dst, const char __user *p, const char __user *end)
{
	long distance = dst - (__force const char *)p;
	const char __user *start = p;
	u32 word;

	for (; end - p >= (long)sizeof(word); p += sizeof(word)) {
		LOAD_USER("movl", word, p, fault);
		if (has_zero_byte(word))
			break;
		__builtin_memcpy((__force char *)p + distance, &word, sizeof(word));
	}
fault:
	return p - start;
}

long strncpy_from_user(char *dst, const char __user *src, long size)
{
	size_t part = user_part(src, size), done = 0;
	u8 c;

	might_sleep();
	for (; done < part; done++) {
		if (((unsigned long)(src + done) & (sizeof(u32) - 1)) == 0)
			done += copy_string_words(dst + done, src + done, src + part);
		if (done == part)
			break;
		LOAD_USER("movb", c, src + done, fault);
		dst[done] = (char)c;
		if (!c)
			return (long)done;
	}
	if (part == (size_t)size)
		return size;
fault:
	return -EFAULT;
}

long strnlen_user(const char __user *s, long max)
{
	size_t part = user_part(s, max), done;
	u8 c;

	might_sleep();
	for (done = 0; done < part; done++) {
		LOAD_USER("movb", c, s + done, fault);
		if (!c)
			return (long)done + 1;
	}
	if (part == (size_t)max)
		return max + 1;
fault:
	return 0;
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
