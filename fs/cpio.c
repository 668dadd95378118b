/* SPDX-License-Identifier: MIT */
/*
 * The cpio reader: see cpio.h.  A header is 110 bytes of text: the magic and thirteen numbers of eight
 * hexadecimal digits; name and data follow, each padded to 4 bytes from the start of the archive.
 */
#include <quire/cpio.h>
#include <quire/errno.h>
#include <quire/string.h>

#define CPIO_MAGIC_LEN 6
#define CPIO_FIELDS 13
#define CPIO_FIELD_LEN 8
#define CPIO_HEADER_LEN (CPIO_MAGIC_LEN + CPIO_FIELDS * CPIO_FIELD_LEN)
#define CPIO_NAME_MAX 4096u
#define CPIO_TRAILER "TRAILER!!!"

enum {
	F_INO, F_MODE, F_UID, F_GID, F_NLINK, F_MTIME, F_FILESIZE, F_MAJ, F_MIN, F_RMAJ, F_RMIN,
	F_NAMESIZE, F_CHKSUM
};

void cpio_open(struct cpio_reader *r, const void *start, size_t size)
{
	r->start = start;
	r->pos = r->start;
	r->end = r->start + size;
}

static int parse_hex(const u8 *s, u32 *value)
{
	unsigned int i;

	*value = 0;
	for (i = 0; i < CPIO_FIELD_LEN; i++) {
		u8 c = s[i];
		u32 digit;

		if (c >= '0' && c <= '9')
			digit = c - '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			digit = (u32)(c | 0x20) - 'a' + 10;
		else
			return -EINVAL;
		*value = *value << 4 | digit;
	}
	return 0;
}

/* Bytes from pos to the next multiple of 4, as far as there are any. */
static const u8 *align4(const struct cpio_reader *r, const u8 *pos)
{
	size_t pad = (4 - ((size_t)(pos - r->start) & 3)) & 3;

	return (size_t)(r->end - pos) < pad ? r->end : pos + pad;
}

static int parse_header(const struct cpio_reader *r, u32 field[CPIO_FIELDS])
{
	unsigned int i;

	if ((size_t)(r->end - r->pos) < CPIO_HEADER_LEN)
		return -EINVAL;
	if (memcmp(r->pos, "07070", CPIO_MAGIC_LEN - 1) ||
	    (r->pos[CPIO_MAGIC_LEN - 1] != '1' && r->pos[CPIO_MAGIC_LEN - 1] != '2'))
		return -EINVAL;
	for (i = 0; i < CPIO_FIELDS; i++)
		if (parse_hex(r->pos + CPIO_MAGIC_LEN + i * CPIO_FIELD_LEN, &field[i]))
			return -EINVAL;
	return 0;
}

/* Zero bytes between archives, and up to a block's end, are padding. */
static void skip_zeroes(struct cpio_reader *r)
{
	while (r->pos < r->end && *r->pos == 0)
		r->pos++;
}

int cpio_next(struct cpio_reader *r, struct cpio_entry *e)
{
	u32 f[CPIO_FIELDS];
	const u8 *name;

	skip_zeroes(r);
	if (r->pos == r->end)
		return 0;
	if (parse_header(r, f))
		return -EINVAL;
	name = r->pos + CPIO_HEADER_LEN;
	if (f[F_NAMESIZE] == 0 || f[F_NAMESIZE] > CPIO_NAME_MAX ||
	    f[F_NAMESIZE] > (size_t)(r->end - name) || name[f[F_NAMESIZE] - 1] != '\0' ||
	    memchr(name, '\0', f[F_NAMESIZE] - 1))
		return -EINVAL;
	e->data = align4(r, name + f[F_NAMESIZE]);
	if (f[F_FILESIZE] > (size_t)(r->end - e->data))
		return -EINVAL;
	e->ino = f[F_INO];
	e->mode = f[F_MODE];
	e->uid = f[F_UID];
	e->gid = f[F_GID];
	e->nlink = f[F_NLINK];
	e->mtime = f[F_MTIME];
	e->rdev_major = f[F_RMAJ];
	e->rdev_minor = f[F_RMIN];
	e->name = (const char *)name;
	e->name_len = f[F_NAMESIZE] - 1;
	e->size = f[F_FILESIZE];
	r->pos = align4(r, e->data + e->size);
	return strcmp(e->name, CPIO_TRAILER) ? 1 : 0;
}
