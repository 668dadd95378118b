/* SPDX-License-Identifier: MIT */
/*
 * System V shared memory as ipcs and ipcrm see it: every command of shmctl, /proc/sysvipc/shm, the limits in
 * /proc/sys/kernel, what other users may do; and that a locked segment stays in memory.
 *
 * machine: mem=16 swap=32
 */
#include <fcntl.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>

#include "proc.h"

#define KEY 0x5175
#define SIZE 5000
#define LOCKED_PAGES 64
#define KERNEL "/proc/sys/kernel/"
#define NO_LIMIT "4278190079"

static int info_last(int command, void *buf)
{
	return shmctl(0, command, buf);
}

/* The numbers of a segment's line in /proc/sysvipc/shm. */
struct line {
	int key, id;
	unsigned int mode, cpid, lpid, uid, gid, cuid, cgid;
	unsigned long size, nattch, atime, dtime, ctime, rss, swap;
};

static bool find_line(int id, struct line *l)
{
	char *p = proc_text("/proc/sysvipc/shm");

	while ((p = strchr(p, '\n')) && *++p) {
		check(sscanf(p, "%d %d %o %lu %u %u %lu %u %u %u %u %lu %lu %lu %lu %lu", &l->key, &l->id, &l->mode,
			     &l->size, &l->cpid, &l->lpid, &l->nattch, &l->uid, &l->gid, &l->cuid, &l->cgid,
			     &l->atime, &l->dtime, &l->ctime, &l->rss, &l->swap) == 16);
		if (l->id == id)
			return true;
	}
	return false;
}

static void as_nobody(int id)
{
	struct shmid_ds ds;
	struct shm_info usage;
	pid_t pid = fork();

	if (pid == 0) {
		check(setuid(65534) == 0);
		check(shmctl(id, IPC_STAT, &ds) == -1 && errno == EACCES);
		check(shmctl(id, SHM_STAT, &ds) == -1 && errno == EACCES);
		check(shmctl(id, SHM_STAT_ANY, &ds) == id && ds.shm_segsz == SIZE);
		check(shmctl(id, IPC_SET, &ds) == -1 && errno == EPERM);
		check(shmctl(id, IPC_RMID, NULL) == -1 && errno == EPERM);
		check(shmctl(id, SHM_LOCK, NULL) == -1 && errno == EPERM);
		check(shmat(id, NULL, 0) == (void *)-1 && errno == EACCES);
		check(info_last(SHM_INFO, &usage) == 0 && usage.used_ids == 1);
		_exit(0);
	}
	join(pid);
}

static void one_segment(void)
{
	struct shm_info usage;
	struct shminfo limits;
	struct shmid_ds ds;
	struct line l;
	char *at, *read_only;
	int id;

	check(info_last(IPC_INFO, &limits) == 0 && limits.shmmin == 1 && limits.shmmni == 4096);
	check(limits.shmmax == 4278190079u && limits.shmall == limits.shmmax);
	id = shmget(KEY, SIZE, IPC_CREAT | 0600);
	check(id == 0);	/* the first one of this machine */
	check(shmget(KEY, SIZE, IPC_CREAT | IPC_EXCL) == -1 && errno == EEXIST && shmget(KEY, 1, 0) == id);
	check(shmget(KEY, SIZE + 1, 0) == -1 && errno == EINVAL && shmget(KEY + 1, 1, 0) == -1 && errno == ENOENT);
	check(shmget(IPC_PRIVATE, 0, 0600) == -1 && errno == EINVAL);
	at = shmat(id, NULL, 0);
	check(at != (void *)-1);
	at[0] = at[PAGE] = 's';
	check(info_last(SHM_INFO, &usage) == 0 && usage.used_ids == 1 && usage.shm_tot == 2);
	check(usage.shm_rss + usage.shm_swp == 2);
	check(shmctl(0, SHM_STAT, &ds) == id && ds.shm_nattch == 1 && ds.shm_cpid == getpid());
	check(shmctl(1, SHM_STAT, &ds) == -1 && errno == EINVAL && shmctl(-1, SHM_INFO, &ds) == -1 && errno == EINVAL);
	check(find_line(id, &l) && l.key == KEY && l.mode == 0600 && l.size == SIZE && l.nattch == 1);
	check(l.rss + l.swap == 2 * PAGE && l.uid == 0 && l.lpid == (unsigned int)getpid() && l.atime && !l.dtime);
	as_nobody(id);

	read_only = shmat(id, NULL, SHM_RDONLY);
	check(read_only != (void *)-1 && read_only[PAGE] == 's');
	check(mprotect(read_only, PAGE, PROT_READ | PROT_WRITE) == -1 && errno == EACCES);
	check(shmctl(id, IPC_STAT, &ds) == 0 && ds.shm_nattch == 2 && shmdt(read_only) == 0);
	check(shmctl(id, SHM_LOCK, NULL) == 0 && find_line(id, &l) && l.mode == (SHM_LOCKED | 0600));
	check(shmctl(id, SHM_UNLOCK, NULL) == 0 && shmctl(id, 99, &ds) == -1 && errno == EINVAL);
	check(shmctl(id, IPC_STAT, NULL) == -1 && errno == EFAULT);

	/* Marked, it lives on without its key until the last one leaves. */
	check(shmctl(id, IPC_RMID, NULL) == 0 && find_line(id, &l) && l.mode == (SHM_DEST | 0600) && l.key == 0);
	check(shmget(KEY, 1, 0) == -1 && errno == ENOENT && at[0] == 's');
	check(shmdt(at) == 0 && shmdt(at) == -1 && errno == EINVAL && !find_line(id, &l));
	check(shmctl(id, IPC_STAT, &ds) == -1 && errno == EINVAL);
}

/* Slots go round; one that is used again in the next round has another id: 32768 further. */
static void ids(void)
{
	int id = shmget(IPC_PRIVATE, 1, 0600), next;

	check(id >= 0 && shmctl(id, IPC_RMID, NULL) == 0);
	for (int i = 0; i < 100; i++, id = next) {
		next = shmget(IPC_PRIVATE, 1, 0600);
		check(next == id + 1 || (id % 32768 == 63 && next == id + 32768 - 63));
		check(shmctl(id, IPC_RMID, NULL) == -1 && errno == EINVAL && shmctl(next, IPC_RMID, NULL) == 0);
	}
}

static int new_segment(size_t size)
{
	int id = shmget(IPC_PRIVATE, size, 0600);

	if (id < 0)
		return -errno;
	return id;
}

static void limits(void)
{
	int a, b;

	proc_write(KERNEL "shmmni", "1\n");
	a = new_segment(1);
	check(a >= 0 && new_segment(1) == -ENOSPC);
	proc_write(KERNEL "shmmni", "4096\n");
	proc_write(KERNEL "shmmax", "8192\n");
	check(new_segment(8193) == -EINVAL);
	b = new_segment(8192);
	check(b >= 0);
	proc_write(KERNEL "shmmax", NO_LIMIT "\n");
	proc_write(KERNEL "shmall", "3\n");	/* just what there is */
	check(new_segment(1) == -ENOSPC && shmctl(a, IPC_RMID, NULL) == 0);
	a = new_segment(1);
	check(a >= 0 && shmctl(a, IPC_RMID, NULL) == 0 && shmctl(b, IPC_RMID, NULL) == 0);
	proc_write(KERNEL "shmall", NO_LIMIT "\n");
}

/* Under pressure an idle segment goes to swap; a locked one stays. */
static void locking(void)
{
	int locked = new_segment(LOCKED_PAGES * PAGE), idle = new_segment(LOCKED_PAGES * PAGE);
	char *a = shmat(locked, NULL, 0), *b = shmat(idle, NULL, 0);
	struct line l;

	memset(a, 'a', LOCKED_PAGES * PAGE);
	memset(b, 'b', LOCKED_PAGES * PAGE);
	check(shmctl(locked, SHM_LOCK, NULL) == 0);
	for (int i = 0; i < 4; i++)
		press_memory();
	check(find_line(idle, &l) && l.swap > LOCKED_PAGES * PAGE / 2 && l.rss + l.swap == LOCKED_PAGES * PAGE);
	check(find_line(locked, &l) && l.swap == 0 && l.rss == LOCKED_PAGES * PAGE);
	check(a[PAGE] == 'a' && b[PAGE] == 'b');
	check(shmctl(locked, IPC_RMID, NULL) == 0 && shmctl(idle, IPC_RMID, NULL) == 0);
	check(shmdt(a) == 0 && shmdt(b) == 0);
}

/* An ordinary user may lock what RLIMIT_MEMLOCK allows him, of all his segments together. */
static void lock_limit(void)
{
	struct rlimit two_pages = { 2 * PAGE, 2 * PAGE };
	pid_t pid = fork();
	int a, b;

	if (pid == 0) {
		check(setrlimit(RLIMIT_MEMLOCK, &two_pages) == 0 && setuid(65534) == 0);
		a = new_segment(2 * PAGE);
		b = new_segment(1);
		check(shmctl(a, SHM_LOCK, NULL) == 0 && shmctl(b, SHM_LOCK, NULL) == -1 && errno == ENOMEM);
		check(shmctl(a, IPC_RMID, NULL) == 0 && shmctl(b, SHM_LOCK, NULL) == 0);
		check(shmctl(b, IPC_RMID, NULL) == 0);
		_exit(0);
	}
	join(pid);
}

int main(void)
{
	one_segment();
	ids();
	limits();
	lock_limit();
	if (access("/proc/vmaudit", F_OK) == 0)
		locking();	/* Linux's machine here has memory for everything */
	return 0;
}
