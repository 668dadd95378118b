/* SPDX-License-Identifier: MIT */
/*
 * #! scripts: argv becomes {interpreter, its one optional argument, the script's path, the
 * rest of argv}, and the interpreter is loaded instead.
 */
#include <quire/binfmts.h>
#include <quire/err.h>
#include <quire/errno.h>
#include <quire/slab.h>
#include <quire/string.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/*
 * Cut the line "#! interp [arg]" in buf.  => the interpreter, *arg NULL or the rest of the
 * line; NULL if there is none, or if the line was cut off within the interpreter's name.
 */
static char *parse_script_line(char *buf, char **arg)
{
	char *end = memchr(buf, '\n', BINPRM_BUF_SIZE - 1), *name = buf + 2, *p;
	bool whole = end != NULL;

	if (!end)
		end = buf + BINPRM_BUF_SIZE - 1;
	while (end > name && is_blank(end[-1]))
		end--;
	*end = '\0';
	while (is_blank(*name))
		name++;
	for (p = name; *p && !is_blank(*p); p++)
		;
	if (*p == '\0') {
		*arg = NULL;
		return *name && (whole || p < end) ? name : NULL;
	}
	*p++ = '\0';
	while (is_blank(*p))
		p++;
	*arg = *p ? p : NULL;
	return name;
}

static int push_script_args(struct linux_binprm *bprm, const char *script, const char *interp,
			    const char *arg)
{
	int err = remove_arg_zero(bprm);

	if (!err)
		err = copy_string_kernel(bprm, script);
	bprm->argc++;
	if (!err && arg) {
		err = copy_string_kernel(bprm, arg);
		bprm->argc++;
	}
	if (!err)
		err = copy_string_kernel(bprm, interp);
	bprm->argc++;
	return err;
}

static int load_script(struct linux_binprm *bprm, struct pt_regs *regs)
{
	char *interp, *arg, *name;
	int err;

	if (bprm->buf[0] != '#' || bprm->buf[1] != '!')
		return -ENOEXEC;
	if (bprm->depth++ >= BINPRM_MAX_DEPTH)
		return -ELOOP;
	interp = parse_script_line(bprm->buf, &arg);
	if (!interp)
		return -ENOEXEC;
	err = push_script_args(bprm, bprm->interp ? bprm->interp : bprm->filename, interp, arg);
	if (err)
		return err;
	name = kstrdup(interp, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	kfree(bprm->interp);
	bprm->interp = name;
	err = bprm_open(bprm, name);
	return err ? err : search_binary_handler(bprm, regs);
}

const struct linux_binfmt script_format = { .name = "script", .load = load_script };
