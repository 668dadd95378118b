/* SPDX-License-Identifier: MIT */
/* /proc as programs read it: meminfo, stat, uptime, mounts, self and its files, maps against what was mapped. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>

#include "check.h"

#define PIDS 200	/* the kernel's threads are among the first */
#define PATIENCE 30	/* tenths of a second */

static char text[65536];

static const char *contents(const char *path)
{
	int fd = open(path, O_RDONLY), n, have = 0;

	check(fd >= 0);
	while ((n = read(fd, text + have, sizeof(text) - 1 - have)) > 0)
		have += n;
	check(n == 0 && close(fd) == 0);
	text[have] = '\0';
	return text;
}

static unsigned long field(const char *path, const char *name)
{
	const char *p = strstr(contents(path), name);

	check(p);
	return strtoul(p + strlen(name), NULL, 10);
}

static void system_files(void)
{
	double up, idle;
	int a, b;

	check(field("/proc/meminfo", "MemTotal:") > field("/proc/meminfo", "MemFree:"));
	check(field("/proc/meminfo", "SwapTotal:") >= field("/proc/meminfo", "SwapFree:"));
	check(strstr(contents("/proc/meminfo"), "Cached:") && strstr(text, "Buffers:"));
	check(!strncmp(contents("/proc/stat"), "cpu ", 4) && strstr(text, "btime ") && strstr(text, "ctxt "));
	check(sscanf(contents("/proc/uptime"), "%lf %lf", &up, &idle) == 2 && up > 0);
	check(sscanf(contents("/proc/loadavg"), "%*f %*f %*f %d/%d", &a, &b) == 2 && b >= a);
	check(strstr(contents("/proc/mounts"), " /proc proc ") && strstr(contents("/proc/version"), "version"));
	check(strstr(contents("/proc/filesystems"), "proc") && field("/proc/vmstat", "pgfault ") > 0);
}

static void own_files(void)
{
	char link[PATH_MAX], expect[64], name[64];
	int pid, ppid, fd = open("/dev/null", O_RDONLY);
	ssize_t n = readlink("/proc/self", link, sizeof(link) - 1);

	check(n > 0);
	link[n] = '\0';
	check(atoi(link) == getpid());
	check(sscanf(contents("/proc/self/stat"), "%d (%63[^)]) R %d", &pid, name, &ppid) == 3);
	check(pid == getpid() && ppid == getppid() && !strcmp(name, "proc_files"));
	check(field("/proc/self/status", "Pid:\t") == (unsigned long)getpid());
	check(field("/proc/self/status", "VmRSS:") > 0 && strstr(text, "Name:\tproc_files\n"));
	snprintf(expect, sizeof(expect), "/proc/self/fd/%d", fd);
	n = readlink(expect, link, sizeof(link) - 1);
	check(n == 9 && !memcmp(link, "/dev/null", 9));
	n = readlink("/proc/self/exe", link, sizeof(link) - 1);
	check(n == 17 && !memcmp(link, "/tests/proc_files", 17));
	check(!strcmp(contents("/proc/self/cmdline"), "/tests/proc_files"));
	check(access("/proc/1/stat", F_OK) == 0 && access("/proc/99999/stat", F_OK) == -1);
}

static void processes(void)
{
	DIR *d = opendir("/proc");
	struct dirent *e;
	int self = 0, init = 0;

	check(d);
	while ((e = readdir(d))) {
		self |= atoi(e->d_name) == getpid();
		init |= !strcmp(e->d_name, "1");
	}
	check(self && init && closedir(d) == 0);
}

/* The line of /proc/self/maps that begins at p. */
static int mapped_as(void *p, size_t size, const char *rights)
{
	char begin[64];
	const char *line;

	snprintf(begin, sizeof(begin), "%08lx-%08lx %s ", (unsigned long)p, (unsigned long)p + size, rights);
	line = strstr(contents("/proc/self/maps"), begin);
	return line != NULL;
}

static void maps(void)
{
	char *p = mmap((void *)0x30000000, 4 * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	check(p != MAP_FAILED && mapped_as(p, 4 * PAGE, "r--p"));
	check(mprotect(p + PAGE, PAGE, PROT_READ | PROT_WRITE) == 0);
	check(mapped_as(p, PAGE, "r--p") && mapped_as(p + PAGE, PAGE, "rw-p") && mapped_as(p + 2 * PAGE, 2 * PAGE, "r--p"));
	check(munmap(p + PAGE, PAGE) == 0 && !mapped_as(p + PAGE, PAGE, "rw-p") && mapped_as(p, PAGE, "r--p"));
	check(strstr(contents("/proc/self/maps"), "[stack]") && strstr(text, "/tests/proc_files"));
	check(munmap(p, 4 * PAGE) == 0);
}

/* The state in /proc/PID/stat, 0 when it has gone. */
static char state_of(int pid)
{
	char path[32], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f) {
		if (fscanf(f, "%*d (%*[^)]) %c", &state) != 1)
			state = 0;
		fclose(f);
	}
	return state;
}

/* Who sleeps and waits for no disk is not in state D: the load average would count him for ever. */
static void nobody_waits_for_ever(void)
{
	for (int pid = 1; pid <= PIDS; pid++) {
		int tries = 0;

		while (state_of(pid) == 'D') {
			if (tries == PATIENCE)
				printf("process %d is in state D: %s", pid, contents("/proc/loadavg"));
			check(tries++ < PATIENCE);
			usleep(100000);
		}
	}
}

int main(void)
{
	system_files();
	own_files();
	processes();
	maps();
	nobody_waits_for_ever();
	return 0;
}
