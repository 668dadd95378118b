/* SPDX-License-Identifier: MIT */
/* endian.h: newlib's <sys/endian.h> has all of it but the old names. */
#ifndef _ENDIAN_H
#define _ENDIAN_H

#include <sys/types.h>
#include <sys/endian.h>

#ifndef __LITTLE_ENDIAN
#define __LITTLE_ENDIAN	1234
#define __BIG_ENDIAN	4321
#define __PDP_ENDIAN	3412
#endif
#undef __BYTE_ORDER
#define __BYTE_ORDER	__LITTLE_ENDIAN

#endif
