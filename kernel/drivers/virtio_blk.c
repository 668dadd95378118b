/* SPDX-License-Identifier: MIT */
/*
 * Disks of the virtual machine: virtio-blk through the legacy PCI interface.
 *
 * One virtqueue a disk, as many requests in flight as the ring holds; completion by interrupt.
 * Data goes straight between the device and the pages of the bios, wherever in memory they lie.
 *
 * Locking: the queue's lock guards the virtqueue and the request slots.
 */
#define pr_fmt(fmt) "virtio_blk: " fmt

#include <arch/io.h>
#include <quire/assert.h>
#include <quire/blkdev.h>
#include <quire/errno.h>
#include <quire/irq.h>
#include <quire/kernel.h>
#include <quire/pci.h>
#include <quire/printk.h>
#include <quire/slab.h>
#include <quire/string.h>

#include "virtio_ring.h"

#define VIRTIO_BLK_DEVICE 0x1001
#define VIRTIO_BLK_MAJOR 254
#define MINORS_PER_DISK 16
#define MAX_DISKS 16

#define VIRTIO_BLK_F_SEG_MAX (1u << 2)
#define VIRTIO_BLK_F_RO (1u << 5)
#define VIRTIO_BLK_F_FLUSH (1u << 9)

#define CONFIG_CAPACITY 0
#define CONFIG_SEG_MAX 12

#define VIRTIO_BLK_T_IN 0
#define VIRTIO_BLK_T_OUT 1
#define VIRTIO_BLK_T_FLUSH 4

#define VIRTIO_BLK_S_OK 0

#define EXTRA_DESCS 2 /* header and status of a request */
#define MAX_SEGMENTS 64
#define MAX_SECTORS 512
#define IN_FLIGHT_MAX 64

struct virtio_blk_header {
	u32 type;
	u32 priority;
	u64 sector;
};

/* What the device reads and writes beside the data, one for each request in flight. */
struct vblk_slot {
	struct virtio_blk_header header;
	u8 status;
	struct request *rq;
	struct vblk_slot *next_free;
};

struct vblk {
	struct virtqueue vq;
	struct request_queue *queue;
	struct gendisk disk;
	char name[8];
	u16 port;
	struct vblk_slot *slots, *free_slot;
	struct vring_sg sg[MAX_SEGMENTS + EXTRA_DESCS]; /* of the request being built */
};

static unsigned int nr_disks;

/* ---- requests ---- */

static unsigned int map_data(struct vblk *vb, const struct request *rq)
{
	unsigned int n = 1;
	struct bio *bio;
	struct bio_vec *vec;

	rq_for_each_vec(vec, bio, rq) {
		assert(n <= MAX_SEGMENTS);
		vb->sg[n++] = (struct vring_sg){ page_to_phys(vec->page) + vec->offset, vec->len };
	}
	return n;
}

/* => false: the ring is full */
static bool start_request(struct vblk *vb, struct request *rq)
{
	struct vblk_slot *slot = vb->free_slot;
	unsigned int n, data, out;

	if (!slot || vb->vq.num_free < rq->nr_segments + EXTRA_DESCS)
		return false;
	slot->header.type = rq->flush ? VIRTIO_BLK_T_FLUSH :
			    rq->rw == READ ? VIRTIO_BLK_T_IN : VIRTIO_BLK_T_OUT;
	slot->header.priority = 0;
	slot->header.sector = rq->flush ? 0 : rq->sector;
	slot->rq = rq;
	vb->sg[0] = (struct vring_sg){ __pa(&slot->header), sizeof(slot->header) };
	n = map_data(vb, rq);
	data = n - 1;
	vb->sg[n] = (struct vring_sg){ __pa(&slot->status), sizeof(slot->status) };
	out = rq->rw == WRITE ? 1 + data : 1;
	if (virtqueue_add(&vb->vq, vb->sg, out, n + 1 - out, slot))
		return false;
	vb->free_slot = slot->next_free;
	return true;
}

static void vblk_request_fn(struct request_queue *q)
{
	struct vblk *vb = q->queuedata;
	struct request *rq;
	bool started = false;

	while (vb->free_slot && (rq = blk_fetch_request(q))) {
		if (!start_request(vb, rq)) {
			blk_requeue_request(rq);
			break;
		}
		started = true;
	}
	if (started)
		virtqueue_kick(&vb->vq);
}

static void finish_slot(struct vblk *vb, struct vblk_slot *slot)
{
	struct request *rq = slot->rq;
	int error = slot->status == VIRTIO_BLK_S_OK ? 0 : -EIO;

	if (error)
		printk_ratelimited(KERN_ERR "%s: %s error, sector %llu, %u sectors\n", vb->name,
				   rq->rw == READ ? "read" : "write", rq->sector, rq->nr_sectors);
	slot->next_free = vb->free_slot;
	vb->free_slot = slot;
	blk_end_request(rq, error);
}

static irqreturn_t vblk_interrupt(int irq, void *data)
{
	struct vblk *vb = data;
	struct vblk_slot *slot;
	unsigned long flags;

	if (!inb(vb->port + VIRTIO_PCI_ISR))
		return IRQ_NONE;
	spin_lock_irqsave(&vb->queue->lock, flags);
	while ((slot = virtqueue_get(&vb->vq)))
		finish_slot(vb, slot);
	blk_restart_queue(vb->queue);
	spin_unlock_irqrestore(&vb->queue->lock, flags);
	return IRQ_HANDLED;
}

/* ---- set-up ---- */

static int alloc_slots(struct vblk *vb)
{
	unsigned int i;

	vb->slots = kcalloc(IN_FLIGHT_MAX, sizeof(*vb->slots), GFP_KERNEL);
	if (!vb->slots)
		return -ENOMEM;
	for (i = 0; i < IN_FLIGHT_MAX; i++) {
		vb->slots[i].next_free = vb->free_slot;
		vb->free_slot = &vb->slots[i];
	}
	return 0;
}

static u32 negotiate_features(u16 port)
{
	u32 wanted = VIRTIO_BLK_F_SEG_MAX | VIRTIO_BLK_F_RO | VIRTIO_BLK_F_FLUSH;
	u32 features = inl(port + VIRTIO_PCI_HOST_FEATURES) & wanted;

	outl(features, port + VIRTIO_PCI_GUEST_FEATURES);
	return features;
}

static unsigned int max_segments(struct vblk *vb, u32 features)
{
	unsigned int n = vb->vq.num / 2 - EXTRA_DESCS;

	if (features & VIRTIO_BLK_F_SEG_MAX)
		n = min(n, inl(vb->port + VIRTIO_PCI_CONFIG + CONFIG_SEG_MAX));
	return clamp_t(unsigned int, n, 1, MAX_SEGMENTS);
}

static void set_up_disk(struct vblk *vb, u32 features)
{
	u16 config = vb->port + VIRTIO_PCI_CONFIG;
	unsigned int nr = nr_disks++;
	struct gendisk *disk = &vb->disk;

	snprintf(vb->name, sizeof(vb->name), "vd%c", 'a' + nr);
	disk->name = vb->name;
	disk->major = VIRTIO_BLK_MAJOR;
	disk->first_minor = nr * MINORS_PER_DISK;
	disk->minors = MINORS_PER_DISK;
	disk->capacity = inl(config + CONFIG_CAPACITY) |
			 (u64)inl(config + CONFIG_CAPACITY + 4) << 32;
	disk->read_only = features & VIRTIO_BLK_F_RO;
	disk->write_cache = features & VIRTIO_BLK_F_FLUSH;
	disk->queue = vb->queue;
	disk->private_data = vb;
}

static int start_device(struct vblk *vb, struct pci_dev *pdev)
{
	u32 features;
	int error;

	outb(VIRTIO_STATUS_RESET, vb->port + VIRTIO_PCI_STATUS);
	outb(VIRTIO_STATUS_ACKNOWLEDGE, vb->port + VIRTIO_PCI_STATUS);
	outb(VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER, vb->port + VIRTIO_PCI_STATUS);
	features = negotiate_features(vb->port);
	error = virtqueue_init(&vb->vq, vb->port, 0);
	if (error)
		return error;
	error = alloc_slots(vb);
	if (error)
		return error;
	vb->queue = blk_init_queue(vblk_request_fn, vb, MAX_SECTORS, max_segments(vb, features));
	if (!vb->queue)
		return -ENOMEM;
	error = request_irq(pdev->irq, vblk_interrupt, "virtio_blk", vb);
	if (error)
		return error;
	outb(VIRTIO_STATUS_ACKNOWLEDGE | VIRTIO_STATUS_DRIVER | VIRTIO_STATUS_DRIVER_OK,
	     vb->port + VIRTIO_PCI_STATUS);
	set_up_disk(vb, features);
	return 0;
}

static int vblk_probe(struct pci_dev *pdev)
{
	struct vblk *vb;
	int error;

	if (nr_disks >= MAX_DISKS || !pdev->bars[0].io || pdev->irq == PCI_NO_IRQ)
		return -ENODEV;
	vb = kzalloc(sizeof(*vb), GFP_KERNEL);
	if (!vb)
		return -ENOMEM;
	vb->port = pdev->bars[0].base;
	pci_enable_device(pdev, true);
	error = start_device(vb, pdev);
	if (error) {
		/* What was set up stays allocated: the device may know the ring's address. */
		outb(VIRTIO_STATUS_FAILED, vb->port + VIRTIO_PCI_STATUS);
		pr_err("device %02x:%02x: error %d\n", pdev->bus, pdev->devfn, error);
		return error;
	}
	pdev->driver_data = vb;
	return add_disk(&vb->disk);
}

static const struct pci_device_id vblk_ids[] = {
	{ .vendor = VIRTIO_VENDOR, .device = VIRTIO_BLK_DEVICE },
};

static const struct pci_driver vblk_driver = {
	.name = "virtio_blk",
	.ids = vblk_ids,
	.nr_ids = ARRAY_SIZE(vblk_ids),
	.probe = vblk_probe,
};

void virtio_blk_init(void)
{
	pci_register_driver(&vblk_driver);
}
