/* SPDX-License-Identifier: MIT */
/*
 * dirent.c: reading directories, by getdents64.
 *
 * struct dirent is the kernel's own record, so entries are handed out where they lie in the
 * buffer; one stays valid until the next readdir() of the same stream.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../libquire.h"

#define BUFFER_SIZE 4096

struct __DIR {
	int fd;
	int next;	/* offset of the next entry in buf */
	int end;	/* how much of buf is filled */
	off_t pos;	/* where in the directory `next` is */
	char buf[BUFFER_SIZE] __attribute__((__aligned__(8)));
};

ssize_t getdents64(int fd, void *buf, size_t len)
{
	return sysret(SYSCALL3(SYS_getdents64, fd, buf, len));
}

DIR *fdopendir(int fd)
{
	struct stat st;
	DIR *dir;

	if (fstat(fd, &st) < 0)
		return NULL;
	if (!S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return NULL;
	}
	dir = malloc(sizeof(*dir));
	if (!dir)
		return NULL;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	dir->fd = fd;
	dir->next = dir->end = 0;
	dir->pos = 0;
	return dir;
}

DIR *opendir(const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir;

	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (!dir)
		close(fd);
	return dir;
}

struct dirent *readdir(DIR *dir)
{
	struct dirent *entry;

	if (dir->next >= dir->end) {
		dir->next = 0;
		dir->end = getdents64(dir->fd, dir->buf, sizeof(dir->buf));
		if (dir->end <= 0) {
			dir->end = 0;
			return NULL;
		}
	}
	entry = (struct dirent *)(dir->buf + dir->next);
	dir->next += entry->d_reclen;
	dir->pos = entry->d_off;
	return entry;
}

int readdir_r(DIR *__restrict dir, struct dirent *__restrict entry,
	      struct dirent **__restrict result)
{
	int saved = errno, error;
	struct dirent *got;

	errno = 0;
	got = readdir(dir);
	error = errno;
	errno = saved;
	if (got)
		memcpy(entry, got, got->d_reclen);
	*result = got ? entry : NULL;
	return error;
}

void rewinddir(DIR *dir)
{
	seekdir(dir, 0);
}

void seekdir(DIR *dir, long pos)
{
	lseek(dir->fd, pos, SEEK_SET);
	dir->next = dir->end = 0;
	dir->pos = pos;
}

long telldir(DIR *dir)
{
	return dir->pos;
}

int dirfd(DIR *dir)
{
	return dir->fd;
}

int fdclosedir(DIR *dir)
{
	int fd = dir->fd;

	free(dir);
	return fd;
}

int closedir(DIR *dir)
{
	return close(fdclosedir(dir));
}
