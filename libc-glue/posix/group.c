/* SPDX-License-Identifier: MIT */
/* group.c: groups, from /etc/group. */
#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "idfile.h"

enum { NAME, PASSWORD, GID, MEMBERS, FIELDS };

/* The stream of getgrent(), and the record of the calls that are not reentrant. */
static FILE *stream;
static struct group record;
static char line[2 * LINE_MAX];

/* Lay the member pointers behind the line in buf. */
static char **member_list(char *members, char *buf, size_t len)
{
	char *after = members + strlen(members) + 1, *name;
	char **list = (char **)(((uintptr_t)after + sizeof(char *) - 1) & -sizeof(char *));
	char **end = (char **)(buf + len), **p = list;

	while ((name = strsep(&members, ",")))
		if (*name) {
			if (p + 1 >= end)
				return NULL;
			*p++ = name;
		}
	if (p >= end)
		return NULL;
	*p = NULL;
	return list;
}

static int next(FILE *fp, struct group *gr, char *buf, size_t len)
{
	char *f[FIELDS];
	int error = __idfile_next(fp, buf, len, f, FIELDS);

	if (error)
		return error;
	*gr = (struct group){
		.gr_name = f[NAME],
		.gr_passwd = f[PASSWORD],
		.gr_gid = strtoul(f[GID], NULL, 10),
		.gr_mem = member_list(f[MEMBERS], buf, len),
	};
	return gr->gr_mem ? 0 : ERANGE;
}

/* Find a record by its name, or by its number where name is NULL. */
static int lookup(const char *name, gid_t gid, struct group *gr, char *buf, size_t len,
		  struct group **result)
{
	FILE *fp = fopen(_PATH_GROUP, "re");
	int error;

	*result = NULL;
	if (!fp)
		return errno == ENOENT ? 0 : errno;
	while (!(error = next(fp, gr, buf, len)))
		if (name ? !strcmp(gr->gr_name, name) : gr->gr_gid == gid) {
			*result = gr;
			break;
		}
	fclose(fp);
	return error == ENOENT ? 0 : error;
}

int getgrnam_r(const char *name, struct group *gr, char *buf, size_t len, struct group **result)
{
	return lookup(name, 0, gr, buf, len, result);
}

int getgrgid_r(gid_t gid, struct group *gr, char *buf, size_t len, struct group **result)
{
	return lookup(NULL, gid, gr, buf, len, result);
}

static struct group *answer(int error, struct group *result)
{
	if (error)
		errno = error;
	return result;
}

struct group *getgrnam(const char *name)
{
	struct group *result;
	int error = lookup(name, 0, &record, line, sizeof(line), &result);

	return answer(error, result);
}

struct group *getgrgid(gid_t gid)
{
	struct group *result;
	int error = lookup(NULL, gid, &record, line, sizeof(line), &result);

	return answer(error, result);
}

void setgrent(void)
{
	endgrent();
}

struct group *getgrent(void)
{
	if (!stream)
		stream = fopen(_PATH_GROUP, "re");
	if (!stream || next(stream, &record, line, sizeof(line)))
		return NULL;
	return &record;
}

void endgrent(void)
{
	if (stream)
		fclose(stream);
	stream = NULL;
}

static int is_member(const struct group *gr, const char *user)
{
	for (char **m = gr->gr_mem; *m; m++)
		if (!strcmp(*m, user))
			return 1;
	return 0;
}

/* As on Linux: the number of groups, or -1 when there are more than fit; *count tells how many. */
int getgrouplist(const char *user, gid_t group, gid_t *groups, int *count)
{
	int room = *count, n = 0;
	struct group *gr;

	if (n++ < room)
		groups[0] = group;
	setgrent();
	while ((gr = getgrent()))
		if (gr->gr_gid != group && is_member(gr, user) && n++ < room)
			groups[n - 1] = gr->gr_gid;
	endgrent();
	*count = n;
	return n <= room ? n : -1;
}

int initgroups(const char *user, gid_t group)
{
	gid_t groups[64];
	int count = sizeof(groups) / sizeof(groups[0]);

	if (getgrouplist(user, group, groups, &count) < 0)
		count = sizeof(groups) / sizeof(groups[0]);
	return setgroups(count, groups);
}
