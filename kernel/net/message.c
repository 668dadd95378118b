/* SPDX-License-Identifier: MIT */
/*
 * Copies between a user's scattered memory and a socket's buffers, a piece at a time.
 */
#include <quire/kernel.h>
#include <quire/socket.h>
#include <quire/uaccess.h>

/* n bytes of the first vector, which is that long, are done. */
static void advance(struct message *m, size_t n)
{
	m->iov->iov_base = (char __user *)m->iov->iov_base + n;
	m->iov->iov_len -= n;
	m->len -= n;
	while (m->nr_iov && !m->iov->iov_len) {
		m->iov++;
		m->nr_iov--;
	}
}

int message_read(struct message *m, void *to, size_t n)
{
	while (n) {
		size_t part = min(n, m->iov->iov_len);

		if (copy_from_user(to, m->iov->iov_base, part))
			return -EFAULT;
		advance(m, part);
		to = (char *)to + part;
		n -= part;
	}
	return 0;
}

int message_write(struct message *m, const void *from, size_t n)
{
	while (n) {
		size_t part = min(n, m->iov->iov_len);

		if (copy_to_user(m->iov->iov_base, from, part))
			return -EFAULT;
		advance(m, part);
		from = (const char *)from + part;
		n -= part;
	}
	return 0;
}
