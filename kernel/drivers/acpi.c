/* SPDX-License-Identifier: MIT */
/*
 * Just enough ACPI to switch the machine off, without an AML interpreter.
 *
 * The fixed description table (FADT) names the power-management control ports. The value that means
 * "off" is in the DSDT's object _S5_, a package of small integers, whose byte code has the same
 * simple form on every machine: it is found by its name and read directly.
 */
#include <arch/io.h>
#include <arch/phys.h>
#include <arch/processor.h>
#include <quire/kernel.h>
#include <quire/ktime.h>
#include <quire/printk.h>
#include <quire/reboot.h>
#include <quire/string.h>

#define BIOS_START	0xe0000ul
#define BIOS_END	0x100000ul
#define EBDA_SEGMENT	0x40eul		/* BIOS data area: segment of the extended one */
#define EBDA_SCAN	1024ul
#define RSDP_STEP	16u
#define RSDP_CHECKED	20u		/* bytes under the first checksum */
#define TABLES_MAX	64u
#define DSDT_CHUNK	512u
#define SCI_EN		0x0001u
#define SLP_EN		0x2000u
#define SLP_TYP_SHIFT	10
#define ENABLE_WAIT_MS	300

#define AML_NAME	0x08
#define AML_PACKAGE	0x12
#define AML_BYTE	0x0a
#define AML_WORD	0x0b

struct rsdp {
	char signature[8];
	u8 checksum;
	char oem[6];
	u8 revision;
	u32 rsdt;
} __packed;

struct table_header {
	char signature[4];
	u32 length;
	u8 revision, checksum;
	char oem[6], oem_table[8];
	u32 oem_revision, creator, creator_revision;
} __packed;

struct fadt {
	struct table_header header;
	u32 firmware_ctrl, dsdt;
	u8 reserved, profile;
	u16 sci_int;
	u32 smi_cmd;
	u8 acpi_enable, acpi_disable, s4bios, pstate;
	u32 pm1a_event, pm1b_event, pm1a_control, pm1b_control;
} __packed;

static struct {
	u16 pm1a, pm1b;			/* control ports; pm1b may be 0 */
	u16 smi_port;
	u8 enable_value;
	u8 sleep_a, sleep_b;		/* SLP_TYP of state S5 */
} acpi;

static bool find_rsdp_in(phys_addr_t start, phys_addr_t end, struct rsdp *r)
{
	for (; start + sizeof(*r) <= end; start += RSDP_STEP) {
		const u8 *bytes = (const u8 *)r;
		u8 sum = 0;

		phys_read(start, r, sizeof(*r));
		if (memcmp(r->signature, "RSD PTR ", sizeof(r->signature)))
			continue;
		for (unsigned int i = 0; i < RSDP_CHECKED; i++)
			sum += bytes[i];
		if (!sum)
			return true;
	}
	return false;
}

static bool find_rsdp(struct rsdp *r)
{
	phys_addr_t ebda;
	u16 segment;

	phys_read(EBDA_SEGMENT, &segment, sizeof(segment));
	ebda = (phys_addr_t)segment << 4;
	return (ebda && find_rsdp_in(ebda, ebda + EBDA_SCAN, r)) || find_rsdp_in(BIOS_START, BIOS_END, r);
}

/* => the physical address of a table, 0 if there is none. */
static phys_addr_t find_table(phys_addr_t rsdt, const char *signature)
{
	struct table_header h;
	u32 n;

	phys_read(rsdt, &h, sizeof(h));
	if (memcmp(h.signature, "RSDT", sizeof(h.signature)) || h.length < sizeof(h))
		return 0;
	n = min_t(u32, (h.length - sizeof(h)) / sizeof(u32), TABLES_MAX);
	for (u32 i = 0; i < n; i++) {
		struct table_header entry;
		u32 addr;

		phys_read(rsdt + sizeof(h) + i * sizeof(addr), &addr, sizeof(addr));
		phys_read(addr, &entry, sizeof(entry));
		if (!memcmp(entry.signature, signature, sizeof(entry.signature)))
			return addr;
	}
	return 0;
}

/* An integer constant of the package; moves past it. ZeroOp and OneOp are their own values. */
static u8 aml_integer(const u8 **p)
{
	u8 v = *(*p)++;

	if (v == AML_BYTE)
		v = *(*p)++;
	else if (v == AML_WORD) {
		v = **p;
		*p += 2;
	}
	return v;
}

/* "_S5_" PackageOp PkgLength NumElements element element ...; the length's first byte says how many follow. */
static bool parse_s5(const u8 *p)
{
	p += 4;
	if (*p++ != AML_PACKAGE)
		return false;
	p += (*p >> 6) + 1;
	p++;				/* number of elements */
	acpi.sleep_a = aml_integer(&p);
	acpi.sleep_b = aml_integer(&p);
	return true;
}

/* Pieces overlap, so that the object is whole in one of them. */
static bool find_s5(phys_addr_t dsdt)
{
	enum { OVERLAP = 32 };
	static u8 piece[DSDT_CHUNK + OVERLAP];
	struct table_header h;

	phys_read(dsdt, &h, sizeof(h));
	if (memcmp(h.signature, "DSDT", sizeof(h.signature)))
		return false;
	for (u32 at = sizeof(h); at < h.length; at += DSDT_CHUNK) {
		u32 n = min_t(u32, h.length - at, sizeof(piece));

		memset(piece, 0, sizeof(piece));
		phys_read(dsdt + at, piece, n);
		for (u32 i = 1; i < min_t(u32, n, DSDT_CHUNK + 1); i++)
			if (!memcmp(piece + i, "_S5_", 4) && (piece[i - 1] == AML_NAME || piece[i - 1] == '\\') &&
			    parse_s5(piece + i))
				return true;
	}
	return false;
}

/* The firmware may still own the hardware; ask it to let go. */
static void enable_acpi(void)
{
	if (inw(acpi.pm1a) & SCI_EN || !acpi.smi_port || !acpi.enable_value)
		return;
	outb(acpi.enable_value, acpi.smi_port);
	for (int i = 0; i < ENABLE_WAIT_MS && !(inw(acpi.pm1a) & SCI_EN); i++)
		mdelay(1);
}

static void acpi_power_off(void)
{
	enable_acpi();
	outw((u16)(acpi.sleep_a << SLP_TYP_SHIFT | SLP_EN), acpi.pm1a);
	if (acpi.pm1b)
		outw((u16)(acpi.sleep_b << SLP_TYP_SHIFT | SLP_EN), acpi.pm1b);
	mdelay(ENABLE_WAIT_MS);
}

void acpi_init(void)
{
	phys_addr_t addr;
	struct rsdp rsdp;
	struct fadt fadt;

	if (!find_rsdp(&rsdp) || !(addr = find_table(rsdp.rsdt, "FACP"))) {
		pr_notice("acpi: not found: power-off will only halt\n");
		return;
	}
	phys_read(addr, &fadt, sizeof(fadt));
	acpi.pm1a = (u16)fadt.pm1a_control;
	acpi.pm1b = (u16)fadt.pm1b_control;
	acpi.smi_port = (u16)fadt.smi_cmd;
	acpi.enable_value = fadt.acpi_enable;
	if (!acpi.pm1a || !find_s5(fadt.dsdt)) {
		pr_notice("acpi: no _S5_ object: power-off will only halt\n");
		return;
	}
	pm_power_off = acpi_power_off;
	pr_info("acpi: power-off by port %#x\n", acpi.pm1a);
}
