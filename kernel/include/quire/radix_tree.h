/* SPDX-License-Identifier: MIT */
/*
 * A radix tree from unsigned long to pointer with two tags per slot.  Pure: it
 * gets nodes and what it needs of preemption from radix_tree_ops, and takes no
 * locks.  radix_tree_preload fills a reserve while sleeping is allowed, so that the
 * insertions under a spinlock that follow cannot fail.
 */
#ifndef QUIRE_RADIX_TREE_H
#define QUIRE_RADIX_TREE_H

#include <quire/types.h>

#define RADIX_TREE_MAP_SHIFT 6
#define RADIX_TREE_MAP_SIZE (1ul << RADIX_TREE_MAP_SHIFT)
#define RADIX_TREE_MAX_TAGS 2

struct radix_tree_node;

struct radix_tree_root {
	unsigned int height;	/* levels of nodes; 0: empty */
	struct radix_tree_node *rnode;
};

#define RADIX_TREE_INIT { 0, NULL }

struct radix_tree_ops {
	/* A node's memory, zeroed or not; gfp 0: may not sleep. */
	void *(*node_alloc)(gfp_t gfp);
	void (*node_free)(void *node);
	/* Nobody else uses the reserve between these two. */
	void (*reserve_lock)(void);
	void (*reserve_unlock)(void);
};
void radix_tree_init(const struct radix_tree_ops *ops);
size_t radix_tree_node_size(void);

int radix_tree_preload(gfp_t gfp); /* => -ENOMEM; success keeps the reserve locked */
void radix_tree_preload_end(void);
/* => -EEXIST, -ENOMEM (not after a preload).  item is not NULL. */
int radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item);
void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index);
void **radix_tree_lookup_slot(const struct radix_tree_root *root, unsigned long index);
void *radix_tree_delete(struct radix_tree_root *root, unsigned long index);
/* Items from first on, ascending; => how many were stored in results. */
unsigned int radix_tree_gang_lookup(const struct radix_tree_root *root, void **results,
				    unsigned long first, unsigned int max);
/* The first item at or after *index, which becomes its index; NULL: none, *index is undefined. */
void *radix_tree_next_item(const struct radix_tree_root *root, unsigned long *index);
/* Tags of an item that is there; others are ignored. */
void radix_tree_tag_set(struct radix_tree_root *root, unsigned long index, unsigned int tag);
void radix_tree_tag_clear(struct radix_tree_root *root, unsigned long index, unsigned int tag);
bool radix_tree_tag_get(const struct radix_tree_root *root, unsigned long index, unsigned int tag);
unsigned int radix_tree_gang_lookup_tag(const struct radix_tree_root *root, void **results,
					unsigned long first, unsigned int max, unsigned int tag);
bool radix_tree_tagged(const struct radix_tree_root *root, unsigned int tag);
/* Smallest index >= index that is empty, looking at most at max_scan indices. */
unsigned long radix_tree_next_hole(const struct radix_tree_root *root, unsigned long index,
				   unsigned long max_scan);

#endif
