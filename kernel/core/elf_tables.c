/* SPDX-License-Identifier: MIT */
/*
 * The stack of a new program, from the top down: strings (exec_args.c), platform name and random
 * bytes, auxiliary vector, envp[], argv[], argc; esp is 16-byte aligned at argc.
 * Source: System V ABI, Intel386 supplement, chapter 3 (process stack).
 */
#include <arch/elf.h>
#include <arch/vdso.h>
#include <quire/binfmts.h>
#include <quire/elf_load.h>
#include <quire/errno.h>
#include <quire/ktime.h>
#include <quire/mm.h>
#include <quire/random.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#define AUX_MAX 20	/* pairs, AT_NULL included */
#define STACK_ALIGN 16
#define RANDOM_BYTES 16

struct aux_vector {
	u32 words[2 * AUX_MAX];
	unsigned int n;
};

static void aux_add(struct aux_vector *v, u32 type, u32 value)
{
	assert(v->n + 2 <= 2 * AUX_MAX);
	v->words[v->n++] = type;
	v->words[v->n++] = value;
}

static void fill_aux(struct aux_vector *v, const struct linux_binprm *bprm,
		     const struct elf_auxinfo *aux, u32 platform, u32 random)
{
	aux_add(v, AT_SYSINFO, current->mm->vdso + VDSO_VSYSCALL);
	aux_add(v, AT_SYSINFO_EHDR, current->mm->vdso);
	aux_add(v, AT_HWCAP, ELF_HWCAP);
	aux_add(v, AT_PAGESZ, ELF_EXEC_PAGESIZE);
	aux_add(v, AT_CLKTCK, USER_HZ);
	aux_add(v, AT_PHDR, aux->phdr);
	aux_add(v, AT_PHENT, sizeof(struct elf32_phdr));
	aux_add(v, AT_PHNUM, aux->phnum);
	aux_add(v, AT_BASE, aux->base);
	aux_add(v, AT_FLAGS, 0);
	aux_add(v, AT_ENTRY, aux->program_entry);
	aux_add(v, AT_UID, current->uid);
	aux_add(v, AT_EUID, bprm->euid);
	aux_add(v, AT_GID, current->gid);
	aux_add(v, AT_EGID, bprm->egid);
	aux_add(v, AT_SECURE, bprm->secure);
	aux_add(v, AT_RANDOM, random);
	aux_add(v, AT_EXECFN, bprm->exec_fn);
	aux_add(v, AT_PLATFORM, platform);
	aux_add(v, AT_NULL, 0);
}

/* Below p: the bytes; *p moves.  => 0, -EFAULT */
static int push(unsigned long *p, const void *data, size_t len)
{
	*p -= len;
	return copy_to_user((void __user *)*p, data, len) ? -EFAULT : 0;
}

/* n pointers to the consecutive strings at *str, then NULL; *str ends behind them. */
static int put_string_pointers(u32 __user *slot, int n, unsigned long *str)
{
	long len;

	for (; n > 0; n--, slot++) {
		if (put_user((u32)*str, slot))
			return -EFAULT;
		len = strnlen_user((const char __user *)*str, STACK_TOP - *str);
		if (len == 0)
			return -EFAULT;
		*str += len;
	}
	return put_user(0u, slot);
}

int elf_create_tables(struct linux_binprm *bprm, struct elf_auxinfo *aux)
{
	struct mm_struct *mm = current->mm;
	unsigned long p = bprm->p, str = bprm->p, platform, random, words;
	struct aux_vector vec = { .n = 0 };
	u8 bytes[RANDOM_BYTES];
	u32 __user *slot;
	int err;

	get_random_bytes(bytes, sizeof(bytes));
	err = push(&p, ELF_PLATFORM, sizeof(ELF_PLATFORM));
	platform = p;
	if (!err)
		err = push(&p, bytes, sizeof(bytes));
	random = p;
	if (err)
		return err;

	fill_aux(&vec, bprm, aux, platform, random);
	words = 1 + (bprm->argc + 1) + (bprm->envc + 1) + vec.n;
	p = (p - words * sizeof(u32)) & ~(STACK_ALIGN - 1ul);
	aux->stack = p;
	slot = (u32 __user *)p;

	if (put_user((u32)bprm->argc, slot))
		return -EFAULT;
	mm->arg_start = str;
	err = put_string_pointers(slot + 1, bprm->argc, &str);
	if (err)
		return err;
	mm->arg_end = mm->env_start = str;
	err = put_string_pointers(slot + 1 + bprm->argc + 1, bprm->envc, &str);
	if (err)
		return err;
	mm->env_end = str;
	mm->start_stack = p;
	static_assert(sizeof(mm->saved_auxv) >= sizeof(vec.words), "the whole vector is kept");
	memcpy(mm->saved_auxv, vec.words, vec.n * sizeof(u32));
	slot += 1 + bprm->argc + 1 + bprm->envc + 1;
	return copy_to_user(slot, vec.words, vec.n * sizeof(u32)) ? -EFAULT : 0;
}
