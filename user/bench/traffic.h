/* SPDX-License-Identifier: MIT */
/*
 * What a row moved between memory and disk, as notes of the row: `major` and `minor` faults, KiB that
 * the block layer moved (`pgpgin`, `pgpgout`), pages to and from swap (`pswpout`, `pswpin`), and
 * `frames`: those that the kernel had for the row at its start, free or with cached files.
 */
#ifndef QUIRE_BENCH_TRAFFIC_H
#define QUIRE_BENCH_TRAFFIC_H

/* Instead of bench_start() and bench_stop(). WHO does the work: RUSAGE_SELF or RUSAGE_CHILDREN. */
void traffic_start(void);
void traffic_stop(long operations, int who);

#endif
