/* SPDX-License-Identifier: MIT */
/* setjmp.h: newlib's setjmp, and the POSIX form that keeps the signal mask. */
#ifndef _QUIRE_SETJMP_H
#define _QUIRE_SETJMP_H

#include_next <setjmp.h>
#include <sys/_sigset.h>

typedef struct {
	jmp_buf __regs;
	int __mask_saved;
	__sigset_t __mask;
} sigjmp_buf[1];

_BEGIN_STD_C

/* Keep the mask when asked to: the first half of sigsetjmp(). */
void __sigjmp_save(sigjmp_buf env, int save_mask);
void siglongjmp(sigjmp_buf env, int value) __attribute__((__noreturn__));
void _longjmp(jmp_buf env, int value) __attribute__((__noreturn__));

#define sigsetjmp(env, save_mask) (__sigjmp_save((env), (save_mask)), setjmp((env)[0].__regs))
#define _setjmp(env) setjmp(env)

_END_STD_C

#endif
