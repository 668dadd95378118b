/* SPDX-License-Identifier: MIT */
/*
 * The radix tree against a plain array as its model, nodes counted, allocation failing at will.
 *
 * links: kernel/lib/radix_tree.c
 */
#include "unit.h"

#include <stdlib.h>

#include <quire/errno.h>
#include <quire/radix_tree.h>

#define SPAN 5000u
#define STEPS 60000

static int nodes, fail_after = -1;

static void *node_alloc(gfp_t gfp)
{
	(void)gfp;
	if (fail_after == 0)
		return NULL;
	if (fail_after > 0)
		fail_after--;
	nodes++;
	return malloc(radix_tree_node_size());
}

static void node_free(void *node)
{
	nodes--;
	free(node);
}

static void nothing(void)
{
}

static const struct radix_tree_ops test_ops = {
	.node_alloc = node_alloc,
	.node_free = node_free,
	.reserve_lock = nothing,
	.reserve_unlock = nothing,
};

static int setup(void **state)
{
	(void)state;
	radix_tree_init(&test_ops);
	fail_after = -1;
	return 0;
}

static void *item(unsigned long n)
{
	return (void *)(n * 8 + 8);
}

/* Does an empty tree answer every question, and does one item at a far index leave nothing behind? */
static void test_edges(void **state)
{
	static const unsigned long far[] = { 0, 1, 63, 64, 4095, 4096, 1ul << 24, ~0ul - 1, ~0ul };
	struct radix_tree_root root = RADIX_TREE_INIT;
	void *found[4];
	unsigned int i;

	(void)state;
	assert_null(radix_tree_lookup(&root, 0));
	assert_null(radix_tree_delete(&root, 7));
	assert_false(radix_tree_tagged(&root, 0));
	assert_int_equal(radix_tree_gang_lookup(&root, found, 0, 4), 0);
	for (i = 0; i < sizeof(far) / sizeof(far[0]); i++) {
		assert_int_equal(radix_tree_insert(&root, far[i], item(i)), 0);
		assert_int_equal(radix_tree_insert(&root, far[i], item(i)), -EEXIST);
		assert_ptr_equal(radix_tree_lookup(&root, far[i]), item(i));
		assert_int_equal(radix_tree_gang_lookup(&root, found, 0, 4), 1);
		assert_int_equal(radix_tree_gang_lookup(&root, found, far[i], 4), 1);
		if (far[i] != ~0ul)
			assert_int_equal(radix_tree_gang_lookup(&root, found, far[i] + 1, 4), 0);
		radix_tree_tag_set(&root, far[i], 1);
		assert_true(radix_tree_tagged(&root, 1));
		assert_int_equal(radix_tree_gang_lookup_tag(&root, found, 0, 4, 1), 1);
		assert_int_equal(radix_tree_gang_lookup_tag(&root, found, 0, 4, 0), 0);
		assert_ptr_equal(radix_tree_delete(&root, far[i]), item(i));
		assert_int_equal(root.height, 0);
		assert_int_equal(nodes, 0);
	}
}

struct model {
	bool there[SPAN], tag[2][SPAN];
};

static void check_gang(struct radix_tree_root *root, struct model *m, unsigned long first, int tag)
{
	void *found[16];
	unsigned int n, i = 0, want = 0;

	n = tag < 0 ? radix_tree_gang_lookup(root, found, first, 16) :
		      radix_tree_gang_lookup_tag(root, found, first, 16, tag);
	for (; first < SPAN && want < 16; first++) {
		if (!m->there[first] || (tag >= 0 && !m->tag[tag][first]))
			continue;
		want++;
		assert_true(i < n);
		assert_ptr_equal(found[i++], item(first));
	}
	assert_int_equal(n, want);
}

static void one_step(struct radix_tree_root *root, struct model *m)
{
	unsigned long n = rand() % SPAN;
	int tag = rand() % 2;

	switch (rand() % 8) {
	case 0: case 1: case 2:
		assert_int_equal(radix_tree_insert(root, n, item(n)), m->there[n] ? -EEXIST : 0);
		m->there[n] = true;
		break;
	case 3: case 4:
		assert_ptr_equal(radix_tree_delete(root, n), m->there[n] ? item(n) : NULL);
		m->there[n] = m->tag[0][n] = m->tag[1][n] = false;
		break;
	case 5:
		radix_tree_tag_set(root, n, tag);
		m->tag[tag][n] = m->there[n];
		break;
	case 6:
		radix_tree_tag_clear(root, n, tag);
		m->tag[tag][n] = false;
		break;
	default:
		check_gang(root, m, n, rand() % 3 - 1);
		assert_int_equal(radix_tree_tag_get(root, n, tag), m->tag[tag][n]);
		assert_ptr_equal(radix_tree_lookup(root, n), m->there[n] ? item(n) : NULL);
	}
}

/* Do random operations agree with an array, and does emptying the tree free every node? */
static void test_model(void **state)
{
	static struct model m;
	struct radix_tree_root root = RADIX_TREE_INIT;
	unsigned long n;
	int i, tag;

	(void)state;
	srand(2408);
	for (i = 0; i < STEPS; i++)
		one_step(&root, &m);
	for (n = 0; n < SPAN; n++)
		if (m.there[n])
			assert_ptr_equal(radix_tree_delete(&root, n), item(n));
	for (tag = 0; tag < 2; tag++)
		assert_false(radix_tree_tagged(&root, tag));
	assert_int_equal(nodes, 0);
}

/* Does an insertion that fails half-way leave the tree as it was? */
static void test_failure(void **state)
{
	struct radix_tree_root root = RADIX_TREE_INIT;
	int allowed;

	(void)state;
	assert_int_equal(radix_tree_insert(&root, 5, item(5)), 0);
	for (allowed = 0;; allowed++) {
		int before = nodes, err;

		fail_after = allowed;
		err = radix_tree_insert(&root, 1ul << 30, item(6));
		fail_after = -1;
		assert_ptr_equal(radix_tree_lookup(&root, 5), item(5));
		if (!err)
			break;
		assert_int_equal(err, -ENOMEM);
		assert_int_equal(nodes, before);
		assert_int_equal(root.height, 1);
	}
	assert_true(allowed > 3);
	radix_tree_delete(&root, 5);
	radix_tree_delete(&root, 1ul << 30);
	assert_int_equal(nodes, 0);
}

/* After a preload, does every insertion succeed without allocating? */
static void test_preload(void **state)
{
	struct radix_tree_root root = RADIX_TREE_INIT;

	(void)state;
	assert_int_equal(radix_tree_insert(&root, 0, item(0)), 0);
	assert_int_equal(radix_tree_preload(0), 0);
	fail_after = 0;
	assert_int_equal(radix_tree_insert(&root, ~0ul, item(1)), 0);
	radix_tree_preload_end();
	assert_int_equal(radix_tree_preload(0), -ENOMEM);
	fail_after = -1;
	assert_ptr_equal(radix_tree_delete(&root, ~0ul), item(1));
	assert_ptr_equal(radix_tree_delete(&root, 0), item(0));
}

static void test_next_hole(void **state)
{
	struct radix_tree_root root = RADIX_TREE_INIT;
	unsigned long i;

	(void)state;
	for (i = 10; i < 100; i++)
		assert_int_equal(radix_tree_insert(&root, i, item(i)), 0);
	assert_int_equal(radix_tree_next_hole(&root, 3, 1000), 3);
	assert_int_equal(radix_tree_next_hole(&root, 10, 1000), 100);
	assert_int_equal(radix_tree_next_hole(&root, 10, 5), 15);
	for (i = 10; i < 100; i++)
		radix_tree_delete(&root, i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_edges, setup),
		cmocka_unit_test_setup(test_model, setup),
		cmocka_unit_test_setup(test_failure, setup),
		cmocka_unit_test_setup(test_preload, setup),
		cmocka_unit_test_setup(test_next_hole, setup),
	};

	return cmocka_run_group_tests_name("radix_tree", tests, NULL, NULL);
}
