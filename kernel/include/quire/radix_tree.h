/* SPDX-License-Identifier: MIT */
/*
 * A radix tree from unsigned long to pointer with two tags per slot.  Pure: it
 * allocates nodes through radix_tree_node_alloc/free (layer 4 gives slab's), and
 * takes no locks.  radix_tree_preload fills a per-CPU reserve while sleeping is
 * allowed, so that an insertion under a spinlock cannot fail.
 */
#ifndef QUIRE_RADIX_TREE_H
#define QUIRE_RADIX_TREE_H

#include <quire/types.h>

#define RADIX_TREE_MAP_SHIFT 6
#define RADIX_TREE_MAP_SIZE (1ul << RADIX_TREE_MAP_SHIFT)
#define RADIX_TREE_MAX_TAGS 2

struct radix_tree_node;

struct radix_tree_root {
	unsigned int height;	/* 0: empty, or the single item of index 0 in rnode */
	struct radix_tree_node *rnode;
};

#define RADIX_TREE_INIT { 0, NULL }

int radix_tree_preload(gfp_t gfp); /* => -ENOMEM; success disables preemption */
void radix_tree_preload_end(void);
int radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item);
void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index);
void **radix_tree_lookup_slot(const struct radix_tree_root *root, unsigned long index);
void *radix_tree_delete(struct radix_tree_root *root, unsigned long index);
/* Items from first on, ascending; => how many were stored in results. */
unsigned int radix_tree_gang_lookup(const struct radix_tree_root *root, void **results,
				    unsigned long first, unsigned int max);
void radix_tree_tag_set(struct radix_tree_root *root, unsigned long index, unsigned int tag);
void radix_tree_tag_clear(struct radix_tree_root *root, unsigned long index, unsigned int tag);
bool radix_tree_tag_get(const struct radix_tree_root *root, unsigned long index, unsigned int tag);
unsigned int radix_tree_gang_lookup_tag(const struct radix_tree_root *root, void **results,
					unsigned long first, unsigned int max, unsigned int tag);
bool radix_tree_tagged(const struct radix_tree_root *root, unsigned int tag);
/* Smallest index >= index that is empty. */
unsigned long radix_tree_next_hole(const struct radix_tree_root *root, unsigned long index,
				   unsigned long max_scan);
void radix_tree_init(void);

#endif
