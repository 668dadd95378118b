/* SPDX-License-Identifier: MIT */
/*
 * init's side of qrun: docs/qrun.md is the contract.
 */
#ifndef QUIRE_JOB_H
#define QUIRE_JOB_H

/*
 * Carry out the job on the disk `device` (the value of qrun= on the kernel's command line), with its
 * stream on /dev/ttyS1. Must be called by process 1: it reaps every child and kills what commands left.
 * => 0 when the job was done to its end, -1 (said on standard error) when disk or stream cannot be used.
 */
int job_run(const char *device);

#endif
