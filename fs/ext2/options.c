/* SPDX-License-Identifier: MIT */
/*
 * Mount options: errors=continue|remount-ro, resuid=N, resgid=N.
 */
#include <quire/errno.h>
#include <quire/mount.h>
#include <quire/seq_file.h>
#include <quire/string.h>

#include "ext2.h"

static int parse_errors(struct ext2_sb_info *sbi, const char *value)
{
	if (!strcmp(value, "continue"))
		sbi->errors = EXT2_ERRORS_CONTINUE;
	else if (!strcmp(value, "remount-ro"))
		sbi->errors = EXT2_ERRORS_RO;
	else
		return -EINVAL; /* a file system is no reason to panic here */
	return 0;
}

static int parse_option(struct ext2_sb_info *sbi, char *option)
{
	char *value = strchr(option, '=');

	if (!value)
		return -EINVAL;
	*value++ = '\0';
	if (!strcmp(option, "errors"))
		return parse_errors(sbi, value);
	if (!strcmp(option, "resuid"))
		return kstrtouint(value, 10, &sbi->resuid) ? -EINVAL : 0;
	if (!strcmp(option, "resgid"))
		return kstrtouint(value, 10, &sbi->resgid) ? -EINVAL : 0;
	return -EINVAL;
}

int ext2_parse_options(struct super_block *sb, char *data)
{
	char *option;

	while ((option = strsep(&data, ",")) != NULL) {
		if (*option && parse_option(EXT2_SB(sb), option)) {
			pr_err("ext2: %s: bad mount option \"%s\"\n", sb->s_bdev->bd_name, option);
			return -EINVAL;
		}
	}
	return 0;
}

int ext2_show_options(struct seq_file *m, struct vfsmount *mnt)
{
	struct super_block *sb = mnt->mnt_sb;
	const struct ext2_sb_info *sbi = EXT2_SB(sb);

	seq_printf(m, ",errors=%s", sbi->errors == EXT2_ERRORS_RO ? "remount-ro" : "continue");
	if (sbi->resuid)
		seq_printf(m, ",resuid=%u", sbi->resuid);
	if (sbi->resgid)
		seq_printf(m, ",resgid=%u", sbi->resgid);
	return 0;
}
