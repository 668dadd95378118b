/* SPDX-License-Identifier: MIT */
/*
 * FPU state in signal frames: the old FSAVE picture, and behind it FXSAVE's where the CPU has it.
 * The tag word is the one thing that the two formats keep differently: FXSAVE only knows empty or
 * not, FSAVE tells valid, zero and special apart, which takes a look at the register.
 */
#include <arch/processor.h>
#include <quire/errno.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/uaccess.h>
#include "sigfpu.h"

#define TAG_VALID	0u
#define TAG_ZERO	1u
#define TAG_SPECIAL	2u
#define TAG_EMPTY	3u
#define TOP_SHIFT	11
#define EXPONENT_MASK	0x7fffu
#define INTEGER_BIT	0x8000u		/* in the highest word of the significand */

static const struct fpreg *fx_reg(const union fpu_state *s, unsigned int i)
{
	return (const struct fpreg *)&s->fx.st_space[4 * i];
}

static u32 tag_of(const struct fpreg *r)
{
	u32 exponent = r->exponent & EXPONENT_MASK;

	if (exponent == EXPONENT_MASK)
		return TAG_SPECIAL;
	if (exponent)
		return r->significand[3] & INTEGER_BIT ? TAG_VALID : TAG_SPECIAL;
	return r->significand[0] | r->significand[1] | r->significand[2] | r->significand[3] ? TAG_SPECIAL
											     : TAG_ZERO;
}

static u32 full_tags(const union fpu_state *s)
{
	unsigned int top = s->fx.swd >> TOP_SHIFT & 7;
	u32 tags = 0;

	for (unsigned int i = 0; i < 8; i++) {
		u32 tag = TAG_EMPTY;

		if (s->fx.twd >> i & 1)
			tag = tag_of(fx_reg(s, (i - top) & 7));
		tags |= tag << (2 * i);
	}
	return tags;
}

static u16 short_tags(u32 tags)
{
	u16 twd = 0;

	for (unsigned int i = 0; i < 8; i++)
		if ((tags >> (2 * i) & 3) != TAG_EMPTY)
			twd |= (u16)(1u << i);
	return twd;
}

static void frame_from_fx(struct fpstate_frame *f, const union fpu_state *s)
{
	f->cw = s->fx.cwd | 0xffff0000u;
	f->sw = s->fx.swd | 0xffff0000u;
	f->tag = full_tags(s) | 0xffff0000u;
	f->ipoff = s->fx.fip;
	f->cssel = (s->fx.fcs & 0xffff) | (u32)s->fx.fop << 16;
	f->dataoff = s->fx.foo;
	f->datasel = s->fx.fos;
	for (unsigned int i = 0; i < 8; i++)
		f->st[i] = *fx_reg(s, i);
	f->status = s->fx.swd;
	f->magic = FPSTATE_MAGIC_FXSR;
	memcpy(f->fx, s, FPU_STATE_SIZE);
}

/* The old picture wins where both tell the same: that is what handlers edit. */
static void fx_from_frame(union fpu_state *s, const struct fpstate_frame *f)
{
	memcpy(s, f->fx, FPU_STATE_SIZE);
	s->fx.mxcsr &= mxcsr_feature_mask;
	s->fx.cwd = (u16)f->cw;
	s->fx.swd = (u16)f->sw;
	s->fx.twd = short_tags(f->tag);
	s->fx.fop = (u16)(f->cssel >> 16);
	s->fx.fip = f->ipoff;
	s->fx.fcs = f->cssel & 0xffff;
	s->fx.foo = f->dataoff;
	s->fx.fos = f->datasel;
	for (unsigned int i = 0; i < 8; i++)
		memcpy(&s->fx.st_space[4 * i], &f->st[i], sizeof(f->st[i]));
}

int save_fpu_frame(struct fpstate_frame __user *uf)
{
	struct task_struct *t = current;
	struct fpstate_frame f;

	memset(&f, 0, sizeof(f));
	fpu_sync(t);
	if (boot_cpu.fxsr) {
		frame_from_fx(&f, &t->thread.fpu);
	} else {
		memcpy(&f, &t->thread.fpu.fn, sizeof(t->thread.fpu.fn));
		f.status = (u16)f.sw;
		f.magic = FPSTATE_MAGIC_NONE;
	}
	return copy_to_user(uf, &f, sizeof(f)) ? -EFAULT : 0;
}

int restore_fpu_frame(const struct fpstate_frame __user *uf)
{
	struct task_struct *t = current;
	struct fpstate_frame f;

	if (copy_from_user(&f, uf, sizeof(f)))
		return -EFAULT;
	fpu_forget(t);
	if (boot_cpu.fxsr)
		fx_from_frame(&t->thread.fpu, &f);
	else
		memcpy(&t->thread.fpu.fn, &f, sizeof(t->thread.fpu.fn));
	t->thread.fpu_used = true;
	return 0;
}
