/* SPDX-License-Identifier: MIT */
/* features.h: some programs ask for it by this name. */
#ifndef _FEATURES_H
#define _FEATURES_H
#include <sys/features.h>
#endif
