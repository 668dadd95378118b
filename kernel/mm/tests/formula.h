/* SPDX-License-Identifier: MIT */
/*
 * An object for tests whose store is a formula: page n is full of the word n + FORMULA_SALT. Reads and writes are
 * only counted. There is one; formula_object() makes it new.
 */
#ifndef MM_TESTS_FORMULA_H
#define MM_TESTS_FORMULA_H

#include <quire/pagemap.h>

#define FORMULA_SALT 0x5a17u
#define FORMULA_PAGES 64

extern struct formula {
	unsigned int reads, writes;
	int write_error;	 /* what a write ends with */
	bool writes_need_memory; /* each write takes a frame for its time, as the block layer's do */
} formula;

struct address_space *formula_object(void);
u32 formula_word(struct page *page); /* the first of the page */

#endif
