/* SPDX-License-Identifier: MIT */
/* sys/personality.h: variants of the ABI a process can ask for. */
#ifndef _SYS_PERSONALITY_H
#define _SYS_PERSONALITY_H

#include <sys/cdefs.h>

#define ADDR_NO_RANDOMIZE 0x0040000

__BEGIN_DECLS
int personality(unsigned long persona);
__END_DECLS

#endif
