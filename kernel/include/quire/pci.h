/* SPDX-License-Identifier: MIT */
/*
 * PCI: the devices found at boot and the drivers that claim them.
 *
 * Configuration mechanism 1 only (every PC since 1995).  Buses are scanned once, bridges
 * followed by the secondary bus number that the firmware gave them; base addresses
 * and interrupt lines stay as the firmware assigned them.
 *
 * Locking: configuration cycles under a lock of pci.c; the device list is constant after pci_init.
 */
#ifndef QUIRE_PCI_H
#define QUIRE_PCI_H

#include <quire/list.h>
#include <quire/types.h>

/* Offsets in configuration space. */
#define PCI_VENDOR_ID 0x00
#define PCI_DEVICE_ID 0x02
#define PCI_COMMAND 0x04
#define PCI_COMMAND_IO 0x1u
#define PCI_COMMAND_MEMORY 0x2u
#define PCI_COMMAND_MASTER 0x4u
#define PCI_COMMAND_INTX_DISABLE 0x400u
#define PCI_REVISION_ID 0x08
#define PCI_PROG_IF 0x09
#define PCI_SUBCLASS 0x0a
#define PCI_CLASS 0x0b
#define PCI_HEADER_TYPE 0x0e
#define PCI_HEADER_TYPE_MASK 0x7fu
#define PCI_HEADER_MULTI 0x80u
#define PCI_HEADER_NORMAL 0
#define PCI_HEADER_BRIDGE 1
#define PCI_BASE_ADDRESS_0 0x10
#define PCI_SECONDARY_BUS 0x19
#define PCI_SUBSYSTEM_VENDOR_ID 0x2c
#define PCI_SUBSYSTEM_ID 0x2e
#define PCI_INTERRUPT_LINE 0x3c

#define PCI_CLASS_STORAGE 0x01
#define PCI_SUBCLASS_IDE 0x01
#define PCI_CLASS_BRIDGE 0x06
#define PCI_SUBCLASS_PCI 0x04

#define PCI_ANY_ID 0xffffu
#define PCI_NUM_BARS 6

#define PCI_DEVFN(slot, fn) ((u8)((slot) << 3 | (fn)))
#define PCI_SLOT(devfn) ((devfn) >> 3)
#define PCI_FUNC(devfn) ((devfn)&7u)

struct pci_bar {
	u32 base; /* port or physical address; 0: not there */
	u32 size;
	bool io; /* ports, not memory */
};

struct pci_driver;

struct pci_dev {
	struct list_head link;
	u8 bus, devfn;
	u16 vendor, device;
	u16 subsystem_vendor, subsystem_device;
	u8 class, subclass, prog_if, revision;
	u8 irq; /* line, PCI_NO_IRQ: none */
	struct pci_bar bars[PCI_NUM_BARS];
	const struct pci_driver *driver; /* who claimed it */
	void *driver_data;
};
#define PCI_NO_IRQ 0xffu

/* What a driver wants: exact ids (or PCI_ANY_ID), or a class when vendor is PCI_ANY_ID. */
struct pci_device_id {
	u16 vendor, device;
	u8 class, subclass; /* looked at when vendor == PCI_ANY_ID */
};

struct pci_driver {
	const char *name;
	const struct pci_device_id *ids;
	unsigned int nr_ids;
	/* => 0: claimed.  May sleep. */
	int (*probe)(struct pci_dev *dev);
};

u8 pci_read_config8(const struct pci_dev *dev, unsigned int offset);
u16 pci_read_config16(const struct pci_dev *dev, unsigned int offset);
u32 pci_read_config32(const struct pci_dev *dev, unsigned int offset);
void pci_write_config8(const struct pci_dev *dev, unsigned int offset, u8 value);
void pci_write_config16(const struct pci_dev *dev, unsigned int offset, u16 value);
void pci_write_config32(const struct pci_dev *dev, unsigned int offset, u32 value);

/* Turn on port and memory decoding; with master: the right to start transfers. */
void pci_enable_device(struct pci_dev *dev, bool master);
/* Offers every unclaimed device that matches to drv->probe; => how many it took. */
unsigned int pci_register_driver(const struct pci_driver *drv);
/* First device of a vendor and device id after `from` (NULL: from the start), or NULL. */
struct pci_dev *pci_find_device(u16 vendor, u16 device, struct pci_dev *from);

void pci_init(void); /* scan; before drivers, after the slab allocator */

#endif
