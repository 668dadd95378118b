/* SPDX-License-Identifier: MIT */
/*
 * A QEMU plugin that counts, for every guest address, how often the instruction there was executed
 * while a bench row was measured. tools/profile makes a table per function of it.
 *
 *	qemu-system-i386 ... -plugin count.so,out=FILE[,from=start]
 *
 * The window: bench_start() and bench_stop() (user/bench/mark.h) each execute a NOP whose
 * displacement says which of the two it is. All that the machine does between them is counted,
 * the kernel, interrupts and other processes too. User addresses of different programs share a
 * counter. With from=start the first window opens when the machine starts. FILE gets a line with the
 * number of instructions in each window, then lines `ADDRESS COUNT`, hexadecimal and decimal.
 *
 * An iteration of a repeated string instruction counts as one, as QEMU's -icount has it. An
 * instruction that faults counts each time it is tried. For a machine with one processor.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu-plugin.h"

#define MAX_COUNTERS	(1u << 21)		/* distinct addresses: 8 MiB of code, and more */
#define HASH_SLOTS	(2 * MAX_COUNTERS)	/* a power of two */
#define MAX_WINDOWS	1024			/* of which the file tells the sum */

struct counter {
	uint64_t address;
	uint64_t executed;	/* since the machine's start; generated code adds to it */
	uint64_t at_open;	/* executed, when the window was opened */
	uint64_t inside;	/* in all windows that were closed */
};

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_API;

/* nopl MARK(%eax): 0f 1f 80 and the mark (Intel SDM volume 2, NOP); mark.h has the same bytes. */
static const unsigned char open_mark[] = { 0x0f, 0x1f, 0x80, 'Q', 'B', 'e', '1' };
static const unsigned char close_mark[] = { 0x0f, 0x1f, 0x80, 'Q', 'B', 'e', '0' };

static struct counter *counters;
static uint32_t used;
static uint32_t *slots;		/* by hash of the address: index in counters + 1, 0: free */
static int is_open;
static unsigned int windows;
static uint64_t window_sum[MAX_WINDOWS];
static const char *out_path;

static struct counter *counter_of(uint64_t address)
{
	uint32_t slot = (uint32_t)(address * 0x9e3779b97f4a7c15u >> 32) & (HASH_SLOTS - 1);

	for (; slots[slot]; slot = (slot + 1) & (HASH_SLOTS - 1))
		if (counters[slots[slot] - 1].address == address)
			return &counters[slots[slot] - 1];
	if (used == MAX_COUNTERS) {
		fprintf(stderr, "count: more than %u addresses\n", MAX_COUNTERS);
		exit(1);
	}
	counters[used].address = address;
	slots[slot] = ++used;
	return &counters[used - 1];
}

static void open_window(unsigned int vcpu, void *data)
{
	(void)vcpu, (void)data;
	for (uint32_t i = 0; i < used; i++)
		counters[i].at_open = counters[i].executed;
	is_open = 1;
}

static void close_window(unsigned int vcpu, void *data)
{
	uint64_t sum = 0;

	(void)vcpu, (void)data;
	if (!is_open)
		return;
	for (uint32_t i = 0; i < used; i++) {
		counters[i].inside += counters[i].executed - counters[i].at_open;
		sum += counters[i].executed - counters[i].at_open;
	}
	is_open = 0;
	if (windows < MAX_WINDOWS)
		window_sum[windows++] = sum;
}

static int has_bytes(const struct qemu_plugin_insn *insn, const unsigned char *bytes, size_t size)
{
	return qemu_plugin_insn_size(insn) == size &&
	       memcmp(qemu_plugin_insn_data(insn), bytes, size) == 0;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		struct counter *counter = counter_of(qemu_plugin_insn_vaddr(insn));

		if (has_bytes(insn, open_mark, sizeof(open_mark)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, open_window,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
		else if (has_bytes(insn, close_mark, sizeof(close_mark)))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, close_window,
							       QEMU_PLUGIN_CB_NO_REGS, NULL);
		else
			qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
								   &counter->executed, 1);
	}
}

static void write_out(qemu_plugin_id_t id, void *data)
{
	FILE *out = fopen(out_path, "w");

	(void)id, (void)data;
	if (!out) {
		perror(out_path);
		return;
	}
	for (unsigned int i = 0; i < windows; i++)
		fprintf(out, "%llu ", (unsigned long long)window_sum[i]);
	fprintf(out, "\n");
	for (uint32_t i = 0; i < used; i++)
		if (counters[i].inside)
			fprintf(out, "%llx %llu\n", (unsigned long long)counters[i].address,
				(unsigned long long)counters[i].inside);
	fclose(out);
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
	(void)info;
	if (argc < 1 || strncmp(argv[0], "out=", 4)) {
		fprintf(stderr, "count: arguments: out=FILE[,from=start]\n");
		return -1;
	}
	is_open = argc > 1 && strcmp(argv[1], "from=start") == 0;
	out_path = strdup(argv[0] + 4);
	counters = calloc(MAX_COUNTERS, sizeof(*counters));
	slots = calloc(HASH_SLOTS, sizeof(*slots));
	if (!out_path || !counters || !slots)
		return -1;
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	qemu_plugin_register_atexit_cb(id, write_out, NULL);
	return 0;
}
