/* SPDX-License-Identifier: MIT */
/* Bench: what a system call costs, and a signal. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define CALL_GETPPID	64	/* the i386 ABI's number */

static volatile int delivered;
static char *fault_page;

static void null_int80(long n, long arg)
{
	(void)arg;
	bench_start();
	for (long i = 0; i < n; i++) {
		int result;

		__asm__ volatile("int $0x80" : "=a"(result) : "0"(CALL_GETPPID) : "memory");
	}
	bench_stop(n);
}

static void null_libc(long n, long arg)
{
	(void)arg;
	bench_start();
	for (long i = 0; i < n; i++)
		getppid();
	bench_stop(n);
}

/* The way in that the kernel offers beside int 0x80 (sysenter): a function, in AT_SYSINFO. */
static void null_sysinfo(long n, long arg)
{
	unsigned long entry = getauxval(AT_SYSINFO);

	(void)arg;
	if (!entry)
		bench_fail(ENOSYS);
	bench_start();
	for (long i = 0; i < n; i++) {
		int result;

		__asm__ volatile("call *%2" : "=a"(result) : "0"(CALL_GETPPID), "r"(entry) : "memory");
	}
	bench_stop(n);
}

static void yield_alone(long n, long arg)
{
	(void)arg;
	bench_start();
	for (long i = 0; i < n; i++)
		sched_yield();
	bench_stop(n);
}

static void read_byte(long n, long arg)
{
	int fd = open("/dev/zero", O_RDONLY);
	char byte;

	(void)arg;
	bench_need(fd >= 0);
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(read(fd, &byte, 1) == 1);
	bench_stop(n);
}

static void write_byte(long n, long arg)
{
	int fd = open("/dev/null", O_WRONLY);

	(void)arg;
	bench_need(fd >= 0);
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(write(fd, "x", 1) == 1);
	bench_stop(n);
}

static void stat_path(long n, long arg)
{
	struct stat st;

	(void)arg;
	bench_need(stat("/usr/bin/env", &st) == 0);	/* what is not cached yet waits for the disk */
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(stat("/usr/bin/env", &st) == 0);
	bench_stop(n);
}

static void fstat_file(long n, long arg)
{
	struct stat st;
	int fd = open("/bin/mksh", O_RDONLY);

	(void)arg;
	bench_need(fd >= 0);
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(fstat(fd, &st) == 0);
	bench_stop(n);
}

static void open_close(long n, long arg)
{
	(void)arg;
	bench_start();
	for (long i = 0; i < n; i++) {
		int fd = open("/bin/mksh", O_RDONLY);

		bench_need(fd >= 0);
		close(fd);
	}
	bench_stop(n);
}

static void on_signal(int number)
{
	(void)number;
	delivered++;
}

static void signal_install(long n, long arg)
{
	struct sigaction action = { .sa_handler = on_signal };

	(void)arg;
	bench_start();
	for (long i = 0; i < n; i++)
		bench_need(sigaction(SIGUSR1, &action, NULL) == 0);
	bench_stop(n);
}

static void signal_deliver(long n, long arg)
{
	struct sigaction action = { .sa_handler = on_signal };
	pid_t self = getpid();

	(void)arg;
	bench_need(sigaction(SIGUSR1, &action, NULL) == 0);
	bench_start();
	for (long i = 0; i < n; i++)
		kill(self, SIGUSR1);
	bench_stop(n);
	bench_need(delivered == n);
}

/* The handler makes the page writable, the store is tried again. */
static void on_fault(int number)
{
	(void)number;
	delivered++;
	mprotect(fault_page, PAGE, PROT_READ | PROT_WRITE);
}

static void protection_fault(long n, long arg)
{
	struct sigaction action = { .sa_handler = on_fault };

	(void)arg;
	fault_page = bench_memory(PAGE);
	bench_touch(fault_page, PAGE);
	bench_need(sigaction(SIGSEGV, &action, NULL) == 0);
	bench_start();
	for (long i = 0; i < n; i++) {
		mprotect(fault_page, PAGE, PROT_READ);
		*(volatile char *)fault_page = 1;
	}
	bench_stop(n);
	bench_need(delivered == n);
}

static void clock_read(long n, long arg)
{
	struct timespec now;

	(void)arg;
	bench_start();
	for (long i = 0; i < n; i++)
		clock_gettime(CLOCK_MONOTONIC, &now);
	bench_stop(n);
}

static const struct bench_row rows[] = {
	{ "null_int80", "call", null_int80, 20000, 0 },
	{ "null_libc", "call", null_libc, 20000, 0 },
	{ "null_sysinfo", "call", null_sysinfo, 20000, 0 },
	{ "yield_alone", "call", yield_alone, 20000, 0 },
	{ "read_byte", "call", read_byte, 20000, 0 },
	{ "write_byte", "call", write_byte, 20000, 0 },
	{ "stat", "call", stat_path, 5000, 0 },
	{ "fstat", "call", fstat_file, 10000, 0 },
	{ "open_close", "call", open_close, 5000, 0 },
	{ "signal_install", "call", signal_install, 10000, 0 },
	{ "signal_deliver", "signal", signal_deliver, 5000, 0 },
	{ "protection_fault", "fault", protection_fault, 2000, 0 },
	{ "clock_gettime", "call", clock_read, 10000, 0 },
};

BENCH_MAIN(rows)
