/* SPDX-License-Identifier: MIT */
/* sys/select.h: newlib's fd_set, with room for the descriptors Linux's select takes. */
#ifndef _QUIRE_SYS_SELECT_H
#define _QUIRE_SYS_SELECT_H

#define FD_SETSIZE 1024
#include_next <sys/select.h>

#endif
