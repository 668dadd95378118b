/* SPDX-License-Identifier: MIT */
/*
 * The red-black tree: its invariants after every change, its order against a plain array.
 *
 * links: kernel/lib/rbtree.c
 */
#include "unit.h"

#include <quire/rbtree.h>

#define KEYS	512
#define ROUNDS	20000

struct item {
	struct rb_node node;
	int key;
};

static struct item *item_of(struct rb_node *n)
{
	return rb_entry(n, struct item, node);
}

static void insert(struct rb_root *root, struct item *item)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = item->key < item_of(parent)->key ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&item->node, parent, link);
	rb_insert_color(&item->node, root);
}

/* The tree holds exactly the keys whose flag is set, in order, forwards and backwards. */
static void check_content(const struct rb_root *root, const bool *in)
{
	struct rb_node *n = rb_first(root);

	for (int key = 0; key < KEYS; key++) {
		if (!in[key])
			continue;
		assert_non_null(n);
		assert_int_equal(item_of(n)->key, key);
		n = rb_next(n);
	}
	assert_null(n);
	n = rb_last(root);
	for (int key = KEYS - 1; key >= 0; key--) {
		if (!in[key])
			continue;
		assert_int_equal(item_of(n)->key, key);
		n = rb_prev(n);
	}
	assert_null(n);
}

static void random_changes(void **state)
{
	static struct item items[KEYS];
	static bool in[KEYS];
	struct rb_root root = RB_ROOT;
	uint32_t seed = 1;

	for (int round = 0; round < ROUNDS; round++) {
		int key = next_random(&seed) % KEYS;

		if (in[key]) {
			rb_erase(&items[key].node, &root);
		} else {
			items[key].key = key;
			insert(&root, &items[key]);
		}
		in[key] = !in[key];
		assert_true(rb_check(&root) >= 0);
		if (round % 100 == 0)
			check_content(&root, in);
	}
	check_content(&root, in);
}

static void ascending_and_descending(void **state)
{
	static struct item items[KEYS];
	struct rb_root root = RB_ROOT;

	for (int key = 0; key < KEYS; key++) {
		items[key].key = key;
		insert(&root, &items[key]);
		assert_true(rb_check(&root) >= 0);
	}
	for (int key = KEYS - 1; key >= 0; key--) {
		rb_erase(&items[key].node, &root);
		assert_true(rb_check(&root) >= 0);
	}
	assert_true(RB_EMPTY_ROOT(&root));
	assert_null(rb_first(&root));
	assert_null(rb_last(&root));
}

static void replace(void **state)
{
	struct item items[7], other;
	struct rb_root root = RB_ROOT;

	for (int key = 0; key < 7; key++) {
		items[key].key = key;
		insert(&root, &items[key]);
	}
	other.key = 3;
	rb_replace_node(&items[3].node, &other.node, &root);
	assert_true(rb_check(&root) >= 0);
	assert_ptr_equal(rb_next(&items[2].node), &other.node);
	assert_ptr_equal(rb_prev(&items[4].node), &other.node);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(random_changes),
	cmocka_unit_test(ascending_and_descending),
	cmocka_unit_test(replace),
};

RUN(tests)
