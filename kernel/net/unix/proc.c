/* SPDX-License-Identifier: MIT */
/*
 * /proc/net/unix: one line for each socket, in Linux's format (proc(5)).
 */
#include <quire/file.h>
#include <quire/procfs.h>

#include "unix.h"

/* What its column "St" has: enum socket_state of net.h. */
enum { SS_UNCONNECTED = 1, SS_CONNECTING, SS_CONNECTED, SS_DISCONNECTING };
#define SO_ACCEPTCON_FLAG 0x10000u

/* unix_mutex is held from here to stop. */
static void *unix_seq_start(struct seq_file *m, loff_t *pos)
{
	struct unix_socket *u;
	loff_t n = *pos;

	mutex_lock(&unix_mutex);
	if (!n--)
		return &unix_sockets;
	list_for_each_entry(u, &unix_sockets, all)
		if (!n--)
			return &u->all;
	return NULL;
}

static void *unix_seq_next(struct seq_file *m, void *v, loff_t *pos)
{
	struct list_head *next = ((struct list_head *)v)->next;

	++*pos;
	return next == &unix_sockets ? NULL : next;
}

static void unix_seq_stop(struct seq_file *m, void *v)
{
	mutex_unlock(&unix_mutex);
}

static unsigned int shown_state(const struct unix_socket *u)
{
	bool connected = u->sk.state == SOCKET_CONNECTED;

	if (u->sk.file)
		return connected ? SS_CONNECTED : SS_UNCONNECTED;
	return connected ? SS_CONNECTING : SS_DISCONNECTING;
}

/* An abstract name's zero bytes are shown as '@'. */
static void show_name(struct seq_file *m, const struct unix_address *addr)
{
	int len = addr->len - (int)offsetof(struct sockaddr_un, sun_path);
	bool abstract = !addr->name.sun_path[0];

	seq_putc(m, ' ');
	for (int i = 0; i < len; i++) {
		char c = addr->name.sun_path[i];

		if (!c && !abstract)
			break;
		seq_putc(m, c ? c : '@');
	}
}

static int unix_seq_show(struct seq_file *m, void *v)
{
	struct unix_socket *u;

	if (v == &unix_sockets) {
		seq_puts(m, "Num       RefCount Protocol Flags    Type St Inode Path\n");
		return 0;
	}
	u = list_entry((struct list_head *)v, struct unix_socket, all);
	seq_printf(m, "%08x: %08X %08X %08X %04X %02X %5lu", 0u, (unsigned int)atomic_read(&u->count), 0u,
		   u->sk.state == SOCKET_LISTENING ? SO_ACCEPTCON_FLAG : 0u, (unsigned int)u->sk.type,
		   shown_state(u), u->sk.file ? socket_inode(&u->sk)->i_ino : 0ul);
	if (u->addr)
		show_name(m, u->addr);
	seq_putc(m, '\n');
	return 0;
}

static const struct seq_operations unix_seq_ops = {
	.start = unix_seq_start,
	.next = unix_seq_next,
	.stop = unix_seq_stop,
	.show = unix_seq_show,
};

static int unix_seq_open(struct inode *inode, struct file *file)
{
	return seq_open(file, &unix_seq_ops);
}

static const struct file_operations unix_seq_fops = {
	.open = unix_seq_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = seq_release,
};

void unix_proc_init(void)
{
	proc_create("net/unix", 0444, &unix_seq_fops, NULL);
}
