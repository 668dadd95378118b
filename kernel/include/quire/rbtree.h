/* SPDX-License-Identifier: MIT */
/*
 * Red-black trees, intrusive and without augmentation. The user searches and links by hand:
 * descend from root->rb_node keeping `parent` and `link`, then rb_link_node and rb_insert_color.
 * Invariants: no red node has a red child; every path from a node to its leaves has as many black
 * nodes; hence a tree of n nodes is at most 2 log2(n + 1) deep. The caller locks.
 */
#ifndef QUIRE_RBTREE_H
#define QUIRE_RBTREE_H

#include <quire/compiler.h>
#include <quire/types.h>

struct rb_node {
	unsigned long rb_parent_color;	/* parent pointer; bit 0: black */
	struct rb_node *rb_left, *rb_right;
};

struct rb_root {
	struct rb_node *rb_node;
};

#define RB_ROOT		((struct rb_root){ NULL })
#define RB_EMPTY_ROOT(root)	((root)->rb_node == NULL)
#define rb_entry(ptr, type, member)	container_of(ptr, type, member)
#define rb_parent(n)	((struct rb_node *)((n)->rb_parent_color & ~3ul))

/* A node outside any tree is its own parent. */
#define RB_CLEAR_NODE(n)	((n)->rb_parent_color = (unsigned long)(n))
#define RB_EMPTY_NODE(n)	((n)->rb_parent_color == (unsigned long)(n))

static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->rb_parent_color = (unsigned long)parent;
	node->rb_left = NULL;
	node->rb_right = NULL;
	*link = node;
}

void rb_insert_color(struct rb_node *node, struct rb_root *root);
void rb_erase(struct rb_node *node, struct rb_root *root);
void rb_replace_node(struct rb_node *old, struct rb_node *node, struct rb_root *root);

/* In order; NULL past the ends. */
struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

/* Black height of a valid tree, -1 if an invariant is broken: for tests and the auditor. */
int rb_check(const struct rb_root *root);

#endif
