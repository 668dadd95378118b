/* SPDX-License-Identifier: MIT */
/*
 * The n-th page, and then the n-th slab object, is refused, for every n of a walk through the calls on files: names, links, mounts, poll of
 * many files, epoll, locks, FIFOs, memfd, /proc. Each time a call returns an error or the process dies;
 * nothing stays behind but what can be removed, nothing leaks (the auditor runs afterwards).
 *
 * machine: mem=16 swap=16 timeout=180
 * oracle: none, because Linux has no /proc/sys/vm/fail_nth
 */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "countdown.h"

#define LONG "a name that is too long to be kept inside of its dentry"

/* Whether a call works is not the question here. */
static void maybe(long result)
{
	(void)result;
}

static void names(void)
{
	struct stat st;
	DIR *dir;

	maybe(mkdir("d", 0700));
	maybe(symlink("d/f", LONG));
	maybe(close(open("d/f", O_CREAT | O_RDWR, 0600)));
	maybe(link("d/f", "d/" LONG));
	maybe(stat(LONG, &st));
	maybe(rename("d/f", "d/g"));
	maybe(rename("d", "e"));
	dir = opendir("e");
	if (dir) {
		while (readdir(dir))
			;
		closedir(dir);
	}
	maybe(unlink("e/g"));
	maybe(unlink("e/f"));
	maybe(unlink("d/f"));
	maybe(unlink("d/g"));
	maybe(unlink("e/" LONG));
	maybe(unlink("d/" LONG));
	maybe(unlink(LONG));
	maybe(rmdir("e"));
	maybe(rmdir("d"));
}

static void mounts(void)
{
	char page[PAGE];
	int fd;

	maybe(mkdir("m", 0700));
	if (mount("x", "m", "tmpfs", 0, "size=1m") == 0) {
		fd = open("m/f", O_CREAT | O_RDWR, 0600);
		maybe(write(fd, page, sizeof(page)));
		maybe(ftruncate(fd, 100));
		close(fd);
		maybe(umount("m"));
		umount2("m", MNT_DETACH);
	}
	fd = open("/proc/mounts", O_RDONLY);
	maybe(read(fd, page, sizeof(page)));
	close(fd);
	rmdir("m");
}

static void waiting(void)
{
	struct flock fl = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 10, .l_len = 10 };
	struct { uint32_t events; uint64_t data; } __attribute__((packed)) event = { POLLIN, 1 };
	struct pollfd fds[60];
	int p[2], ep, fd, i;

	if (pipe(p))
		return;
	for (i = 0; i < 60; i++)
		fds[i] = (struct pollfd){ .fd = p[0], .events = POLLIN };
	maybe(poll(fds, 60, 1));
	ep = syscall(SYS_epoll_create1, 0);
	maybe(syscall(SYS_epoll_ctl, ep, 1, p[0], &event));
	maybe(write(p[1], fds, 10));
	maybe(syscall(SYS_epoll_wait, ep, &event, 1, 1));
	close(p[0]);
	close(p[1]);
	close(ep);
	maybe(mkfifo("p", 0600));
	close(open("p", O_RDWR));
	unlink("p");
	fd = open("l", O_CREAT | O_RDWR, 0600);
	maybe(fcntl(fd, F_SETLK, &fl));
	fl.l_start = 13;
	fl.l_len = 2;
	fl.l_type = F_UNLCK;
	maybe(fcntl(fd, F_SETLK, &fl));
	maybe(dup2(fd, 200));
	close(fd);
	unlink("l");
	fd = syscall(SYS_memfd_create, "m", 0);
	maybe(write(fd, fds, sizeof(fds)));
	close(fd);
}

static char *self;

static void sequence(unsigned int n, const char *kind)
{
	set_countdown(n, kind);
	names();
	mounts();
	waiting();
	execl(self, self, "end", NULL);
	_exit(1);
}

/* What a process that died half-way, or whose unlink failed, has left. */
static void tidy(int status)
{
	(void)status;
	umount2("m", MNT_DETACH);
	names();
	rmdir("m");
	unlink("p");
	unlink("l");
}

int main(int argc, char **argv)
{
	unsigned int pages, objects;

	if (argc > 1)
		return countdown() > 0 ? NOT_REACHED : 0;
	self = argv[0];
	check(mkdir("/tmp/fail.test", 0700) == 0 && chdir("/tmp/fail.test") == 0);
	pages = for_every_n(sequence, "page", tidy);
	objects = for_every_n(sequence, "slab", tidy);
	printf("%u pages, %u slab objects; each failed once\n", pages, objects);
	check(pages > 5 && objects > 60);
	check(chdir("/") == 0 && rmdir("/tmp/fail.test") == 0);
	return 0;
}
