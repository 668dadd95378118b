/* SPDX-License-Identifier: MIT */
/*
 * ATA: finding controllers, channels and drives.
 *
 * A PCI IDE controller has two channels, each at the old fixed ports with the old interrupt line
 * (compatibility mode) or where its base address registers say (native mode).  Without such a
 * controller the old ports are tried all the same, by PIO.  Only disks with LBA are taken; packet
 * devices are left alone.
 */
#define pr_fmt(fmt) "ata: " fmt

#include <arch/io.h>
#include <quire/cmdline.h>
#include <quire/errno.h>
#include <quire/irq.h>
#include <quire/kernel.h>
#include <quire/ktime.h>
#include <quire/pci.h>
#include <quire/printk.h>
#include <quire/sched.h>
#include <quire/slab.h>
#include <quire/string.h>

#include "ata.h"

#define CHANNELS_PER_CONTROLLER 2
#define MAX_CHANNELS 4
#define MINORS_PER_DRIVE 64
#define IDENTIFY_TIMEOUT_MS 2000

#define PROG_IF_NATIVE(channel) (1u << (2 * (channel)))
#define PROG_IF_BUS_MASTER 0x80u
#define BAR_BUS_MASTER 4
#define BM_CHANNEL_PORTS 8
#define NATIVE_CONTROL_OFFSET 2

/* Words of the answer to IDENTIFY. */
#define ID_MODEL 27
#define ID_MODEL_WORDS 20
#define ID_CAPABILITIES 49
#define ID_CAP_DMA (1u << 8)
#define ID_CAP_LBA (1u << 9)
#define ID_SECTORS_28 60
#define ID_COMMANDS 83
#define ID_CMD_LBA48 (1u << 10)
#define ID_CMD_FLUSH (1u << 12)
#define ID_SECTORS_48 100
#define ID_GENERAL 0
#define ID_NOT_ATA 0x8000u

static const struct {
	u16 base, control;
	int irq;
} legacy_ports[CHANNELS_PER_CONTROLLER] = { { 0x1f0, 0x3f6, 14 }, { 0x170, 0x376, 15 } };

static const unsigned int channel_major[MAX_CHANNELS] = { 3, 22, 33, 34 };

/* Channels looked at, used or not: a drive's name tells where it is. */
static unsigned int nr_channels;

static bool no_dma;

static int set_ide(const char *value)
{
	if (strcmp(value, "nodma"))
		return -EINVAL;
	no_dma = true;
	return 0;
}
BOOT_OPTION("ide=", set_ide, "nodma: ATA disks by PIO only");

/* ---- drives ---- */

/* The 256 words of the drive, by polling.  => 0, -ENODEV: nothing there, or no disk */
static int identify(struct ata_channel *ch, unsigned int nr, u16 *id)
{
	u8 status;

	ata_select(ch, nr);
	status = inb(ch->control);
	if (status == 0 || status == ATA_ST_NONE)
		return -ENODEV;
	outb(ATA_CTL_NIEN, ch->control);
	outb(ATA_CMD_IDENTIFY, ch->base + ATA_COMMAND);
	udelay(1);
	status = ata_wait_idle(ch, IDENTIFY_TIMEOUT_MS);
	/* A packet device aborts the command and shows its signature instead. */
	if (status == 0 || (status & (ATA_ST_BSY | ATA_ST_ERR | ATA_ST_DF)) ||
	    !(status & ATA_ST_DRQ)) {
		outb(0, ch->control);
		return -ENODEV;
	}
	insw(ch->base + ATA_DATA, id, ATA_WORDS_PER_SECTOR);
	(void)inb(ch->base + ATA_STATUS);
	outb(0, ch->control);
	return id[ID_GENERAL] & ID_NOT_ATA ? -ENODEV : 0;
}

static void read_model(struct ata_drive *drive, const u16 *id)
{
	char text[2 * ID_MODEL_WORDS + 1];
	unsigned int i;

	for (i = 0; i < ID_MODEL_WORDS; i++) {
		text[2 * i] = id[ID_MODEL + i] >> 8;
		text[2 * i + 1] = id[ID_MODEL + i];
	}
	text[2 * ID_MODEL_WORDS] = '\0';
	strlcpy(drive->model, strim(text), sizeof(drive->model));
}

static int read_identity(struct ata_drive *drive, const u16 *id)
{
	if (!(id[ID_CAPABILITIES] & ID_CAP_LBA))
		return -ENODEV;
	read_model(drive, id);
	drive->dma = !no_dma && (id[ID_CAPABILITIES] & ID_CAP_DMA);
	drive->lba48 = id[ID_COMMANDS] & ID_CMD_LBA48;
	drive->flush = id[ID_COMMANDS] & ID_CMD_FLUSH;
	drive->sectors = id[ID_SECTORS_28] | (u32)id[ID_SECTORS_28 + 1] << 16;
	if (drive->lba48)
		drive->sectors = id[ID_SECTORS_48] | (u64)id[ID_SECTORS_48 + 1] << 16 |
				 (u64)id[ID_SECTORS_48 + 2] << 32;
	return drive->sectors ? 0 : -ENODEV;
}

static int probe_drive(struct ata_channel *ch, unsigned int nr, u16 *id)
{
	struct ata_drive *drive = &ch->drives[nr];
	int error;

	drive->ch = ch;
	drive->nr = nr;
	error = identify(ch, nr, id);
	if (!error)
		error = read_identity(drive, id);
	if (error)
		return error;
	drive->queue = blk_init_queue(ata_request_fn, drive, ATA_MAX_SECTORS, ATA_MAX_SEGMENTS);
	if (!drive->queue)
		return -ENOMEM;
	drive->present = true;
	return 0;
}

static void add_drive(struct ata_channel *ch, struct ata_drive *drive)
{
	struct gendisk *disk = &drive->disk;

	snprintf(drive->name, sizeof(drive->name), "hd%c", 'a' + 2 * ch->nr + drive->nr);
	pr_info("%s: %s, %s%s\n", drive->name, drive->model, drive->dma && ch->bm ? "DMA" : "PIO",
		drive->lba48 ? ", LBA48" : "");
	disk->name = drive->name;
	disk->major = channel_major[ch->nr];
	disk->first_minor = drive->nr * MINORS_PER_DRIVE;
	disk->minors = MINORS_PER_DRIVE;
	disk->capacity = drive->sectors;
	disk->write_cache = drive->flush;
	disk->queue = drive->queue;
	disk->private_data = drive;
	if (add_disk(disk))
		pr_err("%s: no memory for the disk\n", drive->name);
}

/* ---- channels ---- */

static bool any_drive(struct ata_channel *ch)
{
	u16 *id = kmalloc(SECTOR_SIZE, GFP_KERNEL);
	unsigned int nr;

	if (!id)
		return false;
	for (nr = 0; nr < ARRAY_SIZE(ch->drives); nr++)
		probe_drive(ch, nr, id);
	kfree(id);
	return ch->drives[0].present || ch->drives[1].present;
}

static int start_channel(struct ata_channel *ch)
{
	int error;

	ch->prd = (struct ata_prd *)__get_free_page(GFP_KERNEL, OWNER_DMA_BUFFER);
	if (!ch->prd)
		return -ENOMEM;
	error = ata_start_error_thread(ch);
	if (!error)
		error = request_irq(ch->irq, ata_interrupt, "ata", ch);
	return error;
}

/* => true: it has drives and is used from now on */
static bool probe_channel(u16 base, u16 control, int irq, u16 bm)
{
	unsigned int nr = nr_channels++, i;
	struct ata_channel *ch;

	if (nr >= MAX_CHANNELS || inb(control) == ATA_ST_NONE)
		return false;
	ch = kzalloc(sizeof(*ch), GFP_KERNEL);
	if (!ch)
		return false;
	spin_lock_init(&ch->lock);
	ch->base = base;
	ch->control = control;
	ch->irq = irq;
	ch->bm = bm;
	ch->nr = nr;
	ata_reset(ch);
	if (!any_drive(ch)) {
		kfree(ch);
		return false;
	}
	if (start_channel(ch)) {
		/* Queues and thread stay: nothing uses them. */
		pr_err("channel at %#x cannot be started\n", base);
		return false;
	}
	for (i = 0; i < ARRAY_SIZE(ch->drives); i++)
		if (ch->drives[i].present)
			add_drive(ch, &ch->drives[i]);
	return true;
}

/* ---- controllers ---- */

static bool probe_pci_channel(struct pci_dev *dev, unsigned int i)
{
	u16 bm = 0;

	if ((dev->prog_if & PROG_IF_BUS_MASTER) && dev->bars[BAR_BUS_MASTER].io)
		bm = dev->bars[BAR_BUS_MASTER].base + i * BM_CHANNEL_PORTS;
	if (!(dev->prog_if & PROG_IF_NATIVE(i)))
		return probe_channel(legacy_ports[i].base, legacy_ports[i].control,
				     legacy_ports[i].irq, bm);
	if (!dev->bars[2 * i].io || !dev->bars[2 * i + 1].io || dev->irq == PCI_NO_IRQ)
		return false;
	return probe_channel(dev->bars[2 * i].base,
			     dev->bars[2 * i + 1].base + NATIVE_CONTROL_OFFSET, dev->irq, bm);
}

static int ata_probe(struct pci_dev *dev)
{
	unsigned int i;

	pci_enable_device(dev, true);
	for (i = 0; i < CHANNELS_PER_CONTROLLER; i++)
		probe_pci_channel(dev, i);
	return 0;
}

static const struct pci_device_id ata_ids[] = {
	{ .vendor = PCI_ANY_ID, .class = PCI_CLASS_STORAGE, .subclass = PCI_SUBCLASS_IDE },
};

static const struct pci_driver ata_driver = {
	.name = "ata",
	.ids = ata_ids,
	.nr_ids = ARRAY_SIZE(ata_ids),
	.probe = ata_probe,
};

void ata_init(void)
{
	unsigned int i;

	if (pci_register_driver(&ata_driver))
		return;
	for (i = 0; i < CHANNELS_PER_CONTROLLER; i++)
		probe_channel(legacy_ports[i].base, legacy_ports[i].control, legacy_ports[i].irq,
			      0);
}
