/* SPDX-License-Identifier: MIT */
/*
 * What the files of kernel/block/ share and nobody else needs.
 */
#ifndef BLOCK_INTERNAL_H
#define BLOCK_INTERNAL_H

#include <quire/blkdev.h>
#include <quire/buffer.h>

/* bio.c */
void bio_init(void);

/* queue.c: hand a checked bio (sector of the whole disk) to its disk's queue.  May sleep. */
void queue_bio(struct request_queue *q, struct bio *bio);
void queue_init(void);

/* stats.c: /proc/diskstats, /proc/partitions */
void disk_account_start(struct gendisk *disk);
void disk_account_done(struct gendisk *disk, const struct request *rq);
void disk_stats_init(void);

/* bdev_file.c */
extern const struct address_space_operations def_blk_aops;

#endif
