/* SPDX-License-Identifier: MIT */
/*
 * The event counters of the VM: storage, sums and names.
 */
#include <quire/vmstat.h>

struct vm_event_state vm_event_state[NR_CPUS];

#define E(name) #name,
static const char *const names[] = { VM_EVENTS(E) };
#undef E

unsigned long vm_event_sum(enum vm_event item)
{
	unsigned long sum = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < NR_CPUS; cpu++)
		sum += vm_event_state[cpu].event[item];
	return sum;
}

const char *vm_event_name(enum vm_event item)
{
	return names[item];
}
