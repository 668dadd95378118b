/* SPDX-License-Identifier: MIT */
/*
 * ATA disks on PCI (or plain ISA) IDE channels: what the driver's files share.
 *
 * A channel has two drives and does one command at a time; each drive has a request queue of its
 * own.
 *
 * States of a channel: idle (busy false); claimed (busy, rq set, command running); resetting (busy,
 * rq set, the error thread owns the hardware; interrupts are only acknowledged).
 *
 * Locking: ch->lock, interrupts off, guards the channel and its registers while it is not
 * resetting.  It comes after the queues' locks, so requests are ended without it.
 */
#ifndef DRIVERS_ATA_H
#define DRIVERS_ATA_H

#include <quire/blkdev.h>
#include <quire/irq.h>
#include <quire/lock.h>
#include <quire/timer.h>
#include <quire/wait.h>

/* Command block registers, from the channel's base port. */
#define ATA_DATA 0
#define ATA_ERROR 1
#define ATA_COUNT 2
#define ATA_LBA_LOW 3
#define ATA_LBA_MID 4
#define ATA_LBA_HIGH 5
#define ATA_DEVICE 6
#define ATA_STATUS 7
#define ATA_COMMAND 7

#define ATA_DEVICE_LBA 0xe0u
#define ATA_DEVICE_SHIFT 4

#define ATA_ST_ERR 0x01u
#define ATA_ST_DRQ 0x08u
#define ATA_ST_DF 0x20u
#define ATA_ST_DRDY 0x40u
#define ATA_ST_BSY 0x80u
#define ATA_ST_NONE 0xffu /* nobody drives the bus */

#define ATA_ER_ICRC 0x80u /* data damaged on the cable */

#define ATA_CTL_NIEN 0x02u /* no interrupts */
#define ATA_CTL_SRST 0x04u

#define ATA_CMD_READ_PIO 0x20
#define ATA_CMD_READ_PIO_EXT 0x24
#define ATA_CMD_READ_DMA_EXT 0x25
#define ATA_CMD_WRITE_PIO 0x30
#define ATA_CMD_WRITE_PIO_EXT 0x34
#define ATA_CMD_WRITE_DMA_EXT 0x35
#define ATA_CMD_READ_DMA 0xc8
#define ATA_CMD_WRITE_DMA 0xca
#define ATA_CMD_FLUSH 0xe7
#define ATA_CMD_FLUSH_EXT 0xea
#define ATA_CMD_IDENTIFY 0xec

/* Bus-master registers, from the channel's part of BAR 4. */
#define BM_COMMAND 0
#define BM_CMD_START 0x01u
#define BM_CMD_TO_MEMORY 0x08u
#define BM_STATUS 2
#define BM_ST_ERROR 0x02u
#define BM_ST_INTERRUPT 0x04u
#define BM_PRD 4

#define ATA_WORDS_PER_SECTOR (SECTOR_SIZE / 2)
#define ATA_MAX_SECTORS 256
#define ATA_MAX_SEGMENTS 128

/* One entry of the table that tells the bus master where memory is. */
struct ata_prd {
	u32 addr;
	u16 bytes; /* 0: 64 KiB */
	u16 flags;
};
#define PRD_LAST 0x8000u

struct ata_drive {
	struct ata_channel *ch;
	unsigned int nr;	/* 0 master, 1 slave */
	bool present, lba48, dma, flush;
	unsigned int dma_failures; /* in a row; too many: PIO from then on */
	u64 sectors;
	char model[41];
	char name[8];
	struct gendisk disk;
	struct request_queue *queue;
};

struct ata_channel {
	spinlock_t lock;
	u16 base, control, bm;	/* ports; bm 0: no bus master */
	int irq;
	unsigned int nr;	/* 0: hda, hdb; 1: hdc, hdd; ... */
	struct ata_prd *prd;	/* a page */
	struct ata_drive drives[2];

	bool busy, resetting;
	struct request *rq;	/* the command's */
	struct ata_drive *drive; /* whose it is */
	bool using_dma;
	unsigned int tries;

	/* PIO: where the next sector goes to or comes from */
	struct bio *pio_bio;
	unsigned int pio_vec, pio_offset, pio_left; /* sectors */

	struct timer_list timer;
	unsigned long deadline;	/* jiffies */
	wait_queue_head_t error_wait; /* the error thread */
};

/* ata.c */
void ata_request_fn(struct request_queue *q);
irqreturn_t ata_interrupt(int irq, void *data);
void ata_timeout(unsigned long data);
/* The error thread has reset the channel: try the command again, or give it up. */
void ata_retry(struct ata_channel *ch);

/* ata_reset.c */
/* => the status once BSY is off, or ATA_ST_BSY when `ms` milliseconds were not enough.  Sleeps. */
u8 ata_wait_idle(struct ata_channel *ch, unsigned int ms);
void ata_select(struct ata_channel *ch, unsigned int drive);
/* Software reset of both drives.  Sleeps. */
void ata_reset(struct ata_channel *ch);
int ata_start_error_thread(struct ata_channel *ch);

#endif
