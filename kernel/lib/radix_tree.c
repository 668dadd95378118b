/* SPDX-License-Identifier: MIT */
/*
 * Radix trees with tags.
 *
 * Invariants.  A tree of height h holds indices up to 2^(6h) - 1 and is as low as its highest index
 * allows.  A node's count is the number of its slots in use, never 0 in a tree at rest.  A
 * tag of a slot in an inner node is set exactly when it is set somewhere below; hence one
 * look at the top node tells whether anything is tagged.
 *
 * Locking: the caller's; readers and writers exclude each other.
 */
#include <quire/bitops.h>
#include <quire/errno.h>
#include <quire/radix_tree.h>
#include <quire/string.h>

#define INDEX_BITS (8 * (unsigned int)sizeof(unsigned long))
#define MAX_HEIGHT ((INDEX_BITS + RADIX_TREE_MAP_SHIFT - 1) / RADIX_TREE_MAP_SHIFT)
/* What one insertion can need: a new path to the bottom beside the levels put on top. */
#define RESERVE_NODES (2 * MAX_HEIGHT - 1)
#define ANY_ITEM RADIX_TREE_MAX_TAGS /* in place of a tag: every slot in use */

struct radix_tree_node {
	unsigned int count;
	void *slots[RADIX_TREE_MAP_SIZE];
	unsigned long tags[RADIX_TREE_MAX_TAGS][BITS_TO_LONGS(RADIX_TREE_MAP_SIZE)];
};

/* The way from the top to a slot. */
struct path {
	struct radix_tree_node *node[MAX_HEIGHT];
	unsigned int slot[MAX_HEIGHT];
	unsigned int depth; /* levels filled in */
};

static const struct radix_tree_ops *ops;
static struct radix_tree_node *reserve[RESERVE_NODES];
static unsigned int nr_reserve;

void radix_tree_init(const struct radix_tree_ops *tree_ops)
{
	ops = tree_ops;
}

size_t radix_tree_node_size(void)
{
	return sizeof(struct radix_tree_node);
}

int radix_tree_preload(gfp_t gfp)
{
	ops->reserve_lock();
	while (nr_reserve < RESERVE_NODES) {
		struct radix_tree_node *node;

		ops->reserve_unlock();
		node = ops->node_alloc(gfp);
		if (!node)
			return -ENOMEM;
		ops->reserve_lock();
		if (nr_reserve < RESERVE_NODES)
			reserve[nr_reserve++] = node;
		else
			ops->node_free(node);
	}
	return 0;
}

void radix_tree_preload_end(void)
{
	ops->reserve_unlock();
}

static struct radix_tree_node *new_node(void)
{
	struct radix_tree_node *node = nr_reserve ? reserve[--nr_reserve] : ops->node_alloc(0);

	if (node)
		memset(node, 0, sizeof(*node));
	return node;
}

static unsigned long max_index(unsigned int height)
{
	unsigned int bits = height * RADIX_TREE_MAP_SHIFT;

	return bits >= INDEX_BITS ? ~0ul : (1ul << bits) - 1;
}

static unsigned int slot_at(unsigned long index, unsigned int shift)
{
	return index >> shift & (RADIX_TREE_MAP_SIZE - 1);
}

static bool node_tagged(const struct radix_tree_node *node, unsigned int tag)
{
	unsigned int i;

	for (i = 0; i < BITS_TO_LONGS(RADIX_TREE_MAP_SIZE); i++)
		if (node->tags[tag][i])
			return true;
	return false;
}

/* One more level on top. */
static int grow(struct radix_tree_root *root)
{
	struct radix_tree_node *node;
	unsigned int tag;

	if (root->rnode) {
		node = new_node();
		if (!node)
			return -ENOMEM;
		node->slots[0] = root->rnode;
		node->count = 1;
		for (tag = 0; tag < RADIX_TREE_MAX_TAGS; tag++)
			if (node_tagged(root->rnode, tag))
				__set_bit(0, node->tags[tag]);
		root->rnode = node;
	}
	root->height++;
	return 0;
}

/* Levels that hold nothing but slot 0 go. */
static void shrink(struct radix_tree_root *root)
{
	struct radix_tree_node *node = root->rnode;

	while (node && root->height > 1 && node->count == 1 && node->slots[0]) {
		root->rnode = node->slots[0];
		root->height--;
		ops->node_free(node);
		node = root->rnode;
	}
	if (!node)
		root->height = 0;
}

/* Free the empty nodes at the end of a path. */
static void prune(struct radix_tree_root *root, struct path *p)
{
	while (p->depth && p->node[p->depth - 1]->count == 0) {
		ops->node_free(p->node[--p->depth]);
		if (!p->depth) {
			root->rnode = NULL;
		} else {
			struct radix_tree_node *parent = p->node[p->depth - 1];

			parent->slots[p->slot[p->depth - 1]] = NULL;
			parent->count--;
		}
	}
	shrink(root);
}

/* Walk to the slot of index, noting the way.  => false: a node on it is missing. */
static bool walk(const struct radix_tree_root *root, unsigned long index, struct path *p)
{
	struct radix_tree_node *node = root->rnode;
	unsigned int level = root->height;

	p->depth = 0;
	if (!node || index > max_index(root->height))
		return false;
	while (level--) {
		if (!node)
			return false;
		p->node[p->depth] = node;
		p->slot[p->depth] = slot_at(index, level * RADIX_TREE_MAP_SHIFT);
		node = node->slots[p->slot[p->depth++]];
	}
	return true;
}

/* Like walk, but makes what is missing.  On failure the tree is as before. */
static int walk_create(struct radix_tree_root *root, unsigned long index, struct path *p)
{
	void **where = (void **)&root->rnode;
	unsigned int level;

	p->depth = 0;
	while (!root->height || index > max_index(root->height))
		if (grow(root) < 0)
			goto undo;
	for (level = root->height; level--;) {
		if (!*where) {
			*where = new_node();
			if (!*where)
				goto undo;
			if (p->depth)
				p->node[p->depth - 1]->count++;
		}
		p->node[p->depth] = *where;
		p->slot[p->depth] = slot_at(index, level * RADIX_TREE_MAP_SHIFT);
		where = &p->node[p->depth]->slots[p->slot[p->depth]];
		p->depth++;
	}
	return 0;
undo:
	prune(root, p);
	return -ENOMEM;
}

int radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item)
{
	struct radix_tree_node *leaf;
	struct path p;
	int err = walk_create(root, index, &p);

	if (err)
		return err;
	leaf = p.node[p.depth - 1];
	if (leaf->slots[p.slot[p.depth - 1]])
		return -EEXIST;
	leaf->slots[p.slot[p.depth - 1]] = item;
	leaf->count++;
	return 0;
}

void **radix_tree_lookup_slot(const struct radix_tree_root *root, unsigned long index)
{
	struct radix_tree_node *node = root->rnode;
	unsigned int level = root->height;
	void **slot = NULL;

	if (!node || index > max_index(level))
		return NULL;
	while (level-- && node) {
		slot = &node->slots[slot_at(index, level * RADIX_TREE_MAP_SHIFT)];
		node = *slot;
	}
	return slot && *slot ? slot : NULL;
}

void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index)
{
	void **slot = radix_tree_lookup_slot(root, index);

	return slot ? *slot : NULL;
}

/* Clear a tag at the end of a path, and above as far as nothing else below is tagged. */
static void clear_tag_on_path(const struct path *p, unsigned int tag)
{
	unsigned int level;

	for (level = p->depth; level--;) {
		__clear_bit(p->slot[level], p->node[level]->tags[tag]);
		if (node_tagged(p->node[level], tag))
			return;
	}
}

void *radix_tree_delete(struct radix_tree_root *root, unsigned long index)
{
	struct radix_tree_node *leaf;
	unsigned int tag;
	struct path p;
	void **slot, *item;

	if (!walk(root, index, &p))
		return NULL;
	leaf = p.node[p.depth - 1];
	slot = &leaf->slots[p.slot[p.depth - 1]];
	item = *slot;
	if (!item)
		return NULL;
	for (tag = 0; tag < RADIX_TREE_MAX_TAGS; tag++)
		clear_tag_on_path(&p, tag);
	*slot = NULL;
	leaf->count--;
	prune(root, &p);
	return item;
}

void radix_tree_tag_set(struct radix_tree_root *root, unsigned long index, unsigned int tag)
{
	struct path p;
	unsigned int level;

	if (!walk(root, index, &p) || !p.node[p.depth - 1]->slots[p.slot[p.depth - 1]])
		return;
	for (level = 0; level < p.depth; level++)
		__set_bit(p.slot[level], p.node[level]->tags[tag]);
}

void radix_tree_tag_clear(struct radix_tree_root *root, unsigned long index, unsigned int tag)
{
	struct path p;

	if (walk(root, index, &p))
		clear_tag_on_path(&p, tag);
}

bool radix_tree_tag_get(const struct radix_tree_root *root, unsigned long index, unsigned int tag)
{
	struct path p;

	return walk(root, index, &p) && test_bit(p.slot[p.depth - 1], p.node[p.depth - 1]->tags[tag]);
}

bool radix_tree_tagged(const struct radix_tree_root *root, unsigned int tag)
{
	return root->rnode && node_tagged(root->rnode, tag);
}

static bool slot_wanted(const struct radix_tree_node *node, unsigned int slot, unsigned int tag)
{
	return tag == ANY_ITEM ? node->slots[slot] != NULL : test_bit(slot, node->tags[tag]);
}

/* From slot on, the first wanted one; RADIX_TREE_MAP_SIZE: none. */
static unsigned int next_slot(const struct radix_tree_node *node, unsigned int slot,
			      unsigned int tag)
{
	while (slot < RADIX_TREE_MAP_SIZE && !slot_wanted(node, slot, tag))
		slot++;
	return slot;
}

/*
 * The bottom node with the first wanted item at or after *index, which becomes that item's index.
 * A subtree that ends without one sends the search back to the top, one subtree further on.
 */
static struct radix_tree_node *next_leaf(const struct radix_tree_root *root, unsigned long *index,
					 unsigned int tag)
{
	struct radix_tree_node *node = root->rnode;
	unsigned int level = root->height;

	while (node && *index <= max_index(root->height)) {
		unsigned int shift = --level * RADIX_TREE_MAP_SHIFT;
		unsigned int slot = slot_at(*index, shift);
		unsigned int found = next_slot(node, slot, tag);

		if (found != slot) {
			unsigned long old = *index;

			*index = ((*index >> shift) + (found - slot)) << shift;
			if (*index < old)
				return NULL;
		}
		if (found == RADIX_TREE_MAP_SIZE) {
			if (level == root->height - 1)
				return NULL;
			node = root->rnode;
			level = root->height;
		} else if (!level) {
			return node;
		} else {
			node = node->slots[found];
		}
	}
	return NULL;
}

static unsigned int gang_lookup(const struct radix_tree_root *root, void **results,
				unsigned long first, unsigned int max, unsigned int tag)
{
	unsigned int found = 0;

	while (found < max) {
		struct radix_tree_node *leaf = next_leaf(root, &first, tag);
		unsigned int slot;

		if (!leaf)
			break;
		slot = slot_at(first, 0);
		first -= slot;
		for (; slot < RADIX_TREE_MAP_SIZE && found < max; slot = next_slot(leaf, slot + 1, tag))
			results[found++] = leaf->slots[slot];
		first += RADIX_TREE_MAP_SIZE;
		if (!first)
			break;
	}
	return found;
}

unsigned int radix_tree_gang_lookup(const struct radix_tree_root *root, void **results,
				    unsigned long first, unsigned int max)
{
	return gang_lookup(root, results, first, max, ANY_ITEM);
}

unsigned int radix_tree_gang_lookup_tag(const struct radix_tree_root *root, void **results,
					unsigned long first, unsigned int max, unsigned int tag)
{
	return gang_lookup(root, results, first, max, tag);
}

void *radix_tree_next_item(const struct radix_tree_root *root, unsigned long *index)
{
	struct radix_tree_node *leaf = next_leaf(root, index, ANY_ITEM);

	return leaf ? leaf->slots[slot_at(*index, 0)] : NULL;
}

unsigned long radix_tree_next_hole(const struct radix_tree_root *root, unsigned long index,
				   unsigned long max_scan)
{
	while (max_scan-- && radix_tree_lookup(root, index))
		if (++index == 0)
			break;
	return index;
}
