/* SPDX-License-Identifier: MIT */
/*
 * Layer 4: the header of a swap area, as mkswap writes it (SWAPSPACE2, version 1).  Pure: everything on the
 * page is checked here before anybody believes it.
 *
 *	0	1024 bytes for a boot loader
 *	1024	u32 version, last_page, nr_badpages; uuid, label and padding up to 1536
 *	1536	u32 badpages[]
 *	4086	"SWAPSPACE2"
 */
#include <quire/errno.h>
#include <quire/string.h>

#include "swap_internal.h"

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
