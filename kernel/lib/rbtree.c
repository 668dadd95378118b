/* SPDX-License-Identifier: MIT */
/*
 * Red-black trees: insertion and removal in at most a few rotations. The textbook's algorithm, with
 * leaves that are NULL and black; the parent pointer's lowest bit is the node's colour.
 */
#include <quire/rbtree.h>

#define RB_BLACK	1ul

static bool is_black(const struct rb_node *n)
{
	return !n || (n->rb_parent_color & RB_BLACK);
}

static bool is_red(const struct rb_node *n)
{
	return !is_black(n);
}

static void set_parent(struct rb_node *n, struct rb_node *parent)
{
	n->rb_parent_color = (unsigned long)parent | (n->rb_parent_color & RB_BLACK);
}

static void set_black(struct rb_node *n)
{
	n->rb_parent_color |= RB_BLACK;
}

static void set_red(struct rb_node *n)
{
	n->rb_parent_color &= ~RB_BLACK;
}

static void copy_color(struct rb_node *n, const struct rb_node *from)
{
	n->rb_parent_color = (n->rb_parent_color & ~RB_BLACK) | (from->rb_parent_color & RB_BLACK);
}

/* Whatever pointed at `old` (its parent or the root) points at `n` now. */
static void change_child(struct rb_node *old, struct rb_node *n, struct rb_node *parent,
			 struct rb_root *root)
{
	if (!parent)
		root->rb_node = n;
	else if (parent->rb_left == old)
		parent->rb_left = n;
	else
		parent->rb_right = n;
}

/* The right child takes n's place, n becomes its left child. */
static void rotate_left(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *r = n->rb_right, *parent = rb_parent(n);

	n->rb_right = r->rb_left;
	if (r->rb_left)
		set_parent(r->rb_left, n);
	r->rb_left = n;
	set_parent(r, parent);
	change_child(n, r, parent, root);
	set_parent(n, r);
}

static void rotate_right(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *l = n->rb_left, *parent = rb_parent(n);

	n->rb_left = l->rb_right;
	if (l->rb_right)
		set_parent(l->rb_right, n);
	l->rb_right = n;
	set_parent(l, parent);
	change_child(n, l, parent, root);
	set_parent(n, l);
}

/* n and its parent are red and there is no red uncle: one or two rotations end it. */
static void insert_rotate(struct rb_node *n, struct rb_node *parent, struct rb_node *gparent,
			  struct rb_root *root)
{
	bool left = parent == gparent->rb_left;

	if (left && n == parent->rb_right) {
		rotate_left(parent, root);
		parent = n;
	} else if (!left && n == parent->rb_left) {
		rotate_right(parent, root);
		parent = n;
	}
	set_black(parent);
	set_red(gparent);
	if (left)
		rotate_right(gparent, root);
	else
		rotate_left(gparent, root);
}

void rb_insert_color(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *parent, *gparent, *uncle;

	set_red(n);
	while ((parent = rb_parent(n)) && is_red(parent)) {
		gparent = rb_parent(parent);
		uncle = parent == gparent->rb_left ? gparent->rb_right : gparent->rb_left;
		if (is_black(uncle)) {
			insert_rotate(n, parent, gparent, root);
			break;
		}
		set_black(uncle);
		set_black(parent);
		set_red(gparent);
		n = gparent;
	}
	set_black(root->rb_node);
}

/* The sibling's outer child is red (or made so): the rotation that pays back the missing black. */
static void erase_rotate(struct rb_node *parent, struct rb_node *sibling, bool left,
			 struct rb_root *root)
{
	struct rb_node *outer = left ? sibling->rb_right : sibling->rb_left;

	if (is_black(outer)) {
		struct rb_node *inner = left ? sibling->rb_left : sibling->rb_right;

		set_black(inner);
		set_red(sibling);
		if (left)
			rotate_right(sibling, root);
		else
			rotate_left(sibling, root);
		outer = sibling;
		sibling = inner;
	}
	copy_color(sibling, parent);
	set_black(parent);
	set_black(outer);
	if (left)
		rotate_left(parent, root);
	else
		rotate_right(parent, root);
}

/* Every path through n (which may be NULL, below parent) is one black short. */
static void erase_color(struct rb_node *n, struct rb_node *parent, struct rb_root *root)
{
	while (n != root->rb_node && is_black(n)) {
		bool left = parent->rb_left == n;
		struct rb_node *sibling = left ? parent->rb_right : parent->rb_left;

		if (is_red(sibling)) {
			set_black(sibling);
			set_red(parent);
			if (left)
				rotate_left(parent, root);
			else
				rotate_right(parent, root);
			sibling = left ? parent->rb_right : parent->rb_left;
		}
		if (is_red(sibling->rb_left) || is_red(sibling->rb_right)) {
			erase_rotate(parent, sibling, left, root);
			return;
		}
		set_red(sibling);
		n = parent;
		parent = rb_parent(n);
	}
	if (n)
		set_black(n);
}

/* n has two children: its successor, which has no left child, takes its place and colour. */
static void erase_with_two_children(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *s = n->rb_right, *child, *parent;
	bool black;

	while (s->rb_left)
		s = s->rb_left;
	child = s->rb_right;
	parent = rb_parent(s);
	black = is_black(s);
	if (parent == n) {
		parent = s;
	} else {
		if (child)
			set_parent(child, parent);
		parent->rb_left = child;
		s->rb_right = n->rb_right;
		set_parent(s->rb_right, s);
	}
	s->rb_left = n->rb_left;
	set_parent(s->rb_left, s);
	s->rb_parent_color = n->rb_parent_color;
	change_child(n, s, rb_parent(n), root);
	if (black)
		erase_color(child, parent, root);
}

void rb_erase(struct rb_node *n, struct rb_root *root)
{
	struct rb_node *child, *parent = rb_parent(n);

	if (n->rb_left && n->rb_right) {
		erase_with_two_children(n, root);
		return;
	}
	child = n->rb_left ? n->rb_left : n->rb_right;
	if (child)
		set_parent(child, parent);
	change_child(n, child, parent, root);
	if (is_black(n))
		erase_color(child, parent, root);
}

void rb_replace_node(struct rb_node *old, struct rb_node *n, struct rb_root *root)
{
	*n = *old;
	change_child(old, n, rb_parent(old), root);
	if (n->rb_left)
		set_parent(n->rb_left, n);
	if (n->rb_right)
		set_parent(n->rb_right, n);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	struct rb_node *n = root->rb_node;

	while (n && n->rb_left)
		n = n->rb_left;
	return n;
}

struct rb_node *rb_last(const struct rb_root *root)
{
	struct rb_node *n = root->rb_node;

	while (n && n->rb_right)
		n = n->rb_right;
	return n;
}

struct rb_node *rb_next(const struct rb_node *n)
{
	struct rb_node *parent;

	if (n->rb_right) {
		n = n->rb_right;
		while (n->rb_left)
			n = n->rb_left;
		return (struct rb_node *)n;
	}
	while ((parent = rb_parent(n)) && n == parent->rb_right)
		n = parent;
	return parent;
}

struct rb_node *rb_prev(const struct rb_node *n)
{
	struct rb_node *parent;

	if (n->rb_left) {
		n = n->rb_left;
		while (n->rb_right)
			n = n->rb_right;
		return (struct rb_node *)n;
	}
	while ((parent = rb_parent(n)) && n == parent->rb_left)
		n = parent;
	return parent;
}

/* Black height of the subtree, or -1. At most 2 log2(n) deep when the invariants hold above. */
static int check_subtree(const struct rb_node *n, const struct rb_node *parent)
{
	int left, right;

	if (!n)
		return 0;
	if (rb_parent(n) != parent || (is_red(n) && parent && is_red(parent)))
		return -1;
	left = check_subtree(n->rb_left, n);
	right = check_subtree(n->rb_right, n);
	if (left < 0 || left != right)
		return -1;
	return left + is_black(n);
}

int rb_check(const struct rb_root *root)
{
	if (root->rb_node && is_red(root->rb_node))
		return -1;
	return check_subtree(root->rb_node, NULL);
}
