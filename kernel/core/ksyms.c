/* SPDX-License-Identifier: MIT */
/*
 * Names of kernel functions. The table is generated from the linked kernel (tools/mksyms describes
 * it).
 */
#include <quire/ksyms.h>
#include <quire/string.h>

extern const u32 ksyms_count, ksyms_addr[], ksyms_name[];
extern const char ksyms_text[];
extern const u8 _text_start[], _text_end[];

bool is_kernel_text(unsigned long addr)
{
	return addr >= (unsigned long)_text_start && addr < (unsigned long)_text_end;
}

const char *ksym_lookup(unsigned long addr, unsigned long *offset)
{
	u32 low = 0, high = ksyms_count;

	if (!is_kernel_text(addr) || !high || addr < ksyms_addr[0])
		return NULL;
	while (high - low > 1) {
		u32 mid = low + (high - low) / 2;

		if (ksyms_addr[mid] <= addr)
			low = mid;
		else
			high = mid;
	}
	*offset = addr - ksyms_addr[low];
	return ksyms_text + ksyms_name[low];
}

char *ksym_format(unsigned long addr, char *buf, size_t size)
{
	unsigned long offset;
	const char *name = ksym_lookup(addr, &offset);

	if (name)
		snprintf(buf, size, "%s+%#lx", name, offset);
	else
		snprintf(buf, size, "0x%08lx", addr);
	return buf;
}
