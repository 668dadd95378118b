/* SPDX-License-Identifier: MIT */
/*
 * Private to kernel/observe: who registers which files.
 */
#ifndef OBSERVE_PROC_INTERNAL_H
#define OBSERVE_PROC_INTERNAL_H

void meminfo_proc_init(void);  /* meminfo, vmstat */
void zoneinfo_proc_init(void); /* zoneinfo, buddyinfo, pagetypeinfo */
void slabinfo_proc_init(void); /* slabinfo, vmallocinfo */
void kpage_proc_init(void);    /* kpageflags, kpagecount */
void vm_sysctl_init(void);     /* sys/vm: tunables of the zone allocator, failure injection */
void cache_sysctl_init(void);  /* sys/vm: tunables of caches, writeback, reclaim; swaps */
void trace_proc_init(void);    /* trace, trace_events */
void audit_proc_init(void);    /* vmaudit */
void panic_report_init(void);  /* memory's state in the log at panic */

#endif
