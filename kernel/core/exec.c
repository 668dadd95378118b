/* SPDX-License-Identifier: MIT */
/*
 * exec: a new program in the place of the old one.
 *
 * Idea.  A fresh mm is built beside the old one: stack and strings first, then
 * the file's segments.  do_mmap works on the current mm, so before the segments
 * the task moves to the new mm (exec_use_new_mm) and, if anything fails, moves back
 * and drops it: the caller sees an errno and has lost nothing.  When the last step
 * that can fail is done, exec_commit makes it final: other threads end, signal
 * handlers, close-on-exec files and the old mm go.
 */
#include <arch/tlb.h>
#include <quire/binfmts.h>
#include <quire/err.h>
#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/mm.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>
#include <quire/syscalls.h>
#include <quire/uaccess.h>

/* The stack starts with room for a page of strings; it grows as they are pushed. */
#define INITIAL_STACK PAGE_SIZE

static const struct linux_binfmt *const formats[] = { &elf_format, &script_format };

/* ---- the two address spaces ---- */

static void use_mm(struct mm_struct *mm, struct mm_struct *active)
{
	task_lock(current);
	current->mm = mm;
	current->active_mm = active;
	load_pgd(active->pgd);
	task_unlock(current);
}

void exec_use_new_mm(struct linux_binprm *bprm)
{
	bprm->old_mm = current->mm;
	bprm->old_active = current->active_mm;
	bprm->switched = true;
	use_mm(bprm->mm, bprm->mm);
}

static void exec_go_back(struct linux_binprm *bprm)
{
	if (!bprm->switched)
		return;
	bprm->switched = false;
	use_mm(bprm->old_mm, bprm->old_active);
}

/* For the OOM killer: what the arguments take is this task's. */
static void set_exec_mm(struct mm_struct *mm)
{
	task_lock(current);
	current->exec_mm = mm;
	task_unlock(current);
}

static void drop_old_mm(struct linux_binprm *bprm)
{
	if (bprm->old_mm)
		mmput(bprm->old_mm);
	else
		mmdrop(bprm->old_active); /* a kernel thread stops borrowing */
}

/* clear_child_tid and the robust list lie in the old mm: visit it once more. */
static void release_old_mm(struct linux_binprm *bprm)
{
	bool visit = bprm->old_mm && (current->clear_child_tid || current->robust_list);

	if (visit)
		use_mm(bprm->old_mm, bprm->old_active);
	mm_release(current);
	if (visit)
		use_mm(bprm->mm, bprm->mm);
}

/* ---- commit ---- */

static void set_comm(const char *path)
{
	const char *slash = strrchr(path, '/');

	task_lock(current);
	strlcpy(current->comm, slash ? slash + 1 : path, sizeof(current->comm));
	task_unlock(current);
}

static void install_ids(const struct linux_binprm *bprm)
{
	current->euid = current->suid = current->fsuid = bprm->euid;
	current->egid = current->sgid = current->fsgid = bprm->egid;
	if (bprm->secure)
		current->pdeath_signal = 0;
}

int exec_commit(struct linux_binprm *bprm)
{
	int err;

	assert(bprm->switched);
	err = de_thread();
	if (err)
		return err;
	err = unshare_files();
	if (err)
		return err;
	release_old_mm(bprm);
	/* No way back from here. */
	drop_old_mm(bprm);
	bprm->switched = false;
	set_exec_mm(NULL);
	bprm->mm = NULL;
	set_comm(bprm->filename);
	install_ids(bprm);
	flush_signal_handlers(current, false);
	current->sas_ss_sp = current->sas_ss_size = 0;
	flush_old_files(current->files);
	current->flags &= ~(PF_FORKNOEXEC | PF_KTHREAD);
	current->did_exec = true;
	current->exit_signal = SIGCHLD;
	return 0;
}

/* ---- building ---- */

/* Set-id bits count only with the matching execute bits, as Linux has it. */
static void take_set_ids(struct linux_binprm *bprm)
{
	const struct inode *inode = file_inode(bprm->file);

	bprm->euid = current->euid;
	bprm->egid = current->egid;
	if (inode->i_mode & S_ISUID && !current->no_new_privs)
		bprm->euid = inode->i_uid;
	if ((inode->i_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && !current->no_new_privs)
		bprm->egid = inode->i_gid;
	bprm->secure = bprm->euid != current->uid || bprm->egid != current->gid;
}

static void close_bprm_file(struct linux_binprm *bprm)
{
	if (!bprm->file)
		return;
	allow_write_access(bprm->file);
	fput(bprm->file);
	bprm->file = NULL;
}

int bprm_open(struct linux_binprm *bprm, const char *name)
{
	struct file *file = open_exec(name);
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	close_bprm_file(bprm);
	bprm->file = file;
	take_set_ids(bprm);
	memset(bprm->buf, 0, sizeof(bprm->buf));
	n = kernel_read(file, 0, bprm->buf, sizeof(bprm->buf));
	return n < 0 ? n : 0;
}

int search_binary_handler(struct linux_binprm *bprm, struct pt_regs *regs)
{
	unsigned int i;
	int err = -ENOEXEC;

	for (i = 0; i < ARRAY_SIZE(formats) && err == -ENOEXEC; i++)
		err = formats[i]->load(bprm, regs);
	return err;
}

static int build_stack(struct linux_binprm *bprm, const struct exec_strings *argv,
		       const struct exec_strings *envp)
{
	int err;

	bprm->argc = count_strings(argv);
	if (bprm->argc < 0)
		return bprm->argc;
	bprm->envc = count_strings(envp);
	if (bprm->envc < 0)
		return bprm->envc;
	err = setup_stack_vma(bprm->mm, STACK_TOP, INITIAL_STACK);
	if (err)
		return err;
	/* The topmost word stays zero. */
	bprm->p = STACK_TOP - sizeof(u32);
	err = copy_string_kernel(bprm, bprm->filename);
	bprm->exec_fn = bprm->p;
	if (!err)
		err = copy_strings(bprm, envp, bprm->envc);
	if (!err)
		err = copy_strings(bprm, argv, bprm->argc);
	return err;
}

static int do_exec(const char *filename, const struct exec_strings *argv,
		   const struct exec_strings *envp, struct pt_regs *regs)
{
	struct linux_binprm *bprm = kzalloc(sizeof(*bprm), GFP_KERNEL);
	int err = -ENOMEM;

	if (!bprm)
		return -ENOMEM;
	bprm->filename = filename;
	bprm->mm = mm_alloc();
	if (!bprm->mm)
		goto out;
	set_exec_mm(bprm->mm);
	err = bprm_open(bprm, filename);
	if (!err)
		err = build_stack(bprm, argv, envp);
	if (!err)
		err = search_binary_handler(bprm, regs);
	exec_go_back(bprm);
	set_exec_mm(NULL);
	if (bprm->mm)
		mmput(bprm->mm);
out:
	close_bprm_file(bprm);
	kfree(bprm->interp);
	kfree(bprm);
	return err;
}

int do_execve(const char *filename, const char __user *const __user *argv,
	      const char __user *const __user *envp, struct pt_regs *regs)
{
	struct exec_strings a = { .user = argv }, e = { .user = envp };

	return do_exec(filename, &a, &e, regs);
}

int kernel_execve(const char *filename, const char *const argv[], const char *const envp[])
{
	struct exec_strings a = { .kernel = argv }, e = { .kernel = envp };

	return do_exec(filename, &a, &e, task_pt_regs(current));
}

long sys_execve(const char __user *ufilename, const char __user *const __user *argv,
		const char __user *const __user *envp)
{
	struct filename f;
	int err = getname(&f, ufilename);

	if (err)
		return err;
	err = do_execve(f.name, argv, envp, current_pt_regs());
	putname(&f);
	return err;
}
