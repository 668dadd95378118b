/* SPDX-License-Identifier: MIT */
/*
 * Control messages: open files (SCM_RIGHTS) and credentials (SCM_CREDENTIALS) that travel beside the bytes.
 *
 * Files are dropped without recursion: closing a socket frees the messages in its queue, which may hold more
 * sockets with messages.  The first drop of a task makes a list, and what its closes want to drop goes on
 * that list (task->dropped_files) instead of on the stack.
 */
#include <quire/file.h>
#include <quire/kernel.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/socket.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#define CONTROL_MAX 10240u	/* Linux's optmem_max on i386 */

/* ---- sending ---- */

static struct scm_files *alloc_files(unsigned int room)
{
	struct scm_files *files = kmalloc(sizeof(*files) + room * sizeof(files->files[0]), GFP_KERNEL);

	if (files) {
		files->nr = 0;
		files->user = NULL;
	}
	return files;
}

/* The descriptors of one SCM_RIGHTS become references; room: for all of the message. => 0 or -errno */
static int take_files(struct scm *scm, const int *fds, unsigned int nr, unsigned int room)
{
	if (!nr)
		return 0;
	if (!scm->files)
		scm->files = alloc_files(room);
	if (!scm->files)
		return -ENOMEM;
	if (scm->files->nr + nr > room)
		return -EINVAL;
	for (unsigned int i = 0; i < nr; i++) {
		struct file *file = fds[i] < 0 ? NULL : fget_raw((unsigned int)fds[i]);

		if (!file)
			return -EBADF;
		scm->files->files[scm->files->nr++] = file;
	}
	return 0;
}

/* Only the superuser may claim to be somebody else. => 0, -EPERM, -ESRCH */
static int check_creds(const struct ucred *c)
{
	struct task_struct *t;

	if (capable()) {
		if (c->pid == current->tgid)
			return 0;
		t = get_task_by_pid(c->pid);
		if (!t)
			return -ESRCH;
		put_task_struct(t);
		return 0;
	}
	if (c->pid != current->tgid)
		return -EPERM;
	if (c->uid != current->uid && c->uid != current->euid && c->uid != current->suid)
		return -EPERM;
	if (c->gid != current->gid && c->gid != current->egid && c->gid != current->sgid)
		return -EPERM;
	return 0;
}

static int take_creds(struct message *m, const struct cmsghdr *cmsg)
{
	if (cmsg->cmsg_len != CMSG_LEN(sizeof(struct ucred)))
		return -EINVAL;
	memcpy(&m->scm.creds, cmsg + 1, sizeof(m->scm.creds));
	m->has_creds = true;
	return check_creds(&m->scm.creds);
}

static int take_one(struct message *m, const struct cmsghdr *cmsg, unsigned int room)
{
	size_t len = cmsg->cmsg_len - sizeof(*cmsg);

	if (cmsg->cmsg_level != SOL_SOCKET)
		return 0;
	switch (cmsg->cmsg_type) {
	case SCM_RIGHTS:
		return take_files(&m->scm, (const int *)(cmsg + 1), (unsigned int)(len / sizeof(int)), room);
	case SCM_CREDENTIALS:
		return take_creds(m, cmsg);
	default:
		return -EINVAL;
	}
}

static int take_all(struct message *m, const char *control, size_t left)
{
	unsigned int room = (unsigned int)min(left / sizeof(int), (size_t)SCM_MAX_FD);

	while (left >= sizeof(struct cmsghdr)) {
		const struct cmsghdr *cmsg = (const struct cmsghdr *)control;
		size_t step;
		int err;

		if (cmsg->cmsg_len < sizeof(*cmsg) || cmsg->cmsg_len > left)
			return -EINVAL;
		err = take_one(m, cmsg, room);
		if (err)
			return err;
		step = min(CMSG_ALIGN(cmsg->cmsg_len), left);
		control += step;
		left -= step;
	}
	return 0;
}

int scm_send(struct message *m, const struct user_msghdr *hdr)
{
	char *control;
	int err;

	if (!hdr->msg_controllen)
		return 0;
	if (hdr->msg_controllen > CONTROL_MAX)
		return -ENOBUFS;
	control = kmalloc(hdr->msg_controllen, GFP_KERNEL);
	if (!control)
		return -ENOBUFS;
	err = -EFAULT;
	if (!copy_from_user(control, hdr->msg_control, hdr->msg_controllen))
		err = take_all(m, control, hdr->msg_controllen);
	kfree(control);
	if (err) {
		scm_files_drop(m->scm.files);
		m->scm.files = NULL;
	}
	return err;
}

/* ---- receiving ---- */

/* One control message; what does not fit is cut, and MSG_CTRUNC says so. */
static void put_cmsg(struct message *m, struct user_msghdr *hdr, int type, const void *data, size_t len)
{
	struct cmsghdr cmsg = { .cmsg_len = CMSG_LEN(len), .cmsg_level = SOL_SOCKET, .cmsg_type = type };
	char __user *to = hdr->msg_control;
	size_t space;

	if (!to || hdr->msg_controllen < sizeof(cmsg)) {
		m->flags |= MSG_CTRUNC;
		return;
	}
	if (hdr->msg_controllen < cmsg.cmsg_len) {
		m->flags |= MSG_CTRUNC;
		cmsg.cmsg_len = hdr->msg_controllen;
	}
	if (copy_to_user(to, &cmsg, sizeof(cmsg)) ||
	    copy_to_user(to + sizeof(cmsg), data, cmsg.cmsg_len - sizeof(cmsg)))
		return;
	space = min(CMSG_SPACE(len), hdr->msg_controllen);
	hdr->msg_control = to + space;
	hdr->msg_controllen -= space;
}

/* A descriptor for the file, its number to the user. => 0 or -errno */
static int give_file(struct file *file, int __user *to, unsigned int flags)
{
	int fd = get_unused_fd(flags);

	if (fd < 0)
		return fd;
	if (put_user(fd, to)) {
		put_unused_fd((unsigned int)fd);
		return -EFAULT;
	}
	fd_install((unsigned int)fd, get_file(file));
	return 0;
}

/* As many descriptors as there is room for, in the user's memory and in his table. */
static void give_files(struct message *m, struct user_msghdr *hdr)
{
	const struct scm_files *files = m->scm.files;
	unsigned int flags = m->flags & MSG_CMSG_CLOEXEC ? O_CLOEXEC : 0, room = 0, i;
	struct cmsghdr __user *to = hdr->msg_control;
	struct cmsghdr cmsg = { .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
	size_t space;

	if (to && hdr->msg_controllen > sizeof(cmsg))
		room = (unsigned int)((hdr->msg_controllen - sizeof(cmsg)) / sizeof(int));
	for (i = 0; i < min(room, files->nr); i++)
		if (give_file(files->files[i], (int __user *)(to + 1) + i, flags))
			break;
	if (i < files->nr)
		m->flags |= MSG_CTRUNC;
	cmsg.cmsg_len = CMSG_LEN(i * sizeof(int));
	if (!i || copy_to_user(to, &cmsg, sizeof(cmsg)))
		return;
	space = min(CMSG_SPACE(i * sizeof(int)), hdr->msg_controllen);
	hdr->msg_control = (char __user *)to + space;
	hdr->msg_controllen -= space;
}

void scm_recv(struct message *m, struct user_msghdr *hdr)
{
	if (m->has_creds)
		put_cmsg(m, hdr, SCM_CREDENTIALS, &m->scm.creds, sizeof(m->scm.creds));
	if (m->scm.files)
		give_files(m, hdr);
	scm_files_drop(m->scm.files);
	m->scm.files = NULL;
}

/* ---- lists of files ---- */

struct scm_files *scm_files_dup(const struct scm_files *files)
{
	struct scm_files *copy = kmemdup(files, sizeof(*files) + files->nr * sizeof(files->files[0]), GFP_KERNEL);

	if (!copy)
		return NULL;
	copy->user = NULL;
	for (unsigned int i = 0; i < copy->nr; i++)
		get_file(copy->files[i]);
	return copy;
}

void scm_files_drop(struct scm_files *files)
{
	LIST_HEAD(dropped);

	if (!files)
		return;
	if (current->dropped_files) {
		list_add_tail(&files->link, current->dropped_files);
		return;
	}
	list_add(&files->link, &dropped);
	current->dropped_files = &dropped;
	while (!list_empty(&dropped)) {
		files = list_first_entry(&dropped, struct scm_files, link);
		list_del(&files->link);
		for (unsigned int i = 0; i < files->nr; i++)
			fput(files->files[i]);
		kfree(files);
	}
	current->dropped_files = NULL;
}
