/* SPDX-License-Identifier: MIT */
/* ucontext.h: the context structures (makecontext() and its kin are not there). */
#ifndef _UCONTEXT_H
#define _UCONTEXT_H
#include <sys/ucontext.h>
#endif
