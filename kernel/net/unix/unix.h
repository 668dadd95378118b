/* SPDX-License-Identifier: MIT */
/*
 * AF_UNIX, between the files of kernel/net/unix/.
 *
 * A unix_socket lives as long as somebody holds it: its file (or the listener that it waits in), its peer,
 * messages that it sent and that nobody has read, and running code.  What was sent to it goes with its file
 * (unix_release), so cycles of peers end there; cycles of files in messages are garbage.c's.
 *
 * Locking, from the outside in:
 *	unix_mutex	names, who is connected to whom, state, the list of all sockets
 *	read_mutex	one receiver at a time; held while bytes are copied out, never together with unix_mutex
 *	inflight_mutex	which sockets are in messages (garbage.c)
 *	sk.lock		the queue, spares, shutdown, err, peer, dead and the clients; a listener's, then that of
 *			a socket that waits in its queue
 * A peer is written under unix_mutex and sk.lock, so either is enough to read it; that of a stream or seqpacket
 * socket changes once, and goes in unix_release: whoever uses the socket's file needs no lock for it.
 */
#ifndef UNIX_H
#define UNIX_H

#include <quire/fs.h>
#include <quire/kernel.h>
#include <quire/mutex.h>
#include <quire/socket.h>
#include <quire/user.h>

/* An address that some socket is bound to; shared by a listener and what it accepted. */
struct unix_address {
	atomic_t count;
	int len;			/* of name, family included */
	struct sockaddr_un name;
};

enum gc_state { GC_NONE, GC_CANDIDATE, GC_REACHABLE };

struct unix_socket {
	struct socket sk;		/* first: unix_sk() */
	atomic_t count;
	bool dead;			/* released: nobody will read from it any more */
	struct list_head all;		/* unix_mutex */
	struct user_struct *user;	/* charged for what it sends */

	struct unix_address *addr;	/* NULL: no name; set once */
	struct hlist_node bound;	/* in the table of names: unix_mutex */
	struct path path;		/* the name in a file system; dentry NULL: none */

	struct unix_socket *peer;	/* referenced */
	struct list_head clients;	/* datagram sockets whose peer this is */
	struct list_head client_link;

	struct mutex read_mutex;
	struct list_head queue;		/* messages to read, oldest first; a listener's: connections */
	unsigned int qlen, backlog;	/* messages that are there; that there may be but one */
	wait_queue_head_t room;		/* who sends or connects to this socket and found it full */
	atomic_t wmem;			/* bytes that it sent and that are not yet read */
	struct list_head spares;	/* messages that it sent, read by now, with their pages: to be used again */

	/* inflight_mutex */
	struct list_head inflight_link;
	unsigned int inflight;		/* references to its file in messages */
	unsigned int gc_refs;		/* those that the collector has not yet explained */
	enum gc_state gc_state;
};

/* What stands in a queue. */
struct unix_msg {
	struct list_head link;
	struct unix_socket *from;	/* who sent it and is charged; referenced */
	struct unix_socket *embryo;	/* a connection for accept(): no bytes then */
	struct scm_files *files;	/* in flight with it */
	struct ucred creds;		/* of the sender */
	unsigned int charge;		/* bytes */
	unsigned int offset, len;	/* bytes not yet read */
	unsigned int nr_pages;		/* of OWNER_SOCKET that hold the bytes; 0: they stand here instead */
	struct page *pages[];
};

extern struct mutex unix_mutex;

static inline struct unix_socket *unix_sk(struct socket *sock)
{
	return container_of(sock, struct unix_socket, sk);
}

/* ---- af_unix.c ---- */
extern struct list_head unix_sockets;
struct unix_socket *unix_alloc(int type, int protocol); /* ERR_PTR */
static inline struct unix_socket *unix_get(struct unix_socket *u)
{
	atomic_inc(&u->count);
	return u;
}
void unix_put(struct unix_socket *u);
void unix_release(struct socket *sock);
struct unix_socket *unix_get_peer(struct unix_socket *u); /* referenced, or NULL */
void unix_set_error(struct unix_socket *u, int err);
int unix_pair(struct socket *a, struct socket *b);
int unix_getname(struct socket *sock, bool peer, void *addr);
int unix_shutdown(struct socket *sock, unsigned int how);
unsigned int unix_poll(struct socket *sock, struct file *file, struct poll_table *table);
long unix_ioctl(struct socket *sock, unsigned int cmd, unsigned long arg);
/* Somebody waits on q: after a change that he may wait for. */
void unix_news(wait_queue_head_t *q);
static inline bool is_stream_like(const struct unix_socket *u)
{
	return u->sk.type != SOCK_DGRAM;
}

/* ---- names.c ---- */
int unix_bind(struct socket *sock, const void *addr, int len);
int unix_autobind(struct unix_socket *u);
/* Who has this name and type; referenced.  ERR_PTR: -ECONNREFUSED, -EPROTOTYPE, ... */
struct unix_socket *unix_find(const void *addr, int len, int type);
void unix_unbind(struct unix_socket *u);	/* unix_mutex held */
void unix_put_address(struct unix_address *addr);
int unix_copy_address(const struct unix_socket *u, void *addr);

/* ---- connect.c ---- */
int unix_listen(struct socket *sock, int backlog);
int unix_stream_connect(struct socket *sock, const void *addr, int len, unsigned int file_flags);
int unix_dgram_connect(struct socket *sock, const void *addr, int len, unsigned int file_flags);
struct socket *unix_accept(struct socket *sock, unsigned int file_flags);
struct socket *unix_no_accept(struct socket *sock, unsigned int file_flags);
int unix_no_listen(struct socket *sock, int backlog);
bool unix_may_send(const struct unix_socket *u, const struct unix_socket *other);
/* A datagram socket's peer was found dead: it has none now. */
void unix_forget_peer(struct unix_socket *u, struct unix_socket *peer);
/* Sleep until a listener or a receiver has room again or goes. => 0 or -errno */
int unix_wait_receiver(struct unix_socket *other, long *timeo);

/* ---- queue.c ---- */
/* Room for len bytes, charged to `from`. => ERR_PTR(-ENOBUFS) */
struct unix_msg *unix_alloc_msg(struct unix_socket *from, size_t len);
int unix_charge_more(struct unix_msg *msg, unsigned int bytes);
void unix_free_msg(struct unix_msg *msg);
void unix_drop_spares(struct unix_socket *u);
int unix_fill_msg(struct unix_msg *msg, struct message *m);	/* all of it. => 0 or -EFAULT */
/* n bytes from its offset on to the user; the offset stays. => 0 or -EFAULT */
int unix_copy_msg(const struct unix_msg *msg, struct message *m, size_t n);
unsigned int unix_sndbuf(const struct unix_socket *u);		/* bytes that may be in flight now */
bool unix_writable(const struct unix_socket *u);
static inline bool unix_queue_full(const struct unix_socket *u)
{
	return u->qlen > u->backlog;
}
/* Sleep until there is room to send. => 0 or -errno */
int unix_wait_room(struct unix_socket *u, bool nonblock, long *timeo);
/* u->sk.lock held. */
static inline struct unix_msg *unix_first(struct unix_socket *u)
{
	return list_first_entry_or_null(&u->queue, struct unix_msg, link);
}
void unix_enqueue(struct unix_socket *to, struct unix_msg *msg);	/* to->sk.lock held */
void unix_dequeue(struct unix_socket *u, struct unix_msg *msg);
/*
 * The first message, waited for; read_mutex held, dropped meanwhile.  => NULL with *err 0 at the end of the
 * stream, else -errno
 */
struct unix_msg *unix_wait_msg(struct unix_socket *u, bool nonblock, long *timeo, int *err);
void unix_purge(struct unix_socket *u);
void unix_queue_init(void);
extern int unix_max_dgram_qlen;

/* ---- stream.c, dgram.c ---- */
ssize_t unix_stream_send(struct socket *sock, struct message *m);
ssize_t unix_stream_recv(struct socket *sock, struct message *m);
ssize_t unix_dgram_send(struct socket *sock, struct message *m);
ssize_t unix_dgram_recv(struct socket *sock, struct message *m);
ssize_t unix_seqpacket_send(struct socket *sock, struct message *m);
ssize_t unix_seqpacket_recv(struct socket *sock, struct message *m);
/* The next len bytes of m, signed, with m's files. => ERR_PTR(-ENOBUFS, -EFAULT, -ETOOMANYREFS) */
struct unix_msg *unix_make_msg(struct unix_socket *from, struct message *m, size_t len);
/* From a message for its receiver: who sent it, under which name. */
void unix_tell_sender(struct unix_socket *u, const struct unix_msg *msg, struct message *m);

/* ---- garbage.c ---- */
/* The message takes m's files, and they are in flight. => 0, -ETOOMANYREFS */
int unix_attach_files(struct unix_msg *msg, struct message *m);
/* They are not any more. => the files, the caller's */
struct scm_files *unix_detach_files(struct unix_msg *msg);
/* What the files of a message in a queue are, referenced once more. => 0 or -ENOMEM */
int unix_peek_files(struct unix_msg *msg, struct message *m);
void unix_collect_garbage(void);
void unix_closing(struct socket *sock);

/* ---- proc.c ---- */
void unix_proc_init(void);

#endif
