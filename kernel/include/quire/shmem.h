/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: shared memory objects: tmpfs files whose pages are swappable.
 *
 * A page of an object is in exactly one of three places: in the object's page cache
 * (always dirty, so that reclaim must write it), in a swap slot (an entry in the
 * object's tree; the slot counts it), or nowhere (a hole, reads as zeroes).  While it
 * moves between the first two it may be seen in both; the page cache wins.
 */
#ifndef QUIRE_SHMEM_H
#define QUIRE_SHMEM_H

#include <quire/fs.h>
#include <quire/swap.h>

struct vm_area_struct;

/*
 * A nameless object of size bytes, opened read-write: MAP_SHARED|MAP_ANONYMOUS, SysV shm.  Its whole
 * size is accounted against the commit limit unless vm_flags has VM_NORESERVE.  => file or ERR_PTR
 */
struct file *shmem_file_setup(const char *name, loff_t size, unsigned long vm_flags);
/* Give a shared anonymous area its object: sets vm_file (one reference) and vm_ops. */
int shmem_zero_setup(struct vm_area_struct *vma);
/* f_op->mmap of every tmpfs file. */
int shmem_mmap(struct file *file, struct vm_area_struct *vma);
bool mapping_is_shmem(const struct address_space *mapping);
/* Pages of an object in its cache and in swap. */
void shmem_usage(const struct file *file, unsigned long *cached, unsigned long *swapped);
/* From now on its pages stay in memory, or may go again. */
void shmem_lock(const struct file *file, bool lock);

/* For the auditor: every swap entry that an object holds, under the object's lock. */
typedef void (*shmem_entry_fn)(struct inode *inode, pgoff_t index, swp_entry_t entry, void *arg);
void shmem_walk_swap_entries(shmem_entry_fn fn, void *arg);
unsigned long nr_shmem_pages(void);	/* in page caches: Shmem of /proc/meminfo */
unsigned long nr_shmem_swapped(void);	/* in swap */

void shmem_init(void);	/* from vfs_init: registers tmpfs and its swap user */

#endif
