/* SPDX-License-Identifier: MIT */
/*
 * Between ldisc.c and ldisc_edit.c: editing the line being typed, and its echo. tty->lock held.
 */
#ifndef TTY_LDISC_EDIT_H
#define TTY_LDISC_EDIT_H

#include "tty_internal.h"

void edit_erase(struct tty_struct *tty, u8 c);		/* erase, word erase or kill */
void edit_reprint(struct tty_struct *tty, u8 c);
void edit_echo_char(struct tty_struct *tty, u8 c);	/* as ^X when ECHOCTL */
void edit_echo_typed(struct tty_struct *tty, u8 c);	/* an ordinary byte, about to be stored */
void edit_echo_lnext(struct tty_struct *tty);

#endif
