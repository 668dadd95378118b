/* SPDX-License-Identifier: MIT */
/*
 * ATA: waiting for a channel, resetting it, and the thread that does so after a time-out.
 *
 * A reset takes up to seconds, so it cannot be done where time-outs are noticed (the timer).
 * Each channel has a thread that sleeps until `resetting` is set; from then until it calls
 * ata_retry it alone touches the hardware.
 */
#define pr_fmt(fmt) "ata: " fmt

#include <arch/io.h>
#include <quire/ktime.h>
#include <quire/printk.h>
#include <quire/sched.h>

#include "ata.h"

#define SELECT_DELAY_NS_400 4	/* reads of the alternate status: 100 ns each */
#define RESET_HOLD_US 10
#define RESET_SETTLE_MS 5
#define RESET_WAIT_MS 5000
#define POLL_MS 4

u8 ata_wait_idle(struct ata_channel *ch, unsigned int ms)
{
	unsigned int waited;
	u8 status = inb(ch->control);

	for (waited = 0; (status & ATA_ST_BSY) && status != ATA_ST_NONE && waited < ms;
	     waited += POLL_MS) {
		msleep(POLL_MS);
		status = inb(ch->control);
	}
	return status;
}

/* A drive needs 400 ns to put its status on the bus. */
void ata_select(struct ata_channel *ch, unsigned int drive)
{
	unsigned int i;

	outb(ATA_DEVICE_LBA | drive << ATA_DEVICE_SHIFT, ch->base + ATA_DEVICE);
	for (i = 0; i < SELECT_DELAY_NS_400; i++)
		(void)inb(ch->control);
}

void ata_reset(struct ata_channel *ch)
{
	outb(ATA_CTL_SRST | ATA_CTL_NIEN, ch->control);
	udelay(RESET_HOLD_US);
	outb(ATA_CTL_NIEN, ch->control);
	msleep(RESET_SETTLE_MS);
	ata_wait_idle(ch, RESET_WAIT_MS);
	(void)inb(ch->base + ATA_STATUS);
	outb(0, ch->control);
}

static int error_thread(void *arg)
{
	struct ata_channel *ch = arg;

	for (;;) {
		wait_event(ch->error_wait, READ_ONCE(ch->resetting));
		pr_warn("channel %u: resetting\n", ch->nr);
		ata_reset(ch);
		ata_retry(ch);
	}
	return 0;
}

int ata_start_error_thread(struct ata_channel *ch)
{
	int pid;

	init_waitqueue_head(&ch->error_wait);
	setup_timer(&ch->timer, ata_timeout, (unsigned long)ch);
	pid = kernel_thread(error_thread, ch, "ata_eh");
	return pid < 0 ? pid : 0;
}
