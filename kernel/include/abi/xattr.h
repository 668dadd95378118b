/* SPDX-License-Identifier: MIT */
/* Extended attributes, as Linux's user space sees them (setxattr(2), xattr(7)). */
#ifndef QUIRE_ABI_XATTR_H
#define QUIRE_ABI_XATTR_H

#define XATTR_CREATE	1
#define XATTR_REPLACE	2
#define XATTR_NAME_MAX	255
#define XATTR_SIZE_MAX	65536

#endif
