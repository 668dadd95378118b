/* SPDX-License-Identifier: MIT */
/*
 * What the compiler is asked for: hints, attributes, address spaces for sparse, plain loads and
 * stores. Promises: no code, no other header; usable in assembly-free host builds as well.
 */
#ifndef QUIRE_COMPILER_H
#define QUIRE_COMPILER_H

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)

#define __packed	__attribute__((packed))
#define __aligned(n)	__attribute__((aligned(n)))
#define __section(s)	__attribute__((section(s)))
#define __used		__attribute__((used))
#define __unused	__attribute__((unused))
#define __weak		__attribute__((weak))
#define __noreturn	__attribute__((noreturn))
#define __noinline	__attribute__((noinline))
#ifndef __always_inline		/* a host's C library has it too */
#define __always_inline	inline __attribute__((always_inline))
#endif
#define __must_check	__attribute__((warn_unused_result))
#define __cold		__attribute__((cold))
#define __printf(f, a)	__attribute__((format(printf, f, a)))
#define __fallthrough	__attribute__((fallthrough))

/* Functions called from assembly, or called with their arguments on the stack. */
#define asmlinkage	__attribute__((regparm(0)))

#ifdef __CHECKER__
#define __user		__attribute__((noderef, address_space(1)))
#define __iomem		__attribute__((noderef, address_space(2)))
#define __force		__attribute__((force))
#define __bitwise	__attribute__((bitwise))
#define __acquires(x)	__attribute__((context(x, 0, 1)))
#define __releases(x)	__attribute__((context(x, 1, 0)))
#else
#define __user
#define __iomem
#define __force
#define __bitwise
#define __acquires(x)
#define __releases(x)
#endif

#define barrier()	__asm__ __volatile__("" : : : "memory")

/* One load or store, neither torn nor repeated nor left out by the compiler. */
#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))

#ifndef static_assert
#define static_assert	_Static_assert
#endif

#ifndef offsetof
#define offsetof(type, member)	__builtin_offsetof(type, member)
#endif

/* The structure that holds `member` at address ptr; a wrong pointer type does not compile. */
#define container_of(ptr, type, member) \
	((type *)((char *)(1 ? (ptr) : &((type *)0)->member) - offsetof(type, member)))

#define __stringify_1(x...)	#x
#define __stringify(x...)	__stringify_1(x)
#define __concat_1(a, b)	a##b
#define __concat_2(a, b)	__concat_1(a, b)
#define __unique_name(prefix)	__concat_2(prefix, __COUNTER__)

#define __return_address	((unsigned long)__builtin_return_address(0))

#endif
