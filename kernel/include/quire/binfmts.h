/* SPDX-License-Identifier: MIT */
/*
 * exec: what is known of a program while its address space is built.
 *
 * The new mm is built beside the old one.  Up to exec_commit every error leaves the caller as it was; a
 * format's load function calls it once, after the last step that can fail.
 */
#ifndef QUIRE_BINFMTS_H
#define QUIRE_BINFMTS_H

#include <quire/types.h>

struct file;
struct mm_struct;
struct pt_regs;

#define BINPRM_BUF_SIZE 256
#define BINPRM_MAX_DEPTH 5	/* scripts whose interpreter is a script */

struct linux_binprm {
	char buf[BINPRM_BUF_SIZE];	/* start of the file, zero-padded */
	struct file *file;		/* referenced, writes denied */
	struct mm_struct *mm;		/* new; ours until exec_commit */
	struct mm_struct *old_mm;	/* while the new one is loaded: what to go back to, or NULL */
	struct mm_struct *old_active;	/* what a kernel thread borrowed */
	bool switched;			/* current runs on mm */
	unsigned long p;		/* lowest used address of the new stack */
	int argc, envc;
	const char *filename;		/* as the caller gave it: AT_EXECFN */
	char *interp;			/* the file really loaded; kmalloc, or filename itself */
	int depth;
	uid_t euid;
	gid_t egid;
	bool secure;			/* ids change: AT_SECURE */
	unsigned long arg_start, exec_fn;
};

struct linux_binfmt {
	const char *name;
	/* => 0: loaded and committed; -ENOEXEC: not this format; other: failure */
	int (*load)(struct linux_binprm *bprm, struct pt_regs *regs);
};
extern const struct linux_binfmt elf_format, script_format;

/* ---- exec_args.c: strings on the new stack, top down; p moves ---- */
struct exec_strings {		/* an argv or envp: of user space, or of the kernel itself */
	const char __user *const __user *user;
	const char *const *kernel;
};
int count_strings(const struct exec_strings *s);	/* => number, -E2BIG, -EFAULT, -EINTR */
int copy_strings(struct linux_binprm *bprm, const struct exec_strings *s, int n);
int copy_string_kernel(struct linux_binprm *bprm, const char *str);
int remove_arg_zero(struct linux_binprm *bprm);

/* ---- exec.c ---- */
/* Find the format and load: also for a script's interpreter. */
int search_binary_handler(struct linux_binprm *bprm, struct pt_regs *regs);
/* Open bprm->interp as the file to load, read its start, take its set-id bits. */
int bprm_open(struct linux_binprm *bprm, const char *name);
/* Run on the new mm, so that do_mmap works on it; reversible. */
void exec_use_new_mm(struct linux_binprm *bprm);
/* The point of no return.  => 0, or -EAGAIN: killed while it waited for its threads */
int exec_commit(struct linux_binprm *bprm);

#endif
