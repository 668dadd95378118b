/* SPDX-License-Identifier: MIT */
/*
 * The waiting side of poll (poll_wait.c), for select.c, poll.c and eventpoll.c.
 */
#ifndef QUIRE_POLL_WAIT_H
#define QUIRE_POLL_WAIT_H

#include <quire/poll.h>

/* Ask every file once.  table, if any: queue on each until one is ready.  => how many are ready, -errno */
typedef int (*poll_round_fn)(void *arg, struct poll_table *table);

/*
 * Rounds until something is ready or *timeout ticks are over (MAX_SCHEDULE_TIMEOUT: for ever); what is left
 * of them stays there.  => the last round's answer, -ENOMEM, -ERESTARTNOHAND.  Sleeps.
 */
int poll_until(poll_round_fn round, void *arg, long *timeout);
unsigned int file_poll(struct file *file, struct poll_table *table);
/* A time-out in ticks, rounded up. => 0, -EINVAL */
int poll_timeout_ticks(s64 sec, s64 nsec, long *ticks);
/* ppoll, pselect, epoll_pwait: another signal mask for the time of the call. */
int poll_set_sigmask(const void __user *user, size_t size);
void poll_restore_sigmask(const void __user *user, long result);

#endif
