/* SPDX-License-Identifier: MIT */
/* What the rest of fs/ must tell epoll. */
#ifndef QUIRE_EVENTPOLL_H
#define QUIRE_EVENTPOLL_H

struct file;

void eventpoll_init(void);
void eventpoll_release(struct file *file); /* the file's last reference goes */

#endif
