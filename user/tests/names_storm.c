/* SPDX-License-Identifier: MIT */
/*
 * Eight processes at work on the same few names: create, link, symlink, rename of files and directories,
 * unlink, mkdir, rmdir, walks, readdir, open files that lose their names. Any single call may fail, but
 * only with an error that the race explains; in the end the tree is whole: every directory's link count
 * fits its children, and everything can be removed.  An argument names another place than /tmp.
 *
 * machine: mem=16 swap=32 timeout=120
 */
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "check.h"

#define WORKERS 8
#define ROUNDS 1500
#define NAMES 5

static unsigned int seed;
static char top[64];

static unsigned int rnd(unsigned int n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

/* A path of one to three parts: "a/b/c". */
static char *name(char *buf)
{
	unsigned int parts = 1 + rnd(3), i;

	for (i = 0; i < parts; i++) {
		buf[2 * i] = (char)('a' + rnd(NAMES));
		buf[2 * i + 1] = '/';
	}
	buf[2 * parts - 1] = 0;
	return buf;
}

static int explained(void)
{
	switch (errno) {
	case ENOENT:
	case EEXIST:
	case ENOTDIR:
	case EISDIR:
	case ENOTEMPTY:
	case EINVAL:
	case ELOOP:
	case EPERM:
		return 1;
	default:
		return 0;
	}
}

#define may(call) check((call) == 0 || explained())

static void use_file(const char *path)
{
	char buf[8];
	int fd = open(path, O_RDWR | O_CREAT, 0600);

	if (fd < 0) {
		check(explained());
		return;
	}
	check(write(fd, "contents", 8) == 8);
	may(unlink(path));
	check(pread(fd, buf, 8, 0) == 8 && !memcmp(buf, "contents", 8) && close(fd) == 0);
}

static void list(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *d;
	int n = 0;

	if (!dir)
		return;
	while ((d = readdir(dir)) != NULL) {
		check(!strcmp(d->d_name, ".") || !strcmp(d->d_name, "..") || strlen(d->d_name) == 1);
		check(++n < 100000);
	}
	closedir(dir);
}

static void work(unsigned int id)
{
	char a[16], b[16], cwd[128];
	struct stat st;
	int i, fd;

	seed = id * 7919 + 1;
	for (i = 0; i < ROUNDS; i++) {
		switch (rnd(11)) {
		case 0:
		case 1:
			may(mkdir(name(a), 0700));
			break;
		case 2:
			may(rmdir(name(a)));
			break;
		case 3:
		case 4:
			may(rename(name(a), name(b)));
			break;
		case 5:
			may(link(name(a), name(b)));
			break;
		case 6:
			may(symlink(name(a), name(b)));
			break;
		case 7:
			may(unlink(name(a)));
			break;
		case 8:
			fd = open(name(a), O_CREAT | O_EXCL | O_WRONLY, 0600);
			check(fd >= 0 ? close(fd) == 0 : explained());
			break;
		case 9:
			use_file(name(a));
			break;
		default:
			list(name(a));
			may(stat(name(a), &st));
			fd = open(name(a), O_RDONLY | O_DIRECTORY);
			if (fd >= 0) {
				check(fchdir(fd) == 0 && close(fd) == 0);
				check(getcwd(cwd, sizeof(cwd)) || errno == ENOENT);
				check(chdir(top) == 0);
			}
		}
	}
	_exit(0);
}

/* Check and remove a directory's contents. */
static void sweep(const char *path)
{
	char child[4096];
	struct stat st;
	DIR *dir = opendir(path);
	struct dirent *d;
	unsigned int subdirs = 0;

	check(dir);
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(child, sizeof(child), "%s/%s", path, d->d_name);
		check(lstat(child, &st) == 0);
		if (S_ISDIR(st.st_mode)) {
			subdirs++;
			sweep(child);
		}
	}
	check(stat(path, &st) == 0 && st.st_nlink == 2 + subdirs);
	rewinddir(dir);
	while ((d = readdir(dir)) != NULL) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(child, sizeof(child), "%s/%s", path, d->d_name);
		check(lstat(child, &st) == 0);
		check(S_ISDIR(st.st_mode) ? rmdir(child) == 0 : unlink(child) == 0);
	}
	check(closedir(dir) == 0);
}

int main(int argc, char **argv)
{
	pid_t pids[WORKERS];
	unsigned int i;

	snprintf(top, sizeof(top), "%s/storm.test", argc > 1 ? argv[1] : "/tmp");
	check(mkdir(top, 0700) == 0 && chdir(top) == 0);
	for (i = 0; i < WORKERS; i++) {
		check((pids[i] = fork()) >= 0);
		if (!pids[i])
			work(i);
	}
	for (i = 0; i < WORKERS; i++)
		join(pids[i]);
	sweep(top);
	check(chdir("/") == 0 && rmdir(top) == 0);
	return 0;
}
