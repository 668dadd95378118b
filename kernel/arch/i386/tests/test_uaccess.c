/* SPDX-License-Identifier: MIT */
/*
 * Self-tests of faults that the kernel survives: bad user pointers, unmapped kernel addresses.
 * They run in a kernel thread, which has no user memory: every user address is a bad one.
 */
#include <arch/memlayout.h>
#include <arch/pgtable.h>
#include <arch/processor.h>
#include <quire/ktest.h>
#include <quire/sched.h>
#include <quire/string.h>
#include <quire/uaccess.h>

#define BAD_USER	((void __user *)0x10000)
#define KERNEL_ADDRESS	((void __user *)PAGE_OFFSET)

KTEST(uaccess_bad_pointers)
{
	char buf[16];
	int v = 7;

	memset(buf, 0xaa, sizeof(buf));
	ktest_equal(copy_from_user(buf, BAD_USER, sizeof(buf)), sizeof(buf));
	ktest_assert(!memchr_inv(buf, 0, sizeof(buf)));
	ktest_equal(copy_to_user(BAD_USER, buf, sizeof(buf)), sizeof(buf));
	ktest_equal(clear_user(BAD_USER, sizeof(buf)), sizeof(buf));
	ktest_equal(get_user(v, (int __user *)BAD_USER), -EFAULT);
	ktest_equal(v, 0);
	ktest_equal(put_user(1, (int __user *)BAD_USER), -EFAULT);
	ktest_equal(strncpy_from_user(buf, BAD_USER, sizeof(buf)), -EFAULT);
	ktest_equal(strnlen_user(BAD_USER, 10), 0);
	ktest_equal(fault_in_readable(BAD_USER, 1), -EFAULT);
	ktest_equal(fault_in_writeable(BAD_USER, 1), -EFAULT);
}

KTEST(uaccess_refuses_kernel_addresses)
{
	char buf[16];

	ktest_assert(!access_ok(KERNEL_ADDRESS, 1));
	ktest_assert(!access_ok((void __user *)(TASK_SIZE - 1), 2));
	ktest_assert(access_ok((void __user *)(TASK_SIZE - 2), 2));
	ktest_assert(!access_ok((void __user *)1, (size_t)-1));
	ktest_equal(copy_from_user(buf, KERNEL_ADDRESS, sizeof(buf)), sizeof(buf));
	ktest_equal(copy_to_user(KERNEL_ADDRESS, buf, sizeof(buf)), sizeof(buf));
}

KTEST(kernel_nofault)
{
	u32 v = 0;
	u32 right = 0x12345678;

	ktest_equal(copy_from_kernel_nofault(&v, &right, sizeof(v)), 0);
	ktest_equal(v, right);
	ktest_equal(copy_from_kernel_nofault(&v, (void *)KSTACK_BASE, sizeof(v)), -EFAULT);
	ktest_equal(copy_from_kernel_nofault(&v, (void *)(KSTACK_END + PAGE_SIZE), sizeof(v)), -EFAULT);
	ktest_equal(copy_from_kernel_nofault(&v, (void *)16, sizeof(v)), -EFAULT);
}

KTEST(kstack_has_a_guard)
{
	unsigned int before = kstacks_in_use;
	u8 *stack = kstack_alloc();

	if (!ktest_assert(stack))
		return;
	stack[0] = stack[KSTACK_SIZE - 1] = 1;
	ktest_assert(is_kstack_guard((unsigned long)stack - 1));
	ktest_assert(!is_kstack_guard((unsigned long)stack));
	ktest_assert(!kernel_addr_mapped((unsigned long)stack - 1));
	kstack_free(stack);
	ktest_equal(kstacks_in_use, before);
}

KTEST(pgd_copies_the_kernel_part)
{
	pgd_t *pgd = pgd_alloc();

	if (!ktest_assert(pgd))
		return;
	for (unsigned int i = 0; i < PTRS_PER_PGD; i++) {
		u32 want = i < USER_PGD_PTRS ? 0 : pgd_val(swapper_pg_dir[i]);

		if (!ktest_equal(pgd_val(pgd[i]), want))
			break;
	}
	pgd_free(pgd);
	ktest_assert(pgd_none(swapper_pg_dir[0]));
}
