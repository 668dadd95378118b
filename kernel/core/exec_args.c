/* SPDX-License-Identifier: MIT */
/*
 * exec's strings: argv and envp go to the top of the new stack, before anything
 * else of the new program exists.
 *
 * They are ordinary pages of the new address space (HighMem, swappable), reached by
 * get_user_page and kmap; the strings lie downwards from the top, the last one first.
 */
#include <quire/binfmts.h>
#include <quire/err.h>
#include <quire/highmem.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#define MAX_ARG_STRLEN (32 * PAGE_SIZE)	/* one string, its NUL included; as Linux */
#define MAX_ARG_STRINGS 0x7fffff
#define MAX_ARG_SPACE (6ul << 20)	/* nor more than this in all, as on Linux */
#define MIN_ARG_SPACE (32 * PAGE_SIZE)	/* always allowed in all, whatever RLIMIT_STACK says */

/* The n-th string's address; 0 at the end of the vector. => 0 or -EFAULT */
static int nth_string(const struct exec_strings *s, int n, unsigned long *str)
{
	u32 addr;

	if (s->kernel) {
		*str = (unsigned long)s->kernel[n];
		return 0;
	}
	if (get_user(addr, (u32 __user *)s->user + n))
		return -EFAULT;
	*str = addr;
	return 0;
}

int count_strings(const struct exec_strings *s)
{
	unsigned long str;
	int n, err;

	if (!s->user && !s->kernel)
		return 0;
	for (n = 0; n < MAX_ARG_STRINGS; n++) {
		err = nth_string(s, n, &str);
		if (err)
			return err;
		if (!str)
			return n;
		if (fatal_signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return -E2BIG;
}

static bool args_fit(const struct linux_binprm *bprm, size_t len)
{
	unsigned long used = STACK_TOP - bprm->p + len;

	return used <= clamp(rlimit(RLIMIT_STACK) / 4, (unsigned long)MIN_ARG_SPACE, MAX_ARG_SPACE);
}

/* Copy len bytes from src (user or kernel) into one page of the new stack. */
static int fill_stack_page(struct linux_binprm *bprm, unsigned long addr, unsigned long src,
			   size_t len, bool kernel)
{
	struct page *page;
	size_t left = 0;
	char *kaddr;
	int err;

	err = get_user_page(bprm->mm, addr, true, &page);
	if (err)
		return err == -EFAULT ? -E2BIG : err;
	kaddr = (char *)kmap(page) + (addr & ~PAGE_MASK);
	if (kernel)
		memcpy(kaddr, (const void *)src, len);
	else
		left = copy_from_user(kaddr, (__force const void __user *)src, len);
	kunmap(page);
	unpin_page(page);
	return left ? -EFAULT : 0;
}

/* len includes the NUL. */
static int push_bytes(struct linux_binprm *bprm, unsigned long src, size_t len, bool kernel)
{
	unsigned long addr;
	size_t n, done;
	int err;

	if (!args_fit(bprm, len))
		return -E2BIG;
	bprm->p -= len;
	for (done = 0; done < len; done += n) {
		addr = bprm->p + done;
		n = min(len - done, (size_t)(PAGE_SIZE - (addr & ~PAGE_MASK)));
		err = fill_stack_page(bprm, addr, src + done, n, kernel);
		if (err)
			return err;
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return 0;
}

/* => its length with the NUL, -E2BIG, -EFAULT */
static long string_length(unsigned long str, bool kernel)
{
	long len;

	if (kernel)
		return strlen((const char *)str) + 1;
	len = strnlen_user((__force const char __user *)str, MAX_ARG_STRLEN);
	if (len == 0)
		return -EFAULT;
	return len > (long)MAX_ARG_STRLEN ? -E2BIG : len;
}

int copy_strings(struct linux_binprm *bprm, const struct exec_strings *s, int n)
{
	bool kernel = s->kernel != NULL;
	unsigned long str;
	long len;
	int err;

	while (n-- > 0) {
		err = nth_string(s, n, &str);
		if (err)
			return err;
		/* The vector may change under us: then it is the caller's own fault. */
		len = str ? string_length(str, kernel) : -EFAULT;
		if (len < 0)
			return len;
		err = push_bytes(bprm, str, len, kernel);
		if (err)
			return err;
	}
	return 0;
}

int copy_string_kernel(struct linux_binprm *bprm, const char *str)
{
	return push_bytes(bprm, (unsigned long)str, strlen(str) + 1, true);
}

/* Scripts: argv[0] gives way to the interpreter's words. */
int remove_arg_zero(struct linux_binprm *bprm)
{
	char c;

	if (!bprm->argc)
		return 0;
	do {
		if (access_remote_vm(bprm->mm, bprm->p, &c, 1, false) != 1)
			return -EFAULT;
		bprm->p++;
	} while (c);
	bprm->argc--;
	return 0;
}
