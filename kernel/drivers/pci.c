/* SPDX-License-Identifier: MIT */
/*
 * PCI: find the devices of the machine and match drivers to them.
 *
 * Promises: after pci_init the list of devices does not change; a device is claimed by at most
 * one driver.  A machine without PCI has an empty list, nothing else.
 *
 * Configuration mechanism 1: the address goes to port CF8, the data through CFC.  The pair of
 * accesses is made under config_lock with interrupts off, since any driver may use it.
 */
#define pr_fmt(fmt) "pci: " fmt

#include <arch/io.h>
#include <quire/lock.h>
#include <quire/pci.h>
#include <quire/printk.h>
#include <quire/procfs.h>
#include <quire/seq_file.h>
#include <quire/slab.h>

#define CONFIG_ADDRESS 0xcf8
#define CONFIG_DATA 0xcfc
#define CONFIG_ENABLE 0x80000000u

#define PCI_SLOTS 32
#define PCI_FUNCTIONS 8
#define PCI_BUSES 256
#define PCI_NO_VENDOR 0xffffu

#define BAR_IO 0x1u
#define BAR_IO_MASK 0xfffffffcu
#define BAR_MEM_MASK 0xfffffff0u
#define BAR_MEM_TYPE 0x6u
#define BAR_MEM_64 0x4u

static DEFINE_SPINLOCK(config_lock);
static LIST_HEAD(pci_devices);
/* Buses already scanned: a broken bridge must not send us in a circle. */
static u8 bus_seen[PCI_BUSES / 8];

static u32 config_address(u8 bus, u8 devfn, unsigned int offset)
{
	return CONFIG_ENABLE | (u32)bus << 16 | (u32)devfn << 8 | (offset & 0xfcu);
}

static u32 config_read(u8 bus, u8 devfn, unsigned int offset, unsigned int size)
{
	unsigned long flags;
	u32 v;

	spin_lock_irqsave(&config_lock, flags);
	outl(config_address(bus, devfn, offset), CONFIG_ADDRESS);
	if (size == 1)
		v = inb(CONFIG_DATA + (offset & 3));
	else if (size == 2)
		v = inw(CONFIG_DATA + (offset & 2));
	else
		v = inl(CONFIG_DATA);
	spin_unlock_irqrestore(&config_lock, flags);
	return v;
}

static void config_write(u8 bus, u8 devfn, unsigned int offset, unsigned int size, u32 v)
{
	unsigned long flags;

	spin_lock_irqsave(&config_lock, flags);
	outl(config_address(bus, devfn, offset), CONFIG_ADDRESS);
	if (size == 1)
		outb(v, CONFIG_DATA + (offset & 3));
	else if (size == 2)
		outw(v, CONFIG_DATA + (offset & 2));
	else
		outl(v, CONFIG_DATA);
	spin_unlock_irqrestore(&config_lock, flags);
}

u8 pci_read_config8(const struct pci_dev *dev, unsigned int offset)
{
	return config_read(dev->bus, dev->devfn, offset, 1);
}

u16 pci_read_config16(const struct pci_dev *dev, unsigned int offset)
{
	return config_read(dev->bus, dev->devfn, offset, 2);
}

u32 pci_read_config32(const struct pci_dev *dev, unsigned int offset)
{
	return config_read(dev->bus, dev->devfn, offset, 4);
}

void pci_write_config8(const struct pci_dev *dev, unsigned int offset, u8 value)
{
	config_write(dev->bus, dev->devfn, offset, 1, value);
}

void pci_write_config16(const struct pci_dev *dev, unsigned int offset, u16 value)
{
	config_write(dev->bus, dev->devfn, offset, 2, value);
}

void pci_write_config32(const struct pci_dev *dev, unsigned int offset, u32 value)
{
	config_write(dev->bus, dev->devfn, offset, 4, value);
}

/*
 * Size one base address register: write ones, see which stick.  Decoding is off meanwhile, or the
 * device would answer at a wild address.  => true when it takes the next register as well.
 */
static bool read_bar(struct pci_dev *dev, unsigned int nr)
{
	unsigned int offset = PCI_BASE_ADDRESS_0 + 4 * nr;
	u32 value = pci_read_config32(dev, offset), mask;
	struct pci_bar *bar = &dev->bars[nr];

	pci_write_config32(dev, offset, ~0u);
	mask = pci_read_config32(dev, offset);
	pci_write_config32(dev, offset, value);
	if (mask == 0 || mask == ~0u)
		return false;
	bar->io = value & BAR_IO;
	if (bar->io) {
		bar->base = value & BAR_IO_MASK;
		/* A port register may decode 16 bits only. */
		bar->size = ~(mask & BAR_IO_MASK) + 1;
		bar->size &= 0xffffu;
		return false;
	}
	bar->base = value & BAR_MEM_MASK;
	bar->size = ~(mask & BAR_MEM_MASK) + 1;
	return (value & BAR_MEM_TYPE) == BAR_MEM_64;
}

static void read_bars(struct pci_dev *dev)
{
	u16 command = pci_read_config16(dev, PCI_COMMAND);
	unsigned int i;

	pci_write_config16(dev, PCI_COMMAND, command & ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	for (i = 0; i < PCI_NUM_BARS; i++) {
		if (read_bar(dev, i) && ++i < PCI_NUM_BARS &&
		    pci_read_config32(dev, PCI_BASE_ADDRESS_0 + 4 * i) != 0)
			dev->bars[i - 1].base = 0; /* above 4 GiB: out of our reach */
	}
	pci_write_config16(dev, PCI_COMMAND, command);
}

static void scan_bus(unsigned int bus);

static void add_device(u8 bus, u8 devfn, u8 header)
{
	struct pci_dev *dev = kzalloc(sizeof(*dev), GFP_KERNEL);

	if (!dev) {
		pr_err("no memory for device %02x:%02x\n", bus, devfn);
		return;
	}
	dev->bus = bus;
	dev->devfn = devfn;
	dev->vendor = pci_read_config16(dev, PCI_VENDOR_ID);
	dev->device = pci_read_config16(dev, PCI_DEVICE_ID);
	dev->class = pci_read_config8(dev, PCI_CLASS);
	dev->subclass = pci_read_config8(dev, PCI_SUBCLASS);
	dev->prog_if = pci_read_config8(dev, PCI_PROG_IF);
	dev->revision = pci_read_config8(dev, PCI_REVISION_ID);
	dev->irq = pci_read_config8(dev, PCI_INTERRUPT_LINE);
	if (dev->irq == 0)
		dev->irq = PCI_NO_IRQ;
	if (header == PCI_HEADER_NORMAL) {
		dev->subsystem_vendor = pci_read_config16(dev, PCI_SUBSYSTEM_VENDOR_ID);
		dev->subsystem_device = pci_read_config16(dev, PCI_SUBSYSTEM_ID);
		read_bars(dev);
	}
	list_add_tail(&dev->link, &pci_devices);
	pr_debug("%02x:%02x.%u %04x:%04x class %02x%02x irq %u\n", bus, PCI_SLOT(devfn),
		 PCI_FUNC(devfn), dev->vendor, dev->device, dev->class, dev->subclass, dev->irq);
	if (header == PCI_HEADER_BRIDGE && dev->class == PCI_CLASS_BRIDGE &&
	    dev->subclass == PCI_SUBCLASS_PCI)
		scan_bus(pci_read_config8(dev, PCI_SECONDARY_BUS));
}

static void scan_slot(u8 bus, unsigned int slot)
{
	unsigned int fn, functions = 1;

	for (fn = 0; fn < functions; fn++) {
		u8 devfn = PCI_DEVFN(slot, fn), header;

		if (config_read(bus, devfn, PCI_VENDOR_ID, 2) == PCI_NO_VENDOR)
			continue;
		header = config_read(bus, devfn, PCI_HEADER_TYPE, 1);
		if (header & PCI_HEADER_MULTI)
			functions = PCI_FUNCTIONS;
		add_device(bus, devfn, header & PCI_HEADER_TYPE_MASK);
	}
}

static void scan_bus(unsigned int bus)
{
	unsigned int slot;

	if (bus_seen[bus / 8] & (1u << bus % 8))
		return;
	bus_seen[bus / 8] |= (u8)(1u << bus % 8);
	for (slot = 0; slot < PCI_SLOTS; slot++)
		scan_slot(bus, slot);
}

static bool mechanism_1_present(void)
{
	u32 saved = inl(CONFIG_ADDRESS), got;

	outl(CONFIG_ENABLE, CONFIG_ADDRESS);
	got = inl(CONFIG_ADDRESS);
	outl(saved, CONFIG_ADDRESS);
	return got == CONFIG_ENABLE;
}

void pci_enable_device(struct pci_dev *dev, bool master)
{
	u16 command = pci_read_config16(dev, PCI_COMMAND);

	command |= PCI_COMMAND_IO | PCI_COMMAND_MEMORY;
	command &= ~PCI_COMMAND_INTX_DISABLE;
	if (master)
		command |= PCI_COMMAND_MASTER;
	pci_write_config16(dev, PCI_COMMAND, command);
}

static bool id_matches(const struct pci_device_id *id, const struct pci_dev *dev)
{
	if (id->vendor == PCI_ANY_ID)
		return id->class == dev->class && id->subclass == dev->subclass;
	return id->vendor == dev->vendor &&
	       (id->device == PCI_ANY_ID || id->device == dev->device);
}

static bool driver_matches(const struct pci_driver *drv, const struct pci_dev *dev)
{
	unsigned int i;

	for (i = 0; i < drv->nr_ids; i++)
		if (id_matches(&drv->ids[i], dev))
			return true;
	return false;
}

unsigned int pci_register_driver(const struct pci_driver *drv)
{
	struct pci_dev *dev;
	unsigned int taken = 0;

	list_for_each_entry(dev, &pci_devices, link) {
		if (dev->driver || !driver_matches(drv, dev))
			continue;
		dev->driver = drv;
		if (drv->probe(dev) == 0)
			taken++;
		else
			dev->driver = NULL;
	}
	return taken;
}

struct pci_dev *pci_find_device(u16 vendor, u16 device, struct pci_dev *from)
{
	struct list_head *pos = from ? from->link.next : pci_devices.next;

	for (; pos != &pci_devices; pos = pos->next) {
		struct pci_dev *dev = list_entry(pos, struct pci_dev, link);

		if (dev->vendor == vendor && dev->device == device)
			return dev;
	}
	return NULL;
}

/* The format of Linux's /proc/bus/pci/devices. */
static int pci_devices_show(struct seq_file *m, void *v)
{
	struct pci_dev *dev;
	unsigned int i;

	list_for_each_entry(dev, &pci_devices, link) {
		seq_printf(m, "%02x%02x\t%04x%04x\t%x", dev->bus, dev->devfn, dev->vendor,
			   dev->device, dev->irq == PCI_NO_IRQ ? 0 : dev->irq);
		for (i = 0; i < PCI_NUM_BARS; i++)
			seq_printf(m, "\t%16x", dev->bars[i].base | (dev->bars[i].io ? BAR_IO : 0));
		seq_printf(m, "\t%16x", 0);
		for (i = 0; i < PCI_NUM_BARS; i++)
			seq_printf(m, "\t%16x", dev->bars[i].size);
		seq_printf(m, "\t%16x\t%s\n", 0, dev->driver ? dev->driver->name : "");
	}
	return 0;
}

void pci_init(void)
{
	if (!mechanism_1_present()) {
		pr_info("no PCI bus\n");
		return;
	}
	scan_bus(0);
	proc_create_show("bus/pci/devices", 0444, pci_devices_show);
}
