/* SPDX-License-Identifier: MIT */
/* regex.h: newlib's needs the system types first. */
#ifndef _QUIRE_REGEX_H
#define _QUIRE_REGEX_H
#include <sys/types.h>
#include_next <regex.h>
#endif
