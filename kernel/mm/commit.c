/* SPDX-License-Identifier: MIT */
/*
 * Commit accounting: how much memory has been promised.
 *
 *	overcommit_memory 0	refuse only what could never be had
 *	                  1	refuse nothing
 *	                  2	promise at most swap plus a share of RAM
 */
#include <abi/mman.h>
#include <quire/errno.h>
#include <quire/gfp.h>
#include <quire/mm.h>
#include <quire/shmem.h>
#include <quire/slab.h>
#include <quire/swap.h>

#include "mm_internal.h"

int sysctl_overcommit_memory = OVERCOMMIT_GUESS;
int sysctl_overcommit_ratio = 50;
atomic_t vm_committed_space = ATOMIC_INIT(0);

unsigned long vm_commit_limit(void)
{
	return totalram_pages * sysctl_overcommit_ratio / 100 + nr_total_swap_slots();
}

/* All that could be made free if everything went well: shared memory can only go to swap, which counts already. */
static long pages_obtainable(void)
{
	return nr_free_pages() + nr_pagecache_pages() - nr_shmem_pages() + slab_pages_reclaimable() +
	       nr_free_swap_slots();
}

static bool may_promise(long pages)
{
	switch (sysctl_overcommit_memory) {
	case OVERCOMMIT_ALWAYS:
		return true;
	case OVERCOMMIT_NEVER:
		return (unsigned long)atomic_read(&vm_committed_space) <= vm_commit_limit();
	default:
		return pages < pages_obtainable();
	}
}

/* Reserves; => 0, -ENOMEM (nothing reserved then) */
int vm_enough_memory(long pages)
{
	atomic_add(pages, &vm_committed_space);
	if (may_promise(pages))
		return 0;
	atomic_sub(pages, &vm_committed_space);
	return -ENOMEM;
}

void vm_unacct_memory(long pages)
{
	atomic_sub(pages, &vm_committed_space);
}
