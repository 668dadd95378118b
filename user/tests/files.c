/* SPDX-License-Identifier: MIT */
/*
 * Files and directories: links, rename in all its cases, unlink of open files, sparse files, truncation, append,
 * times, modes, long names, directories that are not empty. Runs in /root, which is on the disk.
 */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <time.h>

#include "check.h"

static char dir[] = "/root/files.XXXXXX";
static struct stat st;

static int make(const char *name, const char *text)
{
	int fd = open(name, O_RDWR | O_CREAT | O_TRUNC, 0644);

	check(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	return fd;
}

static int holds(const char *name, const char *text)
{
	char buf[64] = "";
	int fd = open(name, O_RDONLY);

	if (fd < 0)
		return 0;
	check(read(fd, buf, sizeof(buf) - 1) >= 0 && close(fd) == 0);
	return !strcmp(buf, text);
}

static void links(void)
{
	char buf[16];

	close(make("one", "1"));
	check(link("one", "two") == 0 && stat("one", &st) == 0 && st.st_nlink == 2);
	check(link("one", "two") == -1 && errno == EEXIST);
	check(unlink("one") == 0 && holds("two", "1") && stat("two", &st) == 0 && st.st_nlink == 1);
	check(link(".", "dot") == -1 && errno == EPERM);
	check(symlink("two", "sym") == 0 && holds("sym", "1"));
	check(lstat("sym", &st) == 0 && S_ISLNK(st.st_mode) && st.st_size == 3);
	check(readlink("sym", buf, 2) == 2 && !memcmp(buf, "tw", 2));
	check(readlink("two", buf, 2) == -1 && errno == EINVAL);
	check(symlink("circle", "circle") == 0 && open("circle", O_RDONLY) == -1 && errno == ELOOP);
	check(open("sym", O_RDONLY | O_NOFOLLOW) == -1 && errno == ELOOP);
	check(open("sym", O_CREAT | O_EXCL, 0600) == -1 && errno == EEXIST);
	check(unlink("sym") == 0 && unlink("circle") == 0 && unlink("two") == 0);
}

static void renames(void)
{
	close(make("a", "A"));
	close(make("b", "B"));
	check(rename("a", "b") == 0 && holds("b", "A") && access("a", F_OK) == -1 && errno == ENOENT);
	check(link("b", "c") == 0 && rename("b", "c") == 0 && access("b", F_OK) == 0);
	check(mkdir("d", 0755) == 0 && mkdir("d/e", 0755) == 0 && mkdir("f", 0755) == 0);
	check(rename("d", "d/e/g") == -1 && errno == EINVAL);
	check(rename("f", "d") == -1 && errno == ENOTEMPTY);
	check(rename("b", "d") == -1 && errno == EISDIR && rename("d", "b") == -1 && errno == ENOTDIR);
	check(rename("f", "d/e") == 0 && rename("d/e", "h") == 0);
	check(stat("d", &st) == 0 && st.st_nlink == 2 && stat("h/..", &st) == 0);
	check(rename("none", "x") == -1 && errno == ENOENT && rename("b", "h/moved") == 0);
	check(rmdir("h") == -1 && errno == ENOTEMPTY && unlink("h") == -1 && errno == EISDIR);
	check(rmdir("c") == -1 && errno == ENOTDIR && rmdir("h/.") == -1 && errno == EINVAL);
	check(unlink("h/moved") == 0 && rmdir("h") == 0 && rmdir("d") == 0 && unlink("c") == 0);
}

static void open_and_gone(void)
{
	int fd = make("gone", "still here");
	char buf[11] = "";

	check(unlink("gone") == 0 && fstat(fd, &st) == 0 && st.st_nlink == 0);
	check(pwrite(fd, "S", 1, 0) == 1 && pread(fd, buf, 10, 0) == 10 && !strcmp(buf, "Still here"));
	check(open("gone", O_RDONLY) == -1 && errno == ENOENT && close(fd) == 0);
}

static void holes(void)
{
	int fd = make("sparse", "begin");
	off_t far = 40 * MIB;
	char buf[8];

	check(pwrite(fd, "end", 3, far) == 3 && fstat(fd, &st) == 0 && st.st_size == far + 3);
	check(st.st_blocks * 512 < far / 4);
	check(pread(fd, buf, 8, far / 2) == 8 && buf[0] == 0 && buf[7] == 0);
	check(pread(fd, buf, 8, far) == 3 && pread(fd, buf, 8, far + 3) == 0);
	check(ftruncate(fd, 3) == 0 && pread(fd, buf, 8, 0) == 3 && ftruncate(fd, 8) == 0);
	check(pread(fd, buf, 8, 0) == 8 && !memcmp(buf, "beg\0\0\0\0\0", 8));
	check(ftruncate(fd, -1) == -1 && errno == EINVAL);
	check(lseek(fd, -1, SEEK_SET) == -1 && errno == EINVAL && lseek(fd, -2, SEEK_END) == 6);
	check(close(fd) == 0 && truncate("sparse", 0) == 0 && unlink("sparse") == 0);
}

static void appending(void)
{
	int fd = make("log", "x"), a = open("log", O_WRONLY | O_APPEND), b = dup(a);

	check(a >= 0 && b >= 0 && write(a, "1", 1) == 1 && pwrite(fd, "y", 1, 0) == 1 && write(b, "2", 1) == 1);
	check(holds("log", "y12") && lseek(a, 0, SEEK_CUR) == 3);
	check(fcntl(fd, F_SETFL, O_APPEND) == 0 && (fcntl(fd, F_GETFL) & O_APPEND));
	check(read(a, &st, 1) == -1 && errno == EBADF);
	check(close(a) == 0 && close(b) == 0 && close(fd) == 0 && unlink("log") == 0);
	check(close(fd) == -1 && errno == EBADF);
}

static void attributes(void)
{
	struct timespec t[2] = { { 1000000000, 0 }, { 0, UTIME_OMIT } };
	int fd = make("attr", "");

	check(fchmod(fd, 04751) == 0 && fstat(fd, &st) == 0 && (st.st_mode & 07777) == 04751);
	check(fchown(fd, 7, 8) == 0 && fstat(fd, &st) == 0 && st.st_uid == 7 && st.st_gid == 8);
	check(futimens(fd, t) == 0 && fstat(fd, &st) == 0 && st.st_atime == 1000000000);
	check(st.st_mtime > 1000000000);
	umask(077);
	check(mkdir("masked", 0777) == 0 && stat("masked", &st) == 0 && (st.st_mode & 0777) == 0700);
	umask(022);
	check(close(fd) == 0 && unlink("attr") == 0 && rmdir("masked") == 0);
}

static void names(void)
{
	char name[NAME_MAX + 2];

	memset(name, 'n', sizeof(name));
	name[NAME_MAX + 1] = '\0';
	check(open(name, O_CREAT, 0600) == -1 && errno == ENAMETOOLONG);
	name[NAME_MAX] = '\0';
	check(close(make(name, "")) == 0 && unlink(name) == 0);
	check(open("", O_RDONLY) == -1 && errno == ENOENT);
	check(open("none/x", O_CREAT, 0600) == -1 && errno == ENOENT);
	close(make("plain", ""));
	check(open("plain/x", O_RDONLY) == -1 && errno == ENOTDIR);
	check(open("plain/", O_RDONLY) == -1 && errno == ENOTDIR && unlink("plain") == 0);
	check(open(".", O_WRONLY) == -1 && errno == EISDIR && mkdir(".", 0755) == -1 && errno == EEXIST);
}

/* Many entries, removed while they are read. */
static void big_directory(void)
{
	char name[32];
	struct dirent *e;
	int left = 0;
	DIR *d;

	check(mkdir("big", 0755) == 0 && chdir("big") == 0);
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "entry-number-%d", i);
		close(make(name, ""));
	}
	d = opendir(".");
	while ((e = readdir(d)))
		if (e->d_name[0] != '.') {
			left++;
			check(unlink(e->d_name) == 0);
		}
	check(left == 500 && closedir(d) == 0 && chdir("..") == 0 && rmdir("big") == 0);
}

int main(void)
{
	umask(022);
	check(mkdtemp(dir) && chdir(dir) == 0);
	links();
	renames();
	open_and_gone();
	holes();
	appending();
	attributes();
	names();
	big_directory();
	check(chdir("/") == 0 && rmdir(dir) == 0);
	return 0;
}
