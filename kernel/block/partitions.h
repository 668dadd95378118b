/* SPDX-License-Identifier: MIT */
/*
 * The MBR partition table, primary and extended.  Pure: sectors come from a callback.
 */
#ifndef BLOCK_PARTITIONS_H
#define BLOCK_PARTITIONS_H

#include <quire/types.h>

#define MAX_PARTITIONS 15 /* minors of a disk less its own */

struct partition {
	unsigned int number; /* 1..4 primary, 5.. logical */
	u64 start, size;     /* sectors of the disk */
	u8 type;
};

/* Read the 512-byte sector into buf. => 0 or -errno */
typedef int (*read_sector_t)(void *ctx, u64 sector, u8 *buf);

/*
 * => how many partitions were stored in out[MAX_PARTITIONS], or -errno of a failed read.  What is
 * no table, or lies outside the disk, is left out; loops of extended partitions end.
 */
int parse_mbr(read_sector_t read_sector, void *ctx, u64 capacity, struct partition *out);

#endif
