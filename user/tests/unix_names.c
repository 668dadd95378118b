/* SPDX-License-Identifier: MIT */
/*
 * Names of AF_UNIX sockets: in a file system (ext2 and tmpfs) and abstract; who may connect; autobind; options, and
 * what poll, select and /proc/net/unix say.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>

#include "check.h"

#define PATH_AT ((socklen_t)offsetof(struct sockaddr_un, sun_path))
#define NOBODY 65534
#define EPOLL_CTL_ADD 1
#define EPOLLIN 1u
#define EPOLLOUT 4u
#define EPOLLHUP 0x10u
#define EPOLLRDHUP 0x2000u
#define EPOLLET (1u << 31)

struct epoll_event {
	uint32_t events;
	uint64_t data;
} __attribute__((packed));

static struct sockaddr_un un(const char *path)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	strncpy(addr.sun_path, path, sizeof(addr.sun_path) - 1);
	return addr;
}

static int bind_to(int fd, const char *path)
{
	struct sockaddr_un addr = un(path);

	return bind(fd, (struct sockaddr *)&addr, PATH_AT + strlen(path) + 1);
}

static int connect_to(int fd, const char *path)
{
	struct sockaddr_un addr = un(path);

	return connect(fd, (struct sockaddr *)&addr, sizeof(addr));
}

static int stream(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	check(fd >= 0);
	return fd;
}

/* ---- paths ---- */

static void paths(const char *path)
{
	struct sockaddr_un addr;
	socklen_t len = sizeof(addr);
	int fd = stream(), client = stream(), dgram = socket(AF_UNIX, SOCK_DGRAM, 0);
	struct stat st;

	unlink(path);
	umask(022);
	check(connect_to(client, path) == -1 && errno == ENOENT);
	check(bind_to(fd, path) == 0);
	check(stat(path, &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == 0755);
	check(getsockname(fd, (struct sockaddr *)&addr, &len) == 0 && len == PATH_AT + strlen(path) + 1);
	check(!strcmp(addr.sun_path, path));
	check(connect_to(client, path) == -1 && errno == ECONNREFUSED);	/* it does not listen yet */
	check(bind_to(stream(), path) == -1 && errno == EADDRINUSE);
	check(bind_to(fd, path) == -1 && (errno == EINVAL || errno == EADDRINUSE));
	check(bind_to(fd, "/tmp/unix_names.other") == -1 && errno == EINVAL);
	check(access("/tmp/unix_names.other", F_OK) == -1 && errno == ENOENT);
	check(open(path, O_RDWR) == -1 && errno == ENXIO);
	check(listen(fd, 1) == 0 && connect_to(dgram, path) == -1 && errno == EPROTOTYPE);
	check(connect_to(client, path) == 0);
	check(close(fd) == 0 && connect_to(stream(), path) == -1 && errno == ECONNREFUSED);
	check(unlink(path) == 0 && connect_to(stream(), path) == -1 && errno == ENOENT);
	check(close(client) == 0 && close(dgram) == 0);
}

static void bad_paths(void)
{
	struct sockaddr_un addr = un("/tmp/unix_names.x");
	int fd = stream();

	check(bind(fd, (struct sockaddr *)&addr, PATH_AT - 1) == -1 && errno == EINVAL);
	check(bind(fd, (struct sockaddr *)&addr, sizeof(addr) + 1) == -1 && errno == EINVAL);
	check(bind(fd, (struct sockaddr *)&addr, 129) == -1 && errno == EINVAL);
	check(bind(fd, (struct sockaddr *)&addr, -1) == -1 && errno == EINVAL);
	check(bind(fd, NULL, 10) == -1 && errno == EFAULT);
	check(connect(fd, (struct sockaddr *)&addr, PATH_AT) == -1 && errno == EINVAL);
	addr.sun_family = AF_INET;
	check(bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == -1 && errno == EINVAL);
	check(connect(fd, (struct sockaddr *)&addr, sizeof(addr)) == -1 && errno == EINVAL);
	check(bind_to(fd, "/tmp/unix_names.none/x") == -1 && errno == ENOENT);
	check(bind_to(fd, "/proc/x") == -1);
	check(connect_to(fd, "/etc/passwd") == -1 && errno == ECONNREFUSED);
	check(connect_to(fd, "/etc") == -1 && errno == ECONNREFUSED);
	memset(addr.sun_path, '/', sizeof(addr.sun_path));	/* to the last byte, without a zero */
	addr.sun_family = AF_UNIX;
	memcpy(addr.sun_path + 100, "tmp/unix", 8);
	check(bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 && access("/tmp/unix", F_OK) == 0);
	check(unlink("/tmp/unix") == 0 && close(fd) == 0);
}

/* Writing the inode is what connecting takes. */
static void permissions(void)
{
	const char *path = "/tmp/unix_names.perm", *dir = "/tmp/unix_names.dir";
	int fd = stream();
	pid_t pid;

	unlink(path);
	check(mkdir(dir, 0755) == 0);
	check(fchmod(fd, 0700) == 0 && bind_to(fd, path) == 0 && listen(fd, 5) == 0);
	pid = fork();
	if (pid == 0) {
		check(setuid(NOBODY) == 0);
		check(connect_to(stream(), path) == -1 && errno == EACCES);
		check(bind_to(stream(), "/tmp/unix_names.dir/x") == -1 && errno == EACCES);
		_exit(0);
	}
	join(pid);
	check(chmod(path, 0722) == 0);
	pid = fork();
	if (pid == 0) {
		check(setuid(NOBODY) == 0 && connect_to(stream(), path) == 0);
		_exit(0);
	}
	join(pid);
	check(unlink(path) == 0 && rmdir(dir) == 0 && close(fd) == 0);
}

/* ---- abstract names ---- */

static void abstract(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX, .sun_path = "\0unix\0names" }, got;
	socklen_t len = PATH_AT + 11, got_len = sizeof(got);
	int fd = stream(), other = stream();

	check(bind(fd, (struct sockaddr *)&a, len) == 0);
	check(bind(other, (struct sockaddr *)&a, len) == -1 && errno == EADDRINUSE);
	check(bind(other, (struct sockaddr *)&a, len + 1) == 0);	/* zeroes count */
	check(getsockname(fd, (struct sockaddr *)&got, &got_len) == 0 && got_len == len && !memcmp(&got, &a, len));
	check(connect(stream(), (struct sockaddr *)&a, len) == -1 && errno == ECONNREFUSED);
	check(listen(fd, 1) == 0 && connect(stream(), (struct sockaddr *)&a, len) == 0);
	check(close(fd) == 0 && close(other) == 0);
	fd = stream();
	check(bind(fd, (struct sockaddr *)&a, len) == 0 && close(fd) == 0);
}

static void autobind(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX }, b;
	socklen_t len = sizeof(a);
	int fd = stream(), other = stream();

	check(bind(fd, (struct sockaddr *)&a, PATH_AT) == 0);
	check(getsockname(fd, (struct sockaddr *)&a, &len) == 0 && len == PATH_AT + 6 && !a.sun_path[0]);
	for (int i = 1; i < 6; i++)
		check(strchr("0123456789abcdef", a.sun_path[i]) && a.sun_path[i]);
	check(bind(fd, (struct sockaddr *)&a, PATH_AT) == 0);	/* it has one */
	check(bind(other, (struct sockaddr *)&a, PATH_AT) == 0);
	len = sizeof(b);
	check(getsockname(other, (struct sockaddr *)&b, &len) == 0 && memcmp(&a, &b, len));
	check(close(fd) == 0 && close(other) == 0);
}

/* ---- options ---- */

static int option(int fd, int name)
{
	int value = -1;
	socklen_t len = sizeof(value);

	check(getsockopt(fd, SOL_SOCKET, name, &value, &len) == 0 && len == sizeof(value));
	return value;
}

static void options(void)
{
	int fd = stream(), value = 1, seq = socket(AF_UNIX, SOCK_SEQPACKET, 0);
	socklen_t len = sizeof(value);
	struct linger linger = { 1, 5 };

	check(option(fd, SO_TYPE) == SOCK_STREAM && option(seq, SO_TYPE) == SOCK_SEQPACKET);
	check(option(fd, SO_DOMAIN) == AF_UNIX && option(fd, SO_PROTOCOL) == 0 && option(fd, SO_ERROR) == 0);
	check(option(fd, SO_ACCEPTCONN) == 0 && option(fd, SO_REUSEADDR) == 0 && option(fd, SO_PASSCRED) == 0);
	check(option(fd, SO_RCVLOWAT) == 1 && option(fd, SO_SNDLOWAT) == 1);
	check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, sizeof(value)) == 0 && option(fd, SO_REUSEADDR) == 1);
	check(setsockopt(fd, SOL_SOCKET, SO_TYPE, &value, sizeof(value)) == -1 && errno == ENOPROTOOPT);
	check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, 3) == -1 && errno == EINVAL);
	check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, NULL, sizeof(value)) == -1 && errno == EFAULT);
	check(setsockopt(fd, SOL_SOCKET, 12345, &value, sizeof(value)) == -1 && errno == ENOPROTOOPT);
	check(setsockopt(fd, 6, 1, &value, sizeof(value)) == -1 && errno == EOPNOTSUPP);
	check(getsockopt(fd, 6, 1, &value, &len) == -1 && errno == EOPNOTSUPP);
	check(getsockopt(fd, SOL_SOCKET, 12345, &value, &len) == -1 && errno == ENOPROTOOPT);
	len = 1;
	check(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &len) == 0 && len == 1);
	len = (socklen_t)-1;
	check(getsockopt(fd, SOL_SOCKET, SO_TYPE, &value, &len) == -1 && errno == EINVAL);
	value = 20000;
	check(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, sizeof(value)) == 0 && option(fd, SO_SNDBUF) == 40000);
	check(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &value, sizeof(value)) == 0 && option(fd, SO_RCVBUF) == 40000);
	value = 1;
	check(setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &value, sizeof(value)) == 0 && option(fd, SO_SNDBUF) >= 2048);
	check(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) == 0);
	linger.l_linger = 0;
	len = sizeof(linger);
	check(getsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, &len) == 0 && len == 8 && linger.l_linger == 5);
	check(bind_to(fd, "/tmp/unix_names.opt") == 0 && listen(fd, 1) == 0 && option(fd, SO_ACCEPTCONN) == 1);
	check(ioctl(fd, FIONREAD, &value) == -1 && errno == EINVAL);
	check(unlink("/tmp/unix_names.opt") == 0 && close(fd) == 0 && close(seq) == 0);
}

/* ---- waiting for several ---- */

static int events(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN | POLLOUT | POLLPRI | 0x2000 };

	check(poll(&p, 1, 0) >= 0);
	return p.revents;
}

static void polls(void)
{
	const int rdhup = 0x2000;
	int fd[2], lone = stream(), server = stream();
	static char block[8192];
	fd_set rd, wr;

	check(events(lone) == (POLLOUT | POLLHUP) && close(lone) == 0);
	check(bind_to(server, "/tmp/unix_names.poll") == 0 && listen(server, 3) == 0 && events(server) == 0);
	lone = stream();
	check(connect_to(lone, "/tmp/unix_names.poll") == 0 && events(server) == POLLIN && events(lone) == POLLOUT);
	check(unlink("/tmp/unix_names.poll") == 0 && close(server) == 0);
	check(events(lone) == (POLLIN | POLLOUT | POLLERR | POLLHUP | rdhup) && option(lone, SO_ERROR) == ECONNRESET);
	check(events(lone) == (POLLIN | POLLOUT | POLLHUP | rdhup) && close(lone) == 0);
	check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) == 0 && events(fd[0]) == POLLOUT);
	check(write(fd[1], "x", 1) == 1 && events(fd[0]) == (POLLIN | POLLOUT));
	FD_ZERO(&rd);
	FD_ZERO(&wr);
	FD_SET(fd[0], &rd);
	FD_SET(fd[0], &wr);
	check(select(fd[0] + 1, &rd, &wr, NULL, NULL) == 2);
	check(read(fd[0], block, 8) == 1);
	while (write(fd[0], block, sizeof(block)) > 0)
		;
	check(events(fd[0]) == 0);
	while (read(fd[1], block, sizeof(block)) > 0)
		;
	check(events(fd[0]) == POLLOUT && shutdown(fd[1], SHUT_WR) == 0 && events(fd[0]) == (POLLIN | POLLOUT | rdhup));
	check(close(fd[1]) == 0 && events(fd[0]) == (POLLIN | POLLOUT | POLLHUP | rdhup) && close(fd[0]) == 0);
}

static unsigned int epolled(int set)
{
	struct epoll_event event = { 0, 0 };
	int n = syscall(SYS_epoll_wait, set, &event, 1, 0);

	check(n >= 0);
	return n ? event.events : 0;
}

static void epolls(void)
{
	struct epoll_event want = { EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, 0 };
	int set = syscall(SYS_epoll_create1, 0), fd[2];
	char c;

	check(set >= 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, fd) == 0);
	check(syscall(SYS_epoll_ctl, set, EPOLL_CTL_ADD, fd[0], &want) == 0);
	check(epolled(set) == EPOLLOUT && epolled(set) == 0);
	check(write(fd[1], "x", 1) == 1 && epolled(set) == (EPOLLIN | EPOLLOUT) && epolled(set) == 0);
	check(write(fd[1], "y", 1) == 1 && epolled(set) == (EPOLLIN | EPOLLOUT));
	check(read(fd[0], &c, 1) == 1 && read(fd[0], &c, 1) == 1 && epolled(set) == 0);
	check(close(fd[1]) == 0 && epolled(set) == (EPOLLIN | EPOLLOUT | EPOLLHUP | EPOLLRDHUP));
	check(close(fd[0]) == 0 && epolled(set) == 0 && close(set) == 0);
}

/* ---- /proc/net/unix ---- */

/* The line of a socket with that inode. */
static bool listed(unsigned long ino, char *line, int size)
{
	FILE *f = fopen("/proc/net/unix", "r");
	unsigned long found;
	bool yes = false;

	check(f && fgets(line, size, f));
	check(!strncmp(line, "Num       RefCount Protocol Flags    Type St Inode Path\n", size));
	while (!yes && fgets(line, size, f))
		yes = sscanf(line, "%*s %*x %*x %*x %*x %*x %lu", &found) == 1 && found == ino;
	fclose(f);
	return yes;
}

static void proc(void)
{
	char line[256], name[128];
	unsigned int flags, type, state;
	int fd = stream();
	struct stat st;

	check(bind_to(fd, "/tmp/unix_names.proc") == 0 && listen(fd, 2) == 0 && fstat(fd, &st) == 0);
	check(listed(st.st_ino, line, sizeof(line)));
	check(sscanf(line, "%*s %*x %*x %x %x %x %*u %127s", &flags, &type, &state, name) == 4);
	check(flags == 0x10000 && type == 1 && state == 1 && !strcmp(name, "/tmp/unix_names.proc"));
	check(unlink("/tmp/unix_names.proc") == 0 && close(fd) == 0 && !listed(st.st_ino, line, sizeof(line)));
}

int main(void)
{
	paths("/tmp/unix_names.sock");
	paths("/root/unix_names.sock");
	bad_paths();
	permissions();
	abstract();
	autobind();
	options();
	polls();
	epolls();
	proc();
	return 0;
}
