/* SPDX-License-Identifier: MIT */
/*
 * Names of AF_UNIX sockets: in a file system, where bind() makes an inode, or abstract, when the path begins with
 * a zero byte.  One hash table has all bound sockets: by inode, or by the bytes of the name.
 *
 * Locking: the table is under unix_mutex.  A socket's address is set once and stays until the socket is freed, so
 * whoever holds the socket may read it.
 */
#include <quire/dcache.h>
#include <quire/err.h>
#include <quire/namei.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>

#include "unix.h"

#define NAME_BUCKETS 64u
#define PATH_OFFSET ((int)offsetof(struct sockaddr_un, sun_path))
#define AUTOBIND_DIGITS 5
#define AUTOBIND_NAMES (1u << (4 * AUTOBIND_DIGITS))

static struct hlist_head names[NAME_BUCKETS];

/* ---- addresses ---- */

void unix_put_address(struct unix_address *addr)
{
	if (atomic_dec_and_test(&addr->count))
		kfree(addr);
}

static struct unix_address *new_address(const struct sockaddr_un *name, int len)
{
	struct unix_address *addr = kzalloc(sizeof(*addr), GFP_KERNEL);

	if (!addr)
		return NULL;
	atomic_set(&addr->count, 1);
	addr->len = len;
	memcpy(&addr->name, name, (size_t)len);
	return addr;
}

/* A socket without a name has the family alone. => length */
int unix_copy_address(const struct unix_socket *u, void *to)
{
	const u16 family = AF_UNIX;

	if (!u->addr) {
		memcpy(to, &family, sizeof(family));
		return (int)sizeof(family);
	}
	memcpy(to, &u->addr->name, (size_t)u->addr->len);
	return u->addr->len;
}

/* A name from the user: *name is a copy whose path ends in a zero byte; *len its length as a socket has it. */
static int check_name(const void *addr, int *len, struct sockaddr_un *name)
{
	if (*len <= PATH_OFFSET || *len > (int)sizeof(*name))
		return -EINVAL;
	memset(name, 0, sizeof(*name));
	memcpy(name, addr, (size_t)*len);
	return name->sun_family == AF_UNIX ? 0 : -EINVAL;
}

static bool is_abstract(const struct sockaddr_un *name)
{
	return !name->sun_path[0];
}

/* The path may fill sun_path to the last byte. */
static void path_text(const struct sockaddr_un *name, char text[UNIX_PATH_MAX + 1])
{
	memcpy(text, name->sun_path, UNIX_PATH_MAX);
	text[UNIX_PATH_MAX] = '\0';
}

/* ---- the table ---- */

static struct hlist_head *inode_bucket(const struct inode *inode)
{
	return &names[(unsigned long)inode / sizeof(*inode) % NAME_BUCKETS];
}

static struct hlist_head *abstract_bucket(const struct sockaddr_un *name, int len, int type)
{
	unsigned int hash = full_name_hash(name->sun_path, (unsigned int)(len - PATH_OFFSET));

	return &names[(hash + (unsigned int)type) % NAME_BUCKETS];
}

static struct unix_socket *find_inode_locked(const struct inode *inode)
{
	struct unix_socket *u;

	hlist_for_each_entry(u, inode_bucket(inode), bound)
		if (u->path.dentry && u->path.dentry->d_inode == inode)
			return u;
	return NULL;
}

/* Each type has abstract names of its own. */
static struct unix_socket *find_abstract_locked(const struct sockaddr_un *name, int len, int type)
{
	struct unix_socket *u;

	hlist_for_each_entry(u, abstract_bucket(name, len, type), bound)
		if (u->sk.type == type && !u->path.dentry && u->addr->len == len &&
		    !memcmp(&u->addr->name, name, (size_t)len))
			return u;
	return NULL;
}

void unix_unbind(struct unix_socket *u)
{
	hlist_del_init(&u->bound);
}

/* ---- finding ---- */

static struct unix_socket *find_path(const struct sockaddr_un *name, int type)
{
	char text[UNIX_PATH_MAX + 1];
	struct unix_socket *u;
	struct inode *inode;
	struct path path;
	int err;

	path_text(name, text);
	err = kern_path(text, LOOKUP_FOLLOW, &path);
	if (err)
		return ERR_PTR(err);
	inode = path.dentry->d_inode;
	err = inode_permission(inode, MAY_WRITE);
	if (!err && !S_ISSOCK(inode->i_mode))
		err = -ECONNREFUSED;
	if (!err) {
		mutex_lock(&unix_mutex);
		u = find_inode_locked(inode);
		if (!u)
			err = -ECONNREFUSED;
		else if (u->sk.type != type)
			err = -EPROTOTYPE;
		else
			unix_get(u);
		mutex_unlock(&unix_mutex);
	}
	path_put(&path);
	return err ? ERR_PTR(err) : u;
}

struct unix_socket *unix_find(const void *addr, int len, int type)
{
	struct sockaddr_un name;
	struct unix_socket *u;
	int err = check_name(addr, &len, &name);

	if (err)
		return ERR_PTR(err);
	if (!is_abstract(&name))
		return find_path(&name, type);
	mutex_lock(&unix_mutex);
	u = find_abstract_locked(&name, len, type);
	if (u)
		unix_get(u);
	mutex_unlock(&unix_mutex);
	return u ? u : ERR_PTR(-ECONNREFUSED);
}

/* ---- binding ---- */

static int bind_path(struct unix_socket *u, const struct sockaddr_un *name)
{
	umode_t mode = S_IFSOCK | (socket_inode(&u->sk)->i_mode & S_IRWXUGO & ~(umode_t)current->fs->umask);
	char text[UNIX_PATH_MAX + 1];
	struct unix_address *addr;
	struct path path;
	bool bound;
	int err;

	path_text(name, text);
	addr = new_address(name, min(PATH_OFFSET + (int)strlen(text) + 1, (int)sizeof(*name)));
	if (!addr)
		return -ENOMEM;
	err = kern_mknod(text, mode, 0, &path);
	if (err) {
		unix_put_address(addr);
		return err == -EEXIST ? -EADDRINUSE : err;
	}
	mutex_lock(&unix_mutex);
	bound = !u->addr;
	if (bound) {
		u->path = path;
		u->addr = addr;
		hlist_add_head(&u->bound, inode_bucket(path.dentry->d_inode));
	}
	mutex_unlock(&unix_mutex);
	if (bound)
		return 0;
	kern_unlink(text);
	path_put(&path);
	unix_put_address(addr);
	return -EINVAL;
}

static int bind_abstract(struct unix_socket *u, const struct sockaddr_un *name, int len)
{
	struct unix_address *addr = new_address(name, len);
	int err = 0;

	if (!addr)
		return -ENOMEM;
	mutex_lock(&unix_mutex);
	if (u->addr)
		err = -EINVAL;
	else if (find_abstract_locked(name, len, u->sk.type))
		err = -EADDRINUSE;
	if (!err) {
		u->addr = addr;
		hlist_add_head(&u->bound, abstract_bucket(name, len, u->sk.type));
	}
	mutex_unlock(&unix_mutex);
	if (err)
		unix_put_address(addr);
	return err;
}

/* A free abstract name of five hexadecimal digits. => 0: it has one now, or had; -ENOSPC, -ENOMEM */
int unix_autobind(struct unix_socket *u)
{
	static unsigned int next;
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int err = -EADDRINUSE;

	for (unsigned int tries = 0; err == -EADDRINUSE && !u->addr; tries++) {
		if (tries == AUTOBIND_NAMES)
			return -ENOSPC;
		scnprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "%05x", next++ % AUTOBIND_NAMES);
		err = bind_abstract(u, &name, PATH_OFFSET + 1 + AUTOBIND_DIGITS);
	}
	return u->addr ? 0 : err;
}

int unix_bind(struct socket *sock, const void *addr, int len)
{
	struct unix_socket *u = unix_sk(sock);
	struct sockaddr_un name;
	int err;

	if (len == PATH_OFFSET && ((const struct sockaddr *)addr)->sa_family == AF_UNIX)
		return unix_autobind(u);
	err = check_name(addr, &len, &name);
	if (err)
		return err;
	return is_abstract(&name) ? bind_abstract(u, &name, len) : bind_path(u, &name);
}
