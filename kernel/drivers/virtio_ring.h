/* SPDX-License-Identifier: MIT */
/*
 * Virtqueues of legacy (transitional) virtio PCI devices.
 *
 * A virtqueue is a ring shared with the device: the driver offers chains of buffers, the device
 * gives each chain back when it is done with it.  No indirect descriptors, no event index.
 *
 * Locking: the caller's, one per virtqueue.
 */
#ifndef DRIVERS_VIRTIO_RING_H
#define DRIVERS_VIRTIO_RING_H

#include <quire/types.h>

/* Registers of the legacy interface, from the first port BAR. */
#define VIRTIO_PCI_HOST_FEATURES 0
#define VIRTIO_PCI_GUEST_FEATURES 4
#define VIRTIO_PCI_QUEUE_PFN 8
#define VIRTIO_PCI_QUEUE_SIZE 12
#define VIRTIO_PCI_QUEUE_SELECT 14
#define VIRTIO_PCI_QUEUE_NOTIFY 16
#define VIRTIO_PCI_STATUS 18
#define VIRTIO_PCI_ISR 19 /* reading acknowledges */
#define VIRTIO_PCI_CONFIG 20 /* the device's own, without MSI-X */

#define VIRTIO_STATUS_RESET 0
#define VIRTIO_STATUS_ACKNOWLEDGE 1
#define VIRTIO_STATUS_DRIVER 2
#define VIRTIO_STATUS_DRIVER_OK 4
#define VIRTIO_STATUS_FAILED 128

#define VIRTIO_VENDOR 0x1af4

struct vring_desc {
	u64 addr;
	u32 len;
	u16 flags;
	u16 next;
};

struct vring_used_elem {
	u32 id; /* head of the chain */
	u32 len;
};

struct vring_avail {
	u16 flags;
	u16 idx;
	u16 ring[];
};

struct vring_used {
	u16 flags;
	u16 idx;
	struct vring_used_elem ring[];
};

struct vring_sg {
	u32 addr; /* physical */
	u32 len;
};

struct virtqueue {
	u16 port;	/* BAR of the device */
	u16 index;	/* which queue of the device */
	u16 num;	/* descriptors, a power of two */
	u16 num_free;
	u16 free_head;	/* free descriptors, chained by next */
	u16 last_used;	/* how far used->idx has been looked at */
	struct vring_desc *desc;
	struct vring_avail *avail;
	struct vring_used *used;
	void **tokens;	/* by head descriptor: what the driver gave */
};

/* Set up queue `index` of the device at `port`.  => 0, -ENODEV when it has none, -ENOMEM */
int virtqueue_init(struct virtqueue *vq, u16 port, u16 index);
/* sg[0..out) the device reads, sg[out..out + in) it writes.  => 0, -ENOSPC */
int virtqueue_add(struct virtqueue *vq, const struct vring_sg *sg, unsigned int out,
		  unsigned int in, void *token);
/* Tell the device that chains were added. */
void virtqueue_kick(struct virtqueue *vq);
/* The token of a chain that the device has finished, or NULL. */
void *virtqueue_get(struct virtqueue *vq);

#endif
