/* SPDX-License-Identifier: MIT */
/*
 * Layer 6: address spaces: mm_struct, VMAs, page tables, faults.
 *
 * Locking.  mmap_sem (read: find_vma and faults; write: change the VMA set).
 * page_table_lock: the user ptes, rss; may be taken under PG_locked and i_mmap_lock;
 * swap_out takes only it, so VMAs leave the list under it as well as under
 * mmap_sem.  Every path rechecks the pte after it slept.
 */
#ifndef QUIRE_MM_H
#define QUIRE_MM_H

#include <arch/pgtable.h>
#include <quire/list.h>
#include <quire/lock.h>
#include <quire/page.h>
#include <quire/rbtree.h>
#include <quire/rwsem.h>
#include <quire/types.h>

struct address_space;
struct file;
struct inode;
struct linux_binprm;
struct pt_regs;
struct seq_file;
struct task_struct;
struct vm_area_struct;

/* vm_flags; the low four index the protection table. */
#define VM_READ 0x1ul
#define VM_WRITE 0x2ul
#define VM_EXEC 0x4ul
#define VM_SHARED 0x8ul
#define VM_MAYREAD 0x10ul
#define VM_MAYWRITE 0x20ul
#define VM_MAYEXEC 0x40ul
#define VM_MAYSHARE 0x80ul
#define VM_GROWSDOWN 0x100ul
#define VM_DENYWRITE 0x800ul
#define VM_LOCKED 0x2000ul
#define VM_IO 0x4000ul		/* device memory: no struct page counting */
#define VM_SEQ_READ 0x8000ul
#define VM_RAND_READ 0x10000ul
#define VM_DONTCOPY 0x20000ul
#define VM_DONTEXPAND 0x40000ul
#define VM_ACCOUNT 0x100000ul	/* counted in the commit limit */
#define VM_NORESERVE 0x200000ul
#define VM_LOCKONFAULT 0x400000ul	/* with VM_LOCKED: pages come when they are touched */
#define VM_LOCK_MASK (VM_LOCKED | VM_LOCKONFAULT)
#define VM_WIPEONFORK 0x800000ul	/* a child finds zeroes */

struct vm_operations_struct {
	void (*open)(struct vm_area_struct *vma);  /* after a copy or split */
	void (*close)(struct vm_area_struct *vma); /* before it goes; may sleep */
	/* The page for a fault: pinned, uptodate; NULL with *result = VM_FAULT_SIGBUS or _OOM.
	 * *result |= VM_FAULT_MAJOR when it waited for a transfer.  mmap_sem held for reading. */
	struct page *(*nopage)(struct vm_area_struct *vma, unsigned long address, int *result);
	/* All that nopage gives lies in the file's page cache: a read fault may map what is cached
	 * beside the page it wants. */
	bool fault_around;
	/* A shared page is about to become writable (file systems allocate blocks). => 0 or -errno */
	int (*page_mkwrite)(struct vm_area_struct *vma, struct page *page);
};

struct vm_area_struct {
	struct mm_struct *vm_mm;
	unsigned long vm_start, vm_end;	/* [start, end), page-aligned */
	unsigned long vm_flags;
	pgprot_t vm_page_prot;
	struct rb_node vm_rb;		/* mm->mm_rb: mmap_sem */
	struct list_head vm_list;	/* mm->mmap, sorted: mmap_sem and page_table_lock */
	pgoff_t vm_pgoff;		/* of vm_start in the file; anonymous: vm_start >> PAGE_SHIFT */
	struct file *vm_file;		/* holds a reference; NULL: anonymous */
	const struct vm_operations_struct *vm_ops;
	struct list_head shared;	/* mapping->i_mmap, under i_mmap_lock */
	bool has_anon;			/* some pte may hold anonymous memory or a swap entry: fork
					 * must copy the page tables; set under page_table_lock */
	void *vm_private_data;
	struct user_struct *user;	/* who is charged for this structure, or NULL */
	struct swap_stream {		/* faults that go in order through swapped memory: swap_out.c */
		unsigned long start, end; /* where it is, with what was read ahead */
		unsigned long left;	/* what lies behind this has been left behind */
		unsigned long window;	/* pages to read next time; 0: no stream */
		bool down;
	} swap_stream;
};

struct mm_struct {
	unsigned long vdso;		/* where the kernel's page of code is (arch); entry.S reads it */
	/* mmap_sem */
	struct rw_semaphore mmap_sem;
	struct list_head mmap;		/* VMAs by address */
	struct rb_root mm_rb;
	struct vm_area_struct *mmap_cache;
	int map_count;
	unsigned long total_vm, locked_vm, data_vm, exec_vm, stack_vm; /* pages */
	unsigned long def_flags;	/* mlockall(MCL_FUTURE) */
	unsigned long start_code, end_code, start_data, end_data;
	unsigned long start_brk, brk, start_stack;
	unsigned long arg_start, arg_end, env_start, env_end;
	unsigned long free_area_cache;	/* where get_unmapped_area looks first */

	/* page_table_lock */
	spinlock_t page_table_lock;
	pgd_t *pgd;
	unsigned long file_rss, anon_rss; /* present ptes, reserved pages apart */
	unsigned long swap_ptes;	/* ptes that hold swap entries */
	unsigned long nr_ptes;		/* page-table pages */
	unsigned long hiwater_rss, hiwater_vm;
	unsigned long swap_address;	/* swap_out's cursor */

	atomic_t mm_users;		/* tasks that use it (+ short holds); 0: exit_mmap */
	atomic_t mm_count;		/* 1 for all users + lazy borrowers; 0: freed */
	struct list_head mmlist;	/* all mm's with users: mmlist_lock */
	struct file *exe_file;		/* /proc/PID/exe; holds a reference */
	unsigned long flags;		/* MM_*: bit operations */
	struct list_head oom_link;	/* what the OOM reaper has yet to do: tasklist_lock */
	u32 saved_auxv[44];
};

enum mm_flag {
	MM_REAPED,	/* its private pages were taken away: faults do not make new ones */
	MM_OOM_SKIP,	/* nothing more is to be had by killing its users */
};

extern struct mm_struct init_mm;
extern spinlock_t mmlist_lock;
extern struct list_head mmlist;

/* ---- lifetime (mm.c) ---- */
struct mm_struct *mm_alloc(void);	/* empty, mm_users 1, kernel pgd part copied */
void mmput(struct mm_struct *mm);	/* one user less; the last: exit_mmap; may sleep */
void mmdrop(struct mm_struct *mm);	/* one mm_count less; no sleep */
static inline void mmgrab(struct mm_struct *mm) { atomic_inc(&mm->mm_count); }
bool mmget_not_zero(struct mm_struct *mm);
/* The task's mm with mm_users taken, or NULL for kernel threads and exiting tasks. */
struct mm_struct *get_task_mm(struct task_struct *task);
/* /proc/PID/exe: takes a reference, and denies writing to the file as long as the mm lives. */
void set_mm_exe_file(struct mm_struct *mm, struct file *file);
/* fork: a copy of the current mm, or NULL.  clone(CLONE_VM) just raises mm_users. */
struct mm_struct *dup_mm(struct mm_struct *old);
int dup_mmap(struct mm_struct *mm, struct mm_struct *oldmm);
void exit_mmap(struct mm_struct *mm);
/* Every user is being killed: free what is private, before they get round to it. mm_users held.
 * => false: mmap_sem was not to be had; try again.  Does not sleep for memory or locks. */
bool reap_mm(struct mm_struct *mm);
/* Frames and swap slots that would become free with it, for the OOM killer. */
unsigned long mm_footprint(const struct mm_struct *mm);

/* ---- VMAs (vma.c, mmap.c) ---- */
struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr); /* first with end > addr */
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **prev);
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start,
					     unsigned long end);
/* mmap_sem held for writing.  => address or -errno.  pgoff in pages. */
unsigned long do_mmap_pgoff(struct file *file, unsigned long addr, unsigned long len,
			    unsigned long prot, unsigned long flags, unsigned long pgoff);
int do_munmap(struct mm_struct *mm, unsigned long start, size_t len);
unsigned long do_brk(unsigned long addr, unsigned long len); /* anonymous, zeroed, no file */
unsigned long get_unmapped_area(struct file *file, unsigned long addr, unsigned long len,
				unsigned long pgoff, unsigned long flags);
int expand_stack(struct vm_area_struct *vma, unsigned long address);
int insert_vm_struct(struct mm_struct *mm, struct vm_area_struct *vma);
static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

struct vm_area_struct *vm_area_alloc(struct mm_struct *mm);
void vm_area_free(struct vm_area_struct *vma);
/* exec: the stack area [top - size, top) in a new mm; pages are put in by put_stack_page. */
int setup_stack_vma(struct mm_struct *mm, unsigned long stack_top, unsigned long size);
#define STACK_TOP TASK_SIZE
/* Device memory into a VM_IO area (framebuffer, /dev/mem). */
int remap_pfn_range(struct vm_area_struct *vma, unsigned long addr, unsigned long pfn,
		    unsigned long size, pgprot_t prot);

/* ---- faults (memory.c, fault.c) ---- */
#define VM_FAULT_MINOR 0x0
#define VM_FAULT_MAJOR 0x1
#define VM_FAULT_SIGBUS 0x2
#define VM_FAULT_OOM 0x4
#define VM_FAULT_SIGSEGV 0x8	/* bad access inside an area: SEGV_ACCERR */
#define VM_FAULT_NOMAP 0x10	/* no area: SEGV_MAPERR */
#define VM_FAULT_ERROR (VM_FAULT_SIGBUS | VM_FAULT_OOM | VM_FAULT_SIGSEGV | VM_FAULT_NOMAP)

#define FAULT_WRITE 0x1
#define FAULT_USER 0x2	/* user mode: esp is checked for stack growth, the task may be killed */
#define FAULT_EXEC 0x4

/*
 * Everything between the trap and the pte: takes mmap_sem for reading, finds or grows the area, checks
 * access, resolves.  Counts faults of the task.  => VM_FAULT_*; the arch layer turns it into a signal or
 * an exception fixup.  Sleeps.
 */
int handle_user_fault(struct mm_struct *mm, unsigned long address, unsigned int fault_flags,
		      unsigned long user_esp);
int handle_mm_fault(struct mm_struct *mm, struct vm_area_struct *vma, unsigned long address,
		    bool write);
/* Fault a range in (mlock, MAP_POPULATE). => 0 or -errno */
int make_pages_present(unsigned long start, unsigned long end);
/* Pinned (PIN_USER) page behind a user address of any mm (ptrace, /proc/PID/mem, exec, futex). */
int get_user_page(struct mm_struct *mm, unsigned long address, bool write, struct page **page);
/* Copy between the kernel and another mm; => bytes done. */
int access_remote_vm(struct mm_struct *mm, unsigned long addr, void *buf, int len, bool write);
/* The pte, NULL if there is no table; page_table_lock held. */
pte_t *pte_lookup(struct mm_struct *mm, unsigned long addr);
/* What stands there just now, none if there is no table: takes page_table_lock, and may have changed on return. */
pte_t pte_snapshot(struct mm_struct *mm, unsigned long addr);
/* Page-table walk for observers: calls fn for every present or swap pte, page_table_lock held. */
typedef void (*pte_walk_fn)(struct mm_struct *mm, unsigned long addr, pte_t pte, void *arg);
void walk_user_ptes(struct mm_struct *mm, unsigned long start, unsigned long end, pte_walk_fn fn,
		    void *arg);
/* PG_mlocked says for each page whether a VM_LOCKED area maps it now.  Page by page, with mmlist_lock held: not for often. */
void mark_mlocked_pages(void);
extern struct page *zero_page; /* PG_reserved, mapped read-only for reads of untouched memory */

/* ---- commit accounting (overcommit 0, 1, 2) ---- */
int vm_enough_memory(long pages);	/* reserves; => -ENOMEM */
void vm_unacct_memory(long pages);
extern int sysctl_overcommit_memory, sysctl_overcommit_ratio, sysctl_max_map_count;
extern unsigned long sysctl_user_page_tables, sysctl_user_areas; /* that one user may have; root has no limit */
extern unsigned long mmap_min_addr;		/* below, only the superuser maps */
extern unsigned long sysctl_overcommit_kbytes;	/* instead of the ratio, if not 0 */
extern unsigned long sysctl_admin_reserve_kbytes, sysctl_user_reserve_kbytes;
void commit_init(void);	/* sets the reserves; when memory is there */
extern atomic_t vm_committed_space;
unsigned long vm_commit_limit(void);

/*
 * Anonymous memory that its owner has given up (MADV_FREE) and not written since: no other anonymous page is clean in
 * every way and has no slot.  page_table_lock held
 */
static inline bool anon_is_lazyfree(const struct page *page, pte_t pte)
{
	return PageAnon(page) && !PageSwapCache(page) && !PageDirty(page) && !pte_dirty(pte);
}

/* ---- /proc/PID (kernel/observe/mm_proc.c) ---- */
int maps_show(struct seq_file *m, struct mm_struct *mm);
int smaps_show(struct seq_file *m, struct mm_struct *mm);
int smaps_rollup_show(struct seq_file *m, struct mm_struct *mm);
ssize_t pagemap_read(struct mm_struct *mm, char __user *buf, size_t count, loff_t *ppos);
void task_mem_show(struct seq_file *m, struct mm_struct *mm); /* VmPeak.. lines of status */
void task_statm(struct mm_struct *mm, unsigned long out[7]);

/* Registers mm_ops, map_ops, the swap user; before the first user process. */
void mmap_init(void);

#endif
