/* SPDX-License-Identifier: MIT */
/* mntent.c: tables of mounts: /proc/mounts, /etc/fstab. */
#include <limits.h>
#include <mntent.h>
#include <stdlib.h>
#include <string.h>

FILE *setmntent(const char *file, const char *mode)
{
	return fopen(file, mode);
}

int endmntent(FILE *fp)
{
	if (fp)
		fclose(fp);
	return 1;
}

/* Blanks and backslashes in a name are written as three octal digits. */
static void decode(char *s)
{
	char *to = s;

	for (; *s; s++)
		if (s[0] == '\\' && strspn(s + 1, "01234567") >= 3) {
			*to++ = (s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0');
			s += 3;
		} else {
			*to++ = *s;
		}
	*to = '\0';
}

static char *field(char **line)
{
	char *f = *line + strspn(*line, " \t\n");

	*line = f + strcspn(f, " \t\n");
	if (**line)
		*(*line)++ = '\0';
	decode(f);
	return f;
}

struct mntent *getmntent_r(FILE *fp, struct mntent *m, char *buf, int len)
{
	char *line;

	do {
		if (!fgets(buf, len, fp))
			return NULL;
		line = buf + strspn(buf, " \t");
	} while (*line == '#' || *line == '\n' || *line == '\0');
	m->mnt_fsname = field(&line);
	m->mnt_dir = field(&line);
	m->mnt_type = field(&line);
	m->mnt_opts = field(&line);
	m->mnt_freq = atoi(field(&line));
	m->mnt_passno = atoi(field(&line));
	return m;
}

struct mntent *getmntent(FILE *fp)
{
	static struct mntent m;
	static char buf[PATH_MAX];

	return getmntent_r(fp, &m, buf, sizeof(buf));
}

static void encode(FILE *fp, const char *s)
{
	for (; *s; s++)
		if (strchr(" \t\n\\", *s))
			fprintf(fp, "\\%03o", *s);
		else
			putc(*s, fp);
	putc(' ', fp);
}

int addmntent(FILE *fp, const struct mntent *m)
{
	if (fseek(fp, 0, SEEK_END) < 0)
		return 1;
	encode(fp, m->mnt_fsname);
	encode(fp, m->mnt_dir);
	encode(fp, m->mnt_type);
	encode(fp, m->mnt_opts);
	return fprintf(fp, "%d %d\n", m->mnt_freq, m->mnt_passno) < 0;
}

char *hasmntopt(const struct mntent *m, const char *opt)
{
	size_t len = strlen(opt);
	char *p = m->mnt_opts;

	while ((p = strstr(p, opt))) {
		if ((p == m->mnt_opts || p[-1] == ',') && strchr(",=", p[len]))
			return p;
		p += len;
	}
	return NULL;
}
