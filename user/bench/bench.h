/* SPDX-License-Identifier: MIT */
/*
 * What the bench programs share: rows, and how one is measured.
 *
 * A row is a function that prepares, calls bench_start(), does its operation `n` times, and calls
 * bench_stop(n). bench_main() runs each row that was asked for several times and prints one line
 * a run, which tools/bench reads:
 *
 *	row NAME UNIT TICKS NANOSECONDS OPERATIONS
 *	row NAME UNIT failed ERRNO
 *	note NAME KEY NUMBER KEY NUMBER...	(bench_note: what else the run above tells)
 *
 * TICKS are cycles of the time-stamp counter: under QEMU's -icount shift=0 one tick is one
 * instruction of the guest, whatever the kernel thinks of its clock. NANOSECONDS are
 * CLOCK_MONOTONIC's. Programs use what POSIX and Linux give and nothing else: the same file runs on
 * both kernels.
 */
#ifndef QUIRE_BENCH_H
#define QUIRE_BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PAGE	4096u
#define KIB	1024u
#define MIB	(1u << 20)

struct bench_row {
	const char *name;
	const char *unit;	/* of one operation: "call", "page", "byte", ... */
	void (*run)(long n, long arg);
	long n;			/* operations a run, before bench_scale */
	long arg;		/* what else run() wants to know */
};

void bench_start(void);
void bench_stop(long operations);

/* Ends the row: it says `failed` with this errno, and the next row goes on. For calls that a kernel
 * does not have. May be called in a child too, which then ends with a status that bench_join()
 * understands. */
_Noreturn void bench_fail(int error);

/* CONDITION must hold, else bench_fail(errno). */
#define bench_need(condition) do { if (!(condition)) bench_fail(errno ? errno : EINVAL); } while (0)

/* Waits for a child of the row, which must end well. */
void bench_join(pid_t pid);

/* Anonymous private memory of this size. */
char *bench_memory(size_t bytes);
/* One write to each page. */
void bench_touch(char *memory, size_t bytes);

/* Another number of this run, printed with it; at most BENCH_NOTES, KEY a constant without blanks. */
#define BENCH_NOTES 8
void bench_note(const char *key, long number);

/* A new empty folder, which becomes the working directory. Needs root. */
enum bench_place { ON_DISK, ON_TMPFS };
void bench_enter(enum bench_place place);
/* A file of so many bytes (whole pages, zeroes) that is on its disk; open to read and write at 0. */
int bench_file(const char *name, size_t bytes);

/*
 * main() of a bench program: argv names rows (none: all of them); -r N runs of each, -l lists, -m the
 * machine's memory in MiB, -t: print what the rows would touch, instead of doing it, if they know.
 */
extern long bench_machine_mib;
extern bool bench_tracing;
int bench_main(int argc, char **argv, const struct bench_row *rows, int count);

#define BENCH_MAIN(rows)								\
	int main(int argc, char **argv)							\
	{										\
		return bench_main(argc, argv, rows, sizeof(rows) / sizeof((rows)[0]));	\
	}

#endif
