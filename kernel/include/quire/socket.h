/* SPDX-License-Identifier: MIT */
/*
 * Sockets: what the calls (kernel/net/) and an address family (kernel/net/unix/) have in common.
 *
 * A struct socket is the private_data of one open file, or waits in a listener's queue for accept(), which gives
 * it one.  The family makes it, embedded in its own structure, and frees it after release().
 *
 * Locking: sock->lock guards err and shutdown, and what the family puts under it.  Options are single words,
 * written by setsockopt and read without a lock.
 */
#ifndef QUIRE_SOCKET_H
#define QUIRE_SOCKET_H

#include <abi/socket.h>
#include <quire/list.h>
#include <quire/lock.h>
#include <quire/types.h>
#include <quire/uio.h>
#include <quire/wait.h>

struct file;
struct inode;
struct message;
struct poll_table;
struct scm_files;
struct socket_ops;

enum socket_state { SOCKET_UNCONNECTED, SOCKET_CONNECTED, SOCKET_LISTENING };

/* Which directions are shut down. */
#define RCV_SHUTDOWN 1u
#define SEND_SHUTDOWN 2u
#define SHUTDOWN_MASK 3u

struct socket {
	const struct socket_ops *ops;
	struct file *file;		/* its open file, which holds it; NULL before accept() */
	int type, protocol;		/* SOCK_STREAM, ... */
	enum socket_state state;
	unsigned int shutdown;		/* RCV_SHUTDOWN | SEND_SHUTDOWN */
	int err;			/* positive errno that the next call tells, once */
	spinlock_t lock;
	wait_queue_head_t wait;		/* for data, a connection or the end */
	wait_queue_head_t space;	/* for room to send */
	unsigned int sndbuf, rcvbuf;	/* bytes */
	int rcvlowat;
	long rcvtimeo, sndtimeo;	/* ticks */
	unsigned long flags;		/* options that are on: bit SO_* */
	struct linger linger;
	struct ucred peercred;		/* of a listener its own, which connect() hands on */
};

/* Every operation with a result returns >= 0 or -errno and may sleep. */
struct socket_ops {
	int family;
	int (*bind)(struct socket *sock, const void *addr, int len);
	int (*connect)(struct socket *sock, const void *addr, int len, unsigned int file_flags);
	int (*pair)(struct socket *a, struct socket *b);
	int (*listen)(struct socket *sock, int backlog);
	/* The next connection, without a file yet; ERR_PTR. */
	struct socket *(*accept)(struct socket *sock, unsigned int file_flags);
	/* The address of the socket, or of its peer, into SOCKADDR_MAX bytes. => its length */
	int (*getname)(struct socket *sock, bool peer, void *addr);
	int (*shutdown)(struct socket *sock, unsigned int how);
	ssize_t (*sendmsg)(struct socket *sock, struct message *m);
	ssize_t (*recvmsg)(struct socket *sock, struct message *m);
	unsigned int (*poll)(struct socket *sock, struct file *file, struct poll_table *table);
	long (*ioctl)(struct socket *sock, unsigned int cmd, unsigned long arg);
	/* A descriptor is being closed; its reference of the file still counts, and is used for nothing else. */
	void (*closing)(struct socket *sock);
	/* The last close, or nobody accepted it: no more calls come. */
	void (*release)(struct socket *sock);
};

/* ---- families ---- */
struct socket_family {
	int family;
	/* ERR_PTR; sock_init() done, ops set. */
	struct socket *(*create)(int type, int protocol);
};
void socket_register(const struct socket_family *family);
void sock_init(struct socket *sock, int type, int protocol, const struct socket_ops *ops);
void socket_init(void);		/* at boot, after /proc */
void unix_init(void);		/* registers AF_UNIX */
extern int sock_wmem_default, sock_wmem_max, sock_somaxconn;

/* ---- sockets and files (socket.c) ---- */
extern const struct file_operations socket_fops;
/* An open file for it, which then owns it; ERR_PTR (the socket is still the caller's). */
struct file *socket_file(struct socket *sock, unsigned int flags);
/* The socket of a descriptor, held as by fget_light until sockfd_put. => 0, -EBADF, -ENOTSOCK */
struct sockfd {
	struct socket *sock;
	struct file *file;
	bool put;
};
int sockfd_get(int fd, struct sockfd *s);
void sockfd_put(struct sockfd *s);
struct socket *socket_of(struct file *file); /* NULL: not a socket */
struct inode *socket_inode(const struct socket *sock); /* has a file */
static inline bool sock_flag(const struct socket *sock, unsigned int so)
{
	return (sock->flags & 1ul << so) != 0;
}
/* Takes the pending error. => 0 or -errno */
int sock_error(struct socket *sock);
long sock_getsockopt(struct socket *sock, int level, int name, void __user *value, int __user *len);
long sock_setsockopt(struct socket *sock, int level, int name, const void __user *value, int len);

/* What a sleep of at most timeo ticks returns when a signal ends it. */
int sock_intr_errno(long timeo);

/* ---- a message under way (message.c) ---- */
struct scm {
	struct ucred creds;		/* of the sender */
	struct scm_files *files;	/* SCM_RIGHTS; owned */
};

struct message {
	struct iovec *iov;		/* where the copy stands; changed by it */
	unsigned long nr_iov;
	size_t len;			/* bytes of iov that are left */
	unsigned int flags;		/* MSG_* of the call; recvmsg adds MSG_TRUNC, MSG_EOR, MSG_CTRUNC */
	bool nonblock;			/* MSG_DONTWAIT or the file's O_NONBLOCK */
	bool has_creds;			/* sending: SCM_CREDENTIALS came with it; received: creds are filled in */
	void *name;			/* SOCKADDR_MAX bytes in the kernel, or NULL */
	int name_len;			/* sending: of the address, 0: none; receiving: what was filled in */
	struct scm scm;
};

/* The next n <= m->len bytes between the user's memory and the kernel's. => 0 or -EFAULT */
int message_read(struct message *m, void *to, size_t n);
int message_write(struct message *m, const void *from, size_t n);

/* ---- control messages (scm.c) ---- */
#define SCM_MAX_FD 253u

struct scm_files {
	struct list_head link;		/* while they are being dropped */
	struct user_struct *user;	/* charged while in flight */
	unsigned int nr;
	struct file *files[];		/* referenced */
};
struct user_msghdr;
/* Take control messages in. => 0 or -errno (nothing is left in m->scm then) */
int scm_send(struct message *m, const struct user_msghdr *hdr);
/* Give them out; *hdr's msg_control and msg_controllen move on. Drops m->scm.files. */
void scm_recv(struct message *m, struct user_msghdr *hdr);
struct scm_files *scm_files_dup(const struct scm_files *files); /* NULL: no memory */
/* Close them all; those that a close frees in turn follow without recursion. NULL: nothing. */
void scm_files_drop(struct scm_files *files);

#endif
