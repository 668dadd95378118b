/* SPDX-License-Identifier: MIT */
/*
 * ATA: running commands.
 *
 * A request becomes one command, by bus-master DMA straight to and from the pages, or by PIO
 * through kmap_atomic, sector by sector, each sector at an interrupt.  A command that fails is
 * tried again; one that the drive does not answer goes to the error thread.  DMA that keeps
 * failing is given up for PIO.
 *
 * Locking: see ata.h.
 */
#define pr_fmt(fmt) "ata: " fmt

#include <arch/io.h>
#include <quire/assert.h>
#include <quire/errno.h>
#include <quire/kernel.h>
#include <quire/kmap_atomic.h>
#include <quire/ktime.h>
#include <quire/printk.h>
#include <quire/sched.h>

#include "ata.h"

#define COMMAND_TIMEOUT (10 * HZ)
#define MAX_TRIES 4
#define MAX_DMA_FAILURES 2
#define READY_POLLS 1000 /* microseconds; a drive that is not busy answers at once */
#define LBA28_LIMIT (1u << 28)

enum outcome { GOES_ON, FINISHED, FAILED };

/* ---- PIO ---- */

static void pio_begin(struct ata_channel *ch, struct request *rq)
{
	ch->pio_bio = rq->bio;
	ch->pio_vec = ch->pio_offset = 0;
	ch->pio_left = rq->nr_sectors;
}

/* One sector between the drive and where the request has got to. */
static void pio_sector(struct ata_channel *ch)
{
	struct bio_vec *vec = &ch->pio_bio->vecs[ch->pio_vec];
	char *data = kmap_atomic(vec->page, KM_IRQ0);
	char *at = data + vec->offset + ch->pio_offset;

	if (ch->rq->rw == READ)
		insw(ch->base + ATA_DATA, at, ATA_WORDS_PER_SECTOR);
	else
		outsw(ch->base + ATA_DATA, at, ATA_WORDS_PER_SECTOR);
	kunmap_atomic(data, KM_IRQ0);
	ch->pio_left--;
	ch->pio_offset += SECTOR_SIZE;
	if (ch->pio_offset < vec->len)
		return;
	ch->pio_offset = 0;
	if (++ch->pio_vec == ch->pio_bio->vcnt) {
		ch->pio_vec = 0;
		ch->pio_bio = ch->pio_bio->next;
	}
}

/* ---- starting a command ---- */

static bool wait_status(struct ata_channel *ch, u8 mask, u8 value)
{
	unsigned int i;

	for (i = 0; i < READY_POLLS; i++) {
		if ((inb(ch->control) & mask) == value)
			return true;
		udelay(1);
	}
	return false;
}

static void load_address(struct ata_channel *ch, const struct ata_drive *drive, u64 lba,
			 unsigned int count, bool ext)
{
	u8 device = ATA_DEVICE_LBA | drive->nr << ATA_DEVICE_SHIFT;

	if (ext) {
		outb(count >> 8, ch->base + ATA_COUNT);
		outb(lba >> 24, ch->base + ATA_LBA_LOW);
		outb(lba >> 32, ch->base + ATA_LBA_MID);
		outb(lba >> 40, ch->base + ATA_LBA_HIGH);
	} else {
		device |= lba >> 24 & 0xf;
	}
	outb(count, ch->base + ATA_COUNT);
	outb(lba, ch->base + ATA_LBA_LOW);
	outb(lba >> 8, ch->base + ATA_LBA_MID);
	outb(lba >> 16, ch->base + ATA_LBA_HIGH);
	outb(device, ch->base + ATA_DEVICE);
}

static void load_prd(struct ata_channel *ch, const struct request *rq)
{
	struct ata_prd *prd = ch->prd;
	struct bio_vec *vec;
	struct bio *bio;

	rq_for_each_vec(vec, bio, rq) {
		assert(prd < ch->prd + ATA_MAX_SEGMENTS);
		prd->addr = page_to_phys(vec->page) + vec->offset;
		prd->bytes = vec->len;
		prd->flags = 0;
		prd++;
	}
	prd[-1].flags = PRD_LAST;
	outb(0, ch->bm + BM_COMMAND);
	outl(__pa(ch->prd), ch->bm + BM_PRD);
	outb(rq->rw == READ ? BM_CMD_TO_MEMORY : 0, ch->bm + BM_COMMAND);
	outb(inb(ch->bm + BM_STATUS) | BM_ST_ERROR | BM_ST_INTERRUPT, ch->bm + BM_STATUS);
}

static u8 command_code(const struct request *rq, bool dma, bool ext)
{
	static const u8 codes[2][2][2] = { /* [rw][dma][ext] */
		{ { ATA_CMD_READ_PIO, ATA_CMD_READ_PIO_EXT },
		  { ATA_CMD_READ_DMA, ATA_CMD_READ_DMA_EXT } },
		{ { ATA_CMD_WRITE_PIO, ATA_CMD_WRITE_PIO_EXT },
		  { ATA_CMD_WRITE_DMA, ATA_CMD_WRITE_DMA_EXT } },
	};

	if (rq->flush)
		return ext ? ATA_CMD_FLUSH_EXT : ATA_CMD_FLUSH;
	return codes[rq->rw][dma][ext];
}

/* The error thread takes over. */
static void begin_reset(struct ata_channel *ch)
{
	if (ch->bm)
		outb(0, ch->bm + BM_COMMAND);
	ch->resetting = true;
	wake_up(&ch->error_wait);
}

/* ch->lock held, ch->rq set */
static void start_command(struct ata_channel *ch)
{
	struct ata_drive *drive = ch->drive;
	struct request *rq = ch->rq;
	bool ext = rq->flush ? drive->lba48 :
		   rq->sector + rq->nr_sectors > LBA28_LIMIT || rq->nr_sectors > ATA_MAX_SECTORS;

	ch->using_dma = drive->dma && ch->bm && !rq->flush;
	ch->deadline = jiffies + COMMAND_TIMEOUT;
	mod_timer(&ch->timer, ch->deadline);
	ata_select(ch, drive->nr);
	if (!wait_status(ch, ATA_ST_BSY | ATA_ST_DRQ, 0)) {
		begin_reset(ch);
		return;
	}
	if (ch->using_dma)
		load_prd(ch, rq);
	else
		pio_begin(ch, rq);
	load_address(ch, drive, rq->flush ? 0 : rq->sector, rq->nr_sectors, ext);
	outb(command_code(rq, ch->using_dma, ext), ch->base + ATA_COMMAND);
	if (ch->using_dma) {
		outb(inb(ch->bm + BM_COMMAND) | BM_CMD_START, ch->bm + BM_COMMAND);
	} else if (rq->rw == WRITE && !rq->flush) {
		/* The first sector is not asked for by an interrupt. */
		if (wait_status(ch, ATA_ST_BSY | ATA_ST_DRQ, ATA_ST_DRQ))
			pio_sector(ch);
		else
			begin_reset(ch);
	}
}

/* q->lock held */
void ata_request_fn(struct request_queue *q)
{
	struct ata_drive *drive = q->queuedata;
	struct ata_channel *ch = drive->ch;
	unsigned long flags;

	if (elv_empty(&q->elevator))
		return;
	spin_lock_irqsave(&ch->lock, flags);
	if (!ch->busy) {
		ch->busy = true;
		ch->rq = blk_fetch_request(q);
		ch->drive = drive;
		ch->tries = 1;
		start_command(ch);
	}
	spin_unlock_irqrestore(&ch->lock, flags);
}

/* ---- ending a command ---- */

static void restart(struct ata_drive *drive)
{
	unsigned long flags;

	if (!drive->present)
		return;
	spin_lock_irqsave(&drive->queue->lock, flags);
	blk_restart_queue(drive->queue);
	spin_unlock_irqrestore(&drive->queue->lock, flags);
}

/*
 * The channel is free again, for the other drive first.  No lock held; `ch` no longer has the
 * request.
 */
static void complete_request(struct ata_channel *ch, struct ata_drive *drive, struct request *rq,
			     int error)
{
	unsigned long flags;

	spin_lock_irqsave(&drive->queue->lock, flags);
	blk_end_request(rq, error);
	spin_unlock_irqrestore(&drive->queue->lock, flags);
	restart(&ch->drives[!drive->nr]);
	restart(drive);
}

/* ch->lock held */
static struct request *release_channel(struct ata_channel *ch)
{
	struct request *rq = ch->rq;

	del_timer(&ch->timer);
	ch->rq = NULL;
	ch->busy = false;
	return rq;
}

/* A drive that names an error of the medium has understood the command: DMA is not to blame. */
static bool dma_is_suspect(const struct ata_channel *ch, u8 status, u8 error)
{
	return ch->using_dma && (!(status & ATA_ST_ERR) || (error & ATA_ER_ICRC));
}

static void report_failure(struct ata_channel *ch, u8 status, u8 error)
{
	struct request *rq = ch->rq;

	printk_ratelimited(KERN_WARNING
			   "%s: %s of %u sectors at %llu failed: status %#x error %#x\n",
			   ch->drive->name,
			   rq->flush ? "flush" : rq->rw == READ ? "read" : "write", rq->nr_sectors,
			   rq->sector, status, error);
	if (!dma_is_suspect(ch, status, error) ||
	    ++ch->drive->dma_failures < MAX_DMA_FAILURES || !ch->drive->dma)
		return;
	pr_warn("%s: giving up DMA\n", ch->drive->name);
	ch->drive->dma = false;
}

static enum outcome dma_interrupt(struct ata_channel *ch, u8 bm_status, u8 status)
{
	outb(0, ch->bm + BM_COMMAND);
	outb(bm_status | BM_ST_ERROR | BM_ST_INTERRUPT, ch->bm + BM_STATUS);
	if ((bm_status & BM_ST_ERROR) || (status & (ATA_ST_ERR | ATA_ST_DF | ATA_ST_DRQ)))
		return FAILED;
	ch->drive->dma_failures = 0;
	return FINISHED;
}

static enum outcome pio_interrupt(struct ata_channel *ch, u8 status)
{
	struct request *rq = ch->rq;

	if (status & (ATA_ST_ERR | ATA_ST_DF))
		return FAILED;
	if (rq->flush || (rq->rw == WRITE && ch->pio_left == 0))
		return FINISHED;
	if (!(status & ATA_ST_DRQ))
		return FAILED;
	pio_sector(ch);
	return rq->rw == READ && ch->pio_left == 0 ? FINISHED : GOES_ON;
}

/* What the interrupt says about the running command.  => false: it was not the channel's */
static bool examine(struct ata_channel *ch, enum outcome *outcome)
{
	u8 bm_status = ch->bm ? inb(ch->bm + BM_STATUS) : BM_ST_INTERRUPT, status;

	if (ch->using_dma && !(bm_status & BM_ST_INTERRUPT))
		return false;
	if (inb(ch->control) & ATA_ST_BSY)
		return false;
	status = inb(ch->base + ATA_STATUS); /* acknowledges */
	if (ch->using_dma)
		*outcome = dma_interrupt(ch, bm_status, status);
	else
		*outcome = pio_interrupt(ch, status);
	if (!ch->using_dma && ch->bm)
		outb(bm_status | BM_ST_INTERRUPT, ch->bm + BM_STATUS);
	if (*outcome == FAILED)
		report_failure(ch, status, inb(ch->base + ATA_ERROR));
	return true;
}

irqreturn_t ata_interrupt(int irq, void *data)
{
	struct ata_channel *ch = data;
	struct ata_drive *drive = ch->drive;
	struct request *rq = NULL;
	enum outcome outcome;
	unsigned long flags;
	bool ours;

	spin_lock_irqsave(&ch->lock, flags);
	if (!ch->rq || ch->resetting) {
		(void)inb(ch->base + ATA_STATUS);
		spin_unlock_irqrestore(&ch->lock, flags);
		return IRQ_NONE;
	}
	ours = examine(ch, &outcome);
	if (ours && outcome == FAILED && ch->tries++ < MAX_TRIES)
		start_command(ch);
	else if (ours && outcome != GOES_ON)
		rq = release_channel(ch);
	spin_unlock_irqrestore(&ch->lock, flags);
	if (rq)
		complete_request(ch, drive, rq, outcome == FAILED ? -EIO : 0);
	return ours ? IRQ_HANDLED : IRQ_NONE;
}

void ata_timeout(unsigned long data)
{
	struct ata_channel *ch = (struct ata_channel *)data;
	unsigned long flags;

	spin_lock_irqsave(&ch->lock, flags);
	/* It may have been a command before the present one whose time is over. */
	if (ch->rq && !ch->resetting && time_after_eq(jiffies, ch->deadline)) {
		pr_warn("%s: no answer\n", ch->drive->name);
		report_failure(ch, inb(ch->control), 0);
		begin_reset(ch);
	}
	spin_unlock_irqrestore(&ch->lock, flags);
}

void ata_retry(struct ata_channel *ch)
{
	struct ata_drive *drive = ch->drive;
	struct request *rq = NULL;
	unsigned long flags;

	spin_lock_irqsave(&ch->lock, flags);
	ch->resetting = false;
	if (ch->tries++ < MAX_TRIES)
		start_command(ch);
	else
		rq = release_channel(ch);
	spin_unlock_irqrestore(&ch->lock, flags);
	if (rq)
		complete_request(ch, drive, rq, -EIO);
}
