/* SPDX-License-Identifier: MIT */
/*
 * What bounds an address space before there is any page in it: RLIMIT_DATA counts what is private and writable
 * (VmData says how much), what is replaced or locked already counts once, and the three modes of overcommit refuse what
 * they say.
 *
 * machine: mem=16 swap=32
 */
#include <sys/resource.h>

#include "proc.h"

#define VM "/proc/sys/vm/"
#define NOBODY 65534

static char *map(size_t size, int prot, int flags)
{
	return mmap(NULL, size, prot, flags | MAP_ANONYMOUS, -1, 0);
}

/* => 0 or errno; nothing stays */
static int try_map(size_t size, int prot, int flags)
{
	char *p = map(size, prot, flags);

	if (p == MAP_FAILED)
		return errno;
	check(munmap(p, size) == 0);
	return 0;
}

static int error_of(long result)
{
	return result == -1 ? errno : 0;
}

static long status_kib(const char *name)
{
	return proc_number("/proc/self/status", name);
}

/* What is data, and what only looks like it. */
static void vm_data(void)
{
	long before = status_kib("VmData"), size = status_kib("VmSize");
	char *data = map(4 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE), *other;

	check(data != MAP_FAILED && status_kib("VmData") == before + 4096 && status_kib("VmSize") == size + 4096);
	check(mprotect(data, MIB, PROT_READ) == 0 && status_kib("VmData") == before + 3072);
	check(mprotect(data, MIB, PROT_READ | PROT_WRITE) == 0 && status_kib("VmData") == before + 4096);
	check(map(MIB, PROT_READ | PROT_WRITE, MAP_SHARED) != MAP_FAILED && map(MIB, PROT_READ, MAP_PRIVATE) != MAP_FAILED);
	check(status_kib("VmData") == before + 4096);
	size = status_kib("VmStk");
	other = map(MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_GROWSDOWN);
	check(other != MAP_FAILED && status_kib("VmData") == before + 4096 && status_kib("VmStk") == size + 1024);
	other = mremap(data, 4 * MIB, 6 * MIB, MREMAP_MAYMOVE);
	check(other != MAP_FAILED && status_kib("VmData") == before + 6144 && munmap(other, 6 * MIB) == 0);
	check(status_kib("VmData") == before);
}

static void data_limit(void)
{
	struct rlimit limit = { 8 * MIB, RLIM_INFINITY };
	char *p;

	check(setrlimit(RLIMIT_DATA, &limit) == 0);
	check(try_map(16 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE) == ENOMEM);
	check(try_map(16 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE) == ENOMEM);
	check(try_map(16 * MIB, PROT_READ, MAP_PRIVATE) == 0 && try_map(16 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED) == 0);
	check(try_map(16 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_GROWSDOWN) == 0);
	check(sbrk(16 * MIB) == (void *)-1 && errno == ENOMEM);
	p = map(16 * MIB, PROT_READ, MAP_PRIVATE);
	check(p != MAP_FAILED && error_of(mprotect(p, 16 * MIB, PROT_READ | PROT_WRITE)) == ENOMEM);
	check(mprotect(p, 2 * MIB, PROT_READ | PROT_WRITE) == 0 && munmap(p, 16 * MIB) == 0);
	p = map(2 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE);
	check(p != MAP_FAILED && mremap(p, 2 * MIB, 12 * MIB, MREMAP_MAYMOVE) == MAP_FAILED && errno == ENOMEM);
	check(mremap(p, 2 * MIB, 3 * MIB, MREMAP_MAYMOVE) != MAP_FAILED && sbrk(2 * MIB) != (void *)-1);
}

static void limit(int resource, rlim_t value)
{
	struct rlimit r = { value, RLIM_INFINITY };

	check(getrlimit(resource, &r) == 0);
	r.rlim_cur = value;
	check(setrlimit(resource, &r) == 0);
}

/* MAP_FIXED takes away before it adds. */
static void replacing(void)
{
	char *p = map(4 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	check(p != MAP_FAILED);
	limit(RLIMIT_AS, status_kib("VmSize") * 1024);
	limit(RLIMIT_DATA, status_kib("VmData") * 1024);
	check(mmap(p, 4 * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == p);
	check(mmap(p + MIB, 4 * MIB, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED);
	check(errno == ENOMEM && status_kib("VmLck") == 0);
}

static void locked_as_nobody(void)
{
	char *p = map(8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE);

	limit(RLIMIT_MEMLOCK, 4 * PAGE);
	check(p != MAP_FAILED && setuid(NOBODY) == 0);
	check(mlock(p, 4 * PAGE) == 0 && mlock(p + PAGE, 2 * PAGE) == 0 && mlock(p, 4 * PAGE) == 0);
	check(error_of(mlock(p, 5 * PAGE)) == ENOMEM && error_of(mlock(p + 4 * PAGE, PAGE)) == ENOMEM);
	check(try_map(PAGE, PROT_READ, MAP_PRIVATE | MAP_LOCKED) == EAGAIN && status_kib("VmLck") == 16);
	check(mlockall(MCL_FUTURE) == 0 && try_map(PAGE, PROT_READ, MAP_PRIVATE) == EAGAIN);
	check(sbrk(2 * PAGE) == (void *)-1 && errno == ENOMEM && munlockall() == 0 && sbrk(2 * PAGE) != (void *)-1);
	limit(RLIMIT_MEMLOCK, 0);
	check(error_of(mlock(p, 0)) == EPERM && error_of(mlockall(MCL_FUTURE)) == EPERM && munlock(p, PAGE) == 0);
	check(try_map(PAGE, PROT_READ, MAP_PRIVATE | MAP_LOCKED) == EPERM);
}

/* Mode 0: one request may be all of memory and swap, as often as one likes, and not a page more. */
static void heuristic(void)
{
	size_t all = (meminfo("MemTotal") + meminfo("SwapTotal")) * 1024ul;

	check(map(all, PROT_READ | PROT_WRITE, MAP_PRIVATE) != MAP_FAILED);
	check(try_map(all, PROT_READ | PROT_WRITE, MAP_PRIVATE) == 0 && try_map(all, PROT_READ | PROT_WRITE, MAP_SHARED) == 0);
	check(try_map(all + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE) == ENOMEM);
	check(try_map(all + PAGE, PROT_READ | PROT_WRITE, MAP_SHARED) == ENOMEM);
	check(try_map(all + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE) == 0);
	check(try_map(all + PAGE, PROT_READ, MAP_PRIVATE) == 0);
}

/* Nobody, in a process that has nothing yet.  => the most that it may map at once, in pages */
static long largest_of_nobody(void)
{
	long low = 0, high = 1 << 18;	/* pages: refused */

	check(setuid(NOBODY) == 0);
	while (high - low > 1) {
		long middle = (low + high) / 2;

		if (try_map(middle * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE) == 0)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* Mode 2: up to CommitLimit less what is promised, and less the superuser's reserve. */
static void strict_as_nobody(void)
{
	long reserve = strtol(proc_text(VM "admin_reserve_kbytes"), NULL, 10);
	long left = meminfo("CommitLimit") - meminfo("Committed_AS") - reserve, most;

	most = largest_of_nobody() * 4;
	printf("%ld KiB left, %ld to be had\n", left, most);
	check(labs(left - most) < 256);	/* others come and go */
}

static void apart(void (*test)(void))
{
	pid_t pid = fork();

	if (pid == 0) {
		test();
		_exit(0);
	}
	join(pid);
}

static void strict(void)
{
	long total = meminfo("MemTotal"), swap = meminfo("SwapTotal"), admin, user;

	admin = strtol(proc_text(VM "admin_reserve_kbytes"), NULL, 10);
	user = strtol(proc_text(VM "user_reserve_kbytes"), NULL, 10);
	check(admin > 0 && user > 0 && admin <= 8192 && user <= 131072 && admin <= total / 32 && user <= total / 32);
	vm_tunable("overcommit_ratio", 60);
	check(labs(meminfo("CommitLimit") - (total * 60 / 100 + swap)) <= 4);
	vm_tunable("overcommit_kbytes", total / 2);
	check(meminfo("CommitLimit") == total / 2 / 4 * 4 + swap && *proc_text(VM "overcommit_ratio") == '0');
	vm_tunable("overcommit_memory", 2);
	apart(strict_as_nobody);
	vm_tunable("overcommit_memory", 0);
	vm_tunable("overcommit_ratio", 50);
	check(*proc_text(VM "overcommit_kbytes") == '0');
	check(labs(meminfo("CommitLimit") - (total / 2 + swap)) <= 4);
}

static void always(void)
{
	size_t all = (meminfo("MemTotal") + meminfo("SwapTotal")) * 1024ul;

	vm_tunable("overcommit_memory", 1);
	check(try_map(2 * all, PROT_READ | PROT_WRITE, MAP_PRIVATE) == 0);
	vm_tunable("overcommit_memory", 0);
}

/* What lies below vm.mmap_min_addr is the superuser's alone. */
static void low_addresses(void)
{
	static const int fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
	char *low = (char *)(4 * PAGE);

	check(mmap(low, PAGE, PROT_READ, fixed, -1, 0) == low && munmap(low, PAGE) == 0);
	check(setuid(NOBODY) == 0 && mmap(low, PAGE, PROT_READ, fixed, -1, 0) == MAP_FAILED && errno == EPERM);
	check(mmap(low + PAGE, PAGE, PROT_READ, fixed, -1, 0) == low + PAGE);
}

static void lowest_address(void)
{
	long before = strtol(proc_text(VM "mmap_min_addr"), NULL, 10);

	vm_tunable("mmap_min_addr", 5 * PAGE);
	apart(low_addresses);
	vm_tunable("mmap_min_addr", before);
}

int main(void)
{
	apart(vm_data);
	apart(data_limit);
	apart(replacing);
	apart(locked_as_nobody);
	apart(heuristic);
	lowest_address();
	always();
	strict();
	return 0;
}
