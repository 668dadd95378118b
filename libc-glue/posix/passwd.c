/* SPDX-License-Identifier: MIT */
/* passwd.c: users, from /etc/passwd. */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <limits.h>
#include "idfile.h"

enum { NAME, PASSWORD, UID, GID, GECOS, HOME, SHELL, FIELDS };

/* The stream of getpwent(), and the record of the calls that are not reentrant. */
static FILE *stream;
static struct passwd record;
static char line[LINE_MAX];

static int next(FILE *fp, struct passwd *pw, char *buf, size_t len)
{
	char *f[FIELDS];
	int error = __idfile_next(fp, buf, len, f, FIELDS);

	if (error)
		return error;
	*pw = (struct passwd){
		.pw_name = f[NAME],
		.pw_passwd = f[PASSWORD],
		.pw_uid = strtoul(f[UID], NULL, 10),
		.pw_gid = strtoul(f[GID], NULL, 10),
		.pw_comment = "",
		.pw_gecos = f[GECOS],
		.pw_dir = f[HOME],
		.pw_shell = f[SHELL],
	};
	return 0;
}

/* Find a record by its name, or by its number where name is NULL. */
static int lookup(const char *name, uid_t uid, struct passwd *pw, char *buf, size_t len,
		  struct passwd **result)
{
	FILE *fp = fopen(_PATH_PASSWD, "re");
	int error;

	*result = NULL;
	if (!fp)
		return errno == ENOENT ? 0 : errno;
	while (!(error = next(fp, pw, buf, len)))
		if (name ? !strcmp(pw->pw_name, name) : pw->pw_uid == uid) {
			*result = pw;
			break;
		}
	fclose(fp);
	return error == ENOENT ? 0 : error;
}

int getpwnam_r(const char *name, struct passwd *pw, char *buf, size_t len, struct passwd **result)
{
	return lookup(name, 0, pw, buf, len, result);
}

int getpwuid_r(uid_t uid, struct passwd *pw, char *buf, size_t len, struct passwd **result)
{
	return lookup(NULL, uid, pw, buf, len, result);
}

static struct passwd *answer(int error, struct passwd *result)
{
	if (error)
		errno = error;
	return result;
}

struct passwd *getpwnam(const char *name)
{
	struct passwd *result;
	int error = lookup(name, 0, &record, line, sizeof(line), &result);

	return answer(error, result);
}

struct passwd *getpwuid(uid_t uid)
{
	struct passwd *result;
	int error = lookup(NULL, uid, &record, line, sizeof(line), &result);

	return answer(error, result);
}

void setpwent(void)
{
	endpwent();
}

struct passwd *getpwent(void)
{
	if (!stream)
		stream = fopen(_PATH_PASSWD, "re");
	if (!stream || next(stream, &record, line, sizeof(line)))
		return NULL;
	return &record;
}

void endpwent(void)
{
	if (stream)
		fclose(stream);
	stream = NULL;
}

int getlogin_r(char *name, size_t len)
{
	struct passwd *pw = getpwuid(getuid());

	if (!pw)
		return ENOENT;
	if (strlen(pw->pw_name) >= len)
		return ERANGE;
	strcpy(name, pw->pw_name);
	return 0;
}

char *getlogin(void)
{
	static char name[LOGIN_NAME_MAX];
	int error = getlogin_r(name, sizeof(name));

	if (!error)
		return name;
	errno = error;
	return NULL;
}
