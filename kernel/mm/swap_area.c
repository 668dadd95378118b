/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: a swap area as such: its header and the search for a free slot in its map.  Pure: knows
 * neither pages nor devices; the host's tests link it.
 */
#include <quire/errno.h>
#include <quire/string.h>
#include <quire/swap_slots.h>

#include "swap_internal.h"

/* ---- the search for a free slot ---- */

/*
 * The caller holds swap_lock.  First go on in the current cluster; then look for a run of SWAPFILE_CLUSTER free
 * slots; when the area is too full for one, take the first free slot at or after the cluster's end
 * (next-fit: first-fit would look at the same full slots again each time), at last the first.
 */

void swap_scan_init(struct swap_scan *scan, unsigned long max)
{
	scan->lowest_bit = 1;
	scan->highest_bit = max - 1;
	scan->cluster_next = 1;
	scan->cluster_nr = 0;
}

/* The first run of SWAPFILE_CLUSTER free slots; 0: none. */
static unsigned long find_cluster(const struct swap_scan *scan, const u16 *map)
{
	unsigned long slot, run = 0;

	for (slot = scan->lowest_bit; slot <= scan->highest_bit; slot++) {
		run = map[slot] ? 0 : run + 1;
		if (run == SWAPFILE_CLUSTER)
			return slot - (SWAPFILE_CLUSTER - 1);
	}
	return 0;
}

static unsigned long first_free(const u16 *map, unsigned long from, unsigned long to)
{
	for (; from <= to; from++)
		if (!map[from])
			return from;
	return 0;
}

/* A slot leaves the free ones: the bounds close in when it lay on one. */
static unsigned long take(struct swap_scan *scan, unsigned long slot)
{
	if (slot == scan->lowest_bit)
		scan->lowest_bit++;
	if (slot == scan->highest_bit)
		scan->highest_bit--;
	if (scan->lowest_bit > scan->highest_bit) {
		scan->lowest_bit = ~0ul;
		scan->highest_bit = 0;
	}
	scan->cluster_next = slot + 1;
	return slot;
}

unsigned long scan_swap_map(struct swap_scan *scan, const u16 *map)
{
	unsigned long slot;

	if (!scan->highest_bit)
		return 0;
	if (scan->cluster_nr) {
		scan->cluster_nr--;
		slot = scan->cluster_next;
		if (slot >= scan->lowest_bit && slot <= scan->highest_bit && !map[slot])
			return take(scan, slot);
	}
	scan->cluster_nr = SWAPFILE_CLUSTER - 1;
	slot = find_cluster(scan, map);
	if (!slot && scan->cluster_next > scan->lowest_bit)
		slot = first_free(map, scan->cluster_next, scan->highest_bit);
	if (!slot)
		slot = first_free(map, scan->lowest_bit, scan->highest_bit);
	if (slot)
		return take(scan, slot);
	scan->lowest_bit = ~0ul;
	scan->highest_bit = 0;
	return 0;
}

void swap_scan_freed(struct swap_scan *scan, unsigned long slot)
{
	if (slot < scan->lowest_bit)
		scan->lowest_bit = slot;
	if (slot > scan->highest_bit)
		scan->highest_bit = slot;
}

/* ---- the header, as mkswap writes it ---- */

/*
 * SWAPSPACE2, version 1.  Everything on the page is checked here before anybody believes it.
 *
 *	0	1024 bytes for a boot loader
 *	1024	u32 version, last_page, nr_badpages; uuid, label and padding up to 1536
 *	1536	u32 badpages[]
 *	4086	"SWAPSPACE2"
 */

#define HEADER_BYTES 4096
#define MAGIC "SWAPSPACE2"
#define MAGIC_BYTES 10
#define SWAP_VERSION 1
#define MAX_SLOTS (1ul << 24) /* the offset in a swap entry has 24 bits */

struct swap_header {
	u8 bootbits[1024];
	u32 version;
	u32 last_page;
	u32 nr_badpages;
	u8 uuid[16], label[16];
	u32 padding[117];
	u32 badpages[637];
	u8 pad_to_magic[2];
	char magic[MAGIC_BYTES];
};

static_assert(sizeof(struct swap_header) == HEADER_BYTES, "the header is one page");

static const char *find_fault(const struct swap_header *h, unsigned long pages)
{
	unsigned int i;

	if (memcmp(h->magic, MAGIC, MAGIC_BYTES))
		return "no SWAPSPACE2 signature";
	if (h->version != SWAP_VERSION)
		return "unknown version (or other byte order)";
	if (!h->last_page)
		return "empty";
	if (h->last_page >= pages)
		return "shorter than its header says";
	if (h->nr_badpages > sizeof(h->badpages) / sizeof(h->badpages[0]))
		return "too many bad pages";
	for (i = 0; i < h->nr_badpages; i++)
		if (!h->badpages[i] || h->badpages[i] > h->last_page)
			return "bad page out of range";
	return NULL;
}

int parse_swap_header(const void *header, unsigned long pages, struct swap_layout *layout,
		      const char **why)
{
	const struct swap_header *h = header;

	*why = find_fault(h, pages);
	if (*why)
		return -EINVAL;
	layout->last_page = h->last_page < MAX_SLOTS ? h->last_page : MAX_SLOTS - 1;
	layout->nr_badpages = h->nr_badpages;
	layout->badpages = h->badpages;
	return 0;
}
