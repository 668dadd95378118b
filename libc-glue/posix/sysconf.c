/* SPDX-License-Identifier: MIT */
/* sysconf.c: limits and figures by name. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#define CLOCK_TICKS 100

static long resource_limit(int resource)
{
	struct rlimit limit;

	if (getrlimit(resource, &limit) < 0 || limit.rlim_cur == RLIM_INFINITY)
		return -1;
	return limit.rlim_cur;
}

static long pages_of(unsigned long amount, unsigned int unit)
{
	return (unsigned long long)amount * unit / PAGESIZE;
}

long get_phys_pages(void)
{
	struct sysinfo info;

	return sysinfo(&info) < 0 ? -1 : pages_of(info.totalram, info.mem_unit);
}

long get_avphys_pages(void)
{
	struct sysinfo info;

	return sysinfo(&info) < 0 ? -1 : pages_of(info.freeram, info.mem_unit);
}

/* /proc/stat has one line "cpuN" for each processor. */
int get_nprocs(void)
{
	FILE *fp = fopen("/proc/stat", "re");
	char line[256];
	int count = 0;

	if (!fp)
		return 1;
	while (fgets(line, sizeof(line), fp))
		if (!strncmp(line, "cpu", 3) && line[3] >= '0' && line[3] <= '9')
			count++;
	fclose(fp);
	return count ? count : 1;
}

int get_nprocs_conf(void)
{
	return get_nprocs();
}

int getpagesize(void)
{
	return PAGESIZE;
}

int getdtablesize(void)
{
	return sysconf(_SC_OPEN_MAX);
}

static long figure(int name)
{
	switch (name) {
	case _SC_CHILD_MAX:
		return resource_limit(RLIMIT_NPROC);
	case _SC_OPEN_MAX:
		return resource_limit(RLIMIT_NOFILE);
	case _SC_NPROCESSORS_CONF:
	case _SC_NPROCESSORS_ONLN:
		return get_nprocs();
	case _SC_PHYS_PAGES:
		return get_phys_pages();
	case _SC_AVPHYS_PAGES:
		return get_avphys_pages();
	}
	errno = EINVAL;
	return -1;
}

long sysconf(int name)
{
	switch (name) {
	case _SC_ARG_MAX:
		return ARG_MAX;
	case _SC_CLK_TCK:
		return CLOCK_TICKS;
	case _SC_NGROUPS_MAX:
		return NGROUPS_MAX;
	case _SC_JOB_CONTROL:
	case _SC_SAVED_IDS:
	case _SC_REGEXP:
	case _SC_SHELL:
		return 1;
	case _SC_VERSION:
		return _POSIX_VERSION;
	case _SC_PAGESIZE:
		return PAGESIZE;
	case _SC_TZNAME_MAX:
		return 8;
	case _SC_MAPPED_FILES:
	case _SC_MEMORY_PROTECTION:
	case _SC_FSYNC:
	case _SC_TIMERS:
	case _SC_MONOTONIC_CLOCK:
	case _SC_REALTIME_SIGNALS:
		return _POSIX_VERSION;
	case _SC_RTSIG_MAX:
		return RTSIG_MAX;
	case _SC_GETGR_R_SIZE_MAX:
	case _SC_GETPW_R_SIZE_MAX:
		return LINE_MAX;
	case _SC_LOGIN_NAME_MAX:
		return LOGIN_NAME_MAX;
	case _SC_TTY_NAME_MAX:
		return TTY_NAME_MAX;
	case _SC_HOST_NAME_MAX:
		return HOST_NAME_MAX;
	case _SC_IOV_MAX:
		return IOV_MAX;
	case _SC_LINE_MAX:
		return LINE_MAX;
	case _SC_RE_DUP_MAX:
		return RE_DUP_MAX;
	case _SC_SYMLOOP_MAX:
		return SYMLOOP_MAX;
	case _SC_ATEXIT_MAX:
		return 32;
	case _SC_BC_BASE_MAX:
		return BC_BASE_MAX;
	case _SC_BC_DIM_MAX:
		return BC_DIM_MAX;
	case _SC_BC_SCALE_MAX:
		return BC_SCALE_MAX;
	case _SC_BC_STRING_MAX:
		return BC_STRING_MAX;
	}
	return figure(name);
}

static long path_limit(int name)
{
	switch (name) {
	case _PC_LINK_MAX:
		return LINK_MAX;
	case _PC_MAX_CANON:
		return MAX_CANON;
	case _PC_MAX_INPUT:
		return MAX_INPUT;
	case _PC_NAME_MAX:
		return NAME_MAX;
	case _PC_PATH_MAX:
		return PATH_MAX;
	case _PC_PIPE_BUF:
		return PIPE_BUF;
	case _PC_CHOWN_RESTRICTED:
	case _PC_NO_TRUNC:
		return 1;
	case _PC_VDISABLE:
		return _POSIX_VDISABLE;
	}
	errno = EINVAL;
	return -1;
}

long pathconf(const char *path, int name)
{
	return access(path, F_OK) < 0 ? -1 : path_limit(name);
}

long fpathconf(int fd, int name)
{
	(void)fd;
	return path_limit(name);
}
