/* SPDX-License-Identifier: MIT */
/*
 * What this CPU is and can do, by CPUID. Every i686 has CPUID; what it lacks is worked around, not
 * assumed.
 */
#include <arch/processor.h>
#include <quire/printk.h>
#include <quire/string.h>

#define CPUID_TSC	(1u << 4)
#define CPUID_PSE	(1u << 3)
#define CPUID_SEP	(1u << 11)
#define CPUID_PGE	(1u << 13)
#define CPUID_FXSR	(1u << 24)
#define CPUID_SSE	(1u << 25)
#define CPUID_EXT	0x80000000u
#define CPUID_BRAND	0x80000002u

struct cpuinfo boot_cpu;

static void cpuid(u32 leaf, u32 r[4])
{
	__asm__ __volatile__("cpuid" : "=a" (r[0]), "=b" (r[1]), "=c" (r[2]), "=d" (r[3])
			     : "0" (leaf), "2" (0));
}

static void read_names(struct cpuinfo *c)
{
	u32 r[4];

	cpuid(0, r);
	memcpy(c->vendor, &r[1], 4);
	memcpy(c->vendor + 4, &r[3], 4);
	memcpy(c->vendor + 8, &r[2], 4);
	cpuid(CPUID_EXT, r);
	if (r[0] < CPUID_BRAND + 2) {
		strlcpy(c->model_name, "unknown", sizeof(c->model_name));
		return;
	}
	for (u32 i = 0; i < 3; i++) {
		cpuid(CPUID_BRAND + i, r);
		memcpy(c->model_name + 16 * i, r, 16);
	}
}

/* The Pentium Pro claims it and lacks it (Intel SDM, vol. 2, SYSENTER: family 6, below model 3, stepping 3). */
static bool has_sysenter(const struct cpuinfo *c)
{
	if (c->family == 6 && c->model < 3 && c->stepping < 3)
		return false;
	return c->features & CPUID_SEP;
}

void cpu_identify(void)
{
	struct cpuinfo *c = &boot_cpu;
	u32 r[4];

	read_names(c);
	cpuid(1, r);
	c->stepping = r[0] & 15;
	c->model = r[0] >> 4 & 15;
	c->family = r[0] >> 8 & 15;
	if (c->family == 6 || c->family == 15)
		c->model += (r[0] >> 16 & 15) << 4;
	if (c->family == 15)
		c->family += r[0] >> 20 & 255;
	c->features = r[3];
	c->features2 = r[2];
	c->tsc = r[3] & CPUID_TSC;
	c->pse = r[3] & CPUID_PSE;
	c->pge = r[3] & CPUID_PGE;
	c->fxsr = r[3] & CPUID_FXSR;
	c->sse = c->fxsr && r[3] & CPUID_SSE;
	c->sysenter = has_sysenter(c);
	if (*skip_spaces(c->model_name))
		pr_info("cpu: %s\n", skip_spaces(c->model_name));
	pr_info("cpu: %s, family %u model %u stepping %u\n", c->vendor, c->family, c->model, c->stepping);
}
