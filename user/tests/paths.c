/* SPDX-License-Identifier: MIT */
/*
 * Path walks: dots, slashes, symlinks in every place, loops, lengths, the *at calls, permissions of another
 * user, chroot, and the errors of each call on names. Runs in /tmp, a tmpfs, or where an argument says.
 */
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "check.h"

#define fails(call, error) check((call) == -1 && errno == (error))

static struct stat st, st2;

static void touch(const char *name)
{
	int fd = open(name, O_CREAT | O_WRONLY, 0644);

	check(fd >= 0 && close(fd) == 0);
}

static int same(const char *a, const char *b)
{
	return stat(a, &st) == 0 && stat(b, &st2) == 0 && st.st_ino == st2.st_ino &&
	       st.st_dev == st2.st_dev;
}

static void dots_and_slashes(void)
{
	check(mkdir("d", 0755) == 0 && mkdir("d/e/", 0755) == 0);
	touch("d/f");
	check(same("d", "./d/../d/e/..") && same("d/f", "d//e///..//f") && same(".", "d/.."));
	check(same("/", "/..") && same("/", "/../../.") && same("/", "//"));
	fails(stat("d/f/", &st), ENOTDIR);
	fails(stat("d/f/.", &st), ENOTDIR);
	fails(stat("d/f/..", &st), ENOTDIR);
	fails(stat("", &st), ENOENT);
	fails(stat("d/none/../f", &st), ENOENT);
	fails(open("d/new/", O_CREAT | O_WRONLY, 0600), EISDIR);
	fails(open("d/.", O_CREAT | O_WRONLY, 0600), EISDIR);
	fails(mkdir("d/.", 0700), EEXIST);
	fails(mkdir("d/..", 0700), EEXIST);
	fails(mkdir("/", 0700), EEXIST);
	fails(rmdir("d/."), EINVAL);
	fails(rmdir("d/e/.."), ENOTEMPTY);
	fails(rmdir("/"), EBUSY);
	fails(rmdir("d"), ENOTEMPTY);
	fails(rmdir("d/f"), ENOTDIR);
	fails(unlink("d/e"), EISDIR);
	fails(unlink("d/f/"), ENOTDIR);
	fails(unlink("d/none/"), ENOENT);
	fails(rename("d", "d/e/x"), EINVAL);
	fails(rename("d/f", "d/e"), EISDIR);
	fails(rename("d/e", "d/f"), ENOTDIR);
	fails(rename("d/f", "d/g/"), ENOTDIR);
	fails(rename("d/.", "x"), EBUSY);
	fails(link("d", "d2"), EPERM);
	fails(symlink("", "empty"), ENOENT);
	check(mkdir("e2", 0755) == 0 && rename("d/e", "e2") == 0 && rename("e2/", "d/e/") == 0);
}

static void lengths(void)
{
	char name[NAME_MAX + 2], path[PATH_MAX + 10];

	memset(name, 'n', sizeof(name));
	name[NAME_MAX] = 0;
	touch(name);
	check(stat(name, &st) == 0 && unlink(name) == 0);
	name[NAME_MAX] = 'n';
	name[NAME_MAX + 1] = 0;
	fails(open(name, O_CREAT | O_WRONLY, 0600), ENAMETOOLONG);
	memset(path, '/', sizeof(path));
	path[PATH_MAX] = 0;
	fails(stat(path, &st), ENAMETOOLONG);
	path[PATH_MAX - 1] = 0;
	check(stat(path, &st) == 0 && S_ISDIR(st.st_mode));
}

static void symlinks(void)
{
	char name[16], target[16], buf[4];
	int i;

	check(symlink("d", "sd") == 0 && symlink("d/f", "sf") == 0 && symlink("nowhere", "dangling") == 0);
	check(same("d/f", "sd/f") && same("d", "sd/") && same("d/f", "sf"));
	check(lstat("sd", &st) == 0 && S_ISLNK(st.st_mode) && lstat("sd/", &st) == 0 && S_ISDIR(st.st_mode));
	fails(stat("dangling", &st), ENOENT);
	fails(stat("sf/", &st), ENOTDIR);
	fails(mkdir("dangling", 0700), EEXIST);
	fails(rmdir("sd"), ENOTDIR);
	fails(open("dangling", O_CREAT | O_EXCL | O_WRONLY, 0600), EEXIST);
	fails(open("sd", O_RDONLY | O_NOFOLLOW), ELOOP);
	check(readlink("sd", buf, sizeof(buf)) == 1);
	fails(readlink("sd", buf, 0), EINVAL);
	/* Opening a dangling link with O_CREAT makes what it names. */
	touch("dangling");
	check(stat("nowhere", &st) == 0 && unlink("nowhere") == 0);
	/* Forty links are followed, not one more. */
	touch("l0");
	for (i = 1; i <= 41; i++) {
		snprintf(name, sizeof(name), "l%d", i);
		snprintf(target, sizeof(target), "l%d", i - 1);
		check(symlink(target, name) == 0);
	}
	check(stat("l40", &st) == 0 && S_ISREG(st.st_mode));
	fails(stat("l41", &st), ELOOP);
	fails(open("l41", O_RDWR | O_CREAT, 0600), ELOOP);
	check(link("sf", "lsf") == 0 && lstat("lsf", &st) == 0 && S_ISLNK(st.st_mode) && st.st_nlink == 2);
	check(linkat(AT_FDCWD, "sf", AT_FDCWD, "lf", AT_SYMLINK_FOLLOW) == 0 && same("lf", "d/f"));
}

/* Links whose text says more than a name, twice each: the second walk finds all in the cache. */
static void link_texts(void)
{
	static const struct { const char *text, *means; } links[] = {
		{ "d/e/../f", "d/f" }, { "./d/./e", "d/e" }, { "d/e/..", "d" }, { "..", ".." }, { ".", "." },
		{ "d/e/", "d/e" }, { "//dev/../", "/" }, { "../../../..", "/" }, { "/proc/../dev", "/dev" },
		{ "/dev/null", "/dev/null" }, { "t1/../f", "d/f" }, { "/proc/self/../../dev", "/dev" },
	};
	char name[16], deep[64];
	int i, round;

	for (i = 0; i < (int)(sizeof(links) / sizeof(links[0])); i++) {
		snprintf(name, sizeof(name), "t%d", i);
		snprintf(deep, sizeof(deep), "d/e/../../%s", name);
		check(symlink(links[i].text, name) == 0);
		for (round = 0; round < 2; round++)
			check(same(name, links[i].means) && same(deep, links[i].means));
	}
	check(symlink("d/f/", "file_slash") == 0 && symlink("t0", "to_t0") == 0);
	check(symlink("d/none/../f", "through_none") == 0 && symlink("through_none", "to_none") == 0);
	for (round = 0; round < 2; round++) {
		fails(stat("file_slash", &st), ENOTDIR);
		fails(stat("to_none", &st), ENOENT);
		fails(stat("to_t0/", &st), ENOTDIR);
		check(same("to_t0", "d/f") && lstat("to_t0", &st) == 0 && S_ISLNK(st.st_mode));
	}
	check(unlink("t0") == 0 && symlink("d/e", "t0") == 0 && same("to_t0", "d/e"));
}

static void at_calls(void)
{
	int dir = open("d", O_RDONLY | O_DIRECTORY), file = open("d/f", O_RDONLY), fd, pathfd;

	check(dir >= 0 && file >= 0);
	check(fstatat(dir, "f", &st, 0) == 0 && fstat(file, &st2) == 0 && st.st_ino == st2.st_ino);
	fails(fstatat(file, "f", &st, 0), ENOTDIR);
	fails(fstatat(999, "f", &st, 0), EBADF);
	fails(fstatat(dir, "f", &st, 1 << 30), EINVAL);
	check(fstatat(999, "/", &st, 0) == 0);
	check(mkdirat(dir, "m", 0750) == 0 && fstatat(dir, "m", &st, 0) == 0);
	check((st.st_mode & 07777) == (0750 & ~022));
	check((fd = openat(dir, "m/new", O_CREAT | O_EXCL | O_RDWR, 0600)) >= 0 && close(fd) == 0);
	check(renameat(dir, "m/new", dir, "moved") == 0 && same("d/moved", "d/moved"));
	check(symlinkat("moved", dir, "s") == 0 && linkat(dir, "moved", AT_FDCWD, "linked", 0) == 0);
	check(fstatat(dir, "s", &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(st.st_mode));
	fails(unlinkat(dir, "m", 0), EISDIR);
	check(unlinkat(dir, "m", AT_REMOVEDIR) == 0 && unlinkat(dir, "s", 0) == 0);
	check(unlinkat(dir, "moved", 0) == 0 && unlink("linked") == 0);
	check((pathfd = open("d", 010000000 /* O_PATH */)) >= 0);
	fails(read(pathfd, &st, 1), EBADF);
	check(fstatat(pathfd, "f", &st, 0) == 0 && fchdir(pathfd) == 0 && chdir("..") == 0);
	check(close(pathfd) == 0 && close(dir) == 0 && close(file) == 0);
	fails(open("d/f", O_RDONLY | O_DIRECTORY), ENOTDIR);
	fails(open("d", O_WRONLY), EISDIR);
}

static void as_another_user(void)
{
	check(setgid(1000) == 0 && setuid(1000) == 0);
	fails(open("secret/f", O_RDONLY), EACCES);
	fails(stat("secret/f", &st), EACCES);
	fails(open("root", O_RDWR), EACCES);
	check(access("root", R_OK) == 0);
	fails(access("root", W_OK), EACCES);
	fails(open("d/mine", O_CREAT | O_WRONLY, 0600), EACCES);
	fails(mkdir("d/mine", 0700), EACCES);
	fails(unlink("d/f"), EACCES);
	fails(chmod("root", 0777), EPERM);
	fails(chown("root", 1000, 1000), EPERM);
	touch("open/mine");
	check(stat("open/mine", &st) == 0 && st.st_uid == 1000 && st.st_gid == 1000);
	fails(unlink("open/roots"), EPERM);	/* sticky */
	fails(rename("open/roots", "open/x"), EPERM);
	check(chmod("open/mine", 06755) == 0 && unlink("open/mine") == 0);
	fails(mknod("open/null", S_IFCHR | 0600, 0x103), EPERM);
	fails(chroot("open"), EPERM);
	_exit(0);
}

static void permissions(void)
{
	pid_t pid;

	check(mkdir("secret", 0700) == 0 && mkdir("open", 0) == 0 && chmod("open", 01777) == 0);
	touch("secret/f");
	touch("open/roots");
	touch("root");
	check((pid = fork()) >= 0);
	if (!pid)
		as_another_user();
	join(pid);
	/* The superuser may do all but execute what nobody may. */
	check(access("secret/f", R_OK | W_OK) == 0);
	fails(access("secret/f", X_OK), EACCES);
}

static void roots(void)
{
	char cwd[256], *start = getcwd(cwd, sizeof(cwd));
	pid_t pid;

	check(start);
	fails(chdir("d/f"), ENOTDIR);
	check(getcwd(cwd, 2) == NULL && errno == ERANGE);
	check((pid = fork()) >= 0);
	if (!pid) {
		check(symlink("/e", "d/absolute") == 0 && symlink("../../e", "d/above") == 0);
		check(chroot("d") == 0 && chdir("/") == 0 && same("/", "..") && same("/e", "/../e"));
		check(same("absolute", "e") && same("absolute", "e") && same("above", "e") && same("above", "e"));
		check(!strcmp(getcwd(cwd, sizeof(cwd)), "/") && stat("/f", &st) == 0);
		fails(stat("/d", &st), ENOENT);
		_exit(0);
	}
	join(pid);
	/* A directory that was removed under its visitor. */
	check(mkdir("gone", 0700) == 0 && chdir("gone") == 0 && rmdir("../gone") == 0);
	fails(open("x", O_CREAT | O_WRONLY, 0600), ENOENT);
	check(getcwd(cwd, sizeof(cwd)) == NULL && errno == ENOENT);
	check(stat("..", &st) == 0 && stat(".", &st) == 0 && st.st_nlink == 0);
}

int main(int argc, char **argv)
{
	char dir[64];

	umask(022);
	snprintf(dir, sizeof(dir), "%s/paths.test", argc > 1 ? argv[1] : "/tmp");
	check(mkdir(dir, 0755) == 0 && chdir(dir) == 0);
	dots_and_slashes();
	lengths();
	symlinks();
	link_texts();
	at_calls();
	permissions();
	roots();
	return 0;
}
