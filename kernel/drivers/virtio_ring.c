/* SPDX-License-Identifier: MIT */
/*
 * Virtqueues: see virtio_ring.h.
 *
 * The ring is one block of low memory: descriptors, the ring of offered chains and, on the next
 * page boundary, the ring of finished chains, as the legacy layout wants.  The device is not
 * trusted with indices: a head that is not in use is ignored.
 */
#define pr_fmt(fmt) "virtio: " fmt

#include <arch/atomic.h>
#include <arch/io.h>
#include <quire/compiler.h>
#include <quire/errno.h>
#include <quire/gfp.h>
#include <quire/kernel.h>
#include <quire/printk.h>
#include <quire/slab.h>

#include "virtio_ring.h"

#define VRING_DESC_F_NEXT 1u
#define VRING_DESC_F_WRITE 2u
#define VRING_USED_F_NO_NOTIFY 1u

static size_t avail_end(u16 num)
{
	return num * sizeof(struct vring_desc) + sizeof(struct vring_avail) +
	       (num + 1) * sizeof(u16);
}

static size_t ring_bytes(u16 num)
{
	return PAGE_ALIGN(avail_end(num)) +
	       PAGE_ALIGN(sizeof(struct vring_used) + num * sizeof(struct vring_used_elem) +
			  sizeof(u16));
}

int virtqueue_init(struct virtqueue *vq, u16 port, u16 index)
{
	unsigned int order = 0, i;
	unsigned long ring;
	u16 num;

	outw(index, port + VIRTIO_PCI_QUEUE_SELECT);
	num = inw(port + VIRTIO_PCI_QUEUE_SIZE);
	if (num == 0 || !is_power_of_2(num) || inl(port + VIRTIO_PCI_QUEUE_PFN) != 0)
		return -ENODEV;
	while ((PAGE_SIZE << order) < ring_bytes(num))
		order++;
	ring = __get_free_pages(GFP_KERNEL | __GFP_ZERO, order, OWNER_DMA_BUFFER);
	vq->tokens = kcalloc(num, sizeof(void *), GFP_KERNEL);
	if (!ring || !vq->tokens) {
		if (ring)
			free_pages(ring, order);
		kfree(vq->tokens);
		return -ENOMEM;
	}
	vq->port = port;
	vq->index = index;
	vq->num = vq->num_free = num;
	vq->free_head = vq->last_used = 0;
	vq->desc = (struct vring_desc *)ring;
	vq->avail = (struct vring_avail *)(vq->desc + num);
	vq->used = (struct vring_used *)(ring + PAGE_ALIGN(avail_end(num)));
	for (i = 0; i < num; i++)
		vq->desc[i].next = i + 1;
	outl(__pa(ring) >> PAGE_SHIFT, port + VIRTIO_PCI_QUEUE_PFN);
	return 0;
}

int virtqueue_add(struct virtqueue *vq, const struct vring_sg *sg, unsigned int out,
		  unsigned int in, void *token)
{
	unsigned int i, total = out + in;
	u16 head = vq->free_head, slot = head;

	if (vq->num_free < total)
		return -ENOSPC;
	for (i = 0; i < total; i++) {
		struct vring_desc *d = &vq->desc[slot];

		d->addr = sg[i].addr;
		d->len = sg[i].len;
		d->flags = (i >= out ? VRING_DESC_F_WRITE : 0) |
			   (i + 1 < total ? VRING_DESC_F_NEXT : 0);
		slot = d->next;
	}
	vq->free_head = slot;
	vq->num_free -= total;
	vq->tokens[head] = token;
	vq->avail->ring[vq->avail->idx & (vq->num - 1)] = head;
	wmb(); /* the entry before the index that publishes it */
	WRITE_ONCE(vq->avail->idx, vq->avail->idx + 1);
	return 0;
}

void virtqueue_kick(struct virtqueue *vq)
{
	mb(); /* the index before the look at the device's wish */
	if (!(READ_ONCE(vq->used->flags) & VRING_USED_F_NO_NOTIFY))
		outw(vq->index, vq->port + VIRTIO_PCI_QUEUE_NOTIFY);
}

static void free_chain(struct virtqueue *vq, u16 head)
{
	u16 last = head;

	vq->num_free++;
	while (vq->desc[last].flags & VRING_DESC_F_NEXT) {
		last = vq->desc[last].next;
		vq->num_free++;
	}
	vq->desc[last].next = vq->free_head;
	vq->free_head = head;
}

void *virtqueue_get(struct virtqueue *vq)
{
	while (vq->last_used != READ_ONCE(vq->used->idx)) {
		u32 head;
		void *token;

		rmb(); /* the index before the entry that it publishes */
		head = vq->used->ring[vq->last_used++ & (vq->num - 1)].id;
		if (head >= vq->num || !vq->tokens[head]) {
			pr_err("device returned descriptor %u, which is not in use\n", head);
			continue;
		}
		token = vq->tokens[head];
		vq->tokens[head] = NULL;
		free_chain(vq, head);
		return token;
	}
	return NULL;
}
