/* SPDX-License-Identifier: MIT */
/* path.c: working directories and canonical names. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "../libquire.h"

/* As on Linux, a NULL buffer is allocated: of `size`, or as long as needed when that is 0. */
char *getcwd(char *buf, size_t size)
{
	char path[PATH_MAX];
	long len;

	if (buf && size == 0) {
		errno = EINVAL;
		return NULL;
	}
	len = sysret(SYSCALL2(SYS_getcwd, path, sizeof(path)));
	if (len < 0)
		return NULL;
	if (!buf && size == 0)
		return strdup(path);
	if ((size_t)len > size) {
		errno = ERANGE;
		return NULL;
	}
	if (!buf)
		buf = malloc(size);
	return buf ? strcpy(buf, path) : NULL;
}

char *getwd(char *buf)
{
	return getcwd(buf, PATH_MAX);
}

char *get_current_dir_name(void)
{
	return getcwd(NULL, 0);
}

/* A walk along a path: what is done, without a slash at its end, and what is still to do. */
struct walk {
	char done[PATH_MAX];
	size_t len;
	char todo[PATH_MAX];
	int links;
};

static void step_up(struct walk *w)
{
	while (w->len && w->done[--w->len] != '/')
		;
	w->done[w->len] = '\0';
}

/* Put a symbolic link's target in front of the rest of the path. */
static int follow(struct walk *w, const char *rest)
{
	char target[PATH_MAX];
	ssize_t got = readlink(w->done, target, sizeof(target) - 1);
	size_t rest_len = strlen(rest);

	if (got < 0)
		return -1;
	if (++w->links > SYMLOOP_MAX) {
		errno = ELOOP;
		return -1;
	}
	if (got + 1 + rest_len >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memmove(w->todo + got + 1, rest, rest_len + 1);
	memcpy(w->todo, target, got);
	w->todo[got] = '/';
	if (target[0] == '/')
		w->len = 0;
	else
		step_up(w);
	w->done[w->len] = '\0';
	return 0;
}

/* Take one component of `len` bytes off the front of todo. */
static int step(struct walk *w, size_t start, size_t len)
{
	char *name = w->todo + start, *rest = name + len;
	struct stat st;

	if (len == 1 && name[0] == '.')
		goto taken;
	if (len == 2 && name[0] == '.' && name[1] == '.') {
		step_up(w);
		goto taken;
	}
	if (w->len + 1 + len >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	w->done[w->len] = '/';
	memcpy(w->done + w->len + 1, name, len);
	w->len += 1 + len;
	w->done[w->len] = '\0';
	if (lstat(w->done, &st) < 0)
		return -1;
	if (S_ISLNK(st.st_mode))
		return follow(w, rest);
	if (*rest && !S_ISDIR(st.st_mode)) {
		errno = ENOTDIR;
		return -1;
	}
taken:
	memmove(w->todo, rest, strlen(rest) + 1);
	return 0;
}

static int start_walk(struct walk *w, const char *path)
{
	w->len = w->links = 0;
	w->done[0] = '\0';
	if (strlen(path) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(w->todo, path);
	if (path[0] == '/')
		return 0;
	if (!getcwd(w->done, sizeof(w->done)))
		return -1;
	w->len = strlen(w->done);
	if (w->len == 1)
		w->len = 0;
	return 0;
}

char *realpath(const char *__restrict path, char *__restrict resolved)
{
	struct walk w;
	size_t start, len;

	if (!path || !*path) {
		errno = path ? ENOENT : EINVAL;
		return NULL;
	}
	if (start_walk(&w, path) < 0)
		return NULL;
	for (;;) {
		start = strspn(w.todo, "/");
		len = strcspn(w.todo + start, "/");
		if (len == 0)
			break;
		if (step(&w, start, len) < 0)
			return NULL;
	}
	if (w.len == 0)
		strcpy(w.done, "/");
	return resolved ? strcpy(resolved, w.done) : strdup(w.done);
}
